"""Reading a Mercado Libre case: its status in our words, what waits for whom, and what may be answered. Pure.

Source: developers.mercadolivre.com.br/membros-do-programa, 2026-07-26.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bot.deadlines import SUNDAY, after_days
from bot.marketplaces.http import clean
from bot.model import Choice, ComeBack, Deadline, Decision, Seller, Status, Whose

DAYS = 3
"""For the seller, Sundays not counted; then for us, all counted. Older pages say four."""
_RAW_LIMIT = 16_000
_TEXT_LIMIT = 2000
_KEPT = (
    "case_id",
    "current_status",
    "reason_id",
    "reason_text",
    "date_created",
    "last_updated",
    "due_date",
    "seller_id",
    "seller_name",
    "seller_quittance",
    "member_quittance",
    "document_name",
)

STATUSES: Mapping[str, tuple[Status, str]] = {
    "CREATED": (Status.SUBMITTED, ""),
    "PENDING_MODERATION": (Status.IN_REVIEW, "Their moderators look at it first; the listing is live."),
    "WAITING_DOCUMENTATION": (Status.SELLER_RESPONSE, "The listing is paused."),
    "ROLLBACK": (Status.SELLER_RESPONSE, "They ask the seller once more; the listing is paused."),
    "DOCUMENTATION_PRESENTED": (Status.NEEDS_INPUT, "The seller has answered."),
    "WAITING_FOR_PATCH_PDP": (Status.SUSPENDED, "The listing is down until the seller corrects the catalogue page."),
    "DOCUMENTATION_APPROVED": (Status.REINSTATED, "The seller's proof was accepted."),
    "DOCUMENTATION_NOT_APPROVED": (Status.REMOVED, "The complaint was kept after the seller's answer."),
    "DOCUMENTATION_NOT_PRESENTED": (Status.REMOVED, "The seller did not answer."),
    "MEMBER_NOT_RESPOND": (Status.REINSTATED, "The seller answered, and nobody here answered the seller in time."),
    "ACUERDO_CLOSED": (Status.REMOVED, "A regulator's rule applies."),
    "DISCARDED": (Status.REJECTED, "They discarded the complaint."),
    "DISCARDED_DUE_RESTRICTION": (Status.REJECTED, "They discarded it: a restriction is on the counter-notice."),
    "DISCARD_DUE_RESTRICTION": (Status.REJECTED, "They discarded it: a restriction is on the counter-notice."),
    "REJECTED": (Status.REJECTED, "Their moderators rejected the complaint."),
    "REJECTED_BY_ABUSE": (Status.REJECTED, "They take the complaint for an abuse of their system."),
    "REJECTED_BY_ABUSE_COUNTER_NOTICE": (Status.REJECTED, "They found abuse in how the counter-notice was handled."),
    "REJECTED_BY_RESTRICTION": (Status.REJECTED, "A restriction on our account forbids this complaint."),
    "REJECTED_PDP_ITEM": (Status.REJECTED, "They rejected it for the item."),
    "REJECTED_PDP_CATALOG": (Status.REJECTED, "They rejected it for the catalogue page."),
    "REJECTED_PDP_IMAGE_RANKER": (Status.REJECTED, "Their image check rejected it."),
    "REJECTED_MODIFIED": (Status.GONE, "The seller has corrected the listing, which is live without what was wrong."),
}
"""What each of their words is to us, and what it means. One that is not here is `in_review`.

An accepted proof is `reinstated`, not `withdrawn`: the listing is live again because the seller was right, and after a
removal that they reopen nothing else could follow. Silence of ours is `reinstated` too, without a guess at why.
"""


_CONTESTED = frozenset(
    {"DOCUMENTATION_PRESENTED", "DOCUMENTATION_APPROVED", "DOCUMENTATION_NOT_APPROVED", "MEMBER_NOT_RESPOND"}
)
"""The seller has sent proof; being asked for it is a step of every case."""


def parse_filed(body: Any) -> Decision:
    """The answer to a new complaint, which says nothing but its number: they all begin as `CREATED`.

    Raises:
        ValueError: no number, in words.
    """
    reference = _number(body, "denounce_id")
    if not reference:
        raise ValueError("`denounce_id` is missing")
    return Decision(reference=reference, status=Status.SUBMITTED, vendor_status="CREATED", raw=_raw(body))


def parse_case(body: Any, reference: str) -> Decision:
    """The case that was asked for by `reference`.

    Raises:
        ValueError: no status, in words.
    """
    word = body.get("current_status") if isinstance(body, dict) else None
    if not isinstance(word, str) or not 0 < len(word) <= 200 or not word.isprintable():
        raise ValueError("`current_status` is missing or not a text of up to 200 characters")
    status, means = STATUSES.get(word, (Status.IN_REVIEW, ""))
    choices = tuple(_choices(body.get("reject_option_member"))) if status is Status.NEEDS_INPUT else ()
    updated = _moment(body.get("last_updated"))
    return Decision(
        reference=reference,
        status=status,
        vendor_status=word,
        reason=_asked(body, answerable=bool(choices)) if status is Status.NEEDS_INPUT else means,
        decided_at=updated.astimezone(UTC) if updated and status.final else None,
        seller=_seller(body),
        came_back=ComeBack.COUNTER_NOTICE if word == "DOCUMENTATION_APPROVED" else None,
        contested=word in _CONTESTED,
        deadline=_deadline(body, status, updated),
        choices=choices,
        raw=_raw(body),
    )


def _deadline(body: dict[str, Any], status: Status, updated: datetime | None) -> Deadline | None:
    """Theirs where it is ahead of the status; one from before belongs to the step before."""
    if status is Status.NEEDS_INPUT:
        whose, words = Whose.OURS, "accept the seller's proof or keep the complaint, or the listing comes back"
    elif status is Status.SELLER_RESPONSE:
        whose, words = Whose.SELLER, "the seller sends proof, or the listing is removed"
    else:
        return None
    due = _moment(body.get("due_date"))
    if updated is not None and (due is None or due <= updated):
        due = after_days(updated, DAYS, skip=SUNDAY if whose is Whose.SELLER else ())
    return Deadline(at=due.astimezone(UTC), whose=whose, words=words) if due else None


def _choices(options: Any) -> Iterator[Choice]:
    """Their reasons for refusing a proof, in English or else Spanish or Portuguese."""
    for option in options if isinstance(options, list) else ():
        key = _number(option, "id")
        texts = (option.get(f"text_{language}") for language in ("en", "es", "pt")) if key else ()
        words = next((text for text in texts if isinstance(text, str) and text.strip()), "")
        if words:
            yield Choice(key=key, words=clean(words, 200))


def _asked(body: dict[str, Any], *, answerable: bool) -> str:
    """What the seller says. Where the document lies is not told: it may hold personal data, and open to anybody."""
    said, name = body.get("seller_quittance"), body.get("document_name")
    parts = [
        f"The seller has answered: “{clean(said, _TEXT_LIMIT)}”"
        if isinstance(said, str) and said.strip()
        else "The seller has answered.",
        f"The proof is {clean(name, 200)}, in their Brand Protection portal."
        if isinstance(name, str) and name.strip()
        else "The proof is in their Brand Protection portal.",
    ]
    return " ".join(parts if answerable else [*parts, "Please answer there: they offer no reasons here."])


def _seller(body: dict[str, Any]) -> Seller | None:
    seller_id, name = _number(body, "seller_id"), body.get("seller_name")
    if not seller_id:
        return None
    return Seller(seller_id=seller_id, name=clean(name, 200) if isinstance(name, str) else "")


def _number(body: Any, key: str) -> str:
    """A number of theirs, written as a number or as a text; empty when it is none."""
    value = body.get(key) if isinstance(body, dict) else None
    text = str(value) if isinstance(value, str) or type(value) is int else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 20 else ""


def _moment(value: Any) -> datetime | None:
    """A time with their own zone, in which days are counted; None for what is none, or is out of all bounds."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    offset = moment.utcoffset()
    sane = offset is not None and abs(offset) <= timedelta(hours=15) and 2000 <= moment.year <= 2200
    return moment if sane else None


def _raw(body: dict[str, Any]) -> dict[str, Any]:
    """What they said, as they said it; only what matters when it is uncommonly long or deep."""
    try:
        whole = len(orjson.dumps(body)) <= _RAW_LIMIT
    except orjson.JSONEncodeError:  # nested deeper than can be written down again
        whole = False
    return body if whole else {key: str(body[key])[:_TEXT_LIMIT] for key in _KEPT if _is_plain(body.get(key))}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int)
