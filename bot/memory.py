"""What somebody else told us, kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Answers by key, at most `lasts` seconds old; who asks while a question is on its way waits for the same answer.

    Failures are not kept. `clock` counts seconds and never goes back.
    """

    def __init__(
        self, ask: Callable[[str], Awaitable[Value]], lasts: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._lasts = lasts
        self._clock = clock
        self._answers: dict[str, tuple[float, Value]] = {}
        self._asking: dict[str, asyncio.Task[Value]] = {}

    async def get(self, key: str) -> Value:
        """Raises whatever asking raises."""
        known = self._answers.get(key)
        if known is not None and self._clock() - known[0] < self._lasts:
            return known[1]
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._asked(key))
            asking.add_done_callback(lambda done: self._settle(key, done))
        return await asyncio.shield(asking)  # who gives up waiting does not take the answer from the others

    async def _asked(self, key: str) -> Value:
        began = self._clock()  # the answer may be as old as the question
        answer = await self._ask(key)
        self._answers[key] = (began, answer)
        return answer

    def _settle(self, key: str, done: asyncio.Task[Value]) -> None:
        del self._asking[key]
        if not done.cancelled():
            done.exception()  # somebody has seen it, or nobody waits any more
