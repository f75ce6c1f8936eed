"""A store whose calls are timed, counted and, where traces are kept, traced. It promises what the one inside does."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from bot.observe import tracing
from bot.observe.acts import asked_store
from bot.observe.metrics import STORE
from bot.stores import Store

_NOT_TIMED = frozenset({"close", "stirred"})
"""What waits by its nature: for everything to be written, or for something to happen."""


def watched(store: Store) -> Store:
    """The store, watched: about a microsecond and a half a call."""
    return cast(Store, _Watched(store))


class _Watched:
    def __init__(self, store: Store) -> None:
        self._store = store
        for name, promised in inspect.getmembers(Store, inspect.iscoroutinefunction):
            if not name.startswith("_") and name not in _NOT_TIMED:
                setattr(self, name, _timed(promised.__name__, getattr(store, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def _timed(method: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    took = STORE.labels(method=method).observe
    clock = time.perf_counter

    async def timed(*args: Any, **named: Any) -> Any:
        started = clock()
        failed: BaseException | None = None
        try:
            if tracing.on():
                with tracing.span(f"store {method}", method=method):
                    return await call(*args, **named)
            return await call(*args, **named)
        except BaseException as error:
            failed = error
            raise
        finally:
            seconds = clock() - started
            took(seconds)
            asked_store(method, seconds, failed)

    return timed
