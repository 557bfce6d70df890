"""BM25 and the best k as functions on arrays; knows no engine and no file.

A posting's score is computed from its frequency and its document's norm; scores of documents are float32.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_FEW = 16  # look-ups beat a pass over all postings where these are so many times more
_EVERYWHERE = 4  # a term that one document in this many has is cheaper to score in all of them
_STRIPE = 64


def idf(document_frequency: int, doc_count: int) -> float:
    """The weight of a term of BM25 that is never negative: ln(1 + (N - n + 0.5) / (n + 0.5)), as Lucene has it."""
    return float(np.log1p((doc_count - document_frequency + 0.5) / (document_frequency + 0.5)))


def length_norms(lengths: np.ndarray, average: float, k1: float, b: float) -> np.ndarray:
    """What BM25 adds to a frequency below the line, for each document; the same for all terms of a field."""
    return (k1 * (1 - b) + (k1 * b / average if average else 0.0) * lengths).astype(np.float32)


def bm25(frequencies: np.ndarray, norms: np.ndarray, weight: float, k1: float) -> np.ndarray:
    """BM25 of one term: weight * f * (k1 + 1) / (f + norm), a float32 for each posting.

    norms: `length_norms` of the postings' documents.  Robertson and Zaragoza (2009), The Probabilistic Relevance Framework.
    """
    frequencies = frequencies.astype(np.float32)
    scores = frequencies / (frequencies + norms)
    scores *= np.float32(weight * (k1 + 1))
    return scores


def frequencies_in(docs: np.ndarray, frequencies: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How often a term stands in each of the documents `wanted`, 0 where it does not.

    docs, frequencies: one row per document that has the term

    >>> frequencies_in(np.array([1, 4]), np.array([2, 7]), np.array([3, 4])).tolist()
    [0, 7]
    """
    if not len(docs):
        return np.zeros(len(wanted), frequencies.dtype)
    places = np.searchsorted(docs, wanted.astype(docs.dtype))
    places[places == len(docs)] = 0
    return frequencies[places] * (docs[places] == wanted)


def accumulate(scores: np.ndarray, docs: np.ndarray, values: np.ndarray) -> None:
    """Adds a value to the score of each document, in place; each document at most once."""
    np.add.at(scores, docs.astype(np.intp, copy=False), values)  # one pass; `scores[docs] += values` takes three


def add_bm25(
    scores: np.ndarray, docs: np.ndarray, frequencies: np.ndarray, norms: np.ndarray, weight: float, k1: float
) -> None:
    """Adds BM25 of one term to the score of each document that has it, in place; norms: of all documents."""
    if len(docs) * _EVERYWHERE < len(scores):
        accumulate(scores, docs, bm25(frequencies, norms[docs], weight, k1))
        return
    everywhere = np.zeros(len(scores), np.float32)
    everywhere[docs] = frequencies
    scores += bm25(everywhere, norms, weight, k1)  # rows in order: no look-up per posting


def scores_of(
    found: np.ndarray, terms: Sequence[tuple[np.ndarray, np.ndarray, float]], norms: np.ndarray, k1: float
) -> np.ndarray:
    """BM25 of several terms, added up, for each of the documents `found`.

    terms: documents, frequencies and weight of each;  norms: of all documents

    >>> one = (np.array([0, 2]), np.array([1, 3]), 2.0)
    >>> scores_of(np.array([1, 2]), [one], np.ones(3, np.float32), k1=1.0).tolist()
    [0.0, 3.0]
    """
    if len(found) * _FEW < sum(len(docs) for docs, _, _ in terms):
        scores, own = np.zeros(len(found), np.float32), norms[found]
        for docs, frequencies, weight in terms:
            scores += bm25(frequencies_in(docs, frequencies, found), own, weight, k1)
        return scores
    scores = np.zeros(len(norms), np.float32)
    for docs, frequencies, weight in terms:
        add_bm25(scores, docs, frequencies, norms, weight, k1)
    return scores[found]


def _contenders(scores: np.ndarray, k: int) -> np.ndarray:
    """The rows of all scores that are at least the k-th highest."""
    if k * 2 * _STRIPE < len(scores):
        # the k-th highest of the maxima of stripes is a bound from below, and leaves few rows to look at
        stripes = scores[: len(scores) // _STRIPE * _STRIPE].reshape(_STRIPE, -1).max(axis=0)
        rows = np.flatnonzero(scores >= np.partition(stripes, len(stripes) - k)[len(stripes) - k])
    else:
        rows = np.arange(len(scores))
    if k < len(rows):
        chosen = scores[rows]
        rows = rows[chosen >= np.partition(chosen, len(chosen) - k)[len(chosen) - k]]
    return rows


def best(scores: np.ndarray, k: int, ties: Sequence[np.ndarray] = ()) -> np.ndarray:
    """The rows of the `k` highest scores, highest first; equal ones by `ties` ascending, the first of them counting most.

    >>> best(np.array([1.0, 3.0, 2.0, 3.0]), 3, [np.array([0, 9, 0, 1])]).tolist()
    [3, 1, 2]
    """
    if k <= 0:
        return np.zeros(0, np.int64)
    rows = _contenders(scores, k)
    keys = [rows, *(np.asarray(tie)[rows] for tie in reversed(ties)), -scores[rows]]
    return rows[np.lexsort(keys)][:k]
