"""Near spellings: the distance of syllables, and finding all that are near."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.fuzzy import fuzzy_distance, within
from searchkit.syllable import ONSETS, RIMES

LEXICON = sorted({onset + rime for onset in ONSETS for rime in RIMES})  # thousands, marks of letters among them


@pytest.mark.parametrize(
    ("typed", "term", "distance"),
    [
        ("nguyễn", "nguyễn", 0),
        ("nguyen", "nguyễn", 0),  # no marks typed: none is wrong
        ("nguyên", "nguyễn", 1),  # a missing mark
        ("nguyển", "nguyễn", 1),  # a wrong mark
        ("nguyèn", "nguyễn", 1),  # two wrong marks on one syllable
        ("nguyễn", "nguyen", 1),
        ("đinh", "dinh", 1),
        ("dinh", "đinh", 0),
        ("nguyễm", "nguyễn", 1),  # a wrong letter
        ("nguễn", "nguyễn", 1),
        ("nguyyễn", "nguyễn", 1),
        ("nguyễng", "nguyễn", 1),
        ("ngueyn", "nguyễn", 1),  # neighbours swapped
        ("nguyêm", "nguyễn", 2),  # a letter and a mark
        ("covit", "covid", 1),
        ("", "an", 2),
    ],
)
def test_distance(typed, term, distance):
    assert fuzzy_distance(typed, term) == distance


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LEXICON) | st.text("abdđeêngnhuươy", max_size=8), st.integers(0, 2))
def test_within_is_the_distance_for_many_candidates(typed, limit):
    expected = [(n, fuzzy_distance(typed, term)) for n, term in enumerate(LEXICON) if fuzzy_distance(typed, term) <= limit]
    assert within(typed, LEXICON, limit) == expected
    few = LEXICON[:50]
    assert within(typed, few, limit) == [pair for pair in expected if pair[0] < 50]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_of_anything(one, other):
    assert 0 <= fuzzy_distance(one, other)
    assert fuzzy_distance(one, one) == 0


def test_no_candidates():
    assert within("an", [], 2) == []
    assert within("a" * 100, LEXICON, 2) == []
