"""What a single command loads, which is most of the time it takes: nothing but what it needs."""

import os
import subprocess
import sys

import pytest
from runs import ROOT, archive  # noqa: F401

from searchkit.cli import THREADS_VARIABLE, main

HEAVY = {"sklearn", "sklearn_crfsuite", "scipy", "joblib", "pyvi", "pycrfsuite", "whoosh", "rich", "yaml", "opensearchpy"}
SEGMENTER = {"searchkit.segment", "searchkit.pyvimodel", "searchkit.facts", "searchkit.reading"}
WRITING = {"searchkit.engines.article_writer", "searchkit.engines.workers", "searchkit.build", "searchkit.sources", "searchkit.readers", "searchkit.newsroom", "searchkit.index"}
LIBRARIES = {"importlib.resources", "importlib.metadata", "difflib", "decimal", "hashlib", "shutil", "bz2", "lzma", "multiprocessing", "tempfile"}


def loaded(*arguments):
    """The modules that a run loads, as Python itself reports them, with the packages around them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "searchkit", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "searchkit.cli" in names, done.stderr
    return names | {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "query",
    [
        ["bí thư tỉnh ủy"],
        ["bi thu tinh uy là ai"],
        ["TP.HCM UBND covid-19"],
        ['"vườn tạp"~2 +huyện -khách ngh* nguyn~1 =Huyện title:huyện date:2021-03'],
        ["--json", "--passages", "3", "--explain-score", "huyện"],
        ["--format", "csv", "huyện"],
        ["--marks", "any", "--all", "vưòn tập"],
    ],
)
def test_a_search_loads_no_model_and_nothing_for_writing(archive, query):  # noqa: F811
    names = loaded("--index", archive, "search", *query)
    assert "numpy" in names
    assert sorted(names & (HEAVY | SEGMENTER | WRITING | LIBRARIES)) == []


@pytest.mark.parametrize("query", ["không-có-gì-như-thế", "title:", "date:2021-13"])
def test_nor_does_one_that_finds_nothing_or_cannot_be_read(archive, query):  # noqa: F811
    assert sorted(loaded("--index", archive, "search", query) & (HEAVY | SEGMENTER | WRITING)) == []


def test_an_article_is_shown_without_the_model(archive):  # noqa: F811
    names = loaded("--index", archive, "show", "quang-binh", "--query", "huyện")
    assert sorted(names & (HEAVY | SEGMENTER | WRITING)) == []


def test_words_do_load_the_model():
    """The tables above name modules that exist: analyze needs the segmenter, and still nothing of pyvi's libraries."""
    names = loaded("analyze", "Bí thư Tỉnh ủy")
    assert SEGMENTER <= names
    assert sorted(names & HEAVY) == []


def test_writing_loads_what_searching_does_not(archive, tmp_path):  # noqa: F811
    (tmp_path / "bài.txt").write_text("Bài viết\n\nNội dung.", encoding="utf-8")
    names = loaded("--index", tmp_path / "index", "index", tmp_path / "bài.txt")
    assert WRITING - {"searchkit.newsroom"} <= names


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["help", "query"], ["--version"], ["serach"]])
def test_help_loads_no_numpy(arguments):
    names = loaded(*arguments)
    assert sorted(names & (HEAVY | SEGMENTER | WRITING | {"numpy", "searchkit.search"})) == []


@pytest.mark.parametrize(("said", "then"), [(None, "1"), ("3", "3")])
def test_linear_algebra_gets_no_threads_unless_somebody_says_so(monkeypatch, capsys, said, then):
    monkeypatch.delenv(THREADS_VARIABLE, raising=False)
    if said:
        monkeypatch.setenv(THREADS_VARIABLE, said)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert os.environ[THREADS_VARIABLE] == then
