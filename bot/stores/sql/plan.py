"""What one save writes: its records sorted into kinds of write, each a list of rows. Nothing is asked of a database."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Conflict
from bot.model import Card, Delivery, Draft, Entry, Event, Forgotten, Notice, Record
from bot.stores.rows import table_of
from bot.stores.sql.records import (
    Values,
    delivery_values,
    entry_values,
    id_of,
    key_of,
    notice_values,
    number_of,
    raw_of,
)


@dataclass(kw_only=True)
class Plan:
    """One save under construction. `rows` are by the name of their write in `bot.stores.sql.writes`."""

    rows: dict[str, list[Values]] = field(default_factory=dict)
    erased: list[Event] = field(default_factory=list)
    """Events of which something was erased: what they take the place of is still to be looked at."""
    kinds: set[str] = field(default_factory=set)
    """The kinds of small records it touches."""
    keys: list[Hashable] = field(default_factory=list)
    """What it touches, for `Turns`."""
    highest: int = 0
    """The highest number among its new notices."""

    @classmethod
    def of(cls, records: Sequence[Record], settles: Sequence[Delivery] = (), drops: Collection[Entry] = ()) -> Plan:
        """Raises: Conflict: its records are at odds with each other. ValueError: JSON cannot say one of them."""
        plan = cls()
        plan._notices([one for one in records if isinstance(one, Notice)])
        plan._events([one for one in records if isinstance(one, Event)])
        plan._deliveries([one for one in records if isinstance(one, Delivery)], settles)
        plan._entries([one for one in records if not isinstance(one, Notice | Event | Delivery)])
        for entry in drops:
            plan._drop(entry)
        return plan

    @property
    def due(self) -> bool:
        return "puts" in self.rows or "renewals" in self.rows

    def add(self, write: str, row: Values) -> None:
        self.rows.setdefault(write, []).append(row)

    def _notices(self, notices: Sequence[Notice]) -> None:
        for before, notice in _versions(notices, lambda one: one.id):
            if number_of(notice.id) is None:
                raise ValueError(f"{notice.id} is no id of a notice")
            self.keys.append(notice.id)
            values = notice_values(notice)
            if before:
                self.add("notices_moved", {**values, "expected": before})
            else:
                self.add("notices_new", {**values, "id": notice.id})
                self.highest = max(self.highest, notice.number)

    def _events(self, events: Sequence[Event]) -> None:
        for event in events:
            number = number_of(event.notice_id)
            if number is None:
                raise ValueError(f"{event.notice_id} is no id of a notice")
            self.keys.append((event.notice_id, event.number))
            if event.erased is None:
                self.add("events_new", {"number": number, "line": event.number, "raw": raw_of(event)})
            else:
                self.erased.append(event)

    def _entries(self, records: Sequence[Any]) -> None:
        for before, record in _versions(records, lambda one: (table_of(type(one)), key_of(one))):
            values = entry_values(record)
            self._touch(values["kind"], values["key"])
            if before:
                self.add("entries_moved", {**values, "expected": before})
            else:
                self.add("entries_new", values)
            if isinstance(record, Forgotten):
                self._forget(record)

    def _forget(self, stone: Forgotten) -> None:
        number = number_of(stone.of)
        self.keys.append(stone.of)
        if number is not None:
            self.add("forgotten", {"number": number, "head": stone.head})

    def _drop(self, entry: Entry) -> None:
        kind = table_of(type(entry))
        self._touch(kind, entry.key)
        self.add("dropped", {"kind": kind, "key": entry.key, "version": entry.version})

    def _touch(self, kind: str, key: str) -> None:
        self.kinds.add(kind)
        self.keys.append((kind, key))

    def _deliveries(self, given: Sequence[Delivery], settles: Sequence[Delivery]) -> None:
        held = {one.id: one for one in settles}
        for one in settles:
            if not one.lease:
                raise Conflict(f"The lease of {one.id} is no longer ours.")
        latest = {one.id: one for one in given}
        for delivery in latest.values():
            self.keys.append(("deliveries", delivery.id))
            holder = held.pop(delivery.id, None)
            if holder is None:
                self.add("puts", delivery_values(delivery))
            else:
                self.add("renewals", {**delivery_values(delivery), "lease": holder.lease})
        for one in held.values():
            self.keys.append(("deliveries", one.id))
            self.add("settled", {"id": one.id, "lease": one.lease, "revision": one.revision})


def _versions(records: Sequence[Any], key: Any) -> list[tuple[int, Any]]:
    """Each record's last version, with the one that has to be stored before the first: 0 for none.

    Raises:
        Conflict: they do not follow one another.
    """
    first: dict[Hashable, int] = {}
    last: dict[Hashable, Any] = {}
    for record in records:
        name, version = key(record), getattr(record, "version", 1)
        if name in last and version != getattr(last[name], "version", 1) + 1:
            raise Conflict(f"{id_in_logs(record)}: version {version} does not follow.")
        first.setdefault(name, version - 1)
        last[name] = record
    return [(first[name], record) for name, record in last.items()]


def id_in_logs(record: Any) -> str:
    """What may be said of it: the key of an identifier is personal data."""
    if isinstance(record, Notice):
        return id_of(record.number)
    return (
        f"{table_of(type(record))[:-1]} {key_of(record)}"
        if isinstance(record, Draft | Card)
        else "One of the " + (table_of(type(record)))
    )
