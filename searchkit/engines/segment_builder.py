"""Builds one segment: articles go in as integer ids, `finish` inverts them by sorting arrays and writes the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from searchkit.article import NOTHING
from searchkit.engines import frequencies
from searchkit.engines.arrays import ArrayFileWriter, smallest
from searchkit.engines.inversion import Inverted, invert, local_numbers, offsets_of
from searchkit.engines.lexicon import encode, write_strings
from searchkit.engines.segment_arrays import ArraySegment, FieldShape
from searchkit.engines.stored import StoredWriter

_CHUNK = 1 << 18
_EMPTY = np.zeros(0, np.int32)
_NAME = re.compile(r"[0-9a-z]+")  # what Whoosh takes for a segment's
COLUMNS = {"date_from": ("<i4", 1), "date_to": ("<i4", 1), "has": ("<u2", 1), "length": ("<u4", 1), "sketch": ("<u4", 24)}
RAGGED = {"passage": "<u4", "passage_kind": "<u1"}


class Vocabulary(NamedTuple):
    """What a field's ids stand for.

    terms: the terms by number;  folded: the folded form of each term, where unmarked syllables are to be expanded.
    Without `spellings` an id is a term's number. With them an id is a spelling's, and term_of_spelling leads to its term.
    """

    terms: Sequence[str]
    spellings: Sequence[str] | None = None
    term_of_spelling: np.ndarray | None = None
    folded: Sequence[str] | None = None


class _Stream:
    """A long row of integers that grows by pieces, kept in a few large arrays."""

    def __init__(self) -> None:
        self._full: list[np.ndarray] = []
        self._chunk = np.empty(_CHUNK, np.int32)
        self._used = 0

    def extend(self, values: np.ndarray) -> None:
        done = 0
        while done < len(values):
            if self._used == len(self._chunk):
                self._full.append(self._chunk)
                self._chunk, self._used = np.empty(_CHUNK, np.int32), 0
            piece = values[done : done + len(self._chunk) - self._used]
            self._chunk[self._used : self._used + len(piece)] = piece
            self._used += len(piece)
            done += len(piece)

    def joined(self) -> np.ndarray:
        """All values in one array."""
        return np.concatenate([*self._full, self._chunk[: self._used]])


class SegmentBuilder:
    """Collects analysed articles and writes them as one segment `name` of an index folder.

    columns: name -> (type, values per row); ragged: name -> type. What `add` is not given is zero or empty.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        fields: Mapping[str, FieldShape],
        columns: Mapping[str, tuple[str, int]] = COLUMNS,
        ragged: Mapping[str, str] = RAGGED,
    ):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a segment: lower-case letters and digits only")
        self.segment = ArraySegment(name, 0)
        self.folder = Path(folder)
        self.fields = dict(fields)
        self.doc_count = 0
        self.tokens = 0  # over all fields: what memory grows with
        self._file = ArrayFileWriter(self.folder / self.segment.filename)
        self._stored = StoredWriter(self._file)
        self._ids = {field: _Stream() for field in fields}
        self._positions = {field: _Stream() for field, shape in fields.items() if shape.positions}
        self._lengths: dict[str, list[int]] = {field: [] for field in fields}
        self._column_shapes = dict(columns)
        self._columns: dict[str, list[Any]] = {column: [] for column in columns}
        self._ragged_types = dict(ragged)
        self._ragged = {column: _Stream() for column in ragged}
        self._ragged_lengths: dict[str, list[int]] = {column: [] for column in ragged}

    def add(
        self,
        stored: dict[str, Any],
        streams: Mapping[str, tuple[np.ndarray, np.ndarray | None]],
        columns: Mapping[str, Any] = NOTHING,
        ragged: Mapping[str, np.ndarray] = NOTHING,
    ) -> int:
        """Adds an article; returns its document number.

        stored: JSON types.  streams: field -> (ids, positions), a row per token, positions ascending; None for a field
        without positions.  columns, ragged: name -> value or row of values.
        """
        for field in self.fields:
            self._add_stream(field, *streams.get(field, (_EMPTY, _EMPTY)))
        for column in self._columns:
            self._columns[column].append(columns.get(column, 0))
        for column in self._ragged:
            values = ragged.get(column, _EMPTY)
            self._ragged[column].extend(values)
            self._ragged_lengths[column].append(len(values))
        self._stored.add(stored)
        self.doc_count += 1
        return self.doc_count - 1

    def finish(self, vocabularies: Mapping[str, Vocabulary]) -> ArraySegment:
        """Inverts and writes everything; the segment is on the disk when this returns."""
        for field, shape in self.fields.items():
            self._write_field(field, shape, vocabularies.get(field, Vocabulary([])))
        for column, (type_, width) in self._column_shapes.items():
            self._file.add(f"column.{column}", self._column(column, np.dtype((type_, (width,)) if width > 1 else type_)))
        for column in self._ragged_types:
            self._file.add(f"ragged.{column}", self._ragged.pop(column).joined().astype(self._ragged_types[column]))
            self._file.add(f"ragged.{column}.offsets", offsets_of(np.array(self._ragged_lengths[column], np.int64)))
        self._stored.finish()
        self._file.finish(describe(self.doc_count, self.fields, self._column_shapes, self._ragged_types))
        return self.segment._replace(doc_count=self.doc_count)

    def abort(self) -> None:
        """Removes what was written."""
        self._file.abort()

    def _add_stream(self, field: str, ids: np.ndarray, positions: np.ndarray | None) -> None:
        self._ids[field].extend(ids)
        if self.fields[field].positions:
            if positions is None or len(positions) != len(ids):
                raise ValueError(f"The field {field} needs a position for each of its {len(ids)} tokens")
            self._positions[field].extend(positions)
        self._lengths[field].append(len(ids))
        self.tokens += len(ids)

    def _column(self, column: str, type_: np.dtype) -> np.ndarray:
        array = np.zeros(self.doc_count, type_)
        for doc, value in enumerate(self._columns.pop(column)):
            array[doc] = value
        return array

    def _write_field(self, field: str, shape: FieldShape, vocabulary: Vocabulary) -> None:
        lengths = np.array(self._lengths.pop(field), np.int64)
        ids = self._ids.pop(field).joined()
        docs = np.repeat(np.arange(self.doc_count, dtype=smallest_doc(self.doc_count)), lengths)
        words = _Words.used(ids, vocabulary, shape.spellings)
        inverted = invert(words.term_of_id[ids], docs, len(words.terms))
        del docs
        write_postings(self._file, field, inverted, lengths, shape.positions)
        if shape.positions:
            positions = self._positions.pop(field).joined()
            self._file.add(f"{field}.positions", positions[inverted.order].astype(smallest(int(positions.max(initial=0)))))
            del positions
        if shape.spellings:
            numbers = words.number_of_id.astype(smallest(int(words.number_of_id.max(initial=0))))
            self._file.add(f"{field}.spellings", numbers[ids[inverted.order]])
        write_lexicon(self._file, field, words.terms, words.folded)
        if shape.spellings:
            write_spellings(self._file, field, words.spellings)


class _Words(NamedTuple):
    """The part of a vocabulary that a segment uses, terms sorted.

    term_of_id, number_of_id: of each id, its term's number in the segment and its own among the term's spellings
    """

    terms: list[bytes]
    folded: list[bytes] | None
    term_of_id: np.ndarray
    number_of_id: np.ndarray
    spellings: list[list[bytes]]

    @classmethod
    def used(cls, ids: np.ndarray, vocabulary: Vocabulary, spelt: bool) -> _Words:
        texts = vocabulary.spellings if vocabulary.spellings is not None else vocabulary.terms
        counts = np.bincount(ids, minlength=len(texts))
        term_of_id = np.arange(len(texts)) if vocabulary.term_of_spelling is None else vocabulary.term_of_spelling[: len(texts)]
        used_ids = np.flatnonzero(counts)
        numbers = np.unique(term_of_id[used_ids]).tolist()
        numbers.sort(key=vocabulary.terms.__getitem__)
        rank = np.zeros(len(vocabulary.terms), np.int32)
        rank[numbers] = np.arange(len(numbers), dtype=np.int32)
        folded = [encode(vocabulary.folded[n]) for n in numbers] if vocabulary.folded is not None else None
        terms = [encode(vocabulary.terms[n]) for n in numbers]
        new_term_of_id = rank[term_of_id] if len(rank) else np.zeros(len(texts), np.int32)
        number_of_id, spellings = np.zeros(len(texts), np.int64), [[] for _ in numbers]
        if spelt:
            names = [encode(texts[i]) for i in used_ids.tolist()]
            numbered = number_spellings(new_term_of_id[used_ids], counts[used_ids], names, len(numbers))
            number_of_id[used_ids], spellings = numbered
        return cls(terms, folded, new_term_of_id, number_of_id, spellings)


def number_spellings(
    terms: np.ndarray, counts: np.ndarray, names: list[bytes], term_count: int
) -> tuple[np.ndarray, list[list[bytes]]]:
    """Numbers each term's spellings, most frequent first; returns the numbers and the names by term."""
    by_name = np.empty(len(names), np.int64)
    by_name[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    ranks = np.empty(len(names), np.int64)
    ranks[np.lexsort((by_name, -counts))] = np.arange(len(names))
    numbers = local_numbers(terms, ranks)
    spellings: list[list[bytes]] = [[] for _ in range(term_count)]
    for index in np.argsort(ranks).tolist():
        spellings[terms[index]].append(names[index])
    return numbers, spellings


def smallest_doc(doc_count: int) -> np.dtype:
    """The type of document numbers: two bytes while they suffice, else four."""
    return np.dtype("<u2") if doc_count <= 1 << 16 else np.dtype("<u4")


def describe(
    doc_count: int, fields: Mapping[str, FieldShape], columns: Mapping[str, tuple[str, int]], ragged: Mapping[str, str]
) -> dict[str, Any]:
    """What a segment's directory says of it."""
    return {"doc_count": doc_count, "fields": dict(fields), "columns": dict(columns), "ragged": dict(ragged)}


def write_postings(file: ArrayFileWriter, field: str, inverted: Inverted, lengths: np.ndarray, positions: bool) -> None:
    """Writes a field's documents, frequencies, their offsets and the field's length in each document."""
    file.add(f"{field}.posting_offsets", inverted.posting_offsets)
    if positions:
        file.add(f"{field}.position_offsets", inverted.position_offsets)
    file.add(f"{field}.docs", inverted.docs)
    frequencies.write(file, field, inverted.frequencies)
    file.add(f"{field}.lengths", lengths.astype(smallest(int(lengths.max(initial=0)))))


def write_lexicon(file: ArrayFileWriter, field: str, terms: list[bytes], folded: list[bytes] | None) -> None:
    """Writes sorted terms and, where given, the map from folded forms to term numbers."""
    write_strings(file, f"{field}.term", terms)
    if folded is None:
        return
    order = sorted(range(len(folded)), key=folded.__getitem__)
    forms = sorted(set(folded))
    number = {form: index for index, form in enumerate(forms)}
    counts = np.bincount(np.array([number[form] for form in folded], np.int64), minlength=len(forms))
    write_strings(file, f"{field}.folded", forms)
    file.add(f"{field}.folded_term_offsets", offsets_of(counts))
    file.add(f"{field}.folded_terms", np.array(order, "<u4"))


def write_spellings(file: ArrayFileWriter, field: str, spellings: list[list[bytes]]) -> None:
    """Writes each term's spellings in the order of their numbers."""
    file.add(f"{field}.spelling_offsets", offsets_of(np.array([len(names) for names in spellings], np.int64)))
    texts = [name for names in spellings for name in names]
    file.add(f"{field}.spelling", np.frombuffer(b"".join(texts), "u1"))
    file.add(f"{field}.spelling_text_offsets", offsets_of(np.fromiter(map(len, texts), np.int64, len(texts))))
