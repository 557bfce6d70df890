"""The command line as a whole: what it prints where, exit codes, and what it costs to start."""

import csv
import fcntl
import importlib.util
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from importlib.resources import files
from pathlib import Path

import pytest

from searchkit import __version__
from searchkit.cli import COMMANDS, guarded
from searchkit.commands.progress import ProgressBar
from searchkit.parser import parse
from searchkit.rendering.lines import cells

ROOT = Path(__file__).parent.parent
ARTICLES = [
    {"id": "quang-binh", "title": "Bí thư Tỉnh ủy làm việc với huyện Quang Bình", "date": "2021-03-05",
     "source": "BHG", "authors": ["Duy Tuấn"],
     "text": "Chiều nay, Bí thư Tỉnh ủy làm việc với huyện.\n\nHuyện triển khai cải tạo vườn tạp."},
    {"id": "ha-long", "title": "Hạ Long đón khách", "date": "2021-04", "source": "Mẫu",
     "text": "Thành phố Hạ Long đón khách du lịch trở lại."},
    {"id": "la-y", "title": "Chữ \x1b[31mđỏ <b>", "text": "Bài viết <script>alert(1)</script> về vườn cam."},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The folder of an index over ARTICLES."""
    folder = tmp_path_factory.mktemp("archive")
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(article) + "\n" for article in ARTICLES), encoding="utf-8")
    done = process("--index", folder / "index", "index", source, "--json")
    assert done.returncode == 0, done.stderr
    return folder / "index"


def process(*arguments, input=None, **environment):
    """A whole run in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "SEARCHKIT_INDEX")}
    return subprocess.run(
        [sys.executable, "-m", "searchkit", *map(str, arguments)], input=input, capture_output=True, text=True,
        encoding="utf-8", env=clean | {"PYTHONPATH": str(ROOT)} | environment, timeout=60,
    )


@pytest.fixture
def run(capsys):
    """A run in this process: (exit code, stdout, stderr)."""

    def run(*arguments):
        capsys.readouterr()
        code = guarded([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


def modules_after(*arguments):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "searchkit", *arguments], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["search", "--help"], ["index", "--help"], ["nonsense"]])
def test_help_and_errors_import_nothing_heavy(arguments):
    heavy = {"numpy", "whoosh", "rich", "sklearn", "scipy", "pyvi", "pycrfsuite"}
    imported = modules_after(*arguments)
    assert "click" in imported and not imported & heavy


def test_version(run):
    assert run("--version") == (0, f"searchkit {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_json(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0 and "Example" in out and "--json" in out


def test_the_reference_page_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make_cli", ROOT / "docs" / "make_cli.py")
    make_cli = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_cli)
    assert make_cli.PAGE.read_text(encoding="utf-8") == make_cli.page(), "run: python docs/make_cli.py"


def test_no_arguments_show_the_help(run):
    assert run() == run("--help")
    assert run("--color", "never") == (2, "", "Error: Missing command. See searchkit --help\n")


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["serch", "x"], "Error: There is no command 'serch'; did you mean search?. See searchkit --help"),
        (["search"], "Error: Missing argument 'QUERY...'. See searchkit search --help"),
        (["search", " "], "Error: The query is empty. Write some words to search for, or a field such as date:2021-03"),
        (["search", "x", "-n", "-1"],
         "Error: Invalid value for '-n' / '--limit': '-1' is not a whole number from 0 up. See searchkit search --help"),
        (["search", "-tỉnh"],
         "Error: There is no option -t. What begins with - and is part of the query goes after --: searchkit search -- …"),
        (["search", "x", "--limt", "3"],
         "Error: There is no option --limt. Did you mean --limit? See searchkit search --help"),
        (["stats", "-q"], "Error: There is no option -q. See searchkit stats --help"),
        (["search", "x", "-ocop"],
         "Error: -ocop could be a file or a part of the query. Write -o cop for the file, or put the query after --"),
        (["search", "x", "--json", "--format", "csv"],
         "Error: --json and --format csv contradict each other. Give one of them"),
        (["batch", "-", "--bom"], "Error: --bom is for CSV, not for text. Add --format csv"),
        (["index", "--field", "text"], "Error: --field text is not NAME=COLUMN. For example --field text=content"),
        (["help", "nonsense"], "Error: There is no help on 'nonsense'. Topics: query, and every command"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(run, arguments, sentence):
    code, out, err = run(*arguments)
    assert (code, err) == (2, f"{sentence}\n")
    if "--json" in arguments:
        assert json.loads(out)["error"]["kind"] == "usage"
    else:
        assert out == ""


def test_usage_errors_are_json_too_when_json_was_asked_for(run):
    code, out, err = run("search", "--json", "--nonsense", "x")
    assert code == 2 and err.startswith("Error: There is no option --nonsense.")
    error = json.loads(out)["error"]
    assert list(error) == ["kind", "message", "position", "hint"]
    assert error["kind"] == "usage" and error["position"] is None


def test_json_after_the_dashes_is_part_of_the_query(run, tmp_path):
    _, out, _ = run("--index", tmp_path, "search", "--", "--json")
    assert out == ""


@pytest.mark.parametrize("command", [["search", "x"], ["batch", "-"], ["show", "x"], ["explain", "x"], ["stats"],
                                     ["verify"], ["rollback"], ["remove", "x"], ["rebuild"]])
def test_without_an_index_every_command_says_so(tmp_path, run, monkeypatch, command):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    code, out, err = run("--index", tmp_path / "none", *command, "--json")
    assert code == 3
    assert err == f"Error: There is no index in {tmp_path / 'none'}. Make one: searchkit index PATH…\n"
    assert json.loads(out)["error"]["kind"] == "index-missing"


def test_unexpected_errors_are_one_sentence_too_and_debug_shows_them(run, monkeypatch, tmp_path):
    def fail(folder):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("searchkit.index.stats", fail)
    code, out, err = run("--index", tmp_path, "stats")
    assert code == 3 and out == "" and len(err.splitlines()) == 1 and "ZeroDivisionError: by nought" in err
    assert "Traceback" in run("--debug", "stats")[2] and "Traceback" in run("stats", "--debug")[2]


def test_interrupting_is_one_sentence(run, monkeypatch):
    def fail(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr("searchkit.index.stats", fail)
    assert run("stats") == (130, "", "Interrupted; the index is as it was.\n")


def test_analyze(run):
    code, out, _ = run("analyze", "Tỉnh", "ủy")
    assert code == 0 and [line.split() for line in out.splitlines()[:3]] == [
        ["token", "start", "end", "key", "folded", "kind"],
        ["Tỉnh", "0", "4", "tỉnh", "tinh", "syllable"],
        ["ủy", "5", "7", "ủy", "uy", "syllable"]]


def test_analyze_json_offsets_give_back_the_text():
    done = process("analyze", "-", "--json", input="\ufeffBí thư TP.HCM: 3.000 người\n")
    value = json.loads(done.stdout)
    assert list(value)[:4] == ["version", "text", "tokens", "words"]
    for found in (*value["tokens"], *value["words"], *value["joined"]):
        assert value["text"][found["start"]:found["end"]] == found["text"]
    assert value["joined"][0]["key"] == "tphcm"


def test_help_on_the_query_language(run):
    code, out, _ = run("help", "query")
    assert code == 0 and out.startswith("The query language") and "NEAR/" in out
    assert run("help", "index")[1] == run("index", "--help")[1]


def test_the_page_on_the_query_language_shows_only_queries_that_are_read_without_a_notice():
    page = files("searchkit.data").joinpath("query.txt").read_text(encoding="utf-8")
    shown = [line[2:38] for line in page.splitlines() if line.startswith("  ")]
    queries = [query for left in shown for query in re.split(r"\s{2,}", left.strip())]
    assert len(queries) > 30
    assert [query for query in queries if parse(query).notices] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(run, shell):
    code, out, _ = run("completion", shell)
    assert code == 0 and "_SEARCHKIT_COMPLETE" in out


def test_completion_completes_commands():
    done = process(_SEARCHKIT_COMPLETE="bash_complete", COMP_WORDS="searchkit ro", COMP_CWORD="1")
    assert done.stdout == "plain,rollback\n"


def test_search_prints_for_people(archive, run):
    code, out, err = run("--index", archive, "search", "bí", "thư", '"vườn tạp"')
    assert code == 0 and err == ""
    lines = out.splitlines()
    assert lines[0].startswith("1 article, ")
    assert lines[2] == "1  Bí thư Tỉnh ủy làm việc với huyện Quang Bình"
    assert lines[3].startswith("   5 March 2021 · BHG · Duy Tuấn · quang-binh ¶")
    assert "[vườn tạp]" in out


def test_search_json_is_one_line(archive):
    done = process("--index", archive, "search", "--json", "vườn tạp")
    assert done.returncode == 0 and done.stderr == "" and done.stdout.count("\n") == 1
    value = json.loads(done.stdout)
    assert value["query"] == "vườn tạp" and value["hits"][0]["id"] == "quang-binh"
    for hit in value["hits"]:
        article = json.loads(process("--index", archive, "show", "--json", hit["id"]).stdout)
        for passage in hit["passages"]:
            assert article["text"][passage["start"]:passage["end"]] == passage["text"]


def test_search_that_finds_nothing_exits_with_1(archive, run):
    code, out, _ = run("--index", archive, "search", '"không có ở đâu"')
    assert code == 1 and out.startswith("0 articles, ")


def test_a_query_that_cannot_be_read_points_at_the_place(archive, run):
    code, out, err = run("--index", archive, "search", "Huế", "date:2021-13", "--json")
    assert code == 2
    sentence, query, caret = err.splitlines()
    assert sentence.startswith("Error: ") and query == "Huế date:2021-13"
    error = json.loads(out)["error"]
    assert error["kind"] == "query" and error["position"] == caret.index("^")


def test_the_index_may_be_named_anywhere(archive, run, monkeypatch):
    assert run("search", "vườn tạp", "--index", archive)[0] == 0
    monkeypatch.setenv("SEARCHKIT_INDEX", str(archive))
    assert run("search", "vườn tạp")[0] == 0
    assert run("search", "vườn tạp", "--index", archive / "none")[0] == 3


def on_a_terminal(*arguments, columns=60, **environment):
    """What a run prints, both streams, on a terminal of its own; its first 64 KB."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    running = subprocess.Popen(
        [sys.executable, *map(str, arguments)], stdin=follower, stdout=follower, stderr=follower,
        env=clean | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment,
    )
    os.close(follower)
    printed = b""
    while True:
        try:
            part = os.read(leader, 1 << 16)
        except OSError:  # how Linux says that the other side has been closed
            break
        if not part:
            break
        printed += part
    os.close(leader)
    assert running.wait(timeout=60) == 0
    return printed.decode("utf-8")


def test_on_a_terminal_matches_are_in_colour_and_lines_fit(archive):
    asked = ("-m", "searchkit", "--index", archive, "search", "vườn tạp")
    shown = on_a_terminal(*asked)
    assert "\x1b[1;31mvườn tạp\x1b[0m" in shown
    plain = on_a_terminal(*asked, NO_COLOR="1")
    assert "\x1b" not in plain and "[vườn tạp]" in plain
    assert max(map(cells, plain.splitlines())) <= 60


def test_json_on_a_terminal_is_indented(archive):
    assert '\n  "query": "vườn tạp",' in on_a_terminal("-m", "searchkit", "--index", archive, "search", "--json", "vườn tạp").replace("\r", "")


def test_progress_shows_on_a_terminal_what_takes_its_time():
    program = """if True:
        from searchkit.commands import progress
        progress.PATIENCE = progress.INTERVAL = 0
        with progress.ProgressBar("articles", shown=True) as bar:
            bar.update(50, 200, 12)
    """
    shown = on_a_terminal("-c", program, columns=100)
    assert "25%" in shown and "12 articles, " in shown and " left" in shown


def test_no_progress_for_what_is_quick_or_not_watched(capsys):
    for shown in (True, False):
        with ProgressBar("articles", shown=shown) as bar:
            bar.update(1, 2, 1)
    assert capsys.readouterr() == ("", "")


def test_colours(archive, run, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("--index", archive, "search", "vườn cam")[1]
    assert "\x1b[1;31m" in run("--index", archive, "--color", "always", "search", "vườn cam")[1]


def test_an_article_cannot_steer_the_terminal(archive, run):
    for command in (["search", "vườn cam"], ["show", "la-y"], ["show", "la-y", "--query", "vườn"]):
        out = run("--index", archive, *command)[1]
        assert "đỏ" in out and "\x1b" not in out


def test_output_goes_to_a_file_whole(archive, run, tmp_path):
    target = tmp_path / "found.html"
    target.write_text("old", encoding="utf-8")
    code, out, _ = run("--index", archive, "search", "vườn cam", "--format", "html", "-o", target)
    assert (code, out) == (0, "")
    page = target.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n") and "<script" not in page
    assert list(tmp_path.iterdir()) == [target]


def test_output_that_cannot_be_written(archive, run, tmp_path):
    code, _, err = run("--index", archive, "search", "vườn", "-o", tmp_path / "none" / "x")
    assert code == 2
    assert err == f"Error: {tmp_path / 'none' / 'x'} cannot be written: No such file or directory. Name another file with -o\n"


def test_a_failed_run_leaves_the_old_output(archive, run, tmp_path, monkeypatch):
    target = tmp_path / "found.txt"
    target.write_text("old", encoding="utf-8")

    def fail(*_):
        yield "half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("searchkit.render.render", fail)
    assert run("--index", archive, "search", "vườn", "-o", target)[0] == 3
    assert target.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [target]


def test_a_reader_that_stops_is_no_error(archive, tmp_path):
    many = tmp_path / "many.txt"
    many.write_text("vườn\n" * 3000, encoding="utf-8")
    piped = subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", str(archive), "batch", str(many), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    piped.stdout.readline()
    piped.stdout.close()
    err = piped.stderr.read()
    piped.stderr.close()
    assert (piped.wait(timeout=60), err) == (0, b"")


def test_explain(archive, run):
    code, out, _ = run("--index", archive, "explain", "vuon tap")
    assert code == 0 and "vườn" in out
    assert json.loads(run("--index", archive, "explain", "vuon tap", "--json")[1])["version"] == 1


def test_batch_goes_on_after_a_line_that_fails(archive, run, tmp_path):
    asked = tmp_path / "q.txt"
    asked.write_text('vườn tạp\n\ndate:2021-13\n"không có"\n', encoding="utf-8")
    code, out, err = run("--index", archive, "batch", asked, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [(row["line"], row["status"]) for row in rows] == [(1, "ok"), (3, "error"), (4, "none")]
    assert rows[1]["error"]["position"] == 5 and rows[1]["hits"] == []
    assert err.splitlines()[-1] == "3 queries: 1 found something, 1 nothing, 1 could not be read"


def test_batch_answers_as_search_does(archive, run, tmp_path):
    asked = tmp_path / "q.csv"
    asked.write_text("id,query\n1,vườn\n2,hạ long\n", encoding="utf-16")
    rows = [json.loads(line) for line in run("--index", archive, "batch", asked, "--json")[1].splitlines()]
    for row in rows:
        alone = json.loads(run("--index", archive, "search", "--json", row["query"])[1])
        assert row | {"took_ms": 0} == alone | {"took_ms": 0, "line": row["line"], "status": "ok"}


def test_batch_of_phrases_for_a_spreadsheet(archive):
    done = process("--index", archive, "batch", "-", "--phrase", "--format", "csv", "--bom", input="tạp vườn\nvườn tạp\n")
    header, first, second = csv.reader(io.StringIO(done.stdout))
    assert header[:4] == ["\ufeffline", "status", "query", "rank"]
    assert first[:4] == ["1", "none", '"tạp vườn"', ""] and second[:4] == ["2", "ok", '"vườn tạp"', "1"]


def test_batch_answers_as_lines_come(archive):
    asked = subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", str(archive), "batch", "-", "--json"], text=True, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    for query in ("vườn", "hạ long"):
        asked.stdin.write(f"{query}\n")
        asked.stdin.flush()
        assert json.loads(asked.stdout.readline())["query"] == query
    asked.stdin.close()
    assert asked.wait(timeout=60) == 0
    asked.stdout.close()


def test_show_for_people(archive, run):
    code, out, _ = run("--index", archive, "show", "quang-binh", "--query", "vườn tạp")
    assert code == 0 and out.splitlines() == [
        "Bí thư Tỉnh ủy làm việc với huyện Quang Bình",
        "5 March 2021 · BHG · Duy Tuấn · quang-binh",
        "",
        "Chiều nay, Bí thư Tỉnh ủy làm việc với huyện.",
        "",
        "Huyện triển khai cải tạo [vườn tạp].",
        "",
    ]


def test_show_of_no_article(archive, run):
    code, out, err = run("--index", archive, "show", "none", "--json")
    assert code == 1 and err.startswith("Error: No article has the id 'none'.")
    assert json.loads(out)["error"]["kind"] == "not-found"


def test_stats_and_verify(archive, run):
    assert "articles" in run("--index", archive, "stats")[1]
    assert json.loads(run("--index", archive, "stats", "--json")[1])["articles"] == 3
    code, out, _ = run("--index", archive, "verify", "--deep")
    assert code == 0 and out.startswith("Generation 1 is whole: 3 articles in ")
    assert json.loads(run("--index", archive, "verify", "--json")[1])["ok"] is True


def test_the_life_of_an_index(run, tmp_path):
    source, index = tmp_path / "in.jsonl", tmp_path / "index"
    source.write_text(json.dumps(ARTICLES[0]) + "\nnot json\n", encoding="utf-8")
    code, out, err = run("--index", index, "index", source)
    assert code == 0 and out.startswith(f"1 article in {index}: 1 added; ")
    assert "in.jsonl line 2: " in err
    report = json.loads(run("--index", index, "index", source, "--json")[1])
    assert [report[key] for key in ("version", "added", "unchanged", "articles")] == [1, 0, 1, 1]
    source.write_text("".join(json.dumps(article) + "\n" for article in ARTICLES), encoding="utf-8")
    assert json.loads(run("--index", index, "rebuild", "--json")[1])["articles"] == 3
    assert run("--index", index, "remove", "ha-long")[1].startswith("1 removed, 2 left in ")
    assert run("--index", index, "remove", "ha-long")[0] == 1
    assert run("--index", index, "rollback")[1] == f"Generation 2 is current again in {index}.\n"
    assert run("--index", index, "search", "Hạ Long")[0] == 0


def test_damage_is_found_and_named(run, tmp_path):
    source, index = tmp_path / "in.jsonl", tmp_path / "index"
    source.write_text(json.dumps(ARTICLES[0]) + "\n", encoding="utf-8")
    assert run("--index", index, "index", source)[0] == 0
    victim = max((index / "generations" / "000001").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.chmod(0o600)
    victim.write_bytes(content)
    code, out, _ = run("--index", index, "verify")
    assert code == 3 and "Generation 1 has faults" in out and victim.name in out


@pytest.mark.slow
def test_ctrl_c_leaves_the_index_as_it_was(archive, tmp_path):
    big = tmp_path / "big.jsonl"
    with big.open("w", encoding="utf-8") as file:
        for number in range(20_000):
            file.write(json.dumps(ARTICLES[0] | {"id": str(number)}) + "\n")
    before = json.loads(process("--index", archive, "stats", "--json").stdout)
    running = subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", str(archive), "index", str(big)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, encoding="utf-8",
        start_new_session=True,
    )
    time.sleep(2)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "Interrupted; the index is as it was.\n")
    assert json.loads(process("--index", archive, "stats", "--json").stdout) == before
