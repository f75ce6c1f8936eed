"""Occurrences: what has come due of a schedule, to be written down before anything is posted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, takewhile

from bot import schedules
from bot.desk import Desk
from bot.errors import TakedownError
from bot.model import CatchUp, Delivery, DeliveryKind, Due, Occurrence, OccurrenceState, Record, Schedule

LATE = timedelta(minutes=15)
"""A bell that rings later than this was not ringing: what became of the occurrence is for the catch-up rule."""
OVERDUE = timedelta(hours=3)
"""Written down in time but not posted so long after, it is for the catch-up rule, too: Slack was closed to us."""
MOST_AT_ONCE = 50
"""Occurrences of a schedule that are written down at one ring."""


class NoTelling(TakedownError):
    """The days and times of a schedule cannot be worked out any more."""


_LOCAL = len("2026-10-25T09:00")
_SEEN = (OccurrenceState.DUE, OccurrenceState.POSTED)


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

    Raises:
        NoTelling: an update of a library no longer knows its zone or country, for instance.
    """
    there, now = await written(desk, schedule), desk.now()
    since = max([schedule.since, *(one.due_at for one in there if one.due_at <= now + LATE)])
    try:
        came = tuple(_fresh(_came(schedule, since, now), there))
    except Exception as error:
        raise NoTelling from error
    return tuple(_occurrence(schedule, one) for one in came)


async def to_write(desk: Desk, schedule: Schedule) -> tuple[Record, ...]:
    """The records of what has come due: what the catch-up rule leaves out is written down as missed."""
    came = await came_due(desk, schedule)
    now = desk.now()
    in_time = tuple(one for one in came if now - one.due_at <= LATE)
    post = {CatchUp.ALL: came, CatchUp.LATEST: in_time or came[-1:], CatchUp.NONE: in_time}[schedule.catch_up]
    return tuple(record for one in came for record in (due(one) if one in post else (_missed(schedule, one),)))


async def coming(desk: Desk, schedule: Schedule, count: int) -> tuple[Due, ...]:
    """The next occurrences."""
    if not schedule.active:
        return ()
    ahead = schedules.following(schedule.rule, max(desk.now(), schedule.since))
    return tuple(islice(_fresh(ahead, await written(desk, schedule)), count))


async def too_late(desk: Desk, schedule: Schedule, occurrence: Occurrence) -> str:
    """Why an occurrence that could not be posted for long is not posted any more; empty when it still is."""
    overdue = desk.now() - occurrence.due_at > OVERDUE
    if occurrence.by is not None or not overdue or schedule.catch_up is CatchUp.ALL:
        return ""
    if schedule.catch_up is CatchUp.NONE:
        return "it could not be posted in time; what was missed is not caught up"
    later = [one for one in await written(desk, schedule) if occurrence.due_at < one.due_at <= desk.now()]
    latest = not (later or await came_due(desk, schedule))
    return "" if latest else "it could not be posted in time; only the latest is caught up"


async def written(desk: Desk, schedule: Schedule) -> tuple[Occurrence, ...]:
    """The occurrences on disk that the rule named."""
    return tuple(one for one in await desk.store.entries(Occurrence, schedule.id) if one.by is None)


def _came(schedule: Schedule, since: datetime, now: datetime) -> Iterable[Due]:
    if schedule.catch_up is not CatchUp.ALL:
        return schedules.came_due(schedule.rule, since, now, MOST_AT_ONCE)
    coming = takewhile(lambda one: one.at <= now, schedules.following(schedule.rule, since))
    return islice(coming, MOST_AT_ONCE)  # the rest is for the next ring


def _fresh(ahead: Iterable[Due], there: Sequence[Occurrence]) -> Iterator[Due]:
    """Those that are not on disk yet.

    After a change of zone the same time on the clock comes at another moment once more: not to a channel that has had
    it, or is about to; and otherwise under a name of its own.
    """
    had: dict[str, list[Occurrence]] = {}
    for one in there:
        had.setdefault(one.local[:_LOCAL], []).append(one)
    for due_ in ahead:
        before = had.get(due_.local, ())
        if not any(one.due_at == due_.at or one.state in _SEEN for one in before):
            yield replace(due_, local=f"{due_.local} at {due_.at:%H:%M} UTC") if before else due_


def _occurrence(schedule: Schedule, one: Due) -> Occurrence:
    return Occurrence(schedule_id=schedule.id, local=one.local, version=1, due_at=one.at, channel=schedule.channel)


def _missed(schedule: Schedule, occurrence: Occurrence) -> Occurrence:
    rule = "only the latest is caught up" if schedule.catch_up is CatchUp.LATEST else "what was missed is not caught up"
    return occurrence.over(OccurrenceState.MISSED, f"the desk was not running; {rule}", version=1)
