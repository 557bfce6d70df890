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
    """Nested mappings and lists as an indented outline.

    >>> print(*outline({"query": "ubnd", "wanted": [{"text": "ubnd", "articles": 2}]}), sep="\\n")
    query: ubnd
    wanted:
      - text: ubnd
        articles: 2
    """
    margin = "  " * depth
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _entry(f"{margin}{_label(name, colour)}", part, colour, depth)
    else:
        for part in value:
            lines = list(outline(part, colour, depth + 1)) if _nested(part) else [f"{margin}  {_text(part)}"]
            yield f"{margin}- {lines[0][len(margin) + 2:]}"
            yield from lines[1:]


def _entry(head: str, part: Any, colour: bool, depth: int) -> Iterator[str]:
    if _nested(part):
        yield head
        yield from outline(part, colour, depth + 1)
    else:
        yield f"{head} {_text(part)}".rstrip()


def _nested(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and bool(value)


def _label(name: str, colour: bool) -> str:
    from searchkit.rendering.lines import clean, style

    return style(f"{clean(str(name)).replace('_', ' ')}:", "dim", colour)


def _text(value: Any) -> str:
    from searchkit.rendering.lines import clean

    if value is None or value == [] or value == () or value == {}:
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else clean(str(value))
