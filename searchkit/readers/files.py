"""Paths to files, in a stable order: folders are walked by name, and nothing is left out silently.

Symbolic links are followed where they are given, never where they are found: what stands outside the
given paths is read only when it is named.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from searchkit.errors import ReadError
from searchkit.readers.records import Failure, Skipped, SourceFile

OnSkip = Callable[[Skipped], object]
OnFailure = Callable[[Failure], object]


def discover(
    paths: Iterable[Path | str], suffixes: Iterable[str], on_skip: OnSkip | None = None,
    on_failure: OnFailure | None = None,
) -> Iterator[SourceFile]:
    """The files at the paths and below them, each once; a path that does not exist is a ReadError at once.

    A file that is given is always among them; one found in a folder only when its suffix is in `suffixes`.
    The others are told to `on_skip`, hidden ones apart; a folder that cannot be read, to `on_failure`, or to
    `on_skip` without that.
    """
    given = [Path(path) for path in paths]
    for path in given:
        if not path.exists():
            raise ReadError(f"There is no file or folder {display(path)!r}", "Check the path", path=display(path))
    skip = on_skip or (lambda skipped: None)
    tell = _Tell(skip, on_failure or (lambda failure: skip(Skipped(failure.path, failure.reason))))
    return _distinct(_each(given, frozenset(suffixes), tell))


class _Tell(NamedTuple):
    """Whom to tell of what is not among the files."""

    skip: OnSkip
    failure: OnFailure


def display(path: Path | str) -> str:
    """A path as text that can be printed and stored, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _each(given: list[Path], suffixes: frozenset[str], tell: _Tell) -> Iterator[SourceFile]:
    for path in given:
        if path.is_dir():
            try:
                os.scandir(path).close()
            except OSError as error:
                name = display(path)
                raise ReadError(f"The folder {name!r} cannot be read ({reason(error)})", "Check who may read it", name) from error
            yield from _below(path, path, suffixes, tell)
        else:
            yield _source(path, path.name)


def _below(folder: Path, root: Path, suffixes: frozenset[str], tell: _Tell) -> Iterator[SourceFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        tell.failure(Failure(display(folder), None, reason(error)))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            tell.skip(Skipped(display(path), "it is a symbolic link; name it to have it followed"))
        elif entry.is_dir():
            yield from _below(path, root, suffixes, tell)
        elif not entry.is_file():
            tell.skip(Skipped(display(path), "it is not a file"))
        elif path.suffix.lower() not in suffixes:
            tell.skip(Skipped(display(path), unknown_suffix(path)))
        else:
            try:
                yield _source(path, path.relative_to(root).as_posix())
            except OSError as error:  # gone or closed to us since the folder was listed
                tell.skip(Skipped(display(path), reason(error)))


def _source(path: Path, name: str) -> SourceFile:
    status = path.stat()
    # a name copied from another system may be NFD; ids are typed, so they are NFC
    name = unicodedata.normalize("NFC", display(name))
    return SourceFile(path, name, status.st_size, status.st_mtime_ns)


def _distinct(sources: Iterable[SourceFile]) -> Iterator[SourceFile]:
    """The same file given twice, or inside a folder given as well, counts once."""
    seen: set[str] = set()
    for source in sources:
        real = os.path.realpath(source.path)
        if real not in seen:
            seen.add(real)
            yield source


def unknown_suffix(path: Path) -> str:
    """Why no reader takes this path."""
    return f"no reader for {path.suffix!r} files" if path.suffix else "no suffix that names a reader"


def reason(error: OSError) -> str:
    """An operating system's error as a reason, without errno and path."""
    return (error.strerror or str(error) or type(error).__name__).lower()
