"""The moments that a rule names."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.model import Due, OnHoliday, Rhythm, Rule
from bot.schedules.calendars import LONGEST_SHIFT, holiday, working_day_from
from bot.schedules.crons import trigger
from bot.schedules.rules import crontab

HORIZON = timedelta(days=5 * 366)
# Clocks have jumped by a whole day (Samoa, 2011), never by more.
_JUMP = timedelta(hours=25)
_MINUTE = timedelta(minutes=1)


def following(rule: Rule, after: datetime) -> Iterator[Due]:
    """What is due later than `after`, for five years at most, in order; wherever it starts, it names the same moments.

    Wants a rule that `check` has passed.
    """
    zone = ZoneInfo(rule.tz)
    seen = after
    waiting: list[tuple[datetime, datetime]] = []
    for cursor, wall in _walls(rule, after.astimezone(zone).replace(tzinfo=None)):
        while waiting and waiting[0][1] + _JUMP < cursor:
            at, _ = heapq.heappop(waiting)
            if at > seen:
                yield _due(at, zone)
                seen = at
        heapq.heappush(waiting, (wall.replace(tzinfo=zone).astimezone(UTC), wall))
    for at, _ in sorted(waiting):
        if at > seen:
            yield _due(at, zone)
            seen = at


def next_runs(rule: Rule, after: datetime, count: int = 3) -> tuple[Due, ...]:
    """The first few, fewer when there are no more within five years."""
    return tuple(islice(following(rule, after), count))


def came_due(rule: Rule, since: datetime, now: datetime, limit: int = 100) -> tuple[Due, ...]:
    """What came due later than `since` and by `now`: the newest `limit`, oldest first."""
    span = timedelta(days=1)
    while True:
        start = max(since, now - span)
        found = tuple(_until(rule, start, now))
        if len(found) >= limit or start == since:
            return found[-limit:] if limit > 0 else ()
        span *= 4


def _until(rule: Rule, start: datetime, now: datetime) -> Iterator[Due]:
    for due in following(rule, start):
        if due.at > now:
            return
        yield due


def _due(at: datetime, zone: ZoneInfo) -> Due:
    return Due(local=at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"), at=at)


def _walls(rule: Rule, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Wall-clock times before and after holidays moved them. None that comes later is moved to before the first."""
    early = _JUMP + timedelta(days=LONGEST_SHIFT if rule.on_holiday is OnHoliday.SHIFT else 0)
    for wall in _named(rule, after - early, after + HORIZON):
        if rule.on_holiday is OnHoliday.POST or not holiday(rule.holidays, wall.date()):
            yield wall, wall
        elif rule.on_holiday is OnHoliday.SHIFT:
            yield wall, datetime.combine(working_day_from(rule.holidays, wall.date()), wall.time())


def _named(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """The wall-clock times in order, holidays or not."""
    times = trigger(crontab(rule), until=end.replace(tzinfo=UTC))
    at: datetime | None = times.get_next_fire_time(None, start.replace(tzinfo=UTC))
    while at is not None:
        wall = at.replace(tzinfo=None)
        short = rule.rhythm is Rhythm.MONTHLY and 28 < rule.day < wall.day
        yield wall.replace(day=rule.day) if short else wall
        at = times.get_next_fire_time(None, at + _MINUTE)
