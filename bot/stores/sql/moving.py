"""Everything out of the tables, and into them as it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.model import Archived, Card, Content, Delivery, Event, Intake, Notice, Reached
from bot.stores.files import Files
from bot.stores.rows import ENTRIES, TABLES, read
from bot.stores.sql.archiving import ARCHIVED_CARDS, Archiving
from bot.stores.sql.files import FileTable
from bot.stores.sql.records import Values, delivery_of, delivery_values, entry_values, notice_values, number_of, raw_of
from bot.stores.sql.tables import briefs, deliveries, entries, events, lanes, marks, notices

_PAGE = 500
_REACHED = "reached"
_INTAKES = "intakes"
_SMALL = ("drafts", "cards", "seen", *(name for name in ENTRIES if name != _INTAKES))
_OLDER = 5
"""Seconds: connections of others that are there for longer than the copy, which opens its own just before."""


class Moving(Archiving):
    """The methods of `bot.stores.Store` by which a desk is moved."""

    @property
    def files(self) -> Files:
        return FileTable(self._database)

    async def at_work(self, now: datetime) -> str:
        if not self._database.postgres:
            return ""  # the lock says it
        held = await self._database.value(select(func.count()).select_from(lanes).where(lanes.c.until > now))
        if held:
            return "1 lane is held" if held == 1 else f"{held} lanes are held"
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'takedown-desk' "
            "AND backend_start < clock_timestamp() - make_interval(secs => :secs)"
        )
        found = int(await self._database.value(others, {"secs": _OLDER}) or 0)
        return f"{found} of its connections to the database are open" if found else ""

    async def size(self) -> int:
        counted = [select(func.count()).select_from(table) for table in (briefs, deliveries)]
        living = select(func.count()).select_from(events).where(events.c.number.not_in(_archived))
        small = select(func.count()).select_from(entries).where(entries.c.kind.in_(_SMALL))
        return sum([int(await self._database.value(one) or 0) for one in (*counted, living, small)])

    async def everything(self) -> AsyncIterator[Content]:
        async with self._moment_of_all() as connection:
            async for content in _living(connection):
                yield content
            for kind in _SMALL[:3]:
                async for entry in _small(connection, kind):
                    yield entry
            async for delivery in _deliveries(connection):
                yield delivery
            for kind in _SMALL[3:]:
                async for entry in _small(connection, kind):
                    yield entry
            async for archived in _gone(connection):
                yield archived
        yield Reached(number=await self._reached())

    async def take_in(self, contents: Sequence[Content], mark: Intake | None) -> None:
        if mark is not None and mark.version == 1 and await self.size():
            raise Conflict("There is something in this store.")
        async with self._turns.of_all(), self._database.transaction() as connection:
            if self._database.postgres:
                await connection.execute(text("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE"))
            await self._mark(connection, mark)
            rows = _rows(contents)
            for table, order in ((entries, "entries_new"), (deliveries, "puts")):
                await self._number(connection, rows[table], order)
            for table in (briefs, notices, events, entries, deliveries):
                if rows[table]:
                    await connection.execute(insert(table), rows[table])
            await self._keep_cards(connection, contents)
            await self._reach(connection, contents)
        numbers = [row["number"] for row in (*rows[briefs], *rows[events])]
        self._highest = max([self._highest, *numbers])
        self._remembered.drop_all()

    async def _find_orders(self) -> None:
        await super()._find_orders()
        self._highest = max(self._highest, await self._marked())
        if not self._database.postgres:
            self._orders["notices"] = count(self._highest + 1)

    @asynccontextmanager
    async def _moment_of_all(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees everything as it is now, whatever others write. Raises: as `Database.connection`."""
        async with self._database.connection() as connection:
            if self._database.postgres:
                await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection
                return
            await connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                await connection.exec_driver_sql("ROLLBACK")

    async def _mark(self, connection: AsyncConnection, mark: Intake | None) -> None:
        """Raises: Conflict: it does not follow."""
        ours = entries.c.kind == _INTAKES
        stored = (await connection.execute(select(entries.c.version).where(ours))).scalar() or 0
        if mark is None and stored:
            await connection.execute(delete(entries).where(ours))
        elif mark is None or mark.version != stored + 1:
            raise Conflict("Another copy is being taken in, or none.")
        elif stored:
            values = entry_values(mark)
            await connection.execute(update(entries).where(ours).values(version=mark.version, raw=values["raw"]))
        else:
            row = entry_values(mark)
            await self._number(connection, [row], "entries_new")
            await connection.execute(insert(entries), [row])

    async def _number(self, connection: AsyncConnection, rows: Sequence[Values], order: str) -> None:
        """Give the rows their places behind all others."""
        if not self._database.postgres:
            for row in rows:
                row["seq"] = next(self._orders[order])
        elif rows:
            name = {"entries_new": "entry_order", "puts": "delivery_order"}[order]
            asked = text(f"SELECT nextval('{name}') FROM generate_series(1, :wanted)")
            for row, place in zip(rows, await connection.execute(asked, {"wanted": len(rows)}), strict=True):
                row["seq"] = place[0]

    async def _keep_cards(self, connection: AsyncConnection, contents: Sequence[Content]) -> None:
        """The cards of archived batches, each once."""
        cards = {one.card.batch_id: one.card for one in contents if isinstance(one, Archived) and one.card}
        there = select(entries.c.key).where(entries.c.kind == ARCHIVED_CARDS, entries.c.key.in_(sorted(cards)))
        known = set((await connection.execute(there)).scalars()) if cards else set()
        rows = [{**entry_values(card), "kind": ARCHIVED_CARDS} for key, card in cards.items() if key not in known]
        await self._number(connection, rows, "entries_new")
        if rows:
            await connection.execute(insert(entries), rows)

    async def _reach(self, connection: AsyncConnection, contents: Sequence[Content]) -> None:
        reached = max((one.number for one in contents if isinstance(one, Reached)), default=0)
        if reached > await self._reached():
            await connection.execute(delete(marks).where(marks.c.name == _REACHED))
            await connection.execute(insert(marks), [{"name": _REACHED, "value": reached}])
            self._highest = max(self._highest, reached)
            if not self._database.postgres:
                self._orders["notices"] = count(self._highest + 1)

    async def _reached(self) -> int:
        """The number that ids have reached, as far as anybody knows."""
        given = 0
        if self._database.postgres:
            asked = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM notice_numbers")
            given = int(await self._database.value(asked) or 0)
        return max(given, self._highest, await self._marked())

    async def _marked(self) -> int:
        return int(await self._database.value(select(marks.c.value).where(marks.c.name == _REACHED)) or 0)


_archived = select(briefs.c.number).where(briefs.c.archived)


async def _living(connection: AsyncConnection) -> AsyncIterator[Content]:
    """The notices that are not archived, each with its events behind it; then events of which there is no notice."""
    async for page in _pages(connection, archived=False):
        lines = await _lines(connection, [row.number for row in page])
        for row in page:
            yield read(Notice, row.raw.encode())
            for event in lines[row.number]:
                yield event
    lost = select(events).where(events.c.number.not_in(select(briefs.c.number))).order_by(*events.primary_key)
    for row in (await connection.execute(lost)).all():
        yield read(Event, row.raw.encode())


async def _gone(connection: AsyncConnection) -> AsyncIterator[Content]:
    """The archived notices, with what belongs to each."""
    async for page in _pages(connection, archived=True):
        lines = await _lines(connection, [row.number for row in page])
        batches = sorted({row.batch_id for row in page})
        asked = select(entries.c.raw).where(entries.c.kind == ARCHIVED_CARDS, entries.c.key.in_(batches))
        cards = [read(Card, raw.encode()) for raw in (await connection.execute(asked)).scalars()]
        by_batch = {card.batch_id: card for card in cards}
        for row in page:
            notice = read(Notice, row.raw.encode())
            yield Archived(notice=notice, events=tuple(lines[row.number]), card=by_batch.get(row.batch_id))


async def _pages(connection: AsyncConnection, *, archived: bool) -> AsyncIterator[Sequence[Any]]:
    """The notices by number, some at a time."""
    last = 0
    while True:
        asked = (
            select(briefs.c.number, briefs.c.batch_id, notices.c.raw)
            .join(notices, notices.c.number == briefs.c.number)
            .where(briefs.c.number > last, briefs.c.archived if archived else ~briefs.c.archived)
            .order_by(briefs.c.number)
            .limit(_PAGE)
        )
        page = (await connection.execute(asked)).all()
        if not page:
            return
        yield page
        last = page[-1].number


async def _lines(connection: AsyncConnection, numbers: Sequence[int]) -> Mapping[int, list[Event]]:
    found: defaultdict[int, list[Event]] = defaultdict(list)
    asked = select(events).where(events.c.number.in_(numbers)).order_by(*events.primary_key)
    for row in await connection.execute(asked):
        found[row.number].append(read(Event, row.raw.encode()))
    return found


async def _small(connection: AsyncConnection, kind: str) -> AsyncIterator[Any]:
    last = -1
    while True:
        asked = select(entries.c.seq, entries.c.raw).where(entries.c.kind == kind, entries.c.seq > last)
        page = (await connection.execute(asked.order_by(entries.c.seq).limit(_PAGE))).all()
        if not page:
            return
        for row in page:
            yield read(TABLES[kind], row.raw.encode())
        last = page[-1].seq


async def _deliveries(connection: AsyncConnection) -> AsyncIterator[Delivery]:
    last = -1
    while True:
        asked = select(deliveries).where(deliveries.c.seq > last).order_by(deliveries.c.seq).limit(_PAGE)
        page = (await connection.execute(asked)).mappings().all()
        if not page:
            return
        for row in page:
            yield delivery_of(dict(row))
        last = page[-1]["seq"]


def _rows(contents: Sequence[Content]) -> Mapping[Table, list[Values]]:
    rows: dict[Table, list[Values]] = {table: [] for table in (briefs, notices, events, entries, deliveries)}
    for content in contents:
        match content:
            case Notice():
                _add_notice(rows, content, archived=False)
            case Archived():
                _add_notice(rows, content.notice, archived=True)
                rows[events] += map(_event, content.events)
            case Event():
                rows[events].append(_event(content))
            case Delivery():
                own = {"revision": content.revision, "lease": content.lease, "lease_until": content.lease_until}
                rows[deliveries].append({**delivery_values(content), **own})
            case Reached():
                pass
            case _:
                rows[entries].append(entry_values(content))
    return rows


def _add_notice(rows: Mapping[Table, list[Values]], notice: Notice, *, archived: bool) -> None:
    values = notice_values(notice)
    rows[notices].append({"number": values["number"], "raw": values.pop("raw")})
    rows[briefs].append({**values, "archived": archived})


def _event(event: Event) -> Values:
    return {"number": number_of(event.notice_id), "line": event.number, "raw": raw_of(event)}
