"""The Web API of the pretend Slack: `/api/{method}`, as strict as Slack about tokens, scopes, arguments and limits."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.chat_methods import ChatMethods
from bot.sandbox.conversation_methods import ConversationMethods
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_ID, BOT_USER_ID, TEAM_ID, TEAM_NAME
from bot.sandbox.serving import cut
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import METHODS, Method, Refusal, check_arguments
from bot.sandbox.traffic import Traffic
from bot.sandbox.view_methods import ViewMethods
from bot.sandbox.workspace import Workspace

Do = Callable[[Json], Json]


class WebApi:
    """Answers `/api/{method}`. `socket_url` gives a new Socket Mode address."""

    def __init__(
        self,
        workspace: Workspace,
        app: Installation,
        faults: Faults,
        traffic: Traffic,
        *,
        site: Callable[[], str],
        socket_url: Callable[[], str],
    ) -> None:
        self._app = app
        self._faults = faults
        self._traffic = traffic
        self._site = site
        self._socket_url = socket_url
        self.open_requests = 0
        self._methods: dict[str, Do] = {
            "api.test": lambda given: {"args": given} if "error" not in given else _refuse(given["error"]),
            "auth.test": self._auth_test,
            "apps.connections.open": lambda _: {"url": self._socket_url()},
            **ChatMethods(workspace, app, site).methods,
            **ViewMethods(workspace, app).methods,
            **ConversationMethods(workspace, app).methods,
        }

    async def endpoint(self, request: Request) -> Response:
        self.open_requests += 1
        try:
            return await self._answer(request, str(request.path_params["method"]))
        finally:
            self.open_requests -= 1

    async def _answer(self, request: Request, name: str) -> Response:
        started = time.perf_counter()
        given = await _arguments(request)
        fault = self._faults.next(name)
        response = _broken(fault) if fault else None
        if response is None:
            response = self._perform(request, name, given)
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

    def _perform(self, request: Request, name: str, given: Json) -> Response:
        headers = {}
        try:
            method = METHODS.get(name)
            if method is None:
                raise Refusal("unknown_method", req_method=name)
            self._check_caller(method, _token(request, given))
            if method.caller == "bot":
                headers["X-OAuth-Scopes"] = ",".join(sorted(self._app.scopes))
            arguments = check_arguments(method, {key: value for key, value in given.items() if key != "token"})
            return JSONResponse({"ok": True, **self._methods[name](arguments)}, headers=headers)
        except Refusal as refusal:
            return JSONResponse(refusal.as_answer(), headers=headers)

    def _check_caller(self, method: Method, token: str) -> None:
        if method.caller == "anyone":
            return
        if not token:
            raise Refusal("not_authed")
        tokens = {"bot": self._app.bot_token, "app": self._app.app_token}
        if token != tokens[method.caller]:
            raise Refusal("not_allowed_token_type" if token in tokens.values() else "invalid_auth")
        if method.caller == "bot" and method.scope and method.scope not in self._app.scopes:
            raise Refusal("missing_scope", needed=method.scope, provided=",".join(sorted(self._app.scopes)))

    def _auth_test(self, _: Json) -> Json:
        return {
            "url": f"{self._site()}/",
            "team": TEAM_NAME,
            "user": self._app.name.casefold().replace(" ", "-"),
            "team_id": TEAM_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "is_enterprise_install": False,
        }


def _refuse(code: str) -> Json:
    raise Refusal(code)


async def _arguments(request: Request) -> Json:
    """Arguments of the address, and of a form or JSON body."""
    given: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        try:
            body: Any = json.loads(await request.body() or b"{}")
        except ValueError:
            body = None
        return {**given, **body} if isinstance(body, dict) else given
    if kind == "application/x-www-form-urlencoded":
        given |= dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
    return given


def _token(request: Request, given: Json) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else str(given.get("token", ""))


def _broken(fault: Fault) -> Response | None:
    """The answer of a fault that keeps the call from being done."""
    if fault.kind == "rate_limit":
        headers = {"Retry-After": f"{fault.seconds:g}"}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    if fault.kind == "fail":
        return PlainTextResponse("Something is broken here.", status_code=fault.status)
    return None


def _status(response: Response) -> str:
    body = _body(response)
    if isinstance(body, dict) and response.status_code == 200:
        return "ok" if body["ok"] else str(body["error"])
    return str(response.status_code)


def _body(response: Response) -> Any:
    text = bytes(response.body).decode()
    return json.loads(text) if isinstance(response, JSONResponse) else text
