"""The command line as a whole: what it prints where, exit codes, and what it costs to start."""

import importlib.util
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
from runs import ROOT, archive, on_a_terminal, process, run  # noqa: F401

from searchkit import __version__
from searchkit.cli import COMMANDS
from searchkit.commands.progress import ProgressBar
from searchkit.parser import parse
from searchkit.rendering.lines import cells


def modules_after(*arguments):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "searchkit", *arguments], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["search", "--help"], ["index", "--help"], ["nonsense"]]
)
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


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_ends_a_build_in_good_order(tmp_path, number, code, workers):
    place, source = tmp_path / "index", tmp_path / "articles.jsonl"
    lines = (json.dumps({"id": str(n), "text": f"Vườn {n} " + "tạp ở huyện " * 200}) for n in range(5000))
    source.write_text("\n".join(lines), encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", str(place), "index", str(source), "--workers", workers],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
    )
    while running.poll() is None and not list(place.glob("generations/*.building")):
        time.sleep(0.02)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (code, "", "Stopped; the index is as it was.\n")
    assert list(place.glob("generations/*")) == [] and not (place / "CURRENT").exists()


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


def test_the_index_may_be_named_anywhere(archive, run, monkeypatch):
    assert run("search", "vườn tạp", "--index", archive)[0] == 0
    monkeypatch.setenv("SEARCHKIT_INDEX", str(archive))
    assert run("search", "vườn tạp")[0] == 0
    assert run("search", "vườn tạp", "--index", archive / "none")[0] == 3


def test_on_a_terminal_matches_are_in_colour_and_lines_fit(archive):
    asked = ("-m", "searchkit", "--index", archive, "search", "vườn tạp")
    shown = on_a_terminal(*asked)
    assert "\x1b[1;31mvườn tạp\x1b[0m" in shown
    plain = on_a_terminal(*asked, NO_COLOR="1")
    assert "\x1b" not in plain and "[vườn tạp]" in plain
    assert max(map(cells, plain.splitlines())) <= 60


def test_json_on_a_terminal_is_indented(archive):
    shown = on_a_terminal("-m", "searchkit", "--index", archive, "search", "--json", "vườn tạp")
    assert '\n  "query": "vườn tạp",' in shown.replace("\r", "")


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


def test_a_named_file_that_cannot_be_read_is_no_wrong_usage(run, tmp_path, monkeypatch):
    secret = tmp_path / "secret.txt"
    secret.write_text("Tỉnh ủy họp.", encoding="utf-8")
    opened = Path.open

    def closed(path, *arguments, **options):
        if path == secret:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", closed)
    monkeypatch.setattr(os, "access", lambda path, *_, **__: False)
    code, out, err = run("--index", tmp_path / "index", "index", secret)
    assert (code, out) == (3, "") and f"{secret} cannot be read: permission denied" in err


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
    reason = "cannot be written: No such file or directory. Name another file with -o"
    assert err == f"Error: {tmp_path / 'none' / 'x'} {reason}\n"


def test_output_to_a_device_a_link_and_a_folder(archive, run, tmp_path):
    query = ("--index", archive, "search", "vườn cam", "--format", "jsonl", "-o")
    assert process(*query, "/dev/stdout").stdout.startswith('{"version": 1')
    assert run(*query, "/dev/null") == (0, "", "")
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run(*query, link)[0] == 0
    assert link.is_symlink() and target.read_text(encoding="utf-8").startswith("{")
    assert target.stat().st_mode & 0o777 == 0o640
    reason = "cannot be written: Is a directory. Name another file with -o"
    assert run(*query, tmp_path)[2] == f"Error: {tmp_path} {reason}\n"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_is_one_sentence(archive, options):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "searchkit", "--index", str(archive), "search", "vườn", *options], stdout=full,
            stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, timeout=60,
        )
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1) and "No space left" in done.stderr


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
