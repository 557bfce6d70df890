"""Several segments into one, without what was deleted; the result is what building it afresh would give.

Postings are merged array by array, a range of terms at a time, so that memory does not grow with the segments;
stored articles are copied as they are compressed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from searchkit.engines.arrays import ArrayFileWriter, smallest
from searchkit.engines.inversion import offsets_of, stable_order
from searchkit.engines.segment_arrays import ArraySegment, FieldShape, SegmentArrays
from searchkit.engines.segment_builder import describe, number_spellings, smallest_doc, write_lexicon, write_spellings
from searchkit.engines.stored import write_index
from searchkit.errors import EngineError
from searchkit.postings import gather

RANGE = 1 << 22  # positions merged at a time


def merge(folder: Path, segments: Sequence[SegmentArrays], name: str) -> ArraySegment:
    """Writes the live documents of the segments, in their order, as the segment `name` of the folder."""
    _check_alike(segments)
    doc_count = sum(segment.live_count for segment in segments)
    merged = ArraySegment(name, doc_count)
    file = ArrayFileWriter(Path(folder) / merged.filename)
    try:
        renumbered = _renumber(segments)
        for field, shape in segments[0].fields.items():
            _FieldMerge(file, segments, renumbered, field, shape).write(doc_count)
        _merge_columns(file, segments)
        _merge_stored(file, segments)
        meta = segments[0].meta
        file.finish(describe(doc_count, segments[0].fields, meta["columns"], meta["ragged"]))
    except BaseException:
        file.abort()
        raise
    return merged


def _check_alike(segments: Sequence[SegmentArrays]) -> None:
    for segment in segments:
        if any(segment.meta[key] != segments[0].meta[key] for key in ("fields", "columns", "ragged")):
            raise EngineError("The segments to merge have different fields", "Rebuild the index with `searchkit rebuild`")
        if any(name.startswith("whoosh.") or name.endswith(".weights") for name in segment.file):
            raise EngineError(f"{segment.name} was written by Whoosh's own writer", "Merge it with Whoosh's own `optimize`")


def _renumber(segments: Sequence[SegmentArrays]) -> list[np.ndarray]:
    """For each segment, its documents' new numbers, -1 for deleted ones."""
    numbers, base = [], 0
    for segment in segments:
        live = np.ones(segment.doc_count, bool) if segment.live is None else segment.live
        new = np.where(live, base + np.cumsum(live) - 1, -1)
        numbers.append(new)
        base += segment.live_count
    return numbers


class _Source(NamedTuple):
    """A field of one segment that goes into the merge.

    docs: its documents' new numbers;  terms: its terms' new numbers, ascending, -1 where none is live
    spellings: the new numbers of its spellings, term by term
    """

    segment: SegmentArrays
    docs: np.ndarray
    terms: np.ndarray
    spellings: np.ndarray


class _Rows(NamedTuple):
    """Live postings of a range of a segment's terms: the term (as numbered there), and the rest as in `Postings`."""

    terms: np.ndarray
    docs: np.ndarray
    frequencies: np.ndarray
    positions: np.ndarray
    spellings: np.ndarray


class _FieldMerge:
    """Merges one field: first counts what is live, then writes the terms, then the postings by ranges of terms."""

    def __init__(
        self, file: ArrayFileWriter, segments: Sequence[SegmentArrays], docs: list[np.ndarray], field: str, shape: FieldShape
    ):
        self._file = file
        self._field = field
        self._shape = shape
        self._segments = segments
        self._docs = docs

    def write(self, doc_count: int) -> None:
        counted = [self._count(segment, docs) for segment, docs in zip(self._segments, self._docs, strict=True)]
        old_terms = [list(segment.lexicon(self._field).strings) for segment in self._segments]
        live: set[bytes] = set()
        for old, counts in zip(old_terms, counted, strict=True):
            live.update(term for term, count in zip(old, counts[0].tolist(), strict=True) if count)
        terms = sorted(live)
        number = {term: index for index, term in enumerate(terms)}
        new_terms = [np.array([number.get(term, -1) for term in old], np.int64) for old in old_terms]
        spellings = self._merge_spellings(new_terms, [counts[1] for counts in counted], len(terms))
        write_lexicon(self._file, self._field, terms, self._folded(new_terms, len(terms)))
        sources = [_Source(*parts) for parts in zip(self._segments, self._docs, new_terms, spellings, strict=True)]
        self._write_postings(sources, len(terms), doc_count)
        self._write_lengths()

    def _count(self, segment: SegmentArrays, docs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Live postings of each term and, with spellings, live occurrences of each of its spellings."""
        terms = np.zeros(len(segment.lexicon(self._field)), np.int64)
        offsets = np.zeros(1, np.int64)
        if self._shape.spellings:
            offsets = segment.file.array(f"{self._field}.spelling_offsets").astype(np.int64)
        spellings = np.zeros(int(offsets[-1]), np.int64)
        for low, high in self._ranges(segment):
            rows = self._rows(segment, docs, low, high)
            terms[low:high] = np.bincount(rows.terms - low, minlength=high - low)
            if self._shape.spellings:
                used = np.repeat(offsets[rows.terms], rows.frequencies) + rows.spellings
                first, last = int(offsets[low]), int(offsets[high])
                spellings[first:last] = np.bincount(used - first, minlength=last - first)
        return terms, spellings

    def _ranges(self, segment: SegmentArrays) -> Iterator[tuple[int, int]]:
        """Ranges of term numbers with about RANGE positions each."""
        name = "position_offsets" if self._shape.positions else "posting_offsets"
        offsets = segment.file.array(f"{self._field}.{name}")
        low = 0
        while low < len(offsets) - 1:
            high = int(np.searchsorted(offsets, int(offsets[low]) + RANGE, "right")) - 1
            high = min(max(high, low + 1), len(offsets) - 1)
            yield low, high
            low = high

    def _rows(self, segment: SegmentArrays, docs: np.ndarray, low: int, high: int) -> _Rows:
        file, field = segment.file, self._field
        offsets = file.view(f"{field}.posting_offsets", low, high + 1).astype(np.int64)
        old_docs = file.view(f"{field}.docs", int(offsets[0]), int(offsets[-1]))
        frequencies = file.view(f"{field}.frequencies", int(offsets[0]), int(offsets[-1])).astype(np.int64)
        new_docs = docs[old_docs]
        kept = new_docs >= 0
        terms = np.repeat(np.arange(low, high), np.diff(offsets))
        positions = spellings = np.zeros(0, np.int64)
        if self._shape.positions:
            first, last = file.view(f"{field}.position_offsets", low, high + 1)[[0, -1]].tolist()
            kept_positions = np.repeat(kept, frequencies)
            positions = file.view(f"{field}.positions", first, last)[kept_positions]
            if self._shape.spellings:
                spellings = file.view(f"{field}.spellings", first, last)[kept_positions]
        return _Rows(terms[kept], new_docs[kept], frequencies[kept], positions, spellings)

    def _merge_spellings(self, new_terms: list[np.ndarray], counts: list[np.ndarray], term_count: int) -> list[np.ndarray]:
        """Writes the spellings of all terms; for each segment, the new number of each of its spellings."""
        if not self._shape.spellings:
            return [np.zeros(0, np.int64)] * len(new_terms)
        total: dict[tuple[int, bytes], int] = {}
        keys = []
        for segment, terms, count in zip(self._segments, new_terms, counts, strict=True):
            offsets = segment.file.array(f"{self._field}.spelling_offsets").astype(np.int64)
            owners = np.repeat(terms, np.diff(offsets)).tolist()
            names = [bytes(name) for name in segment.lexicon(self._field).spelling_strings]
            keys.append([(owner, name) for owner, name in zip(owners, names, strict=True)])
            for key, occurrences in zip(keys[-1], count.tolist(), strict=True):
                if occurrences:
                    total[key] = total.get(key, 0) + occurrences
        owners = np.array([owner for owner, _ in total], np.int64)
        counts_of = np.array(list(total.values()), np.int64)
        numbers, spellings = number_spellings(owners, counts_of, [name for _, name in total], term_count)
        number = dict(zip(total, numbers.tolist(), strict=True))
        write_spellings(self._file, self._field, spellings)
        return [np.array([number.get(key, 0) for key in own], np.int64) for own in keys]

    def _folded(self, new_terms: list[np.ndarray], term_count: int) -> list[bytes] | None:
        """The folded form of each new term, None for a field without."""
        folded: list[bytes] = [b""] * term_count
        for segment, terms in zip(self._segments, new_terms, strict=True):
            lexicon = segment.lexicon(self._field)
            if lexicon.folded_strings is None:
                return None
            for number, form in enumerate(lexicon.folded_strings):
                for term in terms[lexicon.folded_terms(number)].tolist():
                    if term >= 0:
                        folded[term] = form
        return folded

    def _write_postings(self, sources: list[_Source], term_count: int, doc_count: int) -> None:
        types = {"docs": smallest_doc(doc_count)}
        for name in self._names():
            found = [source.segment.file.dtype(f"{self._field}.{name}") for source in sources]
            types[name] = max(found, key=lambda type_: type_.itemsize)
        postings, positions = np.zeros(term_count, np.int64), np.zeros(term_count, np.int64)
        for low, high in self._new_ranges(sources, term_count):
            terms, rows = self._merge_range(sources, low, high)
            postings[low:high] = np.bincount(terms - low, minlength=high - low)
            positions[low:high] = np.bincount(terms - low, weights=rows.frequencies, minlength=high - low)
            for name, type_ in types.items():
                self._file.append(f"{self._field}.{name}", getattr(rows, name).astype(type_))
        for name, type_ in types.items():
            self._file.append(f"{self._field}.{name}", np.zeros(0, type_))  # there even without a term
        self._file.add(f"{self._field}.posting_offsets", offsets_of(postings))
        if self._shape.positions:
            self._file.add(f"{self._field}.position_offsets", offsets_of(positions))

    def _names(self) -> list[str]:
        return ["frequencies"] + ["positions"] * self._shape.positions + ["spellings"] * self._shape.spellings

    def _new_ranges(self, sources: list[_Source], term_count: int) -> Iterator[tuple[int, int]]:
        sizes = np.zeros(term_count, np.int64)
        name = "position_offsets" if self._shape.positions else "posting_offsets"
        for source in sources:
            live = source.terms >= 0
            sizes[source.terms[live]] += np.diff(source.segment.file.array(f"{self._field}.{name}").astype(np.int64))[live]
        ends = np.cumsum(sizes)
        low = 0
        while low < term_count:
            done = int(ends[low - 1]) if low else 0
            high = max(int(np.searchsorted(ends, done + RANGE, "right")), low + 1)
            yield low, high
            low = high

    def _merge_range(self, sources: list[_Source], low: int, high: int) -> tuple[np.ndarray, _Rows]:
        """The postings of the new terms `low` to `high`, sorted, and the term of each."""
        parts = [self._source_rows(source, low, high) for source in sources]
        terms, docs, frequencies, positions, spellings = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = stable_order(terms - low, high - low)
        starts = np.cumsum(frequencies) - frequencies
        rows = gather(starts[order], frequencies[order]) if self._shape.positions else np.zeros(0, np.int64)
        if self._shape.spellings:
            spellings = spellings[rows]
        return terms[order], _Rows(terms[order], docs[order], frequencies[order], positions[rows], spellings)

    def _source_rows(self, source: _Source, low: int, high: int) -> _Rows:
        """A segment's part of a range, with new numbers."""
        old = np.flatnonzero((source.terms >= low) & (source.terms < high))
        if not len(old):
            empty = np.zeros(0, np.int64)
            return _Rows(empty, empty, empty, empty, empty)
        rows = self._rows(source.segment, source.docs, int(old[0]), int(old[-1]) + 1)
        spellings = rows.spellings
        if self._shape.spellings:
            offsets = source.segment.file.array(f"{self._field}.spelling_offsets")
            spellings = source.spellings[np.repeat(offsets[rows.terms].astype(np.int64), rows.frequencies) + spellings]
        return rows._replace(terms=source.terms[rows.terms], spellings=spellings)

    def _write_lengths(self) -> None:
        lengths = [segment.lengths(self._field)[docs >= 0] for segment, docs in zip(self._segments, self._docs, strict=True)]
        self._file.add(f"{self._field}.lengths", np.concatenate(lengths))


def _merge_columns(file: ArrayFileWriter, segments: Sequence[SegmentArrays]) -> None:
    for name in segments[0].columns:
        rows = [(segment.columns[name], segment.live) for segment in segments]
        file.add(f"column.{name}", np.concatenate([all_ if live is None else all_[live] for all_, live in rows]))
    for name in segments[0].ragged_names:
        counts = []
        for segment in segments:
            offsets, values = segment.ragged(name)
            offsets = offsets.astype(np.int64)
            live = slice(None) if segment.live is None else segment.live
            counts.append(np.diff(offsets)[live])
            file.append(f"ragged.{name}", values[gather(offsets[:-1][live], counts[-1])])
        file.add(f"ragged.{name}.offsets", offsets_of(np.concatenate(counts)))


def _merge_stored(file: ArrayFileWriter, segments: Sequence[SegmentArrays]) -> None:
    dictionaries: dict[bytes, int] = {}
    sizes, which = [], []
    for segment in segments:
        reader, arrays = segment.stored_reader, segment.file
        offsets = arrays.array("stored.offsets").astype(np.int64)
        live = np.ones(segment.doc_count, bool) if segment.live is None else segment.live
        numbers = arrays.array("stored.dictionary")[live]
        renumbered = np.zeros(len(reader.dictionaries()), np.int64)
        for number in np.unique(numbers).tolist():
            renumbered[number] = dictionaries.setdefault(reader.dictionary(number), len(dictionaries))
        edges = np.flatnonzero(np.diff(live.astype(np.int8), prepend=0, append=0))
        for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):  # runs of live documents
            file.append("stored", arrays.view("stored", int(offsets[low]), int(offsets[high])))
        sizes.append(np.diff(offsets)[live])
        which.append(renumbered[numbers])
    numbers = np.concatenate(which)
    write_index(file, offsets_of(np.concatenate(sizes)), list(dictionaries), numbers.astype(smallest(len(dictionaries))))
