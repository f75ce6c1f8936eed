"""A process, or PostgreSQL itself, that is killed at any moment loses nothing it acknowledged."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.model import utc_now
from bot.stores.opening import open_store
from tests.bot.stores.test_kills import holds, killed_after
from tests.postgres import Server, database, prepare

KILLS = 6


async def killed_again_and_again(address: str) -> None:
    acknowledged: dict[str, int] = {}
    chance = random.Random(7)
    for _ in range(KILLS):
        for line in await asyncio.to_thread(killed_after, chance.uniform(0.1, 0.6), address):
            notice_id, version = line.split()
            acknowledged[notice_id] = max(int(version), acknowledged.get(notice_id, 0))
        store = await open_store(address, utc_now)
        await holds(store, acknowledged)
        await store.close()
    assert len(acknowledged) > 2 * KILLS


@pytest.mark.kills
async def test_a_desk_on_sqlite_killed_again_and_again_keeps_every_acknowledged_save(tmp_path: Path) -> None:
    await killed_again_and_again(f"sqlite:///{tmp_path}/desk.sqlite")


@pytest.mark.kills
async def test_a_desk_on_postgresql_killed_again_and_again_keeps_every_acknowledged_save() -> None:
    await killed_again_and_again(await database())


@pytest.mark.kills
async def test_a_postgresql_that_is_cut_off_keeps_every_acknowledged_save(tmp_path: Path) -> None:
    server = Server(tmp_path / "server", settings="")  # with all its durability
    await asyncio.to_thread(server.start)
    try:
        await prepare(server)
        address = await database(server)
        acknowledged: dict[str, int] = {}
        for _ in range(2):
            lines = await asyncio.to_thread(killed_after, 0.5, address, lambda: server.stop("immediate"))
            for notice_id, version in (line.split() for line in lines if line.startswith("TD-")):
                acknowledged[notice_id] = max(int(version), acknowledged.get(notice_id, 0))
            await asyncio.to_thread(server.start)
            store = await open_store(address, utc_now)
            await holds(store, acknowledged)
            await store.close()
        assert acknowledged
    finally:
        await asyncio.to_thread(server.stop, "immediate")
