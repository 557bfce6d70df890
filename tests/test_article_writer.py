"""Articles to segments: small memory makes several, which are merged into what one large memory gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from query_cases import ARTICLES, article

from searchkit.engines import article_writer
from searchkit.engines.article_writer import BATCH, Feeder
from searchkit.engines.segment_arrays import SegmentArrays

MANY = [article(f"{number:04d}", ("body", f"{ARTICLES[number % len(ARTICLES)].text} số {number}")) for number in range(5 * BATCH)]
LARGE, SMALL = 1 << 30, 1  # bytes: all in one segment, each batch in one


def segments(folder: Path, memory: int) -> list[SegmentArrays]:
    """What a feeder makes of the articles; its files are all there is in the folder."""
    folder.mkdir()
    feeder = Feeder(folder, "a", memory)
    for each in MANY:
        feeder.add(each)
    made = feeder.finish()
    assert sorted(path.name for path in folder.iterdir()) == sorted(segment.filename for segment in made)
    return [SegmentArrays.open(folder, segment) for segment in made]


def test_small_memory_gives_the_arrays_of_large_memory(tmp_path: Path) -> None:
    (whole,), (merged,) = segments(tmp_path / "whole", LARGE), segments(tmp_path / "merged", SMALL)
    assert merged.check(deep=True) == []
    for name in whole.file:
        if not name.startswith("stored"):  # compressed against dictionaries of their own
            assert np.array_equal(merged.file.array(name), whole.file.array(name)), name
            assert merged.file.dtype(name) == whole.file.dtype(name), name
    assert [merged.stored(doc) for doc in range(len(MANY))] == [each.to_dict() for each in MANY]


def test_merged_segments_stay_below_the_largest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_writer, "LARGEST", 2 * BATCH)
    made = segments(tmp_path / "s", SMALL)
    assert [segment.doc_count for segment in made] == [2 * BATCH, 2 * BATCH, BATCH]
    assert [segment.stored(0)["id"] for segment in made] == [MANY[n * 2 * BATCH].id for n in range(3)]


def test_a_segment_that_is_too_large_to_merge_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_writer, "LARGEST", BATCH - 1)
    assert [segment.doc_count for segment in segments(tmp_path / "s", SMALL)] == [BATCH] * 5
