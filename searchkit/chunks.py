"""What is known of a chunk, a run between white space: its tokens, joined forms, and part in a sentence.

All of it is a pure function of the chunk, so it is found once per distinct chunk (`ChunkFacts`) and
fetched by the chunk's number from then on. Keys come from `text`, words from `segment`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

import numpy as np

from searchkit import text as characters
from searchkit.columns import Column, Numbering, Ragged
from searchkit.segment import Segmenter, pyvi_tokens

ENDS_SENTENCE, MAY_START_SENTENCE, ENUMERATES = 1, 2, 4

_APOSTROPHES = "'’‘ʼ"
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*")
_TOKEN = re.compile(
    rf"(?<![0-9][.,]){_THOUSANDS.pattern}(?!\1?[0-9])"
    rf"|[^\W_]+(?:(?<=[^\W\d_])[{_APOSTROPHES}](?=[^\W\d_])[^\W_]+)*"
)
_MAYBE_MARKS = re.compile("[^\x00-\u02ff\u1e00-\u20cf]")  # outside these there is no combining mark

_LINKS = frozenset(["", *".-/&–‑"])  # between the parts of `3.000đ`, `TP.HCM`, `A/H5N1`, `Covid-19`
_HYPHENS = "-–‑"
_LONGEST_JOINED = 4
_CITY = {"tp", "Tp"}  # written small before a capital abbreviation: Tp.HCM

_OPENING, _CLOSING, _DASHES = "\"'“‘«([{‹", "\"'”’»)]}›", "-–—"
_ENUMERATOR = re.compile(r"[0-9]{1,2}\.")
_ABBREVIATIONS = frozenset(
    "TP Tp TX Tx TT Tt TS Ts ThS Th PGS GS BS Bs DS LS NS CN KS NSND NSƯT NXB Mr Mrs Ms Dr Prof St No vs".split()
)


def token_spans(chunk: str) -> list[tuple[int, int]]:
    """Start and end of each token: letters and digits with their marks, thousands and names in one piece.

    >>> [chunk[a:b] for chunk in ("TP.HCM,", "1.250.000đ", "H’Hen") for a, b in token_spans(chunk)]
    ['TP', 'HCM', '1.250.000', 'đ', 'H’Hen']
    """
    return [found.span() for found in _TOKEN.finditer(_marks_as_letters(chunk))]


def _marks_as_letters(chunk: str) -> str:
    """The chunk with a letter in place of every combining mark that follows a letter; same length."""
    if not _MAYBE_MARKS.search(chunk):
        return chunk
    shown: list[str] = []
    for character in chunk:
        marks = unicodedata.category(character)[0] == "M" and shown and shown[-1].isalpha()
        shown.append("a" if marks else character)
    return "".join(shown)


def token_key(token: str) -> str:
    """The key of a token as it is written in a text: `text.key`, without the points of thousands.

    >>> token_key("3.000"), token_key("H’Hen"), token_key("Hoà")
    ('3000', 'hhen', 'hòa')
    """
    plain = unicodedata.normalize("NFC", token)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", "")
    return characters.key(plain) or plain.lower()


def joined_forms(chunk: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(First token, count) of what is also written as one word: `TP.HCM`, `T.Ư`, `F-16`, `Covid-19`, `3.000đ`.

    >>> list(joined_forms("(TP.HCM)", token_spans("(TP.HCM)")))
    [(0, 2)]
    """
    if "@" in chunk or "://" in chunk:
        return
    texts = [chunk[start:end] for start, end in spans]
    links = [chunk[end:start] for (_, end), (start, _) in zip(spans, spans[1:], strict=False)]
    capital = [_is_capital(token) for token in texts]
    for first in range(len(texts) - 1):
        for count in range(2, min(_LONGEST_JOINED, len(texts) - first) + 1):
            if links[first + count - 2] not in _LINKS:
                break
            run = range(first, first + count)
            if all(capital[at] for at in run) and not all(texts[at][0].isdigit() for at in run):
                yield first, count
            elif count == 2 and _letters_and_number(texts[first], links[first], texts[first + 1]):
                yield first, count


def _is_capital(token: str) -> bool:
    return token.isupper() or token.isdecimal() or token in _CITY


def _letters_and_number(left: str, link: str, right: str) -> bool:
    if not link:
        return left[0].isdigit() != right[0].isdigit()
    return link in _HYPHENS and left.isalpha() and right[0].isdigit()


def sentence_flags(chunk: str) -> int:
    """Whether the chunk can end a sentence, start one, or is a number before an item of a list."""
    flags = MAY_START_SENTENCE * (chunk[0].isupper() or chunk[0].isdigit() or chunk[0] in _OPENING + _DASHES)
    bare = chunk.rstrip(_CLOSING)
    if bare and bare[-1] in ".!?…" and not _is_abbreviation(bare):
        flags |= ENDS_SENTENCE | ENUMERATES * bool(_ENUMERATOR.fullmatch(chunk))
    return flags


def _is_abbreviation(chunk: str) -> bool:
    """Whether the full stop belongs to the last piece: `TP.`, `PGS.TS.`, `Q.`, `T.Ư.`."""
    if not chunk.endswith(".") or chunk.endswith(".."):
        return False
    last = chunk[:-1].lstrip(_OPENING).rpartition(".")[2]
    return last in _ABBREVIATIONS or (len(last) == 1 and last.isupper())


class ChunkFacts:
    """The facts of every chunk of one Segmenter, by chunk number; spellings and keys have numbers too."""

    def __init__(self, segmenter: Segmenter):
        self.segmenter = segmenter
        self.spellings, self.keys, self.joined = Numbering(), Numbering(), Numbering()
        self.words = Numbering()  # see `word_key`
        self.key_of_spelling = Column(np.int64)
        self.tokens = Ragged(np.int32, np.int32, np.int32, np.int32, np.int32)
        self.joined_rows = Ragged(np.int32, np.int32)  # joined form, first token
        self.flags = Column(np.uint8)

    def learn(self) -> None:
        """Find the facts of the segmenter's new chunks."""
        new = self.segmenter.chunks.names[len(self.flags) :]
        token_rows = [list(self._tokens(chunk)) for chunk in new]
        joined_rows = [list(self._joined(chunk, row)) for chunk, row in zip(new, token_rows, strict=True)]
        self.tokens.extend([len(row) for row in token_rows], *_transposed(token_rows, 5))
        self.joined_rows.extend([len(row) for row in joined_rows], *_transposed(joined_rows, 2))
        self.flags.extend([sentence_flags(chunk) if chunk.strip() else 0 for chunk in new])
        number = self.keys.__getitem__
        spellings = self.spellings.names[len(self.key_of_spelling) :]
        self.key_of_spelling.extend([number(token_key(spelling)) for spelling in spellings])

    def _tokens(self, chunk: str) -> Iterator[tuple[int, int, int, int, int]]:
        """Per token: spelling, start, end, the first and the last of pyvi's tokens that it stands in."""
        normal = unicodedata.is_normalized("NFC", chunk)
        if normal and chunk.isalpha() and not _MAYBE_MARKS.search(chunk):
            yield self.spellings[chunk], 0, len(chunk), 0, 0
            return
        spans = token_spans(chunk)
        ends = list(accumulate(map(len, pyvi_tokens(chunk)))) if spans else []
        read = last = 0  # how far, in the chunk and in its NFC, which is what pyvi's tokens are counted in
        for start, end in spans:
            token, first, last = chunk[start:end], last + start - read, last + end - read
            if not normal:  # a token composes with nothing outside it, so lengths in NFC add up
                token = unicodedata.normalize("NFC", token)
                first += len(unicodedata.normalize("NFC", chunk[read:start])) - (start - read)
                last = first + len(token)
            read = end
            yield self.spellings[token], start, end, bisect_right(ends, first), bisect_right(ends, last - 1)

    def _joined(self, chunk: str, row: list[tuple[int, int, int, int, int]]) -> Iterator[tuple[int, int]]:
        if len(row) < 2:
            return
        for first, count in joined_forms(chunk, [(start, end) for _, start, end, _, _ in row]):
            keys = [token_key(self.spellings.names[token[0]]) for token in row[first : first + count]]
            yield self.joined[f"{''.join(keys)} {count}"], first

    def word_numbers(self, keys: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Numbers of words of two or more syllables: `keys[start : start + length]` each; see `word_key`."""
        number = self.words.__getitem__
        codes = keys[starts] << 31 | keys[starts + 1]
        words = np.fromiter(map(number, codes.tolist()), np.int64, len(codes))
        longer, length = np.flatnonzero(lengths > 2), 2
        while len(longer):
            codes = ~(words[longer] << 31 | keys[starts[longer] + length])
            words[longer] = list(map(number, codes.tolist()))
            length += 1
            longer = longer[lengths[longer] > length]
        return words

    def word_key(self, word: int) -> str:
        """The syllable keys of a word, joined by `_`.

        A word's name is the code of its first two keys, or, inverted, of a shorter word and one more key.
        """
        keys: list[str] = []
        code = self.words.names[word]
        while code < 0:
            word, key = divmod(~code, 1 << 31)
            keys.append(self.keys.names[key])
            code = self.words.names[word]
        first, second = divmod(code, 1 << 31)
        return "_".join((self.keys.names[first], self.keys.names[second], *reversed(keys)))


def _transposed(rows: Iterable[list[tuple]], width: int) -> list[list[int]]:
    flat = [values for row in rows for values in row]
    return [list(column) for column in zip(*flat, strict=True)] if flat else [[] for _ in range(width)]
