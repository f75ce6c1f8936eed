"""What is sent to eBay: the entries of a report, and how they are put into packets. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.marketplaces.ebay_contract import BRAND_LIMIT, IMPORT, PATENT, SITES, Names
from bot.marketplaces.ebay_reasons import Chosen, countries, patent
from bot.model import Notice, RightKind


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a desk says with every report; `message`, to a seller for whom nobody wrote one."""

    brand: str = ""
    message: str = ""
    copy: bool = True
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice of a packet, as it goes over the wire."""

    notice: Notice
    payload: Mapping[str, Any]

    @property
    def item(self) -> str:
        return self.notice.listing.listing_id


def site_of(address: str) -> str:
    """The eBay site of an address, `EBAY_DE`; empty when it is none. Its listings may be reachable on others too."""
    host = (urlsplit(address).hostname or "").casefold()
    return SITES.get(host.partition("ebay.")[2], "") if re.match(r"(?:[a-z0-9-]+\.)*ebay\.", host) else ""


def to_item(notice: Notice, code: str, terms: Terms, names: Names) -> dict[str, Any]:
    """One entry of a report. Pure: the same notice is always the same entry. A title too long for a brand is left out.

    They take neither the registration, nor the seller, nor a signature: those they know from the VeRO membership.
    """
    payload: dict[str, Any] = {
        names.item: notice.listing.listing_id,
        names.reason: code,
        names.copy: terms.copy,
    }
    if notice.statement.strip():
        payload[names.details] = notice.statement
    brand = terms.brand or (notice.right.title if notice.right.kind is RightKind.TRADEMARK else "")
    if 0 < len(brand) <= BRAND_LIMIT:
        payload[names.brand] = brand
    if message := notice.message_to_seller or terms.message:
        payload[names.message] = message
    if code == PATENT:
        payload[names.patent] = patent(notice.right)
    if code == IMPORT:
        payload[names.countries] = list(countries(notice.right))
    return payload


def packets(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries in as few packets as it takes for no listing to be twice in one."""
    made: list[dict[str, Entry]] = []
    for entry in entries:
        room = next((one for one in made if entry.item not in one), None)
        if room is None:
            made.append(room := {})
        room[entry.item] = entry
    return [list(one.values()) for one in made]
