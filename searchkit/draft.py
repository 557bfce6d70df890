"""A generation while it is being built: nothing of it is visible until `commit`, nothing of it is left after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path

from searchkit import __version__, catalogue, generations, manifest
from searchkit.analysis import ANALYSIS_VERSION
from searchkit.catalogue import Catalogue
from searchkit.engines import Engine, Writer, WriteOptions
from searchkit.errors import EngineError
from searchkit.manifest import Manifest, Root


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
        self._base = base
        self._carried = base if carried else None
        self._started = False
        self._done = False

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: object) -> None:
        if self._started and not self._done:
            try:
                self.writer.abort()
            finally:
                generations.delete(self._place[1])

    @cached_property
    def _place(self) -> tuple[int, Path]:
        self._started = True
        return generations.start(self._folder)

    @cached_property
    def writer(self) -> Writer:
        """The engine's writer; made when it is first asked for, so that a run without changes writes nothing."""
        base = self._carried and generations.path_of(self._folder, self._carried.number)
        return self._engine.create(self._place[1], self._options, base)

    def commit(self, held: Catalogue, roots: tuple[Root, ...], previous: int | None) -> int:
        """Finishes all files, checks them, makes them the current generation; returns its number."""
        articles = self.writer.commit()
        number, building = self._place
        if articles != len(held.entries):
            raise EngineError(
                f"The {self._engine.name} engine holds {articles} articles where {len(held.entries)} were written",
                "The index is as it was; please report this",
            )
        catalogue.write(building, held)
        manifest.write(building, self._manifest(held, roots, previous))
        self._check(building)
        generations.swap_in(self._folder, building, number)
        self._done = True
        return number

    def _manifest(self, held: Catalogue, roots: tuple[Root, ...], previous: int | None) -> Manifest:
        number, building = self._place
        base = self._carried
        base_folder = base and generations.path_of(self._folder, base.number)
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
            files=manifest.record_files(building, base_folder, base.manifest.files if base else {}),
        )

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
