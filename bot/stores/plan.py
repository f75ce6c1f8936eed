"""What one save would do, checked against what is on disk and what is on its way there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bot import custody
from bot.errors import Conflict
from bot.model import Card, Delivery, Draft, Entry, Event, Forgotten, Intake, Notice, Record, Seen
from bot.stores.archive import Archive
from bot.stores.rows import ENTRIES, Drop, Op, Put, put, read, table_of
from bot.stores.working import NoticeRow, WorkingSet

Key = tuple[str, str]
Ahead = Mapping[Key, Any]
"""What is not on disk yet, by table and key: a `NoticeRow`, a version, an id, a `Delivery`; None for what goes."""


@dataclass(kw_only=True)
class Plan:
    """One save under construction: `ops` to write, and what they change, for the saves after it.

    `ahead` are the layers of earlier saves that are still on their way, newest first. An index by open listing is
    kept beside the tables as `open`.
    """

    working: WorkingSet
    archive: Archive
    ahead: Sequence[Ahead] = ()
    ops: list[Op] = field(default_factory=list)
    layer: dict[Key, Any] = field(default_factory=dict)

    def save(self, records: Sequence[Record], settles: Sequence[Delivery] = ()) -> None:
        """Plan `Store.save`.

        Raises:
            Conflict: as `Store.save` says.
            ValueError: a record cannot be written as JSON.
        """
        for delivery in settles:
            self.held(delivery)
        self._close(records)
        for record in records:
            self._accept(record)
        for delivery in settles:
            self._settle(delivery)

    def held(self, delivery: Delivery) -> Delivery:
        """The stored delivery, if its lease is still the given one's.

        Raises:
            Conflict: it is not.
        """
        stored: Delivery | None = self._find("deliveries", delivery.id)
        if stored is None or not delivery.lease or stored.lease != delivery.lease:
            raise Conflict(f"The lease of {delivery.id} is no longer ours.")
        return stored

    def put_delivery(self, delivery: Delivery) -> None:
        """Write the delivery exactly as it is."""
        self._write("deliveries", delivery.id, put(delivery), delivery)

    def drop(self, table: str, key: str) -> None:
        self.ops.append(Drop(table, key))
        self.layer[table, key] = None

    def take_out(self, entry: Entry) -> None:
        """Drop an entry. Raises: Conflict: it is not stored as given."""
        table = table_of(type(entry))
        if self._find(table, entry.key) != entry.version:
            raise Conflict(f"One of the {table} was changed, or is gone.")
        self.drop(table, entry.key)

    def mark(self, mark: Intake | None) -> None:
        """Plan the mark of a copy that is taken in; None takes it out. Raises: Conflict: it does not follow."""
        if mark is not None:
            self._accept(mark)
            return
        stored = self.working.entries.of(Intake, None)
        if not stored:
            raise Conflict("No copy is being taken in.")
        self.take_out(stored[0])

    def check_seen(self, kind: type[Any], entries: tuple[Any, ...]) -> None:
        """Raises: Conflict: of this kind there is something else by now, or will be in a moment."""
        table = table_of(kind)
        coming = any(where == table for layer in self.ahead for where, _ in layer)
        if coming or self.working.entries.of(kind, None) != entries:
            raise Conflict(f"One of the {table} was changed meanwhile.")

    def _accept(self, record: Record) -> None:
        match record:
            case Notice():
                self._notice(record)
            case Event():
                self._event(record)
            case Draft():
                self._versioned("drafts", record.id, record)
            case Card():
                self._versioned("cards", record.batch_id, record)
            case Delivery():
                self._delivery(record)
            case Seen():
                self._once("seen", record.key, put(record))
            case Forgotten():
                self._forgotten(record)
            case _:
                self._versioned(table_of(type(record)), record.key, record)

    def _close(self, records: Sequence[Record]) -> None:
        """Give up the open listings of these notices, so that one save may pass a listing from one to another."""
        for record in records:
            if isinstance(record, Notice):
                row = self._row(record.id)
                if row is not None and row.open_key is not None:
                    self.layer["open", row.open_key] = None

    def _notice(self, notice: Notice) -> None:
        row = self._row(notice.id)
        if row is None and self._find("forgotten", notice.id):
            raise Conflict(f"{notice.id} was forgotten; its id is not given away again.")
        self._check_version(notice.id, notice.version, row.version if row else 0)
        if notice.open_key is not None:
            holder = self._find("open", notice.open_key)
            if holder is not None and holder != notice.id:
                raise Conflict(f"{holder} is already open for this listing and right.")
            self.layer["open", notice.open_key] = notice.id
        written = put(notice)
        self._write("notices", notice.id, written, NoticeRow.of(notice, written.raw))

    def _event(self, event: Event) -> None:
        self._row(event.notice_id)  # brings an archived notice back, with its events
        key = event_key(event.notice_id, event.number)
        stored: Event | None = self._find("events", key)
        if stored is not None and not custody.replaces(event, stored):
            raise Conflict(f"{key} was used before.")
        self._write("events", key, put(event), event)

    def _forgotten(self, stone: Forgotten) -> None:
        row: NoticeRow | None = self._find("notices", stone.of)
        if row is not None and read(Notice, row.raw).head != stone.head:
            raise Conflict(f"{stone.of} moved on.")
        self._versioned("forgotten", stone.key, stone)
        self.drop("notices", stone.of)

    def _versioned(self, table: str, key: str, record: Draft | Card | Entry) -> None:
        # The key of an identifier is personal data, and this goes into logs.
        name = f"One of the {table}" if table in ENTRIES else f"{table[:-1]} {key}"
        self._check_version(name, record.version, self._find(table, key) or 0)
        self._write(table, key, put(record), record.version)

    def _once(self, table: str, key: str, written: Put) -> None:
        if self._find(table, key):
            raise Conflict(f"{key} was used before.")
        self._write(table, key, written, True)

    def _delivery(self, given: Delivery) -> None:
        stored: Delivery | None = self._find("deliveries", given.id)
        if stored is None:
            self.put_delivery(replace(given, revision=1, lease="", lease_until=None))
        else:
            again = stored.revision + 1
            self.put_delivery(replace(given, revision=again, lease=stored.lease, lease_until=stored.lease_until))

    def _settle(self, settles: Delivery) -> None:
        stored = self.held(settles)
        if stored.revision == settles.revision:
            self.drop("deliveries", stored.id)
        else:
            self.put_delivery(replace(stored, lease="", lease_until=None))

    def _row(self, notice_id: str) -> NoticeRow | None:
        """The notice as stored; an archived one is brought back into the working set by this plan."""
        row: NoticeRow | None = self._find("notices", notice_id)
        if row is not None or notice_id not in self.archive or self._find("forgotten", notice_id):
            return row
        archived = self.archive.find(notice_id)
        if archived is None:
            return None
        written = put(archived.notice)
        row = NoticeRow.of(archived.notice, written.raw)
        self._write("notices", notice_id, written, row)
        for event in archived.events:
            self._write("events", event_key(notice_id, event.number), put(event), event)
        return row

    def _write(self, table: str, key: str, op: Op, value: Any) -> None:
        self.ops.append(op)
        self.layer[table, key] = value

    def _check_version(self, name: str, given: int, stored: int) -> None:
        if given != stored + 1:
            raise Conflict(f"{name} is at version {stored}; version {given} does not follow.")

    def _find(self, table: str, key: str) -> Any:
        for layer in (self.layer, *self.ahead):
            if (table, key) in layer:
                return layer[table, key]
        return _STORED[table](self.working, key)


def event_key(notice_id: str, number: int) -> str:
    return f"{notice_id}/{number}"


def _stored_event(working: WorkingSet, key: str) -> Event | None:
    notice_id, _, number = key.rpartition("/")
    return working.event(notice_id, int(number))


def _stored_draft(working: WorkingSet, key: str) -> int:
    raw = working.drafts.get(key)
    return read(Draft, raw).version if raw else 0


def _stored_card(working: WorkingSet, key: str) -> int:
    raw = working.cards.get(key)
    return read(Card, raw).version if raw else 0


def _stored_entry(table: str, working: WorkingSet, key: str) -> int:
    return working.entries.version(table, key)


_STORED: Mapping[str, Callable[[WorkingSet, str], Any]] = {
    "notices": lambda working, key: working.notices.get(key),
    "events": _stored_event,
    "drafts": _stored_draft,
    "cards": _stored_card,
    "deliveries": lambda working, key: working.deliveries.get(key),
    "seen": lambda working, key: key in working.seen,
    "open": lambda working, key: working.open.get(key),
    **{table: partial(_stored_entry, table) for table in ENTRIES},
}
