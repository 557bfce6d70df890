"""The terms of one field of a segment: sorted bytes with offsets, found by bisection on the mapped file."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import numpy as np

from searchkit.engines.arrays import ArrayFile, ArrayFileWriter, damaged
from searchkit.engines.inversion import offsets_of


def write_strings(file: ArrayFileWriter, name: str, strings: Iterable[bytes]) -> None:
    """Writes byte strings as one block and its offsets."""
    strings = list(strings)
    file.add(name, np.frombuffer(b"".join(strings), "u1"))
    file.add(f"{name}_offsets", offsets_of(np.fromiter(map(len, strings), np.int64, len(strings))))


_SMALL = 1 << 22  # a block up to this size is verified as a whole at first use, a larger one where it is touched


class Strings:
    """Byte strings in one block, by number; sorted ones can be searched."""

    def __init__(self, file: ArrayFile, name: str, offsets: str):
        self._file = file
        self._name = name
        self.offsets = file.array(offsets)
        # plain integers and bytes come out of a memoryview ten times faster than out of an array
        self._starts = memoryview(self.offsets.astype(self.offsets.dtype.newbyteorder("="), copy=False))
        self._whole = memoryview(file.array(name)) if file.count(name) <= _SMALL else None

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> bytes:
        if number < 0:
            raise IndexError(number)
        low, high = self._starts[number], self._starts[number + 1]
        return bytes(self._whole[low:high]) if self._whole is not None else self._file.view(self._name, low, high).tobytes()

    def __iter__(self) -> Iterator[bytes]:
        block, starts = self.block, self.offsets.tolist()
        return (block[low:high] for low, high in zip(starts, starts[1:]))

    @property
    def block(self) -> bytes:
        """All of them, one after another."""
        return self._file.array(self._name).tobytes()

    def find(self, value: bytes) -> int:
        """The number of a string, -1 when it is not there."""
        number = bisect_left(self, value)
        return number if number < len(self) and self[number] == value else -1

    def prefix(self, value: bytes) -> tuple[int, int]:
        """The numbers, end exclusive, of the strings that start so."""
        length = len(value)
        low = bisect_left(self, value)
        start: Callable[[bytes], bytes] = lambda string: string[:length]  # noqa: E731
        return low, bisect_right(self, value, lo=low, key=start)


class Lexicon:
    """The terms of a field, numbered from 0 in the order of their UTF-8 bytes, which is that of their code points."""

    def __init__(self, file: ArrayFile, field: str):
        self._file = file
        self._field = field
        self._terms = Strings(file, f"{field}.term", f"{field}.term_offsets")

    def __len__(self) -> int:
        return len(self._terms)

    def find(self, term: str) -> int:
        """The number of a term, -1 when the segment does not have it."""
        return self._terms.find(encode(term))

    def prefix(self, prefix: str) -> tuple[int, int]:
        """The numbers, end exclusive, of the terms that start so."""
        return self._terms.prefix(encode(prefix))

    def term(self, number: int) -> str:
        """The term of that number."""
        return self._terms[number].decode("utf-8", "surrogatepass")

    @property
    def strings(self) -> Strings:
        """The terms as bytes."""
        return self._terms

    @cached_property
    def block(self) -> bytes:
        """All terms as UTF-8 without separators; `offsets` says where each starts."""
        return self._terms.block

    @property
    def offsets(self) -> np.ndarray:
        """Where each term starts in `block`, and the end of the last."""
        return self._terms.offsets

    @cached_property
    def document_frequency(self) -> np.ndarray:
        """How many documents have each term, deleted ones included."""
        return np.diff(self._file.array(f"{self._field}.posting_offsets").astype(np.int64))

    @cached_property
    def _folded(self) -> Strings | None:
        name = f"{self._field}.folded"
        return Strings(self._file, name, f"{name}_offsets") if name in self._file else None

    @property
    def folded_strings(self) -> Strings | None:
        """The folded forms, sorted, or None when the field has none."""
        return self._folded

    def folded(self, folded: str) -> np.ndarray:
        """The numbers of the terms whose folded form this is, ascending."""
        number = self._folded.find(encode(folded)) if self._folded is not None else -1
        return self.folded_terms(number) if number >= 0 else np.zeros(0, np.int64)

    def folded_terms(self, number: int) -> np.ndarray:
        """The terms of the folded form of that number."""
        low, high = self._file.view(f"{self._field}.folded_term_offsets", number, number + 2).tolist()
        return self._file.view(f"{self._field}.folded_terms", low, high)

    @cached_property
    def _spellings(self) -> Strings:
        return Strings(self._file, f"{self._field}.spelling", f"{self._field}.spelling_text_offsets")

    @property
    def spelling_strings(self) -> Strings:
        """The spellings of all terms, term by term."""
        return self._spellings

    def spellings(self, number: int) -> list[str]:
        """The spellings of a term as written, most frequent first; their order is what postings refer to."""
        name = f"{self._field}.spelling_offsets"
        if name not in self._file:
            return [self.term(number)]
        low, high = self._file.view(name, number, number + 2).tolist()
        if not low <= high <= len(self._spellings):
            raise damaged(self._file.name, f"spellings of {self._field} lie outside its list")
        return [self._spellings[index].decode("utf-8", "surrogatepass") for index in range(low, high)]


def encode(term: str) -> bytes:
    """A term as it is stored."""
    return term.encode("utf-8", "surrogatepass")
