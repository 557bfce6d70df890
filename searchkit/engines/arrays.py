"""One file of named arrays: little-endian, memory-mapped, checked before it is believed.

    header      64 bytes: magic, version, sizes, checksums of the directory and of the header itself
    arrays      one after another, each aligned to 8 bytes
    checksums   CRC-32 of every 64 KiB block of the arrays
    directory   JSON: name, type, width, offset and count of each array, and what the writer noted

Nothing in it can run code. Sizes are compared with the file's when it is opened; a block's bytes are
compared with their checksum the first time that anything in them is used, so that an altered file
gives IndexDamaged instead of a wrong answer, and opening costs the same whatever the size.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from searchkit.errors import IndexDamaged

MAGIC = b"SKARRAYS"
VERSION = 1
BLOCK = 1 << 16
_ALIGNMENT = 8
_HEADER = struct.Struct("<8sIIQQQQI")  # magic, version, block, file, data end, directory, its size, its CRC
_HEADER_SIZE = 64
_TYPES = {name: np.dtype("<" + name) for name in ("u1", "u2", "u4", "u8", "i4", "i8", "f4")}
_COPY = 1 << 20
HINT = "Rebuild the index with `searchkit rebuild`"


class Entry(NamedTuple):
    """Where an array lies: `count` rows of `width` values of type `type` from byte `offset` on."""

    type: str
    width: int
    offset: int
    count: int

    @property
    def row_size(self) -> int:
        return _TYPES[self.type].itemsize * self.width

    @property
    def end(self) -> int:
        return self.offset + self.row_size * self.count


def smallest(maximum: int) -> np.dtype:
    """The narrowest unsigned type of 1, 2, 4 or 8 bytes that holds `maximum`.

    >>> smallest(255).itemsize, smallest(256).itemsize, smallest(70_000).itemsize
    (1, 2, 4)
    """
    for name in ("u1", "u2", "u4"):
        if maximum <= np.iinfo(_TYPES[name]).max:
            return _TYPES[name]
    return _TYPES["u8"]


def damaged(name: str, why: str) -> IndexDamaged:
    """The error for a file that is not what it should be."""
    return IndexDamaged(f"{name} is damaged: {why}", HINT)


class ArrayFileWriter:
    """Writes arrays one after another; the file is valid only after `finish`.

    `add` writes a whole array. `append` adds rows to one of several arrays that grow side by side; these wait in
    temporary files and are copied in by `finish`.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        self._file: BinaryIO = open(self.path, "wb")
        self._file.write(bytes(_HEADER_SIZE))
        self._at = _HEADER_SIZE
        self._entries: dict[str, Entry] = {}
        self._growing: dict[str, tuple[BinaryIO, str]] = {}
        self._checksums: list[int] = []
        self._checksum = 0

    def add(self, name: str, array: np.ndarray) -> None:
        """Writes an array of one dimension, or of two when each row holds several values."""
        type_ = _type_name(array.dtype)
        width = array.shape[1] if array.ndim == 2 else 1
        self._begin()
        self._enter(name, Entry(type_, width, self._at, len(array)))
        self._write(memoryview(np.ascontiguousarray(array, dtype=_TYPES[type_]).reshape(-1)).cast("B"))

    def append(self, name: str, array: np.ndarray) -> None:
        """Adds rows to the array `name`, all of one type."""
        type_ = _type_name(array.dtype)
        if name not in self._growing:
            import tempfile

            self._growing[name] = tempfile.TemporaryFile(dir=self.path.parent), type_
        file, first_type = self._growing[name]
        if type_ != first_type:
            raise ValueError(f"{name} grew as {first_type}, not {type_}")
        file.write(memoryview(np.ascontiguousarray(array, dtype=_TYPES[type_])).cast("B"))

    def finish(self, meta: Mapping[str, Any]) -> int:
        """Copies in what grew, writes checksums, directory and header, brings all to the disk; returns the size."""
        for name, (file, type_) in self._growing.items():
            self._copy_in(name, file, type_)
        self._begin()
        if (self._at - _HEADER_SIZE) % BLOCK:
            self._checksums.append(self._checksum)
        data_end = self._at
        checksums = np.array(self._checksums, "<u4").tobytes()
        directory = json.dumps({"meta": dict(meta), "arrays": self._entries}, ensure_ascii=False).encode()
        self._file.write(checksums + directory)
        size = data_end + len(checksums) + len(directory)
        crc = zlib.crc32(directory, zlib.crc32(checksums))
        header = _HEADER.pack(MAGIC, VERSION, BLOCK, size, data_end, data_end + len(checksums), len(directory), crc)
        self._file.seek(0)
        self._file.write(_seal(header))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return size

    @property
    def growing(self) -> Mapping[str, Any]:
        """The arrays that `append` has begun."""
        return self._growing

    def abort(self) -> None:
        """Closes and removes the unfinished file."""
        for file, _ in self._growing.values():
            file.close()
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _enter(self, name: str, entry: Entry) -> None:
        if name in self._entries:
            raise ValueError(f"{name} was written already")
        self._entries[name] = entry

    def _begin(self) -> None:
        self._write(memoryview(bytes(-self._at % _ALIGNMENT)))

    def _copy_in(self, name: str, file: BinaryIO, type_: str) -> None:
        self._begin()
        size = file.tell()
        self._enter(name, Entry(type_, 1, self._at, size // _TYPES[type_].itemsize))
        file.seek(0)
        while piece := file.read(_COPY):
            self._write(memoryview(piece))
        file.close()

    def _write(self, data: memoryview) -> None:
        self._file.write(data)
        done = 0
        while done < len(data):
            room = BLOCK - (self._at - _HEADER_SIZE) % BLOCK
            piece = data[done : done + room]
            self._checksum = zlib.crc32(piece, self._checksum)
            done += len(piece)
            self._at += len(piece)
            if len(piece) == room:
                self._checksums.append(self._checksum)
                self._checksum = 0


class ArrayFile:
    """One opened file of arrays; what it gives are read-only views of the mapped file.

    Raises IndexDamaged where the file is not what its header, directory and checksums say.
    """

    def __init__(self, buffer: mmap.mmap | bytes, name: str):
        self.name = name
        self._data = memoryview(buffer)
        data_end, directory, checksums = self._read_header()
        self.meta: dict[str, Any] = directory["meta"]
        self._entries = {key: self._entry(key, row, data_end) for key, row in directory["arrays"].items()}
        self._data_end = data_end
        self._checksums = checksums
        self._verified = bytearray(len(checksums))
        self._arrays: dict[str, np.ndarray] = {}

    @classmethod
    def open(cls, path: Path) -> ArrayFile:
        """Maps a file; IndexDamaged when it is missing, empty or not of this format."""
        path = Path(path)
        try:
            with open(path, "rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise damaged(path.name, "it is missing") from error
        except ValueError as error:
            raise damaged(path.name, "it is empty") from error
        return cls(mapped, path.name)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def count(self, name: str) -> int:
        """The rows of an array."""
        return self._find(name).count

    def dtype(self, name: str) -> np.dtype:
        """The type of an array's values."""
        return _TYPES[self._find(name).type]

    def array(self, name: str) -> np.ndarray:
        """A whole array."""
        return self.view(name, 0, self._find(name).count)

    def view(self, name: str, low: int, high: int) -> np.ndarray:
        """Rows `low` to `high` (exclusive) of an array."""
        entry = self._find(name)
        if not 0 <= low <= high <= entry.count:
            raise damaged(self.name, f"rows {low} to {high} of {name} lie outside its {entry.count}")
        if low < high:
            self._verify(entry.offset + low * entry.row_size, entry.offset + high * entry.row_size)
        array = self._arrays.get(name)
        if array is None:
            array = np.frombuffer(self._data, _TYPES[entry.type], entry.count * entry.width, entry.offset)
            self._arrays[name] = array = array.reshape(-1, entry.width) if entry.width > 1 else array
        return array[low:high]

    def runs(self, name: str, lows: np.ndarray, highs: np.ndarray) -> np.ndarray:
        """Rows lows[i] to highs[i] (exclusive) of an array, all i one after another; runs ascend and do not overlap."""
        if not len(lows):
            return self.view(name, 0, 0)
        apart = np.flatnonzero(lows[1:] != highs[:-1])
        starts = lows[np.append(0, apart + 1)].tolist()
        ends = highs[np.append(apart, len(highs) - 1)].tolist()
        pieces = [self.view(name, low, high) for low, high in zip(starts, ends)]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def check(self) -> list[str]:
        """Compares every block with its checksum; one sentence per run of blocks that differ."""
        wrong = [number for number in range(len(self._checksums)) if not self._block_is_right(number)]
        return [f"{self.name}: {len(wrong)} of {len(self._checksums)} blocks differ from their checksums"] if wrong else []

    def _read_header(self) -> tuple[int, dict[str, Any], np.ndarray]:
        if len(self._data) < _HEADER_SIZE:
            raise damaged(self.name, f"{len(self._data)} bytes are too few for a header")
        header = bytes(self._data[: _HEADER.size])
        magic, version, block, size, data_end, start, length, crc = _HEADER.unpack(header)
        if magic != MAGIC:
            raise damaged(self.name, "it does not start as a file of arrays")
        if bytes(self._data[:_HEADER_SIZE]) != _seal(header):
            raise damaged(self.name, "its header was altered")
        if version != VERSION or block != BLOCK:
            raise damaged(self.name, f"its format is version {version}, this program reads version {VERSION}")
        blocks = -(-(data_end - _HEADER_SIZE) // BLOCK)
        if size != len(self._data) or start != data_end + 4 * blocks or size != start + length:
            raise damaged(self.name, f"it has {len(self._data)} bytes, its header says {size}")
        if zlib.crc32(self._data[data_end:]) != crc:
            raise damaged(self.name, "its directory was altered")
        checksums = np.frombuffer(self._data, "<u4", blocks, data_end)
        return data_end, self._read_directory(start), checksums

    def _read_directory(self, start: int) -> dict[str, Any]:
        try:
            directory = json.loads(bytes(self._data[start:]))
            if isinstance(directory["meta"], dict) and isinstance(directory["arrays"], dict):
                return directory
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise damaged(self.name, "its directory cannot be read") from error
        raise damaged(self.name, "its directory cannot be read")

    def _entry(self, name: str, row: Any, data_end: int) -> Entry:
        try:
            entry = Entry(*row)
            numbers = (entry.width, entry.offset, entry.count)
            fits = entry.type in _TYPES and all(type(number) is int and number >= 0 for number in numbers)
        except TypeError:
            fits = False
        if fits:
            aligned = entry.width >= 1 and entry.offset % _ALIGNMENT == 0
            fits = aligned and _HEADER_SIZE <= entry.offset <= entry.end <= data_end
        if not fits:
            raise damaged(self.name, f"the array {name} does not lie inside it")
        return entry

    def _find(self, name: str) -> Entry:
        try:
            return self._entries[name]
        except KeyError:
            raise damaged(self.name, f"the array {name} is missing") from None

    def _verify(self, start: int, end: int) -> None:
        first, last = (start - _HEADER_SIZE) // BLOCK, (end - 1 - _HEADER_SIZE) // BLOCK
        number = self._verified.find(0, first, last + 1)
        while number >= 0:
            if not self._block_is_right(number):
                raise damaged(self.name, f"block {number} differs from its checksum")
            self._verified[number] = 1
            number = self._verified.find(0, number + 1, last + 1)

    def _block_is_right(self, number: int) -> bool:
        start = _HEADER_SIZE + number * BLOCK
        return zlib.crc32(self._data[start : min(start + BLOCK, self._data_end)]) == self._checksums[number]


def _seal(header: bytes) -> bytes:
    padded = header.ljust(_HEADER_SIZE - 4, b"\0")
    return padded + struct.pack("<I", zlib.crc32(padded))


def _type_name(dtype: np.dtype) -> str:
    name = f"{dtype.kind}{dtype.itemsize}"
    if name not in _TYPES:
        raise ValueError(f"Arrays of type {dtype} are not stored")
    return name
