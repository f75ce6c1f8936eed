"""The store in SQL, put together and opened."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from sqlalchemy import update

from bot.model import Clock
from bot.stores.disk import PRIVATE, hold
from bot.stores.sql import schema
from bot.stores.sql.engine import PATIENCE, Database, postgres, sqlite
from bot.stores.sql.listening import Listening, ListeningToOthers
from bot.stores.sql.moving import Moving
from bot.stores.sql.remembered import Remembered
from bot.stores.sql.tables import deliveries


class SqlStore(Moving):
    """A `bot.stores.Store` in PostgreSQL, which any number of processes may have open, or in a file of SQLite."""

    def __init__(self, database: Database, clock: Clock, *, listening: Listening, lock: int = -1) -> None:
        super().__init__(database, clock, remembered=Remembered(listening.hears), listening=listening)
        self._lock = lock

    @property
    def shared(self) -> bool:
        return self._database.postgres

    async def begin(self) -> None:
        """Find where counting goes on, and begin to listen."""
        await self._find_orders()
        if not self._database.postgres:
            # The lock says that no other process lives, so nobody is carrying anything: a crash delays nothing.
            await self._database.execute(
                update(deliveries)
                .where(deliveries.c.lease != "")
                .values(lease="", lease_until=None, attempts=deliveries.c.attempts + 1)
            )
        await self._finish_erasing()
        await self._listening.start()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._let_go()
            await self._listening.stop()
        finally:
            await self._database.close()
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def heard(self, kinds: Sequence[str] | None) -> None:
        """Others changed these kinds, or nobody knows which."""
        if kinds is None:
            self._remembered.drop_all()
        else:
            self._remembered.drop(kinds)


async def open_postgres(address: str, clock: Clock) -> SqlStore:
    """Open the store in the PostgreSQL at `postgresql://…`.

    Raises:
        Misconfigured: its tables are of another version of the desk.
        StoreUnavailable: it does not answer.
    """
    database = postgres(address)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(address, timeout=PATIENCE, server_settings={"application_name": "takedown-desk"})

    listening = ListeningToOthers(connect)
    store = SqlStore(database, clock, listening=listening)
    listening.tell(store.heard)
    try:
        await schema.check(database)
        await store.begin()
    except BaseException:
        await database.close()
        raise
    return store


async def open_sqlite(path: Path, clock: Clock) -> SqlStore:
    """Open the file, made with its folder and its tables if it is not there, and lock it.

    Raises:
        Misconfigured: another process has it, or the place cannot be written.
        StoreUnavailable: it is damaged.
    """
    lock = await asyncio.to_thread(hold, path, "SQLite")
    database = sqlite(str(path))
    try:
        await schema.migrate(database)
        await asyncio.to_thread(path.chmod, PRIVATE)
        store = SqlStore(database, clock, listening=Listening(), lock=lock)
        await store.begin()
    except BaseException:
        await database.close()
        os.close(lock)
        raise
    return store
