"""Mercado Libre: a member of its Brand Protection Program, whose tokens are renewed with single-use refresh tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.marketplaces.http import Client, new_client
from bot.marketplaces.mercadolibre import MERCADOLIBRE, MercadoLibre
from bot.model import Clock, Notice
from bot.sandbox.serving import running
from bot.sandbox.vendors.mercadolibre import PretendMercadoLibre
from bot.sandbox.vendors.single_use_tokens import SingleUseTokens
from tests import make
from tests.contracts.scene import Scene
from tests.vendors import HandClock, MemoryVault, opening

SECRET = "a-client-secret-nobody-knows"
CLIENT = "4934588586838432"


def pretend(clock: Clock) -> PretendMercadoLibre:
    """Their side, to which nobody is connected yet."""
    tokens = SingleUseTokens(clock=clock, client_id=CLIENT, client_secret=SECRET)
    return PretendMercadoLibre(clock=clock, tokens=tokens, slow_seconds=0.3)


def connected(
    client: Client, address: str, refresh: str, clock: Clock, vault: MemoryVault, **changes: Any
) -> MercadoLibre:
    """Our side, as a process opens it that found this refresh token in its environment."""
    table = MERCADOLIBRE.table.model_validate(
        {
            "key": "mercadolibre",
            "adapter": "mercadolibre",
            "name": "Mercado Libre",
            "client_id": CLIENT,
            "client_secret_env": "MELI_SECRET",
            "client_secret": SECRET,
            "refresh_token_env": "MELI_REFRESH",
            "refresh_token": refresh,
            "base_url": address,
            "requests_per_second": 500,
            "timeout_seconds": 1,
        }
        | changes
    )
    opened = MERCADOLIBRE.opened(table, opening(client, clock, vault))
    assert isinstance(opened, MercadoLibre)
    return opened


def notice(number: int, **changes: Any) -> Notice:
    """A notice for an item on the Brazilian site."""
    item = f"MLB{3344556000 + number}"
    return make.notice(f"TD-{number}", **{"listing": make.listing(item, marketplace="mercadolibre"), **changes})


@asynccontextmanager
async def mercadolibre_scene(**changes: Any) -> AsyncIterator[Scene]:
    """After the first call, which gave it a token and the enabled reasons."""
    clock, vault = HandClock(), MemoryVault()
    theirs = pretend(clock)
    refresh = theirs.tokens.connect()
    async with running(theirs.app) as address, new_client() as client:
        ours = connected(client, address, refresh, clock, vault, **changes)
        await ours.probe()
        theirs.log.clear()
        yield Scene(
            theirs=theirs,
            ours=ours,
            clock=clock,
            notice=notice,
            known_as=lambda notice: notice.listing.listing_id,
            renews=True,
            secrets=(SECRET, refresh, theirs.tokens.refresh),
            vault=vault,
        )
