"""An engine without a search: articles as JSON Lines in files, one file a commit, removals as a list of ids.

It does what the life of an index asks of every engine (carry over by hard links, nothing visible before
commit), so that this life can be tested apart from any search engine and at its own speed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from searchkit import engines
from searchkit.article import Article
from searchkit.durable import sync
from searchkit.engines import WriteOptions
from searchkit.errors import EngineError


def register() -> None:
    """Puts the engine into the table under the name `toy`, for this process."""
    engines.ENGINES["toy"] = __name__


class ToyReader:
    def __init__(self, folder: Path):
        self._files = [path.open(encoding="utf-8") for path in sorted(folder.glob("part*.jsonl"))]
        self._where: dict[str, tuple[int, int]] = {}
        try:
            for number, file in enumerate(self._files):
                self._scan(number, file)
            for id in json.loads((folder / "removed.json").read_text(encoding="utf-8")):
                self._where.pop(id, None)
        except BaseException:
            self.close()
            raise

    def _scan(self, number: int, file: Any) -> None:
        at = file.tell()
        while line := file.readline():
            self._where.setdefault(json.loads(line)["id"], (number, at))
            at = file.tell()

    def article(self, id: str) -> Article | None:
        if id not in self._where:
            return None
        number, at = self._where[id]
        self._files[number].seek(at)
        return Article.from_dict(json.loads(self._files[number].readline()))

    def ids(self) -> Iterator[str]:
        return iter(self._where)

    def stats(self) -> dict[str, Any]:
        return {"articles": len(self._where), "segments": len(self._files)}

    def check(self, deep: bool) -> list[str]:
        return [f"part {n} is empty" for n, file in enumerate(self._files) if os.fstat(file.fileno()).st_size == 0]

    def close(self) -> None:
        for file in self._files:
            file.close()


class ToyWriter:
    """Newest part first, so that an article that replaces another is the one that is found."""

    def __init__(self, folder: Path, base: Path | None):
        self.folder = folder
        self._parts = sorted(base.glob("part*.jsonl")) if base else []
        for path in self._parts:
            os.link(path, folder / path.name)
        self._removed = json.loads((base / "removed.json").read_text(encoding="utf-8")) if base else []
        self._lines: list[str] = []
        self._added: set[str] = set()

    def add(self, article: Article) -> None:
        self._added.add(article.id)
        self._lines.append(json.dumps(article.to_dict(), ensure_ascii=False) + "\n")

    def remove(self, ids: Iterable[str]) -> int:
        ids = list(ids)
        self._removed += ids
        return len(ids)

    def commit(self) -> int:
        if self._lines:
            part = self.folder / f"part{999_999 - len(self._parts):06d}.jsonl"
            part.write_text("".join(self._lines), encoding="utf-8")
            sync(part)
        gone = [id for id in self._removed if id not in self._added]
        (self.folder / "removed.json").write_text(json.dumps(gone, ensure_ascii=False), encoding="utf-8")
        sync(self.folder / "removed.json")
        reader = ToyReader(self.folder)
        try:
            return len(list(reader.ids()))
        finally:
            reader.close()

    def abort(self) -> None:
        self._lines.clear()


class ToyEngine:
    name = "toy"

    def create(self, folder: Path, options: WriteOptions, base: Path | None = None) -> ToyWriter:
        return ToyWriter(folder, base)

    def open(self, folder: Path) -> ToyReader:
        try:
            return ToyReader(folder)
        except (OSError, ValueError) as error:
            raise EngineError(f"{folder} cannot be opened: {error}") from error

    def versions(self) -> dict[str, str]:
        return {"toy": "1"}


ENGINE = ToyEngine()
