"""The first answer of a fresh process, and of `--help`, beside Whoosh's own command line.

    python benchmarks/start.py ARTICLES [--runs N] [--work DIR] [--results DIR]

The commands take turns, so that whatever else the machine does meets all of them alike. Wall clock, processor
time and peak memory are those of the whole process, from the interpreter's start to its end; files are in the
cache. `whoosh search` runs over searchkit's own files (`--fields id`: it cannot make snippets of them), and over
a stock index of the same articles with its snippets.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from building import kept
from common import Run, Table, begin, empty, number, parser
from queries import Query, mixed

WHOOSH = (sys.executable, "-c", "import sys; from whoosh.cli import main; sys.exit(main())", "search", "--limit", "10")
SEARCHKIT = (sys.executable, "-m", "searchkit")


class Once(NamedTuple):
    """One run of a command: seconds of the wall clock and of the processor, bytes of memory at the peak."""

    wall: float
    processor: float
    memory: int


def once(command: tuple[str, ...]) -> Once:
    """Runs a command to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode not in (0, 1):  # 1: nothing found
        raise SystemExit(f"status {process.returncode} of {command[1:4]}: {said.decode()[-500:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Once(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def whoosh_root(run: Run, name: str, files: Path) -> str:
    """A folder in which Whoosh's command line finds an index."""
    root = empty(run.work / name)
    (root / ".whoosh_index").symlink_to(files.resolve())
    return str(root)


def commands(run: Run, query: Query, ours: Path, stock: Path) -> dict[str, tuple[str, ...]]:
    """What is run, by what the table calls it."""
    generation = ours / "generations" / (ours / "CURRENT").read_text(encoding="ascii").strip()
    same = (*WHOOSH, "--field", "syllable", "--fields", "id")
    return {
        "searchkit search": (*SEARCHKIT, "--index", str(ours), "search", query.typed),
        "whoosh search, searchkit's files": (*same, query.typed.lower(), whoosh_root(run, "same", generation)),
        "whoosh search, stock index": (*WHOOSH, "--field", "body", query.typed, whoosh_root(run, "stock", stock)),
        "searchkit --help": (*SEARCHKIT, "--help"),
        "whoosh search --help": (*WHOOSH, "--help"),
        "python, import numpy": (sys.executable, "-c", "import numpy"),
        "python, nothing": (sys.executable, "-c", "pass"),
    }


def main(arguments: list[str] | None = None) -> int:
    """Build, run in turns, print, write."""
    options = parser(__doc__)
    options.add_argument("--runs", type=int, default=15, help="runs of each command (15)")
    chosen = options.parse_args(arguments)
    run = begin(chosen)
    ours, stock = kept("searchkit", run), kept("stock Whoosh", run)
    asked = [query for query in mixed(run.source) if query.kind in ("name", "headline")][:: 100 // chosen.runs + 1]
    taken: dict[str, list[Once]] = {}
    for turn in range(chosen.runs + 1):
        for name, command in commands(run, asked[turn % len(asked)], ours, stock).items():
            taken.setdefault(name, []).append(once(command))
    medians = {name: Once(*map(statistics.median, zip(*runs[1:]))) for name, runs in taken.items()}
    rows = [
        [name, f"{one.wall:.3f}", f"{one.processor:.3f}", f"{one.memory / 1e6:.0f}", _ratio(name, medians)]
        for name, one in medians.items()
    ]
    columns = ("command", "wall, s", "user + system, s", "peak memory, MB", "searchkit's / this, wall")
    note = (
        f"Medians of {chosen.runs} runs in turns after one that does not count; names and pieces of headlines. "
        "Memory below that of this script itself, the last row's, is not seen."
    )
    run.write("start", [Table("A fresh process", columns, rows, note)], {n: m._asdict() for n, m in medians.items()})
    return 0


def _ratio(name: str, medians: dict[str, Once]) -> str:
    base = medians["searchkit --help" if name.endswith("--help") else "searchkit search"].wall
    return number(base / medians[name].wall) if name.startswith("whoosh") else ""


if __name__ == "__main__":
    sys.exit(main())
