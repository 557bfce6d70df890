"""Texts to words by pyvi's own model, with pyvi's own labels, many times faster and without its imports.

pyvi (0.1.1) cuts a text into tokens by one regular expression and lets a linear-chain CRF with two labels
say of each token whether it begins a word or stands inside one. Here the same is done by arrays:

* No token of pyvi's holds white space (but the line break, a token of its own), so a text's tokens are
  those of its *chunks*, the runs between white space, and each distinct chunk is cut once.
* With d = score(inside) - score(begin) the best path is d' = e' + f(d), where e' is the next token's own
  score and f is constant below one threshold and above another. So d is known at once for all but the few
  tokens that follow one near the thresholds; only these are walked in order.

Only this module and `pyvimodel`, which reads pyvi's files, know pyvi.
"""

from __future__ import annotations

import re
import string
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from searchkit.columns import Column, Numbering, Ragged
from searchkit.pyvimodel import BEGIN, INSIDE, Model, read_model

EDGE, NEWLINE = 0, 1  # numbers of two special chunks: the edge of a text, the end of a line
CHUNK_LIMIT = 300_000  # distinct chunks that a Segmenter may hold; 35,000 news articles have about 250,000
CHARACTER_LIMIT = 16_000_000

# pyvi's expression, its alternatives in its order; those for web and mail can match only where their mark
# is, and take quadratic time on long chunks without it, so they are left out there.
_ABBREVIATIONS = r"[A-ZĐ]+\.|Tp\.|Mr\.|Mrs\.|Ms\.|Dr\.|ThS\."
_SPECIALS = r"==>|->|\.\.\.|>>|\n"
_WEB = r"\w+://[^\s]+"
_MAIL = r"[a-zA-Z0-9_.+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+"
_REST = r"\d+(?:[\.,_]\d+)+|[^\w\s]|\w+"
_TOKEN = re.compile("|".join((_ABBREVIATIONS, _SPECIALS, _REST)))
_TOKEN_WEB_MAIL = re.compile("|".join((_ABBREVIATIONS, _SPECIALS, _WEB, _MAIL, _REST)))

_UNJOINABLE, _CAPITAL = 1, 2


def pyvi_tokens(chunk: str) -> list[str]:
    """pyvi's tokens of a run without white space; joined they are the chunk in NFC.

    >>> pyvi_tokens("TP.HCM,"), pyvi_tokens("3.000%")
    (['TP.', 'HCM', ','], ['3.000', '%'])
    """
    if not unicodedata.is_normalized("NFC", chunk):
        chunk = unicodedata.normalize("NFC", chunk)
    pattern = _TOKEN_WEB_MAIL if "@" in chunk or "://" in chunk else _TOKEN
    return pattern.findall(chunk)


class Segmenter:
    """The model and all that has been learnt of the chunks met so far; it only grows.

    Chunks and pyvi's tokens have numbers. `read` makes texts into chunk numbers, `tokens` these into
    token numbers, `joins` says which tokens continue a word. Arrays hold a 0 before, between and after texts.
    """

    def __init__(self, model: Model):
        self.chunks = Numbering(("", "\n"))
        self.token_texts = Numbering(("",))
        self.lock = threading.RLock()
        self._model = model
        self._rows = Ragged(np.int32)
        self._characters = 0
        self._here, self._before, self._after = Column(np.float64), Column(np.float64), Column(np.float64)
        self._syllable, self._flags = Column(np.int32), Column(np.uint8)
        self._pieces: list[str] = []
        self._pairs = _bits(model.dictionary.pairs, model.dictionary.size)
        self._triple_starts = _bits(model.dictionary.triples // model.dictionary.size, model.dictionary.size)
        self._cut_new_chunks()

    @property
    def full(self) -> bool:
        """Whether it has met so much that it should be replaced by a new one, for memory's sake."""
        return len(self.chunks) > CHUNK_LIMIT or self._characters > CHARACTER_LIMIT

    def read(self, texts: Iterable[str]) -> np.ndarray:
        """Chunk numbers of the texts, EDGE before, between and after them, NEWLINE for every line break."""
        chunks = [""]
        for text in texts:
            lines = text.split("\n")
            chunks += lines[0].split()
            for line in lines[1:]:
                chunks.append("\n")
                chunks += line.split()
            chunks.append("")
        numbers = np.fromiter(map(self.chunks.__getitem__, chunks), np.int32, len(chunks))
        self._cut_new_chunks()
        return numbers

    def tokens(self, chunks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Token numbers of these chunks, and how many each chunk has."""
        places, lengths = self._rows.places(chunks)
        return self._rows.columns[0].values[places], lengths

    def inside(self, tokens: np.ndarray) -> np.ndarray:
        """The model's label of each token: True where it stands inside a word (pyvi's `I_W`)."""
        return _best_path(self._scores(tokens), tokens == EDGE, self._model.transitions)

    def joins(self, tokens: np.ndarray) -> np.ndarray:
        """True where a token continues the word of the one before it: the label, less what pyvi then undoes."""
        flags = self._flags.values[tokens]
        joins = self.inside(tokens)
        free = (flags & _UNJOINABLE) == 0
        capital = (flags & _CAPITAL) != 0
        joins &= free
        joins[1:] &= free[:-1] & ~(capital[1:] & ~capital[:-1])
        return joins

    def tokenise(self, texts: Sequence[str]) -> Iterator[str]:
        """Each text as `pyvi.ViTokenizer.tokenize` writes it: tokens apart by a space, or `_` inside a word."""
        tokens, _ = self.tokens(self.read(texts))
        places = 2 * tokens
        places[:-1] += self.joins(tokens)[1:]
        pieces = self._written()
        edges = np.flatnonzero(tokens == EDGE).tolist()
        places = places.tolist()
        for text, start, end in zip(texts, edges[:-1], edges[1:], strict=True):
            joined = "".join(map(pieces.__getitem__, places[start + 1 : end]))
            yield joined[:-1] if joined else text

    def _written(self) -> list[str]:
        """Each token twice, as it is written before a space and before `_`."""
        for token in self.token_texts.names[len(self._pieces) // 2 :]:
            self._pieces += (f"{token} ", f"{token}_")
        return self._pieces

    def _cut_new_chunks(self) -> None:
        new = self.chunks.names[len(self._rows) :]
        if not new:
            return
        rows = [pyvi_tokens(chunk) for chunk in new]
        if not len(self._rows):
            rows[EDGE] = [""]
        number = self.token_texts.__getitem__
        self._rows.extend([len(row) for row in rows], [number(token) for row in rows for token in row])
        self._characters += sum(map(len, new))
        self._weigh_new_tokens()

    def _weigh_new_tokens(self) -> None:
        new = self.token_texts.names[len(self._flags) :]
        model, weights = self._model, self._model.flags
        lower = [token.lower() for token in new]
        upper = np.array([token.isupper() for token in new], bool)
        title = np.array([token.istitle() for token in new], bool)
        digit = np.array([token.isdigit() for token in new], bool)
        known = [token.partition("\0")[0] for token in lower]  # CRFsuite reads C strings
        here = _look_up(model.here, known) + weights["bias"]
        here += upper * weights["word.isupper()"] + title * weights["word.istitle()"]
        here += digit * weights["word.isdigit()"]
        before, after = _look_up(model.before, known), _look_up(model.after, known)
        before += title * weights["-1:word.istitle()"] + upper * weights["-1:word.isupper()"]
        after += title * weights["+1:word.istitle()"] + upper * weights["+1:word.isupper()"]
        if not len(self._flags):
            before[EDGE] = after[EDGE] = 0.0  # beyond the edge there is no token, hence no attribute
        self._here.extend(here)
        self._before.extend(before)
        self._after.extend(after)
        numbers = model.dictionary.syllables
        self._syllable.extend([numbers.get(token, 0) if token else 0 for token in lower])
        self._flags.extend([_token_flags(token) for token in new])

    def _scores(self, tokens: np.ndarray) -> np.ndarray:
        """Each token's own score, inside less begin, from all attributes but the label before."""
        scores = self._here.values[tokens]
        scores[1:] += self._before.values[tokens[:-1]]
        scores[:-1] += self._after.values[tokens[1:]]
        dictionary, weights = self._model.dictionary, self._model.flags
        syllables = self._syllable.values[tokens].astype(np.int64)
        pairs = syllables[:-1] * dictionary.size + syllables[1:]
        known = _among(self._pairs, pairs)
        scores[1:] += known * weights["-1:word.bi_gram()"]
        scores[:-1] += known * weights["+1:word.bi_gram()"]
        first = np.flatnonzero(_among(self._triple_starts, pairs[:-1]))
        triples = pairs[first] * dictionary.size + syllables[first + 2]
        at = np.searchsorted(dictionary.triples, triples)
        first = first[dictionary.triples[np.minimum(at, len(dictionary.triples) - 1)] == triples]
        scores[first + 2] += weights["-2:word.tri_gram()"]
        scores[first] += weights["+2:word.tri_gram()"]
        return scores


_segmenter: Segmenter | None = None


def load() -> Segmenter:
    """The process's Segmenter: made on first use, replaced when it is full; ask anew for every batch."""
    global _segmenter
    if _segmenter is None or _segmenter.full:
        _segmenter = Segmenter(read_model())
    return _segmenter


def tokenise(text: str) -> str:
    """The text as `pyvi.ViTokenizer.tokenize` writes it.

    >>> tokenise("Bí thư Tỉnh ủy Hà Giang")
    'Bí_thư Tỉnh_ủy Hà_Giang'
    """
    segmenter = load()
    with segmenter.lock:
        return next(segmenter.tokenise([text]))


def _token_flags(token: str) -> int:
    """What pyvi looks at after labelling; its `in` on a string of punctuation is a search for a part of it."""
    unjoinable = token in string.punctuation or token[:1].isdigit()
    return _UNJOINABLE * unjoinable + _CAPITAL * token[:1].istitle()


def _look_up(table: dict[str, float], tokens: list[str]) -> np.ndarray:
    return np.array([table.get(token, 0.0) for token in tokens])


def _bits(numbers: np.ndarray, size: int) -> np.ndarray:
    """A set of pair numbers as bits: a few megabytes, of which only the pages asked for are touched."""
    bits = np.zeros(size * size // 8 + 1, np.uint8)
    np.bitwise_or.at(bits, numbers >> 3, np.left_shift(1, numbers & 7).astype(np.uint8))
    return bits


def _among(bits: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    return (bits[numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1).astype(bool)


def _best_path(scores: np.ndarray, edges: np.ndarray, transitions: np.ndarray) -> np.ndarray:
    """Viterbi over many texts at once: True where the best label is INSIDE; ties go to BEGIN, as in CRFsuite.

    `scores`: float64, inside less begin; `edges`: True before, between and after the texts.
    """
    leave, stay = transitions[INSIDE].tolist()
    rest, enter = transitions[BEGIN].tolist()
    floor, ceiling = sorted((rest - leave, enter - stay))  # d at which the label before a BEGIN, an INSIDE flips
    below, above = enter - rest, stay - leave  # what a token hands on: d up to the floor, d over the ceiling
    least, most = min(below, above), max(below, above)

    best = scores + most
    first = np.flatnonzero(edges[:-1]) + 1
    best[first] = scores[first]
    maybe_inside = best > floor
    surely_inside = best - (most - least) > ceiling
    surely_inside[first] = scores[first] > ceiling
    handed = np.where(surely_inside, above, below)[:-1]
    best[1:] = scores[1:] + handed
    best[first] = scores[first]
    for at in (np.flatnonzero((maybe_inside & ~surely_inside)[:-1] & ~edges[:-1] & ~edges[1:]) + 1).tolist():
        d = best.item(at - 1)
        best[at] = scores[at] + (max(d + stay, enter) - max(d + leave, rest))

    inside = best > ceiling
    last = np.flatnonzero(edges[1:])
    inside[last] = best[last] > 0
    open_ = (best > floor) & (best <= ceiling)
    open_[last] = open_[edges] = False
    for at in np.flatnonzero(open_)[::-1].tolist():
        inside[at] = best[at] > (enter - stay if inside[at + 1] else rest - leave)
    inside[edges] = False
    return inside
