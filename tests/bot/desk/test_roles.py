"""Roles are given and taken back by admins, to those who can have one; the desk is never without an admin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desk import authority, roles
from bot.errors import Invalid, NotAllowed, Refused, WrongStatus
from bot.model import Announcement, AnnouncementKind, Change, May, Role, RoleGrant
from bot.stores.tiny import open_tiny
from tests.bot.desk.register_scene import ADA, ANN, BO, CAT, FEED, GIL, OTTO, ZOE, Scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json")
    yield Scene(store=store)
    await store.close()


async def roles_of(scene: Scene, holder: str) -> tuple[Role, ...]:
    grant = await scene.store.entry(RoleGrant, holder)
    return grant.roles if grant else ()


async def told(scene: Scene) -> list[str]:
    return [f"{one.channel}: {one.words}" for one in await scene.store.entries(Announcement)]


async def test_a_role_is_given_on_record_and_told_once(scene: Scene) -> None:
    done = await roles.give(scene.desk, ANN.user_id, [Role.ANALYST], by=ADA)
    assert done.told
    assert "Ann Winter: analyst now; before: no role." in done.words
    await authority.allowed(scene.desk, ANN, May.FILE)
    again = await roles.give(scene.desk, ANN.user_id, [Role.ANALYST], by=ADA)
    assert "Nothing was changed" in again.words
    assert not again.told
    (change,) = await scene.store.entries(Change, f"role:{ANN.user_id}")
    assert (change.actor, change.words) == (ADA, "Ann Winter: analyst (before: no role).")
    (words,) = await told(scene)
    assert words.startswith("U0ANN: Ada Okafor gave you the role analyst")
    assert {one.kind for one in await scene.store.entries(Announcement)} == {AnnouncementKind.REGISTER}


async def test_giving_adds_and_the_form_leaves_exactly_what_is_ticked(scene: Scene) -> None:
    await roles.give(scene.desk, BO.user_id, [Role.APPROVER], by=ADA)
    await roles.give(scene.desk, BO.user_id, [Role.ANALYST], by=ADA)
    assert await roles_of(scene, BO.user_id) == (Role.APPROVER, Role.ANALYST)
    there = await roles.asked(scene.desk, BO.user_id, by=ADA)
    assert there.grant is not None
    done = await roles.put(scene.desk, BO.user_id, [Role.VIEWER], version=there.grant.version, by=ADA)
    assert await roles_of(scene, BO.user_id) == (Role.VIEWER,)
    assert done.told, "viewer is new, though less"


async def test_whoever_loses_a_role_may_do_nothing_by_it_at_once(scene: Scene) -> None:
    await roles.give(scene.desk, ANN.user_id, [Role.ANALYST], by=ADA)
    await roles.take(scene.desk, ANN.user_id, by=ADA)
    with pytest.raises(NotAllowed, match="no role"):
        await authority.allowed(scene.desk, ANN, May.READ)
    words = (await roles.take(scene.desk, ANN.user_id, by=ADA)).words
    assert "has no role here, so there is nothing to take back" in words


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (GIL.user_id, "Gil Haddad can be given no role: they are a guest here"),
        (OTTO.user_id, "they are of another team"),
        (FEED.user_id, "that is a bot"),
        (ZOE.user_id, "the account is deactivated"),
        ("U0NOBODY", "Slack knows no such account"),
        ("S0NOBODY", "Slack knows no such user group"),
        ("", "Please say who"),
        ("C0BRAND", "Please say who"),
        ("U0ANN 1", "Please say who"),
    ],
)
async def test_who_can_have_no_role_is_given_none_and_the_sentence_is_beside_the_field(
    scene: Scene, who: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        await roles.give(scene.desk, who, [Role.VIEWER], by=ADA)
    assert refused.value.field == "who"
    assert not await scene.store.entries(RoleGrant)


async def test_from_somebody_who_left_a_role_is_taken_back_all_the_same(scene: Scene) -> None:
    await scene.given(ZOE.user_id, Role.ANALYST)
    (zoe,) = [one for one in (await roles.listed(scene.desk, page=1, by=ADA)).holders if one.id == ZOE.user_id]
    assert zoe.void == "the account is deactivated"
    await roles.take(scene.desk, ZOE.user_id, by=ADA)
    assert await roles_of(scene, ZOE.user_id) == ()


async def test_nobody_is_given_anything_while_slack_does_not_say_who_they_are(scene: Scene) -> None:
    await scene.given(BO.user_id, Role.ADMIN)
    scene.workspace.silent = True
    with pytest.raises(Refused, match="Slack could not tell me who"):
        await roles.give(scene.desk, ANN.user_id, [Role.VIEWER], by=ADA)
    assert await roles_of(scene, ANN.user_id) == ()


async def test_a_group_gives_its_role_to_who_is_in_it_and_nobody_is_written_to(scene: Scene) -> None:
    scene.workspace.groups["S0BRAND"] = frozenset({ANN.user_id})
    done = await roles.give(scene.desk, "S0BRAND", [Role.ANALYST], by=ADA)
    assert done.words.startswith("The user group @brand-team: analyst now")
    await authority.allowed(scene.desk, ANN, May.FILE)
    assert await told(scene) == []
    found = await roles.whoami(scene.desk, by=ANN)
    assert found.held is not None
    assert [grant.holder for grant in found.held.grants] == ["S0BRAND"]
    assert found.names["S0BRAND"] == "the user group @brand-team"
    assert found.names[ADA.user_id] == "Ada Okafor"


async def test_what_the_setting_says_nobody_takes_back(scene: Scene) -> None:
    with pytest.raises(WrongStatus, match="Ada Okafor is admin by the setting ADMIN_USERS"):
        await roles.take(scene.desk, ADA.user_id, by=ADA)
    await roles.give(scene.desk, ADA.user_id, [Role.ANALYST], by=ADA)
    done = await roles.take(scene.desk, ADA.user_id, by=ADA)
    assert "Ada Okafor stays admin by the setting" in done.words
    await authority.allowed(scene.desk, ADA, May.ADMINISTER)


async def test_the_last_admin_stays(scene: Scene) -> None:
    scene.first_admins = frozenset()
    await scene.given(BO.user_id, Role.ADMIN)
    with pytest.raises(WrongStatus, match="Bo Lindqvist is the last admin of this desk"):
        await roles.take(scene.desk, BO.user_id, by=BO)
    with pytest.raises(WrongStatus, match="last admin"):
        await roles.put(scene.desk, BO.user_id, [Role.ANALYST], version=1, by=BO)
    await scene.given(GIL.user_id, Role.ADMIN)
    await scene.given(ZOE.user_id, Role.ADMIN)
    with pytest.raises(WrongStatus, match="last admin"):
        await roles.take(scene.desk, BO.user_id, by=BO)
    await scene.given(ANN.user_id, Role.ADMIN)
    await roles.take(scene.desk, BO.user_id, by=BO)
    assert await authority.is_admin(scene.desk, ANN)


async def test_an_admin_of_a_group_counts_while_somebody_is_in_it(scene: Scene) -> None:
    scene.first_admins = frozenset()
    await scene.given(BO.user_id, Role.ADMIN)
    await scene.given("S0BRAND", Role.ADMIN)
    with pytest.raises(WrongStatus, match="last admin"):
        await roles.take(scene.desk, BO.user_id, by=BO)
    scene.workspace.groups["S0BRAND"] = frozenset({ANN.user_id})
    await roles.take(scene.desk, BO.user_id, by=BO)
    with pytest.raises(WrongStatus, match="last admin"):
        await roles.take(scene.desk, "S0BRAND", by=ANN)


async def test_a_setting_that_names_nobody_who_is_there_keeps_nobody_from_being_the_last(scene: Scene) -> None:
    scene.first_admins = frozenset({ZOE.user_id, GIL.user_id})
    await scene.given(BO.user_id, Role.ADMIN)
    with pytest.raises(WrongStatus, match="last admin"):
        await roles.take(scene.desk, BO.user_id, by=BO)


async def test_two_admins_who_take_the_role_from_each_other_do_not_both_succeed(scene: Scene) -> None:
    scene.first_admins = frozenset()
    for _ in range(5):
        await scene.given(BO.user_id, Role.ADMIN)
        await scene.given(ANN.user_id, Role.ADMIN)
        ends = await asyncio.gather(
            roles.take(scene.desk, BO.user_id, by=ANN),
            roles.take(scene.desk, ANN.user_id, by=BO),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Refused) for one in ends) == 1, ends
        assert len(await authority.admins(scene.desk)) == 1


async def test_a_form_that_shows_what_is_no_longer_so_is_told_to_look_again(scene: Scene) -> None:
    await roles.give(scene.desk, ANN.user_id, [Role.ANALYST], by=ADA)
    await roles.give(scene.desk, ANN.user_id, [Role.APPROVER], by=ADA)
    with pytest.raises(WrongStatus, match="look again"):
        await roles.put(scene.desk, ANN.user_id, [Role.VIEWER], version=1, by=ADA)
    assert await roles_of(scene, ANN.user_id) == (Role.APPROVER, Role.ANALYST)


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST, Role.APPROVER])
async def test_whoever_is_no_admin_changes_and_sees_no_roles(scene: Scene, role: Role | None) -> None:
    if role is not None:
        await scene.given(CAT.user_id, role)
    for attempt in (
        roles.give(scene.desk, CAT.user_id, [Role.ADMIN], by=CAT),
        roles.put(scene.desk, CAT.user_id, [Role.ADMIN], version=1, by=CAT),
        roles.take(scene.desk, ADA.user_id, by=CAT),
        roles.listed(scene.desk, page=1, by=CAT),
        roles.asked(scene.desk, CAT.user_id, by=CAT),
        roles.asked(scene.desk, by=CAT),
    ):
        with pytest.raises(NotAllowed, match="admin"):
            await attempt
    assert await roles_of(scene, CAT.user_id) == ((role,) if role else ())


@pytest.mark.parametrize(("who", "why"), [(GIL, "Guests may not"), (OTTO, "visiting"), (ZOE, "does not know")])
async def test_whoami_tells_those_who_can_have_no_role_why(scene: Scene, who: object, why: str) -> None:
    assert isinstance(who, type(ADA))
    found = await roles.whoami(scene.desk, by=who)
    assert found.held is None
    assert why in found.why


async def test_the_list_has_admins_by_the_setting_first_then_people_then_groups_a_page_at_a_time(scene: Scene) -> None:
    await scene.given("S0BRAND", Role.VIEWER)
    for number in range(12):
        await scene.given(f"U1{number:02}", Role.VIEWER)
    await scene.given(CAT.user_id)
    first, second = [await roles.listed(scene.desk, page=page, by=ADA) for page in (1, 2)]
    assert first.total == 14, "whose roles were taken back is not in it"
    assert (first.holders[0].id, first.holders[0].configured) == (ADA.user_id, True)
    assert second.holders[-1].id == "S0BRAND"
    assert second.holders[-1].void == "nobody is in it"
