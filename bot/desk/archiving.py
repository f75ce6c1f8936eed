"""Archiving: what was sent is put into a public archive too, where the desk has one. It changes no status."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.desk import Desk
from bot.desk.steps import step
from bot.errors import Conflict
from bot.model import AT_MARKETPLACE, SYSTEM, Delivery, DeliveryKind, Notice, Seen, Status

SENT = AT_MARKETPLACE | {Status.REMOVED, Status.GONE, Status.REJECTED, Status.REINSTATED}
"""Where a notice stands that a marketplace has taken."""
_TRIES = 5


def watch(desk: Desk, before: Notice, after: Notice) -> tuple[Delivery, ...]:
    """Have a notice archived, the moment it was taken."""
    if before.status in SENT or after.status not in SENT or not desk.archives(after):
        return ()
    return (_delivery(after.id, desk.now(), trial=1),)


def trial(delivery: Delivery) -> int:
    """Which attempt this is, from 1; the earlier ones were certainly not taken."""
    return int(delivery.words)


async def begun(desk: Desk, delivery: Delivery) -> bool:
    """Put on disk that the notice is about to be published; False when an attempt had begun whose end nobody saw."""
    try:
        await desk.store.save(Seen(key=f"{delivery.id}:{delivery.words}", at=desk.now()))
    except Conflict:
        return False
    return True


async def later(desk: Desk, delivery: Delivery, seconds: float) -> None:
    """It was certainly not taken: try again."""
    due_at = desk.now() + timedelta(seconds=seconds)
    again = _delivery(delivery.subject, due_at, trial=trial(delivery) + 1)
    await desk.store.save(again, settles=delivery)


async def ended(desk: Desk, delivery: Delivery, kind: str, words: str, raw: dict[str, Any] | None = None) -> None:
    """Say in the notice's history what came of it.

    Raises:
        Conflict: the delivery is somebody else's now.
    """
    for attempt in range(_TRIES):
        notice = await desk.store.notice(delivery.subject)
        if notice is None:
            await desk.store.save(settles=delivery)
            return
        _, records = step(notice, at=desk.now(), actor=SYSTEM, kind=kind, words=words, raw=raw, where="Lumen")
        try:
            await desk.store.save(*records, settles=delivery)
        except Conflict:
            moved = await desk.store.notice(notice.id)
            if attempt + 1 == _TRIES or moved is None or moved.version == notice.version:
                raise
            continue
        return


def _delivery(notice_id: str, due_at: datetime, *, trial: int) -> Delivery:
    return Delivery(
        id=f"archive:{notice_id}",
        kind=DeliveryKind.ARCHIVE,
        lane="archive:lumen",
        subject=notice_id,
        due_at=due_at,
        words=str(trial),
    )
