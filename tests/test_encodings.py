"""Bytes to text: what shows an encoding, and what is refused."""

import pytest

from searchkit import encodings
from searchkit.errors import ReadError, UsageError

TEXT = "Bí thư Tỉnh ủy làm việc với huyện, có 3.000 người tham dự.\n"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),  # without a mark: shown by its NULs
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),  # its mark begins with the one of UTF-16
    ],
)
def test_the_encoding_is_found(written, found):
    assert encodings.decode(TEXT.encode(written)) == (TEXT, found)


@pytest.mark.parametrize("mark", ["utf-16-be", "utf-32-be"])
def test_big_endian_marks(mark):
    assert encodings.decode(("\ufeff" + TEXT).encode(mark)).text == TEXT


def test_the_soft_hyphen_is_left_for_what_comes_after():
    assert encodings.decode("Hà\u00adNội".encode()).text == "Hà\u00adNội"


def test_an_encoding_that_is_given_is_used():
    data = "Pháp luật".encode("cp1252", "ignore")
    assert encodings.decode(data, "cp1252").text == data.decode("cp1252")


def test_a_mark_before_a_given_encoding_is_no_text():
    assert encodings.decode(("\ufeff" + TEXT).encode("utf-8"), "utf-8").text == TEXT


@pytest.mark.parametrize(
    ("data", "encoding", "sentence"),
    [
        (b"Dong mot\nTi\xd5ng Vi\xd6t", None, "it is not valid UTF-8 (line 2). Name its encoding with --encoding"),
        (b"a\xff", "utf-8", "it is not valid utf-8 (byte 1). Name its encoding with --encoding"),
        (b"\x89PNG\r\n\0\0\0\x0dIHDR\xf1", None, "it is not text (it holds NUL bytes). Name its encoding"),
        (b"\xff\xfea", None, "it is not valid utf-16 (byte 2). Name its encoding with --encoding"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_the_option(data, encoding, sentence):
    with pytest.raises(ReadError) as raised:
        encodings.decode(data, encoding)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("name", ["nonsense", "hex", "rot13", "zip", "", "utf-8\0"])
def test_a_name_that_is_no_text_encoding_is_wrong_usage(name):
    with pytest.raises(UsageError, match="There is no encoding named"):
        encodings.check(name)


def test_a_stream_is_utf_8_until_it_shows_otherwise():
    assert encodings.sniff(b"Ti\xd5ng Vi\xd6t") == "utf-8"
    assert encodings.sniff(TEXT.encode("utf-16-le")) == "utf-16-le"


def test_a_stray_nul_does_not_make_utf_16():
    assert encodings.detect(b"a\0bcd efgh ijkl mnop qrst uvwx yz") is None
