"""The addresses an app may answer an interaction at.

Source: docs.slack.dev/interactivity/handling-user-interaction (message responses).
"""

from __future__ import annotations

import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.sandbox.faults import Faults
from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import TEXT_KEPT, Refusal, check_message
from bot.sandbox.tickets import Address
from bot.sandbox.traffic import Traffic
from bot.sandbox.workspace import Message, Workspace

_KNOWN = frozenset(
    {
        "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
        "unfurl_links", "unfurl_media", "metadata", "mrkdwn", "parse", "link_names",
    }
)  # fmt: skip


class Responses:
    """`POST /respond/{id}`."""

    def __init__(self, workspace: Workspace, traffic: Traffic, faults: Faults) -> None:
        self._workspace = workspace
        self._faults = faults
        self._traffic = traffic

    async def endpoint(self, request: Request) -> Response:
        started = time.perf_counter()
        body = await request.body()
        try:
            self._answer(request.path_params["id"], body)
        except Refusal as refusal:
            status = 404 if refusal.code.endswith("_url") else 400
            response = PlainTextResponse(refusal.code, status_code=status)
        else:
            response = PlainTextResponse("ok")
        self._traffic.record(
            "bot",
            "slack",
            "response_url",
            status=str(response.status_code),
            ms=(time.perf_counter() - started) * 1000,
            request=body.decode(errors="replace"),
            response=bytes(response.body).decode(),
        )
        return response

    def _answer(self, address_id: str, body: bytes) -> None:
        address = self._workspace.addresses.check(address_id)
        said = _read(body)
        original = self._workspace.find(address.channel_id, address.ts) if address.ts else None
        if said.get("delete_original"):
            if set(said) != {"delete_original"}:
                raise Refusal("invalid_payload")
            self._delete(original)
        else:
            check_message(said)
            self._faults.check_blocks(said.get("blocks"))
            self._say(address, original, said)
        self._workspace.addresses.spend(address)

    def _delete(self, original: Message | None) -> None:
        if original is None:
            raise Refusal("message_not_found")
        self._workspace.remove(original)

    def _say(self, address: Address, original: Message | None, said: Json) -> None:
        content: Json = {"text": str(said.get("text") or "")[:TEXT_KEPT], "blocks": said.get("blocks") or ()}
        if said.get("replace_original") and original is not None:
            # An ephemeral message stays one, whatever `response_type` says.
            self._workspace.edit(original, **content)
            return
        loud = said.get("response_type", "ephemeral") == "in_channel"
        self._workspace.post(
            self._workspace.channel(address.channel_id),
            BOT_USER_ID,
            only_for=None if loud else address.user_id,
            thread_ts=said.get("thread_ts") if loud else None,
            unfurl=loud and (said.get("unfurl_links") is True or said.get("unfurl_media") is not False),
            **content,
        )


def _read(body: bytes) -> Json:
    try:
        said: Any = json.loads(body)
    except ValueError:
        raise Refusal("invalid_payload") from None
    if not isinstance(said, dict) or not set(said) <= _KNOWN:
        raise Refusal("invalid_payload")
    return said
