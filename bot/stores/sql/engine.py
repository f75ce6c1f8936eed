"""A database, its connections, and what its errors mean to us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from typing import Any

import asyncpg
from sqlalchemy import Executable, Row, event, exc
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import Conflict, Misconfigured, StoreUnavailable

POOL = 16
"""Connections a process keeps to PostgreSQL; each costs the server some megabytes."""
READERS = 4
"""Connections, and threads, to the file of SQLite."""
PATIENCE = 10.0
"""Seconds to wait for a connection, and for PostgreSQL to let one in."""
_BUSY = 5000
"""Milliseconds SQLite waits for a lock; only a checkpoint ever has it for long."""


class Ready:
    """A statement whose text is made once. Every value it takes has to be given at every call."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement

    @cached_property
    def compiled(self) -> tuple[str, tuple[tuple[str, Any], ...]]:
        """The text for PostgreSQL, and its parameters in order, with what they are when not given."""
        compiled: Any = self.statement.compile(dialect=PGDialect_asyncpg())  # type: ignore[no-untyped-call]
        given = compiled.params
        return str(compiled), tuple((name, given[name]) for name in compiled.positiontup or ())


class Database:
    """Connections that commit each statement by themselves; `transaction` is for several together."""

    def __init__(self, engine: AsyncEngine, *, address: str) -> None:
        self.engine = engine
        self.address = address
        self.postgres = engine.dialect.name == "postgresql"
        self._writing = asyncio.Lock()  # SQLite takes one writer at a time, and has them queue by polling

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool.

        Raises:
            StoreUnavailable: the database does not answer, or refused.
            Conflict: somebody else was first.
        """
        with answers():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[asyncpg.Connection]:
        """PostgreSQL's own connection, for statements whose text is ready. Raises: as `connection`."""
        async with self.connection() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                yield driver
            except (asyncpg.InternalClientError, asyncpg.InterfaceError, OSError, asyncio.CancelledError):
                driver.terminate()  # it may be stuck in the middle of an answer, and is not to be asked again
                raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Several statements, all or none; in SQLite nobody else writes meanwhile. Raises: as `connection`."""
        if self.postgres:
            async with self.connection() as connection:
                await connection.execution_options(isolation_level="READ COMMITTED")
                async with connection.begin():
                    yield connection
        else:
            async with self._writing, self.connection() as connection:
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                    await connection.exec_driver_sql("COMMIT")
                except BaseException:
                    await _back(connection)
                    raise

    async def rows(self, statement: Executable, values: Any = None) -> Sequence[Row[Any]]:
        """What a statement finds."""
        async with self.connection() as connection:
            return (await connection.execute(statement, values)).all()

    async def row(self, statement: Executable, values: Any = None) -> Row[Any] | None:
        """The first of what a statement finds."""
        async with self.connection() as connection:
            return (await connection.execute(statement, values)).first()

    async def value(self, statement: Executable, values: Any = None) -> Any:
        """The first column of the first row; None when there is none."""
        found = await self.row(statement, values)
        return None if found is None else found[0]

    async def execute(self, statement: Executable, values: Any = None) -> int:
        """Do it. Returns how many rows it touched."""
        if self.postgres:
            async with self.connection() as connection:
                return (await connection.execute(statement, values)).rowcount
        async with self.transaction() as connection:
            return (await connection.execute(statement, values)).rowcount

    async def find(self, ready: Ready, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What a statement finds that is asked very often."""
        if self.postgres:
            text, parameters = ready.compiled
            async with self.driver() as driver:
                found: list[Mapping[str, Any]] = await driver.fetch(
                    text, *(values.get(name, given) for name, given in parameters)
                )
            return found
        async with self.connection() as connection:
            return [dict(row) for row in (await connection.execute(ready.statement, values)).mappings()]

    async def change(self, ready: Ready, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Do it. Gives what it returns."""
        if self.postgres:
            return await self.find(ready, values)
        async with self.transaction() as connection:
            return [dict(row) for row in (await connection.execute(ready.statement, values)).mappings()]

    async def close(self) -> None:
        await self.engine.dispose()


def postgres(address: str) -> Database:
    """The PostgreSQL at `postgresql://…`; asyncpg reads the address itself, with options such as `sslmode`."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            address,
            timeout=PATIENCE,
            command_timeout=60,
            # Compiling a statement costs more than any of ours takes.
            server_settings={"application_name": "takedown-desk", "jit": "off", "work_mem": "16MB"},
        )

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_use_lifo=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return Database(engine, address=address)


def sqlite(path: str) -> Database:
    """The SQLite file at `path`. What is committed is on the disk, and what is deleted is overwritten with zeros."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", isolation_level="AUTOCOMMIT", pool_size=READERS, max_overflow=0
    )
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    return Database(engine, address=path)


@contextmanager
def answers() -> Any:
    """What goes wrong in a database, in our words.

    Raises:
        Conflict: a key was taken, or two waited for each other.
        StoreUnavailable: anything else.
    """
    try:
        yield
    except (*BROKEN, asyncpg.PostgresError, exc.DBAPIError, exc.TimeoutError) as error:
        raise in_our_words(error) from error


def in_our_words(error: BaseException) -> Conflict | StoreUnavailable | Misconfigured:
    """The error of a driver as one of ours; its own text may name values, and stays out of it."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(error, exc.IntegrityError) or state.startswith(("23", "40")) or state == _DIVIDED:
        return Conflict("Somebody else was first.")
    if state.startswith("28") or state == "3D000":
        return StoreUnavailable("The database refuses us: see the user, the password and the name in DATABASE_URL.")
    if isinstance(cause, (*BROKEN, asyncpg.PostgresConnectionError)) or state[:2] in _AWAY:
        return StoreUnavailable("The database does not answer.")
    if isinstance(error, exc.TimeoutError | TimeoutError):
        return StoreUnavailable("The database is too busy to answer.")
    return StoreUnavailable(f"The database refused ({type(cause).__name__}{f' {state}' if state else ''}).")


BROKEN = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""How the driver says that a connection is none any more; the last where it was cut off in the middle of an answer."""
_DIVIDED = "22012"
"""Division by zero: how a save of ours says that not every row was written."""
_AWAY = ("08", "57", "53")
"""Classes of SQLSTATE: connection, shutdown, out of resources. Source: PostgreSQL, appendix A."""


async def _back(connection: AsyncConnection) -> None:
    if connection.closed or connection.invalidated:
        return
    try:
        await connection.exec_driver_sql("ROLLBACK")
    except exc.DBAPIError:
        await connection.invalidate()


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Of a server that went away the driver knows at once; the pool then makes a new connection."""
    if connection.driver_connection.is_closed():
        raise exc.DisconnectionError


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        f"busy_timeout={_BUSY}",
        "foreign_keys=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
