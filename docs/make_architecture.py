"""Writes the list of modules in ARCHITECTURE.md, each with its own first sentence: python docs/make_architecture.py

Groups and their order are those that tests/test_architecture.py checks.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
TITLES = {
    "ground": "Ground: plain values and small tools",
    "text": "Text: characters, dates, encodings",
    "analysis": "Analysis: texts to syllables and words",
    "language": "The query language",
    "arrays": "Arrays: matching and scores, without an engine",
    "passages": "Passages and highlights",
    "readers": "Readers: files to articles",
    "engines": "Engines: articles in, ranked ids out",
    "index": "The life of an index",
    "search": "Search: the pipeline",
    "render": "Rendering: results to text",
    "commands": "The command line",
}
_LIST = re.compile(r"(?<=<!-- modules -->\n).*?(?=<!-- end of modules -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with its list of modules as it should be."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        from test_architecture import GROUPS, group_of, name_of
    finally:
        sys.path.pop(0)
    lines: dict[str, list[str]] = {group: [] for group in GROUPS}
    for path in sorted((ROOT / "searchkit").rglob("*.py")):
        lines[group_of(name_of(path))].append(_line(path))
    sections = [f"\n### {TITLES[group]}\n\n{''.join(lines[group])}" for group in GROUPS]
    return _LIST.sub(lambda _: "".join(sections) + "\n", text)


def _line(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    name = path.relative_to(ROOT / "searchkit").as_posix()
    return f"- `{name}`: {' '.join(said.split(chr(10) * 2)[0].split())}\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
