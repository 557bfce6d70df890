"""BM25 and the best k, each against the formula or a full sort."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import scoring

frequencies_strategy = st.dictionaries(st.integers(0, 60), st.integers(1, 300))
quick = settings(max_examples=200, deadline=None)


def array(values: Sequence[int], type_: str = "u2") -> np.ndarray:
    return np.array(values, np.dtype(type_))


def test_bm25_is_the_textbook_formula() -> None:
    frequencies, lengths = array([1, 2, 300]), array([10, 50, 1000], "u4")
    weight = scoring.idf(3, 1000)
    scores = scoring.bm25(frequencies, scoring.length_norms(lengths, 40.0, 1.2, 0.75), weight, 1.2)
    for f, length, score in zip(frequencies.tolist(), lengths.tolist(), scores.tolist()):
        assert score == pytest.approx(math.log(1 + 997.5 / 3.5) * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * length / 40)), rel=1e-6)


@pytest.mark.parametrize("frequency, count", [(0, 0), (0, 10), (5, 5), (1, 10**7)])
def test_weights_are_never_negative(frequency: int, count: int) -> None:
    assert scoring.idf(frequency, count) > 0


def test_norms_of_an_empty_field() -> None:
    assert scoring.length_norms(array([0, 0]), 0.0, 1.2, 0.75).tolist() == pytest.approx([0.3, 0.3])


def test_scores_add_up() -> None:
    scores = np.zeros(5, np.float32)
    scoring.accumulate(scores, array([1, 3]), np.array([1.5, 2.0], np.float32))
    scoring.accumulate(scores, array([3]), np.array([0.5], np.float32))
    assert scores.tolist() == [0, 1.5, 0, 2.5, 0]


@pytest.mark.parametrize("count", [0, 1, 5, 127, 128, 129, 1_000, 20_000])
@pytest.mark.parametrize("k", [0, 1, 10, 200])
@pytest.mark.parametrize("kinds", [2, 50, 10**6])
def test_best_is_the_head_of_a_full_sort(count: int, k: int, kinds: int) -> None:
    random_ = np.random.default_rng(count + k + kinds)
    scores = random_.integers(0, kinds, count).astype(np.float32)
    newest, name = random_.integers(0, 4, count), random_.permutation(count)
    expected = sorted(range(count), key=lambda row: (-scores[row], newest[row], name[row]))[:k]
    assert scoring.best(scores, k, [newest, name]).tolist() == expected


def test_without_ties_the_first_rows_come_first() -> None:
    assert scoring.best(np.zeros(1_000, np.float32), 4).tolist() == [0, 1, 2, 3]


@quick
@given(frequencies_strategy, st.sets(st.integers(0, 60)).map(sorted))
def test_frequencies_in_some_documents(frequencies: dict[int, int], wanted: list[int]) -> None:
    docs = sorted(frequencies)
    found = scoring.frequencies_in(array(docs), array([frequencies[doc] for doc in docs]), np.array(wanted, np.int64))
    assert found.tolist() == [frequencies.get(doc, 0) for doc in wanted]


@quick
@given(frequencies_strategy, st.integers(61, 600))
def test_a_term_of_many_documents_scores_as_one_of_few(frequencies: dict[int, int], doc_count: int) -> None:
    docs = array(sorted(frequencies))
    counts = array([frequencies[doc] for doc in sorted(frequencies)])
    norms = scoring.length_norms(np.arange(doc_count), doc_count / 2, 1.2, 0.75)
    scores, expected = np.ones(doc_count, np.float32), np.ones(doc_count, np.float32)
    scoring.add_bm25(scores, docs, counts, norms, 2.5, 1.2)
    scoring.accumulate(expected, docs, scoring.bm25(counts, norms[docs], 2.5, 1.2))
    assert np.array_equal(scores, expected)


@quick
@given(st.lists(frequencies_strategy, max_size=4), st.sets(st.integers(0, 60)).map(sorted))
def test_few_documents_score_as_among_all(terms: list[dict[int, int]], found: list[int]) -> None:
    norms = scoring.length_norms(np.arange(61), 30, 1.2, 0.75)
    lists = [(array(sorted(term)), array([term[doc] for doc in sorted(term)]), 1.5) for term in terms]
    wanted = np.array(found, np.int64)
    everywhere = scoring.scores_of(np.arange(61), lists, norms, 1.2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "_FEW", 0)
        assert np.array_equal(scoring.scores_of(wanted, lists, norms, 1.2), everywhere[wanted])
        patch.setattr(scoring, "_FEW", 1000)
        assert np.array_equal(scoring.scores_of(wanted, lists, norms, 1.2), everywhere[wanted])
