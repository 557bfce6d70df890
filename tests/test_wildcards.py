"""Patterns against the plain reading of them, and in the time that they take."""

import fnmatch
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.wildcards import expression


@settings(max_examples=1_000, deadline=None)
@given(st.text("aăb*?", max_size=8), st.text("aăb", max_size=8))
def test_patterns_are_what_a_shell_makes_of_them(pattern, text):
    assert bool(re.fullmatch(expression(pattern), text)) == fnmatch.fnmatchcase(text, pattern)


@settings(max_examples=200, deadline=None)
@given(st.text("ab*?", min_size=1, max_size=6), st.lists(st.text("ab", min_size=1, max_size=6), min_size=1, max_size=6))
def test_a_pattern_finds_whole_lines(pattern, lines):
    found = re.findall(f"^{expression(pattern)}$", "\n".join(lines), re.MULTILINE)
    assert found == [line for line in lines if fnmatch.fnmatchcase(line, pattern)]


def test_signs_of_regular_expressions_are_letters():
    assert re.fullmatch(expression("a.b[c]*(d)"), "a.b[c]x(d)") and not re.fullmatch(expression("a.b"), "axb")


def test_no_pattern_runs_away():
    """Were every star to try every place, this would not end."""
    assert not re.fullmatch(expression("*a" * 40 + "b"), "a" * 5_000)
