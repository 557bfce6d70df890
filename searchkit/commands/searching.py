"""What `search`, `batch` and `explain` share: their options and how a query is put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from searchkit.commands.settings import Count
from searchkit.errors import UsageError
from searchkit.render import FORMATS, JSON_FORMATS

Function = TypeVar("Function", bound=Callable[..., Any])
MARKS = ("prefer", "exact", "any")
SORTS = ("relevance", "newest", "oldest")


class QueryCommand(click.Command):
    """A command whose arguments are a query: -ocop, an excluded word to a searcher, must not write a file named cop."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Click's own reading, after a look at what could be meant in two ways."""
        for argument in args[: args.index("--")] if "--" in args else args:
            if argument.startswith("-o") and len(argument) > 2:
                raise UsageError(
                    f"{argument} could be a file or a part of the query",
                    f"Write -o {argument[2:]} for the file, or put the query after --",
                )
        return super().parse_args(context, args)


def reading_options(function: Function) -> Function:
    """How a query is read: --marks and --all."""
    options = (
        click.option("--marks", metavar="MODE", type=click.Choice(MARKS), default="prefer", show_default=True,
                     help="Marks count where they are typed (prefer), always (exact) or never (any)."),
        click.option("--all", "all_words", is_flag=True, help="Require every wanted word."),
    )
    return _apply(function, options)


def search_options(function: Function) -> Function:
    """What is shown of the results, in which order and format, and how the query is read."""
    names = list(FORMATS)
    options = (
        click.option("-n", "--limit", metavar="N", type=Count(), default=10, show_default=True,
                     help="Articles at most."),
        click.option("--offset", metavar="N", type=Count(), default=0, show_default=True,
                     help="Articles to leave out first."),
        click.option("--passages", metavar="N", type=Count(), default=1, show_default=True,
                     help="Passages per article."),
        click.option("--sort", metavar="ORDER", type=click.Choice(SORTS), default="relevance", show_default=True,
                     help="relevance, newest or oldest first."),
        reading_options,
        click.option("--no-group", "group", is_flag=True, flag_value=False, default=True,
                     help="Show every near-identical article by itself."),
        click.option("--explain-score", "explain", is_flag=True, help="Say where each score comes from."),
        click.option("--format", "format", metavar="NAME", type=click.Choice(names),
                     help=f"{', '.join(names[:-1])} or {names[-1]}.  [default: text]"),
        click.option("-o", "--output", metavar="FILE", help="Write to a file, whole or not at all."),
    )
    return _apply(function, options)


def _apply(function: Function, options: Sequence[Callable[[Function], Function]]) -> Function:
    for option in reversed(options):
        function = option(function)
    return function


def chosen_format(format: str | None, as_json: bool) -> str:
    """The format that --format and --json ask for together; UsageError where they contradict."""
    if as_json and format not in (None, *JSON_FORMATS):
        raise UsageError(f"--json and --format {format} contradict each other", "Give one of them")
    return format or ("json" if as_json else "text")


def query_text(words: Sequence[str]) -> str:
    """The query that the arguments make together; UsageError when there is nothing in it."""
    text = " ".join(words).strip()
    if not text:
        raise UsageError("The query is empty", "Write some words to search for, or a field such as date:2021-03")
    return text
