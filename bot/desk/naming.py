"""Who the seller of a listing may be: as somebody typed it, as the address says, as earlier notices of it say."""

from __future__ import annotations

from dataclasses import replace

from bot.desk import Desk
from bot.errors import Invalid
from bot.listings import read_listing
from bot.model import Listing, Seller, seller_key


async def known(desk: Desk, listing: Listing) -> Seller | None:
    """The seller that an earlier notice of the listing names."""
    return next(iter(await _ever_known(desk, listing)), None)


async def with_name(desk: Desk, seller: Seller, marketplace: str) -> Seller:
    """The seller with the name that the newest notice against them has, if any has one."""
    key = seller_key(marketplace, seller.seller_id)
    names = (await desk.store.names([key])).get(key)
    return replace(seller, name=names[0]) if names else seller


def in_the_address(desk: Desk, listing: Listing) -> Seller | None:
    try:
        return read_listing(listing.url, desk.sites).seller
    except Invalid:  # a page of a shop of its own
        return None


async def candidates(desk: Desk, listing: Listing, said: Seller | None) -> tuple[Seller, ...]:
    """Everybody who may be the seller: whoever is `said` to be it, and all whom anything here names besides.

    What somebody types does not make the others go away.
    """
    found = (said, in_the_address(desk, listing), *await _ever_known(desk, listing))
    once = {one.seller_id: one for one in reversed(found) if one is not None}
    named = [one if one.name else await with_name(desk, one, listing.marketplace) for one in once.values()]
    return tuple(reversed(named))


async def _ever_known(desk: Desk, listing: Listing) -> tuple[Seller, ...]:
    """Whom the notices of the listing name, the newest first."""
    earlier = await desk.store.of_listing(listing.marketplace, listing.listing_id)
    return tuple(notice.seller for notice in reversed(earlier) if notice.seller is not None)
