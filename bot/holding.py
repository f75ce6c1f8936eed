"""Lanes that this process holds, so that one worker alone speaks to a marketplace, and in a channel in order."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import StoreError
from bot.model import Clock

log = structlog.get_logger(__name__)

HOLD = timedelta(seconds=30)
"""How long a lane is held without being taken anew: what a worker that was killed keeps others from it."""
ELSEWHERE = 1.0
"""Real seconds until a lane that another worker has is asked for again."""
_LOOK = 1.0
"""Real seconds between looks whether what is being carried still needs its lane held anew."""
_SHORT = 1.0
"""Real seconds of a rest that are waited for; a longer one ends by asking again."""
_TOGETHER = {"watch": "marketplace", "replies": "slack"}
"""Lanes that speak to the same marketplace, or in the same channel, are held as one."""


def held_as(lane: str) -> str:
    """The lane that is held for this one."""
    kind, colon, key = lane.partition(":")
    return f"{_TOGETHER.get(kind, kind)}{colon}{key}"


def new_holder() -> str:
    """A name that no other process has, nor this one once it was started again."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Lanes(Protocol):
    """What of a `bot.stores.Store` is about lanes."""

    @property
    def shared(self) -> bool: ...

    async def hold_lane(self, lane: str, holder: str, now: datetime, lease: timedelta) -> bool: ...

    async def release_lanes(self, holder: str) -> None: ...


class Holding:
    """Where a store is not shared, everything is held already."""

    def __init__(self, store: Lanes, clock: Clock, holder: str = "") -> None:
        self._store = store
        self._clock = clock
        self._holder = holder or new_holder()
        self._until: dict[str, datetime] = {}
        self._elsewhere: dict[str, float] = {}
        self._rests: dict[str, float] = {}

    def elsewhere(self, lane: str) -> bool:
        """Whether another worker had it a moment ago."""
        return time.monotonic() < self._elsewhere.get(held_as(lane), 0)

    async def take(self, lane: str, *, rest: float = 0) -> bool:
        """Take a lane, or keep it; False while another worker has it.

        Whoever had it before may have called a marketplace just now: it is False, too, until `rest` seconds after it
        came to us. A short rest is waited for.

        Raises:
            StoreError: nobody can tell.
        """
        if not self._store.shared:
            return True
        key = held_as(lane)
        if self.elsewhere(lane) or not await self._hold(key, rest):
            return False
        return time.monotonic() >= self._rests.get(key, 0)

    async def keep(self, lane: str) -> None:
        """Keep a lane while something is carried in it, until cancelled, or until it is another's."""
        while self._store.shared:
            await asyncio.sleep(_LOOK)
            try:
                if not await self._hold(held_as(lane), 0):
                    return
            except StoreError as error:
                log.error("lane.store", lane=lane, error=str(error))

    async def release(self) -> None:
        """Let go of all of them. A store that does not answer lets go of them by itself, after a while."""
        self._until.clear()
        try:
            await self._store.release_lanes(self._holder)
        except StoreError as error:
            log.error("lanes.not_released", error=str(error))

    async def _hold(self, key: str, rest: float) -> bool:
        """Hold it, asking the store only where the time it was held for runs out."""
        now, until = self._clock(), self._until.get(key)
        if until is not None and now < until - HOLD * 2 / 3:
            return True
        if not await self._store.hold_lane(key, self._holder, now, HOLD):
            self._until.pop(key, None)
            self._elsewhere[key] = time.monotonic() + ELSEWHERE
            return False
        self._until[key] = now + HOLD
        self._elsewhere.pop(key, None)
        if until is None or until <= now:
            self._rests[key] = time.monotonic() + rest
            await asyncio.sleep(min(rest, _SHORT))
        return True
