"""Every number of the ranking, named, and the arithmetic that belongs to no engine.

First stage, every article: BM25 of the query's syllables and words over whole articles. Second stage, the best
`candidates` articles: the same over passages and articles, with the syllables that stand side by side as in the
query, and with the likely reading of syllables typed without marks. Each number was chosen by the measurements
in benchmarks/README.md, where the sweeps around it stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Weights:
    """The ranking's constants."""

    b: float = 0.75  # how much a long text must have more of a thing
    k1_first: float = 1.2  # how soon more of the same stops to count, first stage
    k1_syllable: float = 0.8  # the same for syllables in the second: passages are short
    k1_other: float = 1.2  # and for pairs and words
    word_first: float = 0.5  # words beside syllables, first stage
    word: float = 0.2  # words, second stage
    pair: float = 0.8  # two syllables of the query side by side, in its order
    reading: float = 0.5  # an unmarked syllable where it is written as the query most likely means it
    passage: float = 0.5  # the best passage's share in an article's score; the whole article has the rest
    candidates: int = 300  # articles that the second stage looks at


WEIGHTS = Weights()


def saturate(frequencies: np.ndarray, lengths: np.ndarray, average: float, k1: float) -> np.ndarray:
    """BM25's f * (k1 + 1) / (f + k1 * (1 - b + b * length / average)) for frequencies of shape (..., n) and n lengths."""
    norms = k1 * (1 - WEIGHTS.b + WEIGHTS.b * lengths / max(average, 1.0))
    return frequencies * (k1 + 1) / (frequencies + norms)
