"""Referrals: an offender handed to an agency, from the first draft to what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from bot.model.agencies import Agency, Shown
from bot.model.people import Actor

SUMMARY_LIMIT, ANSWER_LIMIT, INITIALS_LIMIT = 2500, 800, 5
"""Characters of what a person writes for the agency: in all, of each answer, and of who produces the exhibits."""


class ReferralState(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"  # waits for a second person
    APPROVED = "approved"  # its dossier is made, or being made
    HANDED_OVER = "handed_over"
    ACKNOWLEDGED = "acknowledged"
    CASE_OPENED = "case_opened"  # the agency gave it a case number
    RAIDED = "raided"
    CHARGED = "charged"
    CLOSED = "closed"
    REFUSED = "refused"  # by our approver
    WITHDRAWN = "withdrawn"  # by us

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")

    @property
    def over(self) -> bool:
        return self in (ReferralState.CLOSED, ReferralState.REFUSED, ReferralState.WITHDRAWN)

    @property
    def with_agency(self) -> bool:
        """Whether the agency has it and is not done."""
        return self in WITH_AGENCY


WITH_AGENCY = frozenset(
    {
        ReferralState.HANDED_OVER,
        ReferralState.ACKNOWLEDGED,
        ReferralState.CASE_OPENED,
        ReferralState.RAIDED,
        ReferralState.CHARGED,
    }
)
# An agency tells what it likes, and may skip steps: forward only, and closed from anywhere it has it.
REFERRAL_STEPS: Mapping[ReferralState, frozenset[ReferralState]] = {
    ReferralState.DRAFT: frozenset({ReferralState.APPROVED, ReferralState.REFUSED, ReferralState.WITHDRAWN}),
    ReferralState.APPROVED: frozenset({ReferralState.HANDED_OVER, ReferralState.WITHDRAWN}),
    ReferralState.HANDED_OVER: WITH_AGENCY - {ReferralState.HANDED_OVER}
    | {ReferralState.CLOSED, ReferralState.WITHDRAWN},
    ReferralState.ACKNOWLEDGED: frozenset(
        {
            ReferralState.CASE_OPENED,
            ReferralState.RAIDED,
            ReferralState.CHARGED,
            ReferralState.CLOSED,
            ReferralState.WITHDRAWN,
        }
    ),
    ReferralState.CASE_OPENED: frozenset(
        {ReferralState.RAIDED, ReferralState.CHARGED, ReferralState.CLOSED, ReferralState.WITHDRAWN}
    ),
    ReferralState.RAIDED: frozenset({ReferralState.CHARGED, ReferralState.CLOSED}),
    ReferralState.CHARGED: frozenset({ReferralState.RAIDED, ReferralState.CLOSED}),
    ReferralState.CLOSED: frozenset(),
    ReferralState.REFUSED: frozenset(),
    ReferralState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """A dossier that is on disk. `sha256` is of the whole ZIP, `manifest` of its MANIFEST.sha256, `key` the
    fingerprint of the key that signed it. Since `gone_at` the ZIP is no longer there: it held what was erased.
    """

    name: str
    sha256: str
    size: int
    manifest: str
    key: str
    at: datetime
    timestamped: bool = False
    gone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Referral:
    """One offender for one agency.

    `seller` is the key that was asked for, `sellers` all that were linked to it when it was drafted; `shows` what the
    dossier may show. `drafted_for` is the agency as it was then, without who kept it so. `answers` are what the
    agency's form asks and no record can tell, by item. `decided_by` approved or refused it, `why` says the reason of a
    refusal or withdrawal. `since` is when it came to its state; `reminded` counts the reminders in it. With `to_folder`
    the dossier goes to the folder of the settings, and not into direct messages.
    """

    id: str
    version: int
    state: ReferralState
    seller: str
    sellers: tuple[str, ...]
    title: str
    agency: str
    agency_name: str
    shows: frozenset[Shown]
    summary: str
    initials: str
    by: Actor
    at: datetime
    updated_at: datetime
    drafted_for: Agency | None = None
    answers: Mapping[str, str] | None = None
    files: bool = True  # whether evidence files go into it
    to_folder: bool = False
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    why: str = ""
    built: Built | None = None
    trouble: str = ""  # why the dossier could not be made, in a sentence
    handed_to: str = ""
    case_number: str = ""
    outcome: str = ""
    next_on: date | None = None  # when somebody is reminded of it
    reminded: int = 0
    since: datetime | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def number(self) -> int:
        return int(self.id.removeprefix("RF-"))

    @property
    def left(self) -> bool:
        """Whether it was handed to the agency, whatever became of it then."""
        return bool(self.handed_to) or self.state.with_agency or self.state is ReferralState.CLOSED

    @property
    def of(self) -> str:
        """What its changes are of."""
        return f"referral:{self.id}"

    @property
    def stands_since(self) -> datetime:
        return self.since or self.at

    def may_become(self, state: ReferralState) -> bool:
        return state in REFERRAL_STEPS[self.state]

    def changed(self, at: datetime, **changes: Any) -> Self:
        """The next version.

        Raises:
            ValueError: the state may not follow the present one.
        """
        state = changes.get("state", self.state)
        if state is not self.state:
            if not self.may_become(state):
                raise ValueError(f"{self.id} cannot go from {self.state} to {state}")
            changes = {"since": at, "reminded": 0, "next_on": None, **changes}
        return replace(self, version=self.version + 1, updated_at=at, **changes)
