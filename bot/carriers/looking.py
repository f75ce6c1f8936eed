"""Carrying looks at listings: one request, what it says, and what the desk makes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from bot.desk import Desk, looking
from bot.looking import Look, Terms
from bot.looking.judging import judged
from bot.model import Delivery, Listing


class Pages(Protocol):
    """Where listings' pages are seen."""

    async def look(self, listing: Listing, terms: Terms) -> Look:
        """Look once. Trouble is in the answer."""


@dataclass(frozen=True, kw_only=True)
class Looking:
    """Looks at listings that are said to be gone; None where no marketplace is to be looked at."""

    desk: Desk
    pages: Pages | None

    async def look(self, delivery: Delivery) -> None:
        """Look at a listing, if that is still wanted. Switched off meanwhile, nothing is asked and nothing said."""
        notice = await self.desk.store.notice(delivery.subject)
        if notice is None or self.pages is None or not looking.wanted(self.desk, notice):
            await self.desk.store.save(settles=delivery)
            return
        terms = self.desk.looks[notice.listing.marketplace]
        seen = await self.pages.look(notice.listing, terms)
        # In a thread: a page is up to a megabyte of somebody else's making, and others wait for answers.
        said = await asyncio.to_thread(judged, seen, notice.listing.listing_id, terms)
        await looking.looked(self.desk, delivery, said)
