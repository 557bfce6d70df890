"""Every command over an index of three articles, for people and for programs."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runs import ARTICLES, ROOT, archive, process, run  # noqa: F401


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


def test_an_article_cannot_steer_the_terminal(archive, run):
    for command in (["search", "vườn cam"], ["show", "la-y"], ["show", "la-y", "--query", "vườn"]):
        out = run("--index", archive, *command)[1]
        assert "đỏ" in out and "\x1b" not in out


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
    assert err.splitlines()[-1] == "3 queries: 1 found something, 1 nothing, 1 failed"


@pytest.mark.parametrize("more", [(), ("--phrase",)], ids=["query", "phrase"])
def test_batch_goes_on_after_a_line_that_is_not_utf8(archive, run, tmp_path, more):
    asked = tmp_path / "q.txt"
    asked.write_bytes("vườn tạp\n".encode() + b"t\xeanh\n" + "vườn\n".encode())
    code, out, err = run("--index", archive, "batch", asked, "--json", *more)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [(row["line"], row["status"]) for row in rows] == [(1, "ok"), (2, "error"), (3, "ok")]
    assert "0xEA is not UTF-8" in rows[1]["error"]["message"] and "�" in rows[1]["query"]
    assert err.splitlines()[-1] == "3 queries: 2 found something, 0 nothing, 1 failed"


def test_batch_goes_on_after_an_error_that_nobody_meant(archive, run, tmp_path, monkeypatch):
    from searchkit.search import Session

    search = Session.search

    def fail(self, query, options):
        if query == "lỗi":
            raise RecursionError("too deep")
        return search(self, query, options)

    monkeypatch.setattr(Session, "search", fail)
    asked = tmp_path / "q.txt"
    asked.write_text("lỗi\nvườn\n", encoding="utf-8")
    code, out, _ = run("--index", archive, "batch", asked, "--json")
    failed, found = map(json.loads, out.splitlines())
    assert code == 0 and found["status"] == "ok"
    assert "RecursionError: too deep" in failed["error"]["message"]


def test_batch_answers_as_search_does(archive, run, tmp_path):
    asked = tmp_path / "q.csv"
    asked.write_text("id,query\n1,vườn\n2,hạ long\n", encoding="utf-16")
    rows = [json.loads(line) for line in run("--index", archive, "batch", asked, "--json")[1].splitlines()]
    for row in rows:
        alone = json.loads(run("--index", archive, "search", "--json", row["query"])[1])
        assert row | {"took_ms": 0} == alone | {"took_ms": 0, "line": row["line"], "status": "ok"}


def test_batch_of_phrases_for_a_spreadsheet(archive):
    arguments = ("batch", "-", "--phrase", "--format", "csv", "--bom")
    done = process("--index", archive, *arguments, input="tạp vườn\nvườn tạp\n")
    header, first, second = csv.reader(io.StringIO(done.stdout))
    assert header[:4] == ["\ufeffline", "status", "query", "rank"]
    assert first[:4] == ["1", "none", '"tạp vườn"', ""] and second[:4] == ["2", "ok", '"vườn tạp"', "1"]


def test_batch_answers_as_lines_come(archive):
    asked = subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", str(archive), "batch", "-", "--json"], text=True,
        encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
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


def test_an_index_that_is_being_written_is_searched_and_not_written(archive, run):
    from searchkit.lock import hold

    with hold(archive, "another"):
        assert run("--index", archive, "search", "vườn")[0] == 0
        code, out, err = run("--index", archive, "remove", "la-y", "--json")
    assert code == 3 and err.startswith("Error: ") and json.loads(out)["error"]["kind"] == "index-locked"


def test_an_index_of_another_version_names_the_command_that_mends_it(run, tmp_path):
    source, index = tmp_path / "in.jsonl", tmp_path / "index"
    source.write_text(json.dumps(ARTICLES[0]) + "\n", encoding="utf-8")
    assert run("--index", index, "index", source)[0] == 0
    manifest = index / "generations" / "000001" / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text(re.sub(r'"analysis": *\d+', '"analysis": 999', manifest.read_text()), encoding="utf-8")
    code, out, err = run("--index", index, "search", "vườn", "--json")
    assert code == 3 and "searchkit rebuild" in err and json.loads(out)["error"]["kind"] == "index-stale"


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


# What a shell runs in the background ignores Ctrl-C, and so does all that it starts, tests among it.
HEEDING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


@pytest.mark.slow
def test_ctrl_c_leaves_the_index_as_it_was(archive, tmp_path):
    big = tmp_path / "big.jsonl"
    with big.open("w", encoding="utf-8") as file:
        for number in range(20_000):
            file.write(json.dumps(ARTICLES[0] | {"id": str(number)}) + "\n")
    before = json.loads(process("--index", archive, "stats", "--json").stdout)
    running = subprocess.Popen(
        [sys.executable, "-c", HEEDING, "-m", "searchkit", "--index", str(archive), "index", str(big)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, encoding="utf-8",
        start_new_session=True,
    )
    while running.poll() is None and not any(Path(archive).glob("generations/*.building")):
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "Interrupted; the index is as it was.\n")
    assert json.loads(process("--index", archive, "stats", "--json").stdout) == before
