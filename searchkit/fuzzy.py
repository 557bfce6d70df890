"""How far apart two syllables are as people misspell them: letters count, a mark counts once at most.

The distance is the number of letters inserted, left out, changed or swapped with a neighbour (optimal
string alignment: Damerau 1964, Wagner & Lowrance 1975) between the folded forms, plus one where the marks
differ. Marks that were not typed at all cost nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from searchkit.text import fold

_FEW = 200  # candidates below which an array is not worth its making
_LONGEST = 40  # letters of a term that can be near anything


def fuzzy_distance(typed: str, term: str) -> int:
    """The distance of a term from what was typed; both are keys.

    >>> [fuzzy_distance("nguyễn", term) for term in ("nguyễn", "nguyển", "nguyên", "nguyen", "nguyệt")]
    [0, 1, 1, 1, 2]
    >>> fuzzy_distance("nguyen", "nguyễn"), fuzzy_distance("ngueyn", "nguyễn"), fuzzy_distance("đinh", "dinh")
    (0, 1, 1)
    """
    return _letters(fold(typed), fold(term)) + _mark_cost(_marks(typed), term)


def within(
    typed: str, candidates: Sequence[str], limit: int, folded: Sequence[str] | None = None
) -> list[tuple[int, int]]:
    """(number of the candidate, distance) of all candidates at most `limit` away, in their order.

    `folded` are the candidates' folded forms, where the caller has them; making them costs more than the search.

    >>> within("nguyễn", ["nguyệt", "nguyên", "văn", "nguyễn"], 1)
    [(1, 1), (3, 0)]
    """
    bare, marks = fold(typed), _marks(typed)
    if folded is None:
        folded = _fold_all(candidates)
    if len(candidates) < _FEW:
        near = [(n, _letters(bare, form)) for n, form in enumerate(folded) if abs(len(form) - len(bare)) <= limit]
    else:
        near = _near_by_columns(bare, folded, limit)
    found = ((n, letters + _mark_cost(marks, candidates[n])) for n, letters in near if letters <= limit)
    return [(n, distance) for n, distance in found if distance <= limit]


def _mark_cost(typed: tuple[str, ...], term: str) -> int:
    return int(bool(typed) and typed != _marks(term))


@lru_cache(maxsize=4096)
def _marks(syllable: str) -> tuple[str, ...]:
    """The marks of a syllable whatever letters they stand on, đ's stroke among them.

    The order of the letters is kept out of it, so that a wrong letter is not a wrong mark as well.
    """
    if syllable.isascii():
        return ()
    parts = unicodedata.normalize("NFD", syllable.lower())
    return tuple(sorted(part for part in parts if unicodedata.combining(part) or part == "đ"))


def _fold_all(candidates: Sequence[str]) -> list[str]:
    """All folded forms at once: folding one long text is ten times quicker than many short ones."""
    folded = fold("\n".join(candidates)).split("\n") if candidates else []
    return folded if len(folded) == len(candidates) else [fold(candidate) for candidate in candidates]


@lru_cache(maxsize=65536)
def _letters(one: str, other: str) -> int:
    """Optimal string alignment distance of two folded forms."""
    if one == other:
        return 0
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, above, row = row, before, [i]
        for j, opposite in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _near_by_columns(typed: str, folded: Sequence[str], limit: int) -> list[tuple[int, int]]:
    """(number, letters apart) of the candidates at most `limit` letters away: one table for each length, whole columns at once."""
    import numpy as np

    if len(typed) > _LONGEST:
        return [(n, _letters(typed, form)) for n, form in enumerate(folded) if abs(len(form) - len(typed)) <= limit]
    lengths = np.fromiter(map(len, folded), np.int32, len(folded))
    found: list[tuple[int, int]] = []
    for length in range(max(0, len(typed) - limit), len(typed) + limit + 1):
        numbers = np.flatnonzero(lengths == length)
        if not len(numbers):
            continue
        text = "".join(folded[n] for n in numbers.tolist())
        letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        distances = _columns(typed, letters.reshape(len(numbers), length).T, np)
        near = np.flatnonzero(distances <= limit)
        found += zip(numbers[near].tolist(), distances[near].tolist())
    return sorted(found)


def _columns(typed, letters, np):  # noqa: ANN001, ANN202 - numpy is imported late
    """Distances of `typed` to each column of `letters` (one row for each place, one column for each term)."""
    length, count = letters.shape
    codes = [ord(letter) for letter in typed]
    above = None
    before = [np.full(count, j, np.int16) for j in range(length + 1)]
    for i, code in enumerate(codes, start=1):
        row = [np.full(count, i, np.int16)]
        for j in range(1, length + 1):
            same = letters[j - 1] == code
            cost = np.minimum(np.minimum(before[j], row[j - 1]) + 1, before[j - 1] + ~same)
            if i > 1 and j > 1:
                swapped = (letters[j - 2] == code) & (letters[j - 1] == codes[i - 2])
                cost = np.where(swapped, np.minimum(cost, above[j - 2] + 1), cost)
            row.append(cost.astype(np.int16, copy=False))
        above, before = before, row
    return before[-1]
