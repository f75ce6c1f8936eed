"""Deadlines of notices: who looks after them is reminded in time, at last the admins too; then that it has passed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import deadlines
from bot.desk import Desk
from bot.desk.announcing import announced, to_admins
from bot.model import AnnouncementKind, Deadline, Delivery, DeliveryKind, Notice, Record, Whose, spanned


def watch(before: Notice, after: Notice) -> tuple[Delivery, ...]:
    """The first look at a deadline that is new and worth watching; the reminders are worked out then.

    Notices of a lot that have the same deadline are reminded of once, together.
    """
    deadline, had = watched(after), watched(before)
    if deadline is None or (had is not None and had.at == deadline.at):
        return ()
    return (_look(after, deadline, at=after.updated_at, words=after.updated_at.isoformat()),)


async def remind(desk: Desk, delivery: Delivery) -> None:
    """Remind of a deadline, if it still waits for us, and plan the next look.

    Raises:
        Conflict: somebody was first; the delivery is there to be carried again.
    """
    waiting = await _waiting(desk, delivery)
    deadline = waiting[0].deadline if waiting else None
    if deadline is None:
        await desk.store.save(settles=delivery)
        return
    notice = waiting[0]
    began, _, tz = delivery.words.partition(" ")
    tz = tz or await desk.zone(notice.looked_after_by)
    now, times = desk.now(), deadlines.reminders(datetime.fromisoformat(began), deadline.at, tz)
    if deadline.whose is not Whose.OURS:
        times = times[-2:]  # there is nothing to do yet: only that it is about to end
    until = min((one.snoozed_until or now for one in waiting), default=now)
    if now < until < deadline.at:
        await desk.store.save(_look(notice, deadline, at=until, words=f"{began} {tz}"), settles=delivery)
        return
    if now >= deadline.at:
        words = f"{_what(desk, waiting, deadline, tz)} That time has passed."
        records = (*_told(notice, words, now), *await _to_admins(desk, notice, words, now))
        await desk.store.save(*records, settles=delivery)
        return
    ahead = [at for at in times if at > now]
    told: tuple[Record, ...] = ()
    if len(ahead) < len(times):
        words = _what(desk, waiting, deadline, tz)
        told = _told(notice, words, now) + (() if ahead else await _to_admins(desk, notice, words, now))
    again = _look(notice, deadline, at=ahead[0] if ahead else deadline.at, words=f"{began} {tz}")
    await desk.store.save(*told, again, settles=delivery)


async def _waiting(desk: Desk, delivery: Delivery) -> tuple[Notice, ...]:
    """The notices that still wait for us until the moment the delivery is about: one, or several of a lot."""
    notice = await desk.store.notice(delivery.subject)
    if notice is None:
        return ()
    alike = await desk.store.batch(notice.batch_id) if notice.lot else (notice,)
    return tuple(
        one
        for one in alike
        if (deadline := watched(one)) and not _answered(one) and delivery.id == _name(one, deadline)
    )


def watched(notice: Notice) -> Deadline | None:
    """The notice's deadline, if it is for us to act, or the clock of a counter-notice."""
    deadline = notice.deadline
    return deadline if deadline and (deadline.whose is Whose.OURS or notice.contested) else None


def _answered(notice: Notice) -> bool:
    """Whether our answer has got through; one that is still on its way may not."""
    return notice.answer is not None and notice.answer.delivered


def _what(desk: Desk, waiting: Sequence[Notice], deadline: Deadline, tz: str) -> str:
    name = desk.marketplace_name(waiting[0].listing.marketplace)
    until = f"{deadline.at.astimezone(ZoneInfo(tz)):%a %d %b %Y, %H:%M} ({tz})"
    if deadline.whose is not Whose.OURS:
        who = "the seller" if deadline.whose is Whose.SELLER else name
        runs = f"A counter-notice runs against {spanned(waiting)} at {name}"
        return f"{runs}: {who} has time until {until}: {deadline.words}."
    who = f"{spanned(waiting)} at {name} {'waits' if len(waiting) == 1 else 'wait'}"
    stuck = " The answer given here has not reached them yet." if waiting[0].answer else ""
    return f"{who} for us until {until}: {deadline.words}.{stuck}"


def _told(notice: Notice, words: str, now: datetime) -> tuple[Record, ...]:
    key = f"deadline:{notice.id}:{now:%Y%m%dT%H%M%S}"
    who = notice.looked_after_by
    return announced(AnnouncementKind.DEADLINE, key, channel=who, at=now, words=words, notice_id=notice.id)


async def _to_admins(desk: Desk, notice: Notice, words: str, now: datetime) -> tuple[Record, ...]:
    """The admins are told where the one who filed does not act; once before the end, and at the end."""
    key = f"deadline:{notice.id}:{now:%Y%m%dT%H%M%S}:admins"
    named = f"{words} Filed by {notice.declaration.signature}."
    return await to_admins(desk, AnnouncementKind.DEADLINE, key, named, notice_id=notice.id)


def _look(notice: Notice, deadline: Deadline, *, at: datetime, words: str) -> Delivery:
    return Delivery(
        id=_name(notice, deadline),
        kind=DeliveryKind.REMIND,
        lane="reminders",
        subject=notice.id,
        due_at=at,
        words=words,
    )


def _name(notice: Notice, deadline: Deadline) -> str:
    return f"remind:{notice.lot or notice.id}:{deadline.at:%Y%m%dT%H%M%S}"
