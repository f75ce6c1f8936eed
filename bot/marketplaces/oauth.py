"""OAuth 2.0 tokens that have to be renewed, also where a refresh token is good for one use only.

A single-use refresh token can be lost between its use and our save, and no order of steps prevents that: the server
uses it up before we can have heard of it. So its use is written down first, renewal begins long before the access
token ends, and what was lost is told in a sentence while there is time to connect again.
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.errors import Conflict, Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces.http import Wire
from bot.model import Clock

log = structlog.get_logger(__name__)

EARLY = timedelta(hours=1)
"""How long before its end an access token is renewed, if it lives that long twice over."""
AGAIN = timedelta(minutes=1)
"""How long after a renewal that failed the next is tried, while the present token still works."""
ELSEWHERE = timedelta(seconds=30)
"""How long a renewal that somebody began is theirs; it takes less, unless they died."""
_SHORTEST = 60
"""Seconds a token is taken to live when they do not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """What they granted. `using`: when the refresh token was sent, while the answer is not here yet.

    `start` names the refresh token that an operator put into the environment: another one there begins anew.
    """

    start: str
    refresh: str
    access: str = ""
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    using: datetime | None = None


class Vault(Protocol):
    """Where tokens are kept, sealed. What was saved survives a crash."""

    async def load(self, name: str) -> Tokens | None: ...

    async def save(self, name: str, tokens: Tokens) -> None:
        """Raises: Conflict: another process saved first."""


@dataclass(frozen=True, slots=True)
class NoAuth:
    """For the address that hands out tokens: what is sent there is in the form."""

    secrets: Collection[str]

    async def headers(self) -> Mapping[str, str]:
        return {}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False


@dataclass(kw_only=True)
class OAuth:
    """Bearer tokens that are renewed in time, and at once when one is refused. One renewal at a time.

    `refresh` is where it starts from, empty for client credentials. `basic`: the client says who it is in a header,
    not in the form. Source: RFC 6749, sections 2.3.1, 4.4 and 6.
    """

    key: str
    name: str
    wire: Wire
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    scope: str = ""
    basic: bool = False
    vault: Vault
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tokens: Tokens | None = field(default=None, repr=False)

    @property
    def secrets(self) -> Collection[str]:
        kept = (self._tokens.access, self._tokens.refresh) if self._tokens else ()
        return [one for one in (self.client_secret, self.refresh, *kept) if one]

    async def headers(self) -> Mapping[str, str]:
        """Raises: MarketplaceError: no token is good any more, and no new one to be had."""
        async with self._turn:
            tokens = await self._current()
            if tokens.renew_at is None or tokens.renew_at <= self.clock():
                tokens = await self._renewed_in_time(tokens)
            return _bearer(tokens)

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Get another token; True at once when somebody has done so since."""
        async with self._turn:
            tokens = await self._current()
            if _bearer(tokens) == refused:
                await self._renewed(tokens)
            return True

    async def _renewed_in_time(self, tokens: Tokens) -> Tokens:
        """New tokens; or the present ones, as long as they work, when there are no others now."""
        try:
            return await self._renewed(tokens)
        except MarketplaceError as error:
            if tokens.expires_at is None or tokens.expires_at <= self.clock():
                raise
            log.warning("oauth.not_renewed", marketplace=self.key, error=self.wire.without_secrets(str(error)))
            latest = self._tokens or tokens
            self._tokens = replace(latest, renew_at=self.clock() + AGAIN)
            return self._tokens

    async def _current(self) -> Tokens:
        if self._tokens is None:
            self._tokens = await self.vault.load(self.key)
        start = hashlib.sha256(f"{self.client_id}:{self.refresh}".encode()).hexdigest()
        if self._tokens is None or self._tokens.start != start:
            self._tokens = Tokens(start=start, refresh=self.refresh)
        return self._tokens

    async def _renewed(self, tokens: Tokens) -> Tokens:
        latest = await self.vault.load(self.key) or tokens
        if latest.start == tokens.start:
            if latest.access != tokens.access:
                self._tokens = latest  # another process was first
                return latest
            if latest.using is not None and self.clock() - latest.using < ELSEWHERE:
                raise Unavailable(self.name, "The token is being renewed at this very moment.")
            tokens = latest
        before = tokens.using
        tokens = await self._keep(replace(tokens, using=self.clock()))
        try:
            reply = await self.wire.call(
                "POST", self.token_url, safe=False, form=self._form(tokens), headers=self._who()
            )
        except OutcomeUnknown as lost:
            # It may not have arrived; if it did, trying the same one again says so.
            raise Unavailable(self.name, f"The token was not renewed: {lost.detail}", status=lost.status) from None
        except Unavailable:
            await self._keep(replace(tokens, using=before))
            raise
        except (Declined, NotAuthorised) as refusal:
            why = self._why_refused(refusal, lost=before is not None)
            raise NotAuthorised(self.name, why, status=refusal.status) from None
        return await self._keep(self._read(tokens, reply.json))

    async def _keep(self, tokens: Tokens) -> Tokens:
        """On disk, then in use."""
        try:
            await self.vault.save(self.key, tokens)
        except Conflict:
            self._tokens = None  # another process renews: read again what it has
            raise Unavailable(self.name, "The token is being renewed elsewhere.") from None
        self._tokens = tokens
        return tokens

    def _form(self, tokens: Tokens) -> Mapping[str, str]:
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        if not self.refresh:
            form = {"grant_type": "client_credentials"}
        if self.scope:
            form["scope"] = self.scope
        return form if self.basic else {**form, "client_id": self.client_id, "client_secret": self.client_secret}

    def _who(self) -> Mapping[str, str]:
        if not self.basic:
            return {}
        return {"Authorization": "Basic " + b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()}

    def _read(self, tokens: Tokens, body: Any) -> Tokens:
        access = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access:
            raise self.wire.unreadable("there is no access_token in it", safe=True)
        lasts, now = body.get("expires_in"), self.clock()
        seconds = float(lasts) if isinstance(lasts, int | float) and lasts > 0 else _SHORTEST
        lifetime = timedelta(seconds=min(seconds, 366 * 86_400))
        refresh = body.get("refresh_token")
        return Tokens(
            start=tokens.start,
            refresh=refresh if isinstance(refresh, str) and refresh else tokens.refresh,
            access=access,
            expires_at=now + lifetime,
            renew_at=now + max(lifetime - EARLY, lifetime / 2),
        )

    def _why_refused(self, refusal: MarketplaceError, *, lost: bool) -> str:
        used_up = "An earlier renewal was cut off before its answer was saved, which used the refresh token up. "
        words = f"{used_up if lost else ''}They refuse to renew the access ({refusal.detail}). "
        return f"{words}Connect the app anew, put the new refresh token into the environment and restart."


def _bearer(tokens: Tokens) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}
