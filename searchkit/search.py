"""The pipeline on one screen: parse, resolve, ask the engine, cut passages, light what matched.

Start reading here. A Session holds one opened generation, so a whole batch pays for opening once and sees
one state of the archive from beginning to end.
"""

from __future__ import annotations

import time
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from searchkit import abbreviations, explain, opening, passages
from searchkit.article import Article
from searchkit.engines import Ask, Candidate
from searchkit.errors import NotFound, QueryError
from searchkit.highlight import highlights
from searchkit.parser import parse
from searchkit.passages import Passage
from searchkit.resolve import Resolved, resolve
from searchkit.results import Hit, PassageHit, Results

FEW = 2  # a name that finds no more may have been mistyped;
NAME = 4  # syllables; a longer query, found once, was not
MUCH_MORE = 10  # times as many articles, for a suggestion to be made where something was found
MOST_SUGGESTIONS = 5
OPENING = 200  # code points of an article that may stand for a headline
ABBREVIATIONS_FILE = "abbreviations.txt"  # the user's own, beside the index


class SearchOptions(NamedTuple):
    """What a search wants beside its query; the command line's defaults."""

    limit: int = 10
    offset: int = 0
    passages: int = 1
    sort: str = "relevance"
    marks: str = "prefer"
    all_words: bool = False
    group: bool = True
    explain: bool = False

    def ask(self) -> Ask:
        """The part of it that the engine needs."""
        return Ask(self.limit, self.offset, self.passages, self.sort, self.group, self.explain)


class Session:
    """One generation of an index, opened for any number of searches; a context manager."""

    def __init__(self, folder: Path, today: date | None = None):
        self.folder = folder
        self.today = today
        self._opened = opening.open_current(folder)
        self.reader = self._opened.reader

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the index's files."""
        self._opened.close()

    @cached_property
    def _abbreviations(self) -> Any:
        own = self.folder / ABBREVIATIONS_FILE
        return abbreviations.load(own if own.exists() else None)

    def resolve(self, query: str, options: SearchOptions = SearchOptions()) -> Resolved:
        """The query as the engines understand it."""
        return resolve(
            parse(query),
            marks=options.marks,
            all_words=options.all_words,
            abbreviations=self._abbreviations,
            today=self.today,
        )

    def explain(self, query: str, options: SearchOptions = SearchOptions()) -> dict[str, Any]:
        """How a query is read and what each part of it finds, as plain values; see `searchkit.explain`."""
        resolved = self.resolve(query, options)
        facts = explain.explain_tree(parse(query), resolved)
        return explain.with_index(facts, resolved, self.reader.count, self.reader.expand)

    def search(self, query: str, options: SearchOptions = SearchOptions()) -> Results:
        """Ranked articles with their best passages, matches lit."""
        started = time.perf_counter()
        resolved = self.resolve(query, options)
        found = self.reader.search(resolved, options.ask())
        hits = tuple(
            self._hit(options.offset + rank, candidate, resolved)
            for rank, candidate in enumerate(found.candidates, start=1)
        )
        few = FEW if len(query.split()) <= NAME else 0
        suggestions = self._suggestions(resolved, found.total, options) if found.total <= few else ()
        notices = (*resolved.notices, *found.notices)
        return Results(query, found.total, 1000 * (time.perf_counter() - started), notices, hits, suggestions)

    def _suggestions(self, resolved: Resolved, total: int, options: SearchOptions) -> tuple[str, ...]:
        """The engine's suggestions that, asked in the same way, do find more: much more where something was found."""
        enough = max(1, MUCH_MORE * total)
        kept = (text for text in self.reader.suggest(resolved) if self._total(text, options) >= enough)
        return tuple(islice(kept, MOST_SUGGESTIONS))

    def _total(self, query: str, options: SearchOptions) -> int:
        try:
            return self.reader.count(self.resolve(query, options).complete)
        except QueryError:
            return 0

    def _hit(self, rank: int, candidate: Candidate, resolved: Resolved) -> Hit:
        article = self.show(candidate.id)
        cut = passages.of_article(article, candidate.starts)
        shown = tuple(
            _passage_hit(article, cut[scored.number - 1], scored.score, resolved) for scored in candidate.passages
        )
        return Hit(
            rank=rank,
            score=candidate.score,
            id=article.id,
            title=article.title,
            date=article.date,
            source=article.source,
            authors=article.authors,
            section=article.section,
            url=article.url,
            path=article.path,
            missing=candidate.missing,
            passages=shown,
            duplicates=candidate.duplicates,
            detail=candidate.detail,
            opening=article.text[:OPENING],
        )

    def show(self, id: str) -> Article:
        """One article in full; NotFound when the index has none of that id."""
        article = self.reader.article(id)
        if article is None:
            raise NotFound(f"No article has the id {id!r}", "Ids stand beside each hit of a search")
        return article

    def highlight(self, article: Article, query: str) -> list[tuple[int, int]]:
        """What the query matched in an article, as offsets into its whole text."""
        resolved = self.resolve(query)
        return [
            (part.start + low, part.start + high)
            for part in article.parts
            for low, high in highlights(article.text, part.start, part.end, part.kind, resolved)
        ]

    def stats(self) -> dict[str, Any]:
        """Counts of the engine with the manifest's facts."""
        return opening.stats(self.folder)


def _passage_hit(article: Article, passage: Passage, score: float, resolved: Resolved) -> PassageHit:
    text = article.text[passage.start : passage.end]
    around = next((part.start, part.end) for part in article.parts if part.start <= passage.start < max(part.end, part.start + 1))
    lit = highlights(article.text, passage.start, passage.end, passage.kind, resolved, around)
    return PassageHit(passage.number, passage.kind, score, passage.start, passage.end, text, tuple(lit))
