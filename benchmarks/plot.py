"""Draws the figures of `growth.py`: time, memory, size and latency against the number of articles.

    python benchmarks/plot.py RESULTS/growth.json      (again, from figures that are there)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

One = dict[str, Any]
PANELS: tuple[tuple[str, Callable[[One], float]], ...] = (
    ("build, ms per article", lambda one: 1000 * one["seconds"] / one["articles"]),
    ("peak memory of the build, GB", lambda one: one["memory"] / 1e9),
    ("index / source", lambda one: one["size"] / one["bytes"]),
    ("table of queries, best ten, p95 ms", lambda one: one["best"]["p95"]),
    ("table of queries, count, p95 ms", lambda one: one["count"]["p95"]),
    ("200 mixed queries, p95 ms", lambda one: one["mixed"]["p95"]),
)


def draw(taken: Sequence[One], path: Path) -> None:
    """One small panel for each figure, a line for each system."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "searchkit"  # the same figures make the same file
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 3, figsize=(11, 6))
    for panel, (title, value) in zip(panels.flat, PANELS):
        for system in dict.fromkeys(one["system"] for one in taken):
            ours = [one for one in taken if one["system"] == system]
            panel.plot([one["articles"] for one in ours], [value(one) for one in ours], marker="o", label=system)
        panel.set(title=title, xscale="log", xlabel="articles", ylim=(0, None))
        panel.title.set_fontsize(10)
    panels.flat[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def main(path: str) -> int:
    """Draws beside the figures."""
    draw(json.loads(Path(path).read_text(encoding="utf-8"))["sizes"], Path(path).with_suffix(".svg"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
