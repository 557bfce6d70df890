"""Which articles a query finds in one segment, and their first, cheap scores.

First stage: every article that may be found gets the BM25 of the query's units over whole articles, added up
in one dense array. The second stage (`rescoring`) looks at the positions of the best few hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.engines.evaluation import Evaluation
from searchkit.highlight import positive
from searchkit.postings import accumulate, bm25, idf, intersect, length_norms, union
from searchkit.ranking import WEIGHTS
from searchkit.resolved import Match, Resolved, Wanted


class Unit(NamedTuple):
    """A word or phrase of the query that scores; `wanted` is its number among the wanted words, -1 for a strict one."""

    match: Match
    boost: float
    function: bool
    wanted: int


class Weighted(NamedTuple):
    """A unit with its weight over all segments."""

    unit: Unit
    idf: float


def units_of(query: Resolved) -> list[Unit]:
    """What of a query scores, in the order of the text: bare words, then the words and phrases of its strict part."""
    content = content_words(query)
    units = [Unit(w.match, w.boost, w not in content, number) for number, w in enumerate(query.wanted)]
    units += [Unit(match, boost, False, -1) for match, boost in positive(query.strict)]
    return units


def content_words(query: Resolved) -> tuple[Wanted, ...]:
    """The wanted words that can be missing: function words only where there is nothing else."""
    content = tuple(want for want in query.wanted if not want.function)
    return content or query.wanted


class Found(NamedTuple):
    """Live documents of a segment: `docs` are all that the query finds, `complete` those that lack nothing."""

    docs: np.ndarray
    complete: np.ndarray


def find(evaluation: Evaluation, query: Resolved) -> Found:
    """The documents of a segment that a query finds."""
    content = content_words(query)
    strict = evaluation.docs(query.strict) if query.strict is not None else None
    if not content:
        docs = evaluation.everything if strict is None else strict
        return Found(docs, docs)
    lists = [evaluation.docs(want.match) for want in content]
    some = union(lists, evaluation.segment.doc_count)
    every = intersect(*lists)
    if strict is not None:
        some, every = intersect(some, strict), intersect(every, strict)
    return Found(some.astype(np.int64), every.astype(np.int64))


def weigh(evaluations: Sequence[Evaluation], units: Sequence[Unit], doc_count: int) -> list[Weighted]:
    """The units with their inverse document frequency over the whole archive."""
    counts = [sum(len(each.frequencies(unit.match)[0]) for each in evaluations) for unit in units]
    return [Weighted(unit, idf(min(count, doc_count), doc_count)) for unit, count in zip(units, counts)]


def first_scores(evaluation: Evaluation, weighted: Sequence[Weighted], average_length: float) -> np.ndarray:
    """A score for every document of the segment, float32; function words wait for the second stage."""
    scores = np.zeros(evaluation.segment.doc_count, np.float32)
    norms = length_norms(evaluation.segment.columns["length"], average_length, WEIGHTS.k1, WEIGHTS.b)
    for unit, weight in weighted:
        if unit.function:
            continue
        docs, frequencies = evaluation.frequencies(unit.match)
        accumulate(scores, docs, bm25(frequencies, norms[docs], weight * unit.boost, WEIGHTS.k1))
    return scores
