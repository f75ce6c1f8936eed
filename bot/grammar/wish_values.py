"""The values a schedule is typed with: times, weekdays, windows, choices. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from enum import StrEnum
from typing import TypeVar

from bot import schedules
from bot.errors import Invalid
from bot.grammar.nearness import meant, quoted
from bot.model import CatchUp, OnHoliday

MOST_DAYS = 366
MOST_NOTICES = 100

_Choice = TypeVar("_Choice", bound=StrEnum)

_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(am|pm)|([0-9]{1,2})[:.]([0-9]{2})|([0-9]{1,2})h([0-9]{2})?")
_WINDOW = re.compile(r"([0-9]{1,4})\s*(d|w|days?|weeks?)?", re.IGNORECASE)
_NAMED_TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_FORMS = (
    "mon mons monday mondays",
    "tue tues tuesday tuesdays",
    "wed weds wednesday wednesdays",
    "thu thur thurs thursday thursdays",
    "fri fris friday fridays",
    "sat sats saturday saturdays",
    "sun suns sunday sundays",
)
DAYS: Mapping[str, int] = {form: number for number, forms in enumerate(_FORMS) for form in forms.split()}
"""Every word for a weekday; Monday is 0."""

_YES = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


def is_time(said: str) -> bool:
    return said in _NAMED_TIMES or _TIME.fullmatch(said) is not None


def is_window(said: str) -> bool:
    """`30d` and the like; a bare number is not."""
    found = _WINDOW.fullmatch(said)
    return found is not None and found[2] is not None


def weekdays(said: str) -> tuple[int, ...]:
    """`mon`, `mondays`, `mon,thu`, `mon-fri`, `fri-mon`; empty when it is something else."""
    days: list[int] = []
    for part in re.split(r"[,+&]", said):
        ends = [DAYS.get(word) for word in re.split("[-–]", part, maxsplit=1)]
        first, last = ends[0], ends[-1]
        if first is None or last is None:
            return ()
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return tuple(days)


def time_of_day(said: str) -> time:
    """Of `09:00`, `9am`, `9:30pm`, `18h`, `18h30` or `noon`.

    Raises:
        Invalid: no such time.
    """
    if said in _NAMED_TIMES:
        return _NAMED_TIMES[said]
    found = _TIME.fullmatch(said)
    numbers = [int(number) for number in found.group(1, 2, 4, 5, 6, 7) if number and number.isdigit()] if found else []
    hour, minute = (*numbers, 0, 0)[:2] if numbers else (24, 0)
    if found is not None and found[3]:
        hour = hour % 12 + (12 if found[3] == "pm" else 0) if 1 <= hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise Invalid(f"{quoted(said)} is not a time of day. Write it like 09:00 or 18:30.", field="at")
    return time(hour, minute)


def window(value: str) -> int:
    """In days.

    Raises:
        Invalid: not between 1 and 366 days.
    """
    found = _WINDOW.fullmatch(value)
    days = int(found[1]) * (7 if (found[2] or "d").casefold().startswith("w") else 1) if found else 0
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(
            f"{quoted(value)} is not a window of 1 to {MOST_DAYS} days. Write it like 30d or 12w.", field="window"
        )
    return days


def _threshold(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", value) or not 1 <= int(value) <= MOST_NOTICES:
        raise Invalid(
            f"{quoted(value)} is not a threshold. It is a number of notices from 1 to {MOST_NOTICES}.",
            field="threshold",
        )
    return int(value)


def _keys(value: str) -> tuple[str, ...]:
    keys = [key.strip() for key in value.split(",") if key.strip()]
    return () if [key.casefold() for key in keys] in ([], ["all"]) else tuple(dict.fromkeys(keys))


def _yes(value: str) -> bool:
    said = _YES.get(value.casefold())
    if said is None:
        raise Invalid(f"{quoted(value)} is neither yes nor no.")
    return said


def _choice(kind: type[_Choice], field: str, value: str) -> _Choice:
    try:
        return kind(value.casefold())
    except ValueError:
        there_are = f"There are {', '.join(f'`{one}`' for one in kind)}."
        advice = meant(value, [str(one) for one in kind], otherwise=there_are)
        raise Invalid(f"I do not know {quoted(value)} here. {advice}", field=field) from None


def _holidays(value: str) -> str:
    return "" if value.casefold() in ("none", "off") else schedules.country(value)  # `no` is Norway


READERS: Mapping[str, Callable[[str], object]] = {
    "threshold": _threshold,
    "window_days": window,
    "rights": _keys,
    "marketplaces": lambda value: _keys(value.casefold()),
    "holidays": _holidays,
    "on_holiday": lambda value: _choice(OnHoliday, "on_holiday", value),
    "catch_up": lambda value: _choice(CatchUp, "catch_up", value),
    "cron": schedules.checked_cron,
    "tz": schedules.zone,
    "quiet_when_empty": _yes,
    "only_on_change": _yes,
}
"""What reads the value of an option, by the part of the wish it fills."""
