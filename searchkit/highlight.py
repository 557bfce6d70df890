"""What of a text a query matched: the same rules as the engine's, on the tokens of one article.

The engine has found the articles; here the places are found again from the text itself, so a highlight
always reproduces the source's own characters. Offsets only; markup comes last, in rendering.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple

from searchkit import fuzzy
from searchkit.resolved import Alternative, And, Boosted, Match, Near, Node, Or, Resolved, TermSpec, Wanted
from searchkit.wildcards import expression
from searchkit.tokens import Token
from searchkit.tokens import joined as joined_forms
from searchkit.tokens import tokens as tokens_of

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
MAIN_FIELD = "syllable"
COMBINATIONS = 20_000  # of places tried for one proximity in one passage
REACH = 400  # code points around a passage in which a phrase may begin or end
Spans = dict[int, set[int]]  # first position -> positions after the last


class Place(NamedTuple):
    """Tokens of a stretch of text with their positions, a paragraph break counting as one position more."""

    tokens: Sequence[Token]
    positions: Sequence[int]
    ordinals: dict[int, int]
    by_key: dict[str, list[int]]
    by_folded: dict[str, list[int]]
    joined: dict[str, list[tuple[int, int]]]


def highlights(
    text: str, start: int, end: int, kind: str, query: Resolved, around: tuple[int, int] | None = None
) -> list[tuple[int, int]]:
    """Matched runs inside text[start:end], a stretch of that kind, as offsets into the stretch, sorted and apart.

    `around`: the part that the stretch is cut from; a phrase that runs over the cut is lit on both sides of it.
    """
    strict = list(_strict(query, kind))
    low, high = start, end
    if around and any(isinstance(leaf, Near) or len(leaf.elements) > 1 for leaf in strict):
        low = _next_space(text, start - REACH, start) if start - REACH > around[0] else around[0]
        high = min(around[1], end + REACH)
    place = _place(text, low, high, _asks_joined(strict, query.wanted))
    runs = [run for leaf in strict for run in (_near(place, leaf) if isinstance(leaf, Near) else _runs(place, leaf))]
    asked = [_runs(place, want.match) for want in query.wanted]
    lit = _covered(place, runs) | _wanted(place, query.wanted, asked)
    runs += [run for found in asked for run in found if run[1] - run[0] > 1]
    ranges = [(low + first - start, low + last - start) for first, last in _ranges(place, lit, runs)]
    clipped = [(max(first, 0), min(last, end - start)) for first, last in ranges]
    return [(first, last) for first, last in clipped if first < last]


def _next_space(text: str, at: int, limit: int) -> int:
    """The first white space from `at` on, so that no token is cut; at most `limit`."""
    while at < limit and not text[at].isspace():
        at += 1
    return at


def _asks_joined(strict: Sequence[Match | Near], wanted: Sequence[Wanted]) -> bool:
    """Whether any term is a joined form; few are, and looking for them reads the text once more."""
    matches = [match for leaf in strict for match in leaves(leaf)] + [want.match for want in wanted]
    choices = (choice for match in matches for element in match.elements for choice in element)
    return any(term.kind == "joined" for choice in choices for term in choice.terms)


def _place(text: str, start: int, end: int, with_joined: bool) -> Place:
    stretch = text[start:end]
    tokens = tokens_of(stretch)
    breaks = [found.start() for found in _BLANK_LINE.finditer(stretch)]
    positions: list[int] = []
    by_key: dict[str, list[int]] = {}
    by_folded: dict[str, list[int]] = {}
    passed = 0
    for ordinal, token in enumerate(tokens):
        while passed < len(breaks) and breaks[passed] < token.start:
            passed += 1
        positions.append(ordinal + passed)
        by_key.setdefault(token.key, []).append(ordinal + passed)
        by_folded.setdefault(token.folded, []).append(ordinal + passed)
    ordinals = {position: ordinal for ordinal, position in enumerate(positions)}
    return Place(tokens, positions, ordinals, by_key, by_folded, _joined(stretch, tokens, positions) if with_joined else {})


def _joined(stretch: str, tokens: Sequence[Token], positions: Sequence[int]) -> dict[str, list[tuple[int, int]]]:
    at = {token.start: position for token, position in zip(tokens, positions)}
    joined: dict[str, list[tuple[int, int]]] = {}
    for form in joined_forms(stretch):
        first = at.get(form.start)
        if first is not None:
            joined.setdefault(form.key, []).append((first, first + form.length))
    return joined


def _strict(query: Resolved, kind: str) -> Iterator[Match | Near]:
    """The positive phrases, words and proximities of the strict tree that can match in a part of that kind."""
    for leaf, _ in positive(query.strict):
        if in_text(leaf) and all(not match.kinds or kind in match.kinds for match in leaves(leaf)):
            yield leaf


def positive(node: Node | None, boost: float = 1.0) -> Iterator[tuple[Match | Near, float]]:
    """Every word, phrase and proximity that an article may match by, with its boost; those under NOT are left out."""
    if isinstance(node, (Match, Near)):
        yield node, boost
    elif isinstance(node, (And, Or)):
        for child in node.children:
            yield from positive(child, boost)
    elif isinstance(node, Boosted):
        yield from positive(node.child, boost * node.factor)


def in_text(leaf: Match | Near) -> bool:
    """Whether a leaf is about the article's text, not about its author, source or the like."""
    return all(match.field == MAIN_FIELD for match in leaves(leaf))


def leaves(node: Match | Near | Or) -> Iterator[Match]:
    """The words and phrases of a leaf."""
    if isinstance(node, Match):
        yield node
    else:
        for child in node.children:
            yield from leaves(child)


def _wanted(place: Place, wanted: Sequence[Wanted], asked: Sequence[list[tuple[int, int]]]) -> set[int]:
    """Ordinals lit by bare words; a function word only where it stands beside a lit word as in the query."""
    found = [_covered(place, runs) for runs in asked]
    lit = set().union(*(ords for ords, want in zip(found, wanted) if not want.function))
    if all(want.function for want in wanted):
        return set().union(*found)
    for index, want in enumerate(wanted):
        if want.function:
            before = found[index - 1] if index else set()
            after = found[index + 1] if index + 1 < len(wanted) else set()
            lit |= {at for at in found[index] if at - 1 in before & lit and (at + 1 in after or index + 1 == len(wanted))}
    return lit


def _covered(place: Place, runs: Iterable[tuple[int, int]]) -> set[int]:
    """Token ordinals inside runs of positions."""
    return {place.ordinals[at] for low, high in runs for at in range(low, high) if at in place.ordinals}


def _ranges(place: Place, lit: set[int], runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring lit tokens become one range where only a space is between them, or a phrase spans them."""
    inside = {position for low, high in runs for position in range(low + 1, high)}
    ranges: list[list[int]] = []
    last = -2
    for at in sorted(lit):
        token = place.tokens[at]
        together = at == last + 1 and (
            token.start - ranges[-1][1] <= 1 or place.positions[at] in inside
        ) and place.positions[at] == place.positions[last] + 1
        if together:
            ranges[-1][1] = token.end
        else:
            ranges.append([token.start, token.end])
        last = at
    return [(start, end) for start, end in ranges]


def _near(place: Place, node: Near) -> list[tuple[int, int]]:
    """Runs of the children that stand together as the proximity asks."""
    children = [[run for match in leaves(child) for run in _runs(place, match)] for child in node.children]
    found: set[tuple[int, int]] = set()
    for chosen in islice(product(*children), COMBINATIONS):
        stand = sorted(chosen)
        apart = all(one[1] <= other[0] for one, other in zip(stand, stand[1:]))
        foreign = stand[-1][1] - stand[0][0] - sum(high - low for low, high in stand)
        if apart and foreign <= node.distance and (not node.ordered or list(chosen) == stand):
            found.update(chosen)
    return sorted(found)


def _runs(place: Place, match: Match) -> list[tuple[int, int]]:
    """Runs of positions that one word or phrase covers; its slop counts the foreign positions of a run in all."""
    chains = {(low, high, 0) for low, highs in _element(place, match.elements[0]).items() for high in highs}
    for element in match.elements[1:]:
        following = _element(place, element)
        chains = {
            (low, end, foreign + gap)
            for low, high, foreign in chains
            for gap in range(match.slop - foreign + 1)
            for end in following.get(high + gap, ())
        }
    return [(low, high) for low, high, _ in chains]


def _element(place: Place, element: Sequence[Alternative]) -> Spans:
    return _union(_alternative(place, choice) for choice in element)


def _follow(spans: Spans, following: Spans) -> Spans:
    joined: Spans = {}
    for low, highs in spans.items():
        for high in highs & following.keys():
            joined.setdefault(low, set()).update(following[high])
    return joined


def _union(many: Iterable[Spans]) -> Spans:
    together: Spans = {}
    for spans in many:
        for low, highs in spans.items():
            together.setdefault(low, set()).update(highs)
    return together


def _alternative(place: Place, choice: Alternative) -> Spans:
    """Runs of adjacent terms."""
    spans = _term(place, choice.terms[0])
    for spec in choice.terms[1:]:
        spans = _follow(spans, _term(place, spec))
    return spans


def _term(place: Place, spec: TermSpec) -> Spans:
    if spec.kind == "joined":
        return {low: {high} for low, high in place.joined.get(spec.value, ())}
    if spec.kind in ("key", "folded"):
        known = place.by_key if spec.kind == "key" else place.by_folded
        return {position: {position + 1} for position in known.get(spec.value, ())}
    matches = matcher(spec)
    return {position: {position + 1} for token, position in zip(place.tokens, place.positions) if matches(token)}


@lru_cache(maxsize=4096)
def matcher(spec: TermSpec) -> Callable[[Token], bool]:
    """Whether a token is one of those that a term of the query stands for."""
    if spec.kind == "spelling":
        return lambda token: token.text == spec.value
    if spec.kind in ("prefix", "wildcard"):
        pattern = wildcard(spec.value, spec.kind)
        return lambda token: pattern.fullmatch(token.folded if spec.folded else token.key) is not None
    if spec.kind == "fuzzy":
        return lambda token: bool(fuzzy.within(spec.value, [token.key], spec.distance))
    return lambda token: False


def wildcard(value: str, kind: str) -> re.Pattern[str]:
    """A prefix (`ngh`, the star left out or written) or a pattern with `*` and `?` as a regular expression over keys."""
    pattern = value if kind == "wildcard" or value.endswith("*") else value + "*"
    return re.compile(expression(pattern))
