"""dossier.json: the whole dossier for programs. `docs/schemas/dossier-1.json` is its published schema. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bot.dossiers.chains import Chain
from bot.model import (
    SYSTEM,
    Actor,
    Change,
    Event,
    Exhibit,
    Identifier,
    Identity,
    Link,
    Material,
    Notice,
    Offender,
    Purchase,
    Right,
    Shown,
)

Json = dict[str, Any]
SCHEMA = "dossier-1.json"


def record(material: Material, exhibits: Sequence[Exhibit], chains: Iterable[Chain]) -> Json:
    """The dossier as JSON has it. Times are ISO 8601 in UTC; what is not known is null or empty."""
    people = _People(material)
    exhibits_of = _by_what_they_show(exhibits)
    return {
        "$schema": f"schemas/{SCHEMA}",
        "version": 1,
        "made_at": _moment(material.made_at),
        "organisation": _organisation(material),
        "agency": _agency(material),
        "referral": _referral(material, people),
        "offender": _offender(material.offender),
        "links": [_link(one, people) for one in material.links],
        "identifiers": [_identifier(one, people) for one in material.identifiers if one.on_file],
        "rights": [_right(one) for one in material.rights],
        "notices": [
            _notice(one, people, material.events.get(one.id, ()), exhibits_of.get(one.id, []))
            for one in material.notices
        ],
        "purchases": [_purchase(one, people, exhibits_of.get(one.id, [])) for one in material.purchases],
        "exhibits": [_exhibit(one) for one in exhibits],
        "timeline": [{"label": one.label, "filed": one.filed, "removed": one.removed} for one in material.series],
        "custody": [{"of": one.of, "lines": one.lines, "unchained": one.unchained, "head": one.head} for one in chains],
    }


class _People:
    """What those who act are called."""

    def __init__(self, material: Material) -> None:
        self._names: Mapping[str, str] = {
            SYSTEM.user_id: "the desk",
            **material.marketplaces,
            **material.names,
        }

    def __call__(self, actor: Actor | str | None) -> Json | None:
        user = actor.user_id if isinstance(actor, Actor) else actor
        return {"id": user, "name": self._names.get(user, "")} if user else None


def _by_what_they_show(exhibits: Iterable[Exhibit]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in exhibits:
        for of in one.of:
            found.setdefault(of, []).append(one.number)
    return found


def _organisation(material: Material) -> Json:
    return {"name": material.organisation, "contact": material.contact, "website": material.website}


def _agency(material: Material) -> Json:
    agency = material.agency
    return {
        "key": agency.key,
        "name": agency.name,
        "jurisdiction": agency.jurisdiction,
        "contact": agency.contact,
        "takes": agency.takes.value,
    }


def _referral(material: Material, people: _People) -> Json:
    one = material.referral
    return {
        "id": one.id,
        "state": one.state.value,
        "summary": one.summary,
        "initials": one.initials,
        "drafted_by": people(one.by),
        "drafted_at": _moment(one.at),
        "decided_by": people(one.decided_by),
        "decided_at": _moment(one.decided_at),
        "sellers": list(one.sellers),
        "shows": sorted(one.shows),
        "withheld": sorted(frozenset(Shown) - one.shows),
        "with_files": one.files,
        "form": material.form_title,
        "answers": dict(material.answers),
        "missing": list(material.missing),
        "others": [
            {"id": other.id, "agency": other.agency_name, "state": other.state.value, "at": _moment(other.at)}
            for other in material.others
        ],
    }


def _offender(one: Offender) -> Json:
    score = one.score
    return {
        "key": one.key,
        "title": one.title,
        "identities": [_identity(identity) for identity in one.identities],
        "upheld_in_all": one.upheld_in_all,
        "upheld_before": one.before,
        "last_upheld_at": _moment(one.last_upheld_at),
        "score": {
            "window_days": score.window_days,
            "half_life_days": score.half_life_days,
            "upheld": score.upheld,
            "rejected": score.rejected,
            "overturned": score.overturned,
            "number": score.number,
            "proportion": score.proportion,
            "gravity": score.gravity,
            "relistings": score.relistings,
            "failed_counter_notices": score.failed_counters,
            "alias_changes": score.alias_changes,
            "intention": score.intention,
            "total": score.total,
        },
        "strikes": [
            {
                "marketplace": struck.rule.marketplace,
                "seller": struck.seller,
                "count": struck.count,
                "limit": struck.rule.limit,
                "window_days": struck.rule.window_days,
                "consequence": struck.rule.consequence,
            }
            for struck in one.strikes
        ],
    }


def _identity(one: Identity) -> Json:
    return {
        "key": one.key,
        "marketplace": one.marketplace,
        "seller_id": one.seller_id,
        "names": list(one.names),
        "upheld": one.upheld,
        "upheld_in_all": one.upheld_in_all,
    }


def _link(one: Link, people: _People) -> Json:
    return {
        "a": one.a,
        "b": one.b,
        "steps": [
            {"state": step.state.value, "reason": step.reason, "by": people(step.by), "at": _moment(step.at)}
            for step in one.steps
        ],
    }


def _identifier(one: Identifier, people: _People) -> Json:
    return {
        "seller": one.seller,
        "kind": one.kind.value,
        "value": one.value,
        "by": people(one.by),
        "at": _moment(one.at),
    }


def _right(one: Right) -> Json:
    return {
        "key": one.key,
        "kind": one.kind.value,
        "title": one.title,
        "registration_no": one.registration_no,
        "office": one.office,
        "jurisdictions": list(one.jurisdictions),
        "owner": one.owner,
        "expires_on": _day(one.expires_on),
        "nice_classes": list(one.nice_classes),
        "agent": one.agent,
        "power_of_attorney": one.power_of_attorney,
    }


def _notice(one: Notice, people: _People, events: Sequence[Event], exhibits: Sequence[str]) -> Json:
    said = one.declaration
    return {
        "id": one.id,
        "status": one.status.value,
        "marketplace": one.listing.marketplace,
        "listing_id": one.listing.listing_id,
        "address": one.listing.canonical,
        "seller_id": one.seller.seller_id if one.seller else "",
        "seller_name": one.seller.name if one.seller else "",
        "right": one.right.key,
        "violation": one.violation.value,
        "statement": one.statement,
        "message_to_seller": one.message_to_seller,
        "declaration": {
            "text_version": said.text_version,
            "signature": said.signature,
            "affirmed_by": people(said.affirmed_by),
            "affirmed_at": _moment(said.affirmed_at),
        },
        "submitted_by": people(one.submitter),
        "approved_by": people(one.approval.by) if one.approval and one.approval.approved else None,
        "filed_at": _moment(one.filed_at),
        "decided_at": _moment(one.decided_at),
        "removed_at": _moment(one.removed_at),
        "seen_gone_at": _moment(one.verified_gone_at),
        "reference": one.reference,
        "their_status": one.vendor_status,
        "reason": one.reason,
        "contested": one.contested,
        "came_back": one.came_back.value if one.came_back else None,
        "exhibits": list(exhibits),
        "events": [_line(event, people) | {"status": event.status.value} for event in events],
    }


def _line(line: Event | Change, people: _People) -> Json:
    return {
        "number": line.number,
        "at": _moment(line.at),
        "by": people(line.actor),
        "kind": line.kind,
        "where": line.where,
        "words": line.words,
        "answer": line.raw or None,
    }


def _purchase(one: Purchase, people: _People, exhibits: Sequence[str]) -> Json:
    return {
        "id": one.id,
        "seller": one.seller,
        "state": one.state.value,
        "order_id": one.order_id,
        "cost": str(one.cost) if one.cost is not None else None,
        "currency": one.currency,
        "ordered_on": _day(one.ordered_on),
        "received_on": _day(one.received_on),
        "decided_on": _day(one.decided_on),
        "decided_by": one.decided_by,
        "notice": one.notice_id,
        "address": one.listing,
        "note": one.note,
        "recorded_by": people(one.by),
        "exhibits": list(exhibits),
    }


def _exhibit(one: Exhibit) -> Json:
    return {
        "number": one.number,
        "sha256": one.sha256,
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "handed_in_at": _moment(one.captured_at),
        "by": one.by,
        "of": list(one.of),
        "path": one.path,
        "withheld": one.withheld,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
