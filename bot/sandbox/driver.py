"""A pretend Slack to run the real bot against, and the people in it, for stories and for the sandbox.

Everything goes over the wire: the bot is a client like any other, in this process or another.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from bot.model import Clock, utc_now
from bot.sandbox.acts import Acts
from bot.sandbox.calls import Calls
from bot.sandbox.faults import Faults
from bot.sandbox.files import File
from bot.sandbox.installation import installed
from bot.sandbox.page_api import Marketplace, PageApi
from bot.sandbox.persona import Persona, Seen
from bot.sandbox.respond import Responses
from bot.sandbox.serving import running
from bot.sandbox.shapes import Json
from bot.sandbox.signed_http import SignedHttp
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.traffic import Traffic
from bot.sandbox.troubles import Troubles
from bot.sandbox.uploads import Uploads
from bot.sandbox.views import View
from bot.sandbox.web_api import WebApi
from bot.sandbox.wire import ACK_SECONDS, Line
from bot.sandbox.workspace import Channel, Message, Workspace

__all__ = ["File", "Message", "Persona", "Sandbox", "Seen", "View"]

QUIET = 0.15
"""Seconds without a change after which nothing more is expected."""


class Sandbox:
    """A workspace that is served for the length of `async with`.

    With neither `manifest` nor `commands` the desk's own app is installed, with the scopes and events of its manifest.
    With `commands` alone, an app that may do everything. Port 0 takes a free one. `patience`: how many times longer
    than they say `until` and `settled` wait before they give up, which costs nothing where all is well. `bot_busy` may
    be set by who runs the bot in the same process: whether it still answers somebody.
    """

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        manifest: Mapping[str, Any] | None = None,
        commands: Sequence[Json] | None = None,
        shortcuts: Sequence[Json] | None = None,
        marketplaces: Sequence[Marketplace] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        ack_seconds: float = ACK_SECONDS,
        patience: float = 1.0,
    ) -> None:
        self.app = installed(manifest, commands, shortcuts)
        self.workspace = Workspace(clock)
        self.traffic = Traffic(clock, self.workspace.changed)
        self.faults = Faults()
        self.socket_mode = SocketMode(self.workspace.changed, ack_seconds)
        self.bot_busy: Callable[[], bool] | None = None
        self._patience = patience
        self._clock, self._host, self._port, self._ack_seconds = clock, host, port, ack_seconds
        self._line = Line(self.socket_mode, self.traffic)
        self._http: SignedHttp | None = None
        self._base = ""
        self._open = contextlib.AsyncExitStack()
        self.troubles = Troubles(self.workspace, self.faults)
        self.acts = Acts(
            self.workspace,
            self.app,
            self.faults,
            lambda: self._line,
            lambda key: f"{self._base}/respond/{key}",
            site=lambda: self._base,
        )
        self._calls = Calls(self.faults, self.traffic)
        self._api = WebApi(
            self.workspace,
            self.app,
            self.faults,
            self._calls,
            site=lambda: self._base,
            socket_url=lambda: f"{self._base.replace('http', 'ws', 1)}/socket?ticket={self.socket_mode.ticket()}",
        )
        self._page = PageApi(
            self.workspace,
            self.app,
            self.acts,
            self.traffic,
            troubles=self.troubles,
            marketplaces=marketplaces,
            bot=self._bot_state,
        )
        self._personas = {
            person.name: Persona(person, self.workspace, self.acts, self._busy)
            for person in self.workspace.people.values()
            if not person.bot
        }

    async def __aenter__(self) -> Self:
        """Raises: OSError: the port is taken."""
        responses = Responses(self.workspace, self.traffic, self.faults)
        uploads = Uploads(self.workspace, self.app, self._calls)
        site = Starlette(
            routes=[
                Route("/api/{method}", self._api.endpoint, methods=["GET", "POST"]),
                Route("/respond/{id}", responses.endpoint, methods=["POST"]),
                Route("/upload/v1/{ticket}", uploads.receive, methods=["POST"]),
                Route("/files/{id}/{name}", uploads.send),
                WebSocketRoute("/socket", self.socket_mode.serve),
                *self._page.routes,
            ]
        )
        self._base = await self._open.enter_async_context(running(site, host=self._host, port=self._port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._page.leave()
        await self._line.close()
        await self.socket_mode.close()
        if self._http is not None:
            await self._http.close()
        await self._open.aclose()

    @property
    def api_url(self) -> str:
        """The base of the Web API, with its closing slash."""
        return f"{self._base}/api/"

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    def connect_http(self, request_url: str) -> None:
        """Send to this address, signed, instead of over Socket Mode."""
        self._http = SignedHttp(request_url, self.app.signing_secret, self._clock, self._ack_seconds)
        self._line.wire = self._http

    async def bot_connected(self) -> None:
        """Wait for a Socket Mode connection, or until the request URL answers Slack's challenge."""
        if self._http is None:
            while not self.socket_mode.connected:
                await self.workspace.wait_beyond(self.workspace.version)
            return
        while not await self._http.verify():  # noqa: ASYNC110 - the bot does not tell when it starts to listen
            await asyncio.sleep(0.05)
        self.workspace.changed()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the bot to open its Socket Mode connections anew."""
        await self.socket_mode.disconnect(reason)

    def repeat_events(self) -> None:
        """From now on every event is sent twice, as when an acknowledgement gets lost on its way to Slack."""
        self._line.twice = True

    def rate_limit(self, method: str, times: int = 1, retry_after: float = 1) -> None:
        self.faults.rate_limit(method, times, retry_after)

    def fail(self, method: str, times: int = 1, status: int = 500) -> None:
        self.faults.fail(method, times, status)

    def lose_reply(self, method: str, times: int = 1) -> None:
        self.faults.lose_reply(method, times)

    def hang(self, seconds: float, method: str = "*", times: int = 1) -> None:
        self.faults.hang(seconds, method, times)

    def refuse_blocks(self, kind: str, times: int | None = None) -> None:
        self.faults.refuse_blocks(kind, times)

    def archive(self, channel: str) -> None:
        """Channels by name or id: nothing can be posted there any more."""
        self.troubles.archived(channel, True)

    def unarchive(self, channel: str) -> None:
        self.troubles.archived(channel, False)

    def restrict(self, channel: str) -> None:
        """The bot may not post there any more, though it is inside."""
        self.troubles.restricted(channel, True)

    def unrestrict(self, channel: str) -> None:
        self.troubles.restricted(channel, False)

    def remove_bot(self, channel: str) -> None:
        """Put the bot out; it can still post to public channels where `chat:write.public` lets it."""
        self.troubles.bot_member(channel, False)

    def invite_bot(self, channel: str) -> None:
        self.troubles.bot_member(channel, True)

    def deactivate(self, person: str) -> None:
        """Close somebody's account; by first name or id."""
        self.troubles.deactivated(self.person(person).id, True)

    def reactivate(self, person: str) -> None:
        self.troubles.deactivated(self.person(person).id, False)

    def set_group(self, handle: str, *people: str) -> None:
        """Who is in a user group from now on; by first name or id."""
        self.workspace.change_group(handle, member_ids=frozenset(self.person(one).id for one in people))

    def disable_group(self, handle: str) -> None:
        """Nobody can name it any more, and it has nobody in it for an app."""
        self.workspace.change_group(handle, disabled=True)

    def delete_file(self, file_id: str) -> None:
        """As its owner or an admin may at any time."""
        self.workspace.files.delete(file_id)

    def person(self, name: str) -> Persona:
        """Somebody by first name (`ann`) or id.

        Raises:
            LookupError: nobody is called that.
        """
        found = next((one for one in self._personas.values() if name in (one.handle, one.id)), None)
        if found is None:
            raise LookupError(f"There is no {name!r} here, only: {', '.join(self._personas)}.")
        return found

    def channel(self, name: str) -> Channel:
        """A channel by name or id; a person's direct messages with the bot by the person's.

        Raises:
            LookupError: there is no such channel.
        """
        return self.workspace.channel_named(name)

    async def until(self, come_true: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until it is so, in real time.

        Raises:
            AssertionError: it did not become so; the text tells what has happened meanwhile.
        """
        seconds *= self._patience
        deadline = time.monotonic() + seconds
        while not come_true():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"It did not happen within {seconds:g} seconds.\n{self.transcript()}")
            # Not everything that is waited for is a change of the workspace.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.workspace.wait_beyond(self.workspace.version), min(left, 0.02))

    async def settled(self, quiet: float = QUIET, seconds: float = 5.0) -> None:
        """Wait until nothing has changed for a moment and no call is under way, in real time.

        Raises:
            AssertionError: it never became quiet.
        """
        seconds *= self._patience
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            version = self.workspace.version
            await asyncio.sleep(quiet)
            if self.workspace.version == version and not (self._line.waiting or self._calls.under_way):
                return
        raise AssertionError(f"It did not become quiet within {seconds:g} seconds.\n{self.transcript()}")

    def transcript(self) -> str:
        """What everybody sees and what was called, to read when a story goes wrong."""
        lines = []
        for channel in self.workspace.channels.values():
            for message in channel.all_messages:
                seen = f" (only {message.only_for})" if message.ephemeral else ""
                words = message.words.replace("\n", " / ")
                lines.append(f"{channel.name}{seen} {message.user}: {words}")
        return "\n".join([*lines, "Traffic:", str(self.traffic)])

    def _busy(self) -> bool | None:
        return self.bot_busy() if self.bot_busy is not None else None

    def _bot_state(self) -> Json:
        return {"connected": self._line.wire.connected, "mode": "http" if self._http else "socket"}
