"""What a person can ask with `/takedown`, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.model import Attached, ComeBack, Sort, Violation
from bot.model import Status as Decided

Scope = Literal["mine", "open", "waiting", "all"]


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """File a notice for each address. What is None or empty was not given; nothing is checked against the desk.

    `via` names whom to go through, where the address does not say; `override` is an admin's reason for filing against a
    seller who has our leave. `message` is for the seller, and passed on to them; `attached` are files of a form.
    """

    addresses: tuple[str, ...]
    violation: Violation | None
    right: str | None
    seller: str | None
    statement: str
    via: str | None = None
    override: str | None = None
    message: str = ""
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """Nothing was said: open the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InBulk:
    """File many at once: opens the form for it, or checks what was typed. Addresses may stand there twice."""

    asked: File | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """How a notice stands."""

    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListNotices:
    """Which notices there are. `waiting` ones wait for us; pages count from 1.

    `seller` is a key or an id, `by` a user id; `since` and `until` are days (`2026-11-24`) or so many ago (`30d`).
    """

    scope: Scope = "all"
    statuses: tuple[Decided, ...] = ()
    marketplace: str | None = None
    right: str = ""
    seller: str = ""
    violation: Violation | None = None
    by: str = ""
    since: str = ""
    until: str = ""
    sort: Sort = Sort.NEWEST
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """The notices of a list, all pages of it, as a file."""

    kind: Literal["csv", "xlsx"]
    which: ListNotices


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something a person wants remembered of a notice."""

    notice_id: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retract:
    """Take back a line of a notice's history, by its number, and say why."""

    notice_id: str
    entry: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowEvidence:
    """What evidence is kept with a notice."""

    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Amend:
    """Change a notice before it is sent: opens the form."""

    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdraw:
    """Take a notice back. `why` may be empty."""

    notice_id: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Try a failed or uncertain notice again."""

    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Snooze:
    """Have reminders of a notice wait so long; no time at all ends it. `why` may be empty."""

    notice_id: str
    wait: timedelta
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOver:
    """Have another person, by their Slack user id, look after a notice."""

    notice_id: str
    to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """The marketplace's reference, entered by a person. `of` is a notice (`TD-12`) or a lot (`LOT-3`)."""

    of: str
    reference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the marketplace decided, recorded by a person, of a notice or a lot. `why` may be empty."""

    of: str
    decided: Decided
    came_back: ComeBack | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approve:
    """Approve these notices."""

    notice_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse:
    """Refuse these notices. `why` may be empty."""

    notice_ids: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Approvals:
    """What waits for approval; pages count from 1."""

    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class WhoAmI:
    """What I am here, through whom, and what I may do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """Usage, of everything or of one word."""

    word: str | None


Command = (
    File
    | Empty
    | InBulk
    | Status
    | ListNotices
    | Export
    | Note
    | Retract
    | ShowEvidence
    | Amend
    | Withdraw
    | Retry
    | Snooze
    | HandOver
    | Ref
    | Outcome
    | Approve
    | Refuse
    | Approvals
    | WhoAmI
    | Help
)
