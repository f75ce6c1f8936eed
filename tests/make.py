"""Values for tests: each call is whole and sensible; name only what the test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from bot.desk.steps import step, told
from bot.model import (
    SYSTEM,
    Actor,
    Announcement,
    AnnouncementKind,
    Approval,
    Bulk,
    BulkLine,
    BulkLines,
    Card,
    Case,
    CaseState,
    Declaration,
    Delivery,
    DeliveryKind,
    Draft,
    Event,
    Evidence,
    FilingPolicy,
    Identifier,
    IdentifierKind,
    Link,
    LinkState,
    LinkStep,
    Listing,
    Notice,
    Occurrence,
    Policy,
    Purchase,
    PurchaseState,
    Rhythm,
    Right,
    RightKind,
    Role,
    RoleGrant,
    Rule,
    Schedule,
    Seller,
    Status,
    Violation,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANALYST = Actor(user_id="UANALYST", team_id="T1")


def listing(listing_id: str = "1", *, marketplace: str = "acme", **changes: Any) -> Listing:
    """An offer whose addresses follow from its marketplace and id."""
    canonical = f"https://{marketplace}.example/item/{listing_id}"
    made = Listing(marketplace=marketplace, listing_id=listing_id, url=f"{canonical}?from=search", canonical=canonical)
    return replace(made, **changes)


def right(key: str = "ACME-EU", **changes: Any) -> Right:
    """A live EU trade mark."""
    made = Right(
        key=key,
        kind=RightKind.TRADEMARK,
        title="ACME",
        registration_no="018000001",
        office="EUIPO",
        jurisdictions=("EU",),
        owner="Acme Brands B.V.",
        expires_on=date(2031, 1, 1),
    )
    return replace(made, **changes)


def declaration(**changes: Any) -> Declaration:
    """Affirmed by the analyst, now."""
    made = Declaration(
        text_version="2026-01", signature="Ana Lyst", affirmed_by=ANALYST.user_id, affirmed_at=changes.pop("at", NOW)
    )
    return replace(made, **changes)


def notice(notice_id: str = "TD-1", **changes: Any) -> Notice:
    """A queued notice, version 1, alone in its batch, for a listing of its own (both numbered like the notice).

    `at` sets all its times.
    """
    number = notice_id.removeprefix("TD-")
    at: datetime = changes.pop("at", NOW)
    made = Notice(
        id=notice_id,
        version=1,
        status=Status.QUEUED,
        batch_id=f"batch-{number}",
        listing=listing(number),
        seller=None,
        right=right(),
        violation=Violation.COUNTERFEIT,
        statement="The product carries our trade mark and was not made by us.",
        declaration=declaration(at=at),
        submitter=ANALYST,
        channel="C1",
        filed_at=at,
        sends_at=at,
        updated_at=at,
    )
    return replace(made, **changes)


def event(of: str | Notice = "TD-1", number: int | None = None, **changes: Any) -> Event:
    """What happened to a notice; given the notice itself, the event of its present version."""
    notice_id, status, at = (of.id, of.status, of.updated_at) if isinstance(of, Notice) else (of, Status.QUEUED, NOW)
    number = number or (of.version if isinstance(of, Notice) else 1)
    made = Event(
        notice_id=notice_id,
        number=number,
        at=at,
        actor=SYSTEM,
        kind="filed" if number == 1 else "decision",
        status=status,
        words="Filed." if number == 1 else "Something happened.",
    )
    return replace(made, **changes)


def delivery(delivery_id: str = "submit:TD-1", **changes: Any) -> Delivery:
    """Due now; kind and subject are read from an id such as `check:TD-7`."""
    kind, _, subject = delivery_id.partition(":")
    made = Delivery(
        id=delivery_id,
        kind=DeliveryKind(kind) if kind in set(DeliveryKind) else DeliveryKind.SUBMIT,
        lane="marketplace:acme",
        subject=subject or "TD-1",
        due_at=NOW,
    )
    return replace(made, **changes)


def evidence(name: str = "label.png", content: bytes = b"", **changes: Any) -> Evidence:
    """A picture, handed in by the analyst; its hash is that of its content, or of its name."""
    made = Evidence(
        sha256=sha256(content or name.encode()).hexdigest(),
        name=name,
        size=len(content) or 1024,
        media_type="image/png",
        captured_at=NOW,
        by=ANALYST,
    )
    return replace(made, **changes)


def seller(seller_id: str = "S-1", name: str = "") -> Seller:
    return Seller(seller_id=seller_id, name=name or f"Shop {seller_id.removeprefix('S-')}")


def upheld(notice_id: str = "TD-1", *, by: str = "S-1", at: datetime = NOW, **changes: Any) -> Notice:
    """A notice the marketplace has confirmed at `at`, filed a day before."""
    made = notice(notice_id, at=at - timedelta(days=1), seller=seller(by), status=Status.REMOVED, reference=f"R-{by}")
    return replace(made, **{"decided_at": at, "removed_at": at, "updated_at": at, **changes})


def rule(**changes: Any) -> Rule:
    """Every Monday at nine in Berlin."""
    return replace(Rule(rhythm=Rhythm.WEEKLY, weekdays=(0,), at=time(9, 0), tz="Europe/Berlin"), **changes)


def schedule(schedule_id: str = "DG-1", **changes: Any) -> Schedule:
    """An active weekly schedule, set up by the analyst."""
    made = Schedule(
        id=schedule_id,
        version=1,
        channel="C1",
        channel_name="brand",
        rule=rule(),
        window_days=30,
        threshold=3,
        created_by=ANALYST,
        created_at=NOW,
        changed_by=ANALYST,
        changed_at=NOW,
        since=NOW,
    )
    return replace(made, **changes)


def occurrence(local: str = "2026-03-09T09:00", **changes: Any) -> Occurrence:
    """Due, of the schedule DG-1. Where `local` is no time, `due_at` has to be named."""
    due_at = changes.pop("due_at", None) or datetime.fromisoformat(local).replace(tzinfo=UTC)
    return replace(Occurrence(schedule_id="DG-1", local=local, version=1, due_at=due_at, channel="C1"), **changes)


def announcement(key: str = "alert:1", **changes: Any) -> Announcement:
    made = Announcement(key=key, version=1, kind=AnnouncementKind.ALERT, channel="C1", at=NOW, words="Look.")
    return replace(made, **changes)


def link(a: str = "acme:S-1", b: str = "acme:S-2", *, state: LinkState = LinkState.LINKED, **changes: Any) -> Link:
    """Linked now, by the analyst."""
    said = LinkStep(state=state, reason="The same return address.", by=ANALYST, at=NOW)
    return replace(Link(a=a, b=b, version=1, steps=(said,)), **changes)


def identifier(of: str = "acme:S-1", value: str = "+49301234567", **changes: Any) -> Identifier:
    """A phone number."""
    made = Identifier(seller=of, version=1, kind=IdentifierKind.PHONE, value=value, normal=value, by=ANALYST, at=NOW)
    return replace(made, **changes)


def case(of: str = "acme:S-1", state: CaseState = CaseState.INVESTIGATING, **changes: Any) -> Case:
    """The analyst looks after it, since now."""
    made = Case(
        seller=of,
        version=1,
        state=state,
        owner=ANALYST.user_id,
        by=ANALYST,
        at=NOW,
        updated_at=NOW,
        title="Shop 1 (S-1)",
    )
    return replace(made, **changes)


def purchase(
    purchase_id: str = "TP-1", state: PurchaseState = PurchaseState.ORDERED, *, seller: str = "acme:S-1", **changes: Any
) -> Purchase:
    """Ordered by the analyst two weeks ago."""
    made = Purchase(
        id=purchase_id,
        version=1,
        seller=seller,
        state=state,
        order_id="112-7",
        by=ANALYST,
        at=NOW,
        updated_at=NOW,
        ordered_on=(NOW - timedelta(days=14)).date(),
    )
    return replace(made, **changes)


def role(holder: str, *roles: Role, version: int = 1) -> RoleGrant:
    """A viewer, or who has these roles."""
    return RoleGrant(holder=holder, version=version, roles=roles or (Role.VIEWER,), by=SYSTEM, at=NOW)


def filing_policy(**changes: Any) -> FilingPolicy:
    """The first, by the desk itself; it asks for nothing but what is named."""
    return replace(FilingPolicy(version=1, by=SYSTEM, at=NOW), **changes)


def awaiting(notice_id: str = "TD-1", **changes: Any) -> Notice:
    """A notice that waits for a second person."""
    asked = Approval(because=("it is about counterfeit goods",), asked_at=NOW)
    return notice(notice_id, **{"status": Status.AWAITING_APPROVAL, "approval": asked, **changes})


def policy(**changes: Any) -> Policy:
    """Counterfeits weigh 1, all else a half."""
    gravity = {one: 1.0 if one is Violation.COUNTERFEIT else 0.5 for one in Violation}
    return replace(Policy(gravity=gravity, strikes={}), **changes)


def bulk(bulk_id: str = "b" * 32, **changes: Any) -> Bulk:
    bulk = Bulk(id=bulk_id, version=1, submitter=ANALYST, filed_in="C1", created_at=NOW, lines=1, parts=1)
    return replace(bulk, **changes)


def bulk_lines(bulk_id: str = "b" * 32, number: int = 0, *lines: BulkLine) -> BulkLines:
    there = lines or (BulkLine(number=1, address="https://acme.example/item/1"),)
    return BulkLines(bulk_id=bulk_id, number=number, version=1, lines=there)


def draft(draft_id: str = "draft-1", **changes: Any) -> Draft:
    """One listing, not filed yet."""
    made = Draft(
        id=draft_id,
        version=1,
        submitter=ANALYST,
        channel="C1",
        listings=(listing(),),
        seller=None,
        right_key="ACME-EU",
        violation=Violation.COUNTERFEIT,
        statement="The product carries our trade mark and was not made by us.",
        text_version="2026-01",
        created_at=NOW,
    )
    return replace(made, **changes)


def card(batch_id: str = "batch-1", **changes: Any) -> Card:
    """Not posted yet."""
    return replace(Card(batch_id=batch_id, version=1, channel="C1"), **changes)


def chain(notice_id: str, *words: str, **changes: Any) -> list[tuple[Notice, Event]]:
    """A notice at each of its versions, with its events chained; each has `words`. `changes` are of the last."""
    versions = [told(notice(notice_id), at=NOW, actor=ANALYST, kind="filed", words=words[0], where="form")]
    for number, said in enumerate(words[1:], 1):
        last = changes if number == len(words) - 1 else {}
        before, at = versions[-1][0], NOW + timedelta(minutes=number)
        after, records = step(before, at=at, actor=ANALYST, kind="note", words=said, where="form", **last)
        versions.append((after, next(one for one in records if isinstance(one, Event))))
    return versions
