"""What stands before several web processes: each connection goes to one that takes it, in turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Self

_PIECE = 65_536


class Balancer:
    """Listens for the length of `async with`, at `port`. It repeats nothing: a connection that breaks is broken."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            there = await self._next()
            if there is not None:
                await asyncio.gather(_piped(reader, there[1]), _piped(there[0], writer))
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.close()
            self._open.discard(task)

    async def _next(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The next process that takes a connection; None when none does."""
        for _ in self._ports:
            self._ports.append(self._ports.pop(0))
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self._ports[-1])
        return None


async def _piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends, and then for both."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
