"""The embedded engine: Whoosh's table of contents and segments, postings as arrays in our own codec.

Reading answers queries on the arrays of each segment and ranks over all of them; writing hands articles to
one feeder or to several processes. No type of Whoosh's is seen outside.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from searchkit.article import Article
from searchkit.engines import Ask, Found, WriteOptions
from searchkit.engines import whoosh_toc as toc
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.memory import keep_freed_memory
from searchkit.engines.searching import search
from searchkit.engines.segment_arrays import ArraySegment, SegmentArrays, delete
from searchkit.resolved import Match, Node, Resolved

if TYPE_CHECKING:
    from searchkit.engines.workers import Workers

START_WORKERS = 4 << 20  # code points of text from which more processes pay for their start


class WhooshEngine:
    """The table's entry; see the Engine protocol."""

    name = "whoosh"

    def create(self, folder: Path, options: WriteOptions, base: Path | None = None) -> WhooshWriter:
        """A writer into the empty `folder`, which starts with the segments of `base`."""
        return WhooshWriter(folder, options, base)

    def open(self, folder: Path) -> WhooshReader:
        """The segments of a generation, memory-mapped."""
        return WhooshReader(folder)

    def versions(self) -> dict[str, str]:
        """The distributions whose behaviour the files depend on."""
        from importlib.metadata import version  # this and `workers` are for writing; a search does without them

        return {name: version(name) for name in ("whoosh3", "pyvi", "numpy")}


ENGINE = WhooshEngine()


class WhooshWriter:
    """Segments of one new generation."""

    def __init__(self, folder: Path, options: WriteOptions, base: Path | None):
        self._folder = folder
        self._options = options
        self._segments: list[ArraySegment] = toc.read_toc(base) if base else []
        for segment in self._segments:
            for name in segment.filenames:
                os.link(base / name, folder / name)
        self._first: list[Article] = []
        self._size = 0
        self._workers: Workers | None = None

    def add(self, article: Article) -> None:
        """Takes an article; the first few megabytes are kept back until it is clear whether processes pay."""
        if self._workers:
            self._workers.add(article)
            return
        self._first.append(article)
        self._size += len(article.text)
        if self._size >= START_WORKERS:
            self._start(self._options.workers)

    def _start(self, workers: int) -> None:
        from searchkit.engines.workers import Workers

        prefix = f"{len(self._segments):04d}{os.urandom(3).hex()}"
        self._workers = Workers(self._folder, prefix, workers, self._options.memory)
        for article in self._first:
            self._workers.add(article)
        self._first.clear()

    def remove(self, ids: Iterable[str]) -> int:
        """Marks articles of the base as deleted; returns how many there were."""
        wanted = list(ids)
        removed = 0
        for number, segment in enumerate(self._segments):
            arrays = SegmentArrays.open(self._folder, segment)
            docs = _docs_of_ids(arrays, wanted)
            if len(docs):
                self._segments[number] = delete(self._folder, segment, docs)
                removed += len(docs)
            arrays.close()
        return removed

    def commit(self) -> int:
        """Finishes the segments and lists them; empty and crowded ones are merged away first."""
        from searchkit.engines.merge_policy import tidy

        if not self._workers:
            self._start(1)
        assert self._workers is not None
        self._segments += self._workers.finish()
        self._segments = tidy(self._folder, self._segments)
        toc.write_toc(self._folder, self._segments)
        return sum(segment.live_count for segment in self._segments)

    def abort(self) -> None:
        """Stops whatever is under way; the caller deletes the folder."""
        if self._workers:
            self._workers.abort()


class WhooshReader:
    """One generation's segments, opened."""

    def __init__(self, folder: Path):
        keep_freed_memory()
        self._segments = [SegmentArrays.open(folder, segment) for segment in toc.read_toc(folder)]
        self._evaluations = [Evaluation(segment) for segment in self._segments]

    def search(self, query: Resolved, ask: Ask) -> Found:
        """Ranked articles of all segments."""
        for evaluation in self._evaluations:
            evaluation.forget()
        return search(self._evaluations, query, ask)

    def count(self, node: Node) -> int:
        """How many articles a part of a query finds."""
        return sum(len(evaluation.docs(node)) for evaluation in self._evaluations)

    def expand(self, node: Node) -> list[str]:
        """The terms that a leaf stands for, most frequent first."""
        counts: dict[str, int] = {}
        for evaluation in self._evaluations if isinstance(node, Match) else ():
            for term, count in evaluation.expansion(node):
                counts[term] = counts.get(term, 0) + count
        return sorted(counts, key=lambda term: (-counts[term], term))

    def suggest(self, query: Resolved) -> list[str]:
        """Queries near this one that find more, those that find most first."""
        from searchkit.engines.suggesting import suggest

        return suggest(self._evaluations, query)

    def article(self, id: str) -> Article | None:
        """One live article by its id."""
        for segment in self._segments:
            docs = _docs_of_ids(segment, [id])
            if len(docs):
                return Article.from_dict(segment.stored(int(docs[0])))
        return None

    def ids(self) -> Iterator[str]:
        """The ids of all live articles."""
        for segment in self._segments:
            lexicon = segment.lexicon("id")
            for number in range(len(lexicon)):
                docs = segment.postings("id", number).docs
                if segment.live is None or segment.live[docs].any():
                    yield lexicon.term(number)

    def stats(self) -> dict[str, Any]:
        """What the archive holds, counted over its segments."""
        return statistics(self._segments)

    def check(self, deep: bool) -> list[str]:
        """What is wrong with the segments' files, a sentence each."""
        return [problem for segment in self._segments for problem in segment.check(deep)]

    def close(self) -> None:
        """Lets go of the mapped files."""
        for segment in self._segments:
            segment.close()


def _docs_of_ids(segment: SegmentArrays, ids: Sequence[str]) -> np.ndarray:
    """The live documents of a segment that have these ids."""
    lexicon = segment.lexicon("id")
    numbers = [number for number in map(lexicon.find, ids) if number >= 0]
    docs = [segment.postings("id", number).docs.astype(np.int64) for number in numbers]
    found = np.concatenate([np.zeros(0, np.int64), *docs])
    return found if segment.live is None else found[segment.live[found]]


def statistics(segments: Sequence[SegmentArrays]) -> dict[str, Any]:
    """Counts over live articles; terms are those of the largest segment's lexicon and more, so a lower bound."""
    live = [segment.live if segment.live is not None else np.ones(segment.doc_count, bool) for segment in segments]
    first = [segment.columns["date_from"][alive] for segment, alive in zip(segments, live)]
    last = [segment.columns["date_to"][alive] for segment, alive in zip(segments, live)]
    dated = [days[days > 0] for days in first]
    ended = [days[days > 0] for days in last]
    return {
        "articles": int(sum(alive.sum() for alive in live)),
        "passages": int(sum(np.diff(s.ragged("passage")[0].astype(np.int64))[alive].sum() for s, alive in zip(segments, live))),
        "syllables": int(sum(s.columns["length"][alive].sum(dtype=np.int64) for s, alive in zip(segments, live))),
        "words": int(sum(s.lengths("word")[alive].sum(dtype=np.int64) for s, alive in zip(segments, live))),
        "terms": max((len(segment.lexicon("syllable")) for segment in segments), default=0),
        "first_date": _day(min((int(days.min()) for days in dated if len(days)), default=0)),
        "last_date": _day(max((int(days.max()) for days in ended if len(days)), default=0)),
        "segments": len(segments),
    }


def _day(ordinal: int) -> str | None:
    from datetime import date

    return date.fromordinal(ordinal).isoformat() if ordinal else None
