"""`conversations.*` and `users.*`: looking around. Source: docs.slack.dev/reference/methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.sandbox import payloads
from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_USER_ID, TEAM_ID
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import Refusal
from bot.sandbox.workspace import Channel, Message, Workspace

PAGE, MOST = 100, 999
Item = TypeVar("Item")


class ConversationMethods:
    def __init__(self, workspace: Workspace, app: Installation) -> None:
        self._workspace = workspace
        self._app = app

    @property
    def methods(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "users.info": self._user,
            "conversations.info": self._info,
            "conversations.open": self._open,
            "conversations.members": self._members,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }

    def _user(self, given: Json) -> Json:
        now = self._workspace.clock()
        if given["user"] == BOT_USER_ID:
            return {"user": _bot_user(self._app)}
        return {"user": self._workspace.person(given["user"]).as_user(now)}

    def _info(self, given: Json) -> Json:
        channel = self._open_to_us(given["channel"], "read")
        shown: Json = {
            "id": channel.id,
            "is_im": channel.im,
            "is_channel": not channel.im and not channel.private,
            "is_group": not channel.im and channel.private,
            "is_private": channel.private,
            "is_archived": channel.archived,
            "is_member": BOT_USER_ID in channel.member_ids,
            "is_ext_shared": self._workspace.shared(channel),
            "context_team_id": TEAM_ID,
        }
        if channel.im:
            shown["user"] = next(member for member in channel.member_ids if member != BOT_USER_ID)
        else:
            shown["name"] = channel.name
        if given.get("include_num_members"):
            shown["num_members"] = len(channel.member_ids)
        return {"channel": shown}

    def _open(self, given: Json) -> Json:
        users = [one for one in given.get("users", "").split(",") if one]
        if "channel" in given:
            channel = self._workspace.channel(given["channel"])
        elif len(users) == 1:
            channel = self._direct(users[0])
        elif users:
            raise Refusal("method_not_supported_for_channel_type")
        else:
            raise Refusal("users_list_not_supplied")
        return {"channel": {"id": channel.id}}

    def _direct(self, user_id: str) -> Channel:
        if user_id == BOT_USER_ID or self._workspace.person(user_id).bot:
            raise Refusal("user_not_found")
        if self._workspace.person(user_id).deleted:
            raise Refusal("user_disabled")
        return self._workspace.direct(user_id)

    def _members(self, given: Json) -> Json:
        channel = self._open_to_us(given["channel"], "read")
        members, cursor = _page(sorted(channel.member_ids), given)
        return {"members": members, "response_metadata": {"next_cursor": cursor}}

    def _history(self, given: Json) -> Json:
        channel = self._member_of(given["channel"])
        messages = [one for one in reversed(channel.messages) if _within(one, given)]
        return self._listed(messages, given)

    def _replies(self, given: Json) -> Json:
        channel = self._member_of(given["channel"])
        parent = self._workspace.find(channel.id, given["ts"])
        if parent is None or parent.ephemeral:
            raise Refusal("thread_not_found")
        replies = [one for one in channel.thread(parent.ts) if _within(one, given)]
        return self._listed([parent, *replies], given)

    def _listed(self, messages: Sequence[Message], given: Json) -> Json:
        page, cursor = _page(messages, given)
        shown = [payloads.message_json(one, metadata=bool(given.get("include_all_metadata"))) for one in page]
        return {"messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}

    def _open_to_us(self, channel_id: str, what: str) -> Channel:
        """A channel the app may look at.

        Raises:
            Refusal: it is not there for the app, or the scope for its kind is missing.
        """
        channel = self._workspace.channel(channel_id)
        if channel.private and BOT_USER_ID not in channel.member_ids:
            raise Refusal("channel_not_found")
        scope = f"{'im' if channel.im else 'groups' if channel.private else 'channels'}:{what}"
        if scope not in self._app.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self._app.scopes)))
        return channel

    def _member_of(self, channel_id: str) -> Channel:
        channel = self._open_to_us(channel_id, "history")
        if BOT_USER_ID not in channel.member_ids:
            raise Refusal("not_in_channel")
        return channel


def _within(message: Message, given: Json) -> bool:
    at, least, most = (float(given.get(name) or 0) if name else float(message.ts) for name in ("", "oldest", "latest"))
    if given.get("inclusive") and at in (least, most):
        return True
    return at > least and (not most or at < most)


def _page(items: Sequence[Item], given: Json) -> tuple[list[Item], str]:
    """The page a cursor points at, and the cursor of the next; empty at the end."""
    limit = min(given.get("limit") or PAGE, MOST)
    if limit < 1:
        raise Refusal("invalid_limit")
    start = _start(given.get("cursor", ""))
    end = start + limit
    return list(items[start:end]), f"next_{end}" if end < len(items) else ""


def _start(cursor: str) -> int:
    word, _, number = cursor.partition("_")
    if not cursor:
        return 0
    if word != "next" or not number.isdigit():
        raise Refusal("invalid_cursor")
    return int(number)


def _bot_user(app: Installation) -> Json:
    name = app.name
    profile = {"real_name": name, "display_name": name}
    return {
        "id": BOT_USER_ID,
        "team_id": TEAM_ID,
        "name": name,
        "real_name": name,
        "is_bot": True,
        "deleted": False,
        "tz": "Etc/UTC",
        "profile": profile,
    }
