"""`/invite`, a command of Slack's own: the app never hears of it."""

from __future__ import annotations

import re

from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_USER_ID, SLACKBOT, Person
from bot.sandbox.strictness import Refusal
from bot.sandbox.workspace import Channel, Message, Workspace

COMMAND = "/invite"
_ID = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


def invite(workspace: Workspace, app: Installation, person: Person, channel: Channel, asked: str) -> Message:
    """Bring somebody, or the bot, into the channel; returns what only the person who asked is told.

    Raises:
        Refusal: these are direct messages.
    """
    if channel.im:
        raise Refusal("method_not_supported_for_channel_type")
    wanted = asked.strip()
    user_id = _who(workspace, app, wanted)
    if user_id is None:
        words = f"Nobody here is called {wanted or 'that'}. Try {COMMAND} @{app.handle}"
    elif user_id in channel.member_ids:
        words = f"{wanted} is already in this channel."
    else:
        channel.member_ids.add(user_id)
        words = f"{wanted} was added to this channel."
    return workspace.post(channel, SLACKBOT, text=words, only_for=person.id)


def _who(workspace: Workspace, app: Installation, wanted: str) -> str | None:
    by_id = _ID.fullmatch(wanted)
    if by_id:
        return by_id[1] if by_id[1] in workspace.people or by_id[1] == BOT_USER_ID else None
    name = wanted.removeprefix("@").casefold()
    if name in (app.handle, app.name.casefold()):
        return BOT_USER_ID
    return next((one.id for one in workspace.people.values() if one.name == name and not one.deleted), None)
