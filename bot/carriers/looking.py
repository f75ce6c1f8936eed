"""Carrying looks at listings: one request, what it says, and what the desk makes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.desk import Desk, looking
from bot.looking import Judgement, Look, Sight, Terms
from bot.looking.judging import judged
from bot.model import Delivery, Listing

log = structlog.get_logger(__name__)


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
        await looking.looked(self.desk, delivery, await _judged(seen, notice.listing.listing_id, terms))


async def _judged(seen: Look, listing_id: str, terms: Terms) -> Judgement:
    """In a thread: a page is up to a megabyte of somebody else's making, and others wait for answers."""
    try:
        return await asyncio.to_thread(judged, seen, listing_id, terms)
    except Exception as error:
        # A page must not be able to make a look that is repeated for ever.
        log.exception("look.cannot_be_judged", address=seen.address, error=type(error).__name__)
        return Judgement(sight=Sight.UNSURE, words="it cannot be told, I could not read the page", status=seen.status)
