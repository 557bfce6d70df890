"""Texts to tokens, joined forms and sentences in plain Python: all that a query, a passage and its highlights need.

Everything is a pure function of a chunk, a run between white space, and is kept for the chunks met last. An index
reads texts as arrays (`analysis`) through the same functions of `chunks`; no model and no numpy is loaded here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from searchkit import text as characters
from searchkit.chunks import ENDS_SENTENCE, ENUMERATES, MAY_START_SENTENCE, joined_forms, sentence_flags, token_key, token_spans

SYLLABLE, NUMBER, MIXED, FOREIGN = "syllable", "number", "mixed", "foreign"
_CHUNK = re.compile(r"\S+")  # what `str.split` finds
_CHUNK_OR_LINE_END = re.compile(r"\n|\S+")
_KEPT = 1 << 14  # chunks, as many as a hundred news articles have
_LONGEST_KEPT = 64  # code points; longer chunks are rare, and nothing of them is kept


class Token(NamedTuple):
    """A syllable, number, abbreviation or foreign word; code-point offsets, `text` as it is written there."""

    text: str
    start: int
    end: int
    key: str
    folded: str

    @property
    def kind(self) -> str:
        """What it is: SYLLABLE, a valid Vietnamese one; NUMBER; MIXED, letters and digits; or FOREIGN."""
        return _kind(self.text, self.key)


class Joined(NamedTuple):
    """Tokens that are also one: `TP.HCM` has the key `tphcm` and the length 2, in tokens."""

    key: str
    start: int
    end: int
    length: int


class Reading(NamedTuple):
    """What is found in one text; offsets are into it."""

    tokens: tuple[Token, ...]
    joined: tuple[Joined, ...]


class Outline(NamedTuple):
    """Where the tokens of a text start and end, and which of them (ordinals) start sentences and paragraphs."""

    starts: list[int]
    ends: list[int]
    sentence_starts: list[int]
    paragraph_starts: list[int]


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order.

    >>> [(token.text, token.key, token.kind) for token in tokens("Hoà Bình: 3.000 ca Covid-19")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('Hoà', 'hòa', 'syllable'), ('Bình', 'bình', 'syllable'), ('3.000', '3000', 'number'),
     ('ca', 'ca', 'syllable'), ('Covid', 'covid', 'foreign'), ('19', '19', 'number')]
    """
    found: list[Token] = []
    for chunk in _CHUNK.finditer(text):
        base = chunk.start()
        for start, end in _spans(chunk[0]):
            word = text[base + start : base + end]
            found.append(Token(word, base + start, base + end, *_known(word)))
    return found


def joined(text: str) -> list[Joined]:
    """The joined forms of a text, by start, shorter ones first.

    >>> joined("ở TP.HCM")
    [Joined(key='tphcm', start=2, end=8, length=2)]
    """
    return [
        Joined(key, chunk.start() + start, chunk.start() + end, length)
        for chunk in _CHUNK.finditer(text)
        if len(_spans(chunk[0])) > 1
        for key, start, end, length in _joined_in(chunk[0])
    ]


def reading_of(text: str) -> Reading:
    """The tokens and joined forms of a text."""
    return Reading(tuple(tokens(text)), tuple(joined(text)))


def outline(text: str) -> Outline:
    """Where tokens, sentences and paragraphs are, without keys.

    A line break ends a sentence, a blank line a paragraph; the number of a list's item (`5.`) ends none.

    >>> outline("Tựa bài\\n\\nCâu một. Câu hai.")
    Outline(starts=[0, 4, 9, 13, 18, 22], ends=[3, 7, 12, 16, 21, 25], sentence_starts=[0, 2, 4], paragraph_starts=[0, 2])
    """
    read = Outline([], [], [], [])
    line_ends, ended, item = 2, False, False  # of the chunk before; a text begins as after a blank line
    for found in _CHUNK_OR_LINE_END.finditer(text):
        chunk = found[0]
        if chunk == "\n":
            line_ends += 1
            continue
        flags, ordinal = _flags(chunk), len(read.starts)
        begins = line_ends > 0 or (ended and bool(flags & MAY_START_SENTENCE))
        if begins and not (item and not line_ends):
            read.sentence_starts.append(ordinal)
        if line_ends > 1:
            read.paragraph_starts.append(ordinal)
        line_ends, ended, item = 0, bool(flags & ENDS_SENTENCE), begins and bool(flags & ENUMERATES)
        base = found.start()
        for start, end in _spans(chunk):
            read.starts.append(base + start)
            read.ends.append(base + end)
    count = len(read.starts)
    return read._replace(
        sentence_starts=_below(count, read.sentence_starts), paragraph_starts=_below(count, read.paragraph_starts)
    )


def _below(count: int, ordinals: list[int]) -> list[int]:
    """Ascending ordinals, each once; a chunk without tokens has that of the next token, if there is one."""
    return [ordinal for ordinal in dict.fromkeys(ordinals) if ordinal < count]


def _spans(chunk: str) -> tuple[tuple[int, int], ...]:
    return _spans_kept(chunk) if len(chunk) <= _LONGEST_KEPT else tuple(token_spans(chunk))


@lru_cache(_KEPT)
def _spans_kept(chunk: str) -> tuple[tuple[int, int], ...]:
    return tuple(token_spans(chunk))


def _flags(chunk: str) -> int:
    return _flags_kept(chunk) if len(chunk) <= _LONGEST_KEPT else sentence_flags(chunk)


_flags_kept = lru_cache(_KEPT)(sentence_flags)


def _known(token: str) -> tuple[str, str]:
    return _known_kept(token) if len(token) <= _LONGEST_KEPT else _look_at(token)


def _look_at(token: str) -> tuple[str, str]:
    """Key and folded key of a token."""
    key = token_key(token)
    return key, characters.fold(key)


_known_kept = lru_cache(_KEPT)(_look_at)


def _kind(token: str, key: str) -> str:
    if key.isdecimal():
        return NUMBER
    if any(character.isdecimal() for character in key):
        return MIXED
    return SYLLABLE if characters.is_syllable(unicodedata.normalize("NFC", token)) else FOREIGN


def _joined_in(chunk: str) -> Iterator[tuple[str, int, int, int]]:
    """Key, start, end and length of each joined form of a chunk."""
    spans = _spans(chunk)
    for first, length in joined_forms(chunk, spans):
        run = spans[first : first + length]
        yield "".join(_known(chunk[start:end])[0] for start, end in run), run[0][0], run[-1][1], length
