"""Syntax tree -> resolved query: fields, marks, abbreviations and dates settled."""

from __future__ import annotations

from searchkit.resolved import (
    Alternative,
    And,
    Boosted,
    DateRange,
    Everything,
    Expansion,
    Has,
    Match,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Resolved,
    TermSpec,
    Wanted,
)

__all__ = [
    "Alternative", "And", "Boosted", "DateRange", "Everything", "Expansion", "Has", "Match", "Near",
    "Node", "Not", "Nothing", "Or", "Resolved", "TermSpec", "Wanted",
]  # fmt: skip
