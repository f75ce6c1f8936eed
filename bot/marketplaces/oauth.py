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
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.errors import Conflict, Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, StoreError, Unavailable
from bot.marketplaces.http import Reply, Wire
from bot.model import Clock

log = structlog.get_logger(__name__)

EARLY = timedelta(hours=1)
"""How long before its end an access token is renewed, if it lives that long twice over."""
AGAIN = timedelta(minutes=1)
"""How long after a renewal that failed the next is tried, while the present token still works; also how soon after
one that went well a refused token is renewed once more."""
ELSEWHERE = timedelta(minutes=2)
"""How long a renewal that somebody began is theirs. No call takes as long (`config.desk_tables`, `timeout_seconds`)."""
SOON = 5.0
"""Seconds until a renewal that is under way elsewhere is asked after."""
_SHORTEST = 60
"""Seconds a token is taken to live when they do not say."""
_REMEMBERED = 12
"""Former tokens that are still kept out of what is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """What they granted. `using`: when the refresh token was sent, while the answer is not here yet.

    `trouble` says why they will not be renewed, in a sentence without any of them; empty when all is well.
    `version` counts what was saved, from 1: what does not follow what is there is a conflict.
    """

    refresh: str = field(default="", repr=False)
    access: str = field(default="", repr=False)
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    using: datetime | None = None
    trouble: str = ""
    version: int = 0


class Vault(Protocol):
    """Where tokens are kept, sealed. What was saved survives a crash. Both raise `StoreUnavailable`."""

    async def load(self, name: str) -> Tokens | None:
        """What was saved last; without its tokens, but with its version, where they cannot be read any more."""

    async def save(self, name: str, tokens: Tokens) -> None:
        """Raises: Conflict: `tokens.version` does not follow what is there: another process saved first."""


@dataclass(frozen=True, slots=True)
class NoAuth:
    """For the address that hands out tokens: what is sent there is in the form."""

    secrets: Collection[str] = field(repr=False)

    async def headers(self) -> Mapping[str, str]:
        return {}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False


@dataclass(kw_only=True)
class OAuth:
    """Bearer tokens that are renewed in time, and at once when one is refused. One renewal at a time.

    `refresh` is where it starts from, empty for client credentials; each has its own place in the vault, so that
    another one in the environment begins anew. `basic`: the client says who it is in a header, not in the form.
    Source: RFC 6749, sections 2.3.1, 4.4, 5.2 and 6.
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
    vault: Vault = field(repr=False)
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _tokens: Tokens | None = field(default=None, repr=False)
    _unsaved: bool = field(default=False, repr=False)
    _began: datetime | None = field(default=None, repr=False)  # our own last renewal: nobody waits for it
    _forced: datetime | None = field(default=None, repr=False)  # the last renewal of a token that was refused
    _seen: list[str] = field(default_factory=list, repr=False)

    @property
    def secrets(self) -> Collection[str]:
        who = self._who().get("Authorization", "").removeprefix("Basic ")
        return [one for one in (self.client_secret, self.refresh, who, *self._seen) if one]

    async def headers(self) -> Mapping[str, str]:
        """Raises: MarketplaceError: no token is good any more, and no new one to be had."""
        async with self._turn:
            tokens = await self._current()
            if tokens.renew_at is None or tokens.renew_at <= self.clock():
                tokens = await self._renewed_in_time(tokens)
            return _bearer(tokens)

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Get another token; True at once when somebody has done so since.

        False when that was done a moment ago: it is not the token then that they refuse.
        """
        async with self._turn:
            tokens = await self._current()
            if _bearer(tokens) == refused:
                if self._forced is not None and self.clock() - self._forced < AGAIN:
                    return False
                await self._renewed(tokens)
                self._forced = self.clock()
            return True

    async def _renewed_in_time(self, tokens: Tokens) -> Tokens:
        """New tokens; or the present ones, as long as they work, when there are no others now."""
        try:
            return await self._renewed(tokens)
        except MarketplaceError as error:
            if tokens.expires_at is None or tokens.expires_at <= self.clock():
                raise
            log.warning("oauth.not_renewed", marketplace=self.key, error=str(error), until=str(tokens.expires_at))
            later = self.clock() + AGAIN
            if isinstance(error, NotAuthorised):
                # It will not come right by itself: said where the desk looks, while there is time to connect again.
                with suppress(MarketplaceError):
                    return await self._keep(replace(await self._kept(), renew_at=later, trouble=error.detail))
            return self._use(replace(tokens, renew_at=later))

    async def _current(self) -> Tokens:
        if self._tokens is None:
            self._use(await self._kept())
        elif self._unsaved:
            await self._granted(self._tokens)
        assert self._tokens is not None
        return self._tokens

    async def _renewed(self, tokens: Tokens) -> Tokens:
        if self._unsaved:
            raise Unavailable(self.name, "The tokens cannot be saved just now, so they are not renewed.")
        kept = await self._kept()
        if kept.access != tokens.access and kept.renew_at is not None and kept.renew_at > self.clock():
            return self._use(kept)  # another process was first
        if kept.using not in (None, self._began) and self.clock() - kept.using < ELSEWHERE:
            raise Unavailable(self.name, "The token is being renewed at this very moment.", retry_after=SOON)
        self._began = self.clock()
        using = await self._keep(replace(kept, using=self._began))
        try:
            reply = await self._asked(using, lost=kept.using is not None)
        except OutcomeUnknown as lost:
            # It may not have arrived; if it did, trying the same one again says so.
            words = f"The token was not renewed: {lost.detail}"
            raise Unavailable(self.name, words, status=lost.status) from None
        except MarketplaceError:
            with suppress(Unavailable):
                await self._keep(replace(using, using=kept.using))  # it was not used up
            raise
        return await self._granted(self._read(using, reply.json))

    async def _asked(self, tokens: Tokens, *, lost: bool) -> Reply:
        """One call for new tokens. `lost`: the answer to an earlier one never came.

        Raises:
            OutcomeUnknown: it may have been used up.
            NotAuthorised: they refuse; the sentence says what to do.
            Unavailable: certainly not taken.
        """
        code = ""

        def listen(status: int, body: Any) -> None:
            nonlocal code
            said = body.get("error") if isinstance(body, dict) else None
            code = said if isinstance(said, str) else ""

        try:
            return await self.wire.call(
                "POST",
                self.token_url,
                safe=False,
                form=self._form(tokens),
                headers=self._who(),
                judge=listen,
                grants=True,
            )
        except OutcomeUnknown as error:
            raise OutcomeUnknown(self.name, self._told(error), status=error.status) from None
        except Unavailable as error:
            wait = error.retry_after
            raise Unavailable(self.name, self._told(error), status=error.status, retry_after=wait) from None
        except (Declined, NotAuthorised) as error:
            why = self._why_refused(self._told(error), code, lost=lost)
            raise NotAuthorised(self.name, why, status=error.status) from None

    async def _kept(self) -> Tokens:
        """What the vault has; the refresh token of the environment where it has none."""
        try:
            kept = await self.vault.load(self._place) or Tokens()
        except StoreError as error:
            raise Unavailable(self.name, f"The tokens could not be read: {error}") from None
        return kept if kept.refresh else replace(kept, refresh=self.refresh)

    async def _keep(self, tokens: Tokens) -> Tokens:
        """On disk, then in use."""
        tokens = replace(tokens, version=tokens.version + 1)
        try:
            await self.vault.save(self._place, tokens)
        except Conflict:
            self._tokens = None  # another process renews: read again what it has
            raise Unavailable(self.name, "The token is being renewed elsewhere.", retry_after=SOON) from None
        except StoreError as error:
            raise Unavailable(self.name, f"The tokens could not be saved: {error}") from None
        return self._use(tokens)

    async def _granted(self, tokens: Tokens) -> Tokens:
        """In use at once, since no others work any more, and on disk: if that fails, with the next call."""
        self._use(tokens)
        self._unsaved = True
        try:
            for _ in range(5):
                there = await self.vault.load(self._place)
                after = replace(tokens, version=(there.version if there else 0) + 1)
                with suppress(Conflict):
                    await self.vault.save(self._place, after)
                    self._unsaved = False
                    return self._use(after)
        except StoreError as error:
            log.warning("oauth.not_saved", marketplace=self.key, error=str(error))
        return tokens

    def _use(self, tokens: Tokens) -> Tokens:
        self._tokens = tokens
        self._seen += [one for one in (tokens.access, tokens.refresh) if one and one not in self._seen]
        del self._seen[:-_REMEMBERED]
        return tokens

    @property
    def _place(self) -> str:
        """Where the vault has the tokens that began with this refresh token."""
        return f"{self.key}:{hashlib.sha256(f'{self.client_id}:{self.refresh}'.encode()).hexdigest()[:16]}"

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
        now, lifetime = self.clock(), _lifetime(body.get("expires_in"))
        refresh = body.get("refresh_token")
        return Tokens(
            refresh=refresh if isinstance(refresh, str) and refresh else tokens.refresh,
            access=access,
            expires_at=now + lifetime,
            renew_at=now + max(lifetime - EARLY, lifetime / 2),
            version=tokens.version,
        )

    def _told(self, error: MarketplaceError) -> str:
        """Their words without our secrets; a last word that was cut off may be half of one."""
        words = error.detail
        for secret in self.secrets:
            words = words.replace(secret, "…")
        return words.rpartition(" ")[0] + " …" if words.endswith("…") else words

    def _why_refused(self, detail: str, code: str, *, lost: bool) -> str:
        """What their refusal means. Source: RFC 6749, section 5.2: `invalid_grant` is about the refresh token."""
        if code == "invalid_grant" and self.refresh:
            used_up = "An earlier renewal was cut off before its answer was saved, which used the refresh token up. "
            words = f"{used_up if lost else ''}They refuse to renew the access ({detail}). "
            return f"{words}Connect the app anew, put the new refresh token into the environment and restart."
        words = f"They give no access ({detail}). Check the app's client id and secret, and that it is not blocked"
        return f"{words}; if that is all right, connect the app anew." if self.refresh else f"{words}."


def _lifetime(seconds: Any) -> timedelta:
    """How long a token lives, at most a year; some say it as a text."""
    try:
        said = float(seconds)
    except (TypeError, ValueError, OverflowError):
        said = 0
    return timedelta(seconds=min(said, 366 * 86_400) if said > 0 else _SHORTEST)


def _bearer(tokens: Tokens) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}
