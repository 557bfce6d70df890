"""JSON Lines: one object a line, read one at a time. Also the JSON dialect that all readers share.

The dialect is what newsroom exports hold: NaN is an absent value, as in the data frames it comes from; a key
given twice keeps its first value, and the later ones stay under `key#2`, so that none is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from searchkit.readers.lines import Line, lines
from searchkit.readers.records import Bad, ReadOptions, Record, SourceFile, distinct

NOT_AN_OBJECT = "not a JSON object"
TOO_DEEP = "the JSON is nested too deeply"


def read(source: SourceFile, options: ReadOptions) -> Iterator[Record | Bad]:
    """The objects of a file; blank lines are passed over, lines that are no objects are reported."""
    for line in lines(source.path, options.encoding):
        if line.wrong:
            yield Bad(line.number, line.wrong)
        elif line.text and not line.text.isspace():
            yield _record(line)


def _record(line: Line) -> Record | Bad:
    try:
        value = DECODER.decode(line.text)
    except RecursionError:
        return Bad(line.number, TOO_DEEP)
    except ValueError:  # JSONDecodeError, and numbers of more digits than Python takes
        return Bad(line.number, NOT_AN_OBJECT)
    return Record(value, line.number) if isinstance(value, dict) else Bad(line.number, NOT_AN_OBJECT)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return dict(zip(distinct(name for name, _ in pairs), (value for _, value in pairs), strict=True))


def _constant(name: str) -> str | None:
    return None if name == "NaN" else name


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
