"""What a generation holds and where it came from: sources and articles as JSON Lines, one each a line.

    sources.jsonl    {"path": …, "root": n, "size": …, "mtime_ns": …, "digest": …, "articles": n, "faults": n}
    catalogue.jsonl  ["article id", line number of its source from 0, "digest of the article"]

Beside the manifest, not in it: opening an index to search it must not cost reading a million lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from searchkit.article import Article
from searchkit.durable import DIGEST_BYTES

SOURCES, ARTICLES = "sources.jsonl", "catalogue.jsonl"
# Where a file lies is not what it says; the text is summed apart.
_CONTENT = tuple(name for name in Article.__slots__ if name not in ("path", "text"))


class CatalogueError(ValueError):
    """A catalogue that cannot be believed; the text says where and why."""


class Source(NamedTuple):
    """A file as it was when its articles were read; `faults` counts what could not be taken from it.

    `path` is written as in manifest.Root, `root` is the number of the root that names its articles.
    """

    path: str
    root: int
    size: int
    mtime_ns: int
    digest: str
    articles: int = 0
    faults: int = 0


class Entry(NamedTuple):
    """An article in the index: the path of its source, and its digest."""

    source: str
    digest: str


@dataclass(slots=True)
class Catalogue:
    """Sources by path and articles by id."""

    sources: dict[str, Source] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)


def digest_of(article: Article) -> str:
    """BLAKE2b over the fields of an article, its path apart: two articles with the same digest say the same."""
    values = [getattr(article, name) for name in _CONTENT]
    found = blake2b(_encode(values).encode("ascii"), digest_size=DIGEST_BYTES)
    found.update(article.text.encode("utf-8", "surrogatepass"))  # as it is: as JSON it would take five times as long
    return found.hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "keys") else str(value)


_encode = json.JSONEncoder(sort_keys=True, default=_plain).encode


def write(folder: Path, catalogue: Catalogue) -> None:
    """Writes both files into a generation's folder, line by line."""
    numbers = {path: number for number, path in enumerate(catalogue.sources)}
    _write_lines(folder / SOURCES, (source._asdict() for source in catalogue.sources.values()))
    rows = ([id, numbers[source], digest] for id, (source, digest) in catalogue.entries.items())
    _write_lines(folder / ARTICLES, rows)


def _write_lines(path: Path, rows: Iterable[Any]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read(folder: Path) -> Catalogue:
    """The catalogue of a generation; CatalogueError where a line is not as `write` makes it."""
    sources = {source.path: source for source in _read_lines(folder / SOURCES, _source)}
    paths = list(sources)
    entries = dict(_read_lines(folder / ARTICLES, lambda row: _entry(row, paths)))
    return Catalogue(sources, entries)


def _read_lines(path: Path, believed: Any) -> Iterator[Any]:
    number = 0
    try:
        with path.open(encoding="utf-8", errors="surrogatepass") as file:
            for number, line in enumerate(file, start=1):
                yield believed(json.loads(line))
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise CatalogueError(f"line {number} of {path} is not as it was written ({error})") from error


def _source(row: dict[str, Any]) -> Source:
    source = Source(**row)
    counts = (source.root, source.size, source.articles, source.faults)
    if not isinstance(source.path, str) or not isinstance(source.digest, str):
        raise TypeError("path and digest should be text")
    if any(type(count) is not int or count < 0 for count in counts) or type(source.mtime_ns) is not int:
        raise TypeError("a count should be a number")
    return source


def _entry(row: list[Any], paths: list[str]) -> tuple[str, Entry]:
    id, number, digest = row
    if not isinstance(id, str) or not isinstance(digest, str) or number < 0:
        raise TypeError("an article should be its id, the number of its source and its digest")
    return id, Entry(paths[number], digest)
