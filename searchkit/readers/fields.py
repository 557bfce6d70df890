"""The fields of a record to an Article: names to fields, values to text, dates and names; all text normalised.

What a record says itself comes before what its prose says (`searchkit.newsroom`), and what is not understood
stays in `extra` under its own name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from searchkit import newsroom, text
from searchkit.article import CAPTION, PARAGRAPH_BREAK, SUMMARY, TITLE, Article, join_parts
from searchkit.readers.dates import read_date
from searchkit.readers.records import FIELDS

_SURROGATES = re.compile("[\ud800-\udfff]")
_LONGEST_BYLINE = 1000  # characters; more is not a byline, and splitting it could take long
_CAPTION_KEYS = ("caption", "text", "title", "alt")  # where a list of images has its captions


def build(
    fields: Mapping[str, Any], *, default_id: str, path: str | None = None, columns: Mapping[str, str] | None = None
) -> Article:
    """The article that a record's fields make; `columns` names columns for fields ({NAME: COLUMN}).

    Raises ValueError("no text") where neither title, summary, text nor captions have any.

    >>> article = build({"title": "Tựa", "Body": "Một câu.", "views": 3, "published": "5/3/2021"}, default_id="a")
    >>> article.text, article.date, article.extra
    ('Tựa\\n\\nMột câu.', '2021-03-05', {'views': 3})
    """
    picked, extra = _pick(fields, tuple((columns or {}).items()))
    captions = picked.get("captions") or ()
    summary = picked.get("summary") or ""
    told = newsroom.read(picked.get("text") or "", captions, summary)
    within = [piece for kind, piece in told.pieces if kind == CAPTION]
    apart = [caption for caption in captions if caption not in within]
    title = picked.get("title") or ""
    composed, parts = join_parts(
        [(TITLE, title), (SUMMARY, summary), *told.pieces, *((CAPTION, caption) for caption in apart)]
    )
    if not composed:
        raise ValueError("no text")
    source = picked.get("source") or told.source
    for name, value in _said(told, picked).items():
        extra.setdefault(name, value)
    return Article(
        id=picked.get("id") or default_id,
        text=composed,
        parts=parts,
        title=title or None,
        summary=summary or None,
        captions=(*within, *apart),
        date=picked.get("date") or told.date,
        authors=_people(picked.get("authors") or told.authors, source),
        source=source,
        section=picked.get("section"),
        url=picked.get("url"),
        path=path,
        extra=extra,
    )


def _people(authors: tuple[str, ...], source: str | None) -> tuple[str, ...]:
    """The authors without the newspaper's own name, which systems put beside or in place of them."""
    return tuple(name for name in authors if name != source) or authors


def _said(told: newsroom.Told, picked: Mapping[str, Any]) -> dict[str, Any]:
    """What the prose says beside the fields, for `extra`."""
    said: dict[str, Any] = {}
    if told.header:
        said["header"] = told.header
    if told.inferred and not picked.get("date"):
        said["date_inferred"] = True
    if told.credits:
        said["credits"] = list(told.credits)
    return said


def _pick(fields: Mapping[str, Any], chosen: tuple[tuple[str, str], ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first value that can be read for each field; all others, and unknown columns, as extra."""
    picked: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for column, name in assigned(tuple(fields), chosen):
        value = fields[column]
        if value is None or value == "":
            continue
        read = _READ[name](value) if name and name not in picked else None
        if read:
            picked[name] = read
        elif (kept := _plain(value)) not in (None, "", [], {}):
            extra[text.normalise(column)] = kept
    return picked, extra


@lru_cache(maxsize=256)
def assigned(columns: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """(column, field or "") for all columns: chosen ones first, then by preference; unknown ones as they come."""
    ranks: dict[str, tuple[int, str]] = {}
    for name, aliases in FIELDS.items():
        for rank, alias in enumerate(aliases, start=1):
            ranks[alias] = rank, name
    ranks |= {column.strip().casefold(): (0, name) for name, column in chosen}
    known = [(*ranks.get(column.strip().casefold(), (99, "")), column) for column in columns]
    return tuple((column, name) for _, name, column in sorted(known, key=lambda row: row[0]))


def _clean(value: str) -> str:
    """Normalised, outer white space off."""
    return text.normalise(value).strip()


def _plain(value: Any) -> Any:
    """A value as JSON holds it, its strings normalised."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_clean(str(key)): _plain(item) for key, item in value.items()}
    return value


def _text(value: Any) -> str | None:
    """A string, a number, or a list of these as paragraphs; nothing else is text."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return PARAGRAPH_BREAK.join(filter(None, map(_clean, value)))
    return None


def _line(value: Any) -> str | None:
    """Text in one line."""
    found = _text(value)
    return " ".join(filter(None, map(str.strip, found.split("\n")))) if found else found


def _id(value: Any) -> str | None:
    """An id as it is given; only halves of surrogate pairs, which no file can hold, are replaced."""
    return _SURROGATES.sub("\ufffd", str(value)) if isinstance(value, str | int | float) else None


def _authors(value: Any) -> tuple[str, ...] | None:
    """Names from a byline, or a list of them or of objects with a `name`, which are not split."""
    if isinstance(value, str):
        return newsroom.split_names(_clean(value)) if len(value) <= _LONGEST_BYLINE else None
    if isinstance(value, list):
        names = [item.get("name") if isinstance(item, dict) else item for item in value]
        if all(isinstance(name, str) for name in names):
            return tuple(dict.fromkeys(filter(None, map(_line, names))))
    return None


def _captions(value: Any) -> tuple[str, ...] | None:
    """Captions from a string of lines, or a list of strings or of objects that hold one."""
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list):
        return None
    found = [_caption(item) for item in value]
    return tuple(dict.fromkeys(filter(None, found))) if None not in found else None


def _caption(item: Any) -> str | None:
    if isinstance(item, dict):
        item = next((item[key] for key in _CAPTION_KEYS if isinstance(item.get(key), str)), None)
    return _line(item) if isinstance(item, str) else None


_READ = {
    "id": _id,
    "title": _line,
    "summary": _text,
    "text": _text,
    "captions": _captions,
    "date": read_date,
    "authors": _authors,
    "source": _line,
    "section": _line,
    "url": _line,
}
