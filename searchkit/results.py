"""What a search gives back: plain frozen values, ready to render; no search, no markup.

All offsets are code points: a passage's `start` and `end` into the article's composed text, its
`highlights` into the passage's own `text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

VERSION = 1  # of the JSON shapes; a promise to scripts
SCORE_DIGITS = 4


class Highlight(NamedTuple):
    """A matched run of a passage's text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage in full; `highlights` are sorted, do not overlap and are offsets into `text`."""

    number: int
    kind: str
    score: float
    start: int
    end: int
    text: str
    highlights: tuple[tuple[int, int], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The passage as JSON types, keys in the promised order."""
        return {
            "number": self.number,
            "kind": self.kind,
            "score": round(float(self.score), SCORE_DIGITS),
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "highlights": [[int(start), int(end)] for start, end in self.highlights],
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked article with its best passages; `missing` names the wanted words that it lacks.

    `duplicates` are the ids of near-identical articles grouped under this one; `detail` says where the
    score comes from, when that was asked for.
    """

    rank: int
    score: float
    id: str
    title: str | None = None
    date: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    url: str | None = None
    path: str | None = None
    missing: tuple[str, ...] = ()
    passages: tuple[PassageHit, ...] = ()
    duplicates: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The hit as JSON types, keys in the promised order; `detail` only where there is one."""
        values = {
            "rank": self.rank,
            "score": round(float(self.score), SCORE_DIGITS),
            "id": self.id,
            "title": self.title,
            "date": self.date,
            "source": self.source,
            "authors": list(self.authors),
            "section": self.section,
            "url": self.url,
            "path": self.path,
            "missing": list(self.missing),
            "passages": [passage.to_dict() for passage in self.passages],
            "duplicates": list(self.duplicates),
        }
        if self.detail:
            values["detail"] = dict(self.detail)
        return values


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one query; `total` counts articles that satisfy all of it, `hits` may go on beyond them."""

    query: str
    total: int
    took_ms: float = 0.0
    notices: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    suggestions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON types, keys in the promised order."""
        return {
            "version": VERSION,
            "query": self.query,
            "total": int(self.total),
            "took_ms": round(float(self.took_ms), 1),
            "notices": list(self.notices),
            "hits": [hit.to_dict() for hit in self.hits],
            "suggestions": list(self.suggestions),
        }
