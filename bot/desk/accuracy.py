"""How accurate we have been with those a notice goes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.desk import Desk
from bot.model import Gauge, GoodFaith, Tally

DAYS = 90
"""How far back it is counted where a marketplace asks for nothing, and notices are kept for as long."""


async def gauges(desk: Desk, keys: Iterable[str]) -> tuple[Gauge, ...]:
    """A gauge for each of these marketplaces, or for the account it shares with others. Asked at every preview."""
    sharing = dict.fromkeys(_sharing(desk, key) for key in keys)
    return tuple([await _gauge(desk, together) for together in sharing])


def _asks(desk: Desk, key: str) -> GoodFaith | None:
    marketplace = desk.marketplaces.get(key)
    return marketplace.capabilities.good_faith if marketplace else None


def _sharing(desk: Desk, key: str) -> tuple[str, ...]:
    """The marketplaces that are counted together with this one, and itself."""
    asks = _asks(desk, key)
    if asks is None or not asks.account:
        return (key,)
    return tuple(other for other in desk.marketplaces if _asks(desk, other) == asks)


async def _gauge(desk: Desk, keys: tuple[str, ...]) -> Gauge:
    asks = _asks(desk, keys[0])
    days = asks.days if asks else min(DAYS, desk.retention.days)
    decided = await desk.store.decided(keys, desk.today() - timedelta(days=days))
    name = asks.account if asks and asks.account else desk.marketplace_name(keys[0])
    return Gauge(name=name, tally=sum(decided.values(), Tally()), days=days, asks=asks)
