"""Several processes that turn articles into segments, fed in turn; with one worker it is this very process.

Articles are dealt out round robin in batches, so the same input makes the same segments. A worker writes its
segments itself; only their names come back.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from searchkit.article import Article
from searchkit.engines.article_writer import BATCH, Feeder
from searchkit.engines.segment_arrays import ArraySegment
from searchkit.errors import EngineError

_AHEAD = 16  # batches that may wait for a worker: keeps it busy, bounds the memory
_PATIENCE = 2.0  # seconds between looks at whether the other side is still alive


class Workers:
    """Deals articles out to `count` processes, each filling segments in `folder`."""

    def __init__(self, folder: Path, prefix: str, count: int, memory: int):
        self._batch: list[Article] = []
        self._turn = 0
        self._here = Feeder(folder, prefix, memory) if count <= 1 else None
        self._there = [] if count <= 1 else [_Worker(folder, f"{prefix}{n:02d}", memory // count) for n in range(count)]

    def add(self, article: Article) -> None:
        """Gives an article to the worker whose turn it is."""
        if self._here:
            self._here.add(article)
            return
        self._batch.append(article)
        if len(self._batch) == BATCH:
            self._send()

    def finish(self) -> list[ArraySegment]:
        """Waits until all is written; the segments in the order of the workers."""
        if self._here:
            return self._here.finish()
        self._send()
        for worker in self._there:
            worker.send(None)
        return [segment for worker in self._there for segment in worker.result()]

    def abort(self) -> None:
        """Stops the work; files half written are the caller's to delete."""
        if self._here:
            self._here.abort()
        for worker in self._there:
            worker.stop()

    def _send(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self._there[self._turn].send(batch)
            self._turn = (self._turn + 1) % len(self._there)


class _Worker:
    """One process and the two queues to it."""

    def __init__(self, folder: Path, prefix: str, memory: int):
        # a fresh interpreter, not a fork: the parent may have threads of its own (a progress display)
        context = multiprocessing.get_context("spawn")
        self._inbox: Any = context.Queue(_AHEAD)
        self._outbox: Any = context.Queue()
        self._process: BaseProcess = context.Process(
            target=_run, args=(self._inbox, self._outbox, folder, prefix, memory), daemon=True
        )
        self._process.start()

    def send(self, batch: list[Article] | None) -> None:
        """Puts a batch into the worker's queue, waiting while that is full; None is the end."""
        while True:
            try:
                return self._inbox.put(batch, timeout=_PATIENCE)
            except queue.Full:
                self._check()

    def result(self) -> list[ArraySegment]:
        """The segments written, once the worker is done."""
        while True:
            try:
                segments = self._outbox.get(timeout=_PATIENCE)
                break
            except queue.Empty:
                self._check()
        self._process.join()
        if isinstance(segments, BaseException):
            raise segments
        return segments

    def _check(self) -> None:
        """Raises when the worker has died, with what it had to say."""
        if self._process.is_alive():
            return
        try:
            failure = self._outbox.get(timeout=_PATIENCE)
        except queue.Empty:
            failure = None
        if isinstance(failure, BaseException):
            raise failure
        raise EngineError(
            f"An indexing process ended by itself (status {self._process.exitcode})",
            "It may have run out of memory: try again with --workers 1",
        )

    def stop(self) -> None:
        """Ends the process at once."""
        self._process.terminate()
        self._process.join()
        for channel in (self._inbox, self._outbox):
            channel.cancel_join_thread()
            channel.close()


def _run(inbox: Any, outbox: Any, folder: Path, prefix: str, memory: int) -> None:
    """The worker: batches in until None, segments out. Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    feeder = Feeder(folder, prefix, memory)
    try:
        while (batch := inbox.get()) is not None:
            for article in batch:
                feeder.add(article)
        outbox.put(feeder.finish())
    except BaseException as error:  # whatever it is, the parent must hear of it
        outbox.put(EngineError(f"Indexing failed: {type(error).__name__}: {error}", "Try again with --workers 1 --debug"))


def _leave_with_parent() -> None:
    """Ends this process when the parent is gone, whatever it waits for; a killed build leaves none behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
