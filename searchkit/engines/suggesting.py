"""Did you mean: corrections of a query that finds little, out of the archive's own words, each counted.

A syllable's slips (wrong marks, a letter, keystrokes of an input method, a space too many or too few) are looked up in
the lexicons; a correction counts by the articles in which it stands beside its neighbours in the query. Bounded by
the number of corrections looked at, never by a clock, so that the same index always suggests the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from searchkit import suggest as slips
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.pool import Pool, Variant, bare
from searchkit.keystrokes import composed
from searchkit.postings import distinct, intersect
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
PHRASE_VARIANTS = 8  # where each costs a phrase of syllables that stand for many spellings
PAIRED = 6  # of each of two syllables that are both slips
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
    found = _Suggester(Pool(evaluations), query, places).best()
    texts = dict.fromkeys(slips.rewritten(query.text, places, each.edits) for each in found)
    return [text for text in texts if text != query.text][:MOST]


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
    def __init__(self, archive: Pool, query: Resolved, places: Sequence[Slot]):
        self.archive = archive
        self.marks = query.marks
        self.places = places
        strict = query.strict.children if isinstance(query.strict, And) else (query.strict,) if query.strict else ()
        self.factors: list[Node] = [*strict, *(want.match for want in query.content)]
        self.total = len(self._all(self.factors))
        self.open = [number for number, slot in enumerate(places) if not slot.fixed]
        # where some marks were typed, or marks are taken as typed, a correction is one spelling, else all of a syllable
        marked = any(has_marks(slot.text) for slot in places)
        self.specific = self.marks == "exact" or (self.marks == "prefer" and marked)
        # inside OR and NEAR a correction costs the whole part again: only a syllable that nobody writes is worth it
        self.own = [number for number in self.open if places[number].match in self.factors]

    def best(self) -> list[_Judged]:
        """The corrections worth showing, those that find most first."""
        unknown = [number for number in self.open if not self._frequency(self.places[number])]
        weak = unknown[:EDITABLE] or self._doubtful()
        slots = weak or [number for number in self.own if self._phrased(number)][:EDITABLE]
        found = [self.judge((edit,), bool(unknown)) for edit in self._single(slots)]
        if not any(found) and len(weak) <= MOST_SLIPS:
            found = [self.judge(edits, bool(unknown)) for edits in self._double(weak)]
        found += [self.judge(edits, True) for edits in self._everywhere(any(found))] if slots else []
        judged = sorted((each for each in found if each is not None), key=lambda each: (-each.score, each.edits))
        likely = [each for each in judged if each.score >= LEAST_SHARE * judged[0].score][:MOST]
        return likely

    def _doubtful(self) -> list[int]:
        """Known syllables that the archive does not have beside their neighbours: bare ones beside any, those of a phrase
        beside all. One that has no neighbours is doubtful where it is rare, and the whole query.
        """
        if len(self.own) > EDITABLE:
            return []
        weak, borne_out = set[int](), set[int]()
        for number, (one, two) in enumerate(zip(self.places, self.places[1:])):
            if one.run == two.run:
                joint = Match(one.match.field, tuple(element for element, _ in self._elements(number, number + 2, ())))
                (borne_out if self._attested(joint) else weak).update((number, number + 1))
        alone = (n for n in self.own if n not in weak | borne_out)
        borne_out |= {n for n in alone if len(self.factors) > 1 or self._frequency(self.places[n]) >= ATTESTED}
        return [n for n in self.own if n not in borne_out or (n in weak and self._phrased(n))]

    def _attested(self, joint: Match) -> bool:
        """Whether two syllables stand side by side in some articles; a sample tells for those that do in many."""
        both = intersect(*(self.archive.docs(Match(joint.field, (element,))) for element in joint.elements))
        lots = (both[:: -(-len(both) // SAMPLE)], both) if len(both) > SAMPLE else (both,)
        return any(len(self.archive.phrase(joint, _BOTH, lot)) >= ATTESTED for lot in lots)

    def _phrased(self, number: int) -> bool:
        return len(self.places[number].match.elements) > 1

    # Which corrections there are

    def _single(self, slots: Sequence[int]) -> Iterator[Edit]:
        for number in slots:
            yield from self._edits(number)
        for number in sorted({near for slot in slots for near in (slot - 1, slot)}):
            yield from self._joined(number)

    def _double(self, slots: Sequence[int]) -> Iterator[tuple[Edit, ...]]:
        for one, two in combinations(slots, 2):
            yield from product(self._edits(one)[:PAIRED], self._edits(two)[:PAIRED])

    def _everywhere(self, enough: bool) -> Iterator[tuple[Edit, ...]]:
        """The same slip in every syllable: the input method was off, or all marks are doubtful."""
        typed = {number: composed(self.places[number].text) for number in self.open}
        free = self.marks == "any"
        yield tuple(Edit(number, number + 1, (text,), 1.0, free) for number, text in typed.items() if text)
        marked = [number for number in self.open if has_marks(self.places[number].text)]
        if self.marks == "prefer" and not enough:
            yield tuple(Edit(number, number + 1, (fold(self.places[number].text),), UNMARKED, True) for number in marked)

    def _edits(self, number: int) -> list[Edit]:
        """Corrections of one syllable, the likeliest and most frequent first."""
        if number not in self._known_edits:
            slot = self.places[number]
            field, place = slot.match.field, (number, number + 1)
            ranked = sorted(self._variants(slot), key=lambda row: (-row.prior * row.count**0.5, row.term))
            most = VARIANTS if self.specific or not self._phrased(number) else PHRASE_VARIANTS
            found = [Edit(*place, (self.archive.spelling(field, each),), each.prior, each.free) for each in ranked[:most]]
            for pieces in slips.cuts(slot.text):
                if all(self._known(field, piece) for piece in pieces):
                    found.append(Edit(*place, pieces, 1.0 / (len(pieces) - 1), not self.specific))
            self._known_edits[number] = found
        return self._known_edits[number]

    @cached_property
    def _known_edits(self) -> dict[int, list[Edit]]:
        return {}

    def _variants(self, slot: Slot) -> Iterator[Variant]:
        """Other ways to write a syllable."""
        typed, letters, field = key(slot.text), fold(slot.text), slot.match.field
        shaped, free = slips.like_syllable(letters), self._free(slot.text)
        meant = composed(slot.text)
        if meant and (count := self.archive.family(field, bare(meant)).get(key(meant))):
            yield Variant(key(meant), 1.0, count, self.marks == "any")
        forms: dict[str, float] = {} if free else {bare(slot.text): 1.0}
        for form, prior in slips.neighbours(letters).items():
            if not shaped or slips.like_syllable(form):
                forms[key(form)] = max(prior, forms.get(key(form), 0.0))
        for form, prior in forms.items():
            family = self.archive.family(field, form)
            if family and not self.specific:
                yield Variant(form, prior, sum(family.values()), True)
            elif self.specific:
                for term, count in family.items():
                    if term != typed:
                        yield Variant(term, prior * slips.mark_prior(typed, term), count, False)

    def _joined(self, number: int) -> Iterator[Edit]:
        """Two neighbours as one, or parted elsewhere."""
        if not 0 <= number < len(self.places) - 1:
            return
        one, two = self.places[number : number + 2]
        if one.run != two.run or one.fixed or two.fixed:
            return
        place, field, together = (number, number + 2), one.match.field, one.text + two.text
        if self._known(field, together):
            yield Edit(*place, (together,), 1.0, not self.specific)
        for at in range(1, len(together)):
            pieces = together[:at], together[at:]
            if at != len(one.text) and all(slips.like_syllable(p) and self._known(field, p) for p in pieces):
                yield Edit(*place, pieces, slips.SWAPPED, not self.specific)

    def _free(self, text: str) -> bool:
        """Whether a syllable stands for all its spellings."""
        return self.marks == "any" or (self.marks == "prefer" and not has_marks(text))

    def _known(self, field: str, text: str) -> int:
        family = self.archive.family(field, bare(text))
        return sum(family.values()) if self._free(text) else family.get(key(text), 0)

    def _frequency(self, slot: Slot) -> int:
        """Articles that have a syllable, however it may be written, in whatever part of them."""
        if len(slot.match.elements) == 1 and not slot.match.kinds:
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
                found += [(_element(text, edit.free), True) for text in edit.texts]
            elif slot.element >= 0:
                found.append((slot.match.elements[slot.element], False))
            else:
                found.append((_element(slot.text, self._free(slot.text)), False))
            at = edit.last if edit else at + 1
        return found

    def _support(self, edits: Sequence[Edit], found: np.ndarray, unknown: bool) -> float:
        """In how many of the found articles the corrected syllables stand beside their neighbours."""
        step = -(-len(found) // SAMPLE)
        sample = found[::step]
        joints = list(self._joints(edits))
        if not joints:
            return float(len(found))
        having = [self.archive.phrase(joint, _BOTH, sample) for joint in joints]
        every = len(intersect(*having))
        some = len(distinct(np.concatenate(having)))
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


def _element(text: str, free: bool) -> Element:
    spec = TermSpec("folded", bare(text)) if free else TermSpec("key", key(text))
    return (Alternative((spec,)),)


def _touches(factor: Node, changed: dict[Match, Match]) -> bool:
    return any(match in changed for match in slips.positive(factor))
