"""Written dates to ISO days, months and years, as Vietnamese newsrooms write them: day before month, always.

A day that is not in the calendar is not read (03/25/2021 is no date here), nor one whose year has two digits.
"""

from __future__ import annotations

import re
from datetime import date as Day
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

VIETNAM = timezone(timedelta(hours=7))
_SEPARATOR = r"\s*[/.\-–—]\s*"
_YEAR = r"(?P<year>[12]\d{3})"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAMED = r"(?P<name>" + "|".join(_MONTHS) + r")[a-z]*\.?"
_EDGE = r"(?<![\d/.\-])", r"(?![\d/])"

# each searched in turn, the more exact forms first
_FORMS = tuple(
    re.compile(_EDGE[0] + form + _EDGE[1], re.IGNORECASE)
    for form in (
        _YEAR + r"([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?=T\d|Z|\b)",
        r"(?P<day>\d{1,2})" + _SEPARATOR + r"(?P<month>\d{1,2})" + _SEPARATOR + _YEAR,
        r"(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})\s*,?\s*(?:năm\s+)?" + _YEAR,
        r"(?P<day>\d{1,2})\s+" + _NAMED + r",?\s+" + _YEAR,
        _NAMED + r"\s+(?P<day>\d{1,2}),?\s+" + _YEAR,
        r"tháng\s+(?P<month>\d{1,2})\s*(?:[/.\-,]|năm|\s)\s*(?:năm\s+)?" + _YEAR,
    )
)
# these must be the whole string: inside a longer one they could be part of anything
_WHOLE = tuple(
    re.compile(form)
    for form in (
        _YEAR + r"(?P<month>\d{2})(?P<day>\d{2})(?:T?\d{4}(?:\d{2})?)?(?:Z|[+-]\d{2}:?\d{2})?",
        _YEAR + r"[-/.](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})" + _SEPARATOR + _YEAR,
        r"(?:[Nn]ăm\s+)?" + _YEAR,
    )
)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_LONGEST = 200  # characters; a longer string is no date


def read_date(value: Any) -> str | None:
    """The ISO day, month or year that a string or number says, or None; times and zones are not looked at.

    Numbers of nine or ten digits are seconds since 1970, of twelve or thirteen milliseconds, in Vietnam's time.

    >>> [read_date(date) for date in ("Thứ sáu, 05/03/2021, 14:30 (GMT+7)", "tháng 3/2021", "1/2 sân")]
    ['2021-03-05', '2021-03', None]
    """
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return _read(text) if text and len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _read(text: str) -> str | None:
    for form in _WHOLE:
        if found := form.fullmatch(text):
            if iso := _iso(found):
                return iso
    if _EPOCH.fullmatch(text):
        return _from_epoch(text)
    for form in _FORMS:
        if found := form.search(text):
            return _iso(found)
    return None


def _iso(found: re.Match[str]) -> str | None:
    parts = found.groupdict()
    year = int(parts["year"])
    month = _MONTHS.index(parts["name"].lower()) + 1 if parts.get("name") else int(parts.get("month") or 0)
    if not month:
        return None if parts.get("month") else f"{year:04}"
    try:
        day = Day(year, month, int(parts["day"]) if parts.get("day") else 1)
    except ValueError:
        return None
    return day.isoformat() if parts.get("day") else f"{year:04}-{month:02}"


def _from_epoch(text: str) -> str:
    seconds = float(text) / (1000 if len(text) > 11 and "." not in text else 1)
    return datetime.fromtimestamp(seconds, VIETNAM).date().isoformat()
