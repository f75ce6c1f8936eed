"""The world of a story: the real bot, a pretend Slack, a pretend marketplace, and a clock that can be moved on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App, build
from bot.carriers.dossiers import Make
from bot.looking.fetching import Looker
from bot.model import Clock, Notice, Query, Status
from bot.sandbox.driver import Message, Persona, Sandbox
from bot.sandbox.marketplace import Mood, PretendMarketplace, desk_file_text
from bot.sandbox.roles import give_roles
from bot.sandbox.serving import free_port, running
from bot.sandbox.workspace import Channel
from bot.stores.opening import open_store
from config.desk_file import load_marketplaces
from config.settings import load_settings
from tests import stores

ITEM = "https://acme.example/item/4711"
CHANNEL = "brand-protection"
PATIENCE = 6.0
"""Real seconds a step may take on a machine that does nothing else."""
SLOWER = 5.0
"""How many times slower a machine may be."""
SHORTLY = timedelta(seconds=0.6)
"""A race that was lost is tried again within so long."""


@dataclass(kw_only=True)
class StoryClock:
    """Real time, and what it was moved on by."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class World:
    """Who and what a story is about."""

    clock: StoryClock
    sandbox: Sandbox
    market: PretendMarketplace
    app: App
    folder: Path

    def person(self, name: str) -> Persona:
        return self.sandbox.person(name)

    @property
    def ann(self) -> Persona:
        return self.person("ann")

    @property
    def bo(self) -> Persona:
        return self.person("bo")

    @property
    def ada(self) -> Persona:
        return self.person("ada")

    @property
    def mia(self) -> Persona:
        return self.person("mia")

    @property
    def channel(self) -> Channel:
        return self.sandbox.channel(CHANNEL)

    async def files(self, person: Persona, address: str, *, words: str = "") -> None:
        """Type the command and press *File*."""
        seen = await person.types(f"/takedown {address} counterfeit {words}", channel=CHANNEL)
        assert seen.reply is not None, seen
        done = await person.presses("File", on=seen.reply)
        assert done.error is None

    def cards(self) -> list[Message]:
        return [message for message in self.channel.messages if message.thread_ts in (None, message.ts)]

    async def card(self, words: str) -> Message:
        """The newest card that says so, waited for."""

        def found() -> Message | None:
            fitting = (one for one in reversed(self.cards()) if words in one.words or words in one.buttons)
            return next(fitting, None)

        await self.sandbox.until(lambda: found() is not None, seconds=PATIENCE)
        card = found()
        assert card is not None
        return card

    async def reply_to(self, card: Message) -> Message:
        """The last reply in the card's thread, waited for."""
        await self.sandbox.until(lambda: bool(self._replies(card)), seconds=PATIENCE)
        return self._replies(card)[-1]

    def _replies(self, card: Message) -> list[Message]:
        return [one for one in self.channel.thread(card.ts) if one.ts != card.ts]

    async def whispered(self, person: Persona, words: str) -> Message:
        """What only this person is told, waited for."""

        def found() -> Message | None:
            return next((one for one in reversed(person.ephemerals(CHANNEL)) if words in one.words), None)

        await self.sandbox.until(lambda: found() is not None, seconds=PATIENCE)
        told = found()
        assert told is not None
        return told

    def direct(self, person: Persona) -> list[Message]:
        """The direct messages between the bot and somebody."""
        return person.direct.messages

    def delete(self, message: Message) -> None:
        """Somebody deletes a message."""
        self.sandbox.workspace.remove(message)

    async def passes(self, seconds: float) -> None:
        """Time passes: once the clock is moved on, the bot gets a moment to notice."""
        await self.at_rest()
        self.clock.advance(seconds)
        await self.app.ring()
        await self.at_rest()

    async def passes_many(self, times: int, seconds: float) -> None:
        for _ in range(times):
            await self.passes(seconds)

    async def passes_until(self, words: str, *, step: float = 20, times: int = 12) -> Message:
        """Let time pass until a card says so."""
        for _ in range(times):
            if any(words in card.words for card in self.cards()):
                break
            await self.passes(step)
        return await self.card(words)

    async def come_to(self, status: Status, *, last: int) -> None:
        """Time passes until the last few notices stand so, and what follows from it was thought over."""
        async with asyncio.timeout(PATIENCE * SLOWER):
            while set(list((await self.statuses()).values())[-last:]) != {status}:
                self.clock.advance(2)
                await asyncio.sleep(0.02)
        await self.at_rest()

    async def at_rest(self) -> None:
        """Until nobody is being answered and nothing is, or shortly will be, carried. Who hangs is not waited for."""
        await comes_to_rest(self.app, 1.0 if self.market.mood is Mood.HANGS else PATIENCE * SLOWER)

    async def together(self, *acts: Coroutine[Any, Any, Any]) -> None:
        await asyncio.gather(*acts)

    async def notice(self, notice_id: str) -> Notice:
        notice = await self.app.desk.store.notice(notice_id)
        assert notice is not None
        return notice

    async def statuses(self) -> dict[str, Status]:
        page = await self.app.desk.store.notices(Query(limit=1000))
        return {notice.id: notice.status for notice in reversed(page.notices)}

    def files_on_disk(self) -> dict[str, bytes]:
        """Every file of the store, to see whether anything was written."""
        return {str(path): path.read_bytes() for path in sorted(self.folder.glob("desk/**/*")) if path.is_file()}


async def comes_to_rest(app: App, patience: float = PATIENCE * SLOWER) -> None:
    """Until nobody is being answered and nothing is, or shortly will be, carried; so many real seconds at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while app.services.tasks.busy or not await app.outbox.at_rest(SHORTLY):
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def a_world(
    folder: Path,
    *,
    by_http: bool = False,
    manifest: Mapping[str, Any] | None = None,
    settings: Mapping[str, str] | None = None,
    tables: str = "",
    secrets: Mapping[str, str] | None = None,
    acme: str = "",
    looker: Looker | None = None,
    make: Make | None = None,
    store: str = stores.CHOSEN,
) -> AsyncIterator[World]:
    """Everything started, and stopped afterwards; the app installed by another manifest than the desk's own, if any,
    and with these settings besides. `tables` are more of the desk file, with their secrets; `acme`, more
    of the marketplace's table, whose pages the `looker` opens; `make` makes dossiers; `store` is of what kind it is."""
    clock = StoryClock()
    market = PretendMarketplace(key="acme", name="Acme Market", token="t", clock=clock, push_secret="p")
    async with running(market.app) as market_url, sandbox_of(clock, [market], manifest, SLOWER) as sandbox:
        head = "[marketplaces.acme]\n"
        desk_file = f"{desk_file_text(market_url).replace(head, head + acme)}\n{tables}"
        app = await _bot(
            folder,
            sandbox,
            desk_file,
            clock,
            url=await stores.fresh(store, folder),
            by_http=by_http,
            more=settings or {},
            secrets=secrets or {},
            looker=looker,
            make=make,
        )
        await app.start()
        app.bell.pause()  # it rings by the story's clock, in `passes`, and not whenever a real minute is full
        if by_http:
            sandbox.connect_http(f"http://127.0.0.1:{app.port}/slack/events")
        await asyncio.wait_for(sandbox.bot_connected(), 5 * SLOWER)
        sandbox.bot_busy = lambda: app.services.tasks.busy
        try:
            yield World(clock=clock, sandbox=sandbox, market=market, app=app, folder=folder)
        finally:
            market.reset()
            market.let_go()
            await app.stop()


@contextlib.asynccontextmanager
async def restarted(world: World) -> AsyncIterator[App]:
    """The desk started again, after the one before was stopped."""
    store = await open_store(world.app.settings.database_url, world.clock)
    secrets = {"ACME_TOKEN": "t", "ACME_PUSH_SECRET": "p"}
    desk_file = load_marketplaces(world.app.settings.marketplaces_file, secrets)
    again = build(world.app.settings, desk_file, store=store, clock=world.clock)
    await again.start()
    world.sandbox.bot_busy = lambda: again.services.tasks.busy
    try:
        yield again
    finally:
        await again.stop()


@contextlib.asynccontextmanager
async def sandbox_of(
    clock: Clock,
    markets: Sequence[PretendMarketplace],
    manifest: Mapping[str, Any] | None = None,
    patience: float = 1.0,
) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock, marketplaces=list(markets), manifest=manifest, patience=patience) as sandbox:
        yield sandbox


async def _bot(
    folder: Path,
    sandbox: Sandbox,
    desk_file: str,
    clock: StoryClock,
    *,
    url: str,
    by_http: bool,
    more: Mapping[str, str],
    secrets: Mapping[str, str],
    looker: Looker | None = None,
    make: Make | None = None,
) -> App:
    marketplaces = folder / "marketplaces.toml"
    marketplaces.write_text(desk_file)
    known = {"ACME_TOKEN": "t", "ACME_PUSH_SECRET": "p", **secrets}
    way_in = {"SLACK_SIGNING_SECRET": sandbox.signing_secret} if by_http else {"SLACK_APP_TOKEN": sandbox.app_token}
    settings = load_settings(
        {
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_API_URL": sandbox.api_url,
            "DATABASE_URL": url,
            "MARKETPLACES_FILE": str(marketplaces),
            "ADMIN_USERS": "U0ADA",
            "PORT": str(free_port()),
            **way_in,
            **more,
        },
        env_file=None,
    )
    store = await open_store(settings.database_url, clock)
    await give_roles(store, clock())
    return build(settings, load_marketplaces(marketplaces, known), store=store, clock=clock, looker=looker, make=make)
