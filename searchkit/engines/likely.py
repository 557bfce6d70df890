"""The likely reading of syllables typed without marks, from how the archive's best candidates write them.

Of all ways to write `bi thu tinh uy`, the one whose neighbours stand side by side most often (`bí thư tỉnh ủy`).
It is a preference among articles that match anyway, never a filter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchkit.engines.candidates import Plan
from searchkit.engines.evidence import Named, Places

SMOOTHING = 10.0  # unseen neighbours, shared out by how frequent each spelling is among all tokens


def readings(plan: Plan, places: Sequence[Places]) -> list[frozenset[str] | None]:
    """The likely spellings of each unit, one for each time it is asked (`co co` may be `có cơ`); None for one that has no choice.

    In a query with marks, a syllable without them is meant as it is typed, where it is ever written so.
    """
    chosen: list[frozenset[str] | None] = [None] * len(plan.units)
    if not plan.prefer:
        return chosen
    if plan.marked:
        for number, unit in enumerate(plan.units):
            named = [each.named[number] for each in places]
            if unit.term is not None and any(each and unit.term.value in each.names for each in named):
                chosen[number] = frozenset([unit.term.value])
        return chosen
    tokens = sum(int(each.rows.lengths.sum()) for each in places)
    for run in _runs(plan):
        syllables = [[each.named[number] for each in places] for number in run]
        for number, name in zip(run, _best_path(syllables, max(tokens, 1))):
            chosen[number] = (chosen[number] or frozenset()) | {name}
    return chosen


def _runs(plan: Plan) -> list[list[int]]:
    """Stretches of the query's sequence made of unmarked syllables alone."""
    runs: list[list[int]] = [[]]
    for number in plan.sequence:
        term = plan.units[number].term
        if term is not None and term.kind == "folded":
            runs[-1].append(number)
        else:
            runs.append([])
    return [run for run in runs if run]


def _best_path(syllables: Sequence[Sequence[Named]], tokens: int) -> list[str]:
    """Viterbi's best path through the spellings; syllables by segments, of `tokens` in all.

    Forney, The Viterbi algorithm, 1973; transitions are counts of neighbours smoothed by the spelling's own share.
    """
    names = [sorted({name for named in segments for name in named.names}) for segments in syllables]
    counts = [_counts(segments, known) for segments, known in zip(syllables, names)]
    if not names[0]:
        return [""] * len(names)
    score = np.log(counts[0] + 0.5)
    back: list[np.ndarray] = []
    for at in range(1, len(names)):
        if not names[at]:
            names[at], counts[at] = [""], np.ones(1)
        together = _neighbours(syllables[at - 1], syllables[at], names[at - 1], names[at])
        step = np.log((together + SMOOTHING * counts[at] / tokens) / (counts[at - 1][:, None] + SMOOTHING))
        total = score[:, None] + step
        back.append(total.argmax(axis=0))
        score = total.max(axis=0)
    return _trace(names, back, int(score.argmax()))


def _trace(names: Sequence[Sequence[str]], back: Sequence[np.ndarray], last: int) -> list[str]:
    path = [last]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return [known[at] for known, at in zip(names, reversed(path))]


def _counts(segments: Sequence[Named], names: Sequence[str]) -> np.ndarray:
    counts = np.zeros(len(names))
    for named in segments:
        for name, number in zip(named.names, np.bincount(named.which, minlength=len(named.names))):
            counts[names.index(name)] += number
    return counts


def _neighbours(one: Sequence[Named], two: Sequence[Named], first: Sequence[str], second: Sequence[str]) -> np.ndarray:
    """How often each spelling of the first stands right before each of the second."""
    counts = np.zeros((len(first), len(second)))
    for left, right in zip(one, two):
        if not len(left.keys) or not len(right.keys):
            continue
        at = np.minimum(np.searchsorted(right.keys, left.keys + 1), len(right.keys) - 1)
        follows = right.keys[at] == left.keys + 1
        rows = np.array([first.index(name) for name in left.names])[left.which[follows]]
        columns = np.array([second.index(name) for name in right.names])[right.which[at[follows]]]
        np.add.at(counts, (rows, columns), 1)
    return counts
