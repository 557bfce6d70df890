"""What all measurements share: the articles, times, memory, tables and where they are written.

Nothing here knows a search engine. Figures of one script are taken in one run, so that ratios hold on a
machine that others use at the same time.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import platform
import re
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import psutil

HERE = Path(__file__).parent
FIELDS = ("title", "sapo", "summary", "body", "text")
SAMPLING = 0.02  # seconds between looks at the memory of a process
MEASURED = ("searchkit", "whoosh3", "pyvi", "numpy", "tantivy")
WORK = Path("build/benchmarks")


class Plain(NamedTuple):
    """An article as somebody without searchkit reads it."""

    id: str
    title: str
    text: str


def read_plain(path: Path, limit: int | None = None) -> Iterator[Plain]:
    """The articles of a JSON Lines file, title, summary and body joined by blank lines."""
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == limit:
                return
            fields = json.loads(line)
            text = "\n\n".join(fields[name] for name in FIELDS if fields.get(name))
            yield Plain(str(fields.get("id", number)), fields.get("title") or "", text)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file of articles holds; syllables are runs of letters and digits."""

    articles: int
    syllables: int
    bytes: int

    def __str__(self) -> str:
        return f"{self.articles:,} articles, {self.syllables / 1e6:.1f} M syllables, {self.bytes / 1e6:.1f} MB"


def survey(path: Path) -> Survey:
    """Counts the articles and syllables of a file."""
    articles = syllables = 0
    for article in read_plain(path):
        articles += 1
        syllables += len(re.findall(r"\w+", article.text))
    return Survey(articles, syllables, path.stat().st_size)


def unpacked(path: Path, work: Path, limit: int | None = None) -> Path:
    """The JSON Lines file as every system here reads it, not compressed; the first `limit` articles of it."""
    target = work / "articles.jsonl"
    with (lzma.open if path.suffix == ".xz" else open)(path, "rb") as source, open(target, "wb") as written:
        for number, line in enumerate(source):
            if number == limit:
                break
            written.write(line)
    return target


def head(path: Path, limit: int) -> Path:
    """The first articles of a file as a file beside it."""
    target = path.with_name(f"{path.stem}-{limit}.jsonl")
    with open(path, "rb") as source, open(target, "wb") as written:
        for number, line in zip(range(limit), source):
            written.write(line)
    return target


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder; a file with several names counts once."""
    return sum({s.st_ino: s.st_size for s in (p.stat() for p in folder.rglob("*") if p.is_file())}.values())


def times(work: Callable[[], Any], seconds: float = 0.4, least: int = 5, most: int = 100) -> list[float]:
    """Processor seconds of each of several runs after one that does not count; as many as fit into about `seconds`."""
    work()
    taken: list[float] = []
    while len(taken) < least or (len(taken) < most and sum(taken) < seconds):
        taken.append(taking(work).processor)
    return taken


class Taken(NamedTuple):
    """What one run took, in seconds: of the wall clock, and of the processor, which other programs do not disturb."""

    wall: float
    processor: float


def taking(work: Callable[[], Any]) -> Taken:
    """Runs something that uses one thread."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - started, time.process_time() - used)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


class Spread(NamedTuple):
    """How a list of times is spread; milliseconds."""

    median: float
    p95: float
    highest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """The spread of times in seconds."""
        return cls(1000 * statistics.median(seconds), 1000 * percentile(seconds, 0.95), 1000 * max(seconds))


def watched(command: Sequence[str]) -> tuple[str, int]:
    """Runs a command; what it printed, and the most memory that it and its children held together, in bytes.

    Memory is the sum of resident pages, so what two processes share counts twice.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        process = subprocess.Popen(command, stdout=printed)
        watcher, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            peak = max(peak, _resident(watcher))
            time.sleep(SAMPLING)
        if process.returncode:
            raise SystemExit(f"{' '.join(command[:4])} … ended with status {process.returncode}")
        printed.seek(0)
        return printed.read(), peak


def _resident(process: psutil.Process) -> int:
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


class Table(NamedTuple):
    """Figures as Markdown; `note` says how they came about."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """The table with its title and note; all columns but the first are flush right."""
        lines = [f"## {self.title}", "", _row(self.columns), _row(["---", *["--:"] * (len(self.columns) - 1)])]
        lines += map(_row, self.rows)
        return "\n".join([*lines, "", *([self.note, ""] if self.note else [])])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def number(value: float) -> str:
    """A figure with three significant digits, whole from a hundred on.

    >>> [number(value) for value in (1234.5, 12.345, 0.12345, 0.0)]
    ['1,234', '12.3', '0.123', '0']
    """
    return f"{value:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:.3g}"


def ratio(value: float, base: float) -> str:
    """How many times `base` a value is."""
    return f"{number(value / base)}×" if base else "–"


def circumstances(data: str) -> str:
    """Where and when figures were taken, and of what versions."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{date.today().isoformat()} · {data}\n\n"
        f"Python {platform.python_version()}, {versions()} · {_processor()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GB · load when it began: {load}\n"
    )


def versions() -> str:
    """The distributions whose speed is measured, and SQLite."""
    return ", ".join([*(f"{name} {version(name)}" for name in MEASURED), f"SQLite {sqlite3.sqlite_version}"])


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found[1] if found else platform.processor() or platform.machine()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a script: its articles unpacked, a folder to work in, one for the results."""

    source: Path
    work: Path
    results: Path
    survey: Survey
    heading: str

    def write(self, name: str, tables: Sequence[Table], figures: dict[str, Any]) -> None:
        """Prints the tables; writes them as Markdown, and the figures as JSON, under a name of the results."""
        text = "\n".join([f"# {name}", "", self.heading, *(table.markdown() for table in tables)])
        print(text)
        self.results.mkdir(parents=True, exist_ok=True)
        (self.results / f"{name}.md").write_text(text, encoding="utf-8")
        kept = {"date": date.today().isoformat(), "data": asdict(self.survey), **figures}
        (self.results / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def parser(description: str | None) -> argparse.ArgumentParser:
    """The arguments that every script takes."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", type=Path, help="JSON Lines, plain or .xz")
    options.add_argument("--limit", type=int, help="only the first articles of the file")
    options.add_argument("--work", type=Path, default=WORK, help=f"folder for what is built ({WORK})")
    options.add_argument("--results", type=Path, help="folder for the tables (results/N-articles beside this script)")
    return options


def begin(chosen: argparse.Namespace) -> Run:
    """Unpacks the articles into the folder to work in, and looks at them."""
    chosen.work.mkdir(parents=True, exist_ok=True)
    source = unpacked(chosen.articles, chosen.work, chosen.limit)
    found = survey(source)
    results = chosen.results or HERE / "results" / f"{found.articles}-articles"
    return Run(source, chosen.work, results, found, circumstances(str(found)))


def empty(folder: Path) -> Path:
    """A folder that is there and has nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
