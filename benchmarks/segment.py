"""Segmentation and analysis against pyvi itself: same texts, same process, medians; and every label compared.

    python benchmarks/segment.py TEXTS [--articles N] [--timed N] [--rounds N] [--json]

TEXTS is JSON Lines (plain, .gz or .xz), one object per article with any of title, sapo, summary, body, text.
"Cold" begins each round with empty tables, as the first articles of an archive do; "warm" has met the
texts before, as the rest of a large archive nearly has. Times are the process's own (everything runs in one
thread), so that other programs on the machine do not matter. Exit code 1 when a label differs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from searchkit import analysis, reading, segment
from searchkit.pyvimodel import read_model
from searchkit.text import normalise

FIELDS = ("title", "sapo", "summary", "body", "text")
LOADING = """
import numpy, time
start = time.process_time()
from searchkit import segment
segment.load()
print(time.process_time() - start)
"""


def read_texts(path: Path) -> Iterator[str]:
    """The articles of a JSON Lines file as texts, fields apart by a blank line."""
    opened = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            yield "\n\n".join(fields[name] for name in FIELDS if fields.get(name))


def compare_labels(texts: list[str]) -> dict[str, int]:
    """How many of pyvi's tokens, labels and written texts are the same here."""
    from pyvi.ViTokenizer import ViTokenizer

    counts = {"articles": len(texts), "tokens": 0, "labels identical": 0, "texts identical": 0}
    for text in texts:
        _, theirs = ViTokenizer.sylabelize(text)
        labels = ViTokenizer.model.predict([ViTokenizer.sent2features(theirs, False)])[0] if theirs else []
        segmenter = segment.load()
        tokens, _ = segmenter.tokens(segmenter.read([text]))
        ours = [segmenter.token_texts.names[token] for token in tokens[1:-1].tolist()]
        counts["tokens"] += len(theirs)
        if ours == theirs:
            inside = segmenter.inside(tokens)[1:-1]
            counts["labels identical"] += int(np.sum(inside == (np.asarray(labels) == "I_W"))) if theirs else 0
        counts["texts identical"] += segment.tokenise(text) == ViTokenizer.tokenize(text)
    return counts


def pyvi_words(texts: list[str]) -> None:
    """Texts to words by pyvi."""
    from pyvi.ViTokenizer import ViTokenizer

    for text in texts:
        ViTokenizer.tokenize(text).split(" ")


def our_words(texts: list[str]) -> None:
    """Texts to words by segment."""
    for batch in analysis.batches(texts):
        for written in segment.load().tokenise(batch):
            written.split(" ")


def our_analysis(texts: list[str]) -> None:
    """Texts to spellings, keys, words and positions as integers."""
    analyser = analysis.Analyser()
    for _ in analyser.analyse_many(map(normalise, texts)):
        pass
    analyser.keys()


def forget() -> None:
    """Empty the process's tables; the model stays read."""
    segment._segmenter, reading._facts = segment.Segmenter(read_model()), None


def seconds(work: Callable[[list[str]], None], texts: list[str], rounds: int, cold: bool = False) -> float:
    """Median processor time of several rounds."""
    taken = []
    for _ in range(rounds):
        if cold:
            forget()
        start = time.process_time()
        work(texts)
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def loading_seconds(rounds: int) -> float:
    """Median processor time to import and load the segmenter in a new process that has numpy."""
    command = [sys.executable, "-c", LOADING]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, check=True, text=True).stdout) for _ in range(rounds)
    )


def measure(texts: list[str], timed: int, rounds: int) -> dict[str, float | int]:
    """All figures: agreement on all texts, speeds on the first `timed` of them."""
    figures: dict[str, float | int] = dict(compare_labels(texts))
    sample = texts[:timed]
    segmenter = segment.load()
    count = len(segmenter.tokens(segmenter.read(sample))[0]) - len(sample) - 1
    pyvi = seconds(pyvi_words, sample, rounds)
    figures["pyvi, tokens/s"] = count / pyvi
    for name, work in (("words", our_words), ("analysis", our_analysis)):
        for state in ("cold", "warm"):
            taken = seconds(work, sample, rounds, cold=state == "cold")
            figures[f"{name} {state}, tokens/s"] = count / taken
            figures[f"{name} {state}, times pyvi"] = pyvi / taken
    figures["loading, ms"] = 1000 * loading_seconds(rounds)
    return figures


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("texts", type=Path)
    options.add_argument("--articles", type=int, default=2000, help="articles whose labels are compared (2000)")
    options.add_argument("--timed", type=int, default=500, help="articles that are timed (500)")
    options.add_argument("--rounds", type=int, default=5, help="rounds of each timing (5)")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = options.parse_args(arguments)
    figures = measure(list(islice(read_texts(chosen.texts), chosen.articles)), chosen.timed, chosen.rounds)
    if chosen.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:28}{figure:14,.0f}" if figure >= 100 else f"{name:28}{figure:14.1f}")
    return int(figures["labels identical"] != figures["tokens"])


if __name__ == "__main__":
    sys.exit(main())
