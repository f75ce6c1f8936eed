"""Nudging: what waits for a person is reminded of five times, in working hours; admins hear of it once; then it stops.

A person may hand a notice over to another, and have reminders wait.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import custody, deadlines
from bot.desk import Desk, approvals, authority, waits
from bot.desk import deadlines as dated
from bot.desk.announcing import announced, to_admins
from bot.desk.steps import step, unique
from bot.desk.waits import Wait
from bot.errors import Conflict, Invalid, NotAllowed, WrongStatus
from bot.model import (
    WHY_LIMIT,
    Actor,
    AnnouncementKind,
    Delivery,
    May,
    Notice,
    Record,
    Status,
    spanned,
)

DAYS = tuple(timedelta(days=days) for days in (1, 2, 4, 7, 14))
"""Five reminders, each later than the last. Source: monzo/response, whose reminders stop after five."""
FOR_APPROVAL = (timedelta(hours=4), *(timedelta(days=days) for days in (1, 2, 3, 5)))
ESCALATES = 4
"""The reminder that the admins hear of too."""
LONGEST_SNOOZE = timedelta(days=30)
_AHEAD = timedelta(hours=4)
_APART = timedelta(hours=1)
_PERSON = ("U", "W")


async def nudge(desk: Desk, delivery: Delivery) -> None:
    """Remind of what of a series still waits, and plan the next look.

    Raises:
        Conflict: somebody was first; the delivery is there to be carried again.
    """
    wait, mark, began, told = waits.read(delivery)
    batch = await desk.store.batch(delivery.subject)
    waiting = [one for one in batch if waits.what(one) is wait and mark in waits.marks(one)]
    if not waiting:
        await desk.store.save(settles=delivery)
        return
    now = desk.now()
    if mark.startswith(waits.SNOOZED):
        records = await _told(desk, waiting, wait, began, mark=mark)
        await desk.store.save(*records, settles=delivery)
        return
    times = deadlines.series(began, FOR_APPROVAL if wait is Wait.APPROVAL else DAYS, await _zone(desk, waiting, wait))
    passed = sum(at <= now for at in times)
    # What a snooze has just ended for is told of by the look that was put in for its end.
    awake = [one for one in waiting if one.snoozed_until is None or one.snoozed_until <= now - _APART]
    records = []
    if passed > told and awake:
        records += await _told(desk, awake, wait, began, mark=f"{mark}:{passed}", last=passed == len(times))
        if told < ESCALATES <= passed:
            records += await _escalated(desk, awake, wait, began, mark)
    if passed < len(times):
        records.append(waits.look(delivery.subject, wait, mark, at=times[passed], began=began, told=max(passed, told)))
    await desk.store.save(*records, settles=delivery)


async def snooze(desk: Desk, notice_id: str, wait: timedelta, why: str, *, by: Actor) -> tuple[Notice, ...]:
    """Have reminders of a notice wait, with those of its batch that wait for the same; no time at all ends it.

    Raises:
        NotAllowed: not theirs to act on.
        Invalid: longer than `LONGEST_SNOOZE`, or beyond a deadline.
        WrongStatus: it waits for nobody here.
    """
    person = await authority.allowed(desk, by, May.READ)
    if wait > LONGEST_SNOOZE:
        raise Invalid(f"Reminders can wait for {LONGEST_SNOOZE.days} days at most.", field="until")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    for _ in range(3):
        notice = await desk.find(notice_id)
        await _may_snooze(desk, notice, by)
        if waits.what(notice) is None and dated.watched(notice) is None:
            raise WrongStatus(f"{notice_id} is at “{notice.status.words}”; nobody is reminded of it.")
        until = deadlines.at_work(desk.now() + wait, person.tz) if wait else None
        meant = [one for one in await desk.store.batch(notice.batch_id) if _alike(one, notice)]
        for one in meant:
            _refuse_beyond(one, until)
        said = _snoozed(until, person.tz, why)
        steps = [step(one, at=desk.now(), actor=by, kind="snoozed", words=said, snoozed_until=until) for one in meant]
        again = [_at_the_end(after, until) for after, _ in steps] if until else []
        records = unique([*(record for _, made in steps for record in made), *(one for one in again if one)])
        try:
            await desk.store.save(*records)
        except Conflict:
            continue
        return tuple(after for after, _ in steps)
    raise WrongStatus(f"{notice_id} is changing at this very moment. Please try again.")


async def hand_over(desk: Desk, notice_id: str, to: str, *, by: Actor) -> Notice:
    """Have another person look after a notice: they are told, are reminded of it, and may act on it.

    Raises:
        NotAllowed: not theirs to act on.
        Invalid: the other person may not file, or is needed to approve it.
        WrongStatus: it is over, or theirs already.
    """
    giver = await authority.allowed(desk, by, May.FILE)
    for _ in range(3):
        notice = await desk.find(notice_id)
        await authority.over(desk, [notice], by, "hand it over")
        if notice.status.final and notice.status not in (Status.REMOVED, Status.GONE, Status.FAILED):
            raise WrongStatus(f"{notice_id} is at “{notice.status.words}”; there is nothing left to look after.")
        if notice.looked_after_by == to:
            raise WrongStatus(f"{await desk.name(to)} looks after {notice_id} already.")
        taker = await _who_may(desk, to, notice)
        words = f"{giver.name} handed it over to {taker}."
        # The id is what a dossier without names goes by; names change, and what was written stays.
        raw = {"to": to, "to_name": taker, "by_name": giver.name}
        after, records = step(notice, at=desk.now(), actor=by, kind=custody.HANDED_OVER, words=words, raw=raw, owner=to)
        told = (
            ()
            if to == by.user_id
            else announced(
                AnnouncementKind.HANDED,
                f"handed:{notice.id}:{after.version}",
                channel=to,
                at=desk.now(),
                words=f"{giver.name} handed {notice.id} over to you; it is at “{notice.status.words}”.",
                notice_id=notice.id,
            )
        )
        try:
            await desk.store.save(*records, *told)
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{notice_id} is changing at this very moment. Please try again.")


def _at_the_end(notice: Notice, until: datetime) -> Record | None:
    """The look at the end of a snooze; what has a date is looked at for that date's sake."""
    wait = waits.what(notice)
    if wait is None:
        return None
    began = notice.stands_since or notice.filed_at
    return waits.look(notice.batch_id, wait, waits.snoozed(until), at=until, began=began)


async def _may_snooze(desk: Desk, notice: Notice, by: Actor) -> None:
    if notice.status is Status.AWAITING_APPROVAL:
        await authority.allowed(desk, by, May.APPROVE, "have the reminders of approvals wait")
    else:
        await authority.over(desk, [notice], by, "snooze it")


async def _who_may(desk: Desk, user_id: str, notice: Notice) -> str:
    """What whoever is to look after a notice is called."""
    try:
        found = await authority.held(desk, Actor(user_id=user_id))
    except NotAllowed:
        found = None
    if found is None or not found.may(May.FILE):
        name = found.person.name if found else "That person"
        raise Invalid(f"{name} cannot look after {notice.id}: it takes the role analyst.", field="owner")
    if _could_approve(notice, user_id) and found.may(May.APPROVE):
        raise Invalid(
            f"{found.person.name} may approve {notice.id}, and could not once they look after it. "
            "Hand it over to somebody else, or once it is decided.",
            field="owner",
        )
    return found.person.name


def _could_approve(notice: Notice, user_id: str) -> bool:
    """Who filed it never does, so that it may be given back to them."""
    return notice.status is Status.AWAITING_APPROVAL and user_id not in approvals.filed_by(notice)


def _snoozed(until: datetime | None, tz: str, why: str) -> str:
    if until is None:
        return "Reminders again."
    words = f"No reminders until {until.astimezone(ZoneInfo(tz)):%a %d %b, %H:%M} ({tz})."
    return f"{words} Why: {why}" if why else words


def _alike(one: Notice, notice: Notice) -> bool:
    def about(it: Notice) -> tuple[object, ...]:
        return waits.what(it), it.looked_after_by, it.deadline

    return one.id == notice.id or about(one) == about(notice)


def _refuse_beyond(notice: Notice, until: datetime | None) -> None:
    if until is None or notice.deadline is None or until <= notice.deadline.at - _AHEAD:
        return
    ends, latest = (f"{at:%d %b %Y, %H:%M} UTC" for at in (notice.deadline.at, notice.deadline.at - _AHEAD))
    raise Invalid(f"{notice.id} has time until {ends}; reminders can wait until {latest} at most.", field="until")


async def _told(
    desk: Desk, waiting: Sequence[Notice], wait: Wait, began: datetime, *, mark: str, last: bool = False
) -> list[Record]:
    """The reminder, to whoever has to act, with times in their own zone."""
    records: list[Record] = []
    end = " This is the last reminder." if last else ""
    for place, theirs in await _whom(desk, waiting, wait):
        tz = await desk.zone(place if place.startswith(_PERSON) else theirs[0].submitter.user_id)
        records += announced(
            AnnouncementKind.DEADLINE,
            f"nudge:{theirs[0].batch_id}:{wait}:{mark}:{began:%Y%m%dT%H%M%S}:{place}",
            channel=place,
            at=desk.now(),
            words=f"{_what(desk, theirs, wait, began, tz)}{end}",
            notice_id=theirs[0].id,
        )
    return records


async def _whom(desk: Desk, waiting: Sequence[Notice], wait: Wait) -> list[tuple[str, list[Notice]]]:
    """Where to tell whom of what: approvers in their channel or each, else whoever looks after it."""
    if wait is Wait.APPROVAL:
        asked = waiting[0].approval
        places = [asked.channel] if asked and asked.channel else await approvals.others(desk, waiting[0])
        return [(place, list(waiting)) for place in places]
    by_owner = itertools.groupby(sorted(waiting, key=_owner), key=_owner)
    return [(owner, list(theirs)) for owner, theirs in by_owner]


def _owner(notice: Notice) -> str:
    return notice.looked_after_by


async def _zone(desk: Desk, waiting: Sequence[Notice], wait: Wait) -> str:
    """Whose working hours count: those of the first who is told."""
    places = [place for place, _ in await _whom(desk, waiting, wait)]
    person = next((place for place in places if place.startswith(_PERSON)), waiting[0].looked_after_by)
    return await desk.zone(person)


async def _escalated(desk: Desk, waiting: Sequence[Notice], wait: Wait, began: datetime, mark: str) -> Iterable[Record]:
    """The admins are told once: whoever was reminded has not acted."""
    first = waiting[0]
    tz = await desk.zone(first.submitter.user_id)
    words = f"{_what(desk, waiting, wait, began, tz)} Filed by {first.declaration.signature}, and reminded of often."
    key = f"nudge:{first.batch_id}:{wait}:{mark}:{began:%Y%m%dT%H%M%S}:admins"
    return await to_admins(desk, AnnouncementKind.DEADLINE, key, words, notice_id=first.id)


def _what(desk: Desk, waiting: Sequence[Notice], wait: Wait, began: datetime, tz: str) -> str:
    first = waiting[0]
    name = desk.marketplace_name(first.listing.marketplace)
    who, verb = spanned(waiting), "waits" if len(waiting) == 1 else "wait"
    since = f"since {began.astimezone(ZoneInfo(tz)):%a %d %b, %H:%M} ({tz})"
    match wait:
        case Wait.APPROVAL:
            return f"{who}, filed by {first.declaration.signature}, {verb} for a second person's approval {since}."
        case Wait.INPUT:
            asked = f" They write: {first.reason}" if first.reason else ""
            there = f", under their reference {first.reference}" if first.reference else ""
            return f"{who} at {name} {verb} for us {since}. Please answer them{there}.{asked}"
        case Wait.COUNTER_NOTICE:
            return (
                f"The seller filed a counter-notice against {who} at {name}, which runs {since}. Please see what it "
                "takes to keep the listing down, and by when."
            )
        case Wait.BY_HAND:
            return f"{who} {verb} {since} to be filed at {name} by hand; the pack is in the thread of the card."
        case Wait.UNCERTAIN:
            return (
                f"It is not known {since} whether {who} reached {name}. Please look there, and say what you found: "
                f"`/takedown ref {first.id} …` with their reference, or `/takedown retry {first.id}` if it is not."
            )
