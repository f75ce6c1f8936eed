"""Our connection to Slack: who we are there, and in Socket Mode the socket, opened and kept open."""

from __future__ import annotations

import asyncio

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.errors import Misconfigured, SlackDeclined
from bot.slack import Slack

log = structlog.get_logger(__name__)

RECONNECT_AFTER = 60.0
"""Seconds without a socket before a new one is forced: Bolt's own reconnection is known to stall."""


class Connection:
    """`meet` Slack, `keep` the connection while we run, `close` it once."""

    def __init__(self, slack: Slack, bolt: AsyncApp, app_token: str) -> None:
        """Without an `app_token` no socket is opened."""
        self._slack = slack
        self._bolt = bolt
        self._app_token = app_token
        self._socket: AsyncSocketModeHandler | None = None

    async def connected(self) -> bool:
        if not self._app_token:
            return bool(self._slack.url)
        return self._socket is not None and bool(await self._socket.client.is_connected())

    async def meet(self) -> None:
        """Learn who we are, and open the socket where there is one to open.

        Raises:
            Misconfigured: Slack refuses a token.
            SlackError: Slack does not answer.
        """
        try:
            await self._slack.identify()
        except SlackDeclined as refused:
            raise Misconfigured(
                f"SLACK_BOT_TOKEN: Slack refuses it ({refused.code}). "
                "Copy the bot token again from your app's OAuth & Permissions page."
            ) from None
        if not self._app_token or self._socket is not None:
            return
        try:
            await self._slack.try_socket(self._app_token)
        except SlackDeclined as refused:
            raise Misconfigured(
                f"SLACK_APP_TOKEN: Slack refuses it ({refused.code}). Make an app-level token with connections:write "
                "on your app's Basic Information page, and turn Socket Mode on."
            ) from None
        self._socket = AsyncSocketModeHandler(self._bolt, self._app_token, web_client=self._slack.client)
        await self._open(self._socket)

    async def keep(self) -> None:
        """Watch the connection: meet Slack when it comes back, force a new socket when one stays lost."""
        down_since: float | None = None
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(5)
            try:
                if not self._slack.url:
                    await self.meet()
                if self._socket is None or await self._socket.client.is_connected():
                    down_since = None
                    continue
                down_since = down_since or loop.time()
                if loop.time() - down_since > RECONNECT_AFTER:
                    log.warning("slack.reconnecting")
                    await self._socket.client.connect_to_new_endpoint(force=True)
                    down_since = None
            except Exception as error:
                log.warning("slack.unreachable", error=str(error))

    def leave(self) -> None:
        """Open no socket any more; what comes by the present one is still answered."""
        if self._socket is not None:
            self._socket.client.auto_reconnect_enabled = False

    async def disconnect(self) -> None:
        if self._socket is not None:
            await self._socket.client.disconnect()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.client.close()  # type: ignore[no-untyped-call]

    async def _open(self, socket: AsyncSocketModeHandler) -> None:
        try:
            await asyncio.wait_for(socket.connect_async(), timeout=15)  # type: ignore[no-untyped-call]
        except Exception as error:
            # Slack took the token a moment ago, so this passes: `keep` tries again.
            log.warning("slack.socket_failed", error=type(error).__name__)
