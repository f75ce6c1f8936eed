"""The stores that are moved from and to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Protocol
from urllib.parse import urlsplit

from bot.errors import InUse, Misconfigured
from bot.model import Clock, Content, Intake
from bot.shelves.opening import Keeps
from bot.stores import E, Store
from bot.stores.copies import StoreCopy, refuse_what_is_not_there
from bot.stores.opening import open_store, tiny_path


class Source(Keeps, Protocol):
    """What of a store is read to export it."""

    def everything(self) -> AsyncIterator[Content]: ...

    async def size(self) -> int: ...

    async def entries(self, kind: type[E], owner: str | None = None) -> tuple[E, ...]: ...


def is_tiny(url: str) -> bool:
    return url.startswith("tinydb:")


def named(url: str) -> str:
    """The address without user and password, fit to be shown and kept."""
    parts = urlsplit(url)
    host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    return f"{parts.scheme}://{host}{parts.path}"


@contextlib.asynccontextmanager
async def stopped_source(url: str, clock: Clock) -> AsyncIterator[Store]:
    """The store of a desk that does not run.

    Raises:
        Misconfigured: there is none, or its desk runs.
        StoreUnavailable: it is damaged, or does not answer.
    """
    if is_tiny(url):
        await asyncio.to_thread(refuse_what_is_not_there, tiny_path(url))
    try:
        store = await open_store(url, clock)
    except InUse:
        raise InUse(
            f"The desk with {named(url)} is running. Stop it first: what it files meanwhile would be lost."
        ) from None
    try:
        if at_work := await store.at_work(clock()):
            raise InUse(
                f"The desk with {named(url)} is running ({at_work}). Stop its web and worker processes first: what "
                "they file meanwhile would be lost."
            )
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def target(url: str, clock: Clock) -> AsyncIterator[Store]:
    """A store that is to be filled. Raises: as `stopped_source`."""
    store = await open_store(url, clock, unfinished=True)
    try:
        if at_work := await store.at_work(clock()):
            raise InUse(f"A desk is running with {named(url)} ({at_work}). Stop it, or name another store.")
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def readable(url: str, clock: Clock) -> AsyncIterator[Source]:
    """A store as it is at one moment, also beside a desk that runs, where the store allows that.

    Raises:
        Misconfigured: there is none, or only half of one.
        StoreUnavailable: it is damaged, or does not answer.
    """
    if not is_tiny(url):
        store = await open_store(url, clock)
        try:
            yield store
        finally:
            await store.close()
        return
    with contextlib.closing(await asyncio.to_thread(StoreCopy, tiny_path(url), clock)) as copy:
        if await copy.entries(Intake):
            raise Misconfigured(f"Into {named(url)} a copy was cut short: finish that first.")
        yield copy
