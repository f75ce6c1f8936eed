"""What a step of a case leaves behind: its change, its message, words in the thread, reminders of what is next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import deadlines
from bot.desk import Desk
from bot.desk.announcing import announced
from bot.desk.register import changed
from bot.grammar.days import in_full
from bot.model import Actor, AnnouncementKind, Case, Delivery, DeliveryKind, Person, Record

REMINDERS = 3
"""Of one next step."""
AGAIN_AFTER = timedelta(days=3)
_SOONEST = timedelta(hours=4)
"""Whoever plans something for today is not reminded of it at once."""
CARD, SAY, REMIND = "case:card:", "case:say:", "case:remind:"
"""How the ids of deliveries begin: the case's message, words in its thread, a reminder of its next step."""


def about(case: Case) -> str:
    return f"case:{case.seller}"


async def recorded(
    desk: Desk, case: Case, by: Actor, person: Person | None, words: str, *, kind: str
) -> tuple[Record, ...]:
    """The change of a case, with its message drawn anew and the words in its thread."""
    change = await changed(desk, about(case), by, words, kind=kind)
    now = desk.now()
    who = f"{person.name}: " if person else ""
    return (change, card(case, now), reply(case, f"{who}{words}", now, mark=str(case.version)))


def card(case: Case, at: datetime) -> Delivery:
    return Delivery(
        id=f"{CARD}{case.seller}", kind=DeliveryKind.CASE, lane="slack:cases", subject=case.seller, due_at=at
    )


def reply(case: Case, words: str, at: datetime, *, mark: str) -> Delivery:
    """In a lane of their own, so that words which wait for the message never delay it."""
    return Delivery(
        id=f"{SAY}{case.seller}:{mark}",
        kind=DeliveryKind.CASE,
        lane="replies:cases",
        subject=case.seller,
        due_at=at,
        words=words,
    )


def told_owner(case: Case, person: Person, by: Actor, now: datetime) -> tuple[Record, ...]:
    if case.owner == by.user_id:
        return ()
    step = f" Next step, {in_full(case.next_on)}: {case.next_step}" if case.next_on else ""
    return announced(
        AnnouncementKind.CASE,
        f"case:{case.seller}:owner:{case.version}",
        channel=case.owner,
        at=now,
        words=f"{person.name} gave you the case of {case.title}, which is at “{case.state}”.{step}",
        seller=case.seller,
    )


async def first_reminder(desk: Desk, owner: str, day: date) -> datetime:
    """In the morning of the day; of today, some hours from now."""
    tz = await desk.zone(owner)
    morning = datetime.combine(day, time(9), tzinfo=ZoneInfo(tz)).astimezone(desk.now().tzinfo)
    return deadlines.at_work(max(morning, desk.now() + _SOONEST), tz)


def reminder(case: Case, at: datetime) -> Delivery:
    assert case.next_on is not None, "what is reminded of has a day"
    return Delivery(
        id=f"{REMIND}{case.seller}:{case.next_on}",
        kind=DeliveryKind.CASE,
        lane="reminders",
        subject=case.seller,
        due_at=at,
        words=f"{case.next_on} {case.reminded}",
    )


async def remind(desk: Desk, delivery: Delivery) -> None:
    """Remind the owner of the next step that is due, in their working hours, and plan the next time.

    Raises:
        Conflict: somebody was first; the delivery is there to be carried again.
    """
    said, _, count = delivery.words.partition(" ")
    case = await desk.store.entry(Case, delivery.subject)
    if case is None or not case.open or case.next_on != date.fromisoformat(said) or case.reminded != int(count):
        await desk.store.save(settles=delivery)
        return
    now, tz = desk.now(), await desk.zone(case.owner)
    awake = deadlines.at_work(now, tz)
    if awake > now:  # another owner since, in another zone
        await desk.store.save(reminder(case, awake), settles=delivery)
        return
    after = replace(case, version=case.version + 1, reminded=case.reminded + 1)
    last = after.reminded == REMINDERS
    today = now.astimezone(ZoneInfo(tz)).date() == case.next_on
    when = "is due today" if today else f"was due on {in_full(case.next_on)}"
    told = announced(
        AnnouncementKind.CASE,
        f"case:{case.seller}:remind:{after.version}",
        channel=case.owner,
        at=now,
        words=f"Your next step in the case of {case.title} {when}: {case.next_step}"
        + ("\nThis is the last reminder." if last else ""),
        seller=case.seller,
    )
    again = [] if last else [reminder(after, deadlines.at_work(now + AGAIN_AFTER, tz))]
    await desk.store.save(after, *told, *again, settles=delivery)
