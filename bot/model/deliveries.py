"""What leaves the process, and what is known of where it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.notices import Event, Notice, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The one Slack message of a batch. `ts` is empty until Slack confirmed it.

    `tried_at` is set before the first post: with it and no `ts` a card may be out there, and is looked for first.
    `channel` is where it was posted in the end, which is a direct message when the bot is not let into the channel.
    """

    batch_id: str
    version: int
    channel: str
    ts: str = ""
    tried_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """Where Slack put a message."""

    channel: str
    ts: str


class DeliveryKind(StrEnum):
    """What leaves the process; `assess` and `bulk`, what has to be thought over, which may leave something."""

    SUBMIT = "submit"
    CHECK = "check"
    WITHDRAW = "withdraw"
    ANSWER = "answer"
    ARCHIVE = "archive"
    LOOK = "look"
    EVIDENCE = "evidence"
    REMIND = "remind"
    NUDGE = "nudge"
    PACK = "pack"
    CARD = "card"
    APPROVAL = "approval"
    REPLY = "reply"
    DIGEST = "digest"
    ANNOUNCE = "announce"
    ASSESS = "assess"
    BULK = "bulk"
    DOSSIER = "dossier"
    REFERRAL = "referral"
    CASE = "case"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Something to carry out of the process, at least once, not before `due_at`.

    `lane` groups deliveries that one worker carries in turn: `marketplace:acme` or `slack:C0123`.
    `subject` is a notice id (submit, check, withdraw, answer, archive, look, remind), a lot (pack), a batch id (card,
    approval, reply, nudge), a batch or a notice (evidence), the key of an occurrence (digest), of an announcement
    (announce), of a seller (assess), of a bulk, a referral (dossier, referral) or a case.
    `attempts` counts those that failed, and those whose end nobody saw.
    `revision` and `lease_until` are the store's: it counts how often the delivery was put in again, and who holds it.
    """

    id: str
    kind: DeliveryKind
    lane: str
    subject: str
    due_at: datetime
    words: str = ""
    attempts: int = 0
    error: str = ""
    parked: bool = False
    revision: int = 1
    lease: str = ""
    lease_until: datetime | None = None

    @property
    def in_logs(self) -> dict[str, str]:
        """What logs may say it is. Of whom there is a case few may know, and the id of what it says tells."""
        if self.id.startswith(("case:", "announce:case:")):
            return {"delivery": ":".join(self.id.split(":")[:2])}
        return {"delivery": self.id, "notice": self.subject}


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A key that may be used once, such as a signed push. Saving it twice is a `Conflict`."""

    key: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How the desk stands, for metrics. `oldest_due` is None when nothing is overdue."""

    notices: Mapping[Status, int]
    waiting: int
    due: int
    parked: int
    oldest_due: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A notice with what happened to it, its card if it has one, and the names of those who did it, by user id.

    `notes` is what should be known besides.
    """

    notice: Notice
    events: tuple[Event, ...]
    card: Card | None
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
