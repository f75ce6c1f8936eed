"""The fence around the page: this machine alone, and pages of our own alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class LocalOnly:
    """Lets in only this machine, and only pages of our own: another site's page may not act here, nor read.

    The name in `Host` is checked, because a name of somebody else's may be pointed at this machine.
    """

    def __init__(self, inner: Callable[[Request], Awaitable[Response]] | ASGIApp) -> None:
        self._inner: Any = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if not _is_ours(request):
            forbidden = JSONResponse({"ok": False, "error": "forbidden"}, status_code=403)
            await forbidden(scope, receive, send)
            return

        async def careful_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-content-type-options", b"nosniff"),
                    (b"cross-origin-resource-policy", b"same-origin"),
                ]
            await send(message)

        if isinstance(self._inner, StaticFiles):
            await self._inner(scope, receive, careful_send)
        else:
            await (await self._inner(request))(scope, receive, careful_send)


def _is_ours(request: Request) -> bool:
    host = request.headers.get("host", "")
    name = urlsplit(f"//{host}").hostname
    if name not in _LOCAL_NAMES or request.client is None or not _is_loopback(request.client.host):
        return False
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return False
    return request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
