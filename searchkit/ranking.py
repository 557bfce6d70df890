"""Every number of the ranking, named, and the arithmetic that belongs to no engine.

First stage, every article: BM25 of the query's syllables and words over whole articles. Second stage, the best
`candidates` articles, passages and articles alike: syllables, how many of them there are, the query's
neighbours side by side, words, and the likely reading of what was typed without marks. A question wants the
paragraph that answers it, other words want the article that is about them, so the two are mixed by what was
asked. Each number was chosen by the measurements in benchmarks/ranking.md, where the sweeps around it stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.text import fold


class Signals(NamedTuple):
    """Weights of what is seen in a text of one size, a passage or an article."""

    k1: float  # how soon more of the same syllable stops to count
    reading: float  # share of the likely reading's syllables in all spellings'
    coverage: float  # inverse document frequencies of the syllables present, however often
    pair: float  # two syllables of the query side by side, in its order
    apart: float  # the same with one token between them
    reverse: float  # the same in the other order
    word: float  # words of the segmenter
    window: float  # the most syllables within WINDOW tokens


class Mix(NamedTuple):
    """How the scores of an article and of its best passage make one."""

    article: float  # the article's share; the passage has the rest
    lead: float  # syllables in the first passage below the title, which says what an article is about


PASSAGE = Signals(k1=0.6, reading=0.7, coverage=0.5, pair=0.7, apart=0.2, reverse=0.0, word=0.2, window=0.4)
ARTICLE = Signals(k1=1.2, reading=0.3, coverage=0.5, pair=0.8, apart=0.4, reverse=0.4, word=0.3, window=0.0)
QUESTION = Mix(article=0.3, lead=0.1)
WORDS = Mix(article=0.8, lead=0.5)
B = 0.75  # how much a long text must have more of a thing
K1 = 1.2  # saturation of pairs and words, and of everything in the first stage
WORD_FIRST = 0.5  # words beside syllables in the first stage
FEW_WORDS = 4  # a name or a subject: articles that have all of so few words come before those that lack one,
COMPLETE = 3.0  # by this much of the words' whole weight;
TOGETHER = 3.0  # and those that have them side by side, in order, come before all others
AS_TYPED = 0.2  # an unmarked syllable that stands unmarked counts this much more than its likely reading
NEIGHBOUR = 0.1  # the better neighbour's score beside a passage's own, when passages of an article are ordered
WINDOW = 20  # tokens
CANDIDATES = 300  # articles that the second stage looks at

_QUESTION_WORDS = tuple(
    tuple(words.split())
    for words in ("ai", "gì", "nào", "ở đâu", "bao nhiêu", "bao lâu", "mấy", "tại sao", "vì sao", "ra sao", "đâu là")
)
_NOT_WITHOUT_MARKS = "mấy"  # `may` is máy, mây, may, mây far more often


def saturate(frequencies: np.ndarray, lengths: np.ndarray, average: float, k1: float) -> np.ndarray:
    """BM25's f * (k1 + 1) / (f + k1 * (1 - b + b * length / average)) for frequencies of shape (..., n) and n lengths."""
    norms = (k1 * (1 - B + B * lengths / max(average, 1.0))).astype(np.float32)
    return frequencies * np.float32(k1 + 1) / (frequencies + norms)


def with_neighbours(scores: np.ndarray) -> np.ndarray:
    """Scores of an article's passages in their order, each with a part of its better neighbour's.

    >>> with_neighbours(np.array([1.0, 2.0, 0.0])).tolist()
    [1.2, 2.1, 0.2]
    """
    around = np.concatenate([[0.0], scores, [0.0]])
    return scores + NEIGHBOUR * np.maximum(around[:-2], around[2:])


def mix(syllables: Sequence[str]) -> Mix:
    """How to mix the scores for a query of these keys, as typed.

    >>> mix("ai là bí thư".split()) is QUESTION, mix("bi thu ha giang o dau".split()) is QUESTION
    (True, True)
    >>> mix("bí thư tỉnh ủy".split()) is WORDS
    True
    """
    return QUESTION if any(_asks(syllables, words) for words in _QUESTION_WORDS) else WORDS


def _asks(syllables: Sequence[str], words: tuple[str, ...]) -> bool:
    runs = zip(*(syllables[offset:] for offset in range(len(words))))
    bare = tuple(fold(word) for word in words) if _NOT_WITHOUT_MARKS not in words else words
    return any(run in (words, bare) for run in runs)
