from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import Misconfigured
from bot.marketplaces.opening import open_marketplaces
from bot.model import Violation
from config.desk_file import MarketplaceConfig

TABLE = {
    "key": "acme",
    "adapter": "rest",
    "name": "Acme Market",
    "base_url": "https://api.acme.example/v1",
    "token_env": "ACME_TOKEN",
    "token": SecretStr("a-token"),
    "hosts": ["acme.example"],
    "listing_pattern": "/item/(?P<listing>[0-9]+)",
}


def config(**changes: object) -> MarketplaceConfig:
    return MarketplaceConfig.model_validate(TABLE | changes)


async def test_a_marketplace_is_opened_with_what_the_desk_file_says() -> None:
    async with httpx.AsyncClient() as client:
        opened = open_marketplaces(
            [
                config(poll_seconds=7, requests_per_second=2, violations=["trademark"]),
                config(key="bazaar", name="Bazaar"),
            ],
            client,
        )
    assert list(opened) == ["acme", "bazaar"]
    acme = opened["acme"]
    assert (acme.key, acme.name) == ("acme", "Acme Market")
    assert (acme.capabilities.poll_seconds, acme.capabilities.requests_per_second) == (7, 2)
    assert acme.capabilities.violations == {Violation.TRADEMARK}
    assert acme.capabilities.read_back
    assert acme.capabilities.withdraw


async def test_an_unknown_adapter_is_refused_with_the_known_ones() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(Misconfigured, match=r"\[marketplaces\.acme\] adapter must be one of rest, not soap"):
            open_marketplaces([config(adapter="soap")], client)
