"""Reminders of referrals: nobody decided a draft, nobody handed one over, nobody heard of it, or somebody set a day.

A few, then no more. What a channel is told names no offender, and no agency either.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import deadlines
from bot.desk import Desk, authority, referral_approvals, referrals, register
from bot.desk.announcing import announced, to_admins
from bot.desk.nudging import ESCALATES, FOR_APPROVAL
from bot.errors import Conflict, Invalid, SlackError, WrongStatus
from bot.model import Actor, Announcement, AnnouncementKind, May, Record, Referral, ReferralState

AFTER: Mapping[ReferralState, tuple[timedelta, ...]] = {
    ReferralState.APPROVED: tuple(timedelta(days=days) for days in (14, 21, 35)),
    ReferralState.HANDED_OVER: tuple(timedelta(days=days) for days in (30, 45, 75)),
}
"""How long after it came to a state somebody is reminded, each time; the states that are not here wait for nobody."""
FURTHEST = timedelta(days=730)
_PERSON = ("U", "W")


async def set_day(desk: Desk, referral_id: str, day: date | None, *, by: Actor) -> Referral:
    """Remind who drafted it on that day, in place of what would be said otherwise; None takes the day away.

    Raises:
        NotAllowed, NotFound.
        WrongStatus: it waits for a second person, or is over.
        Invalid: the day has passed where whoever asks is, or is too far away.
    """
    person = await authority.allowed(desk, by, May.REFER)
    today = desk.now().astimezone(ZoneInfo(person.tz)).date()
    if day is not None and not today < day <= today + FURTHEST:
        raise Invalid(f"Choose a day after today, and at most {FURTHEST.days} days ahead.", field="on")
    for _ in range(3):
        had = await referrals.find(desk, referral_id)
        if had.state is ReferralState.DRAFT:
            raise WrongStatus(f"{had.id} waits for a second person; there is nothing to be reminded of yet.")
        if had.state.over:
            raise WrongStatus(f"{had.id} is over; nobody is reminded of it.")
        after = had.changed(desk.now(), next_on=day)
        words = f"{person.name}: remind on {day:%d %b %Y}." if day else f"{person.name}: no reminder on a day."
        change = await register.changed(desk, had.of, by, words, kind="remind")
        try:
            await desk.store.save(after, change)
        except Conflict:
            continue
        return after
    raise WrongStatus(referrals.MOVING)


async def remind(desk: Desk) -> None:
    """Tell who drafted it of each referral that has waited long enough; of a draft, who may decide. Safe to repeat."""
    for referral in await desk.store.entries(Referral):
        if referral.state is ReferralState.DRAFT:
            await _bring_again(desk, referral)
            continue
        if not _maybe(referral, desk.now()):
            continue
        tz = await desk.zone(referral.by.user_id)
        times = _times(referral, tz)
        passed = sum(at <= desk.now() for at in times)
        if passed <= (0 if referral.next_on else referral.reminded):
            continue
        # A day that somebody set is instead of all that would be said in this state.
        done = len(AFTER.get(referral.state, ())) if referral.next_on else passed
        after = referral.changed(desk.now(), reminded=done, next_on=None)
        last = "" if referral.next_on or passed < len(times) else " This is the last reminder."
        told = referrals.tell(desk, after, f"{_what(referral, tz)}{last}")
        try:
            await desk.store.save(after, *told)
        except Conflict:
            continue  # somebody changed it: the next bell looks again


async def _bring_again(desk: Desk, referral: Referral) -> None:
    """Bring a draft to who may decide it, and once to the admins too.

    The referral itself stays as it is, so that what was shown to an approver can still be approved: what was told
    already is counted by the announcements.
    """
    told = await _told(desk, referral)
    if told >= len(FOR_APPROVAL) or desk.now() < referral.stands_since + FOR_APPROVAL[told]:
        return
    try:
        places = await _whom(desk, referral)
    except SlackError:
        return  # Slack does not say who they are: the next bell looks again
    first = next((place for place in places if place.startswith(_PERSON)), referral.by.user_id)
    times = deadlines.series(referral.stands_since, FOR_APPROVAL, await desk.zone(first))
    passed = sum(at <= desk.now() for at in times)
    if passed <= told or not places:
        return
    last = " This is the last reminder." if passed == len(times) else ""
    records: list[Record] = []
    for place in places:
        words = await _undecided(desk, referral, place)
        key = f"{_key(referral)}{passed}:{place}"
        kind = AnnouncementKind.REFERRAL
        records += announced(kind, key, channel=place, at=desk.now(), words=f"{words}{last}", notice_id=referral.id)
    if told < ESCALATES <= passed:
        words = f"{await _undecided(desk, referral)} It was brought to them often; `/referrals draft` shows what waits."
        records += await to_admins(desk, AnnouncementKind.APPROVAL, f"undecided:{referral.id}", words)
    with contextlib.suppress(Conflict):  # another bell was first
        await desk.store.save(*records)


async def _told(desk: Desk, referral: Referral) -> int:
    """Of how many of the times somebody was told already."""
    keys = [one.key for one in await desk.store.entries(Announcement, referral.id)]
    mine = [key.removeprefix(_key(referral)) for key in keys if key.startswith(_key(referral))]
    return max((int(key.partition(":")[0]) for key in mine), default=0)


def _key(referral: Referral) -> str:
    return f"undecided:{referral.id}:"


async def _whom(desk: Desk, referral: Referral) -> tuple[str, ...]:
    """Where a draft is brought again: the approvers' channel, else each. Raises: SlackError."""
    room = await referral_approvals.room(desk)
    return (room,) if room else await referral_approvals.approvers(desk, referral)


async def _undecided(desk: Desk, referral: Referral, place: str = "") -> str:
    """What waits, and since when; of whom it is, only to a person who may know."""
    alone = place.startswith(_PERSON)
    tz = await desk.zone(place if alone else referral.by.user_id)
    since = f"{referral.stands_since.astimezone(ZoneInfo(tz)):%a %d %b, %H:%M} ({tz})"
    of = f", {referral.title} to {referral.agency_name}" if alone else ""
    drafted_by = await desk.name(referral.by.user_id)
    return f"{referral.id}{of}, drafted by {drafted_by}, waits for a second person since {since}."


def _maybe(referral: Referral, now: datetime) -> bool:
    """Whether it is worth asking in which zone its drafter is."""
    if referral.next_on is not None:
        return not referral.state.over and referral.next_on <= now.date() + timedelta(days=1)
    waits = AFTER.get(referral.state, ())
    return referral.reminded < len(waits) and now >= referral.stands_since + waits[referral.reminded]


def _times(referral: Referral, tz: str) -> tuple[datetime, ...]:
    if referral.next_on is not None:
        morning = datetime.combine(referral.next_on, time(), tzinfo=ZoneInfo(tz))
        return (deadlines.at_work(morning, tz),)
    return deadlines.series(referral.stands_since, AFTER[referral.state], tz)


def _what(referral: Referral, tz: str) -> str:
    since = f"{referral.stands_since.astimezone(ZoneInfo(tz)):%d %b %Y}"
    which = f"{referral.id}, {referral.title} to {referral.agency_name}"
    if referral.next_on is not None:
        return f"{which}: you wanted to be reminded today. It is at “{referral.state.words}” since {since}."
    if referral.state is ReferralState.APPROVED:
        made = referral.trouble or "Its dossier is made; say so once they have it"
        return f"{which}, was approved on {since}, and nobody has handed it over. {made.rstrip('.')}: " + (
            f"`/referrals handed {referral.id}`."
            if not referral.trouble
            else f"`/referrals send {referral.id}` tries again."
        )
    return (
        f"{which}, was handed over on {since}, and nothing was heard since. Please ask them, and say what you hear: "
        f"`/referrals acknowledged {referral.id}`, or `/referrals case {referral.id} NUMBER`."
    )
