"""Cloudflare: a report about pages of one host, whose outcome is that they passed it on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.marketplaces.cloudflare import CLOUDFLARE
from bot.marketplaces.http import new_client
from bot.model import Notice, Status
from bot.sandbox.serving import running
from bot.sandbox.vendors.cloudflare import PretendCloudflare
from tests import make
from tests.contracts.scene import TOKEN, Scene, shop_page
from tests.vendors import HandClock, opening

ACCOUNT = "0123456789abcdef0123456789abcdef"
TABLE = {
    "key": "cloudflare",
    "adapter": "cloudflare",
    "name": "Cloudflare",
    "account_id": ACCOUNT,
    "token_env": "CLOUDFLARE_TOKEN",
    "token": TOKEN,
    "email": "brand@acme.example",
    "company": "Acme Brands B.V.",
    "address1": "Keizersgracht 1",
    "city": "Amsterdam",
    "state": "Noord-Holland",
    "country": "NL",
    "requests_per_second": 500,
    "timeout_seconds": 1,
}
page = partial(shop_page, "cloudflare")


@dataclass(kw_only=True)
class CloudflareScene(Scene):
    """With the vendor by its own type, for what only it can do."""

    theirs: PretendCloudflare


def notice(number: int, **changes: Any) -> Notice:
    return make.notice(f"TD-{number}", **{"listing": page(number), **changes})


@asynccontextmanager
async def cloudflare_scene(**changes: Any) -> AsyncIterator[CloudflareScene]:
    clock = HandClock()
    theirs = PretendCloudflare(account=ACCOUNT, token=TOKEN, clock=clock, slow_seconds=0.3)
    async with running(theirs.app) as address, new_client() as client:
        table = CLOUDFLARE.table.model_validate(TABLE | {"base_url": address} | changes)
        yield CloudflareScene(
            theirs=theirs,
            ours=CLOUDFLARE.opened(table, opening(client, clock)),
            clock=clock,
            notice=notice,
            known_as=lambda notice: notice.listing.canonical,
            removed=Status.IN_REVIEW,
            decides_after=60,
            unwelcome=Status.DUPLICATE,
        )
