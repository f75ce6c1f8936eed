"""Cases of the task force, test purchases, and what is kept from being erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

from bot.model.evidence import Attached, Evidence
from bot.model.people import Actor


class CaseState(StrEnum):
    """How far the task force is with an offender."""

    WATCHING = "watching"
    INVESTIGATING = "investigating"
    REFERRED = "referred"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An offender somebody looks after. `seller` is the key it was opened for; linked ones share it.

    `owner` is a user id; `title` how the seller was called when it was opened, `opened_in` the channel where it was.
    `channel` and `ts` are the message whose thread it has, empty before Slack confirmed it; `tried_at` as in a `Card`.
    Notes are its `Change`s, of `case:SELLER`. `reminded` counts the reminders of the present next step.
    """

    seller: str
    version: int
    state: CaseState
    owner: str
    by: Actor
    at: datetime
    updated_at: datetime
    title: str = ""
    opened_in: str = ""
    next_step: str = ""
    next_on: date | None = None
    reminded: int = 0
    channel: str = ""
    ts: str = ""
    tried_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.seller

    @property
    def open(self) -> bool:
        return self.state is not CaseState.CLOSED


class PurchaseState(StrEnum):
    """What became of a test purchase."""

    ORDERED = "ordered"
    RECEIVED = "received"
    COUNTERFEIT = "counterfeit"  # confirmed by who knows the goods
    GENUINE = "genuine"
    CANCELLED = "cancelled"

    @property
    def decided(self) -> bool:
        return self in (PurchaseState.COUNTERFEIT, PurchaseState.GENUINE)

    @property
    def over(self) -> bool:
        return self.decided or self is PurchaseState.CANCELLED


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """A test purchase from a seller (by key). `currency` is an ISO 4217 code; `cost` is in it.

    `fetching` are photos that are still to come from Slack.
    """

    id: str
    version: int
    seller: str
    state: PurchaseState
    order_id: str
    by: Actor
    at: datetime
    updated_at: datetime
    ordered_on: date
    cost: Decimal | None = None
    currency: str = ""
    received_on: date | None = None
    decided_on: date | None = None
    decided_by: str = ""  # who found it counterfeit or genuine, in words
    notice_id: str = ""
    listing: str = ""
    photos: tuple[Evidence, ...] = ()
    fetching: tuple[Attached, ...] = ()
    note: str = ""

    @property
    def key(self) -> str:
        return self.id

    @property
    def number(self) -> int:
        return int(self.id.removeprefix("TP-"))

    @property
    def marketplace(self) -> str:
        return self.seller.partition(":")[0]

    @property
    def decided_at(self) -> datetime | None:
        """From when it counts: the beginning of the day in UTC, or when it was said, whichever was first."""
        if not self.state.decided or self.decided_on is None:
            return None
        return min(datetime.combine(self.decided_on, time(), tzinfo=UTC), self.updated_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A legal hold on a seller (by key): while it is `held`, nothing of theirs is erased or forgotten."""

    seller: str
    version: int
    held: bool
    why: str
    by: Actor
    at: datetime

    @property
    def key(self) -> str:
        return self.seller


class Kept(StrEnum):
    """The kinds of record that are kept for a time of their own."""

    NOTICES = "notices"  # archived ones, with their events
    EVIDENCE = "evidence"
    IDENTIFIERS = "identifiers"
    PURCHASES = "purchases"
    REFERRALS = "referrals"  # closed ones, with their dossiers
    CHANGES = "changes"  # of the register


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """For how many days a kind of record is kept once it is over; None is for good."""

    kind: Kept
    version: int
    days: int | None
    by: Actor
    at: datetime

    @property
    def key(self) -> str:
        return self.kind.value
