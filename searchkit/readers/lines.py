"""A file as numbered, decoded lines of bounded size; one bad line does not stop the rest."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from searchkit import encodings
from searchkit.readers.records import RECORD_LIMIT, TOO_LARGE

_BUFFER = 1 << 20


class Line(NamedTuple):
    """A line with its end, or what is wrong with it; `number` counts from 1."""

    number: int
    text: str
    wrong: str = ""


def lines(path: Path, encoding: str | None) -> Iterator[Line]:
    """The lines of a file, in `encoding` or the one that its beginning shows; ends only at line feeds."""
    with path.open("rb", buffering=_BUFFER) as file:
        name = encoding or encodings.sniff(file.read(encodings.SAMPLE))
        file.seek(0)
        found = _wide_lines(file, name) if name.startswith(("utf-16", "utf-32")) else _byte_lines(file, name)
        for line in found:
            # a mark that the codec leaves in place; it would not be white space to any parser
            yield line if line.number > 1 else line._replace(text=line.text.removeprefix("\ufeff"))


def _byte_lines(file: BinaryIO, encoding: str) -> Iterator[Line]:
    number = 0
    while raw := file.readline(RECORD_LIMIT):
        number += 1
        if len(raw) == RECORD_LIMIT and not raw.endswith(b"\n"):
            while (rest := file.readline(RECORD_LIMIT)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, "", TOO_LARGE)
            continue
        try:
            text = raw.decode(encoding)
        except UnicodeError:
            text = raw.decode(encodings.UTF_8, "replace")
            yield Line(number, text, f"not valid {encoding.upper()}; name its encoding with --encoding")
        else:
            yield Line(number, text)


def _wide_lines(file: BinaryIO, encoding: str) -> Iterator[Line]:
    """Two or four bytes a character: line feeds are found after decoding, and nothing goes on after a bad byte."""
    number = 1
    try:
        with io.TextIOWrapper(file, encoding, newline="\n") as stream:
            while text := stream.readline(RECORD_LIMIT):
                if len(text) == RECORD_LIMIT and not text.endswith("\n"):
                    while (rest := stream.readline(RECORD_LIMIT)) and not rest.endswith("\n"):
                        pass
                    yield Line(number, "", TOO_LARGE)
                else:
                    yield Line(number, text)
                number += 1
    except UnicodeError:
        yield Line(number, "", f"not valid {encoding.upper()} from here on; name its encoding with --encoding")
