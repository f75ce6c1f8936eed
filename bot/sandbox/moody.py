"""A pretend vendor's temper: every endpoint behind a mood, a check of credentials and a log of what arrived."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.model import Clock
from bot.sandbox.removals import Mood
from bot.sandbox.serving import cut

SLOW, HANG = 3.0, 60.0
Act = Callable[[Request, bytes], Response]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call that arrived, and how it ended; `status` is None when the connection was cut or is still open.

    `references` are what it was about, by our ids or by listing: what `sent` counts.
    """

    at: datetime
    method: str
    path: str
    references: tuple[str, ...] = ()
    status: int | None

    @property
    def reference(self) -> str:
        return self.references[0] if self.references else ""


@dataclass(kw_only=True)
class Moody:
    """What every pretend vendor has. A vendor says how it refuses (`said`), whom it knows (`knows`), what a call is
    about (`about`) and which calls change something (`writes`); it builds its routes with `guarded`.

    Everything about time follows `clock`, but for waits. `pace` 0 decides at once.
    """

    clock: Clock
    pace: float = 1.0
    slow_seconds: float = SLOW
    hang_seconds: float = HANG
    mood: Mood = Mood.CALM
    log: list[Call] = field(default_factory=list)
    _writes_left: int | None = None
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def said(self, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        """An answer that refuses, in the vendor's own shape."""
        return JSONResponse({"message": words}, status_code=status, headers=headers)

    def knows(self, request: Request) -> bool:
        """Whether the credentials of this call are good."""
        return True

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        """What the call is about."""
        return ()

    def writes(self, request: Request) -> bool:
        """Whether the call may change something: moods that cut connections touch only such calls."""
        return request.method != "GET"

    def refuses(self) -> Response:
        """How a filing is refused in the mood REFUSES."""
        return self.said(422, "We do not take this.")

    def feel(self, mood: Mood, *, writes: int | None = None) -> None:
        """Take a mood, for good or for the next so many writes."""
        self.mood, self._writes_left = mood, writes

    def let_go(self) -> None:
        """Answer the calls that hang, those still to come, too."""
        self._let_go.set()

    def sent(self, reference: str) -> int:
        """How often this was sent, whether it was taken, refused or cut off."""
        return sum(call.method == "POST" and reference in call.references for call in self.log)

    def guarded(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint behind the mood of the moment, the credentials and the log."""

        async def endpoint(request: Request) -> Response:
            content = await request.body()
            mood = self._mood_of(request)
            place = len(self.log)
            self.log.append(self._call(request, content))
            response = await self._moody(request, content, act, mood)
            if response is None:
                await cut(request.scope)
                return Response()
            self.log[place : place + 1] = [self._call(request, content, response.status_code)]
            return response

        return endpoint

    def _mood_of(self, request: Request) -> Mood:
        mood = self.mood
        if self.writes(request) and self._writes_left is not None:
            self._writes_left -= 1
            if self._writes_left <= 0:
                self.feel(Mood.CALM)
        return mood

    def _call(self, request: Request, content: bytes, status: int | None = None) -> Call:
        return Call(
            at=self.clock(),
            method=request.method,
            path=request.url.path,
            references=self.about(request, content),
            status=status,
        )

    async def _moody(self, request: Request, content: bytes, act: Act, mood: Mood) -> Response | None:
        """The answer; None when the connection is to be cut."""
        writes = self.writes(request)
        refusal = await self._moody_refusal(mood)
        if refusal is not None:
            return refusal
        if mood == Mood.CUT_BEFORE and writes:
            return None
        if mood == Mood.BAD_TOKEN or not self.knows(request):
            return self.said(401, "This token is not valid.", {"WWW-Authenticate": "Bearer"})
        if mood == Mood.REFUSES and writes:
            return self.refuses()
        response = act(request, content)
        if mood == Mood.BROKEN_JSON and response.body:
            broken = bytes(response.body)[:-3]
            return Response(broken, status_code=response.status_code, media_type=response.media_type)
        return None if mood == Mood.LOST_REPLY and writes else response

    async def _moody_refusal(self, mood: Mood) -> Response | None:
        """What it answers out of mood alone, after the time it takes."""
        match mood:
            case Mood.SLOW:
                await asyncio.sleep(self.slow_seconds)
            case Mood.HANGS:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._let_go.wait(), self.hang_seconds)
                return self.said(503, "We are busy.")
            case Mood.DOWN:
                return self.said(503, "We are down for maintenance.")
            case Mood.BREAKS:
                return self.said(500, "Something broke on our side.")
            case Mood.RATE_LIMITED:
                return self.said(429, "Too many requests.", {"Retry-After": "2"})
        return None


def json_of(content: bytes) -> Any:
    """The JSON of a body; None when it is none."""
    try:
        return json.loads(content)
    except ValueError:
        return None
