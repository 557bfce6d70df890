"""The Engine protocol and the table of engines, imported only when one is used.

No type of an engine's library crosses this line: articles, resolved queries and plain values go in,
plain values come out. Passages' text and highlights are made above it, from the article's own text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from searchkit.article import NOTHING, Article
from searchkit.errors import UsageError

if TYPE_CHECKING:
    from searchkit.resolve import Node, Resolved

ENGINES = {"whoosh": "searchkit.engines.whoosh_engine"}
DEFAULT_ENGINE = "whoosh"


class WriteOptions(NamedTuple):
    """How to build: `workers` processes, `memory` bytes of analysed text held before a segment is written."""

    workers: int = 1
    memory: int = 512 << 20


class Ask(NamedTuple):
    """What a search wants beside its query."""

    limit: int = 10
    offset: int = 0
    passages: int = 1
    sort: str = "relevance"
    group: bool = True
    explain: bool = False


class PassageScore(NamedTuple):
    """A passage of a candidate by its stable number (from 1) and what it scores."""

    number: int
    score: float


class Candidate(NamedTuple):
    """One ranked article.

    starts: code points at which its passages start, where the engine keeps them;  detail: where the score comes from,
    when it was asked for
    """

    id: str
    score: float
    passages: tuple[PassageScore, ...]
    starts: tuple[int, ...] | None = None
    missing: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    detail: Mapping[str, float] = NOTHING


class Found(NamedTuple):
    """`total` counts the articles that satisfy all of the query; `candidates` may go on with some that lack words."""

    total: int
    candidates: tuple[Candidate, ...]
    notices: tuple[str, ...] = ()


class Reader(Protocol):
    """One generation, opened; answers until closed, whatever is written meanwhile."""

    def search(self, query: Resolved, ask: Ask) -> Found: ...
    def count(self, node: Node) -> int:
        """How many articles a part of a query finds."""
    def expand(self, node: Node) -> list[str]:
        """The spellings or terms of the index that a leaf stands for, most frequent first."""
    def suggest(self, query: Resolved) -> list[str]:
        """Queries near this one that would find more, best first."""
    def article(self, id: str) -> Article | None: ...
    def ids(self) -> Iterator[str]: ...
    def stats(self) -> dict[str, Any]:
        """articles, passages, syllables, words, terms, first_date, last_date, segments, ..."""
    def check(self, deep: bool) -> list[str]:
        """Sentences on what is wrong with the engine's own files; empty when all is well."""
    def close(self) -> None: ...


class Writer(Protocol):
    """Writes one new generation into a folder; nothing is visible to readers before the index swaps it in."""

    def add(self, article: Article) -> None: ...
    def remove(self, ids: Iterable[str]) -> int:
        """Removes articles of the base generation; returns how many were there."""
    def commit(self) -> int:
        """Finishes all files, fsyncs them, returns the number of live articles."""
    def abort(self) -> None: ...


class Engine(Protocol):
    """A way to store and search articles."""

    name: str

    def create(self, folder: Path, options: WriteOptions, base: Path | None = None) -> Writer:
        """A writer into the empty `folder`; with `base`, its articles are carried over (files hard-linked)."""
    def open(self, folder: Path) -> Reader: ...
    def versions(self) -> dict[str, str]:
        """Versions of the libraries this engine rests on, for the manifest."""


def load(name: str) -> Engine:
    """The engine of that name; its library is imported now, not before."""
    if name not in ENGINES:
        raise UsageError(f"There is no engine named {name!r}", f"Engines: {', '.join(ENGINES)}")
    return import_module(ENGINES[name]).ENGINE
