"""An article as every reader yields it and every engine stores it; plain values, no I/O.

`compose` builds an Article from the fields that a reader found. Its `text` is the whole article in one
string (title, summary, body, captions given apart), so that one run of offsets serves search, passages,
highlights and quotations alike.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date as Day
from types import MappingProxyType
from typing import Any, NamedTuple

TITLE, SUMMARY, BODY, CAPTION = "title", "summary", "body", "caption"
KINDS = (TITLE, SUMMARY, BODY, CAPTION)
PARAGRAPH_BREAK = "\n\n"
NOTHING: Mapping[str, Any] = MappingProxyType({})  # what a plain value has where it is given nothing
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Part(NamedTuple):
    """A run of an article's text of one kind; code-point offsets into `Article.text`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article: `text` is normalised, `parts` cover it, `date` is an ISO day, month or year."""

    id: str
    text: str
    parts: tuple[Part, ...]
    title: str | None = None
    summary: str | None = None
    captions: tuple[str, ...] = ()
    date: str | None = None
    authors: tuple[str, ...] = ()
    source: str | None = None
    section: str | None = None
    url: str | None = None
    path: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The article as JSON types; `from_dict` gives it back."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["parts"] = [list(part) for part in self.parts]
        values["captions"], values["authors"] = list(self.captions), list(self.authors)
        values["extra"] = dict(self.extra)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Article:
        """The article that `to_dict` made."""
        values = dict(values)
        values["parts"] = tuple(Part(*part) for part in values["parts"])
        values["captions"], values["authors"] = tuple(values["captions"]), tuple(values["authors"])
        return cls(**values)


def date_range(date: str) -> tuple[int, int]:
    """First and last day of an ISO day, month or year, as proleptic ordinals.

    >>> [Day.fromordinal(n).isoformat() for n in date_range("2021-02")]
    ['2021-02-01', '2021-02-28']
    """
    found = _DATE.fullmatch(date)
    if not found:
        raise ValueError(f"{date!r} is not a day, month or year as YYYY-MM-DD, YYYY-MM or YYYY")
    year, month, day = (int(g) if g else None for g in found.groups())
    if day:
        first = last = Day(year, month, day)
    elif month:
        first, last = Day(year, month, 1), Day(year, month, monthrange(year, month)[1])
    else:
        first, last = Day(year, 1, 1), Day(year, 12, 31)
    return first.toordinal(), last.toordinal()


def join_parts(pieces: Iterable[tuple[str, str]]) -> tuple[str, tuple[Part, ...]]:
    """(kind, text) pieces in order -> the composed text and its parts; empty pieces are left out.

    >>> join_parts([("title", "Tựa"), ("summary", ""), ("body", "Một.")])
    ('Tựa\\n\\nMột.', (Part(kind='title', start=0, end=3), Part(kind='body', start=5, end=9)))
    """
    texts: list[str] = []
    parts: list[Part] = []
    at = 0
    for kind, text in pieces:
        if not text:
            continue
        if kind == BODY and parts and parts[-1].kind == BODY:
            parts[-1] = Part(BODY, parts[-1].start, at + len(text))
        else:
            parts.append(Part(kind, at, at + len(text)))
        texts.append(text)
        at += len(text) + len(PARAGRAPH_BREAK)
    return PARAGRAPH_BREAK.join(texts), tuple(parts)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text: runs between blank lines, outer white space taken off."""
    for paragraph in re.split(r"\n[^\S\n]*\n\s*", text):
        if paragraph.strip():
            yield paragraph.strip()
