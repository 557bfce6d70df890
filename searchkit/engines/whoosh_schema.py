"""The index's fields as a Whoosh schema, for Whoosh's own tools; the program's path analyses texts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Token, Tokenizer
from whoosh.fields import ID, STORED, TEXT, Schema

POSITIONAL = ("syllable", "word", "joined", "author", "source", "section", "path", "url")
STORED_NAMES = ("title", "summary", "text", "date", "authors")


class SpaceTokenizer(Tokenizer):
    """Words between white space as they are, so that a query typed into a Whoosh tool finds keys of the index."""

    def __call__(
        self, value: str, positions: bool = False, chars: bool = False, start_pos: int = 0, start_char: int = 0, **options: Any
    ) -> Iterator[Any]:
        for number, found in enumerate(re.finditer(r"\S+", value)):
            token = Token(positions, chars, mode=options.get("mode", ""))
            token.text, token.boost, token.stopped = found[0], 1.0, False
            token.pos = start_pos + number
            token.startchar, token.endchar = start_char + found.start(), start_char + found.end()
            yield token


def schema() -> Schema:
    """The schema of an index: positions for the text fields, one raw term for `id`, and what is stored of an article."""
    fields: dict[str, Any] = {name: TEXT(analyzer=SpaceTokenizer()) for name in POSITIONAL}
    fields["id"] = ID(stored=True, unique=True)
    fields |= {name: STORED() for name in STORED_NAMES}
    return Schema(**fields)
