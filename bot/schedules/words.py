"""Rules and moments in English. Times of day by the 24-hour clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cron_descriptor import ExpressionDescriptor, Options

from bot.model import Due, OnHoliday, Rhythm, Rule
from bot.schedules.calendars import country_name
from bot.schedules.rules import WEEKDAYS

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # not strftime, which speaks the machine's language


def in_words(rule: Rule) -> str:
    """`every Monday at 09:00, Europe/Berlin`, ready for the middle of a sentence. Wants a rule that `check` passed."""
    at = f"at {rule.at:%H:%M}"
    match rule.rhythm:
        case Rhythm.DAILY:
            said = f"every day {at}"
        case Rhythm.WORKDAYS:
            said = f"every working day (Monday to Friday) {at}"
        case Rhythm.WEEKLY:
            said = f"every {_listed([WEEKDAYS[day] for day in rule.weekdays])} {at}"
        case Rhythm.MONTHLY:
            said = f"on {_day(rule.day)} {at}"
        case Rhythm.CRON:
            said = f"{cron_in_words(rule.cron)} (cron {rule.cron})"
    return f"{said}, {rule.tz}{_holidays(rule)}"


def run_in_words(due: Due, tz: str) -> str:
    """`Monday 30 November 2026, 09:00 (UTC+1)`: the wall clock in `tz`, with what it is ahead of UTC then."""
    here = due.at.astimezone(ZoneInfo(tz))
    day = f"{WEEKDAYS[here.weekday()]} {here.day} {_MONTHS[here.month - 1]} {here.year}"
    return f"{day}, {here:%H:%M} ({_offset(here)})"


def cron_in_words(cron: str) -> str:
    """Wants an expression that was checked."""
    minute, hour, day, *rest = cron.split()
    options = Options(use_24hour_time_format=True, locale_code="en_GB")
    ordered = sorted(day.split(","), key=lambda part: part == "last")
    days = ",".join(ordered).replace("last", "L")  # APScheduler's word, and the describer's
    said = str(ExpressionDescriptor(" ".join((minute, hour, days, *rest)), options).get_description())
    return re.sub(r"\bL\b", "the last", said)  # which it knows alone, not in a list


def _offset(here: datetime) -> str:
    ahead = here.utcoffset() or timedelta()
    minutes = abs(ahead) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    half = f":{minutes % 60:02}" if minutes % 60 else ""
    return f"UTC{'-' if ahead < timedelta() else '+'}{minutes // 60}{half}"


def _day(day: int) -> str:
    if day == -1:
        return "the last day of each month"
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    short = " (or its last day)" if day > 28 else ""
    return f"the {day}{ending} of each month{short}"


def _holidays(rule: Rule) -> str:
    if not rule.holidays or rule.on_holiday is OnHoliday.POST:
        return ""
    where = country_name(rule.holidays)
    if rule.on_holiday is OnHoliday.SKIP:
        return f"; not on public holidays of {where}"
    return f"; if that is a public holiday of {where}, on the next working day"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
