"""Lists as files for a spreadsheet. Nothing in them is a formula, whoever wrote it."""

from __future__ import annotations

import csv
import importlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.blocks import Name
from bot.model import Brief, BulkLine, Notice, Offender

Value = str | int | float | Decimal | date | datetime
Row = Sequence[Value]

CELL_LIMIT = 32_767
"""Characters. Source: Microsoft, Excel specifications and limits."""
_STARTS = "=+\\-@＝＋－＠﹢﹣﹦﹫−"
_UNSEEN = "\\s\u200b-\u200f\u2060-\u2064\ufeff"
# Where a formula may begin: at the start, or after a separator, for some Excels split at semicolons whatever the
# quotation marks say. Each run of separators is looked at once, so that the work grows with the text and no faster.
_BEGINNING = re.compile(rf"(\A|[;\t\r\n])([{_UNSEEN}]*+)([{_STARTS}]?)")
_SEPARATOR = re.compile(r"(?<=[;\t\r\n])")
FORMULA = re.compile(rf"[{_UNSEEN}]*[{_STARTS}\t\r]")
_ARMED = re.compile(
    rf"^'(?=[{_UNSEEN}]*[{_STARTS}]|[{_UNSEEN}]*[\t\r])|(?<=[;\t\r\n])'(?=[{_UNSEEN}]*[{_STARTS}])"
)  # the apostrophes put there
# What XML 1.0 has no room for; halves of surrogate pairs have no bytes either.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_OFFENDER_HEADS = (
    "rank",
    "seller",
    "seller ids",
    "marketplaces",
    "upheld",
    "upheld before",
    "trend",
    "new",
    "rejected",
    "overturned",
    "proportion",
    "gravity",
    "number",
    "relistings",
    "failed counter-notices",
    "alias changes",
    "intention",
    "score",
    "last upheld",
)
_NOTICE_HEADS = (
    "notice",
    "status",
    "marketplace",
    "listing",
    "seller",
    "seller id",
    "right",
    "violation",
    "filed",
    "decided",
    "removed",
    "upheld",
    "overturned",
    "contested",
    "came back",
)


def offenders_rows(offenders: Sequence[Offender], *, name: Name) -> list[Row]:
    """A head and one row an offender, ranked as given. Times are ISO 8601 in UTC."""
    return [_OFFENDER_HEADS, *(_offender(rank, one, name) for rank, one in enumerate(offenders, 1))]


def notices_rows(briefs: Sequence[Brief], *, name: Name) -> list[Row]:
    """A head and one row a notice, as given. Times are ISO 8601 in UTC."""
    return [_NOTICE_HEADS, *(_notice(brief, name) for brief in briefs)]


def tracked_rows(notices: Iterable[Notice], *, name: Name) -> list[Row]:
    """A head and one row a notice with all that is tracked of it, as given. Times are ISO 8601 in UTC."""
    return [tuple(_TRACKED), *(tuple(str(read(one, name)) for read in _TRACKED.values()) for one in notices)]


_TRACKED: Mapping[str, Callable[[Notice, Name], str]] = {
    "notice": lambda one, name: one.id,
    "batch": lambda one, name: one.batch_id,
    "status": lambda one, name: one.status.words,
    "since": lambda one, name: _moment(one.stands_since or one.filed_at),
    "marketplace": lambda one, name: name(one.listing.marketplace),
    "listing": lambda one, name: one.listing.listing_id,
    "address": lambda one, name: one.listing.canonical,
    "seller": lambda one, name: one.seller.name if one.seller else "",
    "seller id": lambda one, name: one.seller.seller_id if one.seller else "",
    "violation": lambda one, name: one.violation.value.replace("_", " "),
    "right": lambda one, name: one.right.key,
    "right title": lambda one, name: one.right.title,
    "registration": lambda one, name: " ".join(filter(None, (one.right.office, one.right.registration_no))),
    "right owner": lambda one, name: one.right.owner,
    "statement": lambda one, name: one.statement,
    "message to the seller": lambda one, name: one.message_to_seller,
    "evidence": lambda one, name: "; ".join(f"{file.name} {file.sha256}" for file in one.evidence),
    "their reference": lambda one, name: one.reference,
    "their status": lambda one, name: one.vendor_status,
    "reason": lambda one, name: one.reason,
    "filed by": lambda one, name: one.declaration.signature,
    "filed": lambda one, name: _moment(one.filed_at),
    "declaration": lambda one, name: one.declaration.text_version,
    "looked after by": lambda one, name: one.looked_after_by,
    "decided": lambda one, name: _moment(one.decided_at),
    "removed": lambda one, name: _moment(one.removed_at),
    "contested": lambda one, name: "yes" if one.contested else "no",
    "came back": lambda one, name: one.came_back.value.replace("_", " ") if one.came_back else "",
    "deadline": lambda one, name: _moment(one.deadline.at if one.deadline else None),
    "lot": lambda one, name: one.lot,
}


def bulk_rows(lines: Iterable[BulkLine], *, name: Name) -> list[Row]:
    """A head and one row a line of a bulk: what came of it, and what was asked for, which can be uploaded again."""
    return [_BULK_HEADS, *(_bulk(line, name) for line in lines)]


_BULK_HEADS = (
    "Line",
    "Verdict",
    "Why",
    "Notice",
    "Marketplace",
    "Listing id",
    "Address",
    "Violation",
    "Right",
    "Seller",
    "Statement",
    "Message to seller",
    "Via",
)


def as_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; an apostrophe disarms what Excel would calculate.

    Source: owasp.org, CSV injection.
    """
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerows([_disarmed(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """A workbook with a sheet a name; the first row of each stays in sight. Text is text, whatever it looks like."""
    # Loaded at the first workbook: most of what a desk answers needs none, and it takes ten megabytes and a moment.
    written: bytes = importlib.import_module("bot.workbooks").written(sheets)
    return written


def _offender(rank: int, offender: Offender, name: Name) -> Row:
    score = offender.score
    return (
        rank,
        offender.title,
        ", ".join(one.seller_id for one in offender.identities),
        ", ".join(name(key) for key in offender.marketplaces),
        score.upheld,
        "" if offender.before is None else offender.before,
        "" if offender.trend is None else offender.trend,
        "yes" if offender.new else "no",
        score.rejected,
        score.overturned,
        round(score.proportion, 4),
        round(score.gravity, 4),
        round(score.number, 4),
        score.relistings,
        score.failed_counters,
        score.alias_changes,
        score.intention,
        score.total,
        _moment(offender.last_upheld_at),
    )


def _bulk(line: BulkLine, name: Name) -> Row:
    return (
        line.number,
        line.verdict.value,
        line.why,
        line.notice_id,
        name(line.listing.marketplace) if line.listing else "",
        line.listing.listing_id if line.listing else "",
        line.address,
        line.violation,
        line.right,
        line.seller,
        line.statement,
        line.message,
        line.via,
    )


def _notice(brief: Brief, name: Name) -> Row:
    return (
        brief.id,
        brief.status.words,
        name(brief.marketplace),
        brief.listing_id,
        brief.seller_name,
        brief.seller.removeprefix(f"{brief.marketplace}:"),
        brief.right_key,
        brief.violation.value.replace("_", " "),
        _moment(brief.filed_at),
        _moment(brief.decided_at),
        _moment(brief.removed_at),
        "yes" if brief.upheld else "no",
        "yes" if brief.overturned else "no",
        "yes" if brief.contested else "no",
        brief.came_back.value.replace("_", " ") if brief.came_back else "",
    )


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def as_typed(text: str) -> str:
    """What stood in a cell before `as_csv` disarmed it."""
    return _ARMED.sub("", text)


def _disarmed(value: Value) -> Value:
    return _BEGINNING.sub(_armed, writable(value))[:CELL_LIMIT] if isinstance(value, str) else value


def _armed(found: re.Match[str]) -> str:
    """The beginning of a formula with an apostrophe wherever one could begin; anything else as it is."""
    separator, run, start = found.groups()
    if not start:
        return f"'{run}" if not separator and ("\t" in run or "\r" in run) else found[0]
    return ("" if separator else "'") + _SEPARATOR.sub("'", separator + run) + start


def writable(text: str) -> str:
    """The text as a cell can hold it."""
    return _NOT_XML.sub("", text)[:CELL_LIMIT]
