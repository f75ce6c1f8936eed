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


def watch(before: Notice | None, after: Notice) -> tuple[Delivery, ...]:
    """The first look at what has begun to wait; the reminders are worked out then. One series a batch and wait."""
    wait = what(after)
    if wait is None or (before is not None and what(before) is wait):
        return ()
    return (look(after.batch_id, wait, at=after.updated_at, began=after.updated_at),)


def look(batch_id: str, wait: Wait, *, at: datetime, began: datetime, told: int = 0) -> Delivery:
    """Look at `at` what of the batch still waits, since `began` at the latest; `told` is how often was reminded."""
    return Delivery(
        id=f"nudge:{batch_id}:{wait}",
        kind=DeliveryKind.NUDGE,
        lane="reminders",
        subject=batch_id,
        due_at=at,
        words=f"{wait} {began.isoformat()} {told}",
    )


def read(delivery: Delivery) -> tuple[Wait, datetime, int]:
    """What `look` wrote."""
    wait, began, told = delivery.words.split(" ")
    return Wait(wait), datetime.fromisoformat(began), int(told)
