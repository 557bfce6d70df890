"""The facts of every chunk that a Segmenter has met, as tables of numbers: what makes a text into arrays.

A chunk's facts (`chunks`) are found when it is first met and fetched by its number from then on.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

import numpy as np

from searchkit.chunks import joined_forms, sentence_flags, token_key, token_spans
from searchkit.columns import Column, Numbering, Ragged
from searchkit.segment import Segmenter, pyvi_tokens


class ChunkFacts:
    """The facts of every chunk of one Segmenter, by chunk number; spellings and keys have numbers too."""

    def __init__(self, segmenter: Segmenter):
        self.segmenter = segmenter
        self.spellings, self.keys, self.joined = Numbering(), Numbering(), Numbering()
        self.words = Numbering()  # see `word_key`
        self.key_of_spelling = Column(np.int64)
        self.tokens = Ragged(np.int32, np.int32, np.int32)  # spelling, the first and the last of pyvi's tokens
        self.joined_rows = Ragged(np.int32, np.int32)  # joined form, first token
        self.flags = Column(np.uint8)

    def learn(self) -> None:
        """Find the facts of the segmenter's new chunks."""
        new = self.segmenter.chunks.names[len(self.flags) :]
        token_rows = [list(self._tokens(chunk)) for chunk in new]
        joined_rows = [list(self._joined(chunk, row)) for chunk, row in zip(new, token_rows, strict=True)]
        self.tokens.extend([len(row) for row in token_rows], *_transposed(token_rows, 5)[:3])
        self.joined_rows.extend([len(row) for row in joined_rows], *_transposed(joined_rows, 2))
        self.flags.extend([sentence_flags(chunk) if chunk.strip() else 0 for chunk in new])
        number = self.keys.__getitem__
        spellings = self.spellings.names[len(self.key_of_spelling) :]
        self.key_of_spelling.extend([number(token_key(spelling)) for spelling in spellings])

    def _tokens(self, chunk: str) -> Iterator[tuple[int, int, int, int, int]]:
        """Per token: spelling, the first and the last of pyvi's tokens that it stands in, start, end."""
        spans = token_spans(chunk)
        normal = unicodedata.is_normalized("NFC", chunk)
        if normal and spans == [(0, len(chunk))] and chunk.isalpha():  # one token of pyvi's, too
            yield self.spellings[chunk], 0, 0, 0, len(chunk)
            return
        ends = list(accumulate(map(len, pyvi_tokens(chunk)))) if spans else []
        read = last = 0  # how far, in the chunk and in its NFC, which is what pyvi's tokens are counted in
        for start, end in spans:
            token, first, last = chunk[start:end], last + start - read, last + end - read
            if not normal:  # a token composes with nothing outside it, so lengths in NFC add up
                token = unicodedata.normalize("NFC", token)
                first += len(unicodedata.normalize("NFC", chunk[read:start])) - (start - read)
                last = first + len(token)
            read = end
            yield self.spellings[token], bisect_right(ends, first), bisect_right(ends, last - 1), start, end

    def _joined(self, chunk: str, row: list[tuple[int, int, int, int, int]]) -> Iterator[tuple[int, int]]:
        if len(row) < 2:
            return
        for first, count in joined_forms(chunk, [(start, end) for _, _, _, start, end in row]):
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
