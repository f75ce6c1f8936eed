"""Marketplaces: one protocol, one file an adapter, one dictionary of them (`bot.marketplaces.opening`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from bot.errors import Declined, MarketplaceError, NotAllowed, Unsupported
from bot.model import Answer, Decision, GoodFaith, Listing, Notice, Portal, Right, Seller, Violation

AT_ONCE = 8
"""Calls under way at once to one marketplace; its limiter keeps the rate."""

Result = Decision | MarketplaceError
"""What became of one notice among several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What a marketplace can do; anything else is refused before the call.

    `batch_size` notices go in one call, if `lot_of` is the same for them. `portal`: a person files there, by hand.
    `polls`: they can be asked how a notice stands; where not, people record the outcome. `any_address`: takes addresses
    of every host, when it is named; of `hosts` and their subdomains only, where there are any. `poll_seconds` is how
    soon to ask for a decision, `poll_days` after how many days asking ends, `recheck_seconds` how often to look at a
    removed listing again. `good_faith` is what they ask of our own accuracy. `territory` is where it sells; empty
    where only a listing's address tells, or nothing does. `message_limit` characters of ours are passed on to the
    seller; 0 where they pass none on. `carries_evidence`: it goes with a notice, or its list does, so that a notice
    waits for it.
    """

    batch_size: int = 1
    statement_limit: int = 5000
    message_limit: int = 0
    read_back: bool = False
    withdraw: bool = False
    answers: bool = False
    carries_evidence: bool = False
    portal: Portal | None = None
    polls: bool = True
    any_address: bool = False
    hosts: tuple[str, ...] = ()
    violations: frozenset[Violation] = frozenset(Violation)
    poll_seconds: float = 60.0
    poll_days: float = 180.0
    recheck_seconds: float = 86_400.0
    requests_per_second: float = 5.0
    good_faith: GoodFaith | None = None
    territory: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        return self.portal is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What somebody wants to file, before it is a notice."""

    listing: Listing
    right: Right
    violation: Violation
    statement: str
    seller: Seller | None
    message: str = ""

    @classmethod
    def of(cls, notice: Notice) -> Self:
        return cls(
            listing=notice.listing,
            right=notice.right,
            violation=notice.violation,
            statement=notice.statement,
            seller=notice.seller,
            message=notice.message_to_seller,
        )


class Marketplace(Protocol):
    """One marketplace's removal desk, over the wire.

    Each method but `lacks` and `lot_of` is one call. Every failure is a `MarketplaceError`: `Unavailable` when
    certainly nothing was taken, `OutcomeUnknown` when a reply was lost, `Declined` with their words.
    """

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def lacks(self, ask: Ask) -> str:
        """What they need that is not there, or will not take, in a sentence; empty when it can be sent. Pure."""

    def lot_of(self, notice: Notice) -> str:
        """Notices with the same may go in one call. Pure."""

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File the notices, at most `batch_size` of one lot; what became of each, by notice id.

        What is raised holds for all of them. Safe to repeat only where the marketplace honours an idempotency key.
        """

    async def look_up(self, notice: Notice) -> Decision | None:
        """Read back by our own reference, or by the listing; None when they do not have it."""

    async def check(self, notice: Notice) -> Decision:
        """Ask how `notice.reference` stands."""

    async def withdraw(self, notice: Notice) -> None:
        """Take `notice.reference` back. Safe to repeat."""

    async def answer(self, notice: Notice, answer: Answer) -> None:
        """Say what we think of the seller's proof. How it stands then is asked with `check`."""

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


class Unable:
    """Refuses, in a sentence, what most marketplaces cannot do: an adapter says only what its own can."""

    name: str

    def lot_of(self, notice: Notice) -> str:
        return notice.id

    async def look_up(self, notice: Notice) -> Decision | None:
        raise Unsupported(self.name, f"They cannot be asked whether {notice.id} arrived.")

    async def withdraw(self, notice: Notice) -> None:
        raise Unsupported(self.name, f"They have no way to take {notice.id} back; please write to them.")

    async def answer(self, notice: Notice, answer: Answer) -> None:
        raise Unsupported(self.name, "They ask nobody here what to make of the seller's proof.")

    def hear(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Push:
        raise NotAllowed("This marketplace does not push.")


def beyond(capabilities: Capabilities, ask: Ask) -> str:
    """What of an ask goes beyond the declared limits, in a sentence."""
    if ask.violation not in capabilities.violations:
        return f"They take no notices for {ask.violation}."
    if len(ask.statement) > capabilities.statement_limit:
        return f"The statement has {len(ask.statement)} characters; they take up to {capabilities.statement_limit}."
    if ask.message and not capabilities.message_limit:
        return "They pass no message on to the seller."
    if len(ask.message) > capabilities.message_limit:
        return f"The message has {len(ask.message)} characters; they pass on up to {capabilities.message_limit}."
    return ""


def sorted_out(marketplace: Marketplace, notices: Iterable[Notice]) -> tuple[list[Notice], dict[str, Result]]:
    """The notices that can be sent, and those that are refused before the call."""
    good: list[Notice] = []
    refused: dict[str, Result] = {}
    for notice in notices:
        lack = marketplace.lacks(Ask.of(notice))
        if lack:
            refused[notice.id] = Declined(marketplace.name, lack)
        else:
            good.append(notice)
    return good, refused


async def one_by_one(
    marketplace: Marketplace, notices: Iterable[Notice], file: Callable[[Notice], Awaitable[Result]]
) -> dict[str, Result]:
    """What became of each, where one call files one notice."""
    good, results = sorted_out(marketplace, notices)
    for notice in good:
        results[notice.id] = await file(notice)
    return results
