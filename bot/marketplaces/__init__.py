"""Marketplaces: one protocol, one file an adapter, one dictionary of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Decision, Notice, Violation


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What a marketplace can do; anything else is refused before the call.

    `poll_seconds` is how soon to ask for a decision, `recheck_seconds` how often to look at a removed listing again.
    """

    batch_size: int = 1
    statement_limit: int = 5000
    read_back: bool = False
    withdraw: bool = False
    violations: frozenset[Violation] = frozenset(Violation)
    poll_seconds: float = 60.0
    recheck_seconds: float = 86_400.0
    requests_per_second: float = 5.0


class Marketplace(Protocol):
    """One marketplace's removal desk, over the wire.

    Each method is one call. Every failure is a `MarketplaceError`:
    `Unavailable` when certainly nothing was taken, `OutcomeUnknown` when a reply was lost, `Declined` with their words.
    """

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def submit(self, notice: Notice) -> Decision:
        """File the notice. Safe to repeat only where the marketplace honours an idempotency key."""

    async def look_up(self, notice: Notice) -> Decision | None:
        """Read back by our own reference (the notice id); None when they do not have it."""

    async def check(self, notice: Notice) -> Decision:
        """Ask how `notice.reference` stands."""

    async def withdraw(self, notice: Notice) -> None:
        """Take `notice.reference` back. Safe to repeat."""

    async def probe(self) -> None:
        """See whether they answer and take our credentials; files nothing."""

    def hear(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """Check and read a pushed status.

        Raises:
            NotAllowed: the signature is missing, wrong or older than five minutes.
            Invalid: signed well, but not a status we can read.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """A status a marketplace pushed. `key` is unique to the message, so that a replay can be told."""

    key: str
    decision: Decision
