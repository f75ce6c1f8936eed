"""A workspace without a Slack: everybody is a full member, in Berlin, and called as their id unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model import Person
from bot.stopped import Nobody


@dataclass
class Colleagues(Nobody):
    """`names` by user id; nobody is in a group."""

    names: Mapping[str, str] = field(default_factory=dict)
    tz: str = "Europe/Berlin"

    async def person(self, user_id: str) -> Person | None:
        return Person(user_id=user_id, team_id="T1", name=self.names.get(user_id, user_id), tz=self.tz)

    async def own_team(self) -> str:
        return "T1"
