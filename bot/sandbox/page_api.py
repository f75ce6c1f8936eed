"""What the sandbox page asks and does: JSON under `/page/`, and the page's own files. For browsers here alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.acts import Acts, Outcome
from bot.sandbox.filling import FILE_BYTES, VALUE_KEYS
from bot.sandbox.installation import Installation
from bot.sandbox.local_only import LocalOnly
from bot.sandbox.page_state import Filing, state_for
from bot.sandbox.people import FIRST, Person
from bot.sandbox.reading import Control, controls_of
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal
from bot.sandbox.traffic import Traffic
from bot.sandbox.troubles import Troubles
from bot.sandbox.uploads import as_download
from bot.sandbox.views import Values, View
from bot.sandbox.workspace import Channel, Message, Workspace

PAGE = Path(__file__).with_name("page")
LOOK_EVERY = 0.5
"""Seconds between looks at the marketplaces, which do not tell of their changes."""
_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Marketplace(Protocol):
    """What the page shows of a pretend marketplace, and the mood it may set."""

    mood: Any

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def moods(self) -> Sequence[Any]: ...

    @property
    def requests(self) -> Sequence[Filing]: ...


class PageApi:
    """The page's side of the sandbox. `bot` says whether the bot is connected, and how."""

    def __init__(
        self,
        workspace: Workspace,
        app: Installation,
        acts: Acts,
        traffic: Traffic,
        *,
        troubles: Troubles,
        marketplaces: Sequence[Marketplace],
        bot: Callable[[], Json],
    ) -> None:
        self._workspace = workspace
        self._app = app
        self._acts = acts
        self._traffic = traffic
        self._troubles = troubles
        self._marketplaces = marketplaces
        self._bot = bot
        self._leaving = asyncio.Event()

    @property
    def routes(self) -> list[BaseRoute]:
        posts: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "say": self._say,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "shortcut": self._shortcut,
            "mood": self._mood,
            "trouble": self._trouble,
        }
        return [
            Route("/", LocalOnly(_index)),
            Mount("/page/static", LocalOnly(StaticFiles(directory=PAGE))),
            Route("/page/state", LocalOnly(self._state)),
            Route("/page/traffic", LocalOnly(self._calls)),
            Route("/page/events", LocalOnly(self._events)),
            Route("/page/files/{id}", LocalOnly(self._file)),
            Route("/page/attach", LocalOnly(self._attach), methods=["POST"]),
            *(Route(f"/page/{name}", LocalOnly(_posted(act)), methods=["POST"]) for name, act in posts.items()),
        ]

    def leave(self) -> None:
        """End the streams of changes, so that the server can stop."""
        self._leaving.set()
        self._workspace.changed()

    async def _state(self, request: Request) -> Response:
        wanted = request.query_params.get("as") or FIRST
        try:
            person = self._workspace.person(wanted)
        except Refusal as refusal:
            return _failed(refusal.code)
        state = state_for(
            self._workspace,
            person,
            app=self._app,
            bot=self._bot(),
            old_slack=self._troubles.is_old_slack,
            marketplaces=self._marketplaces,
        )
        return JSONResponse(state)

    async def _calls(self, request: Request) -> Response:
        after = request.query_params.get("after", "0")
        number = int(after) if after.isascii() and after.isdigit() else 0
        return JSONResponse([call.as_json() for call in self._traffic.after(number)])

    async def _events(self, _: Request) -> Response:
        return StreamingResponse(self._changes(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _changes(self) -> AsyncIterator[str]:
        """A line for every change, and one at once."""
        version, looks = -1, self._look()
        while not self._leaving.is_set():
            if self._workspace.version > version or self._look() != looks:
                version, looks = self._workspace.version, self._look()
                yield f"data: {json.dumps({'version': version})}\n\n"
            try:
                await asyncio.wait_for(self._workspace.wait_beyond(version), LOOK_EVERY)
            except TimeoutError:
                continue

    def _look(self) -> list[tuple[object, ...]]:
        return [
            (market.key, str(market.mood), *((one.id, one.status) for one in market.requests))
            for market in self._marketplaces
        ]

    async def _say(self, body: Json) -> Json:
        channel = self._workspace.channel(str(body.get("channel")))
        outcome = await self._acts.say(
            self._person(body), channel, str(body.get("text", "")), body.get("thread_ts") or None
        )
        return _told(outcome)

    async def _click(self, body: Json) -> Json:
        person, container = self._person(body), body.get("container") or {}
        chosen = {key: body[key] for key, _ in VALUE_KEYS.values() if key in body}
        values: Values = body.get("values") or {}
        if "channel" in container:
            message = self._message(person, str(container["channel"]), str(container.get("ts")))
            control = _control(message.blocks, body)
            return _told(await self._acts.click(person, message, control, chosen, values))
        view = self._home_of(person) if container.get("home") else self._view(person, str(container.get("view_id")))
        control = _control(view.blocks, body)
        return _told(await self._acts.click_in_view(person, view, control, chosen, values))

    async def _submit(self, body: Json) -> Json:
        person = self._person(body)
        view = self._view(person, str(body.get("view_id")))
        return _told(await self._acts.submit(person, view, body.get("values") or {}))

    async def _close(self, body: Json) -> Json:
        person = self._person(body)
        return _told(await self._acts.close(person, self._view(person, str(body.get("view_id")))))

    async def _home(self, body: Json) -> Json:
        return _told(await self._acts.open_home(self._person(body)))

    async def _shortcut(self, body: Json) -> Json:
        person, at = self._person(body), body.get("message")
        message = self._message(person, str(at.get("channel")), str(at.get("ts"))) if isinstance(at, dict) else None
        return _told(await self._acts.shortcut(person, str(body.get("callback_id")), message))

    async def _mood(self, body: Json) -> Json:
        market = next((one for one in self._marketplaces if one.key == body.get("marketplace")), None)
        if market is None:
            raise Refusal("marketplace_not_found")
        mood = next((one for one in market.moods if str(one) == body.get("mood")), None)
        if mood is None:
            raise Refusal("mood_not_found")
        market.mood = mood
        self._workspace.changed()
        return {"ok": True}

    async def _trouble(self, body: Json) -> Json:
        on, channel = bool(body.get("on")), str(body.get("channel"))
        causes: dict[str, Callable[[], None]] = {
            "archived": lambda: self._troubles.archived(channel, on),
            "restricted": lambda: self._troubles.restricted(channel, on),
            "bot_gone": lambda: self._troubles.bot_member(channel, not on),
            "deactivated": lambda: self._troubles.deactivated(self._person(body).id, on),
            "old_slack": lambda: self._troubles.old_slack(on),
        }
        cause = causes.get(str(body.get("trouble")))
        if cause is None:
            raise Refusal("trouble_not_found")
        if "channel" in body:
            self._workspace.channel(channel)
        cause()
        return {"ok": True}

    async def _file(self, request: Request) -> Response:
        """A file to keep, for somebody who sees it in some channel."""
        file_id = request.path_params["id"]
        try:
            channels = self._workspace.visible_to(request.query_params.get("as") or FIRST)
        except Refusal as refusal:
            return _failed(refusal.code)
        seen = (file for channel in channels for message in channel.all_messages for file in message.files)
        found = next((file for file in seen if file.id == file_id), None)
        return as_download(found) if found else _failed("file_not_found")

    async def _attach(self, request: Request) -> Response:
        """Take a file chosen for a form: the bytes as they are, which no form of another site can send."""
        if request.headers.get("content-type") != "application/octet-stream":
            return _failed("bytes_expected", status=415)
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > FILE_BYTES:
                return _failed("file_too_large", status=413)
        given = {"as": request.query_params.get("as"), "name": request.query_params.get("name", "")}
        try:
            person = self._person(given)
            if not given["name"]:
                raise Refusal("missing_argument")
            return JSONResponse({"ok": True, "file": self._acts.attach(person, str(given["name"]), bytes(content))})
        except Refusal as refusal:
            return JSONResponse({"ok": False, "error": refusal.code})

    def _person(self, body: Json) -> Person:
        person = self._workspace.person(str(body.get("as")))
        if person.bot:
            raise Refusal("user_not_found")
        return person

    def _message(self, person: Person, channel_id: str, ts: str) -> Message:
        channel: Channel = self._workspace.channel(channel_id)
        if channel not in self._workspace.visible_to(person.id):
            raise Refusal("channel_not_found")
        message = next((one for one in channel.seen_by(person.id) if one.ts == ts), None)
        if message is None:
            raise Refusal("message_not_found")
        return message

    def _view(self, person: Person, view_id: str) -> View:
        view = next((one for one in self._workspace.views.pile(person.id) if one.id == view_id), None)
        if view is None:
            raise Refusal("view_not_found")
        return view

    def _home_of(self, person: Person) -> View:
        home = self._workspace.views.home(person.id)
        if home is None:
            raise Refusal("view_not_found")
        return home


def _control(blocks: Sequence[Json], body: Mapping[str, Any]) -> Control:
    wanted = (str(body.get("block_id")), str(body.get("action_id")))
    found = next((one for one in controls_of(blocks) if (one.block_id, one.action_id) == wanted), None)
    if found is None:
        raise Refusal("action_not_found")
    return found


def _told(outcome: Outcome) -> Json:
    if outcome.errors and not outcome.error:
        return {"ok": False, "errors": dict(outcome.errors)}
    return {"ok": outcome.error is None} | ({"error": outcome.error} if outcome.error else {})


def _posted(act: Callable[[Json], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint out of an act. JSON alone is read, which no form of another site can send."""

    async def endpoint(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _failed("json_expected", status=415)
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return _failed("json_expected", status=400)
        try:
            return JSONResponse(await act(body))
        except Refusal as refusal:
            return JSONResponse({"ok": False, "error": refusal.code})

    return endpoint


async def _index(_: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": _POLICY})


def _failed(code: str, status: int = 404) -> Response:
    return JSONResponse({"ok": False, "error": code}, status_code=status)
