"""What Slack hands out for a short time: trigger ids and addresses to answer at."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import Clock
from bot.sandbox.strictness import Refusal

TRIGGER_LASTS = timedelta(seconds=3)
ADDRESS_LASTS = timedelta(minutes=30)
ADDRESS_USES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """Leave to show a person a form; `view_id` is the form it came from, `channel_id` where the person was."""

    id: str
    user_id: str
    issued_at: datetime
    view_id: str | None = None
    channel_id: str | None = None


class Triggers:
    """Good for three seconds and one use. Source: docs.slack.dev/interactivity/handling-user-interaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}
        self._used: set[str] = set()

    def issue(self, user_id: str, view_id: str | None = None, *, channel_id: str | None = None) -> str:
        now = self._clock()
        trigger_id = f"{int(now.timestamp() * 1000)}.{secrets.randbelow(10**12):012d}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(
            id=trigger_id, user_id=user_id, issued_at=now, view_id=view_id, channel_id=channel_id
        )
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        """Raises: Refusal: it is unknown, used or too old."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger_id in self._used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() - trigger.issued_at > TRIGGER_LASTS:
            raise Refusal("expired_trigger_id")
        return trigger

    def spend(self, trigger: Trigger) -> None:
        self._used.add(trigger.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where an interaction may be answered; `ts` is the message that was clicked, if one was."""

    id: str
    user_id: str
    channel_id: str
    issued_at: datetime
    ts: str | None = None
    uses: int = 0


class Addresses:
    """Good for five uses in half an hour. Source: docs.slack.dev/interactivity/handling-user-interaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Address] = {}

    def issue(self, user_id: str, channel_id: str, ts: str | None = None) -> Address:
        address = Address(
            id=secrets.token_urlsafe(24), user_id=user_id, channel_id=channel_id, issued_at=self._clock(), ts=ts
        )
        self._issued[address.id] = address
        return address

    def check(self, address_id: str) -> Address:
        """Raises: Refusal: it is unknown, used up or too old."""
        address = self._issued.get(address_id)
        if address is None:
            raise Refusal("invalid_url")
        if self._clock() - address.issued_at > ADDRESS_LASTS:
            raise Refusal("expired_url")
        if address.uses >= ADDRESS_USES:
            raise Refusal("used_url")
        return address

    def spend(self, address: Address) -> None:
        self._issued[address.id] = replace(address, uses=address.uses + 1)
