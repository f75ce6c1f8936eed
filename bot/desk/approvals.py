"""Approvals: a second person decides what the policy holds back, whole or in part, and never their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk import Desk, accuracy, authorised, authority, coverage, policy
from bot.desk.steps import asking, step, submission, thread_reply, unique
from bot.errors import Conflict, Invalid, NotAllowed, NotFound, WrongStatus
from bot.model import (
    PAGE,
    WHY_LIMIT,
    Actor,
    Gauge,
    May,
    Notice,
    Person,
    Query,
    Record,
    Role,
    Status,
    spanned,
)

MOMENT = timedelta(minutes=1)
"""How long something was decided a moment ago."""
MOST = 10_000
"""Notices waiting for approval that a queue is made of."""

Verdict = Callable[[Notice], bool | None]
"""True approves, False refuses, None leaves it waiting."""
Step = tuple[Notice, tuple[Record, ...]]


def whose(notice: Notice) -> frozenset[str]:
    """Whose notice it is, and who therefore does not approve it."""
    return filed_by(notice) | {notice.looked_after_by}


def filed_by(notice: Notice) -> frozenset[str]:
    """Who filed it and affirmed it, and therefore does not decide about it at all: they can withdraw it."""
    return frozenset({notice.submitter.user_id, notice.declaration.affirmed_by})


async def approve(
    desk: Desk,
    batch_id: str = "",
    *,
    by: Actor,
    only: Sequence[str] = (),
    like: str = "",
    seen: datetime | None = None,
) -> tuple[Notice, ...]:
    """Approve what of a batch still waits, or what is alike to one of it but for the listing, or only these notices, of
    whatever batch. All of it or nothing.

    Gives what is approved now; the undo window begins. Safe to repeat. `seen` is when what the approver saw was
    asked (`Approval.asked_at`): what was amended later is not approved by it.

    Raises:
        NotAllowed: no approver, or theirs: nobody approves what they filed or look after, an admin neither. Of a whole
            batch theirs is left waiting, as long as anything else is in it.
        WrongStatus: somebody else decided, it was withdrawn or amended, or it can no longer be filed.
        NotFound: there is no such notice.
    """
    return await _decide(desk, batch_id, only, by, lambda _: True, named=frozenset(only), like=like, seen=seen)


async def refuse(
    desk: Desk, batch_id: str = "", why: str = "", *, by: Actor, only: Sequence[str] = (), like: str = ""
) -> tuple[Notice, ...]:
    """Refuse what of a batch still waits, as `approve` has it. The reason is kept, and told to who filed.

    Raises:
        Invalid: no reason, or too long; beside the field `why`.
        NotAllowed: no approver, or they filed it. Whoever only looks after it may refuse.
        WrongStatus, NotFound: as with `approve`.
    """
    named, why = frozenset(only), _checked(why)
    return await _decide(desk, batch_id, only, by, lambda _: False, why=why, named=named, like=like, theirs=filed_by)


async def choose(
    desk: Desk,
    batch_id: str,
    approved: Sequence[str],
    *,
    refuse_rest: bool,
    why: str,
    by: Actor,
    seen: datetime | None = None,
    like: str = "",
) -> tuple[Notice, ...]:
    """Approve some of a batch, and refuse the rest of it or leave that waiting. In one step.

    Raises:
        Invalid: nothing is chosen, or the rest is refused without a reason; beside the field.
        NotAllowed, WrongStatus, NotFound: as with `approve`.
    """
    if not approved and not refuse_rest:
        raise Invalid("Choose what you approve, or refuse the rest.", field="only")
    chosen, why = frozenset(approved), _checked(why) if refuse_rest else ""
    await authority.allowed(desk, by, May.APPROVE)
    await _inside(desk, batch_id, approved)

    def verdict(notice: Notice) -> bool | None:
        return True if notice.id in chosen else False if refuse_rest else None

    return await _decide(desk, batch_id, (), by, verdict, why=why, named=chosen, like=like, seen=seen)


async def asked(desk: Desk, batch_id: str, *, by: Actor, like: str = "") -> tuple[Notice, ...]:
    """The notices of a batch that a second person is asked about, or those alike to one of it but for the listing.

    Raises:
        NotAllowed, NotFound.
    """
    await authority.allowed(desk, by, May.APPROVE)
    return await _meant(desk, batch_id, (), like)


async def to_decide(
    desk: Desk, batch_id: str, *, by: Actor, like: str = "", refusing: bool = False
) -> tuple[Notice, ...]:
    """What a form about a batch is about: what of it this person may decide now, or only refuse.

    Raises:
        NotAllowed, NotFound: as with `approve`.
        WrongStatus: nothing of it waits any more.
    """
    notices = _not_theirs(await asked(desk, batch_id, by=by, like=like), by, filed_by if refusing else whose)
    waiting = tuple(notice for notice in notices if _waits(notice))
    if not waiting:
        raise WrongStatus(await _stands(desk, notices[0], by))
    return waiting


async def queue(desk: Desk, page: int = 1, *, by: Actor) -> tuple[tuple[tuple[Notice, ...], ...], int]:
    """A page of the batches of which something waits for approval, oldest first, and how many there are in all.

    Raises:
        NotAllowed: no approver.
    """
    await authority.allowed(desk, by, May.APPROVE, "see what waits for approval")
    waiting = await desk.store.notices(Query(statuses=frozenset({Status.AWAITING_APPROVAL}), limit=MOST))
    oldest_first = sorted(waiting.notices, key=lambda notice: (notice.filed_at, notice.number))
    batches: dict[str, list[Notice]] = {}
    for notice in oldest_first:
        batches.setdefault(notice.batch_id, []).append(notice)
    shown = tuple(map(tuple, batches.values()))
    return shown[(page - 1) * PAGE : page * PAGE], len(shown)


async def deciders(desk: Desk, notices: Iterable[Notice]) -> dict[str, str]:
    """What those are called who have decided, or set our leave aside, by user id; their ids where Slack does not say
    in time."""
    said = [one.by for notice in notices for one in (notice.approval, notice.override) if one is not None]
    return await desk.names(by.user_id for by in said if by is not None)


async def gauges(desk: Desk, notices: Iterable[Notice]) -> tuple[Gauge, ...]:
    """How accurate we have been with those the notices go to."""
    return await accuracy.gauges(desk, [notice.listing.marketplace for notice in notices])


async def others(desk: Desk, notice: Notice) -> tuple[str, ...]:
    """The user ids of those who may decide about a notice, in order.

    Raises:
        SlackError: Slack does not say who they are.
    """
    able = await authority.able(desk, Role.APPROVER, May.APPROVE)
    return tuple(user_id for user_id in able if user_id not in whose(notice))


async def _decide(
    desk: Desk,
    batch_id: str,
    only: Sequence[str],
    by: Actor,
    verdict: Verdict,
    *,
    named: frozenset[str],
    like: str = "",
    why: str = "",
    seen: datetime | None = None,
    theirs: Callable[[Notice], frozenset[str]] = whose,
) -> tuple[Notice, ...]:
    """Decide what waits and is not `theirs`. Of a batch, the rest is left as it is; what was named must wait."""
    person = await authority.allowed(desk, by, May.APPROVE)
    for _ in range(3):
        meant = _not_theirs(await _meant(desk, batch_id, only, like), by, theirs, named=named)
        waiting = [notice for notice in meant if _waits(notice)]
        settled = [notice for notice in meant if not _waits(notice)]
        said_before = tuple(notice for notice in settled if _same(notice, by, verdict(notice)))
        late = [notice for notice in settled if notice.id in named and notice not in said_before]
        if late or (settled and not waiting and not said_before):
            raise WrongStatus(await _stands(desk, (late or settled)[0], by))
        _refuse_unseen([notice for notice in waiting if verdict(notice)], seen)
        verdicts = [(one, says) for one in waiting if (says := verdict(one)) is not None]
        done = [await _step(desk, one, person, by, says, why=why) for one, says in verdicts]
        if not done:
            return said_before
        after = tuple(notice for notice, _ in done)
        records = [record for _, made in done for record in made]
        try:
            await desk.store.save(*unique([*records, *_told(desk, after, person.name)]))
        except Conflict:
            continue
        return (*(notice for notice in said_before if notice.id in named), *after)
    raise WrongStatus("This is changing at this very moment. Please look again.")


async def _step(desk: Desk, notice: Notice, person: Person, by: Actor, approves: bool, *, why: str) -> Step:
    assert notice.approval is not None, "whoever waits was asked for"
    now, by = desk.now(), Actor(user_id=person.user_id, team_id=person.team_id, where=by.where)
    decided = replace(notice.approval, approved=approves, by=replace(by, where=""), at=now, why="" if approves else why)
    if not approves:
        after, records = step(
            notice,
            at=now,
            actor=by,
            kind="refused",
            words=f"Refused by {person.name}. Why: {why}",
            status=Status.REFUSED,
            reason=why,
            approval=decided,
        )
        return after, (*records, asking(after, now))
    if hindrance := await _hindrance(desk, notice):
        raise WrongStatus(f"{notice.id} can no longer be approved. {hindrance} Refuse it, or have that put right.")
    after, records = step(
        notice,
        at=now,
        actor=by,
        kind="approved",
        words=f"Approved by {person.name}.",
        status=Status.QUEUED,
        sends_at=now + policy.undo_window(desk, await policy.of(desk)),
        approval=decided,
    )
    return after, (*records, asking(after, now), submission(after))


async def _hindrance(desk: Desk, notice: Notice) -> str:
    """Why a notice could not be filed today, in a sentence; empty when it could."""
    if lapsed := await coverage.lapsed(desk, notice):
        return lapsed
    if notice.listing.marketplace not in desk.marketplaces:
        return f"This desk is no longer connected to {notice.listing.marketplace}."
    leave = await authorised.in_the_way(desk, notice)
    if leave is None:
        return ""
    if notice.override is None:
        return f"The seller {leave.seller.title} has our leave by now."
    if not await authority.is_admin(desk, notice.override.by):
        who = await desk.name(notice.override.by.user_id)
        return f"The seller {leave.seller.title} has our leave, and {who}, who set it aside, is no admin as it seems."
    return ""


def _told(desk: Desk, decided: Sequence[Notice], name: str) -> list[Record]:
    """A line in the thread of each card, for who filed: what was approved, and what refused."""

    def alike(notice: Notice) -> tuple[str, bool]:
        return notice.batch_id, notice.status is Status.REFUSED

    records: list[Record] = []
    for (_, refused), some in itertools.groupby(sorted(decided, key=alike), key=alike):
        theirs = sorted(some, key=lambda notice: notice.number)
        words = _refused(theirs, name) if refused else _approved(desk, theirs, name)
        records.append(thread_reply(theirs[0], words, desk.now()))
    return records


def _refused(notices: Sequence[Notice], name: str) -> str:
    why = notices[0].approval.why if notices[0].approval else ""
    return f"{spanned(notices)}: refused by {name}. Why: {why}"


def _approved(desk: Desk, notices: Sequence[Notice], name: str) -> str:
    goes = "It goes" if len(notices) == 1 else "They go"
    seconds = round((notices[0].sends_at - notices[0].queued_at).total_seconds())
    start = f"in {seconds} seconds; until then it can be undone" if seconds else "now"
    to = ", ".join(dict.fromkeys(desk.marketplace_name(notice.listing.marketplace) for notice in notices))
    return f"{spanned(notices)}: approved by {name}. {goes} to {to} {start}."


async def _meant(desk: Desk, batch_id: str, only: Sequence[str], like: str = "") -> tuple[Notice, ...]:
    """The notices of a batch, or those alike to one of it, or those named; of that batch where one is given."""
    if only:
        await _inside(desk, batch_id, only)
        return tuple([await desk.find(one) for one in dict.fromkeys(only)])
    notices = await desk.store.batch(batch_id)
    if not any(notice.approval for notice in notices):
        raise NotFound("There is nothing of that on this desk to approve.")
    if like:
        await _inside(desk, batch_id, [like])
    terms = {notice.terms for notice in notices if like in ("", notice.id)}
    return tuple(notice for notice in notices if notice.approval is not None and notice.terms in terms)


async def _inside(desk: Desk, batch_id: str, only: Iterable[str]) -> None:
    """What a form chose is looked for in its batch."""
    if not batch_id:
        return
    there = {notice.id for notice in await desk.store.batch(batch_id)}
    if strangers := [one for one in only if one not in there]:
        raise NotFound(f"{strangers[0]} was not filed with these.", field="only")


def _not_theirs(
    notices: Sequence[Notice],
    by: Actor,
    theirs: Callable[[Notice], frozenset[str]],
    *,
    named: frozenset[str] = frozenset(),
) -> tuple[Notice, ...]:
    """What of these somebody else may decide: nobody is their own second person, an admin neither.

    Raises:
        NotAllowed: all of it is their own, or something that they named.
    """
    own = [notice for notice in notices if by.user_id in theirs(notice)]
    if own and (len(own) == len(notices) or any(notice.id in named for notice in own)):
        filed = any(by.user_id in filed_by(notice) for notice in own)
        yours = f"You filed {spanned(own)}" if filed else f"You look after {spanned(own)}"
        instead = " You can still withdraw what you filed." if filed else " You can still refuse."
        raise NotAllowed(f"{yours}, so somebody else has to decide, whatever your role.{instead}")
    return tuple(notice for notice in notices if notice not in own)


def _refuse_unseen(notices: Iterable[Notice], seen: datetime | None) -> None:
    """Nobody approves what they were not shown."""
    changed = [one for one in notices if seen is not None and one.approval and one.approval.asked_at > seen]
    if changed:
        words = f"{spanned(changed)} was amended after this was shown to you"
        raise WrongStatus(f"{words}. Please look again: `/takedown approvals` shows it as it is now.")


def _waits(notice: Notice) -> bool:
    return notice.status is Status.AWAITING_APPROVAL


def _same(notice: Notice, by: Actor, approves: bool | None) -> bool:
    """Whether they have said so already."""
    said = notice.approval
    return said is not None and said.by is not None and said.by.user_id == by.user_id and said.approved is approves


async def _stands(desk: Desk, notice: Notice, by: Actor) -> str:
    """Why nothing is to be decided about a notice any more, in a sentence."""
    said = notice.approval
    if said is None:
        return f"{notice.id} needs no second person; it is at “{notice.status.words}”."
    if said.by is None or said.at is None:
        return f"{notice.id} was withdrawn before anybody had decided."
    who = "You" if said.by.user_id == by.user_id else await desk.name(said.by.user_id)
    ago = "a moment ago" if desk.now() - said.at < MOMENT else f"on {said.at:%d %b %Y, %H:%M} UTC"
    return f"{who} {'approved' if said.approved else 'refused'} {notice.id} {ago}."


def _checked(why: str) -> str:
    why = why.strip()
    if not why:
        raise Invalid("Please say why; who filed it is told.", field="why")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    return why
