"""Erasing: written over, taken out, and then off the medium; and the walk over all notices that finds what to erase."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson
import structlog
from sqlalchemy import delete, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict, StoreUnavailable
from bot.model import Chronicle, Entry, Event, Notice, Record
from bot.stores.rows import mentioned, put, read, table_of
from bot.stores.sql.holding import Holding
from bot.stores.sql.months import begin_month
from bot.stores.sql.plan import Plan
from bot.stores.sql.records import delivery_of, id_of
from bot.stores.sql.tables import briefs, deliveries, entries, events, marks, notices
from bot.wiping import tells

log = structlog.get_logger(__name__)

_MARK = "erasing"
_AT_A_TIME = 200
PATIENCE = 5.0
"""Seconds to wait for who still looks at how things were."""
_VACUUMED = ("notices", "events", "briefs", "entries", "deliveries")


class Erasing(Holding):
    """`bot.stores.Store.erase` and `chronicles`."""

    async def erase(
        self,
        *records: Record,
        drops: Collection[Entry] = (),
        mentioning: Collection[str] = (),
        seen: Mapping[type[Any], tuple[Any, ...]] = MappingProxyType({}),
    ) -> None:
        plan = Plan.of(records, drops=drops)
        async with self._turns.of_all():
            if self._closed:
                raise StoreUnavailable("The store is closed.")
            async with self._database.transaction() as connection:
                if self._database.postgres:
                    # Nobody writes what was looked at until this is over.
                    await connection.execute(text("LOCK TABLE entries, deliveries IN SHARE ROW EXCLUSIVE MODE"))
                await self._check_seen(connection, seen)
                if plan.erased:
                    await self._place_erased(plan)
                if plan.rows:
                    await self.write(connection, plan)
                await self._drop_mentions(connection, mentioning)
                await connection.execute(delete(marks).where(marks.c.name == _MARK))
                await connection.execute(marks.insert().values(name=_MARK, value=1))
                before = await self._moment(connection)
            self._saved(plan)
            self._remembered.drop_all()
            self._listening.stir(sorted(plan.kinds))
        await self._scrub(before)

    async def _finish_erasing(self) -> None:
        """Do what is left of an `erase` that was cut short. What a medium refuses is logged, and tried again."""
        if await self._database.value(select(marks.c.value).where(marks.c.name == _MARK)) is None:
            return
        try:
            async with self._database.connection() as connection:
                before = await self._moment(connection)
            await self._scrub(before)
        except StoreUnavailable as error:
            log.error("store.erasing_unfinished", error=str(error))

    async def _begin_month(self) -> None:
        if self._database.postgres:
            await begin_month(self._database, self._clock())

    async def _check_seen(self, connection: AsyncConnection, seen: Mapping[type[Any], tuple[Any, ...]]) -> None:
        for kind, given in seen.items():
            name = table_of(kind)
            asked = select(entries.c.raw).where(entries.c.kind == name).order_by(entries.c.seq)
            found = tuple(read(kind, row.raw.encode()) for row in await connection.execute(asked))
            if found != given:
                raise Conflict(f"One of the {name} was changed meanwhile.")

    async def _drop_mentions(self, connection: AsyncConnection, words: Collection[str]) -> None:
        """Take out drafts, used keys and parked deliveries that mention one of these."""
        if not words:
            return
        asked = select(entries.c.kind, entries.c.key, entries.c.raw).where(entries.c.kind.in_(["drafts", "seen"]))
        for kind, key, raw in (await connection.execute(asked)).all():
            if tells(orjson.loads(raw), words):
                await connection.execute(delete(entries).where(entries.c.kind == kind, entries.c.key == key))
        parked = select(deliveries).where(deliveries.c.parked)
        for row in (await connection.execute(parked)).mappings().all():
            one = delivery_of(dict(row))
            if tells(orjson.loads(put(one).raw), words):
                await connection.execute(delete(deliveries).where(deliveries.c.id == one.id))

    async def _moment(self, connection: AsyncConnection) -> str:
        """A name for now, by which is known who still looks at what was before."""
        if not self._database.postgres:
            return ""
        return str((await connection.execute(text("SELECT pg_current_xact_id()::text"))).scalar())

    async def _scrub(self, before: str) -> None:
        """Take off the medium what nothing refers to any more.

        Raises:
            StoreUnavailable: somebody still looks at it; it is tried again by the next `archive`.
        """
        if self._database.postgres:
            await self._no_longer_seen(before)
            for table in _VACUUMED:
                async with self._database.connection() as connection:
                    await connection.exec_driver_sql(f"VACUUM {table}")
        else:
            await self._truncate_journal()
        await self._database.execute(delete(marks).where(marks.c.name == _MARK))
        if not self._database.postgres:
            await self._truncate_journal()

    async def _no_longer_seen(self, before: str) -> None:
        """Wait until nobody's view of the database is from before: until then the old rows stay."""
        asked = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_xmin IS NOT NULL AND "
            "age(backend_xmin) >= age(CAST(CAST(CAST(:before AS text) AS xid8) AS xid))"
        )
        for _ in range(round(PATIENCE / 0.1)):
            if not await self._database.value(asked, {"before": before}):
                return
            await asyncio.sleep(0.1)
        raise StoreUnavailable(
            "It is erased, but another connection still looks at how things were: the old rows are still on the disk. "
            "They go with the next nightly archiving."
        )

    async def _truncate_journal(self) -> None:
        for _ in range(round(PATIENCE / 0.1)):
            async with self._database.connection() as connection:
                busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
            if not busy:
                return
            await asyncio.sleep(0.1)
        raise StoreUnavailable("It is erased, but old copies could not be taken out of the journal yet.")

    async def chronicles(
        self,
        mentioning: Collection[str] = (),
        *,
        archived: bool | None = None,
        before: datetime | None = None,
        unread: list[str] | None = None,
    ) -> AsyncIterator[Chronicle]:
        fits = mentioned(mentioning)
        of = briefs.c
        asked = select(of.number, of.archived).where(
            true() if archived is None else of.archived if archived else ~of.archived,
            true() if before is None else of.updated_at < before,
        )
        last = 0
        while True:
            chunk = await self._database.rows(asked.where(of.number > last).order_by(of.number).limit(_AT_A_TIME))
            if not chunk:
                return
            last = chunk[-1].number
            raws, lines = await self._lines([row.number for row in chunk])
            for number, is_archived in map(tuple, chunk):
                told = lines.get(number, [])
                if number not in raws or not any(map(fits, (raws[number], *told))):
                    continue
                found = _chronicle(raws[number], told, archived=is_archived)
                if found is not None:
                    yield found
                else:
                    log.error("store.archived_notice_unreadable", notice=id_of(number))
                    if unread is not None:
                        unread.append(id_of(number))

    async def _lines(self, numbers: Sequence[int]) -> tuple[dict[int, str], dict[int, list[str]]]:
        """The lines of these notices, and of what happened to them in order."""
        found = await self._database.rows(select(notices).where(notices.c.number.in_(numbers)))
        asked = select(events).where(events.c.number.in_(numbers)).order_by(events.c.number, events.c.line)
        lines: dict[int, list[str]] = {}
        for row in await self._database.rows(asked):
            lines.setdefault(row.number, []).append(row.raw)
        return {row.number: row.raw for row in found}, lines


def _chronicle(raw: str, lines: Sequence[str], *, archived: bool) -> Chronicle | None:
    """Raises: StoreUnavailable: one that is not archived is damaged. None for one that is."""
    try:
        events_told = tuple(read(Event, line.encode()) for line in lines)
        return Chronicle(notice=read(Notice, raw.encode()), events=events_told, archived=archived)
    except StoreUnavailable:
        if archived:
            return None
        raise
