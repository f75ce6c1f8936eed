"""Calls to a marketplace: counted, and not made at all while it is left alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.desk import Desk, circuits
from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable, Unsupported
from bot.marketplaces import Marketplace, Result
from bot.model import Notice
from bot.retries import Deferred

Said = TypeVar("Said")
REFUSALS = (Declined, NotAuthorised, Unsupported)
"""What is no use repeating as it is."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Every call a carrier makes goes through here."""

    desk: Desk

    async def make(self, marketplace: Marketplace, call: Callable[[], Awaitable[Said]]) -> Said:
        """Make the call.

        Raises:
            Deferred: the marketplace is left alone just now; nothing was sent.
            MarketplaceError: as the call.
        """
        await self.allow(marketplace)
        try:
            said = await call()
        except MarketplaceError as error:
            await circuits.failed(self.desk, marketplace, error)
            raise
        await circuits.answered(self.desk, marketplace)
        return said

    async def submit(self, marketplace: Marketplace, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File notices in one call; what became of each. One that they say nothing of may have arrived.

        Ask `allow` first: before it is on disk that they are on their way.
        """
        try:
            found = await marketplace.submit(notices)
        except MarketplaceError as error:
            found = {notice.id: error for notice in notices}
        trouble = (one for one in found.values() if isinstance(one, Unavailable | OutcomeUnknown | NotAuthorised))
        worst = next(trouble, None)
        if worst is None:
            await circuits.answered(self.desk, marketplace)
        else:
            await circuits.failed(self.desk, marketplace, worst)
        silent = OutcomeUnknown(marketplace.name, "They answered, and said nothing of this notice.")
        return {notice.id: found.get(notice.id, silent) for notice in notices}

    async def allow(self, marketplace: Marketplace) -> None:
        """Raises: Deferred: the marketplace is left alone just now."""
        seconds = await circuits.wait(self.desk, marketplace.key)
        if seconds:
            raise Deferred(seconds, f"{marketplace.name} is left alone for a while")


def in_words(refusal: MarketplaceError) -> str:
    """Their words; with what to do about it where it is about us and not about the notice."""
    if isinstance(refusal, NotAuthorised):
        return f"they refuse our access token ({refusal.detail}); an admin has to look at it"
    return refusal.detail
