"""Posting a message of ours once. Slack has no idempotent post: what may be out there is looked for before posting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.blocks import Message
from bot.desk import Desk
from bot.errors import SlackDeclined, SlackUnavailable
from bot.model import Announcement, Bulk, Case, Occurrence, Posted
from bot.retries import OUR_BLOCKS_ARE_WRONG

log = structlog.get_logger(__name__)

NO_WAY_IN = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "no_permission",
    }
)
NOBODY_READS = NO_WAY_IN | {"cannot_dm_bot", "messages_tab_disabled", "user_disabled", "user_not_found"}
"""What Slack says of a channel, or a person, that no message reaches."""
MESSAGE_IS_LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's words for a message that can be edited no more."""
A_TRY = timedelta(minutes=5)
"""Longer than any one try to post takes. Each try is looked for before the next."""

Entry = TypeVar("Entry", Occurrence, Announcement, Bulk, Case)


class Channels(Protocol):
    """Posting to Slack. Failures are `SlackError`s: see `bot.errors`."""

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        """Post once. `key` is kept with the message, so that `find` can tell it from others."""

    async def update(self, channel: str, ts: str, message: Message) -> None: ...

    async def find(
        self, channel: str, *, key: str, since: datetime, until: datetime | None = None, thread_ts: str = ""
    ) -> Posted | None:
        """The message posted with `key` since then, and before `until` where that is known."""

    async def direct(self, user_id: str) -> str:
        """The channel of the direct messages with a person."""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """Posts what the store keeps track of: that a post is about to be tried is on disk first."""

    desk: Desk
    channels: Channels

    async def once(self, entry: Entry, *drawings: Callable[[], Message], thread_ts: str = "") -> tuple[Entry, Posted]:
        """As `post`, unless an earlier try left the message there."""
        there = await self.found(entry, thread_ts=thread_ts)
        return (entry, there) if there else await self.post(entry, *drawings, thread_ts=thread_ts)

    async def found(self, entry: Entry, *, thread_ts: str = "") -> Posted | None:
        """Where an earlier try left the message; None when nothing was tried, or nothing came of it.

        Raises:
            SlackError: nobody can tell.
        """
        if entry.tried_at is None:
            return None
        return await self.channels.find(
            entry.channel, key=entry.key, since=entry.tried_at, until=entry.tried_at + A_TRY, thread_ts=thread_ts
        )

    async def post(self, entry: Entry, *drawings: Callable[[], Message], thread_ts: str = "") -> tuple[Entry, Posted]:
        """Post the first drawing that Slack takes; the entry as it is on disk now, and where the message is.

        Whatever was tried before was looked for.

        Raises:
            SlackDeclined: not there and not with any drawing.
            SlackUnavailable, SlackOutcomeUnknown: carry it again.
            Conflict: the entry changed meanwhile.
        """
        noted = await self._note(entry, self.desk.now())
        try:
            return noted, await self._post(noted, drawings, thread_ts)
        except SlackUnavailable:
            # This try never got there; one before it may still turn up.
            await self._note(noted, entry.tried_at)
            raise

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Draw a message of ours anew; where Slack takes no blocks of it, its text alone.

        Raises:
            SlackError: it is not drawn anew.
        """
        try:
            await self.channels.update(channel, ts, message)
        except SlackDeclined as refusal:
            if refusal.code not in OUR_BLOCKS_ARE_WRONG:
                raise
            log.error("update.blocks_refused", channel=channel, code=refusal.code)
            await self.channels.update(channel, ts, replace(message, blocks=()))

    async def _post(self, entry: Entry, drawings: tuple[Callable[[], Message], ...], thread_ts: str) -> Posted:
        *simpler, last = drawings
        for draw in simpler:
            try:
                return await self.channels.post(entry.channel, draw(), key=entry.key, thread_ts=thread_ts)
            except SlackDeclined as refusal:
                if refusal.code not in OUR_BLOCKS_ARE_WRONG:
                    raise
                log.warning("post.blocks_refused", key=entry.key, code=refusal.code)
        return await self.channels.post(entry.channel, last(), key=entry.key, thread_ts=thread_ts)

    async def _note(self, entry: Entry, tried_at: datetime | None) -> Entry:
        after = replace(entry, version=entry.version + 1, tried_at=tried_at)
        await self.desk.store.save(after)
        return after
