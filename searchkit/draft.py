"""A generation while it is being built: nothing of it is visible until `commit`, nothing of it is left after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from searchkit import __version__, catalogue, generations, manifest
from searchkit.analysis import ANALYSIS_VERSION
from searchkit.catalogue import Catalogue
from searchkit.engines import Engine, Writer, WriteOptions
from searchkit.errors import EngineError, IndexDamaged
from searchkit.manifest import CarriedDamage, FileRecord, Manifest, Root


@dataclass(frozen=True, slots=True)
class Base:
    """The generation that a change starts from."""

    number: int
    manifest: Manifest
    catalogue: Catalogue


class Draft:
    """A new generation of the index in `folder`; a context manager that leaves nothing behind unless committed.

    `carried`: it starts with the articles of `base`; else `base` is only what a rollback would go back to.
    """

    def __init__(self, folder: Path, engine: Engine, options: WriteOptions, base: Base | None, carried: bool):
        self._folder = folder
        self._engine = engine
        self._options = options
        self._carried = base if carried else None
        self._place: tuple[int, Path] | None = None
        self._writer: Writer | None = None
        self._done = False

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: object) -> None:
        if self._done:
            return
        try:
            if self._writer:
                self._writer.abort()
        finally:
            if self._place:
                generations.delete(self._place[1])

    @property
    def writer(self) -> Writer:
        """The engine's writer; made when it is first asked for, so that a run without changes writes nothing."""
        if self._writer is None:
            self._place = generations.start(self._folder)
            self._writer = self._engine.create(self._place[1], self._options, self._base_folder())
        return self._writer

    def _base_folder(self) -> Path | None:
        return generations.path_of(self._folder, self._carried.number) if self._carried else None

    def commit(self, held: Catalogue, roots: tuple[Root, ...], previous: int | None) -> int:
        """Finishes all files, checks them, makes them the current generation; returns its number."""
        articles = self.writer.commit()
        assert self._place is not None, "whoever has a writer has a place"
        number, building = self._place
        if articles != len(held.entries):
            raise EngineError(
                f"The {self._engine.name} engine holds {articles} articles where {len(held.entries)} were written",
                "The index is as it was; please report this",
            )
        catalogue.write(building, held)
        manifest.write(building, self._manifest(held, roots, previous, self._place))
        self._check(building)
        generations.swap_in(self._folder, building, number)
        self._done = True
        return number

    def _manifest(
        self, held: Catalogue, roots: tuple[Root, ...], previous: int | None, place: tuple[int, Path]
    ) -> Manifest:
        number, building = place
        known = self._carried.manifest.files if self._carried else {}
        return Manifest(
            generation=number,
            engine=self._engine.name,
            analysis=ANALYSIS_VERSION,
            articles=len(held.entries),
            sources=len(held.sources),
            roots=roots,
            made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            searchkit=__version__,
            versions=self._engine.versions(),
            previous=previous,
            files=self._recorded(building, known),
        )

    def _recorded(self, building: Path, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
        try:
            return manifest.record_files(building, self._base_folder(), known)
        except CarriedDamage as error:
            raise IndexDamaged(
                f"The index in {self._folder} is damaged, so nothing was added to it: {error}",
                "Make it anew: searchkit rebuild",
            ) from error

    def _check(self, building: Path) -> None:
        reader = self._engine.open(building)
        try:
            faults = reader.check(deep=False)
        finally:
            reader.close()
        if faults:
            raise EngineError(
                f"The new index is not as it should be: {faults[0]}", "The index is as it was; please report this"
            )
