"""Whether a rule can be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.errors import Invalid
from bot.model import OnHoliday, Rhythm, Rule
from bot.schedules.calendars import country
from bot.schedules.crons import DAYS, checked_cron
from bot.schedules.zones import zone

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check(rule: Rule) -> Rule:
    """The rule as it is kept: names spelt out, weekdays in order, and nothing that its rhythm does not use.

    Raises:
        Invalid: beside `tz`, `at`, `weekdays`, `day`, `cron` or `holidays`.
    """
    return replace(
        rule,
        tz=zone(rule.tz),
        at=time(9, 0) if rule.rhythm is Rhythm.CRON else _at(rule.at),
        weekdays=_weekdays(rule.weekdays) if rule.rhythm is Rhythm.WEEKLY else (),
        day=_day(rule.day) if rule.rhythm is Rhythm.MONTHLY else 1,
        cron=checked_cron(rule.cron) if rule.rhythm is Rhythm.CRON else "",
        holidays=_holidays(rule.holidays, rule.on_holiday),
    )


def crontab(rule: Rule) -> str:
    """The rule's wall-clock times as cron. The end of a month stands for all of its days after the 28th."""
    at = f"{rule.at.minute} {rule.at.hour}"
    match rule.rhythm:
        case Rhythm.DAILY:
            return f"{at} * * *"
        case Rhythm.WORKDAYS:
            return f"{at} * * mon-fri"
        case Rhythm.WEEKLY:
            return f"{at} * * {','.join(DAYS[day] for day in rule.weekdays)}"
        case Rhythm.MONTHLY:
            return f"{at} {rule.day if 1 <= rule.day <= 28 else 'last'} * *"
        case Rhythm.CRON:
            return rule.cron


def _at(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond:
        raise Invalid("Say the time as hours and minutes, such as 09:00.", field="at")
    return at.replace(fold=0)


def _weekdays(weekdays: tuple[int, ...]) -> tuple[int, ...]:
    if not weekdays:
        raise Invalid("Choose at least one weekday.", field="weekdays")
    if not all(0 <= day <= 6 for day in weekdays):
        raise Invalid("A week has the days Monday to Sunday. Choose among those.", field="weekdays")
    return tuple(sorted(set(weekdays)))


def _day(day: int) -> int:
    if day != -1 and not 1 <= day <= 31:
        raise Invalid("A month has the days 1 to 31. Choose one of them, or the last.", field="day")
    return day


def _holidays(code: str, on_holiday: OnHoliday) -> str:
    if code.strip():
        return country(code)
    if on_holiday is not OnHoliday.POST:
        raise Invalid("Say which country's public holidays count, such as DE or Germany.", field="holidays")
    return ""
