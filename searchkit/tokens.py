"""Texts to tokens, joined forms and sentences in plain Python: all that a query, a passage and its highlights need.

Everything is a pure function of a chunk, a run between white space, and is kept for the chunks met last. An index
reads texts as arrays (`analysis`) through the same functions of `chunks`; no model and no numpy is loaded here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from searchkit import text as characters
from searchkit.chunks import ENDS_SENTENCE, ENUMERATES, MAY_START_SENTENCE, joined_forms, sentence_flags, token_key, token_spans

SYLLABLE, NUMBER, MIXED, FOREIGN = "syllable", "number", "mixed", "foreign"
_CHUNK_OR_LINE_END = re.compile(r"\n|\S+")  # what `str.split` finds, and the line ends between
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
    return [
        Token(word, base + start, base + end, key, folded)
        for base, chunk in _chunks(text)
        for word, start, end, key, folded in (_read_kept if len(chunk) <= _LONGEST_KEPT else _read)(chunk).tokens
    ]


def joined(text: str) -> list[Joined]:
    """The joined forms of a text, by start, shorter ones first.

    >>> joined("ở TP.HCM")
    [Joined(key='tphcm', start=2, end=8, length=2)]
    """
    return [
        Joined(key, base + start, base + end, length)
        for base, chunk in _chunks(text)
        if not chunk.isalpha()  # one token, as most are
        for key, start, end, length in (_read_kept if len(chunk) <= _LONGEST_KEPT else _read)(chunk).joined
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
        spans, flags = (_shape_kept if len(chunk) <= _LONGEST_KEPT else _shape)(chunk)
        ordinal = len(read.starts)
        begins = line_ends > 0 or (ended and bool(flags & MAY_START_SENTENCE))
        if begins and not (item and not line_ends):
            read.sentence_starts.append(ordinal)
        if line_ends > 1:
            read.paragraph_starts.append(ordinal)
        line_ends, ended, item = 0, bool(flags & ENDS_SENTENCE), begins and bool(flags & ENUMERATES)
        base = found.start()
        for start, end in spans:
            read.starts.append(base + start)
            read.ends.append(base + end)
    count = len(read.starts)
    return read._replace(
        sentence_starts=_below(count, read.sentence_starts), paragraph_starts=_below(count, read.paragraph_starts)
    )


def _below(count: int, ordinals: list[int]) -> list[int]:
    """Ascending ordinals, each once; a chunk without tokens has that of the next token, if there is one."""
    return [ordinal for ordinal in dict.fromkeys(ordinals) if ordinal < count]


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The runs between white space and where they start; finding them again is quicker than matching an expression."""
    at = 0
    for chunk in text.split():
        at = text.find(chunk, at)
        yield at, chunk
        at += len(chunk)


def _read(chunk: str) -> Reading:
    """The tokens and joined forms of a chunk."""
    found = []
    for start, end in token_spans(chunk):
        key = token_key(chunk[start:end])
        found.append(Token(chunk[start:end], start, end, key, _folded(key)))
    forms = joined_forms(chunk, [(token.start, token.end) for token in found]) if len(found) > 1 else ()
    return Reading(tuple(found), tuple(_together(found[first : first + length]) for first, length in forms))


def _folded(key: str) -> str:
    """`text.fold` of a key; letter by letter where all of them are Vietnamese, as nearly always."""
    bare = key.translate(_bare_letters())
    return bare if bare.isascii() else characters.fold(key)


@cache
def _bare_letters() -> dict[int, str]:
    return str.maketrans(characters.bare_letters())


def _together(run: list[Token]) -> Joined:
    return Joined("".join(token.key for token in run), run[0].start, run[-1].end, len(run))


def _shape(chunk: str) -> tuple[list[tuple[int, int]], int]:
    """Where the tokens of a chunk are, and its part in a sentence."""
    return token_spans(chunk), sentence_flags(chunk)


_read_kept = lru_cache(_KEPT)(_read)
_shape_kept = lru_cache(_KEPT)(_shape)


def _kind(token: str, key: str) -> str:
    if key.isdecimal():
        return NUMBER
    if any(character.isdecimal() for character in key):
        return MIXED
    return SYLLABLE if characters.is_syllable(unicodedata.normalize("NFC", token)) else FOREIGN
