"""Who may do what: nobody, until an admin says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import Desk, authority
from bot.errors import NotAllowed, SlackUnavailable
from bot.model import ALLOWS, SYSTEM, Actor, May, Person, Role, RoleGrant, Room
from bot.stores.tiny import TinyStore, open_tiny
from tests import make

TEAM = "T1"
ANN, ADA, GIL, OTTO = (Actor(user_id=who, team_id=TEAM) for who in ("U0ANN", "U0ADA", "U0GIL", "U0OTTO"))


@dataclass
class Workspace:
    """Ann, Ada, a guest and somebody of another team; groups, which Slack may not tell of."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    silent: bool = False

    async def person(self, user_id: str) -> Person | None:
        name = {"U0ANN": "Ann Winter", "U0ADA": "Ada Okafor"}.get(user_id, "Somebody")
        team = "T2" if user_id == OTTO.user_id else TEAM
        return Person(user_id=user_id, team_id=team, name=name, guest=user_id == GIL.user_id)

    def remembered(self, user_id: str) -> Person | None:
        return None

    async def own_team(self) -> str:
        return TEAM

    async def own_name(self) -> str:
        return "takedown"

    async def group(self, group_id: str) -> frozenset[str]:
        if self.silent:
            raise SlackUnavailable("not reachable")
        return self.groups.get(group_id, frozenset())

    async def group_name(self, group_id: str) -> str:
        return group_id

    async def room(self, channel: str) -> Room | None:
        return None


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    yield opened
    await opened.close()


def desk_with(store: TinyStore, workspace: Workspace, *, first_admins: frozenset[str] = frozenset()) -> Desk:
    return Desk(
        store=store,
        people=workspace,
        marketplaces={},
        sites=(),
        clock=lambda: make.NOW,
        first_admins=first_admins,
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )


@pytest.mark.parametrize("do", May)
async def test_nobody_may_do_anything_until_an_admin_says_so(store: TinyStore, do: May) -> None:
    desk = desk_with(store, Workspace(), first_admins=frozenset({ADA.user_id}))
    with pytest.raises(NotAllowed, match=r"You have no role on this desk.*Please ask Ada Okafor\."):
        await authority.allowed(desk, ANN, do)
    assert (await authority.allowed(desk, ADA, do)).name == "Ada Okafor"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("do", May)
async def test_a_role_allows_what_it_says_and_no_more(store: TinyStore, role: Role, do: May) -> None:
    desk = desk_with(store, Workspace())
    await store.save(make.role(ANN.user_id, role))
    if do in ALLOWS[role]:
        assert (await authority.allowed(desk, ANN, do)).user_id == ANN.user_id
        return
    with pytest.raises(NotAllowed, match=f"here you are {role}"):
        await authority.allowed(desk, ANN, do)


async def test_a_role_that_was_taken_back_allows_nothing(store: TinyStore) -> None:
    desk = desk_with(store, Workspace())
    grant = make.role(ANN.user_id, Role.ANALYST)
    await store.save(grant)
    await store.save(replace(grant, version=2, roles=()))
    with pytest.raises(NotAllowed, match="no role"):
        await authority.allowed(desk, ANN, May.READ)


async def test_a_user_group_gives_its_role_to_whoever_is_in_it_now(store: TinyStore) -> None:
    workspace = Workspace(groups={"S0BRAND": frozenset({ANN.user_id})})
    desk = desk_with(store, workspace)
    await store.save(RoleGrant(holder="S0BRAND", version=1, roles=(Role.ANALYST,), by=SYSTEM, at=make.NOW))
    await authority.allowed(desk, ANN, May.FILE)
    workspace.groups["S0BRAND"] = frozenset()
    with pytest.raises(NotAllowed):
        await authority.allowed(desk, ANN, May.FILE)


async def test_when_slack_does_not_say_who_is_in_a_group_nobody_is_let_in_by_it(store: TinyStore) -> None:
    workspace = Workspace(groups={"S0BRAND": frozenset({ANN.user_id})}, silent=True)
    desk = desk_with(store, workspace)
    await store.save(RoleGrant(holder="S0BRAND", version=1, roles=(Role.ANALYST,), by=SYSTEM, at=make.NOW))
    with pytest.raises(NotAllowed, match="who is in your groups"):
        await authority.allowed(desk, ANN, May.FILE)


@pytest.mark.parametrize("who", [GIL, OTTO, Actor(user_id="U0ANN", team_id="T2")])
async def test_guests_and_people_of_other_teams_have_no_role_whatever_was_granted(store: TinyStore, who: Actor) -> None:
    desk = desk_with(store, Workspace(), first_admins=frozenset({who.user_id}))
    await store.save(make.role(who.user_id, *Role))
    with pytest.raises(NotAllowed):
        await authority.allowed(desk, who, May.READ)


async def test_only_who_filed_or_looks_after_a_notice_or_an_admin_may_act_on_it(store: TinyStore) -> None:
    desk = desk_with(store, Workspace(), first_admins=frozenset({ADA.user_id}))
    await store.save(make.role(ANN.user_id, Role.ANALYST))
    notice = make.notice()
    with pytest.raises(NotAllowed, match=r"Only the person who filed TD-1, or an admin, can withdraw it\."):
        await authority.over(desk, [notice], ANN, "withdraw it")
    await authority.over(desk, [replace(notice, owner=ANN.user_id)], ANN, "withdraw it")
    await authority.over(desk, [notice], ADA, "withdraw it")
