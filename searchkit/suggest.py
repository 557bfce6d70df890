"""What may have been meant by a query that finds little: the ways in which people mistype syllables, and how a query reads corrected.

Pure: what the archive has, and which correction finds most, is found out by the engine (`engines.suggesting`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from searchkit.analysis import NUMBER, tokens
from searchkit.resolved import And, Boosted, Match, Near, Node, Or, Resolved
from searchkit.terms import like_syllable

LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Sounds that a region or a pupil does not tell apart, as they are written without marks.
ONSETS_ALIKE = ("s x", "ch tr", "d gi r v", "l n", "c k q", "g gh", "ng ngh", "h q", "b p")
ENDINGS_ALIKE = ("n ng nh", "c t ch", "i y", "o u", "m n", "b p")

ALIKE, SWAPPED, DOUBLED, BESIDE, OTHER = 0.6, 0.5, 0.5, 0.5, 0.15  # how likely each slip is, beside one mark gone wrong
_MOST_PIECES = 4
_QUOTES = tuple("\"“”„‟＂«»")
_LONGEST = 24  # letters of a token that is looked at


class Slot(NamedTuple):
    """A token of the query that may be a slip: `text` is query[start:end], part of `match`.

    element: the element of the match that it is, alone; -1 where it shares one;  run: tokens of the same run are
    side by side in the query, in one field;  fixed: a neighbour of slips, never one itself;  apart: several syllables
    in its place need quotes to stay together
    """

    text: str
    start: int
    end: int
    match: Match
    element: int
    run: int
    fixed: bool = False
    apart: bool = False


class Edit(NamedTuple):
    """Slots `first` to `last` (exclusive) read as `texts`; `prior` is how likely the slip is, 1 at most.

    `free`: every spelling of the texts is meant, not this one
    """

    first: int
    last: int
    texts: tuple[str, ...]
    prior: float
    free: bool = False


def slots(query: Resolved) -> list[Slot]:
    """The tokens of a query's plain words and phrases, in order; what stands under NOT is none of them.

    Numbers and function words are `fixed`: they are neighbours, not slips.
    """
    functions = {want.match.span for want in query.wanted if want.function}
    bare = {want.match.span for want in query.wanted}
    matches = [want.match for want in query.wanted] + list(positive(query.strict))
    found: list[Slot] = []
    for match in sorted(matches, key=lambda match: match.span):
        start = query.text.rfind(match.text, *match.span) if _plain(match) else -1
        if start < 0:
            continue
        read = tokens(match.text)
        for token, element in zip(read, _elements(match, len(read))):
            fixed = match.span in functions or token.kind == NUMBER or len(token.text) > _LONGEST
            place = (token.text, start + token.start, start + token.end)
            run = found[-1].run + (not _side_by_side(query.text, found[-1], match, place[1])) if found else 0
            quoted = len(read) > 1 or query.text[place[1] - 1 : place[1]] in _QUOTES
            found.append(Slot(*place, match, element, run, fixed, match.span not in bare and not quoted))
    return found


def _elements(match: Match, count: int) -> list[int]:
    """The element of a match that each of its tokens is."""
    found: list[int] = []
    for number, element in enumerate(match.elements):
        length = len(element[0].terms)
        found += [number if length == 1 else -1] * length
    return found if len(found) == count else [-1] * count


def _plain(match: Match) -> bool:
    return match.field != "id" and all(
        spec.kind in ("key", "folded", "joined") or choice.why
        for element in match.elements for choice in element for spec in choice.terms
    )  # fmt: skip


def positive(node: Node | None) -> Iterator[Match]:
    """The words and phrases of a part of a query, those under NOT left out."""
    if isinstance(node, Match):
        yield node
    elif isinstance(node, And | Or | Near):
        for child in node.children:
            yield from positive(child)
    elif isinstance(node, Boosted):
        yield from positive(node.child)


def _side_by_side(query: str, before: Slot, match: Match, start: int) -> bool:
    """Whether a token goes on from the one before it: in the same phrase, or both bare with nothing but space between."""
    if before.match == match:
        return True
    simple = len(match.elements) == len(before.match.elements) == 1
    return simple and (before.match.field, before.match.kinds) == (match.field, match.kinds) and not query[
        before.end : start
    ].strip()  # fmt: skip


def neighbours(folded: str) -> dict[str, float]:
    """Every form one slip away from a syllable without marks, and how likely the slip is.

    >>> near = neighbours("vuon")
    >>> near["vun"], near["vuong"], near["vuom"], "vuon" in near
    (0.15, 0.6, 0.6, False)
    """
    found: dict[str, float] = {}

    def add(form: str, prior: float) -> None:
        if form and form != folded:
            found[form] = max(prior, found.get(form, 0.0))

    for at in range(len(folded) + 1):
        before, after = folded[:at], folded[at:]
        if len(after) > 1:
            add(before + after[1] + after[0] + after[2:], SWAPPED)
        if after:
            add(before + after[1:], DOUBLED if after[0] in before[-1:] + after[1:2] else OTHER)
        for letter in LETTERS:
            add(before + letter + after, DOUBLED if letter in before[-1:] + after[:1] else OTHER)
            if after:
                add(before + letter + after[1:], BESIDE if letter in _beside().get(after[0], "") else OTHER)
    for form in _sounding_alike(folded):
        add(form, ALIKE)
    return found


@lru_cache(maxsize=1)
def _beside() -> dict[str, str]:
    """The keys around each key."""
    places = {letter: (row, at + row * 0.3) for row, line in enumerate(KEYBOARD) for at, letter in enumerate(line)}
    return {
        letter: "".join(other for other, (r, x) in places.items() if other != letter and abs(r - row) <= 1 and abs(x - at) < 1.1)
        for letter, (row, at) in places.items()
    }


def _sounding_alike(folded: str) -> Iterator[str]:
    for group in map(str.split, ONSETS_ALIKE):
        for onset in group:
            if folded.startswith(onset) and folded[len(onset) :][:1] in tuple("aeiouy"):
                yield from (other + folded[len(onset) :] for other in group if other != onset)
    for group in map(str.split, ENDINGS_ALIKE):
        for ending in group:
            if folded.endswith(ending):
                yield from (folded[: len(folded) - len(ending)] + other for other in group if other != ending)


def mark_prior(typed: str, term: str) -> float:
    """How likely it is that whoever meant `term` typed the marks of `typed`; both are keys, letters apart.

    >>> mark_prior("vưòn", "vườn"), mark_prior("vưỡn", "vườn"), mark_prior("vuôn", "vườn"), mark_prior("vuon", "vườn")
    (1.0, 0.8, 0.4, 1.0)
    """
    own, other = _marks(typed), _marks(term)
    if own == other or not own:
        return 1.0
    return 0.8 if len(own ^ other) <= 2 else 0.4


@lru_cache(maxsize=4096)
def _marks(syllable: str) -> frozenset[str]:
    parts = unicodedata.normalize("NFD", syllable)
    return frozenset(part for part in parts if unicodedata.combining(part) or part == "đ")


def cuts(text: str) -> Iterator[tuple[str, ...]]:
    """The ways to cut a token into two to four syllables, those of fewer pieces first.

    >>> list(cuts("vườntạp"))[0], list(cuts("vuontapcam"))[0]
    (('vườn', 'tạp'), ('vuon', 'tap', 'cam'))
    """
    for count in range(2, _MOST_PIECES + 1):
        yield from _cuts(text, count)


def _cuts(text: str, count: int) -> Iterator[tuple[str, ...]]:
    if count == 1:
        if like_syllable(text):
            yield (text,)
        return
    for at in range(1, min(len(text), 8)):
        if like_syllable(text[:at]):
            yield from ((text[:at], *rest) for rest in _cuts(text[at:], count - 1))


def cased(text: str, like: str) -> str:
    """A correction in the capitals of what was typed.

    >>> cased("sơn", like="Sơm"), cased("tphcm", like="TPHCN"), cased("Huế", like="hué")
    ('Sơn', 'TPHCM', 'huế')
    """
    if len(like) > 1 and like.isupper():
        return text.upper()
    text = text.lower()
    return text[:1].upper() + text[1:] if like[:1].isupper() else text


def rewritten(query: str, places: Sequence[Slot], edits: Sequence[Edit]) -> str:
    """The query with the texts of edits, which do not overlap, in their places."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        typed = [slot.text for slot in places[edit.first : edit.last]]
        start, end = places[edit.first].start, places[edit.last - 1].end
        like = typed + typed[-1:] * (len(edit.texts) - len(typed))
        text = " ".join(map(cased, edit.texts, like))
        quotes = '"' * (len(edit.texts) > 1 and any(slot.apart for slot in places[edit.first : edit.last]))
        parts += [query[at:start], quotes, text, quotes]
        at = end
    return "".join(parts) + query[at:]


def replaced(node: Node, new: Mapping[Match, Match]) -> Node:
    """A part of a resolved query with some matches exchanged."""
    if isinstance(node, Match):
        return new.get(node, node)
    if isinstance(node, And):
        return And(tuple(replaced(child, new) for child in node.children))
    if isinstance(node, Or):
        return Or(tuple(replaced(child, new) for child in node.children))
    if isinstance(node, Near):
        return Near(tuple(replaced(child, new) for child in node.children), node.distance, node.ordered)
    return Boosted(replaced(node.child, new), node.factor) if isinstance(node, Boosted) else node
