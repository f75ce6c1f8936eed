"""A pretend Slack with a clock moved by hand, a caller of its Web API, and small bots on the real Bolt."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.driver import Sandbox
from bot.sandbox.serving import running

Json = dict[str, Any]
COMMANDS = [{"command": "/desk", "description": "Talk to the desk", "usage_hint": "[words]", "should_escape": True}]
SHORTCUTS = [
    {"name": "File", "type": "global", "callback_id": "new", "description": "File one"},
    {"name": "Report", "type": "message", "callback_id": "report", "description": "Report this"},
]


@dataclass
class HandClock:
    """A clock that moves when told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Api:
    """Calls the Web API as an app does."""

    sandbox: Sandbox
    http: httpx.AsyncClient

    async def call(self, method: str, token: str | None = None, **arguments: Any) -> Json:
        answer: Json = (await self.raw(method, token, **arguments)).json()
        return answer

    async def raw(self, method: str, token: str | None = None, **arguments: Any) -> httpx.Response:
        given = self.sandbox.bot_token if token is None else token
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        return await self.http.post(self.sandbox.api_url + method, json=arguments, headers=headers)

    async def error(self, method: str, **arguments: Any) -> str:
        answer = await self.call(method, **arguments)
        return str(answer.get("error", "none"))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def sandbox(clock: HandClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock, commands=COMMANDS, shortcuts=SHORTCUTS, ack_seconds=0.5) as running_sandbox:
        yield running_sandbox


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        yield client


@pytest.fixture
def api(sandbox: Sandbox, http: httpx.AsyncClient) -> Api:
    return Api(sandbox, http)


Listens = Callable[[AsyncApp], None]


@contextlib.asynccontextmanager
async def connected(sandbox: Sandbox, listens: Listens) -> AsyncIterator[AsyncApp]:
    """A bot over Socket Mode."""
    app = AsyncApp(client=AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url))
    listens(app)
    handler = AsyncSocketModeHandler(app, sandbox.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield app
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def listening(sandbox: Sandbox, listens: Listens) -> AsyncIterator[str]:
    """A bot over signed HTTP; gives its request URL."""
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    app = AsyncApp(client=client, signing_secret=sandbox.signing_secret)
    listens(app)
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        response: Response = await handler.handle(request)
        return response

    async with running(Starlette(routes=[Route("/slack/events", events, methods=["POST"])])) as url:
        yield f"{url}/slack/events"


def on_command(answer: Callable[..., Awaitable[None]]) -> Listens:
    def listens(app: AsyncApp) -> None:
        app.command("/desk")(answer)

    return listens
