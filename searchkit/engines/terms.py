"""Which terms of a segment a part of the query stands for, and where all of them stand.

The one place that turns a TermSpec into posting arrays of the codec: terms found by bisection, by the map of
folded forms, or by one regular expression over the whole lexicon; their postings read run by run.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from searchkit import fuzzy, text
from searchkit.engines.lexicon import Lexicon
from searchkit.engines.segment_arrays import Postings, SegmentArrays
from searchkit.postings import NOWHERE, POSITION_BITS, Spans, frequencies_of, gather, occurrences, spans_at, unite
from searchkit.resolved import TermSpec
from searchkit.wildcards import expression

BUDGET = 20_000_000  # postings that one wildcard may cost; beyond it, its most frequent terms answer
REMEMBERED = 10_000  # parts of queries whose terms are kept, so that a session of any length stays small
_NONE = np.zeros(0, np.int64)


class Terms(NamedTuple):
    """Numbers of terms, ascending; `left_out` are those that the budget did not allow for."""

    numbers: np.ndarray
    left_out: np.ndarray = _NONE


class TermFinder:
    """Looks terms up in one segment; what was looked up once is remembered."""

    def __init__(self, segment: SegmentArrays):
        self.segment = segment
        self._found: dict[tuple[str, TermSpec], Terms] = {}
        self._lists: dict[tuple[str, bool], _TermList] = {}

    def find(self, field: str, spec: TermSpec) -> Terms:
        """The terms that `spec` stands for in the field."""
        known = self._found.get((field, spec))
        if known is None:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            known = self._found[field, spec] = self._find(field, spec)
        return known

    def _find(self, field: str, spec: TermSpec) -> Terms:
        lexicon = self.segment.lexicon(field)
        if spec.kind in ("key", "raw"):
            return _numbers(lexicon.find(spec.value))
        if spec.kind == "spelling":
            return _numbers(lexicon.find(text.key(spec.value)))
        if spec.kind == "folded":
            return Terms(lexicon.folded(spec.value).astype(np.int64))
        if spec.kind == "word":
            return _numbers_of(_words(lexicon, spec.value))
        if spec.kind == "joined":
            return Terms(np.arange(*lexicon.prefix(spec.value + " ")))
        return self._affordable(lexicon, self._many(field, lexicon, spec))

    def _many(self, field: str, lexicon: Lexicon, spec: TermSpec) -> np.ndarray:
        if spec.kind == "prefix" and not spec.folded:
            return np.arange(*lexicon.prefix(spec.value))
        if spec.kind == "fuzzy":
            listed = self._list(field, lexicon, False)
            near = fuzzy.within(spec.value, listed.names, spec.distance, listed.folded_names)
            return np.array([number for number, _ in near], np.int64)
        listed = self._list(field, lexicon, spec.folded)
        pattern = spec.value + ("*" if spec.kind == "prefix" else "")
        return listed.terms(listed.matching(pattern))

    def _list(self, field: str, lexicon: Lexicon, folded: bool) -> _TermList:
        if (field, folded) not in self._lists:
            self._lists[field, folded] = _TermList(lexicon, folded)
        return self._lists[field, folded]

    def _affordable(self, lexicon: Lexicon, numbers: np.ndarray) -> Terms:
        """The terms while they are cheap to read, else the most frequent ones that are."""
        cost = lexicon.document_frequency[numbers]
        if int(cost.sum()) <= BUDGET:
            return Terms(numbers)
        order = np.argsort(-cost, kind="stable")
        within = np.cumsum(cost[order]) <= BUDGET
        within[0] = True  # the most frequent one is searched whatever it costs
        return Terms(np.sort(numbers[order[within]]), np.sort(numbers[order[~within]]))

    def frequencies(self, field: str, spec: TermSpec) -> tuple[np.ndarray, np.ndarray]:
        """Documents that have any of the terms, ascending, and how often each has them."""
        if spec.kind in ("spelling", "joined"):
            return frequencies_of(self.spans(field, spec))
        numbers = self.find(field, spec).numbers
        if len(numbers) == 1:
            postings = self.segment.postings(field, int(numbers[0]))
            return postings.docs, postings.frequencies
        postings = self.segment.postings_of_terms(field, numbers)
        totals = np.bincount(postings.docs, postings.frequencies, self.segment.doc_count)
        docs = np.flatnonzero(totals != 0)  # of bools: several times as fast
        return docs, totals[docs]

    def document_frequency(self, field: str, term: str) -> int:
        """How many documents of the segment have exactly this term, deleted ones included."""
        lexicon = self.segment.lexicon(field)
        number = lexicon.find(term)
        return int(lexicon.document_frequency[number]) if number >= 0 else 0

    def docs(self, field: str, spec: TermSpec) -> np.ndarray:
        """Documents that have any of the terms, ascending; spellings are not looked at."""
        numbers = self.find(field, spec).numbers
        if len(numbers) == 1:
            return self.segment.postings(field, int(numbers[0])).docs
        found = np.zeros(self.segment.doc_count, bool)
        found[self.segment.postings_of_terms(field, numbers).docs] = True
        return np.flatnonzero(found)

    def spans(self, field: str, spec: TermSpec, within: np.ndarray | None = None) -> Spans:
        """Where the terms stand, everywhere or only in the documents `within`."""
        numbers = self.find(field, spec).numbers
        if not len(numbers):
            return NOWHERE
        if spec.kind == "joined":
            return unite([self._joined(int(number), within) for number in numbers])
        if spec.kind == "spelling":
            return self._spelt(field, int(numbers[0]), spec.value, within)
        if len(numbers) == 1:
            postings = self.segment.postings(field, int(numbers[0]))
            return spans_at(occurrences(postings.docs, postings.frequencies, postings.positions, within).keys)
        keys = self._keys(self.segment.postings_of_terms(field, numbers), within)
        keys.sort(kind="stable")
        return spans_at(keys)

    def numbered(self, field: str, spec: TermSpec, within: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keys of the terms' places in the documents `within`, ascending, and which term's number stands at each."""
        numbers = self.find(field, spec).numbers
        postings = self.segment.postings_of_terms(field, numbers)
        counts = self.segment.lexicon(field).document_frequency[numbers]
        keys, rows = self._keys_and_rows(postings, within)
        order = np.argsort(keys, kind="stable")
        return keys[order], np.repeat(numbers, counts)[rows][order]

    def _joined(self, number: int, within: np.ndarray | None) -> Spans:
        postings = self.segment.postings("joined", number)
        length = int(self.segment.lexicon("joined").term(number).rpartition(" ")[2])
        return spans_at(occurrences(postings.docs, postings.frequencies, postings.positions, within).keys, length)

    def _spelt(self, field: str, number: int, spelling: str, within: np.ndarray | None) -> Spans:
        names = self.segment.lexicon(field).spellings(number)
        if spelling not in names:
            return NOWHERE
        postings = self.segment.postings(field, number)
        found = occurrences(postings.docs, postings.frequencies, postings.positions, within)
        written = postings.spellings if found.rows is None else postings.spellings[found.rows]
        return spans_at(found.keys[written == names.index(spelling)])

    def _keys(self, postings: Postings, within: np.ndarray | None) -> np.ndarray:
        """Keys of several terms' postings, not in order."""
        if within is None:
            return occurrences(postings.docs, postings.frequencies, postings.positions).keys
        return self._keys_and_rows(postings, within)[0]

    def _keys_and_rows(self, postings: Postings, within: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keys in some documents, and the row of the posting that each is of."""
        wanted = np.zeros(self.segment.doc_count, bool)
        wanted[within] = True
        chosen = np.flatnonzero(wanted[postings.docs])
        counts = postings.frequencies[chosen].astype(np.int64)
        places = gather(np.cumsum(postings.frequencies, dtype=np.int64)[chosen] - counts, counts)
        rows = np.repeat(chosen, counts)
        return postings.docs[rows].astype(np.int64) << POSITION_BITS | postings.positions[places], rows


def _numbers(number: int) -> Terms:
    return _numbers_of([number] if number >= 0 else [])


def _numbers_of(numbers: list[int]) -> Terms:
    return Terms(np.array(numbers, np.int64))


def _words(lexicon: Lexicon, word: str) -> list[int]:
    """The words of the segmenter that a run of syllables may mean: each unmarked one stands for all its spellings."""
    if not lexicon.folded_strings:
        return []
    typed = word.split("_")
    alike = lexicon.folded(text.fold(word)).tolist()
    if not text.has_marks(word):
        return alike
    return [number for number in alike if all(
        one == other or not text.has_marks(one) for one, other in zip(typed, lexicon.term(number).split("_"))
    )]  # fmt: skip


class _TermList:
    """All terms of a lexicon (or their folded forms) as text, for patterns and near spellings."""

    def __init__(self, lexicon: Lexicon, folded: bool):
        self._lexicon = lexicon
        self._strings = lexicon.folded_strings if folded else lexicon.strings
        self._folded = folded and self._strings is not None
        strings = self._strings if self._strings is not None else lexicon.strings
        block, offsets = strings.block, strings.offsets.tolist()
        self.names = [block[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:])]
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._text = "\n".join(self.names)

    @cached_property
    def folded_names(self) -> list[str] | None:
        """The folded form of each term, where the lexicon has them."""
        forms = self._lexicon.folded_strings
        if forms is None:
            return None
        names = [""] * len(self.names)
        for number in range(len(forms)):
            form = forms[number].decode("utf-8", "replace")
            for term in self._lexicon.folded_terms(number).tolist():
                names[term] = form
        return names

    def matching(self, pattern: str) -> list[str]:
        """The names that a pattern with `*` and `?` matches as a whole."""
        return compiled(pattern).findall(self._text)

    def terms(self, names: list[str]) -> np.ndarray:
        """The numbers of the terms with these names."""
        numbers = sorted(self._numbers[name] for name in names)
        if not self._folded:
            return np.array(numbers, np.int64)
        found = [self._lexicon.folded_terms(number) for number in numbers]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *found]).astype(np.int64))


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern with `*` and `?` as an expression that matches whole lines."""
    return re.compile(f"^{expression(pattern)}$", re.MULTILINE)
