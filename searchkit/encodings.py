"""Bytes to text: which encoding a file is in, and decoding it without guessing beyond the evidence.

Evidence is asked in the order of `DETECTORS`: byte-order mark, NUL bytes (UTF-16 without a mark), strict
UTF-8. What none of them claims is refused with the option to name the encoding; nothing is replaced by
question marks on the way. Control characters are left alone here, and so is U+00AD, which is a letter
in one of the legacy encodings: cleaning comes after decoding.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import NamedTuple

from searchkit.errors import ReadError, UsageError

SAMPLE = 1 << 16  # bytes that a stream is judged by
UTF_8 = "utf-8"
NAME_IT = "Name its encoding with --encoding (cp1258 and utf-16 are examples)"

_MARKS = (  # the UTF-32 mark begins with the UTF-16 one, so it is asked first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NULS = 0.2  # share of NULs in one half of the bytes that makes Vietnamese UTF-16; measured: 0.6 and more
_STRAY_NULS = 0.02


class Decoded(NamedTuple):
    """A text and the Python name of the encoding that it was read in."""

    text: str
    encoding: str


def check(encoding: str) -> str:
    """The Python name of an encoding that a user named.

    >>> check("UTF8"), check("windows-1258")
    ('utf-8', 'cp1258')
    """
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    # Python's own mark for codecs that are text encodings; hex, zip and rot13 are codecs too
    if found is None or not getattr(found, "_is_text_encoding", True):
        raise UsageError(f"There is no encoding named {encoding!r}", "Try utf-8, utf-16, cp1258 or cp1252")
    return found.name


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """A whole file's bytes as text, in `encoding` when it is given, else in the one they show.

    Raises ReadError when the bytes are not in the encoding given, or show none.

    >>> decode("Tiếng Việt".encode("utf-16"))
    Decoded(text='Tiếng Việt', encoding='utf-16')
    """
    chosen = encoding or detect(data)
    try:
        if chosen is not None:
            return Decoded(data.decode(chosen).removeprefix("\ufeff"), chosen)
    except UnicodeError as error:
        raise ReadError(f"it is not valid {chosen} (byte {_at(error)})", NAME_IT) from error
    if b"\0" in data[:SAMPLE]:
        raise ReadError("it is not text (it holds NUL bytes)", NAME_IT)
    raise ReadError(f"it is not valid UTF-8 (line {_bad_line(data)})", NAME_IT)


def detect(data: bytes) -> str | None:
    """The encoding that a whole file's bytes show, or None."""
    for detector in DETECTORS:
        if name := detector(data):
            return name
    return None


def sniff(sample: bytes) -> str:
    """The encoding of a file that is read line by line, from its first `SAMPLE` bytes.

    Without a sign of another one it is UTF-8: lines that are not are then reported one by one.
    """
    return by_mark(sample) or by_nuls(sample) or UTF_8


def by_mark(data: bytes) -> str | None:
    """The encoding that a byte-order mark names."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def by_nuls(data: bytes) -> str | None:
    """UTF-16 without a mark: NULs in the high bytes, hardly any in the low ones."""
    sample = data[: SAMPLE // 16 * 2]
    half = len(sample) // 2
    if not half or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd >= _NULS and even <= _STRAY_NULS:
        return "utf-16-le"
    if even >= _NULS and odd <= _STRAY_NULS:
        return "utf-16-be"
    return None


def as_utf_8(data: bytes) -> str | None:
    """UTF-8, when all of the bytes are and none is NUL."""
    if b"\0" in data:
        return None
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError:
        return None
    return UTF_8


DETECTORS: tuple[Callable[[bytes], str | None], ...] = (by_mark, by_nuls, as_utf_8)


def _at(error: UnicodeError) -> int:
    return getattr(error, "start", 0)


def _bad_line(data: bytes) -> int:
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1
