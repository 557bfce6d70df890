"""Stock Whoosh, its own matchers on our segments, as the measure of the array functions: documents and scores."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from random_segments import SYLLABLES, build, random_samples
from whoosh import query as q
from whoosh.index import FileIndex
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from searchkit import postings as P
from searchkit import scoring
from searchkit.engines.segment_arrays import Postings, SegmentArrays, delete
from searchkit.engines.whoosh_toc import open_index, write_toc

FIELD, K1, B = "syllable", 1.2, 0.75
QUERIES = 120  # for each of the indexes
SEEDS = [*range(8), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 30))]
TERMS = sorted({syllable.lower() for syllable in SYLLABLES} | {"không-có"})
Scores = dict[int, float]


class Arrays:
    """Evaluates Whoosh's query trees with the array functions, segment by segment."""

    def __init__(self, segments: list[SegmentArrays]):
        self._segments = segments
        lengths = [segment.lengths(FIELD) for segment in segments]
        self._doc_count = sum(segment.doc_count for segment in segments)
        self._average = sum(int(part.sum()) for part in lengths) / self._doc_count

    def search(self, query: q.Query) -> Scores:
        """Score by document number over all segments."""
        found: Scores = {}
        base = 0
        for segment in self._segments:
            docs = self._docs(segment, query)
            if segment.live is not None:
                docs = docs[segment.live[docs]]
            scores = np.zeros(segment.doc_count, np.float32)
            self._score(segment, query, scores, 1.0)
            found |= {base + doc: score for doc, score in zip(docs.tolist(), scores[docs].tolist())}
            base += segment.doc_count
        return found

    def _postings(self, segment: SegmentArrays, term: str) -> Postings | None:
        number = segment.lexicon(FIELD).find(term)
        return segment.postings(FIELD, number) if number >= 0 else None

    def _spans(self, segment: SegmentArrays, term: str) -> P.Spans:
        postings = self._postings(segment, term)
        if postings is None or postings.positions is None:
            return P.NOWHERE
        return P.spans_at(P.occurrences(postings.docs, postings.frequencies, postings.positions).keys)

    def _phrase(self, segment: SegmentArrays, query: q.Phrase) -> P.Spans:
        return P.phrase([self._spans(segment, word) for word in query.words], query.slop - 1)

    def _docs(self, segment: SegmentArrays, query: q.Query) -> np.ndarray:
        if isinstance(query, q.Term):
            postings = self._postings(segment, query.text)
            return np.zeros(0, np.uint16) if postings is None else postings.docs
        if isinstance(query, q.Prefix):
            numbers = range(*segment.lexicon(FIELD).prefix(query.text))
            return P.union([segment.postings(FIELD, number).docs for number in numbers], segment.doc_count)
        if isinstance(query, q.Phrase):
            return P.docs_of(self._phrase(segment, query))
        if isinstance(query, q.Not):
            return P.difference(np.arange(segment.doc_count), self._docs(segment, query.query))
        children = [self._docs(segment, child) for child in query.children()]
        return P.intersect(*children) if isinstance(query, q.And) else P.union(children, segment.doc_count)

    def _score(self, segment: SegmentArrays, query: q.Query, scores: np.ndarray, boost: float) -> None:
        """Adds what each matching document gets; a document that fails an inner And must get nothing from it."""
        if isinstance(query, q.Term):
            postings = self._postings(segment, query.text)
            if postings is not None:
                scoring.accumulate(scores, postings.docs, self._bm25(segment, query.text, postings, boost))
        elif isinstance(query, (q.And, q.Or)):
            inner = np.zeros(segment.doc_count, np.float32)
            for child in query.children():
                self._score(segment, child, inner, boost)
            docs = self._docs(segment, query)
            scoring.accumulate(scores, docs, inner[docs])

    def _bm25(self, segment: SegmentArrays, term: str, postings: Postings, boost: float) -> np.ndarray:
        norms = scoring.length_norms(np.maximum(segment.lengths(FIELD), 1), self._average, K1, B)
        frequency = sum(len(p.docs) for s in self._segments if (p := self._postings(s, term)) is not None)
        weight = math.log(self._doc_count / (frequency + 1)) + 1  # Whoosh's own idf
        return scoring.bm25(postings.frequencies, norms[postings.docs], weight * boost, K1)


def whoosh_scores(searcher: Searcher, query: q.Query) -> Scores:
    found = searcher.search(query, limit=None, optimize=False)
    return {found.docnum(n): found.score(n) for n in range(len(found))}


@pytest.fixture(scope="module", params=SEEDS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Arrays, Searcher, random.Random]]:
    """One random index of one to three segments, some with deletions, opened both ways."""
    chance = random.Random(request.param)
    folder = tmp_path_factory.mktemp("oracle")
    segments = [random_segment(chance, folder, f"s{number}") for number in range(chance.randrange(1, 4))]
    write_toc(folder, segments)
    arrays = Arrays([SegmentArrays.open(folder, segment) for segment in segments])
    index: FileIndex = open_index(folder)
    with index.searcher(weighting=BM25F(B=B, K1=K1)) as searcher:
        yield arrays, searcher, chance


def random_segment(chance: random.Random, folder: Path, name: str):  # type: ignore[no-untyped-def]
    samples = random_samples(chance, chance.randrange(1, 120))
    segment = build(folder, name, samples)
    dead = [doc for doc in range(len(samples)) if chance.random() < 0.2]
    return delete(folder, segment, np.array(dead)) if dead and chance.random() < 0.5 else segment


def random_term(chance: random.Random) -> q.Query:
    return q.Term(FIELD, chance.choice(TERMS))


def random_phrase(chance: random.Random) -> q.Query:
    return q.Phrase(FIELD, chance.choices(TERMS, k=chance.randrange(2, 5)), slop=chance.choice((1, 1, 2, 4)))


def random_scored(chance: random.Random, depth: int = 2) -> q.Query:
    """Trees of terms, And and Or: what both sides score alike."""
    if not depth or chance.random() < 0.3:
        return random_term(chance)
    children = [random_scored(chance, depth - 1) for _ in range(chance.randrange(2, 5))]
    return chance.choice((q.And, q.Or))(children)


def random_query(chance: random.Random, depth: int = 2) -> q.Query:
    """Any tree: phrases, prefixes and complements as well; for the documents only.

    Not stands inside And: whoosh3 3.54's AndNot lets a document through that comes before its first comparison.
    """
    leaves = (random_term, random_phrase, lambda c: q.Prefix(FIELD, c.choice(TERMS)[: c.randrange(1, 3)]))
    if not depth or chance.random() < 0.3:
        return chance.choice(leaves)(chance)
    children = [random_query(chance, depth - 1) for _ in range(chance.randrange(2, 4))]
    kind = chance.choice((q.And, q.Or, q.Not))
    return q.And([children[0], q.Not(children[1])]) if kind is q.Not else kind(children)


def test_documents_of_any_query(both: tuple[Arrays, Searcher, random.Random]) -> None:
    arrays, searcher, chance = both
    some = 0
    for _ in range(QUERIES):
        query = random_query(chance)
        found = arrays.search(query)
        assert sorted(found) == sorted(whoosh_scores(searcher, query)), query
        some += bool(found)
    assert some > QUERIES // 10, "queries that find nothing prove nothing"


def test_scores_of_boolean_queries(both: tuple[Arrays, Searcher, random.Random]) -> None:
    arrays, searcher, chance = both
    for _ in range(QUERIES):
        query = random_scored(chance)
        assert arrays.search(query) == pytest.approx(whoosh_scores(searcher, query), abs=1e-4), query


def test_best_documents(both: tuple[Arrays, Searcher, random.Random]) -> None:
    arrays, searcher, chance = both
    for _ in range(QUERIES // 10):
        query = q.Or([random_term(chance) for _ in range(4)])
        found = arrays.search(query)
        docs, scores = np.array(list(found)), np.array(list(found.values()))
        rows = scoring.best(scores, 10)
        ours = [scores[row] for row in rows]
        theirs = searcher.search(query, limit=10)  # with Whoosh's own skipping by block quality
        assert ours == pytest.approx([theirs.score(n) for n in range(theirs.scored_length())], abs=1e-4)
        assert len(set(docs[rows].tolist())) == len(rows)
