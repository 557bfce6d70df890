"""`stats` and `verify`: what an index holds, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from searchkit.commands.output import look_of, print_json, write_lines
from searchkit.commands.settings import Settings, command_options

if TYPE_CHECKING:
    from searchkit.index import Verification

DAMAGED = 3
UNITS = ("bytes", "KB", "MB", "GB", "TB")


@click.command(short_help="Articles, passages, words, dates, sizes, engine, versions.")
@command_options
@click.pass_obj
def stats(settings: Settings, as_json: bool) -> int:
    """Shows what the index holds and what made it.

    \b
    Examples:
      searchkit stats
      searchkit --index news stats --json
    """
    from searchkit.index import stats as count
    from searchkit.rendering.tables import fact_lines

    values = count(settings.index)
    if as_json:
        print_json({"version": 1, **values})
    else:
        write_lines(fact_lines(list(_facts(values)), look_of(settings).colour))
    return 0


def _facts(values: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Names and values as people read them: dates covered on one line, sizes in units, lists in one."""
    from searchkit.rendering.plain import date_in_words

    values = dict(values)
    first, last = values.pop("first_date", None), values.pop("last_date", None)
    for name, value in values.items():
        if value is None:
            continue
        if name == "bytes":
            yield "size", size_in_words(value)
        elif isinstance(value, Mapping):
            yield name, ", ".join(f"{key} {part}" for key, part in value.items())
        elif isinstance(value, list | tuple):
            yield name, ", ".join(map(str, value))
        elif name in ("generation", "previous"):
            yield name, str(value)
        else:
            yield name.replace("_", " "), value
        if name == "articles" and (first or last):
            yield "dates", " to ".join(dict.fromkeys(date_in_words(day) for day in (first, last) if day))


def size_in_words(count: int) -> str:
    """Bytes in the unit that fits.

    >>> size_in_words(900), size_in_words(134_217_728)
    ('900 bytes', '134.2 MB')
    """
    size, unit = float(count), 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:,.1f} {UNITS[unit]}" if unit else f"{count} bytes"


@click.command(short_help="Check the index against its manifest.")
@click.option("--deep", is_flag=True, help="Also against the sources and the engine's own structures.")
@command_options
@click.pass_obj
def verify(settings: Settings, deep: bool, as_json: bool) -> int:
    """Checks the index against its manifest: files, sizes, checksums; with --deep also against the
    sources that it was made from, and the engine's own structures. Exits with 3 when something is wrong.

    \b
    Examples:
      searchkit verify
      searchkit verify --deep --json
    """
    from searchkit.index import verify as check

    found = check(settings.index, deep=deep)
    if as_json:
        print_json(found.to_dict())
    else:
        write_lines(verification_lines(found, look_of(settings).colour))
    return 0 if found.ok else DAMAGED


def verification_lines(found: Verification, colour: bool) -> Iterator[str]:
    """The verdict first, then every fault, then what of the sources has changed since."""
    from searchkit.rendering.lines import clean, style

    held = f"{found.articles:,} articles in {found.files:,} files, {size_in_words(found.bytes)}"
    if found.ok:
        yield style(f"Generation {found.generation} is whole: {held}.", "good", colour)
    else:
        yield style(f"Generation {found.generation} has faults ({len(found.problems):,}):", "bad", colour)
        yield from (f"  {clean(problem)}" for problem in found.problems)
        yield "Go back with `searchkit rollback`, or make the index anew with `searchkit rebuild`."
    if found.outdated:
        yield style(f"Sources that are not as they were indexed ({len(found.outdated):,}):", "warn", colour)
        yield from (f"  {clean(sentence)}" for sentence in found.outdated)
