"""Syntax tree -> resolved query: what is wanted and what required, in which fields, terms and days.

Bare words that stand directly in the query are wanted; whatever an operator, quotes, a field or parentheses take
hold of is strict. How a word becomes terms is `terms`; the values that come out are `resolved`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date as Day
from itertools import groupby, islice
from typing import NamedTuple

from searchkit import dates, fields, query
from searchkit.abbreviations import Abbreviations, load
from searchkit.errors import QueryError, UsageError
from searchkit.functionwords import function_words
from searchkit.parser import Parsed
from searchkit.query import Boost, Exact, InField, Must, Phrase, Range, Word, walk
from searchkit.resolved import (
    Alternative,
    And,
    Boosted,
    DateRange,
    Everything,
    Expansion,
    Has,
    Match,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Resolved,
    TermSpec,
    Wanted,
)
from searchkit.terms import MARKS, Element, Terms, collapsed, pieces

__all__ = [
    "Alternative", "And", "Boosted", "DateRange", "Everything", "Expansion", "Has", "Match", "Near",
    "Node", "Not", "Nothing", "Or", "Resolved", "TermSpec", "Wanted", "resolve",
]  # fmt: skip

MAIN_FIELD = "syllable"
MOST_NEAR = 8  # in any order there are as many ways as subsets
MOST_NEAR_PATTERNS = 4  # where some of them stand almost everywhere
MOST_PATTERNS = 100  # words with wildcards or ~, each of which looks through all terms of the index
_LISTED = frozenset([MAIN_FIELD, fields.SOURCE, fields.SECTION])  # fields in which abbreviations expand


def resolve(
    parsed: Parsed,
    marks: str = "prefer",
    all_words: bool = False,
    abbreviations: Abbreviations | None = None,
    today: Day | None = None,
) -> Resolved:
    """The query as engines take it.

    `marks` is prefer, exact or any; `all_words` requires every word; `abbreviations` are the package's unless
    given; relative dates count from `today`. Raises QueryError for what cannot be evaluated.
    """
    if marks not in MARKS:
        raise UsageError(f"There is no marks mode {marks!r}", f"Modes: {', '.join(MARKS)}")
    terms = Terms(marks, load() if abbreviations is None else abbreviations, shouted=_shouted(parsed.text))
    resolver = _Resolver(terms, today or Day.today())
    terms.learn(node for node in walk(parsed.tree) if isinstance(node, Word | Phrase))
    try:
        _check_patterns(parsed.tree)
        return resolver.whole(parsed, all_words)
    except QueryError as error:
        error.position = parsed.position(error.position)
        raise


def _check_patterns(tree: query.Node) -> None:
    """Raises QueryError where a query would look through all terms of an index too often."""
    words = (node for node in walk(tree) if isinstance(node, Word | Phrase))
    costly = (node for node in words if getattr(node, "fuzzy", 0) or any(piece.wild for piece in pieces(node.text)))
    beyond = next(islice(costly, MOST_PATTERNS, None), None)
    if beyond is not None:
        hint = f"At most {MOST_PATTERNS}; write some of them out, or ask in several queries"
        raise QueryError("The query has too many words with wildcards or ~", hint, beyond.span[0])


def _shouted(text: str) -> bool:
    return text.isupper() and len(text.split()) > 2


class _Place(NamedTuple):
    """The field in force: "" for the text as a whole."""

    name: str = ""

    @property
    def field(self) -> str:
        return self.name if self.name and self.name not in fields.KINDS else MAIN_FIELD

    @property
    def kinds(self) -> tuple[str, ...]:
        return fields.KINDS.get(self.name, ())


class _Resolver:
    def __init__(self, terms: Terms, today: Day):
        self.terms = terms
        self.today = today
        self.notices: list[str] = []

    def whole(self, parsed: Parsed, all_words: bool) -> Resolved:
        tree, factor = _unboosted(parsed.tree)
        wanted: list[Wanted] = []
        strict: list[Node] = []
        for bare, nodes in groupby(_children(tree), key=_is_bare):
            group = list(nodes)
            if not bare:
                strict += filter(None, (self.node(node, _Place()) for node in group))
                continue
            found = self.wanted(group, factor)
            if all_words:
                strict += (Boosted(word.match, word.boost) if word.boost != 1 else word.match for word in found)
            else:
                wanted += found
        if factor != 1 and not wanted:
            strict = [Boosted(_all(strict), factor)] if strict else []
        if not wanted and not strict:
            raise QueryError("There is nothing to search for", "Write at least one word, phrase or field", 0)
        notices = tuple(dict.fromkeys((*parsed.notices, *self.notices)))
        expansions = tuple(dict.fromkeys(self.terms.expansions))
        return Resolved(
            text=parsed.text,
            strict=_all(strict) if strict else None,
            wanted=_counted(wanted),
            marks=self.terms.marks,
            notices=notices,
            expansions=expansions,
        )

    def wanted(self, nodes: Sequence[query.Node], factor: float) -> list[Wanted]:
        """Bare words side by side as wanted words."""
        pairs = [_unboosted(node) for node in nodes]
        words = [word for word, _ in pairs]
        matches = self.words(words, _Place())
        functions = function_words([tuple(self.terms.texts[w.text].tokens) if _plain(w) else () for w in words])
        return [
            Wanted(match, match.text, function, factor * boost)
            for match, function, (_, boost) in zip(matches, functions, pairs)
            if match is not None
        ]

    def node(self, node: query.Node, place: _Place) -> Node | None:
        """A strict part; None if nothing in it can be searched for."""
        match node:
            case Word():
                return self.words([node], place)[0]
            case Phrase():
                return self.match(node, place, self.elements(node, place), node.slop)
            case Exact():
                return self.exact(node, place)
            case InField():
                return self.node(node.node, _Place(node.name))
            case Range():
                return self.days(node)
            case query.Has():
                return Has(node.field)
            case query.Near():
                return self.near(node, place)
            case query.And() | query.Sequence():
                return self.together(node.children, place)
            case query.Or():
                children = [child for child in (self.node(child, place) for child in node.children) if child]
                return Or(tuple(children)) if len(children) > 1 else next(iter(children), None)
            case query.Not():
                child = self.node(node.child, place)
                return None if child is None else Not(child)
            case Must():
                return self.node(node.child, place)
            case Boost():
                child = self.node(node.node, place)
                return None if child is None else Boosted(child, node.factor)
        raise TypeError(f"no query node: {node!r}")

    def together(self, nodes: Iterable[query.Node], place: _Place) -> Node | None:
        """Parts all of which are required."""
        found: list[Node | None] = []
        for bare, group in groupby(nodes, key=lambda node: isinstance(node, Word)):
            found += self.words(list(group), place) if bare else [self.node(node, place) for node in group]
        kept = [part for part in found if part is not None]
        return _all(kept) if kept else None

    def words(self, words: Sequence[Word], place: _Place) -> list[Match | None]:
        """A match for each word; words that are an abbreviation or an expansion only together have it each."""
        if place.field == fields.ID:
            return [self.id(word) for word in words]
        spread = list(self._spread(words)) if place.field in _LISTED and len(words) > 1 else []
        together = {number for numbers, _ in spread for number in numbers}
        elements = [self.elements(word, place, number not in together) for number, word in enumerate(words)]
        for numbers, others in spread:
            for number in numbers:
                elements[number] = collapsed(elements[number], others)
        return [self.match(word, place, found) for word, found in zip(words, elements)]

    def _spread(self, words: Sequence[Word]) -> Iterator[tuple[range, Element]]:
        """Runs of several whole words that may be written otherwise: their numbers and the other ways."""
        for plain, group in groupby(range(len(words)), key=lambda number: _plain(words[number])):
            if not plain:
                continue
            owned = [(token, number) for number in group for token in self.terms.texts[words[number].text].tokens]
            tokens, owners = [token for token, _ in owned], [number for _, number in owned]
            for run in self.terms.find(tokens):
                first, last = owners[run.start], owners[run.end - 1]
                whole = owners[run.start - 1 : run.start] != [first] and owners[run.end : run.end + 1] != [last]
                if run.forms and whole and first != last:
                    typed = " ".join(word.text for word in words[first : last + 1])
                    self.terms.record(run, typed, (words[first].span[0], words[last].span[1]))
                    yield range(first, last + 1), self.terms.forms(run.forms)

    def elements(self, node: Word | Phrase, place: _Place, alone: bool = True) -> tuple[Element, ...]:
        """The elements of a word or phrase; not `alone`: it belongs to a longer abbreviation or expansion."""
        if place.field == fields.ID:
            return ((Alternative((TermSpec("raw", node.text),)),),)
        main = place.field == MAIN_FIELD
        return self.terms.elements(node, listed=alone and place.field in _LISTED, joins=main)

    def match(
        self, node: Word | Phrase, place: _Place, elements: tuple[Element, ...], slop: int = 0
    ) -> Match | None:
        if not elements:
            self.notices.append(f"{node.text[:40]} was left out: there is no word in it")
            return None
        return Match(place.field, elements, slop, node.text, node.span, place.kinds)

    def exact(self, node: Exact, place: _Place) -> Match | None:
        inner = node.node
        if isinstance(inner, Word) and inner.fuzzy:
            hint = f"Write ={inner.text} or {inner}"
            raise QueryError("= asks for the very spelling and ~ for a near one", hint, node.span[0])
        if place.field == fields.ID:
            return self.match(inner, place, self.elements(inner, place))
        slop = inner.slop if isinstance(inner, Phrase) else 0
        found = self.match(inner, place, self.terms.exact(inner), slop)
        return None if found is None else replace(found, text=str(node))

    def id(self, word: Word) -> Match:
        """An id is one term, as it stands; it may have wildcards."""
        text, start = word.text, word.text[:-1]
        spec = TermSpec("raw", text)
        if text.endswith("*") and "*" not in start and "?" not in start:
            spec = TermSpec("prefix", start)
        elif "*" in text or "?" in text:
            spec = TermSpec("wildcard", text)
        return Match(fields.ID, ((Alternative((spec,)),),), 0, text, word.span)

    def near(self, node: query.Near, place: _Place) -> Node | None:
        children, factor = [], 1.0
        for child in node.children:
            child, boost = _unboosted(child)
            factor *= boost
            children.append(self._operand(self.node(child, place), child))
        found = [child for child in children if child is not None]
        if len({(match.field, match.kinds) for child in found for match in _matches(child)}) > 1:
            hint = "Put the field before all of it: title:(a NEAR/3 b)"
            raise QueryError("NEAR joins words of different fields", hint, node.span[0])
        if len(found) > MOST_NEAR:
            hint = "Join fewer, or write the rest beside it"
            raise QueryError(f"NEAR joins at most {MOST_NEAR} words or phrases", hint, node.span[0])
        if len(found) > MOST_NEAR_PATTERNS and not node.ordered and any(map(_has_pattern, found)):
            hint = f"Join at most {MOST_NEAR_PATTERNS}, or give their order: BEFORE/{node.n}"
            raise QueryError("NEAR joins too many words where some have wildcards or ~", hint, node.span[0])
        if not found:
            return None
        near = Near(tuple(found), node.n, node.ordered) if len(found) > 1 else found[0]
        return near if factor == 1 else Boosted(near, factor)

    def _operand(self, found: Node | None, node: query.Node) -> Match | Or | None:
        """A word or phrase, or a choice of them, for NEAR."""
        alternatives = list(_choices(found)) if found is not None else []
        if not all(isinstance(alternative, Match) for alternative in alternatives):
            hint = 'NEAR joins words, phrases, and choices of them: "bí thư" NEAR/5 (tỉnh OR huyện)'
            raise QueryError(f"{str(node)[:40]} cannot stand beside NEAR", hint, node.span[0])
        return Or(tuple(alternatives)) if len(alternatives) > 1 else next(iter(alternatives), None)

    def days(self, node: Range) -> DateRange:
        try:
            first, last = self._bounds(node)
        except dates.DateError as error:
            raise QueryError(str(error), error.hint, node.span[0]) from error
        if first is not None and last is not None and first > last:
            raise QueryError(f"{node} ends before it begins", "Write the earlier date first", node.span[0])
        return DateRange(first, last)

    def _bounds(self, node: Range) -> tuple[int | None, int | None]:
        if node.low == node.high and node.low is not None:
            days = dates.period(node.low, self.today)
            return days.first.toordinal(), days.last.toordinal()
        first = last = None
        if node.low is not None:
            low = dates.point(node.low, self.today)
            first = low.last.toordinal() + 1 if node.low_open else low.first.toordinal()
        if node.high is not None:
            high = dates.point(node.high, self.today)
            last = high.first.toordinal() - 1 if node.high_open else high.last.toordinal()
        return first, last


def _unboosted(node: query.Node) -> tuple[query.Node, float]:
    factor = 1.0
    while isinstance(node, Boost):
        node, factor = node.node, factor * node.factor
    return node, factor


def _children(tree: query.Node) -> tuple[query.Node, ...]:
    return tree.children if isinstance(tree, query.Sequence) else (tree,)


def _is_bare(node: query.Node) -> bool:
    return isinstance(_unboosted(node)[0], Word)


def _plain(word: Word) -> bool:
    """Whether a word is neither fuzzy nor has wildcards."""
    return not word.fuzzy and "*" not in word.text and ("?" not in word.text or "://" in word.text)


def _counted(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Wanted words; if there are only function words among them they count like any other."""
    if wanted and all(word.function for word in wanted):
        return tuple(word._replace(function=False) for word in wanted)
    return tuple(wanted)


def _all(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _choices(node: Node) -> Iterator[Node]:
    if isinstance(node, Or):
        for child in node.children:
            yield from _choices(child)
    else:
        yield node


def _has_pattern(node: Match | Or) -> bool:
    return any(
        spec.kind in ("prefix", "wildcard", "fuzzy")
        for match in _matches(node) for element in match.elements for choice in element for spec in choice.terms
    )  # fmt: skip


def _matches(node: Match | Or) -> Iterator[Match]:
    for child in _choices(node):
        if isinstance(child, Match):
            yield child
