"""A pretend address that hands out tokens, whose refresh tokens are good for one use, as at Mercado Libre.

Source: developers.mercadolibre.com.ar/autenticacion-y-autorizacion: only the refresh token that was given last is
taken, once, by its own client; an access token lives six hours; parameters come in the form, not in the address. The
error's text came as `error_description` there, and as `message` in answers people quote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.moody import Moody

SIX_HOURS = timedelta(hours=6)
SIX_MONTHS = timedelta(days=182)
_USED = "Error validating grant. Your authorization code or refresh token may be expired or it was already used"
_FIELDS = {"refresh_token": {"refresh_token"}, "client_credentials": set[str]()}


@dataclass(kw_only=True)
class SingleUseTokens(Moody):
    """Put `route` into an app. `good` says whether an access token is; `renewals` counts the tokens that were given.

    `connect` makes a refresh token as a person's consent does, and ends all that were given before. With
    `echoes` on, what is refused is repeated in the refusal: a test can then see that it goes no further.
    """

    client_id: str
    client_secret: str = field(repr=False)
    lives: timedelta = SIX_HOURS
    echoes: bool = False
    renewals: int = 0
    refresh: str = field(default="", repr=False)
    _refresh_until: datetime | None = None
    _access: dict[str, datetime] = field(default_factory=dict, repr=False)
    _connections: int = 0

    def connect(self) -> str:
        self._connections += 1
        self._access.clear()
        return self._next_refresh()

    def good(self, token: str) -> bool:
        return token in self._access and self.clock() < self._access[token]

    def revoke(self) -> None:
        """All access ends, as when the password is changed."""
        self._access.clear()
        self.refresh = ""

    @property
    def route(self) -> Route:
        return Route("/oauth/token", self.guarded(self._grant), methods=["POST"])

    def said(self, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        return self._error(status, "internal_server_error" if status >= 500 else "forbidden", words, headers)

    def refuses(self) -> Response:
        return self._error(400, "unauthorized_application", "We do not take this: the application is blocked")

    def _error(self, status: int, error: str, words: str, headers: dict[str, str] | None = None) -> Response:
        body = {"error_description": words, "error": error, "status": status, "cause": []}
        return JSONResponse(body, status_code=status, headers=headers)

    def _grant(self, request: Request, content: bytes) -> Response:
        if request.headers.get("Content-Type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return self._error(400, "invalid_request", "The parameters must come as a form")
        form = parse_qs(content.decode(), keep_blank_values=True)
        grant = form.get("grant_type", [""])[0]
        if grant not in _FIELDS:
            return self._error(400, "unsupported_grant_type", f"{grant} is not a grant type")
        wanted = {"grant_type", "client_id", "client_secret"} | _FIELDS[grant]
        if set(form) - {"scope"} != wanted or any(len(values) != 1 for values in form.values()) or request.url.query:
            return self._error(400, "invalid_request", f"The parameters are {', '.join(sorted(wanted))}")
        if (form["client_id"][0], form["client_secret"][0]) != (self.client_id, self.client_secret):
            return self._error(400, "invalid_client", f"invalid client_id or client_secret{self._echo(form)}")
        if grant == "refresh_token" and not self._takes(form["refresh_token"][0]):
            return self._error(400, "invalid_grant", f"{_USED}{self._echo(form)}")
        return JSONResponse(self._given(grant))

    def _takes(self, refresh: str) -> bool:
        live = self._refresh_until is not None and self.clock() < self._refresh_until
        return live and bool(refresh) and refresh == self.refresh

    def _given(self, grant: str) -> dict[str, Any]:
        self.renewals += 1
        access = f"APP_USR-{self.client_id}-{self._connections}-{self.renewals}-secret"
        self._access[access] = self.clock() + self.lives
        body: dict[str, Any] = {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": int(self.lives.total_seconds()),
            "scope": "offline_access read write",
            "user_id": 1234567,
        }
        return body | ({"refresh_token": self._next_refresh()} if grant == "refresh_token" else {})

    def _next_refresh(self) -> str:
        self.refresh = f"TG-{self._connections}-{self.renewals}-5b9032b4e23464aed1f959f-1234567"
        self._refresh_until = self.clock() + SIX_MONTHS
        return self.refresh

    def _echo(self, form: dict[str, list[str]]) -> str:
        return ": " + " ".join(values[0] for values in form.values()) if self.echoes else ""

    def writes(self, request: Request) -> bool:
        return True
