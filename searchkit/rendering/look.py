"""What the caller knows of the place where the output goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """`width` in cells; `colour`: terminal colours; `indent`: JSON for people; `bom`: CSV for spreadsheets;
    `many`: answers to a list of queries.
    """

    width: int = 100
    colour: bool = False
    indent: bool = False
    bom: bool = False
    many: bool = False
