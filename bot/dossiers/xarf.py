"""xarf/*.json: each notice as an abuse report that hosts and marketplaces read by machine. Pure.

Source: github.com/xarf/xarf-spec, schemas/v4/types/content-brand_infringement.json (XARF 4.0.0).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

from bot.dossiers.naming import uuid_of
from bot.model import Exhibit, Material, Notice, Status, Violation, size_in_words

Json = dict[str, Any]
VERSION = "4.0.0"
UNKNOWN_HOST = "not-given.invalid"
"""Where the organisation named no address of its own: the schema asks for one. Source: RFC 2606, section 2."""
_DESCRIPTION, _OF_EVIDENCE, _EXHIBITS, _EARLIER = 1000, 500, 50, 20
_KINDS: Mapping[Violation, str] = {
    Violation.COUNTERFEIT: "counterfeit",
    Violation.TRADEMARK: "trademark_violation",
    Violation.PARALLEL_IMPORT: "unauthorized_reseller",
}
_NEVER_SENT = frozenset(
    {Status.AWAITING_APPROVAL, Status.QUEUED, Status.SENDING, Status.BY_HAND, Status.REFUSED, Status.FAILED}
)
_NOT_IN_A_TAG = re.compile(r"[^a-z0-9_+.-]+")
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
"""What the schema takes: not all that is one, such as those of other scripts in their A-labels."""


def reports(material: Material, exhibits: Sequence[Exhibit]) -> Iterator[tuple[str, Json]]:
    """The name of each file, and the report. Notices that no marketplace ever had are left out."""
    sent = [notice for notice in material.notices if notice.status not in _NEVER_SENT]
    shown: dict[str, list[Exhibit]] = {}
    for one in exhibits:
        for of in one.of:
            shown.setdefault(of, []).append(one)
    for at, notice in enumerate(sent):
        earlier = [one for one in sent[:at] if one.filed_at <= notice.filed_at][-_EARLIER:]
        yield f"xarf/{notice.id}.json", _report(material, notice, earlier, shown.get(notice.id, []))


def _report(material: Material, notice: Notice, earlier: Sequence[Notice], exhibits: Sequence[Exhibit]) -> Json:
    address = _uri(notice.listing.canonical)
    host = _host(address)
    report: Json = {
        "xarf_version": VERSION,
        "report_id": uuid_of("xarf", material.referral.id, notice.id),
        "timestamp": _moment(notice.filed_at),
        "reporter": _contact(notice.right.owner, material),
        "sender": _contact(material.organisation, material),
        "source_identifier": notice.seller_key or host,
        "category": "content",
        "type": "brand_infringement",
        "url": address,
        "infringement_type": _KINDS.get(notice.violation, "other"),
        "legitimate_site": _uri(material.website) if material.website else f"https://{UNKNOWN_HOST}/",
        "target_brand": notice.right.title,
        "trademark_details": _trademark(notice),
        "previous_enforcement": [_enforced(one, material) for one in (*earlier, notice)],
        "verified_at": _moment(notice.still_seen_at or notice.filed_at),
        "verification_method": "automated_crawler" if notice.still_seen_at else "manual",
        "evidence_source": "researcher_analysis",
        "evidence": [_evidence(one) for one in exhibits if not one.withheld][:_EXHIBITS],
        "tags": _tags(material, notice),
        "description": notice.statement[:_DESCRIPTION],
    }
    if _DOMAIN.fullmatch(host):
        report["domain"] = host
    return report


def _contact(name: str, material: Material) -> Json:
    contact = material.contact or f"nobody@{UNKNOWN_HOST}"
    domain = (urlsplit(_uri(material.website)).hostname if material.website else "") or contact.rpartition("@")[2]
    return {"org": name[:200], "contact": contact, "domain": domain}


def _trademark(notice: Notice) -> Json:
    right = notice.right
    return {
        "registration_number": right.registration_no,
        "jurisdiction": ", ".join(right.jurisdictions),
        "category": [one for one in right.nice_classes if 1 <= one <= 45],
    }


def _enforced(one: Notice, material: Material) -> Json:
    where = material.marketplaces.get(one.listing.marketplace, one.listing.marketplace)
    back = f", {one.came_back.words}" if one.came_back else ""
    return {
        "date": (one.decided_at or one.filed_at).astimezone(UTC).date().isoformat(),
        "action": "takedown_notice",
        "result": f"{one.id}: {one.status.words}{back} ({where}, listing {one.listing.listing_id})",
    }


def _evidence(one: Exhibit) -> Json:
    """The line of a list of hashes: the file itself lies beside, once, whatever its size."""
    line = f"{one.sha256}  {one.path}\n".encode()
    about = f"Exhibit {one.number}: {one.name} ({one.media_type}, {size_in_words(one.size)}), in this dossier"
    return {
        "content_type": "text/plain",
        "description": f"{about} as {one.path}"[:_OF_EVIDENCE],
        "payload": base64.b64encode(line).decode(),
        "hash": f"sha256:{sha256(line).hexdigest()}",
        "size": len(line),
    }


def _tags(material: Material, notice: Notice) -> list[str]:
    tags = {
        "violation": notice.violation.value,
        "status": notice.status.value,
        "marketplace": notice.listing.marketplace,
        "referral": material.referral.id,
        "notice": notice.id,
    }
    return [f"{name}:{word}" for name, value in tags.items() if (word := _tag(value))]


def _tag(value: str) -> str:
    return _NOT_IN_A_TAG.sub("-", value.lower()).lstrip("_+.-")


def _uri(address: str) -> str:
    """With nothing in it but what an address may hold."""
    parts = urlsplit(address)
    host = _host(address)
    named = parts._replace(netloc=parts.netloc.replace(parts.hostname or "", host)) if host else parts
    return quote(named.geturl(), safe=":/?#[]@!$&'()*+,;=%~-._")


def _host(address: str) -> str:
    name = urlsplit(address).hostname or ""
    try:
        host = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
