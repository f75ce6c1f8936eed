"""What was erased is in no row of PostgreSQL, neither a living nor a dead one."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from bot import custody
from bot.errors import StoreUnavailable
from bot.model import utc_now
from bot.stores.opening import open_store
from bot.stores.sql import erasing
from tests import make
from tests.postgres import database

SECRET = "Zacharias Quillfeather"
TABLES = ("notices", "events", "briefs", "entries", "deliveries")


async def rows_with(address: str, word: str) -> list[str]:
    connection = await asyncpg.connect(address)
    try:
        return [
            table for table in TABLES if await connection.fetchval(f"SELECT 1 FROM {table} t WHERE t::text ~ $1", word)
        ]
    finally:
        await connection.close()


async def test_what_was_erased_is_in_no_table_and_no_dead_row_is_left() -> None:
    address = await database()
    store = await open_store(address, utc_now)
    versions = make.chain("TD-1", f"By {SECRET}.", f"Again by {SECRET}.")
    for notice, event in versions:
        await store.save(replace(notice, statement=SECRET), event)
    await store.save(make.draft(statement=f"By {SECRET}."), make.delivery(words=f'"{SECRET}"', parked=True))
    assert set(await rows_with(address, SECRET)) == {"notices", "events", "entries", "deliveries"}
    last = versions[-1][0]
    after = replace(last, version=last.version + 1, statement="")
    gone = [custody.without(event, ("words",)) for _, event in versions]
    await store.erase(after, make.event("TD-1", 3), *gone, mentioning=[SECRET])
    assert await rows_with(address, SECRET) == []
    connection = await asyncpg.connect(address)
    await connection.fetch("SELECT pg_stat_force_next_flush()")
    dead = await connection.fetchval("SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname <> 'marks'")
    marks = await connection.fetchval("SELECT count(*) FROM marks")
    await connection.close()
    assert (dead, marks) == (0, 0)
    await store.close()


async def test_an_old_view_of_the_database_holds_the_erasing_up_and_the_archiving_finishes_it() -> None:
    address = await database()
    store = await open_store(address, utc_now)
    await store.save(make.notice(statement=SECRET), make.event())
    viewer = await asyncpg.connect(address)
    view = viewer.transaction(isolation="repeatable_read")
    await view.start()
    await viewer.fetch("SELECT 1 FROM notices")
    after = make.notice(version=2, statement="")
    with pytest.raises(StoreUnavailable, match="still looks at how things were"):
        await asyncio.wait_for(store.erase(after, make.event(number=2)), erasing.PATIENCE + 20)
    assert await viewer.fetchval("SELECT 1 FROM notices WHERE raw ~ $1", SECRET) == 1
    await view.rollback()
    await store.archive(final_before=make.NOW, drafts_before=make.NOW)
    assert await viewer.fetchval("SELECT count(*) FROM marks") == 0
    await viewer.close()
    await store.close()
