"""Portals: what a person files by hand is packed in lots, each with all that the form asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.desk import Desk, settling
from bot.desk.steps import pack, step, unique
from bot.errors import Conflict, NotFound
from bot.marketplaces import Ask, Marketplace
from bot.marketplaces.portal import filled, listed
from bot.model import SYSTEM, Delivery, Notice, Pack, Status

LOT = "LOT-"


async def prepare(desk: Desk, pairs: Sequence[tuple[Notice, Delivery]]) -> dict[str, Exception]:
    """Turn queued notices into lots that a person files, each lot in one step. Gives what went wrong, by delivery id.

    A lot is of one batch, whose card its pack hangs on; all that waits of a batch is packed at once.
    """
    held = {notice.id: delivery for notice, delivery in pairs}
    errors: dict[str, Exception] = {}
    for batch_id, key in dict.fromkeys((notice.batch_id, notice.listing.marketplace) for notice, _ in pairs):
        waiting = await _waiting(desk, batch_id, key, held)
        changed = {one.id for one, _ in pairs if (one.batch_id, one.listing.marketplace) == (batch_id, key)}
        for one in changed - {notice.id for notice in waiting}:
            errors[held[one].id] = Conflict(f"{one} changed meanwhile.")
        for lot in _lots(desk.marketplaces[key], await _without_the_refused(desk, waiting, held, errors)):
            try:
                await _pack(desk, lot, held)
            except Exception as error:
                errors |= {held[one.id].id: error for one in lot if one.id in held}
    return errors


async def packed(desk: Desk, lot: str) -> Pack | None:
    """The pack of a lot: what of it has still to be filed. None when nothing has, or there is no portal any more."""
    notices = tuple(one for one in await of_lot(desk, lot) if one.status is Status.BY_HAND)
    marketplace = desk.marketplaces.get(notices[0].listing.marketplace) if notices else None
    portal = marketplace.capabilities.portal if marketplace else None
    if portal is None:
        return None
    return Pack(lot=lot, notices=notices, portal=portal, boxes=filled(portal, notices), lines=listed(portal, notices))


async def of_lot(desk: Desk, lot: str) -> tuple[Notice, ...]:
    """The notices of a lot, which has the number of its first. Raises: NotFound."""
    first = await desk.store.notice(f"TD-{lot.removeprefix(LOT)}")
    notices = await desk.store.batch(first.batch_id) if first is not None and first.lot == lot else ()
    found = tuple(one for one in notices if one.lot == lot)
    if not found:
        raise NotFound(f"There is no {lot} on this desk. Its pack, in the thread of the card, says what it is called.")
    return found


async def _waiting(desk: Desk, batch_id: str, key: str, held: Mapping[str, Delivery]) -> list[Notice]:
    """What of a batch is due at a marketplace, whoever carries it."""
    return [
        one
        for one in await desk.store.batch(batch_id)
        if one.status is Status.QUEUED
        and one.listing.marketplace == key
        and (one.id in held or (one.sends_at <= desk.now() and not one.fetching))
    ]


async def _without_the_refused(
    desk: Desk, waiting: Iterable[Notice], held: Mapping[str, Delivery], errors: dict[str, Exception]
) -> list[Notice]:
    """What the portal would take. What it lacks is said once, by whoever carries the notice."""
    good: list[Notice] = []
    for notice in waiting:
        lack = desk.marketplaces[notice.listing.marketplace].lacks(Ask.of(notice))
        if not lack:
            good.append(notice)
        elif notice.id in held:
            try:
                await settling.failed(desk, notice, lack, settles=held[notice.id])
            except Exception as error:
                errors[held[notice.id].id] = error
    return good


def _lots(marketplace: Marketplace, notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    """What may go into one complaint, at most so many at a time."""
    together: dict[str, list[Notice]] = {}
    for notice in notices:
        together.setdefault(marketplace.lot_of(notice), []).append(notice)
    size = marketplace.capabilities.batch_size
    for alike in together.values():
        for start in range(0, len(alike), size):
            yield alike[start : start + size]


async def _pack(desk: Desk, lot: Sequence[Notice], held: Mapping[str, Delivery]) -> None:
    """Name the lot by its first notice, which is the first of no other, and have its pack posted."""
    lot_id, name = f"{LOT}{lot[0].number}", desk.marketplace_name(lot[0].listing.marketplace)
    words = f"To be filed at {name} by hand, in {lot_id}."
    steps = [
        step(
            notice,
            at=desk.now(),
            actor=SYSTEM,
            kind="by_hand",
            words=words,
            status=Status.BY_HAND,
            lot=lot_id,
            reason="",
        )
        for notice in lot
    ]
    records = unique(record for _, made in steps for record in made)
    settled = [held[notice.id] for notice in lot if notice.id in held]
    await desk.store.save(*records, pack(steps[0][0], desk.now()), settles=settled)
