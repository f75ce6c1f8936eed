"""What forms about test purchases say, checked: each sentence stands beside its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot import currencies, offenders
from bot.desk import Desk
from bot.errors import Incomplete, Invalid
from bot.evidence import check_count
from bot.grammar.days import in_full
from bot.model import NOTE_LIMIT, Actor, Attached, Link, Purchase, PurchaseState

PHOTOS = "evidence"
"""The field of a form that takes photos."""
ORDER_LIMIT, LISTING_LIMIT, WHO_LIMIT = 100, 500, 200
"""Characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a form says of a test purchase, as typed. `listing` may be the id of a notice."""

    listing: str
    order_id: str
    ordered_on: date | None
    cost: str
    currency: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What a form says of the next step of one: the day, and of a decision who found it."""

    on: date | None = None
    who: str = ""
    note: str = ""


async def ordered(
    desk: Desk, seller: str, said: Order, photos: Sequence[Attached], *, today: date, by: Actor
) -> Purchase:
    """The purchase that a form says, without an id yet. Raises: Incomplete: with a sentence for each field."""
    wrong: list[tuple[str | None, str]] = []
    order_id, note = " ".join(said.order_id.split()), said.note.strip()
    listing, notice_id = await _listing(desk, seller, " ".join(said.listing.split()), wrong)
    if not order_id:
        wrong.append(("order_id", "Give the number of the order."))
    if len(order_id) > ORDER_LIMIT:
        wrong.append(("order_id", f"That has {len(order_id)} characters; {ORDER_LIMIT} is the most."))
    if said.ordered_on is None:
        wrong.append(("ordered_on", "Say on which day it was ordered."))
    elif said.ordered_on > today:
        wrong.append(("ordered_on", f"{in_full(said.ordered_on)} is still to come; say a day until today."))
    if len(note) > NOTE_LIMIT:
        wrong.append(("note", f"The note has {len(note)} characters; {NOTE_LIMIT} is the most."))
    cost, code = _money(said, wrong)
    try:
        check_count(0, len(photos), what="test purchase", field=PHOTOS)
    except Invalid as many:
        wrong.append((PHOTOS, str(many)))
    _raise(wrong)
    assert said.ordered_on is not None, "refused above"
    return Purchase(
        id="TP-0",
        version=1,
        seller=seller,
        state=PurchaseState.ORDERED,
        order_id=order_id,
        by=replace(by, where=""),
        at=desk.now(),
        updated_at=desk.now(),
        ordered_on=said.ordered_on,
        cost=cost,
        currency=code,
        notice_id=notice_id,
        listing=listing,
        fetching=tuple(photos),
        note=note,
    )


def stepped(before: Purchase, to: PurchaseState, said: Step, today: date) -> tuple[dict[str, Any], str]:
    """What a step of a purchase changes, and in words. Raises: Incomplete: with a sentence for each field."""
    wrong: list[tuple[str | None, str]] = []
    note, who = said.note.strip(), " ".join(said.who.split())
    if len(note) > NOTE_LIMIT:
        wrong.append(("note", f"The note has {len(note)} characters; {NOTE_LIMIT} is the most."))
    more = f" {note}" if note else ""
    # What each step notes stays with the purchase: a dossier shows it.
    noted = {"note": "\n".join(filter(None, (before.note, note)))} if note else {}
    if to is PurchaseState.CANCELLED:
        _raise(wrong)
        return noted, f"Cancelled.{more}"
    since, was = (before.ordered_on, "ordered")
    if to.decided and before.received_on:
        since, was = before.received_on, "received"
    if said.on is None:
        wrong.append(("on", "Say on which day."))
    elif said.on > today:
        wrong.append(("on", f"{in_full(said.on)} is still to come; say a day until today."))
    elif said.on < since:
        wrong.append(("on", f"It was {was} on {in_full(since)}; say that day or a later one."))
    if to.decided and not who:
        wrong.append(("who", "Say who found it, such as a person of the brand or a laboratory."))
    if len(who) > WHO_LIMIT:
        wrong.append(("who", f"That has {len(who)} characters; {WHO_LIMIT} is the most."))
    _raise(wrong)
    assert said.on is not None, "refused above"
    if to is PurchaseState.RECEIVED:
        return {**noted, "received_on": said.on}, f"Received on {in_full(said.on)}.{more}"
    found = "counterfeit" if to is PurchaseState.COUNTERFEIT else "genuine"
    words = f"Found {found} on {in_full(said.on)} by {who}.{more}"
    return {**noted, "decided_on": said.on, "decided_by": who}, words


def cost(purchase: Purchase) -> str:
    """`, 49.90 EUR`; empty where nobody said."""
    said = currencies.in_words(purchase.cost, purchase.currency)
    return f", {said}" if said else ""


def _money(said: Order, wrong: list[tuple[str | None, str]]) -> tuple[Decimal | None, str]:
    cost, code = said.cost.strip(), said.currency.strip()
    if not cost and not code:
        return None, ""
    try:
        code = currencies.currency(code) if code else ""
    except Invalid as unknown:
        wrong.append(("currency", str(unknown)))
        code = ""
    else:
        if not code:
            wrong.append(("currency", "Say in which currency, such as EUR, USD or CNY."))
    if not cost:
        wrong.append(("cost", "Say what it cost, or leave the currency empty too."))
        return None, code
    try:
        return currencies.amount(cost, code), code
    except Invalid as bad:
        wrong.append(("cost", str(bad)))
        return None, code


async def _listing(desk: Desk, seller: str, said: str, wrong: list[tuple[str | None, str]]) -> tuple[str, str]:
    """The listing and the notice a purchase names; either may be empty."""
    if len(said) > LISTING_LIMIT:
        wrong.append(("listing", f"That has {len(said)} characters; {LISTING_LIMIT} is the most."))
        return "", ""
    if not said.upper().startswith("TD-"):
        return said, ""
    notice = await desk.store.notice(said.upper())
    if notice is None:
        wrong.append(("listing", f"There is no notice {said[:20]} on this desk."))
        return "", ""
    group = offenders.groups([seller], await desk.store.entries(Link))[seller]
    if notice.seller is not None and notice.seller_key not in group:
        wrong.append(("listing", f"{notice.id} is against another seller, {notice.seller.title}."))
        return "", ""
    return notice.listing.canonical, notice.id


def _raise(wrong: Sequence[tuple[str | None, str]]) -> None:
    if wrong:
        raise Incomplete(wrong, to_be="saved")
