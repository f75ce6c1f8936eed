"""The line from the pretend Slack to the app: what is sent, and what came back, over Socket Mode or signed HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.sandbox.shapes import Json
from bot.sandbox.traffic import Traffic

ACK_SECONDS = 3.0
"""Real seconds an app has to answer. Source: docs.slack.dev, interactivity and Events API."""
RETRY_AFTER = (0.0, 60.0, 300.0)
"""Seconds before each repetition of an event nobody acknowledged. Source: docs.slack.dev/apis/events-api."""


class Kind(StrEnum):
    """The three sorts of payload; the words are Socket Mode's."""

    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"
    EVENT = "events_api"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """How the app took a payload. `error` is the word a person would read; `seconds` are real ones."""

    error: str | None = None
    body: Json = field(default_factory=dict)
    seconds: float = 0.0
    retry: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """Which repetition of an event this is, from 0, and why."""

    number: int = 0
    reason: str = ""


class Wire(Protocol):
    """One way to reach the app."""

    @property
    def connected(self) -> bool: ...

    @property
    def redelivers(self) -> bool:
        """Whether a payload that nobody acknowledged goes out once more, to another connection."""

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: Attempt) -> Answer:
        """Send once and wait for the acknowledgement, `ACK_SECONDS` at most. Never raises for what the app does."""


class Line:
    """Sends over whichever wire is in use, writes it down, and repeats events that nobody acknowledged."""

    def __init__(self, wire: Wire, traffic: Traffic, retry_after: tuple[float, ...] = RETRY_AFTER) -> None:
        self.wire = wire
        self._traffic = traffic
        self._retry_after = retry_after
        self._repeating: set[asyncio.Task[None]] = set()
        self.waiting = 0
        self.twice = False
        """Send every event a second time, as Slack does when an acknowledgement got lost."""

    async def deliver(self, kind: Kind, payload: Mapping[str, Any]) -> Answer:
        """Send something a person waits for. What a second delivery is answered with, nobody sees any more."""
        answer = await self._send(kind, payload, Attempt())
        if answer.error == "operation_timeout" and self.wire.redelivers:
            self._later(self._again(kind, payload))
        return answer

    async def tell(self, event: Mapping[str, Any]) -> Answer:
        """Send an event; it is repeated in the background until it is acknowledged."""
        answer = await self._send(Kind.EVENT, event, Attempt())
        if self.twice:
            await self._send(Kind.EVENT, event, Attempt(number=1, reason="http_timeout"))
        if answer.error and answer.retry:
            self._later(self._repeat(event, answer.error))
        return answer

    async def close(self) -> None:
        for task in self._repeating:
            task.cancel()
        await asyncio.gather(*self._repeating, return_exceptions=True)

    async def _again(self, kind: Kind, payload: Mapping[str, Any]) -> None:
        await self._send(kind, payload, Attempt())

    async def _repeat(self, event: Mapping[str, Any], error: str) -> None:
        for number, pause in enumerate(self._retry_after, start=1):
            await asyncio.sleep(pause)
            reason = _REASONS.get(error, "http_error")
            answer = await self._send(Kind.EVENT, event, Attempt(number=number, reason=reason))
            if not answer.error or not answer.retry:
                return
            error = answer.error

    async def _send(self, kind: Kind, payload: Mapping[str, Any], attempt: Attempt) -> Answer:
        started = time.perf_counter()
        self.waiting += 1
        try:
            answer = await self.wire.send(kind, payload, attempt)
        finally:
            self.waiting -= 1
        self._traffic.record(
            "slack",
            "bot",
            _named(kind, payload),
            status=answer.error or "ack",
            ms=(time.perf_counter() - started) * 1000,
            request=payload,
            response=answer.body,
        )
        return answer

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._repeating.add(task)
        task.add_done_callback(self._repeating.discard)


_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


def _named(kind: Kind, payload: Mapping[str, Any]) -> str:
    if kind is Kind.COMMAND:
        return str(payload["command"])
    return str(payload["type"] if kind is Kind.INTERACTIVE else payload.get("event", payload)["type"])
