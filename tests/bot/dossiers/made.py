"""A referral with everything a dossier can hold; name only what a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot import custody
from bot.desk.steps import step, told
from bot.model import (
    PROFILES,
    SYSTEM,
    Actor,
    Agency,
    Change,
    Event,
    Evidence,
    Handing,
    IdentifierKind,
    Identity,
    Material,
    Notice,
    Offender,
    Point,
    Purchase,
    PurchaseState,
    Referral,
    ReferralState,
    Score,
    Shown,
    Status,
)
from tests import make

APPROVER = Actor(user_id="UAPPROVER", team_id="T1")
NAMES = {"UANALYST": "Ana Lyst", "UAPPROVER": "Robin Prover"}
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de") + bytes.fromhex(
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def agency(**changes: Any) -> Agency:
    made = Agency(
        key="pipcu",
        version=1,
        name="City of London Police, PIPCU",
        jurisdiction="GB",
        contact="https://pipcu.example/refer",
        takes=Handing.EMAIL,
        form="pipcu",
        profile="standard",
        on=True,
        by=make.ANALYST,
        at=make.NOW,
    )
    return replace(made, **changes)


def referral(**changes: Any) -> Referral:
    made = Referral(
        id="RF-1",
        version=2,
        state=ReferralState.APPROVED,
        seller="acme:S-1",
        sellers=("acme:S-1", "acme:S-2"),
        title="Shop 1 (S-1) and 1 linked",
        agency="pipcu",
        agency_name="City of London Police, PIPCU",
        shows=PROFILES["standard"],
        summary="They sell counterfeit shoes and come back after every removal.",
        initials="AL",
        by=make.ANALYST,
        at=make.NOW,
        updated_at=make.NOW,
        answers={"Who to reach": "Legal, legal@brand.example, +44 20 7946 0000"},
        decided_by=APPROVER,
        decided_at=make.NOW + timedelta(hours=1),
    )
    return replace(made, **changes)


def offender(**changes: Any) -> Offender:
    score = Score(
        window_days=90,
        half_life_days=45,
        upheld=2,
        rejected=0,
        overturned=0,
        number=1.9,
        proportion=1.0,
        gravity=1.0,
        relistings=0,
        failed_counters=0,
        alias_changes=0,
        intention=1.0,
        total=19.0,
    )
    made = Offender(
        key="acme:S-1",
        identities=tuple(
            Identity(
                key=f"acme:S-{n}",
                marketplace="acme",
                seller_id=f"S-{n}",
                names=(f"Shop {n}",),
                upheld=1,
                upheld_in_all=1,
            )
            for n in (1, 2)
        ),
        score=score,
        before=0,
        new=True,
        upheld_in_all=2,
        last_upheld_at=make.NOW,
    )
    return replace(made, **changes)


def history(
    notice_id: str = "TD-1", *, by: str = "S-1", words: str = "", raw: dict[str, Any] | None = None, **changes: Any
) -> tuple[Notice, tuple[Event, ...]]:
    """A notice that was filed, with its evidence handed in, sent and removed; and its chain."""
    evidence = changes.pop("evidence", ())
    first = make.notice(notice_id, **{"seller": make.seller(by), **changes})
    notice, filed = told(first, at=make.NOW, actor=make.ANALYST, kind="filed", words="Filed.", where="/takedown in C1")
    events = [filed]
    for file in evidence:
        kept = (*notice.evidence, file)
        notice, records = step(
            notice,
            at=make.NOW,
            actor=make.ANALYST,
            kind="evidence",
            words="Evidence kept.",
            raw={"sha256": file.sha256},
            evidence=kept,
        )
        events += [one for one in records if isinstance(one, Event)]
    acme = Actor(user_id="acme")
    for at, (status, actor, said, answer) in enumerate(
        [
            (Status.SENDING, SYSTEM, "Sent.", {}),
            (Status.SUBMITTED, acme, words or "Acme Market has it.", {"id": "R-77", "status": "OPEN"}),
            (Status.REMOVED, acme, "Removed.", raw or {"id": "R-77", "status": "REMOVED"}),
        ],
        1,
    ):
        moment = make.NOW + timedelta(hours=at)
        removed: dict[str, Any] = {"removed_at": moment, "decided_at": moment} if status is Status.REMOVED else {}
        notice, records = step(
            notice, at=moment, actor=actor, kind="decision", words=said, raw=answer, status=status, **removed
        )
        events += [one for one in records if isinstance(one, Event)]
    return notice, tuple(events)


def changes_of(words: Iterable[str] = ("Drafted.", "Approved.")) -> tuple[Change, ...]:
    """The referral's own chain."""
    made: list[Change] = []
    for number, said in enumerate(words, 1):
        made.append(
            Change(
                of="referral:RF-1",
                number=number,
                at=make.NOW + timedelta(minutes=number),
                actor=make.ANALYST if number == 1 else APPROVER,
                words=said,
                kind="referral",
                where="/offenders in C1",
                before=custody.digest(made[-1]) if made else "",
                salt=custody.fresh_salt(),
            )
        )
    return tuple(made)


def purchase(**changes: Any) -> Purchase:
    made = Purchase(
        id="TP-1",
        version=1,
        seller="acme:S-1",
        state=PurchaseState.COUNTERFEIT,
        order_id="ORD-778899",
        by=make.ANALYST,
        at=make.NOW,
        updated_at=make.NOW,
        ordered_on=date(2026, 2, 1),
        cost=Decimal("49.90"),
        currency="EUR",
        received_on=date(2026, 2, 10),
        decided_on=date(2026, 2, 12),
        decided_by="The laboratory of Acme Brands",
        notice_id="TD-1",
        listing="https://acme.example/item/1",
        note="The seams are glued.",
    )
    return replace(made, **changes)


def material(*, shows: Iterable[Shown] | None = None, evidence: Iterable[Evidence] = (), **changes: Any) -> Material:
    """Two notices of two linked sellers, a phone on file, a test purchase; `evidence` belongs to the first notice."""
    one, events = history(evidence=tuple(evidence))
    two, more = history("TD-2", by="S-2")
    asked = referral() if shows is None else referral(shows=frozenset(shows))
    made = Material(
        referral=asked,
        agency=agency(),
        organisation="Acme Brands B.V.",
        made_at=make.NOW + timedelta(days=1),
        offender=offender(),
        links=(make.link(),),
        identifiers=(
            make.identifier(),
            make.identifier("acme:S-2", "Shoe Palace", kind=IdentifierKind.SHOP_NAME, normal="shoepalace"),
        ),
        rights=(make.right(),),
        notices=(one, two),
        events={"TD-1": events, "TD-2": more},
        purchases=(purchase(),),
        changes=changes_of(),
        series=(Point(label="Mar 2026", filed=2, removed=2),),
        names=NAMES,
        marketplaces={"acme": "Acme Market"},
        form_title="PIPCU referral",
        answers=dict(asked.answers or {}),
        missing=("A power of attorney.",),
    )
    return replace(made, **changes)


def kept(
    folder: Path, content: bytes, name: str = "label.png", media_type: str = "image/png", **changes: Any
) -> Evidence:
    """A file as the store of evidence keeps it, and what a notice has of it."""
    extension = name.rpartition(".")[2]
    digest = sha256(content).hexdigest()
    place = folder / digest[:2] / f"{digest}.{extension}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return make.evidence(name, content, media_type=media_type, **changes)
