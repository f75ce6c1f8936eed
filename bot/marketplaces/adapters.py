"""What an adapter is made of: its table in the desk file, how it is opened, and an example."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.errors import StoreUnavailable
from bot.marketplaces import Marketplace
from bot.marketplaces.http import Auth, Client, Wire, one_at_a_time
from bot.marketplaces.oauth import Vault
from bot.model import Clock
from config.desk_tables import MarketplaceTable

Files = Callable[[str], Awaitable[bytes]]
"""Gives the file with a SHA-256. Raises: StoreUnavailable: it is not there as it was put in."""


async def no_files(sha256: str) -> bytes:
    """Where no evidence is kept."""
    raise StoreUnavailable(f"No evidence is kept here, so {sha256} is not.")


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What every marketplace is opened with. `vault` gives one that a secret opens; `files` reads evidence."""

    client: Client
    clock: Clock
    vault: Callable[[str], Vault]
    files: Files = no_files

    def wire(self, table: MarketplaceTable, auth: Auth) -> Wire:
        """Calls at the table's pace and with its time-out."""
        return Wire(
            key=table.key,
            name=table.name,
            client=self.client,
            limiter=one_at_a_time(table.requests_per_second),
            timeout=table.timeout_seconds,
            auth=auth,
            clock=self.clock,
        )


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """An adapter: `opened(table, opening)` gives the marketplace.

    `example` is a table as people write it, with its head where the key is not the adapter's own name.
    """

    table: type[MarketplaceTable]
    opened: Callable[[Any, Opening], Marketplace]
    example: str
