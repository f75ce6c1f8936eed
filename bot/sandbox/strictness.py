"""Where Slack says no: its methods with their arguments and scopes, and the limits of messages and views.

Source: docs.slack.dev/reference/methods; slack-ruby/slack-api-ref for scopes and arguments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.block_kit import block_problems
from bot.sandbox.elements import plain
from bot.sandbox.shapes import Json, anything, boolean, complain, one_of, shape, string

TEXT_KEPT = 40_000
"""Characters of a message's text; the rest is cut off without a word."""
UPDATE_TEXT = 4_000
VIEW_BYTES = 250_000
STACK = 3


class Refusal(Exception):
    """Slack's answer when it does not do a thing: a word, and what is wrong in detail."""

    def __init__(self, code: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.more = more

    def as_answer(self) -> Json:
        answer: Json = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            answer["errors"] = self.messages
            answer["response_metadata"] = {"messages": self.messages}
        return answer


Kind = Literal["string", "boolean", "number", "json"]
Arguments = Mapping[str, Kind]


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """What a method takes. A scope that hangs on the kind of channel is left to the method itself."""

    required: Arguments
    optional: Arguments
    scope: str | None = None
    caller: Literal["bot", "app", "anyone"] = "bot"
    reads_json: bool = True


_TEXTS: Arguments = {
    "text": "string",
    "blocks": "json",
    "attachments": "json",
    "link_names": "boolean",
    "parse": "string",
    "markdown_text": "string",
}
_LOOKS: Arguments = {"username": "string", "icon_emoji": "string", "icon_url": "string", "as_user": "boolean"}
_WINDOW: Arguments = {
    "cursor": "string",
    "inclusive": "boolean",
    "latest": "string",
    "oldest": "string",
    "limit": "number",
    "include_all_metadata": "boolean",
}
_VIEW: Arguments = {"view": "json"}
_CHANNEL: Arguments = {"channel": "string"}

METHODS: Mapping[str, Method] = {
    "api.test": Method(required={}, optional={"error": "string", "foo": "string"}, caller="anyone"),
    "auth.test": Method(required={}, optional={}),
    "apps.connections.open": Method(required={}, optional={}, scope="connections:write", caller="app"),
    "chat.postMessage": Method(
        required=_CHANNEL,
        optional={
            **_TEXTS,
            **_LOOKS,
            "thread_ts": "string",
            "reply_broadcast": "boolean",
            "unfurl_links": "boolean",
            "unfurl_media": "boolean",
            "mrkdwn": "boolean",
            "metadata": "json",
        },
        scope="chat:write",
    ),
    "chat.postEphemeral": Method(
        required={**_CHANNEL, "user": "string"},
        optional={**_TEXTS, **_LOOKS, "thread_ts": "string"},
        scope="chat:write",
    ),
    "chat.update": Method(
        required={**_CHANNEL, "ts": "string"},
        optional={
            **_TEXTS,
            "as_user": "boolean",
            "metadata": "json",
            "reply_broadcast": "boolean",
            "file_ids": "json",
        },
        scope="chat:write",
    ),
    "chat.delete": Method(required={**_CHANNEL, "ts": "string"}, optional={"as_user": "boolean"}, scope="chat:write"),
    "chat.getPermalink": Method(required={**_CHANNEL, "message_ts": "string"}, optional={}),
    "views.open": Method(required=_VIEW, optional={"trigger_id": "string", "interactivity_pointer": "string"}),
    "views.push": Method(required=_VIEW, optional={"trigger_id": "string", "interactivity_pointer": "string"}),
    "views.update": Method(required=_VIEW, optional={"view_id": "string", "external_id": "string", "hash": "string"}),
    "views.publish": Method(required={**_VIEW, "user_id": "string"}, optional={"hash": "string"}),
    "users.info": Method(required={"user": "string"}, optional={"include_locale": "boolean"}, scope="users:read"),
    "conversations.info": Method(
        required=_CHANNEL, optional={"include_locale": "boolean", "include_num_members": "boolean"}
    ),
    "conversations.members": Method(required=_CHANNEL, optional={"cursor": "string", "limit": "number"}),
    "conversations.open": Method(
        required={},
        optional={"channel": "string", "users": "string", "return_im": "boolean", "prevent_creation": "boolean"},
        scope="im:write",
    ),
    "files.getUploadURLExternal": Method(
        required={"filename": "string", "length": "number"},
        optional={"alt_txt": "string", "snippet_type": "string"},
        scope="files:write",
        reads_json=False,
    ),
    "files.completeUploadExternal": Method(
        required={"files": "json"},
        optional={
            "channel_id": "string",
            "channels": "string",
            "thread_ts": "string",
            "initial_comment": "string",
            "blocks": "json",
        },
        scope="files:write",
    ),
    "files.info": Method(
        required={"file": "string"},
        optional={"count": "number", "cursor": "string", "limit": "number", "page": "number"},
        scope="files:read",
        reads_json=False,
    ),
    "usergroups.list": Method(
        required={},
        optional={"include_count": "boolean", "include_disabled": "boolean", "include_users": "boolean"},
        scope="usergroups:read",
        reads_json=False,
    ),
    "usergroups.users.list": Method(
        required={"usergroup": "string"},
        optional={"include_disabled": "boolean"},
        scope="usergroups:read",
        reads_json=False,
    ),
    "conversations.history": Method(required=_CHANNEL, optional=_WINDOW),
    "conversations.replies": Method(required={**_CHANNEL, "ts": "string"}, optional=_WINDOW),
}
SCOPES = frozenset(
    {method.scope for method in METHODS.values() if method.scope and method.caller == "bot"}
    | {"commands", "chat:write.public", "chat:write.customize", "app_mentions:read"}
    | {f"{kind}:{what}" for kind in ("channels", "groups", "im", "mpim") for what in ("read", "history")}
)
"""Every bot scope that makes a difference here."""


_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}


def check_arguments(method: Method, given: Mapping[str, Any]) -> Json:
    """The arguments in their own types, whether they came as a form or as JSON.

    Raises:
        Refusal: one is missing, unknown or of the wrong type.
    """
    # slack_sdk names the workspace with every call, which matters to apps of a whole organisation only.
    known: Arguments = {**method.required, **method.optional, "team_id": "string"}
    problems = [f"[ERROR] unknown argument: {name}" for name in given if name not in known]
    problems += [f"[ERROR] missing required field: {name}" for name in method.required if given.get(name) in (None, "")]
    read: Json = {}
    for name, value in given.items():
        if name in known and value is not None:
            try:
                read[name] = _read(value, known[name])
            except ValueError:
                problems.append(f"[ERROR] must be a {known[name]} [json-pointer:/{name}]")
    if problems:
        raise Refusal("invalid_arguments", problems)
    return read


def _read(value: Any, kind: Kind) -> Any:
    if kind == "json":
        return json.loads(value) if isinstance(value, str) else value
    if kind == "boolean":
        if isinstance(value, bool):
            return value
        if str(value).casefold() not in _BOOLEANS:
            raise ValueError(value)
        return _BOOLEANS[str(value).casefold()]
    if kind == "number":
        return int(value)
    if isinstance(value, dict | list | bool):
        raise ValueError(value)
    return str(value)


def check_message(given: Mapping[str, Any], *, updating: bool = False) -> None:
    """Raises: Refusal: there is nothing in it, or a limit is passed."""
    blocks, text = given.get("blocks"), given.get("text")
    if updating and isinstance(text, str) and len(text) > UPDATE_TEXT:
        raise Refusal("msg_too_long")
    if "markdown_text" in given and ("text" in given or "blocks" in given):
        raise Refusal("markdown_text_conflict")
    if not any(given.get(name) for name in ("text", "blocks", "attachments", "markdown_text")):
        raise Refusal("no_text")
    if "attachments" in given and len(given["attachments"]) > 100:
        raise Refusal("too_many_attachments")
    if "thread_ts" in given and not _is_ts(given["thread_ts"]):
        raise Refusal("invalid_thread_ts")
    if blocks is not None:
        check_blocks(blocks, "message")
    if given.get("metadata") is not None:
        _check_metadata(given["metadata"])


def check_blocks(blocks: Any, surface: str) -> None:
    """Raises: Refusal: Slack would not draw these blocks there."""
    if not isinstance(blocks, list) or any(not isinstance(block, dict) for block in blocks):
        raise Refusal("invalid_blocks_format")
    problems = block_problems(blocks, surface)
    if any("only_one_table_allowed" in problem for problem in problems):
        raise Refusal("invalid_attachments", problems)
    if problems:
        raise Refusal("invalid_blocks", problems)


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict):
        raise Refusal("invalid_metadata_format")
    problems: list[str] = []
    _METADATA(metadata, "/metadata", problems)
    if problems or not isinstance(metadata["event_payload"], dict):
        raise Refusal("invalid_metadata_schema", problems)


_METADATA = shape({"event_type": string(255, least=1), "event_payload": anything}, {"entities": anything})


def _is_ts(value: str) -> bool:
    seconds, _, rest = value.partition(".")
    return seconds.isdigit() and rest.isdigit() and len(rest) == 6


_COMMON = {
    "type": anything,
    "blocks": anything,
}
_LABELS = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
_MODAL = shape(
    {**_COMMON, "type": one_of("modal"), "title": plain(24)},
    {
        **_LABELS,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = shape({**_COMMON, "type": one_of("home")}, _LABELS)


def check_view(view: Any, surface: Literal["modal", "home"]) -> None:
    """Raises: Refusal: the view passes a limit, or is not for that surface."""
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", ["[ERROR] must provide an object [json-pointer:/view]"])
    if len(json.dumps(view, separators=(",", ":")).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")
    problems: list[str] = []
    (_MODAL if surface == "modal" else _HOME)(view, "/view", problems)
    problems += block_problems(view.get("blocks"), surface, "/view/blocks")
    blocks = view.get("blocks")
    asks = isinstance(blocks, list) and any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    if surface == "modal" and asks and "submit" not in view:
        complain(problems, "missing required field: submit", "/view")
    if problems:
        raise Refusal("invalid_arguments", problems)
