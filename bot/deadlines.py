"""Deadlines: how a term in days is counted, and when somebody is reminded of one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.schedules.calendars import holiday

DAY = timedelta(days=1)
SUNDAY, WEEKEND = frozenset({6}), frozenset({5, 6})
WAKING = (time(8, 0), time(20, 0))
"""Nobody is reminded at night."""
WORKING = (time(9, 0), time(18, 0))
_BEFORE = (DAY, timedelta(hours=4))
_APART = timedelta(hours=1)


def after_days(start: datetime, days: int, *, skip: Collection[int] = (), country: str = "") -> datetime:
    """The same time of day after so many days that are neither of the weekdays `skip` (Monday 0) nor a public holiday.

    Counted on the calendar of `start`'s own zone.
    """
    at = start
    while days > 0:
        at += DAY
        if at.weekday() not in skip and not holiday(country, at.date()):
            days -= 1
    return at


def reminders(start: datetime, deadline: datetime, tz: str) -> tuple[datetime, ...]:
    """When to remind: half-way, a day before and four hours before, in the waking hours of `tz`, an hour apart.

    Later than `start`, earlier than the deadline; the last of them is for more people than the first.
    """
    moments = (start + (deadline - start) / 2, *(deadline - before for before in _BEFORE))
    chosen: list[datetime] = []
    for moment in sorted(_awake(moment, start, deadline, tz) for moment in moments):
        last = chosen[-1] if chosen else start
        if moment - last >= _APART and moment < deadline:
            chosen.append(moment)
    return tuple(chosen)


def series(start: datetime, after: Iterable[timedelta], tz: str) -> tuple[datetime, ...]:
    """So long after `start` each, moved on into working hours of `tz`, and to another day where two would meet."""
    chosen: list[datetime] = []
    for wait in after:
        at = at_work(start + wait, tz)
        if chosen and at - chosen[-1] < _APART:
            at = at_work(chosen[-1] + DAY, tz)
        chosen.append(at)
    return tuple(chosen)


def at_work(moment: datetime, tz: str) -> datetime:
    """The moment, or the next morning of a working day in that zone."""
    local = moment.astimezone(ZoneInfo(tz))
    begins, ends = WORKING
    if local.time() >= ends:
        local = (local + DAY).replace(hour=begins.hour, minute=0, second=0, microsecond=0)
    while local.weekday() in WEEKEND:
        local = (local + DAY).replace(hour=begins.hour, minute=0, second=0, microsecond=0)
    if local.time() < begins:
        local = local.replace(hour=begins.hour, minute=0, second=0, microsecond=0)
    return local.astimezone(moment.tzinfo)


def _awake(moment: datetime, start: datetime, deadline: datetime, tz: str) -> datetime:
    """The moment, or the evening before it, or the morning after it, whichever there is time for."""
    local = moment.astimezone(ZoneInfo(tz))
    early, late = WAKING
    if early <= local.time() < late:
        return moment
    evening = local.replace(hour=late.hour - 1, minute=0, second=0, microsecond=0)
    if local.time() < early:
        evening -= DAY
    evening = evening.astimezone(moment.tzinfo)
    if evening - start >= _APART:
        return evening
    morning = local.replace(hour=early.hour, minute=0, second=0, microsecond=0)
    if local.time() >= late:
        morning += DAY
    morning = morning.astimezone(moment.tzinfo)
    return morning if morning < deadline else moment
