"""What Netcraft answers, and what it means for a notice. Pure.

Source: Netcraft's own integration for Cortex XSOAR (github.com/demisto/content, Packs/Netcraft_V2, Netcraft.yml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.marketplaces.http import clean
from bot.model import ComeBack, Decision, Notice, Status

STATUSES: Mapping[str, tuple[Status, str]] = {
    "Unverified": (Status.IN_REVIEW, "They have not verified the report yet."),
    "Inactive (Monitoring)": (
        Status.SUSPENDED,
        "The page was offline before they were authorised; they watch whether it returns.",
    ),
    "Verified": (Status.IN_REVIEW, "They have verified the report; nobody is asked to act yet."),
    "Contacted Hosting": (Status.IN_REVIEW, "They have asked whoever hosts the page to act."),
    "Contacted Police": (Status.IN_REVIEW, "They have taken it to the police."),
    "Contacted Upstream": (Status.IN_REVIEW, "They have asked whoever connects the host to the internet to act."),
    "Monitoring": (Status.SUSPENDED, "The page is offline; they watch for a week whether it returns."),
    "Resolved": (Status.REMOVED, "The page has been offline for a week."),
    "Stale": (Status.GONE, "The page went offline before they were authorised, and did not return."),
    "Invalid": (Status.REJECTED, "They say that this is no valid target of a takedown."),
}
"""Their ten display words. An unknown one is in review, never final."""
_ACTING = frozenset({"Contacted Hosting", "Contacted Police", "Contacted Upstream"})
_OFFLINE = frozenset({Status.REMOVED, Status.GONE})

CODES: Mapping[str, tuple[Status, str]] = {
    "TD_OK": (Status.SUBMITTED, ""),
    "TD_VERIFY": (
        Status.IN_REVIEW,
        "They look first whether this is a valid target, and give it a number when it is: perhaps never.",
    ),
    "TD_EXISTS": (Status.DUPLICATE, "They have a takedown of this page already."),
    "TD_WILDCARD": (Status.DUPLICATE, "They have a takedown of a sibling of this host, which covers it."),
}
"""What a report comes to."""
MAKES_NONE = frozenset({"TD_EXISTS", "TD_WILDCARD"})
REFUSED = frozenset({"TD_DENIED", "TD_ERROR"})

# No credentials, which they log from phishing pages, and no personal data from a whois.
_KEPT = (
    "id",
    "group_id",
    "status",
    "attack_url",
    "reported_url",
    "attack_type",
    "target_brand",
    "region",
    "customer_label",
    "date_submitted",
    "date_authed",
    "first_contact",
    "first_resolved",
    "final_resolved",
    "restart_date",
    "last_updated",
    "evidence_url",
    "screenshot_url",
    "false_positive",
    "host",
    "registrar",
    "country_code",
)
_KEPT_LIMIT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The answer to a report: their code, the takedown's number where there is one, and what else they say."""

    code: str
    number: str = ""
    words: str = ""


def parse_receipt(text: str) -> Receipt:
    """The code on the first line, the number on the second.

    Raises:
        ValueError: it is no answer to a report.
    """
    code, _, rest = text.strip().partition("\n")
    code, rest = code.strip(), rest.strip()
    if not code.startswith("TD_") or len(code) > 40 or not code.isprintable():
        raise ValueError("it does not begin with a code of theirs")
    number = rest.split("\n", 1)[0].strip()
    known = _is_number(number)
    if code == "TD_OK" and not known:
        raise ValueError("it has no number of a takedown")
    return Receipt(code=code, number=number if known else "", words=rest)


def take(receipt: Receipt, *, label: str) -> Decision:
    """What a receipt means. Until there is a number, our label is what they know it by.

    One they have already, and give no number of, is known by their code only.
    """
    status, reason = CODES[receipt.code]
    unnumbered = receipt.code if receipt.code in MAKES_NONE else label
    raw = {"code": receipt.code} | ({"id": receipt.number} if receipt.number else {})
    return Decision(
        reference=receipt.number or unnumbered,
        status=status,
        vendor_status=receipt.code,
        reason=reason,
        raw=raw,
    )


def labelled(body: Any, notice: Notice, *, most: int) -> dict[str, Any] | None:
    """The takedown that has our id for a label, the newest if there are several; None when there is none.

    Raises:
        ValueError: no list of takedowns, or not the whole of it.
    """
    attacks = _attacks(body)
    ours = [attack for attack in attacks if attack.get("customer_label") == notice.id]
    if not ours and len(attacks) >= most:
        raise ValueError(f"it has {most} takedowns and may go on")
    return max(ours, key=lambda attack: int(_number(attack))) if ours else None


def with_number(body: Any, notice: Notice, *, most: int) -> dict[str, Any] | None:
    """The takedown of our reference; None when they do not have it. Raises: ValueError: no list of takedowns."""
    return next((attack for attack in _attacks(body) if _number(attack) == notice.reference), None)


def parse_attack(attack: Mapping[str, Any], notice: Notice) -> Decision:
    """How a takedown stands, for a notice as it stands here.

    A restart from *Monitoring* is their own work going on: not over. Only where we had it as gone for good, and they
    are acting again on a page that restarted since, is it back: put up again, for they have no counter-notices.

    Raises:
        ValueError: no number or no status, in words.
    """
    number, word = _number(attack), attack.get("status")
    if not isinstance(word, str) or not word.strip() or len(word) > 100:
        raise ValueError("`status` is missing")
    word = clean(word)
    status, reason = STATUSES.get(word, (Status.IN_REVIEW, ""))
    restarted = moment(attack.get("restart_date"))
    came_back = None
    if word in _ACTING and restarted is not None:
        reason = f"The page was offline, and came back on {restarted:%d %B %Y}. {reason}"
        if notice.status in _OFFLINE and restarted > (notice.decided_at or notice.sends_at):
            status, came_back = Status.REINSTATED, ComeBack.RELISTED
    return Decision(
        reference=number,
        status=status,
        vendor_status=word,
        reason=reason,
        decided_at=_decided(attack, status, restarted),
        came_back=came_back,
        raw={name: _short(attack[name]) for name in _KEPT if isinstance(attack.get(name), str | int)},
    )


def _decided(attack: Mapping[str, Any], status: Status, restarted: datetime | None) -> datetime | None:
    if status is Status.REINSTATED:
        return restarted
    if status is Status.REMOVED:
        return moment(attack.get("final_resolved")) or moment(attack.get("last_updated"))
    return moment(attack.get("last_updated")) if status.final else None


def type_names(body: Any) -> list[str]:
    """The names of a region's attack types. Raises: ValueError: no list of them."""
    if not isinstance(body, list):
        raise ValueError("it is no list of attack types")
    return [one["name"] for one in body if isinstance(one, dict) and isinstance(one.get("name"), str)]


def moment(value: Any) -> datetime | None:
    """A time of theirs, `2023-09-11 12:19:01 UTC`, always UTC; None when it is empty or cannot be read."""
    try:
        read = datetime.fromisoformat(value.removesuffix(" UTC"))
        return read.astimezone(UTC) if read.tzinfo is not None else read.replace(tzinfo=UTC)
    except (AttributeError, ValueError, OverflowError):
        return None


def _attacks(body: Any) -> list[dict[str, Any]]:
    if not isinstance(body, list):
        raise ValueError("it is no list of takedowns")
    return [attack for attack in body if isinstance(attack, dict)]


def _number(attack: Mapping[str, Any]) -> str:
    value = attack.get("id")
    number = str(value) if type(value) is int else value
    if not isinstance(number, str) or not _is_number(number):
        raise ValueError("`id` is missing")
    return number


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20


def _short(value: str | int) -> str | int:
    return value[:_KEPT_LIMIT] if isinstance(value, str) else value
