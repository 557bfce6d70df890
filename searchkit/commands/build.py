"""`index` and `rebuild`: the index brought up to date with its sources, or made anew beside the old one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from searchkit.commands.output import print_json
from searchkit.commands.settings import Count, Settings, command_options
from searchkit.errors import UsageError

if TYPE_CHECKING:
    from searchkit.report import BuildOptions, Progress, Report

Function = TypeVar("Function", bound=Callable[..., Any])
DEFAULT_SOURCE = "corpus"
FAILURES_SHOWN = 20


def building_options(function: Function) -> Function:
    """How an index is built and its sources are read."""
    options = (
        click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(readable=False)),
        click.option("--workers", type=Count(1), metavar="N", help="Processes.  [default: the cores]"),
        click.option("--memory", type=Count(64), metavar="MB", default=512, show_default=True,
                     help="Memory of all processes together, about; with less, segments are written more often."),
        click.option("--engine", metavar="NAME",
                     help="whoosh or opensearch.  [default: what the index has, else whoosh]"),
        click.option("--encoding", metavar="NAME", help="How the files are encoded.  [default: found out for each]"),
        click.option("--field", "fields", metavar="NAME=COLUMN", multiple=True,
                     help="Read a field from a column or key of another name; may be repeated."),
        click.option("--fail-fast", is_flag=True, help="Stop at the first file that cannot be read."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command(short_help="Bring the index up to date with files and folders.")
@building_options
@click.option("--check-content", is_flag=True, help="Read every file to see whether it changed, whatever its date.")
@command_options
@click.pass_obj
def index(settings: Settings, paths: tuple[str, ...], check_content: bool, as_json: bool, **given: Any) -> int:
    """Brings the index up to date with the files and folders named, corpus/ by default.

    New articles are added, changed ones replaced, vanished ones removed; files that did not change are
    not read again. Until it is done, searches go on over the index as it was.

    \b
    Examples:
      searchkit index
      searchkit index archive/ today.jsonl
      searchkit index export.csv --field text=noi_dung --field title=tieu_de
      searchkit --index news index /srv/articles --json
    """
    with build_options(settings, check_content=check_content, **given) as options:
        from searchkit.index import update

        report = update(settings.index, [Path(path) for path in paths or (DEFAULT_SOURCE,)], options)
    return _tell(report, settings, as_json)


@click.command(short_help="Build a whole new index beside the old one, then swap it in.")
@building_options
@command_options
@click.pass_obj
def rebuild(settings: Settings, paths: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Builds a whole new index beside the old one, checks it and swaps it in.

    Without PATH it is built from the files and folders that the index remembers. The old index answers
    until the new one takes its place, and stays for `searchkit rollback`.

    \b
    Examples:
      searchkit rebuild
      searchkit rebuild archive/ --workers 4
      searchkit rebuild old/ --encoding utf-16
    """
    with build_options(settings, **given) as options:
        from searchkit.index import rebuild as build

        report = build(settings.index, [Path(path) for path in paths], options)
    return _tell(report, settings, as_json)


@contextmanager
def build_options(
    settings: Settings, workers: int | None, memory: int, engine: str | None, encoding: str | None, fields: Sequence[str],
    fail_fast: bool, check_content: bool = False,
) -> Iterator[BuildOptions]:
    """The library's options, with a bar on the terminal for as long as they are in use."""
    from searchkit.commands.progress import ProgressBar
    from searchkit.report import BuildOptions

    with ProgressBar("articles", shown=sys.stderr.isatty(), colour=settings.colour(sys.stderr)) as bar:

        def follow(progress: Progress) -> None:
            bar.update(progress.done, progress.total, progress.articles)

        yield BuildOptions(
            engine=engine,
            workers=workers or cores(),
            memory=memory << 20,
            encoding=encoding,
            field_map=field_map(fields),
            fail_fast=fail_fast,
            check_content=check_content,
            progress=follow,
        )


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def field_map(pairs: Sequence[str]) -> dict[str, str]:
    """What --field said: the field -> the column that holds it.

    >>> field_map(["text=nội dung"])
    {'text': 'nội dung'}
    """
    fields = {}
    for pair in pairs:
        name, sign, column = (part.strip() for part in pair.partition("="))
        if not (name and sign and column):
            raise UsageError(f"--field {pair} is not NAME=COLUMN", "For example --field text=content")
        fields[name] = column
    return fields


def _tell(report: Report, settings: Settings, as_json: bool) -> int:
    """The summary on stdout, what failed on stderr."""
    _tell_failures(report, settings)
    if as_json:
        print_json(report.to_dict())
        return 0
    done = (("added", report.added), ("updated", report.updated), ("removed", report.removed),
            ("unchanged", report.unchanged))
    counts = ", ".join(f"{count:,} {what}" for what, count in done if count) or "nothing to do"
    articles = f"{report.articles:,} article{'' if report.articles == 1 else 's'}"
    print(f"{articles} in {settings.index}: {counts}; {report.seconds:.1f} s")
    return 0


def _tell_failures(report: Report, settings: Settings) -> None:
    from searchkit.commands.output import print_notices

    lines = [f"{failure.path}{f' line {failure.line}' if failure.line else ''}: {failure.reason}"
             for failure in report.failed]
    if lines:
        print_notices([f"{len(lines):,} could not be read:"], settings)
        print_notices(lines[:FAILURES_SHOWN], settings, prefix="  ")
    if len(lines) > FAILURES_SHOWN:
        print_notices([f"and {len(lines) - FAILURES_SHOWN:,} more; all of them with --json"], settings, prefix="  ")
    if report.skipped:
        print_notices([f"{len(report.skipped):,} files passed over; which and why with --json"], settings)
