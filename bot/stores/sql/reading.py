"""Reading: by id, by key, by what is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, literal_column, or_, select

from bot.model import Brief, Card, Draft, Event, Notice, Page, Query, Sort
from bot.stores import E
from bot.stores.rows import read, table_of
from bot.stores.sql.deliveries import Deliveries
from bot.stores.sql.engine import Ready
from bot.stores.sql.records import BRIEF, brief_of, id_of, number_of
from bot.stores.sql.remembered import KEPT, Kind
from bot.stores.sql.tables import briefs, entries, events, notices

R = TypeVar("R")
_AT_A_TIME = 1000
"""Numbers asked for in one statement."""

present = ~briefs.c.archived
"""Not archived."""
of_brief = tuple(briefs.c[name] for name in BRIEF)
_referred = briefs.c.reference != literal_column("''")  # as the index has it
_sold = briefs.c.seller != literal_column("''")

_NOTICE = Ready(select(notices.c.raw).where(notices.c.number == bindparam("number")))
_EVENTS = Ready(select(events.c.raw).where(events.c.number == bindparam("number")).order_by(events.c.line))
_ENTRY = Ready(select(entries.c.raw).where(entries.c.kind == bindparam("kind"), entries.c.key == bindparam("key")))
_ENTRIES = Ready(select(entries.c.raw).where(entries.c.kind == bindparam("kind")).order_by(entries.c.seq))
_OWNED = Ready(
    select(entries.c.raw)
    .where(entries.c.kind == bindparam("kind"), entries.c.owner == bindparam("owner"))
    .order_by(entries.c.seq)
)
_found = select(notices.c.raw).join(briefs, briefs.c.number == notices.c.number)
_OPEN = Ready(_found.where(briefs.c.open_key == bindparam("open_key")))
_BATCH = Ready(_found.where(briefs.c.batch_id == bindparam("batch_id"), present).order_by(briefs.c.number))
_LISTED = Ready(
    _found.where(
        briefs.c.marketplace == bindparam("marketplace"), briefs.c.listing_id == bindparam("listing_id"), present
    ).order_by(briefs.c.number)
)
_REFERRED = Ready(
    _found.where(
        briefs.c.marketplace == bindparam("marketplace"),
        briefs.c.reference == bindparam("reference"),
        _referred,
        present,
    )
    .order_by(briefs.c.number.desc())
    .limit(1)
)


class Reading(Deliveries):
    """The reading methods of `bot.stores.Store`."""

    async def notice(self, notice_id: str) -> Notice | None:
        number = number_of(notice_id)
        return None if number is None else _one(Notice, await self._database.find(_NOTICE, {"number": number}))

    async def all_ids(self) -> tuple[str, ...]:
        told = select(events.c.number).where(events.c.number.not_in(select(briefs.c.number))).distinct()
        rows = await self._database.rows(select(briefs.c.number).union(told).order_by("number"))
        return tuple(id_of(row.number) for row in rows)

    async def batch(self, batch_id: str) -> tuple[Notice, ...]:
        return _all(Notice, await self._database.find(_BATCH, {"batch_id": batch_id}))

    async def notices(self, query: Query) -> Page:
        asked = select(briefs.c.number).where(fits(query))
        total = await self._database.value(asked.with_only_columns(func.count()))
        page = in_order(asked, query.sort).limit(query.limit).offset(query.offset).subquery()
        numbers = [row.number for row in await self._database.rows(select(page.c.number))]
        by_number = {
            row.number: read(Notice, row.raw.encode())
            for at in range(0, len(numbers), _AT_A_TIME)
            for row in await self._database.rows(
                select(notices).where(notices.c.number.in_(numbers[at : at + _AT_A_TIME]))
            )
        }
        return Page(notices=tuple(by_number[one] for one in numbers if one in by_number), total=int(total or 0))

    async def open_notice(self, open_key: str) -> Notice | None:
        return _one(Notice, await self._database.find(_OPEN, {"open_key": open_key}))

    async def notice_by_reference(self, marketplace: str, reference: str) -> Notice | None:
        return _one(Notice, await self._database.find(_REFERRED, {"marketplace": marketplace, "reference": reference}))

    async def of_listing(self, marketplace: str, listing_id: str) -> tuple[Notice, ...]:
        return _all(Notice, await self._database.find(_LISTED, {"marketplace": marketplace, "listing_id": listing_id}))

    async def record_of(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        # Each half has an index of its own.
        theirs = or_(of_sellers(sellers) & present, of_sellers(sellers) & briefs.c.archived)
        return tuple(map(brief_of, await self._database.rows(select(*of_brief).where(theirs))))

    async def archived(self, sellers: Collection[str]) -> frozenset[str]:
        asked = select(briefs.c.seller).where(of_sellers(sellers), briefs.c.archived).distinct()
        return frozenset(row.seller for row in await self._database.rows(asked))

    async def entry(self, kind: type[E], key: str) -> E | None:
        name = table_of(kind)
        if name in KEPT:
            kept: E | None = (await self._kept(kind, name)).by_key.get(key)
            return kept
        return _one(kind, await self._database.find(_ENTRY, {"kind": name, "key": key}))

    async def entries(self, kind: type[E], owner: str | None = None) -> tuple[E, ...]:
        name = table_of(kind)
        if owner is not None:
            return _all(kind, await self._database.find(_OWNED, {"kind": name, "owner": owner}))
        if name in KEPT:
            return (await self._kept(kind, name)).every
        return _all(kind, await self._database.find(_ENTRIES, {"kind": name}))

    async def events(self, notice_id: str) -> tuple[Event, ...]:
        number = number_of(notice_id)
        return () if number is None else _all(Event, await self._database.find(_EVENTS, {"number": number}))

    async def draft(self, draft_id: str) -> Draft | None:
        return _one(Draft, await self._database.find(_ENTRY, {"kind": "drafts", "key": draft_id}))

    async def card(self, batch_id: str) -> Card | None:
        return _one(Card, await self._database.find(_ENTRY, {"kind": "cards", "key": batch_id}))

    async def _kept(self, kind: type[Any], name: str) -> Kind:
        """All of a kind that rarely changes."""
        found = self._remembered.get(name)
        if found is None:
            changes = self._remembered.changes(name)
            every = _all(kind, await self._database.find(_ENTRIES, {"kind": name}))
            found = Kind(every=every, by_key={one.key: one for one in every})
            self._remembered.put(name, found, changes)
        return found


def fits(query: Query) -> ColumnElement[bool]:
    """The notices that a list is asked for."""
    of = briefs.c
    wanted: list[ColumnElement[bool]] = [present]
    if query.submitter:
        wanted.append(of.submitter == query.submitter)
    if query.statuses:
        wanted.append(of.status.in_(sorted(status.value for status in query.statuses)))
    if query.marketplace:
        wanted.append(of.marketplace == query.marketplace)
    if query.owner:
        wanted.append(of.owner == query.owner)
    if query.whose:
        wanted.append(or_(of.owner == query.whose, of.submitter == query.whose))
    if query.waits is not None:
        wanted.append(of.waits if query.waits else ~of.waits)
    if query.right_key:
        wanted.append(of.right_key == query.right_key)
    if query.sellers:
        wanted.append(of_sellers(query.sellers))
    if query.violation is not None:
        wanted.append(of.violation == query.violation.value)
    if query.filed_from is not None:
        wanted.append(of.filed_at >= query.filed_from)
    if query.filed_before is not None:
        wanted.append(of.filed_at < query.filed_before)
    return and_(*wanted)


def in_order(asked: Select[Any], sort: Sort) -> Select[Any]:
    of = briefs.c
    if sort is Sort.OLDEST:
        return asked.order_by(of.number)
    if sort is Sort.CHANGED:
        return asked.order_by(of.updated_at.desc(), of.number.desc())
    if sort is Sort.DEADLINE:
        return asked.order_by(of.deadline.is_(None), func.coalesce(of.deadline, of.updated_at), of.number.desc())
    return asked.order_by(of.number.desc())


def of_sellers(sellers: Collection[str]) -> ColumnElement[bool]:
    """Of one of these sellers."""
    known = sorted(set(sellers) - {""})
    return briefs.c.seller.in_(known) & _sold if known else false()


def _one(kind: type[R], rows: Sequence[Mapping[str, Any]]) -> R | None:
    return read(kind, rows[0]["raw"].encode()) if rows else None


def _all(kind: type[R], rows: Sequence[Mapping[str, Any]]) -> tuple[R, ...]:
    return tuple(read(kind, row["raw"].encode()) for row in rows)
