"""Settling: what a marketplace did becomes the notice's next step. Called by the outbox and by signed pushes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import custody
from bot.desk import Desk, archiving, deadlines, looking
from bot.desk.sellers import learned
from bot.desk.steps import step, to_marketplace, unique
from bot.errors import Conflict, NotFound
from bot.marketplaces import Marketplace, Push
from bot.model import (
    AT_MARKETPLACE,
    SYSTEM,
    Actor,
    Choice,
    ComeBack,
    Deadline,
    Decision,
    Delivery,
    DeliveryKind,
    Notice,
    Record,
    Seen,
    Seller,
    Status,
)

RECHECK_FOR = timedelta(days=30)
"""How long a removed listing is looked at again."""
SLOWEST_POLL = timedelta(hours=6)
AFTER_A_REFUSAL = timedelta(minutes=10)
"""How soon to ask again a marketplace that would not say how a notice stands."""

ASKED, ANSWERED, PUSHED = "asked", "answered", "pushed"
"""How it was heard what a marketplace says: we asked, it was the answer to what we sent, or it told us by itself."""

_WOULD_NOT_SAY = "would not say how this stands"
_UNTOLD = "whose reference we do not have"
_SENTENCES = {
    Status.SUBMITTED: "{name} has received it as {reference}.",
    Status.IN_REVIEW: "{name} is reviewing it.",
    Status.SELLER_RESPONSE: "{name} is waiting for the seller's answer.",
    Status.NEEDS_INPUT: "{name} asks for more information from us.",
    Status.SUSPENDED: "{name} has taken the listing offline for now; it may return.",
    Status.REMOVED: "{name} has removed the listing.",
    Status.GONE: "The listing is no longer live; {name} does not say why.",
    Status.REJECTED: "{name} has rejected the notice.",
    Status.REINSTATED: "{name} has brought the listing back.",
    Status.DUPLICATE: "{name} already has a notice for this listing, {reference}.",
    Status.WITHDRAWN: "Withdrawn at {name}.",
}
# The turns that matter enough to say them in the thread.
_TURNS = frozenset(
    {
        Status.NEEDS_INPUT,
        Status.REMOVED,
        Status.GONE,
        Status.REJECTED,
        Status.REINSTATED,
        Status.DUPLICATE,
        Status.WITHDRAWN,
        Status.FAILED,
        Status.UNCERTAIN,
    }
)


async def sending_all(desk: Desk, notices: Sequence[Notice]) -> list[Notice]:
    """Put on disk that notices are about to go on the wire, so that a crash is followed by a look, not a resend.

    Raises:
        Conflict: one of them changed meanwhile, for instance by *Undo*; none is on its way.
    """
    steps = [_sending(desk, notice) for notice in notices]
    records = unique(record for _, records in steps for record in records)
    if records:
        await desk.store.save(*records)
    return [after for after, _ in steps]


def _sending(desk: Desk, notice: Notice) -> tuple[Notice, tuple[Record, ...]]:
    if notice.status is Status.SENDING:
        return notice, ()  # said already; it never arrived
    name = desk.marketplace_name(notice.listing.marketplace)
    words = f"Sending to {name}." if notice.status is Status.QUEUED else f"It is not there: sending to {name} again."
    return step(notice, at=desk.now(), actor=SYSTEM, kind="sending", words=words, status=Status.SENDING, reason="")


async def settle_all(desk: Desk, settled: Sequence[tuple[Notice, Decision, Delivery]]) -> None:
    """As `settle`, for several that were sent in one call.

    Raises:
        Conflict: one of them changed meanwhile; nothing was settled.
    """
    records: list[Record] = []
    for notice, decision, _ in settled:
        records += await _settled(desk, notice, decision, heard=ANSWERED)
    await desk.store.save(*unique(records), settles=[delivery for _, _, delivery in settled])


async def settle(
    desk: Desk, notice: Notice, decision: Decision, *, settles: Delivery | None, heard: str = ASKED
) -> None:
    """Record what the marketplace says of a notice, finish the delivery and plan the next look.

    `heard`: how it came to say so.

    Raises:
        Conflict: the notice changed meanwhile; the delivery is still there to be carried again.
    """
    await desk.store.save(*await _settled(desk, notice, decision, heard=heard), settles=settles)


async def _settled(desk: Desk, notice: Notice, decision: Decision, *, heard: str) -> tuple[Record, ...]:
    after, records = decided(desk, notice, decision, heard=heard)
    return (*records, *await learned(desk, notice, after), *afterwards(desk, notice, after))


async def recorded(desk: Desk, notice: Notice, decision: Decision, *, by: Actor) -> tuple[Notice, tuple[Record, ...]]:
    """As `decided`, by a person who has looked there, with all that follows. It counts like any other decision."""
    after, records = decided(desk, notice, decision, by=by)
    return after, (*records, *await learned(desk, notice, after), *afterwards(desk, notice, after))


async def pushed(desk: Desk, marketplace: Marketplace, push: Push) -> Notice:
    """Record a status the marketplace pushed.

    Raises:
        Conflict: the very same message was heard before.
        NotFound: no notice has this reference.
    """
    for attempt in range(3):
        notice = await desk.store.notice_by_reference(marketplace.key, push.decision.reference)
        if notice is None:
            raise NotFound(f"No notice here has the reference {push.decision.reference}.")
        after, records = decided(desk, notice, push.decision, heard=PUSHED)
        heard = Seen(key=push.key, at=desk.now())
        try:
            follows = (*await learned(desk, notice, after), *afterwards(desk, notice, after))
            await desk.store.save(heard, *records, *follows)
        except Conflict:
            moved = await desk.store.notice(notice.id)
            if attempt == 2 or moved is None or moved.version == notice.version:
                raise
            continue
        return after
    raise Conflict("The notice keeps changing.")


async def delayed(desk: Desk, notice: Notice, words: str, *, status: Status | None = None) -> None:
    """Say once that the marketplace is not answering; the attempts go on. `status`: where the notice goes back to."""
    status = status or notice.status
    if notice.reason == words and status is notice.status:
        return
    _, records = step(notice, at=desk.now(), actor=SYSTEM, kind="delayed", words=words, reason=words, status=status)
    await desk.store.save(*records)


async def lost(desk: Desk, notice: Notice, detail: str) -> None:
    """The reply was lost: it will be looked up before anything is sent again."""
    if notice.status is Status.UNCERTAIN:
        return
    name = desk.marketplace_name(notice.listing.marketplace)
    words = f"No clear answer from {name}; looking it up there before anything is sent again."
    _, records = step(
        notice,
        at=desk.now(),
        actor=_theirs(desk, notice, "gave no clear answer"),
        kind="uncertain",
        words=words,
        raw={"detail": detail},
        status=Status.UNCERTAIN,
        reason=words,
    )
    await desk.store.save(*records)


async def failed(
    desk: Desk, notice: Notice, reason: str, *, settles: Delivery | None, raw: dict[str, str] | None = None
) -> None:
    """Nothing was filed, and no attempt is left; a person may retry."""
    name = desk.marketplace_name(notice.listing.marketplace)
    _, records = step(
        notice,
        at=desk.now(),
        actor=_theirs(desk, notice, ANSWERED),
        where="" if raw else custody.THIS_DESK,
        kind="failed",
        words=f"Not filed with {name}: {reason}",
        raw=raw,
        reply=True,
        status=Status.FAILED,
        reason=reason,
    )
    await desk.store.save(*records, settles=settles)


async def unclear(desk: Desk, notice: Notice, reason: str) -> None:
    """No attempt is left and the outcome is still unknown: a person has to look."""
    if notice.reason == reason:
        return
    _, records = step(
        notice,
        at=desk.now(),
        actor=SYSTEM,
        kind="unclear",
        words=reason,
        reply=True,
        reason=reason,
        status=Status.UNCERTAIN,
    )
    await desk.store.save(*records)


async def never_sent(desk: Desk, notice: Notice, *, settles: Delivery) -> None:
    """A withdrawal was asked for while the marketplace did not answer, and a look there found nothing."""
    name = desk.marketplace_name(notice.listing.marketplace)
    _, records = step(
        notice,
        at=desk.now(),
        actor=SYSTEM,
        kind="withdrawn",
        words=f"Withdrawn; it never reached {name}.",
        reply=True,
        status=Status.WITHDRAWN,
        reason=notice.withdrawal or "",
    )
    await desk.store.save(*records, settles=settles)


async def answered(desk: Desk, notice: Notice, *, settles: Delivery) -> None:
    """The marketplace has our answer to the seller's proof; how it stands now is asked at once."""
    assert notice.answer is not None
    name = desk.marketplace_name(notice.listing.marketplace)
    said = "accepts the seller's proof" if notice.answer.accepts else "keeps the complaint"
    words = f"{name} has our answer, which {said}."
    given = replace(notice.answer, delivered=True)
    after, records = step(
        notice,
        at=desk.now(),
        actor=SYSTEM,
        kind="answered",
        words=words,
        reply=True,
        where=f"{name}, {ANSWERED}",
        answer=given,
    )
    await desk.store.save(*records, to_marketplace(DeliveryKind.CHECK, after, desk.now()), settles=settles)


async def answer_refused(desk: Desk, notice: Notice, detail: str, *, settles: Delivery) -> None:
    """The marketplace would not take our answer: it can be given again."""
    await _not_taken(desk, notice, "answer_refused", "our answer", detail, settles=settles, answer=None)


async def withdrawal_refused(desk: Desk, notice: Notice, detail: str, *, settles: Delivery) -> None:
    """The marketplace would not take it back; the notice goes on as it was."""
    await _not_taken(desk, notice, "withdrawal_refused", "the notice back", detail, settles=settles, withdrawal=None)


async def _not_taken(
    desk: Desk, notice: Notice, kind: str, what: str, detail: str, *, settles: Delivery, **forgets: Any
) -> None:
    name = desk.marketplace_name(notice.listing.marketplace)
    after, records = step(
        notice,
        at=desk.now(),
        actor=_theirs(desk, notice, ANSWERED),
        kind=kind,
        words=f"{name} did not take {what}: {detail}",
        raw={"detail": detail},
        reply=True,
        **forgets,
    )
    # They may have moved on meanwhile, which is why they would not.
    await desk.store.save(*records, to_marketplace(DeliveryKind.CHECK, after, desk.now()), settles=settles)


async def stopped_asking(desk: Desk, notice: Notice, *, settles: Delivery) -> None:
    """They have had so long that nothing is asked any more: a person has to look, and record the outcome."""
    name = desk.marketplace_name(notice.listing.marketplace)
    days = (desk.now() - notice.filed_at).days
    words = f"{name} has not decided in {days} days, so I ask no more. Please look there, and record the outcome."
    _, records = step(notice, at=desk.now(), actor=SYSTEM, kind="stopped", words=words, reply=True, reason=words)
    await desk.store.save(*records, settles=settles)


async def check_refused(desk: Desk, notice: Notice, detail: str, *, settles: Delivery) -> None:
    """They would not say how it stands: told once, asked again later."""
    name = desk.marketplace_name(notice.listing.marketplace)
    words = f"{name} {_WOULD_NOT_SAY}: {detail}"
    wait = min(max(AFTER_A_REFUSAL, (desk.now() - notice.filed_at) / 20), SLOWEST_POLL)
    again = to_marketplace(DeliveryKind.CHECK, notice, desk.now() + wait)
    if notice.reason == words:
        await desk.store.save(again, settles=settles)
        return
    _, records = step(
        notice,
        at=desk.now(),
        actor=_theirs(desk, notice, ASKED),
        kind="check_refused",
        words=words,
        raw={"detail": detail},
        reason=words,
    )
    await desk.store.save(*records, again, settles=settles)


def decided(
    desk: Desk, notice: Notice, decision: Decision, *, by: Actor | None = None, heard: str = ASKED
) -> tuple[Notice, tuple[Record, ...]]:
    """The notice after a decision, and the records to save; none when the marketplace says nothing new. Pure.

    `by` is the person who tells it, where the marketplace itself does not; it was `heard` from them otherwise.
    """
    possible = decision.status is notice.status or notice.may_become(decision.status)
    status = decision.status if possible else notice.status
    seller = _seller(notice, decision)
    # A notice that has its reference keeps it. A duplicate's is the other notice's, whose pushes it must not draw.
    reference = notice.reference or ("" if decision.status is Status.DUPLICATE else decision.reference)
    came_back = _came_back(notice, decision) if status is Status.REINSTATED else None
    contested = notice.contested or decision.contested
    deadline, choices = _waits(notice, decision, status)
    # Whatever they say of it, it stands by their word from now on.
    seen_back_at = None if possible else notice.seen_back_at
    news = (status, decision.vendor_status, seller, reference, came_back, contested, deadline, choices, seen_back_at)
    stood = (notice.status, notice.vendor_status, notice.seller, notice.reference, notice.came_back, notice.contested)
    same = news == (*stood, notice.deadline, notice.choices, notice.seen_back_at)
    if same and (decision.reason == notice.reason or not (decision.reason or _is_ours(notice.reason))):
        return notice, ()
    # A marketplace's clock may be ahead of ours; what is decided in time to come would count in no window.
    said_at = min(decision.decided_at, desk.now()) if possible and decision.decided_at else None
    # A further word about what is decided leaves the day of it: old decisions must not count as new ones.
    ends = status.final and status is not notice.status
    decided_at = said_at or (desk.now() if ends else notice.decided_at)
    return step(
        notice,
        at=desk.now(),
        actor=by or _theirs(desk, notice, heard),
        kind="decision" if possible else "surprise",
        words=_words(desk, notice, decision, possible=possible),
        raw=decision.raw,
        reply=status is not notice.status and status in _TURNS,
        status=status,
        reference=reference,
        vendor_status=decision.vendor_status,
        reason=decision.reason,
        decided_at=decided_at,
        seller=seller,
        withdrawal=None if status.final else notice.withdrawal,
        removed_at=notice.removed_at or (decided_at if status is Status.REMOVED else None),
        contested=contested,
        came_back=came_back,
        seen_back_at=seen_back_at,
        # What our looks saw before a return that was none says nothing of the time after it.
        verified_gone_at=None if notice.status is Status.REINSTATED is not status else notice.verified_gone_at,
        deadline=deadline,
        choices=choices,
        answer=notice.answer if status is notice.status else None,
    )


def _waits(notice: Notice, decision: Decision, status: Status) -> tuple[Deadline | None, tuple[Choice, ...]]:
    """By when somebody has to act, and what we may answer. A deadline that is not said again stays with its status."""
    if status.final:
        return None, ()
    if status is not notice.status:
        return decision.deadline, decision.choices
    return decision.deadline or notice.deadline, decision.choices or notice.choices


def _seller(notice: Notice, decision: Decision) -> Seller | None:
    """The marketplace knows its sellers better than who filed. A name it leaves out this time is kept."""
    said, had = decision.seller, notice.seller
    if said is None or (had is not None and had.seller_id == said.seller_id and not said.name):
        return had
    return said


def _came_back(notice: Notice, decision: Decision) -> ComeBack | None:
    """Why, where they say so or there was a counter-notice. None, not known, is not held against the seller."""
    if decision.came_back is not None:
        return decision.came_back
    # A counter-notice that is told of only now explains what we took for something else.
    told_now = decision.contested and not notice.contested
    if notice.came_back is not None and not told_now:
        return notice.came_back
    return ComeBack.COUNTER_NOTICE if notice.contested or decision.contested else None


def _answers(desk: Desk, notice: Notice) -> bool:
    """Whether they say themselves that they have it; a mail is only known to be on its way."""
    marketplace = desk.marketplaces.get(notice.listing.marketplace)
    return marketplace is None or marketplace.capabilities.polls


def _is_ours(reason: str) -> bool:
    """Whether a reason is what we say of a marketplace that does not answer; it ends when they do."""
    return _WOULD_NOT_SAY in reason


def _words(desk: Desk, notice: Notice, decision: Decision, *, possible: bool) -> str:
    name = desk.marketplace_name(notice.listing.marketplace)
    if not possible:
        said = f"{name} now says “{decision.vendor_status}”"
        return f"{said}, which cannot follow {notice.status.words}; please have a look there."
    if decision.status is notice.status and _is_ours(notice.reason):
        return f"{name} says again how it stands."
    seller = _seller(notice, decision)
    if decision.status is notice.status and seller is not None and seller != notice.seller:
        other = notice.seller is not None and notice.seller.seller_id != seller.seller_id
        instead = f", not {notice.seller.title}" if notice.seller and other else ""
        return f"{name} names the seller: {seller.title}{instead}."
    if decision.status is notice.status and decision.contested and not notice.contested:
        return f"{name} says that the seller filed a counter-notice."
    sentence = _SENTENCES[decision.status].format(name=name, reference=decision.reference or _UNTOLD)
    if decision.status is Status.SUBMITTED and not _answers(desk, notice):
        sentence = f"Sent to {name}, as {decision.reference}."
    if decision.status is Status.IN_REVIEW and decision.vendor_status not in ("", "in_review"):
        sentence = f"{name} says “{decision.vendor_status}”, which this desk takes for: in review."
    lead = {Status.NEEDS_INPUT: "They write", Status.WITHDRAWN: "Why"}.get(decision.status, "Their reason")
    return f"{sentence} {lead}: {decision.reason}" if decision.reason else sentence


def afterwards(desk: Desk, before: Notice, notice: Notice) -> tuple[Record, ...]:
    """What must leave next because of where the notice stands now."""
    now = desk.now()
    follows = (
        *_next_check(desk, notice, now),
        *deadlines.watch(before, notice),
        *archiving.watch(desk, before, notice),
        *looking.watch(desk, before, notice),
    )
    if notice.status in AT_MARKETPLACE and notice.withdrawal is not None:
        return (to_marketplace(DeliveryKind.WITHDRAW, notice, now), *follows)
    return follows


def still_asked(marketplace: Marketplace, notice: Notice, now: datetime) -> bool:
    """Whether the marketplace itself will say how the notice stands, now and then."""
    can = marketplace.capabilities
    if not can.polls or not notice.reference:
        return False
    if notice.status in AT_MARKETPLACE:
        return now - notice.filed_at <= timedelta(days=can.poll_days)
    return notice.status in (Status.REMOVED, Status.GONE) and now - (notice.decided_at or now) < RECHECK_FOR


def _next_check(desk: Desk, notice: Notice, now: datetime) -> tuple[Record, ...]:
    """Ask again: soon at first, slower as the notice ages; a removed listing is looked at again for a month."""
    marketplace = desk.marketplaces.get(notice.listing.marketplace)
    if marketplace is None or not notice.reference:
        return ()
    can = marketplace.capabilities
    if not can.polls:
        return ()
    if notice.status in AT_MARKETPLACE:
        age = (now - notice.filed_at).total_seconds()
        wait = min(max(can.poll_seconds, age / 20), max(SLOWEST_POLL.total_seconds(), can.poll_seconds))
    elif notice.status in (Status.REMOVED, Status.GONE) and now - (notice.decided_at or now) < RECHECK_FOR:
        wait = can.recheck_seconds
    else:
        return ()
    # Up to a tenth later, so that notices filed together are not asked after together.
    spread = random.uniform(1, 1.1)  # noqa: S311 - spreads load, guards nothing
    return (to_marketplace(DeliveryKind.CHECK, notice, now + timedelta(seconds=wait * spread)),)


def _theirs(desk: Desk, notice: Notice, heard: str) -> Actor:
    key = notice.listing.marketplace
    return Actor(user_id=f"marketplace:{key}", where=f"{desk.marketplace_name(key)}, {heard}")
