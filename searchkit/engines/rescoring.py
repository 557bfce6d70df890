"""The second stage: the best few hundred articles and their passages scored by where the query's syllables stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.engines.candidates import Plan
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.evidence import Evidence, Places, Rows, by_article, count, find_places
from searchkit.engines.likely import readings
from searchkit.ranking import ARTICLE, K1, PASSAGE, Signals, saturate
from searchkit.scoring import idf


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


class Weights(NamedTuple):
    """How telling each thing is: units and their readings by the whole archive, what is made of them by the candidates."""

    units: np.ndarray
    readings: np.ndarray
    pairs: np.ndarray
    apart: np.ndarray
    reverse: np.ndarray
    words: np.ndarray


class Judge:
    """Scores candidates; the first lot it sees settles the likely readings and how telling each pair and word is."""

    def __init__(self, plan: Plan, weights: Sequence[float], averages: Averages, evaluations: Sequence[Evaluation]):
        self._plan = plan
        self._idf = np.array(weights, np.float32)
        self._averages = averages
        self._evaluations = evaluations

    def settle(self, candidates: dict[int, np.ndarray]) -> dict[int, Rescored]:
        """Scores the candidates, document numbers by segment; to be called first, once."""
        places = {number: find_places(self._evaluations[number], self._plan, docs) for number, docs in candidates.items()}
        self._readings = readings(self._plan, list(places.values()))
        evidence = {number: self._count(found) for number, found in places.items()}
        total = sum(len(docs) for docs in candidates.values())
        tables = zip(*([each.pairs, each.apart, each.reverse, each.words] for each in evidence.values()))
        rows = [each.rows for each in evidence.values()]
        telling = [_candidate_idf(rows, tables_of_one, total) for tables_of_one in tables]
        self._weights = Weights(self._idf, self._reading_idf(), *(telling or [np.zeros(0, np.float32)] * 4))
        return {number: self._score(docs, evidence[number]) for number, docs in candidates.items()}

    def score(self, segment: int, docs: np.ndarray) -> Rescored:
        """Scores documents that were not among the candidates, by the same measure."""
        return self._score(docs, self._count(find_places(self._evaluations[segment], self._plan, docs)))

    def _reading_idf(self) -> np.ndarray:
        """A reading is as telling as its spelling is rare, whatever else the bare syllable may stand for."""
        weights = self._idf.copy()
        live = sum(each.segment.live_count for each in self._evaluations)
        for number, (unit, names) in enumerate(zip(self._plan.units, self._readings)):
            if names:
                having = sum(each.terms.document_frequency(unit.match.field, name) for each in self._evaluations for name in names)
                weights[number] = unit.boost * idf(min(having, live), live)
        return weights

    def _count(self, places: Places) -> Evidence:
        return count(places, self._plan, self._readings, self._idf.tolist())

    def _score(self, docs: np.ndarray, evidence: Evidence) -> Rescored:
        rows, share = evidence.rows, self._plan.mix
        passages = sum(self._signals(PASSAGE, evidence, rows.lengths, self._averages.passage).values())
        whole = Evidence(rows, *(by_article(rows, table) for table in evidence[1:-1]), np.zeros(len(docs), np.float32))
        lengths = np.add.reduceat(rows.lengths, rows.first)
        detail = self._signals(ARTICLE, whole, lengths, self._averages.article)
        detail = {name: share.article * values for name, values in detail.items() if name != "window"}
        detail["lead"] = share.lead * (self._weights.readings @ (evidence.readings[:, rows.lead] > 0))
        detail["passage"] = (1 - share.article) * np.maximum.reduceat(passages, rows.first)
        return Rescored(docs, sum(detail.values()), passages, rows.first, detail)

    def _signals(self, signals: Signals, evidence: Evidence, lengths: np.ndarray, average: float) -> dict[str, np.ndarray]:
        """What each kind of evidence adds to texts of some lengths."""
        weights, own, common = self._weights, signals.reading, 1 - signals.reading

        def bm25(line_weights: np.ndarray, table: np.ndarray, k1: float = K1) -> np.ndarray:
            return line_weights @ saturate(table, lengths, average, k1)

        return {
            "syllables": common * bm25(weights.units, evidence.units, signals.k1),
            "reading": own * bm25(weights.readings, evidence.readings, signals.k1),
            "coverage": signals.coverage
            * (common * weights.units @ (evidence.units > 0) + own * weights.readings @ (evidence.readings > 0)),
            "pairs": signals.pair * bm25(weights.pairs, evidence.pairs)
            + signals.apart * bm25(weights.apart, evidence.apart)
            + signals.reverse * bm25(weights.reverse, evidence.reverse),
            "words": signals.word * bm25(weights.words, evidence.words),
            "window": signals.window * evidence.windows,
        }


def _candidate_idf(rows: Sequence[Rows], tables: Sequence[np.ndarray], total: int) -> np.ndarray:
    """How telling each line is among the candidates: ln(1 + (C - d + 0.5) / (d + 0.5)), d of C candidates having it.

    Measured against the frequency in the whole archive: what all good candidates share does not help to choose.
    """
    having = sum(np.count_nonzero(by_article(row, table), axis=1) for row, table in zip(rows, tables))
    return np.log1p((total - having + 0.5) / (having + 0.5)).astype(np.float32)
