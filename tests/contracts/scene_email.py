"""The scene of the `email` adapter: an abuse desk behind a mail server that wants a log-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.marketplaces.http import new_client
from bot.marketplaces.opening import MARKETPLACES
from bot.model import Notice
from bot.sandbox.vendors.smtp import PretendMailServer
from tests import make
from tests.contracts.scene import TOKEN, Scene
from tests.vendors import HandClock, opening

USERNAME = "takedown@brand.example"
TABLE: dict[str, Any] = {
    "key": "corner",
    "adapter": "email",
    "name": "Corner Shop",
    "to": "abuse@shop.example",
    "sender": "takedown@brand.example",
    "smtp_host": "127.0.0.1",
    "security": "none",
    "username": USERNAME,
    "password_env": "SMTP_PASSWORD",
    "password": TOKEN,
    "organisation": "Acme Brands B.V.",
    "postal_address": "Keizersgracht 1, 1015 CJ Amsterdam, Netherlands",
    "phone": "+31 20 123 4567",
    "requests_per_second": 500,
    "timeout_seconds": 1,
}


@asynccontextmanager
async def email_scene(**changes: Any) -> AsyncIterator[Scene]:
    clock = HandClock()
    theirs = PretendMailServer(
        clock=clock, mailbox="abuse@shop.example", username=USERNAME, password=TOKEN, slow_seconds=0.3
    )
    async with theirs.receiving() as port, new_client() as client:
        table = MARKETPLACES["email"].table.model_validate(TABLE | {"smtp_port": port} | changes)
        yield Scene(
            theirs=theirs,
            ours=MARKETPLACES["email"].opened(table, opening(client, clock)),
            clock=clock,
            notice=_notice,
            known_as=lambda notice: notice.id,
            not_json=True,
            patience=None,
            break_takes_nothing="RFC 5321, section 4.2.1: 4yz, the command was not accepted, and the action not done",
        )


def _notice(number: int, **more: Any) -> Notice:
    listing = make.listing(str(number), marketplace=TABLE["key"])
    return make.notice(f"TD-{number}", **{"listing": listing} | more)
