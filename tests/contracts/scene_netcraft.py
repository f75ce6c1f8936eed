"""Netcraft: forms answered in plain text, one page a takedown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.marketplaces.http import new_client
from bot.marketplaces.netcraft import NETCRAFT
from bot.model import Notice, Status
from bot.sandbox.serving import running
from bot.sandbox.vendors.netcraft import PretendNetcraft
from tests import make
from tests.contracts.scene import TOKEN, Scene, shop_page
from tests.vendors import HandClock, opening

SHOP = "counterfeit_shop"
"""A name of the pretend region's own."""
TABLE = {
    "key": "netcraft",
    "adapter": "netcraft",
    "name": "Netcraft",
    "token_env": "NETCRAFT_TOKEN",
    "token": TOKEN,
    "region": "acme",
    "brand": "Acme",
    "types": {"counterfeit": SHOP, "other": "phishing_url"},
    "tags": ["takedown-desk", "shops"],
    "requests_per_second": 500,
    "timeout_seconds": 1,
}
page = partial(shop_page, "netcraft")


@dataclass(kw_only=True)
class NetcraftScene(Scene):
    """With the vendor by its own type, for what only it can do."""

    theirs: PretendNetcraft


def notice(number: int, **changes: Any) -> Notice:
    return make.notice(f"TD-{number}", **{"listing": page(number), **changes})


@asynccontextmanager
async def netcraft_scene(**changes: Any) -> AsyncIterator[NetcraftScene]:
    clock = HandClock()
    theirs = PretendNetcraft(region="acme", token=TOKEN, types=("phishing_url", SHOP), clock=clock, slow_seconds=0.3)
    async with running(theirs.app) as address, new_client() as client:
        table = NETCRAFT.table.model_validate(TABLE | {"base_url": address} | changes)
        yield NetcraftScene(
            theirs=theirs,
            ours=NETCRAFT.opened(table, opening(client, clock)),
            clock=clock,
            notice=notice,
            known_as=lambda notice: notice.id,
            decides_after=12,
            unwelcome=Status.DUPLICATE,
            not_json=True,
        )
