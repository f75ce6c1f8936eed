"""What is known of the way to a marketplace: whether it answers, and the tokens it gave us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Circuit:
    """How often in a row a marketplace failed us; while `open_until` is ahead nothing is sent to it.

    `told_at` is when the admins were told of this stretch of failures; None while they were not. `spoke_at` is when
    they were told last, of this or an earlier one.
    """

    marketplace: str
    version: int
    failures: int = 0
    open_until: datetime | None = None
    told_at: datetime | None = None
    spoke_at: datetime | None = None
    because: str = ""

    @property
    def key(self) -> str:
        return self.marketplace

    def closed_at(self, now: datetime) -> bool:
        """Whether the marketplace may be called at `now`."""
        return self.open_until is None or self.open_until <= now


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a marketplace granted us and renews, sealed: no token lies on disk in clear.

    `sealed` is opened by `bot.vault`. `trouble` says why it will not be renewed; empty when all is well.
    """

    name: str
    version: int
    sealed: str
    at: datetime
    trouble: str = ""

    @property
    def key(self) -> str:
        return self.name
