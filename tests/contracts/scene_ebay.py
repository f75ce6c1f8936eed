"""eBay: reports of a member of its VeRO programme. It files twice what is sent twice, so that it is looked up first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.marketplaces.ebay import EBAY, Ebay
from bot.marketplaces.http import Client, new_client
from bot.model import Clock, Listing, Notice, Status
from bot.sandbox.serving import running
from bot.sandbox.vendors.ebay import PretendEbay
from tests import make
from tests.contracts.scene import Scene
from tests.vendors import HandClock, MemoryVault, opening

CLIENT, SECRET, REFRESH = "Acme-Takedown-PRD-1", "PRD-a-secret-nobody-knows", "v^1.1#a-refresh-token-nobody-knows"
TABLE = {
    "key": "ebay",
    "adapter": "ebay",
    "name": "eBay",
    "client_id": CLIENT,
    "client_secret_env": "EBAY_CLIENT_SECRET",
    "client_secret": SECRET,
    "refresh_token_env": "EBAY_REFRESH_TOKEN",
    "refresh_token": REFRESH,
    "requests_per_second": 500,
    "timeout_seconds": 1,
}


@dataclass(kw_only=True)
class EbayScene(Scene):
    """With both sides by their own types, for what only they can do."""

    theirs: PretendEbay
    ours: Ebay


def listing(number: int, ending: str = "com") -> Listing:
    """An offer on one of eBay's sites."""
    address = f"https://www.ebay.{ending}/itm/{285412345000 + number}"
    return Listing(marketplace="ebay", listing_id=str(285412345000 + number), url=address, canonical=address)


def connected(client: Client, address: str, clock: Clock, vault: MemoryVault, **changes: Any) -> Ebay:
    """Our side, as a process opens it."""
    there = {"base_url": f"{address}/commerce/vero/v2", "token_url": f"{address}/identity/v1/oauth2/token"}
    opened = EBAY.opened(EBAY.table.model_validate(TABLE | there | changes), opening(client, clock, vault))
    assert isinstance(opened, Ebay)
    return opened


@asynccontextmanager
async def ebay_scene(**changes: Any) -> AsyncIterator[EbayScene]:
    """After the first call, which gave it a token and the reason codes. What is filed was asked for ten minutes ago."""
    clock, vault = HandClock(), MemoryVault()
    theirs = PretendEbay(clock=clock, client_id=CLIENT, client_secret=SECRET, refresh_token=REFRESH, slow_seconds=0.3)

    def notice(number: int, **more: Any) -> Notice:
        before = clock() - timedelta(minutes=10)
        # eBay's own site sells in the United States, where a mark of the EU alone would not hold.
        right = make.right(jurisdictions=("US", "EU"))
        return make.notice(f"TD-{number}", **{"listing": listing(number), "right": right, "at": before, **more})

    async with running(theirs.app) as address, new_client() as client:
        ours = connected(client, address, clock, vault, **changes)
        await ours.probe()
        theirs.log.clear()
        yield EbayScene(
            theirs=theirs,
            ours=ours,
            clock=clock,
            notice=notice,
            known_as=lambda notice: notice.listing.listing_id,
            removed=Status.GONE,
            renews=True,
            decides_after=60,
            secrets=(SECRET, REFRESH),
            vault=vault,
        )
