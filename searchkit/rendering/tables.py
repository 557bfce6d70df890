"""Facts for people in aligned columns, measured in cells so that Vietnamese and wide characters line up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchkit.rendering.lines import cells, clean, style


def table_lines(header: Sequence[str], rows: Sequence[Sequence[object]], colour: bool = False,
                styles: Sequence[str | None] = ()) -> Iterator[str]:
    """A table: numbers to the right, everything else to the left; a row takes the style of the same place in `styles`.

    >>> print(*table_lines(["word", "count"], [["tỉnh ủy", 12]]), sep="\\n")
    word     count
    tỉnh ủy     12
    """
    texts = [[_text(value) for value in row] for row in rows]
    widths = [max(map(cells, column)) for column in zip(header, *texts)]
    right = [bool(rows) and all(isinstance(row[at], int | float) for row in rows) for at in range(len(header))]
    yield style(_row(header, widths, right), "bold", colour)
    for at, row in enumerate(texts):
        name = styles[at] if at < len(styles) else None
        line = _row(row, widths, right)
        yield style(line, name, colour) if name else line


def fact_lines(facts: Sequence[tuple[str, object]], colour: bool = False) -> Iterator[str]:
    """Names and values, one pair a line.

    >>> print(*fact_lines([("articles", 1200), ("engine", "whoosh")]), sep="\\n")
    articles  1,200
    engine    whoosh
    """
    width = max((cells(name) for name, _ in facts), default=0)
    for name, value in facts:
        yield f"{style(_padded(name, width, False), 'dim', colour)}  {_text(value)}"


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    return "  ".join(map(_padded, texts, widths, right)).rstrip()


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - cells(text))
    return space + text if right else text + space


def _text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if isinstance(value, float) else clean(str(value))
