"""Cases: offenders that somebody of the task force looks after. Confidential: whoever may not refer learns nothing.

Linked sellers share one case. Where two that were linked later have one each, both stay; the one that is shown is an
open one before a closed one, and then the older.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import offenders
from bot.desk import Desk, authority
from bot.desk.case_steps import about, card, first_reminder, recorded, reminder, reply, told_owner
from bot.desk.linking import titles
from bot.desk.offenders import bought_from, meant
from bot.errors import Conflict, Invalid, NotAllowed, NotFound, WrongStatus
from bot.grammar.case_commands import ListCases
from bot.grammar.days import check_day, in_full, read_day
from bot.model import (
    NOTE_LIMIT,
    PAGE,
    SYSTEM,
    WHY_LIMIT,
    Actor,
    Case,
    CaseState,
    Change,
    Link,
    May,
    Person,
    Purchase,
    Record,
)

STEP_LIMIT = 300
"""Characters of a next step."""
_TO_DO = "work on cases"
_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """All about a case. `others` are those of sellers that were linked later; `names` those of people, by user id.

    `changes` newest first.
    """

    case: Case
    others: tuple[Case, ...]
    sellers: tuple[str, ...]
    changes: tuple[Change, ...]
    purchases: tuple[Purchase, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of cases, the next step that is due first."""

    cases: tuple[Case, ...]
    total: int
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Glimpse:
    """What an offender's page says of cases, to who may know of them. Without a case: that one can be opened."""

    case: Case | None
    owner: str = ""
    others: tuple[Case, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A case as it is now, and what was done, in words."""

    case: Case
    words: str


async def assign(desk: Desk, asked: str, to: str, *, channel: str = "", by: Actor) -> Done:
    """Open a case with this owner, or hand it over; a closed one is opened again. Whoever gets it is told.

    `channel` is where it is asked. Safe to repeat.

    Raises:
        NotAllowed: before anybody is looked up.
        NotFound, Invalid: no such seller; nobody who may look after one.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    for _ in range(_TRIES):
        seller, cases = await _of(desk, asked)
        owner = await _who_may(desk, to)
        now = desk.now()
        if not cases:
            case = Case(
                seller=seller,
                version=1,
                state=CaseState.WATCHING,
                owner=to,
                by=replace(by, where=""),
                at=now,
                updated_at=now,
                title=(await titles(desk, seller))[seller],
                opened_in=channel,
            )
            words = f"Case of {case.title} opened; {owner} looks after it."
        else:
            case = cases[0]
            if case.open and case.owner == to:
                return Done(case=case, words=f"{owner} looks after the case of {case.title} already.")
            again = "" if case.open else " It is open again."
            words = (
                f"{owner} looks after the case of {case.title} now; until now {await desk.name(case.owner)} did.{again}"
            )
            if case.owner == to:
                words = f"The case of {case.title} is open again; {owner} looks after it."
            state = case.state if case.open else CaseState.WATCHING
            case = replace(case, version=case.version + 1, owner=to, state=state, updated_at=now)
        records = await recorded(desk, case, by, person, words, kind="owner")
        try:
            await desk.store.save(case, *records, *told_owner(case, person, by, now))
        except Conflict:
            continue
        return Done(case=case, words=words)
    raise _busy()


async def look(desk: Desk, asked: str, *, by: Actor) -> Looked:
    """The page of a case. Raises: NotAllowed; NotFound, Invalid: no such seller, or no case of theirs."""
    await authority.allowed(desk, by, May.REFER, _TO_DO)
    case, *others = await _found(desk, asked)
    sellers = await _group(desk, case.seller)
    changes = [one for each in (case, *others) for one in await desk.store.entries(Change, about(each))]
    changes.sort(key=lambda one: (one.at, one.number), reverse=True)
    people = {case.owner, *(one.owner for one in others), *(one.actor.user_id for one in changes)}
    return Looked(
        case=case,
        others=tuple(others),
        sellers=tuple(sellers),
        changes=tuple(changes),
        purchases=await bought_from(desk, sellers),
        names={**await desk.names(people - {SYSTEM.user_id}), SYSTEM.user_id: "the desk itself"},
    )


async def asked_about(desk: Desk, asked: str, *, by: Actor) -> Case:
    """The case a form is about, before it is opened. Raises: as `look`."""
    await authority.allowed(desk, by, May.REFER, _TO_DO)
    return (await _found(desk, asked))[0]


async def asked_assign(desk: Desk, asked: str, *, by: Actor) -> tuple[str, str, Case | None]:
    """The seller that somebody is to look after, by key, what they are called, and their case where there is one."""
    await authority.allowed(desk, by, May.REFER, _TO_DO)
    seller, cases = await _of(desk, asked)
    if cases:
        return cases[0].seller, cases[0].title, cases[0]
    return seller, (await titles(desk, seller))[seller], None


async def note(desk: Desk, asked: str, words: str, *, by: Actor) -> Done:
    """Keep a note with a case. Raises: as `look`; Invalid: beside the field `note`."""
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    words = words.strip()
    if not words:
        raise Invalid("Say what is to be remembered.", field="note")
    if len(words) > NOTE_LIMIT:
        raise Invalid(f"The note has {len(words)} characters; {NOTE_LIMIT} is the most.", field="note")
    return await _change(desk, asked, by, person, f"Note: {words}", kind="note")


async def plan(desk: Desk, asked: str, said: str, *, by: Actor) -> Done:
    """What is done next; `said` begins with the day, in people's words. Nothing said: there is no next step any more.

    Raises: as `look`; Invalid: beside the fields `on` and `step`.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    day, step = read_day(said, _today(desk, person)) if said else (None, "")
    return await _plan(desk, asked, day, step, by=by, person=person)


async def plan_on(desk: Desk, asked: str, day: date | None, step: str, *, by: Actor) -> Done:
    """As `plan`, with the day from a form; neither a day nor a step: there is none any more."""
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    if day is None and step.strip():
        raise Invalid("Say by when.", field="on")
    day = check_day(day, _today(desk, person)) if day else None
    return await _plan(desk, asked, day, step, by=by, person=person)


async def _plan(desk: Desk, asked: str, day: date | None, step: str, *, by: Actor, person: Person) -> Done:
    step = " ".join(step.split())
    if day is not None and not step:
        raise Invalid("Say what is to be done then.", field="step")
    if len(step) > STEP_LIMIT:
        raise Invalid(f"The next step has {len(step)} characters; {STEP_LIMIT} is the most.", field="step")
    words = f"Next step, {in_full(day)}: {step}" if day else "There is no next step any more."
    return await _change(
        desk, asked, by, person, words, kind="next", open_only=True, next_step=step, next_on=day, reminded=0
    )


async def put(desk: Desk, asked: str, state: CaseState, why: str, *, by: Actor) -> Done:
    """Put a case into another state. Safe to repeat.

    Raises: as `look`; Invalid: beside the fields `state` and `why`.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    why = why.strip()
    if state is CaseState.REFERRED:
        raise Invalid("A case is referred once a referral of it is handed over.", field="state")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    because = f" Why: {why}" if why else ""
    before = (await _found(desk, asked))[0]
    if before.state is state:
        return Done(case=before, words=f"The case of {before.title} is {state} already.")
    over: dict[str, Any] = {"next_step": "", "next_on": None} if state is CaseState.CLOSED else {}
    words = f"The case is {state} now; it was {before.state}.{because}"
    return await _change(desk, before.seller, by, person, words, kind="state", state=state, **over)


async def listed(desk: Desk, asked: ListCases, *, by: Actor) -> Listed:
    """A page of cases; of open ones the next step that is due first. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.REFER, _TO_DO)
    owner = by.user_id if asked.which == "mine" else asked.owner
    wanted = [
        one
        for one in await desk.store.entries(Case)
        if one.open is (asked.which != "closed") and (not owner or one.owner == owner)
    ]
    found = by_next_step(wanted)
    if asked.which == "closed":
        found = sorted(wanted, key=lambda one: one.updated_at, reverse=True)
    shown = tuple(found[(asked.page - 1) * PAGE : asked.page * PAGE])
    people = {one.owner for one in shown} | ({owner} if owner else set())
    return Listed(cases=shown, total=len(found), names=await desk.names(people))


def by_next_step(cases: Iterable[Case]) -> list[Case]:
    """The next step that is due first; those without one come last, oldest first."""
    return sorted(cases, key=lambda one: (one.next_on or date.max, one.at, one.seller))


async def glimpse(desk: Desk, sellers: Iterable[str], *, by: Actor) -> Glimpse | None:
    """What an offender's page says of cases; None for whoever may not know of any."""
    try:
        await authority.allowed(desk, by, May.REFER)
    except NotAllowed:
        return None
    found = await _cases(desk, sellers)
    if not found:
        return Glimpse(case=None)
    return Glimpse(case=found[0], owner=await desk.name(found[0].owner), others=tuple(found[1:]))


async def linked(desk: Desk, seller: str, *, by: Actor) -> str:
    """What whoever linked this seller to another should know of their cases; empty where there are not two."""
    seen = await glimpse(desk, await _group(desk, seller), by=by)
    if seen is None or seen.case is None or not seen.others:
        return ""
    names = " and ".join(f"{one.title} ({one.state})" for one in (seen.case, *seen.others))
    return (
        f"There is a case of each: {names}. Both are kept; the one of {seen.case.title} is shown, and names the other."
    )


async def referred(
    desk: Desk, seller: str, at: datetime, *, by: Actor = SYSTEM, words: str = "A referral was handed over."
) -> tuple[Record, ...]:
    """What to save with a referral of a seller (by key) that is handed over: their open case is referred.

    Nothing where there is none, or it is already. Saving it may be a `Conflict`: ask again then.
    """
    cases = await _cases(desk, await _group(desk, seller))
    if not cases or not cases[0].open or cases[0].state is CaseState.REFERRED:
        return ()
    before = cases[0]
    after = replace(before, version=before.version + 1, state=CaseState.REFERRED, updated_at=at)
    said = f"The case is {after.state} now; it was {before.state}. {words}"
    return (after, *await recorded(desk, after, by, None, said, kind="state"))


async def mention(desk: Desk, seller: str, words: str, mark: str) -> tuple[Record, ...]:
    """Words for the thread of the open case of a seller (by key), if there is one. `mark` tells them from others."""
    cases = await _cases(desk, await _group(desk, seller))
    if not cases or not cases[0].open:
        return ()
    now = desk.now()  # with its message, which may have to move before anything is said there
    return card(cases[0], now), reply(cases[0], words, now, mark=mark)


async def others_of(desk: Desk, case: Case) -> tuple[Case, ...]:
    """The cases of sellers that were linked with this one's."""
    return tuple(one for one in await _cases(desk, await _group(desk, case.seller)) if one.seller != case.seller)


async def _change(
    desk: Desk,
    asked: str,
    by: Actor,
    person: Person,
    words: str,
    *,
    kind: str,
    open_only: bool = False,
    **changes: Any,
) -> Done:
    for _ in range(_TRIES):
        case = (await _found(desk, asked))[0]
        if open_only and not case.open:
            raise WrongStatus(f"The case of {case.title} is closed; assign it to somebody to open it again.")
        after = replace(case, version=case.version + 1, updated_at=desk.now(), **changes)
        records = list(await recorded(desk, after, by, person, words, kind=kind))
        if after.next_on is not None and "next_on" in changes:
            records.append(reminder(after, await first_reminder(desk, after.owner, after.next_on)))
        try:
            await desk.store.save(after, *records)
        except Conflict:
            continue
        return Done(case=after, words=words)
    raise _busy()


async def _who_may(desk: Desk, user_id: str) -> str:
    """What whoever is to look after a case is called."""
    try:
        found = await authority.held(desk, Actor(user_id=user_id))
    except NotAllowed as refused:
        raise Invalid(
            "A case is for a full member of this workspace; choose somebody else.", field="owner"
        ) from refused
    if not found.may(May.REFER):
        raise Invalid(
            f"{found.person.name} cannot look after a case: it takes the role analyst, approver or admin.",
            field="owner",
        )
    return found.person.name


async def _of(desk: Desk, asked: str) -> tuple[str, list[Case]]:
    """The seller somebody means, by key, and the cases of their offender, the one that is shown first."""
    cases = {one.seller: (one.title,) for one in await desk.store.entries(Case)}
    seller = await meant(desk, asked, also=cases)
    return seller, await _cases(desk, await _group(desk, seller))


async def _found(desk: Desk, asked: str) -> list[Case]:
    """Raises: NotFound: no case."""
    seller, cases = await _of(desk, asked)
    if not cases:
        raise NotFound(f"There is no case of {seller} yet. `/offenders assign {seller} @name` opens one.")
    return cases


async def _cases(desk: Desk, sellers: Iterable[str]) -> list[Case]:
    there = [await desk.store.entry(Case, key) for key in sellers]
    return sorted((one for one in there if one), key=lambda one: (not one.open, one.at, one.seller))


async def _group(desk: Desk, seller: str) -> Sequence[str]:
    return offenders.groups([seller], await desk.store.entries(Link))[seller]


def _today(desk: Desk, person: Person) -> date:
    return desk.now().astimezone(ZoneInfo(person.tz)).date()


def _busy() -> WrongStatus:
    return WrongStatus("This case is changing at this very moment. Please try again.")
