"""JSON files: an array of objects, one object, or an object whose `articles` is the array.

An array is read object by object from a buffer that holds little more than the object at hand, by the same
decoder as JSON Lines, so a large file needs no more memory than its largest record. After a syntax
error nothing that follows can be told apart, so it is reported with its line and reading ends.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from searchkit import encodings
from searchkit.readers.json_lines import DECODER, NOT_AN_OBJECT, TOO_DEEP
from searchkit.readers.records import RECORD_LIMIT, TOO_LARGE, Bad, ReadOptions, Record, SourceFile

_CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")  # with the byte-order mark, which some codecs leave in place
_ARTICLES = re.compile(r'\{[ \t\r\n]*"articles"[ \t\r\n]*:[ \t\r\n]*\[')
_NEAR_END = 16  # a token cut by the end of the buffer fails at most this far before it
_OPEN_STRING = "Unterminated string"  # except for this error, which names the place where the string begins


class _Stop(Exception):
    """Reading cannot go on; the message is the reason."""


def read(source: SourceFile, options: ReadOptions) -> Iterator[Record | Bad]:
    """The records of a file, each with the line on which it begins."""
    with source.path.open("rb") as file:
        window = _Window(file, options.encoding)
        try:
            yield from _records(window)
        except _Stop as stop:
            yield Bad(window.line(), str(stop))


def _records(window: _Window) -> Iterator[Record | Bad]:
    first = window.peek()
    if first == "[":
        window.skip(1)
        yield from _array(window)
    elif first == "{" and (opening := window.match(_ARTICLES)):
        window.skip(opening)
        yield from _array(window)
        # what stands beside the articles describes the export, not one of them
    elif first:
        value, wrong, line = window.value()
        listed = value.get("articles") if isinstance(value, dict) else None
        if isinstance(listed, list):
            yield from (_record(item, "", line) for item in listed)
        else:
            yield _record(value, wrong, line)
        if window.peek():
            raise _Stop("more text after the end of the JSON value (one object a line is .jsonl)")


def _array(window: _Window) -> Iterator[Record | Bad]:
    if window.peek() == "]":
        return
    while True:
        window.peek()
        value, wrong, line = window.value()
        yield _record(value, wrong, line)
        separator = window.peek()
        window.skip(1)
        if separator == "]":
            return
        if separator != ",":
            raise _Stop("the array is not closed" if not separator else "no comma between two records")


def _record(value: Any, wrong: str, line: int) -> Record | Bad:
    if wrong:
        return Bad(line, wrong)
    return Record(value, line) if isinstance(value, dict) else Bad(line, NOT_AN_OBJECT)


class _Window:
    """The part of a file that is being looked at: decoded text, and how far it is used up."""

    def __init__(self, file: BinaryIO, encoding: str | None):
        name = encoding or encodings.sniff(file.read(encodings.SAMPLE))
        file.seek(0)
        # bytes that are wrong stay visible as surrogates, so that only their own record is refused
        self._decoder = codecs.getincrementaldecoder(name)(errors="surrogateescape")
        self._encoding = name
        self._file = file
        self._text = ""
        self._at = 0
        self._lines = 1
        self._counted = 0  # how far line feeds are counted in `_lines`
        self._ended = False

    def line(self) -> int:
        """The line of the place reached."""
        self._lines += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines

    def peek(self) -> str:
        """The next character that is not white space, which is passed over; "" at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self, count: int) -> None:
        """Passes over characters."""
        self._at += count

    def match(self, pattern: re.Pattern[str]) -> int:
        """How many characters from here on match."""
        found = pattern.match(self._text, self._at)
        return found.end() - found.start() if found else 0

    def value(self) -> tuple[Any, str, int]:
        """The JSON value that begins here, what is wrong with it, and its line."""
        line = self.line()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise _Stop(TOO_DEEP) from None
            except json.JSONDecodeError as error:
                if self._cut(error) and self._more():
                    continue
                raise _Stop(f"not valid JSON ({error.msg.lower()})") from None
            except ValueError:
                raise _Stop("not valid JSON (a number of too many digits)") from None
            wrong = self._wrong(self._at, end)
            self._at = end
            return value, wrong, line

    def _cut(self, error: json.JSONDecodeError) -> bool:
        return error.pos >= len(self._text) - _NEAR_END or error.msg.startswith(_OPEN_STRING)

    def _wrong(self, start: int, end: int) -> str:
        if end - start > RECORD_LIMIT:
            return TOO_LARGE
        try:
            self._text[start:end].encode()
        except UnicodeEncodeError:
            return self._not_in_encoding()
        return ""

    def _not_in_encoding(self) -> str:
        return f"not valid {self._encoding.upper()}; name its encoding with --encoding"

    def _more(self) -> bool:
        """Reads on, as much again as is unused, so that a long record is not looked at too often."""
        if self._ended:
            return False
        unused = len(self._text) - self._at
        if unused > RECORD_LIMIT:
            raise _Stop(TOO_LARGE)
        raw = self._file.read(max(_CHUNK, unused))
        self._ended = not raw
        self.line()
        try:
            self._text = self._text[self._at :] + self._decoder.decode(raw, final=self._ended)
        except UnicodeError:
            raise _Stop(self._not_in_encoding()) from None
        self._at = self._counted = 0
        return True
