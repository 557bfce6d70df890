"""Small random segments for the tests of the codec: articles as lists of syllables, built, read back, compared."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from searchkit.engines.segment_arrays import ArraySegment, FieldShape, SegmentArrays
from searchkit.engines.segment_builder import SegmentBuilder, Vocabulary

SYLLABLES = ("Hà", "hà", "HÀ", "nội", "Nội", "mưa", "to", "Tô", "tô", "ủy", "ban", "bàn", "nhân", "dân", "Huế", "đà", "Đà", "a", "𠀀", "z")
FOLDED = str.maketrans("àộôưủâế" + "đ", "aoouuae" + "d")
FIELDS = {"syllable": FieldShape(positions=True, spellings=True), "word": FieldShape(positions=True), "id": FieldShape(positions=False)}


class Sample(NamedTuple):
    """An article of a test: its syllables and the position of each."""

    syllables: tuple[str, ...]
    positions: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Sample:
        return cls(tuple(text.split()), tuple(range(len(text.split()))))


def random_samples(chance: random.Random, count: int) -> list[Sample]:
    """Articles of 0 to 30 syllables, with gaps here and there."""
    samples = []
    for _ in range(count):
        syllables = chance.choices(SYLLABLES, k=chance.choice((0, 1, 3, 10, 30)))
        positions = np.cumsum([chance.choice((1, 1, 1, 2, 5)) for _ in syllables]).tolist()
        samples.append(Sample(tuple(syllables), tuple(positions)))
    return samples


def build(folder: Path, name: str, samples: Sequence[Sample], first: int = 0) -> ArraySegment:
    """A segment of the samples; ids count on from `first`."""
    builder = SegmentBuilder(folder, name, FIELDS)
    spellings: dict[str, int] = {}
    words: dict[str, int] = {}
    ids = []
    for number, sample in enumerate(samples, first):
        ids.append(f"bài-{number:07d}")
        pairs = [f"{a.lower()}_{b.lower()}" for a, b in zip(sample.syllables, sample.syllables[1:])]
        streams = {
            "syllable": (numbered(sample.syllables, spellings), np.array(sample.positions, np.int32)),
            "word": (numbered(pairs, words), np.array(sample.positions[1:], np.int32)),
            "id": (np.array([len(ids) - 1], np.int32), None),
        }
        columns = {"length": len(sample.syllables), "date_from": number, "sketch": np.full(24, number, np.uint32)}
        ragged = {"passage": np.array(sample.positions[::4], np.int32), "passage_kind": np.array(sample.positions[::4], np.int32) % 4}
        builder.add({"id": ids[-1], "text": " ".join(sample.syllables)}, streams, columns, ragged)
    keys: dict[str, int] = {}
    term_of_spelling = numbered([spelling.lower() for spelling in spellings], keys)
    folded = [key.translate(FOLDED) for key in keys]
    vocabularies = {
        "syllable": Vocabulary(list(keys), list(spellings), term_of_spelling, folded),
        "word": Vocabulary(list(words)),
        "id": Vocabulary(ids),
    }
    return builder.finish(vocabularies)


def numbered(items: Sequence[str], numbers: dict[str, int]) -> np.ndarray:
    """Each item's number, new ones numbered on."""
    return np.array([numbers.setdefault(item, len(numbers)) for item in items], np.int32)


def contents(segment: SegmentArrays) -> dict[str, object]:
    """All that a segment holds of its live documents, as plain values, in a form that can be compared."""
    live = np.flatnonzero(np.ones(segment.doc_count, bool) if segment.live is None else segment.live)
    new = {int(doc): number for number, doc in enumerate(live)}
    found: dict[str, object] = {"stored": [segment.stored(doc) for doc in live.tolist()]}
    for name, column in segment.columns.items():
        found[name] = column[live].tolist()
    for name in segment.ragged_names:
        offsets, values = segment.ragged(name)
        found[name] = [values[offsets[doc] : offsets[doc + 1]].tolist() for doc in live]
    for field in segment.fields:
        found[f"{field} lengths"] = segment.lengths(field)[live].tolist()
        found[field] = {term: rows for term, rows in field_contents(segment, field, new).items() if rows}
    return found


def field_contents(segment: SegmentArrays, field: str, new: dict[int, int]) -> dict[str, list[tuple[object, ...]]]:
    """Term -> (document, frequency, positions, spellings) of the documents that `new` numbers."""
    lexicon = segment.lexicon(field)
    found = {}
    for number in range(len(lexicon)):
        postings = segment.postings(field, number)
        names = lexicon.spellings(number)
        ends = np.cumsum(postings.frequencies, dtype=np.int64)
        rows = []
        for doc, frequency, end in zip(postings.docs.tolist(), postings.frequencies.tolist(), ends.tolist()):
            if doc in new:
                here = slice(end - frequency, end)
                positions = () if postings.positions is None else tuple(postings.positions[here].tolist())
                spelt = () if postings.spellings is None else tuple(names[n] for n in postings.spellings[here].tolist())
                rows.append((new[doc], frequency, positions, spelt))
        found[lexicon.term(number)] = rows
    return found


def expected_contents(samples: Sequence[Sample]) -> dict[str, list[tuple[object, ...]]]:
    """What the syllable field must hold, worked out without arrays."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for doc, sample in enumerate(samples):
        places: dict[str, list[tuple[int, str]]] = {}
        for syllable, position in zip(sample.syllables, sample.positions):
            places.setdefault(syllable.lower(), []).append((position, syllable))
        for key, here in places.items():
            found.setdefault(key, []).append((doc, len(here), tuple(p for p, _ in here), tuple(s for _, s in here)))
    return found
