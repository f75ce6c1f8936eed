"""Records go when an admin's rule lets them go, never sooner; what is open, held or needed stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import custody
from bot.desk import audit, holds, register, retention
from bot.desk.retention import Row
from bot.desk.steps import told
from bot.errors import Conflict, Invalid, NotAllowed, NotFound
from bot.model import (
    Actor,
    Change,
    Forgotten,
    Identifier,
    Kept,
    Purchase,
    PurchaseState,
    Referral,
    ReferralState,
    Retention,
    Role,
)
from bot.shelves import Shelves
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.desk.privacy_scene import (
    PNG,
    Interrupting,
    archived,
    built,
    case,
    dossiers_in,
    found_in,
    kept_file,
    purchase,
    referral,
    settled,
    shelves_in,
    whole,
)
from tests.bot.desk.register_scene import ADA, ANN, BO, CAT, GIL, OTTO, Scene
from tests.make import NOW

OLD, NEW = NOW - timedelta(days=900), NOW - timedelta(days=300)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json", lambda: NOW)
    made = Scene(store=store)
    await made.given(ANN.user_id, Role.ANALYST)
    await made.given(BO.user_id, Role.APPROVER)
    yield made
    await store.close()


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return shelves_in(tmp_path)


def row(rows: tuple[Row, ...], kind: Kept) -> Row:
    return next(one for one in rows if one.kind is kind)


async def test_by_default_everything_is_kept_for_good(scene: Scene, shelves: Shelves) -> None:
    await settled(scene.store, "TD-1", at=OLD)
    await archived(scene)
    before = [one async for one in scene.store.chronicles()]
    rows = await retention.nightly(scene.desk, shelves)
    assert [(one.kind, one.days, one.going) for one in rows] == [(kind, None, 0) for kind in Kept]
    assert [one async for one in scene.store.chronicles()] == before
    assert await scene.store.entries(Change) == ()


async def test_archived_notices_go_with_their_events_and_leave_a_stone(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    old = await settled(scene.store, "TD-1", at=OLD)
    await settled(scene.store, "TD-2", at=NEW)
    await settled(scene.store, "TD-3", at=OLD, open_=True)
    await archived(scene)
    await retention.keep(scene.desk, Kept.NOTICES, 400, by=ADA)
    dry = await retention.overview(scene.desk, shelves, by=ADA)
    assert row(dry, Kept.NOTICES) == Row(kind=Kept.NOTICES, days=400, fewest=365, going=1)
    assert await scene.store.notice("TD-1") == old, "a dry run changes nothing"
    assert await retention.run(scene.desk, shelves, by=ADA) == dry
    assert await scene.store.notice("TD-1") is None
    stone = await scene.store.entry(Forgotten, "TD-1")
    assert stone is not None
    assert (stone.lines, stone.head, stone.rule) == (2, old.head, "notices: 400 days")
    with pytest.raises(NotFound, match="TD-1 was forgotten on 02 Mar 2026, under the rule for notices: 400 days"):
        await scene.desk.find("TD-1")
    with pytest.raises(NotFound, match=f"under the rule for notices: 400 days, with the 2 lines.*{old.head}"):
        await audit.checked(scene.store, "TD-1")
    assert await whole(scene.store) == 2
    assert found_in(tmp_path, '"id":"TD-1"') == []
    said = [one.words for one in await scene.store.entries(Change, "retention:notices")]
    assert said[1] == "1 went, kept for 400 days: archived notices with what happened to them."
    assert row(await retention.run(scene.desk, shelves, by=ADA), Kept.NOTICES).going == 0
    assert len(await scene.store.entries(Change, "retention:notices")) == 2, "nothing went, so nothing is said"


@pytest.mark.parametrize("why", ["held", "linked to a held one", "case", "referral", "purchase"])
async def test_what_is_held_or_needed_stays(scene: Scene, shelves: Shelves, why: str) -> None:
    await settled(scene.store, "TD-1", at=OLD)
    await settled(scene.store, "TD-2", at=OLD, seller="S-9")
    await archived(scene)
    if why == "held":
        await holds.hold(scene.desk, "acme:S-1", "court", by=ADA)
    elif why == "linked to a held one":
        await scene.store.save(make.link("acme:S-1", "acme:S-2"))
        await holds.hold(scene.desk, "acme:S-2", "court", by=ADA)
    elif why == "case":
        await scene.store.save(case())
    elif why == "referral":
        await scene.store.save(referral(state=ReferralState.ACKNOWLEDGED))
    else:
        await scene.store.save(purchase(state=PurchaseState.ORDERED, notice_id="TD-1"))
    await retention.keep(scene.desk, Kept.NOTICES, 400, by=ADA)
    rows = await retention.run(scene.desk, shelves, by=ADA)
    assert (row(rows, Kept.NOTICES).going, row(rows, Kept.NOTICES).held_back) == (1, 1)
    assert await scene.store.notice("TD-1") is not None
    assert await scene.store.notice("TD-2") is None


async def test_whoever_is_put_on_hold_while_it_goes_is_held(shelves: Shelves, tmp_path: Path) -> None:
    async def court() -> None:
        await holds.hold(there.desk, "acme:S-1", "court", by=ADA)

    disk = Interrupting(tmp_path / "held.json.erasing", court)
    store = await open_tiny(tmp_path / "held.json", lambda: NOW, disk=disk)
    there = Scene(store=store)
    await settled(store, "TD-1", at=OLD)
    await settled(store, "TD-2", at=OLD, seller="S-9")
    await archived(there)
    await retention.keep(there.desk, Kept.NOTICES, 400, by=ADA)
    rows = await retention.nightly(there.desk, shelves)
    assert (row(rows, Kept.NOTICES).going, row(rows, Kept.NOTICES).held_back) == (1, 1)
    assert (await store.notice("TD-1") is None, await store.notice("TD-2") is None) == (False, True)
    await store.close()


async def test_a_file_that_is_filed_again_while_it_goes_is_kept(shelves: Shelves, tmp_path: Path) -> None:
    async def filed_again() -> None:
        again = await shelves.evidence.add(PNG, "bag.png")
        assert again.sha256 == file.sha256
        await settled(store, "TD-7", evidence=(file,), open_=True)

    file = await kept_file(shelves, PNG, "bag.png", since=OLD)
    disk = Interrupting(tmp_path / "again.json.erasing", filed_again)
    store = await open_tiny(tmp_path / "again.json", lambda: NOW, disk=disk)
    there = Scene(store=store)
    await retention.keep(there.desk, Kept.EVIDENCE, 184, by=ADA)
    await retention.nightly(there.desk, shelves)
    assert await store.notice("TD-7") is not None
    assert await shelves.evidence.read(file.sha256) == PNG
    await store.close()


async def test_a_notice_that_moves_on_meanwhile_is_not_forgotten(scene: Scene) -> None:
    notice = await settled(scene.store, "TD-1", at=OLD)
    await archived(scene)
    stone = retention.stone_of(notice, 2, "rule", ADA, NOW)
    after, event = told(replace(notice, version=3), at=NOW, actor=ADA, kind="noted", words="Look.")
    await scene.store.save(after, event)
    with pytest.raises(Conflict):
        await scene.store.erase(stone)
    assert await scene.store.notice("TD-1") == after


async def test_files_purchases_referrals_and_identifiers_go_by_rules_of_their_own(
    scene: Scene, shelves: Shelves
) -> None:
    named, _, young, photo = [
        await kept_file(shelves, PNG + bytes([number]), f"{number}.png", since=NEW if number == 2 else OLD)
        for number in range(4)
    ]
    await settled(scene.store, "TD-1", at=OLD, evidence=(named,))
    await archived(scene)
    dossiers_in(shelves).mkdir()
    for name in ("RF-1-pipcu.zip", "RF-2-pipcu.zip"):
        (dossiers_in(shelves) / name).write_bytes(b"PK")
    off = make.identifier(seller="acme:S-4").forgotten(ADA, OLD)
    await scene.store.save(make.identifier(seller="acme:S-4"))
    await scene.store.save(
        off,
        purchase(1, at=OLD, photos=(photo,)),
        purchase(2, at=OLD),
        referral(1, at=OLD, built=built("RF-1-pipcu.zip")),
        referral(2, at=OLD, built=built("RF-2-pipcu.zip")),
        await register.changed(scene.desk, "referral:RF-1", ADA, "Drafted.", kind="drafted"),
    )
    for kind in (Kept.EVIDENCE, Kept.IDENTIFIERS, Kept.PURCHASES, Kept.REFERRALS):
        await retention.keep(scene.desk, kind, 400, by=ADA)
    rows = await retention.run(scene.desk, shelves, by=ADA)
    assert {one.kind: one.going for one in rows if one.going} == {
        Kept.EVIDENCE: 2,
        Kept.IDENTIFIERS: 1,
        Kept.PURCHASES: 1,
        Kept.REFERRALS: 1,
    }
    assert {one.sha256 for one in await shelves.evidence.shelved()} == {named.sha256, young.sha256}
    assert await scene.store.entries(Identifier) == ()
    assert [one.id for one in await scene.store.entries(Purchase)] == ["TP-2"], "the last stays: ids are not reused"
    assert [one.id for one in await scene.store.entries(Referral)] == ["RF-2"]
    assert [file.name for file in dossiers_in(shelves).iterdir()] == ["RF-2-pipcu.zip"]
    stone = await scene.store.entry(Forgotten, "referral:RF-1")
    assert stone is not None
    assert (stone.lines, len(stone.head)) == (1, 64)
    assert await scene.store.entries(Change, "referral:RF-1") == ()
    with pytest.raises(NotFound, match="referral:RF-1 was forgotten on 02 Mar 2026"):
        await audit.meant(scene.store, "rf-1")


async def test_a_dossier_that_a_crash_left_behind_goes_the_next_night(scene: Scene, shelves: Shelves) -> None:
    dossiers_in(shelves).mkdir()
    for name in ("RF-1-pipcu.zip", "RF-7-strange.zip"):
        (dossiers_in(shelves) / name).write_bytes(b"PK")
    await scene.store.save(Forgotten(of="referral:RF-1", version=1, lines=1, head="", rule="r", by=ADA, at=NOW))
    await retention.keep(scene.desk, Kept.REFERRALS, 400, by=ADA)
    await retention.nightly(scene.desk, shelves)
    assert [file.name for file in dossiers_in(shelves).iterdir()] == ["RF-7-strange.zip"]


async def test_old_changes_are_emptied_and_their_chain_goes_on(scene: Scene, shelves: Shelves, tmp_path: Path) -> None:
    old = Scene(store=scene.store)
    line = await register.changed(old.desk, "policy:filing", ADA, "Quota is 7 now.")
    long_ago = replace(line, at=OLD)
    await scene.store.save(long_ago)
    await scene.store.save(await register.changed(scene.desk, "policy:filing", ADA, "Quota is 8 now."))
    await retention.keep(scene.desk, Kept.CHANGES, 400, by=ADA)
    rows = await retention.run(scene.desk, shelves, by=ADA)
    assert row(rows, Kept.CHANGES).going == 1
    first, second = await scene.store.entries(Change, "policy:filing")
    assert (first.words, first.actor.user_id, second.words) == ("", "", "Quota is 8 now.")
    assert custody.check("policy:filing", [first, second], count=2).whole
    shown = await register.history(scene.desk, "policy", page=1, by=ADA)
    assert shown.total == 2
    assert found_in(tmp_path, "Quota is 7") == []
    assert row(await retention.run(scene.desk, shelves, by=ADA), Kept.CHANGES).going == 0


@pytest.mark.parametrize(("kind", "days"), [(Kept.NOTICES, 364), (Kept.EVIDENCE, 183), (Kept.CHANGES, 36_501)])
async def test_what_is_too_short_or_too_long_is_refused(scene: Scene, kind: Kept, days: int) -> None:
    with pytest.raises(Invalid, match="days at the least"):
        await retention.keep(scene.desk, kind, days, by=ADA)
    assert await scene.store.entries(Retention) == ()


async def test_a_rule_can_be_taken_back(scene: Scene, shelves: Shelves) -> None:
    await settled(scene.store, "TD-1", at=OLD)
    await archived(scene)
    await retention.keep(scene.desk, Kept.NOTICES, 400, by=ADA)
    assert "for good" in await retention.keep(scene.desk, Kept.NOTICES, None, by=ADA)
    assert "how it was before" in await retention.keep(scene.desk, Kept.NOTICES, None, by=ADA)
    assert row(await retention.run(scene.desk, shelves, by=ADA), Kept.NOTICES).going == 0
    assert [one.kind for one in await scene.store.entries(Change, "retention:notices")] == ["rule", "rule"]


@pytest.mark.parametrize("who", [ANN, BO, CAT, GIL, OTTO])
async def test_only_admins_see_change_or_run_it(scene: Scene, shelves: Shelves, who: Actor) -> None:
    for refused in (
        retention.overview(scene.desk, shelves, by=who),
        retention.keep(scene.desk, Kept.NOTICES, 400, by=who),
        retention.run(scene.desk, shelves, by=who),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert await scene.store.entries(Retention) == ()
