"""The page on the query language is true: every example on it is run."""

import re
from datetime import date
from pathlib import Path

import pytest

from searchkit import index
from searchkit.errors import QueryError
from searchkit.explain import terms
from searchkit.fields import FIELDS, find
from searchkit.parser import parse
from searchkit.resolve import Match, resolve
from searchkit.search import SearchOptions, Session

TODAY = date(2021, 3, 10)
CORPUS = Path(__file__).parent.parent / "corpus"
PAGE = (Path(__file__).parent.parent / "docs" / "query.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```query\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    re.fullmatch(r"(.+?)\s{2,}(→|wants|finds|gives|suggests|✗) (.+)", line).groups() for block in BLOCKS for line in block.splitlines()
]


def shown(query, sign):
    try:
        parsed = parse(query)
        resolved = resolve(parsed, today=TODAY)
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


ASKED = [row for row in EXAMPLES if row[1] in ("gives", "suggests")]
READ = [row for row in EXAMPLES if row not in ASKED]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A session over the sample articles."""
    folder = tmp_path_factory.mktemp("samples") / "index"
    index.update(folder, [CORPUS])
    with Session(folder, today=TODAY) as session:
        yield session


@pytest.mark.parametrize(("query", "sign", "expected"), READ, ids=[row[0] for row in READ])
def test_example(query, sign, expected):
    assert shown(query, sign) == expected


@pytest.mark.parametrize(("query", "sign", "expected"), ASKED, ids=[row[0] for row in ASKED])
def test_example_on_the_sample_articles(samples, query, sign, expected):
    results = samples.search(query, SearchOptions(limit=100, group=False))
    if sign == "suggests":
        assert (results.total, results.suggestions[:1]) == (0, (expected,))
    else:
        assert sorted(hit.id for hit in results.hits if not hit.missing) == expected.split()


def test_the_page_has_examples_of_every_sign():
    assert len(EXAMPLES) > 60
    assert {sign for _, sign, _ in EXAMPLES} == {"→", "wants", "finds", "gives", "suggests", "✗"}


def test_the_table_of_fields_is_complete_and_right():
    rows = re.findall(r"^\| `([a-z]+):` \| (.*?) \|", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == {*FIELDS, "has"}
    for name, aliases in rows:
        assert {find(alias) for alias in re.findall(r"`([^`]+):`", aliases)} == {name}
