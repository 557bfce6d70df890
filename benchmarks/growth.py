"""How build time, memory, size and latency grow with the archive: the articles varied to larger and larger ones.

    python benchmarks/growth.py ARTICLES [--sizes 35440,100000,300000,1000000] [--peers NAME,NAME]

`vary.py` makes the articles. Each size is generated, built, asked the table of queries of `search.py` and deleted
before the next, so that the disk holds one archive and one index at a time (a million articles: about 15 GB).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import plot
from building import Build, build, load
from common import Run, Table, begin, empty, number, parser
from queries import Query, mixed, table
from search import PARTS, answer_all, evaluate, spread, together
from vary import sources, write

PEERS = "SQLite FTS5,Tantivy"
WORKERS = 2
COLUMNS = (
    "articles", "system", "build, s", "ms/article", "against the first size", "peak memory, MB", "index / source",
    "count, p95 ms", "best ten, p95 ms", "mixed queries, median ms", "p95 ms",
)  # fmt: skip
NOTE = (
    "searchkit builds with two processes, Tantivy with two threads, FTS5 with one. The queries are drawn from the first 4,000 "
    "articles. p95: 95th percentile over all runs of all queries of the table, "
    "in time of the processor; the build's is of the clock."
)


def measure(system: str, source: Path, folder: Path, asked: Sequence[Query], mix: Sequence[Query]) -> dict[str, Any]:
    """One system at one size; its index is deleted afterwards."""
    taken: Build = build(system, source, folder, WORKERS)
    opened = load(system).open(folder)
    timed = evaluate(opened, asked)
    answered = answer_all(opened.answer, mix, rounds=1)
    opened.close()
    shutil.rmtree(folder)
    processor, _ = together(answered)
    return {
        "system": system, "seconds": taken.seconds, "processor": taken.processor, "memory": taken.memory,
        "size": taken.size, **{part: spread(timed, part)._asdict() for part in PARTS}, "mixed": processor._asdict(),
    }  # fmt: skip


def grow(run: Run, sizes: Sequence[int], systems: Sequence[str]) -> list[dict[str, Any]]:
    """The figures of every size and system, printed as they come."""
    given = sources(run.source)
    asked, mix = table(run.source), mixed(run.source)
    folder = empty(run.work / "growth")
    taken = []
    try:
        for size in sizes:
            source = folder / "articles.jsonl"
            write(given, size, source)
            for system in systems:
                one = {"articles": size, "bytes": source.stat().st_size}
                one |= measure(system, source, folder / "index", asked, mix)
                print(json.dumps(one), file=sys.stderr, flush=True)
                taken.append(one)
    finally:
        shutil.rmtree(folder)
    return taken


def rows(taken: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The figures as rows of the table."""
    first = {one["system"]: one for one in reversed(taken)}
    return [_row(one, first[one["system"]]) for one in taken]


def _row(one: dict[str, Any], first: dict[str, Any]) -> list[str]:
    each, each_first = one["seconds"] / one["articles"], first["seconds"] / first["articles"]
    return [
        f"{one['articles']:,}", one["system"], f"{one['seconds']:,.1f}", f"{1000 * each:.2f}",
        f"{100 * (each / each_first - 1):+.0f} %", f"{one['memory'] / 1e6:,.0f}", f"{one['size'] / one['bytes']:.2f}",
        number(one["count"]["p95"]), number(one["best"]["p95"]), number(one["mixed"]["median"]),
        number(one["mixed"]["p95"]),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Grow, print, write, draw."""
    options = parser(__doc__)
    options.add_argument("--sizes", default="35440,100000,300000,1000000", help="numbers of articles, ascending")
    options.add_argument("--peers", default=PEERS, help=f"systems beside searchkit ({PEERS}); empty: none")
    chosen = options.parse_args(arguments)
    run = begin(chosen)
    sizes = sorted(int(size) for size in chosen.sizes.split(","))
    peers = [name for name in chosen.peers.split(",") if name]
    taken = grow(run, sizes, ["searchkit", *peers])
    run.write("growth", [Table("Growth", COLUMNS, rows(taken), NOTE)], {"sizes": taken})
    plot.draw(taken, run.results / "growth.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
