"""Slack's side of Socket Mode: connections of the app, envelopes, acknowledgements.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.people import APP_ID
from bot.sandbox.shapes import Json
from bot.sandbox.wire import ACK_SECONDS, Answer, Attempt, Kind

CONNECTIONS = 10
APPROXIMATE_SECONDS = 18_060
_LOST = "lost"


class Connection:
    """One open WebSocket, and the envelopes on it that wait to be acknowledged."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._waiting: dict[str, asyncio.Future[Json | str]] = {}
        self.leaving = False

    async def send(self, envelope: Json) -> None:
        await self._socket.send_text(json.dumps(envelope))

    async def ask(self, envelope: Json, seconds: float) -> Json | str | None:
        """The acknowledgement; None when none came in time, `lost` when the connection went first."""
        answer: asyncio.Future[Json | str] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await self.send(envelope)
            return await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            return None
        except (RuntimeError, WebSocketDisconnect):
            return _LOST
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def listen(self) -> None:
        """Read acknowledgements until the app goes away."""
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                self._acknowledged(await self._socket.receive_text())

    def lost(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(_LOST)

    async def close(self) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError):
                await self._socket.close()

    def _acknowledged(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(said.get("envelope_id"))) if isinstance(said, dict) else None
        # A late or second acknowledgement finds nobody waiting, and changes nothing.
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload") or {})


class SocketMode:
    """All connections of the app; each payload goes to one of them, in turn."""

    def __init__(self, changed: Callable[[], None], ack_seconds: float = ACK_SECONDS) -> None:
        self._changed = changed
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._turn = 0
        self.connections: list[Connection] = []

    @property
    def connected(self) -> bool:
        return bool(self._ready())

    @property
    def redelivers(self) -> bool:
        return len(self._ready()) > 1

    def ticket(self) -> str:
        """Admission for one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """The endpoint behind the address `apps.connections.open` gives."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=4401)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        connection = Connection(socket)
        if len(self.connections) >= CONNECTIONS:
            await connection.send(_disconnect("too_many_websockets"))
            await connection.close()
            return
        await self._keep(connection)

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: Attempt) -> Answer:
        """Send to one connection; to another one when it goes away unacknowledged."""
        started = time.monotonic()
        left = self._ack_seconds
        tried: Connection | None = None
        while left > 0:
            connection = self._next(but=tried)
            if connection is None and tried is None:
                return Answer(error="dispatch_failed", seconds=time.monotonic() - started)
            if connection is None:
                await asyncio.sleep(min(0.02, left))
            else:
                said = await connection.ask(_envelope(kind, payload, attempt), left)
                if isinstance(said, dict):
                    return Answer(body=said, seconds=time.monotonic() - started)
                tried = connection
            left = self._ack_seconds - (time.monotonic() - started)
        return Answer(error="operation_timeout", seconds=time.monotonic() - started)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, as Slack does every few hours.

        After `warning` the connections go on for a while, after any other reason nothing more is sent over them.
        """
        for connection in list(self.connections):
            connection.leaving = reason != "warning"
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await connection.send(_disconnect(reason))

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.close()

    async def _keep(self, connection: Connection) -> None:
        self.connections.append(connection)
        try:
            await connection.send(_hello(len(self.connections)))
            self._changed()
            await connection.listen()
        finally:
            self.connections.remove(connection)
            connection.lost()
            self._changed()

    def _ready(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.leaving]

    def _next(self, but: Connection | None) -> Connection | None:
        ready = [connection for connection in self._ready() if connection is not but]
        self._turn += 1
        return ready[self._turn % len(ready)] if ready else None


def _envelope(kind: Kind, payload: Mapping[str, Any], attempt: Attempt) -> Json:
    envelope: Json = {
        "envelope_id": secrets.token_hex(16),
        "type": str(kind),
        "payload": dict(payload),
        "accepts_response_payload": kind is not Kind.EVENT,
    }
    if kind is Kind.EVENT:
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return envelope


def _hello(count: int) -> Json:
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": {"host": "sandbox", "approximate_connection_time": APPROXIMATE_SECONDS},
        "connection_info": {"app_id": APP_ID},
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
