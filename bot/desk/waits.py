"""What waits for a person without a date on it: it is found here at every step of a notice, so that none is forgotten.

Pure. `bot.desk.nudging` reminds of it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model import AT_MARKETPLACE, Delivery, DeliveryKind, Notice, Status, Whose


class Wait(StrEnum):
    """What for."""

    APPROVAL = "approval"
    INPUT = "input"
    COUNTER_NOTICE = "counter_notice"
    BY_HAND = "by_hand"
    UNCERTAIN = "uncertain"


_BY_STATUS = {
    Status.AWAITING_APPROVAL: Wait.APPROVAL,
    Status.BY_HAND: Wait.BY_HAND,
    Status.UNCERTAIN: Wait.UNCERTAIN,
}
SNOOZED = "snoozed"
"""How the mark of a series begins that is one look, at the end of a snooze."""


def what(notice: Notice) -> Wait | None:
    """What a notice waits for, unless a date of ours is set for it: then that is what is reminded of."""
    if notice.deadline is not None and (notice.contested or notice.deadline.whose is Whose.OURS):
        return None
    if notice.answer is not None:
        return None
    if notice.contested and notice.status in AT_MARKETPLACE:
        return Wait.COUNTER_NOTICE
    if notice.status is Status.NEEDS_INPUT:
        return Wait.INPUT
    return _BY_STATUS.get(notice.status)


def marks(notice: Notice) -> frozenset[str]:
    """The series of its batch that a notice is in: with those that began to wait on the same day, and for a snooze."""
    began = f"{notice.stands_since or notice.filed_at:%Y%m%d}"
    series = notice.id if what(notice) is Wait.COUNTER_NOTICE else began
    return frozenset({series, *([snoozed(notice.snoozed_until)] if notice.snoozed_until else [])})


def snoozed(until: datetime) -> str:
    return f"{SNOOZED}{until:%Y%m%dT%H%M%S}"


def watch(before: Notice | None, after: Notice) -> tuple[Delivery, ...]:
    """The first look at what has begun to wait; the reminders are worked out then.

    What begins on one day, in one batch, for the same, is one series, which the latest of them begins anew.
    """
    wait = what(after)
    if wait is None or (before is not None and what(before) is wait):
        return ()
    (mark,) = marks(after) - {snoozed(after.snoozed_until) if after.snoozed_until else ""}
    return (look(after.batch_id, wait, mark, at=after.updated_at, began=after.updated_at),)


def look(batch_id: str, wait: Wait, mark: str, *, at: datetime, began: datetime, told: int = 0) -> Delivery:
    """Look at `at` what of a series still waits, which began then; `told` is how often was reminded."""
    return Delivery(
        id=f"nudge:{batch_id}:{wait}:{mark}",
        kind=DeliveryKind.NUDGE,
        lane="reminders",
        subject=batch_id,
        due_at=at,
        words=f"{wait} {mark} {began.isoformat()} {told}",
    )


def read(delivery: Delivery) -> tuple[Wait, str, datetime, int]:
    """What `look` wrote."""
    wait, mark, began, told = delivery.words.split(" ")
    return Wait(wait), mark, datetime.fromisoformat(began), int(told)
