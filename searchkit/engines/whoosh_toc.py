"""Whoosh's table of contents: which segments an index has, and its schema.

`read_toc` reads the segments without Whoosh and without running anything from the file. `write_toc` writes the
table as Whoosh does, so that `whoosh.index.open_dir` opens the index; `open_index` does the same for files of strangers.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from searchkit.durable import sync
from searchkit.engines.arrays import damaged
from searchkit.engines.segment_arrays import INDEX_NAME, ArraySegment, SegmentArrays
from searchkit.engines.unpickle import unpickle
from searchkit.errors import IndexMissing

if TYPE_CHECKING:
    from whoosh.fields import Schema
    from whoosh.index import FileIndex

_VERSION = -111  # of Whoosh's format
_BYTE_ORDER = -12345
_SIZES = (4, 8, 4)  # of Whoosh's int, long and float
_NAME = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc")
_SEGMENT_NAME = re.compile(r"[0-9a-z]+")
_LARGEST = 1 << 24
_SCHEMA_CLASSES = {
    "whoosh.fields": ("Schema", "TEXT", "ID", "STORED"),
    "whoosh.formats": ("Existence", "Positions"),
    "whoosh.analysis.tokenizers": ("IDTokenizer",),
    "searchkit.engines.whoosh_schema": ("SpaceTokenizer",),
}


class Toc(NamedTuple):
    """A table of contents: its generation (Whoosh's, not the index's), the segments, the schema's pickle."""

    generation: int
    segments: tuple[ArraySegment, ...]
    schema: bytes


class _Bytes:
    """A cursor over bytes that never reads beyond them."""

    def __init__(self, data: bytes, name: str):
        self._data = data
        self._name = name
        self._at = 0

    def take(self, count: int) -> bytes:
        if not 0 <= count <= len(self._data) - self._at:
            raise damaged(self._name, "it ends too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def integer(self) -> int:
        return struct.unpack("!i", self.take(4))[0]

    def varint(self) -> int:
        value = shift = 0
        while (byte := self.take(1)[0]) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._at)


def latest(folder: Path) -> int:
    """The generation of a folder's newest table of contents, -1 where there is none."""
    return max((int(found[1]) for path in Path(folder).iterdir() if (found := _NAME.fullmatch(path.name))), default=-1)


def read_toc(folder: Path) -> list[ArraySegment]:
    """The segments of a folder's newest table of contents; IndexMissing, or IndexDamaged for what Whoosh did not write."""
    return list(read_contents(folder).segments)


def read_contents(folder: Path) -> Toc:
    """The newest table of contents of a folder, its schema still packed; errors as of `read_toc`."""
    generation = latest(folder)
    if generation < 0:
        raise IndexMissing(f"There is no index in {folder}", "Build one with `searchkit index`")
    path = Path(folder) / _toc_name(generation)
    if path.stat().st_size > _LARGEST:
        raise damaged(path.name, "it is too large")
    data = _Bytes(path.read_bytes(), path.name)
    if tuple(data.varint() for _ in _SIZES) != _SIZES or data.integer() != _BYTE_ORDER or data.integer() != _VERSION:
        raise damaged(path.name, "it is not a table of contents of this version of Whoosh")
    for _ in range(3):  # Whoosh's own version
        data.varint()
    schema = data.take(data.varint())
    if data.integer() != generation:
        raise damaged(path.name, "it names another generation")
    data.integer()
    segments = unpickle(data.rest(), {("searchkit.engines.whoosh_codec", "WhooshSegment"): _segment}, path.name)
    if type(segments) is not list or not all(type(segment) is ArraySegment for segment in segments):
        raise damaged(path.name, "it does not list segments")
    return Toc(generation, tuple(segments), schema)


def write_toc(folder: Path, segments: Sequence[ArraySegment], schema: Schema | None = None) -> int:
    """Writes the next table of contents; returns its generation. Without `schema`, that of the index's own fields."""
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC

    from searchkit.engines.whoosh_codec import WhooshSegment
    from searchkit.engines.whoosh_schema import schema as own_schema

    generation = latest(folder) + 1
    toc = TOC(schema or own_schema(), [WhooshSegment.of(segment) for segment in segments], generation)
    toc.write(FileStorage(str(folder)), INDEX_NAME)
    sync(Path(folder) / _toc_name(generation))
    sync(Path(folder))
    return generation


def read_schema(toc: Toc) -> Schema:
    """The schema of a table of contents, if it has only fields of the kinds used here."""
    from importlib import import_module

    allowed = {}
    for module, names in _SCHEMA_CLASSES.items():
        allowed |= {(module, name): getattr(import_module(module), name) for name in names}
    found = unpickle(toc.schema, allowed, _toc_name(toc.generation))
    if type(found) is not allowed["whoosh.fields", "Schema"]:
        raise damaged(_toc_name(toc.generation), "it has no schema")
    return found


def open_index(folder: Path) -> FileIndex:
    """The index as Whoosh's own FileIndex, read-only in spirit; nothing in its pickles is run."""
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC, FileIndex

    from searchkit.engines.whoosh_codec import WhooshSegment

    toc = read_contents(folder)
    contents = TOC(read_schema(toc), [WhooshSegment.of(segment) for segment in toc.segments], toc.generation)

    class SafeIndex(FileIndex):
        """A FileIndex whose table of contents was read already."""

        def __init__(self) -> None:
            self.storage = FileStorage(str(folder))
            self.indexname = INDEX_NAME
            self._schema = contents.schema

        def _read_toc(self) -> Any:
            return TOC(contents.schema, list(contents.segments), contents.generation)

    return SafeIndex()


def _toc_name(generation: int) -> str:
    return f"_{INDEX_NAME}_{generation}.toc"


def _segment(
    indexname: str, name: str, doc_count: int, deletions: int, deleted_count: int, unsaved: tuple[int, ...]
) -> ArraySegment:
    numbers = (doc_count, deletions, deleted_count, *unsaved)
    if indexname != INDEX_NAME or not _SEGMENT_NAME.fullmatch(name) or not all(type(n) is int and n >= 0 for n in numbers):
        raise ValueError("a segment's name or numbers are not what they can be")
    return ArraySegment(name, doc_count, deletions, deleted_count, indexname, tuple(unsaved))
