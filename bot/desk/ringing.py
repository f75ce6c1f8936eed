"""Ringing: what has come due becomes an occurrence, written down once; only then is anything posted.

The bell may ring twice, late, or in two processes: an occurrence is a unique row, so that changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot import schedules
from bot.desk import Desk
from bot.desk.alarms import announced
from bot.desk.digests import due
from bot.errors import Conflict, SlackError
from bot.model import (
    SYSTEM,
    Announcement,
    AnnouncementKind,
    CatchUp,
    Due,
    Occurrence,
    OccurrenceState,
    Record,
    Schedule,
    ScheduleState,
)

log = structlog.get_logger(__name__)

LATE = timedelta(minutes=15)
"""A bell that rings later than this was not ringing: what became of the occurrence is for the catch-up rule."""
MOST_AT_ONCE = 50
"""Missed occurrences of a schedule that are written down one by one."""


async def ring(desk: Desk) -> int:
    """Write down what has come due, and have it posted. Safe to repeat. Returns how many occurrences were new."""
    new = 0
    for schedule in await desk.store.entries(Schedule):
        if schedule.active:
            try:
                new += await _ring(desk, schedule)
            except Conflict:
                log.info("digest.rung_elsewhere", schedule=schedule.id)
    return new


def paused(desk: Desk, schedule: Schedule, because: str, *records: Record) -> tuple[Record, ...]:
    """What to save for a schedule that cannot go on: it is paused, and each admin is told once."""
    now = desk.now()
    after = replace(
        schedule,
        version=schedule.version + 1,
        state=ScheduleState.PAUSED,
        paused_because=because,
        changed_at=now,
    )
    told: list[Record] = []
    words = f"{schedule.id} paused itself: {because}. Nothing is posted until somebody resumes it."
    for user_id in sorted(desk.admins):
        told += announced(
            Announcement(
                key=f"paused:{schedule.id}:{after.version}:{user_id}",
                version=1,
                kind=AnnouncementKind.SCHEDULE,
                channel=user_id,
                at=now,
                words=words,
                schedule_id=schedule.id,
            )
        )
    return (after, *records, *told)


async def _ring(desk: Desk, schedule: Schedule) -> int:
    came = await _came_due(desk, schedule)
    if not came:
        return 0
    occurrences = {one: _occurrence(schedule, one) for one in came}
    if await _author_gone(desk, schedule):
        name = await desk.name(schedule.changed_by.user_id)
        because = f"{name}, who set it up, is no longer in this workspace"
        failed = [replace(one, state=OccurrenceState.FAILED, why=because) for one in occurrences.values()]
        await desk.store.save(*paused(desk, schedule, because, *failed))
        return len(came)
    post = _to_post(schedule, came, desk.now())
    records: list[Record] = []
    for one, occurrence in occurrences.items():
        records += due(occurrence) if one in post else [_missed(schedule, occurrence)]
    await desk.store.save(*records)
    return len(came)


def _occurrence(schedule: Schedule, one: Due) -> Occurrence:
    return Occurrence(schedule_id=schedule.id, local=one.local, version=1, due_at=one.at, channel=schedule.channel)


async def _came_due(desk: Desk, schedule: Schedule) -> tuple[Due, ...]:
    """Since the last one that is written down, or since the schedule counts.

    After a change of zone the same wall clock may come twice on a day; the channel has had that one.
    """
    there = {one.local: one.due_at for one in await desk.store.entries(Occurrence, schedule.id) if one.by is None}
    since = max([schedule.since, *there.values()])
    came = schedules.came_due(schedule.rule, since, desk.now(), MOST_AT_ONCE)
    return tuple(one for one in came if one.local not in there)


def _to_post(schedule: Schedule, came: tuple[Due, ...], now: datetime) -> tuple[Due, ...]:
    in_time = tuple(one for one in came if now - one.at <= LATE)
    match schedule.catch_up:
        case CatchUp.ALL:
            return came
        case CatchUp.LATEST:
            return in_time or came[-1:]
        case CatchUp.NONE:
            return in_time


def _missed(schedule: Schedule, occurrence: Occurrence) -> Occurrence:
    rule = "only the latest is caught up" if schedule.catch_up is CatchUp.LATEST else "what was missed is not caught up"
    return replace(occurrence, state=OccurrenceState.MISSED, why=f"the desk was not running; {rule}")


async def _author_gone(desk: Desk, schedule: Schedule) -> bool:
    """Whether the one who last set it up has left. When Slack does not say, they have not."""
    if schedule.changed_by == SYSTEM:
        return False
    try:
        person = await desk.people.person(schedule.changed_by.user_id)
    except SlackError:
        return False
    return person is None or person.deleted
