"""Which files an index is made from: the roots it remembers, the files below them, and which of these are gone.

A file keeps the name under which it was first indexed: its articles' ids are its path below the first root
that contains it, however it is reached later.
"""

from __future__ import annotations

import dataclasses
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from searchkit import readers
from searchkit.catalogue import Source
from searchkit.manifest import Root
from searchkit.readers.files import display
from searchkit.readers.records import Failure, ReadOptions, Skipped, SourceFile


@dataclass(frozen=True, slots=True)
class Planned:
    """A file to look at: what to call it, how to read it, and `path` as the index stores it."""

    path: str
    file: SourceFile
    root: int
    options: ReadOptions


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look at; `gone` are stored paths of known files no longer there, `failed` folders cannot be read."""

    roots: tuple[Root, ...]
    files: tuple[Planned, ...]
    gone: frozenset[str]
    skipped: tuple[Skipped, ...]
    failed: tuple[Failure, ...] = ()


class Places:
    """Paths as the index stores them and back: relative to the folder around the index, if below that."""

    def __init__(self, folder: Path):
        self._index = os.path.abspath(folder)
        self._around = os.path.dirname(self._index)

    def stored(self, path: Path | str) -> str:
        """How a path is written in the index."""
        path = os.path.abspath(path)
        return os.path.relpath(path, self._around) if _below(path, self._around) else path

    def actual(self, stored: str) -> Path:
        """Where a stored path leads, as short as it can be written from the working directory."""
        path = os.path.normpath(os.path.join(self._around, stored))
        here = os.getcwd()
        return Path(os.path.relpath(path, here) if _below(path, here) else path)

    def absolute(self, stored: str) -> str:
        """The same, from the root of the file system."""
        return os.path.normpath(os.path.join(self._around, stored))

    def holds(self, path: Path | str) -> bool:
        """Whether a path lies in the index itself, which is never its own source."""
        return _below(os.path.abspath(path), self._index)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def plan(folder: Path, roots: Iterable[Root], paths: Sequence[Root], known: Mapping[str, Source]) -> Plan:
    """What to look at to bring `paths` up to date in an index that remembers `roots` and `known` sources.

    Paths of `paths` are as given on the command line, not as stored. ReadError where one does not exist.
    """
    places = Places(folder)
    named = [path._replace(path=places.stored(path.path)) for path in paths]
    merged = merge(tuple(roots), named, places)
    skipped: list[Skipped] = []
    failed: list[Failure] = []
    files = tuple(_found(places, [Path(path.path) for path in paths], merged, skipped, failed))
    looked_at = {planned.path for planned in files}
    within = [places.absolute(root.path) for root in named]
    gone = frozenset(
        path
        for path in known
        if path not in looked_at and any(_below(places.absolute(path), root) for root in within) and _gone(places, path)
    )
    return Plan(merged, files, gone, tuple(skipped), tuple(failed))


def merge(roots: tuple[Root, ...], named: Iterable[Root], places: Places) -> tuple[Root, ...]:
    """The roots to remember: a path inside a known root is no new one, unless it is to be read differently."""
    merged = list(roots)
    for new in named:
        at = _innermost(merged, places.absolute(new.path), places)
        plain = new.encoding is None and not new.fields
        if at is not None and (plain or _same_reading(merged[at], new)):
            continue
        if at is not None and merged[at].path == new.path:
            merged[at] = new
        else:
            merged.append(new)
    return tuple(merged)


def _same_reading(one: Root, other: Root) -> bool:
    return one.encoding == other.encoding and dict(one.fields) == dict(other.fields)


def _innermost(roots: list[Root] | tuple[Root, ...], path: str, places: Places) -> int | None:
    around = [number for number, root in enumerate(roots) if _below(path, places.absolute(root.path))]
    return max(around, key=lambda number: len(places.absolute(roots[number].path)), default=None)


def _found(
    places: Places, paths: list[Path], roots: tuple[Root, ...], skipped: list[Skipped], failed: list[Failure]
) -> Iterator[Planned]:
    options = [ReadOptions(root.encoding, root.fields) for root in roots]
    found = readers.discover(
        paths,
        on_skip=lambda skip: places.holds(skip.path) or skipped.append(skip),
        on_failure=lambda failure: places.holds(failure.path) or failed.append(failure),
    )
    for file in found:
        if places.holds(file.path):
            continue
        number = _innermost(roots, os.path.abspath(file.path), places)
        assert number is not None, "a discovered file lies below a path that was named"
        yield Planned(places.stored(file.path), _named(file, roots, places), number, options[number])


def _named(file: SourceFile, roots: tuple[Root, ...], places: Places) -> SourceFile:
    """The file under its lasting name: its path below the first root that contains it."""
    path = os.path.abspath(file.path)
    first = next(places.absolute(root.path) for root in roots if _below(path, places.absolute(root.path)))
    if path == first:
        return file
    return dataclasses.replace(file, name=unicodedata.normalize("NFC", display(os.path.relpath(path, first))))


def _gone(places: Places, stored: str) -> bool:
    """Whether a file certainly is no longer there; a folder that may not be read proves nothing."""
    try:
        os.lstat(places.absolute(stored))
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
