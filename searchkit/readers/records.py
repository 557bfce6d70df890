"""The plain values that readers take and give; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from searchkit import encodings
from searchkit.errors import UsageError

FIELDS: Mapping[str, tuple[str, ...]] = {  # field -> the column names that mean it, in order of preference
    "id": ("id",),
    "title": ("title",),
    "summary": ("summary", "sapo", "description", "lead"),
    "text": ("text", "body", "content"),
    "captions": ("captions",),
    "date": ("date", "published", "published_at", "time", "publish_date"),
    "authors": ("authors", "author", "byline"),
    "source": ("source", "publisher", "site"),
    "section": ("section", "category", "topic"),
    "url": ("url", "link"),
}
RECORD_LIMIT = 64 << 20  # bytes or characters of one record; more is not an article
TOO_LARGE = f"the record is larger than {RECORD_LIMIT >> 20} MB"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: `name` is its path below the root it was found under, and makes ids."""

    path: Path
    name: str
    size: int
    mtime_ns: int


class Skipped(NamedTuple):
    """A file below a given folder that no reader will be asked for, and why."""

    path: str
    reason: str


class Failure(NamedTuple):
    """A file, or one record of it, that could not be read; `line` counts from 1 where there is one."""

    path: str
    line: int | None
    reason: str


class Record(NamedTuple):
    """What one reader found: column names and values as the file has them."""

    fields: Mapping[str, Any]
    line: int | None = None


class Bad(NamedTuple):
    """A record that one reader could not read."""

    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: an encoding instead of the detected one, and columns named for fields ({NAME: COLUMN})."""

    encoding: str | None = None
    field_map: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.encoding is not None:
            object.__setattr__(self, "encoding", encodings.check(self.encoding))
        for name in self.field_map:
            if name not in FIELDS:
                raise UsageError(f"There is no field named {name!r}", f"Fields: {', '.join(FIELDS)}")


def distinct(names: Iterable[str]) -> list[str]:
    """Column names told apart: the first keeps its name, later ones of the same name get `#2`, `#3`.

    >>> distinct(["title", "text", "title"])
    ['title', 'text', 'title#2']
    """
    seen: dict[str, int] = {}
    told: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return told
