"""What is counted, and what comes of it: between a store, which counts, and the desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.digests import Speed, Waiting
from bot.model.notices import Status
from bot.model.sellers import Brief


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What is counted: what happened after `start`, until `end`. No `marketplaces` or `rights` (by key) mean all."""

    start: datetime
    end: datetime
    marketplaces: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()

    def about(self, marketplace: str, right: str) -> bool:
        """Whether a notice with these belongs to it, whenever it was."""
        return (not self.marketplaces or marketplace in self.marketplaces) and (not self.rights or right in self.rights)

    def fitting(self, briefs: Iterable[Brief]) -> Iterator[Brief]:
        """Those that belong to it, whenever they were."""
        return (brief for brief in briefs if self.about(brief.marketplace, brief.right_key))

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.start < at <= self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Leading:
    """Sellers (by key) among whom the first by score are, and how many there are in all."""

    sellers: tuple[str, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity:
    """What was done in a window, and what waits at its end.

    `filed` and `removed` count stretch by stretch; `unknown_sellers` are upheld notices whose seller nobody knows.
    """

    filed: tuple[int, ...]
    removed: tuple[int, ...]
    rejected: int
    unknown_sellers: int
    speeds: tuple[Speed, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recent:
    """What was `filed` at a marketplace since some moment, by where it stands now; and how many were decided since."""

    filed: Mapping[Status, int] = field(default_factory=dict)
    decided: int = 0

    def filed_of(self, statuses: Iterable[Status]) -> int:
        """How many of what was filed stand at one of these."""
        return sum(self.filed.get(status, 0) for status in statuses)
