"""A pretend marketplace: strict about the removal contract, moved by a clock, and moody on request."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.desk_file import desk_file_text
from bot.sandbox.moody import Call, Moody, json_of
from bot.sandbox.removal_rules import problems
from bot.sandbox.removals import OPEN, Filing, Mood

__all__ = ["Call", "Filing", "Mood", "PretendMarketplace", "desk_file_text"]

BODY_LIMIT = 100_000


@dataclass(kw_only=True)
class PretendMarketplace(Moody):
    """Serve `app`, set `mood`, look at `requests` and `log`.

    With `honours_keys` off it files the same request as often as it is sent, so that a test can tell a desk that
    looks before it sends again from one that leans on the marketplace.
    """

    key: str
    name: str
    token: str = field(repr=False)
    push_secret: str = field(default="", repr=False)
    push_url: str = ""
    honours_keys: bool = True
    requests: list[Filing] = field(default_factory=list)
    app: Starlette = field(init=False)
    _events: int = 0
    _next_id: int = 1001

    def __post_init__(self) -> None:
        self.app = Starlette(
            routes=[
                Route("/removal-requests", self.guarded(self._list), methods=["GET"]),
                Route("/removal-requests", self.guarded(self._create), methods=["POST"]),
                Route("/removal-requests/{id}", self.guarded(self._show), methods=["GET"]),
                Route("/removal-requests/{id}", self.guarded(self._withdraw), methods=["DELETE"]),
            ]
        )

    @property
    def moods(self) -> tuple[Mood, ...]:
        return tuple(Mood)

    def reset(self) -> None:
        """Calm, and as if nothing had ever been sent."""
        self.feel(Mood.CALM)
        self.requests.clear()
        self.log.clear()
        self.honours_keys = True

    def feels_about(self, filing: Filing) -> Mood:
        """How it decides this request; it may be another mood for each."""
        return self.mood

    def filed(self, reference: str) -> int:
        """How often this was taken."""
        return sum(one.reference == reference for one in self.requests)

    def filings(self) -> list[dict[str, str]]:
        """What was taken, as it stands by now, newest first: for people to look at."""
        for one in self.requests:
            self._advance(one)
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
            self._advance(found)
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

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        body = json_of(content)
        reference = body.get("reference") if isinstance(body, dict) else None
        reference = reference or request.query_params.get("reference")
        return (reference,) if isinstance(reference, str) else ()

    def knows(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())

    def _create(self, request: Request, content: bytes) -> Response:
        body = self._json_of(request, content)
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

    def _advance(self, filing: Filing) -> None:
        filing.advance(self.feels_about(filing), self.clock(), self.pace)

    def _there(self, new: Filing) -> Filing | None:
        """The request that came with this key, or the open one about the same listing and right."""
        for one in self.requests:
            self._advance(one)
        same_key = (one for one in self.requests if one.reference == new.reference)
        same_thing = (one for one in self.requests if one.about == new.about and one.status in OPEN)
        return next(same_key, None) or next(same_thing, None)

    def _show(self, request: Request, content: bytes) -> Response:
        filing = self.find(request.path_params["id"])
        return JSONResponse(filing.told(self.mood)) if filing else self.said(404, "There is no such removal request.")

    def _list(self, request: Request, content: bytes) -> Response:
        reference = request.query_params.get("reference", "")
        if not reference:
            return JSONResponse({"errors": [{"field": "reference", "message": "is required"}]}, status_code=422)
        items = [one for one in self.requests if one.reference == reference]
        for one in items:
            self._advance(one)
        return JSONResponse({"items": [one.told(self.mood) for one in items]})

    def _withdraw(self, request: Request, content: bytes) -> Response:
        filing = self.find(request.path_params["id"])
        if filing is None:
            return self.said(404, "There is no such removal request.")
        if not filing.withdraw(self.clock()):
            return self.said(409, f"It is decided already: {filing.status}.")
        return Response(status_code=204)

    def _json_of(self, request: Request, content: bytes) -> Any:
        """What was sent, or the answer that refuses it."""
        if len(content) > BODY_LIMIT:
            return self.said(413, "The request is too long.")
        if request.headers.get("Content-Type", "").partition(";")[0].strip().casefold() != "application/json":
            return self.said(415, "Please send application/json.")
        try:
            return json.loads(content)
        except ValueError:
            return JSONResponse({"errors": [{"field": "body", "message": "is not JSON"}]}, status_code=422)
