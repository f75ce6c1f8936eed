"""What happens to channels and people behind the bot's back, for stories and for the page's hands."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.faults import Faults
from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.workspace import Channel, Workspace

CHARTS = "data_visualization"
"""The block that a Slack of before June 2026 does not know."""


class Troubles:
    """Channels go by name or id, people by id. All of it is safe to repeat."""

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self._workspace = workspace
        self._faults = faults

    def archived(self, channel: str, on: bool) -> None:
        """Nothing can be posted there; `is_archived`."""
        self._channel(channel).archived = on
        self._workspace.changed()

    def restricted(self, channel: str, on: bool) -> None:
        """The bot may not post there; `restricted_action`."""
        self._channel(channel).restricted = on
        self._workspace.changed()

    def bot_member(self, channel: str, on: bool) -> None:
        """The bot is in the channel, or put out of it."""
        members = self._channel(channel).member_ids
        if on:
            members.add(BOT_USER_ID)
        else:
            members.discard(BOT_USER_ID)
        self._workspace.changed()

    def deactivated(self, user_id: str, on: bool) -> None:
        """The person can do nothing any more; `users.info` says `deleted`."""
        person = self._workspace.person(user_id)
        self._workspace.people[user_id] = replace(person, deleted=on)
        self._workspace.changed()

    def old_slack(self, on: bool) -> None:
        """Native charts are refused, as by a Slack that does not know them; `invalid_blocks`."""
        if on:
            self._faults.refuse_blocks(CHARTS)
        else:
            self._faults.accept_blocks(CHARTS)
        self._workspace.changed()

    @property
    def is_old_slack(self) -> bool:
        return self._faults.refuses(CHARTS)

    def _channel(self, channel: str) -> Channel:
        return self._workspace.channel_named(channel)
