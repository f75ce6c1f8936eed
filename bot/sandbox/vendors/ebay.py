"""A pretend eBay: OAuth with Basic credentials, VeRO reason codes, reports, reported items.

It files twice what is sent twice, except within a packet, and refuses a whole packet for one wrong item. Written from
eBay's documentation; where that is silent (version 2's body, what is told of an item nobody reported) it does what
version 1 does, and answers an empty list.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.moody import Moody, json_of
from bot.sandbox.removals import DECIDE_AFTER, REVIEW_AFTER, Mood
from bot.sandbox.vendors.ebay_rules import WORDS, Wrong, wrongs

SCOPE = "https://api.ebay.com/oauth/api_scope/commerce.vero"
USER_TOKEN, APP_TOKEN = timedelta(hours=2), timedelta(hours=2)
LONGEST = timedelta(days=90)
_TOKENS = "/identity/v1/oauth2/token"
_BASE = "/commerce/vero/v2"
_REASONS = {
    "SUBMISSION_FAILED": "The mark could not be found on the listing.",
    "CLARIFICATION_REQUIRED": "Please say which part of the listing infringes your right.",
}
CODES: Mapping[str, Mapping[str, str]] = {
    "EBAY_US": {
        "9001": "Item is a counterfeit product which infringes the trademark owner's rights",
        "9002": "Listing contains unauthorized use of a trademark",
        "9011": "Listing text infringes copyright",
        "9012": "Listing uses a copyrighted image without authorization",
        "9021": "Item infringes a registered design",
        "9037": "Item(s) is unlawful importation of product bearing trademark",
        "9048": "Item(s) infringes a valid patent",
        "9052": "Other - Provide details information in additional information box below",
    },
    "EBAY_DE": {
        "7001": "Artikel ist eine Fälschung",
        "7002": "Markenrechtsverletzung im Titel",
        "7003": "Markenrechtsverletzung in der Beschreibung",
        "7052": "Sonstiges",
    },
}


@dataclass(kw_only=True)
class Reported:
    """One item of a report."""

    item: str
    entry: dict[str, Any]
    status: str = "RECEIVED"
    why: str = ""

    def told(self, mood: Mood) -> dict[str, str]:
        word = "ESCALATED_TO_TIER_2" if mood == Mood.UNKNOWN_STATUS else self.status
        return {"itemId": self.item, "status": word, **({"reasonForFailure": self.why} if self.why else {})}


@dataclass(kw_only=True)
class Packet:
    """A report that was really taken."""

    id: str
    owner: str
    submitted_at: datetime
    items: list[Reported]

    def advance(self, mood: Mood, now: datetime, pace: float) -> None:
        """Bring its items to where they stand by now. Safe to repeat."""
        for one in self.items:
            if one.status == "RECEIVED" and now >= self.submitted_at + REVIEW_AFTER * pace:
                one.status = "SUBMITTED"
            if one.status == "SUBMITTED" and now >= self.submitted_at + DECIDE_AFTER * pace:
                decided = {Mood.REJECTS: "SUBMISSION_FAILED", Mood.ASKS_FOR_INFORMATION: "CLARIFICATION_REQUIRED"}
                one.status = decided.get(mood, "REMOVED")
                one.why = _REASONS.get(one.status, "")

    @property
    def status(self) -> str:
        """PROCESSED as soon as all was passed on: it says nothing of the outcome."""
        statuses = {one.status for one in self.items}
        return "RECEIVED" if statuses == {"RECEIVED"} else "IN_PROCESS" if "SUBMITTED" in statuses else "PROCESSED"


@dataclass(kw_only=True)
class PretendEbay(Moody):
    """Serve `app`; look at `packets`. `gone` are items they do not find, `vague` has them not say which it was.

    `answers_error` is told instead of taking a report, with its HTTP status.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: CODES)
    gone: set[str] = field(default_factory=set)
    vague: bool = False
    answers_error: tuple[int, dict[str, Any]] | None = None
    packets: list[Packet] = field(default_factory=list)
    app: Starlette = field(init=False)
    _tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.app = Starlette(
            routes=[
                Route(_TOKENS, self.guarded(self._grant), methods=["POST"]),
                Route(f"{_BASE}/vero_reason_code", self.guarded(self._reasons), methods=["GET"]),
                Route(f"{_BASE}/report_vero_violations", self.guarded(self._report), methods=["POST"]),
                Route(f"{_BASE}/vero_report/{{id}}", self.guarded(self._show), methods=["GET"]),
                Route(f"{_BASE}/vero_report_items", self.guarded(self._items), methods=["GET"]),
            ]
        )

    def filed(self, reference: str) -> int:
        """How often this item was reported."""
        return sum(one.item == reference for packet in self.packets for one in packet.items)

    def forget_tokens(self) -> None:
        """Take every access token back before its time."""
        self._tokens.clear()

    def writes(self, request: Request) -> bool:
        return request.method == "POST" and request.url.path != _TOKENS

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        body = json_of(content) if self.writes(request) else None
        items = body.get("reportItems") if isinstance(body, dict) else None
        found = [one.get("itemId") for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        asked = request.query_params.get("itemId") or request.path_params.get("id")
        return tuple(str(one) for one in (*found, asked) if one)

    def knows(self, request: Request) -> bool:
        return request.url.path == _TOKENS or self._owner(request) is not None

    def said(self, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        identity = {401: 1001, 429: 2001}.get(status, 235000 if status >= 500 else 2004)
        category = "APPLICATION" if status >= 500 else "REQUEST"
        error = {"errorId": identity, "domain": "API_VERO", "category": category, "message": WORDS[identity]}
        return JSONResponse({"errors": [{**error, "longMessage": words}]}, status_code=status, headers=headers)

    def refuses(self) -> Response:
        error = {"errorId": 2004, "domain": "API_VERO", "category": "BUSINESS", "message": "Invalid request."}
        return JSONResponse({"errors": [{**error, "longMessage": "We do not take this."}]}, status_code=400)

    def _owner(self, request: Request) -> str | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        owner, until = self._tokens.get(token, ("", self.clock()))
        return owner if owner and until > self.clock() else None

    def _grant(self, request: Request, content: bytes) -> Response:
        """Source: developer.ebay.com, the refresh token and the client credentials request."""
        form = {name: values[0] for name, values in parse_qs(content.decode()).items()}
        wrong = self._stranger(request, form)
        if wrong is not None:
            return wrong
        match form.get("grant_type"):
            case "client_credentials" if set(form) == {"grant_type", "scope"}:
                return self._granted("app", APP_TOKEN, "Application Access Token")
            case "refresh_token" if self.refresh_token and form.get("refresh_token") == self.refresh_token:
                return self._granted("user", USER_TOKEN, "User Access Token")
            case "refresh_token":
                words = "the provided authorization refresh token is invalid or was issued to another client"
                return _refused_token(400, "invalid_grant", words)
        return _refused_token(400, "unsupported_grant_type", "grant type in request is not supported")

    def _stranger(self, request: Request, form: Mapping[str, str]) -> Response | None:
        """Why this is no client of ours: who it is has to be in the header, and only there."""
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return _refused_token(400, "invalid_request", "Content-Type is not supported")
        if not self._client(request.headers.get("Authorization", "")) or {"client_id", "client_secret"} & set(form):
            return _refused_token(401, "invalid_client", "client authentication failed")
        if form.get("scope", SCOPE) != SCOPE:
            return _refused_token(400, "invalid_scope", "The requested scope is invalid, unknown or malformed")
        return None

    def _client(self, header: str) -> bool:
        try:
            given = b64decode(header.removeprefix("Basic "), validate=True).decode()
        except ValueError:
            return False
        return header.startswith("Basic ") and given == f"{self.client_id}:{self.client_secret}"

    def _granted(self, owner: str, lasts: timedelta, kind: str) -> Response:
        token = f"v^1.1#i^1#{owner}#{len(self._tokens) + 1}-{int(self.clock().timestamp())}"
        self._tokens[token] = owner, self.clock() + lasts
        seconds = int(lasts.total_seconds())
        return JSONResponse({"access_token": token, "expires_in": seconds, "token_type": kind})

    def _reasons(self, request: Request, content: bytes) -> Response:
        site = request.headers.get("X-EBAY-C-MARKETPLACE-ID")
        if site is not None and site not in self.codes:
            return self.said(400, "The marketplace is not supported.")
        told = [
            {
                "marketplaceId": one,
                "reasonCodeDetails": [
                    {"veroReasonCodeId": code, "briefText": brief, "detailedText": f"{brief}."}
                    for code, brief in codes.items()
                ],
            }
            for one, codes in self.codes.items()
            if site in (None, one)
        ]
        return JSONResponse({"veroReasonCodes": told})

    def _report(self, request: Request, content: bytes) -> Response:
        if request.headers.get("Content-Type", "").partition(";")[0].strip().casefold() != "application/json":
            return self.said(415, "Please send application/json.")
        if self.answers_error is not None:
            return JSONResponse({"errors": [self.answers_error[1]]}, status_code=self.answers_error[0])
        known = {code for codes in self.codes.values() for code in codes}
        found = wrongs(json_of(content), known, self.gone)
        if found:
            status = 500 if any(one.id == 235018 for one in found) else 400
            return JSONResponse({"errors": [one.told(vague=self.vague) for one in found]}, status_code=status)
        entries = json.loads(content)["reportItems"]
        packet = Packet(
            id=str(5_000_000_001 + len(self.packets)),
            owner=self._owner(request) or "",
            submitted_at=self.clock(),
            items=[Reported(item=one["itemId"], entry=one) for one in entries],
        )
        self.packets.append(packet)
        headers = {"Location": f"{request.url.scheme}://{request.url.netloc}{_BASE}/vero_report/{packet.id}"}
        told = {"veroReportId": packet.id, "veroReportStatus": packet.status}
        return JSONResponse(told, status_code=201, headers=headers)

    def _show(self, request: Request, content: bytes) -> Response:
        packet = next((one for one in self.packets if one.id == request.path_params["id"]), None)
        if packet is None:
            return JSONResponse({"errors": [Wrong(235011).told()]}, status_code=404)
        if packet.owner != self._owner(request):
            return JSONResponse({"errors": [Wrong(235010).told()]}, status_code=400)
        packet.advance(self.mood, self.clock(), self.pace)
        told: dict[str, Any] = {"veroReportId": packet.id, "veroReportStatus": packet.status}
        if request.query_params.get("includeItemDetails") == "true":
            told["reportedItemDetails"] = [one.told(self.mood) for one in packet.items]
        return JSONResponse(told)

    def _items(self, request: Request, content: bytes) -> Response:
        asked = request.query_params
        if set(asked) - {"itemId", "filter", "limit", "offset"}:
            return self.said(400, "Invalid request.")
        window = self._window(asked.get("filter"))
        if isinstance(window, Wrong):
            return JSONResponse({"errors": [window.told()]}, status_code=400)
        rows: list[dict[str, str]] = []
        for packet in self.packets:
            packet.advance(self.mood, self.clock(), self.pace)
            if packet.owner != self._owner(request) or not (
                asked.get("itemId") or window[0] <= packet.submitted_at <= window[1]
            ):
                continue
            rows += [one.told(self.mood) for one in packet.items if asked.get("itemId") in (None, one.item)]
        limit, offset = int(asked.get("limit", "25")), int(asked.get("offset", "0"))
        page = {"href": str(request.url), "limit": limit, "offset": offset, "total": len(rows)}
        more = {"next": f"{_BASE}/vero_report_items?offset={offset + limit}"} if offset + limit < len(rows) else {}
        return JSONResponse({**page, **more, "reportedItemDetails": rows[offset : offset + limit]})

    def _window(self, said: str | None) -> tuple[datetime, datetime] | Wrong:
        """The two times of a filter; without one, the last two years."""
        if said is None:
            return self.clock() - timedelta(days=730), self.clock()
        stamp = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z)"
        found = re.fullmatch(rf"reportSubmittedDate:\[{stamp}\.\.{stamp}\]", said)
        if not found:
            return Wrong(235005)
        begin, end = (datetime.fromisoformat(one.replace("Z", "+00:00")) for one in found.groups())
        if end < begin or end > self.clock() + timedelta(minutes=1):
            return Wrong(235007)
        return Wrong(235009) if end - begin > LONGEST else (begin, end)


def _refused_token(status: int, error: str, words: str) -> Response:
    return JSONResponse({"error": error, "error_description": words}, status_code=status)
