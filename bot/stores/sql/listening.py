"""How processes on one PostgreSQL tell each other that something may be due, or was changed.

Losing a word costs a poll, and nothing else. What is said goes over a connection of its own: told within a save it
would make all saves wait for each other. Source: PostgreSQL, `PreCommit_Notify` takes a lock that it holds to the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import structlog

from bot.stores.sql.engine import BROKEN
from bot.stores.sql.statements import CHANNEL

log = structlog.get_logger(__name__)

APART = 0.05
"""Seconds between two words to others: twenty a second, whatever is saved."""
BEAT = 1.0
"""Seconds between two looks whether the connection still is one."""
_STIR = "due"


class Listening:
    """Of a store that one process has; it hears only itself."""

    def __init__(self) -> None:
        self.holder = secrets.token_hex(8)
        self._stirred = asyncio.Event()

    def hears(self) -> bool:
        """Whether what others change reaches us."""
        return True

    def words(self, kinds: Sequence[str]) -> str:
        """What is told of a change: by whom, and of which kinds."""
        return f"{self.holder} {' '.join(kinds)}"

    def stir(self, kinds: Sequence[str] = ()) -> None:
        """Something was put in that may be due, or these kinds were changed."""
        self._stirred.set()

    async def stirred(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it may lose that we were cancelled.
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        self._stirred.clear()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class ListeningToOthers(Listening):
    """Of a store that several processes have. `changed` is called with the kinds that another one changed."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        super().__init__()
        self._connect = connect
        self._changed: Callable[[Sequence[str] | None], None] = lambda _: None
        self._untold = asyncio.Event()
        self._kinds: set[str] = set()
        self._heard = 0.0
        self._task: asyncio.Task[None] | None = None

    def tell(self, changed: Callable[[Sequence[str] | None], None]) -> None:
        """Whom to tell which kinds others changed; None where that is not known."""
        self._changed = changed

    def hears(self) -> bool:
        return time.monotonic() - self._heard < 2 * BEAT

    def stir(self, kinds: Sequence[str] = ()) -> None:
        super().stir(kinds)
        self._kinds |= set(kinds)
        self._untold.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="store listener")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        quiet = False
        while True:
            try:
                await self._listen()
            except (TimeoutError, asyncpg.PostgresError, *BROKEN) as error:
                if not quiet:
                    log.warning("store.listener_lost", error=type(error).__name__)
                quiet = True
            else:
                quiet = False
            self._heard = 0.0
            await asyncio.sleep(BEAT)

    async def _listen(self) -> None:
        connection = await self._connect()
        try:
            await connection.add_listener(CHANNEL, self._hear)
            # Until now nobody told us anything.
            self._changed(None)
            self._heard = time.monotonic()
            self._stirred.set()
            while not connection.is_closed():
                await self._beat(connection)
        finally:
            connection.terminate()

    async def _beat(self, connection: Any) -> None:
        """Tell others what is untold, or look whether they still could tell us."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT):
                await self._untold.wait()
        if self._untold.is_set():
            self._untold.clear()
            kinds, self._kinds = sorted(self._kinds), set()
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, self.words([_STIR, *kinds]), timeout=BEAT)
            await asyncio.sleep(APART)
        else:
            await connection.execute("SELECT 1", timeout=BEAT)
        self._heard = time.monotonic()

    def _hear(self, _connection: Any, _pid: int, _channel: str, said: str) -> None:
        holder, *kinds = said.split()
        if holder == self.holder:
            return
        self._changed(kinds)
        self._stirred.set()
