"""Outcomes: where a marketplace does not tell us itself, people enter its reference, and what it decided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.deadlines import WEEKEND, after_days
from bot.desk import Desk, authority, portals, settling
from bot.desk.steps import step, thread_reply, to_marketplace, unique
from bot.errors import Conflict, Invalid, NotFound, WrongStatus
from bot.grammar.outcomes import DECIDED
from bot.model import (
    AT_MARKETPLACE,
    REFERENCE_LIMIT,
    WHY_LIMIT,
    Actor,
    ComeBack,
    Deadline,
    Decision,
    Delivery,
    DeliveryKind,
    Event,
    May,
    Notice,
    Person,
    Record,
    Status,
    Term,
    Whose,
    spanned,
)

OUTCOMES = tuple(DECIDED.values())
"""What people can record."""

_LOOKED_AT = frozenset({Status.BY_HAND, Status.UNCERTAIN})
_TELLABLE = _LOOKED_AT | AT_MARKETPLACE | {Status.REMOVED, Status.GONE}

Change = Callable[[Notice], Awaitable[tuple[Notice, tuple[Record, ...]]]]


async def asked(desk: Desk, of: str, *, by: Actor) -> tuple[Notice, ...]:
    """What a form is about: one notice, or those of a lot. Raises: NotFound, NotAllowed."""
    _, notices = await _meant(desk, of, by)
    return notices


async def reference(desk: Desk, of: str, said: str, *, by: Actor, only: Sequence[str] = ()) -> tuple[Notice, ...]:
    """It was filed, or found there: their reference, for a notice or a lot, or for `only` some of the lot.

    Gives the notices that have it now. Safe to repeat.

    Raises:
        NotAllowed: neither the submitter nor an admin.
        Invalid: no reference, or too long; beside the field `reference`.
        WrongStatus: the marketplace gives its references itself, or it is over.
    """
    said = said.strip()
    if not said or len(said) > REFERENCE_LIMIT:
        raise Invalid(f"Please give their reference, of at most {REFERENCE_LIMIT} characters.", field="reference")

    async def change(notice: Notice) -> tuple[Notice, tuple[Record, ...]]:
        return _referenced(desk, notice, said, by)

    return await _each(desk, of, only, by, change, hindrance=lambda notice: _keeps_its_own(desk, notice))


async def outcome(
    desk: Desk,
    of: str,
    status: Status,
    *,
    by: Actor,
    why: str = "",
    came_back: ComeBack | None = None,
    only: Sequence[str] = (),
) -> tuple[Notice, ...]:
    """What they decided, as a person saw it there: for a notice or a lot, or for `only` some of the lot.

    Gives the notices of which it holds now. Safe to repeat.

    Raises:
        NotAllowed: neither the submitter nor an admin.
        Invalid: not an outcome, or the words are too many; beside the field.
        WrongStatus: the marketplace tells it itself, or it cannot follow where the notice stands.
    """
    why = why.strip()
    if status not in OUTCOMES:
        raise Invalid(f"An outcome is one of {', '.join(OUTCOMES)}.", field="outcome")
    if came_back is not None and status is not Status.REINSTATED:
        raise Invalid("Why it came back is said of what was reinstated.", field="came_back")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    why = why or (came_back.words.capitalize() if came_back else "")

    async def change(notice: Notice) -> tuple[Notice, tuple[Record, ...]]:
        if notice.status is status and why in ("", notice.reason):
            return notice, ()
        decision = Decision(
            reference=notice.reference,
            status=status,
            vendor_status="",
            reason=why,
            came_back=came_back,
            deadline=_deadline(desk, notice, status),
        )
        after, records = await settling.recorded(desk, notice, decision, by=by)
        return after, (*records, *_set_free(desk, notice))

    return await _each(desk, of, only, by, change, hindrance=lambda notice: _cannot_be(desk, notice, status))


async def _each(
    desk: Desk, of: str, only: Sequence[str], by: Actor, change: Change, *, hindrance: Callable[[Notice], str]
) -> tuple[Notice, ...]:
    """Change what is meant, all of it in one step. What of a whole lot cannot be changed is left as it is."""
    for _ in range(3):
        person, there = await _meant(desk, of, by)
        meant = _chosen(there, only)
        hindered = {notice.id: words for notice in meant if (words := hindrance(notice))}
        if hindered and (only or len(hindered) == len(meant)):
            raise WrongStatus(next(iter(hindered.values())))
        steps = [await change(notice) for notice in meant if notice.id not in hindered]
        records = _told_once([record for _, made in steps for record in made], [after for after, _ in steps], person)
        try:
            if records:
                await desk.store.save(*unique(records))
        except Conflict:
            continue
        return tuple(after for after, _ in steps)
    raise WrongStatus(f"{of} is changing at this very moment. Please try again.")


def _told_once(records: Sequence[Record], notices: Sequence[Notice], person: Person) -> list[Record]:
    """The records, with one line in the thread for all of them, which also says who told it."""
    replies = [one for one in records if isinstance(one, Delivery) and one.kind is DeliveryKind.REPLY]
    if not replies:
        return list(records)
    told = [notice for notice in notices if any(one.id == thread_reply(notice, "", one.due_at).id for one in replies)]
    words = next(one.words for one in records if isinstance(one, Event) and one.notice_id == told[0].id)
    said = f"{spanned(told)}: {words} Recorded by {person.name}."
    return [*(one for one in records if one not in replies), thread_reply(told[0], said, replies[0].due_at)]


async def _meant(desk: Desk, of: str, by: Actor) -> tuple[Person, tuple[Notice, ...]]:
    await authority.allowed(desk, by, May.FILE)
    notices = await portals.of_lot(desk, of) if of.startswith(portals.LOT) else (await desk.find(of),)
    return await authority.over(desk, notices, by, "record what became of it", what=of), notices


def _chosen(notices: Iterable[Notice], only: Sequence[str]) -> tuple[Notice, ...]:
    """Of a lot only those; what a form chose is looked for in the lot."""
    there = {notice.id: notice for notice in notices}
    if strangers := [one for one in only if one not in there]:
        raise NotFound(f"{strangers[0]} is not one of {spanned(tuple(there.values()))}.")
    return tuple(there[one] for one in dict.fromkeys(only)) if only else tuple(there.values())


def _referenced(desk: Desk, notice: Notice, said: str, by: Actor) -> tuple[Notice, tuple[Record, ...]]:
    if notice.reference == said and notice.status not in _LOOKED_AT:
        return notice, ()
    name, now = desk.marketplace_name(notice.listing.marketplace), desk.now()
    if notice.status not in _LOOKED_AT:
        instead = f", not {notice.reference}" if notice.reference else ""
        words = f"Their reference is {said}{instead}."
        return step(notice, at=now, actor=by, kind="reference", words=words, reference=said)
    after, records = step(
        notice,
        at=now,
        actor=by,
        kind="reference",
        words=f"{'Filed' if notice.status is Status.BY_HAND else 'Found'} at {name} as {said}.",
        status=Status.SUBMITTED,
        reference=said,
        reason="",
        deadline=_deadline(desk, notice, Status.SUBMITTED),
    )
    return after, (*records, *settling.afterwards(desk, notice, after), *_set_free(desk, notice))


def _set_free(desk: Desk, notice: Notice) -> tuple[Record, ...]:
    """A submission that was set aside for a person is carried again, and finds that nothing is to be sent."""
    return (to_marketplace(DeliveryKind.SUBMIT, notice, desk.now()),) if notice.status is Status.UNCERTAIN else ()


def _deadline(desk: Desk, notice: Notice, status: Status) -> Deadline | None:
    """By when we have to look, or to answer. A clock that runs goes on running."""
    if status is notice.status:
        return notice.deadline
    marketplace = desk.marketplaces.get(notice.listing.marketplace)
    portal = marketplace.capabilities.portal if marketplace else None
    if portal is None:
        return None
    if status is Status.NEEDS_INPUT:
        words = "answer them in the portal, or the listing may be back; then record the outcome"
        return _in_time(desk, portal.clocks.counter_notice, portal.clocks.country, words)
    if status not in (Status.SUBMITTED, Status.IN_REVIEW):
        return None
    if notice.status in AT_MARKETPLACE - {Status.NEEDS_INPUT}:
        return notice.deadline
    words = "look in the portal whether they have decided, and record the outcome"
    return _in_time(desk, portal.clocks.decision, portal.clocks.country, words)


def _in_time(desk: Desk, term: Term | None, country: str, words: str) -> Deadline | None:
    if term is None:
        return None
    skip, holidays = (WEEKEND, country) if term.business else ((), "")
    at = after_days(desk.now(), term.days, skip=skip, country=holidays)
    return Deadline(at=at, whose=Whose.OURS, words=words)


def _keeps_its_own(desk: Desk, notice: Notice) -> str:
    """Why no reference can be entered for a notice, in a sentence; empty when it can."""
    marketplace = desk.marketplaces.get(notice.listing.marketplace)
    tells = marketplace is not None and marketplace.capabilities.polls
    if notice.status in _LOOKED_AT or (notice.status in AT_MARKETPLACE and not tells):
        return ""
    if notice.status in AT_MARKETPLACE:
        return f"{desk.marketplace_name(notice.listing.marketplace)} gave {notice.id} its reference itself."
    return f"{notice.id} is at “{notice.status.words}”; a reference is entered once it was filed."


def _cannot_be(desk: Desk, notice: Notice, status: Status) -> str:
    """Why an outcome cannot be recorded for a notice, in a sentence; empty when it can."""
    if notice.status is status:
        return ""
    name = desk.marketplace_name(notice.listing.marketplace)
    if notice.status in _TELLABLE - _LOOKED_AT and _tells(desk, notice):
        return f"{name} says itself how {notice.id} stands; it is at “{notice.status.words}”."
    tellable = notice.status in _TELLABLE or notice.seen_back_at is not None
    if not tellable or not notice.may_become(status):
        return f"{notice.id} is at “{notice.status.words}”; “{status.words}” cannot follow that."
    return ""


def _tells(desk: Desk, notice: Notice) -> bool:
    """Whether the marketplace is still asked how the notice stands."""
    marketplace = desk.marketplaces.get(notice.listing.marketplace)
    return marketplace is not None and settling.still_asked(marketplace, notice, desk.now())
