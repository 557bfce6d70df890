"""Segments as files of arrays: round trips, damage, deletions, merges, Whoosh's own path through them."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_segments import FIELDS, SYLLABLES, Sample, build, contents, expected_contents, field_contents, random_samples
from whoosh import fields, index, query
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.filedb.filestore import RamStorage

from searchkit.engines import merge as merging
from searchkit.engines import frequencies, merge_policy, whoosh_toc
from searchkit.engines.arrays import BLOCK, ArrayFile, ArrayFileWriter, smallest
from searchkit.engines.inversion import invert, stable_order
from searchkit.engines.lexicon import Strings
from searchkit.engines.merge import merge
from searchkit.engines.merge_policy import tidy
from searchkit.engines.segment_arrays import ArraySegment, FieldShape, SegmentArrays, delete
from searchkit.engines.segment_builder import SegmentBuilder, Vocabulary
from searchkit.engines.unpickle import unpickle
from searchkit.engines.whoosh_codec import ArrayCodec, WhooshSegment
from searchkit.engines.whoosh_toc import open_index, read_toc, write_toc
from searchkit.errors import EngineError, IndexDamaged, IndexMissing, SearchkitError

EMPTY = Sample((), ())
POEM = [Sample.of("Hà nội mưa to hà nội"), EMPTY, Sample.of("HÀ nội"), Sample.of("tô TO Tô tô")]
samples_strategy = st.lists(
    st.lists(st.tuples(st.sampled_from(SYLLABLES), st.integers(1, 40_000)), max_size=12).map(
        lambda steps: Sample(tuple(s for s, _ in steps), tuple(np.cumsum([step for _, step in steps]).tolist()))
    ),
    min_size=1,
    max_size=12,
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def opened(folder: Path, samples: list[Sample], name: str = "a") -> SegmentArrays:
    return SegmentArrays.open(folder, build(folder, name, samples))


def every_doc(segment: SegmentArrays) -> dict[int, int]:
    return {doc: doc for doc in range(segment.doc_count)}


# Files of arrays


@pytest.mark.parametrize("maximum, size", [(0, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 4), (2**32 - 1, 4), (2**32, 8)])
def test_smallest_type(maximum: int, size: int) -> None:
    assert smallest(maximum).itemsize == size


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_arrays_come_back(tmp_path: Path, count: int) -> None:
    writer = ArrayFileWriter(tmp_path / "x.arrays")
    writer.add("bytes", np.arange(count, dtype=np.uint64).astype(np.uint8))
    writer.add("rows", np.arange(48, dtype=np.int32).reshape(2, 24))
    for part in range(3):
        writer.append("growing", np.full(count, part, np.uint16))
    size = writer.finish({"of": "Huế"})
    file = ArrayFile.open(tmp_path / "x.arrays")
    assert size == (tmp_path / "x.arrays").stat().st_size
    assert file.meta == {"of": "Huế"}
    assert file.array("bytes").tolist() == [n % 256 for n in range(count)]
    assert file.array("rows").shape == (2, 24)
    assert file.array("growing").tolist() == [0] * count + [1] * count + [2] * count
    assert file.check() == []
    assert not file.array("rows").flags.writeable


def test_an_aborted_file_leaves_nothing(tmp_path: Path) -> None:
    writer = ArrayFileWriter(tmp_path / "x.arrays")
    writer.append("growing", np.zeros(5, np.uint8))
    writer.abort()
    assert os.listdir(tmp_path) == []


def test_an_unfinished_file_is_damaged(tmp_path: Path) -> None:
    writer = ArrayFileWriter(tmp_path / "x.arrays")
    writer.add("a", np.zeros(100_000, np.uint8))
    writer._file.flush()
    with pytest.raises(IndexDamaged, match="does not start as"):
        ArrayFile.open(tmp_path / "x.arrays")
    writer.abort()


# Inversion


@pytest.mark.parametrize("count", [1, 5, 65_536, 65_537, 1 << 20])
def test_stable_order_is_that_of_a_stable_sort(count: int) -> None:
    numbers = np.random.default_rng(count).integers(0, count, 5_000).astype(np.int32)
    numbers[:2] = 0, count - 1
    assert np.array_equal(stable_order(numbers, count), np.argsort(numbers, kind="stable"))


def test_inversion_of_nothing() -> None:
    inverted = invert(np.zeros(0, np.int32), np.zeros(0, np.uint16), 3)
    assert inverted.posting_offsets.tolist() == [0, 0, 0, 0]
    assert len(inverted.docs) == len(inverted.order) == 0


# Round trips


@quick
@given(samples=samples_strategy)
def test_segments_come_back(tmp_path: Path, samples: list[Sample]) -> None:
    segment = opened(tmp_path, samples)
    assert segment.check(deep=True) == []
    assert field_contents(segment, "syllable", every_doc(segment)) == expected_contents(samples)
    assert [segment.stored(doc)["text"] for doc in range(len(samples))] == [" ".join(s.syllables) for s in samples]
    assert segment.lengths("syllable").tolist() == [len(s.syllables) for s in samples]
    assert segment.columns["sketch"].shape == (len(samples), 24)


@quick
@given(counts=st.lists(st.integers(1, 5) | st.integers(254, 70_000), min_size=1, max_size=40), cuts=st.lists(st.integers(0, 40), max_size=8))
def test_frequencies_beyond_a_byte_come_back(counts: list[int], cuts: list[int]) -> None:
    narrow, large = frequencies.narrowed(np.array(counts))
    edges = sorted({min(cut, len(counts)) for cut in cuts} | {0, len(counts)})
    lows, highs = np.array(edges[:-1]), np.array(edges[1:])
    for chosen in (slice(None), slice(None, None, 2), slice(1, None, 2)):
        runs = list(zip(lows[chosen].tolist(), highs[chosen].tolist()))
        stored = np.concatenate([narrow[:0], *(narrow[low:high] for low, high in runs)])
        found = frequencies.restored(stored, large, lows[chosen], highs[chosen])
        assert found.tolist() == [count for low, high in runs for count in counts[low:high]]


@pytest.mark.parametrize(
    "rows, values", [([], []), ([1, 0], [300, 300]), ([0, 0], [300, 300]), ([0], [255]), ([2], [300]), ([0], [300, 300])], ids=str
)
def test_large_frequencies_that_cannot_be(tmp_path: Path, rows: list[int], values: list[int]) -> None:
    writer = ArrayFileWriter(tmp_path / "x.arrays")
    writer.add("f.frequencies", np.array([255, 255], "u1"))
    writer.add("f.large_frequency_rows", np.array(rows, "<u4"))
    writer.add("f.large_frequencies", np.array(values, "<u4"))
    writer.finish({})
    with pytest.raises(IndexDamaged, match="do not fit"):
        frequencies.read_large(ArrayFile.open(tmp_path / "x.arrays"), "f")


def test_lexicon(tmp_path: Path) -> None:
    lexicon = opened(tmp_path, POEM).lexicon("syllable")
    terms = [lexicon.term(number) for number in range(len(lexicon))]
    assert terms == sorted(["hà", "nội", "mưa", "to", "tô"], key=str.encode)
    assert [lexicon.find(term) for term in terms] == list(range(len(terms)))
    assert [lexicon.find(absent) for absent in ("", "a", "h", "hàn", "zz", "𠀀")] == [-1] * 6
    assert [terms[slice(*lexicon.prefix(prefix))] for prefix in ("", "t", "tô", "x")] == [terms, ["to", "tô"], ["tô"], []]
    assert [lexicon.term(number) for number in lexicon.folded("to").tolist()] == ["to", "tô"]
    assert lexicon.folded("tô").tolist() == []
    assert lexicon.spellings(lexicon.find("tô")) == ["tô", "Tô"]
    assert lexicon.spellings(lexicon.find("hà")) == ["HÀ", "Hà", "hà"]
    assert lexicon.document_frequency[lexicon.find("hà")] == 2
    assert lexicon.block == "".join(terms).encode()


def test_more_frequent_spellings_come_first(tmp_path: Path) -> None:
    lexicon = opened(tmp_path, [Sample.of("Hà HÀ hà hà Hà hà")]).lexicon("syllable")
    assert lexicon.spellings(0) == ["hà", "Hà", "HÀ"]


def test_types_grow_with_their_values(tmp_path: Path) -> None:
    long = Sample(("a",) * 300, tuple(range(1 << 20, (1 << 20) + 300)))
    file = opened(tmp_path, [long]).file
    assert (file.dtype("syllable.frequencies"), file.dtype("syllable.positions")) == (np.dtype("u1"), np.dtype("<u4"))
    assert file.array("syllable.large_frequencies").tolist() == [300]
    file = opened(tmp_path, POEM, "b").file
    assert (file.dtype("syllable.frequencies"), file.dtype("syllable.positions")) == (np.dtype("u1"), np.dtype("u1"))


def test_a_term_with_more_spellings_than_a_byte_numbers(tmp_path: Path) -> None:
    spellings = [f"x{n}" for n in range(300)]
    builder = SegmentBuilder(tmp_path, "a", {"syllable": FieldShape(True, True)})
    builder.add({}, {"syllable": (np.arange(300, dtype=np.int32), np.arange(300, dtype=np.int32))})
    segment = builder.finish({"syllable": Vocabulary(["x"], spellings, np.zeros(300, np.int32), ["x"])})
    arrays = SegmentArrays.open(tmp_path, segment)
    names, postings = arrays.lexicon("syllable").spellings(0), arrays.postings("syllable", 0)
    assert postings.spellings is not None
    assert [names[n] for n in postings.spellings.tolist()] == spellings


def test_one_term_at_two_to_the_twentieth_positions(tmp_path: Path) -> None:
    count = 1 << 20
    builder = SegmentBuilder(tmp_path, "a", {"syllable": FieldShape(True, True)})
    builder.add({}, {"syllable": (np.zeros(count, np.int32), np.arange(count, dtype=np.int32))})
    builder.add({}, {"syllable": (np.zeros(1, np.int32), np.array([7], np.int32))})
    segment = builder.finish({"syllable": Vocabulary(["x"], ["x"], np.zeros(1, np.int32), ["x"])})
    postings = SegmentArrays.open(tmp_path, segment).postings("syllable", 0)
    assert (postings.docs.tolist(), postings.frequencies.tolist()) == ([0, 1], [count, 1])
    assert np.array_equal(postings.positions, np.append(np.arange(count), 7))


@pytest.mark.slow
def test_a_million_tiny_articles(tmp_path: Path) -> None:
    """A third have no text, the others one of two syllables; two halves, merged, are the whole."""
    count, names = 1_000_000, ["lẻ", "chẵn"]
    nothing, place = np.zeros(0, np.int32), np.zeros(1, np.int32)

    def written(name: str, numbers: range) -> ArraySegment:
        builder = SegmentBuilder(tmp_path, name, {"syllable": FieldShape(True)}, {"date_from": ("<i4", 1)}, {})
        for number in numbers:
            tokens = (np.full(1, number % 2, np.int32), place) if number % 3 else (nothing, nothing)
            builder.add({}, {"syllable": tokens}, {"date_from": number})
        return builder.finish({"syllable": Vocabulary(names)})

    whole = SegmentArrays.open(tmp_path, written("whole", range(count)))
    halves = [written("one", range(count // 2)), written("two", range(count // 2, count))]
    merged = SegmentArrays.open(tmp_path, merging.merge_files(tmp_path, halves, "merged"))
    assert whole.check(deep=True) == merged.check(deep=True) == []
    assert [whole.lexicon("syllable").term(number) for number in (0, 1)] == sorted(names)
    odd = whole.postings("syllable", 1)  # "lẻ" sorts behind "chẵn"
    assert np.array_equal(odd.docs, np.array([n for n in range(0, count, 2) if n % 3]))
    assert odd.frequencies.tolist() == [1] * len(odd.docs)
    for name in whole.file:
        assert np.array_equal(whole.file.array(name), merged.file.array(name)), name


def test_a_segment_without_articles(tmp_path: Path) -> None:
    segment = opened(tmp_path, [])
    assert segment.doc_count == len(segment.lexicon("syllable")) == len(segment.lexicon("syllable").folded("to")) == 0
    assert segment.check(deep=True) == []


def test_many_tiny_articles_pass_the_bounds_of_two_bytes(tmp_path: Path) -> None:
    samples = [Sample.of("hà nội") if n % 2 else Sample.of("hà") for n in range(66_000)]
    segment = opened(tmp_path, samples)
    postings = segment.postings("syllable", segment.lexicon("syllable").find("nội"))
    assert postings.docs.dtype == np.dtype("<u4")
    assert np.array_equal(postings.docs, np.arange(1, 66_000, 2))
    lexicon = segment.lexicon("id")
    assert segment.postings("id", lexicon.find("bài-0065999")).docs.tolist() == [65_999]
    assert segment.stored(65_999)["text"] == "hà nội"


def test_stored_articles_are_compressed_against_a_dictionary(tmp_path: Path) -> None:
    many = [Sample.of(" ".join(random.Random(n).choices(SYLLABLES, k=60))) for n in range(300)]
    segment = opened(tmp_path, many)
    plain = [json.dumps(segment.stored(doc), ensure_ascii=False).encode() for doc in range(300)]
    assert segment.file.count("stored") < sum(len(zlib.compress(text)) for text in plain)
    assert [json.loads(text)["text"] for text in plain] == [" ".join(s.syllables) for s in many]


@pytest.mark.parametrize("text", ["", "\ud800 lẻ", "𠀀" * 1000, '"\\\n\0'])
def test_any_text_is_stored(tmp_path: Path, text: str) -> None:
    builder = SegmentBuilder(tmp_path, "a", {})
    builder.add({"text": text, "parts": [["title", 0, 3]], "extra": {"n": 1.5, "x": None}}, {})
    arrays = SegmentArrays.open(tmp_path, builder.finish({}))
    assert arrays.stored(0) == {"text": text, "parts": [["title", 0, 3]], "extra": {"n": 1.5, "x": None}}


@pytest.mark.parametrize("name", ["", "A", "a.b", "../a", "a_b", "á"])
def test_names_that_whoosh_would_not_know(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a segment"):
        SegmentBuilder(tmp_path, name, FIELDS)


def test_a_stream_without_its_positions_is_refused(tmp_path: Path) -> None:
    builder = SegmentBuilder(tmp_path, "a", FIELDS)
    with pytest.raises(ValueError, match="needs a position"):
        builder.add({}, {"syllable": (np.zeros(2, np.int32), None)})
    builder.abort()


def test_large_lexicons_are_verified_where_they_are_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchkit.engines.lexicon._SMALL", 0)
    lexicon = opened(tmp_path, POEM).lexicon("syllable")
    assert lexicon.find("mưa") == lexicon.prefix("mưa")[0] >= 0
    assert isinstance(lexicon.strings, Strings)


# Damage


def segment_bytes(folder: Path) -> tuple[ArraySegment, bytes]:
    segment = build(folder, "a", random_samples(random.Random(3), 2_000))
    return segment, (folder / segment.filename).read_bytes()


def read_everything(folder: Path, segment: ArraySegment) -> dict[str, object]:
    return contents(SegmentArrays.open(folder, segment))


def test_truncated_files_are_damaged(tmp_path: Path) -> None:
    segment, data = segment_bytes(tmp_path)
    file = ArrayFile(data, "x")
    edges = {0, 1, 63, 64, len(data) - 1, *range(0, len(data), BLOCK)}
    for entry in file._entries.values():
        edges |= {entry.offset, entry.end, max(entry.end - 1, 0)}
    for size in sorted(edges - {len(data)}):
        (tmp_path / segment.filename).write_bytes(data[:size])
        with pytest.raises(IndexDamaged):
            SegmentArrays.open(tmp_path, segment)


def test_longer_files_are_damaged(tmp_path: Path) -> None:
    segment, data = segment_bytes(tmp_path)
    (tmp_path / segment.filename).write_bytes(data + b"\0")
    with pytest.raises(IndexDamaged, match="its header says"):
        SegmentArrays.open(tmp_path, segment)


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="MAIN_a.arrays is damaged: it is missing. Rebuild the index"):
        SegmentArrays.open(tmp_path, ArraySegment("a", 1))


def test_every_bit_of_the_header_counts(tmp_path: Path) -> None:
    _, data = segment_bytes(tmp_path)
    for bit in range(64 * 8):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(IndexDamaged):
            ArrayFile(bytes(altered), "x")


def test_an_altered_byte_is_never_believed(tmp_path: Path) -> None:
    segment, data = segment_bytes(tmp_path)
    truth = read_everything(tmp_path, segment)
    chance = random.Random(5)
    path = tmp_path / segment.filename
    for _ in range(150):
        altered = bytearray(data)
        altered[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(altered)
        try:
            assert read_everything(tmp_path, segment) == truth  # only padding between arrays may change unseen
        except IndexDamaged:
            continue
        assert SegmentArrays.open(tmp_path, segment).check(deep=True), "a deep check sees padding too"


def resealed(data: bytes, change: dict[str, object]) -> bytes:
    """A file whose directory somebody changed and whose checksums he put right."""
    magic, version, block, size, end, start, length, _ = struct.unpack_from("<8sIIQQQQI", data)
    directory = json.loads(data[start:])
    directory["arrays"].update(change)
    packed = json.dumps(directory).encode()
    crc = zlib.crc32(packed, zlib.crc32(data[end:start]))
    header = struct.pack("<8sIIQQQQI", magic, version, block, start + len(packed), end, start, len(packed), crc).ljust(60, b"\0")
    return header + struct.pack("<I", zlib.crc32(header)) + data[64:start] + packed


@pytest.mark.parametrize(
    "row",
    [
        ["u1", 1, 64, 1 << 60], ["u1", 1 << 60, 64, 1 << 60], ["u1", 1, 1 << 62, 8], ["u1", 1, -8, 8], ["u1", 1, 64, -1], ["u1", 0, 64, 8],
        ["O", 1, 64, 8], ["u4", 1, 65, 8], ["u4", 1.0, 64, 8], ["u4", True, 64, 8], ["u4", 1, 64], ["u4"], "u4", None, 7, {}, ["u1", 1, 0, 8],
    ],
    ids=str,
)  # fmt: skip
def test_a_forged_directory_is_not_believed(tmp_path: Path, row: object) -> None:
    _, data = segment_bytes(tmp_path)
    assert ArrayFile(resealed(data, {}), "x").check() == []
    with pytest.raises(IndexDamaged, match="does not lie inside it"):
        ArrayFile(resealed(data, {"syllable.docs": row}), "x")


def test_a_forged_segment_shape_is_not_believed(tmp_path: Path) -> None:
    segment, data = segment_bytes(tmp_path)
    for name in ("syllable.frequencies", "syllable.spellings", "column.length", "stored.offsets", "syllable.lengths"):
        entry = ArrayFile(data, "x")._entries[name]
        (tmp_path / segment.filename).write_bytes(resealed(data, {name: entry._replace(count=entry.count - 1)}))
        with pytest.raises(IndexDamaged, match="rows where"):
            SegmentArrays.open(tmp_path, segment)


def forged(folder: Path, arrays: dict[str, np.ndarray]) -> SegmentArrays:
    """A segment file made by a stranger, with right checksums and wrong contents."""
    segment = build(folder, "a", POEM)
    real = ArrayFile.open(folder / segment.filename)
    writer = ArrayFileWriter(folder / "MAIN_b.arrays")
    for name in real:
        writer.add(name, arrays.get(name, real.array(name)))
    writer.finish(real.meta)
    return SegmentArrays.open(folder, ArraySegment("b", segment.doc_count))


def test_offsets_that_lead_outside_are_damage(tmp_path: Path) -> None:
    segment = forged(tmp_path, {"syllable.posting_offsets": np.array([0, 2, 1, 4, 5, 1 << 40], np.uint64)})
    assert any("does not ascend" in problem for problem in segment.check(deep=True))
    for number in (1, 4):
        with pytest.raises(IndexDamaged, match="lie outside"):
            segment.postings("syllable", number)


def test_documents_that_are_not_there_are_damage(tmp_path: Path) -> None:
    docs = ArrayFile.open(tmp_path / build(tmp_path, "c", POEM).filename).array("syllable.docs").copy()
    segment = forged(tmp_path, {"syllable.docs": np.full_like(docs, 99)})
    assert any("not there" in problem for problem in segment.check(deep=True))
    with pytest.raises(IndexDamaged, match="not there"):
        segment.postings("syllable", 0)


def test_a_stored_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchkit.engines.stored._LARGEST", 1 << 16)
    builder = SegmentBuilder(tmp_path, "a", {})
    builder.add({"text": "a" * (1 << 20)}, {})
    with pytest.raises(IndexDamaged, match="stored article 0 cannot be read"):
        SegmentArrays.open(tmp_path, builder.finish({})).stored(0)


# Deletions and merges


def test_deletions_leave_the_segment_file_alone(tmp_path: Path) -> None:
    segment = build(tmp_path, "a", POEM)
    before = (tmp_path / segment.filename).read_bytes()
    first = delete(tmp_path, segment, np.array([1]))
    second = delete(tmp_path, first, np.array([1, 3]))
    assert (first.live_count, second.live_count, second.deletions) == (3, 2, 2)
    assert first.filenames == ("MAIN_a.arrays", "MAIN_a.000001.deleted")
    assert (tmp_path / segment.filename).read_bytes() == before
    live = [SegmentArrays.open(tmp_path, s).live for s in (segment, first, second)]
    assert live[0] is None and live[1] is not None and live[2] is not None
    assert (live[1].tolist(), live[2].tolist()) == ([True, False, True, True], [True, False, True, False])


def test_deletions_of_another_segment_are_damage(tmp_path: Path) -> None:
    segment = delete(tmp_path, build(tmp_path, "a", POEM), np.array([0]))
    build(tmp_path, "a", POEM * 20)
    with pytest.raises(IndexDamaged, match="does not belong"):
        SegmentArrays.open(tmp_path, ArraySegment("a", len(POEM) * 20, segment.deletions, 1))


@pytest.mark.parametrize("seed", range(12))
def test_a_merge_is_what_a_fresh_build_gives(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(merging, "RANGE", chance.choice((1, 7, 50, 1 << 20)))
    monkeypatch.setattr(frequencies, "LARGEST", chance.choice((1, 2, 255)))  # as if a byte held no more
    parts = [random_samples(chance, chance.randrange(0, 150)) for _ in range(chance.randrange(1, 5))]
    segments, alive = [], []
    for number, samples in enumerate(parts):
        first = sum(map(len, parts[:number]))
        segment = build(tmp_path, f"p{number}", samples, first)
        dead = [doc for doc in range(len(samples)) if chance.random() < chance.choice((0, 0.3, 1))]
        segments.append(delete(tmp_path, segment, np.array(dead, np.int64)) if dead else segment)
        alive += [sample for doc, sample in enumerate(samples) if doc not in dead]
    opened_parts = [SegmentArrays.open(tmp_path, segment) for segment in segments]
    merged = SegmentArrays.open(tmp_path, merge(tmp_path, opened_parts, "merged"))
    assert merged.check(deep=True) == []
    assert field_contents(merged, "syllable", every_doc(merged)) == expected_contents(alive)
    fresh = opened(tmp_path, alive, "fresh")
    for name in fresh.file:
        if not name.startswith(("id.", "stored", "column.")):  # ids of a fresh build differ, and all that follows from them
            assert np.array_equal(merged.file.array(name), fresh.file.array(name)), name
    lives = [contents(part) for part in opened_parts]
    assert contents(merged)["stored"] == [stored for live in lives for stored in live["stored"]]  # type: ignore[attr-defined]
    assert contents(merged)["sketch"] == [row for live in lives for row in live["sketch"]]  # type: ignore[attr-defined]
    assert [len(merged.lexicon("id")), merged.doc_count] == [len(alive)] * 2


def test_a_term_may_have_more_spellings_than_in_any_of_the_merged(tmp_path: Path) -> None:
    parts = []
    for part in range(2):
        builder = SegmentBuilder(tmp_path, f"s{part}", {"syllable": FieldShape(True, True)}, {}, {})
        builder.add({}, {"syllable": (np.arange(200, dtype=np.int32), np.arange(200, dtype=np.int32))})
        spellings = [f"x{part}{number}" for number in range(200)]
        parts.append(builder.finish({"syllable": Vocabulary(["x"], spellings, np.zeros(200, np.int32), ["x"])}))
    merged = SegmentArrays.open(tmp_path, merging.merge_files(tmp_path, parts, "merged"))
    names, postings = merged.lexicon("syllable").spellings(0), merged.postings("syllable", 0)
    assert postings.spellings is not None
    assert [names[n] for n in postings.spellings.tolist()] == [f"x{part}{number}" for part in range(2) for number in range(200)]


def test_merging_merged_segments_keeps_stored_texts(tmp_path: Path) -> None:
    samples = [random_samples(random.Random(n), 120) for n in range(3)]
    parts = [opened(tmp_path, s, f"p{n}") for n, s in enumerate(samples)]
    pair = SegmentArrays.open(tmp_path, merge(tmp_path, parts[:2], "pair"))
    whole = SegmentArrays.open(tmp_path, merge(tmp_path, [pair, parts[2]], "whole"))
    assert len(whole.stored_reader.dictionaries()) == 3
    assert [whole.stored(doc)["text"] for doc in range(360)] == [" ".join(s.syllables) for part in samples for s in part]


def test_segments_of_other_fields_do_not_merge(tmp_path: Path) -> None:
    builder = SegmentBuilder(tmp_path, "b", {"word": FieldShape()})
    other = SegmentArrays.open(tmp_path, builder.finish({}))
    with pytest.raises(EngineError, match="different fields"):
        merge(tmp_path, [opened(tmp_path, POEM), other], "m")
    assert not (tmp_path / "MAIN_m.arrays").exists()


def test_tidy_merges_what_crowds_and_drops_what_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_policy, "LARGE", 50)
    large = build(tmp_path, "large", [Sample.of("hà nội")] * 60)
    small = [build(tmp_path, f"s{n}", [Sample.of("mưa to")] * (n + 1), 100 * n) for n in range(10)]
    empty = delete(tmp_path, build(tmp_path, "e", POEM), np.arange(4))
    tidied = tidy(tmp_path, [large, *small, empty])
    assert [segment.name for segment in tidied] == ["large", "s6", "s7", "s8", "s9", "m000000"]
    assert sum(segment.live_count for segment in tidied) == 60 + 55
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(segment.filename for segment in tidied)
    assert tidy(tmp_path, tidied) == tidied


def test_tidy_merges_no_more_than_two_bytes_can_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_policy, "LARGEST", 12)
    small = [build(tmp_path, f"s{n}", [Sample.of("mưa to")] * (n + 1), 100 * n) for n in range(10)]
    tidied = tidy(tmp_path, small)
    assert sorted(segment.live_count for segment in tidied) == [5, 6, 7, 8, 9, 10, 10]  # 1 + 2 + 3 + 4 were merged


def test_tidy_rewrites_what_is_worn(tmp_path: Path) -> None:
    worn = delete(tmp_path, build(tmp_path, "a", POEM), np.array([0, 1]))
    (merged,) = tidy(tmp_path, [worn])
    assert (merged.live_count, merged.doc_count, merged.deletions) == (2, 2, 0)
    assert [path.name for path in tmp_path.iterdir()] == [merged.filename]


# Table of contents and pickles


def test_table_of_contents(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        read_toc(tmp_path)
    segment = delete(tmp_path, build(tmp_path, "a", POEM), np.array([2]))
    assert [write_toc(tmp_path, []), write_toc(tmp_path, [segment])] == [0, 1]
    assert read_toc(tmp_path) == [segment]
    for opened_index in (index.open_dir(str(tmp_path)), open_index(tmp_path)):
        with opened_index.searcher() as searcher:
            found = searcher.search(query.Phrase("syllable", ["hà", "nội"]), limit=None)
            assert [hit["text"] for hit in found] == ["Hà nội mưa to hà nội"]
            assert searcher.doc_count() == 3


def test_every_truncation_of_a_table_of_contents(tmp_path: Path) -> None:
    write_toc(tmp_path, [build(tmp_path, "a", POEM)])
    path = tmp_path / "_MAIN_0.toc"
    data = path.read_bytes()
    for size in range(len(data)):
        path.write_bytes(data[:size])
        with pytest.raises(IndexDamaged):
            read_toc(tmp_path)


def test_any_altered_table_of_contents_is_read_or_refused(tmp_path: Path) -> None:
    write_toc(tmp_path, [build(tmp_path, "a", POEM)])
    path = tmp_path / "_MAIN_0.toc"
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        try:
            for segment in read_toc(tmp_path):
                assert isinstance(segment, ArraySegment)
        except SearchkitError:
            pass


class _Malice:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def toc_with(folder: Path, schema: bytes | None = None, segments: bytes | None = None) -> None:
    for old in folder.glob("*.toc"):
        old.unlink()
    write_toc(folder, [])
    path = folder / "_MAIN_0.toc"
    toc = whoosh_toc.read_contents(folder)
    data = path.read_bytes()
    head, tail = data.split(toc.schema)
    packed = toc.schema if schema is None else schema
    varint = b"".join(bytes([len(packed) >> shift & 0x7F | (0x80 if len(packed) >> shift + 7 else 0)]) for shift in (0, 7))
    path.write_bytes(head[:-2] + varint + packed + (tail if segments is None else tail[:8] + segments))


def test_a_malicious_table_of_contents_runs_nothing(tmp_path: Path) -> None:
    harm = tmp_path / "harm"
    toc_with(tmp_path, segments=pickle.dumps([_Malice(harm)]))
    with pytest.raises(IndexDamaged, match="names posix.system"):
        read_toc(tmp_path)
    toc_with(tmp_path, schema=pickle.dumps(_Malice(harm)).ljust(200, b"."))
    with pytest.raises(IndexDamaged):
        open_index(tmp_path)
    assert not harm.exists()


@pytest.mark.parametrize(
    "args",
    [("MAIN", "../x", 1, 0, 0, ()), ("OTHER", "a", 1, 0, 0, ()), ("MAIN", "a", -1, 0, 0, ()), ("MAIN", "a", "1", 0, 0, ()), ("MAIN", "a"), ("MAIN", 5, 1, 0, 0, ())],
    ids=str,
)  # fmt: skip
def test_segments_that_cannot_be(tmp_path: Path, args: tuple[object, ...]) -> None:
    class Call:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return WhooshSegment, args

    toc_with(tmp_path, segments=pickle.dumps([Call()]))
    with pytest.raises(IndexDamaged):
        read_toc(tmp_path)


BAD_PICKLES = {
    "long bytearray": b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "long bytes": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "long string": b"\x80\x02X\xff\xff\xff\x7f.",
    "long frame": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "extension": b"\x80\x02\x82\x01.",
    "instance": b"(S'x'\nios\nsystem\n.",
    "text opcode": b"cos\nsystem\n(S'true'\ntR.",
    "persistent": b"\x80\x02Q.",
    "nothing": b"",
    "no stop": b"\x80\x02]",
    "empty stack": b"\x80\x02.",
    "called value": b"\x80\x02K\x01)R.",
    "builtins": pickle.dumps(getattr),
    "own module": b"\x80\x02csearchkit.errors\nSearchkitError\n.",
}


@pytest.mark.parametrize("data", BAD_PICKLES.values(), ids=list(BAD_PICKLES))
def test_bad_pickles(data: bytes) -> None:
    with pytest.raises(IndexDamaged, match="cannot be read safely"):
        unpickle(data, {}, "x")


def test_a_large_memo_index_allocates_nothing() -> None:
    assert unpickle(b"\x80\x02]r\xff\xff\xff\x7f.", {}, "x") == []


@quick
@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text() | st.binary(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner), max_leaves=8))
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_plain_values_are_read(protocol: int, value: object) -> None:
    data = pickle.dumps(value, protocol)
    assume(protocol > 2 or b"c_codecs\n" not in data and b"c__builtin__\n" not in data)  # there, bytes are a call
    assert unpickle(data, {}, "x") == value


def test_reading_an_index_imports_no_whoosh(tmp_path: Path) -> None:
    write_toc(tmp_path, [build(tmp_path, "a", POEM)])
    code = (
        "import sys; from pathlib import Path; from searchkit.engines.whoosh_toc import read_toc\n"
        "from searchkit.engines.segment_arrays import SegmentArrays; folder = Path(sys.argv[1])\n"
        "print(SegmentArrays.open(folder, read_toc(folder)[0]).doc_count, 'whoosh' in sys.modules)"
    )
    root = Path(whoosh_toc.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.split() == ["4", "False"]


def test_memory_can_be_kept_or_that_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from searchkit.engines.memory import keep_freed_memory as k; print(k())"],
        capture_output=True, text=True, cwd=Path(whoosh_toc.__file__).parents[2], check=True,
    )  # fmt: skip
    assert done.stdout.strip() in ("True", "False")


# Whoosh's own writer


@pytest.fixture
def whoosh_schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        body=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), stored=True),
        n=fields.NUMERIC(stored=True, sortable=True),
        tag=fields.KEYWORD(stored=True),
        when=fields.DATETIME(stored=True),
    )


def add_with_whoosh(ix: index.FileIndex, texts: dict[str, str], codec: object, commit: dict[str, object]) -> None:
    writer = ix.writer(codec=codec)
    for number, (id_, text) in enumerate(texts.items()):
        writer.update_document(id=id_, body=text, n=number, tag="a b")
    writer.commit(**commit)


@pytest.mark.parametrize("commit", [{"merge": False}, {"merge": True}, {"optimize": True}], ids=str)
def test_whoosh_writes_merges_and_searches(tmp_path: Path, whoosh_schema: fields.Schema, commit: dict[str, object]) -> None:
    answers = []
    for number, codec in enumerate((None, ArrayCodec())):
        folder = tmp_path / str(number)
        folder.mkdir()
        ix = index.create_in(str(folder), whoosh_schema)
        chance = random.Random(1)
        for batch in range(4):
            texts = {f"id{chance.randrange(40)}": " ".join(s.syllables) for s in random_samples(chance, 15)}
            add_with_whoosh(ix, texts, codec, commit)
        writer = ix.writer(codec=codec)
        writer.delete_by_term("body", "mưa")
        writer.commit(merge=False)
        assert ("arrays" in {path.suffix[1:] for path in folder.iterdir()}) == bool(codec)
        answers.append([whoosh_answers(ix, wanted) for wanted in WHOOSH_QUERIES])
    assert answers[0] == answers[1]
    assert all(answers[0][:3])


WHOOSH_QUERIES = [
    query.Term("body", "hà"),
    query.Or([query.Term("body", "dân"), query.Term("body", "Tô")]),
    query.Prefix("body", "n"),
    query.Phrase("body", ["hà", "nội"]),
    query.NumericRange("n", 2, 5),
    query.Every(),
    query.FuzzyTerm("body", "hae"),
    query.Wildcard("body", "?à"),
    query.Term("tag", "b"),
    query.Term("body", "mưa"),
    query.Not(query.Term("body", "hà")),
]


def whoosh_answers(ix: index.FileIndex, wanted: query.Query) -> list[str]:
    with ix.searcher() as searcher:
        return sorted(hit["id"] + str(hit["n"]) for hit in searcher.search(wanted, limit=None))


def test_columns_sort_and_times_come_back(tmp_path: Path, whoosh_schema: fields.Schema) -> None:
    from datetime import datetime

    ix = index.create_in(str(tmp_path), whoosh_schema)
    writer = ix.writer(codec=ArrayCodec())
    for number in (3, 1, 2):
        writer.add_document(id=str(number), n=number, when=datetime(2021, 3, number))
    writer.commit()
    with ix.searcher() as searcher:
        found = searcher.search(query.Every(), sortedby="n")
        assert [(hit["id"], hit["when"]) for hit in found] == [(str(n), datetime(2021, 3, n)) for n in (1, 2, 3)]


def test_a_cancelled_writer_leaves_the_index_as_it_was(tmp_path: Path, whoosh_schema: fields.Schema) -> None:
    ix = index.create_in(str(tmp_path), whoosh_schema)
    add_with_whoosh(ix, {"a": "hà nội"}, ArrayCodec(), {})
    writer = ix.writer(codec=ArrayCodec())
    writer.add_document(id="b", body="huế")
    writer.cancel()
    assert ix.doc_count() == 1
    add_with_whoosh(ix, {"b": "huế"}, ArrayCodec(), {"merge": False})
    assert ix.doc_count() == 2


def test_deletions_of_whooshs_writer_are_seen_by_the_fast_path(tmp_path: Path) -> None:
    write_toc(tmp_path, [build(tmp_path, "a", POEM)])
    writer = index.open_dir(str(tmp_path)).writer(codec=ArrayCodec())
    assert writer.delete_by_term("syllable", "tô") == 1
    writer.commit(merge=False)
    (segment,) = read_toc(tmp_path)
    assert (segment.live_count, segment.unsaved) == (3, (3,))
    arrays = SegmentArrays.open(tmp_path, segment)
    assert arrays.live is not None and arrays.live.tolist() == [True, True, True, False]
    assert delete(tmp_path, segment, np.array([0])).live_count == 2


@pytest.mark.parametrize(
    "schema, values",
    [
        (fields.Schema(x=fields.TEXT(chars=True)), {"x": "hà"}),
        (fields.Schema(x=fields.TEXT(vector=True)), {"x": "hà"}),
        (fields.Schema(x=fields.STORED()), {"x": object()}),
    ],
    ids=["characters", "vectors", "objects"],
)
def test_what_the_codec_does_not_keep_is_refused(tmp_path: Path, schema: fields.Schema, values: dict[str, object]) -> None:
    writer = index.create_in(str(tmp_path), schema).writer(codec=ArrayCodec())
    with pytest.raises(EngineError):
        writer.add_document(**values)
        writer.commit()
    if not writer.is_closed:
        writer.cancel()
    assert not list(tmp_path.glob("*.arrays"))


def test_memory_storages_are_refused() -> None:
    ix = RamStorage().create_index(fields.Schema(x=fields.TEXT()))
    with pytest.raises(EngineError, match="A RamStorage cannot hold files of arrays. Use a FileStorage"):
        ix.writer(codec=ArrayCodec())


def test_no_file_of_a_segment_is_a_pickle(tmp_path: Path) -> None:
    segment = delete(tmp_path, build(tmp_path, "a", POEM), np.array([0]))
    for name in segment.filenames:
        with pytest.raises(Exception):  # noqa: B017 - whatever it is, it is no pickle
            pickle.load(io.BytesIO((tmp_path / name).read_bytes()))
