"""The register: rights on file, who may do what, whom not to file against, the rules of the desk; and each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.model.custody import Erased
from bot.model.notices import Right, Seller, Violation
from bot.model.people import Actor


class Role(StrEnum):
    """What somebody is on this desk. Nobody is anything until an admin says so."""

    ADMIN = "admin"
    APPROVER = "approver"
    ANALYST = "analyst"
    VIEWER = "viewer"


class May(StrEnum):
    """What a role allows, at every click and submit."""

    READ = "read"
    FILE = "file"
    APPROVE = "approve"
    REFER = "refer"
    ADMINISTER = "administer"


ALLOWS: Mapping[Role, frozenset[May]] = {
    Role.ADMIN: frozenset(May),
    Role.APPROVER: frozenset({May.READ, May.APPROVE, May.REFER}),
    Role.ANALYST: frozenset({May.READ, May.FILE, May.REFER}),
    Role.VIEWER: frozenset({May.READ}),
}


def roles_in_words(roles: Iterable[Role]) -> str:
    """`approver, analyst and viewer`; `no role` when there is none."""
    given = set(roles)
    *most, last = [role.value for role in Role if role in given] or ["no role"]
    return f"{', '.join(most)} and {last}" if most else last


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleGrant:
    """The roles of a person (`U…`, `W…`) or a Slack user group (`S…`); none when they were taken back."""

    holder: str
    version: int
    roles: tuple[Role, ...]
    by: Actor
    at: datetime

    @property
    def key(self) -> str:
        return self.holder


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """A right on file. A retired one is kept for the notices that rely on it; nothing new can be filed under it."""

    right: Right
    version: int
    by: Actor
    at: datetime
    retired: bool = False

    @property
    def key(self) -> str:
        return self.right.key


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorisedSeller:
    """A seller who has our leave, for one right or (`right_key` empty) for all; not against them is filed.

    `seller_id` is empty where only their name is known. `expires_on` is the last day of it. A withdrawn leave is kept.
    """

    marketplace: str
    seller_id: str
    right_key: str
    version: int
    by: Actor
    at: datetime
    name: str = ""
    note: str = ""
    expires_on: date | None = None
    withdrawn: bool = False

    @property
    def key(self) -> str:
        who = self.seller_id or f"({self.name.casefold()})"
        return f"{self.marketplace}:{who}:{self.right_key}"

    @property
    def typed(self) -> str:
        """What people call it by: `acme:S-5`, `acme:S-5:ACME-EU`."""
        return f"{self.marketplace}:{self.seller_id or self.name}" + (f":{self.right_key}" if self.right_key else "")

    @property
    def seller(self) -> Seller:
        return Seller(seller_id=self.seller_id, name=self.name) if self.seller_id else Seller(seller_id=self.name)

    def live_on(self, day: date) -> bool:
        return not self.withdrawn and (self.expires_on is None or day <= self.expires_on)

    def names(self, marketplace: str, seller: Seller) -> bool:
        """Whether it is theirs: by the id where there is one; a name is typed in the place of an id at times."""
        if marketplace != self.marketplace:
            return False
        said, name = seller.seller_id.casefold(), self.name.casefold()
        if self.seller_id and said == self.seller_id.casefold():
            return True
        return bool(name) and (said == name or (not self.seller_id and seller.name.casefold() == name))

    def covers(self, right_key: str, day: date) -> bool:
        """Whether it holds on `day` for this right."""
        return self.live_on(day) and self.right_key in ("", right_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class FilingPolicy:
    """The rules of filing. One a desk.

    A second person is needed for these violations, at these marketplaces, and for more than `batch_over` listings at
    once. `daily_quota` is a person's listings in a day of UTC; None is no limit. `undo_seconds` None is the setting's.
    """

    version: int
    by: Actor
    at: datetime
    violations: tuple[Violation, ...] = ()
    marketplaces: tuple[str, ...] = ()
    batch_over: int | None = None
    daily_quota: int | None = None
    undo_seconds: int | None = None
    approvers_channel: str = ""

    @property
    def key(self) -> str:
        return FILING


@dataclass(frozen=True, kw_only=True, slots=True)
class FilingDay:
    """Kept while a quota is set: changes with each filing of a person on a day of UTC, so that no two pass at once."""

    submitter: str
    day: date
    version: int

    @property
    def key(self) -> str:
        return f"{self.submitter}:{self.day}"


FILING = "filing"
"""The key of the one `FilingPolicy`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Whether a person has told the desk to send nothing to a marketplace, and why."""

    marketplace: str
    version: int
    paused: bool
    why: str
    by: Actor
    at: datetime

    @property
    def key(self) -> str:
        return self.marketplace


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of what is no notice (`right:ACME-EU`, `role:U1`, `referral:RF-1`): its how-manieth, who, when, what.

    Chained as a notice's events are; `kind` is empty of old.
    """

    of: str
    number: int
    at: datetime
    actor: Actor
    words: str
    version: int = 1
    kind: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    before: str = ""
    salt: str = ""
    erased: Erased | None = None

    @property
    def key(self) -> str:
        return f"{self.of}#{self.number}"
