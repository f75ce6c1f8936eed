"""A pretend marketplace: strict about the removal contract, moved by a clock, and moody on request."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.model import Clock
from bot.sandbox.desk_file import desk_file_text
from bot.sandbox.removal_rules import problems
from bot.sandbox.removals import OPEN, Filing, Mood
from bot.sandbox.serving import cut

__all__ = ["Call", "Filing", "Mood", "PretendMarketplace", "desk_file_text"]

SLOW, HANG = 3.0, 60.0
BODY_LIMIT = 100_000
Act = Callable[[Request, bytes], Response]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call that arrived, and how it ended; `status` is None when the connection was cut or is still open."""

    at: datetime
    method: str
    path: str
    reference: str
    status: int | None


@dataclass(kw_only=True)
class PretendMarketplace:
    """Serve `app`, set `mood`, look at `requests` and `log`. Everything about time follows `clock`, but for waits.

    With `honours_keys` off it files the same request as often as it is sent, so that a test can tell a desk that
    looks before it sends again from one that leans on the marketplace. `pace` 0 decides at once.
    """

    key: str
    name: str
    token: str = field(repr=False)
    clock: Clock
    push_secret: str = field(default="", repr=False)
    push_url: str = ""
    pace: float = 1.0
    slow_seconds: float = SLOW
    hang_seconds: float = HANG
    honours_keys: bool = True
    mood: Mood = Mood.CALM
    requests: list[Filing] = field(default_factory=list)
    log: list[Call] = field(default_factory=list)
    app: Starlette = field(init=False)
    _events: int = 0
    _next_id: int = 1001
    _writes_left: int | None = None

    def __post_init__(self) -> None:
        self.app = Starlette(
            routes=[
                Route("/removal-requests", self._guarded(self._list), methods=["GET"]),
                Route("/removal-requests", self._guarded(self._create), methods=["POST"]),
                Route("/removal-requests/{id}", self._guarded(self._show), methods=["GET"]),
                Route("/removal-requests/{id}", self._guarded(self._withdraw), methods=["DELETE"]),
            ]
        )

    @property
    def moods(self) -> tuple[Mood, ...]:
        return tuple(Mood)

    def feel(self, mood: Mood, *, writes: int | None = None) -> None:
        """Take a mood, for good or for the next so many writes."""
        self.mood, self._writes_left = mood, writes

    def reset(self) -> None:
        """Calm, and as if nothing had ever been sent."""
        self.feel(Mood.CALM)
        self.requests.clear()
        self.log.clear()
        self.honours_keys = True

    def filed(self, reference: str) -> int:
        """How often this was taken."""
        return sum(one.reference == reference for one in self.requests)

    def sent(self, reference: str) -> int:
        """How often this was sent, whether it was taken, refused or cut off."""
        return sum(call.method == "POST" and call.reference == reference for call in self.log)

    def filings(self) -> list[dict[str, str]]:
        """What was taken, as it stands by now, newest first: for people to look at."""
        for one in self.requests:
            one.advance(self.mood, self.clock(), self.pace)
        return [
            {
                "id": one.id,
                "reference": one.reference,
                "status": one.word(self.mood),
                "listing_url": one.body["listing"]["url"],
            }
            for one in reversed(self.requests)
        ]

    def find(self, filing_id: str) -> Filing | None:
        """A request as it stands by now."""
        found = next((one for one in self.requests if one.id == filing_id), None)
        if found is not None:
            found.advance(self.mood, self.clock(), self.pace)
        return found

    def signed(self, filing_id: str) -> tuple[dict[str, str], bytes]:
        """The headers and body of a new push about a request.

        Raises:
            KeyError: there is no such request.
        """
        filing = self.find(filing_id)
        if filing is None:
            raise KeyError(filing_id)
        self._events += 1
        body = json.dumps({"event_id": f"{self.key}-event-{self._events}", **filing.told(self.mood)}).encode()
        timestamp = str(int(self.clock().timestamp()))
        digest = hmac.new(self.push_secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Removal-Timestamp": timestamp,
            "X-Removal-Signature": f"v1={digest}",
        }, body

    async def push(self, filing_id: str) -> int:
        """Push how a request stands to `push_url`; gives the HTTP status of the answer."""
        headers, body = self.signed(filing_id)
        async with httpx.AsyncClient(timeout=10) as client:
            return (await client.post(self.push_url, headers=headers, content=body)).status_code

    def _guarded(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint behind the mood of the moment, the token and the log."""

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
        if request.method != "GET" and self._writes_left is not None:
            self._writes_left -= 1
            if self._writes_left <= 0:
                self.feel(Mood.CALM)
        return mood

    def _call(self, request: Request, content: bytes, status: int | None = None) -> Call:
        try:
            body = json.loads(content or b"{}")
        except ValueError:
            body = None
        reference = body.get("reference") if isinstance(body, dict) else None
        reference = reference or request.query_params.get("reference")
        return Call(
            at=self.clock(),
            method=request.method,
            path=request.url.path,
            reference=reference if isinstance(reference, str) else "",
            status=status,
        )

    async def _moody(self, request: Request, content: bytes, act: Act, mood: Mood) -> Response | None:
        """The answer; None when the connection is to be cut."""
        writes = request.method != "GET"
        refusal = await self._moody_refusal(mood)
        if refusal is not None:
            return refusal
        if mood == Mood.CUT_BEFORE and writes:
            return None
        if mood == Mood.BAD_TOKEN or not self._known(request):
            return _said(401, "This token is not valid.", {"WWW-Authenticate": "Bearer"})
        response = act(request, content)
        if mood == Mood.BROKEN_JSON and response.body:
            broken = bytes(response.body)[:-3]
            return Response(broken, status_code=response.status_code, media_type="application/json")
        return None if mood == Mood.LOST_REPLY and writes else response

    async def _moody_refusal(self, mood: Mood) -> Response | None:
        """What it answers out of mood alone, after the time it takes."""
        match mood:
            case Mood.SLOW:
                await asyncio.sleep(self.slow_seconds)
            case Mood.HANGS:
                await asyncio.sleep(self.hang_seconds)
                return _said(503, "We are busy.")
            case Mood.DOWN:
                return _said(503, "We are down for maintenance.")
            case Mood.RATE_LIMITED:
                return _said(429, "Too many requests.", {"Retry-After": "2"})
        return None

    def _known(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())

    def _create(self, request: Request, content: bytes) -> Response:
        body = _json_of(request, content)
        if isinstance(body, Response):
            return body
        wrong = problems(body)
        key = request.headers.get("Idempotency-Key", "")
        if not wrong and key != body["reference"]:
            wrong = [{"field": "Idempotency-Key", "message": "must be the reference"}]
        if wrong:
            return JSONResponse({"errors": wrong}, status_code=422)
        filing = Filing(id=f"{self.key.upper()}-{self._next_id}", body=body, received_at=self.clock())
        there = self._there(filing) if self.honours_keys else None
        if there is not None:
            return JSONResponse({"id": there.id}, status_code=409)
        self.requests.append(filing)
        self._next_id += 1
        return JSONResponse({"id": filing.id, "status": filing.word(self.mood)}, status_code=201)

    def _there(self, new: Filing) -> Filing | None:
        """The request that came with this key, or the open one about the same listing and right."""
        for one in self.requests:
            one.advance(self.mood, self.clock(), self.pace)
        same_key = (one for one in self.requests if one.reference == new.reference)
        same_thing = (one for one in self.requests if one.about == new.about and one.status in OPEN)
        return next(same_key, None) or next(same_thing, None)

    def _show(self, request: Request, content: bytes) -> Response:
        filing = self.find(request.path_params["id"])
        return JSONResponse(filing.told(self.mood)) if filing else _said(404, "There is no such removal request.")

    def _list(self, request: Request, content: bytes) -> Response:
        reference = request.query_params.get("reference", "")
        if not reference:
            return JSONResponse({"errors": [{"field": "reference", "message": "is required"}]}, status_code=422)
        items = [one for one in self.requests if one.reference == reference]
        for one in items:
            one.advance(self.mood, self.clock(), self.pace)
        return JSONResponse({"items": [one.told(self.mood) for one in items]})

    def _withdraw(self, request: Request, content: bytes) -> Response:
        filing = self.find(request.path_params["id"])
        if filing is None:
            return _said(404, "There is no such removal request.")
        if not filing.withdraw(self.clock()):
            return _said(409, f"It is decided already: {filing.status}.")
        return Response(status_code=204)


def _json_of(request: Request, content: bytes) -> Any:
    """What was sent, or the answer that refuses it."""
    if len(content) > BODY_LIMIT:
        return _said(413, "The request is too long.")
    if request.headers.get("Content-Type", "").partition(";")[0].strip().casefold() != "application/json":
        return _said(415, "Please send application/json.")
    try:
        return json.loads(content)
    except ValueError:
        return JSONResponse({"errors": [{"field": "body", "message": "is not JSON"}]}, status_code=422)


def _said(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers=headers)
