"""Which version of the tables a database has, and bringing it up to ours."""

from __future__ import annotations

import importlib
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Misconfigured
from bot.stores.sql.engine import Database, postgres

REVISION = "0002"
"""The last step in `bot.stores.migrations` that this version of the desk knows."""
_LOCK = 0x7A6B64
"""Who brings the tables up to date; any number that others do not use will do."""


async def check(database: Database) -> None:
    """Raises: Misconfigured: the tables are older or newer than this version of the desk."""
    async with database.connection() as connection:
        found = await revision(connection)
    if found == REVISION:
        return
    if not found or found < REVISION:
        said = "has no tables of this desk yet" if not found else f"is at version {found}, and this desk at {REVISION}"
        raise Misconfigured(f"The database {said}: run `python -m bot migrate` once.")
    raise Misconfigured(
        f"The database is at version {found}, which is newer than this desk ({REVISION}): "
        "start the newer version of the desk."
    )


async def migrate(database: Database) -> tuple[str, str]:
    """Bring the tables up to date. Gives the version before and after. Safe to repeat, and for several at once.

    Raises:
        Misconfigured: they are newer than this version of the desk.
    """
    async with database.transaction() as connection:
        if database.postgres:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = await revision(connection)
        if before > REVISION:
            raise Misconfigured(f"The database is at version {before}, which is newer than this desk ({REVISION}).")
        if before != REVISION:
            await connection.run_sync(_upgrade)
    return before, REVISION


async def migrate_postgres(address: str) -> str:
    """`migrate` the PostgreSQL at `postgresql://…`. Gives a sentence that says what was done. Raises: as `migrate`."""
    database = postgres(address)
    try:
        before, after = await migrate(database)
    finally:
        await database.close()
    if before == after:
        return f"The tables are up to date: they are at version {after}."
    return (
        f"The tables were brought from version {before} to {after}." if before else f"The tables were made, at {after}."
    )


async def revision(connection: AsyncConnection) -> str:
    """The version of the tables; empty where there are none."""
    there = await connection.run_sync(lambda sync: sync.dialect.has_table(sync, "alembic_version"))
    if not there:
        return ""
    return str((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() or "")


def _upgrade(connection: Any) -> None:
    # Loaded only where something is to be done: a desk at work carries none of it in its memory.
    config = importlib.import_module("alembic.config").Config()
    config.set_main_option("script_location", "bot.stores:migrations")
    config.attributes["connection"] = connection
    importlib.import_module("alembic.command").upgrade(config, "head")
