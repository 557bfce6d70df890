"""Answers -> lines of text, JSON, JSON Lines, CSV, Markdown or HTML: the table of formats.

Returns lines without their ends and never prints. What comes from an article is cleaned or escaped
as the format needs it (`rendering/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from searchkit.rendering import data, markup, plain
from searchkit.rendering.look import Look
from searchkit.results import Answer, Results


class Format(NamedTuple):
    """How a format is written: the lines of one answer, and those before the first and after the last."""

    answer: Callable[[Answer, Look], Iterator[str]]
    begin: Callable[[Look], Iterator[str]] | None = None
    end: Callable[[Look], Iterator[str]] | None = None


FORMATS = {
    "text": Format(plain.answer_lines),
    "json": Format(data.json_lines),
    "jsonl": Format(data.jsonl_lines),
    "csv": Format(data.csv_lines, begin=data.csv_header),
    "markdown": Format(markup.markdown_lines),
    "html": Format(markup.html_lines, begin=markup.html_begin, end=markup.html_end),
}
JSON_FORMATS = ("json", "jsonl")


def render(results: Results, format: str = "text", look: Look = Look()) -> Iterator[str]:
    """The lines of one search's results."""
    return render_answers([Answer(results.query, results)], format, look)


def render_answers(answers: Iterable[Answer], format: str, look: Look = Look()) -> Iterator[str]:
    """The lines of many answers as one document, each written as soon as its answer is there."""
    row = FORMATS[format]
    if row.begin:
        yield from row.begin(look)
    for answer in answers:
        yield from row.answer(answer, look)
    if row.end:
        yield from row.end(look)
