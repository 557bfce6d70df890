"""Brute-force evaluation of resolved queries: one article at a time, no index, no arrays, no shortcuts.

What it says is what the engines must say. It shares with them the analysis of text and the meaning of
TermSpec as `searchkit.resolved` states it, and nothing of how they find things.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from searchkit import analysis, fuzzy, text
from searchkit.article import Article, date_range
from searchkit.resolved import (
    Alternative,
    And,
    Boosted,
    DateRange,
    Everything,
    Has,
    Match,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Resolved,
    TermSpec,
)

BETWEEN_PARTS = 10_000  # positions; nothing reaches across
Span = tuple[int, int]  # positions from, to (exclusive)


@dataclass(frozen=True)
class Place:
    """A token at its position, or a joined form over several."""

    start: int
    end: int
    text: str
    key: str
    kind: str  # of the part it stands in
    joined: bool = False


def answers(articles: Iterable[Article], query: Resolved) -> dict[str, bool]:
    """For each article found its id, and whether it counts into the total (lacks nothing)."""
    found = {}
    for article in articles:
        if query.strict is not None and not matches(article, query.strict):
            continue
        lacking = missing(article, query)
        counted = [word for word in query.wanted if not word.function]
        if not counted or len(lacking) < len(counted):
            found[article.id] = not lacking
    return found


def total(articles: Iterable[Article], query: Resolved) -> list[str]:
    """The ids of the articles that lack nothing, sorted."""
    return sorted(id for id, complete in answers(articles, query).items() if complete)


def missing(article: Article, query: Resolved) -> list[str]:
    """The wanted words that an article lacks; function words are never among them."""
    return [word.text for word in query.wanted if not word.function and not matches(article, word.match)]


def matches(article: Article, node: Node) -> bool:
    """Whether an article satisfies a node."""
    match node:
        case Match():
            return bool(spans(article, node))
        case Near():
            return near(article, node)
        case DateRange():
            return in_range(article, node)
        case Has():
            return has(article, node.field)
        case And():
            return all(matches(article, child) for child in node.children)
        case Or():
            return any(matches(article, child) for child in node.children)
        case Not():
            return not matches(article, node.child)
        case Boosted():
            return matches(article, node.child)
        case Everything():
            return True
        case Nothing():
            return False
    raise TypeError(node)


def in_range(article: Article, days: DateRange) -> bool:
    if not article.date:
        return False
    first, last = date_range(article.date)
    return (days.first is None or first >= days.first) and (days.last is None or last <= days.last)


def has(article: Article, field: str) -> bool:
    kinds = {part.kind for part in article.parts}
    if field in ("title", "summary", "caption"):
        return field in kinds
    if field == "text":
        return bool(kinds & {"body", "caption"})
    return bool(article.authors if field == "author" else getattr(article, field))


# Words, phrases and proximity


def spans(article: Article, match: Match) -> set[Span]:
    """The stretches of positions that a match covers, without those that one of the same start betters.

    Better is what ends sooner with as much matched: `"a b"~9` in `a b b` is the first two.
    """
    if match.field == "id":
        return {(0, 1)} if raw(article.id, match.elements[0][0].terms[0]) else set()
    places = places_of(article, match.field)
    chains: set[tuple[int, int, int]] = {(-1, -1, 0)}  # start, end, positions matched
    for number, element in enumerate(match.elements):
        runs = {run for choice in element for run in alternative(places, choice)}
        chains = {
            (start if number else low, high, matched + high - low)
            for start, end, matched in chains
            for low, high in runs
            if not number or (low >= end and high - start - matched - (high - low) <= match.slop)
        }
    found = {
        (start, end)
        for start, end, matched in chains
        if not any(s == start and e < end and m >= matched for s, e, m in chains)
    }
    return {span for span in found if not match.kinds or of_kinds(places, span, match.kinds)}


def of_kinds(places: Sequence[Place], span: Span, kinds: Sequence[str]) -> bool:
    edges = [place.kind for place in places if not place.joined and place.start in (span[0], span[1] - 1)]
    return all(kind in kinds for kind in edges)


def alternative(places: Sequence[Place], choice: Alternative) -> set[Span]:
    runs = {(place.start, place.end) for place in places if term(place, choice.terms[0])}
    for spec in choice.terms[1:]:
        following = {(place.start, place.end) for place in places if term(place, spec)}
        runs = {(start, last) for start, end in runs for first, last in following if first == end}
    return runs


def near(article: Article, node: Near) -> bool:
    children = [list(child_spans(article, child)) for child in node.children]
    for chosen in itertools.product(*children):
        in_text = sorted(chosen)
        if node.ordered and list(chosen) != in_text:
            continue
        apart = all(one[1] <= other[0] for one, other in itertools.pairwise(in_text))
        covered = sum(end - start for start, end in chosen)
        if apart and in_text[-1][1] - in_text[0][0] - covered <= node.distance:
            return True
    return False


def child_spans(article: Article, child: Match | Or) -> set[Span]:
    if isinstance(child, Match):
        return spans(article, child)
    return {span for each in child.children for span in child_spans(article, each)}


# Terms


def term(place: Place, spec: TermSpec) -> bool:
    if place.joined or spec.kind == "joined":
        return place.joined and spec.kind == "joined" and place.key == spec.value
    folded = text.fold(place.key)
    match spec.kind:
        case "key":
            return place.key == spec.value
        case "folded":
            return folded == spec.value
        case "spelling":
            return place.text == spec.value and place.key == text.key(spec.value)
        case "prefix":
            return (folded if spec.folded else place.key).startswith(spec.value)
        case "wildcard":
            return wildcard(folded if spec.folded else place.key, spec.value)
        case "fuzzy":
            return fuzzy.fuzzy_distance(spec.value, place.key) <= spec.distance
    raise TypeError(spec)


def raw(id: str, spec: TermSpec) -> bool:
    if spec.kind == "raw":
        return id == spec.value
    return id.startswith(spec.value) if spec.kind == "prefix" else wildcard(id, spec.value)


def wildcard(value: str, pattern: str) -> bool:
    signs = {"*": ".*", "?": "."}
    return re.fullmatch("".join(signs.get(sign, re.escape(sign)) for sign in pattern), value, re.DOTALL) is not None


# An article's fields as places


def places_of(article: Article, field: str) -> tuple[Place, ...]:
    """The tokens and joined forms of a field; one position is left out between paragraphs, many between parts."""
    if field == "syllable":
        return _places(tuple((article.text[part.start : part.end], part.kind) for part in article.parts))
    value = "\n\n".join(article.authors) if field == "author" else getattr(article, field) or ""
    return _places(((value, ""),))


@lru_cache(maxsize=1024)
def _places(parts: tuple[tuple[str, str], ...]) -> tuple[Place, ...]:
    found: list[Place] = []
    for number, (part, kind) in enumerate(parts):
        at = number * BETWEEN_PARTS
        for paragraph in re.split(r"\n[^\S\n]*\n\s*", part):
            placed = list(_paragraph(paragraph, kind, at))
            found += placed
            at = max((place.end for place in placed), default=at - 1) + 1
    return tuple(found)


def _paragraph(paragraph: str, kind: str, at: int) -> Iterator[Place]:
    tokens = analysis.tokens(paragraph)
    for number, token in enumerate(tokens):
        yield Place(at + number, at + number + 1, token.text, token.key, kind)
    for form in analysis.joined(paragraph):
        first = next(number for number, token in enumerate(tokens) if token.start == form.start)
        yield Place(at + first, at + first + form.length, "", form.key, kind, joined=True)
