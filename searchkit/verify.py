"""Proof that an index is what it was when it was written, and, deep, that it is what its sources say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchkit import catalogue, durable, engines, generations, manifest
from searchkit.catalogue import Catalogue, CatalogueError, Source, digest_of
from searchkit.engines import Reader
from searchkit.errors import IndexDamaged, IndexStale, SearchkitError
from searchkit.manifest import Manifest
from searchkit.opening import read_manifest
from searchkit.sources import Places


@dataclass(frozen=True, slots=True)
class Verification:
    """`problems`: sentences on what is damaged. `outdated`: on sources that changed since, which is no damage."""

    generation: int
    deep: bool
    files: int = 0
    bytes: int = 0
    articles: int = 0
    sources: int = 0
    problems: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the index may be relied on."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """The verification as its JSON object."""
        return {
            "version": 1,
            "ok": self.ok,
            "generation": self.generation,
            "deep": self.deep,
            "files": self.files,
            "bytes": self.bytes,
            "articles": self.articles,
            "sources": self.sources,
            "problems": list(self.problems),
            "outdated": list(self.outdated),
        }


def verify(folder: Path, deep: bool = False) -> Verification:
    """Reads every byte of the current generation against its checksums; deep, every article and every source too.

    What is wrong is told in the result; only IndexMissing is raised.
    """
    number = _number(folder)
    if isinstance(number, str):
        return Verification(0, deep, problems=(number,))
    try:
        known = read_manifest(folder, number)
    except (IndexDamaged, IndexStale) as error:
        return Verification(number, deep, problems=(error.message,))
    place = generations.path_of(folder, number)
    problems = manifest.faults(place, known, checksums=True)
    problems += _strays(place, known)
    try:
        held = catalogue.read(place)
    except CatalogueError as error:
        held = Catalogue()
        problems.append(f"The catalogue cannot be read: {error}")
    else:
        problems += _counts(known, held)
        if not problems:  # an engine need not make sense of files that are known to be damaged
            problems += _engine(place, known, held, deep)
    outdated = list(_sources(Places(folder), held)) if deep else []
    size = sum(record.size for record in known.files.values())
    return Verification(
        number, deep, len(known.files), size, known.articles, known.sources, tuple(problems), tuple(outdated)
    )


def _number(folder: Path) -> int | str:
    try:
        return generations.current(folder)
    except IndexDamaged as error:
        return error.message


def _strays(place: Path, known: Manifest) -> list[str]:
    there = {path.name for path in place.iterdir()} - {manifest.NAME}
    return [f"{place / name} is not in the manifest" for name in sorted(there - known.files.keys())]


def _counts(known: Manifest, held: Catalogue) -> Iterator[str]:
    for what, said, found in (
        ("articles", known.articles, len(held.entries)),
        ("sources", known.sources, len(held.sources)),
    ):
        if said != found:
            yield f"The manifest says {said} {what}, the catalogue has {found}"


def _engine(place: Path, known: Manifest, held: Catalogue, deep: bool) -> list[str]:
    try:
        reader = engines.load(known.engine).open(place)
    except (SearchkitError, OSError) as error:
        return [f"The {known.engine} engine cannot open its files: {error}"]
    try:
        problems = reader.check(deep)
        return problems + list(_articles(reader, held)) if deep else problems
    except (SearchkitError, OSError) as error:
        return [f"The {known.engine} engine cannot read its files: {error}"]
    finally:
        reader.close()


def _articles(reader: Reader, held: Catalogue) -> Iterator[str]:
    there = set(reader.ids())
    for id, entry in held.entries.items():
        if id not in there:
            yield f"The article {id!r} is in the catalogue, not in the engine"
            continue
        article = reader.article(id)
        if article is None or digest_of(article) != entry.digest:
            yield f"The article {id!r} is not as it was read from {entry.source}"
    yield from (f"The article {id!r} is in the engine, not in the catalogue" for id in sorted(there - held.entries.keys()))


def _sources(places: Places, held: Catalogue) -> Iterator[str]:
    for source in held.sources.values():
        change = _change(places, source)
        if change:
            yield f"{source.path} {change}"


def _change(places: Places, source: Source) -> str:
    if source.faults:
        return f"had {source.faults} faults when it was read"
    try:
        return "" if durable.digest(places.actual(source.path)) == source.digest else "has changed since it was indexed"
    except FileNotFoundError:
        return "is no longer there"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
