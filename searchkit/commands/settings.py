"""The options that every command has: where the index is, colours, debugging, JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])
DEFAULT_INDEX = "index"
INDEX_VARIABLE = "SEARCHKIT_INDEX"
COLOURS = ("auto", "always", "never")


class Count(click.ParamType):
    """A whole number of things, `least` or more; beyond MOST is as good as MOST."""

    name = "number"
    MOST = 1_000_000_000

    def __init__(self, least: int = 0):
        self.least = least

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> int:
        """The number that was given; click's own error when it is none."""
        try:
            count = int(value)
        except ValueError:
            count = -1
        if count < self.least:
            self.fail(f"{value!r} is not a whole number from {self.least} up", parameter, context)
        return min(count, self.MOST)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the global options said."""

    index: Path = Path(DEFAULT_INDEX)
    color: str = "auto"

    def colour(self, stream: IO[str] | None = None) -> bool:
        """Whether to colour what goes to a stream, stdout by default (NO_COLOR: no-color.org)."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return (stream or sys.stdout).isatty()


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Puts an option's value into the settings; a value given after the command wins over one before."""
    settings = context.obj or Settings()
    if value is not None:
        settings = replace(settings, **{str(parameter.name): value})
    context.obj = settings


def _option(*names: str, hidden: bool, **facts: Any) -> Callable[[Function], Function]:
    return click.option(*names, hidden=hidden, expose_value=False, callback=_keep, **facts)


def _shared(function: Function, hidden: bool) -> Function:
    variable = None if hidden else INDEX_VARIABLE
    options = (
        _option("--index", metavar="DIR", type=click.Path(path_type=Path), envvar=variable, hidden=hidden,
                help=f"Folder of the index.  [default: ${INDEX_VARIABLE}, else {DEFAULT_INDEX}/]"),
        _option("--color", type=click.Choice(COLOURS), hidden=hidden,
                help="Colours: on a terminal only (auto; NO_COLOR turns them off), always or never."),
        # Read by `cli.guarded` itself, because errors come before options are known.
        click.option("--debug", is_flag=True, expose_value=False, hidden=hidden,
                     help="Show where an error comes from."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def global_options(function: Function) -> Function:
    """--index, --color and --debug on the group."""
    return _shared(function, hidden=False)


def command_options(function: Function) -> Function:
    """--json, and the global options again, so that they may also stand after the command."""
    function = _shared(function, hidden=True)
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)
