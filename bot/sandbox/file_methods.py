"""`files.*`: announcing an upload, finishing it, and looking at files. Source: docs.slack.dev/reference/methods."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from bot.sandbox.faults import Faults
from bot.sandbox.files import File
from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.shapes import Json
from bot.sandbox.strictness import TEXT_KEPT, Refusal, check_blocks
from bot.sandbox.workspace import Channel, Message, Workspace

ALT_TEXT, SNIPPET_BYTES, MOST_CHANNELS = 1000, 1_000_000, 100
_CHANNEL_ID = re.compile(r"[CGDZ][A-Z0-9]+")


class FileMethods:
    """`site` gives the address of the sandbox, where files are sent to and fetched from."""

    def __init__(self, workspace: Workspace, faults: Faults, site: Callable[[], str]) -> None:
        self._workspace = workspace
        self._faults = faults
        self._site = site

    @property
    def methods(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "files.getUploadURLExternal": self._announce,
            "files.completeUploadExternal": self._finish,
            "files.info": self._info,
        }

    def _announce(self, given: Json) -> Json:
        if given["length"] < 1:
            raise Refusal("missing_argument")
        if len(given.get("alt_txt", "")) > ALT_TEXT:
            raise Refusal("alt_txt_too_large")
        if given.get("snippet_type") and given["length"] > SNIPPET_BYTES:
            raise Refusal("snippet_too_large")
        upload = self._workspace.files.announce(given["filename"], given["length"], given.get("alt_txt", ""))
        return {"upload_url": f"{self._site()}/upload/v1/{upload.ticket}", "file_id": upload.file_id}

    def _finish(self, given: Json) -> Json:
        """Nothing is shared anywhere unless everything is."""
        wanted = _asked_for(given["files"])
        uploads = [self._workspace.files.sent(str(one["id"])) for one in wanted]
        channels = [self._open_to_files(one) for one in _channels(given)]
        content = self._content(given)
        thread_ts = given.get("thread_ts")
        if thread_ts and any(self._workspace.find(channel.id, thread_ts) is None for channel in channels):
            raise Refusal("invalid_arguments", ["[ERROR] no such thread [json-pointer:/thread_ts]"])
        files = [
            self._workspace.files.finish(
                upload,
                title=str(one.get("title") or upload.name),
                user=BOT_USER_ID,
                url=f"{self._site()}/files/{upload.file_id}/{quote(upload.name, safe='')}",
                at=int(self._workspace.clock().timestamp()),
            )
            for upload, one in zip(uploads, wanted, strict=True)
        ]
        for channel in channels:
            self._workspace.post(channel, BOT_USER_ID, **content, thread_ts=thread_ts, files=tuple(files))
        self._workspace.changed()
        # Where it stands is not told: it has to be looked up in `shares`.
        return {"files": [{"id": file.id, "title": file.title} for file in files]}

    def _content(self, given: Json) -> dict[str, Any]:
        """Beside a comment blocks are ignored. Source: docs.slack.dev/methods/files.completeUploadExternal."""
        if given.get("initial_comment"):
            return {"text": given["initial_comment"][:TEXT_KEPT]}
        blocks = given.get("blocks") or []
        if any(isinstance(block, dict) and block.get("type") == "markdown" for block in blocks):
            raise Refusal("internal_error")  # Source: github.com/slackapi/python-slack-sdk/issues/1756
        check_blocks(blocks, "message")
        self._faults.check_blocks(blocks)
        return {"blocks": blocks}

    def _open_to_files(self, channel_id: str) -> Channel:
        """A channel the app may share a file in: it must be inside, whatever it may post."""
        if not _CHANNEL_ID.fullmatch(channel_id):
            words = "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
            raise Refusal("invalid_arguments", [words])
        channel = self._workspace.channel(channel_id)
        if BOT_USER_ID not in channel.member_ids:
            raise Refusal("channel_not_found" if channel.private else "not_in_channel")
        if channel.archived or channel.restricted:
            raise Refusal("posting_to_channel_denied")
        return channel

    def _info(self, given: Json) -> Json:
        file = self._workspace.files.get(given["file"])
        return {"file": {**file.as_json(), **self._shares(file)}, "comments": []}

    def _shares(self, file: File) -> Json:
        """Where the file stands."""
        shown = [(channel, one) for channel in self._workspace.channels.values() for one in _holding(channel, file)]
        shares: dict[str, dict[str, list[Json]]] = {}
        for channel, message in shown:
            share: Json = {"ts": message.ts, "channel_name": channel.name}
            if message.thread_ts:
                share["thread_ts"] = message.thread_ts
            kind = "private" if channel.private else "public"
            shares.setdefault(kind, {}).setdefault(channel.id, []).append(share)
        kinds = {"channels": "public", "groups": "private", "ims": "im"}
        listed = {name: sorted({one.id for one, _ in shown if one.kind == kind}) for name, kind in kinds.items()}
        return {**listed, "shares": shares, "is_public": "public" in shares}


def _holding(channel: Channel, file: File) -> Sequence[Message]:
    return [message for message in channel.all_messages if any(one.id == file.id for one in message.files)]


def _asked_for(files: Any) -> list[Json]:
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) and one.get("id") for one in files):
        raise Refusal("invalid_arguments", ["[ERROR] must provide an array of files [json-pointer:/files]"])
    return files


def _channels(given: Json) -> list[str]:
    wanted = [one.strip() for one in given.get("channels", "").split(",") if one.strip()]
    channels = list(dict.fromkeys([*([given["channel_id"]] if given.get("channel_id") else []), *wanted]))
    if len(channels) > MOST_CHANNELS:
        raise Refusal("channels_limit_exceeded")
    return channels
