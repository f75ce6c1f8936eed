"""A pretend Netcraft: takes reports as forms, answers them in plain text, and tells takedowns as JSON.

Source: Netcraft's own integration for Cortex XSOAR (github.com/demisto/content, Packs/Netcraft_V2).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.moody import Moody
from bot.sandbox.removals import BACK_AFTER, DECIDE_AFTER, REVIEW_AFTER, Mood

RESOLVE_AFTER = timedelta(seconds=5)
"""From going offline to *Resolved*, at pace 1. In the world it is seven days."""
_FIELDS = frozenset(
    [
        "attack",
        "comment",
        "type",
        "region",
        "brand",
        "force_auth",
        "inactive",
        "malware",
        "suspected_fraudulent_domain",
        "password",
        "phishkit_fetch_url",
        "phishkit_phish_url",
        "customer_label",
        "tags",
    ]
)
_REQUIRED = ("attack", "comment", "region")
_FILTERS = frozenset(
    [
        "id",
        "statuses",
        "url",
        "false_positive",
        "ip",
        "id_before",
        "id_after",
        "date_from",
        "date_to",
        "reporter_email",
        "report_source",
        "attack_types",
        "authgiven",
        "escalated",
        "sort",
        "dir",
        "max_results",
        "region",
    ]
)
_YES = ("1", "true", "True")


@dataclass(kw_only=True)
class Attack:
    """A takedown."""

    id: int
    form: dict[str, str]
    date_submitted: datetime
    shows_at: datetime
    status: str = "Unverified"
    changed_at: datetime | None = None
    offline_at: datetime | None = None
    restart_date: datetime | None = None

    @property
    def label(self) -> str:
        return self.form.get("customer_label", "")

    @property
    def hostname(self) -> str:
        return urlsplit(self.form["attack"]).hostname or ""

    def told(self, mood: Mood) -> dict[str, Any]:
        resolved = self.offline_at if self.status in ("Monitoring", "Resolved") else None
        return {
            "id": str(self.id),
            "group_id": str(self.id),
            "status": "Escalated to tier 2" if mood == Mood.UNKNOWN_STATUS else self.status,
            "attack_url": self.form["attack"],
            "reported_url": self.form["attack"],
            "attack_type": self.form.get("type", "phishing_url"),
            "target_brand": self.form.get("brand", ""),
            "region": self.form["region"],
            "customer_label": self.label,
            "hostname": self.hostname,
            "authgiven": int(self.form.get("force_auth") in _YES),
            "escalated": 0,
            "false_positive": int(self.status == "Invalid"),
            "date_submitted": _stamp(self.date_submitted),
            "last_updated": _stamp(self.changed_at or self.date_submitted),
            "first_resolved": _stamp(self.offline_at),
            "final_resolved": _stamp(resolved),
            "restart_date": _stamp(self.restart_date),
            "host": "Example Host",
            "registrar": "Example Registrar",
            "country_code": "nl",
            "tags": [tag for tag in self.form.get("tags", "").split(",") if tag],
            "logged_credential_injections": [{"type": "password", "value": "a-victims-password"}],
            "whois_data": "Registrant: Somebody",
        }

    def become(self, status: str, at: datetime) -> None:
        self.status, self.changed_at = status, at

    def go_offline(self, at: datetime) -> None:
        self.become("Monitoring", at)
        self.offline_at = at

    def restart(self, at: datetime) -> None:
        """The page is online again: they ask the host again."""
        self.become("Contacted Hosting", at)
        self.restart_date = at


@dataclass(kw_only=True)
class PretendNetcraft(Moody):
    """Serve `app`, set `mood`, look at `attacks` and `log`. In the mood ASKS_FOR_INFORMATION it verifies a report
    before it gives it a number. `names_existing` off: it does not say which takedown there is already."""

    region: str
    token: str = field(repr=False)
    types: tuple[str, ...] = ("phishing_url",)
    names_existing: bool = True
    attacks: list[Attack] = field(default_factory=list)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.app = Starlette(
            routes=[
                Route("/api/v1/report/", self.guarded(self._report), methods=["POST"]),
                Route("/api/v1/attacks/", self.guarded(self._list), methods=["GET"]),
                Route("/api/v1/attack-types/", self.guarded(self._types), methods=["GET"]),
            ]
        )

    def knows(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        label = _form(content).get("customer_label", "") if request.method == "POST" else ""
        return (label,) if label else ()

    def refuses(self) -> Response:
        return _plain("TD_DENIED", "We do not take this.")

    def filed(self, reference: str) -> int:
        """How often a report with this label was taken."""
        return sum(attack.label == reference for attack in self.attacks)

    def find(self, label: str) -> Attack:
        """The takedown with a label. Raises: StopIteration: there is none."""
        return next(attack for attack in self.attacks if attack.label == label)

    def _report(self, request: Request, content: bytes) -> Response:
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return _plain("TD_ERROR", "A form is needed.")
        form = _form(content)
        wrong = self._wrong(form)
        if wrong:
            return _plain("TD_ERROR", wrong)
        there = self._there(form["attack"])
        if there is not None:
            code, attack = there
            return _plain(code, str(attack.id) if self.names_existing else "")
        verifies, now = self.mood == Mood.ASKS_FOR_INFORMATION, self.clock()
        shows_at = now + (REVIEW_AFTER * self.pace if verifies else timedelta())
        attack = Attack(id=30480489 + len(self.attacks), form=form, date_submitted=now, shows_at=shows_at)
        self.attacks.append(attack)
        return _plain("TD_VERIFY", "") if verifies else _plain("TD_OK", str(attack.id))

    def _wrong(self, form: dict[str, str]) -> str:
        unknown = sorted(set(form) - _FIELDS)
        missing = [name for name in _REQUIRED if not form.get(name)]
        if unknown or missing:
            return f"Unknown: {', '.join(unknown)}. Missing: {', '.join(missing)}."
        if form["region"] != self.region:
            return "There is no such region."
        if form.get("type", "phishing_url") not in self.types:
            return "There is no such attack type."
        return "" if form["attack"].startswith(("http://", "https://")) else "The attack is no URL."

    def _there(self, url: str) -> tuple[str, Attack] | None:
        """A takedown under way of this page, or of a sibling of its host whose name differs in the first label."""
        host = urlsplit(url).hostname or ""
        for attack in self.attacks:
            if attack.status in ("Resolved", "Stale", "Invalid"):
                continue
            if attack.form["attack"] == url:
                return "TD_EXISTS", attack
            siblings = host.count(".") > 1 and attack.hostname.partition(".")[2] == host.partition(".")[2]
            if siblings and attack.hostname != host and urlsplit(attack.form["attack"]).path == urlsplit(url).path:
                return "TD_WILDCARD", attack
        return None

    def _list(self, request: Request, content: bytes) -> Response:
        asked = dict(request.query_params)
        unknown = sorted(set(asked) - _FILTERS)
        if unknown:
            return self.said(400, f"Unknown filters: {', '.join(unknown)}.")
        if asked.get("region", self.region) != self.region:
            return self.said(400, "There is no such region.")
        try:
            start = datetime.fromisoformat(asked.get("date_from", "1970-01-01")).replace(tzinfo=UTC)
            most = min(int(asked.get("max_results", "100000")), 100_000)
        except ValueError:
            return self.said(400, "date_from or max_results cannot be read.")
        found = [one for one in self.attacks if self._wanted(one, asked, start)]
        for one in found:
            self._advance(one)
        return JSONResponse([one.told(self.mood) for one in found[:most]])

    def _wanted(self, attack: Attack, asked: dict[str, str], start: datetime) -> bool:
        if self.clock() < attack.shows_at or attack.date_submitted < start:
            return False
        domain = ".".join(attack.hostname.split(".")[-2:])
        named = asked.get("url") in (None, attack.form["attack"], attack.hostname, domain)
        return named and asked.get("id") in (None, str(attack.id))

    def _types(self, request: Request, content: bytes) -> Response:
        if request.query_params.get("region", self.region) != self.region:
            return self.said(400, "There is no such region.")
        return JSONResponse(
            [
                {"name": name, "display_name": name.replace("_", " ").title(), "base_type": "url", "automated": 1}
                for name in self.types
            ]
        )

    def _advance(self, attack: Attack) -> None:
        now, begun = self.clock(), attack.shows_at
        if attack.status == "Unverified" and now >= begun + REVIEW_AFTER * self.pace:
            attack.become("Contacted Hosting", begun + REVIEW_AFTER * self.pace)
        decides_at = (attack.restart_date or begun) + DECIDE_AFTER * self.pace
        if attack.status == "Contacted Hosting" and now >= decides_at:
            if self.mood == Mood.REJECTS:
                attack.become("Invalid", decides_at)
            else:
                attack.go_offline(decides_at)
        if attack.status != "Monitoring" or attack.offline_at is None:
            return
        if self.mood in (Mood.BRINGS_BACK, Mood.RELISTS) and now >= attack.offline_at + BACK_AFTER * self.pace:
            attack.restart(now)
        elif now >= attack.offline_at + RESOLVE_AFTER * self.pace:
            attack.become("Resolved", attack.offline_at + RESOLVE_AFTER * self.pace)


def _form(content: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(content.decode("utf-8", "replace")).items()}


def _plain(code: str, rest: str) -> Response:
    return PlainTextResponse(f"{code}\n{rest}\n" if rest else f"{code}\n")


def _stamp(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else ""
