from __future__ import annotations

import asyncio
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.sandbox.serving import cut, running


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def hangs(_: Request) -> Response:
    await asyncio.sleep(60)
    return PlainTextResponse("late")


async def streams(_: Request) -> Response:
    async def for_ever() -> AsyncIterator[str]:
        while True:
            yield "data: again\n\n"
            await asyncio.sleep(0.02)

    return StreamingResponse(for_ever())


async def cuts(request: Request) -> Response:
    await cut(request.scope)
    return Response()


async def echoes(peer: WebSocket) -> None:
    await peer.accept()
    async for text in peer.iter_text():
        await peer.send_text(text)


APP = Starlette(
    routes=[
        Route("/", hello),
        Route("/hangs", hangs),
        Route("/streams", streams),
        Route("/cuts", cuts, methods=["GET", "POST"]),
        WebSocketRoute("/echoes", echoes),
    ]
)


async def test_an_app_is_served_on_a_free_port_and_gone_afterwards() -> None:
    async with httpx.AsyncClient() as client:
        async with running(APP) as one, running(APP) as other:
            assert one != other
            assert (await client.get(one)).text == (await client.get(other)).text == "hello"
        with pytest.raises(httpx.ConnectError):
            await client.get(one)


async def test_a_port_that_is_taken_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with running(APP, port=taken.getsockname()[1]):
            pass


async def test_leaving_does_not_wait_for_those_who_hang(caplog: pytest.LogCaptureFixture) -> None:
    async with httpx.AsyncClient() as client:
        async with running(APP) as url:
            waiting = [asyncio.create_task(client.get(url + path)) for path in ("/hangs", "/streams")]
            peer = await websockets.connect(url.replace("http", "ws") + "/echoes")
            await peer.send("a")
            assert await peer.recv() == "a"
            began = time.monotonic()
        assert time.monotonic() - began < 20, "not as long as they hang"
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(end, httpx.HTTPError) for end in ends)
        await peer.close()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_cut_connection_is_reset_without_an_answer_and_the_next_works(caplog: pytest.LogCaptureFixture) -> None:
    async with running(APP) as url, httpx.AsyncClient() as client:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await client.post(url + "/cuts", content=b"x" * 10_000)
        assert (await client.get(url)).text == "hello"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_signals_stay_with_the_process() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with running(APP):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
