"""Offenders, digests and schedules for tests of drawings: whole and sensible, unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.digests import MOST_SHOWN
from bot.model import (
    Actor,
    Brief,
    Digest,
    Figures,
    Identifier,
    IdentifierKind,
    Identity,
    Link,
    LinkState,
    LinkStep,
    Mover,
    Occurrence,
    Offender,
    Point,
    Rhythm,
    Rule,
    Schedule,
    Score,
    Speed,
    Status,
    Violation,
    Waiting,
)

END = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ADA = Actor(user_id="U0ADA", team_id="T1")


def score(**changes: Any) -> Score:
    made = Score(
        window_days=90,
        half_life_days=45,
        upheld=4,
        rejected=0,
        overturned=0,
        number=3.1,
        proportion=1.0,
        gravity=0.95,
        relistings=1,
        failed_counters=0,
        alias_changes=0,
        intention=1.25,
        total=36.8,
    )
    return replace(made, **changes)


def identity(seller_id: str = "S-5", *, marketplace: str = "acme", names: tuple[str, ...] = ("Shop 5",)) -> Identity:
    return Identity(
        key=f"{marketplace}:{seller_id}", marketplace=marketplace, seller_id=seller_id, names=names, upheld=4
    )


def offender(seller_id: str = "S-5", **changes: Any) -> Offender:
    """One seller at Acme, with four notices upheld against them, three before."""
    one = identity(seller_id, names=changes.pop("names", ("Shop 5",)))
    made = Offender(
        key=one.key,
        identities=(one,),
        score=score(),
        before=3,
        new=False,
        upheld_in_all=9,
        last_upheld_at=END - timedelta(days=2),
    )
    return replace(made, **changes)


def brief(number: int = 1, **changes: Any) -> Brief:
    made = Brief(
        id=f"TD-{number}",
        marketplace="acme",
        listing_id=str(number),
        seller="acme:S-5",
        seller_name="Shop 5",
        right_key="ACME-EU",
        violation=Violation.COUNTERFEIT,
        status=Status.REMOVED,
        submitter=ADA.user_id,
        filed_at=END - timedelta(days=number % 80 + 3),
        decided_at=None,
        removed_at=END - timedelta(days=number % 80),
        contested=False,
        came_back=None,
        since=END - timedelta(days=number % 80),
    )
    return replace(made, **changes)


def link(a: str = "acme:S-5", b: str = "bazar:77", *, reason: str = "Same return label", **changes: Any) -> Link:
    step = LinkStep(state=changes.pop("state", LinkState.LINKED), reason=reason, by=ADA, at=END)
    return Link(a=a, b=b, version=1, steps=(step,))


def identifier(value: str = "+49 30 1234567", **changes: Any) -> Identifier:
    made = Identifier(
        seller="acme:S-5", version=1, kind=IdentifierKind.PHONE, value=value, normal="+49301234567", by=ADA, at=END
    )
    return replace(made, **changes)


def schedule(**changes: Any) -> Schedule:
    """Every Monday at nine in Berlin, to #brand."""
    made = Schedule(
        id="DG-3",
        version=1,
        channel="C0BRAND",
        channel_name="brand",
        rule=Rule(rhythm=Rhythm.WEEKLY, tz="Europe/Berlin", at=time(9, 0), weekdays=(0,)),
        window_days=7,
        threshold=3,
        created_by=ADA,
        created_at=END,
        changed_by=ADA,
        changed_at=END,
        since=END,
    )
    return replace(made, **changes)


def occurrence(**changes: Any) -> Occurrence:
    made = Occurrence(schedule_id="DG-3", local="2026-11-24T09:00", version=1, due_at=END, channel="C0BRAND")
    return replace(made, **changes)


def digest(**changes: Any) -> Digest:
    """A week in which things happened."""
    made = Digest(
        start=END - timedelta(days=7),
        end=END,
        figures=Figures(filed=12, removed=9, rejected=1, waiting=2),
        before=Figures(filed=9, removed=9, rejected=3, waiting=2),
        speeds=(Speed(marketplace="acme", removed=9, median=timedelta(hours=3), p90=timedelta(days=2, hours=4)),),
        offenders=(offender(), offender("S-9", names=("Shop 9",), new=True, before=0)),
        total=2,
        movers=(Mover(title="Shop 5 (S-5)", before=1, now=4),),
        waiting=(Waiting(status=Status.NEEDS_INPUT, count=2, oldest=END - timedelta(days=3), first=("TD-4", "TD-7")),),
        series=tuple(Point(label=f"{day} Nov", filed=day % 4, removed=day % 3) for day in range(17, 25)),
        unknown_sellers=2,
    )
    there: tuple[Offender, ...] = changes.pop("offenders", made.offenders)
    return replace(made, offenders=there[:MOST_SHOWN], total=len(there), **changes)
