"""From a resolved query to one page of ranked articles, over all segments of an index.

Match, score cheaply, score the best again, order, group reprints, name what is missing. Orders are total:
score, then date, then id, so the same query on the same index always gives the same list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from searchkit.article import KINDS, TITLE
from searchkit.engines import Ask, Candidate, Found, PassageScore
from searchkit.engines.candidates import Found as Matching
from searchkit.engines.candidates import content_words, find, first_scores, plan, telling, weigh
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.limits import limit_notices
from searchkit.engines.rescoring import Averages, Judge, Rescored
from searchkit.postings import contains, distinct
from searchkit.ranking import CANDIDATES, COMPLETE, FEW_WORDS, TOGETHER, WORDS, with_neighbours
from searchkit.resolved import Resolved
from searchkit.scoring import best
from searchkit.sketch import SIZE, near_pairs

SCORE_DIGITS = 4  # scores are equal when they are shown equal


class Entries(NamedTuple):
    """Found articles of all segments, a row each, best first."""

    segment: np.ndarray
    doc: np.ndarray
    score: np.ndarray
    date: np.ndarray


class Scorer:
    """What one query needs of all segments to score articles and passages."""

    def __init__(self, evaluations: Sequence[Evaluation], query: Resolved):
        self.evaluations = evaluations
        doc_count = sum(each.segment.live_count for each in evaluations)
        self._plan = plan(query)
        self._averages = averages(evaluations)
        units = self._plan.units
        self._units = weigh(evaluations, [unit.match for unit in units], [unit.boost for unit in units], doc_count)
        words = weigh(evaluations, self._plan.words, [1.0] * len(self._plan.words), doc_count)
        known = [word for word in words if any(len(each.frequencies(word.match)[0]) for each in evaluations)]
        self._words = known
        self._plan = self._plan._replace(words=tuple(word.match for word in known))
        short = len(content_words(query)) <= FEW_WORDS and self._plan.mix is WORDS
        self._few = sum(unit.weight for unit in self._units) if short else 0.0
        kept = telling(evaluations, self._plan, self._units)
        judged = self._plan._replace(units=tuple(units[number] for number in kept))
        self._judge = Judge(judged, [self._units[number].weight for number in kept], self._averages, evaluations)

    def first(self, segment: int, found: Matching) -> np.ndarray:
        """First-stage scores of the documents found in a segment."""
        scores = first_scores(self.evaluations[segment], self._units, self._words, self._averages.article, found.docs)
        return scores + self.bonus(found, found.docs).astype(np.float32)

    def bonus(self, found: Matching, docs: np.ndarray) -> np.ndarray:
        """What articles of a segment get for having all of few words, and for having them side by side."""
        return self._few * (COMPLETE * contains(found.complete, docs) + TOGETHER * contains(found.together, docs))

    def settle(self, candidates: dict[int, np.ndarray]) -> None:
        """Scores the candidates of each segment (ascending documents) by the second stage."""
        self._rescored = self._judge.settle(candidates)

    def rescored(self, segment: int) -> Rescored:
        """Second-stage scores of the candidates of a segment."""
        return self._rescored[segment]

    def of(self, segment: int, doc: int) -> tuple[np.ndarray, dict[str, float]]:
        """Passage scores of any found article, and where its own score comes from."""
        known = self._rescored.get(segment)
        if known is None or doc not in known.docs:
            known = self._judge.score(segment, np.array([doc]))
        return known.of(doc)


def averages(evaluations: Sequence[Evaluation]) -> Averages:
    """Mean lengths of articles and passages."""
    docs = sum(each.segment.doc_count for each in evaluations)
    tokens = sum(int(each.segment.columns["length"].sum(dtype=np.int64)) for each in evaluations)
    passages = sum(len(each.passages.starts) for each in evaluations)
    return Averages(tokens / max(docs, 1), tokens / max(passages, 1))


def search(evaluations: Sequence[Evaluation], query: Resolved, ask: Ask) -> Found:
    """The page of articles that `ask` wants, and how many satisfy all of the query."""
    found = [find(each, query) for each in evaluations]
    total = sum(len(each.complete) for each in found)
    scorer = Scorer(evaluations, query)
    whole = ask.sort != "relevance" or ask.offset + ask.limit > CANDIDATES // 2
    entries = _ranked(scorer, found, whole)
    ties = _ties(entries.score, entries.date)
    if ask.sort != "relevance":
        entries, ties = _by_date(entries, [each.complete for each in found], newest=ask.sort == "newest")
    page, duplicates = _page(scorer, entries, ties, ask)
    candidates = tuple(_candidates(scorer, query, ask, page, duplicates))
    notices = ("No article has all the words",) if not total and candidates and query.wanted else ()
    return Found(total, candidates, (*notices, *limit_notices(evaluations, query)))


def _ranked(scorer: Scorer, found: Sequence[Matching], whole: bool) -> Entries:
    """The found articles in order of their scores, the best scored twice; without `whole` only these."""
    segment = np.repeat(np.arange(len(found)), [len(each.docs) for each in found])
    doc = np.concatenate([np.zeros(0, np.int64), *(each.docs for each in found)])
    first = [scorer.first(number, each) for number, each in enumerate(found)]
    score = np.concatenate([np.zeros(0, np.float32), *first]).astype(np.float64)
    date = np.concatenate([np.zeros(0, np.int32), *(
        evaluation.segment.columns["date_to"][each.docs] for evaluation, each in zip(scorer.evaluations, found)
    )])  # fmt: skip
    order = best(score, len(score) if whole else CANDIDATES, [-date])
    entries = Entries(segment[order], doc[order], score[order], date[order])
    front = slice(0, CANDIDATES)
    segments = entries.segment[front]
    by_segment = {number: np.flatnonzero(segments == number) for number in distinct(segments).tolist()}
    scorer.settle({number: np.sort(entries.doc[rows]) for number, rows in by_segment.items()})
    for number, rows in by_segment.items():
        again = scorer.rescored(number)
        entries.score[rows] = again.articles[np.searchsorted(again.docs, entries.doc[rows])]
        entries.score[rows] += scorer.bonus(found[number], entries.doc[rows])
    return _in_order(entries)


def _in_order(entries: Entries) -> Entries:
    """The rescored rows sorted; those behind them never score more than the last of them."""
    front = min(CANDIDATES, len(entries.score))
    score = np.round(entries.score, SCORE_DIGITS)
    if front < len(score):
        score[front:] = np.minimum(score[front:], max(score[:front].min() - 10.0**-SCORE_DIGITS, 0.0))
    rank = np.arange(len(score)) >= front
    order = np.lexsort((-entries.date, -score, rank))
    return Entries(entries.segment[order], entries.doc[order], score[order], entries.date[order])


def _by_date(entries: Entries, complete: Sequence[np.ndarray], newest: bool) -> tuple[Entries, np.ndarray]:
    """Articles that have all the words first, then the others, each by date, undated ones last; and a number per tie."""
    lacking = np.ones(len(entries.doc), bool)
    for number, docs in enumerate(complete):
        rows = np.flatnonzero(entries.segment == number)
        lacking[rows] = ~contains(docs, entries.doc[rows])
    day = entries.date.astype(np.int64)
    day = np.where(day == 0, np.iinfo(np.int64).max, -day if newest else day)
    order = np.lexsort((day, lacking))
    return Entries(*(column[order] for column in entries)), _ties(lacking[order], day[order])


def _ties(*columns: np.ndarray) -> np.ndarray:
    """The same number for neighbouring rows that are equal in all columns."""
    new = np.zeros(len(columns[0]), bool)
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.cumsum(new)


class Entry(NamedTuple):
    """One found article."""

    segment: int
    doc: int
    score: float
    id: str


def _ordered(scorer: Scorer, entries: Entries, ties: np.ndarray) -> Iterator[Entry]:
    """The entries one by one, equal ones by their ids; ids are read only as far as one goes."""
    names = [_Ids(each) for each in scorer.evaluations]
    starts = np.flatnonzero(np.diff(ties, prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(entries.doc)]):
        group = [_entry(entries, row, names) for row in range(start, end)]
        yield from sorted(group, key=lambda entry: entry.id) if len(group) > 1 else group


def _entry(entries: Entries, row: int, names: Sequence[_Ids]) -> Entry:
    segment, doc = int(entries.segment[row]), int(entries.doc[row])
    return Entry(segment, doc, float(entries.score[row]), names[segment].of(doc))


class _Ids:
    """The id of each document of a segment: the one term that it has in the field `id`."""

    def __init__(self, evaluation: Evaluation):
        self._lexicon = evaluation.segment.lexicon("id")
        self._number = evaluation.id_numbers

    def of(self, doc: int) -> str:
        return self._lexicon.term(int(self._number[doc]))


def _page(scorer: Scorer, entries: Entries, ties: np.ndarray, ask: Ask) -> tuple[list[Entry], dict[str, list[str]]]:
    """The entries of the page, and the ids grouped under each; grouping looks at the best articles only."""
    alike = _alike(scorer, entries) if ask.group else {}
    leaders: list[Entry] = []
    reprints: dict[str, list[str]] = {}
    shown: dict[tuple[int, int], str] = {}
    end = ask.offset + ask.limit
    for entry in _ordered(scorer, entries, ties):
        place = (entry.segment, entry.doc)
        leader = next((shown[other] for other in alike.get(place, ()) if other in shown), None)
        if leader is not None:
            reprints.setdefault(leader, []).append(entry.id)
        elif len(leaders) < end:
            leaders.append(entry)
            shown[place] = entry.id
        if len(leaders) >= end and not alike.keys() - shown.keys():
            break
        alike.pop(place, None)
    return leaders[ask.offset :], reprints


def _alike(scorer: Scorer, entries: Entries) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Among the best articles, which are near-identical to which, by (segment, document)."""
    segment, doc = entries.segment[:CANDIDATES], entries.doc[:CANDIDATES]
    places = list(zip(segment.tolist(), doc.tolist()))
    sketches = np.zeros((len(places), SIZE), np.uint32)
    for number in distinct(segment).tolist():
        rows = segment == number
        sketches[rows] = scorer.evaluations[number].segment.columns["sketch"][doc[rows]]
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for one, other in near_pairs(sketches) if len(places) > 1 else ():
        found.setdefault(places[one], []).append(places[other])
        found.setdefault(places[other], []).append(places[one])
    return found


def _candidates(
    scorer: Scorer, query: Resolved, ask: Ask, page: Sequence[Entry], reprints: dict[str, list[str]]
) -> Iterator[Candidate]:
    """The page's entries with their passages and what they lack."""
    content = content_words(query)
    for entry in page:
        evaluation, doc = scorer.evaluations[entry.segment], np.array([entry.doc])
        scores, detail = scorer.of(entry.segment, entry.doc)
        missing = (want.text for want in content if not evaluation.holds(want.match, doc)[0])
        yield Candidate(
            id=entry.id,
            score=entry.score,
            passages=_passages(evaluation, entry.doc, scores, ask.passages),
            starts=evaluation.passage_starts(entry.doc),
            missing=tuple(dict.fromkeys(missing)),
            duplicates=tuple(reprints.get(entry.id, ())),
            detail={name: round(value, SCORE_DIGITS) for name, value in detail.items()} if ask.explain else {},
        )


def _passages(evaluation: Evaluation, doc: int, scores: np.ndarray, count: int) -> tuple[PassageScore, ...]:
    """The best passages; a title stands above the hit anyway, so it is shown only where nothing else matches."""
    scores = np.round(scores.astype(np.float64), SCORE_DIGITS)
    table = evaluation.passages
    titles = table.kinds[int(table.offsets[doc]) : int(table.offsets[doc + 1])] == KINDS.index(TITLE)
    if titles.all():
        titles = ~titles
    last = titles & (scores[~titles].max(initial=0.0) > 0 or not scores.any())
    order = np.lexsort((np.arange(len(scores)), -with_neighbours(np.where(titles, 0.0, scores)), last))[:count]
    return tuple(PassageScore(int(row) + 1, float(scores[row])) for row in order)
