"""`batch`: many queries over one opened index, answers written as they come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from searchkit.commands.output import look_of, print_notices, unexpected, write_lines
from searchkit.commands.searching import chosen_format, search_options
from searchkit.commands.settings import Settings, command_options
from searchkit.errors import SearchkitError, UsageError

if TYPE_CHECKING:
    from searchkit.batching import QueryLine
    from searchkit.results import Answer
    from searchkit.search import SearchOptions, Session

WRONG_QUERY = 2


@click.command(short_help="The answers to a list of queries.")
@click.argument("file")
@click.option("--phrase", is_flag=True, help="Take every line as one phrase: lists of names, of quotations.")
@click.option("--bom", is_flag=True, help="Begin CSV with a byte order mark, so that a spreadsheet sees the marks.")
@search_options
@command_options
@click.pass_obj
def batch(settings: Settings, file: str, phrase: bool, bom: bool, as_json: bool, format: str | None,
          output: str | None, **chosen: object) -> int:
    """Answers every query in FILE, or on standard input when FILE is -.

    One query a line; blank lines are left out. In a .csv or .tsv file the queries stand in the column
    named query, else in the first. UTF-8, and UTF-16 as spreadsheets save it. A query that fails is
    reported on its line and the next one goes on. JSON is one object a line, with "line" and "status"
    (ok, none or error).

    \b
    Examples:
      searchkit batch names.txt --phrase --format csv --bom -o found.csv
      searchkit batch questions.csv --json
      cut -f2 list.tsv | searchkit batch - --all -n 1
    """
    written = chosen_format(format, as_json)
    if bom and written != "csv":
        raise UsageError(f"--bom is for CSV, not for {written}", "Add --format csv")
    from searchkit.batching import STDIN, read_queries

    lines = read_queries(file)
    if file != STDIN:
        lines = list(lines)

    from searchkit.render import JSON_FORMATS, render_answers
    from searchkit.search import SearchOptions, Session

    with Session(settings.index) as session:
        run = _Run(session, SearchOptions(**chosen), settings, phrase, quiet=written in JSON_FORMATS)
        look = look_of(settings, output, bom=bom, many=True)
        write_lines(render_answers(run.answers(lines), written, look), output)
    run.sum_up()
    return 0


class _Run:
    """One pass over a list; counts what became of its queries."""

    def __init__(self, session: Session, options: SearchOptions, settings: Settings, phrase: bool, quiet: bool):
        self.session, self.options, self.settings = session, options, settings
        self.phrase, self.quiet = phrase, quiet
        self.counts = {"ok": 0, "none": 0, "error": 0}

    def answers(self, lines: list[QueryLine] | Iterator[QueryLine]) -> Iterator[Answer]:
        """An answer for every line, each as soon as it is asked for."""
        from searchkit.batching import as_phrase
        from searchkit.commands.progress import ProgressBar

        total = len(lines) if isinstance(lines, list) else None
        shown = sys.stderr.isatty() and not sys.stdout.isatty()  # not between the answers
        with ProgressBar("queries", shown, self.settings.colour(sys.stderr)) as progress:
            for number, query in lines:
                answer = self._answer(number, as_phrase(query) if self.phrase else query)
                self.counts[answer.status] += 1
                done = sum(self.counts.values())
                progress.update(done, total, done)
                yield answer
                if total is None:
                    sys.stdout.flush()

    def _answer(self, number: int, query: str) -> Answer:
        from searchkit.batching import printable, undecoded
        from searchkit.results import Answer

        wrong = undecoded(query)
        if wrong is not None:
            return Answer(printable(query), error=wrong, line=number)
        try:
            results = self.session.search(query, self.options)
        except SearchkitError as error:
            if error.exit_code != WRONG_QUERY:
                raise
            return Answer(query, error=error, line=number)
        except OSError:
            raise  # the index cannot be read: it would be the same for every line
        except Exception as error:
            return Answer(query, error=unexpected(error), line=number)
        if not self.quiet:
            print_notices(results.notices, self.settings, prefix=f"line {number}: ")
        return Answer(query, results, line=number)

    def sum_up(self) -> None:
        """One sentence on stderr about what was found, and how many lines failed."""
        asked = sum(self.counts.values())
        queries = f"{asked:,} {'query' if asked == 1 else 'queries'}"
        failed = f", {self.counts['error']:,} failed" if self.counts["error"] else ""
        found = f"{self.counts['ok']:,} found something, {self.counts['none']:,} nothing"
        print(f"{queries}: {found}{failed}", file=sys.stderr)
