"""Somebody to ask Slack about, without a Slack."""

from __future__ import annotations

from bot.model import Person, Room


class Somebody:
    """Everybody is called the same."""

    async def person(self, user_id: str) -> Person | None:
        return Person(user_id=user_id, team_id="T1", name="Ada Okafor")

    def remembered(self, user_id: str) -> Person | None:
        return Person(user_id=user_id, team_id="T1", name="Ada Okafor")

    async def own_team(self) -> str:
        return "T1"

    async def own_name(self) -> str:
        return "takedown-desk"

    async def group(self, group_id: str) -> frozenset[str]:
        return frozenset()

    async def group_name(self, group_id: str) -> str:
        return group_id

    async def room(self, channel: str) -> Room | None:
        return Room(id=channel, name="brand", member=True, archived=False)
