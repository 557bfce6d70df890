"""Places in texts that stand near one another, within a budget of other positions between them.

Like `postings`, functions on sorted arrays alone. A `Stretch` is a span that also knows how many of its
positions are matched ones; what is left over is its slack, and the slack is what a query limits:
`"a b c"~2` and `NEAR/2` both allow two foreign positions in all.

Of the stretches with one start only those are kept that nothing betters: none ends sooner with as much matched. That
finds the same articles, and frequent words near frequent words cost no more than their own number.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from searchkit.postings import NOWHERE, POSITION_BITS, Spans, phrase

_LAST_POSITION = (1 << POSITION_BITS) - 1


class Stretch(NamedTuple):
    """Spans with the number of positions matched inside each; sorted by start, then end."""

    starts: np.ndarray
    ends: np.ndarray
    matched: np.ndarray


def within(elements: Sequence[Spans], slack: int, ordered: bool) -> Spans:
    """Where all elements stand, none overlapping, with at most `slack` other positions in the stretch they cover.

    Of each start the shortest stretch, and longer ones only if they match more.

    >>> from searchkit.postings import spans_at
    >>> xanh, cay = spans_at(np.array([1, 8])), spans_at(np.array([4, 20]))
    >>> within([xanh, cay], 2, ordered=True).ends.tolist(), within([xanh, cay], 1, ordered=True).ends.tolist()
    ([5], [])
    """
    if not elements or any(not len(spans.starts) for spans in elements):
        return NOWHERE
    if ordered and slack == 0:
        return phrase(elements)
    if not ordered and _apart(elements):
        return _around(elements, slack)
    stretches = [Stretch(s.starts, s.ends, s.ends - s.starts) for s in elements]
    found = _in_order(stretches, slack) if ordered else _in_any_order(stretches, slack)
    return Spans(found.starts, found.ends)


def _apart(elements: Sequence[Spans]) -> bool:
    """Whether every span is of one position, and no position is of two elements."""
    if any((spans.ends - spans.starts != 1).any() for spans in elements):
        return False
    starts = np.concatenate([spans.starts for spans in elements])
    starts.sort(kind="stable")
    return not (starts[1:] == starts[:-1]).any()


def _around(elements: Sequence[Spans], slack: int) -> Spans:
    """Elements that are apart, in any order: from each position to where the last of them has come up."""
    starts = np.sort(np.concatenate([spans.starts for spans in elements]), kind="stable")
    ends = starts
    for spans in elements:
        following = np.searchsorted(spans.starts, starts)
        here = following < len(spans.starts)
        starts, ends = starts[here], np.maximum(ends[here], spans.starts[following[here]])
        near = ends - starts < slack + len(elements)  # never in the next document: its keys begin 2**32 further on
        starts, ends = starts[near], ends[near]
    return Spans(starts, ends + 1)


def _in_order(stretches: Sequence[Stretch], slack: int) -> Stretch:
    found = _best(stretches[0])
    for following in stretches[1:]:
        found = _best(_extend(found, following, slack))
    return found


def _in_any_order(stretches: Sequence[Stretch], slack: int) -> Stretch:
    """Every choice of elements is reached from those that lack one of it: n different ones cost 2**n joins at most.

    Elements that are the same need not be told apart, so that k times the same costs k joins.
    """
    kinds, counts = _counted(stretches)
    found: dict[tuple[int, ...], Stretch] = {}
    for chosen in product(*(range(count + 1) for count in counts)):
        if sum(chosen) == 1:
            found[chosen] = _best(kinds[chosen.index(1)])
        elif chosen.count(0) < len(chosen):
            lacking = [(*chosen[:at], count - 1, *chosen[at + 1 :]) for at, count in enumerate(chosen) if count]
            last = [kind for kind, count in zip(kinds, chosen) if count]
            found[chosen] = _best(*(_extend(found[before], kind, slack) for before, kind in zip(lacking, last)))
    return found[tuple(counts)]


def _counted(stretches: Sequence[Stretch]) -> tuple[list[Stretch], list[int]]:
    """The different stretches, and how often each is among them."""
    kinds: list[Stretch] = []
    counts: list[int] = []
    for stretch in stretches:
        same = [at for at, kind in enumerate(kinds) if all(map(np.array_equal, kind, stretch))]
        if same:
            counts[same[0]] += 1
        else:
            kinds.append(stretch)
            counts.append(1)
    return kinds, counts


def _extend(first: Stretch, second: Stretch, slack: int) -> Stretch:
    """Stretches of the first kind followed, within what is left of the budget, by the next of the second of each length."""
    left = slack - (first.ends - first.starts - first.matched)
    # the budget never reaches into the next document: its keys begin 2**32 further on
    latest = np.minimum(first.ends + left, first.ends | _LAST_POSITION)
    lengths = second.ends - second.starts
    found = []
    for length in np.unique(lengths).tolist():
        starts = second.starts[lengths == length]
        following = np.searchsorted(starts, first.ends)
        here = np.flatnonzero(following < len(starts))
        here = here[starts[following[here]] <= latest[here]]
        found.append(Stretch(first.starts[here], starts[following[here]] + length, first.matched[here] + length))
    return Stretch(*(np.concatenate(arrays) for arrays in zip(*found)))


def _best(*several: Stretch) -> Stretch:
    """All of them sorted, without those that another of the same start betters."""
    starts, ends, matched = (np.concatenate(arrays) for arrays in zip(*several))
    order = np.lexsort((-matched, ends, starts))
    starts, ends, matched = starts[order], ends[order], matched[order]
    if not len(starts):
        return Stretch(starts, ends, matched)
    group = np.cumsum(np.diff(starts, prepend=starts[0]) != 0)
    most = np.maximum.accumulate(group * (matched.max() + 1) + matched)
    kept = np.ones(len(starts), bool)
    kept[1:] = most[1:] > most[:-1]  # the first of its start, or more matched than in any that ends sooner
    return Stretch(starts[kept], ends[kept], matched[kept])
