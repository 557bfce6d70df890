"""How a query was read, as plain values and as lines: tree, terms, what is wanted and what required.

What an index knows of it (how much each part finds, the spellings that an unmarked syllable stands for) is added
by `with_index`, which asks through two functions and knows no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date as Day
from typing import Any

from searchkit import query
from searchkit.parser import Parsed
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
    Or,
    Resolved,
    TermSpec,
)

MOST_SHOWN = 20  # spellings of one term

Count = Callable[[Node], int]
Expand = Callable[[Node], list[str]]


def explain_tree(parsed: Parsed, resolved: Resolved) -> dict[str, Any]:
    """All that is known of a query without an index, as JSON types.

    Keys: query, tree (nested), marks, wanted (text, terms, required, function, boost), required (nested, None for
    none), words (the segmenter's, of two or more of the bare syllables), expansions, notices.
    """
    from searchkit.analysis import word_keys  # brings the segmenter and its model

    return {
        "query": str(parsed.tree),
        "tree": tree_dict(parsed.tree),
        "marks": resolved.marks,
        "wanted": [
            {"text": word.text, "terms": terms(word.match), "function": word.function, "boost": word.boost}
            for word in resolved.wanted
        ],
        "required": None if resolved.strict is None else node_dict(resolved.strict),
        "words": word_keys(" ".join(word.text for word in resolved.wanted)),
        "expansions": [
            {"text": each.text, "expansions": list(each.expansions), "why": each.why} for each in resolved.expansions
        ],
        "notices": list(resolved.notices),
    }


def with_index(facts: dict[str, Any], resolved: Resolved, count: Count, expand: Expand) -> dict[str, Any]:
    """The values of `explain_tree` with what an index says to them.

    Added: `total`, the articles that the whole query finds; `articles` for each part; `stands_for` for each word or
    phrase in which a term stands for several of the index: the term, how many it stands for, and the most frequent ones.
    """
    wanted = [values | _leaf(word.match, count, expand) for values, word in zip(facts["wanted"], resolved.wanted)]
    required = None if resolved.strict is None else _counted(facts["required"], resolved.strict, count, expand)
    # the total goes before the parts that it is made of
    head = {name: facts[name] for name in ("query", "marks")} | {"total": count(resolved.complete)}
    return head | facts | {"wanted": wanted, "required": required}


def _counted(values: dict[str, Any], node: Node, count: Count, expand: Expand) -> dict[str, Any]:
    if isinstance(node, Match):
        return values | _leaf(node, count, expand)
    below = [_counted(each, child, count, expand) for each, child in zip(values.get("children", ()), _below(node))]
    return values | {"articles": count(node)} | ({"children": below} if below else {})


def _leaf(match: Match, count: Count, expand: Expand) -> dict[str, Any]:
    specs = dict.fromkeys(spec for element in match.elements for choice in element for spec in choice.terms)
    found = [(spec, expand(_alone(match, spec))) for spec in specs if _several(spec)]
    stands_for = [
        {"term": term(spec), "terms": len(known), "spellings": known[:MOST_SHOWN]} for spec, known in found
    ]
    return {"articles": count(match)} | ({"stands_for": stands_for} if stands_for else {})


def _several(spec: TermSpec) -> bool:
    return spec.kind in ("folded", "prefix", "wildcard", "fuzzy")


def _alone(match: Match, spec: TermSpec) -> Match:
    return Match(match.field, ((Alternative((spec,)),),))


def tree_dict(node: query.Node) -> dict[str, Any]:
    """A syntax tree as nested mappings: `is` names the kind, `span` the place in the query."""
    values: dict[str, Any] = {"is": _kind(node)}
    match node:
        case query.Word():
            values["text"] = node.text
            if node.fuzzy:
                values["fuzzy"] = node.fuzzy
        case query.Phrase():
            values["text"] = node.text
            if node.slop:
                values["slop"] = node.slop
        case query.InField():
            values["field"] = node.name
        case query.Range():
            values["field"], values["value"] = node.field, str(node).partition(":")[2]
        case query.Has():
            values["field"] = node.field
        case query.Near():
            values["n"], values["ordered"] = node.n, node.ordered
        case query.Boost():
            values["factor"] = node.factor
    values["span"] = list(node.span)
    below = [tree_dict(child) for child in query.children(node)]
    return values | {"children": below} if below else values


def tree_lines(node: query.Node, depth: int = 0) -> Iterator[str]:
    """A syntax tree as lines, children under their parent.

    >>> from searchkit.parser import parse
    >>> print(*tree_lines(parse('tựa:"vườn tạp" -cam').tree), sep="\\n")
    side by side
      field title
        phrase "vườn tạp"
      not
        word cam
    """
    own = {
        query.Word: f"word {node}",
        query.Phrase: f"phrase {node}",
        query.Exact: "exact spelling",
        query.Range: f"range {node}",
        query.Has: f"filled in {str(node).partition(':')[2]}",
        query.Sequence: "side by side",
    }.get(type(node), _kind(node))
    match node:
        case query.InField():
            own = f"field {node.name}"
        case query.Near():
            own = f"{'before' if node.ordered else 'near'}, {node.n} syllables between at most"
        case query.Boost():
            own = f"times {node.factor:g}"
    yield "  " * depth + own
    for child in query.children(node):
        yield from tree_lines(child, depth + 1)


def node_dict(node: Node) -> dict[str, Any]:
    """A resolved node as nested mappings."""
    values: dict[str, Any] = {"is": _kind(node)}
    match node:
        case Match():
            values |= {"text": node.text, "field": node.field, "terms": terms(node)}
            if node.kinds:
                values["parts"] = list(node.kinds)
            if node.slop:
                values["slop"] = node.slop
        case Near():
            values |= {"distance": node.distance, "ordered": node.ordered}
        case DateRange():
            values |= {"first": _day(node.first), "last": _day(node.last)}
        case Has():
            values["field"] = node.field
        case Boosted():
            values["factor"] = node.factor
    below = [node_dict(child) for child in _below(node)]
    return values | {"children": below} if below else values


def terms(match: Match) -> list[str]:
    """What each element of a match may be, alternatives apart by ` | `.

    >>> from searchkit.parser import parse
    >>> from searchkit.resolve import resolve
    >>> terms(resolve(parse('"ubnd tinh Huế"')).strict)
    ['ubnd (any marks) | ủy ban nhân dân (abbreviation) | ubnd (written apart)', 'tinh (any marks)', 'huế']
    """
    return [" | ".join(_alternative(choice) for choice in element) for element in match.elements]


def _alternative(choice: Alternative) -> str:
    shown = " ".join(term(spec) for spec in choice.terms)
    why = choice.why
    if why == "joined":
        why = "written apart" if choice.terms[0].kind == "joined" else "written together"
    return f"{shown} ({why})" if why else shown


def term(spec: TermSpec) -> str:
    """A term as it is shown: `ngh* (any marks)`."""
    any_marks = " (any marks)" if spec.folded or spec.kind == "folded" else ""
    shown = {
        "spelling": f"={spec.value}",
        "prefix": f"{spec.value}*",
        "fuzzy": f"{spec.value}~{spec.distance}",
    }.get(spec.kind, spec.value)
    return shown + any_marks


def _below(node: Node) -> tuple[Node, ...]:
    if isinstance(node, And | Or | Near):
        return node.children
    return (node.child,) if isinstance(node, Not | Boosted) else ()


def _kind(node: query.Node | Node) -> str:
    if isinstance(node, Everything):
        return "all"
    names = {"InField": "field", "DateRange": "dates", "Match": "match", "Sequence": "sequence"}
    return names.get(type(node).__name__, type(node).__name__.lower())


def _day(ordinal: int | None) -> str | None:
    return None if ordinal is None else Day.fromordinal(ordinal).isoformat()
