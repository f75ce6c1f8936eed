"""A day to come, in people's words: `2026-12-01`, `1 Dec`, `tomorrow`, `fri`, `in 2 weeks`, `3d`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bot.errors import Invalid
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped
from bot.grammar.wish_values import DAYS as WEEKDAYS

LONGEST = timedelta(days=5 * 366)
"""Nobody plans further ahead; a year that far off is a slip."""

_NAMES = (
    "jan january",
    "feb february",
    "mar march",
    "apr april",
    "may",
    "jun june",
    "jul july",
    "aug august",
    "sep sept september",
    "oct october",
    "nov november",
    "dec december",
)
_MONTHS: Mapping[str, int] = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_ENDS = r"(?=[\s,;:.]|$)[,;:.]?"
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TH = r"([0-9]{1,2})(?:st|nd|rd|th)?"


def read_day(said: str, today: date) -> tuple[date, str]:
    """The day the words begin with, and the words after it.

    A day without a year is the next such one; a weekday is never today, unless a date comes after it.

    Raises:
        Invalid: they begin with no day, with one that is over or more than five years ahead, or with a weekday and a
            date that is another one.
    """
    said = said.strip()
    if (before := _BEFORE_A_DATE.match(said)) is not None:
        day, rest = read_day(said[before.end() :], today)
        if day.weekday() != WEEKDAYS[before[1].casefold()]:
            raise Invalid(f"{in_full(day)} is no {quoted(before[1])}; say one of them alone.", field="on")
        return day, rest
    for pattern, read in _READERS:
        found = pattern.match(said)
        if found is None:
            continue
        try:
            day = read(found, today)
        except (ValueError, OverflowError):
            raise _none(found[0].rstrip(" ,;:.")) from None
        return check_day(day, today), said[found.end() :].strip()
    raise _none(said.split(maxsplit=1)[0] if said else "")


def check_day(day: date, today: date) -> date:
    """The day, if something can be planned for it. Raises: Invalid: beside the field `on`."""
    if day < today:
        raise Invalid(f"{in_full(day)} is over; say a day from today on.", field="on")
    if day - today > LONGEST:
        raise Invalid(f"{in_full(day)} is more than five years ahead; say an earlier day.", field="on")
    return day


def in_full(day: date) -> str:
    """`Tue 1 Dec 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def _none(said: str) -> Invalid:
    first = f"{quoted(unescaped(said))} is not a day I know. " if said else ""
    return Invalid(f"{first}Write the day as `2026-12-01`, `1 Dec`, `fri`, `tomorrow` or `in 2 weeks`.", field="on")


def _iso(found: re.Match[str], today: date) -> date:
    return date(int(found[1]), int(found[2]), int(found[3]))


def _dotted(found: re.Match[str], today: date) -> date:
    return date(int(found[3]), int(found[2]), int(found[1]))


def _day_first(found: re.Match[str], today: date) -> date:
    return _in_year(int(found[1]), _MONTHS[found[2].casefold()], found[3], today)


def _month_first(found: re.Match[str], today: date) -> date:
    return _in_year(int(found[2]), _MONTHS[found[1].casefold()], found[3], today)


def _in_year(day: int, month: int, year: str | None, today: date) -> date:
    if year:
        return date(int(year), month, day)
    for ahead in range(9):  # until the next 29 February, at the turn of a century too
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if found >= today:
            return found
    raise ValueError("no such day")


def _named(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=1 if found[1].casefold() == "tomorrow" else 0)


def _later(found: re.Match[str], today: date) -> date:
    count = _COUNTS.get(found[1].casefold()) or int(found[1])
    match found[2].casefold()[0]:
        case "d":
            return today + timedelta(days=count)
        case "w":
            return today + timedelta(weeks=count)
    years, month = divmod(today.month - 1 + count, 12)
    for day in range(today.day, 27, -1):  # a month has no 31st: its last day
        try:
            return date(today.year + years, month + 1, day)
        except ValueError:
            continue
    return date(today.year + years, month + 1, today.day)


def _weekday(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=(WEEKDAYS[found[1].casefold()] - today.weekday() - 1) % 7 + 1)


_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_DATES = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
    r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}",
    rf"{_TH}\.?\s+(?:of\s+)?(?:{_MONTH})",
    rf"(?:{_MONTH})\.?\s+{_TH}",
)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words + _ENDS, re.ASCII | re.IGNORECASE)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (_pattern(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), _iso),
    (_pattern(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})"), _dotted),
    (_pattern(rf"{_TH}\.?\s+(?:of\s+)?({_MONTH})(?:\.?,?\s+([0-9]{{4}}))?"), _day_first),
    (_pattern(rf"({_MONTH})\.?\s+{_TH}(?:,?\s+([0-9]{{4}}))?"), _month_first),
    (_pattern(r"(today|tomorrow)"), _named),
    (_pattern(r"in\s+([0-9]{1,3}|an?|one|two|three|four|six)\s+(days?|weeks?|months?)"), _later),
    (_pattern(r"([0-9]{1,3})\s*(d|w|days?|weeks?|months?)"), _later),
    (_pattern(rf"(?:on\s+|next\s+)?({_WEEKDAY})"), _weekday),
)
_BEFORE_A_DATE = re.compile(
    rf"(?:on\s+)?({_WEEKDAY})(?:\.?,?\s+)(?:the\s+)?(?=(?:{'|'.join(_DATES)}){_ENDS})", re.ASCII | re.IGNORECASE
)
"""A weekday that says again which day the date after it is, as in `Tue 1 Dec 2026`."""
