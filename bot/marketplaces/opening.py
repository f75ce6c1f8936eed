"""From the desk file to marketplaces that can be spoken to. A new adapter is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.listings import SITES, Site, configured_site
from bot.looking import Terms
from bot.marketplaces import Marketplace
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.cloudflare import CLOUDFLARE
from bot.marketplaces.ebay import EBAY
from bot.marketplaces.email import EMAIL
from bot.marketplaces.mercadolibre import MERCADOLIBRE
from bot.marketplaces.netcraft import NETCRAFT
from bot.marketplaces.portal import PORTAL
from bot.marketplaces.rest import REST
from config.desk_tables import MarketplaceTable

MARKETPLACES: Mapping[str, Adapter] = {
    "cloudflare": CLOUDFLARE,
    "ebay": EBAY,
    "email": EMAIL,
    "mercadolibre": MERCADOLIBRE,
    "netcraft": NETCRAFT,
    "portal": PORTAL,
    "rest": REST,
}


def configured_sites(tables: Iterable[MarketplaceTable]) -> tuple[Site, ...]:
    """The sites whose addresses the desk file describes; the others are built in, or have none of their own."""
    return tuple(
        configured_site(table.key, table.hosts, table.listing_pattern, table.seller_pattern)
        for table in tables
        if table.hosts and table.listing_pattern
    )


def open_marketplaces(tables: Iterable[MarketplaceTable], opening: Opening) -> dict[str, Marketplace]:
    """The marketplaces by key, each with its own pace and credentials. Nothing is called yet."""
    return {table.key: MARKETPLACES[table.adapter].opened(table, opening) for table in tables}


def terms_of(tables: Iterable[MarketplaceTable]) -> dict[str, Terms]:
    """Where a listing that is said to be gone is looked at again, by key: the marketplaces that ask for it."""
    return {
        table.key: Terms(
            hosts=table.hosts or next((site.hosts for site in SITES if site.key == table.key), ()),
            gone_words=table.gone_words,
            there_words=table.there_words,
        )
        for table in tables
        if table.look_again
    }
