"""Nearness within a budget, against trying every choice of one span of each element."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import proximity
from searchkit.postings import Spans, spans_at
from searchkit.proximity import near_docs, within

Place = tuple[int, int, int]  # document, first position, position after the last


def spans(places) -> Spans:
    ordered = sorted({(doc << 32 | start, doc << 32 | end) for doc, start, end in places})
    return Spans(np.array([s for s, _ in ordered], np.int64), np.array([e for _, e in ordered], np.int64))


def brute_force(elements: list[list[Place]], slack: int, ordered: bool) -> set[Place]:
    """Every stretch that no other of the same start betters."""
    found = set()
    for chosen in itertools.product(*(set(element) for element in elements)):
        in_text = sorted(chosen)
        if len({doc for doc, _, _ in chosen}) > 1 or (ordered and in_text != list(chosen)):
            continue
        if any(one[2] > other[1] for one, other in itertools.pairwise(in_text)):
            continue
        matched = sum(end - start for _, start, end in chosen)
        doc, start, end = in_text[0][0], in_text[0][1], in_text[-1][2]
        if end - start - matched <= slack:
            found.add((doc, start, end, matched))
    return {
        (doc, start, end)
        for doc, start, end, matched in found
        if not any((d, s) == (doc, start) and e < end and m >= matched for d, s, e, m in found)
    }


def placed(length: st.SearchStrategy[int]) -> st.SearchStrategy[list[Place]]:
    return st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 15), length).map(lambda t: (t[0], t[1], t[1] + t[2])), max_size=8
    )


SINGLE, MIXED = placed(st.just(1)), placed(st.integers(1, 4))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(SINGLE, min_size=1, max_size=4) | st.lists(MIXED, min_size=1, max_size=4) | MIXED.map(lambda one: [one] * 3),
    st.integers(0, 8),
    st.booleans(),
)
def test_every_best_stretch_is_found(elements: list[list[Place]], slack: int, ordered: bool) -> None:
    found = within([spans(element) for element in elements], slack, ordered)
    rows = [(s >> 32, s & 0xFFFFFFFF, e & 0xFFFFFFFF) for s, e in zip(found.starts.tolist(), found.ends.tolist())]
    assert rows == sorted(brute_force(elements, slack, ordered))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sets(st.integers(0, 25), max_size=6), min_size=2, max_size=4), st.integers(0, 8))
def test_elements_that_are_apart_take_the_short_way(positions: list[set[int]], slack: int) -> None:
    parted = [own.difference(*positions[:number]) for number, own in enumerate(positions)]
    elements = [[(0, at, at + 1) for at in sorted(own)] for own in parted]
    found = within([spans(element) for element in elements], slack, ordered=False)
    assert list(zip(found.starts.tolist(), found.ends.tolist())) == [
        (start, end) for _, start, end in sorted(brute_force(elements, slack, ordered=False))
    ]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("alike", [True, False])
def test_frequent_beside_frequent_costs_what_they_are(ordered: bool, alike: bool) -> None:
    """A text of nothing but the words asked for: each position starts one stretch, not one for every pair."""
    count = 5_000
    every = spans_at(np.arange(count))
    elements = [every] * 8 if alike else [spans_at(np.arange(n, count, 8)) for n in range(8)]
    found = within(elements, 250, ordered)
    assert count - 250 - 8 <= len(found.starts) * (8 if ordered and not alike else 1) <= count


@settings(max_examples=300, deadline=None)
@given(st.lists(SINGLE | MIXED, min_size=1, max_size=4), st.integers(0, 8), st.booleans(), st.booleans())
def test_documents_are_those_of_the_stretches(elements: list[list[Place]], slack: int, ordered: bool, many: bool) -> None:
    """The beginnings of the documents are looked at first where there is much to look at; that changes nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proximity, "_MANY", 0 if many else 100)
        patch.setattr(proximity, "_HEADS", (3, 7))
        patch.setattr(proximity, "_AT_ONCE", 3)
        docs = near_docs([spans(element) for element in elements], slack, ordered)
    assert docs.tolist() == sorted({doc for doc, _, _ in brute_force(elements, slack, ordered)})


def test_a_longer_stretch_that_matches_more_is_kept() -> None:
    """`a (b | "b c d")`: the longer alternative leaves fewer foreign positions to what follows."""
    first, second = spans([(0, 0, 1)]), spans([(0, 1, 2), (0, 1, 4)])
    assert within([first, second], 3, ordered=True).ends.tolist() == [2, 4]
    third = spans([(0, 4, 5)])
    assert within([first, second, third], 0, ordered=True).ends.tolist() == [5]
