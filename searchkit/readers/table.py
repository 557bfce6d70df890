"""CSV and TSV: a header row names the columns, each later row is one article.

A row may span lines inside quotes. A quote that is never closed costs its own row at most: it is then read
as one line, if that has the header's cells, and reading goes on with the next.
"""

from __future__ import annotations

import csv
import re
import textwrap
from collections import deque
from collections.abc import Iterator
from itertools import islice

from searchkit.readers.fields import assigned
from searchkit.readers.lines import Line, lines
from searchkit.readers.records import RECORD_LIMIT, Bad, ReadOptions, Record, SourceFile, distinct

DELIMITERS = ",;\t"
_ROW_LIMIT = 16 << 20  # characters; a quote that is never closed would else take in the whole file
_RETURNS = re.compile(r"[^\r]*\r\n?|[^\r]+")
_SAYING = ("title", "summary", "text", "captions")
_SAMPLE = 50  # lines that show whether quotes are quotes


def read(source: SourceFile, options: ReadOptions) -> Iterator[Record | Bad]:
    """The rows of a file, each with the line on which it begins."""
    csv.field_size_limit(RECORD_LIMIT)
    found = _universal(lines(source.path, options.encoding))
    sample = list(islice(found, _SAMPLE))
    rows = _Rows(_Queue(sample, found), _dialect(sample, source.path.suffix.lower()))
    header = next(rows, None)
    if header is None:
        return
    if isinstance(header, Bad):
        yield header
        return
    names = distinct(name.strip() or f"column {number}" for number, name in enumerate(header.cells, start=1))
    if not _can_be_read(names, options):
        shown = ", ".join(textwrap.shorten(name, 30, placeholder="…") for name in names[:8])
        yield Bad(header.line, f"its first row names no column of titles or text ({shown}); add such a row or use --field")
        return
    rows.width = len(names)
    for row in rows:
        yield row if isinstance(row, Bad) else _record(row, names)


def _can_be_read(names: list[str], options: ReadOptions) -> bool:
    """Whether some column can hold what an article says; in a table whose first row is an article, none does."""
    return any(field in _SAYING for _, field in assigned(tuple(names), tuple(options.field_map.items())))


def _universal(found: Iterator[Line]) -> Iterator[Line]:
    """The same lines, those apart that end in a lone carriage return, as old Macintosh files have them."""
    more = 0
    for line in found:
        pieces = _RETURNS.findall(line.text) if "\r" in line.text.removesuffix("\r\n") else [line.text]
        for at, piece in enumerate(pieces):
            yield Line(line.number + more + at, piece, line.wrong)
        more += max(0, len(pieces) - 1)


class _Row:
    """The cells of a row and the line on which it begins."""

    __slots__ = ("cells", "line")

    def __init__(self, cells: list[str], line: int):
        self.cells = cells
        self.line = line


def _record(row: _Row, names: list[str]) -> Record | Bad:
    if len(row.cells) != len(names):
        return Bad(row.line, f"{len(row.cells)} cells where the header has {len(names)}")
    return Record(dict(zip(names, row.cells, strict=True)), row.line)


class _Queue:
    """Lines one by one; some can be put back."""

    def __init__(self, first: list[Line], rest: Iterator[Line]):
        self._waiting = deque(first)
        self._rest = rest

    def take(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._rest, None)

    def put_back(self, taken: list[Line]) -> None:
        self._waiting.extendleft(reversed(taken))


class _Rows:
    """Rows that are not blank; `width` is the number of cells expected, once it is known."""

    def __init__(self, queue: _Queue, dialect: dict[str, object]):
        self._queue = queue
        self._dialect = dialect
        self.width = 0

    def __iter__(self) -> Iterator[_Row | Bad]:
        return self

    def __next__(self) -> _Row | Bad:
        while True:
            taken: list[Line] = []
            try:
                cells = next(csv.reader(self._feed(taken), strict=True, **self._dialect), None)
            except csv.Error as error:
                return self._one_line(taken, str(error))
            if cells is None:
                raise StopIteration
            if wrong := next((line for line in taken if line.wrong), None):
                return Bad(wrong.number, wrong.wrong)
            if any(cells):
                return _Row(cells, taken[0].number)

    def _feed(self, taken: list[Line]) -> Iterator[str]:
        size = 0
        while line := self._queue.take():
            taken.append(line)
            size += len(line.text)
            if size > _ROW_LIMIT and len(taken) > 1:
                raise csv.Error("unexpected end of data")
            yield line.text

    def _one_line(self, taken: list[Line], reason: str) -> _Row | Bad:
        """A row whose quotes do not fit: its first line alone, read leniently."""
        self._queue.put_back(taken[1:])
        first = taken[0]
        cells = next(csv.reader([first.text], **self._dialect))
        if not first.wrong and len(cells) == self.width:
            return _Row([cell.rstrip("\r\n") for cell in cells], first.number)
        if reason == "unexpected end of data":
            reason = "a quote that is never closed"
        return Bad(first.number, first.wrong or reason)


def _dialect(sample: list[Line], suffix: str) -> dict[str, object]:
    """The delimiter that splits the header into most cells; in tab-separated text, whether quotes are quotes."""
    preferred = "\t" if suffix == ".tsv" else ","
    first = next((line.text for line in sample if line.text.strip()), "")
    cells = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: (cells[mark], mark == preferred))
    if delimiter == "\t" and _bare_quotes(sample, cells[delimiter]):
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": delimiter}


def _bare_quotes(sample: list[Line], width: int) -> bool:
    """Whether every line is a row of its own and some cell opens a quote that it does not close."""
    rows = [line.text.rstrip("\r\n").split("\t") for line in sample if line.text.strip()]
    opened = any(cell.startswith('"') and (cell.count('"') % 2 or not cell.endswith('"')) for row in rows for cell in row)
    return opened and all(len(row) == width for row in rows)
