"""The vendors that the marketplace contract is held against: one scene an adapter.

A scene is a pretend vendor on a real socket, written from the vendor's own documents, and the adapter before it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.marketplaces.http import new_client
from bot.marketplaces.opening import MARKETPLACES
from bot.model import Status
from bot.sandbox.marketplace import PretendMarketplace
from bot.sandbox.serving import running
from tests import make
from tests.contracts.scene import TOKEN, Opens, Scene
from tests.contracts.scene_cloudflare import cloudflare_scene
from tests.contracts.scene_ebay import ebay_scene
from tests.contracts.scene_email import email_scene
from tests.contracts.scene_mercadolibre import mercadolibre_scene
from tests.contracts.scene_netcraft import netcraft_scene
from tests.vendors import HandClock, opening

__all__ = ["SCENES", "TOKEN", "Opens", "Scene"]


@asynccontextmanager
async def rest_scene(**changes: Any) -> AsyncIterator[Scene]:
    clock = HandClock()
    theirs = PretendMarketplace(key="acme", name="Acme Market", token=TOKEN, clock=clock, slow_seconds=0.3)
    async with running(theirs.app) as address, new_client() as client:
        table = MARKETPLACES["rest"].table.model_validate(
            {
                "key": "acme",
                "adapter": "rest",
                "name": "Acme Market",
                "base_url": address,
                "token_env": "ACME_TOKEN",
                "token": TOKEN,
                "hosts": ["acme.example"],
                "listing_pattern": "/item/(?P<listing>[0-9]+)",
                "requests_per_second": 500,
                "timeout_seconds": 1,
            }
            | changes
        )
        yield Scene(
            theirs=theirs,
            ours=MARKETPLACES["rest"].opened(table, opening(client, clock)),
            clock=clock,
            notice=lambda number, **more: make.notice(f"TD-{number}", **more),
            known_as=lambda notice: notice.id,
            unwelcome=Status.DUPLICATE,
        )


SCENES: Mapping[str, Opens] = {
    "cloudflare": cloudflare_scene,
    "ebay": ebay_scene,
    "email": email_scene,
    "mercadolibre": mercadolibre_scene,
    "netcraft": netcraft_scene,
    "rest": rest_scene,
}
