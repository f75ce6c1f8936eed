"""listings.xlsx: the notices, one a row, for who works with a spreadsheet."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.exports import Row, Value, as_xlsx
from bot.model import Exhibit, Material, Notice

_NOTICES = (
    *("notice", "status", "marketplace", "listing", "address", "seller", "seller id", "violation", "right"),
    *("registration", "right owner", "filed (UTC)", "decided (UTC)", "removed (UTC)", "came back", "contested"),
    *("reference", "their status", "reason", "statement", "filed by", "exhibits"),
)
_EXHIBITS = ("exhibit", "file", "SHA-256", "name", "kind", "bytes", "handed in (UTC)", "by", "belongs to", "withheld")
_PURCHASES = (
    *("purchase", "seller", "state", "order", "cost", "currency", "ordered", "received", "decided", "decided by"),
    *("notice", "listing", "note"),
)
_WRITTEN_NOW = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(?=<)")


def listings(material: Material, exhibits: Sequence[Exhibit]) -> bytes:
    """The workbook; the same material makes the same bytes."""
    sheets = {
        "Listings": [_NOTICES, *_notices(material, exhibits)],
        "Test purchases": [_PURCHASES, *_purchases(material)],
        "Exhibits": [_EXHIBITS, *map(_exhibit, exhibits)],
    }
    return _steady(as_xlsx(sheets), material.made_at)


def _notices(material: Material, exhibits: Sequence[Exhibit]) -> Iterator[Row]:
    numbers: dict[str, list[str]] = {}
    for one in exhibits:
        for of in one.of:
            numbers.setdefault(of, []).append(one.number)
    for notice in material.notices:
        yield (*_notice(notice, material), ", ".join(numbers.get(notice.id, ())))


def _notice(one: Notice, material: Material) -> Row:
    key, right = one.listing.marketplace, one.right
    return (
        one.id,
        one.status.words,
        material.marketplaces.get(key, key),
        one.listing.listing_id,
        one.listing.canonical,
        one.seller.name if one.seller else "",
        one.seller.seller_id if one.seller else "",
        one.violation.value.replace("_", " "),
        right.title,
        " ".join(filter(None, (right.office, right.registration_no))),
        right.owner,
        _moment(one.filed_at),
        _moment(one.decided_at),
        _moment(one.removed_at),
        one.came_back.words if one.came_back else "",
        "yes" if one.contested else "no",
        one.reference,
        one.vendor_status,
        one.reason,
        one.statement,
        one.declaration.signature,
    )


def _purchases(material: Material) -> Iterator[Row]:
    for one in material.purchases:
        yield (
            *(one.id, one.seller, one.state.value, one.order_id, one.cost if one.cost is not None else ""),
            *(one.currency, one.ordered_on, one.received_on or "", one.decided_on or "", one.decided_by),
            *(one.notice_id, one.listing, one.note),
        )


def _exhibit(one: Exhibit) -> Row:
    return (
        *(one.number, one.path, one.sha256, one.name, one.media_type, one.size, _moment(one.captured_at), one.by),
        *(", ".join(one.of), one.withheld),
    )


def _steady(workbook: bytes, at: datetime) -> bytes:
    """The same workbook as if it had been written then."""
    moment = at.astimezone(UTC)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _WRITTEN_NOW.sub(rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            steady = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            steady.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(steady, content)
    return made.getvalue()


def _moment(at: datetime | None) -> Value:
    """In UTC, as the heads say: a spreadsheet knows no zones."""
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0) if at else ""
