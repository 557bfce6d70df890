"""Where the query's syllables stand in some articles: counts by passage, the raw material of the second stage.

One row per passage of the articles, one line per thing counted (a unit of the query, two units side by
side, a word of the segmenter); an article's counts are sums over its passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.engines.candidates import Plan, Unit
from searchkit.engines.evaluation import Evaluation
from searchkit.postings import POSITION_BITS, Spans, contains, gather


class Rows(NamedTuple):
    """The passages of some documents.

    first: row of each document's passage 1;  starts: key of each passage's first position;  lengths: in positions
    """

    first: np.ndarray
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
    """Counts, things by passages (float32)."""

    rows: Rows
    units: np.ndarray
    readings: np.ndarray
    pairs: np.ndarray
    words: np.ndarray


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
    return Rows(first, starts, np.maximum(ends - starts, 1))


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
    found, which = np.unique(numbers[kept], return_inverse=True)
    lexicon = evaluation.segment.lexicon(unit.match.field)
    return Named(keys[kept], tuple(lexicon.term(number) for number in found.tolist()), which)


def count(places: Places, plan: Plan, readings: Sequence[str | None]) -> Evidence:
    """Counts everything by passage; `readings` is the likely spelling of each unit, None where it has but one."""
    rows = places.rows
    chosen = [
        spans.starts if named is None or name is None else _written(named, name)
        for spans, named, name in zip(places.units, places.named, readings)
    ]
    pairs = [_side_by_side(places.units[one], places.units[two]) for one, two in plan.pairs]
    return Evidence(
        rows,
        _table(rows, [spans.starts for spans in places.units]),
        _table(rows, chosen),
        _table(rows, pairs),
        _table(rows, places.words),
    )


def _written(named: Named, name: str) -> np.ndarray:
    if name not in named.names:
        return named.keys[:0]
    return named.keys[named.which == named.names.index(name)]


def _side_by_side(one: Spans, two: Spans) -> np.ndarray:
    """Starts of the second where it follows the first at once."""
    return two.starts[contains(np.sort(one.ends), two.starts)]


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

