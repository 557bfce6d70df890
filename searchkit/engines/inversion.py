"""Turns a field's tokens, in the order they were read, into postings by term: one stable sort of arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from searchkit.engines.arrays import smallest

_RADIX = 1 << 16  # numpy sorts 16-bit integers stably by radix, wider ones by merging, five times slower


class Inverted(NamedTuple):
    """Postings of all terms of a field, term by term, documents ascending within each.

    posting_offsets, position_offsets: where each term's postings and positions start, one more than there are terms
    docs, frequencies: one row per posting;  order: one token number per position, in posting order
    """

    posting_offsets: np.ndarray
    position_offsets: np.ndarray
    docs: np.ndarray
    frequencies: np.ndarray
    order: np.ndarray


def stable_order(numbers: np.ndarray, count: int) -> np.ndarray:
    """The permutation that sorts `numbers` (each from 0 to below `count`), equal ones left in their order.

    >>> stable_order(np.array([2, 0, 2, 1]), 3).tolist()
    [1, 3, 0, 2]
    """
    order = np.argsort((numbers & (_RADIX - 1)).astype(np.uint16), kind="stable")
    if count > _RADIX:
        high = (numbers >> 16).astype(np.uint16 if count <= _RADIX * _RADIX else np.int64)[order]
        order = order[np.argsort(high, kind="stable")]
    return order


def offsets_of(counts: np.ndarray) -> np.ndarray:
    """Counts -> where each run starts, and the end of the last.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets.astype(smallest(int(offsets[-1])))


def invert(terms: np.ndarray, docs: np.ndarray, term_count: int) -> Inverted:
    """Term number and document of each token (documents ascending) -> postings."""
    order = stable_order(terms, term_count)
    terms, docs = terms[order], docs[order]
    first = np.ones(len(order), bool)
    np.not_equal(docs[1:], docs[:-1], out=first[1:])
    first[1:] |= terms[1:] != terms[:-1]
    starts = np.flatnonzero(first)
    return Inverted(
        posting_offsets=offsets_of(np.bincount(terms[starts], minlength=term_count)),
        position_offsets=offsets_of(np.bincount(terms, minlength=term_count)),
        docs=docs[starts],
        frequencies=np.diff(starts, append=len(order)),
        order=order,
    )


def local_numbers(groups: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Numbers the members of each group from 0 by ascending rank.

    >>> local_numbers(np.array([5, 7, 5, 5]), np.array([2, 0, 0, 1])).tolist()
    [2, 0, 0, 1]
    """
    order = np.lexsort((ranks, groups))
    sorted_groups = groups[order]
    first = np.ones(len(order), bool)
    first[1:] = sorted_groups[1:] != sorted_groups[:-1]
    starts = np.flatnonzero(first)
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return numbers
