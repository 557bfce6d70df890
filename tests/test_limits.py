"""What a query may cost, and what is said where it would cost more."""

from __future__ import annotations

import pytest
from query_cases import ARTICLES
from small import SmallSession, small_session

from searchkit.engines import terms
from searchkit.errors import QueryError
from searchkit.resolve import MOST_PATTERNS
from searchkit.search import SearchOptions


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few postings for each pattern, so that twelve articles have too many."""
    monkeypatch.setattr(terms, "BUDGET", 7)


@pytest.fixture
def session(tmp_path, budget) -> SmallSession:
    return small_session(tmp_path)


T_STAR = "t* (any marks) stands for 24 terms; only the most frequent was searched"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("t*", [T_STAR]),
        ("-t*", [T_STAR]),
        ("cam OR (t* AND của)", [T_STAR]),
        ('"t* thư"', [T_STAR]),
        ("cam NEAR/9 t*", [T_STAR]),
        ("t* t*", [T_STAR]),
        ("ng*", ["ng* (any marks) stands for 8 terms; the 5 most frequent were searched"]),
        ("tinh~2", ["tinh~2 stands for 8 terms; the 2 most frequent were searched"]),
        ("id:*a*", ["*a* stands for 9 terms; the 7 most frequent were searched"]),
        ("author:*a*", []),  # few enough
        ("tỉnh", []),  # no pattern, whatever it costs
    ],
)
def test_a_notice_says_that_terms_were_left_out(session: SmallSession, query: str, expected: list[str]) -> None:
    assert [notice for notice in session.search(query).notices if "stands for" in notice] == expected


def test_the_most_frequent_terms_are_searched(session: SmallSession, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    match = session.resolve("ng*").wanted[0].match
    assert session.search("t*").total == session.search("tỉnh", SearchOptions(marks="exact")).total
    kept = session.reader.expand(match)
    monkeypatch.setattr(terms, "BUDGET", 1_000)
    every = small_session(tmp_path / "free").reader.expand(match)
    assert len(kept) == 5 and kept == every[:5]


def test_terms_of_several_segments_are_counted_once(tmp_path, budget) -> None:
    session = small_session(tmp_path, *(ARTICLES[number::3] for number in range(3)))
    (notice,) = session.search("t*").notices
    assert notice == "t* (any marks) stands for 24 terms; the 17 most frequent were searched"


def test_within_the_budget_nothing_is_said(tmp_path) -> None:
    assert small_session(tmp_path).search("t*").notices == ()


@pytest.mark.parametrize("word", ["tinh*", "*inh", "tinh~1", '"tinh* uy"'])
def test_a_query_has_only_so_many_patterns(tmp_path, word: str) -> None:
    session = small_session(tmp_path)
    session.search(" ".join([word] * MOST_PATTERNS))
    with pytest.raises(QueryError, match="too many words with wildcards or ~") as refused:
        session.search(" ".join([word] * MOST_PATTERNS + [word]))
    assert refused.value.position == (len(word) + 1) * MOST_PATTERNS


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("a* NEAR/3 b* NEAR/3 c* NEAR/3 d*", False),
        ("a* NEAR/3 b NEAR/3 c NEAR/3 d NEAR/3 e", True),
        ("(a OR b~1) NEAR/3 b NEAR/3 c NEAR/3 d NEAR/3 e", True),
        ("a* BEFORE/3 b BEFORE/3 c BEFORE/3 d BEFORE/3 e", False),
        ("a NEAR/3 b NEAR/3 c NEAR/3 d NEAR/3 e NEAR/3 f NEAR/3 g NEAR/3 h", False),
    ],
)
def test_nearness_of_patterns(tmp_path, query: str, refused: bool) -> None:
    session = small_session(tmp_path)
    if not refused:
        assert session.search(query).total == 0
        return
    with pytest.raises(QueryError, match="NEAR joins too many words where some have wildcards or ~"):
        session.search(query)
