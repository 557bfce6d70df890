"""How often a term stands in a document, for every posting of a field: a byte each, and beside them the few larger ones.

    FIELD.frequencies               a byte per posting; 255 for all that are larger
    FIELD.large_frequency_rows      the postings whose frequency is beyond a byte, ascending
    FIELD.large_frequencies         these frequencies

One long report in which "và" stands 300 times would otherwise double the frequencies of all articles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from searchkit.engines.arrays import ArrayFile, ArrayFileWriter, damaged, smallest

LARGEST = 255
_NONE = np.zeros(0, np.int64)


class Large(NamedTuple):
    """The postings (rows) whose frequency is beyond a byte, ascending, and these frequencies."""

    rows: np.ndarray
    frequencies: np.ndarray


def narrowed(frequencies: np.ndarray) -> tuple[np.ndarray, Large]:
    """The frequencies as bytes, and those that are larger.

    >>> narrowed(np.array([1, 300]))
    (array([  1, 255], dtype=uint8), Large(rows=array([1]), frequencies=array([300])))
    """
    rows = np.flatnonzero(frequencies > LARGEST)
    return np.minimum(frequencies, LARGEST).astype("u1"), Large(rows, frequencies[rows])


def write_large(file: ArrayFileWriter, field: str, large: Large) -> None:
    """Writes what bytes cannot hold, if there is any."""
    for name, values in zip(_names(field), large):
        if len(values):
            file.add(name, values.astype(smallest(int(values.max()))))


def write(file: ArrayFileWriter, field: str, frequencies: np.ndarray) -> None:
    """Writes the frequencies of all postings of a field."""
    bytes_, large = narrowed(frequencies)
    file.add(f"{field}.frequencies", bytes_)
    write_large(file, field, large)


def read_large(file: ArrayFile, field: str) -> Large:
    """The larger frequencies of a field; IndexDamaged where they cannot be ones."""
    names = _names(field)
    if not any(name in file for name in names):
        return Large(_NONE, _NONE)
    rows, frequencies = (file.array(name).astype(np.int64) for name in names)
    ascending = len(rows) == len(frequencies) > 0 and bool(np.all(rows[1:] > rows[:-1]))
    if not ascending or rows[-1] >= file.count(f"{field}.frequencies") or frequencies.min() <= LARGEST:
        raise damaged(file.name, f"the large frequencies of {field} do not fit its postings")
    return Large(rows, frequencies)


def restored(bytes_: np.ndarray, large: Large, lows: np.ndarray, highs: np.ndarray) -> np.ndarray:
    """The true frequencies of rows lows[i] to highs[i] (exclusive), all i one after another, ascending and apart.

    bytes_: what the file holds of them

    >>> restored(np.array([1, 255], "u1"), Large(np.array([7]), np.array([300])), np.array([2, 7]), np.array([3, 8])).tolist()
    [1, 300]
    """
    if not len(large.rows) or not len(lows):
        return bytes_
    run = np.searchsorted(highs, large.rows, "right")
    run[run == len(highs)] = 0
    inside = (large.rows >= lows[run]) & (large.rows < highs[run])
    if not inside.any():
        return bytes_
    lows, highs = lows.astype(np.int64), highs.astype(np.int64)
    starts = np.cumsum(highs - lows) - highs  # what to add to a row of the field to have its place here
    found = bytes_.astype(np.int64)
    found[large.rows[inside] + starts[run[inside]]] = large.frequencies[inside]
    return found


def _names(field: str) -> tuple[str, str]:
    return f"{field}.large_frequency_rows", f"{field}.large_frequencies"
