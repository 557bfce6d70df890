"""Searching: bare evaluation of a table of queries, then 200 mixed queries as a person gets them answered.

    python benchmarks/search.py ARTICLES [--work DIR] [--results DIR] [--without NAME]… [--rounds N]

Everything runs in this process, one thread, warm: each query runs once before it is timed, and what
searchkit remembers of a query is dropped before each run. Times are the processor's, so that other programs
on the machine do not matter; the mixed queries are timed by the clock too. All systems index the same articles. The first two
tables are the engines alone: how many articles match, exactly; and which ten are best by BM25. The last one
is the whole way of `searchkit search` but for opening and rendering, beside what the peers have for it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from building import SYSTEMS, kept, load
from common import Spread, Table, Taken, begin, number, parser, taking, times
from queries import Query, mixed, table
from systems import Opened

PREFERRED = "searchkit, marks preferred"
MEASURED = ("searchkit", PREFERRED, "SQLite FTS5", "Tantivy", "stock Whoosh")
PARTS = ("count", "best")
TITLES = {"count": "Counting the articles that match, ms", "best": "The ten best by BM25, ms"}


@dataclass(frozen=True, slots=True)
class Timed:
    """One query of the table on one system: how many articles match, and seconds of each run by part."""

    kind: str
    count: int
    seconds: dict[str, list[float]]


def evaluate(opened: Opened, queries: Sequence[Query]) -> list[Timed]:
    """The table's queries on one system."""
    taken = []
    for query in queries:
        prepared = opened.prepare(query)
        seconds = {part: times(partial(getattr(opened, part), prepared)) for part in PARTS}
        taken.append(Timed(query.kind, opened.count(prepared), seconds))
    return taken


def spread(taken: Sequence[Timed], part: str, kind: str | None = None) -> Spread:
    """Times of a part over all queries, or those of one kind."""
    return Spread.of([each for one in taken if kind in (None, one.kind) for each in one.seconds[part]])


def evaluation_table(by_system: dict[str, list[Timed]], part: str) -> Table:
    """Medians of each kind of query, with searchkit's advantage over each peer."""
    names, ours = list(by_system), by_system["searchkit"]
    rows = []
    ratios: dict[str, list[float]] = {name: [] for name in names}
    for kind in dict.fromkeys(one.kind for one in ours):
        medians = {name: spread(taken, part, kind).median for name, taken in by_system.items()}
        for name in names:
            ratios[name].append(medians[name] / medians["searchkit"])
        cells = (f"{number(medians[name])} ({number(ratios[name][-1])}×)" for name in names[1:])
        rows.append([kind, number(medians["searchkit"]), *cells])
    means = [f"{number(math.exp(math.fsum(map(math.log, ratios[name])) / len(rows)))}×" for name in names[1:]]
    rows.append(["geometric mean of the ratios", "1×", *means])
    p95 = [number(spread(taken, part).p95) for taken in by_system.values()]
    rows.append(["95th percentile of all runs", *p95])
    return Table(TITLES[part], ("query", *names), rows, "Medians; in brackets how many times searchkit's.")


def counts_table(by_system: dict[str, list[Timed]]) -> Table:
    """How many articles each finds: the check that all were asked the same."""
    rows = []
    for at, one in enumerate(by_system["searchkit"]):
        rows.append([one.kind, *(f"{taken[at].count:,}" for taken in by_system.values())])
    note = (
        "searchkit finds more where an abbreviation or another spelling stands for what was typed, and with marks "
        "preferred, as by default, where a syllable without marks has others; the peers split some words in other ways."
    )
    return Table("Articles that match", ("query", *by_system), rows, note)


Answers = dict[str, list[Taken]]  # by kind of query


def answer_all(answer: Callable[[Query], int], queries: Sequence[Query], rounds: int) -> Answers:
    """What each answer takes, warm."""
    for query in queries:
        answer(query)
    taken: Answers = {}
    for _ in range(rounds):
        for query in queries:
            taken.setdefault(query.kind, []).append(taking(partial(answer, query)))
    return taken


def together(answers: Answers) -> tuple[Spread, Spread]:
    """Times of all answers: of the processor, and of the clock."""
    all_of_them = [one for kind in answers.values() for one in kind]
    return Spread.of([one.processor for one in all_of_them]), Spread.of([one.wall for one in all_of_them])


def mixed_tables(by_system: dict[str, Answers], queries: Sequence[Query]) -> list[Table]:
    """All queries together, then by kind."""
    rows = []
    for name, kinds in by_system.items():
        processor, wall = together(kinds)
        rows.append([name, *map(number, (*processor, wall.median, wall.p95)), load(name).answers])
    note = (
        "Peers are asked the same words over one plain field: names and prefixes all required (AND), phrases as phrases, "
        "headlines and questions any of them (OR). Unmarked words they look up as typed, so they often find nothing, "
        "which is quick."
    )
    columns = ("system", "median", "95th percentile", "highest", "median, clock", "95th, clock", "what is timed")
    whole = Table(f"{len(queries)} mixed queries, ms", columns, rows, note)
    by_kind = [
        [kind, *(number(Spread.of([one.processor for one in kinds[kind]]).median) for kinds in by_system.values())]
        for kind in dict.fromkeys(query.kind for query in queries)
    ]
    return [whole, Table("The same by kind, medians, ms", ("kind", *by_system), by_kind)]


def main(arguments: list[str] | None = None) -> int:
    """Build all indexes, ask all queries, print and write."""
    options = parser(__doc__)
    options.add_argument("--without", action="append", default=[], choices=SYSTEMS, help="leave a system out")
    options.add_argument("--rounds", type=int, default=3, help="rounds of the mixed queries (3)")
    chosen = options.parse_args(arguments)
    run = begin(chosen)
    evaluated, answered = {}, {}
    asked, mix = table(run.source), mixed(run.source)
    for name in (name for name in MEASURED if name not in chosen.without):
        opened = load(name).open(kept("searchkit" if name == PREFERRED else name, run))
        evaluated[name] = evaluate(opened, asked)
        if name != PREFERRED:
            answered[name] = answer_all(opened.answer, mix, chosen.rounds)
        opened.close()
    tables = [evaluation_table(evaluated, part) for part in PARTS]
    run.write("search", [*tables, counts_table(evaluated), *mixed_tables(answered, mix)], _figures(evaluated, answered))
    return 0


def _figures(evaluated: dict[str, list[Timed]], answered: dict[str, Answers]) -> dict:
    return {
        "evaluation": {
            name: {part: spread(taken, part)._asdict() for part in PARTS} for name, taken in evaluated.items()
        },
        "mixed": {
            name: dict(zip(("processor", "clock"), (each._asdict() for each in together(kinds))))
            for name, kinds in answered.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main())
