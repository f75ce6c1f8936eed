"""Fifty kills around posting: every occurrence of a digest is in its channel exactly once, and the desk knows where."""

from __future__ import annotations

import asyncio
import contextlib
import random
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import OccurrenceState, utc_now
from bot.sandbox.driver import Sandbox
from bot.sandbox.marketplace import PretendMarketplace
from bot.sandbox.serving import running
from tests.stories.kill_ledger import CHANNELS, MISSED_DAYS, Wreck, keys_in, posted, seed, store_at, wreck
from tests.stories.processes import Bot, bot_over_http
from tests.stories.world import sandbox_of

pytestmark = pytest.mark.kills
KILLS = 50
COMING = 150
ALL = COMING + MISSED_DAYS * len(CHANNELS)
SPREAD = timedelta(seconds=40)
"""How long occurrences come due: about as long as the kills take."""
ANSWERS_AFTER = 0.12
"""Seconds between Slack's taking a post and its answer."""


async def test_killed_fifty_times_around_posting_each_digest_is_there_once(tmp_path: Path) -> None:
    market = PretendMarketplace(key="acme", name="Acme Market", token="t", clock=utc_now)
    async with (
        running(market.app) as market_url,
        sandbox_of(utc_now, [market]) as slack,
        bot_over_http(tmp_path, slack, market_url) as bot,
    ):
        for name in CHANNELS.values():
            slack.invite_bot(name)
        troubled(slack)
        await seed(store_at(tmp_path), count=COMING, over=SPREAD)
        wrecks = [await killed(bot, slack, tmp_path) for _ in range(KILLS)]
        slack.faults.clear()
        await bot.start()
        await all_posted(slack)
        assert await bot.stop() == 0
        last = await wreck(tmp_path, slack)

        assert {key: count for key, count in last.posted.items() if count != 1} == {}, "none twice"
        assert sorted(last.posted) == sorted(one.key for one in last.occurrences)
        assert len(last.occurrences) == ALL, "none lost"
        for one in last.occurrences:
            assert one.state is OccurrenceState.POSTED, one
            assert keys_in(slack, one.channel).get(one.ts) == one.key

    between = [one for one in wrecks if one.between]
    before = [one for one in wrecks if one.before]
    print(  # noqa: T201
        f"{len(wrecks)} kills: {len(between)} between Slack's acceptance and our save, "
        f"{len(before)} between noting the try and Slack's acceptance; {len(last.occurrences)} digests"
    )
    assert len(between) >= 5, "else too few kills hit the moment that this is about"
    assert len(before) >= 2


def troubled(slack: Sandbox) -> None:
    """Most answers come late; now and then nothing is posted, with an answer that does not say so, or one that does."""
    for _ in range(500):
        slack.hang(ANSWERS_AFTER, "chat.postMessage", times=6)
        slack.fail("chat.postMessage")
        slack.hang(ANSWERS_AFTER, "chat.postMessage", times=4)
        slack.rate_limit("chat.postMessage")


async def killed(bot: Bot, slack: Sandbox, folder: Path) -> Wreck:
    """Started, and killed: at any moment, or a moment after something was posted."""
    there = sum(posted(slack).values())
    await bot.launch()
    if random.random() < 0.2:
        await asyncio.sleep(random.uniform(0.3, 2.0))
    else:
        # There may be nothing due.
        with contextlib.suppress(AssertionError):
            await slack.until(lambda: sum(posted(slack).values()) > there + random.randint(0, 4), seconds=3)
        await asyncio.sleep(random.uniform(0, 2 * ANSWERS_AFTER))
    await bot.kill()
    return await wreck(folder, slack)


async def all_posted(slack: Sandbox) -> None:
    """Slowly, at last: a channel takes one post a second."""
    async with asyncio.timeout(240):
        while len(posted(slack)) < ALL:
            await asyncio.sleep(0.1)
        await slack.settled(quiet=1)
