"""One writer of an index at a time; readers take no part in this.

The lock is the kernel's (`flock`), so it ends with its holder, however that ended: a killed run never
blocks the next. The file's text only says who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from searchkit.errors import IndexLocked

NAME = "lock"
_held: set[int] = set()
_hooked: list[bool] = []


@contextmanager
def hold(folder: Path, command: str) -> Iterator[None]:
    """Holds the write lock of the index in `folder`; raises IndexLocked, naming the holder, when it is taken."""
    with (folder / NAME).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(folder, file) from None
        _leave_to_parent()
        _held.add(file.fileno())
        try:
            _say(file, _holder(command))
            yield
        finally:
            _held.discard(file.fileno())
            _say(file, "")
            fcntl.flock(file, fcntl.LOCK_UN)


def _holder(command: str) -> str:
    now = datetime.now(timezone.utc).isoformat(sep=" ", timespec="seconds")
    facts = {"pid": os.getpid(), "host": os.uname().nodename, "command": command, "since": now}
    return json.dumps(facts, ensure_ascii=False) + "\n"


def _say(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def _locked(folder: Path, file: IO[str]) -> IndexLocked:
    hint = "Wait until it has finished or stop it, then try again; searching goes on meanwhile"
    file.seek(0)
    try:
        facts = json.loads(file.read(4096))
        who = f"process {facts['pid']} on {facts['host']} since {facts['since']} ({facts['command']})"
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return IndexLocked(f"The index in {folder} is being written by {who}", hint)


def _leave_to_parent() -> None:
    """Forked workers give up the lock they inherit; else one that outlives its killed parent would keep it."""
    if not _hooked:
        os.register_at_fork(after_in_child=_let_go)
        _hooked.append(True)


def _let_go() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()
