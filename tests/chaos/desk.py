"""A desk of several processes on a real, durable PostgreSQL, and everything that can be done to it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.model import Notice, Query
from bot.sandbox.driver import Sandbox
from bot.sandbox.marketplace import Mood, PretendMarketplace
from bot.sandbox.roles import give_roles
from bot.sandbox.serving import free_port, running
from bot.stores import Store
from bot.stores.opening import open_store
from config.settings import Process
from tests import postgres
from tests.chaos.balancer import Balancer
from tests.haste import Haste
from tests.stories.kill_ledger import CHANNELS
from tests.stories.processes import Bot, environment
from tests.stories.world import sandbox_of

TIMES = 6.0
"""How much faster than real time all clocks go: leases of two minutes end after twenty seconds."""
ROUND = 8
"""Pieces of trouble after which each kind has come."""
MOODS = (Mood.DOWN, Mood.BREAKS, Mood.RATE_LIMITED, Mood.LOST_REPLY, Mood.CUT_BEFORE, Mood.BROKEN_JSON)
SLACK_METHODS = ("chat.postMessage", "chat.update", "users.info", "conversations.history", "conversations.replies")
# A call must end well before the lease of what it carries does, which is short by a clock in a hurry.
TABLE = "timeout_seconds = 3"


@dataclass(kw_only=True)
class Scene:
    """The processes, the pretend Slack and marketplace they speak to, and their database."""

    clock: Haste
    slack: Sandbox
    market: PretendMarketplace
    server: postgres.Server
    url: str
    bots: Sequence[Bot]
    done: Counter[str] = field(default_factory=Counter)
    coming: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)

    async def store(self) -> Store:
        return await open_store(self.url, self.clock)

    async def everything_starts(self) -> None:
        for bot in self.bots:
            await bot.launch()
        for bot in self.bots:
            await bot.listens()

    async def revive(self) -> None:
        """Start again whatever is not alive, as what runs processes does."""
        for bot in self.bots:
            if not bot.alive:
                self.done[f"started {bot.kind.value} again"] += 1
                await bot.launch()

    async def strike(self) -> None:
        """One piece of trouble, at random; but each kind has come before one comes again and again."""
        if not self.coming:
            twice = [self.kill_one, self.upset_market, self.trouble_slack]
            self.coming = random.sample([self.restart_one, self.restart_postgres, *twice, *twice], k=ROUND)
        await self.coming.pop()()

    async def kill_one(self) -> None:
        bot = random.choice(self.bots)
        if bot.alive:
            self.done[f"killed {bot.kind.value}"] += 1
            await bot.kill()

    async def restart_one(self) -> None:
        """As in a rolling restart."""
        bot = random.choice(self.bots)
        if bot.alive:
            self.done[f"stopped {bot.kind.value}"] += 1
            await bot.stop()

    async def restart_postgres(self) -> None:
        how = random.choice(("fast", "immediate"))
        self.done[f"PostgreSQL {how}"] += 1
        await asyncio.to_thread(self.server.stop, how)
        await asyncio.to_thread(self.server.start)

    async def upset_market(self) -> None:
        mood = random.choice(MOODS)
        self.done[f"market {mood.value}"] += 1
        self.market.feel(mood, writes=random.randint(1, 6))

    async def trouble_slack(self) -> None:
        method = random.choice(SLACK_METHODS)
        kind = random.choice(("429", "500", "lost"))
        self.done[f"Slack {kind}"] += 1
        if kind == "429":
            self.slack.rate_limit(method, random.randint(1, 3), retry_after=1)
        elif kind == "500":
            self.slack.fail(method, random.randint(1, 3))
        else:
            self.slack.lose_reply(method)

    async def calms_down(self) -> None:
        """Nothing is done to anybody any more, and everything runs."""
        self.market.feel(Mood.CALM)
        self.slack.faults.clear()
        await self.revive()
        for bot in self.bots:
            while True:
                try:
                    await bot.listens()
                    break
                except AssertionError:  # it started while there was no database
                    await self.revive()

    async def notices(self) -> tuple[Notice, ...]:
        store = await self.store()
        try:
            return (await store.notices(Query(limit=100_000))).notices
        finally:
            await store.close()

    def cards(self) -> Counter[str]:
        """How often each key is on a message outside of threads."""
        return Counter(
            str(one.metadata["event_payload"]["key"])
            for name in CHANNELS.values()
            for one in self.slack.channel(name).messages
            if one.metadata and one.thread_ts in (None, one.ts)
        )


@contextlib.asynccontextmanager
async def a_desk(folder: Path, *, webs: int = 2, workers: int = 2) -> AsyncIterator[Scene]:
    """Not started yet. What it leaves running is killed at the end."""
    # Not in the folder of the test, where root lets nobody else in, as whom PostgreSQL has to run then.
    place = Path(tempfile.mkdtemp(prefix="takedown-desk-chaos-"))
    server = postgres.Server(place, "")
    await asyncio.to_thread(server.start)
    try:
        await postgres.prepare(server)
        clock = Haste(times=TIMES)
        # It would file twice whatever is sent twice.
        market = PretendMarketplace(key="acme", name="Acme Market", token="t", clock=clock, honours_keys=False)
        async with running(market.app) as market_url, sandbox_of(clock, [market]) as slack:
            for name in CHANNELS.values():
                slack.invite_bot(name)
            url = await postgres.database(server)
            environ = environment(folder, slack, market_url, url, acme=TABLE)
            kinds = [Process.WEB] * webs + [Process.WORKER] * workers
            bots = [
                Bot({**environ, "PORT": str(port)}, port, kind, clock)
                for kind, port in ((kind, free_port()) for kind in kinds)
            ]
            scene = Scene(clock=clock, slack=slack, market=market, server=server, url=url, bots=bots)
            store = await scene.store()
            await give_roles(store, clock())
            await store.close()
            async with contextlib.AsyncExitStack() as stack:
                for bot in bots:
                    await stack.enter_async_context(bot)
                listening = [bot.port for bot in bots if bot.kind.listens]
                balancer = await stack.enter_async_context(Balancer(listening))
                slack.connect_http(f"http://127.0.0.1:{balancer.port}/slack/events")
                yield scene
    finally:
        await asyncio.to_thread(server.stop, "immediate")
        shutil.rmtree(place, ignore_errors=True)
