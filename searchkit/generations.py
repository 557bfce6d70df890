"""The folder of an index: numbered generations, which of them is current, and what may be deleted.

    CURRENT              one line, the number of the current generation; replaced atomically
    generations/000004/  a whole index, never altered once it has this name
    generations/*.building, *.removing   leftovers of a run that was killed; the next write deletes them
    lock                 see lock.py

A generation is built under a temporary name, checked, renamed, and only then named in CURRENT: a kill at
any moment leaves the old index or the new one. Knows nothing of what is in a generation but its manifest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from searchkit import lock
from searchkit.durable import sync, write_whole
from searchkit.errors import EngineError, IndexDamaged, IndexMissing

CURRENT = "CURRENT"
FOLDER = "generations"
BUILDING, REMOVING = ".building", ".removing"
_NUMBER = re.compile(r"[0-9]{6,9}")
_LEFTOVER = re.compile(r"[0-9]{6,9}\.(?:building|removing)")


def path_of(folder: Path, number: int) -> Path:
    """Where a generation lives.

    >>> path_of(Path("index"), 4).as_posix()
    'index/generations/000004'
    """
    return folder / FOLDER / f"{number:06d}"


def current(folder: Path) -> int:
    """The number of the current generation; IndexMissing where there is no index, not even one that lost CURRENT."""
    try:
        line = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        if not numbers(folder):
            raise IndexMissing(f"There is no index in {folder}", "Make one: searchkit index PATH…") from None
        if (folder / CURRENT).exists():  # the first index came to be between the two looks
            return current(folder)
        raise IndexDamaged(
            f"The index in {folder} is damaged: CURRENT is missing, though there are generations",
            "`searchkit rollback` makes the newest whole generation current",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(folder, f"CURRENT cannot be read: {error}") from error
    if not _NUMBER.fullmatch(line):
        raise damaged(folder, f"CURRENT should hold the number of a generation, not {line[:40]!r}")
    return int(line)


def damaged(folder: Path, what: str) -> IndexDamaged:
    """The error for an index whose files are not as they should be; the next steps are the same for all."""
    return IndexDamaged(
        f"The index in {folder} is damaged: {what}",
        "See all of it with `searchkit verify`; go back with `searchkit rollback` "
        "or make it anew with `searchkit rebuild`",
    )


def numbers(folder: Path) -> list[int]:
    """The generations that are there under their final names, ascending."""
    return sorted(int(entry.name) for entry in _entries(folder) if _NUMBER.fullmatch(entry.name))


def _entries(folder: Path) -> list[Path]:
    try:
        return list((folder / FOLDER).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def start(folder: Path) -> tuple[int, Path]:
    """The next number, never used before, and an empty folder to build that generation in."""
    number = max([0, *numbers(folder)]) + 1
    building = path_of(folder, number).with_suffix(BUILDING)
    building.mkdir(parents=True)
    return number, building


def swap_in(folder: Path, building: Path, number: int) -> None:
    """Gives a finished generation its name, then makes it the current one; every step durable before the next."""
    sync(building)
    os.rename(building, path_of(folder, number))
    try:
        sync(folder / FOLDER)
        point_at(folder, number)
    except BaseException:
        _take_back(folder, building, number)
        raise


def _take_back(folder: Path, building: Path, number: int) -> None:
    """Takes its name from a generation that did not become current: without CURRENT it would pass for a lost index."""
    with suppress(OSError, IndexMissing, IndexDamaged):
        if (folder / CURRENT).exists() and current(folder) == number:
            return
        os.rename(path_of(folder, number), building)


def point_at(folder: Path, number: int) -> None:
    """Makes a generation the current one."""
    write_whole(folder / CURRENT, f"{number:06d}\n")


@contextmanager
def writing(folder: Path, command: str) -> Iterator[None]:
    """Holds the write lock; makes the folder if need be. A disk that fails is an EngineError saying what to do."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock.hold(folder, command):
            yield
    except OSError as error:
        what = f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}"
        hint = "What is there can be searched as before; make room or choose another folder with --index"
        raise EngineError(f"The index in {folder} cannot be written: {what}", hint) from error


def clean(folder: Path, keep: set[int]) -> None:
    """Deletes leftovers of killed runs and all generations but those to `keep`; for the holder of the lock only.

    A reader that still has one of them open keeps it: deleting a name does not take away open files.
    """
    for entry in _entries(folder):
        if _LEFTOVER.fullmatch(entry.name):
            delete(entry)
        elif _NUMBER.fullmatch(entry.name) and int(entry.name) not in keep:
            # Renamed first: a kill half-way must not leave what looks like a whole generation.
            going = entry.with_suffix(REMOVING)
            with suppress(OSError):
                os.rename(entry, going)
            delete(going)


def delete(entry: Path) -> None:
    """Deletes a folder; what cannot be deleted now is left to the next write, it is no reason to fail."""
    import shutil  # brings the libraries of all compressed formats; a search deletes nothing

    shutil.rmtree(entry, ignore_errors=True)
