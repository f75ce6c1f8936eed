"""`chat.*`: posting, changing and deleting messages. Source: docs.slack.dev/reference/methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.faults import Faults
from bot.sandbox.installation import Installation
from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import TEXT_KEPT, Refusal, check_message
from bot.sandbox.workspace import Channel, Message, Workspace


class ChatMethods:
    def __init__(self, workspace: Workspace, app: Installation, faults: Faults, site: Callable[[], str]) -> None:
        self._workspace = workspace
        self._app = app
        self._faults = faults
        self._site = site

    @property
    def methods(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.getPermalink": self._permalink,
        }

    def _post(self, given: Json) -> Json:
        channel = self._addressed(given["channel"])
        self._check(given)
        thread_ts = given.get("thread_ts")
        if thread_ts and self._workspace.find(channel.id, thread_ts) is None:
            raise Refusal("thread_not_found")
        message = self._workspace.post(
            channel,
            BOT_USER_ID,
            **_content(given),
            thread_ts=thread_ts,
            broadcast=bool(given.get("reply_broadcast")),
            metadata=given.get("metadata"),
            # Left out, Slack previews media but not text. Source: docs.slack.dev/messaging/unfurling-links-in-messages.
            unfurl=given.get("unfurl_links", False) or given.get("unfurl_media", True),
        )
        return {"channel": channel.id, "ts": message.ts, "message": payloads.message_json(message, metadata=True)}

    def _post_ephemeral(self, given: Json) -> Json:
        channel = self._addressed(given["channel"])
        if given["user"] not in self._workspace.people:
            raise Refusal("user_not_found")
        if given["user"] not in channel.member_ids:
            raise Refusal("user_not_in_channel")
        self._check(given)
        message = self._workspace.post(
            channel, BOT_USER_ID, **_content(given), thread_ts=given.get("thread_ts"), only_for=given["user"]
        )
        return {"message_ts": message.ts}

    def _update(self, given: Json) -> Json:
        message = self._own(given, wrong_owner="cant_update_message")
        self._check(given, updating=True)
        changes: Json = {}
        if "text" in given:
            # Text without blocks takes the blocks away.
            changes = {"text": given["text"], "blocks": given.get("blocks") or ()}
        elif "blocks" in given:
            changes = {"blocks": given["blocks"]}
        if given.get("metadata") is not None:
            changes["metadata"] = given["metadata"]
        changed = self._workspace.edit(message, **changes)
        shown = payloads.message_json(changed, metadata=True)
        return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": shown}

    def _delete(self, given: Json) -> Json:
        message = self._own(given, wrong_owner="cant_delete_message")
        self._workspace.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    def _permalink(self, given: Json) -> Json:
        channel = self._workspace.channel(given["channel"])
        if self._workspace.find(channel.id, given["message_ts"]) is None:
            raise Refusal("message_not_found")
        link = f"{self._site()}/archives/{channel.id}/p{given['message_ts'].replace('.', '')}"
        return {"channel": channel.id, "permalink": link}

    def _addressed(self, wanted: str) -> Channel:
        """The channel to post to: by id, by name, or a person's direct messages."""
        if wanted in self._workspace.people:
            return self._workspace.direct(wanted)
        named = (one for one in self._workspace.channels.values() if not one.private and f"#{one.name}" == wanted)
        channel = next(named, None) or self._workspace.channel(wanted)
        inside = BOT_USER_ID in channel.member_ids
        if channel.private and not inside:
            raise Refusal("channel_not_found")
        if channel.archived:
            raise Refusal("is_archived")
        if not inside and "chat:write.public" not in self._app.scopes:
            raise Refusal("not_in_channel")
        if channel.restricted:
            raise Refusal("restricted_action")
        return channel

    def _check(self, given: Json, *, updating: bool = False) -> None:
        check_message(given, updating=updating)
        self._faults.check_blocks(given.get("blocks"))

    def _own(self, given: Json, *, wrong_owner: str) -> Message:
        """The app's own message. An ephemeral one cannot be reached this way."""
        channel = self._workspace.channel(given["channel"])
        if channel.private and BOT_USER_ID not in channel.member_ids:
            raise Refusal("channel_not_found")
        if channel.archived:
            raise Refusal("is_archived")
        message = self._workspace.find(channel.id, given["ts"])
        if message is None or message.ephemeral:
            raise Refusal("message_not_found")
        if message.user != BOT_USER_ID:
            raise Refusal(wrong_owner)
        return message


def _content(given: Json) -> dict[str, Any]:
    text = str(given.get("text") or given.get("markdown_text") or "")
    return {"text": text[:TEXT_KEPT], "blocks": given.get("blocks") or ()}
