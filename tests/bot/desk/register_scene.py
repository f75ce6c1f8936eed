"""A desk with a register, and a workspace whose people and groups a test decides on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from bot.desk import Desk
from bot.errors import SlackUnavailable
from bot.model import SYSTEM, Actor, Person, Role, RoleGrant, Room
from bot.stores import Store
from tests import make

TEAM = "T1"
ADA, ANN, BO, CAT, GIL, OTTO, FEED, ZOE = (
    Actor(user_id=who, team_id=TEAM)
    for who in ("U0ADA", "U0ANN", "U0BO", "U0CAT", "U0GIL", "U0OTTO", "U0FEED", "U0ZOE")
)


def person(actor: Actor, name: str, **changes: Any) -> Person:
    return replace(Person(user_id=actor.user_id, team_id=TEAM, name=name), **changes)


PEOPLE = (
    person(ADA, "Ada Okafor"),
    person(ANN, "Ann Winter"),
    person(BO, "Bo Lindqvist"),
    person(CAT, "Cat Ito"),
    person(GIL, "Gil Haddad", guest=True),
    person(OTTO, "Otto Brandt", team_id="T2"),
    person(FEED, "News feed", bot=True),
    person(ZOE, "Zoe Left", deleted=True),
)


@dataclass
class Workspace:
    """Members, a guest, a stranger, a bot and somebody who left; `silent`: Slack does not answer."""

    people: dict[str, Person] = field(default_factory=lambda: {one.user_id: one for one in PEOPLE})
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    silent: bool = False

    async def person(self, user_id: str) -> Person | None:
        self._speak()
        return self.people.get(user_id)

    def remembered(self, user_id: str) -> Person | None:
        return None

    async def own_team(self) -> str:
        self._speak()
        return TEAM

    async def own_name(self) -> str:
        return "takedown-desk"

    async def group(self, group_id: str) -> frozenset[str]:
        self._speak()
        return self.groups.get(group_id, frozenset())

    async def group_name(self, group_id: str) -> str:
        self._speak()
        return "brand-team" if group_id in self.groups else group_id

    async def room(self, channel: str) -> Room | None:
        self._speak()
        return self.rooms.get(channel)

    def _speak(self) -> None:
        if self.silent:
            raise SlackUnavailable("not reachable")


@dataclass(kw_only=True)
class Scene:
    """The desk, with Ada as the admin by the setting unless said otherwise."""

    store: Store
    workspace: Workspace = field(default_factory=Workspace)
    first_admins: frozenset[str] = frozenset({ADA.user_id})
    marketplaces: Mapping[str, Any] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            people=cast(Any, self.workspace),
            marketplaces=self.marketplaces,
            sites=(),
            clock=lambda: make.NOW,
            first_admins=self.first_admins,
            undo=timedelta(seconds=30),
            policy=make.policy(),
            retention=timedelta(days=365),
        )

    async def given(self, holder: str, *roles: Role) -> None:
        grant = await self.store.entry(RoleGrant, holder)
        version = grant.version + 1 if grant else 1
        await self.store.save(RoleGrant(holder=holder, version=version, roles=roles, by=SYSTEM, at=make.NOW))
