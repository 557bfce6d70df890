"""Results for programs and spreadsheets: JSON, JSON Lines, CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from searchkit.rendering.lines import clean, pieces
from searchkit.rendering.look import Format, Look
from searchkit.results import Answer, Hit, PassageHit

_SURROGATE = re.compile("[\ud800-\udfff]")
# What a spreadsheet would run as a formula, full-width forms and leading white space among it (OWASP: CSV injection).
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
HIT_COLUMNS = ("rank", "score", "id", "title", "date", "source", "authors", "section", "url", "path", "missing",
               "duplicates")
PASSAGE_COLUMNS = ("passage", "kind", "passage_score", "start", "end", "text", "matched", "highlights")
SEPARATOR = "; "


def to_json(value: Any, indent: bool = False) -> str:
    """JSON with its letters as they are; lone surrogates, which UTF-8 cannot hold, as escapes.

    >>> to_json({"title": "Tỉnh ủy"})
    '{"title": "Tỉnh ủy"}'
    """
    text = json.dumps(value, ensure_ascii=False, indent=2 if indent else None)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_lines(answer: Answer, look: Look) -> Iterator[str]:
    """The answer as one object: indented for people, on one line otherwise and in a list of queries."""
    yield to_json(answer.to_dict(), look.indent and not look.many)


def jsonl_lines(answer: Answer, look: Look) -> Iterator[str]:
    """The answer as one object on one line."""
    yield to_json(answer.to_dict())


def csv_header(look: Look) -> Iterator[str]:
    """The column names, after a byte order mark where a spreadsheet needs one to see UTF-8."""
    yield ("\ufeff" if look.bom else "") + _csv_row(_columns(look.many))


def csv_lines(answer: Answer, look: Look) -> Iterator[str]:
    """One row per passage; in a list of queries one also for a query that found nothing or failed."""
    for row in _rows(answer, look):
        yield _csv_row([row.get(name) for name in _columns(look.many)])


def _columns(many: bool) -> tuple[str, ...]:
    if many:
        return ("line", "status", "query", *HIT_COLUMNS, *PASSAGE_COLUMNS, "error")
    return ("query", *HIT_COLUMNS, *PASSAGE_COLUMNS)


def _rows(answer: Answer, look: Look) -> Iterator[dict[str, Any]]:
    shared = {"line": answer.line, "status": answer.status, "query": answer.query}
    hits = answer.results.hits if answer.results else ()
    for hit in hits:
        for passage in hit.passages or (None,):
            yield shared | _hit_cells(hit) | (_passage_cells(passage) if passage else {})
    if not hits and look.many:
        yield shared | {"error": str(answer.error) if answer.error else None}


def _hit_cells(hit: Hit) -> dict[str, Any]:
    values = hit.to_dict()
    return {name: SEPARATOR.join(value) if isinstance(value := values[name], list) else value for name in HIT_COLUMNS}


def _passage_cells(passage: PassageHit) -> dict[str, Any]:
    matched = [clean(piece) for piece, lit in pieces(passage.text, passage.highlights) if lit]
    values = passage.to_dict()
    return {
        "passage": passage.number,
        "kind": passage.kind,
        "passage_score": values["score"],
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "matched": SEPARATOR.join(dict.fromkeys(matched)),
        "highlights": json.dumps(values["highlights"]),
    }


def _csv_row(cells: list[Any] | tuple[Any, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula and no terminal for a command; numbers as they are.

    >>> harmless("=1+1"), harmless("Tỉnh ủy"), harmless(-3)
    ("'=1+1", 'Tỉnh ủy', -3)
    """
    if not isinstance(cell, str):
        return cell
    lines = [clean(line) for line in cell.split("\n")]
    text = "\n".join(lines)
    return f"'{text}" if _FORMULA.match(cell) or _FORMULA.match(text) else text


FORMATS = {
    "json": Format(json_lines),
    "jsonl": Format(jsonl_lines),
    "csv": Format(csv_lines, begin=csv_header),
}
