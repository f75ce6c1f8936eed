"""The HTTP side: Slack's signed requests, marketplaces' signed pushes, health and metrics."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from urllib.parse import parse_qs

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.desk import Desk, settling
from bot.desk.standing import standing
from bot.errors import Conflict, Invalid, Misconfigured, NotAllowed, NotFound, StoreError, TakedownError
from bot.model import Clock
from bot.observe import tracing
from bot.observe.gauges import StandingCollector
from bot.observe.metrics import REGISTRY

log = structlog.get_logger(__name__)

WINDOW = 300
"""Seconds a signed request is good for. Source: docs.slack.dev, verifying requests from Slack."""
PUSH_LIMIT = 64 * 1024
SLACK_LIMIT = 1024 * 1024
"""Bytes of a body that are read at all."""

Ready = Callable[[], Awaitable[dict[str, bool]]]


class SignedOnce:
    """Lets a signed Slack request through once: not unsigned, not stale, not a second time."""

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        self._clock = clock
        self._verifier = SignatureVerifier(signing_secret, clock=_Seconds(clock))
        self._seen: dict[str, float] = {}

    def admits(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        # slack_sdk converts the header with int(), which raises on anything else and takes other scripts' digits.
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or not signature.isascii():
            return False
        try:
            body.decode("utf-8")  # slack_sdk does so, and raises
        except UnicodeDecodeError:
            return False
        if not self._verifier.is_valid(body, stamp, signature):
            return False
        now = self._clock().timestamp()
        self._forget(now)
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True

    def _forget(self, now: float) -> None:
        """Drop what is too old to be admitted anyway; the oldest come first."""
        # A timestamp may lie up to a window ahead, so a signature is good for two windows at most.
        while self._seen:
            signature, at = next(iter(self._seen.items()))
            if now - at <= 2 * WINDOW:
                return
            del self._seen[signature]


class _Seconds(SlackClock):
    """Our clock in the shape slack_sdk wants."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def site(desk: Desk, *, bolt: AsyncApp | None, gate: SignedOnce | None, ready: Ready, pushes: bool = True) -> ASGIApp:
    """The routes. Without `bolt` and `gate` (Socket Mode) Slack's own is not there; without `pushes`, marketplaces'."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        parts = await ready()
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    async def metrics(_: Request) -> Response:
        registry = CollectorRegistry(auto_describe=False)
        try:
            registry.register(StandingCollector(await standing(desk, await ready())))
        except StoreError as error:
            # What this process counted by itself is then worth most.
            log.error("metrics.store", error=str(error))
        return Response(generate_latest(REGISTRY) + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def pushed(request: Request) -> Response:
        return await _push(desk, request)

    routes = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
    if pushes:
        routes.append(Route("/marketplaces/{key}/events", pushed, methods=["POST"]))
    rest = Starlette(routes=routes)
    return _Front(_slack(bolt, gate), rest) if bolt is not None and gate is not None else rest


class _Front:
    """Slack's own route before all others and their middleware: it is asked most, and people wait for it."""

    def __init__(self, slack: Callable[[Request], Awaitable[Response]], rest: ASGIApp) -> None:
        self._slack = slack
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/slack/events":
            await self._rest(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await self._slack(request) if request.method == "POST" else Response(status_code=405)
        await response(scope, receive, send)


def _slack(bolt: AsyncApp, gate: SignedOnce) -> Callable[[Request], Awaitable[Response]]:
    handler = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        body = await _read(request, SLACK_LIMIT)
        if body is None:
            return PlainTextResponse("too large\n", status_code=413)
        if _is_ssl_check(request, body):
            return PlainTextResponse("ok\n")
        if not gate.admits(request.headers, body):
            return PlainTextResponse("The signature is missing, wrong, too old or was used before.\n", status_code=401)
        with tracing.span("slack request"):
            response: Response = await handler.handle(request)
        return response

    return events


def _is_ssl_check(request: Request, body: bytes) -> bool:
    """Slack's own look at our certificate; it asks for nothing. Source: docs.slack.dev, slash commands."""
    if len(body) > 1000 or "x-slack-signature" in request.headers:
        return False
    return parse_qs(body).get(b"ssl_check") == [b"1"]


async def _push(desk: Desk, request: Request) -> Response:
    """A status a marketplace pushed: told from a forgery, an old one and a replay before anything is written."""
    marketplace = desk.marketplaces.get(str(request.path_params["key"]))
    if marketplace is None:
        return PlainTextResponse("There is no such marketplace here.\n", status_code=404)
    body = await _read(request, PUSH_LIMIT)
    if body is None:
        return PlainTextResponse("too large\n", status_code=413)
    try:
        push = marketplace.hear(dict(request.headers), body, desk.now())
        notice = await settling.pushed(desk, marketplace, push)
    except TakedownError as error:
        status, words = next(answer for kind, answer in _PUSH_ANSWERS if isinstance(error, kind))
        log.info("push.refused", marketplace=marketplace.key, status=status, error=str(error))
        return PlainTextResponse(f"{words or error}\n", status_code=status)
    log.info("push.heard", marketplace=marketplace.key, notice=notice.id, status=notice.status)
    return Response(status_code=204)


_PUSH_ANSWERS: tuple[tuple[type[TakedownError], tuple[int, str]], ...] = (
    (NotAllowed, (401, "")),
    (Invalid, (422, "")),
    (NotFound, (404, "")),
    (Conflict, (409, "This message was received before.")),
    (TakedownError, (503, "Not now; please send it again.")),
)


async def _read(request: Request, limit: int) -> bytes | None:
    """The body, or None when it is longer than `limit`. Kept on the request, where Bolt's adapter finds it."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > limit:
            return None
    request._body = bytes(read)
    return request._body


class Server(uvicorn.Server):
    """uvicorn inside our loop: signals and the order of stopping are the app's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: ASGIApp, host: str, port: int) -> tuple[Server, asyncio.Task[None]]:
    """Listen; returns once requests are taken.

    Raises:
        Misconfigured: the port is taken or not allowed.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise Misconfigured(
            f"PORT {port} cannot be listened on at {host}: {os.strerror(error.errno or 0)}. Choose another."
        ) from None
    listening.setblocking(False)
    # asyncio does this only for sockets it made itself; without it every answer with a body waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=5,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    return server, task
