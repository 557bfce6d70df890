"""Query text -> syntax tree, by hand and without recursion.

The grammar, loosest first: OR, standing side by side, AND, NOT and +, NEAR, boost. An operator that lacks a
side is read as text. Long and deep queries cost no stack: parentheses are kept in a list, and a tree
deeper than MAX_DEPTH is refused.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from searchkit.capitals import as_headline
from searchkit.errors import QueryError
from searchkit.lexer import Lexeme, scan
from searchkit.query import And, Boost, Exact, InField, Near, Node, Not, Must, Or, Phrase, Sequence, Word
from searchkit.text import normalise

MAX_DEPTH = 100
_WIDTH = 76  # of the query as a caret shows it


class Parsed(NamedTuple):
    """A query as read: `text` is normalised and what spans refer to, `query` is as given."""

    tree: Node
    notices: tuple[str, ...] = ()
    text: str = ""
    query: str = ""

    def position(self, place: int) -> int:
        """The place in the query as given of a place in `text`."""
        return given_position(self.query, self.text, place)


def parse(query: str) -> Parsed:
    """The tree of a query; QueryError, with the position in `query`, where it cannot be read.

    >>> str(parse("bí thư tỉnh ủy -tựa:(Huế | 'Đà Nẵng')").tree)
    'bí thư tỉnh ủy NOT title:(Huế OR Đà Nẵng)'
    """
    text = normalise(query)
    try:
        lexemes, notices = scan(text)
        lexemes = as_headline(text, lexemes, notices)
        part = _assemble(_settle(lexemes, notices), notices)
    except QueryError as error:
        error.position = given_position(query, text, error.position)
        raise
    if part is None:
        raise QueryError("There is nothing to search for", "Write at least one word, phrase or field", 0)
    return Parsed(part.node, tuple(dict.fromkeys(notices)), text, query)


class _Part(NamedTuple):
    node: Node
    depth: int


# Operators that lack a side


def _settle(lexemes: list[Lexeme], notices: list[str]) -> list[Lexeme]:
    """The lexemes with every operator that lacks a side turned into text."""
    return _check_left(_check_right(lexemes, notices), notices)


def _check_right(lexemes: list[Lexeme], notices: list[str]) -> list[Lexeme]:
    kept: list[Lexeme] = []
    for lexeme in reversed(lexemes):
        if lexeme.kind in ("operand", "open", "close") or (kept and _begins(kept[-1])):
            kept.append(lexeme)
        else:
            _demote(lexeme, kept, notices)
    return kept[::-1]


def _check_left(lexemes: list[Lexeme], notices: list[str]) -> list[Lexeme]:
    kept: list[Lexeme] = []
    for lexeme in lexemes:
        binary = lexeme.kind in ("and", "or", "near", "before")
        if not binary or (kept and kept[-1].kind in ("operand", "close")):
            kept.append(lexeme)
        else:
            _demote(lexeme, kept, notices)
    return kept


def _begins(lexeme: Lexeme) -> bool:
    """Whether an operand begins here."""
    return lexeme.kind in ("operand", "open", "not", "must")


def _demote(lexeme: Lexeme, kept: list[Lexeme], notices: list[str]) -> None:
    if not any(character.isalpha() for character in lexeme.text):
        notices.append(f"{lexeme.text[:20]} was read as punctuation: it has nothing to join")
        return
    notices.append(f"{lexeme.text} was read as a word: it has nothing to join")
    word = Word(lexeme.text.lower(), span=(lexeme.start, lexeme.end))
    kept.append(lexeme._replace(kind="operand", node=word))


# The tree


@dataclass
class _Group:
    """What has been read since a parenthesis: finished sides of OR, and the side that is being read."""

    opening: Lexeme | None = None
    branches: list[_Part] = field(default_factory=list)
    items: list[_Part] = field(default_factory=list)
    chain: list[_Part] = field(default_factory=list)  # joined by AND
    near: list[_Part] = field(default_factory=list)
    near_operator: Lexeme | None = None
    prefixes: list[Lexeme] = field(default_factory=list)
    expecting: str = ""  # "near" or "and" after that operator, "operand" after a prefix


def _assemble(lexemes: list[Lexeme], notices: list[str]) -> _Part | None:
    groups = [_Group()]
    for lexeme in lexemes:
        group = groups[-1]
        if lexeme.kind == "open":
            groups.append(_Group(lexeme))
        elif lexeme.kind == "close":
            part = _closed(groups.pop(), lexeme, notices)
            if part is not None:
                _operand(groups[-1], part)
        elif lexeme.kind == "operand":
            _operand(group, _leaf(lexeme.node))
        elif lexeme.kind in ("not", "must"):
            _prefix(group, lexeme)
        elif lexeme.kind == "or":
            _end_branch(group)
        elif lexeme.kind == "and":
            _end_near(group)
            group.expecting = "and"
        else:
            _near(group, lexeme)
    return _finish(groups[0])


def _leaf(node: Node) -> _Part:
    depth, below = 1, node
    while isinstance(below, Boost | InField | Exact):
        depth, below = depth + 1, below.node
    return _Part(node, depth)


def _operand(group: _Group, part: _Part) -> None:
    if group.expecting == "near":
        group.near.append(part)
    else:
        if group.expecting != "operand":
            _start(group)
        group.near = [part]
    group.expecting = ""


def _prefix(group: _Group, lexeme: Lexeme) -> None:
    if group.expecting == "near":
        hint = "NEAR joins words and phrases; put the exclusion beside it"
        raise QueryError(f"{lexeme.text} cannot stand after NEAR", hint, lexeme.start)
    if group.expecting != "operand":
        _start(group)
    group.prefixes.append(lexeme)
    group.expecting = "operand"


def _near(group: _Group, lexeme: Lexeme) -> None:
    earlier = group.near_operator
    if earlier and (earlier.kind, earlier.number) != (lexeme.kind, lexeme.number):
        raise QueryError(f"{earlier.text} and {lexeme.text} stand in one chain", "Use the same one", lexeme.start)
    if group.near:
        group.near_operator, group.expecting = lexeme, "near"


def _start(group: _Group) -> None:
    """Makes room for the next operand: what stands before it is complete unless AND joins them."""
    _end_near(group)
    if group.expecting != "and":
        _end_chain(group)


def _end_near(group: _Group) -> None:
    if group.near:
        part = group.near[0]
        if len(group.near) > 1:
            operator = group.near_operator
            children, span = _together(group.near)
            ordered = operator.kind == "before"
            part = _deeper(Near(children, int(operator.number), ordered, span), group.near)
        for prefix in reversed(group.prefixes):
            kind = Not if prefix.kind == "not" else Must
            part = _deeper(kind(part.node, (prefix.start, part.node.span[1])), [part])
        group.chain.append(part)
    group.near, group.near_operator, group.prefixes = [], None, []


def _end_chain(group: _Group) -> None:
    if group.chain:
        group.items.append(_joined(And, group.chain))
    group.chain = []


def _end_branch(group: _Group) -> None:
    _end_near(group)
    _end_chain(group)
    if group.items:
        group.branches.append(_joined(Sequence, group.items))
    group.items, group.expecting = [], ""


def _finish(group: _Group) -> _Part | None:
    _end_branch(group)
    return _joined(Or, group.branches) if group.branches else None


def _closed(group: _Group, lexeme: Lexeme, notices: list[str]) -> _Part | None:
    """The part that a closing parenthesis ends, with its field and its boost."""
    part, opening = _finish(group), group.opening
    if part is None:
        if opening.field:
            raise QueryError(f"Nothing stands in {opening.field}:()", "Write what to look for", opening.start)
        notices.append("Parentheses with nothing in them were left out")
        return None
    span = (opening.start, lexeme.end)
    if opening.field and opening.field != "date":
        part = _deeper(InField(opening.field, part.node, span), [part])
    if lexeme.number >= 0:
        part = _deeper(Boost(part.node, lexeme.number, span), [part])
    return part


def _joined(kind: type[And | Or | Sequence], parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    children, span = _together(parts)
    return _deeper(kind(children, span), parts)


def _together(parts: list[_Part]) -> tuple[tuple[Node, ...], tuple[int, int]]:
    nodes = tuple(part.node for part in parts)
    return nodes, (nodes[0].span[0], nodes[-1].span[1])


def _deeper(node: Node, parts: list[_Part]) -> _Part:
    depth = 1 + max(part.depth for part in parts)
    if depth > MAX_DEPTH:
        hint = f"At most {MAX_DEPTH} levels of parentheses and operators; write it flatter"
        raise QueryError("The query is nested too deeply", hint, node.span[0])
    return _Part(node, depth)


# Places in the text


def given_position(query: str, text: str, place: int) -> int:
    """The place in `query`, as typed, of a place in its normalised `text`."""
    clusters: list[str] = []
    for character in query:
        if clusters and unicodedata.combining(character):
            clusters[-1] += character
        else:
            clusters.append(character)
    ends = list(accumulate(len(normalise(cluster)) for cluster in clusters))
    if not ends or ends[-1] != len(text):
        return min(place, len(query))
    starts = accumulate((len(cluster) for cluster in clusters), initial=0)
    return next((start for start, end in zip(starts, ends) if end > place), len(query))


def caret(query: str, position: int) -> str:
    """Two lines: the query, cut to a terminal's width, and a caret under the place.

    >>> print(caret("Huế date:2021-13", 4))
    Huế date:2021-13
        ^
    """
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in query)
    start = max(0, position - _WIDTH // 2) if len(shown) > _WIDTH else 0
    end = start + _WIDTH
    before = "…" * (start > 0) + shown[start:position]
    line = before + shown[position:end] + "…" * (end < len(shown))
    return f"{line}\n{' ' * sum(map(_columns, before))}^"


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
