"""Opening the current generation for reading, what is known of it, and going back to the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from searchkit import engines, generations, manifest
from searchkit.analysis import ANALYSIS_VERSION
from searchkit.engines import Reader
from searchkit.errors import IndexDamaged, IndexStale, NotFound, SearchkitError
from searchkit.manifest import Manifest, ManifestError, OtherFormat

_TRIES = 5
_REBUILD = "Make it anew: searchkit rebuild"


class OpenIndex(NamedTuple):
    """A generation, opened: `reader` answers from it until it is closed, whatever is written meanwhile."""

    reader: Reader
    manifest: Manifest
    folder: Path

    def __enter__(self) -> OpenIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the generation's files."""
        self.reader.close()


def open_current(folder: Path) -> OpenIndex:
    """Opens the current generation; IndexMissing, IndexStale or IndexDamaged say what to do about it.

    Takes no lock. Two writes while it opens may delete what it was about to open: then it opens the newest.
    """
    for _ in range(_TRIES):
        number = generations.current(folder)
        try:
            return _open(folder, number)
        except (SearchkitError, OSError):
            if generations.current(folder) == number:
                raise
    raise generations.damaged(folder, "its current generation changes faster than it can be opened")


def _open(folder: Path, number: int) -> OpenIndex:
    known = read_manifest(folder, number)
    place = generations.path_of(folder, number)
    faults = manifest.faults(place, known, checksums=False)
    if faults:
        raise generations.damaged(folder, _first(faults))
    return OpenIndex(engines.load(known.engine).open(place), known, folder)


def _first(faults: list[str]) -> str:
    return faults[0] if len(faults) == 1 else f"{faults[0]}, and {len(faults) - 1} more"


def read_manifest(folder: Path, number: int) -> Manifest:
    """The manifest of a generation, of this format and analysis; else IndexDamaged or IndexStale."""
    try:
        known = manifest.read(generations.path_of(folder, number))
    except OtherFormat as error:
        raise IndexStale(f"The index in {folder} is of another version: {error}", _REBUILD) from error
    except ManifestError as error:
        raise generations.damaged(folder, str(error)) from error
    if known.generation != number:
        raise generations.damaged(folder, f"the manifest in {number:06d} is of generation {known.generation}")
    if known.engine not in engines.ENGINES:
        raise generations.damaged(folder, f"it names an engine that does not exist, {known.engine[:40]!r}")
    if known.analysis != ANALYSIS_VERSION:
        raise IndexStale(
            f"The index in {folder} was made by searchkit {known.searchkit}, which reads text in another way "
            f"(version {known.analysis} of the analysis, this is {ANALYSIS_VERSION})",
            _REBUILD,
        )
    return known


def rollback(folder: Path) -> int:
    """Makes the previous generation current again and returns its number; a second rollback undoes the first.

    Where CURRENT is missing or says nothing, the newest whole generation becomes the current one.
    """
    _pointer(folder)  # IndexMissing before anything is written
    with generations.writing(folder, "searchkit rollback"):
        now = _pointer(folder)
        if now is None:
            return _recover(folder)
        target = other_generation(folder, now)
        if target is None:
            raise NotFound(f"The index in {folder} has no generation beside {now} to go back to")
        faults = manifest.faults(generations.path_of(folder, target), read_manifest(folder, target), checksums=True)
        if faults:
            raise generations.damaged(folder, f"generation {target} cannot be gone back to: {_first(faults)}")
        generations.point_at(folder, target)
        return target


def _pointer(folder: Path) -> int | None:
    """The number in CURRENT; None where that is lost though there are generations."""
    try:
        return generations.current(folder)
    except IndexDamaged:
        return None


def _recover(folder: Path) -> int:
    target = newest_whole(folder)
    if target is None:
        raise IndexDamaged(
            f"The index in {folder} is damaged: CURRENT cannot be relied on, and no generation is whole",
            "Make it anew: searchkit rebuild PATH…",
        )
    generations.point_at(folder, target)
    return target


def newest_whole(folder: Path) -> int | None:
    """The newest generation that this version can read and whose files are there in their sizes; None without one."""
    for number in reversed(generations.numbers(folder)):
        try:
            known = read_manifest(folder, number)
        except (IndexDamaged, IndexStale):
            continue
        if not manifest.faults(generations.path_of(folder, number), known, checksums=False):
            return number
    return None


def other_generation(folder: Path, number: int) -> int | None:
    """What a rollback from a generation leads to: the one it replaced, else the newest that replaced it."""
    there = [other for other in generations.numbers(folder) if other != number]
    try:
        previous = manifest.read(generations.path_of(folder, number)).previous
    except ManifestError:  # the very case for a rollback: any that is older will do
        previous = max((other for other in there if other < number), default=None)
    if previous in there:
        return previous
    return max((other for other in there if _replaced(folder, other) == number), default=None)


def _replaced(folder: Path, number: int) -> int | None:
    try:
        return manifest.read(generations.path_of(folder, number)).previous
    except ManifestError:
        return None


def stats(folder: Path) -> dict[str, Any]:
    """What the engine counts, with the generation, the engine, versions, sources and bytes of the files."""
    with open_current(folder) as opened:
        known = opened.manifest
        return {
            **opened.reader.stats(),
            "articles": known.articles,
            "sources": known.sources,
            "roots": [root.path for root in known.roots],
            "bytes": sum(record.size for record in known.files.values()),
            "engine": known.engine,
            "versions": {"searchkit": known.searchkit, **known.versions},
            "format": known.format,
            "analysis": known.analysis,
            "generation": known.generation,
            "previous": other_generation(folder, known.generation),
            "made": known.made,
        }
