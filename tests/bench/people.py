"""A desk with somebody to ask Slack about, without a Slack."""

from __future__ import annotations

from datetime import timedelta

from bot.desk import Desk
from bot.model import Person, Room, utc_now
from bot.stores import Store
from tests import make


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


def bare_desk(store: Store) -> Desk:
    """A desk on this store, with no marketplace."""
    return Desk(
        store=store,
        people=Somebody(),
        marketplaces={},
        sites=(),
        clock=utc_now,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
