"""One opened segment: lexicon, postings, columns and stored articles as views of a mapped file.

Documents are numbered from 0 within a segment. Files of a segment never change once written: what was
deleted stands in a small file of its own, whose number goes up with every change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from searchkit.engines.arrays import ArrayFile, ArrayFileWriter, damaged
from searchkit.engines.frequencies import Large, read_large, restored
from searchkit.engines.lexicon import Lexicon
from searchkit.engines.stored import StoredReader

INDEX_NAME = "MAIN"  # Whoosh's own default, so that its tools find the index without being told


class FieldShape(NamedTuple):
    """What a field keeps of each token beside its term."""

    positions: bool = True
    spellings: bool = False


class Postings(NamedTuple):
    """One term's postings: views, documents ascending.

    docs, frequencies: one row per document;  positions, spellings: one row per occurrence (the sum of frequencies),
    document by document; `spellings` says which of the term's spellings stands there. None where the field has none.
    """

    docs: np.ndarray
    frequencies: np.ndarray
    positions: np.ndarray | None
    spellings: np.ndarray | None


class ArraySegment(NamedTuple):
    """A segment as the table of contents lists it; `deletions` numbers its file of deletions, 0 for none.

    unsaved: documents deleted through Whoosh's own writer, which keeps them in the table of contents
    """

    name: str
    doc_count: int
    deletions: int = 0
    deleted_count: int = 0
    indexname: str = INDEX_NAME
    unsaved: tuple[int, ...] = ()

    @property
    def live_count(self) -> int:
        """Documents that are not deleted."""
        return self.doc_count - self.deleted_count - len(self.unsaved)

    @property
    def filename(self) -> str:
        """The file of the segment's arrays."""
        return f"{self.indexname}_{self.name}.arrays"

    @property
    def deletions_filename(self) -> str | None:
        """The file that says what is deleted, None when nothing is."""
        return f"{self.indexname}_{self.name}.{self.deletions:06d}.deleted" if self.deletions else None

    @property
    def filenames(self) -> tuple[str, ...]:
        """All files of the segment."""
        return (self.filename, self.deletions_filename) if self.deletions_filename else (self.filename,)


class Columns(Mapping[str, np.ndarray]):
    """The columns of a segment by name: one row per document."""

    def __init__(self, file: ArrayFile, names: list[str]):
        self._file = file
        self._names = names

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        return self._file.array(f"column.{name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class SegmentArrays:
    """One opened segment; raises IndexDamaged where its files are not what they should be."""

    def __init__(self, file: ArrayFile, live: np.ndarray | None = None):
        self._file = file
        self.name = file.name
        self.live = live  # a bool per document, or None when none is deleted
        try:
            self.doc_count: int = file.meta["doc_count"]
            self.fields = {name: FieldShape(*shape) for name, shape in file.meta["fields"].items()}
            self.columns: Mapping[str, np.ndarray] = Columns(file, list(file.meta["columns"]))
            self.ragged_names: list[str] = list(file.meta["ragged"])
        except (KeyError, TypeError, AttributeError) as error:
            raise damaged(self.name, "its directory does not describe a segment") from error
        self._lexicons: dict[str, Lexicon] = {}
        self._known_offsets: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._known_large: dict[str, Large] = {}
        self._check_shape()

    @classmethod
    def open(cls, folder: Path, segment: ArraySegment) -> SegmentArrays:
        """Opens a segment of an index folder."""
        arrays = cls(ArrayFile.open(Path(folder) / segment.filename))
        if arrays.doc_count != segment.doc_count:
            raise damaged(arrays.name, f"it has {arrays.doc_count} articles, not {segment.doc_count}")
        if segment.deletions or segment.unsaved:
            arrays.live = ~_deleted(folder, segment)
        return arrays

    @property
    def live_count(self) -> int:
        """Documents that are not deleted."""
        return self.doc_count if self.live is None else int(np.count_nonzero(self.live))

    @property
    def meta(self) -> Mapping[str, Any]:
        """What the writer noted."""
        return self._file.meta

    @property
    def file(self) -> ArrayFile:
        """The file underneath."""
        return self._file

    @cached_property
    def _stored(self) -> StoredReader:
        return StoredReader(self._file)

    @property
    def stored_reader(self) -> StoredReader:
        """The stored articles."""
        return self._stored

    def stored(self, doc: int) -> dict[str, Any]:
        """What was stored with a document."""
        return self._stored[doc]

    def lengths(self, field: str) -> np.ndarray:
        """Tokens of the field in each document."""
        return self._file.array(f"{field}.lengths")

    def ragged(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A ragged column: document d has values[offsets[d]:offsets[d + 1]]."""
        return self._file.array(f"ragged.{name}.offsets"), self._file.array(f"ragged.{name}")

    def lexicon(self, field: str) -> Lexicon:
        """The terms of a field; an empty one when no document has the field."""
        if field not in self._lexicons:
            self._lexicons[field] = Lexicon(self._file, field)
        return self._lexicons[field]

    def postings(self, field: str, term_number: int) -> Postings:
        """The postings of a term."""
        postings = self.postings_of_run(field, term_number, term_number + 1)
        docs = postings.docs
        if len(docs) and not docs[0] <= docs[-1] < self.doc_count:
            raise damaged(self.name, f"postings of {field} name documents that are not there")
        return postings

    def postings_of_run(self, field: str, first: int, last: int) -> Postings:
        """The postings of the terms numbered `first` to `last` (exclusive) one after another, documents not ascending."""
        file, shape, (of_postings, of_positions) = self._file, self.fields[field], self._offsets(field)
        low, high = int(of_postings[first]), int(of_postings[last])
        docs, frequencies = file.view(f"{field}.docs", low, high), self.frequencies(field, low, high)
        if not shape.positions:
            return Postings(docs, frequencies, None, None)
        low, high = int(of_positions[first]), int(of_positions[last])
        positions = file.view(f"{field}.positions", low, high)
        spellings = file.view(f"{field}.spellings", low, high) if shape.spellings else None
        return Postings(docs, frequencies, positions, spellings)

    def postings_of_terms(self, field: str, numbers: np.ndarray) -> Postings:
        """The postings of some terms (ascending) one after another, without their spellings; documents not ascending."""
        file, (of_postings, of_positions) = self._file, self._offsets(field)
        lows, highs = of_postings[numbers], of_postings[numbers + 1]
        docs = file.runs(f"{field}.docs", lows, highs)
        frequencies = restored(file.runs(f"{field}.frequencies", lows, highs), self._large(field), lows, highs)
        if len(docs) and docs.max() >= self.doc_count:
            raise damaged(self.name, f"postings of {field} name documents that are not there")
        if not self.fields[field].positions:
            return Postings(docs, frequencies, None, None)
        positions = file.runs(f"{field}.positions", of_positions[numbers], of_positions[numbers + 1])
        return Postings(docs, frequencies, positions, None)

    def frequencies(self, field: str, low: int, high: int) -> np.ndarray:
        """How often the terms stand in their documents, for the postings `low` to `high` (exclusive) of the field."""
        found, large = self._file.view(f"{field}.frequencies", low, high), self._large(field)
        return restored(found, large, np.array([low]), np.array([high])) if len(large.rows) else found

    def _large(self, field: str) -> Large:
        known = self._known_large.get(field)
        if known is None:
            known = self._known_large[field] = read_large(self._file, field)
        return known

    def _offsets(self, field: str) -> tuple[np.ndarray, np.ndarray]:
        """Where the postings and the positions of each term start; positions' are empty in a field without them."""
        known = self._known_offsets.get(field)
        if known is None:
            names = [f"{field}.posting_offsets", f"{field}.position_offsets"]
            arrays = [self._file.array(name) if name in self._file else np.zeros(0, np.int64) for name in names]
            known = self._known_offsets[field] = (arrays[0], arrays[1])
        return known

    def close(self) -> None:
        """Lets go of the file; the memory is unmapped when the last view of it is gone."""
        self._lexicons.clear()
        self._known_offsets.clear()
        self._known_large.clear()

    def check(self, deep: bool = False) -> list[str]:
        """What is wrong with the segment, a sentence each; `deep` reads every byte."""
        if not deep:
            return []  # what can be seen without reading it all was looked at when it was opened
        return self._file.check() or self._check_deep()

    def _check_shape(self) -> None:
        """Raises IndexDamaged unless arrays that go together have the counts that go together."""
        file, docs = self._file, self.doc_count
        expected = [("stored.dictionary", docs), ("stored.offsets", docs + 1)]
        expected += [(f"column.{name}", docs) for name in self.columns]
        expected += [(f"ragged.{name}.offsets", docs + 1) for name in self.ragged_names]
        for field, shape in self.fields.items():
            terms = file.count(f"{field}.term_offsets") - 1
            expected += [(f"{field}.posting_offsets", terms + 1), (f"{field}.lengths", docs)]
            expected.append((f"{field}.frequencies", file.count(f"{field}.docs")))
            if shape.positions:
                expected.append((f"{field}.position_offsets", terms + 1))
            if shape.spellings:
                expected.append((f"{field}.spellings", file.count(f"{field}.positions")))
                expected.append((f"{field}.spelling_offsets", terms + 1))
        for name, count in expected:
            if file.count(name) != count:
                raise damaged(self.name, f"{name} has {file.count(name)} rows where {count} belong")

    def _check_deep(self) -> list[str]:
        problems = []
        for name in self._file:
            if name.endswith("offsets") and np.any(np.diff(self._file.array(name).astype(np.int64)) < 0):
                problems.append(f"{self.name}: {name} does not ascend")
        for field in self.fields:
            docs = self._file.array(f"{field}.docs")
            frequencies = self.frequencies(field, 0, len(docs))
            if len(docs) and int(docs.max()) >= self.doc_count:
                problems.append(f"{self.name}: postings of {field} name documents that are not there")
            occurrences = int(frequencies.sum(dtype=np.int64))
            if self.fields[field].positions and occurrences != self._file.count(f"{field}.positions"):
                problems.append(f"{self.name}: frequencies of {field} do not add up to its positions")
        return problems


def _deleted(folder: Path, segment: ArraySegment) -> np.ndarray:
    deleted = np.zeros(segment.doc_count, bool)
    if segment.deletions_filename:
        deleted |= read_deleted(Path(folder) / segment.deletions_filename, segment.doc_count)
    if segment.unsaved and not 0 <= min(segment.unsaved) <= max(segment.unsaved) < segment.doc_count:
        raise damaged(segment.filename, "deletions name documents that are not there")
    deleted[list(segment.unsaved)] = True
    return deleted


def read_deleted(path: Path, doc_count: int) -> np.ndarray:
    """A bool per document: whether it is deleted."""
    file = ArrayFile.open(path)
    bits = file.array("deleted")
    if len(bits) != -(-doc_count // 8):
        raise damaged(path.name, f"it does not belong to a segment of {doc_count} articles")
    return np.unpackbits(bits, count=doc_count).astype(bool)


def delete(folder: Path, segment: ArraySegment, docs: np.ndarray) -> ArraySegment:
    """Marks documents as deleted in a new file beside the segment's; returns the segment to list from now on."""
    deleted = _deleted(folder, segment)
    deleted[docs] = True
    changed = segment._replace(deletions=segment.deletions + 1, deleted_count=int(np.count_nonzero(deleted)), unsaved=())
    writer = ArrayFileWriter(Path(folder) / str(changed.deletions_filename))
    writer.add("deleted", np.packbits(deleted))
    writer.finish({"doc_count": segment.doc_count})
    return changed
