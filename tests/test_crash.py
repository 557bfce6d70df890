"""Whatever stops a run, and wherever: the index is the old one or the new one, whole, and the next run works.

Real processes are killed with a signal that cannot be caught; for every single step, faults are put into
the calls that change the disk.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toy_engine
from searchkit import engines, generations, index
from searchkit.errors import EngineError, IndexLocked, SearchkitError
from searchkit.index import BuildOptions

INDEX = Path("index")
TOY = BuildOptions(engine="toy")
OLD = {f"{number:03d}": f"Bài số {number}." for number in range(40)}
NEW = {f"{number:03d}": f"Bài số {number}, sửa." for number in range(20, 60)}

CHANGES = {
    "update": lambda: index.update(INDEX, ["corpus"]),
    "rebuild": lambda: index.rebuild(INDEX),
    "remove": lambda: index.remove(INDEX, ["020"]),
    "rollback": lambda: index.rollback(INDEX),
}

BUILDER = """
import sys
sys.path[:0] = [{tests!r}, {project!r}]
import toy_engine
toy_engine.register()
from pathlib import Path
from searchkit import index
print("ready", flush=True)
{action}
print("done", flush=True)
"""
ACTIONS = {
    "rebuild": "index.rebuild(Path('index'))",
    "hold": "from searchkit import lock; import time\n"
    "with lock.hold(Path('index'), 'searchkit rebuild'):\n"
    "    print('held', flush=True); time.sleep(60)",
    "hold and fork": "from searchkit import lock; import os, time\n"
    "with lock.hold(Path('index'), 'searchkit rebuild'):\n"
    "    reading, writing = os.pipe()\n"
    "    child = os.fork()\n"
    "    if not child: os.write(writing, b'.')\n"
    "    if child and os.read(reading, 1): print('child', child, flush=True)\n"
    "    time.sleep(60)",
}


@pytest.fixture(autouse=True)
def archive(tmp_path, monkeypatch):
    """A working directory with an index of OLD, made anew by whoever changes it."""
    monkeypatch.setitem(engines.ENGINES, "toy", toy_engine.__name__)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a kill loses nothing that was written
    monkeypatch.chdir(tmp_path)
    write(OLD)
    index.update(INDEX, ["corpus"], TOY)


def write(articles):
    """The corpus: a file for each tenth of the articles; others are deleted."""
    folder = Path("corpus")
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for ten in sorted({id[:2] for id in articles}):
        lines = [json.dumps({"id": id, "text": text}) for id, text in articles.items() if id[:2] == ten]
        (folder / f"{ten}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def held():
    with index.open_current(INDEX) as opened:
        return {id: opened.reader.article(id).text for id in sorted(opened.reader.ids())}


def start(action):
    """A process that does it; it says `ready` once everything is imported."""
    source = BUILDER.format(
        tests=str(Path(__file__).parent), project=str(Path(__file__).parents[1]), action=ACTIONS[action]
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def end(process):
    """Waits for it; what it still had to say, on both channels."""
    return "".join(process.communicate(timeout=60))


def leftovers():
    """What stands among the generations and is none, or is no longer wanted."""
    names = {entry.name for entry in (INDEX / generations.FOLDER).iterdir()}
    return {name for name in names if not name.isdigit()}


def assert_whole(*allowed):
    """The index is one of these, nothing in it is damaged, and the next run brings it up to date and cleans up."""
    assert held() in allowed
    verification = index.verify(INDEX, deep=True)
    assert verification.problems == ()
    index.update(INDEX, ["corpus"])
    assert leftovers() == set()
    assert len(generations.numbers(INDEX)) <= 2
    assert index.verify(INDEX, deep=True).problems == ()


def forked(change):
    """A copy of this process that makes the change and ends; returns its id."""
    child = os.fork()
    if child:
        return child
    try:
        change()
    finally:
        os._exit(0)  # nothing of the test's own may run in the copy


def kill_and_look(change, delay):
    write(NEW)
    child = forked(change)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    before = held()
    assert_whole(OLD, NEW)
    assert held() == NEW
    write(OLD)
    index.rebuild(INDEX)  # not an update: the toy engine never merges its parts
    return before == NEW


def kill_rounds(name, rounds):
    """Kills at moments spread over the time that the change takes; returns how often it had got through."""
    write(NEW)
    started = time.perf_counter()
    os.waitpid(forked(CHANGES[name]), 0)
    took = time.perf_counter() - started
    write(OLD)
    index.update(INDEX, ["corpus"])
    moments = random.Random(7)
    return sum(kill_and_look(CHANGES[name], moments.uniform(0, 1.3 * took)) for _ in range(rounds))


@pytest.mark.parametrize("name", ["update", "rebuild"])
def test_killed_at_any_moment(name):
    kill_rounds(name, 15)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["update", "rebuild"])
def test_killed_at_very_many_moments(name):
    assert 0 < kill_rounds(name, 300) < 300  # before the swap and after it


@pytest.mark.slow
@pytest.mark.parametrize("name", ["update", "rebuild"])
def test_the_default_engine_killed_at_many_moments(name):
    index.rebuild(INDEX, ["corpus"], BuildOptions(engine=engines.DEFAULT_ENGINE))
    assert 0 < kill_rounds(name, 60) < 60


# -- a fault in every single step ---------------------------------------------------------------------

STEPS = [(os, "replace"), (os, "rename"), (os, "fsync"), (os, "link"), (Path, "mkdir"), (Path, "write_text")]


class Fault:
    """Lets so many of the calls that change the disk through, then raises once; `calls` counts them all."""

    def __init__(self, allowed=None, error=None):
        self.calls = 0
        self._allowed = allowed
        self._error = error

    def put_in(self, patched):
        for owner, name in STEPS:
            patched.setattr(owner, name, self._wrap(getattr(owner, name)))

    def _wrap(self, call):
        def counted(*args, **kwargs):
            self.calls += 1
            if self._allowed is not None and self.calls == self._allowed + 1:
                raise self._error
            return call(*args, **kwargs)

        return counted


def begin():
    """NEW is current, OLD the generation before, and OLD is in the corpus again."""
    write(OLD)
    index.rebuild(INDEX)
    write(NEW)
    index.rebuild(INDEX)
    write(OLD)


def run_with(fault, change, monkeypatch):
    """Whether the change came to its end."""
    with monkeypatch.context() as patched:
        fault.put_in(patched)
        try:
            change()
        except (SearchkitError, KeyboardInterrupt):
            return False
    return True


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["disk", "ctrl-c"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_fault_in_every_step(name, error, monkeypatch):
    begin()
    counted = Fault()
    assert run_with(counted, CHANGES[name], monkeypatch)
    after = held()
    assert after != NEW and counted.calls >= 2
    broken = 0
    for allowed in range(counted.calls):
        begin()
        finished = run_with(Fault(allowed, error), CHANGES[name], monkeypatch)
        broken += not finished
        assert held() == after if finished else held() in (NEW, after)
        assert not [entry for entry in leftovers() if entry.endswith(generations.BUILDING)]
        assert_whole(NEW, after)
        assert held() == OLD
    assert broken >= 2


def test_a_full_disk_is_said_in_a_sentence(monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device", "x")

    write(NEW)
    monkeypatch.setattr(os, "link", full)
    with pytest.raises(EngineError, match=r"cannot be written: No space left on device \(x\)\. What is there"):
        index.update(INDEX, ["corpus"])
    assert held() == OLD


def test_an_engine_that_breaks_leaves_nothing_behind(monkeypatch):
    def broken(self, article):
        raise ValueError("broken")

    write(NEW)
    monkeypatch.setattr(toy_engine.ToyWriter, "add", broken)
    with pytest.raises(ValueError, match="broken"):
        index.update(INDEX, ["corpus"])
    assert (held(), leftovers()) == (OLD, set())


# -- two at once -----------------------------------------------------------------------------------------


def test_a_lock_names_its_holder_and_ends_with_it():
    process = start("hold")
    assert process.stdout.readline() == "held\n"
    with pytest.raises(IndexLocked, match=f"process {process.pid} on"):
        index.update(INDEX, ["corpus"])
    assert held() == OLD
    process.kill()
    end(process)
    assert not index.update(INDEX, ["corpus"]).changed


def test_a_worker_that_outlives_its_killed_parent_does_not_keep_the_lock():
    process = start("hold and fork")
    child = int(process.stdout.readline().split()[1])
    process.kill()
    process.wait()
    try:
        assert not index.update(INDEX, ["corpus"]).changed
    finally:
        os.kill(child, signal.SIGKILL)
        end(process)


def test_of_two_writers_each_succeeds_or_is_told():
    write(NEW)
    for _ in range(3):
        outcomes = [end(process) for process in [start("rebuild"), start("rebuild")]]
        assert "done\n" in outcomes
        assert all(outcome == "done\n" or "IndexLocked" in outcome for outcome in outcomes)
    assert held() == NEW
    assert_whole(NEW)


def test_readers_see_whole_generations_while_others_write():
    write(NEW)
    process = start("rebuild")
    seen = [held()]
    while process.poll() is None:
        seen.append(held())
    end(process)
    seen.append(held())
    assert all(state in (OLD, NEW) for state in seen)
    assert seen[-1] == NEW
