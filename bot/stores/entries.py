"""The small records in memory, as values: frozen, so that handing them out shares nothing that can change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.model import (
    Announcement,
    AuthorisedSeller,
    Bulk,
    BulkLines,
    Change,
    Entry,
    Identifier,
    Occurrence,
    Purchase,
    Referral,
    Stance,
    seller_key,
)
from bot.stores.rows import ENTRIES, table_of

E = TypeVar("E")


def owner_of(entry: Any) -> str:
    """What an entry is found by besides its key: the schedule, the seller, the person or the notice it belongs to."""
    owner = _OWNERS.get(type(entry))
    return owner(entry) if owner else ""


_OWNERS: Mapping[type[Any], Callable[[Any], str]] = {
    Announcement: lambda entry: entry.notice_id,
    Occurrence: lambda entry: entry.schedule_id,
    Identifier: lambda entry: entry.seller,
    Stance: lambda entry: entry.user_id,
    AuthorisedSeller: lambda entry: seller_key(entry.marketplace, entry.seller_id),
    Change: lambda entry: entry.of,
    Bulk: lambda entry: entry.submitter.user_id,
    BulkLines: lambda entry: entry.bulk_id,
    Referral: lambda entry: entry.seller,
    Purchase: lambda entry: entry.seller,
}


class Entries:
    """Every entry by kind and key, and by owner."""

    def __init__(self) -> None:
        self._by_key: dict[str, dict[str, Entry]] = {table: {} for table in ENTRIES}
        self._by_owner: dict[tuple[str, str], dict[str, Entry]] = {}

    def find(self, kind: type[E], key: str) -> E | None:
        found = self._by_key[table_of(kind)].get(key)
        return found if isinstance(found, kind) else None

    def version(self, table: str, key: str) -> int:
        """0 when there is no such entry."""
        found = self._by_key[table].get(key)
        return found.version if found else 0

    def of(self, kind: type[E], owner: str | None) -> tuple[E, ...]:
        """All of a kind, or an owner's, in the order in which they were first saved."""
        table = table_of(kind)
        found = self._by_key[table] if owner is None else self._by_owner.get((table, owner), {})
        return tuple(one for one in found.values() if isinstance(one, kind))

    def put(self, entry: Entry) -> None:
        table = table_of(type(entry))
        self._by_key[table][entry.key] = entry
        self._by_owner.setdefault((table, owner_of(entry)), {})[entry.key] = entry

    def drop(self, table: str, key: str) -> None:
        entry = self._by_key[table].pop(key, None)
        if entry is not None:
            del self._by_owner[table, owner_of(entry)][key]

    def size(self) -> int:
        return sum(map(len, self._by_key.values()))

    def copy(self) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
        """Everything as it is now, table by table."""
        return tuple((table, tuple(entries.values())) for table, entries in self._by_key.items())
