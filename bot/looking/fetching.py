"""The one place that opens an address somebody pasted, under guard: it leads to the marketplace's own pages only."""

from __future__ import annotations

import asyncio
import codecs
import re
import socket
import zlib
from collections.abc import Awaitable, Callable, Sequence

import httpx
from aiolimiter import AsyncLimiter

from bot.looking import Look, Terms
from bot.looking.hosts import public, same_site, within
from bot.marketplaces.http import USER_AGENT, one_at_a_time
from bot.model import Listing

SECONDS = 10.0
"""How long a look may take, with its redirects."""
BYTES = 1_000_000
"""How much of a page is read, after it was unpacked."""
REDIRECTS = 3
PER_SECOND = 0.5
"""Looks at one marketplace."""
_ADDRESSES = 3
"""Of a host's addresses, how many are tried."""
_CONNECT = 4.0
_LONGEST = 2048
_MOVED = frozenset({301, 302, 303, 307, 308})
_TEXT = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|gbk|gb2312|gb18030|big5\w*|shift_jis\w*|euc_\w+|koi8-\w")
"""Encodings of pages, by Python's names. Others of Python's are no text, or slow to undo."""
_META = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([a-z0-9_:.-]+)", re.IGNORECASE)
_META_WITHIN = 1024
"""Where a page has to name its encoding, when its headers do not. Source: HTML, 4.2.5.4."""
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
"""What browsers read for an encoding, where it is not the narrow one. Source: the Encoding Standard, 4.2."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a host. Raises: OSError: it has none."""


class _Trouble(Exception):
    """Why there is nothing to see; said as part of a sentence."""


async def resolved(host: str) -> Sequence[str]:
    """The addresses of a host, as this machine is told them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Looker:
    """Looks at listings' pages, politely: half a request a second at a marketplace, no cookies, no scripts.

    `contact` is whom the marketplace may write to about us. Requests go through the transport itself, so that
    nothing of a client comes with them: no cookies, proxies of the environment, credentials or redirects.
    """

    def __init__(
        self,
        *,
        contact: str,
        resolve: Resolve = resolved,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float = SECONDS,
        per_second: float = PER_SECOND,
    ) -> None:
        self._agent = f"{USER_AGENT} (looks again at reported listings; +mailto:{contact})"
        self._resolve = resolve
        # No connection is kept: one that was made for a host must not serve another on the same address.
        self._transport = transport or httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_connections=20, max_keepalive_connections=0)
        )
        self._seconds = seconds
        self._per_second = per_second
        self._limiters: dict[str, AsyncLimiter] = {}

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def look(self, listing: Listing, terms: Terms) -> Look:
        """Look at a listing's page. Trouble of any kind is in the answer: there is nothing to repeat at once."""
        asked = listing.canonical
        async with self._limiter(listing.marketplace):
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._followed(asked, terms)
            except _Trouble as trouble:
                why = str(trouble)
            except (TimeoutError, httpx.TimeoutException):
                why = f"there was no answer within {self._seconds:g} seconds"
            except (httpx.HTTPError, httpx.InvalidURL):
                why = "the connection broke"
            return Look(asked=asked, address=asked, trouble=why)

    def _limiter(self, marketplace: str) -> AsyncLimiter:
        return self._limiters.setdefault(marketplace, one_at_a_time(self._per_second))

    async def _followed(self, asked: str, terms: Terms) -> Look:
        """The page, after at most three redirects, each checked like the first address."""
        url = checked(asked, terms)
        first = _host(url)
        for _ in range(REDIRECTS + 1):
            response = await self._get(url)
            try:
                location = response.headers.get("Location", "")
                if response.status_code not in _MOVED or not location:
                    return await self._seen(asked, url, response)
            finally:
                await response.aclose()
            url = checked(_joined(url, location), terms)
            if not same_site(_host(url), first):
                raise _Trouble("it led to another host")
        raise _Trouble("it led on and on")

    async def _get(self, url: httpx.URL) -> httpx.Response:
        """The answer of one of the host's addresses, which were all checked, and are not looked up again."""
        host = _host(url)
        for address in (await self._addresses(host))[:_ADDRESSES]:
            request = httpx.Request(
                "GET",
                url.copy_with(host=address, fragment=None),
                headers={
                    "Host": host,
                    "User-Agent": self._agent,
                    "Accept": "text/html,application/xhtml+xml",
                    "Accept-Encoding": "gzip",
                    "Connection": "close",
                },
                extensions={
                    # The certificate is checked against the name, though the connection goes to the address.
                    "sni_hostname": host,
                    "timeout": httpx.Timeout(self._seconds, connect=min(_CONNECT, self._seconds)).as_dict(),
                },
            )
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        raise _Trouble("no connection could be made")

    async def _addresses(self, host: str) -> Sequence[str]:
        try:
            found = await self._resolve(host)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise _Trouble("nobody knows the address of its host")
        if not all(map(public, found)):
            raise _Trouble("its host has an address that is not public")
        return found

    async def _seen(self, asked: str, url: httpx.URL, response: httpx.Response) -> Look:
        look = Look(asked=asked, address=asked if url == httpx.URL(asked) else str(url), status=response.status_code)
        if response.status_code != 200:
            return look
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
        if kind not in ("text/html", "application/xhtml+xml"):
            raise _Trouble("what came is no page")
        body, whole = await _read(response)
        page = body.decode(_encoding(response, body), "replace")
        return Look(asked=asked, address=look.address, status=look.status, page=page, whole=whole)


def checked(address: str, terms: Terms) -> httpx.URL:
    """The address, if it may be opened.

    Raises:
        _Trouble: it is not https on its own port, has a user name in it, or is of a host of somebody else.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError):
        raise _Trouble("its address cannot be read") from None
    if len(address) > _LONGEST:
        raise _Trouble("its address is too long")
    if url.scheme != "https":
        raise _Trouble("its address is not https")
    if url.port is not None:
        raise _Trouble("its address names a port of its own")
    if url.userinfo:
        raise _Trouble("its address has a user name in it")
    if not within(_host(url), terms.hosts):
        raise _Trouble("it is on a host of somebody else")
    return url


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower()


def _joined(url: httpx.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except (httpx.InvalidURL, UnicodeError):
        raise _Trouble("it led to an address that cannot be read") from None


async def _read(response: httpx.Response) -> tuple[bytes, bool]:
    """The page, and whether that is all of it. It is unpacked here, up to a limit: a few bytes can make gigabytes."""
    coding = response.headers.get("Content-Encoding", "").strip().casefold()
    if coding not in ("", "identity", "gzip"):
        raise _Trouble("the page is packed in a way I did not ask for")
    unpack = zlib.decompressobj(wbits=31) if coding == "gzip" else None
    body, taken = bytearray(), 0
    try:
        async for chunk in response.aiter_raw():
            taken += len(chunk)
            body += unpack.decompress(chunk, BYTES + 1 - len(body)) if unpack else chunk
            if max(len(body), taken) > BYTES:
                return bytes(body[:BYTES]), False
    except zlib.error:
        raise _Trouble("the page cannot be unpacked") from None
    # Some servers pack a page in several pieces, one after the other; what follows the first was not read.
    return bytes(body), unpack is None or (unpack.eof and not unpack.unused_data)


def _encoding(response: httpx.Response, body: bytes) -> str:
    """The page's encoding: as its headers name it, else as it does itself, else UTF-8."""
    said = response.charset_encoding
    if said is None and (named := _META.search(body, 0, _META_WITHIN)) is not None:
        said = named[1].decode("ascii")
    try:
        name = codecs.lookup(said or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"
    return _WIDER.get(name, name) if _TEXT.fullmatch(name) else "utf-8"
