"""The servers a benchmark needs beside the desk: a Slack that agrees to everything, and a bare Bolt."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bench.load import SECRET, TEAM, USER

_ts = count(1)


def agreeable_slack() -> Starlette:
    """Answers every method at once; no checks, so that it is never what is measured."""

    async def api(request: Request) -> Response:
        method = request.path_params["method"]
        answer: dict[str, object] = {"ok": True}
        if method == "auth.test":
            answer |= {"team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT", "url": "http://127.0.0.1/"}
        elif method == "users.info":
            answer |= {"user": {"id": USER, "team_id": TEAM, "profile": {"real_name": "Bench"}}}
        elif method.startswith("chat."):
            answer |= {"channel": "C0BENCH", "ts": f"1700000000.{next(_ts):06d}"}
        return JSONResponse(answer)

    async def respond(_: Request) -> Response:
        return Response(b"ok")

    async def removals(request: Request) -> Response:
        if request.method == "POST":
            return JSONResponse({"id": f"R{next(_ts)}", "status": "received"}, status_code=201)
        return JSONResponse({"id": request.path_params.get("id", "R0"), "status": "in_review", "items": []})

    return Starlette(
        routes=[
            Route("/api/{method}", api, methods=["GET", "POST"]),
            Route("/respond/{id}", respond, methods=["POST"]),
            Route("/removal-requests", removals, methods=["GET", "POST"]),
            Route("/removal-requests/{id}", removals, methods=["GET"]),
        ]
    )


def markets(latency: float = 0.05) -> Starlette:
    """Five marketplaces behind one port: three that answer after a moment, one that never does, one that is busy."""

    async def removals(request: Request) -> Response:
        match request.path_params["key"]:
            case "hanging":
                await asyncio.sleep(600)
            case "busy":
                return JSONResponse({"message": "slowly"}, status_code=429, headers={"Retry-After": "1"})
        await asyncio.sleep(latency)
        if request.method == "POST":
            return JSONResponse({"id": f"R{next(_ts)}", "status": "received"}, status_code=201)
        return JSONResponse({"items": []})

    return Starlette(routes=[Route("/{key}/removal-requests", removals, methods=["GET", "POST"])])


def bare_bolt(slack_url: str) -> Starlette:
    """The least a Bolt app can do: one command, acknowledged."""
    client = AsyncWebClient(token="xoxb-bench", base_url=slack_url)
    app = AsyncApp(client=client, token="xoxb-bench", signing_secret=SECRET)

    @app.command("/noop")
    async def noop(ack: AsyncAck) -> None:
        await ack()

    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        response: Response = await handler.handle(request)
        return response

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])])


if __name__ == "__main__":
    kind, port, *rest = sys.argv[1:]
    served = {"slack": agreeable_slack, "markets": markets, "bare": bare_bolt}[kind](*rest)  # type: ignore[operator]
    uvicorn.run(served, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)
