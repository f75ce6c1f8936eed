"""What one person sees of the workspace, as the page is told it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot.sandbox import invitations
from bot.sandbox.filling import VALUE_KEYS
from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_USER_ID, SLACKBOT, TEAM_ID, TEAM_NAME, Person
from bot.sandbox.shapes import Json
from bot.sandbox.views import View
from bot.sandbox.workspace import Channel, Message, Workspace


class Filing(Protocol):
    """A removal request at a pretend marketplace. `body` is the request as it was sent."""

    @property
    def id(self) -> str: ...

    @property
    def reference(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def body(self) -> Mapping[str, Any]: ...


class Shown(Protocol):
    """A pretend marketplace, to look at."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def mood(self) -> Any: ...

    @property
    def moods(self) -> Sequence[Any]: ...

    @property
    def requests(self) -> Sequence[Filing]: ...


def state_for(
    workspace: Workspace,
    person: Person,
    *,
    app: Installation,
    bot: Json,
    old_slack: bool,
    marketplaces: Iterable[Shown],
) -> Json:
    """Everything the page draws; nothing that this person may not see. `old_slack` knows no native charts."""
    channels = workspace.visible_to(person.id)
    home = workspace.views.home(person.id)
    return {
        "team": {"id": TEAM_ID, "name": TEAM_NAME},
        "bot": {**bot, "name": app.name},
        "me": _person(person),
        "people": [_person(one) for one in workspace.people.values() if not one.bot],
        "channels": [{**_channel(one), "shared": workspace.shared(one)} for one in channels],
        "messages": {one.id: _messages(workspace, one, person, app) for one in channels},
        "views": [_view(view) for view in workspace.views.pile(person.id)],
        "home": {"id": home.id, **home.payload} if home else None,
        "commands": [
            {key: command.get(key, "") for key in ("command", "description", "usage_hint")}
            for command in (*app.commands, _invite(app))
        ],
        "old_slack": old_slack,
        "shortcuts": [dict(shortcut) for shortcut in app.shortcuts],
        "marketplaces": [_marketplace(market) for market in marketplaces],
        "version": workspace.version,
    }


def _person(person: Person) -> Json:
    shown = {"id": person.id, "name": person.real_name, "role": person.role, "title": person.title, "tz": person.tz}
    return {**shown, "deactivated": person.deleted}


def _invite(app: Installation) -> Json:
    """Slack's own command, among those of the app."""
    hint = {
        "usage_hint": f"@{app.handle}",
        "description": "Bring the bot, or somebody, in here (Slack's own)",
    }
    return {"command": invitations.COMMAND, **hint}


def _channel(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.private,
        "im": channel.im,
        "archived": channel.archived,
        "restricted": channel.restricted,
        "bot_gone": BOT_USER_ID not in channel.member_ids,
        "member_ids": sorted(channel.member_ids),
    }


def _messages(workspace: Workspace, channel: Channel, person: Person, app: Installation) -> list[Json]:
    return [_message(workspace, channel, one, app) for one in channel.seen_by(person.id)]


def _message(workspace: Workspace, channel: Channel, message: Message, app: Installation) -> Json:
    author = workspace.people.get(message.user)
    return {
        "ts": message.ts,
        "user": message.user,
        "user_name": "Slackbot" if message.user == SLACKBOT else author.real_name if author else app.name,
        "text": message.text,
        "blocks": list(message.blocks),
        "thread_ts": message.thread_ts,
        "ephemeral": message.ephemeral,
        "edited": message.edited,
        "reply_count": len(channel.thread(message.ts)),
        "files": [{"id": file.id, "name": file.name, "title": file.title, "size": file.size} for file in message.files],
    }


def _view(view: View) -> Json:
    payload = {"id": view.id, **view.payload, "blocks": [_with_current(block, view) for block in view.blocks]}
    return {**payload, "view": payload, "errors": dict(view.errors)}


def _with_current(block: Json, view: View) -> Json:
    """A menu that starts with the current conversation, told which one that is."""
    element = block.get("element", {})
    if not element.get("default_to_current_conversation"):
        return block
    key, initial = VALUE_KEYS[element["type"]]
    here = view.values.get(block["block_id"], {}).get(element["action_id"], {}).get(key)
    return {**block, "element": {**element, initial: here}} if here and not element.get(initial) else block


def _marketplace(market: Shown) -> Json:
    return {
        "key": market.key,
        "name": market.name,
        "mood": str(market.mood),
        "moods": [str(mood) for mood in market.moods],
        "filed": [
            {
                "id": one.id,
                "reference": one.reference,
                "status": str(one.status),
                "listing_url": str(one.body.get("listing", {}).get("url", "")),
            }
            for one in market.requests
        ],
    }
