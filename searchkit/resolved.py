"""A query as engines take it: fields, analysed terms and days, with nothing left to interpret.

Plain frozen values, made by `resolve`, evaluated by the engines on posting arrays and by the tests
one article at a time. Positions here are token positions of one field; spans are in the query text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

Span = tuple[int, int]


class TermSpec(NamedTuple):
    """Which terms of a field's lexicon are meant.

    `kind` and `value`:
    key       exactly the term `value`
    folded    every term whose folded form is `value` (the bare spelling is ranked first)
    spelling  the term `text.key(value)`, where it is written as `value`, case and marks included
    prefix    every term that starts with `value` (no star in it); `folded`: whose folded form does
    wildcard  every term that `value` matches as a whole, `*` any run and `?` one character; `folded` as above
    fuzzy     every term at most `distance` from `value` by `fuzzy.fuzzy_distance` (marks not typed cost nothing)
    joined    the joined form `value` ("tphcm", of whatever length in positions) of the field `joined`
    raw       exactly the string `value` (field `id`)
    """

    kind: str
    value: str
    distance: int = 0
    folded: bool = False


class Alternative(NamedTuple):
    """A run of adjacent terms; `why` says where it comes from: "", "abbreviation" or "joined"."""

    terms: tuple[TermSpec, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One word or phrase: element i is followed by element i + 1, each in any of its alternatives.

    With s syllables in the chosen alternatives, a match from position `a` to `b` (exclusive) is one of
    slop b - a - s, which must not exceed `slop`. `kinds` restricts field "syllable" to parts of these
    kinds; a match lies within one part.
    """

    field: str
    elements: tuple[tuple[Alternative, ...], ...]
    slop: int = 0
    text: str = ""
    span: Span = (0, 0)
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """One match of each child, none overlapping, with at most `distance` other positions inside the stretch.

    `ordered`: in the order of the children. Children are Match, or Or of Match, all of one field.
    """

    children: tuple[Match | Or, ...]
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class DateRange:
    """Articles whose own dates lie within `first` to `last` (ordinals, inclusive, None = open)."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Has:
    """Articles in which the field is filled in."""

    field: str


@dataclass(frozen=True, slots=True)
class _Several:
    """Nodes of one kind are equal when their children are; nodes of two kinds never."""

    children: tuple[Node, ...]


class And(_Several):
    """All of the children."""

    __slots__ = ()


class Or(_Several):
    """Any of the children."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Not:
    """Every article but those of the child."""

    child: Node


@dataclass(frozen=True, slots=True)
class Boosted:
    """The child, its score times `factor`."""

    child: Node
    factor: float


@dataclass(frozen=True, slots=True)
class Everything:
    """All articles."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No article."""


Node = Match | Near | DateRange | Has | And | Or | Not | Boosted | Everything | Nothing


class Wanted(NamedTuple):
    """A bare word: wanted, not required. `function`: a function or question word, never missing."""

    match: Match
    text: str
    function: bool = False
    boost: float = 1.0


class Expansion(NamedTuple):
    """What a part of the query also stands for, or why it does not (`expansions` empty)."""

    text: str
    expansions: tuple[str, ...]
    why: str
    span: Span = (0, 0)


class Resolved(NamedTuple):
    """A whole query.

    Found are the articles of `strict` (None: all) that match any wanted word that is no function word;
    the total counts those that match every one of them. With no wanted words, `strict` alone decides.
    `words` are the word keys ("bí_thư") of the bare text, for ranking.
    """

    text: str
    strict: Node | None
    wanted: tuple[Wanted, ...] = ()
    words: tuple[str, ...] = ()
    marks: str = "prefer"
    notices: tuple[str, ...] = ()
    expansions: tuple[Expansion, ...] = ()

    @property
    def content(self) -> tuple[Wanted, ...]:
        """The wanted words that can be missing: function words only where there is nothing else."""
        return tuple(want for want in self.wanted if not want.function) or self.wanted

    @property
    def complete(self) -> Node:
        """What the total counts: the strict part with every wanted word that can be missing."""
        strict = () if self.strict is None else (self.strict,)
        parts: tuple[Node, ...] = (*strict, *(want.match for want in self.content))
        if not parts:
            return Everything()
        return parts[0] if len(parts) == 1 else And(parts)


def matches(node: Node | None) -> Iterator[Match]:
    """Every word and phrase of a part of a query, those under NOT too."""
    if isinstance(node, Match):
        yield node
    elif isinstance(node, And | Or | Near):
        for child in node.children:
            yield from matches(child)
    elif isinstance(node, Not | Boosted):
        yield from matches(node.child)
