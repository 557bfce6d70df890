"""Stored articles: each compressed by itself as JSON, against a dictionary learnt from the first of them.

A dictionary is a sample of the segment's own texts that the compressor may point back to; it halves what
short texts take. A merged segment keeps the dictionaries of its parts, so that merging copies bytes.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from searchkit.engines.arrays import ArrayFile, ArrayFileWriter, damaged

LEVEL = 2  # measured on news: 0.35 of the source at 59 MB/s; 6 gives 0.31 at 13 MB/s
_WINDOW = 15
_DICTIONARY_SIZE = 1 << 15  # as far as deflate can point back
_SAMPLES = 100
_LARGEST = 1 << 30  # a stored article never takes more; guards against a "bomb"


def learn(samples: list[bytes]) -> bytes:
    """A dictionary: a piece out of the middle of each sample; empty for fewer samples than make it worth its room."""
    if len(samples) < _SAMPLES:
        return b""
    share = _DICTIONARY_SIZE // len(samples)
    return b"".join(sample[len(sample) // 3 :][:share] for sample in samples)


class StoredWriter:
    """Compresses JSON objects one by one into a file of arrays, in order."""

    def __init__(self, file: ArrayFileWriter):
        self._file = file
        self._waiting: list[bytes] = []
        self._compressor: Any = None
        self._sizes: list[int] = []
        self._dictionary = b""

    def add(self, values: dict[str, Any]) -> None:
        """Stores one object of JSON types."""
        data = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        if self._compressor is not None:
            self._write(data)
            return
        self._waiting.append(data)
        if len(self._waiting) == _SAMPLES:
            self._start()

    def finish(self) -> None:
        """Writes the offsets and the dictionary."""
        self._start()
        offsets = np.concatenate(([0], np.cumsum(self._sizes, dtype="<u8"))).astype("<u8")
        write_index(self._file, offsets, [self._dictionary], np.zeros(len(self._sizes), "u1"))

    def _start(self) -> None:
        if self._compressor is None:
            self._dictionary = learn(self._waiting)
            self._compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -_WINDOW, 9, 0, self._dictionary)
            for data in self._waiting:
                self._write(data)
            self._waiting.clear()

    def _write(self, data: bytes) -> None:
        compressor = self._compressor.copy()  # primed with the dictionary once, not once per article
        packed = compressor.compress(data) + compressor.flush()
        self._file.append("stored", np.frombuffer(packed, "u1"))
        self._sizes.append(len(packed))


def write_index(file: ArrayFileWriter, offsets: np.ndarray, dictionaries: list[bytes], which: np.ndarray) -> None:
    """Writes what finds an article in `stored`: offsets, the dictionaries, and each article's dictionary number."""
    if "stored" not in file.growing:
        file.add("stored", np.zeros(0, "u1"))
    file.add("stored.offsets", offsets)
    file.add("stored.dictionaries", np.frombuffer(b"".join(dictionaries), "u1"))
    file.add("stored.dictionary_offsets", np.cumsum([0, *map(len, dictionaries)]).astype("<u4"))
    file.add("stored.dictionary", which)


class StoredReader:
    """Reads stored objects by number."""

    def __init__(self, file: ArrayFile):
        self._file = file
        self._dictionaries: dict[int, bytes] = {}

    def __len__(self) -> int:
        return self._file.count("stored.dictionary")

    def packed(self, number: int) -> np.ndarray:
        """The compressed bytes of an object."""
        low, high = self._file.view("stored.offsets", number, number + 2).tolist()
        return self._file.view("stored", low, high)

    def dictionary(self, number: int) -> bytes:
        """The dictionary of that number."""
        if number not in self._dictionaries:
            low, high = self._file.view("stored.dictionary_offsets", number, number + 2).tolist()
            self._dictionaries[number] = self._file.view("stored.dictionaries", low, high).tobytes()
        return self._dictionaries[number]

    def dictionaries(self) -> list[bytes]:
        """All dictionaries."""
        return [self.dictionary(number) for number in range(self._file.count("stored.dictionary_offsets") - 1)]

    def __getitem__(self, number: int) -> dict[str, Any]:
        which = int(self._file.view("stored.dictionary", number, number + 1)[0])
        try:
            reader = zlib.decompressobj(-_WINDOW, self.dictionary(which))
            data = reader.decompress(self.packed(number), _LARGEST)
            if not reader.eof:
                raise ValueError("it does not end")
            return json.loads(data.decode("utf-8", "surrogatepass"))
        except (zlib.error, ValueError, RecursionError) as error:
            raise damaged(self._file.name, f"stored article {number} cannot be read") from error
