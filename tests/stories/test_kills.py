"""Nothing lost, nothing twice: the real process is killed again and again while people file."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import Query, utc_now
from bot.sandbox.marketplace import PretendMarketplace
from bot.sandbox.roles import give_roles
from bot.sandbox.serving import running
from bot.stores.opening import open_store
from tests.stories.filers import file_all
from tests.stories.processes import bot_over_http
from tests.stories.world import sandbox_of

pytestmark = pytest.mark.kills
FILINGS = 200
KILLS = 12


@pytest.fixture
async def market() -> AsyncIterator[tuple[PretendMarketplace, str]]:
    # It would file twice whatever is sent twice.
    market = PretendMarketplace(key="acme", name="Acme Market", token="t", clock=utc_now, honours_keys=False)
    async with running(market.app) as url:
        yield market, url


async def test_killed_at_random_during_200_filings_nothing_told_is_lost_and_nothing_is_sent_twice(
    tmp_path: Path, market: tuple[PretendMarketplace, str]
) -> None:
    pretend, market_url = market
    store = await open_store(f"tinydb:///{tmp_path}/notices.json", utc_now)
    await give_roles(store, utc_now())
    await store.close()
    async with sandbox_of(utc_now, [pretend]) as slack, bot_over_http(tmp_path, slack, market_url) as bot:
        await bot.start()
        told: set[str] = set()
        filing = asyncio.create_task(file_all(slack, told, FILINGS))
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.05, 1.2))
            await bot.kill()
            await bot.start()
            if filing.done():
                break
        await filing
        await everything_sent(pretend, told)
        assert await bot.stop() == 0

    store = await open_store(f"tinydb:///{tmp_path}/notices.json", utc_now)
    kept = (await store.notices(Query(limit=10_000))).notices
    await store.close()
    assert len(told) > FILINGS / 2, "too few were told anything for this to prove much"
    assert told <= {notice.id for notice in kept}
    assert {
        one.reference: pretend.filed(one.reference) for one in pretend.requests if pretend.filed(one.reference) > 1
    } == {}
    assert told <= {one.reference for one in pretend.requests}
    listings = [notice.listing.listing_id for notice in kept]
    assert len(listings) == len(set(listings)), "no listing was filed twice either"


async def everything_sent(pretend: PretendMarketplace, told: set[str]) -> None:
    """Until the marketplace has all that people were told of; the lease of a killed attempt has to end first."""
    async with asyncio.timeout(60):
        while not told <= {one.reference for one in pretend.requests}:
            await asyncio.sleep(0.2)
