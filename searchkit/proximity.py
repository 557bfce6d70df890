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

from searchkit.postings import NOWHERE, POSITION_BITS, Spans, contains, distinct, docs_of, phrase

_LAST_POSITION = (1 << POSITION_BITS) - 1
_MANY = 100_000  # places that are worth a look at the beginnings first
_HEADS = (16, 512)  # positions: a headline, and what follows it
_AT_ONCE = 200_000  # positions whose documents are looked at together


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
    if all((spans.ends - spans.starts == 1).all() for spans in elements):
        return _of_single_positions([spans.starts for spans in elements], slack, ordered)
    stretches = [Stretch(s.starts, s.ends, s.ends - s.starts) for s in elements]
    found = _in_order(stretches, slack) if ordered else _in_any_order(stretches, slack)
    return Spans(found.starts, found.ends)


def near_docs(elements: Sequence[Spans], slack: int, ordered: bool) -> np.ndarray:
    """The documents in which `within` finds something.

    One place is enough, so where there is much to look at, the beginnings of the documents are looked at first: among
    frequent words that leaves few documents to go on with.
    """
    found = []
    for head in _HEADS:
        if sum(len(spans.starts) for spans in elements) < _MANY:
            break
        docs = docs_of(within([_head(spans, head) for spans in elements], slack, ordered))
        elements = [_outside(spans, docs) for spans in elements]
        found.append(docs)
    found.append(docs_of(within(elements, slack, ordered)))
    return np.sort(np.concatenate(found))


def _head(spans: Spans, length: int) -> Spans:
    kept = spans.starts & _LAST_POSITION < length
    return Spans(spans.starts[kept], spans.ends[kept])


def _outside(spans: Spans, docs: np.ndarray) -> Spans:
    kept = ~contains(docs, spans.starts >> POSITION_BITS)
    return Spans(spans.starts[kept], spans.ends[kept])


def _of_single_positions(elements: Sequence[np.ndarray], slack: int, ordered: bool) -> Spans:
    """`within` for elements of one position each, some documents at a time: no more memory than these need."""
    keys = np.concatenate(elements)
    keys.sort(kind="stable")  # merges the runs
    keys = keys[np.diff(keys, prepend=-1) != 0]
    documents = np.flatnonzero(np.diff(keys >> POSITION_BITS, prepend=-1))
    lots = documents[np.searchsorted(documents, np.arange(0, len(keys), _AT_ONCE), "right") - 1]
    cuts = np.append(distinct(lots), len(keys))
    starts, ends = [], []
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist()):
        own = keys[low:high]
        places = [_between(own, element) for element in elements]
        last = _last_places(places, len(own), ordered)
        here = np.flatnonzero(last < len(own))
        here = here[own[last[here]] - own[here] < slack + len(elements)]
        starts.append(own[here])
        ends.append(own[last[here]] + 1)
    return Spans(np.concatenate(starts), np.concatenate(ends))


def _between(keys: np.ndarray, element: np.ndarray) -> np.ndarray:
    """The places among some keys (numbers from 0) of an element's."""
    low, high = np.searchsorted(element, (keys[0], keys[-1] + 1))
    return np.searchsorted(keys, element[low:high])


def _last_places(places: Sequence[np.ndarray], count: int, ordered: bool) -> np.ndarray:
    """For each of `count` places, where the shortest stretch that starts there with one of its elements ends.

    int32, `count` where there is none. The budget is not looked at: the shortest keeps it if any does.
    """
    following = [_following(own, count) for own in places]
    if ordered:
        last = _starting(places[0], count)
        for table in following[1:]:
            last = table[last + 1]
        return last
    if sum(map(len, places)) == count:  # no place is of two elements: each takes its next
        return np.maximum.reduce([table[:count] for table in following])
    kinds, counts = _counted(places)
    tables = [following[kind] for kind in kinds]
    found: dict[tuple[int, ...], np.ndarray] = {}
    for chosen in product(*(range(count + 1) for count in counts)):
        if sum(chosen) == 1:
            found[chosen] = _starting(places[kinds[chosen.index(1)]], count)
        elif any(chosen):
            found[chosen] = np.minimum.reduce([tables[at][found[before] + 1] for at, before in _without_one(chosen)])
    return found[tuple(counts)]


def _following(places: np.ndarray, count: int) -> np.ndarray:
    """For each of `count` places and the two behind them, the element's next place from there on; `count` for none."""
    table = np.full(count + 2, count, np.int32)
    table[places] = places
    return np.minimum.accumulate(table[::-1])[::-1]


def _starting(places: np.ndarray, count: int) -> np.ndarray:
    table = np.full(count, count, np.int32)
    table[places] = places
    return table


def _without_one(chosen: tuple[int, ...]) -> list[tuple[int, tuple[int, ...]]]:
    """The kinds of which there is one at least, and the choice without one of it."""
    return [(at, (*chosen[:at], count - 1, *chosen[at + 1 :])) for at, count in enumerate(chosen) if count]


def _in_order(stretches: Sequence[Stretch], slack: int) -> Stretch:
    found = _best(stretches[0])
    for following in stretches[1:]:
        found = _best(_extend(found, following, slack))
    return found


def _in_any_order(stretches: Sequence[Stretch], slack: int) -> Stretch:
    """Every choice of elements is reached from those that lack one of it: n different ones cost 2**n joins at most.

    Elements that are the same need not be told apart, so that k times the same costs k joins.
    """
    kinds, counts = _counted([np.concatenate(stretch) for stretch in stretches])
    found: dict[tuple[int, ...], Stretch] = {}
    for chosen in product(*(range(count + 1) for count in counts)):
        if sum(chosen) == 1:
            found[chosen] = _best(stretches[kinds[chosen.index(1)]])
        elif any(chosen):
            found[chosen] = _best(
                *(_extend(found[before], stretches[kinds[at]], slack) for at, before in _without_one(chosen))
            )
    return found[tuple(counts)]


def _counted(arrays: Sequence[np.ndarray]) -> tuple[list[int], list[int]]:
    """The numbers of arrays that differ from those before, and how often each is there."""
    kinds: list[int] = []
    counts: list[int] = []
    for number, array in enumerate(arrays):
        same = [at for at, kind in enumerate(kinds) if np.array_equal(arrays[kind], array)]
        if same:
            counts[same[0]] += 1
        else:
            kinds.append(number)
            counts.append(1)
    return kinds, counts


def _extend(first: Stretch, second: Stretch, slack: int) -> Stretch:
    """Stretches of the first kind followed, within what is left of the budget, by the next of the second of each length."""
    left = slack - (first.ends - first.starts - first.matched)
    # the budget never reaches into the next document: its keys begin 2**32 further on
    latest = np.minimum(first.ends + left, first.ends | _LAST_POSITION)
    lengths = second.ends - second.starts
    found = []
    for length in distinct(lengths).tolist():
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
