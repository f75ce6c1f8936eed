"""The one place that calls a marketplace over HTTP, and says what a failure means for what was sent."""

from __future__ import annotations

import asyncio
import email.utils
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Literal, NoReturn, Protocol, TypeGuard

import httpx
import orjson
from aiolimiter import AsyncLimiter

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.model import Clock, utc_now
from bot.observe import acts

Client = httpx.AsyncClient
USER_AGENT = f"takedown-desk/{metadata.version('takedown-desk')}"
RESPONSE_LIMIT = 1_000_000
"""Bytes of an answer; more is not read."""
WORDS_LIMIT = 500
"""Characters kept of what a marketplace says went wrong."""
LONGEST_RETRY_AFTER = 3600.0
"""Seconds; a marketplace that asks for more is asked again after an hour."""
_CONNECT = 5.0
_SHORTEST_SECRET = 6
"""Characters; a shorter one is no secret, and would tear holes into their words."""
# They said, or by meaning it follows, that the request was not taken up.
_NOT_TAKEN = frozenset({408, 425, 429, 503})
_WORDS = ("message", "detail", "error_description", "error")
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


Judge = Callable[[int, Any], MarketplaceError | None]
"""What a refusal means to a marketplace with rules of its own: from its status and its JSON, if it has any. What the
JSON repeated of our credentials has been taken out of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer: its status and its JSON, None when it had no body; or its text, where that was asked for."""

    status: int
    json: Any = None
    text: str = ""
    location: str = ""


class Auth(Protocol):
    """Our credentials with one marketplace."""

    async def headers(self) -> Mapping[str, str]:
        """What to send with a call. Raises: MarketplaceError: new credentials were needed, and not to be had."""

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """These headers were refused; whether there are others now."""

    @property
    def secrets(self) -> Collection[str]:
        """What must not be repeated, whoever says it."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that stays as it is."""

    token: str = field(repr=False)

    async def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False

    @property
    def secrets(self) -> Collection[str]:
        return (self.token,)


def new_client() -> Client:
    """A client for all marketplaces: kept-open connections, no redirects. Close it with `aclose`."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=30)
    return Client(limits=limits, follow_redirects=False)


def one_at_a_time(requests_per_second: float) -> AsyncLimiter:
    """A limiter that spreads requests evenly, without a burst."""
    return AsyncLimiter(1, 1 / requests_per_second)


class Wire:
    """Calls to one marketplace, at its pace and with its token. Nothing here logs tokens or bodies.

    `timeout` is in seconds and covers a whole call, after its turn with the limiter has come.
    """

    def __init__(
        self,
        *,
        key: str,
        name: str,
        client: Client,
        limiter: AsyncLimiter,
        timeout: float,
        auth: Auth,
        clock: Clock = utc_now,
    ) -> None:
        self._key = key
        self._name = name
        self._client = client
        self._limiter = limiter
        self._timeout = timeout
        self._auth = auth
        self._clock = clock

    async def call(
        self,
        method: str,
        url: str,
        *,
        safe: bool,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        reads: Literal["json", "text"] = "json",
        judge: Judge | None = None,
        grants: bool = False,
    ) -> Reply:
        """One call. `safe` says that repeating it changes nothing; `accept` names statuses handed back beside 2xx.

        What an answer repeats of our credentials is taken out of it, unless it `grants` new ones. When they are refused
        and can be renewed it is sent once more: it was not taken.

        Raises:
            Unavailable: certainly not taken, or safe to ask again.
            OutcomeUnknown: not `safe`, and it may have been taken.
            NotAuthorised: 401 or 403.
            Declined: any other refusal, in their words.
        """
        for last in (False, True):
            who = await self._auth.headers()
            request = self._client.build_request(
                method,
                url,
                json=json,
                data=form,
                params=params,
                headers={
                    **who,
                    **(headers or {}),
                    "Accept": "application/json" if reads == "json" else "text/plain",
                    "Accept-Encoding": "identity",
                    "User-Agent": USER_AGENT,
                },
                timeout=httpx.Timeout(self._timeout, connect=min(_CONNECT, self._timeout / 2)),
            )
            with acts.awaiting_turn(self._key):
                await self._limiter.acquire()
            response, body = await self._exchange(request, safe=safe, accept=accept)
            if response.is_success or response.status_code in accept:
                reply = self._reply(response, body, safe=safe, reads=reads)
                return reply if grants else self._scrubbed(reply)
            if last or response.status_code != 401 or not await self._auth.renew(who):
                break
        raise self._refusal(response, body, safe=safe, judge=judge)

    def _reply(self, response: httpx.Response, body: bytes, *, safe: bool, reads: str) -> Reply:
        location = response.headers.get("Location", "")
        if reads == "text":
            text = body.decode("utf-8", "replace")
            return Reply(status=response.status_code, text=text, location=location)
        return Reply(status=response.status_code, json=self._json(response, body, safe=safe), location=location)

    def unreadable(self, what: str, *, safe: bool, status: int | None = None) -> MarketplaceError:
        """The error for an answer that came but cannot be understood."""
        kind = Unavailable if safe else OutcomeUnknown
        return kind(self._name, f"The answer could not be read: {what}", status=status)

    async def _exchange(
        self, request: httpx.Request, *, safe: bool, accept: Collection[int]
    ) -> tuple[httpx.Response, bytes]:
        with acts.asking_marketplace(self._key) as asking:
            try:
                async with asyncio.timeout(self._timeout):
                    response = await self._client.send(request, stream=True, follow_redirects=False)
                    try:
                        body = await self._read(response, safe=safe)
                    finally:
                        await response.aclose()
            except _NEVER_SENT:
                asking.outcome = "unreachable"
                raise Unavailable(self._name, "No connection could be made.") from None
            except (TimeoutError, httpx.TimeoutException):
                self._lost(f"No answer within {self._timeout:g} seconds.", safe=safe)
            except httpx.HTTPError:
                self._lost("The connection broke before the answer was complete.", safe=safe)
            asking.answered(response.status_code, accept)
            return response, body

    async def _read(self, response: httpx.Response, *, safe: bool) -> bytes:
        if response.headers.get("Content-Encoding", "identity").casefold() != "identity":
            raise self.unreadable("it is compressed, unasked", safe=safe, status=response.status_code)
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > RESPONSE_LIMIT:
                raise self.unreadable("it is over 1 MB", safe=safe, status=response.status_code)
        return bytes(body)

    def _lost(self, words: str, *, safe: bool) -> NoReturn:
        raise (Unavailable if safe else OutcomeUnknown)(self._name, words) from None

    def _json(self, response: httpx.Response, body: bytes, *, safe: bool) -> Any:
        if not body.strip():
            return None
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise self.unreadable("it is not JSON", safe=safe, status=response.status_code) from None

    def _refusal(self, response: httpx.Response, body: bytes, *, safe: bool, judge: Judge | None) -> MarketplaceError:
        status = response.status_code
        judged = judge(status, each_text(parsed(body), self.without_secrets)) if judge else None
        if judged is not None:
            return judged
        words = self._their_words(response, body)
        if status in _NOT_TAKEN:
            wait = retry_after(response.headers.get("Retry-After"), self._clock)
            return Unavailable(self._name, words, status=status, retry_after=wait)
        if status >= 500:
            return (Unavailable if safe else OutcomeUnknown)(self._name, words, status=status)
        if status in (401, 403):
            return NotAuthorised(self._name, words, status=status)
        if response.is_redirect:
            return Declined(self._name, "They answered with a redirect; check base_url.", status=status)
        return Declined(self._name, words, status=status)

    def _scrubbed(self, reply: Reply) -> Reply:
        """An answer is kept with the notice: no credential of ours may be in it, however it was written there."""
        return Reply(
            status=reply.status,
            json=each_text(reply.json, self.without_secrets),
            text=self.without_secrets(reply.text),
            location=self.without_secrets(reply.location),
        )

    def without_secrets(self, words: str) -> str:
        """Their words, without what they repeat of our credentials."""
        for secret in self._auth.secrets:
            if len(secret) >= _SHORTEST_SECRET:
                words = words.replace(secret, "…")
        return words

    def _their_words(self, response: httpx.Response, body: bytes) -> str:
        """What they say went wrong; the plain meaning of the status when they say nothing fit to read."""
        try:
            words = words_of(orjson.loads(body))
        except orjson.JSONDecodeError:
            plain = response.headers.get("Content-Type", "").startswith("text/plain")
            words = body.decode("utf-8", "replace") if plain else ""
        return clean(self.without_secrets(words)) or response.reason_phrase or "They gave no reason."


def parsed(body: bytes) -> Any:
    """The JSON of a body, None when it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def each_text(body: Any, change: Callable[[str], str]) -> Any:
    """The JSON with every text in it changed, those of keys too; in place, since it may be nested very deeply."""
    whole = [body]
    waiting: list[Any] = [whole]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            changed = {change(key): change(value) if isinstance(value, str) else value for key, value in one.items()}
            one.clear()
            one.update(changed)
            waiting += one.values()
        elif isinstance(one, list):
            one[:] = [change(value) if isinstance(value, str) else value for value in one]
            waiting += one
    return whole[0]


def words_of(body: Any) -> str:
    """The sentences of an error body: `errors` (texts, or field and message), or the first of `_WORDS`."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    if isinstance(errors, list) and errors:
        return "; ".join(filter(None, map(_one_error, errors)))
    return next((body[key] for key in _WORDS if isinstance(body.get(key), str)), "")


def _one_error(error: Any) -> str:
    if not isinstance(error, dict):
        return error if isinstance(error, str) else ""
    field, message = error.get("field"), error.get("message")
    return ": ".join(part for part in (field, message) if isinstance(part, str) and part)


def clean(words: str, limit: int = WORDS_LIMIT) -> str:
    """Their words on one line, without control and direction characters, at most `limit` long."""
    visible = "".join(char if char.isprintable() else " " for char in words[: limit * 8])
    line = re.sub(r"\s+", " ", visible).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def plain_text(body: Any, key: str) -> str:
    """A short, plain text of theirs that may be shown and put into an address.

    Raises:
        ValueError: it is missing, or something else.
    """
    value = body.get(key) if isinstance(body, dict) else None
    if not is_plain(value):
        raise ValueError(f"`{key}` is missing or not a text of up to 200 characters")
    return value


def is_plain(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() and value not in (".", "..")


def retry_after(header: str | None, clock: Callable[[], Any] = utc_now) -> float | None:
    """Seconds to wait, from a number or an HTTP date, from 0 to an hour; None when it says neither.

    Source: RFC 9110, section 10.2.3.
    """
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(header) - clock()).total_seconds()
        except (ValueError, TypeError, OverflowError):  # not a date, or one without a zone
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
