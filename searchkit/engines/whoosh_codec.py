"""Whoosh's codec on files of arrays: its own readers, searchers and writers work on the segments built here.

The fast path does not come through here: it reads `SegmentArrays` and evaluates with `searchkit.postings`. What stands
here makes such a segment an ordinary Whoosh segment, slowly and exactly: one object per posting, one call per document.
That makes stock Whoosh the measure of the fast path, and lets any Whoosh tool open the index.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import numpy as np
from whoosh import columns
from whoosh.codec import base
from whoosh.filedb.structfile import BufferFile
from whoosh.matching import LeafMatcher, NullMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound
from whoosh.system import pack_uint

from searchkit.engines.segment_arrays import INDEX_NAME, ArraySegment, Postings, SegmentArrays
from searchkit.engines.whoosh_toc import open_index, read_toc, write_toc
from searchkit.engines.whoosh_writer import ArrayFieldWriter, ArrayPerDocumentWriter, SegmentFile, from_json, storage_folder

__all__ = ["ArrayCodec", "WhooshSegment", "open_index", "read_toc", "write_toc"]


class ArrayCodec(base.Codec):
    """Writes and reads segments as files of arrays; needs a storage in a folder."""

    length_stats = False  # lengths are counted from the arrays, not handed to each posting

    def per_document_writer(self, storage: Any, segment: WhooshSegment) -> ArrayPerDocumentWriter:
        segment.writing = SegmentFile(storage_folder(storage), segment.arrays)
        return ArrayPerDocumentWriter(segment.writing)

    def field_writer(self, storage: Any, segment: WhooshSegment) -> ArrayFieldWriter:
        return ArrayFieldWriter(segment.writing)

    def terms_reader(self, storage: Any, segment: WhooshSegment) -> ArrayTermsReader:
        return ArrayTermsReader(SegmentArrays.open(storage_folder(storage), segment.arrays))

    def per_document_reader(self, storage: Any, segment: WhooshSegment) -> ArrayPerDocumentReader:
        return ArrayPerDocumentReader(SegmentArrays.open(storage_folder(storage), segment.arrays), segment)

    def new_segment(self, storage: Any, indexname: str) -> WhooshSegment:
        return WhooshSegment(indexname)


class WhooshSegment(base.Segment):
    """A segment as Whoosh's table of contents lists it; pickles as a call with plain numbers and a name."""

    def __init__(
        self,
        indexname: str = INDEX_NAME,
        name: str | None = None,
        doc_count: int = 0,
        deletions: int = 0,
        deleted_count: int = 0,
        unsaved: tuple[int, ...] = (),
    ):
        super().__init__(indexname)
        if name is not None:
            self.segid = name
        self._doc_count = doc_count
        self._deletions = deletions
        self._deleted_count = deleted_count
        self._unsaved = set(unsaved)
        self.writing: Any = None

    @classmethod
    def of(cls, segment: ArraySegment) -> WhooshSegment:
        """Whoosh's view of a segment."""
        counts = segment.doc_count, segment.deletions, segment.deleted_count
        return cls(segment.indexname, segment.name, *counts, segment.unsaved)

    @property
    def arrays(self) -> ArraySegment:
        """The segment as the rest of the program knows it."""
        unsaved = tuple(sorted(self._unsaved))
        return ArraySegment(self.segid, self._doc_count, self._deletions, self._deleted_count, self.indexname, unsaved)

    def __reduce__(self) -> tuple[type[WhooshSegment], tuple[Any, ...]]:
        unsaved = tuple(sorted(self._unsaved))
        return type(self), (self.indexname, self.segid, self._doc_count, self._deletions, self._deleted_count, unsaved)

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def should_assemble(self) -> bool:
        return False  # it is one file already

    def doc_count_all(self) -> int:
        return self._doc_count

    def set_doc_count(self, doccount: int) -> None:
        self._doc_count = doccount

    def deleted_count(self) -> int:
        return self._deleted_count + len(self._unsaved)

    def deleted_docs(self) -> Iterator[int]:
        return iter(sorted(self._unsaved))

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self._unsaved.add(docnum)
        else:
            self._unsaved.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._unsaved


class ArrayPerDocumentReader(base.PerDocumentReader):
    """Stored values, lengths, columns and deletions of a segment."""

    def __init__(self, arrays: SegmentArrays, segment: WhooshSegment):
        self._arrays = arrays
        self._segment = segment

    def supports_columns(self) -> bool:
        return True

    def doc_count(self) -> int:
        return self.doc_count_all() - self._deleted_count()

    def doc_count_all(self) -> int:
        return self._arrays.doc_count

    def _deleted_count(self) -> int:
        return sum(1 for _ in self.deleted_docs())

    def has_deletions(self) -> bool:
        return self._arrays.live is not None or self._segment.has_deletions()

    def is_deleted(self, docnum: int) -> bool:
        live = self._arrays.live
        # Whoosh asks beyond the segment's end as well (of the complement of a query)
        filed = live is not None and docnum < len(live) and not live[docnum]
        return filed or self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        live = self._arrays.live
        filed = set() if live is None else set(np.flatnonzero(~live).tolist())
        return iter(sorted(filed | set(self._segment.deleted_docs())))

    def has_column(self, fieldname: str) -> bool:
        return f"whoosh.{fieldname}" in self._arrays.file

    def column_reader(self, fieldname: str, column: columns.Column) -> columns.ColumnReader:
        data = self._arrays.file.array(f"whoosh.{fieldname}").tobytes()
        return column.reader(BufferFile(data), 0, len(data), self._arrays.doc_count)

    def _lengths(self, fieldname: str) -> np.ndarray:
        if fieldname not in self._arrays.fields:
            return np.zeros(self._arrays.doc_count, np.uint8)
        return self._arrays.lengths(fieldname)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._lengths(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).sum(dtype=np.int64))

    def min_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).min(initial=0xFFFFFFFF)) if self._arrays.doc_count else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return from_json(self._arrays.stored(docnum))

    def close(self) -> None:
        self._arrays.close()


class ArrayTermsReader(base.TermsReader):
    """Terms of a segment, and a matcher for each."""

    def __init__(self, arrays: SegmentArrays):
        self._arrays = arrays

    def _find(self, fieldname: str, text: bytes) -> int:
        return self._arrays.lexicon(fieldname).strings.find(text) if fieldname in self._arrays.fields else -1

    def _number(self, fieldname: str, text: bytes) -> int:
        number = self._find(fieldname, text)
        if number < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return number

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        return sorted(self._arrays.fields)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((field, text) for field in self.indexed_field_names() for text in self._texts(field, 0))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        if fieldname not in self._arrays.fields:
            return iter(())
        start = bisect_left(self._arrays.lexicon(fieldname).strings, prefix)
        return ((fieldname, text) for text in self._texts(fieldname, start))

    def _texts(self, fieldname: str, start: int) -> Iterator[bytes]:
        strings = self._arrays.lexicon(fieldname).strings
        return (strings[number] for number in range(start, len(strings)))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def cursor(self, fieldname: str, fieldobj: Any) -> ArrayCursor:
        return ArrayCursor(self, fieldname, fieldobj)

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        number = self._find(fieldname, text)
        return int(self._arrays.lexicon(fieldname).document_frequency[number]) if number >= 0 else 0

    def frequency(self, fieldname: str, text: bytes) -> float:
        return self.term_info(fieldname, text).weight() if self._find(fieldname, text) >= 0 else 0

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        number = self._number(fieldname, text)
        docs = self._arrays.postings(fieldname, number).docs
        weights = self._weights(fieldname, number)
        lengths = self._arrays.lengths(fieldname)[docs]
        return TermInfo(
            weight=float(weights.sum(dtype=np.float64)),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(weights.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def _weights(self, fieldname: str, number: int) -> np.ndarray:
        file = self._arrays.file
        if f"{fieldname}.weights" not in file:
            return self._arrays.postings(fieldname, number).frequencies
        low, high = file.view(f"{fieldname}.posting_offsets", number, number + 2).tolist()
        return file.view(f"{fieldname}.weights", low, high)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrayMatcher:
        number = self._number(fieldname, text)
        postings = self._arrays.postings(fieldname, number)
        weights = self._weights(fieldname, number).tolist()
        return ArrayMatcher((fieldname, text), postings, weights, self.term_info(fieldname, text), format_, scorer)

    def close(self) -> None:
        self._arrays.close()


class ArrayCursor(base.FieldCursor):
    """Walks over the terms of a field."""

    def __init__(self, reader: ArrayTermsReader, fieldname: str, fieldobj: Any):
        self._reader = reader
        self._fieldname = fieldname
        self._fieldobj = fieldobj
        self._texts = [text for _, text in reader.terms_from(fieldname, b"")]
        self._at = 0

    def first(self) -> Any:
        self._at = 0
        return self.text()

    def find(self, term: Any) -> Any:
        self._at = bisect_left(self._texts, term if isinstance(term, bytes) else self._fieldobj.to_bytes(term))
        return self.text()

    def next(self) -> Any:
        self._at += 1
        return self.text()

    def text(self) -> Any:
        return self._fieldobj.from_bytes(self._texts[self._at]) if self.is_valid() else None

    term = text

    def term_info(self) -> TermInfo | None:
        return self._reader.term_info(self._fieldname, self._texts[self._at]) if self.is_valid() else None

    def is_valid(self) -> bool:
        return self._at < len(self._texts)


class ArrayMatcher(LeafMatcher):
    """One term's postings, document by document; they count as one block."""

    def __init__(
        self, term: tuple[str, bytes], postings: Postings, weights: list[float], info: TermInfo, format_: Any, scorer: Any
    ):
        self._term = term
        self._postings = postings
        self._docs: list[int] = postings.docs.tolist()
        self._weights = weights
        self._ends: list[int] = np.cumsum(postings.frequencies, dtype=np.int64).tolist()
        self._info = info
        self.format = format_
        self.scorer = scorer
        self._at = 0

    def copy(self) -> ArrayMatcher:
        twin = ArrayMatcher(self._term, self._postings, self._weights, self._info, self.format, self.scorer)
        twin._at = self._at
        return twin

    def is_active(self) -> bool:
        return self._at < len(self._docs)

    def reset(self) -> None:
        self._at = 0

    def id(self) -> int:
        return self._docs[self._at]

    def all_ids(self) -> Iterator[int]:
        return iter(self._docs)

    def next(self) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1

    def skip_to(self, id: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._docs, id, self._at)

    def skip_to_quality(self, minquality: float) -> int:
        if self.is_active() and self.block_quality() <= minquality:
            self._at = len(self._docs)
            return 1
        return 0

    def replace(self, minquality: float = 0) -> Any:
        if not self.is_active() or (minquality and self.supports_block_quality() and self.max_quality() < minquality):
            return NullMatcher()
        return self

    def weight(self) -> float:
        return self._weights[self._at]

    def block_min_length(self) -> int | None:
        return self._info.min_length()

    def block_max_length(self) -> int:
        return self._info.max_length()

    def block_max_weight(self) -> float:
        return self._info.max_weight()

    def _positions(self) -> list[int]:
        positions = self._postings.positions
        start = self._ends[self._at - 1] if self._at else 0
        return [] if positions is None else positions[start : self._ends[self._at]].tolist()

    def value(self) -> bytes:
        if self._postings.positions is not None:
            return self.format.encode(self._positions())
        return b"" if self.format.fixed_value_size() == 0 else pack_uint(int(self._postings.frequencies[self._at]))

    def value_as(self, astype: str) -> Any:
        return self._positions() if astype == "positions" else super().value_as(astype)

    def score(self) -> float:
        return self.scorer.score(self) if self.scorer else self.weight()
