"""Circuits: a marketplace that fails again and again is left alone for a while, and the admins are told once."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.desk import Desk
from bot.desk.announcing import to_admins
from bot.errors import Conflict, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Marketplace
from bot.model import AnnouncementKind, Circuit, Grant, Record

log = structlog.get_logger(__name__)

OPENS_AFTER = 5
"""Failures in a row."""
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)
QUIET = timedelta(hours=1)
"""A marketplace that comes and goes is told of no more often."""
_TRIES = 5


async def answered(desk: Desk, marketplace: Marketplace) -> None:
    """They answered, whatever they said."""
    await _change(desk, marketplace, lambda had, now: _closed(desk, marketplace, had, now))


async def failed(desk: Desk, marketplace: Marketplace, error: MarketplaceError) -> None:
    """They did not answer, asked for patience, or refuse our credentials; other refusals are answers."""
    if isinstance(error, Unavailable) and error.retry_after is not None and error.status is None:
        return  # an adapter asks for patience with one notice; they said nothing of others
    if error.counted:
        return  # several notices shared one call
    error.counted = True
    puzzled = isinstance(error, OutcomeUnknown) and error.status is not None and error.status < 500
    if isinstance(error, Unavailable | OutcomeUnknown | NotAuthorised) and not puzzled:
        await _change(desk, marketplace, lambda had, now: _opened(desk, marketplace, had, error, now))
    else:
        await answered(desk, marketplace)


async def wait(desk: Desk, key: str) -> float:
    """Seconds that the marketplace is left alone from now on; 0 when it may be called."""
    had = await desk.store.entry(Circuit, key)
    if had is None or had.open_until is None:
        return 0
    return max(0.0, (had.open_until - desk.now()).total_seconds())


async def try_now(desk: Desk, key: str) -> tuple[Record, ...]:
    """What to save so that a marketplace that is left alone is tried at once: a person asks for it."""
    had = await desk.store.entry(Circuit, key)
    if had is None or had.closed_at(desk.now()):
        return ()
    return (replace(had, version=had.version + 1, open_until=desk.now()),)


async def start_anew(desk: Desk) -> None:
    """Whoever starts the desk may have mended what a marketplace refused: try each at once.

    Safe to repeat: several workers that start one after the other cost each marketplace one try more.
    """
    for one in await desk.store.entries(Circuit):
        records = await try_now(desk, one.key)
        with contextlib.suppress(Conflict):  # another worker has just done it, or is calling them
            await desk.store.save(*records)


async def warn(desk: Desk) -> None:
    """Tell the admins, once a day, of access that ends soon and will not be renewed. Safe to repeat."""
    for grant in await desk.store.entries(Grant):
        if not grant.trouble:
            continue
        name = desk.marketplace_name(grant.name.partition(":")[0])
        words = f"The access to {name} ends soon, and is not renewed. {grant.trouble}"
        key = f"grant:{grant.name}:{desk.today():%Y%m%d}"
        with contextlib.suppress(Conflict):  # told already
            await desk.store.save(*await to_admins(desk, AnnouncementKind.MARKETPLACE, key, words))


async def _change(
    desk: Desk, marketplace: Marketplace, change: Callable[[Circuit, datetime], Awaitable[tuple[Record, ...]]]
) -> None:
    for _ in range(_TRIES):
        had = await desk.store.entry(Circuit, marketplace.key) or Circuit(marketplace=marketplace.key, version=0)
        records = await change(had, desk.now())
        if not records:
            return
        try:
            await desk.store.save(*records)
        except Conflict:
            continue  # calls end at once: count anew
        return
    log.warning("circuit.not_counted", marketplace=marketplace.key)


async def _closed(desk: Desk, marketplace: Marketplace, had: Circuit, now: datetime) -> tuple[Record, ...]:
    if (not had.failures and had.open_until is None) or not had.closed_at(now):
        return ()  # what answers while it is open was under way before
    after = Circuit(marketplace=had.marketplace, version=had.version + 1, spoke_at=had.spoke_at)
    if had.told_at is None:
        return (after,)
    words = f"{marketplace.name} answers again. What waited is being sent."
    key = f"marketplace:{marketplace.key}:{after.version}"
    return (after, *await to_admins(desk, AnnouncementKind.MARKETPLACE, key, words))


async def _opened(
    desk: Desk, marketplace: Marketplace, had: Circuit, error: MarketplaceError, now: datetime
) -> tuple[Record, ...]:
    because = str(error)[:500]
    patience = error.retry_after if isinstance(error, Unavailable) else None
    if patience is not None:
        # They are there, and say when to come back.
        until = max(now + timedelta(seconds=patience), had.open_until or now)
        return (replace(had, version=had.version + 1, open_until=until, because=because),)
    if not had.closed_at(now):
        return ()  # a call that was under way when it opened
    failures = had.failures + 1
    # 403 may be about one notice alone; whoever is not known at all is refused with everything.
    refused = isinstance(error, NotAuthorised) and error.status != 403
    after = replace(had, version=had.version + 1, failures=failures, because=because)
    if failures < OPENS_AFTER and not refused:
        return (after,)
    wait = LONGEST if refused else min(FIRST * 2 ** min(failures - OPENS_AFTER, 10), LONGEST)
    # Up to a tenth longer, so that several marketplaces behind one gateway are not tried at the same moment.
    until = now + wait * random.uniform(1, 1.1)  # noqa: S311 - spreads load, guards nothing
    after = replace(after, open_until=until)
    if had.told_at is not None or (had.spoke_at is not None and now - had.spoke_at < QUIET):
        return (after,)
    after = replace(after, told_at=now, spoke_at=now)
    log.warning("circuit.opened", marketplace=marketplace.key, because=because)
    words = f"{marketplace.name} {_trouble(error)} Notices wait, and are sent as soon as it answers. Last: {because}"
    key = f"marketplace:{marketplace.key}:{after.version}"
    return (after, *await to_admins(desk, AnnouncementKind.MARKETPLACE, key, words))


def _trouble(error: MarketplaceError) -> str:
    if isinstance(error, NotAuthorised):
        return "refuses our credentials; please look at them."
    return f"has failed {OPENS_AFTER} times in a row."
