"""Queries drawn from the articles themselves, the same for every system; the same articles give the same queries.

A query says what it means (`operator` over `terms`) for systems that have no language of their own for it,
and what a person would type (`typed`).
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from common import Plain, read_plain

DRAWN_FROM = 4000  # articles
INSTANCES = 5  # queries of each drawn kind of the table
RUN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")  # syllables with nothing but spaces between them
NAME = re.compile(r"(?<=[^\W\d_] )[A-ZĐ][^\W\d_]+(?: [A-ZĐ][^\W\d_]+){1,3}")
ASKING = ("là ai", "ở đâu", "là gì", "bao nhiêu", "khi nào", "như thế nào", "vì sao")


@dataclass(frozen=True, slots=True)
class Query:
    """`operator`: "and", "or" or "phrase" of lower-case terms; a term that ends in * is a prefix."""

    kind: str
    operator: str
    terms: tuple[str, ...]
    typed: str = ""


def table(path: Path, seed: int = 4) -> list[Query]:
    """The queries whose bare evaluation is measured."""
    articles = list(read_plain(path, DRAWN_FROM))
    draw = _Draw(articles, random.Random(seed))
    common = Counter(term for article in articles[:1000] for term in re.findall(r"[^\W\d_]{2,}", article.text.lower()))
    often = tuple(term for term, _ in common.most_common(6))
    return [
        *(Query("AND of 6 syllables", "and", draw.distinct(6)) for _ in range(INSTANCES)),
        *(Query("phrase of 4", "phrase", draw.run(4)) for _ in range(INSTANCES)),
        Query('phrase "nguyễn văn"', "phrase", ("nguyễn", "văn")),
        Query("OR of 6 common syllables", "or", often),
        *(Query("question of 15 syllables (OR)", "or", draw.run(15)) for _ in range(INSTANCES)),
        Query("prefix ngh*", "and", ("ngh*",)),
    ]


def mixed(path: Path, count: int = 200, seed: int = 6) -> list[Query]:
    """What people ask: names, headlines half remembered, phrases, questions, prefixes; two fifths without marks."""
    draw = _Draw(list(read_plain(path, DRAWN_FROM)), random.Random(seed))
    makers: list[tuple[int, Callable[[], Query]]] = [
        (5, draw.name), (5, draw.headline), (4, draw.phrase), (4, draw.question), (2, draw.prefix)
    ]  # fmt: skip
    found: list[Query] = []
    for share, make in makers:
        some = [make() for _ in range(count * share // 20)]
        unmarked_from = len(some) * 3 // 5
        found += some[:unmarked_from] + [without_marks(query) for query in some[unmarked_from:]]
    return found


def without_marks(query: Query) -> Query:
    """The query as typed on a keyboard without marks."""
    terms = tuple(bare(term) for term in query.terms)
    return replace(query, kind=f"{query.kind}, unmarked", terms=terms, typed=bare(query.typed))


def bare(text: str) -> str:
    """A text without its marks.

    >>> bare("Đường đi khó")
    'Duong di kho'
    """
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.replace("đ", "d").replace("Đ", "D")


class _Draw:
    """Pieces of the articles at random."""

    def __init__(self, articles: Sequence[Plain], chance: random.Random):
        self._articles = [article for article in articles if len(article.text) > 400]
        self._chance = chance

    def _runs(self, least: int, titles: bool = False) -> Iterator[list[str]]:
        while True:
            article = self._chance.choice(self._articles)
            found = [run.split() for run in RUN.findall(article.title if titles else article.text)]
            found = [run for run in found if len(run) >= least]
            if found:
                yield self._chance.choice(found)

    def _piece(self, least: int, length: int, titles: bool = False) -> list[str]:
        run = next(self._runs(least, titles))
        at = self._chance.randrange(max(len(run) - length, 0) + 1)
        return run[at : at + length]

    def run(self, length: int) -> tuple[str, ...]:
        """Neighbouring syllables of one sentence."""
        return tuple(term.lower() for term in self._piece(length, length))

    def distinct(self, count: int) -> tuple[str, ...]:
        """Different syllables of one sentence."""
        pieces = (tuple(dict.fromkeys(self.run(2 * count))) for _ in range(1000))
        return next(islice((piece for piece in pieces if len(piece) >= count), 1))[:count]

    def name(self) -> Query:
        """A run of capitals inside a sentence."""
        for _ in range(10_000):
            found = NAME.findall(self._chance.choice(self._articles).text)
            if found:
                name = self._chance.choice(found)
                return Query("name", "and", tuple(name.lower().split()), name)
        raise SystemExit("The articles have no names, runs of capitals inside sentences: give more articles")

    def headline(self) -> Query:
        """Four to seven neighbouring words of a headline."""
        piece = " ".join(self._piece(4, self._chance.randint(4, 7), titles=True)).lower()
        return Query("headline", "or", tuple(piece.split()), piece)

    def phrase(self) -> Query:
        """Two to five syllables in quotation marks."""
        terms = self.run(self._chance.randint(2, 5))
        return Query("phrase", "phrase", terms, f'"{" ".join(terms)}"')

    def question(self) -> Query:
        """A piece of a sentence with question words behind it."""
        typed = " ".join([*self.run(self._chance.randint(6, 12)), self._chance.choice(ASKING)])
        return Query("question", "or", tuple(typed.split()), typed)

    def prefix(self) -> Query:
        """The beginning of a syllable after another syllable of the same sentence."""
        first, second = next(pair for pair in iter(lambda: self.run(2), None) if len(pair[1]) > 2)
        terms = (first, f"{second[:2]}*")
        return Query("prefix", "and", terms, " ".join(terms))
