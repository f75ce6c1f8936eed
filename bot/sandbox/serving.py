"""Serving an ASGI app inside the running event loop, on a free port, with a way to cut a connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

CUT = "takedown.cut"
"""The scope extension that cuts the connection under a request; see `cut`."""
_GRACE = 0.5


@contextlib.asynccontextmanager
async def running(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve `app` for the length of the block; gives its address, without a closing slash.

    Port 0 takes a free one. Requests still under way after half a second of leaving are cut off.

    Raises:
        OSError: the port is taken.
    """
    listening = socket.create_server((host, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only for sockets it made itself
    interruptible = _Interruptible(app)
    server = _Server(
        uvicorn.Config(interruptible, http=_Connection, log_config=None, log_level="warning", access_log=False)
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="sandbox server")
    try:
        await server.ready(serving)
        yield f"http://{host}:{listening.getsockname()[1]}"
    finally:
        await server.stop(serving, interruptible)
        listening.close()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


async def cut(scope: Scope) -> None:
    """Drop the connection under this request at once; the peer sees it reset. Send nothing afterwards."""
    scope["extensions"][CUT]["abort"]()
    await asyncio.sleep(0)  # lets uvicorn notice, so that it does not answer for us


class _Connection(H11Protocol):
    """One HTTP connection, whose requests may ask for it to be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[CUT] = {"abort": transport.abort}
            await app(scope, receive, send)

        self.app = with_cut


class _Interruptible:
    """Runs each request as a task of its own, so that leaving can end a request that would hang."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._requests: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request = asyncio.ensure_future(self._app(scope, receive, send))
        self._requests.add(request)
        try:
            await asyncio.wait({request})
            if not request.cancelled():
                request.result()
        finally:
            self._requests.discard(request)
            request.cancel()

    def interrupt(self) -> None:
        for request in self._requests:
            request.cancel()


class _Server(uvicorn.Server):
    """A server among others in one loop: signals are the process's business, not its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        counter = 0
        while not self._leaving.is_set():
            await self.on_tick(counter)
            counter += 10  # a multiple of ten renews the Date header
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), timeout=1)

    async def ready(self, serving: asyncio.Task[None]) -> None:
        while not self.started:
            if serving.done():
                serving.result()
                raise RuntimeError("The server stopped before it was ready.")
            await asyncio.sleep(0.005)

    async def stop(self, serving: asyncio.Task[None], requests: _Interruptible) -> None:
        self.should_exit = True
        self._leaving.set()
        done, _ = await asyncio.wait({serving}, timeout=_GRACE)
        if not done:
            for connection in list(self.server_state.connections):
                _abort(connection)
            await asyncio.sleep(0)
            requests.interrupt()
            await asyncio.wait({serving}, timeout=_GRACE)
        self.force_exit = True
        await serving


def _abort(connection: Any) -> None:
    transport = connection.transport
    if transport is not None:
        transport.abort()
