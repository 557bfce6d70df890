"""All segments of an index as one archive, for the corrections of one query: documents, phrases and spellings, each kept once found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from searchkit.engines.evaluation import Evaluation
from searchkit.postings import Spans, docs_of, intersect
from searchkit.resolved import Match, Node
from searchkit.text import fold, key


class Variant(NamedTuple):
    """A term (`free`: the terms of a folded form), how likely it was meant, and the articles that have it."""

    term: str
    prior: float
    count: int
    free: bool


def bare(text: str) -> str:
    """The folded form that the lexicon has a syllable under: that of its key.

    >>> bare("Lý"), bare("quý")
    ('li', 'qui')
    """
    return fold(key(text))


class Pool:
    """All segments as one: documents of a segment are numbered on from those of the one before."""

    def __init__(self, evaluations: Sequence[Evaluation]):
        self._evaluations = evaluations
        counts = [each.segment.doc_count for each in evaluations]
        self._starts = np.cumsum([0, *counts]).tolist()
        self._docs: dict[Node, np.ndarray] = {}
        self._spans: dict[tuple[int, tuple[Match, ...]], list[Spans]] = {}
        self._families: dict[tuple[str, str], dict[str, int]] = {}

    def docs(self, node: Node) -> np.ndarray:
        """The live articles that a part of a query finds."""
        if node not in self._docs:
            parts = [each.docs(node).astype(np.int64) + start for each, start in zip(self._evaluations, self._starts)]
            self._docs[node] = np.concatenate([np.zeros(0, np.int64), *parts])
        return self._docs[node]

    def phrase(self, match: Match, new: frozenset[int], within: np.ndarray) -> np.ndarray:
        """Which of some live articles have a phrase; what is found of the elements that are not `new` is kept for its variants."""
        words = [Match(match.field, (element,)) for element in match.elements]
        rest = tuple(word for number, word in enumerate(words) if number not in new)
        found = intersect(within, *(self.docs(word) for word in words))
        parts = [np.zeros(0, np.int64)]
        for number, (start, end) in enumerate(zip(self._starts, self._starts[1:])):
            low, high = np.searchsorted(found, (start, end))
            if low < high:
                own, each = found[low:high] - start, self._evaluations[number]
                kept = iter(self._rest(number, rest))
                spans = [each.spans(word, own) if at in new else next(kept) for at, word in enumerate(words)]
                parts.append(intersect(docs_of(each.joined(match, spans)), own) + start)
        return np.concatenate(parts)

    def _rest(self, segment: int, words: tuple[Match, ...]) -> list[Spans]:
        """Where words stand in the documents of a segment that have them all."""
        if (segment, words) not in self._spans:
            start, end = self._starts[segment : segment + 2]
            docs = intersect(*(self.docs(word) for word in words)) if words else np.zeros(0, np.int64)
            own = docs[(docs >= start) & (docs < end)] - start
            self._spans[segment, words] = [self._evaluations[segment].spans(word, own) for word in words]
        return self._spans[segment, words]

    def family(self, field: str, folded: str) -> dict[str, int]:
        """The terms of a folded form, with the articles that have each."""
        known = self._families.get((field, folded))
        if known is None:
            known = self._families[field, folded] = {}
            for each in self._evaluations:
                lexicon = each.segment.lexicon(field)
                for number in lexicon.folded(folded).tolist():
                    term = lexicon.term(number)
                    known[term] = known.get(term, 0) + int(lexicon.document_frequency[number])
        return known

    def spelling(self, field: str, variant: Variant) -> str:
        """How a variant is mostly written, in small letters; without marks where all spellings are meant."""
        family = self.family(field, variant.term) if variant.free else {}
        term = max(family, key=lambda term: (family[term], term), default=variant.term)
        for each in self._evaluations:
            lexicon = each.segment.lexicon(field)
            number = lexicon.find(term)
            if number >= 0:
                written = next(iter(lexicon.spellings(number)), term).lower()
                return fold(written) if variant.free else written
        return term
