"""How often marketplaces agree with us, and what they make of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Verdict(StrEnum):
    """What a decision says of our own accuracy. A relisting says nothing against us: the removal was right."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    REINSTATED = "reinstated"  # for a counter-notice, or because the removal was a mistake


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Decided notices, each counted once, by what stands now."""

    upheld: int = 0
    rejected: int = 0
    reinstated: int = 0

    @property
    def decided(self) -> int:
        return self.upheld + self.rejected + self.reinstated

    def with_one(self, verdict: Verdict, by: int = 1) -> Self:
        """One more of a verdict; or one fewer, with `by=-1`."""
        counted = {one: getattr(self, one) + (by if one is verdict else 0) for one in Verdict}
        return type(self)(**{str(one): count for one, count in counted.items()})

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            upheld=self.upheld + other.upheld,
            rejected=self.rejected + other.rejected,
            reinstated=self.reinstated + other.reinstated,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodFaith:
    """What a marketplace asks of those whom it trusts, in percent of the notices decided in the last `days`.

    The place is lost below `upheld`, or above `reinstated` where that is said. Marketplaces that name the same
    `account` are counted together.
    """

    upheld: float
    reinstated: float | None = None
    days: int = 90
    account: str = ""
    name: str = "the good-faith programme"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauge:
    """Our accuracy at a marketplace, or with an account for several; `name` is what people call it."""

    name: str
    tally: Tally
    days: int
    asks: GoodFaith | None = None
