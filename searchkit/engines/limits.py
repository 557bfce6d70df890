"""What a search says of the limits that it met: wildcards of which only the most frequent terms were searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchkit.engines.evaluation import Evaluation
from searchkit.explain import term
from searchkit.resolved import Resolved, TermSpec, matches

PATTERNS = ("prefix", "wildcard", "fuzzy")  # kinds of terms that may stand for any number


def limit_notices(evaluations: Sequence[Evaluation], query: Resolved) -> tuple[str, ...]:
    """A sentence for each wildcard or near spelling of which not all terms were searched."""
    return tuple(
        f"{term(spec)} stands for {every:,} terms; "
        + (f"the {searched:,} most frequent were searched" if searched > 1 else "only the most frequent was searched")
        for field, spec in dict.fromkeys(_patterns(query))
        for every, searched in _cut(evaluations, field, spec)
    )


def _patterns(query: Resolved) -> Iterator[tuple[str, TermSpec]]:
    for match in (*(want.match for want in query.wanted), *matches(query.strict)):
        for element in match.elements:
            for choice in element:
                yield from ((match.field, spec) for spec in choice.terms if spec.kind in PATTERNS)


def _cut(evaluations: Sequence[Evaluation], field: str, spec: TermSpec) -> Iterator[tuple[int, int]]:
    """How many terms there are and how many were searched, if these are not all."""
    found = [each.terms.find(field, spec) for each in evaluations]
    if any(len(terms.left_out) for terms in found):
        searched, left_out = set[bytes](), set[bytes]()
        for each, terms in zip(evaluations, found):
            names = each.segment.lexicon(field).strings
            searched.update(names[number] for number in terms.numbers.tolist())
            left_out.update(names[number] for number in terms.left_out.tolist())
        yield len(searched | left_out), len(searched)
