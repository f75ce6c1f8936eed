"""Records as JSON text and back, and the tables they lie in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from bot.errors import StoreUnavailable
from bot.model import (
    Agency,
    Alarm,
    Announcement,
    AuthorisedSeller,
    Bulk,
    BulkLines,
    Card,
    Case,
    Change,
    Circuit,
    Delivery,
    Draft,
    Event,
    FilingDay,
    FilingPolicy,
    Forgotten,
    Grant,
    Hold,
    Identifier,
    Intake,
    Link,
    Notice,
    Occurrence,
    Pause,
    Purchase,
    Record,
    Referral,
    Registration,
    Retention,
    RoleGrant,
    Schedule,
    Seen,
    Stance,
)

R = TypeVar("R")

ENTRIES: Mapping[str, type[Any]] = {
    "schedules": Schedule,
    "occurrences": Occurrence,
    "announcements": Announcement,
    "links": Link,
    "identifiers": Identifier,
    "stances": Stance,
    "alarms": Alarm,
    "circuits": Circuit,
    "grants": Grant,
    "roles": RoleGrant,
    "rights": Registration,
    "authorised": AuthorisedSeller,
    "policies": FilingPolicy,
    "filing_days": FilingDay,
    "pauses": Pause,
    "changes": Change,
    "bulks": Bulk,
    "bulk_lines": BulkLines,
    "agencies": Agency,
    "referrals": Referral,
    "cases": Case,
    "purchases": Purchase,
    "holds": Hold,
    "retentions": Retention,
    "forgotten": Forgotten,
    "intakes": Intake,
}
"""The tables of small records that are found by kind and key."""
TABLES: Mapping[str, type[Any]] = {
    "notices": Notice,
    "events": Event,
    "drafts": Draft,
    "cards": Card,
    "deliveries": Delivery,
    "seen": Seen,
    **ENTRIES,
}
_NAMES: Mapping[type[Any], str] = {kind: name for name, kind in TABLES.items()}


class _Readers(dict[type[Any], TypeAdapter[Any]]):
    """By kind, made when the first of a kind is read: a start needs few of them, and each takes some milliseconds."""

    def __missing__(self, kind: type[Any]) -> TypeAdapter[Any]:
        reader = self[kind] = TypeAdapter(kind)
        return reader


_READERS = _Readers()
_NOT_ERASED = b',"erased":null}'
"""How nearly every line of a history would end; there are so many that it is left out."""


@dataclass(frozen=True, slots=True)
class Put:
    """Write `record` over what has its key. `raw` is its text."""

    record: Record
    raw: bytes


@dataclass(frozen=True, slots=True)
class Drop:
    """Take out what has this key; with a notice go its events."""

    table: str
    key: str


Op = Put | Drop


def table_of(kind: type[Any]) -> str:
    return _NAMES[kind]


def put(record: Record) -> Put:
    """The record with its text.

    Raises:
        ValueError: it holds something JSON cannot say, such as half a surrogate pair.
    """
    try:
        raw = orjson.dumps(record, default=_plain)
        if raw.endswith(_NOT_ERASED):
            return Put(record, raw[: -len(_NOT_ERASED)] + b"}")
        # A copy: the buffer that orjson returns keeps some kilobytes more than its text.
        return Put(record, bytes(memoryview(raw)))
    except TypeError as error:
        raise ValueError(f"this {type(record).__name__.lower()} cannot be written as JSON: {error}") from error


def _plain(value: object) -> object:
    """What JSON has no word for: an amount, and a set."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def read(kind: type[R], raw: bytes) -> R:
    """The value that `raw` is the text of.

    Raises:
        StoreUnavailable: the text is damaged, or is not one of these.
    """
    try:
        value: R = _READERS[kind].validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise StoreUnavailable(f"A stored {kind.__name__.lower()} cannot be read: {place} {first['msg']}") from None
    return value


def mentioned(words: Collection[str]) -> Callable[[bytes | str], bool]:
    """Whether a text in JSON mentions one of these, in capitals or not; anything does where there are none."""
    wanted = [orjson.dumps(one)[1:-1].decode().casefold() for one in words]

    def fits(raw: bytes | str) -> bool:
        if not wanted:
            return True
        text = (raw.decode(errors="replace") if isinstance(raw, bytes) else raw).casefold()
        return any(one in text for one in wanted)

    return fits


def as_line(op: Op) -> bytes:
    """The op as a JSON pair: a table with a whole record to write, or with the key to take out."""
    if isinstance(op, Put):
        return b'["%b",%b]' % (table_of(type(op.record)).encode(), op.raw)
    return orjson.dumps([op.table, op.key])


def from_line(pair: Any) -> Op:
    """The op that `as_line` wrote, parsed.

    Raises:
        StoreUnavailable: it is not one.
    """
    try:
        table, content = pair
        kind = TABLES[table]
    except (ValueError, TypeError, KeyError):
        raise StoreUnavailable("it holds something this version does not know") from None
    if isinstance(content, str):
        return Drop(table, content)
    record = read(kind, orjson.dumps(content))
    return put(record)
