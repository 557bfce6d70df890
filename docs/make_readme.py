"""Runs the commands shown in README.md over corpus/ and puts their real output there: python docs/make_readme.py"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "README.md"
_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_MEASURES = re.compile(r"\d[\d,.]* (ms|s|KB)\b")


def page(text: str) -> str:
    """The page with every block of commands run again, in order, in a folder that holds nothing but the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "corpus", Path(folder, "corpus"))
        return _BLOCK.sub(_runner(Path(folder)), text)


def _runner(folder: Path) -> Callable[[re.Match[str]], str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SEARCHKIT", "COLUMNS"))}
    environment = clean | {"PYTHONPATH": str(ROOT), "COLUMNS": "98", "PYTHONUTF8": "1"}

    def run(block: re.Match[str]) -> str:
        commands = [line for line in block[1].splitlines() if line.startswith("$ ")]
        return "\n".join(command + "\n" + _output(command[2:], folder, environment) for command in commands)

    return run


def _output(command: str, folder: Path, environment: dict[str, str]) -> str:
    words = command.replace("searchkit", f"{sys.executable} -m searchkit", 1)
    done = subprocess.run(
        words, shell=True, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    if done.returncode > 1:
        raise SystemExit(f"{command}\n{done.stderr}")
    return done.stdout


def without_measures(text: str) -> str:
    """The page but for how long things took and how large they were, which differs from machine to machine."""
    return _MEASURES.sub(r"… \1", text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
