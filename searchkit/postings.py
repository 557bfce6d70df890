"""Boolean operators, phrases and proximity as functions on sorted arrays; knows no engine and no file.

*docs*: document numbers, ascending, each once. *key*: `document << 32 | position` as int64, so that neighbours
in the text are neighbours in number. *span*: a start key and an end key (exclusive); spans are sorted by start, then
end, each once. A phrase whose alternatives differ in length ("UBND", "Ủy ban nhân dân") is a union of spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

POSITION_BITS = 32
_GALLOP = 16  # look-ups beat a pass over both arrays when one is this many times longer
_SELECTIVE = 8  # picking some documents' positions beats expanding all of them from this proportion on
_DENSE = 16  # a bool per document beats sorting when at least one document in this many is listed


class Spans(NamedTuple):
    """Places in texts: start and exclusive end keys, int64, sorted by start, then end."""

    starts: np.ndarray
    ends: np.ndarray


NOWHERE = Spans(np.zeros(0, np.int64), np.zeros(0, np.int64))


def _first(ordered: np.ndarray) -> np.ndarray:
    """A bool for each value: whether it differs from the one before."""
    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def distinct(values: np.ndarray) -> np.ndarray:
    """What occurs in an array, ascending, each once (`np.unique` would import all of numpy.ma).

    >>> distinct(np.array([5, 1, 5])).tolist()
    [1, 5]
    """
    ordered = np.sort(values, kind="stable")  # merges runs that are there
    return ordered[_first(ordered)]


# Documents


def intersect(*lists: np.ndarray) -> np.ndarray:
    """The documents that are in all of the lists.

    >>> intersect(np.array([1, 3, 5, 9]), np.array([3, 4, 9])).tolist()
    [3, 9]
    """
    ordered = sorted(lists, key=len)
    return reduce(_intersect_two, ordered[1:], ordered[0])


def contains(docs: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """A bool for each of `wanted` (sorted or not): whether it is in `docs`.

    >>> contains(np.array([1, 3, 5]), np.array([3, 4])).tolist()
    [True, False]
    """
    if not len(docs):
        return np.zeros(len(wanted), bool)
    if wanted.dtype != docs.dtype:
        wanted = wanted.astype(np.int64) if len(wanted) > len(docs) else wanted
        docs = docs.astype(wanted.dtype) if np.can_cast(docs.dtype, wanted.dtype) else docs
    places = np.searchsorted(docs, wanted)
    places[places == len(docs)] = 0
    return docs[places] == wanted


def _intersect_two(small: np.ndarray, large: np.ndarray) -> np.ndarray:
    if not len(small) or len(large) > _GALLOP * len(small):
        return small[contains(large, small)]
    if large[-1] < _DENSE * len(large):
        return large[mark(small, int(max(small[-1], large[-1])) + 1)[large.astype(np.intp)]]
    return common(small, large)


def common(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What two ascending arrays, each without repetitions, have in common."""
    if len(second) > _GALLOP * len(first):
        return first[contains(second, first)]
    if len(first) > _GALLOP * len(second):
        return second[contains(first, second)]
    both = np.concatenate((first, second))
    both.sort(kind="stable")  # finds the two runs and merges them
    return both[:-1][both[1:] == both[:-1]]


def mark(docs: np.ndarray, doc_count: int) -> np.ndarray:
    """A bool per document: whether it is in the list."""
    marks = np.zeros(doc_count, bool)
    marks[docs.astype(np.intp, copy=False)] = True
    return marks


def union(lists: Sequence[np.ndarray], doc_count: int) -> np.ndarray:
    """The documents that are in any of the lists; `doc_count` is one more than the largest may be.

    >>> union([np.array([1, 5]), np.array([0, 5])], 6).tolist()
    [0, 1, 5]
    """
    if len(lists) == 1:
        return lists[0]
    if sum(map(len, lists)) * 16 < doc_count:
        return distinct(np.concatenate([np.zeros(0, np.int64), *lists]))
    marks = np.zeros(doc_count, bool)
    for docs in lists:
        marks[docs.astype(np.intp, copy=False)] = True
    return np.flatnonzero(marks)


def difference(docs: np.ndarray, without: np.ndarray) -> np.ndarray:
    """The documents of the first list that are not in the second.

    >>> difference(np.array([1, 3, 5]), np.array([3])).tolist()
    [1, 5]
    """
    return docs[~contains(without, docs)]


# Places


def gather(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The numbers of runs: for each, start, start + 1, ... `length` of them.

    >>> gather(np.array([10, 3]), np.array([2, 3])).tolist()
    [10, 11, 3, 4, 5]
    """
    lengths = lengths.astype(np.int64)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts.astype(np.int64) - (ends - lengths), lengths)


class Occurrences(NamedTuple):
    """Where a term stands: keys ascending, and `rows`, their places in the term's positions (None for all)."""

    keys: np.ndarray
    rows: np.ndarray | None


def occurrences(
    docs: np.ndarray, frequencies: np.ndarray, positions: np.ndarray, within: np.ndarray | None = None
) -> Occurrences:
    """The keys of a term's positions: all, or (where that is cheaper) those in the documents `within` only.

    docs, frequencies: one row per document;  positions: the sum of frequencies rows, document by document
    """
    if within is None or len(docs) < _SELECTIVE * len(within):
        base = docs.astype(np.int64) << POSITION_BITS
        keys = np.repeat(base, frequencies)
        keys |= positions  # in place: for arrays of this size new memory costs more than the operation
        return Occurrences(keys, None)
    chosen = np.flatnonzero(_is_in(docs, within))
    chosen_frequencies = frequencies[chosen].astype(np.int64)
    ends = np.cumsum(frequencies, dtype=np.int64)[chosen]
    rows = gather(ends - chosen_frequencies, chosen_frequencies)
    base = docs[chosen].astype(np.int64) << POSITION_BITS
    keys = np.repeat(base, chosen_frequencies)
    keys |= positions[rows]
    return Occurrences(keys, rows)


def _is_in(docs: np.ndarray, within: np.ndarray) -> np.ndarray:
    """A bool for each of `docs`: whether it is in the shorter list `within`."""
    marks = np.zeros(len(docs), bool)
    if len(within):
        places = np.searchsorted(docs, within.astype(docs.dtype))
        places = np.minimum(places, len(docs) - 1)
        marks[places[docs[places] == within]] = True
    return marks


def spans_at(keys: np.ndarray, length: int = 1) -> Spans:
    """Spans of `length` positions that start at the keys."""
    return Spans(keys, keys + length)


def unite(several: Sequence[Spans]) -> Spans:
    """All the spans of several lists, each once."""
    several = [spans for spans in several if len(spans.starts)]
    if len(several) <= 1:
        return several[0] if several else NOWHERE
    return _sorted(np.concatenate([s.starts for s in several]), np.concatenate([s.ends for s in several]))


def _sorted(starts: np.ndarray, ends: np.ndarray) -> Spans:
    rising = (starts[1:] > starts[:-1]) | ((starts[1:] == starts[:-1]) & (ends[1:] > ends[:-1]))
    if rising.all():
        return Spans(starts, ends)
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], ends[order]
    new = np.ones(len(starts), bool)
    new[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    return Spans(starts[new], ends[new])


def follow(first: Spans, second: Spans, gap: int = 0) -> Spans:
    """Where a span of the first list is followed by one of the second, at most `gap` positions between them.

    The result reaches from the start of the one to the end of the other; two places never overlap, so that
    "xanh xanh" needs the syllable twice.
    """
    if not len(first.starts) or not len(second.starts):
        return NOWHERE
    if gap == 0 and (before := _one_length(first)) is not None and (after := _one_length(second)) is not None:
        meeting = common(first.ends, second.starts)
        return Spans(meeting - before, meeting + after)
    low = np.searchsorted(second.starts, first.ends, "left")
    # a gap never reaches into the next document: keys of different documents are 2**32 apart, a gap is clipped
    high = np.searchsorted(second.starts, np.minimum(first.ends + gap, first.ends | _LAST_POSITION), "right")
    counts = high - low
    pairs = gather(low, counts)
    return _sorted(np.repeat(first.starts, counts), second.ends[pairs])


_LAST_POSITION = (1 << POSITION_BITS) - 1


def _one_length(spans: Spans) -> int | None:
    lengths = spans.ends - spans.starts
    return int(lengths[0]) if lengths.min() == lengths.max() else None


def phrase(elements: Sequence[Spans], slop: int = 0) -> Spans:
    """Where the elements stand in order, at most `slop` positions between each and the next.

    The pair with the rarest member is joined first; that does not change what is found.
    """
    parts = list(elements)
    while len(parts) > 1:
        at = min(range(len(parts) - 1), key=lambda i: min(len(parts[i].starts), len(parts[i + 1].starts)))
        parts[at : at + 2] = [follow(parts[at], parts[at + 1], slop)]
        if not len(parts[at].starts):
            return NOWHERE
    return parts[0] if parts else NOWHERE


def near(children: Sequence[Spans], distance: int, ordered: bool = False) -> Spans:
    """Where all children stand together: in some order (or in theirs), at most `distance` positions between neighbours.

    NEAR/0 is "side by side". Each child takes a place of its own. The result spans from the first to the last.
    """
    if ordered or len(children) < 2:
        return phrase(children, distance)
    found = {1 << number: spans for number, spans in enumerate(children)}
    everything = (1 << len(children)) - 1
    for chosen in range(1, everything + 1):
        if chosen not in found:
            last = [number for number in range(len(children)) if chosen >> number & 1]
            found[chosen] = unite([follow(found[chosen & ~(1 << n)], children[n], distance) for n in last])
    return found[everything]


def distinct_docs(keys: np.ndarray) -> np.ndarray:
    """The documents that ascending keys lie in."""
    docs = keys >> POSITION_BITS
    return docs[_first(docs)]


def docs_of(spans: Spans) -> np.ndarray:
    """The documents that the spans stand in."""
    return distinct_docs(spans.starts)


def frequencies_of(spans: Spans) -> tuple[np.ndarray, np.ndarray]:
    """The documents that the spans stand in and how many in each."""
    docs = spans.starts >> POSITION_BITS
    first = np.flatnonzero(_first(docs))
    return docs[first], np.diff(first, append=len(docs))


def within_docs(spans: Spans, docs: np.ndarray) -> Spans:
    """The spans that stand in some of the documents."""
    kept = contains(docs.astype(np.int64), spans.starts >> POSITION_BITS)
    return Spans(spans.starts[kept], spans.ends[kept])


class Passages(NamedTuple):
    """Passages of a segment's documents: document d has rows offsets[d] to offsets[d + 1].

    starts: position of each passage's first token, ascending within a document;  kinds: a small number each
    """

    offsets: np.ndarray
    starts: np.ndarray
    kinds: np.ndarray


def passage_rows(keys: np.ndarray, passages: Passages) -> np.ndarray:
    """The row of the passage that each key (ascending by document) lies in; -1 before the first."""
    docs = keys >> POSITION_BITS
    unique = distinct_docs(keys)
    low = passages.offsets[unique].astype(np.int64)
    counts = passages.offsets[unique + 1].astype(np.int64) - low
    rows = gather(low, counts)
    starts = np.repeat(unique << POSITION_BITS, counts) | passages.starts[rows]
    place = np.searchsorted(starts, keys, "right") - 1
    inside = place >= 0
    inside[inside] = starts[place[inside]] >> POSITION_BITS == docs[inside]
    return np.where(inside, rows[place] if len(rows) else -1, -1)


def within_kinds(spans: Spans, passages: Passages, kinds: Sequence[int]) -> Spans:
    """The spans that start and end in passages of these kinds."""
    if not len(spans.starts) or not len(passages.starts):
        return NOWHERE
    allowed = np.zeros(256, bool)
    allowed[list(kinds)] = True
    kept = np.ones(len(spans.starts), bool)
    last = np.maximum(spans.ends - 1, spans.starts)
    for keys in (spans.starts, last):
        rows = passage_rows(keys, passages)
        kept &= (rows >= 0) & allowed[passages.kinds[np.maximum(rows, 0)]]
    return Spans(spans.starts[kept], spans.ends[kept])
