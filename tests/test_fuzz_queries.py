"""Whatever is typed: an answer or a sentence, never another exception, and no query does a great deal of work."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import pytest
from query_cases import ARTICLES, CASES
from query_trees import PIECES, SYLLABLES, WILD
from small import SmallSession, small_session

from searchkit.errors import QueryError
from searchkit.search import SearchOptions

# Calls of Python functions, a measure that does not depend on the machine: a second is two million and more.
MOST_WORK = 1_000_000
ALPHABET = 'aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạĂĐÊ0159 "()*?~^:=+-|&./\\\'’“”«»,;!<>\n\t\u0300\u0323\u200b\x00\x1b\U0001f600'


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> SmallSession:
    return small_session(tmp_path_factory.mktemp("fuzz"), ARTICLES[:7], ARTICLES[7:])


def queries(seed: int) -> Iterator[str]:
    """Random texts, random pieces of the language, queries of the tables and what becomes of them by slips of the hand."""
    chance = random.Random(seed)
    known = [case.query for case in CASES]
    while True:
        yield "".join(chance.choices(ALPHABET, k=chance.randint(0, 30)))
        yield "".join(chance.choices(PIECES, k=chance.randint(1, 14)))
        yield " ".join(chance.choices([*SYLLABLES, *WILD, "AND", "OR", "NOT", "NEAR/3", "(", ")", '"'], k=chance.randint(1, 12)))
        yield mutated(chance, chance.choice(known))
        yield mutated(chance, f"{chance.choice(known)} {chance.choice(known)}")


def mutated(chance: random.Random, query: str) -> str:
    """A query after one to four slips: letters put in, left out, doubled, swapped, a stretch moved or repeated."""
    for _ in range(chance.randint(1, 4)):
        low, high = sorted(chance.randint(0, len(query)) for _ in range(2))
        before, middle, after = query[:low], query[low:high], query[high:]
        query = chance.choice([
            before + chance.choice(ALPHABET) + middle + after, before + middle[1:] + after, before + middle * 2 + after,
            before + middle[::-1] + after, middle + before + after, before + middle.upper() + after, before + after,
        ])  # fmt: skip
    return query


def work(session: SmallSession, query: str, options: SearchOptions) -> int:
    """The calls that answering takes, or refusing."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        results = session.search(query, options)
        sys.setprofile(None)
        assert results.to_dict()["total"] >= 0
    except QueryError as error:
        sys.setprofile(None)
        assert error.message and error.hint and 0 <= error.position <= len(query)
    finally:
        sys.setprofile(None)
    return calls


def check(session: SmallSession, count: int, seed: int) -> None:
    chance = random.Random(seed)
    for _, query in zip(range(count), queries(seed)):
        options = SearchOptions(marks=chance.choice(["prefer", "exact", "any"]), all_words=chance.random() < 0.2)
        calls = work(session, query, options)
        assert calls < MOST_WORK, f"{query!r} took {calls} calls"


def test_hundreds_of_queries(session: SmallSession) -> None:
    check(session, 300, seed=1)


@pytest.mark.slow
def test_thousands_of_queries(session: SmallSession) -> None:
    check(session, 20_000, seed=2)


WORDS = SYLLABLES * 1_000
HARD = {
    "words": " ".join(WORDS[:10_000]),
    "different words": " ".join(f"từ{number}" for number in range(10_000)),
    "choices": " OR ".join(WORDS[:10_000]),
    "requirements": " AND ".join(WORDS[:10_000]),
    "exclusions": " ".join("-" + word for word in WORDS[:10_000]),
    "a phrase": '"' + " ".join(WORDS[:10_000]) + '"',
    "a loose phrase": '"' + " ".join(WORDS[:200]) + '"~250',
    "parentheses": "(" * 200 + "cam" + ")" * 200,
    "parentheses that mean something": "(cam OR " * 200 + "chè" + ")" * 200,
    "exclusions of exclusions": "NOT (cam " * 200 + "chè" + ")" * 200,
    "open parentheses": "(" * 10_000,
    "quotes": '"' * 10_001,
    "stars": "*" * 10_000,
    "patterns": " ".join(f"{word}*" for word in WORDS[:101]),
    "near spellings": " ".join(f"{word}~2" for word in SYLLABLES[:40]),
    "nearness": " NEAR/250 ".join(["t*", "c*", "*n", "v*"]),
    "nearness of nine": " NEAR/250 ".join(["tỉnh"] * 9),
    "nearness of eight": " NEAR/250 ".join(["tỉnh"] * 8),
    "one long word": "a" * 100_000,
    "one long pattern": "*a" * 1_000,
    "marks": "a" + "\u0301" * 10_000,
    "fields": " ".join(["title:cam"] * 2_000),
    "colons": "title:" * 2_000,
}


@pytest.mark.parametrize("query", HARD.values(), ids=HARD)
def test_hard_queries_are_answered_or_refused(session: SmallSession, query: str) -> None:
    """Two hundred parentheses, ten thousand words: work grows with the query and no faster."""
    assert work(session, query, SearchOptions()) < MOST_WORK + 1_000 * len(query.split())
