"""The manifest of a generation: what made it, what is in it, and a checksum of every file.

Index files come from other people too, so every value is checked before it is believed: types, ranges,
and that no name leads out of the generation's folder.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from searchkit.article import NOTHING
from searchkit.durable import digest, digests, sync

NAME = "manifest.json"
FORMAT = 1
_LARGEST = 64 << 20
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}")
_DIGEST = re.compile(r"[0-9a-f]{32}")


class ManifestError(ValueError):
    """A manifest that cannot be believed; the text says why."""


class OtherFormat(ManifestError):
    """A manifest of another version of the format; nothing more is known of it."""


class CarriedDamage(ManifestError):
    """A file taken over from another generation no longer has the bytes that were written there."""


class FileRecord(NamedTuple):
    """A file of the generation: bytes and BLAKE2b."""

    size: int
    digest: str


class Root(NamedTuple):
    """A file or folder that the index was told to hold, and how its files are to be read.

    `path` is relative to the folder around the index where it lies below that, so that the two may be
    moved together; else absolute.
    """

    path: str
    encoding: str | None = None
    fields: Mapping[str, str] = NOTHING


class Manifest(NamedTuple):
    """All that is known of a generation without opening its engine; `previous` is the one it replaced."""

    generation: int
    engine: str
    analysis: int
    articles: int
    sources: int
    roots: tuple[Root, ...]
    made: str
    searchkit: str
    versions: Mapping[str, str]
    previous: int | None = None
    files: Mapping[str, FileRecord] = NOTHING
    format: int = FORMAT


def write(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest into a generation's folder, durably."""
    values = manifest._asdict()
    values["roots"] = [{**root._asdict(), "fields": dict(root.fields)} for root in manifest.roots]
    values["versions"] = dict(manifest.versions)
    values["files"] = {name: record._asdict() for name, record in manifest.files.items()}
    path = folder / NAME
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    sync(path)


def read(folder: Path) -> Manifest:
    """The manifest of a generation; ManifestError says what is wrong with it."""
    path = folder / NAME
    try:
        if path.stat().st_size > _LARGEST:
            raise ManifestError(f"{path} is larger than a manifest can be")
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path} is not a manifest ({error})") from error
    return _believed(path, values)


def _believed(path: Path, values: Any) -> Manifest:
    try:
        if _count(values["format"]) != FORMAT:
            raise OtherFormat(f"{path} has version {values['format']} of the format, not {FORMAT}")
        return Manifest(
            generation=_count(values["generation"]),
            engine=_text(values["engine"]),
            analysis=_count(values["analysis"]),
            articles=_count(values["articles"]),
            sources=_count(values["sources"]),
            roots=tuple(_root(root) for root in values["roots"]),
            made=_text(values["made"]),
            searchkit=_text(values["searchkit"]),
            versions=_texts(values["versions"]),
            previous=None if values["previous"] is None else _count(values["previous"]),
            files={_file_name(name): _file(record) for name, record in values["files"].items()},
        )
    except OtherFormat:
        raise
    except (KeyError, TypeError, AttributeError, ManifestError) as error:
        raise ManifestError(f"{path} is not a manifest ({type(error).__name__}: {error})") from error


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 60:
        raise ManifestError(f"{value!r} is not a count")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 4096:
        raise ManifestError(f"{str(value)[:40]!r} is not a short text")
    return value


def _texts(values: Any) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in values.items()}


def _root(values: Any) -> Root:
    encoding = values["encoding"]
    return Root(_text(values["path"]), None if encoding is None else _text(encoding), _texts(values["fields"]))


def _file(values: Any) -> FileRecord:
    if not _DIGEST.fullmatch(_text(values["digest"])):
        raise ManifestError(f"{values['digest']!r} is not a checksum")
    return FileRecord(_count(values["size"]), values["digest"])


def _file_name(name: Any) -> str:
    if not _FILE_NAME.fullmatch(_text(name)) or ".." in name or name == NAME:
        raise ManifestError(f"{name!r} is not a name for a file of an index")
    return name


def record_files(folder: Path, base: Path | None, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
    """Sizes and checksums of a generation's files, each synced to disk first.

    A file that is the very file of `base` (a hard link) must still have the checksum `known` from there; else
    CarriedDamage: a checksum taken now would make damage pass for what was written.
    """
    paths = sorted(folder.iterdir())
    for path in paths:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ManifestError(f"{path} is not a plain file")
        sync(path)
    records = {}
    for path, summed in zip(paths, digests(paths)):
        name = _file_name(path.name)
        records[name] = FileRecord(path.stat().st_size, summed)
        if base is not None and name in known and _same_file(path, base / name) and records[name] != known[name]:
            raise CarriedDamage(f"{base / name} does not have the bytes that were written")
    return records


def _same_file(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


def faults(folder: Path, manifest: Manifest, checksums: bool) -> list[str]:
    """Sentences on what differs between a generation's files and its manifest; `checksums` reads every byte."""
    found = []
    for name, record in manifest.files.items():
        fault = _fault(folder / name, record, checksums)
        if fault:
            found.append(f"{folder / name} {fault}")
    return found


def _fault(path: Path, record: FileRecord, checksums: bool) -> str:
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode):
            return "is not a plain file"
        if facts.st_size != record.size:
            return f"has {facts.st_size} bytes instead of {record.size}"
        if checksums and digest(path) != record.digest:
            return "does not have the bytes that were written"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""
