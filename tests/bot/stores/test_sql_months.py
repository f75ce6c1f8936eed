"""The partitions of PostgreSQL: begun with the month, found again, let go when nothing is left."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.model import SYSTEM, Forgotten
from bot.stores import Store
from bot.stores.opening import drop_empty_months, months, open_store
from bot.stores.sql import schema
from tests import make
from tests.postgres import database


class Calendar:
    def __init__(self) -> None:
        self.now = datetime(2026, 10, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def night(store: Store, clock: Calendar) -> None:
    await store.archive(final_before=clock() - timedelta(days=365), drafts_before=clock() - timedelta(days=2))


async def file(store: Store, count: int) -> list[str]:
    ids = list(await store.next_ids(count))
    for one in ids:
        await store.save(make.notice(one), make.event(one))
    return ids


async def test_a_month_begins_with_the_number_it_found_and_an_empty_one_is_let_go() -> None:
    address, clock = await database(), Calendar()
    store = await open_store(address, clock)
    for month in (10, 11, 12):
        clock.now = datetime(2026, month, 1, 3, tzinfo=UTC)
        await night(store, clock)
        await night(store, clock)
        await file(store, 3)
    found = await months(address)
    assert [(one.month, one.first, one.notices, one.events) for one in found] == [
        ("2026-10", 0, 3, 3),
        ("2026-11", 4, 3, 3),
        ("2026-12", 7, 3, 3),
    ]
    assert [one.last for one in found] == [False, False, True]
    for number in (4, 5, 6):
        stone = Forgotten(of=f"TD-{number}", version=1, lines=1, head="", rule="r", by=SYSTEM, at=clock())
        await store.save(stone)
    assert [one.month for one in await months(address) if one.empty] == ["2026-11"]
    assert [one.month for one in await drop_empty_months(address)] == ["2026-11"]
    assert await drop_empty_months(address) == []
    assert [one.first for one in await months(address)] == [0, 7]
    clock.now = datetime(2027, 1, 1, 3, tzinfo=UTC)
    await night(store, clock)
    await file(store, 1)
    assert [(one.month, one.first) for one in await months(address)][-1] == ("2027-01", 10)
    assert [one.number for one in await store.batch("batch-10")] == [10]
    await store.close()


async def test_a_month_without_a_notice_begins_no_partition() -> None:
    address, clock = await database(), Calendar()
    store = await open_store(address, clock)
    for month in (8, 9, 10):
        clock.now = datetime(2026, month, 1, tzinfo=UTC)
        await night(store, clock)
    assert [(one.month, one.first) for one in await months(address)] == [("2026-10", 0)]
    await store.close()


async def test_what_is_filed_while_a_month_begins_is_neither_refused_nor_lost() -> None:
    address, clock = await database(), Calendar()
    stores = [await open_store(address, clock) for _ in range(3)]
    await night(stores[0], clock)
    await file(stores[0], 20)
    clock.now = datetime(2026, 11, 1, tzinfo=UTC)
    filed = await asyncio.gather(*(file(one, 40) for one in stores), *(night(one, clock) for one in stores))
    ids = {one for some in filed[:3] if some for one in some}
    assert len(ids) == 120
    assert ids <= set(await stores[1].all_ids())
    assert [one.month for one in await months(address)] == ["2026-10", "2026-11"]
    for one in stores:
        await one.close()


async def test_only_postgresql_has_partitions() -> None:
    with pytest.raises(Misconfigured, match="Only PostgreSQL"):
        await months("tinydb:///data/notices.json")


async def test_the_commands_make_the_tables_and_show_what_would_go() -> None:
    address = await database()

    def bot(*arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "DATABASE_URL": address}
        command = [sys.executable, "-m", "bot", *arguments]
        root = Path(__file__).parents[3]
        return subprocess.run(command, capture_output=True, text=True, env=environ, check=False, cwd=root)

    made = await asyncio.to_thread(bot, "migrate")
    assert (made.returncode, made.stdout) == (
        0,
        f"The tables are up to date: they are at version {schema.REVISION}.\n",
    ), made.stderr
    shown = await asyncio.to_thread(bot, "partitions")
    assert shown.stdout.startswith("the first, from TD-1: 0 notices, 0 events, ")
    assert "dry run" in (await asyncio.to_thread(bot, "partitions", "--drop-empty")).stderr
    gone = await asyncio.to_thread(bot, "partitions", "--drop-empty", "--run")
    assert gone.stdout == "0 partitions dropped.\n"
