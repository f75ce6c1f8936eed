"""What speaking to pretend vendors needs: a clock that moves when told to, and a place for tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from bot.errors import Conflict
from bot.marketplaces.adapters import Opening
from bot.marketplaces.oauth import Tokens
from bot.model import Clock, utc_now


@dataclass
class HandClock:
    """A clock that moves when told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class MemoryVault:
    """Tokens as they were saved last, and every step on the way there."""

    kept: dict[str, Tokens] = field(default_factory=dict)
    saved: list[Tokens] = field(default_factory=list)

    async def load(self, name: str) -> Tokens | None:
        return self.kept.get(name)

    async def save(self, name: str, tokens: Tokens) -> None:
        there = self.kept.get(name)
        if tokens.version != (there.version if there else 0) + 1:
            raise Conflict(name)
        self.kept[name] = tokens
        self.saved.append(tokens)


def opening(client: httpx.AsyncClient, clock: Clock = utc_now, vault: MemoryVault | None = None) -> Opening:
    """What marketplaces are opened with, with a vault in memory."""
    kept = vault or MemoryVault()
    any_secret: Callable[[str], MemoryVault] = lambda secret: kept  # noqa: E731
    return Opening(client=client, clock=clock, vault=any_secret)
