"""Builds one index in a process of its own and says what it took; `build.py` and others start it.

    python benchmarks/building.py SYSTEM ARTICLES FOLDER WORKERS

Prints a JSON object: seconds of the wall clock, and of all processors over all processes. Imports count.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from common import Run, empty, folder_bytes, versions, watched

if TYPE_CHECKING:
    from systems import System


@dataclass(frozen=True, slots=True)
class Build:
    """What building took. seconds: wall clock; processor: seconds of all processes; memory and size: bytes."""

    seconds: float
    processor: float
    memory: int
    size: int


SYSTEMS = {  # name -> module and class, imported when it is used
    "searchkit": ("product", "Searchkit"),
    "searchkit, marks preferred": ("product", "Preferring"),
    "searchkit, engine alone": ("product", "EngineAlone"),
    "pyvi + stock Whoosh": ("systems", "NaiveWhoosh"),
    "stock Whoosh": ("systems", "StockWhoosh"),
    "SQLite FTS5": ("systems", "Fts5"),
    "Tantivy": ("systems", "Tantivy"),
}


def load(name: str) -> System:
    """The system of that name."""
    module, kind = SYSTEMS[name]
    return getattr(import_module(module), kind)()


def build(system: str, source: Path, folder: Path, workers: int = 1) -> Build:
    """Builds in a new process, watching its memory; what was in the folder goes."""
    empty(folder)
    printed, memory = watched([sys.executable, __file__, system, str(source), str(folder), str(workers)])
    taken = json.loads(printed.splitlines()[-1])
    return Build(taken["seconds"], taken["processor"], memory, folder_bytes(folder))


def kept(system: str, run: Run) -> Path:
    """A folder with a system's index of the run's articles; a peer's that is there from an earlier script serves again."""
    folder = run.work / system.replace(" ", "-")
    stamp = folder.with_suffix(".stamp")
    wanted = f"{run.survey}, {versions()}"
    if system.startswith("searchkit") or not (stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
        stamp.unlink(missing_ok=True)
        build(system, run.source, folder)
        stamp.write_text(wanted, encoding="utf-8")
    return folder


def main(system: str, source: str, folder: str, workers: str) -> int:
    """The new process."""
    started = time.perf_counter()
    load(system).build(Path(source), Path(folder), int(workers))
    seconds = time.perf_counter() - started
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = time.process_time() + children.ru_utime + children.ru_stime
    print(json.dumps({"seconds": seconds, "processor": processor}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
