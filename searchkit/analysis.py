"""Texts to tokens and words, with keys and offsets; index, queries and highlights all read texts through it.

A *token* is a syllable or what stands like one: a number, an abbreviation, a foreign name. A *word* is a run
of tokens that pyvi joins. Texts are taken as they are (normalise them first, see `text`), and any string
at all can be read. `tokens`, `joined` and `outline` (see `tokens`) and `words` give objects and plain numbers, text by
text; `Analyser` gives the same as arrays of numbers for an index, a hundred texts at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from searchkit.tokens import FOREIGN, MIXED, NUMBER, SYLLABLE, Joined, Outline, Token, joined, outline, tokens

# `searchkit.reading` brings the segmenter and its model: imported where words or arrays are asked for, which a search
# never does.
if TYPE_CHECKING:
    from searchkit.facts import ChunkFacts

__all__ = [
    "ANALYSIS_VERSION", "FOREIGN", "MIXED", "NUMBER", "SYLLABLE", "Analysed", "Analyser", "Joined", "Outline", "Token",
    "Word", "batches", "joined", "offsets", "outline", "tokens", "word_keys", "words",
]  # fmt: skip

ANALYSIS_VERSION = 1
BATCH_CHARACTERS = 400_000  # enough to make numpy's cost per call small, and few enough for the processor's cache


class Word(NamedTuple):
    """A word of pyvi's, made of whole tokens; `key` is their keys joined by `_`."""

    text: str
    start: int
    end: int
    key: str


class Analysed(NamedTuple):
    """A text as numbers, int32 all; numbers of spellings, words and joined forms are the Analyser's."""

    spellings: np.ndarray  # per token
    positions: np.ndarray  # per token, ascending; one is left out between paragraphs
    word_ids: np.ndarray  # per word of two or more syllables
    word_positions: np.ndarray  # of its first token
    joined_ids: np.ndarray  # per joined form
    joined_positions: np.ndarray  # of its first token
    sentence_starts: np.ndarray  # ordinals of tokens, as are
    paragraph_starts: np.ndarray
    chunk_starts: np.ndarray  # per token, the code point at which the run between white space starts that holds it


def offsets(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of the tokens of a text, int32; the tokens are those of `tokens`."""
    read = outline(text)
    return np.array(read.starts, np.int32), np.array(read.ends, np.int32)


def words(text: str) -> list[Word]:
    """The words of a text in order; every token is in exactly one.

    >>> [word.key for word in words("Bí thư Tỉnh uỷ Hà Giang")]
    ['bí_thư', 'tỉnh_ủy', 'hà_giang']
    """
    from searchkit.reading import reading

    starts, ends, _, _ = outline(text)
    with reading([text]) as read:
        keys = read.key_names()
        first = np.flatnonzero(~read.continues).tolist()
    last = [after - 1 for after in first[1:]] + [len(keys) - 1] * bool(keys)
    return [
        Word(text[starts[a] : ends[b]], starts[a], ends[b], "_".join(keys[a : b + 1]))
        for a, b in zip(first, last, strict=True)
    ]


def word_keys(text: str) -> list[str]:
    """Keys of the words of two or more syllables, in order, as the index has them.

    >>> word_keys("Bí thư là ai")
    ['bí_thư']
    """
    return [word.key for word in words(text) if "_" in word.key]


class Analyser:
    """Texts to arrays of numbers; the vocabularies grow as texts come, in the order of first appearance."""

    def __init__(self) -> None:
        self._spellings, self._words, self._joined = _Vocabulary(), _Vocabulary(), _Vocabulary()
        self._keys: list[str] = []  # of each spelling
        self._facts: ChunkFacts | None = None

    @property
    def spellings(self) -> list[str]:
        """Each spelling number's token as it is written, in NFC."""
        return self._spellings.names

    @property
    def words(self) -> list[str]:
        """Each word number's key: `bí_thư`."""
        return self._words.names

    @property
    def joined(self) -> list[str]:
        """Each joined form's key and length in tokens: `tphcm 2`."""
        return self._joined.names

    def keys(self) -> tuple[list[str], np.ndarray]:
        """The distinct keys, and each spelling's place among them (int32)."""
        numbers: dict[str, int] = {}
        places = [numbers.setdefault(key, len(numbers)) for key in self._keys]
        return list(numbers), np.array(places, np.int32)

    def analyse(self, text: str) -> Analysed:
        """One text as numbers; many at a time are read faster by `analyse_many`."""
        return self._analyse([text])[0]

    def analyse_many(self, texts: Iterable[str]) -> Iterator[Analysed]:
        """Each text as numbers, in order, exactly as `analyse` gives it."""
        for batch in batches(texts):
            yield from self._analyse(batch)

    def _analyse(self, texts: list[str]) -> list[Analysed]:
        from searchkit.reading import reading

        with reading(texts) as read:
            facts = read.facts
            if facts is not self._facts:
                self._facts = facts
                for vocabulary in (self._spellings, self._words, self._joined):
                    vocabulary.forget_numbers()
            spellings = self._spellings.numbers(read.spellings(), facts.spellings.names.__getitem__)
            self._add_keys(facts)
            word_starts, words = read.words()
            words = self._words.numbers(words, facts.word_key)
            form_starts, forms = read.joined()
            forms = self._joined.numbers(forms, facts.joined.names.__getitem__)
            sentences, paragraphs = read.sentence_starts(), read.paragraph_starts()
            bounds, chunk_starts = read.bounds, read.chunk_starts(texts)
        positions = _positions(bounds, paragraphs)
        word_bounds, form_bounds = np.searchsorted(word_starts, bounds), np.searchsorted(form_starts, bounds)
        columns = (
            _split(spellings, bounds),
            _split(positions, bounds),
            _split(words, word_bounds),
            _split(positions[word_starts], word_bounds),
            _split(forms, form_bounds),
            _split(positions[form_starts], form_bounds),
            _split_ordinals(sentences, bounds),
            _split_ordinals(paragraphs, bounds),
            _split(chunk_starts, bounds),
        )
        return [Analysed(*row) for row in zip(*columns, strict=True)]

    def _add_keys(self, facts: ChunkFacts) -> None:
        for spelling in self.spellings[len(self._keys) :]:
            self._keys.append(facts.keys.names[facts.key_of_spelling.values[facts.spellings[spelling]]])


class _Vocabulary:
    """Names in the order of their first appearance, and the process's numbers for them as our own."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._by_name: dict[str, int] = {}
        self._by_number = np.empty(0, np.int32)

    def forget_numbers(self) -> None:
        """The process has begun to number anew; the names and our own numbers stay."""
        self._by_number = np.empty(0, np.int32)

    def numbers(self, theirs: np.ndarray, name_of: Callable[[int], str]) -> np.ndarray:
        """Our numbers for the process's, int32; unknown ones are given by name."""
        if not len(theirs):
            return np.empty(0, np.int32)
        missing = int(theirs.max()) + 1 - len(self._by_number)
        if missing > 0:
            more = np.full(missing + len(self._by_number) // 2, -1, np.int32)
            self._by_number = np.append(self._by_number, more)
        ours = self._by_number[theirs]
        unknown = theirs[ours < 0]
        if not len(unknown):
            return ours
        for number in dict.fromkeys(unknown.tolist()):
            self._by_number[number] = self._number(name_of(number))
        return self._by_number[theirs]

    def _number(self, name: str) -> int:
        number = self._by_name.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        return number


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Consecutive texts, as many at a time as are best read together."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _positions(bounds: np.ndarray, paragraphs: np.ndarray) -> np.ndarray:
    """Each token's ordinal in its text plus the paragraph breaks before it, int32."""
    begun = np.zeros(bounds[-1] + 1, np.int64)
    begun[paragraphs] = 1
    absolute = np.arange(bounds[-1] + 1) + np.cumsum(begun)
    return (absolute[:-1] - np.repeat(absolute[bounds[:-1]], np.diff(bounds))).astype(np.int32)


def _split(values: np.ndarray, bounds: np.ndarray) -> list[np.ndarray]:
    """The values of each text; bounds are ascending places."""
    places = bounds.tolist()
    return [values[start:end] for start, end in zip(places[:-1], places[1:], strict=True)]


def _split_ordinals(tokens: np.ndarray, bounds: np.ndarray) -> list[np.ndarray]:
    """Ascending tokens of the batch as ordinals in their texts, int32."""
    places = np.searchsorted(tokens, bounds)
    rebased = (tokens - np.repeat(bounds[:-1], np.diff(places))).astype(np.int32)
    return _split(rebased, places)
