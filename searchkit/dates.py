"""Dates of a query: a value as typed -> the days it covers. Day before month, always."""

from __future__ import annotations

import calendar
import re
from datetime import date as Day
from datetime import timedelta
from typing import NamedTuple

from searchkit.text import fold

FORMS = "2021, 2021-03, 2021-03-05, 5/3/2021, 3/2021, hôm-nay, hôm-qua, 7d, 2w, 3m, 1y"
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})")
_BACK = re.compile(r"(\d{1,6})([dwmy])")


class Days(NamedTuple):
    """The first and the last day of a date, both included."""

    first: Day
    last: Day


class DateError(ValueError):
    """A date that cannot be read: the sentence says why, `hint` what to write."""

    def __init__(self, message: str, hint: str = f"Dates: {FORMS}"):
        super().__init__(message)
        self.hint = hint


def period(value: str, today: Day) -> Days:
    """The days that a value on its own stands for; `7d` is the time from seven days ago until today.

    >>> period("2/2021", Day(2021, 3, 5))
    Days(first=datetime.date(2021, 2, 1), last=datetime.date(2021, 2, 28))
    >>> period("7d", Day(2021, 3, 5)).first.isoformat()
    '2021-02-26'
    """
    days = point(value, today)
    return Days(days.first, today) if _BACK.fullmatch(fold(value)) else days


def point(value: str, today: Day) -> Days:
    """The days that a value stands for as an end of a range; `7d` is the one day seven days ago.

    Raises DateError, also for days that do not exist.
    """
    name = fold(value.strip())
    if found := _BACK.fullmatch(name):
        return _day(_back(int(found[1]), found[2], today))
    if found := _YEAR_FIRST.fullmatch(name):
        year, month, day = (int(g) if g else None for g in found.groups())
        return _calendar(year, month, day)
    if found := _DAY_FIRST.fullmatch(name):
        day, month, year = (int(g) if g else None for g in found.groups())
        return _calendar(year, month, day)
    if name.replace("_", "-") in _NAMED:
        return _NAMED[name.replace("_", "-")](today)
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}", name):
        raise DateError(f"The date {value!r} has no year", f"Write {value}/2021, or 3/2021 for a month")
    raise DateError(f"{value!r} is not a date")


def check(value: str) -> None:
    """Raises DateError when a value is no date, whatever day it is today."""
    point(value, Day(2021, 3, 5))


def _calendar(year: int, month: int | None, day: int | None) -> Days:
    if not 1000 <= year <= 9998:
        raise DateError(f"The year {year} is out of reach", "Years go from 1000 to 9998")
    if month is None:
        return Days(Day(year, 1, 1), Day(year, 12, 31))
    if not 1 <= month <= 12:
        swapped = day is not None and 1 <= day <= 12 and month <= 31
        hint = f"The day comes before the month: {month}/{day}/{year}" if swapped else "Months go from 1 to 12"
        raise DateError(f"There is no month {month}", hint)
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return Days(Day(year, month, 1), Day(year, month, length))
    if not 1 <= day <= length:
        raise DateError(f"There is no day {day} in {month}/{year}", f"That month has {length} days")
    return _day(Day(year, month, day))


def _day(day: Day) -> Days:
    return Days(day, day)


def _back(count: int, unit: str, today: Day) -> Day:
    """The day `count` units before today; the end of the month where it has no such day."""
    try:
        if unit in "dw":
            return today - timedelta(days=count * (7 if unit == "w" else 1))
        months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        return Day(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError, IndexError) as error:
        raise DateError(f"{count}{unit} goes back too far", "Write a year, as in date:>=1000") from error


def _month(today: Day, back: int) -> Days:
    first = _back(back, "m", today.replace(day=1))
    return _calendar(first.year, first.month, None)


_NAMED = {
    "hom-nay": _day,
    "today": _day,
    "hom-qua": lambda today: _day(_back(1, "d", today)),
    "yesterday": lambda today: _day(_back(1, "d", today)),
    "hom-kia": lambda today: _day(_back(2, "d", today)),
    "thang-nay": lambda today: _month(today, 0),
    "thang-truoc": lambda today: _month(today, 1),
    "nam-nay": lambda today: _calendar(today.year, None, None),
    "nam-ngoai": lambda today: _calendar(today.year - 1, None, None),
}
