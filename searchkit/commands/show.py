"""`show`: one article in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from searchkit.commands.output import look_of, pointing_into, print_json, write_lines
from searchkit.commands.settings import Settings, command_options

if TYPE_CHECKING:
    from searchkit.article import Article
    from searchkit.rendering.look import Look


@click.command(short_help="One article in full.")
@click.argument("id")
@click.option("--query", metavar="Q", help="Light what this query matches.")
@command_options
@click.pass_obj
def show(settings: Settings, id: str, query: str | None, as_json: bool) -> int:
    """Shows the article with that ID, which stands beside each hit of a search.

    In JSON, "text" is the whole article in one string; the offsets of passages and highlights count its
    characters.

    \b
    Examples:
      searchkit show bhg-2021-03-quang-binh.txt
      searchkit show bhg-2021-03-quang-binh.txt --query "tỉnh ủy"
    """
    from searchkit.results import VERSION
    from searchkit.search import Session

    with Session(settings.index) as session:
        article = session.show(id)
        highlights: list[tuple[int, int]] = []
        if query:
            with pointing_into(query):
                highlights = session.highlight(article, query)
    if as_json:
        values = {"version": VERSION, **article.to_dict()}
        print_json(values | ({"query": query, "highlights": [list(pair) for pair in highlights]} if query else {}))
    else:
        write_lines(article_lines(article, highlights, look_of(settings)))
    return 0


def article_lines(article: Article, highlights: Sequence[tuple[int, int]], look: Look) -> Iterator[str]:
    """The article for people: title, reference, then its paragraphs, captions set in, matches lit."""
    from searchkit.rendering.lines import lit_lines, marked, style

    titled = bool(article.parts) and article.parts[0].kind == "title"
    if not titled:
        yield from _reference(article, look)
    for part in article.parts:
        margin = "    " if part.kind == "caption" else ""
        for start, end in _paragraphs(article.text, part.start, part.end):
            inside = [(low - start, high - start) for low, high in highlights if start <= low and high <= end]
            text = marked(article.text[start:end], inside)
            for line in lit_lines(text, look.width - len(margin), look.colour):
                yield margin + (style(line, "bold", look.colour) if part.kind == "title" else line)
            if part.kind == "title":
                yield from _reference(article, look)
            else:
                yield ""


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Offsets of the lines of text[start:end] that hold anything."""
    for line in text[start:end].splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line)
        start += len(line)


def _reference(article: Article, look: Look) -> Iterator[str]:
    from searchkit.rendering.lines import clean, style, wrap
    from searchkit.rendering.plain import date_in_words

    facts = (date_in_words(article.date), article.source, ", ".join(article.authors), article.section, article.id,
             article.url)
    for line in wrap(" · ".join(clean(fact).strip() for fact in facts if fact), look.width):
        yield style(line, "dim", look.colour)
    yield ""
