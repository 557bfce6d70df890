"""Building an index: searchkit with one and two processes beside its peers, on the same machine in one run.

    python benchmarks/build.py ARTICLES [--peer-articles N] [--rounds N] [--work DIR] [--results DIR]

Every build is a new process and starts from the same JSON Lines file on disk, not compressed. The slow peers
(both of Whoosh) build the first N articles only; so does searchkit once more, and ratios are taken between
builds of the same articles. Memory is the peak over all processes of a build together. Rounds take
turns, so that whatever else the machine does meets all systems alike; the median round is shown.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from building import Build, build
from common import Survey, Table, begin, empty, head, number, parser, ratio, survey

Wanted = tuple[tuple[str, int], ...]  # systems and processes
OURS, ENGINE, NAIVE, STOCK = "searchkit", "searchkit, engine alone", "pyvi + stock Whoosh", "stock Whoosh"
ALL = ((OURS, 1), (OURS, 2), (ENGINE, 1), ("SQLite FTS5", 1), ("Tantivy", 1), ("Tantivy", 2))
SAME_FEW = ((OURS, 1), (NAIVE, 1), (STOCK, 1), ("SQLite FTS5", 1), ("Tantivy", 1))
COLUMNS = (
    "system", "processes", "seconds", "syllables/s", "processor seconds", "peak memory, MB", "index / source",
    "seconds / searchkit's",
)  # fmt: skip
NOTE = (
    "Processes of Tantivy are threads. All keep the text. searchkit also keeps what the others do not have: words, "
    "spellings, joined forms, passages, sketches of near-duplicates, dates, five more fields, checksums. "
    "“Engine alone” is searchkit without the life of an index around it."
)


def builds(source: Path, work: Path, wanted: Wanted, rounds: int) -> list[Build]:
    """Each system's build of a file, the median round of each; what is built is thrown away."""
    taken: list[list[Build]] = [[] for _ in wanted]
    for _ in range(rounds):
        for (name, workers), mine in zip(wanted, taken):
            mine.append(build(name, source, work / "built", workers))
            empty(work / "built")
    return [sorted(mine, key=lambda one: one.seconds)[len(mine) // 2] for mine in taken]


def table(title: str, source: Path, work: Path, wanted: Wanted, rounds: int) -> tuple[Table, list[dict[str, Any]]]:
    """The builds of a file as a table, and as plain figures."""
    found = survey(source)
    taken = builds(source, work, wanted, rounds)
    rows = [_row(name, workers, one, found, taken[0].seconds) for (name, workers), one in zip(wanted, taken)]
    figures = [{"system": name, "processes": workers, **asdict(one)} for (name, workers), one in zip(wanted, taken)]
    return Table(f"{title}: {found}", COLUMNS, rows, NOTE), figures


def _row(name: str, workers: int, one: Build, found: Survey, base: float) -> list[str]:
    return [
        name, str(workers), f"{one.seconds:.1f}", f"{found.syllables / one.seconds:,.0f}", f"{one.processor:.1f}",
        f"{one.memory / 1e6:,.0f}", f"{one.size / found.bytes:.2f}", ratio(one.seconds, base),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Build, print, write."""
    options = parser(__doc__)
    options.add_argument("--peer-articles", type=int, default=5000, help="articles that the slow peers build (5000)")
    options.add_argument("--rounds", type=int, default=3, help="rounds of all builds (3)")
    chosen = options.parse_args(arguments)
    run = begin(chosen)
    whole, all_builds = table("All articles", run.source, run.work, ALL, chosen.rounds)
    few = head(run.source, chosen.peer_articles)
    part, few_builds = table("The slow peers, on the first of them", few, run.work, SAME_FEW, chosen.rounds)
    speedup = Table("Two processes", ("", "times as fast as one"), [
        [OURS, number(all_builds[0]["seconds"] / all_builds[1]["seconds"])],
        ["Tantivy", number(all_builds[4]["seconds"] / all_builds[5]["seconds"])],
    ])  # fmt: skip
    run.write("build", [whole, part, speedup], {"all": all_builds, "few": few_builds})
    return 0


if __name__ == "__main__":
    sys.exit(main())
