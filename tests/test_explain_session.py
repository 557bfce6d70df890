"""What `explain` says of a query over a corpus that fits on a screen, as values and as lines."""

from __future__ import annotations

import json

import pytest
from query_cases import CASES, Case
from small import SmallSession, small_session

from searchkit.commands.explain import outline
from searchkit.search import SearchOptions


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> SmallSession:
    return small_session(tmp_path_factory.mktemp("explain"))


def explained(session: SmallSession, query: str, **options) -> dict:
    return session.explain(query, SearchOptions(**options))


def test_everything_is_there(session: SmallSession) -> None:
    facts = explained(session, "vuon tạp của UBND -cam")
    assert list(facts) == ["query", "marks", "total", "tree", "wanted", "required", "words", "expansions", "notices"]
    assert (facts["query"], facts["marks"], facts["total"]) == ("vuon tạp của UBND NOT cam", "prefer", 1)
    assert [(word["text"], word["function"], word["articles"]) for word in facts["wanted"]] == [
        ("vuon", False, 2), ("tạp", False, 2), ("của", True, 2), ("UBND", False, 3),
    ]  # fmt: skip
    assert facts["required"]["is"] == "not" and facts["required"]["articles"] == 11
    assert facts["required"]["children"][0]["articles"] == 1
    assert facts["expansions"] == [{"text": "UBND", "expansions": ["Ủy ban nhân dân"], "why": "abbreviation"}]


@pytest.mark.parametrize(
    ("query", "marks", "expected"),
    [
        ("vuon", "prefer", {"vuon (any marks)": ["vườn"]}),
        ("tinh", "prefer", {"tinh (any marks)": ["tỉnh"]}),
        ("son", "prefer", {"son (any marks)": ["son", "sơn"]}),  # equally frequent, then by the letters
        ("sơn", "prefer", {}),
        ("sơn", "any", {"son (any marks)": ["son", "sơn"]}),
        ("son", "exact", {}),
        ("nghê*", "any", {"nghe* (any marks)": ["nghề", "nghệ"]}),
        ("ngh*", "prefer", {"ngh* (any marks)": ["nghị", "nghề", "nghệ", "nghỉ"]}),
        ("covit~1", "prefer", {"covit~1": ["covid"]}),
        ('"nguyen văn son"', "prefer", {"nguyen (any marks)": ["nguyên", "nguyễn", "nguyen"], "son (any marks)": ["son", "sơn"]}),
        ("author:lan", "prefer", {"lan (any marks)": ["lan"]}),  # the spellings of that field
        ("xyz", "prefer", {"xyz (any marks)": []}),
    ],
)
def test_what_a_term_stands_for(session: SmallSession, query: str, marks: str, expected: dict[str, list[str]]) -> None:
    facts = explained(session, query, marks=marks)
    (part,) = facts["wanted"] or [facts["required"]]
    shown = {each["term"]: each["spellings"] for each in part.get("stands_for", ())}
    assert {term: sorted(spellings) for term, spellings in shown.items()} == {
        term: sorted(spellings) for term, spellings in expected.items()
    }
    assert all(each["terms"] == len(each["spellings"]) for each in part.get("stands_for", ()))


def test_frequent_spellings_come_first(session: SmallSession) -> None:
    (part,) = explained(session, "van")["wanted"]
    counts = {spelling: session.search(spelling, SearchOptions(marks="exact")).total for spelling in part["stands_for"][0]["spellings"]}
    assert list(counts.values()) == sorted(counts.values(), reverse=True) and len(counts) == 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.query} {case.marks}{' all' * case.all_words}")
def test_total_and_parts_of_every_case(session: SmallSession, case: Case) -> None:
    """The total is that of a search, a part finds no more than there is, and all of it is JSON and fits on lines."""
    options = SearchOptions(marks=case.marks, all_words=case.all_words)
    facts = session.explain(case.query, options)
    assert facts["total"] == session.search(case.query, options).total == len(case.ids.split())
    assert facts["total"] <= min((word["articles"] for word in facts["wanted"] if not word["function"]), default=99)
    assert json.loads(json.dumps(facts)) == facts
    lines = list(outline(facts))
    assert all("\n" not in line and "{" not in line for line in lines)


def test_required_under_all(session: SmallSession) -> None:
    facts = explained(session, "vườn tạp", all_words=True)
    assert facts["wanted"] == [] and [part["articles"] for part in facts["required"]["children"]] == [2, 2]


def test_the_children_of_near_and_or_are_counted(session: SmallSession) -> None:
    required = explained(session, "trồng NEAR/0 (cam OR chè)")["required"]
    assert (required["is"], required["articles"]) == ("near", 2)
    trong, choice = required["children"]
    assert (trong["text"], choice["articles"], [each["articles"] for each in choice["children"]]) == ("trồng", 2, [1, 1])


def test_as_lines(session: SmallSession) -> None:
    assert list(outline(explained(session, 'vuon "UBND tỉnh" -title:cam CA'))) == [
        'query: vuon "UBND tỉnh" NOT title:cam CA',
        "marks: prefer",
        "total: 0",
        "tree:",
        "  sequence",
        "    word vuon",
        "    phrase UBND tỉnh",
        "    not",
        "      field  field title",
        "        word cam",
        "    word CA",
        "wanted:",
        "  vuon  2 articles, terms vuon (any marks)",
        "    vuon (any marks) → vườn",
        "  CA  2 articles, terms ca (any marks)",
        "    ca (any marks) → ca",
        "required:",
        "  and  1 article",
        "    match UBND tỉnh  1 article, terms ubnd (any marks) | ủy ban nhân dân (abbreviation) | ubnd (written apart), tỉnh",
        "      ubnd (any marks) → ubnd",
        "    not  12 articles",
        "      match cam  0 articles, terms cam (any marks), parts title",
        "        cam (any marks) → cam",
        "words: –",
        "expansions:",
        "  UBND  expansions Ủy ban nhân dân, why abbreviation",
        "  CA  expansions –, why not expanded, it may stand for Công an, California",
        "notices: –",
    ]
