"""`search`: one query, ranked passages."""

from __future__ import annotations

import click

from searchkit.commands.output import look_of, pointing_into, print_notices, write_lines
from searchkit.commands.searching import QueryCommand, chosen_format, query_text, search_options
from searchkit.commands.settings import Settings, command_options

NOTHING_FOUND = 1


@click.command(cls=QueryCommand, short_help="Ranked passages that answer a query, matches lit.")
@click.argument("query", nargs=-1, required=True)
@search_options
@command_options
@click.pass_obj
def search(settings: Settings, query: tuple[str, ...], as_json: bool, format: str | None, output: str | None,
           **chosen: object) -> int:
    """Finds the articles that answer QUERY and shows their best passages, matches lit.

    \b
    tỉnh ủy          words are wanted, not required: articles with all of them come first
    tinh uy          without marks every spelling is meant; with marks the one that is typed
    "tỉnh ủy"        a phrase
    +tỉnh -ủy        required, excluded; also AND, OR, NOT and ( ), in capitals
    ngh* nguyen~1    any ending, near spellings
    source:BHG       a field: title, summary, text, caption, author, source, section, path, id, url
    date:2021-03     also date:2021-01..2021-03, date:>=2021-03-05, date:7d

    \b
    Examples:
      searchkit search bí thư tỉnh ủy
      searchkit search bi thu tinh uy
      searchkit search '"cải tạo vườn tạp" source:BHG date:2021'
      searchkit search --sort newest -n 3 --format csv -o found.csv Đặng Quốc Khánh
      searchkit search -- -OCOP "tỉnh ủy"        a query that begins with -

    The words of a query may be several arguments; quotation marks and parentheses have to reach
    searchkit, so put the query into single quotes. The whole language: searchkit help query.
    Exits with 1 when nothing was found.
    """
    written = chosen_format(format, as_json)
    text = query_text(query)

    from searchkit.render import JSON_FORMATS, render
    from searchkit.search import SearchOptions, Session

    with pointing_into(text), Session(settings.index) as session:
        results = session.search(text, SearchOptions(**chosen))
    if written not in JSON_FORMATS:
        print_notices(results.notices, settings)
    write_lines(render(results, written, look_of(settings, output)), output)
    return 0 if results.found else NOTHING_FOUND
