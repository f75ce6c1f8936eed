"""Removal requests at the pretend marketplace: how they move with the clock and with its mood."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

REVIEW_AFTER = timedelta(seconds=2)
DECIDE_AFTER = timedelta(seconds=5)
"""Both from filing, at pace 1."""
BACK_AFTER = timedelta(seconds=5)
"""From removal to the listing's return, at pace 1."""
OPEN = frozenset({"received", "in_review", "needs_information", "seller_response"})
_REASONS = {
    "removed": "The listing infringes the right you named.",
    "rejected": "We could not see the mark on the goods.",
    "needs_information": "Please send a photo that shows the mark.",
    "reinstated": "The seller has shown that the goods are genuine.",
}
_RELISTED = "The seller has put the listing up again."


class Mood(StrEnum):
    """How the marketplace feels. Moods that cut connections touch writes only; it can always be read."""

    CALM = "calm"
    SLOW = "slow"
    HANGS = "hangs"
    DOWN = "down"
    RATE_LIMITED = "rate_limited"
    LOST_REPLY = "lost_reply"
    CUT_BEFORE = "cut_before"
    REJECTS = "rejects"
    ASKS_FOR_INFORMATION = "asks_for_information"
    BRINGS_BACK = "brings_back"
    RELISTS = "relists"
    BROKEN_JSON = "broken_json"
    UNKNOWN_STATUS = "unknown_status"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a mood, not a token
    REFUSES = "refuses"
    BREAKS = "breaks"


@dataclass(kw_only=True)
class Filing:
    """A removal request that was really taken."""

    id: str
    body: dict[str, Any]
    received_at: datetime
    status: str = "received"
    reason: str = ""
    decided_at: datetime | None = None
    came_back: str | None = None
    counter_notice: bool = False

    @property
    def reference(self) -> str:
        return str(self.body["reference"])

    @property
    def about(self) -> tuple[object, ...]:
        """The listing and right: two open requests may not be about the same."""
        right = self.body["right"]
        return self.body["listing"]["id"], right["kind"], right["registration_no"], right["title"]

    def told(self, mood: Mood) -> dict[str, Any]:
        """The request as the contract shows it."""
        return {
            "id": self.id,
            "reference": self.reference,
            "status": self.word(mood),
            "reason": self.reason,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
            "seller": self.body.get("seller") or self._seller(),
            "counter_notice": self.counter_notice,
            "came_back": self.came_back,
        }

    def word(self, mood: Mood) -> str:
        return "escalated_to_tier_2" if mood == Mood.UNKNOWN_STATUS else self.status

    def advance(self, mood: Mood, now: datetime, pace: float) -> None:
        """Bring the request to where it stands by now. Safe to repeat."""
        if self.status == "received" and now >= self.received_at + REVIEW_AFTER * pace:
            self.status = "in_review"
        if self.status in ("in_review", "needs_information") and now >= self.received_at + DECIDE_AFTER * pace:
            self._decide(mood, now)
        returns = mood in (Mood.BRINGS_BACK, Mood.RELISTS) and self.status == "removed"
        if returns and now >= (self.decided_at or now) + BACK_AFTER * pace:
            self._become("reinstated", now)
            self.came_back = "relisted" if mood == Mood.RELISTS else "counter_notice"
            self.counter_notice = self.counter_notice or mood == Mood.BRINGS_BACK
            self.reason = _RELISTED if mood == Mood.RELISTS else self.reason

    def withdraw(self, now: datetime) -> bool:
        """Take it back; False when it is decided already."""
        if self.status in OPEN:
            self.status, self.decided_at = "withdrawn", now
        return self.status == "withdrawn"

    def _decide(self, mood: Mood, now: datetime) -> None:
        if mood == Mood.ASKS_FOR_INFORMATION:
            self._become("needs_information", None)
        else:
            self._become("rejected" if mood == Mood.REJECTS else "removed", now)

    def _become(self, status: str, decided_at: datetime | None) -> None:
        self.status, self.reason, self.decided_at = status, _REASONS[status], decided_at

    def _seller(self) -> dict[str, str]:
        """A seller of few, always the same for a listing, so that repeat offenders show."""
        number = zlib.crc32(self.body["listing"]["id"].encode()) % 5 + 1
        return {"id": f"S-{number}", "name": f"Shop {number}"}
