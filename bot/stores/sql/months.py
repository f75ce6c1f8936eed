"""The partitions of PostgreSQL: what happened in a month lies together, and is let go together.

A partition begins at the number that was reached when its month began, so that whatever is found by its number is found
in one; the last is open-ended, so that nothing is ever refused. It is cut where it ends, at the first archiving of a
month: the database then looks over the month's rows, and whoever writes waits for that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.stores.opening import Month
from bot.stores.sql import schema
from bot.stores.sql.engine import Database, postgres
from bot.stores.sql.tables import months

_TABLES = ("notices", "events")
_LOCK = 0x7A6B65


async def begin_month(database: Database, now: datetime) -> bool:
    """Begin a partition for the month of `now`, unless it has one. Safe to repeat, and for several at once."""
    month = f"{now.astimezone(UTC):%Y-%m}"
    if await database.value(select(months.c.first).where(months.c.month >= month).limit(1)) is not None:
        return False
    async with database.transaction() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        known = (await connection.execute(select(months.c.month, months.c.first).order_by(months.c.first))).all()
        if any(row.month >= month for row in known):
            return False
        first = 0
        if known:
            # Reads go on until the very end; who writes waits.
            await connection.execute(text("LOCK TABLE notices, events IN SHARE ROW EXCLUSIVE MODE"))
            first = await _reached(connection) + 1
            if first > known[-1].first + 1:
                await _cut(connection, known[-1].first, first)
            else:  # nothing came in the month before: its partition becomes this month's
                first = known[-1].first
                await connection.execute(months.delete().where(months.c.first == first))
        await connection.execute(months.insert().values(month=month, first=first))
    return True


async def parts(database: Database) -> Sequence[Month]:
    """All partitions, the oldest first, with how many rows are in them and how many bytes they take."""
    known = (await database.rows(select(months.c.month, months.c.first).order_by(months.c.first))) or []
    found = [(row.month, row.first) for row in known] or [("", 0)]
    counted = []
    for month, first in found:
        values = [
            await database.row(
                text(f"SELECT count(*), pg_total_relation_size('{table}_from_{first}') FROM {table}_from_{first}")
            )
            for table in _TABLES
        ]
        (notices, size), (events, more) = (tuple(row) if row else (0, 0) for row in values)
        last = first == found[-1][1]
        counted.append(Month(month=month, first=first, notices=notices, events=events, size=size + more, last=last))
    return counted


async def drop_empty(database: Database) -> Sequence[Month]:
    """Let the partitions go in which nothing is left, but for the last. Gives them."""
    gone = []
    for part in await parts(database):
        if part.last or not part.empty:
            continue
        async with database.transaction() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.execute(text("LOCK TABLE notices, events IN ACCESS EXCLUSIVE MODE"))
            left = [
                (await connection.execute(text(f"SELECT 1 FROM {table}_from_{part.first} LIMIT 1"))).first()
                for table in _TABLES
            ]
            if any(left):
                continue
            for table in _TABLES:
                await connection.execute(text(f"DROP TABLE {table}_from_{part.first}"))
            await connection.execute(months.delete().where(months.c.first == part.first))
        gone.append(part)
    return gone


async def months_at(address: str) -> Sequence[Month]:
    """`parts` of the PostgreSQL at `postgresql://…`."""
    async with _opened(address) as database:
        return await parts(database)


async def drop_empty_at(address: str) -> Sequence[Month]:
    """`drop_empty` of the PostgreSQL at `postgresql://…`."""
    async with _opened(address) as database:
        return await drop_empty(database)


@asynccontextmanager
async def _opened(address: str) -> AsyncIterator[Database]:
    database = postgres(address)
    try:
        await schema.check(database)
        yield database
    finally:
        await database.close()


async def _reached(connection: AsyncConnection) -> int:
    """The highest number that was ever given away or saved."""
    asked = text(
        "SELECT greatest((SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM notice_numbers), "
        "(SELECT coalesce(max(number), 0) FROM notices), (SELECT coalesce(max(number), 0) FROM events))"
    )
    return int((await connection.execute(asked)).scalar() or 0)


async def _cut(connection: AsyncConnection, last: int, first: int) -> None:
    """End the open partition before `first`, and begin the next one there."""
    begins = "MINVALUE" if last == 0 else str(last)
    for table in _TABLES:
        await connection.execute(text(f"ALTER TABLE {table} DETACH PARTITION {table}_from_{last}"))
        await connection.execute(
            text(f"ALTER TABLE {table} ATTACH PARTITION {table}_from_{last} FOR VALUES FROM ({begins}) TO ({first})")
        )
        await connection.execute(
            text(f"CREATE TABLE {table}_from_{first} PARTITION OF {table} FOR VALUES FROM ({first}) TO (MAXVALUE)")
        )
