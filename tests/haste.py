"""A clock in a hurry, which every process of a test reads alike: leases of minutes end while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class Haste:
    """`times` as fast as real time, from when it was made."""

    times: float
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.since + (datetime.now(UTC) - self.since) * self.times
