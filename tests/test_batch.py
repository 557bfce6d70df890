"""Query lists: encodings, tables, line numbers; nothing is lost and nothing is taken for a comment."""

import io
import sys

import pytest

from searchkit.batching import as_phrase, printable, read_queries, undecoded
from searchkit.errors import ReadError

NAMES = ["Đặng Quốc Khánh", "Nguyễn Văn Sơn"]


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_in_every_encoding_of_a_spreadsheet(tmp_path, encoding, end):
    path = write(tmp_path, "names.txt", end.join(NAMES).encode(encoding))
    assert list(read_queries(path)) == [(1, NAMES[0]), (2, NAMES[1])]


def test_big_endian_with_its_mark(tmp_path):
    path = write(tmp_path, "names.txt", b"\xfe\xff" + NAMES[0].encode("utf-16-be"))
    assert list(read_queries(path)) == [(1, NAMES[0])]


@pytest.mark.parametrize(
    "content, expected",
    [
        ("một\n\n  \nhai\n", [(1, "một"), (4, "hai")]),
        ("# không phải chú thích\n#ocop", [(1, "# không phải chú thích"), (2, "#ocop")]),
        ("  cách ra  ", [(1, "cách ra")]),
        ("a,b;c\td", [(1, "a,b;c\td")]),
        ("query\nmột", [(1, "query"), (2, "một")]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_text_files(tmp_path, content, expected):
    assert list(read_queries(write(tmp_path, "q.txt", content))) == expected


@pytest.mark.parametrize(
    "name, content, expected",
    [
        ("q.csv", "id,query\n1,một\n2,hai\n", [(2, "một"), (3, "hai")]),
        ("q.csv", "id;Query \n1;một, hai\n", [(2, "một, hai")]),
        ("q.csv", "id\tquery\n1\tmột\n", [(2, "một")]),
        ("q.tsv", "query\tid\nmột, hai\t1\n", [(2, "một, hai")]),
        ("q.csv", "một,1\nhai,2\n", [(1, "một"), (2, "hai")]),
        ("q.csv", 'query\n"""vườn tạp"" OCOP"\n', [(2, '"vườn tạp" OCOP')]),
        ("q.csv", 'query\n"một\nhai"\nba\n', [(2, "một hai"), (4, "ba")]),
        ("q.csv", "id,query\n1,\n2\n\n3,ba\n", [(5, "ba")]),
        ("q.CSV", "id,query\n1,một\n", [(2, "một")]),
        ("q.csv", "query", []),
        ("q.csv", "", []),
    ],
    ids=["comma", "semicolon", "tab", "tsv", "no header", "quotes", "two lines in a cell", "short rows", "suffix",
         "header only", "empty"],
)
def test_tables(tmp_path, name, content, expected):
    assert list(read_queries(write(tmp_path, name, content))) == expected


def test_unicode_text_of_a_spreadsheet(tmp_path):
    path = write(tmp_path, "q.tsv", "id\tquery\r\n1\tĐặng Quốc Khánh\r\n".encode("utf-16"))
    assert list(read_queries(path)) == [(2, "Đặng Quốc Khánh")]


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("một\n\nhai".encode("utf-16"))))
    assert list(read_queries("-")) == [(1, "một"), (3, "hai")]


@pytest.mark.parametrize("name", ["q.txt", "q.csv"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "with a byte order mark"])
def test_bytes_that_are_not_utf8_spoil_their_own_line_alone(tmp_path, name, mark):
    path = write(tmp_path, name, mark + b"mot\nB\xe9 b\xea\n" + "tỉnh\n".encode())
    lines = list(read_queries(path))
    assert [(number, printable(query)) for number, query in lines] == [(1, "mot"), (2, "B� b�"), (3, "tỉnh")]
    first, second, third = (undecoded(query) for _, query in lines)
    assert first is None and third is None
    assert str(second).startswith("Byte 0xE9 is not UTF-8 text. Save the list as UTF-8") and second.position == 1


def test_half_a_letter_of_utf16_is_refused(tmp_path):
    path = write(tmp_path, "q.txt", "một\n".encode("utf-16") + b"h")
    with pytest.raises(ReadError, match=r"q\.txt is not UTF-16 text to its end\. Save it as UTF-8"):
        list(read_queries(path))


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(ReadError, match="cannot be read"):
            list(read_queries(str(path)))


def test_a_cell_beyond_all_measure_is_refused(tmp_path):
    path = write(tmp_path, "q.csv", f'query\n"{"x" * 200_000}"\n')
    with pytest.raises(ReadError, match="line 2 is not CSV") as caught:
        list(read_queries(path))
    assert caught.value.line == 2


def test_a_hundred_thousand_lines(tmp_path):
    path = write(tmp_path, "q.txt", "".join(f"câu {n}\n" for n in range(100_000)))
    last = list(read_queries(path))[-1]
    assert last == (100_000, "câu 99999")


@pytest.mark.parametrize(
    "query, phrase",
    [("Nguyễn Văn Sơn", '"Nguyễn Văn Sơn"'), ('"tỉnh ủy" OCOP', '"tỉnh ủy OCOP"'), ("“a” «b»", '"a b"')],
)
def test_a_line_as_a_phrase(query, phrase):
    assert as_phrase(query) == phrase
