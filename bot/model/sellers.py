"""Sellers, what is known of them, and when several of them are one offender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self

from bot.model.accuracy import Verdict
from bot.model.notices import ComeBack, Notice, Seller, Status, Violation
from bot.model.people import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """A notice in brief: what counting needs of it.

    `seller` is a seller's key, empty while nobody knows the seller; `since` is when its status last changed.
    """

    id: str
    marketplace: str
    listing_id: str
    seller: str
    seller_name: str
    right_key: str
    violation: Violation
    status: Status
    submitter: str
    filed_at: datetime
    decided_at: datetime | None
    removed_at: datetime | None
    contested: bool
    came_back: ComeBack | None
    since: datetime

    @classmethod
    def of(cls, notice: Notice) -> Brief:
        seller = notice.seller
        return cls(
            id=notice.id,
            marketplace=notice.listing.marketplace,
            listing_id=notice.listing.listing_id,
            seller=notice.seller_key,
            seller_name=seller.name if seller else "",
            right_key=notice.right.key,
            violation=notice.violation,
            status=notice.status,
            submitter=notice.submitter.user_id,
            filed_at=notice.filed_at,
            decided_at=notice.decided_at,
            # Notices from before this was kept have only the decision's time.
            removed_at=notice.removed_at or (notice.decided_at if notice.status is Status.REMOVED else None),
            contested=notice.contested,
            came_back=notice.came_back,
            since=notice.stands_since or notice.filed_at,
        )

    @property
    def upheld(self) -> bool:
        """The marketplace confirmed the removal, and nothing took that back."""
        return self.status is Status.REMOVED or (
            self.status is Status.REINSTATED and self.came_back is ComeBack.RELISTED
        )

    @property
    def overturned(self) -> bool:
        """It was removed and came back because the seller was right, or the marketplace wrong."""
        return self.status is Status.REINSTATED and not self.upheld

    @property
    def verdict(self) -> Verdict | None:
        """What it counts as in our own accuracy; None while nobody has decided, and where nobody says why it is back.

        A listing that is gone counts as upheld: whoever took it down, nothing was held against us.
        """
        if self.upheld or self.status is Status.GONE:
            return Verdict.UPHELD
        if self.status is Status.REJECTED:
            return Verdict.REJECTED
        lost = self.overturned and self.came_back is not None
        return Verdict.REINSTATED if lost else None

    @property
    def judged_at(self) -> datetime:
        """When the verdict fell; a relisting leaves the day of its removal as it was."""
        return (self.removed_at if self.upheld else None) or self.decided_at or self.since

    @property
    def upheld_at(self) -> datetime | None:
        """When it was upheld; None when it is not."""
        return (self.removed_at or self.decided_at or self.filed_at) if self.upheld else None

    @property
    def lost_at(self) -> datetime | None:
        """When it was decided for the seller: rejected, or taken back after a removal; None when it is not."""
        if self.status is Status.REJECTED:
            return self.decided_at or self.filed_at
        return (self.decided_at or self.removed_at or self.filed_at) if self.overturned else None

    @property
    def counts_at(self) -> datetime | None:
        """When it began to count, for its seller or against; None when it does neither."""
        return self.upheld_at or self.lost_at


class LinkState(StrEnum):
    """What a person said of two sellers."""

    LINKED = "linked"
    UNLINKED = "unlinked"
    DISMISSED = "dismissed"  # a suggestion that was looked at and found wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkStep:
    """Who said what of two sellers, when and why. Never changed, never removed."""

    state: LinkState
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Two sellers, by key, `a` before `b`, and everything that was said of them; the last step counts."""

    a: str
    b: str
    version: int
    steps: tuple[LinkStep, ...]

    @property
    def key(self) -> str:
        return f"{self.a}|{self.b}"

    @property
    def state(self) -> LinkState:
        return self.steps[-1].state

    @property
    def linked(self) -> bool:
        return self.state is LinkState.LINKED


class IdentifierKind(StrEnum):
    """By what else than a marketplace's id a seller may be known."""

    SHOP_NAME = "shop_name"
    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"
    PAYMENT = "payment"
    RETURN_ADDRESS = "return_address"

    @property
    def words(self) -> str:
        return {"email": "e-mail", "wechat": "WeChat"}.get(self.value, self.value.replace("_", " "))


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """Something a person put on file about a seller. `value` as typed; `normal` as it is compared.

    What was forgotten has neither: `mark`, a hash, says where it was.
    """

    seller: str
    version: int
    kind: IdentifierKind
    value: str
    normal: str
    by: Actor
    at: datetime
    removed_by: Actor | None = None
    removed_at: datetime | None = None
    mark: str = ""

    @property
    def key(self) -> str:
        return f"{self.seller}|{self.kind}|{self.mark or _mark(self.normal)}"

    @property
    def on_file(self) -> bool:
        return self.removed_at is None

    def forgotten(self, by: Actor, at: datetime) -> Self:
        """The next version, off file, with nothing personal left."""
        return replace(
            self,
            version=self.version + 1,
            value="",
            normal="",
            mark=self.mark or _mark(self.normal),
            removed_by=by,
            removed_at=at,
        )


def identifier_key(seller: str, kind: IdentifierKind, normal: str) -> str:
    """The key of what is on file, or was."""
    return f"{seller}|{kind}|{_mark(normal)}"


def _mark(normal: str) -> str:
    return sha256(normal.encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stance:
    """How one person follows one seller: told of each new removal (`watching`), or spared the sight (`muted`)."""

    user_id: str
    seller: str
    version: int
    watching: bool = False
    muted: bool = False

    @property
    def key(self) -> str:
        return f"{self.user_id}|{self.seller}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Whether a seller's offender was at or above the alert's threshold when last looked at.

    `counted` are the ids of the seller's own notices that were upheld then.
    """

    seller: str
    version: int
    above: bool
    counted: tuple[str, ...]
    changed_at: datetime

    @property
    def key(self) -> str:
        return self.seller


@dataclass(frozen=True, kw_only=True, slots=True)
class Strikes:
    """A marketplace's own rule: how many upheld notices of which violations, in how many days, lead to what."""

    marketplace: str
    limit: int
    counts: frozenset[Violation]
    window_days: int | None
    consequence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How this desk weighs offenders.

    `gravity` from 0 to 1. An identifier that more than `hub_limit` sellers share suggests nothing.
    `alerts_channel` is where alerts go; empty for the channel the notice was filed from.
    """

    window_days: int = 90
    half_life_days: int = 45
    threshold: int = 3
    hub_limit: int = 4
    alerts_channel: str = ""
    gravity: Mapping[Violation, float]
    strikes: Mapping[str, Strikes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """The parts of an offender's score, after DSA Article 23(3): number, proportion, gravity and intention.

    `number` is the count of upheld notices with each one worth half after `half_life_days`; `proportion` the share
    upheld of those decided in the window; `gravity` the mean weight of the violations; `intention` 1 and a quarter more
    for each relisting, failed counter-notice and change of alias, at most 2.
    `total` = 10 × number × gravity × (0.5 + proportion / 2) × intention. `weights` are of the violations that count.
    `purchases` are the test purchases found counterfeit in the window, each of which counts as an upheld counterfeit
    notice does; `genuine` those found genuine, decided and not upheld. `upheld` are notices alone.
    """

    window_days: int
    half_life_days: int
    upheld: int
    rejected: int
    overturned: int
    number: float
    proportion: float
    gravity: float
    relistings: int
    failed_counters: int
    alias_changes: int
    intention: float
    total: float
    weights: tuple[tuple[Violation, float], ...] = ()
    purchases: int = 0
    genuine: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """One seller of an offender. `names` newest first; `upheld` in the window, `upheld_in_all` at any time."""

    key: str
    marketplace: str
    seller_id: str
    names: tuple[str, ...]
    upheld: int
    upheld_in_all: int = 0

    @property
    def title(self) -> str:
        """`Shop 5 (S-5)`, or the id alone."""
        return Seller(seller_id=self.seller_id, name=self.names[0] if self.names else "").title


@dataclass(frozen=True, kw_only=True, slots=True)
class Struck:
    """How one seller (by key) stands under their marketplace's own rule, which knows nothing of links.

    `purchases` are the test purchases from them found counterfeit within the rule's days.
    """

    rule: Strikes
    seller: str
    count: int
    purchases: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Offender:
    """A seller, or several that people linked, with what was upheld against them. `key` is the smallest of their keys.

    `before` counts the upheld notices of the window before this one, None where that reaches beyond what is counted;
    `new` when the first was upheld in this window. `upheld_in_all` counts without any window, of what is counted.
    """

    key: str
    identities: tuple[Identity, ...]
    score: Score
    before: int | None
    new: bool
    upheld_in_all: int
    last_upheld_at: datetime | None
    strikes: tuple[Struck, ...] = ()

    @property
    def foremost(self) -> Identity:
        """The identity with the most upheld notices at any time, so that it is the same in every window."""
        return max(self.identities, key=lambda one: (one.upheld_in_all, one.upheld, one.key))

    @property
    def title(self) -> str:
        others = len(self.identities) - 1
        return self.foremost.title + (f" and {others} linked" if others else "")

    @property
    def marketplaces(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.marketplace for one in self.identities))

    @property
    def trend(self) -> int | None:
        """Upheld notices more (or fewer) than in the window before; None when that cannot be told."""
        return None if self.before is None else self.score.upheld - self.before


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far back the notices at hand go: all that was decided later than `since`.

    Of the sellers in `archived` (by key) there are older ones.
    """

    since: datetime
    archived: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Two sellers that share what is on file."""

    a: str
    b: str
    shared: tuple[Identifier, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hub:
    """An identifier so many sellers share that it suggests nothing."""

    kind: IdentifierKind
    value: str
    sellers: tuple[str, ...]
