"""What every format is given and what it gives: how the output is to look, and the lines of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from searchkit.results import Answer


class Look(NamedTuple):
    """`width` in cells; `colour`: terminal colours; `indent`: JSON for people; `bom`: CSV for spreadsheets;
    `many`: answers to a list of queries.
    """

    width: int = 100
    colour: bool = False
    indent: bool = False
    bom: bool = False
    many: bool = False


class Format(NamedTuple):
    """How a format is written: the lines of one answer, and those before the first and after the last."""

    answer: Callable[[Answer, Look], Iterator[str]]
    begin: Callable[[Look], Iterator[str]] | None = None
    end: Callable[[Look], Iterator[str]] | None = None
