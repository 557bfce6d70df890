"""Article text made fit for one line of output: cleaned, marked, measured in cells and wrapped.

Marks are two control characters while a text is wrapped, which cannot stand in a cleaned text; `paint`
turns them into colours or brackets last, so that no offset has to follow the wrapping.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from searchkit.text import strip_controls

LIT, UNLIT = "\x02", "\x03"
_SPACE = re.compile(r"\s+")
_MARKS = re.compile(f"[{LIT}{UNLIT}]")
RESET = "\x1b[0m"
STYLES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "match": "\x1b[1;31m", "warn": "\x1b[33m", "good": "\x1b[32m",
          "bad": "\x1b[31m", "name": "\x1b[36m"}


def clean(text: str) -> str:
    """The text on one line, without anything that could steer a terminal; outer spaces stay.

    >>> clean("Quang\\n Bình\\x07")
    'Quang Bình'
    """
    return strip_controls(_SPACE.sub(" ", text))


def pieces(text: str, highlights: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The text cut at its highlights: (piece, whether it is lit), none of them empty.

    >>> list(pieces("cải tạo vườn tạp", [(8, 16)]))
    [('cải tạo ', False), ('vườn tạp', True)]
    """
    at = 0
    for start, end in highlights:
        if start > at:
            yield text[at:start], False
        if end > start:
            yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def marked(text: str, highlights: Iterable[tuple[int, int]]) -> str:
    """The cleaned text with LIT and UNLIT around its highlights."""
    cleaned = ((clean(piece), lit) for piece, lit in pieces(text, highlights))
    return "".join(f"{LIT}{piece}{UNLIT}" if lit else piece for piece, lit in cleaned).strip()


def cells(text: str) -> int:
    """Columns that a text takes on a terminal: combining marks none, East Asian wide characters two.

    >>> cells("tỉnh ủy"), cells("tỉnh"), cells("河江")
    (7, 4, 4)
    """
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_cell, text))


def _cell(character: str) -> int:
    if character in (LIT, UNLIT) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces; a word longer than a line is broken inside.

    >>> wrap("Bí thư Tỉnh ủy Hà Giang", 14)
    ['Bí thư Tỉnh ủy', 'Hà Giang']
    """
    lines: list[str] = []
    line, used = "", 0
    for word in _words(text, max(width, 2)):
        needed = cells(word)
        if line and used + 1 + needed > width:
            lines.append(line)
            line, used = word, needed
        else:
            line, used = (f"{line} {word}", used + 1 + needed) if line else (word, needed)
    return [*lines, line] if line else lines


def _words(text: str, width: int) -> Iterator[str]:
    for word in text.split():
        while cells(word) > width:
            cut = _fitting(word, width)
            yield word[:cut]
            word = word[cut:]
        if word:
            yield word


def _fitting(word: str, width: int) -> int:
    used = 0
    for at, character in enumerate(word):
        used += _cell(character)
        if used > width:
            return at
    return len(word)


def shorten(text: str, width: int) -> str:
    """The text in at most `width` cells, cut at a space with an ellipsis where it is longer."""
    if cells(text) <= width:
        return text
    lines = wrap(text, max(width - 2, 2))
    return f"{lines[0]} …"


def style(text: str, name: str, colour: bool) -> str:
    """The text in a style of STYLES, or as it is without colour."""
    return f"{STYLES[name]}{text}{RESET}" if colour and text else text


def brackets(text: str) -> str:
    """LIT and UNLIT as square brackets."""
    return text.replace(LIT, "[").replace(UNLIT, "]")


def lit_lines(text: str, width: int, colour: bool) -> list[str]:
    """A marked text wrapped, matches in colour or in [brackets]; a colour never runs over a line's end."""
    if not colour:
        return wrap(brackets(text), width)
    lines, lit = [], False
    for line in wrap(text, width):
        opened = f"{LIT}{line}" if lit else line
        found = _MARKS.findall(line)
        lit = found[-1] == LIT if found else lit
        lines.append(_paint(f"{opened}{UNLIT}" if lit else opened))
    return lines


def _paint(line: str) -> str:
    return line.replace(LIT, STYLES["match"]).replace(UNLIT, RESET)
