"""A takedown request and everything said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from bot.model.accuracy import Gauge
from bot.model.custody import Erased
from bot.model.evidence import Attached, Evidence
from bot.model.people import Actor


class Status(StrEnum):
    """Where a notice stands (docs: `README.md`, design §5)."""

    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    BY_HAND = "by_hand"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    SELLER_RESPONSE = "seller_response"
    NEEDS_INPUT = "needs_input"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    GONE = "gone"
    REJECTED = "rejected"
    REINSTATED = "reinstated"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """True when nothing more is expected; `removed` and `gone` are still looked at again, slowly."""
        return self in FINAL

    @property
    def words(self) -> str:
        """As people read it: `in review`."""
        return self.value.replace("_", " ")


FINAL = frozenset(
    {
        Status.REMOVED,
        Status.GONE,
        Status.REJECTED,
        Status.REINSTATED,
        Status.DUPLICATE,
        Status.WITHDRAWN,
        Status.REFUSED,
        Status.FAILED,
    }
)
OPEN = frozenset(Status) - FINAL
# The marketplace has it and works on it, or waits for somebody.
AT_MARKETPLACE = frozenset(
    {Status.SUBMITTED, Status.IN_REVIEW, Status.SELLER_RESPONSE, Status.NEEDS_INPUT, Status.SUSPENDED}
)
WITHDRAWABLE = AT_MARKETPLACE | {
    Status.AWAITING_APPROVAL,
    Status.QUEUED,
    Status.SENDING,
    Status.UNCERTAIN,
    Status.BY_HAND,
}
RETRIABLE = frozenset({Status.FAILED, Status.UNCERTAIN, Status.BY_HAND})
FOR_WHO_FILED = frozenset({Status.NEEDS_INPUT, Status.UNCERTAIN, Status.BY_HAND, Status.FAILED})
# What a marketplace may tell us about a notice it has.
_TOLD = AT_MARKETPLACE | {
    Status.REMOVED,
    Status.GONE,
    Status.REJECTED,
    Status.REINSTATED,
    Status.DUPLICATE,
    Status.WITHDRAWN,
}
_AFTER_SENDING = _TOLD | {Status.UNCERTAIN, Status.QUEUED, Status.FAILED}

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.AWAITING_APPROVAL: frozenset({Status.QUEUED, Status.REFUSED, Status.WITHDRAWN}),
    Status.QUEUED: frozenset(
        {Status.AWAITING_APPROVAL, Status.SENDING, Status.WITHDRAWN, Status.FAILED, Status.BY_HAND}
    ),
    Status.SENDING: _AFTER_SENDING,
    Status.UNCERTAIN: _AFTER_SENDING | {Status.SENDING},
    Status.BY_HAND: _TOLD,
    **{status: _TOLD - {status} for status in AT_MARKETPLACE},
    Status.REMOVED: frozenset({Status.REINSTATED}),
    Status.GONE: frozenset({Status.REINSTATED, Status.REMOVED}),
    Status.REJECTED: frozenset(),
    Status.REINSTATED: frozenset(),
    Status.DUPLICATE: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.REFUSED: frozenset(),
    Status.FAILED: frozenset({Status.QUEUED}),
}


_SAID_TO_BE_GONE = frozenset({Status.REMOVED, Status.GONE})


class Violation(StrEnum):
    """Why the listing should go, in marketplace-neutral words."""

    COUNTERFEIT = "counterfeit"
    TRADEMARK = "trademark"
    PARALLEL_IMPORT = "parallel_import"
    COPYRIGHT = "copyright"
    COPYRIGHT_IMAGE = "copyright_image"
    DESIGN = "design"
    PATENT = "patent"
    OTHER = "other"


COPYRIGHT = frozenset({Violation.COPYRIGHT, Violation.COPYRIGHT_IMAGE})


class Law(StrEnum):
    """What a notice rests on: DSA Article 16, or 17 U.S.C. 512(c)(3)."""

    DSA = "dsa"
    DMCA = "dmca"


class RightKind(StrEnum):
    """What sort of right is relied on."""

    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    DESIGN = "design"
    PATENT = "patent"


class ComeBack(StrEnum):
    """Why a removed listing is there again. Only a relisting is held against the seller."""

    COUNTER_NOTICE = "counter_notice"
    MISTAKE = "mistake"
    RELISTED = "relisted"

    @property
    def words(self) -> str:
        return _CAME_BACK[self]


_CAME_BACK = {
    ComeBack.COUNTER_NOTICE: "a counter-notice of the seller",
    ComeBack.MISTAKE: "the removal was a mistake",
    ComeBack.RELISTED: "the seller listed it anew",
}


# Which kinds of right carry which violation; `other` may rest on any.
RELIES_ON: Mapping[Violation, frozenset[RightKind]] = {
    Violation.COUNTERFEIT: frozenset({RightKind.TRADEMARK}),
    Violation.TRADEMARK: frozenset({RightKind.TRADEMARK}),
    Violation.PARALLEL_IMPORT: frozenset({RightKind.TRADEMARK}),
    Violation.COPYRIGHT: frozenset({RightKind.COPYRIGHT}),
    Violation.COPYRIGHT_IMAGE: frozenset({RightKind.COPYRIGHT}),
    Violation.DESIGN: frozenset({RightKind.DESIGN}),
    Violation.PATENT: frozenset({RightKind.PATENT}),
    Violation.OTHER: frozenset(RightKind),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One offer on one marketplace. `url` is as typed, `canonical` without tracking."""

    marketplace: str
    listing_id: str
    url: str
    canonical: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seller:
    """Who offers it: the marketplace's immutable id where known; the name is only a label."""

    seller_id: str
    name: str = ""

    @property
    def title(self) -> str:
        """`Shop 5 (S-5)`, or the id alone."""
        return f"{self.name} ({self.seller_id})" if self.name else self.seller_id


def seller_key(marketplace: str, seller_id: str) -> str:
    """`acme:S-5`: what a seller is known by for good. Names are labels."""
    return f"{marketplace}:{seller_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """The right relied on, as it stood when the notice was filed. `jurisdictions` are ISO 3166 codes, EU or WO.

    `agent` files in the owner's name, by a `power_of_attorney` (its reference); both empty when the owner files.
    """

    key: str
    kind: RightKind
    title: str
    registration_no: str
    office: str
    jurisdictions: tuple[str, ...]
    owner: str
    expires_on: date | None = None
    nice_classes: tuple[int, ...] = ()
    agent: str = ""
    power_of_attorney: str = ""
    power_of_attorney_expires_on: date | None = None

    @property
    def ends_on(self) -> date | None:
        """The last day on which it can be relied on here: it, or the power of attorney for it, expires."""
        return min((day for day in (self.expires_on, self.power_of_attorney_expires_on) if day), default=None)

    def live_on(self, day: date) -> bool:
        return self.expires_on is None or day <= self.expires_on

    def may_act_on(self, day: date) -> bool:
        """Whether the owner's power of attorney, where there is one, still holds."""
        return self.power_of_attorney_expires_on is None or day <= self.power_of_attorney_expires_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """Good faith, accuracy and authority, affirmed by a person. `text_version` names the exact words they saw."""

    text_version: str
    signature: str
    affirmed_by: str
    affirmed_at: datetime


class Whose(StrEnum):
    """Who has to act before a deadline."""

    OURS = "ours"
    SELLER = "seller"
    MARKETPLACE = "marketplace"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """By when somebody has to act. `words` say what, and what happens otherwise: `answer, or the listing is back`."""

    at: datetime
    whose: Whose
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of the reasons a marketplace offers for keeping a complaint; `key` is its own."""

    key: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a person says to the seller's proof: accept it, so that the listing comes back, or keep the complaint.

    `choice` is the key of the reason chosen, `words` what the seller is told; both are empty when it is accepted.
    """

    accepts: bool
    by: Actor
    at: datetime
    choice: str = ""
    words: str = ""
    delivered: bool = False  # the marketplace has it


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """A second person's say. `because` is why one is needed, in clauses; `by` is None while they have not decided.

    `channel` is where the approvers were to be asked, as the policy had it; empty where it named none.
    """

    because: tuple[str, ...]
    asked_at: datetime
    approved: bool = False
    by: Actor | None = None
    at: datetime | None = None
    why: str = ""
    channel: str = ""

    @property
    def words(self) -> str:
        """Why a second person is needed, as a sentence."""
        return second_person(self.because)


def second_person(because: Sequence[str]) -> str:
    """`A second person has to approve this, because it goes to Acme.` Empty when nobody has to."""
    return f"A second person has to approve this, because {', and '.join(because)}." if because else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """An admin's reason for filing against an authorised seller."""

    by: Actor
    at: datetime
    why: str
    leave: str = ""  # whose leave it set aside, in a sentence; empty of old


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A takedown request for one listing. `version` counts its saved states, from 1; each has one `Event`."""

    id: str
    version: int
    status: Status
    batch_id: str
    listing: Listing
    seller: Seller | None
    right: Right
    violation: Violation
    statement: str
    declaration: Declaration
    submitter: Actor
    channel: str
    filed_at: datetime
    sends_at: datetime
    updated_at: datetime
    reference: str = ""
    vendor_status: str = ""
    reason: str = ""
    decided_at: datetime | None = None
    withdrawal: str | None = None  # why a withdrawal was asked for; None when it was not
    removed_at: datetime | None = None  # when the marketplace first confirmed a removal
    contested: bool = False  # the seller filed a counter-notice
    came_back: ComeBack | None = None
    deadline: Deadline | None = None  # of the present status; moves on with it
    choices: tuple[Choice, ...] = ()  # what the marketplace offers as reasons for keeping the complaint
    answer: Answer | None = None  # a person's, until the marketplace has it
    lot: str = ""  # names the notices that a person files together, by hand
    verified_gone_at: datetime | None = None  # when a second look at the page first agreed that it is gone
    still_seen_at: datetime | None = None  # when looks found it there, though it was said to be gone and had never been
    seen_back_at: datetime | None = None  # when looks of ours found it back; None where they say so themselves
    stands_since: datetime | None = (
        None  # when the status last changed; None when it never did, or before this was kept
    )
    message_to_seller: str = ""
    evidence: tuple[Evidence, ...] = ()
    fetching: tuple[Attached, ...] = ()  # what is still to become evidence, while it is waited for
    approval: Approval | None = None
    override: Override | None = None
    owner: str = ""  # who looks after it (user id), where that is not the submitter
    snoozed_until: datetime | None = None  # nobody is reminded before
    head: str = ""  # the hash of its last event, the end of its chain; empty of old

    @property
    def open_key(self) -> str | None:
        """Listing and right, unique among open notices; None once the notice is final."""
        if self.status.final:
            return None
        return f"{self.listing.marketplace}:{self.listing.listing_id}:{self.right.key}"

    @property
    def terms(self) -> tuple[object, ...]:
        """All that is asked and declared, but for the listing and its seller: what is alike in it is decided alike."""
        said, spite = self.declaration, self.override
        set_aside = (spite.by.user_id, spite.why, spite.leave) if spite else ()
        affirmed = (said.text_version, said.affirmed_by, said.signature)
        return self.violation, self.right, self.statement, self.message_to_seller, affirmed, set_aside

    @property
    def number(self) -> int:
        """The digits of the id, for ordering."""
        return int(self.id.removeprefix("TD-"))

    @property
    def seller_key(self) -> str:
        """What its seller is known by; empty while nobody knows the seller."""
        return seller_key(self.listing.marketplace, self.seller.seller_id) if self.seller else ""

    @property
    def looked_after_by(self) -> str:
        """The user id of whoever has to act when it waits for us."""
        return self.owner or self.submitter.user_id

    @property
    def queued_at(self) -> datetime:
        """When it was there to be sent: once filed, or once a second person approved it."""
        return (self.approval.at if self.approval else None) or self.filed_at

    @property
    def waits_for_us(self) -> bool:
        """Whether whoever looks after it has something to do: its status says so, or a date of ours runs."""
        if self.answer is not None:
            return False
        ours = self.contested or (self.deadline is not None and self.deadline.whose is Whose.OURS)
        return self.status in FOR_WHO_FILED or (ours and not self.status.final)

    @property
    def answerable(self) -> bool:
        """Whether the seller's proof waits for a person's answer here."""
        return self.status is Status.NEEDS_INPUT and bool(self.choices) and self.answer is None

    @property
    def withdrawable(self) -> bool:
        """Whether a person can still take it back; the marketplace may be unable to."""
        return self.status in WITHDRAWABLE and self.withdrawal is None

    @property
    def returned(self) -> bool:
        """Whether it is there again, and not because the seller or the marketplace put something right."""
        return self.status is Status.REINSTATED and self.came_back in (None, ComeBack.RELISTED)

    @property
    def retriable(self) -> bool:
        return self.status in RETRIABLE

    def may_become(self, status: Status) -> bool:
        """Whether a status may follow. A return that only looks of ours saw can be taken back, no other."""
        back = self.status is Status.REINSTATED and self.seen_back_at is not None
        return status in TRANSITIONS[self.status] or (back and status in _SAID_TO_BE_GONE)

    def changed(self, at: datetime, **changes: Any) -> Self:
        """The next version.

        Raises:
            ValueError: the status may not follow the present one.
        """
        status = changes.get("status", self.status)
        if status is not self.status and not self.may_become(status):
            raise ValueError(f"{self.id} cannot go from {self.status} to {status}")
        since = self.stands_since if status is self.status else at
        return replace(self, version=self.version + 1, updated_at=at, stands_since=since, **changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What happened to a notice, once a version. `words` is a sentence for people; `raw` what a marketplace said.

    `where` says from where it came: a command in a channel, a push, our own look. `before` is the hash of the event
    before it, with which it is chained (`bot.custody`); it and `salt` are empty of old.
    """

    notice_id: str
    number: int
    at: datetime
    actor: Actor
    kind: str
    status: Status
    words: str
    raw: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    before: str = ""
    salt: str = ""
    erased: Erased | None = None

    @property
    def of(self) -> str:
        """What its chain is of."""
        return self.notice_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a person was shown and may file: the natural key of a filing. `notice_ids` is set once it was filed.

    The id is derived from what was asked and by whom, so that the same command twice is the same draft.
    """

    id: str
    version: int
    submitter: Actor
    channel: str
    listings: tuple[Listing, ...]
    seller: Seller | None
    right_key: str
    violation: Violation
    statement: str
    text_version: str
    created_at: datetime
    message_to_seller: str = ""
    attached: tuple[Attached, ...] = ()
    notice_ids: tuple[str, ...] = ()
    filed_at: datetime | None = None
    override: str = ""  # an admin's reason for filing against a seller who has our leave


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What will be sent, for a last look. `sellers` go with the listings; `repeated` when asked within the minute.

    `gauges` say how accurate we have been with those it goes to.
    `because` is why a second person has to approve it, as things stand; empty when nobody has to.
    `notes` is what the filer should know besides.
    """

    draft: Draft
    right: Right
    sellers: tuple[Seller | None, ...]
    repeated: bool = False
    gauges: tuple[Gauge, ...] = ()
    because: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """What is on disk now. `already` when an earlier press had filed it; `notes` is what the filer should know."""

    notices: tuple[Notice, ...]
    already: bool = False
    notes: tuple[str, ...] = ()


NOTE_LIMIT = 2000
"""Characters of a note."""
PAGE = 10
"""Notices on a page of a list."""


class Sort(StrEnum):
    """The order of a list: by number, by when it last changed, or by the date somebody has to act by."""

    NEWEST = "newest"
    OLDEST = "oldest"
    CHANGED = "changed"
    DEADLINE = "deadline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which notices to list. Empty means any.

    `submitter` and `owner` are user ids, `owner` of whoever looks after them, `whose` of one or the other; `waits` asks
    for those that wait for us, or do not; `sellers` are keys; filed from `filed_from` on and before `filed_before`.
    Without a deadline a notice comes after those that have one.
    """

    submitter: str = ""
    owner: str = ""
    whose: str = ""
    waits: bool | None = None
    statuses: frozenset[Status] = frozenset()
    marketplace: str = ""
    right_key: str = ""
    sellers: frozenset[str] = frozenset()
    violation: Violation | None = None
    filed_from: datetime | None = None
    filed_before: datetime | None = None
    sort: Sort = Sort.NEWEST
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A stretch of a list and how long the whole list is."""

    notices: tuple[Notice, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a marketplace says of a notice now. `vendor_status` is its own word, `status` ours."""

    reference: str
    status: Status
    vendor_status: str
    reason: str = ""
    decided_at: datetime | None = None
    seller: Seller | None = None
    came_back: ComeBack | None = None  # where they say why it was reinstated
    contested: bool = False  # they say that the seller filed a counter-notice
    deadline: Deadline | None = None
    choices: tuple[Choice, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)


STATEMENT_LIMIT = 3000
"""Characters. Source: a Slack text input takes no more (docs.slack.dev, plain-text input)."""
MESSAGE_LIMIT = 1000
"""Characters of a message to the seller, as the marketplaces take it that pass one on."""
SELLER_LIMIT = 200
"""Characters of a seller's id."""
WHY_LIMIT = 500
"""Characters of a reason for withdrawing."""
REFERENCE_LIMIT = 200
"""Characters of a marketplace's reference."""


def named(notices: Sequence[Notice]) -> str:
    """`TD-12`, `TD-12 and TD-13`, or `TD-12 to TD-15` for a batch."""
    first, last = notices[0].id, notices[-1].id
    return first if len(notices) == 1 else f"{first} and {last}" if len(notices) == 2 else f"{first} to {last}"
