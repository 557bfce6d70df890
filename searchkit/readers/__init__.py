"""Files to articles: one table of suffixes, a module per family of formats, imported when it is used.

A reader gives records (column names and values as the file has them) or what is wrong with one; here they
become articles with ids. Reading streams: nothing holds more than the record at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from searchkit.article import Article
from searchkit.readers import files
from searchkit.readers.fields import build
from searchkit.readers.files import OnFailure, OnSkip, display
from searchkit.readers.records import FIELDS, Bad, Failure, ReadOptions, Record, Skipped, SourceFile

__all__ = ["FIELDS", "SUFFIXES", "Failure", "ReadOptions", "Skipped", "SourceFile", "build", "discover", "read"]

SUFFIXES = {
    ".txt": "searchkit.readers.prose",
    ".md": "searchkit.readers.prose",
    ".jsonl": "searchkit.readers.json_lines",
    ".ndjson": "searchkit.readers.json_lines",
    ".json": "searchkit.readers.json_file",
    ".csv": "searchkit.readers.table",
    ".tsv": "searchkit.readers.table",
}


def discover(
    paths: Iterable[Path | str], on_skip: OnSkip | None = None, on_failure: OnFailure | None = None
) -> Iterator[SourceFile]:
    """The files at the paths and below them, by name, each once; files that no reader takes go to `on_skip`.

    Folders below them that cannot be read go to `on_failure`. A file that is named itself is always among them.
    A path that does not exist is a ReadError at once.
    """
    return files.discover(paths, SUFFIXES, on_skip, on_failure)


def read(source: SourceFile, options: ReadOptions | None = None) -> Iterator[Article | Failure]:
    """A file's articles in its order, and what of it could not be read; never raises for what a file holds.

    Ids that the data does not give are the file's name, with `#1`, `#2` … where it holds several records.
    """
    options = options or ReadOptions()
    path = display(source.path)
    try:
        yield from _articles(_records(source, options), source.name, path, options)
    except OSError as error:
        yield Failure(path, None, files.reason(error))


def _records(source: SourceFile, options: ReadOptions) -> Iterator[Record | Bad]:
    module = SUFFIXES.get(source.path.suffix.lower())
    if module is None:
        return iter([Bad(None, f"{files.unknown_suffix(source.path)}; readers: {' '.join(SUFFIXES)}")])
    return import_module(module).read(source, options)


def _articles(
    records: Iterator[Record | Bad], name: str, path: str, options: ReadOptions
) -> Iterator[Article | Failure]:
    waiting = next(records, None)
    if waiting is None:
        yield Failure(path, None, "it holds no articles")
    number = 0
    while waiting is not None:
        record, waiting = waiting, next(records, None)
        number += 1
        several = number > 1 or waiting is not None
        yield _article(record, f"{name}#{number}" if several else name, path, options)


def _article(record: Record | Bad, default_id: str, path: str, options: ReadOptions) -> Article | Failure:
    if isinstance(record, Bad):
        return Failure(path, record.line, record.reason)
    try:
        return build(record.fields, default_id=default_id, path=path, columns=options.field_map)
    except RecursionError:
        return Failure(path, record.line, "its values are nested too deeply")
    except ValueError as error:
        return Failure(path, record.line, str(error))
