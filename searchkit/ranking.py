"""Every number of the ranking, named, and the arithmetic that belongs to no engine.

First stage: BM25 of the query's syllables over whole articles. Second stage, for the best `candidates`
articles: how many of the query's neighbouring syllables stand side by side, its words, and the best passage
on its own. Each number was chosen by the measurements in benchmarks/README.md, where the sweeps around it stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Weights:
    """The ranking's constants."""

    k1: float = 1.2  # how soon more of the same syllable stops to count
    b: float = 0.75  # how much a long article must have more of it
    pair: float = 0.3  # two syllables of the query side by side, in its order
    word: float = 0.5  # a word of two syllables or more, as the segmenter sees it
    passage: float = 1.0  # the best passage's score beside the article's
    bare: float = 0.1  # an unmarked syllable found as it was typed
    candidates: int = 300  # articles that the second stage looks at


WEIGHTS = Weights()


def saturate(frequencies: np.ndarray, lengths: np.ndarray, average: float) -> np.ndarray:
    """BM25's f * (k1 + 1) / (f + k1 * (1 - b + b * length / average)) for frequencies of shape (..., n) and n lengths."""
    norms = WEIGHTS.k1 * (1 - WEIGHTS.b + WEIGHTS.b * lengths / max(average, 1.0))
    return frequencies * (WEIGHTS.k1 + 1) / (frequencies + norms)
