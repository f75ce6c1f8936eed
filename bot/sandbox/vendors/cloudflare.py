"""A pretend Cloudflare: takes abuse reports of one account, and tells it how they stand."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.moody import Moody, json_of
from bot.sandbox.removals import DECIDE_AFTER, Mood
from bot.sandbox.vendors.cloudflare_rules import KINDS, problem

RECENTLY = timedelta(days=1)
"""How long the same address is not taken again."""
_FILTERS = frozenset({"id", "domain", "status", "type", "created_after", "created_before", "page", "per_page", "sort"})


@dataclass(kw_only=True)
class AbuseReport:
    """A report that was taken."""

    id: str
    body: dict[str, Any]
    cdate: datetime
    status: str = "submitted"
    denial_reason: str | None = None

    @property
    def urls(self) -> list[str]:
        return str(self.body["urls"]).split("\n")

    @property
    def domain(self) -> str:
        return urlsplit(self.urls[0]).hostname or ""

    def brief(self, mood: Mood) -> dict[str, Any]:
        return {
            "id": self.id,
            "cdate": _stamp(self.cdate),
            "denial_reason": self.denial_reason,
            "domain": self.domain,
            "status": "escalated_to_tier_2" if mood == Mood.UNKNOWN_STATUS else self.status,
            "type": KINDS[self.body["act"]],
            "submitter": {"name": self.body["name"], "email": self.body["email"]},
        }

    def told(self, mood: Mood) -> dict[str, Any]:
        names = ("justification", "comments", "original_work", "agent_name", "host_notification", "owner_notification")
        said = {name: self.body[name] for name in names if name in self.body}
        return {**self.brief(mood), "dsa_attestation": False, "urls": self.urls, **said}


@dataclass(kw_only=True)
class PretendCloudflare(Moody):
    """Serve `app`, set `mood`, look at `reports` and `log`.

    `numbers` off: it takes a report and gives no number, as its SDK has it. `lists` off: what was just taken is not
    listed yet. `denial` is why it denies when it does.
    """

    account: str
    token: str = field(repr=False)
    numbers: bool = True
    lists: bool = True
    denial: str = "no_abuse_found"
    reports: list[AbuseReport] = field(default_factory=list)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        reports = "/accounts/{account}/abuse-reports"
        self.app = Starlette(
            routes=[
                Route(f"{reports}/submitted", self.guarded(self._list), methods=["GET"]),
                Route(f"{reports}/submitted/{{id}}", self.guarded(self._show), methods=["GET"]),
                Route(f"{reports}/{{act}}", self.guarded(self._create), methods=["POST"]),
            ]
        )

    def said(self, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        code = 10000 if status in (401, 403) else status * 10
        body = {"success": False, "errors": [{"code": code, "message": words}], "messages": [], "result": None}
        return JSONResponse(body, status_code=status, headers=headers)

    def refuses(self) -> Response:
        return self.said(200, "We do not take this.")

    def knows(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        good = hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())
        return good and request.path_params["account"] == self.account

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        body = json_of(content)
        urls = body.get("urls") if isinstance(body, dict) else None
        return tuple(urls.split("\n")) if isinstance(urls, str) else ()

    def filed(self, reference: str) -> int:
        """How often a report about this address was taken."""
        return sum(reference in report.urls for report in self.reports)

    def _create(self, request: Request, content: bytes) -> Response:
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            return self.said(415, "Please send application/json.")
        act, body = request.path_params["act"], json_of(content)
        wrong = problem(act, body)
        if wrong is not None:
            return self._flat(act, *wrong, status=400)
        report = AbuseReport(id=f"{0xA8B0 + len(self.reports):x}c4d2", body=body, cdate=self.clock())
        again = next((url for url in report.urls if self._recent(url)), None)
        if again is not None:
            return self._flat(act, "dedupe", f"You have already submitted this URL recently: {again}", status=200)
        self.reports.append(report)
        if not self.numbers:
            return JSONResponse({"success": True, "errors": [], "messages": [], "result": "success"})
        return JSONResponse({"abuse_rand": report.id, "request": {"act": act}, "result": "success"})

    def _flat(self, act: str, code: str, words: str, *, status: int) -> Response:
        body = {"error_code": code, "msg": words, "request": {"act": act}, "result": "error"}
        return JSONResponse(body, status_code=status)

    def _recent(self, url: str) -> bool:
        return any(url in one.urls and self.clock() - one.cdate < RECENTLY for one in self.reports)

    def _show(self, request: Request, content: bytes) -> Response:
        report = next((one for one in self.reports if one.id == request.path_params["id"]), None)
        if report is None:
            return self.said(404, "There is no such report.")
        self._advance(report)
        return self._enveloped(report.told(self.mood))

    def _list(self, request: Request, content: bytes) -> Response:
        asked = request.query_params
        unknown = set(asked) - _FILTERS
        page, size = asked.get("page", "1"), asked.get("per_page", "20")
        if unknown or not (page.isdecimal() and size.isdecimal() and 0 < int(size) <= 100 and int(page) > 0):
            return self.said(400, f"These filters cannot be read: {', '.join(sorted(unknown)) or 'page, per_page'}.")
        try:
            after = datetime.fromisoformat(asked["created_after"]) if "created_after" in asked else None
        except ValueError:
            return self.said(400, "created_after must be a time.")
        found = [one for one in self.reports if self.lists and self._wanted(one, request, after)]
        for one in found:
            self._advance(one)
        start = (int(page) - 1) * int(size)
        shown = [one.brief(self.mood) for one in found[start : start + int(size)]]
        info = {"page": int(page), "per_page": int(size), "count": len(shown), "total_count": len(found)}
        return self._enveloped({"reports": shown}, info)

    def _wanted(self, report: AbuseReport, request: Request, after: datetime | None) -> bool:
        asked = request.query_params
        told = {"domain": report.domain, "type": KINDS[report.body["act"]], "status": report.status, "id": report.id}
        fits = all(value in asked.getlist(name) for name, value in told.items() if name in asked)
        return fits and (after is None or report.cdate > after)

    def _enveloped(self, result: Any, info: dict[str, int] | None = None) -> Response:
        body = {"success": True, "errors": [], "messages": [], "result": result} | (
            {"result_info": info} if info else {}
        )
        return Response(json.dumps(body), media_type="application/json")

    def _advance(self, report: AbuseReport) -> None:
        if report.status != "submitted" or self.clock() < report.cdate + DECIDE_AFTER * self.pace:
            return
        reason = {Mood.REJECTS: self.denial, Mood.ASKS_FOR_INFORMATION: "incomplete_report"}.get(self.mood)
        report.status, report.denial_reason = ("denied" if reason else "accepted"), reason


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
