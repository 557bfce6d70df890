"""Which segments are merged when a generation is finished, so that many small updates do not slow queries down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, count
from pathlib import Path

from searchkit.engines.merge import LARGEST, merge_files
from searchkit.engines.segment_arrays import INDEX_NAME, ArraySegment

LARGE = 20_000  # articles from which a segment is no longer merged with others
CROWD = 8  # small segments that may stand side by side
WORN = 0.25  # deleted part from which a segment is rewritten


def tidy(folder: Path, segments: Sequence[ArraySegment]) -> list[ArraySegment]:
    """Merges small segments where there are many and rewrites worn ones; drops empty ones and files that none has.

    Large segments are left as they are, so that a big build is not written twice and an update stays small.
    """
    folder = Path(folder)
    kept = [segment for segment in segments if segment.live_count]
    crowd = _crowd(kept)
    worn = [segment for segment in kept if segment not in crowd and segment.live_count < segment.doc_count * (1 - WORN)]
    for group in [crowd, *([segment] for segment in worn)]:
        if group:
            merged = merge_files(folder, [segment for segment in kept if segment in group], _unused_name(folder))
            kept = [segment for segment in kept if segment not in group] + [merged]
    listed = {name for segment in kept for name in segment.filenames}
    for path in folder.glob(f"{INDEX_NAME}_*"):
        if path.suffix in (".arrays", ".deleted") and path.name not in listed:
            path.unlink()
    return kept


def _crowd(segments: Sequence[ArraySegment]) -> list[ArraySegment]:
    """The smallest segments, when more small ones stand side by side than may; together no more than a merge may hold."""
    small = sorted((segment for segment in segments if segment.live_count < LARGE), key=lambda segment: segment.live_count)
    if len(small) <= CROWD:
        return []
    sizes = accumulate(segment.live_count for segment in small)
    return [segment for segment, size in zip(small[: len(small) - CROWD // 2], sizes) if size <= LARGEST]


def _unused_name(folder: Path) -> str:
    names = (f"m{number:06d}" for number in count())
    return next(name for name in names if not (folder / ArraySegment(name, 0).filename).exists())
