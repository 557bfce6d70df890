"""Articles to segments: analysis, columns and passage table of each, then the segment builder.

One Feeder fills one segment after another in one process; the engine runs as many as there are workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from searchkit import sketch
from searchkit.analysis import Analysed, Analyser
from searchkit.article import BODY, CAPTION, KINDS, PARAGRAPH_BREAK, SUMMARY, TITLE, Article, Part, date_range
from searchkit.engines.evaluation import HAS
from searchkit.engines.merge import LARGEST, merge_files
from searchkit.engines.segment_arrays import ArraySegment, FieldShape
from searchkit.engines.segment_builder import SegmentBuilder, Vocabulary
from searchkit.passages import split
from searchkit.text import fold

PART_GAP = 256  # positions between parts: more than any slop or NEAR may bridge
FIELDS = {
    "syllable": FieldShape(positions=True, spellings=True),
    "word": FieldShape(positions=True),
    "joined": FieldShape(positions=True),
    "author": FieldShape(positions=True, spellings=True),
    "source": FieldShape(positions=True, spellings=True),
    "section": FieldShape(positions=True, spellings=True),
    "path": FieldShape(positions=True, spellings=True),
    "url": FieldShape(positions=True, spellings=True),
    "id": FieldShape(positions=False),
}
COLUMNS = {
    "date_from": ("<i4", 1),
    "date_to": ("<i4", 1),
    "has": ("<u2", 1),
    "length": ("<u4", 1),  # tokens
    "end": ("<u4", 1),  # position after the last token
    "sketch": ("<u4", sketch.SIZE),
}
RAGGED = {"passage": "<u4", "passage_kind": "<u1", "passage_start": "<u4"}  # position, kind, code point
META_FIELDS = ("author", "source", "section", "path", "url")
BATCH = 64  # articles analysed together
REMEMBERED = 10_000  # values of a metadata field
BYTES_PER_TOKEN = 40  # ids, positions and the arrays of the sort, measured at the peak of inversion


class Layout(NamedTuple):
    """An article's parts in one position space, and its passages."""

    spellings: np.ndarray
    positions: np.ndarray
    words: tuple[np.ndarray, np.ndarray]
    joined: tuple[np.ndarray, np.ndarray]
    passages: np.ndarray
    kinds: np.ndarray
    starts: np.ndarray
    end: int


class Feeder:
    """Takes articles, writes segments; a new one is begun when `memory` bytes are reached.

    Segments that memory made small are merged once, in the order of their articles: a query pays for each segment.
    """

    def __init__(self, folder: Path, name: str, memory: int):
        self._folder = folder
        self._tokens = max(memory // BYTES_PER_TOKEN, 1)
        self._waiting: list[Article] = []
        self._segments: list[ArraySegment] = []
        self._to_merge: list[ArraySegment] = []
        self._names = (f"{name}{number:04d}" for number in count())
        self._builder: SegmentBuilder | None = None

    def add(self, article: Article) -> None:
        """Takes an article; analysed a batch at a time."""
        self._waiting.append(article)
        if len(self._waiting) >= BATCH:
            self._analyse()

    def finish(self) -> list[ArraySegment]:
        """Writes what is left; returns all segments."""
        self._analyse()
        self._close_segment()
        self._merge()
        return self._segments

    def abort(self) -> None:
        """Drops the segment begun."""
        if self._builder:
            self._builder.abort()

    def _begin(self) -> SegmentBuilder:
        self._analyser = Analyser()
        self._meta = {field: _Values() for field in META_FIELDS}
        self._ids: list[str] = []
        self._hashes = sketch.Hashes()
        return SegmentBuilder(self._folder, next(self._names), FIELDS, COLUMNS, RAGGED)

    def _analyse(self) -> None:
        articles, self._waiting = self._waiting, []
        if not articles:
            return
        if self._builder is None:
            self._builder = self._begin()
        for field, values in self._meta.items():
            values.learn([_meta(field, article) for article in articles])
        parts = [article.text[part.start : part.end] for article in articles for part in article.parts]
        analysed = iter(self._analyser.analyse_many(parts))
        for article in articles:
            self._add(self._builder, article, [next(analysed) for _ in article.parts])
        if self._builder.tokens >= self._tokens:
            self._close_segment()

    def _add(self, builder: SegmentBuilder, article: Article, analysed: Sequence[Analysed]) -> None:
        layout = lay_out(analysed, article.parts)
        streams = {field: values.stream(_meta(field, article)) for field, values in self._meta.items()}
        streams["syllable"] = (layout.spellings, layout.positions)
        streams["word"], streams["joined"] = layout.words, layout.joined
        streams["id"] = (np.array([len(self._ids)], np.int32), None)
        self._ids.append(article.id)
        first, last = date_range(article.date) if article.date else (0, 0)
        shingles = self._hashes.of(self._analyser.spellings, layout.spellings)
        columns = {
            "date_from": first, "date_to": last, "has": _has(article),
            "length": len(layout.spellings), "end": layout.end, "sketch": sketch.sketch(shingles),
        }  # fmt: skip
        ragged = {"passage": layout.passages, "passage_kind": layout.kinds, "passage_start": layout.starts}
        builder.add(article.to_dict(), streams, columns, ragged)

    def _close_segment(self) -> None:
        builder, self._builder = self._builder, None
        if builder is None:
            return
        vocabularies = {field: _spelt(values.analyser) for field, values in self._meta.items()}
        vocabularies["syllable"] = _spelt(self._analyser)
        vocabularies["word"] = Vocabulary(self._analyser.words, folded=[fold(word) for word in self._analyser.words])
        vocabularies["joined"] = Vocabulary(self._analyser.joined)
        vocabularies["id"] = Vocabulary(self._ids)
        segment = builder.finish(vocabularies)
        if sum(other.doc_count for other in self._to_merge) + segment.doc_count > LARGEST:
            self._merge()
        self._to_merge.append(segment)

    def _merge(self) -> None:
        group, self._to_merge = self._to_merge, []
        self._segments += [merge_files(self._folder, group, next(self._names))] if len(group) > 1 else group


def lay_out(analysed: Sequence[Analysed], parts: Sequence[Part]) -> Layout:
    """The analysed parts of an article one behind the other, PART_GAP positions between them."""
    at, passages, kinds, starts, columns = 0, [], [], [], []
    for read, part in zip(analysed, parts):
        columns.append((read.spellings, read.positions + at, read.word_ids, read.word_positions + at,
                        read.joined_ids, read.joined_positions + at))  # fmt: skip
        count = len(read.spellings)
        cuts = split(count, read.paragraph_starts.tolist(), read.sentence_starts.tolist())
        passages += (read.positions[cuts] + at).tolist() if count else [at]
        starts += [part.start, *(part.start + read.chunk_starts[cuts[1:]]).tolist()] if count else [part.start]
        kinds += [KINDS.index(part.kind)] * len(cuts)
        at += (int(read.positions[-1]) + 1 if count else 0) + PART_GAP
    spellings, positions, words, word_at, joined, joined_at = map(np.concatenate, zip(*columns))
    tables = (np.array(values, np.int32) for values in (passages, kinds, starts))
    return Layout(spellings, positions, (words, word_at), (joined, joined_at), *tables, at - PART_GAP)


def _spelt(analyser: Analyser) -> Vocabulary:
    keys, key_of_spelling = analyser.keys()
    return Vocabulary(keys, analyser.spellings, key_of_spelling, [fold(key) for key in keys])


class _Values:
    """One metadata field's values, each analysed once however many articles share it."""

    def __init__(self) -> None:
        self.analyser = Analyser()
        self._known: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def learn(self, values: Sequence[str]) -> None:
        """Analyses the values of a batch that are new."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        new = [value for value in dict.fromkeys(values) if value not in self._known]
        for value, analysed in zip(new, self.analyser.analyse_many(new)):
            self._known[value] = (analysed.spellings, analysed.positions)

    def stream(self, value: str) -> tuple[np.ndarray, np.ndarray]:
        """Ids and positions of a value of the batch."""
        return self._known[value]


def _meta(field: str, article: Article) -> str:
    """A field's text; several authors stand in paragraphs of their own, so that no phrase runs over two."""
    return PARAGRAPH_BREAK.join(article.authors) if field == "author" else getattr(article, field) or ""


def _has(article: Article) -> int:
    kinds = {part.kind for part in article.parts}
    filled = {
        "title": TITLE in kinds, "summary": SUMMARY in kinds, "text": bool(kinds & {BODY, CAPTION}),
        "caption": CAPTION in kinds, "author": article.authors, "source": article.source, "section": article.section,
        "date": article.date, "path": article.path, "id": article.id, "url": article.url,
    }  # fmt: skip
    return sum(HAS[name] for name, value in filled.items() if value)
