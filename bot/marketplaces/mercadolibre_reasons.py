"""The reasons Mercado Libre takes a complaint for, and which of them are enabled for us.

Source: developers.mercadolivre.com.br/membros-do-programa, 2026-07-26, and developers.mercadolibre.com.co/en_us/
manage-project-apps/member-of-the-program for those that need pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.errors import Unavailable
from bot.marketplaces.http import Wire, clean
from bot.model import Clock, Violation

REASONS: Mapping[Violation, str] = {
    Violation.COUNTERFEIT: "PPPI1",
    Violation.TRADEMARK: "PPPI2",
    Violation.COPYRIGHT_IMAGE: "PPPI6",
    Violation.DESIGN: "PPPI8",
    Violation.PATENT: "PPPI9",
    Violation.COPYRIGHT: "PPPI17",
}
"""Their reason for each violation, where the desk file says nothing. There is none for parallel imports.

Copyright has a reason for each kind of work (PPPI3 software, 5 books, 11 courses, 12 games, 14 films, 15 music, 16
characters); 17 is any other.
"""
WITH_PICTURES = frozenset({"PPPI4", "PPPI6", "PPPI7", "PPPI17"})
"""Reasons for which the pictures that infringe have to be named."""
FRESH = timedelta(hours=4)
"""How long the reasons that are enabled for us are believed."""
STALE = timedelta(minutes=10)
"""How soon they are asked for again, after they were not told."""


@dataclass(kw_only=True)
class EnabledReasons:
    """The reasons that are enabled for us on each site. Kept for a while, and for longer when they do not answer."""

    wire: Wire
    denounces: str
    clock: Clock
    _kept: dict[str, tuple[datetime, Mapping[str, str]]] = field(default_factory=dict)

    async def on(self, site: str, wanted: str) -> Mapping[str, str]:
        """Their ids and descriptions; asked for anew when `wanted` is not among those that are known.

        Raises:
            MarketplaceError: they do not say, and never did.
        """
        until, known = self._kept.get(site, (None, {}))
        if until is not None and self.clock() < until and wanted in known:
            return known
        try:
            return await self.ask(site)
        except Unavailable:
            if until is None or wanted not in known:
                raise
            self._kept[site] = (self.clock() + STALE, known)
            return known

    async def ask(self, site: str) -> Mapping[str, str]:
        """Ask now. Safe to repeat."""
        reply = await self.wire.call("GET", f"{self.denounces}/{site}/ITM/options", safe=True)
        try:
            known = parse_options(reply.json)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None
        self._kept[site] = (self.clock() + FRESH, known)
        return known


def not_enabled(reason: str, violation: Violation, site: str, enabled: Mapping[str, str]) -> str:
    """That a reason is not enabled for us, and which are."""
    those = ", ".join(f"{key} ({words})" if words else key for key, words in enabled.items()) or "none at all"
    return f"They have not enabled {reason} for us on {site}, which {violation} needs. Enabled there: {those}."


def parse_options(body: Any) -> Mapping[str, str]:
    """The enabled reasons and what they say.

    Raises:
        ValueError: not a list, in words.
    """
    if not isinstance(body, list):
        raise ValueError("the reasons are not a list")
    options = [one for one in body if isinstance(one, dict) and isinstance(one.get("id"), str)]
    return {clean(one["id"], 40): _described(one) for one in options[:100]}


def _described(option: Mapping[str, Any]) -> str:
    texts = (option.get(key) for key in ("description_en", "description", "description_pt"))
    return next((clean(text, 100) for text in texts if isinstance(text, str) and text.strip()), "")
