"""Tables that grow: strings to numbers, and numbers to rows of one or many values, as numpy arrays.

They make a text into arrays at the price of one dictionary look-up per chunk: everything else that is
known of a chunk is fetched by its number. Knows nothing of texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


class Numbering(dict):
    """Strings to consecutive numbers, given out on first sight; `names[number]` is the string again.

    >>> numbers = Numbering()
    >>> [numbers[word] for word in "bí thư bí".split()], numbers.names
    ([0, 1, 0], ['bí', 'thư'])
    """

    def __init__(self, names: Iterable[str] = ()):
        super().__init__()
        self.names: list[str] = []
        for name in names:
            self[name]

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self.names)
        self.names.append(name)
        return number


class Column:
    """A one-dimensional array that grows at its end."""

    def __init__(self, dtype: type):
        self._room = np.empty(1024, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> np.ndarray:
        """What has been put in so far; a view that later growth does not change."""
        return self._room[: self._length]

    def extend(self, values: Sequence | np.ndarray) -> None:
        """Put values at the end."""
        length = self._length + len(values)
        if length > len(self._room):
            room = np.empty(max(length, 2 * len(self._room)), self._room.dtype)
            room[: self._length] = self.values
            self._room = room
        self._room[self._length : length] = values
        self._length = length


class Ragged:
    """Rows of any length over several columns: the values of row r stand together in each column."""

    def __init__(self, *dtypes: type):
        self.columns = tuple(Column(dtype) for dtype in dtypes)
        self._ends = Column(np.int64)
        self._ends.extend([0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def extend(self, lengths: Sequence[int], *columns: Sequence) -> None:
        """Put rows at the end: their lengths, and per column the values of all of them in one sequence."""
        last = self._ends.values[-1]
        self._ends.extend(last + np.cumsum(np.asarray(lengths, np.int64)))
        for column, values in zip(self.columns, columns, strict=True):
            column.extend(values)

    def places(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the values of these rows stand in the columns, row after row; and the length of each row."""
        first = self._ends.values[rows]
        lengths = self._ends.values[rows + 1] - first
        before = np.cumsum(lengths) - lengths
        places = np.repeat(first - before, lengths)
        places += np.arange(len(places))
        return places, lengths
