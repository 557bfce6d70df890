"""Files to articles: discovery, each family of formats, fields and dates; bad records cost themselves only."""

import json
import os
import tracemalloc
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.article import Article
from searchkit.errors import ReadError, UsageError
from searchkit.readers import SUFFIXES, Failure, ReadOptions, build, discover, read
from searchkit.readers import records as limits
from searchkit.readers.dates import read_date

CORPUS = Path(__file__).parent.parent / "corpus"


def read_all(path, **options):
    """(articles, failures as (line, reason)) of one file."""
    (source,) = discover([path])
    found = list(read(source, ReadOptions(**options)))
    return (
        [item for item in found if isinstance(item, Article)],
        [(item.line, item.reason) for item in found if isinstance(item, Failure)],
    )


def write(folder, name, content):
    """A file of text or bytes."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# the corpus


def test_the_seed_is_read_as_its_newspaper_meant_it():
    (article,), failures = read_all(CORPUS / "bhg-2021-03-quang-binh.txt")
    assert not failures
    assert (article.id, article.title, article.source, article.date) == (
        "bhg-2021-03-quang-binh.txt", None, "BHG", "2021-03-05",
    )  # fmt: skip
    assert article.authors == ("Duy Tuấn",)
    assert article.extra["date_inferred"] is True
    assert article.extra["header"] == "date 2021-03"
    caption = "Bí thư Tỉnh ủy Đặng Quốc Khánh phát biểu kết luận buổi làm việc"
    assert caption in article.captions
    assert caption in [article.text[p.start : p.end] for p in article.parts if p.kind == "caption"]
    assert article.text.startswith("BHG - Chiều 5.3") and article.text.endswith("Tin, ảnh: Duy Tuấn")


def test_the_corpus_reads_without_failure_and_says_that_it_is_a_sample():
    found = [item for source in discover([CORPUS]) for item in read(source)]
    assert all(isinstance(item, Article) for item in found)
    assert len({article.id for article in found}) == len(found) >= 13
    samples = [article.text.casefold() for article in found if not article.id.startswith("bhg")]
    assert all("bài mẫu của searchkit" in text or "bai mau cua searchkit" in text for text in samples)
    assert not any(name in text for text in samples for name in ("vườn tạp", "đặng quốc khánh", "bhg"))


def test_the_corpus_holds_the_awkward_spellings():
    raw = {path.name: path.read_text(encoding="utf-8") for path in CORPUS.iterdir()}
    assert not unicodedata.is_normalized("NFC", raw["lu-lut-mien-trung.txt"])
    assert raw["tin-khong-dau.txt"].isascii()
    assert "khoẻ" in raw["covid-19-tp-hcm.md"] and "thuỷ" in raw["covid-19-tp-hcm.md"].lower()
    assert "kĩ thuật" in raw["nong-nghiep.json"] and "kỹ thuật" in raw["nong-nghiep.json"]


# discovery


def test_folders_are_walked_by_name_and_nothing_is_left_out_silently(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/2.txt", "b/1.md", "a.TXT", "c.jsonl", "photo.jpg", "README", ".hidden.txt", ".git/x.txt"):
        write(tmp_path, name, "Một câu.")
    skipped = []
    found = list(discover([tmp_path], skipped.append))
    assert [source.name for source in found] == ["a.TXT", "b/1.md", "b/2.txt", "c.jsonl"]
    assert [(Path(path).name, reason) for path, reason in skipped] == [
        ("README", "no suffix that names a reader"),
        ("photo.jpg", "no reader for '.jpg' files"),
    ]
    assert (found[0].size, found[0].mtime_ns) == (11, (tmp_path / "a.TXT").stat().st_mtime_ns)


def test_a_file_counts_once_however_often_it_is_given(tmp_path):
    path = write(tmp_path, "a.txt", "Một câu.")
    assert [source.path for source in discover([tmp_path, path, str(path)])] == [path]


def test_a_missing_path_is_an_error_before_anything_is_read(tmp_path):
    with pytest.raises(ReadError) as raised:
        discover([tmp_path, tmp_path / "nothing"])
    assert str(raised.value) == f"There is no file or folder {str(tmp_path / 'nothing')!r}. Check the path"


def test_links_are_followed_where_given_and_reported_where_found(tmp_path):
    outside = write(tmp_path, "outside.txt", "Bên ngoài.")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    skipped = []
    assert not list(discover([folder], skipped.append))
    assert {(Path(path).name, reason) for path, reason in skipped} == {
        (name, "it is a symbolic link; name it to have it followed") for name in ("link.txt", "loop")
    }
    assert [source.name for source in discover([folder / "link.txt"])] == ["link.txt"]
    assert [source.name for source in discover([folder / "loop"])] == []


def test_a_file_that_is_named_but_has_no_reader_is_a_failure(tmp_path):
    _, ((line, reason),) = read_all(write(tmp_path, "a.docx", "x"))
    assert line is None and reason.startswith("no reader for '.docx' files; readers: .txt .md .jsonl")


def test_folders_that_may_not_be_read(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    write(tmp_path, "a.txt", "Một câu.")
    listed = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    skipped = []
    assert [source.name for source in discover([tmp_path], skipped.append)] == ["a.txt"]
    assert skipped == [(str(tmp_path / "closed"), "permission denied")]
    with pytest.raises(ReadError, match=r"closed' cannot be read \(permission denied\). Check who may read it"):
        list(discover([tmp_path / "closed"]))


def test_names_on_disk_may_be_nfd_or_no_text_at_all(tmp_path):
    write(tmp_path, unicodedata.normalize("NFD", "tỉnh.txt"), "Một câu.")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xd5.txt")).write_bytes(b"Hai.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    articles = [item for source in discover([tmp_path]) for item in read(source)]
    assert {article.id for article in articles} == {"tỉnh.txt", "\ufffd.txt"}
    assert all(article.path.encode() for article in articles)


def test_a_file_that_goes_away_is_a_failure(tmp_path):
    path = write(tmp_path, "a.jsonl", "{}")
    (source,) = discover([path])
    path.unlink()
    assert list(read(source)) == [Failure(str(path), None, "no such file or directory")]


# text and Markdown


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: Tựa\ndate: 2021-03-05\nauthors: [Duy Tuấn, Hà My]\nsố: 07\n---\n",
        "---\r\ntitle: 'Tựa'\r\ndate: 5/3/2021\r\nauthor: Duy Tuấn, Hà My\r\nsố: 07\r\n...\r\n",
        "# title = Tựa\n# Date = 5.3.2021\n# byline = Duy Tuấn - Hà My\n# số = 07\n\n",
    ],
)
def test_heads_of_prose(tmp_path, head, suffix):
    ((article,), failures) = read_all(write(tmp_path, "a" + suffix, head + "Một câu.\n"))
    assert not failures
    assert (article.title, article.date, article.authors) == ("Tựa", "2021-03-05", ("Duy Tuấn", "Hà My"))
    assert article.text == "Tựa\n\nMột câu."
    assert article.extra == {"số": "07"}


def test_a_headline_is_taken_from_markdown_and_never_made_up(tmp_path):
    ((article,), _) = read_all(write(tmp_path, "a.md", "# Tựa bài #\n\nMột câu.\n\n## Mục\n\nHai câu."))
    assert (article.title, article.text) == ("Tựa bài", "Tựa bài\n\nMột câu.\n\n## Mục\n\nHai câu.")
    ((article,), _) = read_all(write(tmp_path, "a.txt", "# Tựa bài\n\nMột câu."))
    assert article.title is None


@pytest.mark.parametrize(
    "text",
    ["# x = y\n# z = 3\nMột câu.", "---\nMột câu và\nhai câu.", "--- Một câu.\n---\n", "#title\nMột câu."],
)
def test_what_only_looks_like_a_head_is_text(tmp_path, text):
    ((article,), failures) = read_all(write(tmp_path, "a.txt", text))
    assert (article.text, failures) == (text.strip(), [])


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("title: [a", "line 3: expected ',' or ']'"),
        ("a: &x [1]\nb: *x", "aliases are not read"),
        ("- a\n- b", "it is not lines of `key: value`"),
        ("[" * 3000, "recursion"),
        ("a: b\n" * 20_000, "it is longer than 65536 characters"),
    ],
)
def test_front_matter_that_cannot_be_read(tmp_path, head, reason):
    articles, ((line, said),) = read_all(write(tmp_path, "a.md", f"---\n{head}\n---\nMột câu."))
    assert not articles and line == 1
    assert said.startswith("the front matter is not readable YAML (") and reason in said


def test_front_matter_runs_nothing(tmp_path):
    head = "---\ntitle: !!python/object/apply:os.system ['echo x']\nsource: NO\n---\nMột câu."
    ((article,), _) = read_all(write(tmp_path, "a.md", head))
    assert article.source == "NO"  # and not False, as YAML 1.1 has it
    assert article.title is None or article.title == "echo x"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text"),
        (b"  \n\n", "no text"),
        (b"---\nsource: BHG\n---\n", "no text"),
        (b"M\xf4t", "it is not valid UTF-8 (line 1). Name its encoding with --encoding"),
        (b"\x89PNG\0\0\0", "it is not text"),
    ],
)
def test_prose_that_is_none(tmp_path, content, reason):
    articles, ((_, said),) = read_all(write(tmp_path, "a.txt", content))
    assert not articles and said.startswith(reason)


# JSON Lines


def test_json_lines_in_order_with_ids_by_record(tmp_path):
    path = write(tmp_path, "a.jsonl", '{"text": "Một."}\n\n{"id": 7, "text": "Hai."}\r\n{"text": "Ba."}')
    articles, failures = read_all(path)
    assert [(a.id, a.text) for a in articles] == [("a.jsonl#1", "Một."), ("7", "Hai."), ("a.jsonl#3", "Ba.")]
    assert not failures


def test_one_record_needs_no_number(tmp_path):
    for name, text in (("a.jsonl", '{"text": "Một."}\n'), ("a.json", '[{"text": "Một."}]'), ("a.csv", "text\nMột.\n")):
        ((article,), _) = read_all(write(tmp_path, name, text))
        assert article.id == name


def test_bad_lines_cost_themselves_only(tmp_path):
    lines = [
        '{"text": "Một."}'.encode(),
        b"[1, 2]",
        b"{broken",
        '{"text": "Hỏng '.encode() + b"\xd5" + b'"}',
        b"[" * 20000,
        b'{"n": 1' + b"0" * 5000 + b"}",
        b'{"title": null, "text": ""}',
        '{"text": "Hai."}'.encode(),
    ]
    articles, failures = read_all(write(tmp_path, "a.jsonl", b"\n".join(lines)))
    assert [(a.id, a.text) for a in articles] == [("a.jsonl#1", "Một."), ("a.jsonl#8", "Hai.")]
    assert failures == [
        (2, "not a JSON object"),
        (3, "not a JSON object"),
        (4, "not valid UTF-8; name its encoding with --encoding"),
        (5, "the JSON is nested too deeply"),
        (6, "not a JSON object"),
        (7, "no text"),
    ]


def test_awkward_values_are_kept(tmp_path):
    line = (
        '{"text": "Một.", "title": "Đầu", "title": "Sau", "rank": NaN, "far": -Infinity, "big": 1e999,'
        ' "tags": ["Hoa\u0300", {"a": [null]}], "ok": true, "none": null, "empty": {}, "half": "\\ud83d"}'
    )
    ((article,), _) = read_all(write(tmp_path, "a.jsonl", line))
    assert article.title == "Đầu"
    assert article.extra == {
        "title#2": "Sau",
        "far": "-Infinity",
        "big": "inf",
        "tags": ["Hoà", {"a": [None]}],
        "ok": True,
        "half": "\ufffd",
    }
    assert json.dumps(article.to_dict(), allow_nan=False).encode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"text": "Tiếng Việt."}\n{"text": "Hai."}\n'),
        ("a.json", '[{"text": "Tiếng Việt."}, {"text": "Hai."}]'),
        ("a.csv", "text;x\nTiếng Việt.;1\nHai.;2\n"),
    ],
)
def test_other_encodings_stream_too(tmp_path, name, text, encoding):
    given = {"encoding": "utf-32"} if encoding == "utf-32" else {}
    articles, failures = read_all(write(tmp_path, name, text.encode(encoding)), **given)
    assert [article.text for article in articles] == ["Tiếng Việt.", "Hai."]
    assert not failures


def test_an_encoding_that_is_named_is_used_for_each_line(tmp_path):
    path = write(tmp_path, "a.jsonl", '{"text": "café"}\n'.encode("cp1252"))
    assert [article.text for article in read_all(path, encoding="windows-1252")[0]] == ["café"]


def test_a_record_too_large_is_passed_over(tmp_path, monkeypatch):
    for module in ("lines", "json_file"):
        monkeypatch.setattr(f"searchkit.readers.{module}.RECORD_LIMIT", 1000)
    lines = ['{"text": "Một."}', json.dumps({"text": "a" * 5000}), '{"text": "Hai."}']
    articles, failures = read_all(write(tmp_path, "a.jsonl", "\n".join(lines)))
    assert [article.text for article in articles] == ["Một.", "Hai."]
    assert failures == [(2, limits.TOO_LARGE)]
    articles, failures = read_all(write(tmp_path, "a.json", "[" + ",\n".join(lines) + "]"))
    assert [article.text for article in articles] == ["Một.", "Hai."]
    assert failures == [(2, limits.TOO_LARGE)]


# JSON


@pytest.mark.parametrize(
    "text",
    [
        '[{"text": "Một."}, {"text": "Hai."}]',
        ' {"articles": [{"text": "Một."},\n{"text": "Hai."}], "count": 2}',
        '{"count": 2, "articles": [{"text": "Một."}, {"text": "Hai."}]}',
    ],
)
def test_the_shapes_of_json_files(tmp_path, text):
    articles, failures = read_all(write(tmp_path, "a.json", text))
    assert [(a.id, a.text) for a in articles] == [("a.json#1", "Một."), ("a.json#2", "Hai.")]
    assert not failures


@pytest.mark.parametrize(
    ("text", "articles", "failures"),
    [
        ("", 0, [(None, "it holds no articles")]),
        ("[]", 0, [(None, "it holds no articles")]),
        ("3", 0, [(1, "not a JSON object")]),
        ('[{"text": "Một."},\n4,\n{"text": "Hai."}]', 2, [(2, "not a JSON object")]),
        ('[{"text": "Một."},\n{"text" "Hai."}]', 1, [(2, "not valid JSON (expecting ':' delimiter)")]),
        ('[{"text": "Một."}\n{"text": "Hai."}]', 1, [(2, "no comma between two records")]),
        ('[{"text": "Một."}', 1, [(1, "the array is not closed")]),
        ('[{"text": "Một."}, {"text": "Hai', 1, [(1, "not valid JSON (unterminated string starting at)")]),
        ('{"text": "Một."}\n{"text": "Hai."}', 1, [(2, "more text after the end of the JSON value (one object a line is .jsonl)")]),
        ("[" * 20000, 0, [(1, "the JSON is nested too deeply")]),
    ],
)  # fmt: skip
def test_json_files_that_are_not_what_they_should_be(tmp_path, text, articles, failures):
    found, failed = read_all(write(tmp_path, "a.json", text))
    assert (len(found), failed) == (articles, failures)


def test_bad_bytes_in_a_json_file_cost_their_own_record(tmp_path):
    content = '[{"text": "Một."},\n{"text": "'.encode() + b'\xd5"},\n{"text": "Ba."}]'
    articles, failures = read_all(write(tmp_path, "a.json", content))
    assert [article.text for article in articles] == ["Một.", "Ba."]
    assert failures == [(2, "not valid UTF-8; name its encoding with --encoding")]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_json_is_the_same_wherever_the_buffer_ends(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr("searchkit.readers.json_file._CHUNK", chunk)
    records = [{"text": f"Câu \\ \" \u2028 {n}.", "n": n, "x": [True, None, -1.5e3], "y": "\U0001f600"} for n in range(20)]
    path = write(tmp_path, "a.json", json.dumps(records, ensure_ascii=chunk % 2 == 0, indent=2))
    articles, failures = read_all(path)
    assert [article.extra["n"] for article in articles] == list(range(20))
    assert articles[3].extra["x"] == [True, None, -1500.0]
    assert not failures


# tables


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t"), ("a.tsv", ",")])
def test_delimiters_are_found(tmp_path, name, mark):
    rows = [["Title", "Content", "Trang"], ["Tựa", '"Một,\nhai"; ba.', "4"], ["Hai", "Câu.", ""]]
    text = "\r\n".join(mark.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    articles, failures = read_all(write(tmp_path, name, "\ufeff" + text))
    assert [article.text for article in articles] == ['Tựa\n\n"Một,\nhai"; ba.', "Hai\n\nCâu."]
    assert [article.extra for article in articles] == [{"Trang": "4"}, {}]
    assert not failures


def test_lone_carriage_returns_end_lines_too(tmp_path):
    articles, failures = read_all(write(tmp_path, "a.csv", 'title,text\rMột,"a\rb"\rHai\rBa,c\n"\r",d'))
    assert [(article.title, article.text) for article in articles] == [
        ("Một", "Một\n\na\nb"),
        ("Ba", "Ba\n\nc"),
        (None, "d"),
    ]
    assert failures == [(4, "1 cells where the header has 2")]


@pytest.mark.parametrize("name, first", [("a.csv", "Lũ lớn,5/3/2021,Nước lên nhanh."), ("a.tsv", "id\tngày"), ("a.csv", "tiêu đề;nội dung")])
def test_a_table_without_names_that_are_known_is_one_failure(tmp_path, name, first):
    articles, failures = read_all(write(tmp_path, name, f"\n{first}\nMột,hai,ba\n"))
    ((line, reason),) = failures
    assert (articles, line) == ([], 2)
    assert reason.startswith("its first row names no column of titles or text (") and first[:2] in reason


def test_a_table_with_a_column_named_by_the_user_is_read(tmp_path):
    source = write(tmp_path, "a.csv", "Tiêu đề;nội dung\nLũ lớn;Nước lên nhanh.\n")
    articles, failures = read_all(source, field_map={"title": "tiêu đề", "text": "Nội dung"})
    assert [article.text for article in articles] == ["Lũ lớn\n\nNước lên nhanh."]
    assert not failures


def test_ragged_rows_are_failures_with_their_lines(tmp_path):
    text = 'title,text\nMột,"a\nb"\nHai\n\nBa,c,d\nBốn,e\n'
    articles, failures = read_all(write(tmp_path, "a.csv", text))
    assert [(article.id, article.title) for article in articles] == [("a.csv#1", "Một"), ("a.csv#4", "Bốn")]
    assert failures == [(4, "1 cells where the header has 2"), (6, "3 cells where the header has 2")]


def test_a_quote_that_is_never_closed_costs_no_other_row(tmp_path):
    text = 'title,text\nMột,"Câu một.\nHai,"Câu" hai.\n"Ba,Câu ba.\nBốn,Câu bốn.\n'
    articles, failures = read_all(write(tmp_path, "a.csv", text))
    assert [article.text for article in articles] == ["Một\n\nCâu một.", "Hai\n\nCâu hai.", "Bốn\n\nCâu bốn."]
    assert failures == [(4, "a quote that is never closed")]


def test_bare_quotes_in_tabbed_text_are_text(tmp_path):
    text = 'title\ttext\n"Tựa" một\t"Câu một.\nHai\tCâu "hai".\n'
    articles, failures = read_all(write(tmp_path, "a.tsv", text))
    assert [article.text for article in articles] == ['"Tựa" một\n\n"Câu một.', 'Hai\n\nCâu "hai".']
    assert not failures


def test_a_row_in_another_encoding_costs_itself_only(tmp_path):
    content = "title,text\nMột,Câu.\n".encode() + b"Hai,\xd5\n" + "Ba,Câu.\n".encode()
    articles, failures = read_all(write(tmp_path, "a.csv", content))
    assert [article.title for article in articles] == ["Một", "Ba"]
    assert failures == [(3, "not valid UTF-8; name its encoding with --encoding")]


def test_columns_without_a_name_or_with_the_same(tmp_path):
    articles, _ = read_all(write(tmp_path, "a.csv", "text,,text,TEXT\nMột.,Hai.,Ba.,Bốn.\n"))
    assert articles[0].text == "Một."
    assert articles[0].extra == {"column 2": "Hai.", "text#2": "Ba.", "TEXT": "Bốn."}


def test_a_header_alone_holds_nothing(tmp_path):
    assert read_all(write(tmp_path, "a.csv", "title,text\n")) == ([], [(None, "it holds no articles")])


# fields


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("text", ("text", "body", "content")),
        ("summary", ("summary", "sapo", "description", "lead")),
        ("source", ("source", "publisher", "site")),
        ("section", ("section", "category", "topic")),
        ("url", ("url", "link")),
    ],
)
def test_the_usual_names_in_any_case(field, names):
    for name in (*names, names[-1].upper(), f" {names[0].title()} "):
        article = build({"title": "Tựa", name: " Giá trị "}, default_id="a")
        found = article.text.removeprefix("Tựa\n\n") if field == "text" else getattr(article, field)
        assert (found, dict(article.extra)) == ("Giá trị", {})


def test_the_first_name_that_is_filled_in_wins_and_the_others_are_kept():
    article = build({"content": "Ba.", "body": "Hai.", "text": None, "Sapo": "S."}, default_id="a")
    assert article.text == "S.\n\nHai."
    assert article.extra == {"content": "Ba."}


def test_columns_can_be_named_for_fields(tmp_path):
    path = write(tmp_path, "a.csv", "Noi_Dung,text,ngay\nMột.,Hai.,5/3/2021\n")
    ((article,), _) = read_all(path, field_map={"text": "noi_dung", "date": "ngay"})
    assert (article.text, article.date, article.extra) == ("Một.", "2021-03-05", {"text": "Hai."})


def test_wrong_options_are_wrong_usage():
    with pytest.raises(UsageError, match="There is no field named 'body'. Fields: id, title, summary, text"):
        ReadOptions(field_map={"body": "x"})
    with pytest.raises(UsageError, match="There is no encoding named 'tcvn9'"):
        ReadOptions(encoding="tcvn9")


def test_what_the_record_says_comes_before_what_its_prose_says():
    text = "date 2021-03 BHG - Chiều 5.3, họp.\n\nTin, ảnh: Duy Tuấn"
    said = build({"text": text}, default_id="a")
    assert (said.source, said.date, said.authors) == ("BHG", "2021-03-05", ("Duy Tuấn",))
    given = build({"text": text, "source": "Báo Mẫu", "date": "2021-04", "author": "Hà My"}, default_id="a")
    assert (given.source, given.date, given.authors) == ("Báo Mẫu", "2021-04", ("Hà My",))
    assert "date_inferred" not in given.extra


def test_authors_are_people():
    assert build({"text": "x", "author": "Hà My/Báo Mẫu", "source": "Báo Mẫu"}, default_id="a").authors == ("Hà My",)
    assert build({"text": "x", "author": ["Lê A, Trần B", "Hà My"]}, default_id="a").authors == ("Lê A, Trần B", "Hà My")
    assert build({"text": "x", "author": [{"name": "Hà My"}]}, default_id="a").authors == ("Hà My",)
    odd = build({"text": "x", "author": {"Hà": 1}}, default_id="a")
    assert (odd.authors, odd.extra) == ((), {"author": {"Hà": 1}})


def test_captions_given_apart_come_last_unless_they_stand_in_the_text():
    article = build(
        {"title": "T", "text": "Một.\n\nẢnh hai.\n\nBa.", "captions": ["Ảnh hai.", {"caption": "Ảnh bốn."}]}, default_id="a"
    )
    assert article.text == "T\n\nMột.\n\nẢnh hai.\n\nBa.\n\nẢnh bốn."
    assert [part.kind for part in article.parts] == ["title", "body", "caption", "body", "caption"]
    assert article.captions == ("Ảnh hai.", "Ảnh bốn.")


@pytest.mark.parametrize("field", ["title", "summary", "captions", "text"])
def test_any_words_make_an_article(field):
    assert build({field: "Một vài lời"}, default_id="a").text == "Một vài lời"


@pytest.mark.parametrize("text", [["Một.", " ", "Hai."], "Một.\n\nHai."])
def test_text_may_be_a_list_of_paragraphs(text):
    assert build({"text": text}, default_id="a").text == "Một.\n\nHai."


def test_all_strings_are_normalised():
    article = build({"title": "Tie\u0302\u0301ng", "text": "a\u00a0b", "tag": "e\u0301\u200b"}, default_id="a")
    assert (article.title, article.text, article.extra) == ("Tiếng", "Tiếng\n\na b", {"tag": "é"})


def test_numbers_are_text_where_text_is_wanted():
    article = build({"id": 12, "title": 2021, "text": 3.5, "section": 7}, default_id="a")
    assert (article.id, article.title, article.section) == ("12", "2021", "7")
    assert article.text == "2021\n\n3.5"


# dates


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2021-03-05", "2021-03-05"),
        ("2021-03-05T23:30:00Z", "2021-03-05"),  # the day as written, whatever the zone
        ("2021-03-05 14:30:00+07:00", "2021-03-05"),
        ("2021/03/05", "2021-03-05"),
        ("2021-3-5", "2021-03-05"),
        ("20210305", "2021-03-05"),
        ("20210305143000", "2021-03-05"),
        ("2021-03", "2021-03"),
        ("2021/3", "2021-03"),
        ("2021", "2021"),
        (2021, "2021"),
        ("5/3/2021", "2021-03-05"),
        ("05-03-2021", "2021-03-05"),
        ("5.3.2021", "2021-03-05"),
        ("5 / 3 / 2021", "2021-03-05"),
        ("3/2021", "2021-03"),
        ("03-2021", "2021-03"),
        ("tháng 3/2021", "2021-03"),
        ("Tháng 3 năm 2021", "2021-03"),
        ("Ngày 5 tháng 3 năm 2021", "2021-03-05"),
        ("Thứ sáu, 05/03/2021, 14:30 (GMT+7)", "2021-03-05"),
        ("Cập nhật lúc 14:30, 05/03/2021", "2021-03-05"),
        ("20:11 | 12/03/2021", "2021-03-12"),
        ("Fri, 05 Mar 2021 14:30:00 +0700", "2021-03-05"),
        ("March 5, 2021", "2021-03-05"),
        (1614902400, "2021-03-05"),
        (1614902400.5, "2021-03-05"),
        ("1614902400000", "2021-03-05"),
        (1614877200, "2021-03-05"),  # 17:00 UTC is midnight in Vietnam
        ("29/2/2020", "2020-02-29"),
        ("29/2/2021", None),
        ("03/25/2021", None),  # day before month, always: no guess
        ("13/2021", None),
        ("2021-13", None),
        ("5/3", None),
        ("05/03/21", None),
        ("hôm qua", None),
        ("", None),
        (12, None),
        (True, None),
        (None, None),
        (["2021"], None),
        ("1" * 5000, None),
    ],
)
def test_dates(written, iso):
    assert read_date(written) == iso


def test_a_date_that_is_not_understood_is_kept_as_it_is():
    article = build({"text": "x", "published": "hôm qua", "time": "5/3/2021"}, default_id="a")
    assert (article.date, article.extra) == ("2021-03-05", {"published": "hôm qua"})
    article = build({"text": "x", "publish_date": "hôm qua"}, default_id="a")
    assert (article.date, article.extra) == (None, {"publish_date": "hôm qua"})


# whatever a file holds

SAMPLES = [path.read_bytes() for path in sorted(CORPUS.iterdir())]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SUFFIXES)), st.sampled_from(SAMPLES), st.data())
def test_no_bytes_make_a_reader_raise(tmp_path_factory, suffix, sample, data):
    """Samples in the wrong format, cut, spliced and with bytes put in: articles and failures, nothing else."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(sample)), st.integers(0, len(sample)))))
    content = sample[:start] + data.draw(st.binary(max_size=8)) + sample[end:]
    path = tmp_path_factory.getbasetemp() / f"fuzz{suffix}"
    path.write_bytes(content)
    (source,) = discover([path])
    for item in read(source):
        assert isinstance(item, Article | Failure)
        if isinstance(item, Article):
            assert "\n\n".join(item.text[part.start : part.end] for part in item.parts) == item.text != ""
            assert Article.from_dict(json.loads(json.dumps(item.to_dict(), allow_nan=False))) == item


@pytest.mark.parametrize("field", ["title", "authors", "captions", "date", "text", "source"])
@pytest.mark.parametrize("unit", [" ", "\n ", "(", "Tin", "Tin, ", ". ", "a-", "1/", "# ", "\n\n"])
def test_long_runs_are_read_in_linear_time(field, unit):
    """Any of these takes minutes in a pattern that backtracks over runs; there is no clock here but patience."""
    run = unit * 200_000
    build({"section": "x", "summary": "x", field: f"x\n{run}x"}, default_id="a")


# streaming


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
def test_a_large_file_needs_no_more_memory_than_a_small_one(tmp_path, name):
    def peak(count):
        row = {"title": "Tựa", "text": "Một câu dài. " * 50}
        line = json.dumps(row, ensure_ascii=False)
        texts = {
            "a.jsonl": (line + "\n") * count,
            "a.json": "[" + ",".join([line] * count) + "]",
            "a.csv": "title,text\n" + f"Tựa,{row['text']}\n" * count,
        }
        path = write(tmp_path, name, texts[name])
        del texts
        (source,) = discover([path])
        tracemalloc.start()
        try:
            assert sum(isinstance(item, Article) for item in read(source)) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # imports and caches
    assert peak(2000) < peak(500) * 1.1 + 100_000
