"""Near-identical articles: a sketch of each, and how alike two sketches are.

A sketch is the smallest hashes of an article's shingles, runs of six folded syllables; the share of hashes
that two sketches have in common estimates the share of shingles that the articles have in common
(Broder, On the resemblance and containment of documents, 1997, bottom-k form). It survives other marks,
other case and another tone placement, which is how reprints differ.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from searchkit.text import fold, key

SIZE = 24  # hashes kept: recall 1.0 of the pairs of resemblance 0.7 and more, measured on 34,547 articles
SHINGLE = 6  # syllables
ALIKE = 0.5  # share of common hashes from which two articles count as reprints of each other
WORTH_A_LOOK = 0.15  # share of common hashes from which a pair is compared in earnest
CROWD = 20  # articles with a common hash from which only the best is compared with the others
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Hashes:
    """The hash of each spelling's folded key, by spelling id; grows with the vocabulary."""

    def __init__(self) -> None:
        self._hashes = np.zeros(1 << 12, np.uint64)
        self._known = 0

    def of(self, spellings: Sequence[str], ids: np.ndarray) -> np.ndarray:
        """The hashes of a run of tokens, uint64."""
        if self._known < len(spellings):
            self._learn(spellings)
        return self._hashes[ids]

    def _learn(self, spellings: Sequence[str]) -> None:
        if len(spellings) > len(self._hashes):
            self._hashes = np.resize(self._hashes, 2 * len(spellings))
        for number in range(self._known, len(spellings)):
            self._hashes[number] = zlib.crc32(fold(key(spellings[number])).encode("utf-8", "surrogatepass"))
        self._known = len(spellings)


def sketch(hashes: np.ndarray) -> np.ndarray:
    """The SIZE smallest distinct shingle hashes of a run of tokens, ascending, uint32; zeros where there are fewer."""
    found = np.zeros(SIZE, np.uint32)
    if len(hashes) < SHINGLE:
        return found
    shingles = np.zeros(len(hashes) - SHINGLE + 1, np.uint64)
    for offset in range(SHINGLE):
        shingles = (shingles + hashes[offset : offset + len(shingles)]) * _MULTIPLIER
        shingles ^= shingles >> np.uint64(29)
    values = (shingles >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
    if len(values) > 4 * SIZE:
        values = np.partition(values, 2 * SIZE)[: 2 * SIZE]
    smallest = np.unique(values)[:SIZE]
    found[: len(smallest)] = smallest
    return found


def near_pairs(sketches: np.ndarray) -> list[tuple[int, int]]:
    """The pairs of rows (first before second) whose articles resemble each other by ALIKE or more.

    >>> a, b = (sketch(np.arange(n, n + 100, dtype=np.uint64)) for n in (0, 500))
    >>> near_pairs(np.array([a, b, a]))
    [(0, 2)]
    """
    sizes = np.count_nonzero(sketches, axis=1).tolist()
    shared = Counter(_sharing(sketches))
    worth = [pair for pair, count in shared.items() if count >= WORTH_A_LOOK * min(sizes[pair[0]], sizes[pair[1]])]
    if not worth:
        return []
    first, second = np.array(worth).T
    alike = _resemblances(sketches[first], sketches[second]) >= ALIKE
    return sorted(pair for pair, chosen in zip(worth, alike.tolist()) if chosen)


def _sharing(sketches: np.ndarray) -> Iterator[tuple[int, int]]:
    """For every hash that several rows have, each pair of these rows; of very many only those with the first."""
    values = sketches.ravel()
    order = np.argsort(values, kind="stable")
    order = order[values[order] != 0]
    ordered = values[order]
    rows = (order // sketches.shape[1]).tolist()
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    sizes = np.diff(first, append=len(ordered))
    for start, size in zip(first[sizes > 1].tolist(), sizes[sizes > 1].tolist()):
        run = rows[start : start + size]
        yield from combinations(run, 2) if size <= CROWD else ((run[0], other) for other in run[1:])


def _resemblances(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For rows of sketches, the estimated share of shingles that two articles have in common; 0 without a sketch."""
    sizes = np.minimum(np.count_nonzero(ones, axis=1), np.count_nonzero(others, axis=1))
    values = np.sort(np.concatenate((ones, others), axis=1), axis=1)
    again = values[:, 1:] == values[:, :-1]  # no sketch has a value twice, so it is in both
    distinct = values != 0
    distinct[:, 1:] &= ~again
    smallest = np.cumsum(distinct, axis=1) <= sizes[:, None]
    common = np.count_nonzero(again & distinct[:, :-1] & smallest[:, :-1], axis=1)
    return common / np.maximum(sizes, 1)
