"""Set operations, phrases and proximity on arrays, each against a brute-force reading of its definition."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import postings as P

Place = tuple[int, int, int]  # document, first position, position after the last
docs_strategy = st.sets(st.integers(0, 300)).map(sorted)
quick = settings(max_examples=200, deadline=None)


def array(values: Sequence[int], type_: str = "u2") -> np.ndarray:
    return np.array(values, np.dtype(type_))


def spans(places: Sequence[Place]) -> P.Spans:
    ordered = sorted({(doc << 32 | start, doc << 32 | end) for doc, start, end in places})
    return P.Spans(np.array([s for s, _ in ordered], np.int64), np.array([e for _, e in ordered], np.int64))


def places(found: P.Spans) -> list[Place]:
    assert np.all(found.starts >> 32 == found.ends >> 32)
    return [(s >> 32, s & 0xFFFFFFFF, e & 0xFFFFFFFF) for s, e in zip(found.starts.tolist(), found.ends.tolist())]


places_strategy = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 25), st.integers(1, 3)).map(lambda t: (t[0], t[1], t[1] + t[2])), max_size=25
)


# Documents


@quick
@given(st.lists(docs_strategy, min_size=1, max_size=5), st.sampled_from(["u2", "u4", "i8"]))
def test_sets_of_documents(lists: list[list[int]], type_: str) -> None:
    arrays = [array(docs, type_) for docs in lists]
    sets = [set(docs) for docs in lists]
    assert P.intersect(*arrays).tolist() == sorted(set.intersection(*sets))
    assert P.union(arrays, 301).tolist() == sorted(set.union(*sets))
    assert P.union(arrays, 100_000).tolist() == sorted(set.union(*sets))
    assert P.difference(arrays[0], arrays[-1]).tolist() == sorted(sets[0] - sets[-1])
    assert P.contains(arrays[0], arrays[-1]).tolist() == [doc in sets[0] for doc in lists[-1]]
    assert P.distinct(np.concatenate(arrays)).tolist() == sorted(set.union(*sets))
    assert P.common(arrays[0], arrays[-1]).tolist() == sorted(sets[0] & sets[-1])


@pytest.mark.parametrize("small, large", [(1, 3000), (40, 3000), (1500, 3000), (3000, 3000)])
@pytest.mark.parametrize("bound", [4_000, 60_000])
@pytest.mark.parametrize("types", [("u2", "u2"), ("u2", "u4"), ("u4", "u2"), ("i8", "u2")])
def test_every_way_of_intersecting(small: int, large: int, bound: int, types: tuple[str, str]) -> None:
    random_ = np.random.default_rng(small + bound)
    first, second = (np.sort(random_.choice(bound, size, replace=False)) for size in (small, large))
    expected = np.intersect1d(first, second)
    assert np.array_equal(P.intersect(first.astype(types[0]), second.astype(types[1])), expected)
    assert np.array_equal(P.intersect(second.astype(types[1]), first.astype(types[0])), expected)


@pytest.mark.parametrize("types", [("u2", "u4"), ("u2", "i8")])
def test_documents_beyond_two_bytes_are_not_cut_off(types: tuple[str, str]) -> None:
    short, long = array([3, 7], types[0]), array([3, 65_536 + 7], types[1])
    assert P.intersect(short, long).tolist() == P.intersect(long, short).tolist() == [3]
    assert P.contains(short, long).tolist() == [True, False]
    assert P.contains(long, short).tolist() == [True, False]
    assert P.difference(long, short).tolist() == [65_543]
    assert P.contains(array([3]), array([3] + [65_539] * 40, "u4")).tolist() == [True] + [False] * 40


def test_the_empty_list() -> None:
    empty, some = array([]), array([1, 2])
    assert P.intersect(empty, some).tolist() == P.intersect(some, empty).tolist() == []
    assert P.union([], 5).tolist() == P.union([empty, empty], 5).tolist() == []
    assert P.difference(some, empty).tolist() == [1, 2]
    assert P.difference(empty, some).tolist() == []


# Places


def random_postings(chance: random.Random) -> dict[int, list[int]]:
    return {doc: sorted(chance.sample(range(40), chance.randrange(1, 9))) for doc in sorted(chance.sample(range(200), chance.randrange(80)))}


@pytest.mark.parametrize("seed", range(40))
def test_occurrences_of_all_or_of_some_documents(seed: int) -> None:
    chance = random.Random(seed)
    found = random_postings(chance)
    docs, frequencies = array(list(found)), array([len(p) for p in found.values()], "u1")
    positions = array([p for here in found.values() for p in here])
    expected = [doc << 32 | p for doc, here in found.items() for p in here]
    whole = P.occurrences(docs, frequencies, positions)
    assert (whole.keys.tolist(), whole.rows) == (expected, None)
    within = array(sorted(chance.sample(range(200), chance.choice((0, 1, 5, 150)))))
    some = P.occurrences(docs, frequencies, positions, within)
    wanted = [key for key in expected if key >> 32 in within.tolist()]
    assert [key for key in some.keys.tolist() if key >> 32 in within.tolist()] == wanted
    if some.rows is not None:
        assert some.keys.tolist() == wanted == [expected[row] for row in some.rows.tolist()]


@quick
@given(st.lists(places_strategy, max_size=3))
def test_unions_of_spans(lists: list[list[Place]]) -> None:
    assert places(P.unite([spans(one) for one in lists])) == sorted({place for one in lists for place in one})


def chains(elements: Sequence[Sequence[Place]], gap: int) -> list[Place]:
    """Every way to take a place of each element, in order, at most `gap` positions from one to the next."""
    found = set()
    for chosen in itertools.product(*elements):
        if all(a[0] == b[0] and 0 <= b[1] - a[2] <= gap for a, b in zip(chosen, chosen[1:])):
            found.add((chosen[0][0], chosen[0][1], chosen[-1][2]))
    return sorted(found)


@quick
@given(st.lists(places_strategy.map(lambda p: p[:9]), min_size=1, max_size=4), st.integers(0, 6))
def test_phrases_and_nearness(elements: list[list[Place]], gap: int) -> None:
    arrays = [spans(element) for element in elements]
    assert places(P.phrase(arrays, gap)) == chains(elements, gap)
    assert places(P.near(arrays, gap, ordered=True)) == chains(elements, gap)
    either = {place for order in itertools.permutations(elements) for place in chains(order, gap)}
    assert places(P.near(arrays, gap)) == sorted(either)


def syllables(text: str, *wanted: str) -> list[P.Spans]:
    words = text.split()
    return [spans([(0, at, at + 1) for at, word in enumerate(words) if word == one]) for one in wanted]


@pytest.mark.parametrize(
    "text, words, slop, expected",
    [
        ("xanh xanh xanh", "xanh xanh", 0, [(0, 0, 2), (0, 1, 3)]),
        ("xanh", "xanh xanh", 5, []),  # one place cannot be both
        ("ủy ban nhân dân tỉnh", "ủy ban nhân dân", 0, [(0, 0, 4)]),
        ("ủy ban của nhân dân", "ủy ban nhân dân", 0, []),
        ("ủy ban của nhân dân", "ủy ban nhân dân", 1, [(0, 0, 5)]),
        ("ban ủy", "ủy ban", 3, []),
        ("", "ủy ban", 3, []),
    ],
)
def test_phrases_of_texts(text: str, words: str, slop: int, expected: list[Place]) -> None:
    assert places(P.phrase(syllables(text, *words.split()), slop)) == expected


@pytest.mark.parametrize(
    "text, words, distance, ordered, expected",
    [
        ("vườn tạp", "tạp vườn", 0, False, True),
        ("vườn tạp", "tạp vườn", 0, True, False),
        ("vườn x x tạp", "tạp vườn", 2, False, True),
        ("vườn x x tạp", "tạp vườn", 1, False, False),
        ("vườn tạp cải", "vườn cải tạp", 0, False, True),
        ("vườn x tạp x cải", "vườn cải tạp", 1, False, True),
        ("vườn x x tạp cải", "vườn cải tạp", 1, False, False),
        ("vườn", "vườn vườn", 9, False, False),
        ("vườn x vườn", "vườn vườn", 1, False, True),
    ],
)
def test_nearness_in_texts(text: str, words: str, distance: int, ordered: bool, expected: bool) -> None:
    assert bool(len(P.near(syllables(text, *words.split()), distance, ordered).starts)) is expected


def test_no_gap_reaches_into_the_next_document() -> None:
    first, second = spans([(0, 4_000_000_000, 4_000_000_001)]), spans([(1, 0, 1)])
    assert places(P.phrase([first, second], 1 << 31)) == []
    assert places(P.near([second, first], 1 << 31)) == []


@quick
@given(places_strategy)
def test_documents_of_spans(one: list[Place]) -> None:
    docs, frequencies = P.frequencies_of(spans(one))
    counts = {doc: len({p for p in one if p[0] == doc}) for doc in sorted({p[0] for p in one})}
    assert dict(zip(docs.tolist(), frequencies.tolist())) == counts
    assert P.docs_of(spans(one)).tolist() == P.distinct_docs(spans(one).starts).tolist() == list(counts)
    kept = P.within_docs(spans(one), array([1, 3]))
    assert places(kept) == [place for place in places(spans(one)) if place[0] in (1, 3)]


@quick
@given(places_strategy, st.lists(st.sets(st.integers(0, 25), max_size=5).map(sorted), min_size=4, max_size=4))
def test_spans_within_kinds_of_passages(one: list[Place], starts: list[list[int]]) -> None:
    passages = P.Passages(
        np.cumsum([0, *map(len, starts)]).astype(np.uint16),
        array([s for here in starts for s in here], "u4"),
        array([s % 3 for here in starts for s in here], "u1"),
    )

    def kind(doc: int, position: int) -> int | None:
        before = [start for start in starts[doc] if start <= position]
        return before[-1] % 3 if before else None

    expected = [p for p in places(spans(one)) if kind(p[0], p[1]) in (0, 2) and kind(p[0], p[2] - 1) in (0, 2)]
    assert places(P.within_kinds(spans(one), passages, (0, 2))) == expected
