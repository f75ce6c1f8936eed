"""Ringing: what has come due becomes an occurrence, written down once; only then is anything posted.

The bell may ring twice, late, or in two processes: an occurrence is a unique row, so that changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.desk import Desk
from bot.desk.announcing import to_admins
from bot.desk.occurrences import NoTelling, came_due, to_write
from bot.errors import Conflict, SlackError, StoreError
from bot.model import AnnouncementKind, OccurrenceState, Record, Schedule, ScheduleState

log = structlog.get_logger(__name__)


async def ring(desk: Desk) -> None:
    """Write down what has come due, and have it posted. Safe to repeat. No schedule stands in the way of another.

    Raises:
        StoreUnavailable: nothing can be written down just now.
    """
    for schedule in await desk.store.entries(Schedule):
        if not schedule.active:
            continue
        try:
            await _ring(desk, schedule)
        except Conflict:
            log.info("digest.rung_elsewhere", schedule=schedule.id)
        except StoreError:
            raise
        except Exception:
            log.exception("digest.cannot_ring", schedule=schedule.id)  # the next bell tries again


async def paused(desk: Desk, schedule: Schedule, because: str, *records: Record) -> tuple[Record, ...]:
    """What to save for a schedule that cannot go on: it is paused, and each admin is told once."""
    now = desk.now()
    after = replace(
        schedule,
        version=schedule.version + 1,
        state=ScheduleState.PAUSED,
        paused_because=because,
        changed_at=now,
    )
    words = f"{schedule.id} paused itself: {because}. Nothing is posted until somebody resumes it."
    key = f"paused:{schedule.id}:{after.version}"
    told = await to_admins(desk, AnnouncementKind.SCHEDULE, key, words, schedule_id=schedule.id)
    return (after, *records, *told)


async def _ring(desk: Desk, schedule: Schedule) -> None:
    try:
        came = await came_due(desk, schedule)
    except NoTelling:
        log.exception("digest.no_telling", schedule=schedule.id)
        await desk.store.save(
            *await paused(desk, schedule, "its days and times cannot be worked out any more; edit it")
        )
        return
    if not came:
        return
    if await _author_gone(desk, schedule):
        name = await desk.name(schedule.changed_by.user_id)
        because = f"{name}, who set it up, is no longer in this workspace"
        failed = [one.over(OccurrenceState.FAILED, because, version=1) for one in came]
        await desk.store.save(*await paused(desk, schedule, because, *failed))
        return
    await desk.store.save(*await to_write(desk, schedule))


async def _author_gone(desk: Desk, schedule: Schedule) -> bool:
    """Whether the one who last set it up has left. When Slack does not say, they have not."""
    try:
        person = await desk.people.person(schedule.changed_by.user_id)
    except SlackError:
        return False
    return person is None or person.deleted
