"""Runs of the command line, in this process, in one of its own, on a terminal of its own, over three articles."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from searchkit.cli import guarded

ROOT = Path(__file__).parent.parent
ARTICLES = [
    {"id": "quang-binh", "title": "Bí thư Tỉnh ủy làm việc với huyện Quang Bình", "date": "2021-03-05",
     "source": "BHG", "authors": ["Duy Tuấn"],
     "text": "Chiều nay, Bí thư Tỉnh ủy làm việc với huyện.\n\nHuyện triển khai cải tạo vườn tạp."},
    {"id": "ha-long", "title": "Hạ Long đón khách", "date": "2021-04", "source": "Mẫu",
     "text": "Thành phố Hạ Long đón khách du lịch trở lại."},
    {"id": "la-y", "title": "Chữ \x1b[31mđỏ <b>", "text": "Bài viết <script>alert(1)</script> về vườn cam."},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The folder of an index over ARTICLES."""
    folder = tmp_path_factory.mktemp("archive")
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(article) + "\n" for article in ARTICLES), encoding="utf-8")
    done = process("--index", folder / "index", "index", source, "--json")
    assert done.returncode == 0, done.stderr
    return folder / "index"


def process(*arguments, input=None, **environment):
    """A whole run in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "SEARCHKIT_INDEX")}
    return subprocess.run(
        [sys.executable, "-m", "searchkit", *map(str, arguments)], input=input, capture_output=True, text=True,
        encoding="utf-8", env=clean | {"PYTHONPATH": str(ROOT)} | environment, timeout=60,
    )


@pytest.fixture
def run(capsys):
    """A run in this process: (exit code, stdout, stderr)."""

    def run(*arguments):
        capsys.readouterr()
        code = guarded([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


def on_a_terminal(*arguments, columns=60, **environment):
    """What a run prints, both streams, on a terminal of its own; its first 64 KB."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    running = subprocess.Popen(
        [sys.executable, *map(str, arguments)], stdin=follower, stdout=follower, stderr=follower,
        env=clean | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment,
    )
    os.close(follower)
    printed = b""
    while True:
        try:
            part = os.read(leader, 1 << 16)
        except OSError:  # how Linux says that the other side has been closed
            break
        if not part:
            break
        printed += part
    os.close(leader)
    assert running.wait(timeout=60) == 0
    return printed.decode("utf-8")
