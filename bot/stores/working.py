"""The working set in memory: every record as its text, with lean indexes to find it by."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from bot.model import Brief, Card, Counts, Delivery, Draft, Event, Notice, Query, Record, Seen, Sort, Status
from bot.stores.entries import Entries
from bot.stores.lanes import Lanes
from bot.stores.rows import Op, Put, put, read
from bot.stores.verdicts import Verdicts


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRow:
    """A notice's text, and what it is found, checked and counted by."""

    raw: bytes
    brief: Brief
    number: int
    version: int
    batch_id: str
    reference: str
    open_key: str | None
    updated_at: datetime
    owner: str
    deadline: datetime | None
    waits: bool

    @classmethod
    def of(cls, notice: Notice, raw: bytes) -> NoticeRow:
        brief = Brief.of(notice)
        shared: Any = {field: sys.intern(getattr(brief, field)) for field in _SHARED}
        return cls(
            raw=raw,
            # Thousands of notices share a few of these.
            brief=replace(brief, **shared),
            number=notice.number,
            version=notice.version,
            batch_id=notice.batch_id,
            reference=notice.reference,
            open_key=notice.open_key,
            updated_at=notice.updated_at,
            owner=sys.intern(notice.looked_after_by),
            deadline=notice.deadline.at if notice.deadline else None,
            waits=notice.waits_for_us,
        )

    @property
    def id(self) -> str:
        return self.brief.id

    @property
    def status(self) -> Status:
        return self.brief.status

    @property
    def listing(self) -> tuple[str, str]:
        return (self.brief.marketplace, self.brief.listing_id)

    @property
    def filed(self) -> tuple[str, date]:
        """Who filed it, and on which day of UTC."""
        return (self.brief.submitter, self.brief.filed_at.astimezone(UTC).date())

    @property
    def theirs(self) -> tuple[str, str]:
        """The marketplace and its reference."""
        return (self.brief.marketplace, self.reference)

    def fits(self, query: Query) -> bool:
        brief = self.brief
        return (
            (not query.submitter or brief.submitter == query.submitter)
            and (not query.statuses or brief.status in query.statuses)
            and (not query.marketplace or brief.marketplace == query.marketplace)
            and (not query.owner or self.owner == query.owner)
            and (not query.whose or query.whose in (self.owner, brief.submitter))
            and (query.waits is None or self.waits is query.waits)
            and (not query.right_key or brief.right_key == query.right_key)
            and (not query.sellers or brief.seller in query.sellers)
            and (query.violation is None or brief.violation is query.violation)
            and (query.filed_from is None or brief.filed_at >= query.filed_from)
            and (query.filed_before is None or brief.filed_at < query.filed_before)
        )


_SHARED = ("marketplace", "seller", "seller_name", "right_key", "submitter")


Copy = tuple[tuple[str, Iterable[tuple[int, bytes]]], ...]
K = TypeVar("K")


class WorkingSet:
    """What is on disk, in memory. Not shared between threads, except for what `copy` returns."""

    def __init__(self) -> None:
        self.notices: dict[str, NoticeRow] = {}
        self._events: dict[str, bytes] = {}  # a notice's, a line each: one piece of memory instead of many
        self.drafts: dict[str, bytes] = {}
        self.cards: dict[str, bytes] = {}
        self.seen: dict[str, bytes] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.open: dict[str, str] = {}
        self.batches: dict[str, tuple[str, ...]] = {}
        self.references: dict[tuple[str, str], tuple[str, ...]] = {}
        self.listings: dict[tuple[str, str], tuple[str, ...]] = {}
        self.sellers: dict[str, tuple[str, ...]] = {}
        self.entries = Entries()
        self.verdicts = Verdicts()
        self.lanes = Lanes(self.deliveries)
        self.last_number = 0
        self.filed: Counter[tuple[str, date]] = Counter()
        self._waiting: Counter[str] = Counter()
        self._statuses: Counter[Status] = Counter()

    def apply(self, ops: Iterable[Op]) -> None:
        """Do what was committed. The ops were checked before."""
        for op in ops:
            if isinstance(op, Put):
                self._put(op.record, op.raw)
            else:
                self._drop(op.table, op.key)

    def waits(self, subject: str) -> bool:
        """Whether a delivery about this notice or batch is still to be carried; a parked one is not."""
        return self._waiting[subject] > 0

    def event(self, notice_id: str, number: int) -> Event | None:
        found = (read(Event, raw) for raw in reversed(self.events(notice_id) or ()))
        return next((event for event in found if event.number == number), None)

    def events(self, notice_id: str) -> Sequence[bytes] | None:
        """The texts of what happened to a notice, in the order they were put; None when there is nothing."""
        lines = self._events.get(notice_id)
        return None if lines is None else lines.splitlines()

    def ids(self) -> set[str]:
        """Of every notice that is there, or of which something is told."""
        return {*self.notices, *self._events}

    def size(self) -> int:
        """How many records there are."""
        events = sum(lines.count(b"\n") for lines in self._events.values())
        small = len(self.drafts) + len(self.cards) + len(self.seen) + self.entries.size()
        return len(self.notices) + events + len(self.deliveries) + small

    def listed(self, query: Query) -> list[NoticeRow]:
        """All that fit, in the order asked for; of the same, the newest first."""
        fitting = [row for row in self.notices.values() if row.fits(query)]
        fitting.sort(key=lambda row: row.number, reverse=query.sort is not Sort.OLDEST)
        if query.sort is Sort.CHANGED:
            fitting.sort(key=lambda row: row.updated_at, reverse=True)
        elif query.sort is Sort.DEADLINE:
            fitting.sort(key=lambda row: (row.deadline is None, row.deadline or row.updated_at))
        return fitting

    def counts(self, now: datetime) -> Counts:
        waiting = [delivery.due_at for delivery in self.deliveries.values() if not delivery.parked]
        due = [at for at in waiting if at <= now]
        return Counts(
            notices=dict(self._statuses),
            waiting=len(waiting),
            due=len(due),
            parked=len(self.deliveries) - len(waiting),
            oldest_due=min(due, default=None),
        )

    def in_lane(self, lane: str) -> int:
        return sum(1 for delivery in self.deliveries.values() if delivery.lane == lane and not delivery.parked)

    def copy(self) -> Copy:
        """All texts as they are now, table by table with their document ids, for another thread to write down."""
        notices, events, deliveries = (
            tuple(self.notices.values()),
            tuple(self._events.values()),
            tuple(self.deliveries.values()),
        )
        return (
            ("notices", ((row.number, row.raw) for row in notices)),
            ("events", enumerate((raw for lines in events for raw in lines.splitlines()), 1)),
            ("drafts", enumerate(tuple(self.drafts.values()), 1)),
            ("cards", enumerate(tuple(self.cards.values()), 1)),
            ("deliveries", enumerate((put(delivery).raw for delivery in deliveries), 1)),
            ("seen", enumerate(tuple(self.seen.values()), 1)),
            *((table, enumerate((put(entry).raw for entry in kept), 1)) for table, kept in self.entries.copy()),
        )

    def _put(self, record: Record, raw: bytes) -> None:
        match record:
            case Notice():
                self._put_notice(NoticeRow.of(record, raw))
            case Event():
                lines = self._events_beside(record)
                self._events[record.notice_id] = lines + raw + b"\n"
            case Draft():
                self.drafts[record.id] = raw
            case Card():
                self.cards[record.batch_id] = raw
            case Seen():
                self.seen[record.key] = raw
            case Delivery():
                self._put_delivery(record)
            case _:
                self.entries.put(record)

    def _drop(self, table: str, key: str) -> None:
        match table:
            case "notices":
                self._drop_notice(key)
                self._events.pop(key, None)
            case "drafts":
                self.drafts.pop(key, None)
            case "cards":
                self.cards.pop(key, None)
            case "seen":
                self.seen.pop(key, None)
            case "deliveries":
                self._drop_delivery(key)
            case _:
                self.entries.drop(table, key)

    def _events_beside(self, event: Event) -> bytes:
        """The events it is put to; one of which something was erased takes the place of the whole one."""
        there = self._events.get(event.notice_id, b"")
        if event.erased is None:
            return there
        return b"".join(line for line in there.splitlines(keepends=True) if read(Event, line).number != event.number)

    def _put_notice(self, row: NoticeRow) -> None:
        self._drop_notice(row.id)
        self.notices[row.id] = row
        self._statuses[row.status] += 1
        self.verdicts.add(row.brief)
        self.filed[row.filed] += 1
        self.last_number = max(self.last_number, row.number)
        _join(self.batches, row.batch_id, row.id)
        _join(self.listings, row.listing, row.id)
        if row.brief.seller:
            _join(self.sellers, row.brief.seller, row.id)
        if row.open_key is not None:
            self.open[row.open_key] = row.id
        if row.reference:
            _join(self.references, row.theirs, row.id)

    def _drop_notice(self, notice_id: str) -> None:
        row = self.notices.pop(notice_id, None)
        if row is None:
            return
        self._statuses[row.status] -= 1
        if not self._statuses[row.status]:
            del self._statuses[row.status]
        self.verdicts.take(row.brief)
        self.filed[row.filed] -= 1
        if not self.filed[row.filed]:
            del self.filed[row.filed]
        _leave(self.batches, row.batch_id, row.id)
        _leave(self.listings, row.listing, row.id)
        if row.brief.seller:
            _leave(self.sellers, row.brief.seller, row.id)
        if row.open_key is not None and self.open.get(row.open_key) == row.id:
            del self.open[row.open_key]
        if row.reference:
            _leave(self.references, row.theirs, row.id)

    def release_leases(self) -> None:
        """Make everything claimable again; for a start, when whoever held a lease is gone.

        Each counts one attempt more: whoever had it may have done what it says.
        """
        for delivery in [one for one in self.deliveries.values() if one.lease]:
            self._put_delivery(replace(delivery, lease="", lease_until=None, attempts=delivery.attempts + 1))

    def _put_delivery(self, delivery: Delivery) -> None:
        self._drop_delivery(delivery.id)
        if delivery.due_at.tzinfo is not UTC:
            # Times with one and the same zone compare many times faster.
            delivery = replace(delivery, due_at=delivery.due_at.astimezone(UTC))
        self.deliveries[delivery.id] = delivery
        if not delivery.parked:
            self._waiting[delivery.subject] += 1
        self.lanes.add(delivery)

    def _drop_delivery(self, key: str) -> None:
        delivery = self.deliveries.pop(key, None)
        if delivery is not None and not delivery.parked:
            self._waiting[delivery.subject] -= 1
            if not self._waiting[delivery.subject]:
                del self._waiting[delivery.subject]


def _join(index: dict[K, tuple[str, ...]], key: K, notice_id: str) -> None:
    index[key] = (*index.get(key, ()), notice_id)


def _leave(index: dict[K, tuple[str, ...]], key: K, notice_id: str) -> None:
    """Take an id out of an index, and the entry with it when it was the last."""
    rest = tuple(one for one in index[key] if one != notice_id)
    if rest:
        index[key] = rest
    else:
        del index[key]
