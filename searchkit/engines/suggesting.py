"""Did you mean: corrections of a query that finds little, out of the archive's own words, each counted.

A syllable's slips (wrong marks, a letter, keystrokes of an input method, a space too many or too few) are looked up in
the lexicons; a correction counts by the articles in which it stands beside its neighbours in the query. Bounded by
the number of corrections looked at, never by a clock, so that the same index always suggests the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np

from searchkit import suggest as slips
from searchkit.engines.evaluation import Evaluation
from searchkit.keystrokes import composed
from searchkit.postings import Spans, docs_of, intersect
from searchkit.resolved import Alternative, And, Everything, Match, Node, Resolved, TermSpec
from searchkit.suggest import Edit, Slot
from searchkit.terms import Element
from searchkit.text import fold, has_marks, key

_BOTH = frozenset([0, 1])
MOST = 10  # suggestions
LONGEST = 40  # syllables of a query; longer ones are pasted texts
EDITABLE = 8  # syllables that may be slips; a longer query finds little for other reasons, unless a syllable is unknown
MOST_SLIPS = 4  # syllables of which two may be slips
VARIANTS = 16  # of one syllable, where each costs an intersection
PHRASE_VARIANTS = 8  # where each costs a phrase
PAIRED = 5  # of each of two syllables that are both slips
ATTESTED = 3  # articles in which two syllables stand side by side, so that they are meant to
SAMPLE = 500  # articles in which neighbours are looked for
APART = 0.2  # what an article counts in which only some of the neighbours stand where they should
ALONE = 0.01  # and one in which none does
LEAST_SHARE = 0.1  # of the best one's score that a suggestion must have
UNMARKED = 0.3  # how likely it is that all marks are wrong


def suggest(evaluations: Sequence[Evaluation], query: Resolved) -> list[str]:
    """Queries near this one, each of which finds more articles than it, those that find most first."""
    places = slips.slots(query)
    if len(places) > LONGEST or all(slot.fixed for slot in places):
        return []
    found = _Suggester(_Archive(evaluations), query, places).best()
    texts = dict.fromkeys(slips.rewritten(query.text, places, each.edits) for each in found)
    return [text for text in texts if text != query.text][:MOST]


class _Archive:
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

    def spelling(self, field: str, term: str) -> str:
        """How a term is mostly written, in small letters."""
        for each in self._evaluations:
            lexicon = each.segment.lexicon(field)
            number = lexicon.find(term)
            if number >= 0:
                return next(iter(lexicon.spellings(number)), term).lower()
        return term


class _Judged(NamedTuple):
    """Corrections that together find `count` articles; `score` says how likely they are meant."""

    score: float
    count: int
    edits: tuple[Edit, ...]


class Changed(NamedTuple):
    """What a match becomes, and which of its elements are new."""

    match: Match
    new: frozenset[int]


class _Suggester:
    def __init__(self, archive: _Archive, query: Resolved, places: Sequence[Slot]):
        self.archive = archive
        self.marks = query.marks
        self.places = places
        strict = query.strict.children if isinstance(query.strict, And) else (query.strict,) if query.strict else ()
        self.factors: list[Node] = [*strict, *(want.match for want in query.content)]
        self.total = len(self._all(self.factors))
        self.open = [number for number, slot in enumerate(places) if not slot.fixed]
        # inside OR and NEAR a correction costs the whole part again: only a syllable that nobody writes is worth it
        self.own = [number for number in self.open if places[number].match in self.factors]

    def best(self) -> list[_Judged]:
        """The corrections worth showing, those that find most first."""
        unknown = [number for number in self.open if not self._frequency(self.places[number])]
        slots = unknown[:EDITABLE] or self._doubtful()
        found = [self.judge((edit,), bool(unknown)) for edit in self._single(slots)]
        if not any(found):
            found = [self.judge(edits, bool(unknown)) for edits in self._double(slots)]
        found += [self.judge(edits, True) for edits in self._everywhere(any(found))] if slots else []
        judged = sorted((each for each in found if each is not None), key=lambda each: (-each.score, each.edits))
        likely = [each for each in judged if each.score >= LEAST_SHARE * judged[0].score][:MOST]
        return likely

    def _doubtful(self) -> list[int]:
        """Known syllables that the archive does not have beside their neighbours.

        Bare words need one neighbour to bear them out, syllables of a phrase all; a phrase that each pair bears out is
        doubtful everywhere.
        """
        if len(self.own) > EDITABLE:
            return []
        weak, borne_out = set[int](), set[int]()
        for number, (one, two) in enumerate(zip(self.places, self.places[1:])):
            if one.run == two.run:
                joint = Match(one.match.field, tuple(element for element, _ in self._elements(number, number + 2, ())))
                known = len(self.archive.phrase(joint, _BOTH, self._everything)) >= ATTESTED
                (borne_out if known else weak).update((number, number + 1))
        phrased = {number for number in self.own if len(self.places[number].match.elements) > 1}
        doubtful = {number for number in self.own if number not in borne_out} | weak & phrased
        return sorted(doubtful or phrased)

    # Which corrections there are

    def _single(self, slots: Sequence[int]) -> Iterator[Edit]:
        for number in slots:
            yield from self._edits(number)
        for number in sorted({near for slot in slots for near in (slot - 1, slot)}):
            yield from self._joined(number)

    def _double(self, slots: Sequence[int]) -> Iterator[tuple[Edit, ...]]:
        for one, two in combinations(slots[:MOST_SLIPS], 2):
            for first in self._edits(one)[:PAIRED]:
                for second in self._edits(two)[:PAIRED]:
                    yield first, second

    def _everywhere(self, enough: bool) -> Iterator[tuple[Edit, ...]]:
        """The same slip in every syllable: the input method was off, or all marks are doubtful."""
        typed = {number: composed(self.places[number].text) for number in self.open}
        yield tuple(Edit(number, number + 1, (text,), 1.0) for number, text in typed.items() if text)
        marked = [number for number in self.open if has_marks(self.places[number].text)]
        if self.marks == "prefer" and not enough:
            yield tuple(Edit(number, number + 1, (fold(self.places[number].text),), UNMARKED) for number in marked)

    def _edits(self, number: int) -> list[Edit]:
        """Corrections of one syllable, the likeliest and most frequent first."""
        if number not in self._known_edits:
            slot = self.places[number]
            ranked = sorted(self._variants(slot), key=lambda row: (-row[1] * row[2] ** 0.5, row[0]))
            most = PHRASE_VARIANTS if len(slot.match.elements) > 1 else VARIANTS
            found = [(self.archive.spelling(slot.match.field, text),) for text, _, _ in ranked[:most]]
            priors = [prior for _, prior, _ in ranked[:most]]
            for pieces in slips.cuts(slot.text):
                if all(self._known(slot.match.field, piece) for piece in pieces):
                    found.append(pieces)
                    priors.append(1.0 / (len(pieces) - 1))
            self._known_edits[number] = [Edit(number, number + 1, *row) for row in zip(found, priors)]
        return self._known_edits[number]

    @cached_property
    def _known_edits(self) -> dict[int, list[Edit]]:
        return {}

    def _variants(self, slot: Slot) -> Iterator[tuple[str, float, int]]:
        """Other ways to write a syllable, how likely it is that one was meant, and the articles that have it."""
        typed, folded = key(slot.text), fold(slot.text)
        free, field = self._free(slot.text), slot.match.field
        shaped = slips.like_syllable(folded)
        meant = composed(slot.text)
        if meant and (count := self.archive.family(field, fold(meant)).get(key(meant))):
            yield meant, 1.0, count
        for form, prior in {folded: 1.0, **slips.neighbours(folded)}.items():
            if shaped and not slips.like_syllable(form):
                continue
            family = self.archive.family(field, form)
            if free:
                if family and form != folded:
                    yield form, prior, sum(family.values())
                continue
            for term, count in family.items():
                if term != typed and (has_marks(term) or not self._free(term) or 2 * count >= sum(family.values())):
                    yield term, prior * slips.mark_prior(typed, term), count

    def _joined(self, number: int) -> Iterator[Edit]:
        """Two neighbours as one, or parted elsewhere."""
        if not 0 <= number < len(self.places) - 1:
            return
        one, two = self.places[number : number + 2]
        if one.run != two.run or one.fixed or two.fixed:
            return
        together = one.text + two.text
        if self._known(one.match.field, together):
            yield Edit(number, number + 2, (together,), 1.0)
        for at in range(1, len(together)):
            pieces = together[:at], together[at:]
            if at != len(one.text) and all(slips.like_syllable(p) and self._known(one.match.field, p) for p in pieces):
                yield Edit(number, number + 2, pieces, slips.SWAPPED)

    def _free(self, text: str) -> bool:
        """Whether a syllable stands for all its spellings."""
        return self.marks == "any" or (self.marks == "prefer" and not has_marks(text))

    def _known(self, field: str, text: str) -> int:
        family = self.archive.family(field, fold(text))
        return sum(family.values()) if self._free(text) else family.get(key(text), 0)

    def _frequency(self, slot: Slot) -> int:
        """Articles that have a syllable, however it may be written."""
        if len(slot.match.elements) == 1:
            return len(self.archive.docs(slot.match))
        return self._known(slot.match.field, slot.text)

    # What a correction is worth

    def judge(self, edits: tuple[Edit, ...], unknown: bool) -> _Judged | None:
        """What some corrections together find; None unless it is more than before and the neighbours bear it out."""
        changed = self._changed(edits)
        if not edits or changed is None:
            return None
        found = self._all([factor for factor in self.factors if not _touches(factor, changed)])
        for factor in self.factors:
            if len(found) and _touches(factor, changed):
                found = self._found(factor, changed, found)
        if len(found) <= self.total:
            return None
        support = self._support(edits, found, unknown)
        prior = float(np.prod([edit.prior for edit in edits]))
        return _Judged(prior * support, len(found), edits) if support else None

    def _found(self, factor: Node, changed: dict[Match, Changed], within: np.ndarray) -> np.ndarray:
        """Which of some articles a part of the query finds once it is corrected."""
        if isinstance(factor, Match):
            match, new = changed[factor]
            return self.archive.phrase(match, new, within)
        return intersect(within, self.archive.docs(slips.replaced(factor, {old: new.match for old, new in changed.items()})))

    def _all(self, factors: Sequence[Node]) -> np.ndarray:
        key = tuple(factors)
        if key not in self._intersections:
            lists = [self.archive.docs(factor) for factor in factors]
            self._intersections[key] = intersect(*lists) if lists else self._everything
        return self._intersections[key]

    @cached_property
    def _intersections(self) -> dict[tuple[Node, ...], np.ndarray]:
        return {}

    @cached_property
    def _everything(self) -> np.ndarray:
        return self.archive.docs(Everything())

    def _changed(self, edits: Sequence[Edit]) -> dict[Match, Changed] | None:
        """The matches that edits change, and what to; None where two would become one that are not both required."""
        changed: dict[Match, Changed] = {}
        for edit in edits:
            touched = list(dict.fromkeys(slot.match for slot in self.places[edit.first : edit.last]))
            if len(touched) > 1 and not all(match in self.factors for match in touched):
                return None
            changed |= {match: self._rebuilt(match, edits) for match in touched if match not in changed}
        return changed

    def _rebuilt(self, match: Match, edits: Sequence[Edit]) -> Changed:
        """The phrase that a match becomes; of two matches that are made one, both become the same."""
        numbers = [number for number, slot in enumerate(self.places) if slot.match == match]
        low, high = numbers[0], numbers[-1] + 1
        for edit in edits:
            if edit.first < high and low < edit.last:
                low, high = min(low, edit.first), max(high, edit.last)
        elements = self._elements(low, high, edits)
        new = frozenset(number for number, (_, edited) in enumerate(elements) if edited)
        return Changed(Match(match.field, tuple(element for element, _ in elements), match.slop, kinds=match.kinds), new)

    def _elements(self, low: int, high: int, edits: Sequence[Edit]) -> list[tuple[Element, bool]]:
        """The elements of slots `low` to `high` (exclusive) with their edits, and whether each was edited."""
        starts = {edit.first: edit for edit in edits}
        found: list[tuple[Element, bool]] = []
        at = low
        while at < high:
            edit, slot = starts.get(at), self.places[at]
            if edit is not None:
                found += [(self._element(text), True) for text in edit.texts]
            else:
                found.append((slot.match.elements[slot.element] if slot.element >= 0 else self._element(slot.text), False))
            at = edit.last if edit else at + 1
        return found

    def _element(self, text: str) -> Element:
        spec = TermSpec("folded", fold(text)) if self._free(text) else TermSpec("key", key(text))
        return (Alternative((spec,)),)

    def _support(self, edits: Sequence[Edit], found: np.ndarray, unknown: bool) -> float:
        """In how many of the found articles the corrected syllables stand beside their neighbours."""
        step = -(-len(found) // SAMPLE)
        sample = found[::step]
        joints = list(self._joints(edits))
        if not joints:
            return float(len(found))
        having = [self.archive.phrase(joint, _BOTH, sample) for joint in joints]
        every = len(intersect(*having))
        some = len(np.unique(np.concatenate(having)))
        if not unknown and not every:
            return 0.0
        return step * (every + APART * (some - every) + (ALONE * (len(sample) - some) if unknown else 0.0))

    def _joints(self, edits: Sequence[Edit]) -> Iterator[Match]:
        """Each corrected syllable with the one before it and the one after it."""
        runs = {self.places[edit.first].run for edit in edits}
        for run in sorted(runs):
            numbers = [number for number, slot in enumerate(self.places) if slot.run == run]
            match = self.places[numbers[0]].match
            elements = self._elements(numbers[0], numbers[-1] + 1, edits)
            for (one, was), (two, became) in zip(elements, elements[1:]):
                if was or became:
                    yield Match(match.field, (one, two), match.slop, kinds=match.kinds)


def _touches(factor: Node, changed: dict[Match, Match]) -> bool:
    return any(match in changed for match in slips.positive(factor))
