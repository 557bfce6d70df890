"""Which articles a query finds in one segment, and their first, cheap scores.

First stage: every article that may be found gets the BM25 of the query's syllables and words over whole
articles, added up in one dense array. The second stage (`rescoring`) looks at the positions of the best few hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from searchkit.engines.evaluation import Evaluation
from searchkit.highlight import in_text, positive
from searchkit.postings import intersect, union
from searchkit.ranking import FEW_WORDS, K1, WORD_FIRST, B, Mix, mix
from searchkit.resolved import Alternative, Match, Near, Resolved, TermSpec, Wanted
from searchkit.scoring import idf, length_norms, scores_of

LONGEST_WORD = 4  # syllables
MOST_UNITS = 256  # units whose places are looked at; of a whole pasted page these tell the others apart well enough
DETAILED = 64  # bare words whose neighbourhood is looked at; a longer query is a pasted text


class Unit(NamedTuple):
    """A word, phrase or proximity that scores, each once; `term` is its one term where it is a single syllable."""

    match: Match | Near
    boost: float
    term: TermSpec | None


class Plan(NamedTuple):
    """What of a query scores.

    sequence: unit numbers of the bare words in their order;  pairs: units that are neighbours there;
    words: the runs of two to four of them that may be words of the segmenter;  marked: some syllable has marks;
    prefer: marks are a preference;  mix: what the query wants, a passage or an article
    """

    units: tuple[Unit, ...]
    sequence: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    words: tuple[Match, ...]
    marked: bool
    prefer: bool
    mix: Mix


def plan(query: Resolved) -> Plan:
    """What of a query scores: bare words, and the words and phrases of its strict part."""
    wanted = [_anywhere(want.match) for want in query.wanted]
    boosted = {match: want.boost for match, want in zip(wanted, query.wanted)}
    boosted |= {_anywhere(match): boost for match, boost in positive(query.strict) if in_text(match)}
    units = tuple(Unit(match, boost, _term(match)) for match, boost in boosted.items())
    number = {unit.match: at for at, unit in enumerate(units)}
    sequence = tuple(number[match] for match in wanted)[:DETAILED]
    pairs = tuple(dict.fromkeys(zip(sequence, sequence[1:])))
    terms = [units[at].term for at in sequence]
    marked = any(term is not None and term.kind == "key" for term in terms)
    typed = [term.value if term is not None else "" for term in terms]
    return Plan(units, sequence, pairs, _words(terms), marked, query.marks == "prefer", mix(typed))


def _anywhere(leaf: Match | Near) -> Match | Near:
    """A leaf without its place in the query: what is asked twice counts once."""
    return replace(leaf, text="", span=(0, 0)) if isinstance(leaf, Match) else leaf


def _term(match: Match | Near) -> TermSpec | None:
    """The syllable as typed; abbreviations and joined forms that also stand for it are left out."""
    if isinstance(match, Near):
        return None
    plain = [choice.terms[0] for choice in match.elements[0] if not choice.why and len(choice.terms) == 1]
    simple = len(match.elements) == 1 and len(plain) == 1 and plain[0].kind in ("key", "folded")
    return plain[0] if simple and not match.kinds else None


def _words(terms: Sequence[TermSpec | None]) -> tuple[Match, ...]:
    runs = [
        terms[at : at + length] for length in range(2, LONGEST_WORD + 1) for at in range(len(terms) - length + 1)
    ]
    return tuple(dict.fromkeys(_word([t for t in run if t]) for run in runs if all(run)))


def _word(terms: Sequence[TermSpec]) -> Match:
    kind = "key" if all(term.kind == "key" for term in terms) else "word"
    spec = TermSpec(kind, "_".join(term.value for term in terms))
    return Match("word", ((Alternative((spec,)),),))


def content_words(query: Resolved) -> tuple[Wanted, ...]:
    """The wanted words that can be missing: function words only where there is nothing else."""
    return query.content


class Found(NamedTuple):
    """Live documents of a segment.

    docs: all that the query finds;  complete: those that lack nothing;  together: those that have a query of few words
    as a phrase
    """

    docs: np.ndarray
    complete: np.ndarray
    together: np.ndarray


def find(evaluation: Evaluation, query: Resolved) -> Found:
    """The documents of a segment that a query finds."""
    content = content_words(query)
    strict = evaluation.docs(query.strict) if query.strict is not None else None
    if not content:
        docs = evaluation.everything if strict is None else strict
        return Found(docs, docs, docs[:0])
    lists = [evaluation.docs(want.match) for want in content]
    some = union(lists, evaluation.segment.doc_count)
    every = intersect(*lists)
    if strict is not None:
        some, every = intersect(some, strict), intersect(every, strict)
    whole = as_phrase(query)
    together = intersect(every, evaluation.frequencies(whole)[0]) if whole is not None and len(every) else every[:0]
    return Found(some.astype(np.int64), every.astype(np.int64), together.astype(np.int64))


def as_phrase(query: Resolved) -> Match | None:
    """All bare words of a query as one phrase, where they are a name or a subject: two to FEW_WORDS of them."""
    matches = [want.match for want in query.wanted]
    if not 2 <= len(matches) <= FEW_WORDS or any(match.kinds or match.field != "syllable" for match in matches):
        return None
    return Match("syllable", tuple(element for match in matches for element in match.elements))


class Weighted(NamedTuple):
    """A unit or word with its weight over the whole archive: its boost times its inverse document frequency."""

    match: Match | Near
    weight: float


def weigh(evaluations: Sequence[Evaluation], matches: Sequence[Match | Near], boosts: Sequence[float], doc_count: int) -> list[Weighted]:
    """Inverse document frequencies over all segments."""
    counts = [sum(len(each.frequencies(match)[0]) for each in evaluations) for match in matches]
    return [Weighted(m, boost * idf(min(count, doc_count), doc_count)) for m, boost, count in zip(matches, boosts, counts)]


def telling(evaluations: Sequence[Evaluation], plan: Plan, units: Sequence[Weighted]) -> list[int]:
    """The numbers of the units whose places are worth looking at, ascending: all, or the first and the most telling ones."""
    if len(units) <= MOST_UNITS:
        return list(range(len(units)))
    first = max(plan.sequence, default=-1) + 1
    rest = [number for number in range(first, len(units)) if any(len(e.frequencies(units[number].match)[0]) for e in evaluations)]
    rest.sort(key=lambda number: -units[number].weight)
    return [*range(first), *sorted(rest[: MOST_UNITS - first])]


def first_scores(
    evaluation: Evaluation, units: Sequence[Weighted], words: Sequence[Weighted], average_length: float, docs: np.ndarray
) -> np.ndarray:
    """A score for each of some documents of the segment, float32."""
    norms = length_norms(evaluation.segment.columns["length"], average_length, K1, B)
    shares = [(each, 1.0) for each in units] + [(each, WORD_FIRST) for each in words]
    terms = [(*evaluation.frequencies(match), share * weight) for (match, weight), share in shares]
    return scores_of(docs, terms, norms, K1)
