"""A pretend Lumen database: takes notices for its archive, strict where they are, and moody on request.

Source: github.com/berkmancenter/lumendatabase at 99d44c8, app/controllers/notices_controller.rb, app/models/notice.rb
and entity.rb, spec/integration/submit_notice_via_api_spec.rb.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.moody import Moody, json_of
from bot.sandbox.removals import Mood

_TYPES = frozenset(
    {"DMCA", "Trademark", "Counterfeit", "Counternotice", "CourtOrder", "DataProtection", "Defamation", "Other"}
    | {"GovernmentRequest", "LawEnforcementRequest", "LocalLaw", "PrivateInformation"}
)
_ROLES = frozenset(
    {"principal", "agent", "attorney", "recipient", "sender", "submitter", "target", "issuing_court", "plaintiff"}
    | {"defendant"}
)
_NOTICE = frozenset(
    {
        "type",
        "title",
        "subject",
        "body",
        "date_sent",
        "date_received",
        "source",
        "tag_list",
        "jurisdiction_list",
        "regulation_list",
        "language",
        "action_taken",
        "request_type",
        "mark_registration_number",
        "url_count",
        "webform",
        "counternotice_for_id",
        "counternotice_for_sid",
        "case_id_number",
        "topic_ids",
        "file_uploads_attributes",
        "entity_notice_roles_attributes",
        "works_attributes",
    }
)
_ENTITY = frozenset(
    {
        "name",
        "kind",
        "address_line_1",
        "address_line_2",
        "city",
        "state",
        "zip",
        "country_code",
        "phone",
        "email",
        "url",
    }
)
_WORK = frozenset({"description", "kind", "infringing_urls_attributes", "copyrighted_urls_attributes"})
_ACTIONS = ("", "Yes", "No", "Partial", "Unspecified")
_FIRST = date(1998, 10, 28)
_REFERENCES = re.compile(r"\bTD-\d+\b")


@dataclass(kw_only=True)
class PretendLumen(Moody):
    """Serve `app`, set its mood, look at `notices`.

    Rails drops keys it does not permit, silently; they are kept in `dropped`.
    """

    token: str = field(repr=False)
    notices: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.app = Starlette(routes=[Route("/notices", self.guarded(self._create), methods=["POST"])])

    def reset(self) -> None:
        """Calm, and as if nothing had ever been sent."""
        self.feel(Mood.CALM)
        self.notices.clear()
        self.dropped.clear()
        self.log.clear()

    def filed(self, reference: str) -> int:
        """How many notices that name this are in the archive."""
        return sum(reference in _REFERENCES.findall(notice["title"]) for notice in self.notices)

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_REFERENCES.findall(content.decode("utf-8", "replace"))))

    def knows(self, request: Request) -> bool:
        return request.headers.get("X-Authentication-Token") == self.token

    def said(self, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        if status == 401:
            return JSONResponse({"documentation_link": "https://lumendatabase.org/researchers"}, status_code=401)
        return JSONResponse({"error": words}, status_code=status, headers=headers)

    def refuses(self) -> Response:
        return _unprocessable({"base": ["We do not take this."]})

    def _create(self, request: Request, content: bytes) -> Response:
        body = json_of(content)
        if request.headers.get("Accept") != "application/json":
            return self.said(406, "Only JSON is answered here.")
        if "json" not in request.headers.get("Content-Type", "") or not isinstance(body, dict):
            return self.said(400, "There was a problem in the JSON you submitted.")
        notice = body.get("notice")
        if not isinstance(notice, dict) or not notice:
            return self.said(400, "param is missing or the value is empty: notice")
        self._drop("notice", notice, _NOTICE)
        wrong = _wrong(notice, self.clock().date()) | self._wrong_works(notice) | self._wrong_roles(notice)
        if wrong:
            return _unprocessable(wrong)
        # An unknown type falls back to DMCA, silently.
        taken = {**notice, "type": notice["type"] if notice.get("type") in _TYPES else "DMCA"}
        self.notices.append(taken)
        location = f"{request.base_url}notices/{30_000_000 + len(self.notices)}"
        return Response(status_code=201, headers={"Location": location})

    def _wrong_works(self, notice: Mapping[str, Any]) -> dict[str, list[str]]:
        works = notice.get("works_attributes")
        if not isinstance(works, list) or not works:
            return {"works": ["can't be blank"]}
        for work in works:
            self._drop("work", work, _WORK)
            for addresses in (work.get("infringing_urls_attributes", []), work.get("copyrighted_urls_attributes", [])):
                for address in addresses:
                    self._drop("url", address, frozenset({"url"}))
                    if not re.fullmatch(r"https?://\S+", address.get("url", "")):
                        return {"works.infringing_urls": ["is invalid"]}
        return {}

    def _wrong_roles(self, notice: Mapping[str, Any]) -> dict[str, list[str]]:
        roles = notice.get("entity_notice_roles_attributes")
        if not isinstance(roles, list) or not roles:
            return {"entity_notice_roles": ["can't be blank"]}
        for role in roles:
            self._drop("role", role, frozenset({"name", "entity_id", "entity_attributes"}))
            entity = role.get("entity_attributes", {})
            self._drop("entity", entity, _ENTITY)
            if role.get("name") not in _ROLES:
                return {"entity_notice_roles.name": ["is not included in the list"]}
            if not entity.get("name"):
                return {"entity_notice_roles.entity.name": ["can't be blank"]}
            if entity.get("kind") not in ("organization", "individual"):
                return {"entity_notice_roles.entity.kind": ["is not included in the list"]}
        if notice.get("type") == "Counterfeit" and not any(role["name"] in ("principal", "sender") for role in roles):
            return {"base": ["a counterfeit notice needs a principal or a sender"]}
        return {}

    def _drop(self, what: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
        self.dropped += [f"{what}.{name}" for name in given if name not in known]


def _wrong(notice: Mapping[str, Any], today: date) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not notice.get("title"):
        wrong["title"] = ["can't be blank"]
    if notice.get("action_taken", "") not in _ACTIONS:
        wrong["action_taken"] = ["is not included in the list"]
    for name in ("date_sent", "date_received"):
        if name in notice and not _day(notice[name], today):
            wrong[name] = ["is not a valid date"]
    return wrong


def _day(value: Any, today: date) -> bool:
    try:
        return _FIRST < date.fromisoformat(value) < today + timedelta(days=2)
    except (TypeError, ValueError):
        return False


def _unprocessable(wrong: Mapping[str, list[str]]) -> Response:
    return JSONResponse({"notices": dict(wrong)}, status_code=422)
