"""Occurrences: what has come due of a schedule, to be written down before anything is posted."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, takewhile

from bot import schedules
from bot.desk import Desk
from bot.model import CatchUp, Delivery, DeliveryKind, Due, Occurrence, OccurrenceState, Record, Schedule

LATE = timedelta(minutes=15)
"""A bell that rings later than this was not ringing: what became of the occurrence is for the catch-up rule."""
MOST_AT_ONCE = 50
"""Occurrences of a schedule that are written down at one ring."""


def due(occurrence: Occurrence) -> tuple[Record, ...]:
    """The occurrence, with the delivery that posts it."""
    delivery = Delivery(
        id=f"digest:{occurrence.key}",
        kind=DeliveryKind.DIGEST,
        lane=f"slack:{occurrence.channel}",
        subject=occurrence.key,
        due_at=occurrence.due_at,
    )
    return occurrence, delivery


async def came_due(desk: Desk, schedule: Schedule) -> tuple[Occurrence, ...]:
    """What has come due since the last one that is written down, or since the schedule counts, oldest first.

    What lies ahead of the clock was written down by a clock that was wrong, and silences nothing.
    """
    there = await written(desk, schedule)
    now = desk.now()
    since = max([schedule.since, *(one.due_at for one in there.values() if one.due_at <= now + LATE)])
    if schedule.catch_up is CatchUp.ALL:
        coming = takewhile(lambda one: one.at <= now, schedules.following(schedule.rule, since))
        came = tuple(islice(coming, MOST_AT_ONCE))  # the rest is for the next ring
    else:
        came = schedules.came_due(schedule.rule, since, now, MOST_AT_ONCE)
    return tuple(_occurrence(schedule, one) for one in came if one.local not in there)


async def to_write(desk: Desk, schedule: Schedule) -> tuple[Record, ...]:
    """The records of what has come due: what the catch-up rule leaves out is written down as missed."""
    came = await came_due(desk, schedule)
    now = desk.now()
    in_time = tuple(one for one in came if now - one.due_at <= LATE)
    post = {CatchUp.ALL: came, CatchUp.LATEST: in_time or came[-1:], CatchUp.NONE: in_time}[schedule.catch_up]
    return tuple(record for one in came for record in (due(one) if one in post else (_missed(schedule, one),)))


async def coming(desk: Desk, schedule: Schedule, count: int) -> tuple[Due, ...]:
    """The next occurrences. After a change of zone a wall-clock time that the channel has had does not come again."""
    if not schedule.active:
        return ()
    there = await written(desk, schedule)
    ahead = schedules.following(schedule.rule, max(desk.now(), schedule.since))
    return tuple(islice((one for one in ahead if one.local not in there), count))


async def written(desk: Desk, schedule: Schedule) -> dict[str, Occurrence]:
    """The occurrences on disk that the rule named, by local time."""
    there = await desk.store.entries(Occurrence, schedule.id)
    return {one.local: one for one in there if one.by is None}


def _occurrence(schedule: Schedule, one: Due) -> Occurrence:
    return Occurrence(schedule_id=schedule.id, local=one.local, version=1, due_at=one.at, channel=schedule.channel)


def _missed(schedule: Schedule, occurrence: Occurrence) -> Occurrence:
    rule = "only the latest is caught up" if schedule.catch_up is CatchUp.LATEST else "what was missed is not caught up"
    return occurrence.over(OccurrenceState.MISSED, f"the desk was not running; {rule}", version=1)
