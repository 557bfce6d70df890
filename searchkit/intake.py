"""From planned files to a draft: reads what changed, hands on what is new, keeps account of all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from searchkit import durable, ledger, readers
from searchkit.article import Article
from searchkit.catalogue import Catalogue, Source, digest_of
from searchkit.draft import Draft
from searchkit.errors import ReadError
from searchkit.ledger import Duplicate, Ledger
from searchkit.manifest import Root
from searchkit.readers.records import Failure
from searchkit.report import BuildOptions, Progress
from searchkit.sources import Plan, Planned

_BYTES_PER_CHARACTER = 1.35  # of Vietnamese in UTF-8, to tell how far into a file its articles are


class Intake:
    """One run over the files of a plan. `carried`: the draft already holds the articles of `old`."""

    def __init__(self, plan: Plan, old: Catalogue, old_roots: tuple[Root, ...], carried: bool, options: BuildOptions):
        self.ledger = Ledger(old, carried)
        self.sources: dict[str, Source] = dict(old.sources) if carried else {}
        self.failed: list[Failure] = []
        self._updated: list[str] = []
        self._plan = plan
        self._known: Mapping[str, Source] = dict(self.sources)
        self._old_roots = old_roots
        self._carried = carried
        self._options = options
        self._readable = 0
        self._done = self._total = self._articles = 0

    def run(self, draft: Draft) -> None:
        """Reads what has to be read; ReadError when nothing could be, or at the first fault if so asked."""
        for failure in self._plan.failed:
            self._fail(failure)
        self._forget(self._plan.gone)
        due = self._due()
        self._total = sum(planned.file.size for planned in due)
        self.ledger.expect({planned.path for planned in due})
        for planned in due:
            self._take(planned, draft)
        self._refuse_nothing()
        replaced = self.ledger.removed() + self._updated
        if self._carried and replaced:
            draft.writer.remove(replaced)  # at once: for an engine, each call is a pass over its files

    def _forget(self, gone: Iterable[str]) -> None:
        self.ledger.drop(set(gone))
        for path in gone:
            self.sources.pop(path, None)

    def _due(self) -> list[Planned]:
        """The files to read: those known first, so that an article that moved from one to a new one is free to."""
        due = [planned for planned in self._plan.files if not self._unchanged(planned)]
        self._readable = len(self._plan.files) - len(due)
        return sorted(due, key=lambda planned: planned.path not in self._known)

    def _unchanged(self, planned: Planned) -> bool:
        known, file = self._known.get(planned.path), planned.file
        if known is None or known.faults or known.size != file.size or not self._read_alike(known, planned):
            return False
        if known.mtime_ns == file.mtime_ns and not self._options.check_content:
            return True
        try:
            same = durable.digest(file.path) == known.digest
        except OSError:
            return False  # reading it will say why
        if same:
            self.sources[planned.path] = known._replace(mtime_ns=file.mtime_ns)
        return same

    def _read_alike(self, known: Source, planned: Planned) -> bool:
        if known.root >= len(self._old_roots):
            return False
        before, now = self._old_roots[known.root], self._plan.roots[planned.root]
        return before.encoding == now.encoding and dict(before.fields) == dict(now.fields)

    def _take(self, planned: Planned, draft: Draft) -> None:
        faults, articles, digest = len(self.failed), 0, ""
        try:
            digest = durable.digest(planned.file.path)
        except OSError as error:
            self._fail(Failure(str(planned.file.path), None, (error.strerror or str(error)).lower()))
        else:
            articles = self._read(planned, draft)
        faults = len(self.failed) - faults
        self.ledger.close(planned.path, faulty=faults > 0)
        self._record(planned, digest, articles, faults)

    def _read(self, planned: Planned, draft: Draft) -> int:
        articles, size, read = 0, planned.file.size, 0.0
        for item in readers.read(planned.file, planned.options):
            if isinstance(item, Failure):
                self._fail(item)
            elif self._offer(planned, item, draft):
                articles += 1
                read += len(item.text) * _BYTES_PER_CHARACTER
                self._tell(min(size, int(read)))
        self._done += size
        self._tell(0)
        return articles

    def _offer(self, planned: Planned, article: Article, draft: Draft) -> bool:
        try:
            state = self.ledger.offer(planned.path, article.id, digest_of(article))
        except Duplicate as duplicate:
            where = "this file" if str(duplicate) == planned.path else str(duplicate)
            reason = f"the id {article.id!r} is already used by an article of {where}; it was left out"
            self._fail(Failure(str(planned.file.path), None, reason))
            return False
        self._articles += 1
        if state == ledger.UPDATED:
            self._updated.append(article.id)
        if not self._carried or state != ledger.UNCHANGED:
            draft.writer.add(article)
        return True

    def _record(self, planned: Planned, digest: str, articles: int, faults: int) -> None:
        """What to remember of a file: of one that has become unreadable, what was known of it before."""
        file, known = planned.file, self._known.get(planned.path)
        if articles or not faults:
            self._readable += 1
            self.sources[planned.path] = Source(
                planned.path, planned.root, file.size, file.mtime_ns, digest, articles, faults
            )
        elif known:
            self.sources[planned.path] = known._replace(faults=faults)

    def _fail(self, failure: Failure) -> None:
        if self._options.fail_fast:
            raise _unreadable(failure, "Nothing was changed; without --fail-fast the rest would be read")
        self.failed.append(failure)

    def _tell(self, within: int) -> None:
        if self._options.progress:
            self._options.progress(Progress(self._done + within, self._total, self._articles))

    def _refuse_nothing(self) -> None:
        if self._readable or self._plan.gone:
            return
        if self.failed:
            more = f" ({len(self.failed) - 1} more failed)" if len(self.failed) > 1 else ""
            raise _unreadable(self.failed[0], f"Nothing could be read{more}, so the index is as it was")
        if self._plan.skipped:
            path, reason = self._plan.skipped[0]
            raise ReadError(f"Nothing here can be read: {path} was skipped, {reason}", "Name another path", path=path)

    def held(self) -> Catalogue:
        """What the new generation holds."""
        counts = Counter(entry.source for entry in self.ledger.entries.values())
        sources = {path: source._replace(articles=counts[path]) for path, source in self.sources.items()}
        return Catalogue(sources, self.ledger.entries)


def _unreadable(failure: Failure, hint: str) -> ReadError:
    where = f"{failure.path}, line {failure.line}" if failure.line else failure.path
    return ReadError(f"{where} cannot be read: {failure.reason}", hint, path=failure.path, line=failure.line)
