"""Test purchases: ordered, received, found counterfeit or genuine. Confidential, as the cases they are proof for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from bot import offenders
from bot.desk import Desk, authority, cases
from bot.desk.announcing import announced
from bot.desk.evidence import HandedIn
from bot.desk.linking import titles
from bot.desk.offenders import bought_from, meant
from bot.desk.purchase_forms import PHOTOS, Order, Step, cost, ordered, stepped
from bot.desk.register import changed
from bot.errors import Conflict, NotFound, WrongStatus
from bot.evidence import FILES_A_NOTICE, Stored, check_count
from bot.file_kinds import label
from bot.grammar.days import in_full
from bot.model import (
    SYSTEM,
    Actor,
    AnnouncementKind,
    Attached,
    Case,
    Change,
    Delivery,
    Evidence,
    Link,
    May,
    Person,
    Purchase,
    PurchaseState,
    Record,
)

_TO_DO = "work on test purchases"
_TRIES = 5
_SHOWN_OF_HASH = 12
_STEPS: Mapping[PurchaseState, frozenset[PurchaseState]] = {
    PurchaseState.RECEIVED: frozenset({PurchaseState.ORDERED}),
    PurchaseState.COUNTERFEIT: frozenset({PurchaseState.RECEIVED, PurchaseState.GENUINE}),
    PurchaseState.GENUINE: frozenset({PurchaseState.RECEIVED, PurchaseState.COUNTERFEIT}),
    PurchaseState.CANCELLED: frozenset({PurchaseState.ORDERED, PurchaseState.RECEIVED}),
}
"""From where each is reached. Who found it counterfeit may have been wrong, and the other way round."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """All about a test purchase. `title` is the seller's; `changes` newest first; `names` of people by user id."""

    purchase: Purchase
    title: str
    changes: tuple[Change, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The test purchases from an offender, newest first; `seller` is the key that was asked for."""

    seller: str
    title: str
    purchases: tuple[Purchase, ...]


async def asked_order(desk: Desk, asked: str, *, by: Actor) -> tuple[str, str, date]:
    """Key and title of the seller a form is about, and what day it is for whoever fills it in.

    Raises: NotAllowed, before anybody is looked up; NotFound, Invalid: no such seller.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    seller = await _meant(desk, asked)
    return seller, await _title(desk, seller), _today(desk, person)


async def order(desk: Desk, seller: str, said: Order, photos: Sequence[Attached], *, by: Actor) -> Purchase:
    """Enter a test purchase that was ordered. Photos are fetched afterwards.

    Raises: as `asked_order`; Incomplete: with a sentence for each field.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    key = await _meant(desk, seller)
    made = await ordered(desk, key, said, photos, today=_today(desk, person), by=by)
    for _ in range(_TRIES):
        last = max((one.number for one in await desk.store.entries(Purchase)), default=0)
        now = desk.now()
        fresh = replace(made, id=f"TP-{last + 1}", at=now, updated_at=now)
        words = f"Ordered on {in_full(fresh.ordered_on)}: order {fresh.order_id}{cost(fresh)}."
        try:
            await desk.store.save(*await _said(desk, fresh, words, photos, kind="ordered", by=by, person=person))
        except Conflict:
            continue
        return fresh
    raise WrongStatus("Others enter test purchases at this very moment. Please try again.")


async def look(desk: Desk, purchase_id: str, *, by: Actor) -> Looked:
    """All about one. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.REFER, _TO_DO)
    found = await _find(desk, purchase_id)
    changes = sorted(await desk.store.entries(Change, _about(found)), key=lambda one: -one.number)
    people = {one.actor.user_id for one in changes} - {SYSTEM.user_id}
    return Looked(
        purchase=found,
        title=await _title(desk, found.seller),
        changes=tuple(changes),
        names={**await desk.names(people), SYSTEM.user_id: "the desk itself"},
    )


async def listed(desk: Desk, asked: str, *, by: Actor) -> Listed:
    """The test purchases from an offender. Raises: as `asked_order`."""
    await authority.allowed(desk, by, May.REFER, _TO_DO)
    seller = await _meant(desk, asked, any_of_linked=True)
    found = await bought_from(desk, offenders.groups([seller], await desk.store.entries(Link))[seller])
    newest = tuple(sorted(found, key=lambda one: -one.number))
    return Listed(seller=seller, title=await _title(desk, seller), purchases=newest)


async def asked_step(desk: Desk, purchase_id: str, to: PurchaseState, *, by: Actor) -> tuple[Purchase, date]:
    """The purchase a form takes further, and what day it is for whoever fills it in.

    Raises: NotAllowed, NotFound; WrongStatus: it cannot become that.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    found = await _find(desk, purchase_id)
    _refuse_step(found, to)
    return found, _today(desk, person)


async def take(
    desk: Desk, purchase_id: str, to: PurchaseState, said: Step, photos: Sequence[Attached] = (), *, by: Actor
) -> Purchase:
    """Say that it was received, found counterfeit or genuine, or cancelled.

    Raises: as `asked_step`; Invalid: beside the fields `on`, `who`, `note` and that of photos.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    for _ in range(_TRIES):
        before = await _find(desk, purchase_id)
        _refuse_step(before, to)
        changes, words = stepped(before, to, said, _today(desk, person))
        check_count(len(before.photos) + len(before.fetching), len(photos), what="test purchase", field=PHOTOS)
        fetching = (*before.fetching, *(one for one in photos if one not in before.fetching))
        after = replace(
            before, version=before.version + 1, state=to, updated_at=desk.now(), fetching=fetching, **changes
        )
        fresh = [one for one in photos if one not in before.fetching]
        try:
            await desk.store.save(*await _said(desk, after, words, fresh, kind=str(to), by=by, person=person))
        except Conflict:
            continue
        return after
    raise _busy(purchase_id)


async def sending(desk: Desk, purchase_id: str, *, by: Actor) -> tuple[Evidence, ...]:
    """The photos of one. That they are sent to this person is on record first.

    Raises: NotAllowed; NotFound: no such purchase, or no photos.
    """
    person = await authority.allowed(desk, by, May.REFER, _TO_DO)
    for _ in range(_TRIES):
        found = await _find(desk, purchase_id)
        if not found.photos:
            raise NotFound(f"No photos are kept with {found.id}.")
        words = f"Photos sent to {person.name}: {', '.join(one.name for one in found.photos)}."
        try:
            await desk.store.save(await changed(desk, _about(found), by, words, kind="photos_sent"))
        except Conflict:
            continue
        return found.photos
    raise _busy(purchase_id)


async def kept(desk: Desk, delivery: Delivery, stored: Stored) -> None:
    """The photo is on disk: the purchase has it from now on. The same file twice is one.

    Raises:
        Conflict: it keeps changing; the file may be fetched again, which changes nothing.
    """
    file = HandedIn.of(delivery).kept_as(stored)

    def change(found: Purchase) -> tuple[str, tuple[Evidence, ...]]:
        there = next((one for one in found.photos if one.sha256 == file.sha256), None)
        if there is not None:
            return f"Handed in again: {file.name} is kept already, as {there.name}.", found.photos
        if len(found.photos) >= FILES_A_NOTICE:
            return f"Not kept: {file.name}. A test purchase takes {FILES_A_NOTICE} files at most.", found.photos
        return f"Photo kept: {file.title}, SHA-256 {file.sha256[:_SHOWN_OF_HASH]}…", (*found.photos, file)

    await _fetched(desk, delivery, change, {"sha256": file.sha256, "size": str(file.size)})


async def refused(desk: Desk, delivery: Delivery, why: str) -> None:
    """The photo is not kept, and whoever handed it in is told. Raises: Conflict: the purchase keeps changing."""
    words = f"Not kept: {label(HandedIn.of(delivery).file.name)}. {why}"
    await _fetched(desk, delivery, lambda found: (words, found.photos), {}, tell=words)


async def _fetched(
    desk: Desk,
    delivery: Delivery,
    change: Callable[[Purchase], tuple[str, tuple[Evidence, ...]]],
    raw: Mapping[str, str],
    *,
    tell: str = "",
) -> None:
    """Write down what became of a photo, and finish its delivery, in one step."""
    handed = HandedIn.of(delivery)
    for _ in range(_TRIES):
        before = await desk.store.entry(Purchase, delivery.subject)
        if before is None:
            await desk.store.save(settles=delivery)
            return
        words, photos = change(before)
        after = replace(
            before,
            version=before.version + 1,
            photos=photos,
            fetching=tuple(one for one in before.fetching if one.file_id != handed.file.file_id),
        )
        records: list[Record] = [
            after,
            await changed(desk, _about(after), handed.by, words, kind="photo", raw=dict(raw)),
        ]
        if tell:
            records += announced(
                AnnouncementKind.CASE,
                f"{delivery.id}:{handed.at.isoformat()}",
                channel=handed.by.user_id,
                at=desk.now(),
                words=f"{after.id}: {tell}",
            )
        try:
            await desk.store.save(*records, settles=delivery)
        except Conflict:
            continue
        return
    raise Conflict("The test purchase keeps changing.")


async def _said(
    desk: Desk, after: Purchase, words: str, photos: Iterable[Attached], *, kind: str, by: Actor, person: Person
) -> list[Record]:
    """The purchase with its change, what fetches its photos, and words for the thread of the seller's case."""
    now = desk.now()
    return [
        after,
        await changed(desk, _about(after), by, words, kind=kind),
        *(HandedIn(file=one, by=by, at=now, what="purchase").delivery(after.id) for one in photos),
        *await cases.mention(
            desk, after.seller, f"{person.name}: test purchase {after.id}: {words}", f"{after.id}:{after.version}"
        ),
    ]


def _refuse_step(found: Purchase, to: PurchaseState) -> None:
    """Raises: WrongStatus."""
    if found.state not in _STEPS.get(to, frozenset()):
        first = " Say first that it was received." if found.state is PurchaseState.ORDERED else ""
        raise WrongStatus(f"{found.id} is {found.state}; it cannot become {to} now.{first}")


async def _meant(desk: Desk, asked: str, *, any_of_linked: bool = False) -> str:
    """A seller somebody may know by a case or a purchase when no notice that is still here names them."""
    also: dict[str, tuple[str, ...]] = {one.seller: (one.title,) for one in await desk.store.entries(Case)}
    for one in await desk.store.entries(Purchase):
        also.setdefault(one.seller, ())
    return await meant(desk, asked, also=also, one_of_linked=not any_of_linked)


async def _find(desk: Desk, purchase_id: str) -> Purchase:
    found = await desk.store.entry(Purchase, purchase_id)
    if found is None:
        raise NotFound(f"There is no test purchase {purchase_id[:20]}. `/offenders purchases SELLER` lists a seller's.")
    return found


async def _title(desk: Desk, seller: str) -> str:
    return (await titles(desk, seller))[seller]


def _today(desk: Desk, person: Person) -> date:
    return desk.now().astimezone(ZoneInfo(person.tz)).date()


def _about(purchase: Purchase) -> str:
    return f"purchase:{purchase.id}"


def _busy(purchase_id: str) -> WrongStatus:
    return WrongStatus(f"{purchase_id} is changing at this very moment. Please try again.")
