"""Whoosh's generic writing path onto a file of arrays: `add_document`, posting by posting, as Whoosh hands them over.

Takes fields whose format is Existence, Frequency or Positions and columns that do not pickle; others are refused.
"""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from collections import defaultdict
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import columns, formats
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from searchkit.engines import frequencies
from searchkit.engines.arrays import ArrayFileWriter, smallest
from searchkit.engines.inversion import offsets_of
from searchkit.engines.lexicon import write_strings
from searchkit.engines.segment_arrays import ArraySegment, FieldShape
from searchkit.engines.segment_builder import describe, smallest_doc
from searchkit.engines.stored import StoredWriter
from searchkit.errors import EngineError

_FORMATS = (formats.Existence, formats.Frequency, formats.Positions)
_BYTES_COLUMNS = (columns.VarBytesColumn, columns.FixedBytesColumn, columns.RefBytesColumn)
_COLUMNS = (columns.NumericColumn, columns.BitColumn, *_BYTES_COLUMNS)


def storage_folder(storage: Any) -> Path:
    """The folder of a Whoosh storage; EngineError for one that is not on a disk."""
    if not isinstance(storage, FileStorage):
        raise EngineError(f"A {type(storage).__name__} cannot hold files of arrays", "Use a FileStorage")
    return Path(storage.folder)


def to_json(value: Any) -> Any:
    """A stored value as JSON types; bytes and times become objects with one telling key."""
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise EngineError(f"A stored {type(value).__name__} is not JSON", "Store text, numbers, times, bytes, lists or dicts")


def from_json(value: Any) -> Any:
    """The value that `to_json` made."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$bytes"}:
        return b64decode(value["$bytes"])
    if value.keys() == {"$time"}:
        return datetime.fromisoformat(value["$time"])
    return {key: from_json(item) for key, item in value.items()}


class SegmentFile:
    """The file that both of Whoosh's writers of a segment write to."""

    def __init__(self, folder: Path, segment: ArraySegment):
        self.file = ArrayFileWriter(folder / segment.filename)
        self.doc_count = 0
        self.fields: dict[str, FieldShape] = {}
        self.lengths: dict[str, dict[int, int]] = defaultdict(dict)

    def finish(self) -> None:
        """Writes the lengths and closes the file; a segment without documents leaves none."""
        if not self.doc_count:
            self.file.abort()
            return
        for field in self.fields:
            lengths = np.zeros(self.doc_count, np.int64)
            known = self.lengths.get(field, {})
            lengths[list(known)] = list(known.values())
            self.file.add(f"{field}.lengths", lengths.astype(smallest(int(lengths.max(initial=0)))))
        self.file.finish(describe(self.doc_count, self.fields, {}, {}))


class ArrayPerDocumentWriter(base.PerDocumentWriter):
    """Stored values, lengths and Whoosh's columns, document by document."""

    def __init__(self, segment: SegmentFile):
        self._segment = segment
        self._stored_writer = StoredWriter(segment.file)
        self._stored: dict[str, Any] = {}
        self._columns: dict[str, tuple[BytesIO, Any]] = {}
        self._docnum = 0
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        if docnum != self._segment.doc_count:
            raise EngineError(f"Document {docnum} came where {self._segment.doc_count} belongs")
        self._docnum, self._stored = docnum, {}

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        if value is not None:
            self._stored[fieldname] = to_json(value)
        if length:
            self._segment.lengths[fieldname][self._docnum] = length

    def add_column_value(self, fieldname: str, column: columns.Column, value: Any) -> None:
        if fieldname not in self._columns:
            if not isinstance(column, _COLUMNS):
                kind = type(column).__name__
                raise EngineError(f"The column of {fieldname} is a {kind}, which pickles", "Use another column type")
            buffer = BytesIO()
            self._columns[fieldname] = buffer, column.writer(StructFile(buffer))
        self._columns[fieldname][1].add(self._docnum, value)

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:
        raise EngineError(f"The field {fieldname} has vectors, which are not kept here", "Make the field without them")

    def finish_doc(self) -> None:
        self._stored_writer.add(self._stored)
        self._segment.doc_count += 1

    def cancel_doc(self) -> None:
        """Forgets the document that was started; Whoosh calls this where a value cannot be indexed."""
        for lengths in self._segment.lengths.values():
            lengths.pop(self._docnum, None)

    def close(self) -> None:
        self.is_closed = True
        self._stored_writer.finish()
        for fieldname, (buffer, writer) in self._columns.items():
            writer.finish(self._segment.doc_count)
            self._segment.file.add(f"whoosh.{fieldname}", np.frombuffer(buffer.getvalue(), "u1"))


class ArrayFieldWriter(base.FieldWriter):
    """Postings, field by field, term by term, document by document, all ascending."""

    def __init__(self, segment: SegmentFile):
        self._segment = segment
        self._field = ""
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        if type(fieldobj.format) not in _FORMATS:  # Characters is a Positions, but keeps more
            self._segment.file.abort()  # Whoosh's commit drops its writers when one fails
            hint = "Use Existence, Frequency or Positions"
            raise EngineError(f"The format of {fieldname} is not kept in files of arrays", hint)
        self._field, self._format = fieldname, fieldobj.format
        self._terms: list[bytes] = []
        self._docs, self._frequencies, self._weights = array("Q"), array("Q"), array("d")
        self._positions = array("Q")
        self._posting_ends, self._position_ends = array("Q", [0]), array("Q", [0])

    def start_term(self, text: bytes) -> None:
        self._terms.append(text)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        if self._format.supports("positions"):
            positions = sorted(self._format.decode_positions(vbytes))
            self._positions.extend(positions)
            self._frequencies.append(len(positions))
        else:
            self._frequencies.append(self._format.decode_frequency(vbytes))
        self._docs.append(docnum)
        self._weights.append(weight)

    def finish_term(self) -> None:
        self._posting_ends.append(len(self._docs))
        self._position_ends.append(len(self._positions))

    def finish_field(self) -> None:
        file, field = self._segment.file, self._field
        shape = FieldShape(self._format.supports("positions"))
        self._segment.fields[field] = shape
        write_strings(file, f"{field}.term", self._terms)
        file.add(f"{field}.posting_offsets", offsets_of(np.diff(_array(self._posting_ends))))
        file.add(f"{field}.docs", _array(self._docs).astype(smallest_doc(self._segment.doc_count)))
        counts, weights = _array(self._frequencies), np.array(self._weights)
        frequencies.write(file, field, counts)
        if not np.array_equal(weights, counts):
            file.add(f"{field}.weights", weights.astype("<f4"))
        if shape.positions:
            positions = _array(self._positions)
            file.add(f"{field}.position_offsets", offsets_of(np.diff(_array(self._position_ends))))
            file.add(f"{field}.positions", positions.astype(smallest(int(positions.max(initial=0)))))

    def close(self) -> None:
        self.is_closed = True
        self._segment.finish()


def _array(values: array) -> np.ndarray:
    return np.array(values, np.int64)
