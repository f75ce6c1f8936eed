"""Answers kept for a short while, so that many who ask the same make one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.errors import MarketplaceError
from bot.model import Clock

T = TypeVar("T")

FAILURE = timedelta(seconds=5)
"""How long a failure is kept: those who waited for the same answer do not ask again one after the other."""


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    until: datetime
    answer: T | MarketplaceError


@dataclass(kw_only=True)
class Memo(Generic[T]):
    """Keeps an answer for `lasts` by the clock. Whoever asks for the same meanwhile waits for the one call."""

    clock: Clock
    lasts: timedelta
    _kept: dict[str, _Kept[T]] = field(default_factory=dict, repr=False)
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict, repr=False)

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer, from memory or from `ask`.

        Raises:
            MarketplaceError: `ask` failed, just now or a few seconds ago.
        """
        async with self._turns.setdefault(key, asyncio.Lock()):
            kept = self._kept.get(key)
            if kept is None or kept.until <= self.clock():
                kept = await self._asked(ask)
                self._forget_old()
                self._kept[key] = kept
        if isinstance(kept.answer, MarketplaceError):
            raise kept.answer.with_traceback(None)
        return kept.answer

    async def anew(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer from `ask`, whatever is in memory."""
        self._kept.pop(key, None)
        return await self.get(key, ask)

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> _Kept[T]:
        try:
            return _Kept(self.clock() + self.lasts, await ask())
        except MarketplaceError as error:
            return _Kept(self.clock() + min(FAILURE, self.lasts), error)

    def _forget_old(self) -> None:
        now = self.clock()
        for key in [key for key, kept in self._kept.items() if kept.until <= now]:
            del self._kept[key]
        for key in [key for key, turn in self._turns.items() if key not in self._kept and not turn.locked()]:
            del self._turns[key]
