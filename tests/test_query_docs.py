"""The page on the query language is true: every example on it is run."""

import re
from datetime import date
from pathlib import Path

import pytest

from searchkit.errors import QueryError
from searchkit.explain import terms
from searchkit.fields import FIELDS, find
from searchkit.parser import parse
from searchkit.resolve import Match, resolve

PAGE = (Path(__file__).parent.parent / "docs" / "query.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```query\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    re.fullmatch(r"(.+?)\s{2,}(→|wants|finds|✗) (.+)", line).groups() for block in BLOCKS for line in block.splitlines()
]


def shown(query, sign):
    try:
        parsed = parse(query)
        resolved = resolve(parsed, today=date(2021, 3, 10))
    except QueryError as error:
        assert sign == "✗", error
        return error.message
    if sign == "→":
        assert parse(str(parsed.tree)).tree == parsed.tree
        return str(parsed.tree)
    if sign == "wants":
        return ", ".join(word.text for word in resolved.wanted if not word.function)
    assert sign == "finds", f"{query} was not refused"
    matches = [word.match for word in resolved.wanted] or [resolved.strict]
    assert all(isinstance(match, Match) for match in matches)
    return ", ".join(term for match in matches for term in terms(match))


@pytest.mark.parametrize(("query", "sign", "expected"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_example(query, sign, expected):
    assert shown(query, sign) == expected


def test_the_page_has_examples_of_every_sign():
    assert len(EXAMPLES) > 60
    assert {sign for _, sign, _ in EXAMPLES} == {"→", "wants", "finds", "✗"}


def test_the_table_of_fields_is_complete_and_right():
    rows = re.findall(r"^\| `([a-z]+):` \| (.*?) \|", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == {*FIELDS, "has"}
    for name, aliases in rows:
        assert {find(alias) for alias in re.findall(r"`([^`]+):`", aliases)} == {name}
