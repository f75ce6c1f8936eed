"""From the desk file's tables to marketplaces."""

from __future__ import annotations

import httpx

from bot.marketplaces.opening import configured_sites, open_marketplaces
from bot.marketplaces.rest import RestTable
from bot.model import Violation
from tests.vendors import opening

TABLE = {
    "key": "acme",
    "adapter": "rest",
    "name": "Acme Market",
    "base_url": "https://api.acme.example/v1",
    "token_env": "ACME_TOKEN",
    "token": "a-token",
    "hosts": ["acme.example"],
    "listing_pattern": "/item/(?P<listing>[0-9]+)",
}


def table(**changes: object) -> RestTable:
    return RestTable.model_validate(TABLE | changes)


async def test_a_marketplace_is_opened_with_what_the_desk_file_says() -> None:
    tables = [
        table(poll_seconds=7, requests_per_second=2, violations=["trademark"]),
        table(key="bazaar", name="Bazaar"),
    ]
    async with httpx.AsyncClient() as client:
        opened = open_marketplaces(tables, opening(client))
    assert list(opened) == ["acme", "bazaar"]
    acme = opened["acme"]
    assert (acme.key, acme.name) == ("acme", "Acme Market")
    assert (acme.capabilities.poll_seconds, acme.capabilities.requests_per_second) == (7, 2)
    assert acme.capabilities.violations == {Violation.TRADEMARK}
    assert acme.capabilities.read_back
    assert acme.capabilities.withdraw
    assert [site.key for site in configured_sites(tables)] == ["acme", "bazaar"]
