"""`analyze`: how a text is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from searchkit.commands.output import look_of, print_json, write_lines
from searchkit.commands.settings import Settings, command_options

if TYPE_CHECKING:
    from searchkit.rendering.look import Look

KIND_STYLES = {"syllable": "good", "number": "name", "mixed": "warn", "foreign": "dim"}


@click.command(short_help="How a text is read: syllables, words, keys, offsets.")
@click.argument("text", nargs=-1, required=True)
@command_options
@click.pass_obj
def analyze(settings: Settings, text: tuple[str, ...], as_json: bool) -> int:
    """Shows how TEXT is read, or standard input when TEXT is -: every token with its offsets, the key it is
    found by and its key without marks; the words they make; the forms written together.

    \b
    Examples:
      searchkit analyze 'Bí thư Tỉnh ủy Hà Giang'
      searchkit analyze --json - < article.txt
    """
    from searchkit import analysis
    from searchkit.text import normalise

    given = sys.stdin.buffer.read().decode("utf-8-sig", errors="replace") if text == ("-",) else " ".join(text)
    read = normalise(given)
    tokens, words, joined = analysis.tokens(read), analysis.words(read), analysis.joined(read)
    if as_json:
        print_json(analysis_dict(read, tokens, words, joined))
    else:
        write_lines(analysis_lines(read, tokens, words, joined, look_of(settings)))
    return 0


def analysis_dict(text: str, tokens: Sequence[Any], words: Sequence[Any], joined: Sequence[Any]) -> dict[str, Any]:
    """The analysis as JSON types; `text` is the text after normalising, which all offsets are into."""
    return {
        "version": 1,
        "text": text,
        "tokens": [{"text": token.text, "start": token.start, "end": token.end, "key": token.key,
                    "folded": token.folded, "kind": token.kind} for token in tokens],
        "words": [{"text": word.text, "start": word.start, "end": word.end, "key": word.key} for word in words],
        "joined": [{"text": text[form.start:form.end], "start": form.start, "end": form.end, "key": form.key}
                   for form in joined],
    }


def analysis_lines(
    text: str, tokens: Sequence[Any], words: Sequence[Any], joined: Sequence[Any], look: Look
) -> Iterator[str]:
    """The analysis as tables, tokens in the colours of their kinds."""
    from searchkit.rendering.lines import style
    from searchkit.rendering.tables import table_lines

    rows = [(token.text, token.start, token.end, token.key, token.folded, token.kind) for token in tokens]
    styles = [KIND_STYLES.get(token.kind) for token in tokens]
    yield from table_lines(("token", "start", "end", "key", "folded", "kind"), rows, look.colour, styles)
    for name, found in (("word", words), ("written together", joined)):
        if found:
            yield ""
            rows = [(text[item.start:item.end], item.start, item.end, item.key) for item in found]
            yield from table_lines((name, "start", "end", "key"), rows, look.colour)
