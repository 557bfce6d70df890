"""Gives every module in ARCHITECTURE.md the first sentence of its own docstring: python docs/make_architecture.py

A new module needs its line put under the right heading by hand, as "- `name.py`: "; the rest is done here.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
_LINE = re.compile(r"^- `([\w/]+\.py)`:.*\n", re.MULTILINE)


def page(text: str) -> str:
    """The page with the lines as they should be; those of modules that are gone are left out."""
    return _LINE.sub(lambda line: _line(line[1]), text)


def _line(name: str) -> str:
    path = ROOT / "searchkit" / name
    if not path.exists():
        return ""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return f"- `{name}`: {' '.join(said.split(chr(10) * 2)[0].split())}\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
