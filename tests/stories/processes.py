"""The bot as a process of its own, for stories that kill it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

import httpx

from bot import cli
from bot.errors import TakedownError
from bot.model import Clock, utc_now
from bot.sandbox.driver import Sandbox
from bot.sandbox.marketplace import desk_file_text
from bot.sandbox.serving import free_port
from config.settings import Process

# A process that has imported the bot once, and forks: to start one fifty times costs no fifty imports.
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["bot.cli"])


def run(environ: Mapping[str, str], process: Process, clock: Clock) -> None:
    """What `python -m bot run` does, or `web` or `worker`, in that environment and by that clock."""
    os.environ.clear()
    os.environ.update(environ)
    try:
        raise SystemExit(asyncio.run(cli.serve(process, clock)))
    except TakedownError as error:
        raise SystemExit(str(error)) from None


class Bot:
    """The bot as its own process, killed and started again. `async with` leaves none behind."""

    def __init__(
        self, environ: Mapping[str, str], port: int, kind: Process = Process.RUN, clock: Clock = utc_now
    ) -> None:
        self.port = port
        self.kind = kind
        self._environ = environ
        self._clock = clock
        self._process: ForkServerProcess | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.alive:
            await self.kill()

    async def start(self) -> None:
        await self.launch()
        await self.listens()

    async def launch(self) -> None:
        """Start it, and do not wait for it."""
        self._process = _NURSERY.Process(target=run, args=(dict(self._environ), self.kind, self._clock))
        await asyncio.to_thread(self._process.start)

    async def listens(self) -> None:
        """Wait until it is ready."""
        async with asyncio.timeout(120):
            while not await self._ready():
                assert self._process is not None
                assert self._process.is_alive(), "the bot did not start again"
                await asyncio.sleep(0.05)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._ended()

    async def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        await self._ended()
        assert self._process.exitcode is not None
        return self._process.exitcode

    async def _ended(self) -> None:
        assert self._process is not None
        await asyncio.to_thread(self._process.join, 30)

    async def _ready(self) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2)).status_code == 200
        except httpx.HTTPError:
            return False


def bot_over_http(folder: Path, slack: Sandbox, market_url: str, *, pace: int = 200) -> Bot:
    """A bot that hears Slack over signed HTTP; its store is `notices.json` in the folder.

    `pace` is in requests per second to the marketplace.
    """
    port = free_port()
    environ = environment(folder, slack, market_url, f"tinydb:///{folder}/notices.json", pace=pace)
    slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
    return Bot({**environ, "PORT": str(port)}, port)


def environment(
    folder: Path, slack: Sandbox, market_url: str, store: str, *, pace: int = 200, acme: str = ""
) -> Mapping[str, str]:
    """What the processes of a desk are started with that hears Slack over signed HTTP, but for the port.

    `acme` is more of the marketplace's table.
    """
    marketplaces = folder / "marketplaces.toml"
    text = desk_file_text(market_url).replace("requests_per_second = 20", f"requests_per_second = {pace}\n{acme}")
    marketplaces.write_text(text)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLACK_")},
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": store,
        "MARKETPLACES_FILE": str(marketplaces),
        "ACME_TOKEN": "t",
        "ACME_PUSH_SECRET": "p",
        "UNDO_SECONDS": "0",
        "ADMIN_USERS": "U0ADA",
        "LOG_LEVEL": "critical",
    }
