"""The log of every call both ways, without the secrets."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model import Clock
from bot.sandbox.shapes import Json

KEPT = 1000
"""Calls; the oldest are forgotten."""
_BODY_LIMIT = 20_000
_SECRET = re.compile(r"(xox[a-z]|xapp)-[A-Za-z0-9-]+|(?<=ticket=)[A-Za-z0-9_-]+|(?<=/respond/)[A-Za-z0-9_-]+")
_SECRET_KEYS = frozenset({"token", "authorization", "signing_secret", "client_secret"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call and its answer. `ms` is real time, None while unknown."""

    n: int
    at: datetime
    sender: str
    receiver: str
    kind: str
    status: str
    ms: float
    request: Any
    response: Any

    def as_json(self) -> Json:
        return {
            "n": self.n,
            "at": self.at.isoformat(),
            "from": self.sender,
            "to": self.receiver,
            "kind": self.kind,
            "status": self.status,
            "ms": round(self.ms, 1),
            "request": self.request,
            "response": self.response,
        }


class Traffic:
    """The newest calls, numbered from 1."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._count = 0

    def record(
        self,
        sender: str,
        receiver: str,
        kind: str,
        *,
        status: str,
        ms: float,
        request: Any = None,
        response: Any = None,
    ) -> None:
        self._count += 1
        self._calls.append(
            Call(
                n=self._count,
                at=self._clock(),
                sender=sender,
                receiver=receiver,
                kind=kind,
                status=status,
                ms=ms,
                request=redacted(request),
                response=redacted(response),
            )
        )
        self._changed()

    def after(self, n: int) -> list[Call]:
        return [call for call in self._calls if call.n > n]

    def of(self, kind: str) -> list[Call]:
        """The calls of one method or kind, oldest first."""
        return [call for call in self._calls if call.kind == kind]

    def __str__(self) -> str:
        return "\n".join(
            f"{call.n:4} {call.sender} → {call.receiver} {call.kind}: {call.status} ({call.ms:.0f} ms)"
            for call in list(self._calls)[-40:]
        )


def redacted(value: Any) -> Any:
    """The value with every token, ticket and answering address blacked out; cut off when it is very long."""
    cleaned = _cleaned(value)
    if len(json.dumps(cleaned, default=str)) > _BODY_LIMIT:
        return json.dumps(cleaned, default=str)[:_BODY_LIMIT] + "…"
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "•••" if str(key).casefold() in _SECRET_KEYS else _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return _SECRET.sub("•••", value) if isinstance(value, str) else value
