"""A few months of invented history, so that offenders and digests have something to show."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot import custody
from bot.desk.steps import told
from bot.model import (
    SYSTEM,
    Actor,
    Alarm,
    Brief,
    Case,
    CaseState,
    Change,
    ComeBack,
    Declaration,
    Identifier,
    IdentifierKind,
    Link,
    LinkState,
    LinkStep,
    Listing,
    Notice,
    Purchase,
    PurchaseState,
    Record,
    Right,
    Seller,
    Status,
    Violation,
)
from bot.offenders import groups, normal
from bot.sandbox.people import TEAM_ID
from bot.stores import Store

ANN = Actor(user_id="U0ANN", team_id=TEAM_ID)
CHANNEL = "C0BRAND"
_FIRST_LISTING = 8_000
_ALERT_FROM, _ALERT_DAYS = 3, 90
"""Upheld notices in so many days make an alert, as the sandbox's desk file says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shop:
    """A seller and how many notices against it ended how, spread over the last so many days."""

    seller: Seller
    days: int
    removed: int
    rejected: int = 0
    relisted: int = 0
    overturned: int = 0
    waiting: int = 0


_SHOPS = (
    _Shop(seller=Seller(seller_id="S-11", name="Polar Outlet"), days=110, removed=6, rejected=1, relisted=1),
    _Shop(seller=Seller(seller_id="S-12", name="Polar Outlet 2"), days=40, removed=3),
    _Shop(seller=Seller(seller_id="S-21", name="北极光户外旗舰店"), days=80, removed=5, rejected=1),
    _Shop(seller=Seller(seller_id="S-31", name="Summit Deals"), days=60, removed=4, overturned=1, waiting=1),
    _Shop(seller=Seller(seller_id="S-41", name="Alpin Discount Handelsgesellschaft"), days=25, removed=3),
    _Shop(seller=Seller(seller_id="S-51", name="Trailhead Bargains"), days=100, removed=2, rejected=2),
    _Shop(seller=Seller(seller_id="S-61", name="Lakeside Gear"), days=90, removed=1, waiting=2),
    _Shop(seller=Seller(seller_id="S-71"), days=15, removed=1),
)


async def write(store: Store, rights: Mapping[str, Right], now: datetime) -> None:
    """Put the history on an empty desk. The same every time, but for `now`."""
    chance = random.Random(2013)  # noqa: S311 - invents, guards nothing
    stories = sorted(
        ((now - timedelta(days=chance.uniform(2, shop.days)), shop, end) for shop in _SHOPS for end in _ends(shop)),
        key=lambda story: story[0],
    )
    ids = await store.next_ids(len(stories))
    records: list[Record] = []
    for number, (notice_id, (filed_at, shop, end)) in enumerate(zip(ids, stories, strict=True)):
        took = timedelta(hours=chance.uniform(3, 40))
        records += _notice(
            notice_id,
            listing=_FIRST_LISTING + number,
            seller=shop.seller,
            end=end,
            right=_right(rights, number),
            filed_at=filed_at,
            took=took,
        )
    known = _what_is_known(now)
    await store.save(*records, *known, *_alarms(records, known, now), *_task_force(now))


def _alarms(records: Iterable[Record], known: Iterable[Record], now: datetime) -> tuple[Alarm, ...]:
    """Each seller as it was last looked at: whoever had reached the threshold was told of then, and is no news now."""
    counted: dict[str, tuple[str, ...]] = {}
    for brief in (Brief.of(one) for one in records if isinstance(one, Notice)):
        upheld = brief.upheld_at is not None and brief.upheld_at > now - timedelta(days=_ALERT_DAYS)
        counted[brief.seller] = (*counted.get(brief.seller, ()), *([brief.id] if upheld else []))
    together = groups(counted, [one for one in known if isinstance(one, Link)])
    return tuple(
        Alarm(
            seller=seller,
            version=1,
            above=sum(len(counted.get(one, ())) for one in together[seller]) >= _ALERT_FROM,
            counted=tuple(sorted(theirs)),
            changed_at=now,
        )
        for seller, theirs in counted.items()
    )


def _ends(shop: _Shop) -> list[tuple[Status, ComeBack | None]]:
    return [
        *[(Status.REMOVED, None)] * shop.removed,
        *[(Status.REJECTED, None)] * shop.rejected,
        *[(Status.REINSTATED, ComeBack.RELISTED)] * shop.relisted,
        *[(Status.REINSTATED, ComeBack.COUNTER_NOTICE)] * shop.overturned,
        *[(Status.NEEDS_INPUT, None)] * shop.waiting,
    ]


def _right(rights: Mapping[str, Right], number: int) -> Right:
    """Now and then it is the photographs that were taken."""
    return rights["NORDLICHT-PHOTO" if number % 6 == 5 else "NORDLICHT-EU"]


def _notice(
    notice_id: str,
    *,
    listing: int,
    seller: Seller,
    end: tuple[Status, ComeBack | None],
    right: Right,
    filed_at: datetime,
    took: timedelta,
) -> tuple[Record, ...]:
    status, came_back = end
    decided_at = filed_at + took if status.final else None
    address = f"https://acme.example/item/{listing}"
    notice = Notice(
        id=notice_id,
        version=1,
        status=status,
        batch_id=notice_id,
        listing=Listing(marketplace="acme", listing_id=str(listing), url=address, canonical=address),
        seller=seller,
        right=right,
        violation=Violation.COPYRIGHT_IMAGE if right.key == "NORDLICHT-PHOTO" else Violation.COUNTERFEIT,
        statement="The goods bear the mark without having been made by its owner.",
        declaration=Declaration(
            text_version="2026-11", signature="Ann Winter", affirmed_by=ANN.user_id, affirmed_at=filed_at
        ),
        submitter=ANN,
        channel=CHANNEL,
        filed_at=filed_at,
        sends_at=filed_at,
        updated_at=decided_at or filed_at,
        reference=f"ACME-{listing}",
        vendor_status=str(status),
        decided_at=decided_at,
        removed_at=decided_at if status in (Status.REMOVED, Status.REINSTATED) else None,
        contested=came_back is ComeBack.COUNTER_NOTICE,
        came_back=came_back,
    )
    return told(notice, at=filed_at, actor=SYSTEM, kind="history", words="Invented for the sandbox.")


def _what_is_known(now: datetime) -> tuple[Record, ...]:
    """Two shops are one, and a third may be: it has the same phone number."""
    said = LinkStep(
        state=LinkState.LINKED,
        reason="Test purchases from both came with the same return address.",
        by=ANN,
        at=now - timedelta(days=30),
    )
    phone = "+49 30 1234567"
    identifiers = [
        Identifier(
            seller=f"acme:{seller_id}",
            version=1,
            kind=IdentifierKind.PHONE,
            value=phone,
            normal=normal(IdentifierKind.PHONE, phone),
            by=ANN,
            at=now - timedelta(days=20),
        )
        for seller_id in ("S-12", "S-41")
    ]
    return (Link(a="acme:S-11", b="acme:S-12", version=1, steps=(said,)), *identifiers)


def _task_force(now: datetime) -> tuple[Record, ...]:
    """Somebody looks after the worst of them; of two test purchases one was found counterfeit, and one has come."""
    seller, opened = "acme:S-11", now - timedelta(days=28)
    case = Case(
        seller=seller,
        version=1,
        state=CaseState.INVESTIGATING,
        owner=ANN.user_id,
        by=ANN,
        at=opened,
        updated_at=now - timedelta(days=9),
        title=f"Polar Outlet ({seller})",
        next_step="Ask the brand for the report on the second jacket",
        next_on=(now + timedelta(days=5)).date(),
    )
    first, second = (
        Purchase(
            id=f"TP-{number}",
            version=1,
            seller=f"acme:{seller_id}",
            state=state,
            order_id=f"112-{number}70",
            by=ANN,
            at=now - timedelta(days=ago),
            updated_at=now - timedelta(days=ago - 12),
            ordered_on=(now - timedelta(days=ago)).date(),
            received_on=(now - timedelta(days=ago - 8)).date(),
            cost=Decimal("89.00"),
            currency="EUR",
        )
        for number, seller_id, state, ago in (
            (1, "S-11", PurchaseState.COUNTERFEIT, 26),
            (2, "S-12", PurchaseState.RECEIVED, 16),
        )
    )
    first = replace(first, decided_on=(now - timedelta(days=14)).date(), decided_by="Dr. Hahn, Nordlicht")
    return (
        case,
        first,
        second,
        *_changes(
            f"case:{seller}", [("owner", 28, "Case opened."), ("note", 9, "Note: Both shops ship from Ningbo.")], now
        ),
        *_changes("purchase:TP-1", [("ordered", 26, "Ordered."), ("counterfeit", 14, "Found counterfeit.")], now),
        *_changes("purchase:TP-2", [("ordered", 16, "Ordered."), ("received", 8, "Received.")], now),
    )


def _changes(of: str, steps: Iterable[tuple[str, int, str]], now: datetime) -> list[Change]:
    """What was done, by Ann so many days ago, in a chain."""
    made: list[Change] = []
    for number, (kind, days, words) in enumerate(steps, 1):
        before = custody.digest(made[-1]) if made else ""
        made.append(
            Change(
                of=of,
                number=number,
                at=now - timedelta(days=days),
                actor=ANN,
                words=words,
                kind=kind,
                before=before,
                salt=custody.fresh_salt(),
            )
        )
    return made
