"""What a search gives back: plain frozen values, ready to render; no search, no markup.

All offsets are code points: a passage's `start` and `end` into the article's composed text, its
`highlights` into the passage's own `text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from searchkit.article import NOTHING
from searchkit.errors import QueryError, SearchkitError

VERSION = 1  # of the JSON shapes; a promise to scripts
SCORE_DIGITS = 4


class PassageHit(NamedTuple):
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


class Hit(NamedTuple):
    """One ranked article with its best passages; `missing` names the wanted words that it lacks.

    `duplicates` are the ids of near-identical articles grouped under this one; `detail` says where the
    score comes from, when that was asked for; `opening` is how the article begins, for people to
    recognise one that has no title (not part of the JSON).
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
    detail: Mapping[str, Any] = NOTHING
    opening: str = ""

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


class Results(NamedTuple):
    """The answer to one query; `total` counts articles that satisfy all of it, `hits` may go on beyond them."""

    query: str
    total: int
    took_ms: float = 0.0
    notices: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether anything was found at all, on this page of the results or another."""
        return bool(self.hits) or self.total > 0

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


class Answer(NamedTuple):
    """What became of one query of a list: its results or the error that it met, and the line it stood on."""

    query: str
    results: Results | None = None
    error: SearchkitError | None = None
    line: int | None = None

    @property
    def status(self) -> str:
        """`ok` when something was found, `none` when nothing, `error` when the query could not be answered."""
        if self.error is not None:
            return "error"
        return "ok" if self.results is not None and self.results.found else "none"

    def to_dict(self) -> dict[str, Any]:
        """The results as JSON types; on a line of a list also `line` and `status`, and `error` when it failed."""
        values = (self.results or Results(self.query, 0)).to_dict()
        if self.line is not None:
            values |= {"line": self.line, "status": self.status}
        if self.error is not None:
            values["error"] = error_dict(self.error)
        return values


def error_dict(error: SearchkitError) -> dict[str, Any]:
    """An error as JSON types: `kind`, `message`, `position` (null when it has none) and `hint`.

    >>> error_dict(QueryError("There is no month 13", "Write date:2021-12", position=5))
    {'kind': 'query', 'message': 'There is no month 13', 'position': 5, 'hint': 'Write date:2021-12'}
    """
    return {
        "kind": error.kind,
        "message": error.message,
        "position": error.position if isinstance(error, QueryError) else None,
        "hint": error.hint,
    }
