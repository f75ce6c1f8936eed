"""What Slack sends to an app, shaped as its documentation shows it.

Source: docs.slack.dev/interactivity, docs.slack.dev/reference/interaction-payloads, docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from bot.sandbox.filling import VALUE_KEYS
from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, Person
from bot.sandbox.shapes import Json
from bot.sandbox.views import Values, View
from bot.sandbox.workspace import Channel, Message

_OLD_TOKEN = "verification"  # noqa: S105 - the deprecated field, which opens nothing
_TYPED_ADDRESS = re.compile(r"https?://[^\s<>|]+")
_MENTION = re.compile(r"(?<!\S)[@#][a-z0-9_.-]+")


def slash_command(
    person: Person, channel: Channel, command: str, text: str, *, response_url: str, trigger_id: str
) -> dict[str, str]:
    return {
        "token": _OLD_TOKEN,
        "team_id": person.team_id,
        "team_domain": person.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel, known=BOT_USER_ID in channel.member_ids),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def escaped(text: str, ids: Mapping[str, str]) -> str:
    """What was typed, as `should_escape` sends it: addresses, people, groups and channels in angle brackets.

    `ids` has what stands between the brackets for `@name` and `#name`.
    """
    shown, at = [], 0
    for found in _TYPED_ADDRESS.finditer(text):
        shown += [_mentions(text[at : found.start()], ids), f"<{_entities(found[0])}>"]
        at = found.end()
    return "".join([*shown, _mentions(text[at:], ids)])


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mentions(text: str, ids: Mapping[str, str]) -> str:
    def mention(found: re.Match[str]) -> str:
        typed = found[0]
        name = typed if typed in ids else typed.rstrip(".-_")  # the full stop of a sentence is no part of a name
        return f"<{ids[name]}>{typed[len(name) :]}" if name in ids else typed

    return _MENTION.sub(mention, _entities(text))


def channel_name(channel: Channel, *, known: bool = True) -> str:
    """The name an app is told: that of a private channel it is not in stays hidden."""
    if channel.im:
        return "directmessage"
    return channel.name if known or not channel.private else "privategroup"


def pressed(element: Mapping[str, Any], block_id: str, chosen: Mapping[str, Any], *, action_ts: str) -> Json:
    """One entry of `actions`: the control, and what was chosen in it."""
    kind = str(element["type"])
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block_id, "action_ts": action_ts}
    kept = ("text", "value", "style", "confirm") if kind == "button" else ("placeholder", "confirm")
    action |= {name: element[name] for name in kept if name in element}
    if kind in VALUE_KEYS:
        key, _ = VALUE_KEYS[kind]
        action[key] = chosen.get(key)
    return action


def block_actions(person: Person, action: Json, *, trigger_id: str, place: Json) -> Json:
    """`place` is what `in_message` or `in_view` gives."""
    return {"type": "block_actions", **_from(person), "trigger_id": trigger_id, **place, "actions": [action]}


def in_message(channel: Channel, message: Message, values: Values, *, response_url: str) -> Json:
    """Where a click in a message happened. The content of an ephemeral message is not sent along."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    place: Json = {
        "container": container,
        "channel": channel_of(channel),
        "state": {"values": {block: dict(actions) for block, actions in values.items()}},
        "response_url": response_url,
    }
    return place if message.ephemeral else {**place, "message": message_json(message)}


def in_view(view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view.as_json()}


def view_submission(person: Person, view: View, *, trigger_id: str) -> Json:
    return {
        "type": "view_submission",
        **_from(person),
        "trigger_id": trigger_id,
        "view": view.as_json(),
        "response_urls": [],
    }


def view_closed(person: Person, view: View, *, cleared: bool) -> Json:
    return {"type": "view_closed", **_from(person), "view": view.as_json(), "is_cleared": cleared}


def global_shortcut(person: Person, callback_id: str, *, trigger_id: str, action_ts: str) -> Json:
    return {
        "type": "shortcut",
        **_from(person),
        "action_ts": action_ts,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
    }


def message_shortcut(
    person: Person,
    callback_id: str,
    channel: Channel,
    message: Message,
    *,
    trigger_id: str,
    response_url: str,
    action_ts: str,
) -> Json:
    return {
        "type": "message_action",
        **_from(person),
        "action_ts": action_ts,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": response_url,
        "message_ts": message.ts,
        "channel": channel_of(channel),
        "message": message_json(message),
    }


def event_callback(event: Json, *, at: int) -> Json:
    """The envelope of the Events API. `at` is in Unix seconds; `event_id` is new each time."""
    return {
        "token": _OLD_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": at,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def app_home_opened(person: Person, channel: Channel, view: View | None, *, event_ts: str) -> Json:
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": event_ts,
    }
    return event if view is None else {**event, "view": view.as_json()}


def app_mention(person: Person, message: Message) -> Json:
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {
        **thread,
        "type": "app_mention",
        "user": person.id,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel,
        "event_ts": message.ts,
        "team": person.team_id,
    }


def message_event(person: Person, channel: Channel, message: Message) -> Json:
    kind = "im" if channel.im else "group" if channel.private else "channel"
    return {
        **message_json(message),
        "channel": channel.id,
        "channel_type": kind,
        "event_ts": message.ts,
        "team": person.team_id,
    }


def message_json(message: Message, *, metadata: bool = False) -> Json:
    """A message as the Web API and the payloads have it."""
    shown: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM_ID}
    if message.user == BOT_USER_ID:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
    if message.blocks:
        shown["blocks"] = list(message.blocks)
    if message.files:
        shown["files"] = [file.as_json() for file in message.files]
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    if metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    return shown


def channel_of(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel_name(channel, known=BOT_USER_ID in channel.member_ids)}


def _from(person: Person) -> Json:
    """Who did it; what every interactive payload begins with."""
    return {
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": APP_ID,
        "token": _OLD_TOKEN,
    }
