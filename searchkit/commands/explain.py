"""`explain`: how a query is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from searchkit.commands.output import look_of, pointing_into, print_json, write_lines
from searchkit.commands.searching import query_text, reading_options
from searchkit.commands.settings import Settings, command_options


@click.command(short_help="How a query is read: tree, expansions, what is required.")
@click.argument("query", nargs=-1, required=True)
@reading_options
@command_options
@click.pass_obj
def explain(settings: Settings, query: tuple[str, ...], as_json: bool, marks: str, all_words: bool) -> int:
    """Shows how QUERY is read: its tree, the spellings that an unmarked syllable stands for,
    abbreviations written out, what is wanted and what is required, and how many articles each part finds.

    \b
    Examples:
      searchkit explain bi thu tinh uy
      searchkit explain '"tỉnh ủy" UBND NOT OCOP'
    """
    text = query_text(query)

    from searchkit.search import SearchOptions, Session

    with pointing_into(text), Session(settings.index) as session:
        facts = session.explain(text, SearchOptions(marks=marks, all_words=all_words))
    if as_json:
        print_json({"version": 1, **facts})
    else:
        write_lines(outline(facts, look_of(settings).colour))
    return 0


def outline(value: Any, colour: bool = False, depth: int = 0) -> Iterator[str]:
    """Nested values as an indented outline; a part of a query, which has a `text` or says what it `is`, takes one line.

    >>> tree = {"is": "not", "span": [0, 9], "children": [{"is": "word", "text": "covid", "span": [4, 9]}]}
    >>> print(*outline({"tree": tree, "wanted": [{"text": "ubnd", "articles": 2}], "words": []}), sep="\\n")
    tree:
      not
        word covid
    wanted:
      ubnd  2 articles
    words: –
    """
    margin = "  " * depth
    if isinstance(value, Mapping) and depth and ("is" in value or "text" in value):
        yield margin + _part(value, colour)
        for known in value.get("stands_for", ()):
            yield f"{margin}  {_stands_for(known, colour)}"
        for child in value.get("children", ()):
            yield from outline(child, colour, depth + 1)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            label = _label(name, colour)
            yield f"{margin}{label}" if _nested(inner) else f"{margin}{label} {_text(inner)}"
            if _nested(inner):
                yield from outline(inner, colour, depth + 1)
    else:
        for item in value:
            yield from outline(item, colour, depth) if _nested(item) else [margin + _text(item)]


def _part(values: Mapping[str, Any], colour: bool) -> str:
    """What a part of a query is, its text, and whatever else is known of it."""
    from searchkit.rendering.lines import style

    head = " ".join(_text(values[name]) for name in ("is", "text") if name in values)
    usual = {"field": "syllable", "boost": 1.0, "function": False, "ordered": False, "terms": [values.get("text")]}
    shown = ("is", "text", "span", "children", "stands_for", "articles")
    known = [f"{values['articles']:,} article{'s' * (values['articles'] != 1)}"] if "articles" in values else []
    known += [
        f"{name.replace('_', ' ')} {_text(value)}"
        for name, value in values.items()
        if name not in shown and value != usual.get(name)
    ]
    return f"{head}  {style(', '.join(known), 'dim', colour)}" if known else head


def _stands_for(values: Mapping[str, Any], colour: bool) -> str:
    """What a term with several spellings stands for in the index, the most frequent first."""
    from searchkit.rendering.lines import style

    more = values["terms"] - len(values["spellings"])
    rest = style(f" and {more:,} more", "dim", colour) if more else ""
    return f"{_text(values['term'])} → {_text(values['spellings'])}{rest}"


def _nested(value: Any) -> bool:
    """Whether a value needs lines of its own: lists of plain values do not."""
    if isinstance(value, list | tuple):
        return any(isinstance(item, Mapping | list | tuple) for item in value)
    return isinstance(value, Mapping) and bool(value)


def _label(name: str, colour: bool) -> str:
    from searchkit.rendering.lines import clean, style

    return style(f"{clean(str(name)).replace('_', ' ')}:", "dim", colour)


def _text(value: Any) -> str:
    from searchkit.rendering.lines import clean

    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value)) or "–"
    if value is None or value == {}:
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else clean(str(value))
