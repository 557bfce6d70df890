"""A resolved query on one segment: which documents match each part, and where.

Only arrays: no loop over documents, no stored text. Documents are the segment's own numbers, ascending;
places are Spans. What an identical part asked before is answered from memory, for a query's leaves are
needed to match, to score and to find passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from searchkit.article import KINDS
from searchkit.engines.segment_arrays import SegmentArrays
from searchkit.engines.terms import TermFinder
from searchkit.postings import (
    NOWHERE,
    Passages,
    Spans,
    common,
    contains,
    difference,
    distinct_docs,
    frequencies_of,
    intersect,
    phrase,
    spans_at,
    union,
    unite,
    within_docs,
    within_kinds,
)
from searchkit.proximity import near_docs
from searchkit.proximity import within as stretches
from searchkit.resolved import (
    Alternative,
    And,
    Boosted,
    DateRange,
    Everything,
    Has,
    Match,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    TermSpec,
)

HAS = {name: 1 << bit for bit, name in enumerate(
    ("title", "summary", "text", "caption", "author", "source", "section", "date", "path", "id", "url")
)}  # fmt: skip


class Evaluation:
    """One segment's answers to the parts of queries."""

    def __init__(self, segment: SegmentArrays):
        self.segment = segment
        self.terms = TermFinder(segment)
        self._frequencies: dict[object, tuple[np.ndarray, np.ndarray]] = {}

    @property
    def everything(self) -> np.ndarray:
        """All live documents."""
        if self.segment.live is None:
            return np.arange(self.segment.doc_count)
        return np.flatnonzero(self.segment.live)

    def forget(self) -> None:
        """Drops what was remembered of earlier queries."""
        self._frequencies.clear()

    def docs(self, node: Node) -> np.ndarray:
        """The live documents that match."""
        found = self._docs(node)
        live = self.segment.live
        return found if live is None else found[live[found]]

    def _docs(self, node: Node) -> np.ndarray:
        if isinstance(node, Match):
            return self.frequencies(node)[0]
        if isinstance(node, And):
            return self._all(node.children)
        if isinstance(node, Or):
            return self._any([self._docs(child) for child in node.children])
        if isinstance(node, Not):
            return difference(self.everything, self._docs(node.child))
        if isinstance(node, Boosted):
            return self._docs(node.child)
        if isinstance(node, Near):
            return self.frequencies(node)[0]
        if isinstance(node, (DateRange, Has)):
            return np.flatnonzero(self._column_test(node))
        if isinstance(node, Everything):
            return self.everything
        assert isinstance(node, Nothing)
        return np.zeros(0, np.int64)

    def _all(self, children: Sequence[Node]) -> np.ndarray:
        """NOT is taken from what the others leave, never from the whole archive."""
        required = [child for child in children if not isinstance(child, Not)]
        found = intersect(*[self._docs(child) for child in required]) if required else self.everything
        for child in children:
            if isinstance(child, Not) and len(found):
                found = difference(found, self._docs(child.child))
        return found

    def _any(self, lists: list[np.ndarray]) -> np.ndarray:
        return union(lists, self.segment.doc_count) if lists else np.zeros(0, np.int64)

    def _column_test(self, node: DateRange | Has) -> np.ndarray:
        columns = self.segment.columns
        if isinstance(node, Has):
            return (columns["has"] & HAS[node.field]) != 0
        test = columns["date_from"] != 0
        if node.first is not None:
            test &= columns["date_from"] >= node.first
        if node.last is not None:
            test &= columns["date_to"] <= node.last
        return test

    def frequencies(self, match: Match | Near) -> tuple[np.ndarray, np.ndarray]:
        """Documents of a word or phrase, ascending, and how often each has it; deleted documents included."""
        # wherever it stands in the query
        asked = match if isinstance(match, Near) else (match.field, match.elements, match.slop, match.kinds)
        known = self._frequencies.get(asked)
        if known is None:
            known = self._frequencies[asked] = self._count(match)
        return known

    def _count(self, match: Match | Near) -> tuple[np.ndarray, np.ndarray]:
        """Positions are looked at only where a phrase or a kind of passage asks for them."""
        if isinstance(match, Near):
            docs = self._near(match)
            return docs, np.ones(len(docs), np.int64)
        if match.kinds or len(match.elements) != 1:
            return frequencies_of(self.spans(match))
        counts = [self._count_alternative(match.field, choice) for choice in match.elements[0]]
        if len(counts) == 1:
            return counts[0]
        totals = np.zeros(self.segment.doc_count, np.int64)
        for docs, frequencies in counts:
            totals[docs] += frequencies.astype(np.int64)
        docs = np.flatnonzero(totals != 0)
        return docs, totals[docs]

    def _count_alternative(self, field: str, choice: Alternative) -> tuple[np.ndarray, np.ndarray]:
        if len(choice.terms) == 1:
            return self.terms.frequencies(_field(field, choice.terms[0]), choice.terms[0])
        return frequencies_of(self._alternative(field, choice, None))

    def spans(self, match: Match | Near, within: np.ndarray | None = None) -> Spans:
        """Where a word or phrase stands, everywhere or at least in the documents `within`; a proximity only in these."""
        if isinstance(match, Near):
            within = intersect(self.frequencies(match)[0], self.everything if within is None else within)
            return stretches([self._child_spans(child, within) for child in match.children], match.distance, match.ordered)
        if len(match.elements) > 1:
            having = [self._element_docs(match.field, element) for element in match.elements]
            if match.slop == 0 and not match.kinds and all(map(_of_one_position, match.elements)):
                return self._side_by_side(match, having, within)
            candidates = intersect(*having)
            within = candidates if within is None else intersect(candidates, within)
            if not len(within):
                return NOWHERE
        return self.joined(match, [self._element(match.field, element, within) for element in match.elements])

    def _side_by_side(self, match: Match, having: list[np.ndarray], within: np.ndarray | None) -> Spans:
        """A phrase whose elements take one position each: rarest first, each next one only where the others stand."""
        order = sorted(range(len(having)), key=lambda number: len(having[number]))
        both = intersect(having[order[0]], having[order[1]])
        within = both if within is None else intersect(both, within)
        starts = self._element(match.field, match.elements[order[0]], within).starts - order[0]
        for number in order[1:]:
            if not len(starts):
                return NOWHERE
            if number != order[1]:  # a start may still lie before its document; the rarest element never does
                within = distinct_docs(starts + order[0])
            starts = common(starts, self._element(match.field, match.elements[number], within).starts - number)
        return spans_at(starts, len(order))

    def joined(self, match: Match, elements: Sequence[Spans]) -> Spans:
        """Where a word or phrase stands, given where each of its elements does."""
        spans = phrase(elements) if match.slop == 0 else stretches(elements, match.slop, ordered=True)
        return within_kinds(spans, self.passages, [KINDS.index(kind) for kind in match.kinds]) if match.kinds else spans

    def _element(self, field: str, element: Sequence[Alternative], within: np.ndarray | None) -> Spans:
        return unite([self._alternative(field, choice, within) for choice in element])

    def _alternative(self, field: str, choice: Alternative, within: np.ndarray | None) -> Spans:
        if len(choice.terms) > 1:
            candidates = self._alternative_docs(field, choice)
            within = candidates if within is None else intersect(candidates, within)
            if not len(within):
                return NOWHERE
        return phrase([self.terms.spans(_field(field, spec), spec, within) for spec in choice.terms])

    def _element_docs(self, field: str, element: Sequence[Alternative]) -> np.ndarray:
        return self._any([self._alternative_docs(field, choice) for choice in element])

    def _alternative_docs(self, field: str, choice: Alternative) -> np.ndarray:
        return intersect(*[self.terms.docs(_field(field, spec), spec) for spec in choice.terms])

    def _near(self, node: Near) -> np.ndarray:
        candidates = intersect(*[self._docs(child) for child in node.children])
        children = [self._child_spans(child, candidates) for child in node.children]
        return near_docs(children, node.distance, node.ordered)

    def _child_spans(self, child: Match | Or, within: np.ndarray) -> Spans:
        if isinstance(child, Match):
            return within_docs(self.spans(child, within), within)
        return unite([self._child_spans(each, within) for each in child.children])

    @property
    def passages(self) -> Passages:
        """The segment's passage table."""
        offsets, starts = self.segment.ragged("passage")
        return Passages(offsets, starts, self.segment.ragged("passage_kind")[1])

    def passage_starts(self, doc: int) -> tuple[int, ...]:
        """The code points at which a document's passages start."""
        offsets, starts = self.segment.ragged("passage_start")
        return tuple(starts[int(offsets[doc]) : int(offsets[doc + 1])].tolist())

    @cached_property
    def id_numbers(self) -> np.ndarray:
        """The number of each document's id in the lexicon of ids; ids are distinct, so it orders the documents by id."""
        docs = self.segment.postings_of_run("id", 0, len(self.segment.lexicon("id"))).docs
        numbers = np.zeros(self.segment.doc_count, np.int64)
        numbers[docs] = np.arange(len(docs))
        return numbers

    def expansion(self, match: Match) -> list[tuple[str, int]]:
        """The terms a leaf stands for in this segment, with their document frequencies."""
        found: list[tuple[str, int]] = []
        for spec in {spec for element in match.elements for choice in element for spec in choice.terms}:
            field = _field(match.field, spec)
            lexicon = self.segment.lexicon(field)
            numbers = self.terms.find(field, spec).numbers.tolist()
            found += [(lexicon.term(number), int(lexicon.document_frequency[number])) for number in numbers]
        return found

    def holds(self, match: Match, docs: np.ndarray) -> np.ndarray:
        """A bool for each document: whether it has the word or phrase."""
        return contains(self.frequencies(match)[0], docs)


def _of_one_position(element: Sequence[Alternative]) -> bool:
    return all(len(choice.terms) == 1 and choice.terms[0].kind != "joined" for choice in element)


def _field(field: str, spec: TermSpec) -> str:
    return "joined" if spec.kind == "joined" else field
