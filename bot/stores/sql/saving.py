"""Saving: one round trip, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import asyncpg
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import custody
from bot.errors import Conflict, StoreUnavailable
from bot.model import Clock, Delivery, Event, Record
from bot.stores.rows import read
from bot.stores.sql.engine import Database
from bot.stores.sql.listening import Listening
from bot.stores.sql.plan import Plan
from bot.stores.sql.records import Values, number_of, raw_of
from bot.stores.sql.remembered import KEPT, Remembered
from bot.stores.sql.statements import arrays, shape_of, sqlite_steps, statement
from bot.stores.sql.tables import briefs, deliveries, entries, events
from bot.stores.sql.turns import Turns

_TRIES = 3
"""Of a save that others got in the way of, though nobody was first: nothing was written, and it is tried again."""
_UNDONE = frozenset({"40P01", "40001"})


class Saving:
    """The writing methods of `bot.stores.Store` for records, and what the other rooms share."""

    def __init__(self, database: Database, clock: Clock, *, remembered: Remembered, listening: Listening) -> None:
        self._database = database
        self._clock = clock
        self._remembered = remembered
        self._listening = listening
        self._turns = Turns()
        self._orders: dict[str, count[int]] = {}  # of SQLite: the next `seq` of each table
        self._highest = 0
        self._held: dict[str, str] = {}  # the leases that are ours, by delivery
        self._closed = False

    async def save(self, *records: Record, settles: Delivery | Sequence[Delivery] | None = None) -> None:
        plan = Plan.of(records, (settles,) if isinstance(settles, Delivery) else settles or ())
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        if not plan.rows and not plan.erased:
            return
        async with self._turns.of(plan.keys):
            if plan.erased:
                await self._place_erased(plan)
            try:
                if self._database.postgres:
                    await self._save_at_once(plan)
                else:
                    async with self._database.transaction() as connection:
                        await self.write(connection, plan)
            except Conflict:
                self._remembered.drop(plan.kinds)
                raise
            self._saved(plan)

    async def next_ids(self, count: int) -> tuple[str, ...]:
        numbers: list[int] = []
        while len(numbers) < count:
            numbers += [one for one in await self._numbers(count - len(numbers)) if one > self._highest]
        return tuple(f"TD-{number}" for number in numbers)

    async def write(self, connection: AsyncConnection, plan: Plan) -> None:
        """Do what is planned within a transaction. Raises: Conflict: a row was not as it had to be."""
        if self._database.postgres:
            shape = shape_of(plan.rows)
            await connection.exec_driver_sql(statement(shape, tells=False), tuple(arrays(shape, plan.rows)))
            return
        for name in ("entries_new", "puts"):
            for row in plan.rows.get(name, ()):
                row["seq"] = next(self._orders[name])
        for asked, rows, each in sqlite_steps(plan.rows):
            done = await connection.execute(asked, rows)
            if each and done.rowcount != len(rows):
                raise Conflict("Somebody else was first.")

    async def _save_at_once(self, plan: Plan) -> None:
        shape, kinds = shape_of(plan.rows), sorted(plan.kinds & KEPT)
        asked = statement(shape, tells=bool(kinds))
        values: list[Any] = arrays(shape, plan.rows)
        if kinds:
            values.append(self._listening.words(kinds))
        for tries in range(1, _TRIES + 1):
            try:
                async with self._database.driver() as driver:
                    await driver.fetchrow(asked, *values)
                return
            except Conflict as conflict:
                undone = getattr(conflict.__cause__, "sqlstate", "") in _UNDONE
                # A delivery that was put in again in the very moment is neither seen as it was nor as it is.
                missed = isinstance(conflict.__cause__, asyncpg.DivisionByZeroError) and "settled" in plan.rows
                if tries == _TRIES or (not undone and not (missed and tries == 1)):
                    raise

    async def _place_erased(self, plan: Plan) -> None:
        """Look at what the erased events take the place of. Raises: Conflict: they may not."""
        for event in plan.erased:
            row: Values = {"number": number_of(event.notice_id), "line": event.number, "raw": raw_of(event)}
            stored = await self._database.value(
                select(events.c.raw).where(events.c.number == row["number"], events.c.line == event.number)
            )
            if stored is None:
                plan.add("events_new", row)
            elif custody.replaces(event, read(Event, stored.encode())):
                plan.add("events_erased", {**row, "old": stored})
            else:
                raise Conflict(f"{event.notice_id}/{event.number} was used before.")

    def _saved(self, plan: Plan) -> None:
        self._highest = max(self._highest, plan.highest)
        self._remembered.drop(plan.kinds)
        for row in (*plan.rows.get("settled", ()), *plan.rows.get("renewals", ())):
            self._held.pop(row["id"], None)
        if plan.due:
            self._listening.stir()

    async def _numbers(self, wanted: int) -> list[int]:
        if not self._database.postgres:
            first = max(next(self._orders["notices"]), self._highest + 1)
            self._orders["notices"] = count(first + wanted)
            return list(range(first, first + wanted))
        asked = text("SELECT nextval('notice_numbers') FROM generate_series(1, :wanted)")
        found = [int(row[0]) for row in await self._database.rows(asked, {"wanted": wanted})]
        if found and (gap := self._highest - found[-1]) > 0:
            # Saved without having asked, as a copy is: what was used is passed over, by all who ask.
            await self._database.value(
                text("SELECT max(nextval('notice_numbers')) FROM generate_series(1, :gap)"), {"gap": gap}
            )
        return found

    async def _find_orders(self) -> None:
        """Where counting goes on."""
        highest = await self._database.value(select(func.max(briefs.c.number)))
        told = await self._database.value(select(func.max(events.c.number)))
        stones = await self._database.rows(select(entries.c.key).where(entries.c.kind == "forgotten"))
        forgotten = (number_of(row.key) or 0 for row in stones)
        self._highest = max(highest or 0, told or 0, *forgotten, 0)
        if self._database.postgres:
            return
        self._orders["notices"] = count(self._highest + 1)
        for name, table in (("entries_new", entries), ("puts", deliveries)):
            self._orders[name] = count(((await self._database.value(select(func.max(table.c.seq)))) or 0) + 1)
