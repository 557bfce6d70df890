"""Lists and texts that ship with the package."""

from pathlib import Path


def read_text(name: str) -> str:
    """One of them, by the name of its file."""
    # Not by importlib.resources: importing that takes longer than a search.
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
