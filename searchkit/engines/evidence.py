"""Where the query's syllables stand in some articles: counts by passage, the raw material of the second stage.

One row per passage of the articles, one line per thing counted (a unit of the query, two units side by
side, a word of the segmenter); an article's counts are sums over its passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.article import KINDS, TITLE
from searchkit.engines.candidates import Plan, Unit
from searchkit.engines.evaluation import Evaluation
from searchkit.postings import POSITION_BITS, Spans, common, contains, distinct, gather
from searchkit.ranking import AS_TYPED, WINDOW

_TITLE = KINDS.index(TITLE)
_NO_KEYS = np.zeros(0, np.int64)


class Rows(NamedTuple):
    """The passages of some documents.

    first: row of each document's passage 1;  lead: of its first one that is no title;  starts: key of each passage's
    first position;  lengths: in positions
    """

    first: np.ndarray
    lead: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


class Named(NamedTuple):
    """Places of a syllable with the spelling that stands there: keys ascending, `which` of the `names`."""

    keys: np.ndarray
    names: tuple[str, ...]
    which: np.ndarray


class Places(NamedTuple):
    """Where everything that a plan names stands in some documents of a segment."""

    rows: Rows
    units: list[Spans]
    named: list[Named | None]
    words: list[np.ndarray]


class Evidence(NamedTuple):
    """Counts, things by passages (float32).

    units, readings: syllables in all spellings and in the likely one;  pairs, apart, reverse: neighbours side by side,
    with one token between them, in the other order;  windows: by passage, the most weight of units in a few tokens
    """

    rows: Rows
    units: np.ndarray
    readings: np.ndarray
    pairs: np.ndarray
    apart: np.ndarray
    reverse: np.ndarray
    words: np.ndarray
    windows: np.ndarray


def rows_of(evaluation: Evaluation, docs: np.ndarray) -> Rows:
    """The passages of some documents, ascending; one without text gets a row of its own that nothing falls into."""
    table = evaluation.passages
    low, high = table.offsets[docs].astype(np.int64), table.offsets[docs + 1].astype(np.int64)
    counts = high - low
    rows = gather(low, counts)
    starts = np.repeat(docs << POSITION_BITS, counts) | table.starts[rows]
    first = np.cumsum(counts) - counts
    ends = np.append(starts[1:], 0)
    ends[first + counts - 1] = docs << POSITION_BITS | evaluation.segment.columns["end"][docs]
    titled = (table.kinds[rows[first]] == _TITLE) & (counts > 1)
    return Rows(first, first + titled, starts, np.maximum(ends - starts, 1))


def find_places(evaluation: Evaluation, plan: Plan, docs: np.ndarray) -> Places:
    """Reads the positions of all that a plan names, in the documents alone."""
    units = [_inside(evaluation.spans(unit.match, docs), docs) for unit in plan.units]
    named = [_named(evaluation, unit, docs) if plan.prefer else None for unit in plan.units]
    words = [_inside(evaluation.spans(match, docs), docs).starts for match in plan.words]
    return Places(rows_of(evaluation, docs), units, named, words)


def _inside(spans: Spans, docs: np.ndarray) -> Spans:
    kept = contains(docs, spans.starts >> POSITION_BITS)
    return Spans(spans.starts[kept], spans.ends[kept])


def _named(evaluation: Evaluation, unit: Unit, docs: np.ndarray) -> Named | None:
    """Only an unmarked syllable may be written in several ways."""
    if unit.term is None or unit.term.kind != "folded":
        return None
    keys, numbers = evaluation.terms.numbered(unit.match.field, unit.term, docs)
    kept = contains(docs, keys >> POSITION_BITS)
    found = distinct(numbers[kept])
    lexicon = evaluation.segment.lexicon(unit.match.field)
    return Named(keys[kept], tuple(lexicon.term(number) for number in found.tolist()), np.searchsorted(found, numbers[kept]))


def count(places: Places, plan: Plan, readings: Sequence[frozenset[str] | None], weights: Sequence[float]) -> Evidence:
    """Counts everything by passage.

    readings: the likely spellings of each unit, None where it has no choice;  weights: of the units, for the windows
    """
    rows, units = places.rows, places.units
    chosen = [
        spans.starts if named is None or names is None else _written(named, names)
        for spans, named, names in zip(units, places.named, readings)
    ]
    typed = _as_typed(places, plan) if not plan.marked else [_NO_KEYS] * len(units)
    pairs = [(units[one], units[two]) for one, two in plan.pairs]
    return Evidence(
        rows,
        _table(rows, [spans.starts for spans in units]),
        _table(rows, [distinct(np.concatenate((keys, bare))) for keys, bare in zip(chosen, typed)]) + AS_TYPED * _table(rows, typed),
        _table(rows, [_following(one, two, 0) for one, two in pairs]),
        _table(rows, [_following(one, two, 1) for one, two in pairs]),
        _table(rows, [_following(two, one, 0) for one, two in pairs]),
        _table(rows, places.words),
        best_windows(rows, [spans.starts for spans in units], weights),
    )


def _as_typed(places: Places, plan: Plan) -> list[np.ndarray]:
    """Where unmarked syllables stand without marks on purpose: two of them side by side, or one asked alone.

    `nam` stands bare in every `Việt Nam` and says nothing; `van nam` beside each other is a text without marks.
    """
    bare = [_NO_KEYS if named is None else _written(named, frozenset([unit.term.value if unit.term else ""]))
            for named, unit in zip(places.named, plan.units)]  # fmt: skip
    if not plan.pairs:
        return bare
    found: list[list[np.ndarray]] = [[_NO_KEYS] for _ in bare]
    for one, two in plan.pairs:
        first = common(bare[one] + 1, bare[two]) - 1
        found[one].append(first)
        found[two].append(first + 1)
    return [distinct(np.concatenate(keys)) for keys in found]


def _written(named: Named, names: frozenset[str]) -> np.ndarray:
    return named.keys[np.array([name in names for name in named.names], bool)[named.which]]


def _following(one: Spans, two: Spans, gap: int) -> np.ndarray:
    """Starts of the second where it follows the first after `gap` tokens."""
    return two.starts[contains(np.sort(one.ends) + gap, two.starts)]


def _table(rows: Rows, lines: Sequence[np.ndarray]) -> np.ndarray:
    """How many keys of each line (ascending) lie in each passage."""
    counts = np.zeros((len(lines), len(rows.starts)), np.float32)
    for number, keys in enumerate(lines):
        if len(keys):
            below = np.searchsorted(keys, rows.starts)
            counts[number] = np.diff(below, append=len(keys))
    return counts


def by_article(rows: Rows, counts: np.ndarray) -> np.ndarray:
    """Counts by passage added up by article, things by articles."""
    return np.add.reduceat(counts, rows.first, axis=1) if len(counts) else np.zeros((0, len(rows.first)), np.float32)



def best_windows(rows: Rows, lines: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """By passage, the most weight of distinct lines that WINDOW tokens in a row hold (float32)."""
    best = np.zeros(len(rows.starts), np.float32)
    keys = np.concatenate([np.zeros(0, np.int64), *lines])
    if not len(keys):
        return best
    order = np.argsort(keys, kind="stable")
    line = np.repeat(np.arange(len(lines)), [len(each) for each in lines])[order]
    keys = keys[order]
    before = _previous_of_line(keys, line)
    weight = np.array(weights, np.float32)[line]
    passage = np.searchsorted(rows.starts, keys, "right") - 1
    limit = np.minimum(keys + WINDOW, np.append(rows.starts, np.iinfo(np.int64).max)[passage + 1])
    held = weight.copy()
    for ahead in range(1, min(WINDOW, len(keys))):
        inside = keys[ahead:] < limit[:-ahead]
        if not inside.any():
            break
        new = inside & (before[ahead:] < keys[:-ahead])
        held[:-ahead] += np.where(new, weight[ahead:], np.float32(0))
    np.maximum.at(best, passage, held)
    return best


def _previous_of_line(keys: np.ndarray, line: np.ndarray) -> np.ndarray:
    """The key at which each one's line stood before, -1 for the first."""
    order = np.argsort(line, kind="stable")
    previous = np.full(len(keys), -1, np.int64)
    same = line[order[1:]] == line[order[:-1]]
    previous[order[1:][same]] = keys[order[:-1][same]]
    return previous
