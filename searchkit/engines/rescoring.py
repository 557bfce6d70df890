"""The second stage: the best few hundred articles scored again by where the query's syllables stand.

Everything is counted in one table, units by passages, from the position arrays of the candidates; articles
are sums of their passages' columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.engines.candidates import Weighted
from searchkit.engines.evaluation import Evaluation
from searchkit.postings import POSITION_BITS, Spans, gather
from searchkit.ranking import WEIGHTS, saturate
from searchkit.resolved import Alternative, Match, TermSpec


class Averages(NamedTuple):
    """Mean lengths over the archive, in tokens."""

    article: float
    passage: float


class Rows(NamedTuple):
    """The passages of some documents: `first` is the row of each document's first one.

    starts: key of each passage's first position;  lengths: positions;  doc: which of the documents
    """

    first: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    doc: np.ndarray


class Rescored(NamedTuple):
    """Scores of documents and of their passages; row `first[i]` is passage 1 of document i."""

    articles: np.ndarray
    passages: np.ndarray
    first: np.ndarray
    detail: dict[str, np.ndarray]


def rows_of(evaluation: Evaluation, docs: np.ndarray) -> Rows:
    """The passage table of some documents, ascending."""
    table = evaluation.passages
    low, high = table.offsets[docs].astype(np.int64), table.offsets[docs + 1].astype(np.int64)
    rows = gather(low, high - low)
    doc = np.repeat(np.arange(len(docs)), high - low)
    starts = docs[doc] << POSITION_BITS | table.starts[rows]
    ends = docs << POSITION_BITS | evaluation.segment.columns["end"][docs]
    following = np.append(starts[1:], 0)
    first = np.cumsum(high - low) - (high - low)
    following[first[1:] - 1] = ends[:-1]
    following[-1:] = ends[-1:]
    return Rows(first, starts, np.maximum(following - starts, 1), doc)


def count_in(rows: Rows, keys: np.ndarray) -> np.ndarray:
    """How many of the keys lie in each passage."""
    places = np.searchsorted(rows.starts, keys, "right") - 1
    return np.bincount(places[places >= 0], minlength=len(rows.starts)).astype(np.float32)


def rescore(
    evaluation: Evaluation, weighted: Sequence[Weighted], words: Sequence[tuple[str, float]], docs: np.ndarray, averages: Averages
) -> Rescored:
    """Scores some documents (ascending, not empty) and all their passages.

    words: word keys of the query with their idf.
    """
    rows = rows_of(evaluation, docs)
    signals = _signals(evaluation, weighted, words, docs, rows)
    lengths = np.add.reduceat(rows.lengths, rows.first)
    passages = np.zeros(len(rows.starts), np.float32)
    articles = np.zeros(len(docs), np.float32)
    detail: dict[str, np.ndarray] = {}
    for name, (weights, counts) in signals.items():
        if not len(weights):
            continue
        passages += weights @ saturate(counts, rows.lengths, averages.passage)
        whole = weights @ saturate(np.add.reduceat(counts, rows.first, axis=1), lengths, averages.article)
        articles += whole
        detail[name] = whole
    best = np.maximum.reduceat(passages, rows.first)
    detail["passage"] = WEIGHTS.passage * best
    return Rescored(articles + WEIGHTS.passage * best, passages, rows.first, detail)


def _signals(
    evaluation: Evaluation, weighted: Sequence[Weighted], words: Sequence[tuple[str, float]], docs: np.ndarray, rows: Rows
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By name, the weight of each thing counted and its counts, things by passages."""
    scored = [each for each in weighted if each.unit.match.field == "syllable"]
    spans = [_inside(evaluation.spans(each.unit.match, docs), docs) for each in scored]
    pairs = [(one, two) for one, two in zip(range(len(scored)), range(1, len(scored))) if _neighbours(scored[one], scored[two])]
    pair_weights = [WEIGHTS.pair * (scored[one].idf + scored[two].idf) / 2 for one, two in pairs]
    pair_counts = [count_in(rows, np.intersect1d(spans[one].ends, spans[two].starts)) for one, two in pairs]
    word_counts = [count_in(rows, _word(evaluation, word, docs).starts) for word, _ in words]
    return {
        "syllables": _table([each.idf * each.unit.boost for each in scored], [count_in(rows, s.starts) for s in spans]),
        "pairs": _table(pair_weights, pair_counts),
        "words": _table([WEIGHTS.word * weight for _, weight in words], word_counts),
    }


def _table(weights: list[float], counts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(weights, np.float32), np.array(counts, np.float32)


def _neighbours(one: Weighted, two: Weighted) -> bool:
    return 0 <= one.unit.wanted == two.unit.wanted - 1


def _inside(spans: Spans, docs: np.ndarray) -> Spans:
    kept = np.isin(spans.starts >> POSITION_BITS, docs)
    return Spans(spans.starts[kept], spans.ends[kept])


def _word(evaluation: Evaluation, word: str, docs: np.ndarray) -> Spans:
    return _inside(evaluation.spans(word_match(word), docs), docs)


def word_match(word: str) -> Match:
    """A word of the segmenter as a leaf of a query."""
    return Match("word", ((Alternative((TermSpec("key", word),)),),))
