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
from searchkit.engines.frequencies import Large, narrowed, write_large
from searchkit.engines.inversion import offsets_of, stable_order
from searchkit.engines.segment_arrays import ArraySegment, FieldShape, SegmentArrays
from searchkit.engines.segment_builder import describe, number_spellings, smallest_doc, write_lexicon, write_spellings
from searchkit.engines.stored import write_index
from searchkit.errors import EngineError
from searchkit.postings import gather

RANGE = 1 << 20  # positions merged at a time
LARGEST = 1 << 16  # articles of a merged segment: as many as document numbers of two bytes can tell apart


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


def merge_files(folder: Path, group: Sequence[ArraySegment], name: str) -> ArraySegment:
    """Merges segments of a folder into the one `name` and deletes their files."""
    opened = [SegmentArrays.open(folder, segment) for segment in group]
    merged = merge(folder, opened, name)
    for segment, arrays in zip(group, opened, strict=True):
        arrays.close()
        for filename in segment.filenames:
            (Path(folder) / filename).unlink()
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
        numbers.append(new.astype(np.int32))
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
    """Live postings of several terms one after another, as in `Postings`, under their documents' new numbers.

    terms, postings, places: of each term its number, how many postings it has and how many positions
    """

    terms: np.ndarray
    postings: np.ndarray
    places: np.ndarray
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
        offsets = self._offsets(segment, "spelling_offsets") if self._shape.spellings else np.zeros(1, np.int32)
        spellings = np.zeros(int(offsets[-1]), np.int64)
        for low, high in self._ranges(segment):
            rows = self._rows(segment, docs, low, high)
            terms[low:high] = rows.postings
            if self._shape.spellings:
                first, last = int(offsets[low]), int(offsets[high])
                used = np.repeat(offsets[low:high] - first, rows.places) + rows.spellings
                spellings[first:last] = np.bincount(used, minlength=last - first)
        return terms, spellings

    def _offsets(self, segment: SegmentArrays, name: str) -> np.ndarray:
        return segment.file.array(f"{self._field}.{name}").astype(np.int64)

    def _ranges(self, segment: SegmentArrays) -> Iterator[tuple[int, int]]:
        """Ranges of term numbers with about RANGE positions each."""
        offsets = self._offsets(segment, "position_offsets" if self._shape.positions else "posting_offsets")
        low = 0
        while low < len(offsets) - 1:
            high = int(np.searchsorted(offsets, int(offsets[low]) + RANGE, "right")) - 1
            high = min(max(high, low + 1), len(offsets) - 1)
            yield low, high
            low = high

    def _rows(self, segment: SegmentArrays, docs: np.ndarray, low: int, high: int) -> _Rows:
        """The live postings of a segment's terms, these by the numbers they have there."""
        file, field = segment.file, self._field
        offsets = file.view(f"{field}.posting_offsets", low, high + 1).astype(np.int64)
        new_docs = docs[file.view(f"{field}.docs", int(offsets[0]), int(offsets[-1]))]
        frequencies = segment.frequencies(field, int(offsets[0]), int(offsets[-1]))
        places = positions = spellings = np.zeros(0, np.int64)
        if self._shape.positions:
            at = file.view(f"{field}.position_offsets", low, high + 1).astype(np.int64)
            places, positions = np.diff(at), file.view(f"{field}.positions", int(at[0]), int(at[-1]))
            if self._shape.spellings:
                spellings = file.view(f"{field}.spellings", int(at[0]), int(at[-1]))
        rows = _Rows(np.arange(low, high), np.diff(offsets), places, new_docs, frequencies, positions, spellings)
        return rows if segment.live is None else self._live(rows)

    def _live(self, rows: _Rows) -> _Rows:
        """Rows without the postings of deleted documents; the terms stay, if with nothing."""
        kept = rows.docs >= 0
        terms = np.repeat(np.arange(len(rows.terms)), rows.postings)[kept]
        docs, frequencies = rows.docs[kept], rows.frequencies[kept]
        live = rows._replace(postings=np.bincount(terms, minlength=len(rows.terms)), docs=docs, frequencies=frequencies)
        if not self._shape.positions:
            return live
        kept_places = np.repeat(kept, rows.frequencies)
        places = np.bincount(terms, frequencies, len(rows.terms)).astype(np.int64)
        spellings = rows.spellings[kept_places] if self._shape.spellings else rows.spellings
        return live._replace(places=places, positions=rows.positions[kept_places], spellings=spellings)

    def _merge_spellings(self, new_terms: list[np.ndarray], counts: list[np.ndarray], term_count: int) -> list[np.ndarray]:
        """Writes the spellings of all terms; for each segment, the new number of each of its spellings."""
        if not self._shape.spellings:
            return [np.zeros(0, np.int64)] * len(new_terms)
        total: dict[tuple[int, bytes], int] = {}
        keys = []
        for segment, terms, count in zip(self._segments, new_terms, counts, strict=True):
            owners = np.repeat(terms, np.diff(self._offsets(segment, "spelling_offsets"))).tolist()
            keys.append(list(zip(owners, segment.lexicon(self._field).spelling_strings, strict=True)))
            for key, occurrences in zip(keys[-1], count.tolist(), strict=True):
                if occurrences:
                    total[key] = total.get(key, 0) + occurrences
        owners = np.array([owner for owner, _ in total], np.int64)
        counts_of = np.array(list(total.values()), np.int64)
        numbers, spellings = number_spellings(owners, counts_of, [name for _, name in total], term_count)
        number = dict(zip(total, numbers.tolist(), strict=True))
        write_spellings(self._file, self._field, spellings)
        type_ = smallest(int(numbers.max(initial=0)))
        return [np.array([number.get(key, 0) for key in own], type_) for own in keys]

    def _folded(self, new_terms: list[np.ndarray], term_count: int) -> list[bytes] | None:
        """The folded form of each new term, None for a field without."""
        folded: list[bytes] = [b""] * term_count
        for segment, terms in zip(self._segments, new_terms, strict=True):
            strings = segment.lexicon(self._field).folded_strings
            if strings is None:
                return None
            forms = list(strings)
            new = terms[segment.file.array(f"{self._field}.folded_terms")].tolist()
            counts = np.diff(self._offsets(segment, "folded_term_offsets"))
            for term, form in zip(new, np.repeat(np.arange(len(forms)), counts).tolist(), strict=True):
                if term >= 0:
                    folded[term] = forms[form]
        return folded

    def _write_postings(self, sources: list[_Source], term_count: int, doc_count: int) -> None:
        types = self._types(sources, doc_count)
        large = [Large(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        postings, positions = np.zeros(term_count, np.int64), np.zeros(term_count, np.int64)
        done = 0
        for low, high in self._new_ranges(sources, term_count):
            rows = self._merge_range(sources, low, high)
            bytes_, beyond = narrowed(rows.frequencies)
            large.append(Large(beyond.rows + done, beyond.frequencies))
            rows = rows._replace(frequencies=bytes_)
            done += len(bytes_)
            postings[low:high] = np.bincount(rows.terms - low, rows.postings, high - low)
            if self._shape.positions:
                positions[low:high] = np.bincount(rows.terms - low, rows.places, high - low)
            for name, type_ in types.items():
                self._file.append(f"{self._field}.{name}", getattr(rows, name).astype(type_))
        for name, type_ in types.items():
            self._file.append(f"{self._field}.{name}", np.zeros(0, type_))  # there even without a term
        write_large(self._file, self._field, Large(*map(np.concatenate, zip(*large))))
        self._file.add(f"{self._field}.posting_offsets", offsets_of(postings))
        if self._shape.positions:
            self._file.add(f"{self._field}.position_offsets", offsets_of(positions))

    def _types(self, sources: list[_Source], doc_count: int) -> dict[str, np.dtype]:
        types = {"docs": smallest_doc(doc_count), "frequencies": np.dtype("u1")}
        if self._shape.positions:
            found = [source.segment.file.dtype(f"{self._field}.positions") for source in sources]
            types["positions"] = max(found, key=lambda type_: type_.itemsize)
        if self._shape.spellings:
            types["spellings"] = sources[0].spellings.dtype  # a term may have more of them than in any segment
        return types

    def _new_ranges(self, sources: list[_Source], term_count: int) -> Iterator[tuple[int, int]]:
        sizes = np.zeros(term_count, np.int64)
        name = "position_offsets" if self._shape.positions else "posting_offsets"
        for source in sources:
            live = source.terms >= 0
            sizes[source.terms[live]] += np.diff(self._offsets(source.segment, name))[live]
        ends = np.cumsum(sizes)
        low = 0
        while low < term_count:
            done = int(ends[low - 1]) if low else 0
            high = max(int(np.searchsorted(ends, done + RANGE, "right")), low + 1)
            yield low, high
            low = high

    def _merge_range(self, sources: list[_Source], low: int, high: int) -> _Rows:
        """The postings of the new terms `low` to `high`: for each term, what each segment has of it, in turn."""
        parts = [self._source_rows(source, low, high) for source in sources]
        terms, postings, places, *arrays = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        docs, frequencies, positions, spellings = arrays
        order = stable_order(terms - low, high - low)
        at = gather((np.cumsum(postings) - postings)[order], postings[order])
        docs, frequencies, postings = docs[at], frequencies[at], postings[order]
        if self._shape.positions:
            at = gather((np.cumsum(places) - places)[order], places[order])
            positions, places = positions[at], places[order]
            if self._shape.spellings:
                spellings = spellings[at]
        return _Rows(terms[order], postings, places, docs, frequencies, positions, spellings)

    def _source_rows(self, source: _Source, low: int, high: int) -> _Rows:
        """A segment's part of a range, with new numbers."""
        old = np.flatnonzero((source.terms >= low) & (source.terms < high))
        if not len(old):
            return _Rows(*[np.zeros(0, np.int64)] * len(_Rows._fields))
        first, last = int(old[0]), int(old[-1]) + 1
        rows = self._rows(source.segment, source.docs, first, last)
        spellings = rows.spellings
        if self._shape.spellings:
            offsets = self._offsets(source.segment, "spelling_offsets")[first:last]
            spellings = source.spellings[np.repeat(offsets, rows.places) + spellings]
        live = old - first  # terms without a live document have no rows either
        places = rows.places[live] if self._shape.positions else rows.places
        return rows._replace(terms=source.terms[old], postings=rows.postings[live], places=places, spellings=spellings)

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
