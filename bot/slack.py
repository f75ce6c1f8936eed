"""Outbound Slack: post, update, find, views, people. Slack's errors become ours here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiolimiter import AsyncLimiter
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.blocks import Json, Message
from bot.downloads import FILES_FROM, download, too_large
from bot.errors import Invalid, SlackDeclined, SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.memory import Remembered
from bot.model import Fetched, Person, Posted, Room
from bot.observe import acts
from bot.retries import OUR_BLOCKS_ARE_WRONG
from bot.uploads import upload

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)

PEOPLE_LAST = 300.0
"""Seconds a person is remembered; somebody deactivated keeps their rights at most this long."""
GROUPS_LAST = 60.0
"""Seconds the people of a user group are remembered: somebody put out keeps what it gives at most this long."""
POSTS = (10, 10.0)
"""Posts to one channel, and in how many seconds. Source: docs.slack.dev, rate limits: one a second, bursts allowed."""
EDITS = (50, 60.0)
"""Edits in the workspace, and in how many seconds. Source: docs.slack.dev, chat.update: tier 3."""
PATIENCE = 2.0
"""Seconds a call may take while a person waits for an acknowledgement, which is due within three."""
EVENT_TYPE = "takedown_desk"
CLOCKS_DIFFER = timedelta(minutes=15)
"""How far Slack's clock and ours may be apart, when a message of ours is looked for by its time."""
_MOST_PAGES = 50

# Source: docs.slack.dev/reference/methods/chat.postMessage, common errors.
_NOT_DONE = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org"})
_PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Slack's words for its own trouble, of which it says that part of the work may have succeeded."""


class Slack:
    """One workspace, through the Web API. Needs a running loop; `close` when done."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        answers_to: str = "https://hooks.slack.com/",
        files_from: str = FILES_FROM,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self._answers_to = answers_to
        self._files_from = files_from
        self._posting: dict[str, AsyncLimiter] = {}
        self._editing = AsyncLimiter(*EDITS)
        self._groups = Remembered(self._members, GROUPS_LAST, clock)
        self._group_names = Remembered(self._handles, PEOPLE_LAST, clock)
        self._people: dict[str, tuple[float, Person | None]] = {}
        self._team = self._name = self._user_id = ""
        self.url = ""

    async def identify(self) -> None:
        """Ask Slack who we are. Raises: SlackDeclined: the token is not accepted."""
        who = await self._call(self.client.auth_test, writes=False)
        self._team, self.url = str(who["team_id"]), str(who.get("url", ""))
        self._name, self._user_id = str(who.get("user", "")), str(who.get("user_id", ""))

    async def scopes(self) -> set[str]:
        """The scopes the bot token was granted."""
        answer = await self._call(self.client.auth_test, writes=False)
        granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
        return {scope.strip() for scope in granted.split(",") if scope.strip()}

    async def try_socket(self, app_token: str) -> None:
        """Ask for a Socket Mode address, and leave it. Raises: SlackDeclined: the app token is not accepted."""
        await self._call(self.client.apps_connections_open, app_token=app_token, writes=False)

    async def own_team(self) -> str:
        if not self._team:
            await _soon(self.identify())
        return self._team

    async def own_name(self) -> str:
        if not self._name:
            await _soon(self.identify())
        return self._name

    async def person(self, user_id: str) -> Person | None:
        """The person, at most `PEOPLE_LAST` old; None when Slack knows nobody of that id."""
        known = self._people.get(user_id)
        if known is not None and time.monotonic() - known[0] < PEOPLE_LAST:
            return known[1]
        try:
            answer = await _soon(self._call(self.client.users_info, user=user_id, writes=False))
        except SlackDeclined as refusal:
            if refusal.code not in ("user_not_found", "user_not_visible"):
                raise
            person = None
        else:
            person = _person(answer["user"])
        self._people[user_id] = (time.monotonic(), person)
        return person

    def remembered(self, user_id: str) -> Person | None:
        known = self._people.get(user_id)
        return known[1] if known else None

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        with acts.awaiting_turn("slack_post"):
            await self._posting.setdefault(channel, AsyncLimiter(*POSTS)).acquire()
        answer = await self._call(
            self.client.chat_postMessage,
            channel=channel,
            text=message.text,
            blocks=list(message.blocks) or None,
            thread_ts=thread_ts or None,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
            mrkdwn=False,
            parse="none",
        )
        return Posted(channel=str(answer["channel"]), ts=str(answer["ts"]))

    async def update(self, channel: str, ts: str, message: Message) -> None:
        await self._turn_to_edit()
        await self._call(
            self.client.chat_update,
            channel=channel,
            ts=ts,
            text=message.text,
            blocks=list(message.blocks),
            parse="none",
            writes=False,  # the same edit twice is one edit
        )

    async def find(
        self, channel: str, *, key: str, since: datetime, until: datetime | None = None, thread_ts: str = ""
    ) -> Posted | None:
        """The message of ours with this key, posted in that time by Slack's clock, which may differ from ours."""
        async for found in self._messages(channel, since=since, until=until, thread_ts=thread_ts):
            if self._is_ours(found, key):
                return Posted(channel=channel, ts=str(found["ts"]))
        return None

    async def unsay(self, channel: str, thread_ts: str) -> None:
        """Delete all that we said in a thread; the message it hangs on stays. Safe to repeat."""
        since = datetime.fromtimestamp(float(thread_ts), UTC)
        ours = [
            str(one["ts"])
            async for one in self._messages(channel, since=since, until=None, thread_ts=thread_ts)
            if one.get("user") == self._user_id and one.get("ts") != thread_ts
        ]
        for ts in ours:
            await self._turn_to_edit()
            try:
                await self._call(self.client.chat_delete, channel=channel, ts=ts, writes=False)
            except SlackDeclined as refusal:
                if refusal.code != "message_not_found":
                    raise

    async def find_file(self, channel: str, name: str, *, since: datetime, thread_ts: str = "") -> Posted | None:
        """The message of ours with a file of this name, posted since then by Slack's clock."""
        async for found in self._messages(channel, since=since, until=None, thread_ts=thread_ts):
            named = any(isinstance(one, dict) and one.get("name") == name for one in found.get("files") or ())
            if named and found.get("user") == self._user_id:
                return Posted(channel=channel, ts=str(found["ts"]))
        return None

    async def _messages(
        self, channel: str, *, since: datetime, until: datetime | None, thread_ts: str
    ) -> AsyncIterator[Json]:
        """The messages of a channel or a thread in that time.

        Raises:
            SlackUnavailable: there are too many to look through all of them.
        """
        await self.own_team()  # learns who we are
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{(since - CLOCKS_DIFFER).timestamp():.6f}",
            "limit": 200,
            "include_all_metadata": True,
        }
        if until is not None:
            asked["latest"] = f"{(until + CLOCKS_DIFFER).timestamp():.6f}"
        method = self.client.conversations_replies if thread_ts else self.client.conversations_history
        if thread_ts:
            asked["ts"] = thread_ts
        for _ in range(_MOST_PAGES):
            answer = await self._call(method, writes=False, **asked)
            for found in answer.get("messages", []):
                yield found
            asked["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                return
        # Posting without having looked everywhere could post twice: try again when the channel is calmer.
        raise SlackUnavailable("too many messages to look through")

    def _is_ours(self, found: Json, key: str) -> bool:
        """Anybody's app may put any metadata on its messages."""
        metadata = found.get("metadata") or {}
        keyed = metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("key") == key
        return keyed and found.get("user") in (None, self._user_id)

    async def group(self, group_id: str) -> frozenset[str]:
        """The user ids in a user group, at most `GROUPS_LAST` old; none when there is no such group, or no more."""
        return await self._groups.get(group_id)

    async def group_name(self, group_id: str) -> str:
        """What people type after `@` to name a user group; its id when there is no such group."""
        return (await self._group_names.get("")).get(group_id, group_id)

    async def _handles(self, _: str) -> dict[str, str]:
        """What every user group of the workspace is called: Slack does not tell of one alone."""
        answer = await _soon(self._call(self.client.usergroups_list, include_disabled=True, writes=False))
        return {str(one["id"]): str(one.get("handle") or one["id"]) for one in answer.get("usergroups") or ()}

    async def _members(self, group_id: str) -> frozenset[str]:
        try:
            answer = await _soon(self._call(self.client.usergroups_users_list, usergroup=group_id, writes=False))
        except SlackDeclined as refusal:
            if refusal.code not in ("no_such_subteam", "subteam_not_found"):
                raise
            return frozenset()
        return frozenset(str(user_id) for user_id in answer.get("users") or ())

    async def room(self, channel: str) -> Room | None:
        try:
            answer = await _soon(self._call(self.client.conversations_info, channel=channel, writes=False))
        except SlackDeclined as refusal:
            if refusal.code not in ("channel_not_found", "method_not_supported_for_channel_type"):
                raise
            return None
        found = answer["channel"]
        return Room(
            id=str(found["id"]),
            name=str(found.get("name") or ""),
            member=bool(found.get("is_member")),
            archived=bool(found.get("is_archived")),
            private=bool(found.get("is_private")),
        )

    async def direct(self, user_id: str) -> str:
        """The channel of the direct messages with a person, opened if need be."""
        answer = await self._call(self.client.conversations_open, users=user_id, writes=False)
        return str(answer["channel"]["id"])

    async def send_file(self, user_id: str, name: str, content: bytes, *, title: str, words: str) -> None:
        """Put a file into the direct messages with a person.

        Raises:
            SlackError: it may be there or not; sending it again does no harm but a second copy.
        """
        await self._call(
            self.client.files_upload_v2,
            channel=await self.direct(user_id),
            filename=name,
            content=content,
            title=title,
            initial_comment=words,
        )

    async def send_path(self, channel: str, path: Path, size: int, *, title: str, words: str) -> None:
        """Put a file that is on disk, under its own name, into a channel; `size` is in bytes.

        Raises:
            SlackError: it may be there or not; `find_file` tells.
            OSError: it cannot be read.
        """
        session = self.client.session
        if session is None:
            raise SlackDeclined("no_session")
        ticket = await self._call(self.client.files_getUploadURLExternal, filename=path.name, length=size, writes=False)
        with acts.asking_slack("upload"):
            await upload(session, str(ticket["upload_url"]), path)
        await self._call(
            self.client.files_completeUploadExternal,
            files=[{"id": str(ticket["file_id"]), "title": title}],
            channel_id=channel,
            initial_comment=words,
        )

    async def share_file(self, channel: str, name: str, content: bytes, *, title: str, thread_ts: str = "") -> None:
        """Put a file into a channel, or into a thread of it. The bot has to be inside, whatever it may post.

        Raises:
            SlackError: it may be there or not; `find_file` tells.
        """
        await self._call(
            self.client.files_upload_v2,
            channel=channel,
            filename=name,
            content=content,
            title=title,
            thread_ts=thread_ts or None,
        )

    async def fetch_file(self, file_id: str, *, limit: int) -> Fetched:
        """A file somebody put into a form. Whether it is theirs is for the caller to see: anybody may name any file.

        Raises:
            Invalid: it is larger than `limit` bytes, was deleted, or is not kept by this workspace.
            SlackError: Slack did not give it.
        """
        found = await self._file(file_id)
        name, mimetype = str(found.get("name") or found.get("title") or "file"), str(found.get("mimetype") or "")
        if int(found.get("size") or 0) > limit:
            raise too_large(limit)
        session, address = self.client.session, str(found.get("url_private_download") or "")
        if session is None or not address:
            raise SlackDeclined("no_address_to_download_from")
        token = str(self.client.token)
        with acts.asking_slack("download"):
            content = await download(
                session, address, token, host=self._files_from, limit=limit, mimetype=mimetype.partition(";")[0]
            )
        return Fetched(name=name, mimetype=mimetype, content=content, user_id=str(found.get("user") or ""))

    async def _file(self, file_id: str) -> Json:
        """Raises: Invalid: the file was deleted, or another place keeps it."""
        try:
            answer = await self._call(self.client.files_info, file=file_id, writes=False)
        except SlackDeclined as refusal:
            if refusal.code not in ("file_not_found", "file_deleted"):
                raise
            raise Invalid("Slack does not have that file any more. Please attach it again.") from None
        found: Json = answer["file"]
        if found.get("mode") == "tombstone":
            raise Invalid("That file was deleted from Slack. Please attach it again.")
        if found.get("is_external") or found.get("mode") in ("external", "remote"):
            raise Invalid("That file is kept outside Slack. Please download it and attach the file itself.")
        if found.get("file_access") not in (None, "visible"):
            raise Invalid("That file belongs to another workspace, which I cannot read. Please attach your own copy.")
        return found

    async def open_view(self, trigger_id: str, view: Json) -> str:
        """Open a modal; the trigger lives three seconds. Returns the view's id. Raises: Invalid: it came too late."""
        try:
            answer = await _soon(self._call(self.client.views_open, trigger_id=trigger_id, view=view))
        except SlackDeclined as refusal:
            raise _in_time(refusal) from None
        return str(answer["view"]["id"])

    async def push_view(self, trigger_id: str, view: Json, *, instead_of: str) -> str:
        """Put a modal on top of the one that was pressed in, or in its place where the pile is full. Gives its id."""
        try:
            answer = await _soon(self._call(self.client.views_push, trigger_id=trigger_id, view=view))
        except SlackDeclined as refusal:
            if refusal.code != "push_limit_reached":
                raise _in_time(refusal) from None
            await _soon(self.update_view(instead_of, view))
            return instead_of
        return str(answer["view"]["id"])

    async def update_view(self, view_id: str, view: Json) -> None:
        await self._call(self.client.views_update, view_id=view_id, view=view, writes=False)

    async def publish_home(self, user_id: str, view: Json, *, known_hash: str = "") -> bool:
        """Draw somebody's Home. False where it is no longer the one of `known_hash`; without one it always is."""
        try:
            await self._call(
                self.client.views_publish, user_id=user_id, view=view, hash=known_hash or None, writes=False
            )
        except SlackDeclined as refusal:
            if refusal.code != "hash_conflict":
                raise
            return False
        return True

    async def whisper(self, channel: str, user_id: str, message: Message, *, thread_ts: str = "") -> None:
        """Say something to one person; in their direct messages where the channel is closed to us.

        Raises:
            SlackDeclined: Slack does not take the blocks, for instance.
        """
        said: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks) or None}
        thread: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}
        try:
            await self._call(self.client.chat_postEphemeral, channel=channel, user=user_id, **said, **thread)
        except SlackDeclined as refusal:
            if refusal.code in OUR_BLOCKS_ARE_WRONG:
                raise
            await self._call(self.client.chat_postMessage, channel=user_id, **said)

    async def respond(self, response_url: str, message: Message | None, *, replace: bool) -> bool:
        """Answer through a response address, which is good for five answers in half an hour; None deletes the original.

        Returns False when Slack did not take it. Nothing is sent to an address that is not Slack's.

        Raises:
            SlackDeclined: Slack does not take the blocks.
        """
        if not self._trusted(response_url):
            log.warning("respond.untrusted_address")
            return False
        body: Json = {"delete_original": True}
        if message is not None:
            body = {
                "response_type": "ephemeral",
                "replace_original": replace,
                "text": message.text,
                "blocks": list(message.blocks),
                "mrkdwn": False,
            }
        webhook = AsyncWebhookClient(response_url, session=self.client.session, timeout=10)
        try:
            with acts.asking_slack("response_url"):
                answer = await webhook.send_dict(body)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("respond.lost", error=type(error).__name__)
            return False
        said = answer.body[:200]
        wrong = next((word for word in sorted(OUR_BLOCKS_ARE_WRONG) if word in said), "")
        if wrong:  # as plain text, or as JSON with the status of a success
            raise SlackDeclined(wrong)
        if answer.status_code != 200:
            log.warning("respond.refused", status=answer.status_code, body=said[:100])
        return answer.status_code == 200

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message; empty before Slack told us our workspace's."""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}" if self.url else ""

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()

    def _trusted(self, address: str) -> bool:
        asked, ours = urlsplit(address), urlsplit(self._answers_to)
        return (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)

    async def _turn_to_edit(self) -> None:
        with acts.awaiting_turn("slack_edit"):
            await self._editing.acquire()

    async def _call(self, method: Callable[..., Awaitable[Any]], *, writes: bool = True, **arguments: Any) -> Any:
        with acts.asking_slack(_name_of(method)):
            try:
                return await method(**arguments)
            except SlackApiError as error:
                raise _ours(error, writes=writes) from error
            except aiohttp.ClientConnectorError as error:
                raise SlackUnavailable("not reachable") from error
            except (aiohttp.ClientError, TimeoutError, OSError, SlackRequestError) as error:
                lost = SlackOutcomeUnknown if writes else SlackUnavailable
                raise lost(f"no answer ({type(error).__name__})") from error


def _name_of(method: Callable[..., Awaitable[Any]]) -> str:
    """What Slack calls it: `chat.postMessage`."""
    return getattr(method, "__name__", "other").replace("_", ".", 1)


def _in_time(refusal: SlackDeclined) -> Exception:
    """What to say when a form could not be opened: mostly it came too late, and pressing again helps."""
    if refusal.code in ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"):
        return Invalid(
            "The form took too long to come, and Slack no longer waits for it. Please press or type it again."
        )
    return refusal


async def _soon(call: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer to a call that somebody waits for. Raises: SlackUnavailable: it takes too long."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await call
    except TimeoutError:
        raise SlackUnavailable("no answer in time") from None


def _ours(error: SlackApiError, *, writes: bool) -> SlackError:
    status = getattr(error.response, "status_code", 0)
    headers = getattr(error.response, "headers", {}) or {}
    data = error.response.data if hasattr(error.response, "data") else error.response
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return SlackUnavailable("ratelimited", retry_after=_seconds(headers.get("Retry-After", "1")))
    if status >= 500 or not code or code in _PERHAPS_DONE:
        # A broken answer says nothing of whether a message was posted.
        return (SlackOutcomeUnknown if writes else SlackUnavailable)(code or f"HTTP {status}")
    if code in _NOT_DONE:
        return SlackUnavailable(code)
    return SlackDeclined(code)


def _seconds(header: str | list[str]) -> float:
    text = header[0] if isinstance(header, list) else header
    return float(text) if text.replace(".", "", 1).isdigit() else 1.0


def _person(user: Json) -> Person:
    profile = user.get("profile", {})
    return Person(
        user_id=str(user["id"]),
        team_id=str(user.get("team_id", "")),
        name=str(profile.get("real_name") or user.get("real_name") or user.get("name") or user["id"]),
        tz=str(user.get("tz") or "UTC"),
        bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")),
        deleted=bool(user.get("deleted")),
    )
