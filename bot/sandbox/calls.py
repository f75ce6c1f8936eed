"""The app's calls as they come in: struck by the fault that waits for them, counted, and put on record."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.serving import cut
from bot.sandbox.traffic import Traffic


class Calls:
    """`under_way` is how many are not yet answered."""

    def __init__(self, faults: Faults, traffic: Traffic) -> None:
        self._faults = faults
        self._traffic = traffic
        self.under_way = 0

    async def answer(self, request: Request, name: str, given: Any, perform: Callable[[], Response]) -> Response:
        """What `perform` answers, unless a fault for `name` waits; `given` is for the record."""
        self.under_way += 1
        try:
            return await self._answer(request, name, given, perform)
        finally:
            self.under_way -= 1

    async def _answer(self, request: Request, name: str, given: Any, perform: Callable[[], Response]) -> Response:
        started = time.perf_counter()
        fault = self._faults.next(name)
        response = (_broken(fault) if fault else None) or perform()
        if fault and fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        lost = bool(fault and fault.kind == "lose_reply")
        self._traffic.record(
            "bot",
            "slack",
            name,
            status="reply lost" if lost else _status(response),
            ms=(time.perf_counter() - started) * 1000,
            request=given,
            response=_body(response),
        )
        if lost:
            await cut(request.scope)
        return response


def _broken(fault: Fault) -> Response | None:
    """The answer of a fault that keeps the call from being done."""
    if fault.kind == "rate_limit":
        headers = {"Retry-After": f"{fault.seconds:g}"}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    if fault.kind == "fail":
        return PlainTextResponse("Something is broken here.", status_code=fault.status)
    if fault.kind == "decline":
        return JSONResponse({"ok": False, "error": fault.code})
    return None


def _status(response: Response) -> str:
    body = _body(response)
    if isinstance(body, dict) and response.status_code == 200:
        return "ok" if body["ok"] else str(body["error"])
    return str(response.status_code)


def _body(response: Response) -> Any:
    if "attachment" in response.headers.get("content-disposition", ""):
        return f"{len(response.body)} bytes"
    text = bytes(response.body).decode()
    return json.loads(text) if isinstance(response, JSONResponse) else text
