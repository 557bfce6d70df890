"""Who may hold which article id while a new generation is built; counts what changed. No I/O.

An id belongs to one source. Within a run the first to bring an id keeps it; against an earlier run a
newcomer gets an id only when its owner is gone or is still to be read again. Everyone else is told so:
an article is never overwritten by one from another place without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from searchkit.catalogue import Catalogue, Entry

ADDED, UPDATED, UNCHANGED = "added", "updated", "unchanged"


class Duplicate(Exception):
    """The id that a source brings belongs to another; the argument is the owner's path."""


class Ledger:
    """The articles of the generation being built, compared with those of the one before.

    `carried`: the new generation starts from the articles of the old one (an update) instead of empty.
    """

    def __init__(self, old: Catalogue, carried: bool):
        self._old = old.entries
        self.entries: dict[str, Entry] = dict(old.entries) if carried else {}
        self.added = self.updated = 0
        self._seen: set[str] = set()
        self._pending: dict[str, list[str]] = {}

    def expect(self, sources: Collection[str]) -> None:
        """These sources are going to be read again: until then their ids are not held against a newcomer."""
        self._pending = {source: [] for source in sources}
        for id, entry in self.entries.items():
            if entry.source in self._pending:
                self._pending[entry.source].append(id)

    def drop(self, sources: Collection[str]) -> None:
        """These sources are gone, their articles with them, unless another source brings them."""
        self.entries = {id: entry for id, entry in self.entries.items() if entry.source not in sources}

    def offer(self, source: str, id: str, digest: str) -> str:
        """A source brings an article: ADDED, UPDATED or UNCHANGED, or Duplicate when the id is another's."""
        held = self.entries.get(id)
        if held and (id in self._seen or (held.source != source and held.source not in self._pending)):
            raise Duplicate(held.source)
        self._seen.add(id)
        self.entries[id] = Entry(source, digest)
        before = self._old.get(id)
        if before is None:
            self.added += 1
            return ADDED
        if before != (source, digest):  # from another file, it has another path to show
            self.updated += 1
            return UPDATED
        return UNCHANGED

    def close(self, source: str, faulty: bool) -> None:
        """A source has been read. What it no longer brings goes, unless the reading had faults: then it may
        only have become unreadable, and stays."""
        for id in self._pending.pop(source, ()):
            if id in self._seen or self.entries[id].source != source:
                continue
            if faulty:
                self._seen.add(id)
            else:
                del self.entries[id]

    def discard(self, ids: Iterable[str]) -> list[str]:
        """Takes articles out; returns the ids that were there."""
        return [id for id in ids if self.entries.pop(id, None)]

    def removed(self) -> list[str]:
        """The ids of the old generation that the new one no longer holds."""
        return [id for id in self._old if id not in self.entries]
