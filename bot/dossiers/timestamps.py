"""A timestamp of another party (RFC 3161), asked for over the manifest. Loaded only where an authority is set."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from urllib.parse import urlsplit

import httpx
import structlog
from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

SECONDS = 20.0
LARGEST = 100_000
"""Bytes of an answer. One with a chain of certificates has a few thousand."""
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_GRANTED = (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS)
_NO_TIMESTAMP = (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError)

log = structlog.get_logger(__name__)


async def stamp(url: str, content: bytes, *, seconds: float = SECONDS) -> bytes | None:
    """The authority's answer, as it came; None when there is none in time, or it is not about this content.

    Who may be trusted to say what time it is, is for the reader to decide: certificates are not followed here.
    """
    try:
        return await _stamped(url, content, seconds)
    except _NO_TIMESTAMP as error:
        log.warning("dossier not timestamped", authority=urlsplit(url).hostname, why=_why(error))
        return None


async def trouble(url: str, *, seconds: float = SECONDS) -> str:
    """Why the authority gives no timestamp now, in a few words; empty when it does. What it says is not kept."""
    try:
        await _stamped(url, b"Does it answer?", seconds)
    except _NO_TIMESTAMP as error:
        return f"nothing within {seconds:.0f} seconds" if isinstance(error, TimeoutError) else _why(error)
    return ""


async def _stamped(url: str, content: bytes, seconds: float) -> bytes:
    request = TimestampRequestBuilder(data=content, hash_algorithm=HashAlgorithm.SHA256).build()
    async with asyncio.timeout(seconds):
        answer = await _ask(url, request.as_bytes())
    _refuse_another(answer, sha256(content).digest(), request.nonce)
    return answer


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _ask(url: str, query: bytes) -> bytes:
    headers = {"Content-Type": _QUERY, "Accept": _REPLY}
    async with (
        httpx.AsyncClient(follow_redirects=False) as client,
        client.stream("POST", url, content=query, headers=headers) as response,
    ):
        response.raise_for_status()
        answer = b""
        async for piece in response.aiter_bytes():
            answer += piece
            if len(answer) > LARGEST:
                raise ValueError("the answer is too long for a timestamp")
        return answer


def _refuse_another(answer: bytes, digest: bytes, nonce: int | None) -> None:
    """Raises: ValueError: it was not granted, or is of something else."""
    decoded = decode_timestamp_response(answer)
    if decoded.status not in _GRANTED:
        raise ValueError(f"the authority refused ({decoded.status}: {' '.join(decoded.status_string)})")
    info = decoded.tst_info
    if info.message_imprint.message != digest or info.nonce != nonce:
        raise ValueError("the timestamp is of something else")
