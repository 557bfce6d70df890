"""The second stage: the best few hundred articles and their passages scored by where the query's syllables stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.engines.candidates import Plan
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.evidence import Evidence, Rows, by_article, count, find_places
from searchkit.engines.likely import readings
from searchkit.ranking import WEIGHTS, saturate


class Averages(NamedTuple):
    """Mean lengths over the archive, in tokens."""

    article: float
    passage: float


class Rescored(NamedTuple):
    """Scores of documents (ascending) and of their passages; row `first[i]` is passage 1 of document i."""

    docs: np.ndarray
    articles: np.ndarray
    passages: np.ndarray
    first: np.ndarray
    detail: dict[str, np.ndarray]

    def of(self, doc: int) -> tuple[np.ndarray, dict[str, float]]:
        """The scores of one document's passages, and where its own score comes from."""
        at = int(np.searchsorted(self.docs, doc))
        end = self.first[at + 1] if at + 1 < len(self.first) else len(self.passages)
        return self.passages[self.first[at] : end], {name: float(values[at]) for name, values in self.detail.items()}


class Judge:
    """Scores candidates; the first lot it sees settles the likely readings and how telling each pair and word is."""

    def __init__(self, plan: Plan, idf: Sequence[float], averages: Averages, evaluations: Sequence[Evaluation]):
        self._plan = plan
        self._idf = np.array(idf, np.float32)
        self._averages = averages
        self._evaluations = evaluations

    def settle(self, candidates: dict[int, np.ndarray]) -> dict[int, Rescored]:
        """Scores the candidates, document numbers by segment; to be called first, once."""
        places = {number: find_places(self._evaluations[number], self._plan, docs) for number, docs in candidates.items()}
        self._readings = readings(self._plan, list(places.values()))
        evidence = {number: count(found, self._plan, self._readings) for number, found in places.items()}
        total = sum(len(docs) for docs in candidates.values())
        self._pair_idf = _candidate_idf([(each.rows, each.pairs) for each in evidence.values()], total)
        self._word_idf = _candidate_idf([(each.rows, each.words) for each in evidence.values()], total)
        return {number: self._score(docs, evidence[number]) for number, docs in candidates.items()}

    def score(self, segment: int, docs: np.ndarray) -> Rescored:
        """Scores documents that were not among the candidates, by the same measure."""
        places = find_places(self._evaluations[segment], self._plan, docs)
        return self._score(docs, count(places, self._plan, self._readings))

    def _score(self, docs: np.ndarray, evidence: Evidence) -> Rescored:
        rows = evidence.rows
        lengths = np.add.reduceat(rows.lengths, rows.first)
        passages = np.zeros(len(rows.starts), np.float32)
        detail: dict[str, np.ndarray] = {}
        for name, weights, counts, k1 in self._signals(evidence):
            of_passages = weights @ saturate(counts, rows.lengths, self._averages.passage, k1)
            of_articles = weights @ saturate(by_article(rows, counts), lengths, self._averages.article, k1)
            passages += of_passages
            detail[name] = (1 - WEIGHTS.passage) * of_articles
        detail["passage"] = WEIGHTS.passage * np.maximum.reduceat(passages, rows.first)
        return Rescored(docs, np.sum(list(detail.values()), axis=0), passages, rows.first, detail)

    def _signals(self, evidence: Evidence) -> list[tuple[str, np.ndarray, np.ndarray, float]]:
        """Name, weights, counts and k1 of each kind of evidence."""
        return [
            ("syllables", self._idf, evidence.units, WEIGHTS.k1_syllable),
            ("reading", WEIGHTS.reading * self._idf, evidence.readings, WEIGHTS.k1_syllable),
            ("pairs", WEIGHTS.pair * self._pair_idf, evidence.pairs, WEIGHTS.k1_other),
            ("words", WEIGHTS.word * self._word_idf, evidence.words, WEIGHTS.k1_other),
        ]


def _candidate_idf(tables: Sequence[tuple[Rows, np.ndarray]], total: int) -> np.ndarray:
    """How telling each line is among the candidates: ln(1 + (C - d + 0.5) / (d + 0.5)), d of C candidates having it.

    Measured against the frequency in the whole archive: what all good candidates share does not help to choose.
    """
    having = sum(np.count_nonzero(by_article(rows, counts), axis=1) for rows, counts in tables)
    return np.log1p((total - having + 0.5) / (having + 0.5)).astype(np.float32)
