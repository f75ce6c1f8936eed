"""Tracking: how a notice stands, which there are, taking one back, trying one again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.desk import Desk, authorised, authority, circuits, coverage, offenders, pausing, policy
from bot.desk.steps import asking, pack, step, submission, to_marketplace
from bot.errors import Conflict, Duplicate, Invalid, NotFound, WrongStatus
from bot.grammar import ListNotices
from bot.model import (
    AT_MARKETPLACE,
    NOTE_LIMIT,
    OPEN,
    PAGE,
    WHY_LIMIT,
    Actor,
    DeliveryKind,
    Event,
    Link,
    May,
    Notice,
    Page,
    Query,
    Record,
    Standing,
    Status,
)
from bot.offenders import groups

MOST_EXPORTED = 50_000
_TRIES = 3
WAITING_FOR_US = frozenset(
    {Status.NEEDS_INPUT, Status.UNCERTAIN, Status.BY_HAND, Status.FAILED, Status.AWAITING_APPROVAL}
)


async def status(desk: Desk, notice_id: str, *, by: Actor) -> Standing:
    """How a notice stands. Raises: NotFound, NotAllowed."""
    await authority.allowed(desk, by, May.READ)
    notice = await desk.find(notice_id)
    events = await desk.store.events(notice_id)
    return Standing(
        notice=notice,
        events=events,
        card=await desk.store.card(notice.batch_id),
        names=_names(desk, notice, events),
        notes=await pausing.held_up(desk, [notice]),
    )


async def listed(desk: Desk, request: ListNotices, *, by: Actor) -> Page:
    """A page of notices.

    Raises:
        NotAllowed.
        Invalid: a marketplace, right or seller this desk does not have.
    """
    await authority.allowed(desk, by, May.READ)
    query = await _query(desk, request, by)
    return await desk.store.notices(replace(query, offset=(request.page - 1) * PAGE))


async def exported(desk: Desk, request: ListNotices, *, by: Actor) -> tuple[Notice, ...]:
    """All pages of a list.

    Raises:
        NotAllowed, Invalid: as `listed`.
        NotFound: there is none.
        Invalid: more than `MOST_EXPORTED`.
    """
    await authority.allowed(desk, by, May.READ)
    query = await _query(desk, request, by)
    found = await desk.store.notices(replace(query, limit=MOST_EXPORTED))
    if not found.total:
        raise NotFound("There is no such notice, so there is nothing to put into a file.")
    if found.total > MOST_EXPORTED:
        raise Invalid(f"These are {found.total} notices; {MOST_EXPORTED} is the most. Narrow it down with since:.")
    return found.notices


async def note(desk: Desk, notice_id: str, words: str, *, by: Actor) -> Notice:
    """Keep what somebody wants remembered of a notice, in its timeline.

    Raises:
        NotAllowed, NotFound.
        Invalid: no words, or too many.
    """
    await authority.allowed(desk, by, May.FILE, "write notes")
    words = words.strip()
    if not words or len(words) > NOTE_LIMIT:
        raise Invalid(f"Please write a note of at most {NOTE_LIMIT} characters; this has {len(words)}.", field="note")
    for _ in range(_TRIES):
        notice = await desk.find(notice_id)
        after, records = step(notice, at=desk.now(), actor=by, kind="note", words=f"Note: {words}")
        try:
            await desk.store.save(*records)
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{notice_id} is changing at this very moment. Please try again.")


async def _query(desk: Desk, request: ListNotices, by: Actor) -> Query:
    """What is asked for, held against what this desk has."""
    if request.marketplace and request.marketplace not in desk.marketplaces:
        known = ", ".join(sorted(f"{one.name} ({one.key})" for one in desk.marketplaces.values())) or "none yet"
        raise Invalid(f"This desk is not connected to {request.marketplace}. Connected: {known}.", field="marketplace")
    statuses = {"open": OPEN, "waiting": WAITING_FOR_US}.get(request.scope, frozenset(Status))
    asked = frozenset(request.statuses)
    if asked and not statuses & asked:
        named = " or ".join(f"“{one.words}”" for one in request.statuses)
        raise Invalid(f"No notice is both {request.scope} and at {named}; leave one of them out.", field="status")
    if request.scope == "mine" and request.by not in ("", by.user_id):
        raise Invalid("“mine” and somebody else's name exclude each other; leave one of them out.", field="by")
    return Query(
        submitter=request.by,
        whose=by.user_id if request.scope == "mine" else "",
        statuses=statuses & asked if asked else statuses if request.scope in ("open", "waiting") else frozenset(),
        marketplace=request.marketplace or "",
        right_key=await _right(desk, request.right) if request.right else "",
        sellers=await _sellers(desk, request.seller) if request.seller else frozenset(),
        violation=request.violation,
        filed_from=_day(desk, request.since),
        filed_before=_day(desk, request.until),
        sort=request.sort,
        limit=PAGE,
    )


async def _right(desk: Desk, key: str) -> str:
    """The key as it is spelt here."""
    there = {one.casefold(): one for one in await desk.rights(retired_too=True)}
    if key.casefold() not in there:
        raise Invalid(f"There is no right called {key} here. Known: {', '.join(sorted(there.values())) or 'none yet'}.")
    return there[key.casefold()]


async def _sellers(desk: Desk, asked: str) -> frozenset[str]:
    """The keys of a seller and of those who are one with them."""
    key = await offenders.meant(desk, asked)
    return frozenset(groups([key], await desk.store.entries(Link))[key])


def _day(desk: Desk, said: str) -> datetime | None:
    """The beginning of a day of UTC: a date, or so many days ago."""
    if not said:
        return None
    day = desk.today() - timedelta(days=int(said[:-1])) if said.endswith("d") else date.fromisoformat(said)
    return datetime.combine(day, time(), tzinfo=UTC)


async def withdraw(desk: Desk, notice_id: str, why: str, *, by: Actor) -> Notice:
    """Take a notice back: at once while it is still here, otherwise by asking the marketplace. Safe to repeat.

    Raises:
        NotAllowed: neither the submitter nor an admin.
        WrongStatus: it is over, or the marketplace has no way to take notices back.
    """
    await authority.allowed(desk, by, May.FILE)
    why = _checked(why)
    for _ in range(3):
        notice = await desk.find(notice_id)
        await authority.over(desk, [notice], by, "withdraw it")
        if notice.withdrawal is not None:
            return notice
        after, records = _withdrawn(desk, notice, why, by)
        try:
            await desk.store.save(*records)
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{notice_id} is changing at this very moment. Please try again.")


async def retry(desk: Desk, notice_id: str, *, by: Actor) -> Notice:
    """Try again what failed, look again at what is uncertain, or have the pack of what is filed by hand posted again.

    Where nobody but a person can look, asking to retry says that they did: what is uncertain is sent again.

    Raises:
        NotAllowed: neither the submitter nor an admin.
        WrongStatus: it neither failed nor is uncertain nor filed by hand.
        Duplicate: another notice is open for the same listing and right.
    """
    await authority.allowed(desk, by, May.FILE)
    notice = await desk.find(notice_id)
    await authority.over(desk, [notice], by, "retry it")
    if not notice.retriable:
        raise WrongStatus(
            f"{notice.id} is at “{notice.status.words}”; only a failed or uncertain notice can be retried."
        )
    if notice.listing.marketplace not in desk.marketplaces:
        raise WrongStatus(f"This desk is no longer connected to {notice.listing.marketplace}.")
    now = desk.now()
    if notice.status is Status.BY_HAND:
        after, records = step(notice, at=now, actor=by, kind="retried", words="Asked for the pack again.")
        records = (*records, pack(after, now))
    elif notice.status is Status.UNCERTAIN and desk.marketplaces[notice.listing.marketplace].capabilities.read_back:
        after, records = step(
            notice, at=now, actor=by, kind="retried", words="Asked to look again.", reason="Looking again"
        )
        records = (*records, to_marketplace(DeliveryKind.SUBMIT, after, now))
    else:
        await _refuse_what_lapsed(desk, notice)
        after, records = step(
            notice,
            at=now,
            actor=by,
            kind="retried",
            words="Looked there and did not find it." if notice.status is Status.UNCERTAIN else "Asked to try again.",
            status=Status.QUEUED,
            sends_at=now,
            reason="",
        )
        records = (*records, submission(after))
    await _save_or_name_the_other(desk, after, (*records, *await circuits.try_now(desk, notice.listing.marketplace)))
    return after


async def _refuse_what_lapsed(desk: Desk, notice: Notice) -> None:
    """Raises: WrongStatus: it could not be filed today."""
    if lapsed := await coverage.lapsed(desk, notice):
        raise WrongStatus(f"{lapsed} File anew under a live right.")
    await authorised.refuse_retry(desk, notice)
    if notice.approval is None or not notice.approval.approved:
        batch = await desk.store.batch(notice.batch_id)
        rules = await policy.of(desk)
        because = policy.second_person(desk, rules, notice.violation, [one.listing for one in batch])
        if because:
            raise WrongStatus(f"A second person has to approve {notice.id}, because {because[0]}. Please file it anew.")


def _names(desk: Desk, notice: Notice, events: Sequence[Event]) -> dict[str, str]:
    """What people call those who acted, where it is known without asking Slack: somebody waits for the answer."""
    names = {notice.declaration.affirmed_by: notice.declaration.signature}
    acted = {event.actor.user_id for event in events if event.actor.team_id}
    for user_id in (acted | {notice.looked_after_by}) - set(names):
        person = desk.people.remembered(user_id)
        if person is not None:
            names[user_id] = person.name
    return names


def _withdrawn(desk: Desk, notice: Notice, why: str, by: Actor) -> tuple[Notice, tuple[Record, ...]]:
    now, name = desk.now(), desk.marketplace_name(notice.listing.marketplace)
    if not notice.withdrawable:
        raise WrongStatus(f"{notice.id} is at “{notice.status.words}”; there is nothing left to withdraw.")
    never_sent = {
        Status.AWAITING_APPROVAL: "Withdrawn before a second person had decided.",
        Status.QUEUED: f"Withdrawn before it was sent to {name}.",
        Status.BY_HAND: f"Withdrawn here. If it was filed at {name} meanwhile, take it back in the portal.",
    }
    if notice.status in never_sent:
        words = _because(never_sent[notice.status], why)
        after, records = step(
            notice,
            at=now,
            actor=by,
            kind="withdrawn",
            words=words,
            reply=True,
            status=Status.WITHDRAWN,
            reason=why,
        )
        return after, (*records, asking(after, now)) if after.approval else records
    marketplace = desk.marketplaces.get(notice.listing.marketplace)
    if marketplace is not None and marketplace.capabilities.portal is not None:
        raise WrongStatus(
            f"Please take {notice.id} back at {name} yourself, in the portal, and then record it: "
            f"`/takedown outcome {notice.id} withdrawn`."
        )
    if marketplace is None or not marketplace.capabilities.withdraw:
        raise WrongStatus(
            f"{name} has no way to take a notice back. Please write to them and quote {notice.reference}."
        )
    after, records = step(
        notice,
        at=now,
        actor=by,
        kind="withdrawal_asked",
        words=_because(f"Asked {name} to take it back.", why),
        withdrawal=why,
    )
    # Not known to be there yet: the submission is carried again, which looks before it sends.
    kind = DeliveryKind.WITHDRAW if notice.status in AT_MARKETPLACE else DeliveryKind.SUBMIT
    return after, (*records, to_marketplace(kind, after, now))


async def _save_or_name_the_other(desk: Desk, after: Notice, records: tuple[Record, ...]) -> None:
    try:
        await desk.store.save(*records)
    except Conflict:
        other = await desk.store.open_notice(after.open_key or "")
        if other is not None and other.id != after.id:
            raise Duplicate(f"{other.id} is already open for the same listing and right.", notice_id=other.id) from None
        raise WrongStatus(f"{after.id} is changing at this very moment. Please try again.") from None


def _checked(why: str) -> str:
    why = why.strip()
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    return why


def _because(words: str, why: str) -> str:
    return f"{words} Why: {why}" if why else words
