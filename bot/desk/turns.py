"""Turns: what one person does at once, done one after the other where each counts those before it."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock a person, for as long as somebody holds it or waits for it. Within one process: between two of them the
    version of what is saved decides, and whoever was second tries again."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, user_id: str) -> asyncio.Lock:
        return self._locks.setdefault(user_id, asyncio.Lock())
