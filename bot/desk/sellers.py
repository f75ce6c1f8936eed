"""Who the seller of a listing is: learned once, known on every notice of the listing, and looked at anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.desk import Desk, authorised
from bot.desk.steps import step
from bot.model import SYSTEM, Brief, Delivery, DeliveryKind, Notice, Record


async def learned(desk: Desk, before: Notice, after: Notice) -> tuple[Record, ...]:
    """What follows for sellers when a notice changed: other notices of the listing learn the seller, whoever it
    counts for is looked at anew, and it is told if the seller has our leave."""
    now = desk.now()
    if after.seller is None:
        return ()
    others: tuple[tuple[Notice, tuple[Record, ...]], ...] = ()
    told: tuple[Record, ...] = ()
    if after.seller != before.seller:
        others = tuple([_told(one, after, now) for one in await _nameless(desk, after)])
        told = await authorised.came_out(desk, [after, *(notice for notice, _ in others)])
    counting = [Brief.of(before), Brief.of(after), *(Brief.of(notice) for notice, _ in others)]
    counts = before.seller != after.seller or Brief.of(before).upheld != Brief.of(after).upheld
    touched = {brief.seller for brief in counting if brief.seller and brief.upheld} if counts else set()
    return (*(record for _, records in others for record in records), *told, *assess(touched, now))


def assess(sellers: Iterable[str], at: datetime, *, again: bool = False) -> tuple[Delivery, ...]:
    """Look at these sellers (by key) at a time, one after the other: what they cross is told once.

    A look to be taken `again` by and by is not the one that is wanted now, and does not put it off.
    """
    name = "reassess" if again else "assess"
    return tuple(
        Delivery(id=f"{name}:{seller}", kind=DeliveryKind.ASSESS, lane="offenders", subject=seller, due_at=at)
        for seller in sorted(sellers)
    )


async def _nameless(desk: Desk, notice: Notice) -> list[Notice]:
    """The other notices of the listing that name no seller yet."""
    there = await desk.store.of_listing(notice.listing.marketplace, notice.listing.listing_id)
    return [one for one in there if one.seller is None and one.id != notice.id]


def _told(notice: Notice, source: Notice, at: datetime) -> tuple[Notice, tuple[Record, ...]]:
    assert source.seller is not None
    words = f"The seller is {source.seller.title}, as {source.id} for the same listing shows."
    return step(notice, at=at, actor=SYSTEM, kind="seller", words=words, seller=source.seller)
