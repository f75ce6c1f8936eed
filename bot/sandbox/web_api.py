"""The Web API of the pretend Slack: `/api/{method}`, as strict as Slack about tokens, scopes, arguments and limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.calls import Calls
from bot.sandbox.chat_methods import ChatMethods
from bot.sandbox.conversation_methods import ConversationMethods
from bot.sandbox.faults import Faults
from bot.sandbox.file_methods import FileMethods
from bot.sandbox.group_methods import GroupMethods
from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_ID, BOT_USER_ID, TEAM_ID, TEAM_NAME
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import METHODS, Method, Refusal, check_arguments
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
        calls: Calls,
        *,
        site: Callable[[], str],
        socket_url: Callable[[], str],
    ) -> None:
        self._app = app
        self._calls = calls
        self._site = site
        self._socket_url = socket_url
        self._methods: dict[str, Do] = {
            "api.test": lambda given: {"args": given} if "error" not in given else _refuse(given["error"]),
            "auth.test": self._auth_test,
            "apps.connections.open": lambda _: {"url": self._socket_url()},
            **ChatMethods(workspace, app, faults, site).methods,
            **FileMethods(workspace, faults, site).methods,
            **GroupMethods(workspace).methods,
            **ViewMethods(workspace, app).methods,
            **ConversationMethods(workspace, app).methods,
        }

    async def endpoint(self, request: Request) -> Response:
        name = str(request.path_params["method"])
        given = await _arguments(request, METHODS.get(name))
        return await self._calls.answer(request, name, given, lambda: self._perform(request, name, given))

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
            "user": self._app.handle,
            "team_id": TEAM_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "is_enterprise_install": False,
        }


def _refuse(code: str) -> Json:
    raise Refusal(code)


async def _arguments(request: Request, method: Method | None) -> Json:
    """Arguments of the address, and of a form or JSON body; not every method reads JSON."""
    given: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json" and (method is None or method.reads_json):
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
