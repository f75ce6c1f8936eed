"""Two web and two worker processes, killed at random, with a database, a marketplace and a Slack that fail: totals
add up, nothing is lost, and nothing is there twice. `make soak` does it at a large size."""

from __future__ import annotations

import asyncio
import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.desk import ROUND, a_desk
from tests.chaos.totals import add_up, everything_carried
from tests.stories.filers import file_all
from tests.stories.kill_ledger import CHANNELS, MISSED_DAYS, seed

pytestmark = pytest.mark.kills
FILINGS = int(os.environ.get("FILINGS", "36"))
DIGESTS = max(6, FILINGS // 100)
STRIKES = max(ROUND, FILINGS // 4)
"""Pieces of trouble at the least: they go on while what was filed is carried."""
A_FILING = 0.5
"""Real seconds, about, over which the digests come due for each filing."""
PATIENT = 400
"""How often somebody asks again who is not answered."""
PATIENCE = 60 + FILINGS * 1.2
"""Real seconds until everything is carried, once nothing fails any more."""


async def test_nothing_is_lost_and_nothing_is_twice_whatever_fails(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as scene:
        over = timedelta(seconds=FILINGS * A_FILING) * scene.clock.times
        await seed(scene.url, count=DIGESTS, over=over, clock=scene.clock)
        await scene.everything_starts()
        told: set[str] = set()
        filing = asyncio.create_task(
            file_all(scene.slack, told, FILINGS, channels=tuple(CHANNELS.values()), patience=PATIENT)
        )
        strikes = 0
        while not filing.done() or strikes < STRIKES:
            await asyncio.sleep(random.uniform(0.2, 1.2))
            await scene.strike()
            strikes += 1
            await asyncio.sleep(random.uniform(0, 0.5))
            await scene.revive()
        assert await filing == frozenset(), "whoever asks again and again is answered in the end"
        await scene.calms_down()
        await everything_carried(scene, told, within=PATIENCE)
        print(f"{len(told)} told of {FILINGS}; {dict(sorted(scene.done.items()))}")  # noqa: T201
        assert len(told) > FILINGS / 2, "too few were told anything for this to prove much"
        await add_up(scene, told, filed=FILINGS, digests=DIGESTS + MISSED_DAYS * len(CHANNELS))
