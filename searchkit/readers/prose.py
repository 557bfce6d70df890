"""Plain text and Markdown: one article a file, what is known about it in lines at the top.

Three kinds of head are read: front matter between `---` lines (YAML, of which only plain values and lists
are taken, and no aliases), lines of `# key = value`, and none. What a crawler or the newspaper itself wrote
into the text is not looked for here (`searchkit.newsroom` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from searchkit import encodings
from searchkit.errors import ReadError
from searchkit.readers.records import FIELDS, RECORD_LIMIT, TOO_LARGE, Bad, ReadOptions, Record, SourceFile, distinct

_KEY_LINE = re.compile(r"#[ \t]*([\w][\w .-]{0,60}?)[ \t]*=[ \t]*(.*)")
_HEAD_LIMIT = 1 << 16  # characters of front matter; the YAML parser takes seconds for a few hundred thousand
_FENCE = "---"
_FENCE_ENDS = ("---", "...")
_KNOWN = frozenset(column for columns in FIELDS.values() for column in columns)


def read(source: SourceFile, options: ReadOptions) -> Iterator[Record | Bad]:
    """The file's one article; `line` is the one on which its text begins."""
    if source.size > RECORD_LIMIT:
        yield Bad(None, TOO_LARGE)
        return
    try:
        text = encodings.decode(source.path.read_bytes(), options.encoding).text
    except ReadError as error:
        yield Bad(None, f"{error.message}. {error.hint}")
        return
    known = _KNOWN.union(column.casefold() for column in options.field_map.values())
    yield _record(text.replace("\r\n", "\n").replace("\r", "\n"), known, source.path.suffix.lower() == ".md")


def _record(text: str, known: frozenset[str], markdown: bool) -> Record | Bad:
    text = text.lstrip("\n")
    if text.startswith(_FENCE) and (split := _front_matter(text)):
        head, body = split
        try:
            fields = _yaml(head)
        except ValueError as error:
            return Bad(1, f"the front matter is not readable YAML ({error})")
    else:
        fields, body = _key_lines(text, known)
    if markdown and not any(name.casefold() == "title" for name in fields):
        title, body = _heading(body)
        fields |= {"title": title} if title else {}
    # a column named text is kept, as every other one is, but the text is what follows the head
    return Record({**dict(zip(distinct(["text", *fields]), [body, *fields.values()], strict=True))})


def _front_matter(text: str) -> tuple[str, str] | None:
    """What stands between the first line and the next fence, and what follows; None where there is no fence."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != _FENCE:
        return None
    at = 0
    for line in rest.splitlines(keepends=True):
        if line.rstrip() in _FENCE_ENDS:
            return rest[:at], rest[at + len(line) :]
        at += len(line)
    return None


def _yaml(text: str) -> dict[str, Any]:
    """A YAML mapping with every scalar as the text that it is written in: 05 stays 05, no stays no."""
    if len(text) > _HEAD_LIMIT:
        raise ValueError(f"it is longer than {_HEAD_LIMIT} characters")
    import yaml

    class Loader(yaml.BaseLoader):
        """BaseLoader makes strings, lists and dicts only; without aliases it cannot be made to grow either."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases are not read")
            return super().compose_node(parent, index)

    try:
        found = yaml.load(text, Loader)  # noqa: S506 - a subclass of BaseLoader
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        raise ValueError(_problem(error)) from None
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        raise ValueError("it is not lines of `key: value`")
    return {str(key): value for key, value in found.items()}


def _problem(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 2}: {problem}" if mark else problem


def _key_lines(text: str, known: frozenset[str]) -> tuple[dict[str, str], str]:
    """Leading `# key = value` lines; text that only looks like them has no key that means a field."""
    pairs: list[tuple[str, str]] = []
    rest = text
    while found := _KEY_LINE.fullmatch(rest.partition("\n")[0].rstrip()):
        pairs.append((found[1], found[2].strip()))
        rest = rest.partition("\n")[2]
    if not any(name.casefold() in known for name, _ in pairs):
        return {}, text
    return dict(zip(distinct(name for name, _ in pairs), (value for _, value in pairs), strict=True)), rest


def _heading(text: str) -> tuple[str, str]:
    """A Markdown text's first-level heading, where it begins with one, and the rest."""
    line, _, rest = text.lstrip().partition("\n")
    title = line[1:].strip().rstrip("#").rstrip() if line.startswith(("# ", "#\t")) else ""
    return (title, rest) if title else ("", text)
