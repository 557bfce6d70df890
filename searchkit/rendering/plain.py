"""Results as text for people: headline first, then who, when and where, then the passage with its matches lit."""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.rendering.lines import clean, lit_lines, marked, shorten, style, wrap
from searchkit.rendering.look import Format, Look
from searchkit.results import Answer, Hit, PassageHit, Results

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")
EXCERPT_LINES = 3  # of text; wrapping makes of it a line more
DUPLICATES_NAMED = 3


def answer_lines(answer: Answer, look: Look) -> Iterator[str]:
    """The lines of one answer; those of a query list say first which line and query they answer."""
    if answer.line is not None:
        yield style(f"line {answer.line}: {clean(answer.query)}", "bold", look.colour)
    if answer.error is not None:
        yield style(clean(str(answer.error)), "bad", look.colour)
    elif answer.results is not None:
        yield from results_lines(answer.results, look)
    if answer.line is not None:
        yield ""


def results_lines(results: Results, look: Look) -> Iterator[str]:
    """Count and time, the hits, then what may have been meant."""
    yield style(headline(results), "dim", look.colour)
    indent = len(str(results.hits[-1].rank)) + 2 if results.hits else 0
    for hit in results.hits:
        yield ""
        yield from _hit_lines(hit, look, indent)
    if results.suggestions:
        yield ""
        for suggestion in results.suggestions:
            yield f"Did you mean: {style(clean(suggestion), 'bold', look.colour)}"


def headline(results: Results) -> str:
    """How many articles and how fast; which of them are shown when they are not the first or not all.

    >>> headline(Results("bí thư", 1, 11.2))
    '1 article, 11 ms'
    """
    count = f"{results.total:,} article{'' if results.total == 1 else 's'}"
    if any(hit.missing for hit in results.hits):  # then the best need not be those that have every word
        first, last = results.hits[0].rank, results.hits[-1].rank
        best = f"best matches {first}–{last}" if last > first else f"best match {first}"
        return f"{count} with every word; {best}, {results.took_ms:.0f} ms"
    return f"{count}, {_shown(results)}{results.took_ms:.0f} ms"


def _shown(results: Results) -> str:
    if not results.hits:
        return ""
    first, last = results.hits[0].rank, results.hits[-1].rank
    if first == 1 and last >= results.total:
        return ""
    return f"{first}–{last} shown, " if last > first else f"number {first} shown, "


def _hit_lines(hit: Hit, look: Look, indent: int) -> Iterator[str]:
    margin = " " * indent
    width = max(look.width - indent, 20)
    title = _title_lines(hit, look, width)
    yield f"{style(str(hit.rank).ljust(indent), 'name', look.colour)}{title[0]}"
    yield from (margin + line for line in title[1:])
    for line in wrap(reference(hit), width):
        yield margin + style(line, "dim", look.colour)
    for passage in hit.passages:
        if not _is_title(hit, passage):
            yield from _passage_lines(passage, f"{place(passage)} " if len(hit.passages) > 1 else "", margin, look)
    for line in _remarks(hit):
        yield from (margin + style(part, "warn", look.colour) for part in wrap(line, width))


def _is_title(hit: Hit, passage: PassageHit) -> bool:
    return passage.kind == "title" and passage.text == hit.title


def _title_lines(hit: Hit, look: Look, width: int) -> list[str]:
    for passage in hit.passages:
        if _is_title(hit, passage):
            return lit_lines(marked(passage.text, passage.highlights), width, look.colour)
    lines = wrap(title_of(hit, width), width) or [clean(hit.id)]
    return [style(line, "bold", look.colour) for line in lines]


def title_of(hit: Hit, width: int = 80) -> str:
    """The headline, or the first words where there is none, in at most `width` cells then; cleaned."""
    if hit.title and clean(hit.title).strip():
        return clean(hit.title).strip()
    opening = hit.opening or (hit.passages[0].text if hit.passages else hit.id)
    return shorten(clean(opening).strip(), width)


def reference(hit: Hit) -> str:
    """What a quotation needs, on one line.

    >>> reference(Hit(1, 2.5, "a.txt", date="2021-03", source="BHG", authors=("Duy Tuấn",)))
    'March 2021 · BHG · Duy Tuấn · a.txt'
    """
    return " · ".join(clean(fact).strip() for fact in facts(hit))


def facts(hit: Hit) -> list[str]:
    """Date in words, source, authors, id with the number of the passage; those that are known."""
    where = f"{hit.id} {place(hit.passages[0])}" if hit.passages else hit.id
    return [fact for fact in (date_in_words(hit.date), hit.source, ", ".join(hit.authors), where) if fact]


def place(passage: PassageHit) -> str:
    """The number by which a passage is quoted; a photo caption is no statement of the article and says so."""
    return f"¶{passage.number} caption" if passage.kind == "caption" else f"¶{passage.number}"


def date_in_words(date: str | None) -> str:
    """An ISO day, month or year as people write it; anything else as it stands.

    >>> date_in_words("2021-03-05"), date_in_words("2021-03"), date_in_words("2021")
    ('5 March 2021', 'March 2021', '2021')
    """
    if not date:
        return ""
    year, *rest = date.split("-")
    if not rest or not all(part.isdigit() for part in rest) or not 1 <= int(rest[0]) <= 12:
        return date
    month = f"{MONTHS[int(rest[0]) - 1]} {year}"
    return f"{int(rest[1])} {month}" if len(rest) > 1 else month


def _passage_lines(passage: PassageHit, number: str, margin: str, look: Look) -> Iterator[str]:
    text, highlights = excerpt(passage, EXCERPT_LINES * (look.width - len(margin)))
    # The number is wrapped with the text, and gets its style when the lines are there.
    first, *rest = lit_lines(number + marked(text, highlights), max(look.width - len(margin), 20), look.colour) or [""]
    yield margin + style(number, "dim", look.colour) + first.removeprefix(number)
    yield from (margin + line for line in rest)


def excerpt(passage: PassageHit, width: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The passage's text and highlights, cut around the matches when it is longer than `width` code points."""
    if len(passage.text) <= width:
        return passage.text, passage.highlights
    from searchkit.passages import excerpt as cut

    text, highlights = cut(passage.text, passage.highlights, width)
    return text, tuple(highlights)


def _remarks(hit: Hit) -> Iterator[str]:
    if hit.missing:
        yield f"lacks: {clean(', '.join(hit.missing))}"
    if hit.duplicates:
        named = ", ".join(hit.duplicates[:DUPLICATES_NAMED])
        more = ", …" if len(hit.duplicates) > DUPLICATES_NAMED else ""
        yield clean(f"{len(hit.duplicates)} more like it: {named}{more}")
    if hit.detail:
        parts = (f"{name} {_number(value)}" for name, value in hit.detail.items())
        yield clean(f"score {hit.score:.2f}: {', '.join(parts)}")


def _number(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)




FORMATS = {
    "text": Format(answer_lines),
}
