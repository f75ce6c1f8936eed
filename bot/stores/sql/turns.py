"""Writes of one process that touch the same come one after the other, in the order of the calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager


class Turns:
    """Nobody waits in a circle: whoever comes later waits for whoever came before, and for nobody else."""

    def __init__(self) -> None:
        self._last: dict[Hashable, asyncio.Future[None]] = {}
        self._all: asyncio.Future[None] | None = None

    @asynccontextmanager
    async def of(self, keys: Iterable[Hashable]) -> AsyncIterator[None]:
        """The turn of a write that touches these."""
        mine = asyncio.get_running_loop().create_future()
        before = {self._all} if self._all else set()
        held = tuple(dict.fromkeys(keys))
        for key in held:
            if key in self._last:
                before.add(self._last[key])
            self._last[key] = mine
        try:
            for one in before:
                await asyncio.shield(one)
            yield
        finally:
            mine.set_result(None)
            for key in held:
                if self._last.get(key) is mine:
                    del self._last[key]

    @asynccontextmanager
    async def of_all(self) -> AsyncIterator[None]:
        """The turn of a write that may touch anything: all before it are done, and all after it wait."""
        mine = asyncio.get_running_loop().create_future()
        before = {*self._last.values(), *([self._all] if self._all else [])}
        self._all = mine
        try:
            for one in before:
                await asyncio.shield(one)
            yield
        finally:
            mine.set_result(None)
            if self._all is mine:
                self._all = None
