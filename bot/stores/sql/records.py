"""Records as rows of the tables, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from bot.errors import StoreUnavailable
from bot.model import (
    Announcement,
    Brief,
    Bulk,
    Card,
    ComeBack,
    Delivery,
    DeliveryKind,
    Draft,
    FilingDay,
    Notice,
    Occurrence,
    Seen,
    Status,
    Violation,
)
from bot.offenders import plain
from bot.stores.entries import owner_of
from bot.stores.rows import put, table_of

Values = dict[str, Any]

_ID = re.compile(r"TD-([1-9][0-9]{0,17})")


def number_of(notice_id: str) -> int | None:
    """The number in a notice's id; None where it is no such id."""
    found = _ID.fullmatch(notice_id)
    return int(found[1]) if found else None


def id_of(number: int) -> str:
    return f"TD-{number}"


def raw_of(record: Any) -> str:
    """The record's line of JSON. Raises: ValueError: JSON cannot say it."""
    return put(record).raw.decode()


def notice_values(notice: Notice) -> Values:
    """What `briefs` holds of a notice, and its line as `raw`."""
    brief = Brief.of(notice)
    verdict = brief.verdict
    return {
        "number": notice.number,
        "version": notice.version,
        "batch_id": notice.batch_id,
        "marketplace": brief.marketplace,
        "listing_id": brief.listing_id,
        "seller": brief.seller,
        "seller_name": brief.seller_name,
        "right_key": brief.right_key,
        "violation": brief.violation.value,
        "status": brief.status.value,
        "submitter": brief.submitter,
        "owner": notice.looked_after_by,
        "filed_at": brief.filed_at,
        "decided_at": brief.decided_at,
        "removed_at": brief.removed_at,
        "contested": brief.contested,
        "came_back": brief.came_back.value if brief.came_back else None,
        "since": brief.since,
        "updated_at": notice.updated_at,
        "deadline": notice.deadline.at if notice.deadline else None,
        "waits": notice.waits_for_us,
        "open_key": notice.open_key,
        "reference": notice.reference,
        "head": notice.head,
        "verdict": verdict.value if verdict else None,
        "judged_at": brief.judged_at if verdict else None,
        "upheld_at": brief.upheld_at,
        "counts_at": brief.counts_at,
        "folded_id": brief.seller.partition(":")[2].casefold(),
        "plain_name": plain(brief.seller_name),
        "archived": False,
        "raw": raw_of(notice),
    }


BRIEF = (
    "number",
    "marketplace",
    "listing_id",
    "seller",
    "seller_name",
    "right_key",
    "violation",
    "status",
    "submitter",
    "filed_at",
    "decided_at",
    "removed_at",
    "contested",
    "came_back",
    "since",
)
"""The columns of `briefs` that a `Brief` is made of."""


_VIOLATIONS = {one.value: one for one in Violation}
_STATUSES = {one.value: one for one in Status}
_BACK = {one.value: one for one in ComeBack}


def brief_of(row: Any) -> Brief:
    """Of a row with the columns `BRIEF`."""
    number, marketplace, listing_id, seller, seller_name, right_key, violation, status, submitter = row[:9]
    filed_at, decided_at, removed_at, contested, came_back, since = row[9:]
    return Brief(
        id=f"TD-{number}",
        marketplace=marketplace,
        listing_id=listing_id,
        seller=seller,
        seller_name=seller_name,
        right_key=right_key,
        violation=_VIOLATIONS[violation],
        status=_STATUSES[status],
        submitter=submitter,
        filed_at=filed_at,
        decided_at=decided_at,
        removed_at=removed_at,
        contested=contested,
        came_back=_BACK[came_back] if came_back else None,
        since=since,
    )


def entry_values(record: Any) -> Values:
    """What `entries` holds of a small record: also of a draft, a card or a used key."""
    at = _AT.get(type(record))
    return {
        "kind": table_of(type(record)),
        "key": key_of(record),
        "owner": owner_of(record),
        "version": 1 if isinstance(record, Seen) else record.version,
        "at": at(record) if at else None,
        "raw": raw_of(record),
    }


def key_of(record: Any) -> str:
    if isinstance(record, Draft):
        return record.id
    return record.batch_id if isinstance(record, Card) else str(record.key)


def midnight(day: date) -> datetime:
    """When a day of UTC begins."""
    return datetime.combine(day, time(), tzinfo=UTC)


_AT: Mapping[type[Any], Callable[[Any], datetime]] = {
    Draft: lambda record: record.created_at,
    Seen: lambda record: record.at,
    FilingDay: lambda record: midnight(record.day),
    Bulk: lambda record: record.created_at,
    Announcement: lambda record: record.at,
    Occurrence: lambda record: record.due_at,
}
"""The moment by which a small record is forgotten some day."""


def delivery_values(delivery: Delivery) -> Values:
    """What `deliveries` holds of one, but for what is the store's own."""
    return {
        "id": delivery.id,
        "kind": delivery.kind.value,
        "lane": delivery.lane,
        "subject": delivery.subject,
        "due_at": delivery.due_at,
        # PostgreSQL has no place for this one character, which nobody writes and some marketplace may send.
        "words": delivery.words.replace("\x00", "�"),
        "attempts": delivery.attempts,
        "error": delivery.error.replace("\x00", "�"),
        "parked": delivery.parked,
    }


def delivery_of(row: Mapping[str, Any]) -> Delivery:
    try:
        kind = DeliveryKind(row["kind"])
    except ValueError:
        raise StoreUnavailable(f"A stored delivery is of a kind this version does not know: {row['kind']}.") from None
    return Delivery(
        id=row["id"],
        kind=kind,
        lane=row["lane"],
        subject=row["subject"],
        due_at=row["due_at"],
        words=row["words"],
        attempts=row["attempts"],
        error=row["error"],
        parked=row["parked"],
        revision=row["revision"],
        lease=row["lease"],
        lease_until=row["lease_until"],
    )
