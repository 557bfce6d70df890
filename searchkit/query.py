"""The syntax tree of a query: plain frozen values that know their place in the text.

`str(tree)` is a query that parses to the same tree. Spans (code points into the query as normalised)
take no part in equality. What the words mean is settled later, in `resolve`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Span = tuple[int, int]


def _span() -> Span:
    return field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True)
class Word:
    """One word as typed, `*` and `?` in it wildcards; `fuzzy` is the distance allowed, 0 for none."""

    text: str
    fuzzy: int = 0
    span: Span = _span()

    def __str__(self) -> str:
        return f"{self.text}~{self.fuzzy}" if self.fuzzy else self.text


@dataclass(frozen=True)
class Phrase:
    """Words in quotes; `slop` other syllables may stand between them."""

    text: str
    slop: int = 0
    span: Span = _span()

    def __str__(self) -> str:
        return f'"{self.text}"~{self.slop}' if self.slop else f'"{self.text}"'


@dataclass(frozen=True)
class Exact:
    """A word or phrase in the very spelling typed: marks, case, tone placement."""

    node: Word | Phrase
    span: Span = _span()

    def __str__(self) -> str:
        return f"={self.node}"


@dataclass(frozen=True)
class InField:
    """A part of the query that concerns one field."""

    name: str
    node: Node
    span: Span = _span()

    def __str__(self) -> str:
        plain = isinstance(self.node, Word | Phrase | Exact)
        return f"{self.name}:{self.node}" if plain else f"{self.name}:({self.node})"


@dataclass(frozen=True)
class Range:
    """Values of `field` from `low` to `high` as typed; None is open, `*_open` leaves the end itself out.

    `low == high` is one value on its own.
    """

    field: str
    low: str | None
    high: str | None
    low_open: bool = False
    high_open: bool = False
    span: Span = _span()

    def __str__(self) -> str:
        if self.low is None:
            return f"{self.field}:{'<' if self.high_open else '<='}{self.high}"
        if self.high is None:
            return f"{self.field}:{'>' if self.low_open else '>='}{self.low}"
        return f"{self.field}:{self.low}" if self.low == self.high else f"{self.field}:{self.low}..{self.high}"


@dataclass(frozen=True)
class Has:
    """Articles in which the field is filled in."""

    field: str
    span: Span = _span()

    def __str__(self) -> str:
        return f"has:{self.field}"


@dataclass(frozen=True)
class Near:
    """The children with at most `n` other syllables among them; `ordered`: in this order."""

    children: tuple[Node, ...]
    n: int
    ordered: bool = False
    span: Span = _span()

    def __str__(self) -> str:
        return f" {'BEFORE' if self.ordered else 'NEAR'}/{self.n} ".join(_part(c, 5) for c in self.children)


@dataclass(frozen=True)
class _Several:
    """Nodes of one kind are equal when their children are; nodes of two kinds never."""

    children: tuple[Node, ...]
    span: Span = _span()


class And(_Several):
    """All of the children, joined by AND."""

    def __str__(self) -> str:
        return " AND ".join(_part(child, 3) for child in self.children)


class Sequence(_Several):
    """Parts that merely stand side by side."""

    def __str__(self) -> str:
        return " ".join(_part(child, 2) for child in self.children)


class Or(_Several):
    """Any of the children."""

    def __str__(self) -> str:
        return " OR ".join(_part(child, 1) for child in self.children)


@dataclass(frozen=True)
class _One:
    child: Node
    span: Span = _span()


class Not(_One):
    """Whatever the child does not find."""

    def __str__(self) -> str:
        return f"NOT {_part(self.child, 3)}"


class Must(_One):
    """A part that is required, not merely wanted."""

    def __str__(self) -> str:
        return f"+{_part(self.child, 4)}"


@dataclass(frozen=True)
class Boost:
    """A part that counts `factor` times in the score."""

    node: Node
    factor: float
    span: Span = _span()

    def __str__(self) -> str:
        from decimal import Decimal

        apart = isinstance(self.node, Boost | Has) or (isinstance(self.node, InField) and self.node.name == "id")
        child = f"({self.node})" if apart else _part(self.node, 5)
        number = format(Decimal(repr(self.factor)), "f")
        return f"{child}^{number.removesuffix('.0')}"


Node = Word | Phrase | Exact | InField | Range | Has | Near | And | Sequence | Or | Not | Must | Boost

_LEVELS = {Or: 0, Sequence: 1, And: 2, Not: 3, Must: 3, Near: 4}


def _part(node: Node, level: int) -> str:
    """The node as text, in parentheses where it binds less than its surroundings."""
    return f"({node})" if _LEVELS.get(type(node), 5) < level else str(node)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below.

    >>> [str(child) for child in children(Not(Word("mưa")))]
    ['mưa']
    """
    if isinstance(node, Near | _Several):
        return node.children
    if isinstance(node, _One):
        return (node.child,)
    return (node.node,) if isinstance(node, Exact | InField | Boost) else ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)
