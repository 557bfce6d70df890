"""`rollback` and `remove`: changes of the index that read no sources."""

from __future__ import annotations

import click

from searchkit.commands.output import print_json
from searchkit.commands.settings import Settings, command_options


@click.command(short_help="Make the previous generation of the index current again.")
@command_options
@click.pass_obj
def rollback(settings: Settings, as_json: bool) -> int:
    """Makes the index what it was before its last change; a second rollback undoes the first.

    \b
    Example:
      searchkit rollback
    """
    from searchkit.index import rollback as go_back

    generation = go_back(settings.index)
    if as_json:
        print_json({"version": 1, "generation": generation})
    else:
        print(f"Generation {generation} is current again in {settings.index}.")
    return 0


@click.command(short_help="Remove articles from the index.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@command_options
@click.pass_obj
def remove(settings: Settings, ids: tuple[str, ...], as_json: bool) -> int:
    """Removes the articles with these IDs from the index; the files they came from stay as they are.

    An article whose file is still among the index's sources comes back when that file changes or the
    index is rebuilt. When one of the IDs does not exist, nothing is removed and the exit code is 1.

    \b
    Example:
      searchkit remove bhg-2021-03-quang-binh.txt
    """
    from searchkit.index import remove as take_out

    report = take_out(settings.index, list(ids))
    if as_json:
        print_json(report.to_dict())
    else:
        print(f"{report.removed:,} removed, {report.articles:,} left in {settings.index}; {report.seconds:.1f} s")
    return 0
