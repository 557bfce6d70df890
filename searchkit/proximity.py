"""Places in texts that stand near one another, within a budget of other positions between them.

Like `postings`, functions on sorted arrays alone. A `Stretch` is a span that also knows how many of its
positions are matched ones; what is left over is its slack, and the slack is what a query limits:
`"a b c"~2` and `NEAR/2` both allow two foreign positions in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.postings import NOWHERE, POSITION_BITS, Spans, gather, phrase

_LAST_POSITION = (1 << POSITION_BITS) - 1


class Stretch(NamedTuple):
    """Spans with the number of positions matched inside each; sorted by start."""

    starts: np.ndarray
    ends: np.ndarray
    matched: np.ndarray


def within(elements: Sequence[Spans], slack: int, ordered: bool) -> Spans:
    """Where all elements stand, none overlapping, with at most `slack` other positions in the stretch they cover.

    >>> from searchkit.postings import spans_at
    >>> xanh, cay = spans_at(np.array([1, 8])), spans_at(np.array([4, 20]))
    >>> within([xanh, cay], 2, ordered=True).ends.tolist(), within([xanh, cay], 1, ordered=True).ends.tolist()
    ([5], [])
    """
    if not elements or any(not len(spans.starts) for spans in elements):
        return NOWHERE
    if ordered and slack == 0:
        return phrase(elements)
    stretches = [Stretch(s.starts, s.ends, s.ends - s.starts) for s in elements]
    found = _in_order(stretches, slack) if ordered else _in_any_order(stretches, slack)
    return _spans(found)


def _in_order(stretches: Sequence[Stretch], slack: int) -> Stretch:
    found = stretches[0]
    for following in stretches[1:]:
        found = _extend(found, following, slack)
    return found


def _in_any_order(stretches: Sequence[Stretch], slack: int) -> Stretch:
    """Every subset is reached from the subsets that lack one of its members, so n elements cost 2**n joins."""
    found = {1 << number: stretch for number, stretch in enumerate(stretches)}
    for chosen in range(1, 1 << len(stretches)):
        if chosen in found:
            continue
        members = [number for number in range(len(stretches)) if chosen >> number & 1]
        found[chosen] = _merge([_extend(found[chosen & ~(1 << last)], stretches[last], slack) for last in members])
    return found[(1 << len(stretches)) - 1]


def _extend(first: Stretch, second: Stretch, slack: int) -> Stretch:
    """Stretches of the first kind followed, within what is left of the budget, by one of the second."""
    left = slack - (first.ends - first.starts - first.matched)
    low = np.searchsorted(second.starts, first.ends, "left")
    # the budget never reaches into the next document: its keys begin 2**32 further on
    high = np.searchsorted(second.starts, np.minimum(first.ends + left, first.ends | _LAST_POSITION), "right")
    counts = high - low
    pairs = gather(low, counts)
    matched = np.repeat(first.matched, counts) + second.matched[pairs]
    return _merge([Stretch(np.repeat(first.starts, counts), second.ends[pairs], matched)])


def _merge(several: Sequence[Stretch]) -> Stretch:
    """All of them sorted, of those with equal bounds the one with the least slack."""
    starts, ends, matched = (np.concatenate(arrays) for arrays in zip(*several))
    order = np.lexsort((-matched, ends, starts))
    starts, ends, matched = starts[order], ends[order], matched[order]
    new = np.ones(len(starts), bool)
    new[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    return Stretch(starts[new], ends[new], matched[new])


def _spans(stretch: Stretch) -> Spans:
    return Spans(stretch.starts, stretch.ends)
