"""A file on disk sent to the address that Slack names for it, in pieces: it may be too large for the memory."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bot.errors import SlackUnavailable

TAKES = 90.0
"""Seconds a file may take to go; less than the lease of the delivery that sends it."""


async def upload(session: aiohttp.ClientSession, address: str, path: Path, *, takes: float = TAKES) -> None:
    """Send it. Nothing is to be seen of it before it is completed.

    Raises:
        SlackUnavailable: it did not go, or not in time.
        OSError: it cannot be read.
    """
    with path.open("rb") as content:
        try:
            async with session.post(address, data=content, timeout=aiohttp.ClientTimeout(total=takes)) as answer:
                if answer.status != 200:
                    raise SlackUnavailable(f"the file was not taken (HTTP {answer.status})")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackUnavailable(f"the file did not go ({type(error).__name__})") from error
