"""Lists of queries, as people keep them: text files with one a line, CSV and TSV from spreadsheets.

Every query comes with the number of the line it stands on. Blank lines are left out; nothing is a
comment, because `#tag` is a query like any other.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from searchkit.errors import QueryError, ReadError

STDIN = "-"
QUERY_COLUMN = "query"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t"  # spreadsheets of many countries, Viet Nam's among them, write CSV with semicolons
_TABLES = (".csv", ".tsv")
_LONGEST_CELL = 1 << 17  # characters; an unclosed quotation mark would swallow the rest of the file as one query
_UNDECODED = re.compile("[\udc80-\udcff]")
_QUOTES = re.compile('["“”„«»]')


class QueryLine(NamedTuple):
    """A query and the line it stands on, from 1; bytes that are not UTF-8 are in it as surrogates: see `undecoded`."""

    line: int
    query: str


def read_queries(path: str) -> Iterator[QueryLine]:
    """The queries of a file, `-` for standard input (one a line), as they come; ReadError when it cannot be read.

    In a CSV or TSV the column named `query`, else the first column, first row included.
    """
    try:
        if path == STDIN:
            yield from _numbered(decoded(sys.stdin.buffer))
            return
        with open(path, "rb") as file:
            lines = decoded(file)
            yield from _table(lines, path) if Path(path).suffix.lower() in _TABLES else _numbered(lines)
    except UnicodeError as error:
        raise ReadError(f"{path} is not UTF-16 text to its end", "Save it as UTF-8", path) from error
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}", "Name a file of queries, or -", path) from error


def undecoded(query: str) -> QueryError | None:
    r"""What is wrong with a line that is not UTF-8; None when all of it is text.

    >>> str(undecoded("t\udceanh"))
    'Byte 0xEA is not UTF-8 text. Save the list as UTF-8; this line may be Windows-1258 or another old encoding'
    """
    found = _UNDECODED.search(query)
    if found is None:
        return None
    hint = "Save the list as UTF-8; this line may be Windows-1258 or another old encoding"
    return QueryError(f"Byte 0x{ord(found[0]) - 0xDC00:02X} is not UTF-8 text", hint, found.start())


def printable(query: str) -> str:
    r"""The query with a � in place of every byte that is not UTF-8.

    >>> printable("t\udceanh")
    't�nh'
    """
    return _UNDECODED.sub("\N{REPLACEMENT CHARACTER}", query)


def as_phrase(query: str) -> str:
    """The query as one phrase; quotation marks inside it become spaces.

    >>> as_phrase('cải tạo "vườn tạp"')
    '"cải tạo vườn tạp"'
    """
    return f'"{" ".join(_QUOTES.sub(" ", query).split())}"'


def decoded(file: BinaryIO) -> io.TextIOWrapper:
    """The file as text: UTF-8, or what its byte order mark says, or UTF-16 by its zero bytes.

    Bytes that are not UTF-8 become surrogates, so that they spoil their own line alone; UTF-16 has no such limits.
    """
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)
    head = buffered.peek(64)[:64]
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _bare_encoding(head)
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    return io.TextIOWrapper(buffered, encoding=encoding, errors=errors, newline="")


def _bare_encoding(head: bytes) -> str:
    """Text has no zero bytes, unless it is UTF-16: then they are the upper halves of its spaces and plain letters."""
    lower, upper = head[::2].count(0), head[1::2].count(0)
    if lower == upper:
        return "utf-8"
    return "utf-16-le" if upper > lower else "utf-16-be"


def _numbered(lines: Iterator[str]) -> Iterator[QueryLine]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield QueryLine(number, line.strip())


def _table(lines: Iterator[str], path: str) -> Iterator[QueryLine]:
    first = next(lines, "")
    delimiter = "\t" if path.lower().endswith(".tsv") else _delimiter(first)
    csv.field_size_limit(_LONGEST_CELL)  # the process's own; a reader of articles may have set it to theirs
    rows = csv.reader(_again(first, lines), delimiter=delimiter)
    column, number = None, 1
    try:
        for row in rows:
            started, number = number, rows.line_num + 1
            if column is None:
                names = [cell.strip().casefold() for cell in row]
                column = names.index(QUERY_COLUMN) if QUERY_COLUMN in names else 0
                if QUERY_COLUMN in names:
                    continue
            if len(row) > column and row[column].strip():
                yield QueryLine(started, " ".join(row[column].split()))
    except csv.Error as error:
        raise ReadError(f"{path} line {number} is not CSV: {error}", "Save it as CSV again", path, number) from error


def _delimiter(first: str) -> str:
    """The separator that stands most often outside quotation marks in the first line; a comma when none does."""
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=bare.count)


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
