"""What a change of the index did, as the command line and its JSON tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from searchkit.readers.records import Failure, Skipped

JSON_VERSION = 1


class Progress(NamedTuple):
    """How far a run is: bytes of the sources, about, and articles so far."""

    done: int
    total: int
    articles: int


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to change an index; None means what the index remembers, else the default.

    `check_content`: believe no date of a file, read its bytes to know whether it changed.
    `progress` is called often; it should be quick.
    """

    engine: str | None = None
    workers: int = 1
    memory: int = 512 << 20
    encoding: str | None = None
    field_map: Mapping[str, str] = field(default_factory=dict)
    fail_fast: bool = False
    check_content: bool = False
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Articles added, updated, unchanged and removed, and all there are now; what failed and was skipped.

    `articles` = added + updated + unchanged. `changed`: whether there is a new generation.
    """

    added: int
    updated: int
    unchanged: int
    removed: int
    articles: int
    failed: tuple[Failure, ...]
    skipped: tuple[Skipped, ...]
    seconds: float
    generation: int
    changed: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The report as its JSON object."""
        return {
            "version": JSON_VERSION,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "articles": self.articles,
            "failed": [failure._asdict() for failure in self.failed],
            "skipped": [skipped._asdict() for skipped in self.skipped],
            "seconds": round(self.seconds, 3),
            "generation": self.generation,
            "changed": self.changed,
        }
