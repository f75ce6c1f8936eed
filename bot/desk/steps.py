"""One step of a notice: its next version, the event that tells why, and what must leave the process because of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot import custody
from bot.desk import waits
from bot.model import SYSTEM, Actor, Delivery, DeliveryKind, Event, Notice, Record, Status

_TERMS = frozenset({"listing", "right", "violation", "statement", "message_to_seller", "declaration"})
"""What of a notice `custody.terms` is about."""


def step(
    notice: Notice,
    *,
    at: datetime,
    actor: Actor,
    kind: str,
    words: str,
    raw: dict[str, Any] | None = None,
    reply: bool = False,
    where: str = "",
    **changes: Any,
) -> tuple[Notice, tuple[Record, ...]]:
    """The changed notice, and the records to save for it. `reply` also says `words` in the thread of the card.

    `where` says from where this is known, where the actor does not: `Acme, asked`.
    """
    after = notice.changed(at, **changes)
    if after.snoozed_until and (after.status is not notice.status or waits.what(after) is not waits.what(notice)):
        after = replace(after, snoozed_until=None)  # what was put off is over
    if changes.keys() & _TERMS and (asked := custody.terms(after)) != custody.terms(notice):
        raw = {**(raw or {}), "terms": asked}
    after, said = told(after, at=at, actor=actor, kind=kind, words=words, raw=raw, where=where)
    records: list[Record] = [after, said, card(after, at), *waits.watch(notice, after)]
    if reply:
        records.append(thread_reply(after, f"{after.id}: {words}", at))
    return after, tuple(records)


def not_sent(notice: Notice, at: datetime, why: str) -> tuple[Record, ...]:
    """What to save for a notice that what was true when it was filed no longer is; it may be retried."""
    _, records = step(
        notice,
        at=at,
        actor=SYSTEM,
        kind="failed",
        words=f"Not sent: {why}",
        reply=True,
        status=Status.FAILED,
        reason=why,
    )
    return records


def told(
    notice: Notice,
    *,
    at: datetime,
    actor: Actor,
    kind: str,
    words: str,
    raw: dict[str, Any] | None = None,
    where: str = "",
) -> tuple[Notice, Event]:
    """The notice with the event of this version of it at the end of its chain, and the event.

    The first event of a notice holds what it asks for.
    """
    if notice.version == 1:
        raw = {**(raw or {}), "terms": custody.terms(notice)}
    event = Event(
        notice_id=notice.id,
        number=notice.version,
        at=at,
        actor=replace(actor, where="") if actor.where else actor,
        kind=kind,
        status=notice.status,
        words=words,
        raw=raw or {},
        where=where or custody.whence(actor),
        before=notice.head,
        salt=custody.fresh_salt(),
    )
    return replace(notice, head=custody.digest(event)), event


def card(notice: Notice, at: datetime) -> Delivery:
    """Draw the card anew. One a batch: putting it in again while it waits costs nothing."""
    return Delivery(
        id=f"card:{notice.batch_id}",
        kind=DeliveryKind.CARD,
        lane=f"slack:{notice.channel}",
        subject=notice.batch_id,
        due_at=at,
    )


def asking(notice: Notice, at: datetime) -> Delivery:
    """Ask for approval of a batch, or draw anew where it was asked. One a batch, in a lane of its own."""
    return Delivery(
        id=f"approval:{notice.batch_id}",
        kind=DeliveryKind.APPROVAL,
        lane="slack:approvals",
        subject=notice.batch_id,
        due_at=at,
    )


def thread_reply(notice: Notice, words: str, at: datetime) -> Delivery:
    """Say it in the thread of the card. In a lane of their own, so that many never delay a card."""
    return Delivery(
        id=f"reply:{notice.id}:{notice.version}",
        kind=DeliveryKind.REPLY,
        lane=f"replies:{notice.channel}",
        subject=notice.batch_id,
        due_at=at,
        words=words,
    )


def pack(notice: Notice, at: datetime) -> Delivery:
    """Post the pack of the notice's lot. Asked for at another version of the notice, it is another post.

    `words` hold since when it may have been posted.
    """
    return Delivery(
        id=f"pack:{notice.lot}:{notice.id}.{notice.version}",
        kind=DeliveryKind.PACK,
        lane=f"slack:{notice.channel}",
        subject=notice.lot,
        due_at=at,
        words=at.isoformat(),
    )


def to_marketplace(kind: DeliveryKind, notice: Notice, due_at: datetime) -> Delivery:
    """One delivery a notice and kind. Checks have a lane of their own, so that they never delay what people wait for;
    the marketplace's limiter keeps the rate of both together."""
    lane = "watch" if kind is DeliveryKind.CHECK else "marketplace"
    return Delivery(
        id=f"{kind}:{notice.id}",
        kind=kind,
        lane=f"{lane}:{notice.listing.marketplace}",
        subject=notice.id,
        due_at=due_at,
    )


def unique(records: Iterable[Record]) -> list[Record]:
    """The records with each delivery once: a batch has one card however many notices it has."""
    kept = list(records)
    deliveries = {record.id: record for record in kept if isinstance(record, Delivery)}
    return [record for record in kept if not isinstance(record, Delivery)] + list(deliveries.values())


def submission(notice: Notice) -> Delivery:
    """Send the notice once its undo window is over."""
    if notice.status is not Status.QUEUED:
        raise ValueError(f"{notice.id} is {notice.status}, not queued")
    return to_marketplace(DeliveryKind.SUBMIT, notice, notice.sends_at)
