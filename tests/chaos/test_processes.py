"""Several processes of a desk on one PostgreSQL: started anew one after the other, and heeding each other."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.desk import a_desk
from tests.chaos.totals import add_up, everything_carried
from tests.stories.filers import file_all
from tests.stories.kill_ledger import CHANNELS, MISSED_DAYS, posted, seed

pytestmark = pytest.mark.kills
FILINGS = 20


async def test_a_rolling_restart_under_load_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as scene:
        await scene.everything_starts()
        told: set[str] = set()
        filing = asyncio.create_task(
            file_all(scene.slack, told, FILINGS, channels=tuple(CHANNELS.values()), patience=40)
        )
        for bot in scene.bots:
            await asyncio.sleep(0.5)
            assert await bot.stop() == 0, "what is under way is finished first"
            await bot.start()
        assert await filing == frozenset()
        await everything_carried(scene, told, within=60)
        await add_up(scene, told, filed=FILINGS, digests=0)


async def test_a_schedule_that_another_process_changed_rings_within_seconds(tmp_path: Path) -> None:
    async with a_desk(tmp_path, webs=0, workers=2) as scene:
        await scene.everything_starts()
        await asyncio.sleep(2)  # the bell that rings at the start is over
        await seed(scene.url, count=0, over=timedelta(), clock=scene.clock)
        async with asyncio.timeout(30):
            while len(posted(scene.slack)) < MISSED_DAYS * len(CHANNELS):
                await asyncio.sleep(0.1)
        assert set(posted(scene.slack).values()) == {1}, "once, though two workers heard of it"
