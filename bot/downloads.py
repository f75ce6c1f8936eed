"""Files that Slack keeps, fetched with the bot token, which is shown to Slack's own file host alone."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import aiohttp
import structlog

from bot.errors import Invalid, SlackDeclined, SlackError, SlackUnavailable

log = structlog.get_logger(__name__)

FILES_FROM = "https://files.slack.com/"
TAKES = 20.0
"""Seconds a file may take to come."""
_MOST_HOPS = 3
_PIECE = 1 << 16
_HTML = "text/html"


async def download(
    session: aiohttp.ClientSession,
    address: str,
    token: str,
    *,
    host: str,
    limit: int,
    mimetype: str,
    takes: float = TAKES,
) -> bytes:
    """The file at `address`, which is to be on the `host` given by its address, and of `mimetype`.

    Raises:
        Invalid: it is larger than `limit` bytes.
        SlackDeclined: it is kept somewhere else, it is not there, or Slack shows a page to sign in instead.
        SlackUnavailable: it did not come, or not in time.
    """
    try:
        for _ in range(_MOST_HOPS):
            if not _on(host, address):
                log.warning("download.other_host", host=urlsplit(address).hostname)
                raise SlackDeclined("file_on_another_host")
            async with session.get(
                address,
                headers={"Authorization": f"Bearer {token}"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=takes),
            ) as answer:
                if answer.status not in (301, 302, 303, 307, 308):
                    _check(answer, mimetype)
                    return await _read(answer, limit)
                address = urljoin(address, answer.headers.get("Location", ""))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise SlackUnavailable(f"the file did not come ({type(error).__name__})") from error
    raise SlackDeclined("too_many_redirects")


def too_large(limit: int) -> Invalid:
    return Invalid(f"That file is larger than {limit / 1_000_000:g} MB. Please attach a smaller one.")


def _on(host: str, address: str) -> bool:
    asked, ours = urlsplit(address), urlsplit(host)
    return (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)


def _check(answer: aiohttp.ClientResponse, mimetype: str) -> None:
    # Without the scope files:read Slack answers 200 with its page to sign in.
    # Source: github.com/slackapi/deno-slack-sdk/issues/285, github.com/slackapi/bolt-js/issues/2585.
    if answer.status == 200 and (answer.content_type != _HTML or mimetype == _HTML):
        return
    log.warning("download.refused", status=answer.status, content_type=answer.content_type)
    if answer.status == 200:
        raise SlackDeclined("sign_in_page")
    raise _refused(answer.status)


def _refused(status: int) -> SlackError:
    if status >= 500 or status in (408, 425, 429):
        return SlackUnavailable(f"HTTP {status}")
    return SlackDeclined(f"HTTP {status}")


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        content += piece
        if len(content) > limit:
            answer.close()
            raise too_large(limit)
    return bytes(content)
