"""A pretend Mercado Libre: takes complaints of one member of its Brand Protection Program, and asks it back.

Source: developers.mercadolivre.com.br/membros-do-programa, 2026-07-26, and the page of 2023 for pictures. Its errors
have the shape of the general pages; which words they say in this program is not written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.moody import Moody, json_of
from bot.sandbox.removals import DECIDE_AFTER, REVIEW_AFTER, Mood
from bot.sandbox.vendors.single_use_tokens import SingleUseTokens

SITES = frozenset({"MLA", "MLB", "MLM", "MLC", "MCO", "MLU"})
REASONS = {
    "PPPI1": ("Product", "É um produto falsificado", "It is a counterfeit product"),
    "PPPI2": ("Publication", "Uso ilegal da minha marca", "Illegal use of my trademark"),
    "PPPI5": ("Publication", "Livros", "Books"),
    "PPPI6": ("Publication", "Imagem / fotos", "Images / photos"),
    "PPPI8": ("Product", "Infringe modelos ou desenhos industriais", "Infringes industrial designs or models"),
    "PPPI17": ("Publication", "Outros direitos de autor", "Other copyright"),
}
_ABOUT_PICTURES = frozenset({"PPPI4", "PPPI6", "PPPI7", "PPPI17"})
_PICTURE = re.compile(r"\d+-[A-Z]{3}\d+_\d{6}")
_OPTIONS = (
    (1, "The documentation does not correspond to the reported product", "La documentación no se corresponde"),
    (2, "The documentation is illegible", "La documentación es ilegible"),
    (3, "You are not authorized to use this content", "No está autorizado a utilizar este contenido"),
)
_THERE = timezone(timedelta(hours=-4))
_ERRORS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "too_many_requests"}


@dataclass(kw_only=True)
class Complaint:
    """A complaint that was taken. `quittance` is what the member said to the seller."""

    id: int
    item: str
    body: dict[str, Any]
    created: datetime
    updated: datetime
    status: str = "CREATED"
    due: datetime | None = None
    quittance: str | None = None

    def become(self, status: str, at: datetime, due: datetime | None = None) -> None:
        self.status, self.updated, self.due = status, at, due

    def advance(self, mood: Mood, now: datetime, pace: float) -> None:
        """Bring it to where it stands by now. Safe to repeat."""
        asked = self.created + REVIEW_AFTER * pace
        if self.status == "CREATED" and now >= asked:
            self.become("WAITING_DOCUMENTATION", asked, asked + timedelta(days=4))
        decided = self.created + DECIDE_AFTER * pace
        if self.status == "WAITING_DOCUMENTATION" and now >= decided:
            self._decide(mood, decided)
        if self.status == "DOCUMENTATION_PRESENTED" and self.due is not None and now >= self.due:
            self.become("MEMBER_NOT_RESPOND", self.due)

    def _decide(self, mood: Mood, at: datetime) -> None:
        match mood:
            case Mood.REJECTS:
                self.become("REJECTED", at)
            case Mood.ASKS_FOR_INFORMATION | Mood.BRINGS_BACK:
                self.become("DOCUMENTATION_PRESENTED", at, at + timedelta(days=3))
            case _:
                self.become("DOCUMENTATION_NOT_PRESENTED", at)

    def told(self, mood: Mood) -> dict[str, Any]:
        """As the member sees it."""
        presented = self.status == "DOCUMENTATION_PRESENTED"
        pictures = [{"id": one, "status": "ACTIVE"} for one in self.body.get("photos_denounced", [])]
        options = [
            {"id": key, "text_en": english, "text_es": spanish, "text_pt": None, "sub_text_en": None}
            for key, english, spanish in _OPTIONS
        ]
        return {
            "item_info": {"item_id": self.item, "price": 1200, "description": "", "title": "Bolsa", "pictures": []},
            "last_updated": _stamp(self.updated),
            "is_rollbackable": False,
            "documents": [],
            "date_created": _stamp(self.created),
            "photos_denounced": pictures,
            "reason_text": REASONS[self.body["report_reason_id"]][1],
            "due_date": _stamp(self.due) if self.due else None,
            "member_name": "NORDLICHT",
            "member_quittance": self.quittance,
            "reason_id": self.body["report_reason_id"],
            "user_type": "member",
            "seller_name": f"TESTUSER{self.item[-3:]}",
            "seller_quittance": "Tengo la factura." if presented else None,
            "document_name": "factura.pdf" if presented else None,
            "document_url": "https://documents.example/factura.pdf" if presented else None,
            "case_id": self.id,
            "current_status": "escalated_to_tier_2" if mood == Mood.UNKNOWN_STATUS else self.status,
            "seller_id": f"3396749{self.item[-3:]}",
            **({"reject_option_member": options} if presented else {}),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """A complaint on the sandbox's page."""

    id: str
    reference: str
    status: str

    @property
    def body(self) -> Mapping[str, Any]:
        return {}


@dataclass(kw_only=True)
class PretendMercadoLibre(Moody):
    """Serve `app`, set `mood`, look at `complaints` and `log`; its token address has a mood of its own, `tokens`.

    `enabled` are the reasons this member may use, by site; on a site that is not in it, all of `REASONS`.
    """

    key: str = "mercadolibre"
    name: str = "Mercado Libre"
    tokens: SingleUseTokens
    enabled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        pppi = "/moderations/pppi"
        self.app = Starlette(
            routes=[
                self.tokens.route,
                Route(f"{pppi}/denounces/{{site}}/ITM/options", self.guarded(self._options), methods=["GET"]),
                Route(f"{pppi}/denounces/items/{{item}}", self.guarded(self._create), methods=["POST"]),
                Route(f"{pppi}/case/{{case}}", self.guarded(self._show), methods=["GET"]),
                Route(f"{pppi}/case/{{case}}", self.guarded(self._answer), methods=["POST"]),
            ]
        )

    @property
    def moods(self) -> tuple[Mood, ...]:
        return tuple(Mood)

    @property
    def requests(self) -> list[Filed]:
        """The complaints that were taken, for people to look at."""
        return [Filed(id=str(one.id), reference=one.item, status=one.status.lower()) for one in self.complaints]

    def said(self, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        error = _ERRORS.get(status, "internal_server_error")
        body = {"message": words, "error": error, "status": status, "cause": []}
        return JSONResponse(body, status_code=status, headers=headers)

    def refuses(self) -> Response:
        return self.said(400, "We do not take this.")

    def knows(self, request: Request) -> bool:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and self.tokens.good(token)

    def about(self, request: Request, content: bytes) -> tuple[str, ...]:
        item = request.path_params.get("item")
        return (item,) if isinstance(item, str) else ()

    def filed(self, reference: str) -> int:
        """How often a complaint about this item was taken."""
        return sum(one.item == reference for one in self.complaints)

    def _enabled_on(self, site: str) -> tuple[str, ...]:
        return self.enabled.get(site, tuple(REASONS))

    def _options(self, request: Request, content: bytes) -> Response:
        site = request.path_params["site"]
        if site not in SITES:
            return self.said(404, "Resource not found")
        told = [
            {"id": key, "group": "PPPI", "type": kind, "description": theirs, "description_en": english}
            for key, (kind, theirs, english) in REASONS.items()
            if key in self._enabled_on(site)
        ]
        return JSONResponse(told)

    def _create(self, request: Request, content: bytes) -> Response:
        item, body = request.path_params["item"], self._json_of(request, content)
        wrong = self._problem(item, body)
        if wrong:
            return self.said(400, wrong)
        now = self.clock()
        self.complaints.append(
            Complaint(id=37072543 + len(self.complaints), item=item, body=body, created=now, updated=now)
        )
        return JSONResponse({"status": 201, "denounce_id": self.complaints[-1].id})

    def _problem(self, item: str, body: Any) -> str:
        if not re.fullmatch(r"[A-Z]{3}\d{6,14}", item) or item[:3] not in SITES:
            return f"{item} is not an item"
        if not isinstance(body, dict) or not {"report_reason_id", "comment"} <= set(body):
            return "report_reason_id and comment are required"
        if set(body) - {"report_reason_id", "comment", "photos_denounced"}:
            return "There is a field in it that we do not know"
        if body["report_reason_id"] not in self._enabled_on(item[:3]):
            return "This reason is not enabled for you"
        if not isinstance(body["comment"], str) or not body["comment"].strip():
            return "comment must be a text"
        return _pictures_problem(body)

    def _show(self, request: Request, content: bytes) -> Response:
        case = self.case(request.path_params["case"])
        return JSONResponse(case.told(self.mood)) if case else self.said(404, "Resource not found")

    def _answer(self, request: Request, content: bytes) -> Response:
        case, body = self.case(request.path_params["case"]), self._json_of(request, content)
        if case is None:
            return self.said(404, "Resource not found")
        if case.status != "DOCUMENTATION_PRESENTED":
            return self.said(400, f"A case that is {case.status} takes no answer")
        wrong = _answer_problem(body)
        if wrong:
            return self.said(400, wrong)
        case.quittance = body["member_quittance"]
        upheld = body["documentation_approved"] == "false"
        case.become("DOCUMENTATION_NOT_APPROVED" if upheld else "DOCUMENTATION_APPROVED", self.clock())
        return JSONResponse(case.told(self.mood))

    def case(self, number: str) -> Complaint | None:
        """A complaint as it stands by now."""
        found = next((one for one in self.complaints if str(one.id) == number), None)
        if found is not None:
            found.advance(self.mood, self.clock(), self.pace)
        return found

    def _json_of(self, request: Request, content: bytes) -> Any:
        plain = request.headers.get("Content-Type", "").partition(";")[0] == "application/json"
        return json_of(content) if plain else None


def _pictures_problem(body: dict[str, Any]) -> str:
    pictures = body.get("photos_denounced", [])
    if not isinstance(pictures, list) or not all(isinstance(one, str) and _PICTURE.fullmatch(one) for one in pictures):
        return "photos_denounced must be the ids of pictures"
    return "photos_denounced is required" if body["report_reason_id"] in _ABOUT_PICTURES and not pictures else ""


def _answer_problem(body: Any) -> str:
    """What is wrong with an answer to the seller; empty when nothing is."""
    approved = body.get("documentation_approved") if isinstance(body, dict) else None
    if approved not in ("true", "false"):
        return 'documentation_approved must be "true" or "false", as a text'
    fields = {"documentation_approved", "member_quittance"} | ({"reject_member_id"} if approved == "false" else set())
    if set(body) != fields:
        return f"The fields are {', '.join(sorted(fields))}"
    if not isinstance(body["member_quittance"], str | None):
        return "member_quittance must be a text or null"
    if approved == "false" and body["reject_member_id"] not in {str(key) for key, *_ in _OPTIONS}:
        return "reject_member_id is not one of reject_option_member"
    return ""


def _stamp(moment: datetime) -> str:
    """`2026-05-12T07:32:17.000-0400`, as they write it."""
    there = moment.astimezone(_THERE)
    return there.strftime("%Y-%m-%dT%H:%M:%S.") + f"{there.microsecond // 1000:03}-0400"
