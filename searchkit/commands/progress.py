"""A progress bar for people who wait: on a terminal only, and only for what takes longer than a second."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE = 1.0  # seconds before a bar appears
INTERVAL = 0.1  # seconds between two changes of it


class ProgressBar:
    """A bar on stderr with count, rate and time left, when `shown` and worth while."""

    def __init__(self, things: str, shown: bool, colour: bool = True):
        self._things, self._shown, self._colour = things, shown, colour
        self._started = self._changed = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, done: int, total: int | None, count: int) -> None:
        """How much is done, of how much where that is known, and how many things that makes; cheap to call often."""
        now = time.monotonic()
        if not self._shown or now - self._started < PATIENCE or now - self._changed < INTERVAL:
            return
        self._changed = now
        if self._bar is None:
            self._bar = _bar(self._colour)
            self._task = self._bar.add_task("", total=total, said="", left="")
        seconds = now - self._started
        said = f"{count:,} {self._things}, {count / seconds:,.0f}/s"
        # The time left is reckoned here: rich's clock starts with the bar, a second late.
        left = f"{_clock(seconds * (total - done) / done)} left" if total and done else ""
        self._bar.update(self._task, completed=done, total=total, said=said, left=left, refresh=True)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(max(int(seconds + 0.5), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _bar(colour: bool) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[said]}"), TextColumn("{task.fields[left]}"))
    # No thread to refresh it: the index starts processes while the bar is there.
    console = Console(stderr=True, no_color=not colour)
    bar = Bar(*columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False)
    bar.start()
    return bar
