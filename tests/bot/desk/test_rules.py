"""The rules of filing are an admin's to set, hold together, and are on record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.desk import rules
from bot.desk.rules import Wished
from bot.errors import Incomplete, NotAllowed, Refused, WrongStatus
from bot.model import FILING, Change, FilingPolicy, Role, Room, Violation
from bot.stores.tiny import open_tiny
from tests.bot.desk.register_scene import ADA, ANN, BO, CAT, Scene

STRICT = Wished(violations=("counterfeit",), batch_over="10", daily_quota="50", undo_seconds="60")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json")
    scene = Scene(store=store)
    await scene.given(BO.user_id, Role.APPROVER)
    yield scene
    await store.close()


async def stored(scene: Scene) -> FilingPolicy | None:
    return await scene.store.entry(FilingPolicy, FILING)


async def test_what_is_set_is_stored_and_on_record_in_words(scene: Scene) -> None:
    done = await rules.save(scene.desk, STRICT, version=0, by=ADA)
    policy = await stored(scene)
    assert policy == done.policy
    assert policy is not None
    assert policy.violations == (Violation.COUNTERFEIT,)
    assert (policy.batch_over, policy.daily_quota, policy.undo_seconds) == (10, 50, 60)
    assert policy.by == ADA
    (change,) = await scene.store.entries(Change, "policy:filing")
    assert "Second person for: counterfeit goods (before: no violation)." in change.words
    assert "Second person for batches: of more than 10 (before: never)." in change.words
    assert "Undo window: 60 seconds (before: 30 seconds (the setting UNDO_SECONDS))." in change.words
    assert "marketplace" not in change.words, "only what changed is said"


async def test_what_is_left_empty_asks_for_nothing_and_nought_is_not_empty(scene: Scene) -> None:
    await rules.save(scene.desk, STRICT, version=0, by=ADA)
    done = await rules.save(scene.desk, Wished(batch_over="0", undo_seconds=" 0 "), version=1, by=ADA)
    policy = done.policy
    assert (policy.violations, policy.daily_quota) == ((), None)
    assert (policy.batch_over, policy.undo_seconds) == (0, 0)
    assert "Second person for batches: of any size" in done.done


async def test_what_changes_nothing_is_not_on_record(scene: Scene) -> None:
    await rules.save(scene.desk, STRICT, version=0, by=ADA)
    done = await rules.save(scene.desk, STRICT, version=1, by=ADA)
    assert done.done == "Nothing was changed."
    assert len(await scene.store.entries(Change)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("batch_over", "-1"),
        ("batch_over", "ten"),
        ("batch_over", "10001"),
        ("daily_quota", "0"),
        ("daily_quota", "1.5"),
        ("daily_quota", "٣"),
        ("daily_quota", "9" * 500),
        ("undo_seconds", "3601"),
        ("undo_seconds", "1e2"),
        ("violations", ("counterfit",)),
        ("marketplaces", ("nowhere",)),
        ("approvers_channel", "C0NOWHERE"),
        ("approvers_channel", "U0ANN"),
    ],
)
async def test_a_bad_value_is_refused_beside_its_field_and_nothing_is_stored(
    scene: Scene, field: str, value: Any
) -> None:
    with pytest.raises(Incomplete) as refused:
        await rules.save(scene.desk, replace(STRICT, **{field: value}), version=0, by=ADA)
    assert set(refused.value.beside) == {"channel" if field == "approvers_channel" else field}
    assert await stored(scene) is None


async def test_all_that_is_wrong_is_said_at_once(scene: Scene) -> None:
    with pytest.raises(Incomplete) as refused:
        await rules.save(scene.desk, Wished(batch_over="x", daily_quota="y", undo_seconds="z"), version=0, by=ADA)
    assert set(refused.value.beside) == {"batch_over", "daily_quota", "undo_seconds"}


async def test_approvers_are_asked_only_where_the_bot_can_post(scene: Scene) -> None:
    room = Room(id="C0LEGAL", name="legal", member=False, archived=False)
    scene.workspace.rooms["C0LEGAL"] = room
    wished = replace(STRICT, approvers_channel="C0LEGAL")
    with pytest.raises(Incomplete) as refused:
        await rules.save(scene.desk, wished, version=0, by=ADA)
    assert "/invite @takedown-desk" in refused.value.beside["channel"]
    scene.workspace.rooms["C0LEGAL"] = replace(room, member=True)
    await rules.save(scene.desk, wished, version=0, by=ADA)
    scene.workspace.rooms.clear()
    again = await rules.save(scene.desk, replace(wished, daily_quota="9"), version=1, by=ADA)
    assert again.policy.approvers_channel == "C0LEGAL", "what stays is not asked about again"


async def test_a_rule_that_nobody_could_satisfy_is_warned_of(scene: Scene) -> None:
    scene.first_admins = frozenset()
    await scene.given(ANN.user_id, Role.ADMIN)
    await scene.given(BO.user_id)
    (words,) = (await rules.save(scene.desk, STRICT, version=0, by=ANN)).warnings
    assert words.startswith("Only Ann Winter can approve.")
    await scene.given(BO.user_id, Role.APPROVER)
    assert (await rules.of(scene.desk, by=ANN)).warnings == ()
    quiet = await rules.save(scene.desk, Wished(daily_quota="5"), version=1, by=ANN)
    assert quiet.warnings == ()


async def test_a_form_that_shows_what_is_no_longer_so_is_told_to_look_again(scene: Scene) -> None:
    await rules.save(scene.desk, STRICT, version=0, by=ADA)
    with pytest.raises(WrongStatus, match="look again"):
        await rules.save(scene.desk, Wished(), version=0, by=ADA)
    with pytest.raises(WrongStatus, match="look again"):
        await rules.save(scene.desk, Wished(), version=-1, by=ADA)


async def test_of_two_admins_at_once_one_is_told_to_look_again(scene: Scene) -> None:
    await scene.given(CAT.user_id, Role.ADMIN)
    ends = await asyncio.gather(
        rules.save(scene.desk, replace(STRICT, daily_quota="5"), version=0, by=ADA),
        rules.save(scene.desk, replace(STRICT, daily_quota="9"), version=0, by=CAT),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Refused) for one in ends) == 1, ends
    policy = await stored(scene)
    assert policy is not None
    assert policy.version == 1


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST, Role.APPROVER])
async def test_whoever_is_no_admin_sets_and_sees_no_rules(scene: Scene, role: Role | None) -> None:
    if role is not None:
        await scene.given(CAT.user_id, role)
    for attempt in (rules.save(scene.desk, STRICT, version=0, by=CAT), rules.of(scene.desk, by=CAT)):
        with pytest.raises(NotAllowed, match="admin"):
            await attempt
    assert await stored(scene) is None
