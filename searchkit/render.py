"""Answers -> lines of text, JSON, JSON Lines, CSV, Markdown or HTML: the table of formats.

Returns lines without their ends and never prints. What comes from an article is cleaned or escaped
as the format needs it (`rendering/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

from searchkit.rendering.look import Format, Look
from searchkit.results import Answer, Results

# Format -> its module in rendering/, which has a row for it in its own FORMATS; imported when it is used.
FORMATS = {
    "text": "plain",
    "json": "data",
    "jsonl": "data",
    "csv": "data",
    "markdown": "markup",
    "html": "markup",
}
JSON_FORMATS = ("json", "jsonl")


def render(results: Results, format: str = "text", look: Look = Look()) -> Iterator[str]:
    """The lines of one search's results."""
    return render_answers([Answer(results.query, results)], format, look)


def render_answers(answers: Iterable[Answer], format: str, look: Look = Look()) -> Iterator[str]:
    """The lines of many answers as one document, each written as soon as its answer is there."""
    row: Format = import_module(f"searchkit.rendering.{FORMATS[format]}").FORMATS[format]
    if row.begin:
        yield from row.begin(look)
    for answer in answers:
        yield from row.answer(answer, look)
    if row.end:
        yield from row.end(look)
