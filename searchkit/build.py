"""The changes of an index: update, rebuild, remove. Each makes a whole new generation or leaves all as it was."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from searchkit import catalogue, engines, generations, manifest, sources
from searchkit.catalogue import Catalogue, CatalogueError
from searchkit.draft import Base, Draft
from searchkit.engines import WriteOptions
from searchkit.errors import IndexDamaged, IndexMissing, NotFound, ReadError, UsageError
from searchkit.intake import Intake
from searchkit.manifest import ManifestError, Root
from searchkit.opening import newest_whole, other_generation, read_manifest
from searchkit.report import BuildOptions, Report
from searchkit.sources import Places, Plan


def update(folder: Path, paths: Sequence[Path | str], options: BuildOptions = BuildOptions()) -> Report:
    """Brings the index up to date with files and folders, making it if there is none; other sources stay as they are.

    Files that are as they were are not read. Raises ReadError when nothing at all could be read, IndexLocked,
    IndexStale and IndexDamaged; whatever is raised, the index is as it was.
    """
    started = time.monotonic()
    with _writing(folder, "searchkit index"):
        base = _base(folder)
        engine = _engine_for(base, options)
        roots = base.manifest.roots if base else ()
        old = base.catalogue if base else Catalogue()
        plan = sources.plan(folder, roots, _asked(paths, options), old.sources)
        intake = Intake(plan, old, roots, base is not None, options)
        with Draft(folder, engines.load(engine), _write_options(options), base, carried=True) as draft:
            intake.run(draft)
            changed = base is None or _differs(intake, plan, base)
            number = _commit(folder, draft, intake.held(), plan.roots, base) if changed else base.number
    return _report(intake, plan, number, changed, started)


def rebuild(folder: Path, paths: Sequence[Path | str] = (), options: BuildOptions = BuildOptions()) -> Report:
    """Builds a whole new index from `paths`, else from the sources that the index remembers, and swaps it in.

    The old one answers until then. What it held only serves to count what is added, updated and removed.
    """
    started = time.monotonic()
    if not paths:
        generations.current(folder)  # IndexMissing before anything is written
    with _writing(folder, "searchkit rebuild"):
        base = _believable(folder)
        asked = _asked(paths, options) if paths else _remembered(folder, base, options)
        plan = sources.plan(folder, (), asked, {})
        intake = Intake(plan, base.catalogue if base else Catalogue(), (), False, options)
        engine = options.engine or (base.manifest.engine if base else engines.DEFAULT_ENGINE)
        with Draft(folder, engines.load(engine), _write_options(options), base, carried=False) as draft:
            intake.run(draft)
            number = _replace(folder, draft, intake.held(), plan.roots, base)
    return _report(intake, plan, number, True, started)


def remove(folder: Path, ids: Iterable[str]) -> Report:
    """Removes articles by id; NotFound when one of them is not there, and then none is removed.

    They come back when their source is read again: with `rebuild`, or when it has changed.
    """
    started = time.monotonic()
    generations.current(folder)
    with _writing(folder, "searchkit remove"):
        base = _base(folder)
        assert base is not None, "an index with a current generation has a base"
        plan = Plan(base.manifest.roots, (), frozenset(), ())
        intake = Intake(plan, base.catalogue, plan.roots, True, BuildOptions())
        wanted = list(dict.fromkeys(ids))
        there = intake.ledger.discard(wanted)
        if len(there) < len(wanted):
            missing = next(id for id in wanted if id not in set(there))
            raise NotFound(f"No article has the id {missing!r}", "Nothing was removed; ids stand beside each hit")
        with Draft(folder, engines.load(base.manifest.engine), WriteOptions(), base, carried=True) as draft:
            draft.writer.remove(there)
            number = _commit(folder, draft, intake.held(), plan.roots, base)
    return _report(intake, plan, number, True, started)


@contextmanager
def _writing(folder: Path, command: str) -> Iterator[None]:
    """Holds the lock, and clears away what killed runs have left."""
    with generations.writing(folder, command):
        _clean(folder)
        yield


def _clean(folder: Path) -> None:
    try:
        number = generations.current(folder)
    except IndexMissing:
        generations.clean(folder, keep=set())
    except IndexDamaged:
        generations.clean(folder, keep=set(generations.numbers(folder)))
    else:
        other = other_generation(folder, number)
        generations.clean(folder, keep={number} if other is None else {number, other})


def _base(folder: Path) -> Base | None:
    """The generation to start from, checked; None where there is no index yet."""
    try:
        number = generations.current(folder)
    except IndexMissing:
        return None
    known = read_manifest(folder, number)
    place = generations.path_of(folder, number)
    faults = manifest.faults(place, known, checksums=False)
    try:
        if not faults:
            return Base(number, known, catalogue.read(place))
    except CatalogueError as error:
        faults = [str(error)]
    raise generations.damaged(folder, faults[0])


def _believable(folder: Path) -> Base | None:
    """The current generation as far as it can be read; to build anew, none of it is needed."""
    try:
        number = generations.current(folder)
        place = generations.path_of(folder, number)
        known = manifest.read(place)
    except (IndexMissing, IndexDamaged, ManifestError):
        return None
    try:
        held = catalogue.read(place)
    except CatalogueError:
        held = Catalogue()
    return Base(number, known, held)


def _asked(paths: Sequence[Path | str], options: BuildOptions) -> list[Root]:
    if not paths:
        raise UsageError("There is nothing to index", "Name files or folders")
    return [Root(str(path), options.encoding, options.field_map) for path in paths]


def _remembered(folder: Path, base: Base | None, options: BuildOptions) -> list[Root]:
    """The roots of the index, as paths from here; an option given now goes before the one remembered."""
    if base is None or not base.manifest.roots:
        raise IndexDamaged(
            f"The index in {folder} no longer knows what it was made from", "Name it: searchkit rebuild PATH…"
        )
    places = Places(folder)
    roots = [root._replace(path=str(places.actual(root.path))) for root in base.manifest.roots]
    for root in roots:
        if not Path(root.path).exists():
            raise ReadError(
                f"{root.path}, which the index was made from, is not there",
                "Put it back, or name what to build from: searchkit rebuild PATH…",
                path=root.path,
            )
    encoding, fields = options.encoding, options.field_map
    return [root._replace(encoding=encoding or root.encoding, fields=fields or root.fields) for root in roots]


def _engine_for(base: Base | None, options: BuildOptions) -> str:
    if base is None:
        return options.engine or engines.DEFAULT_ENGINE
    if options.engine not in (None, base.manifest.engine):
        raise UsageError(
            f"The index is kept by the {base.manifest.engine} engine, not by {options.engine}",
            f"Move it with: searchkit rebuild --engine {options.engine}",
        )
    return base.manifest.engine


def _write_options(options: BuildOptions) -> WriteOptions:
    return WriteOptions(options.workers, options.memory)


def _differs(intake: Intake, plan: Plan, base: Base) -> bool:
    """Whether a new generation would say anything that the old one does not; a file's date alone is nothing."""
    if intake.ledger.entries != base.catalogue.entries or plan.roots != base.manifest.roots:
        return True
    before, now = base.catalogue.sources, intake.sources
    return before.keys() != now.keys() or any(
        (before[path].digest, before[path].faults) != (source.digest, source.faults) for path, source in now.items()
    )


def _commit(folder: Path, draft: Draft, held: Catalogue, roots: tuple[Root, ...], base: Base | None) -> int:
    previous = base.number if base else None
    number = draft.commit(held, roots, previous)
    generations.clean(folder, keep={number} if previous is None else {number, previous})
    return number


def _replace(folder: Path, draft: Draft, held: Catalogue, roots: tuple[Root, ...], base: Base | None) -> int:
    """Commits what was built anew; where the old index could not be believed, none of its generations is deleted."""
    if base:
        return _commit(folder, draft, held, roots, base)
    return draft.commit(held, roots, newest_whole(folder))


def _report(intake: Intake, plan: Plan, number: int, changed: bool, started: float) -> Report:
    ledger = intake.ledger
    return Report(
        added=ledger.added,
        updated=ledger.updated,
        unchanged=len(ledger.entries) - ledger.added - ledger.updated,
        removed=len(ledger.removed()),
        articles=len(ledger.entries),
        failed=tuple(intake.failed),
        skipped=plan.skipped,
        seconds=time.monotonic() - started,
        generation=number,
        changed=changed,
    )
