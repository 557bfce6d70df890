"""A batch of texts as arrays over its tokens: the facts of its chunks, spread out in text order.

Behind `analysis`, which turns this into tokens, words and posting numbers. One batch may hold many texts;
`bounds` says where each one's tokens begin and end.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from searchkit import segment
from searchkit.chunks import ENDS_SENTENCE, ENUMERATES, MAY_START_SENTENCE
from searchkit.facts import ChunkFacts
from searchkit.segment import EDGE, NEWLINE

_LAST_SPACE = 0x3000  # the highest code point that is white space


class Reading:
    """Texts read: per token where its facts are, and from these what is asked for."""

    def __init__(self, facts: ChunkFacts, texts: Sequence[str]):
        self.facts = facts
        self._chunks = facts.segmenter.read(texts)
        facts.learn()
        self._places, self._counts = facts.tokens.places(self._chunks)
        self._before = np.cumsum(self._counts) - self._counts  # tokens before each chunk
        self._is_edge = self._chunks == EDGE
        self.bounds = self._before[self._is_edge]  # tokens before each text, and after the last

    def spellings(self) -> np.ndarray:
        """The spelling number of each token."""
        return self.facts.tokens.columns[0].values[self._places]

    def keys(self) -> np.ndarray:
        """The key number of each token."""
        return self.facts.key_of_spelling.values[self.spellings()]

    def key_names(self) -> list[str]:
        """The key of each token."""
        return [self.facts.keys.names[key] for key in self.keys().tolist()]

    @functools.cached_property
    def continues(self) -> np.ndarray:
        """True where a token continues the word of the token before it.

        Both must stand in the same word of pyvi's but not in the same token of pyvi's: the pieces of a web
        address are not one word.
        """
        segmenter = self.facts.segmenter
        tokens, lengths = segmenter.tokens(self._chunks)
        word = np.cumsum(~segmenter.joins(tokens))
        base = np.repeat(np.cumsum(lengths) - lengths, self._counts)
        first, last = (base + column.values[self._places] for column in self.facts.tokens.columns[1:])
        continues = np.zeros(len(first), bool)
        continues[1:] = (word[first[1:]] == word[last[:-1]]) & (first[1:] != last[:-1])
        return continues

    def chunk_starts(self, texts: Sequence[str]) -> np.ndarray:
        """For each token, where in its text its chunk starts, in code points, int32."""
        solid = ~(self._is_edge | (self._chunks == NEWLINE))
        offsets = np.zeros(len(self._chunks), np.int64)
        offsets[solid] = _starts_after_space("\n".join(texts))
        lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
        bases = np.append(0, np.cumsum(lengths))
        offsets -= bases[np.cumsum(self._is_edge) - 1]
        return np.repeat(offsets, self._counts).astype(np.int32)

    def words(self) -> tuple[np.ndarray, np.ndarray]:
        """Words of two or more tokens: the first token and the word number of each."""
        inner = self.continues
        starts = np.flatnonzero(inner[1:] & ~inner[:-1])
        ends = np.flatnonzero(inner & ~np.append(inner[1:], False))
        return starts, self.facts.word_numbers(self.keys(), starts, ends - starts + 1)

    def joined(self) -> tuple[np.ndarray, np.ndarray]:
        """Joined forms: the first token and the number of each."""
        places, counts = self.facts.joined_rows.places(self._chunks)
        forms, first = (column.values[places] for column in self.facts.joined_rows.columns)
        return np.repeat(self._before, counts) + first, forms

    def sentence_starts(self) -> np.ndarray:
        """The tokens that begin a sentence: after an edge, a line break or the end of a sentence.

        A number at the start of a sentence (`5.`) is an item's and ends none.
        """
        flags = self.facts.flags.values[self._chunks]
        broken = self._is_edge | (self._chunks == NEWLINE)
        ended = ((flags[:-1] & ENDS_SENTENCE) != 0) & ((flags[1:] & MAY_START_SENTENCE) != 0)
        starts = np.append(False, broken[:-1] | ended)
        item = starts & ((flags & ENUMERATES) != 0)
        starts[1:] &= ~item[:-1]
        return self._tokens_at(starts)

    def paragraph_starts(self) -> np.ndarray:
        """The tokens that begin a paragraph: after an edge or a blank line."""
        newline = self._chunks == NEWLINE
        starts = np.append(False, self._is_edge[:-1])
        starts[2:] |= newline[:-2] & newline[1:-1]
        return self._tokens_at(starts)

    def _tokens_at(self, chunks: np.ndarray) -> np.ndarray:
        """The first token in or after each chunk that is marked; ascending, each once."""
        tokens = self._before[chunks]
        fresh = np.append(True, tokens[1:] != tokens[:-1])[: len(tokens)]
        tokens = tokens[fresh]
        return tokens[: np.searchsorted(tokens, len(self._places))]


_facts: ChunkFacts | None = None


@contextmanager
def reading(texts: Sequence[str]) -> Iterator[Reading]:
    """The texts, read; the process's tables are locked meanwhile, for they grow."""
    global _facts
    segmenter = segment.load()
    with segmenter.lock:
        if _facts is None or _facts.segmenter is not segmenter:
            _facts = ChunkFacts(segmenter)
        yield Reading(_facts, texts)


def _starts_after_space(text: str) -> np.ndarray:
    """Where the chunks of a text start, as `str.split` finds them."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    solid = np.zeros(len(codes) + 1, bool)
    np.logical_not(_is_space()[np.minimum(codes, _LAST_SPACE + 1)], out=solid[1:])
    return np.flatnonzero(solid[1:] & ~solid[:-1])


@functools.cache
def _is_space() -> np.ndarray:
    """Whether `str.split` takes a code point for white space; none above the last one here is."""
    return np.array([chr(code).isspace() for code in range(_LAST_SPACE + 2)])
