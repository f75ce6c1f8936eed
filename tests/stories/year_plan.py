"""Twelve schedules in six zones, and every post that is to come of them, worked out day by day without the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.model import CatchUp, OccurrenceState
from tests.stories.year_calendar import AMERICA, AMERICA_LATER, CLOCKS, END, GERMANY, START

BRAND, LEGAL, ASIA, OPS = "C0BRAND", "C0LEGAL", "C0ASIA", "C0OPS"
REMOVED, EDITED = datetime(2027, 3, 10, 12, tzinfo=UTC), datetime(2027, 9, 20, 12, tzinfo=UTC)
PAUSED, RESUMED = datetime(2027, 5, 3, 12, tzinfo=UTC), datetime(2027, 7, 5, 12, tzinfo=UTC)
CHANGES: Mapping[datetime, str] = {
    REMOVED: "remove DG-6",
    PAUSED: "pause DG-8",
    RESUMED: "resume DG-8",
    EDITED: "edit DG-12 10:00",
}
OUTAGE = datetime(2027, 6, 11, 12, tzinfo=UTC), datetime(2027, 6, 14, 12, tzinfo=UTC)
"""The desk does not run: a Friday noon to a Monday noon."""
SLACK_DOWN = datetime(2027, 2, 10, 7, 45, tzinfo=UTC), datetime(2027, 2, 10, 8, 45, tzinfo=UTC)

Walls = Callable[[date], tuple[datetime, ...]]
"""What a calendar day brings, on the wall clock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A schedule as it is typed, and by which reckoning it comes in which stretches of the year."""

    typed: str
    channel: str
    zone: str
    comes: tuple[tuple[datetime, datetime, Walls], ...]
    catch_up: CatchUp = CatchUp.LATEST


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Expected:
    """One occurrence, and what becomes of it."""

    at: datetime
    key: str
    channel: str
    state: OccurrenceState


def daily(hour: int, minute: int = 0) -> Walls:
    return lambda day: (datetime.combine(day, time(hour, minute)),)


def on(days: Callable[[date], bool], *times: time) -> Walls:
    return lambda day: tuple(datetime.combine(day, at) for at in times if days(day))


def year(walls: Walls, *, start: datetime = START, end: datetime = END) -> tuple[datetime, datetime, Walls]:
    return start, end, walls


def last_of_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def in_new_york_later(day: date) -> tuple[datetime, ...]:
    """Thursdays and Fridays; a holiday's comes on the next working day, which may have one of its own."""
    return (datetime.combine(AMERICA_LATER.get(day, day), time(18)),) if day.weekday() in (3, 4) else ()


PLAN: Mapping[str, Planned] = {
    "DG-1": Planned(
        typed="daily 02:30 Europe/Berlin", channel=BRAND, zone="Europe/Berlin", comes=(year(daily(2, 30)),)
    ),
    "DG-2": Planned(
        typed="daily 02:30 America/New_York", channel=BRAND, zone="America/New_York", comes=(year(daily(2, 30)),)
    ),
    "DG-3": Planned(
        typed="workdays 09:00 Europe/Berlin holidays:DE on-holiday:skip catch-up:none",
        channel=LEGAL,
        zone="Europe/Berlin",
        comes=(year(on(lambda day: day.weekday() < 5 and day not in GERMANY, time(9))),),
        catch_up=CatchUp.NONE,
    ),
    # Whatever is moved meets the next working day's own, and is one with it.
    "DG-4": Planned(
        typed="workdays 09:00 America/New_York holidays:US on-holiday:shift catch-up:all",
        channel=LEGAL,
        zone="America/New_York",
        comes=(year(on(lambda day: day.weekday() < 5 and day not in AMERICA, time(9))),),
        catch_up=CatchUp.ALL,
    ),
    "DG-5": Planned(
        typed="weekly thu,fri 18:00 America/New_York holidays:US on-holiday:shift",
        channel=OPS,
        zone="America/New_York",
        comes=(year(in_new_york_later),),
    ),
    "DG-6": Planned(
        typed="weekly mon,wed,fri 10:15 Asia/Shanghai",
        channel=ASIA,
        zone="Asia/Shanghai",
        comes=(year(on(lambda day: day.weekday() in (0, 2, 4), time(10, 15)), end=REMOVED),),
    ),
    "DG-7": Planned(
        typed='cron:"15,45 1,2 * * sun" Australia/Lord_Howe catch-up:all',
        channel=ASIA,
        zone="Australia/Lord_Howe",
        comes=(year(on(lambda day: day.weekday() == 6, time(1, 15), time(1, 45), time(2, 15), time(2, 45))),),
        catch_up=CatchUp.ALL,
    ),
    "DG-8": Planned(
        typed="daily 00:30 America/Santiago",
        channel=OPS,
        zone="America/Santiago",
        comes=(year(daily(0, 30), end=PAUSED), year(daily(0, 30), start=RESUMED)),
    ),
    "DG-9": Planned(
        typed='cron:"30 23 * jan-apr,jun,sep sat" America/Santiago',
        channel=OPS,
        zone="America/Santiago",
        comes=(year(on(lambda day: day.month in (1, 2, 3, 4, 6, 9) and day.weekday() == 5, time(23, 30))),),
    ),
    "DG-10": Planned(
        typed="monthly 31 12:00 Asia/Kolkata",
        channel=ASIA,
        zone="Asia/Kolkata",
        comes=(year(on(last_of_month, time(12))),),
    ),
    "DG-11": Planned(
        typed="monthly last 23:45 Asia/Shanghai",
        channel=ASIA,
        zone="Asia/Shanghai",
        comes=(year(on(last_of_month, time(23, 45))),),
    ),
    "DG-12": Planned(
        typed="daily 09:00 Europe/Berlin catch-up:none",
        channel=BRAND,
        zone="Europe/Berlin",
        comes=(year(daily(9), end=EDITED), year(daily(10), start=EDITED)),
        catch_up=CatchUp.NONE,
    ),
}


def expected() -> list[Expected]:
    """Everything that comes due in the year."""
    return sorted(one for schedule_id, planned in PLAN.items() for one in _with_fates(schedule_id, planned))


def _with_fates(schedule_id: str, planned: Planned) -> Iterator[Expected]:
    due = {at: shown for start, end, walls in planned.comes for at, shown in _due(planned, walls) if start < at <= end}
    missed = sorted(at for at in due if OUTAGE[0] < at <= OUTAGE[1])
    caught_up = {CatchUp.ALL: missed, CatchUp.LATEST: missed[-1:], CatchUp.NONE: []}[planned.catch_up]
    for at, shown in due.items():
        gone = at in missed and at not in caught_up
        state = OccurrenceState.MISSED if gone else OccurrenceState.POSTED
        yield Expected(at=at, key=f"{schedule_id}/{shown}", channel=planned.channel, state=state)


def _due(planned: Planned, walls: Walls) -> Iterator[tuple[datetime, str]]:
    day = date(2026, 12, 30)
    while day < date(2028, 1, 3):
        for wall in walls(day):
            yield CLOCKS[planned.zone].moment(wall)
        day += timedelta(days=1)
