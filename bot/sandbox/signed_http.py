"""Slack's side of HTTP: signed requests to the app's request URL.

Source: docs.slack.dev/authentication/verifying-requests-from-slack, docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.model import Clock
from bot.sandbox.shapes import Json
from bot.sandbox.wire import ACK_SECONDS, Answer, Attempt, Kind


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The `X-Slack-Signature` of a body."""
    based = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), based, hashlib.sha256).hexdigest()


class SignedHttp:
    """Sends to one request URL. `verified` is true once it has answered Slack's challenge."""

    def __init__(self, url: str, secret: str, clock: Clock, ack_seconds: float = ACK_SECONDS) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=ack_seconds, trust_env=False)
        self.verified = False

    @property
    def connected(self) -> bool:
        return self.verified

    @property
    def redelivers(self) -> bool:
        return False

    async def verify(self) -> bool:
        """Send the challenge Slack sends when a request URL is entered."""
        challenge = secrets.token_urlsafe(16)
        asked = {"type": "url_verification", "challenge": challenge, "token": "verification"}
        answer = await self.send(Kind.EVENT, asked, Attempt())
        self.verified = answer.error is None and answer.body.get("challenge") == challenge
        return self.verified

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: Attempt) -> Answer:
        body, content_type = _encoded(kind, payload)
        started = time.monotonic()
        try:
            response = await self._client.post(
                self._url, content=body, headers=self._headers(body, content_type, attempt)
            )
        except httpx.TimeoutException:
            return Answer(error="operation_timeout", seconds=time.monotonic() - started)
        except httpx.HTTPError:
            return Answer(error="dispatch_failed", seconds=time.monotonic() - started)
        return _read(kind, response, time.monotonic() - started)

    async def close(self) -> None:
        await self._client.aclose()

    def _headers(self, body: bytes, content_type: str, attempt: Attempt) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if attempt.number:
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}
        return headers


def _encoded(kind: Kind, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    if kind is Kind.EVENT:
        return json.dumps(payload).encode(), "application/json"
    fields = dict(payload) if kind is Kind.COMMAND else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _read(kind: Kind, response: httpx.Response, seconds: float) -> Answer:
    retry = response.headers.get("x-slack-no-retry") != "1"
    if response.status_code >= 500:
        return Answer(error="http_service_error", seconds=seconds, retry=retry)
    if not response.is_success:
        return Answer(error="http_client_error", seconds=seconds, retry=retry)
    if "application/json" not in response.headers.get("content-type", ""):
        return Answer(body={"text": response.text} if kind is Kind.COMMAND and response.text else {}, seconds=seconds)
    try:
        body: Json = response.json() if response.content else {}
    except ValueError:
        return Answer(error="invalid_command_response", seconds=seconds)
    return Answer(body=body if isinstance(body, dict) else {}, seconds=seconds)
