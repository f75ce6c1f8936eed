"""What is kept of somebody is handed out and erased on request; what has to stay is said, and every chain holds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from bot import custody
from bot.desk import dossiers, holds, linking, privacy, register, retention
from bot.desk.steps import told
from bot.errors import Invalid, NotAllowed, NotFound, WrongStatus
from bot.model import (
    Actor,
    Announcement,
    AuthorisedSeller,
    Bulk,
    BulkLines,
    BulkState,
    Change,
    Declaration,
    Forgotten,
    Identifier,
    IdentifierKind,
    Kept,
    Link,
    Person,
    Referral,
    ReferralState,
    Retention,
    Role,
    RoleGrant,
    Stance,
)
from bot.shelves import Shelves
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.desk.privacy_scene import (
    NAME,
    PNG,
    ZQ,
    Interrupting,
    archived,
    built,
    dossiers_in,
    evidence_in,
    found_in,
    kept_file,
    referral,
    settled,
    shelves_in,
    whole,
)
from tests.bot.desk.register_scene import ADA, ANN, BO, CAT, GIL, OTTO, Scene
from tests.make import NOW

OLD = NOW - timedelta(days=400)
PHONE = "+49 30 7654321"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json", lambda: NOW)
    made = Scene(store=store)
    made.workspace.people[ZQ.user_id] = Person(user_id=ZQ.user_id, team_id="T1", name=NAME, deleted=True)
    await made.given(ANN.user_id, Role.ANALYST)
    await made.given(BO.user_id, Role.VIEWER)
    yield made
    await store.close()


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return shelves_in(tmp_path)


async def worked_here(scene: Scene) -> None:
    """Traces of somebody who left, in every corner; one notice of theirs is archived."""
    store = scene.store
    await settled(store, "TD-1", at=OLD)
    await archived(scene, timedelta(days=300))
    quill = replace(ZQ, where="")
    await store.save(RoleGrant(holder=ZQ.user_id, version=1, roles=(Role.ANALYST,), by=ADA, at=NOW))
    await store.save(await register.changed(scene.desk, f"role:{ZQ.user_id}", ADA, f"{NAME}: analyst now."))
    await store.save(RoleGrant(holder=ZQ.user_id, version=2, roles=(), by=ADA, at=NOW))
    await store.save(await register.changed(scene.desk, "policy:filing", ZQ, f"{NAME} set the quota to 7."))
    link = make.link()
    await store.save(
        replace(link, steps=(replace(link.steps[0], by=quill, reason=f"{NAME} saw it."),)),
        make.identifier(by=quill),
        Stance(user_id=ZQ.user_id, seller="acme:S-1", version=1, watching=True),
        make.announcement("handed:1", channel=ZQ.user_id, ts="1.2"),
        make.announcement("alert:2", words=f"Thanks to {NAME}.", ts="1.3"),
        make.bulk(submitter=quill, state=BulkState.DONE),
        make.bulk_lines(),
        make.draft(submitter=quill),
        make.delivery("evidence:batch:batch-1", words=f'{{"user_id":"{ZQ.user_id}"}}', parked=True),
    )


async def test_of_somebody_who_left_nothing_is_left_anywhere_and_every_chain_holds(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    await worked_here(scene)
    dry = await privacy.would_erase(scene.desk, "", user_id=ZQ.user_id, by=ADA)
    assert dry.kept == {}
    assert dry.gone == {
        "notices": 1,
        "lines of their histories": 2,
        "links of sellers": 1,
        "identifiers": 1,
        "watched or muted sellers": 1,
        "messages sent": 2,
        "roles": 1,
        "bulks": 1,
        "pages of bulks": 1,
        "changes": 2,
    }
    assert NAME in str([one async for one in scene.store.chronicles()]), "a dry run changes nothing"
    done = await privacy.erase(scene.desk, shelves, "", "asked for on 3 March", user_id=ZQ.user_id, by=ADA)
    assert (done.run, done.stand_in) == (dry, "erased person 1")
    assert found_in(tmp_path, NAME, ZQ.user_id, "D0QUILL") == []
    assert await whole(scene.store) == 1
    notice = await scene.store.notice("TD-1")
    assert notice is not None
    assert (notice.submitter.user_id, notice.declaration.signature) == ("erased person 1",) * 2
    filed, decided, erased = await scene.store.events("TD-1")
    assert (filed.words, filed.actor.user_id, filed.where) == ("Filed by erased person 1.", "erased person 1", "")
    assert decided.raw == {"to": "erased person 1"}
    assert (erased.kind, erased.actor) == ("erased", ADA)
    assert await scene.store.entry(Forgotten, "role:erased person 1") is not None
    (quota,) = await scene.store.entries(Change, "policy:filing")
    assert quota.words == "erased person 1 set the quota to 7."
    assert custody.check("policy:filing", [quota], count=1).whole
    (link,) = await scene.store.entries(Link)
    assert (link.steps[0].by.user_id, link.steps[0].reason) == ("erased person 1", "erased person 1 saw it.")
    assert [one.by.user_id for one in await scene.store.entries(Identifier)] == ["erased person 1"]
    assert await scene.store.entries(Stance) == ()
    assert (await scene.store.entries(Bulk), await scene.store.entries(BulkLines)) == ((), ())
    assert [one.key for one in await scene.store.entries(Announcement)] == ["alert:2"]
    (note,) = await scene.store.entries(Change, "privacy:1")
    assert note.words.startswith("Erased, and called erased person 1 from now on: 1 notices")
    assert note.words.endswith("Reason: asked for on 3 March")
    with pytest.raises(WrongStatus, match="nothing to erase"):
        await privacy.erase(scene.desk, shelves, "", "again", user_id=ZQ.user_id, by=ADA)


async def test_somebody_called_by_a_word_like_any_other_takes_it_from_nobody_else(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    mark = Actor(user_id="U0MARK", team_id="T1")
    scene.workspace.people[mark.user_id] = Person(user_id=mark.user_id, team_id="T1", name="Mark", deleted=True)
    theirs = await settled(scene.store, "TD-1", statement="It uses our trade mark: MARK, Mark.", at=OLD)
    signed = Declaration(text_version="2026-01", signature="Mark", affirmed_by=mark.user_id, affirmed_at=OLD)
    filed = "Mark filed it for the trade mark."
    await settled(scene.store, "TD-2", words=filed, at=OLD, by=mark, statement="Our trade mark.", declaration=signed)
    await archived(scene, timedelta(days=300))
    step = replace(make.link().steps[0], by=replace(mark, where=""), reason="Mark saw the mark.")
    by = replace(mark, where="")
    leave = AuthorisedSeller(
        marketplace="acme", seller_id="S-7", right_key="", version=1, by=by, at=NOW, name="Mark Ltd."
    )
    await scene.store.save(
        replace(make.link(), steps=(step,)),
        leave,
        await register.changed(scene.desk, "policy:filing", mark, "Mark: 7 a day."),
        await register.changed(scene.desk, "policy:other", ADA, "Mark my words: <@U0QUILL>."),
        await register.changed(scene.desk, "policy:third", ADA, "Mark, <@U0MARK>, may."),
        make.draft(statement="Our trade mark."),
        make.delivery("evidence:batch:batch-1", words='{"marketplace":"mark"}', parked=True),
    )
    dry = await privacy.would_erase(scene.desk, "", user_id=mark.user_id, by=ADA)
    assert (dry.words, dry.near) == (("U0MARK",), ("Mark",))
    await privacy.erase(scene.desk, shelves, "", "asked", user_id=mark.user_id, by=ADA)
    assert await scene.store.notice("TD-1") == theirs
    notice = await scene.store.notice("TD-2")
    assert notice is not None
    assert (notice.statement, notice.declaration.signature) == ("Our trade mark.", "erased person 1")
    assert (await scene.store.events("TD-2"))[0].words == "erased person 1 filed it for the trade mark."
    (link,) = await scene.store.entries(Link)
    assert link.steps[0].reason == "erased person 1 saw the mark."
    (left,) = await scene.store.entries(AuthorisedSeller)
    assert (left.name, left.by.user_id) == ("Mark Ltd.", "erased person 1")
    said = {one.of: one.words for one in await scene.store.entries(Change)}
    assert said["policy:filing"] == "erased person 1: 7 a day."
    assert said["policy:other"] == "Mark my words: <@U0QUILL>."
    assert said["policy:third"] == "erased person 1, <@erased person 1>, may."
    assert await scene.store.draft("draft-1") is not None
    assert (await scene.store.counts(NOW)).parked == 1
    assert found_in(tmp_path, mark.user_id) == []
    assert await whole(scene.store) == 2


async def test_a_dossier_that_was_made_of_what_is_erased_goes_and_its_hash_stays(
    scene: Scene, shelves: Shelves
) -> None:
    await settled(scene.store, "TD-1", statement=f"Call {PHONE}.")
    await settled(scene.store, "TD-2", seller="S-2")
    drafted = await register.changed(scene.desk, "referral:RF-1", ADA, f"Drafted: {PHONE}.", kind="drafted")
    await scene.store.save(
        drafted,
        referral(1, built=built("RF-1-pipcu.zip"), summary=f"Call {PHONE}."),
        referral(2, seller="acme:S-2", built=built("RF-2-pipcu.zip")),
    )
    dossiers_in(shelves).mkdir()
    for name in ("RF-1-pipcu.zip", "RF-2-pipcu.zip"):
        (dossiers_in(shelves) / name).write_bytes(b"PK")
    dry = await privacy.would_erase(scene.desk, PHONE, by=ADA)
    assert dry.gone["dossiers"] == 1
    assert (await privacy.erase(scene.desk, shelves, PHONE, "asked", by=ADA)).run == dry
    assert [file.name for file in dossiers_in(shelves).iterdir()] == ["RF-2-pipcu.zip"]
    first = await scene.store.entry(Referral, "RF-1")
    assert first is not None
    assert first.built == replace(built("RF-1-pipcu.zip"), gone_at=NOW)
    assert first.summary == "Call erased value 1."
    changes = await scene.store.entries(Change, "referral:RF-1")
    assert [one.kind for one in changes] == ["drafted", "dossier_erased"]
    assert changes[-1].words == f"The dossier was erased (erased value 1): SHA-256 {'0' * 64}."
    assert custody.check("referral:RF-1", changes).whole
    with pytest.raises(WrongStatus, match="The dossier of RF-1 was erased on"):
        await dossiers.send(scene.desk, "RF-1", by=ADA)
    second = await scene.store.entry(Referral, "RF-2")
    assert second is not None
    assert second.built == built("RF-2-pipcu.zip")
    assert await whole(scene.store) == 2
    # Killed before the file was gone: it goes by night.
    (dossiers_in(shelves) / "RF-1-pipcu.zip").write_bytes(b"PK")
    await retention.nightly(scene.desk, shelves)
    assert [file.name for file in dossiers_in(shelves).iterdir()] == ["RF-2-pipcu.zip"]


async def test_before_an_erasure_what_a_killed_process_was_making_goes(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    await settled(scene.store, "TD-1", words=f"Call {PHONE}.", at=OLD)
    left = dossiers_in(shelves) / "left.building"
    left.mkdir(parents=True)
    (left / "material.json").write_text(PHONE)
    await privacy.erase(scene.desk, shelves, PHONE, "asked", by=ADA)
    assert found_in(tmp_path, PHONE) == []


async def test_what_was_erased_stays_erased_when_it_is_archived_again(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    await worked_here(scene)
    await privacy.erase(scene.desk, shelves, "", "asked", user_id=ZQ.user_id, by=ADA)
    assert await archived(scene, timedelta(days=300)) == 1, "it goes back to the month it came from"
    await scene.store.close()
    again = Scene(store=await open_tiny(tmp_path / "notices.json", lambda: NOW))
    assert found_in(tmp_path, NAME, ZQ.user_id) == []
    assert await whole(again.store) == 1
    await again.store.close()


async def test_open_notices_holds_and_declarations_that_count_are_kept_and_named(
    scene: Scene, shelves: Shelves
) -> None:
    await settled(scene.store, "TD-1", open_=True)
    await settled(scene.store, "TD-2", seller="S-2")
    await settled(scene.store, "TD-3", seller="S-3")
    await settled(scene.store, "TD-4", seller="S-4")
    await scene.store.save(referral(seller="acme:S-3", by=replace(ZQ, where=""), state=ReferralState.HANDED_OVER))
    await holds.hold(scene.desk, "acme:S-2", "court", by=ADA)
    held = await scene.store.notice("TD-2")
    done = await privacy.erase(scene.desk, shelves, "", "asked", user_id=ZQ.user_id, by=ADA)
    assert done.run.kept == {
        ("notices", "open"): 1,
        ("notices", "of a seller on legal hold"): 1,
        ("notices", "of a seller whose referral is under way or with an agency"): 1,
        ("declarations", "of notices that still count"): 4,
        ("referrals", "of a seller whose referral is under way or with an agency"): 1,
    }
    assert await scene.store.notice("TD-2") == held
    counted = await scene.store.notice("TD-4")
    assert counted is not None
    assert (counted.submitter.user_id, counted.declaration.signature) == ("erased person 1", NAME)
    assert await whole(scene.store) == 4


async def test_of_a_seller_names_and_identifiers_go_and_the_marketplaces_id_stays(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    await settled(scene.store, "TD-1", words=f"Seller Nordshop Unlimited, {PHONE}.", statement="By Nordshop Unlimited.")
    notice = await scene.store.notice("TD-1")
    assert notice is not None
    named = replace(notice, version=3, seller=make.seller("S-1", "Nordshop Unlimited"))
    named, event = told(named, at=NOW, actor=ADA, kind="decision", words="The seller is known.")
    await scene.store.save(named, event)
    await settled(scene.store, "TD-2", seller="S-2", words=f"The same {PHONE}; not Nordshop Unlimited.")
    await linking.identify(scene.desk, "acme:S-1", IdentifierKind.PHONE, PHONE, by=ANN)
    done = await privacy.erase(scene.desk, shelves, "acme:S-1", "asked", by=ADA)
    assert done.stand_in == "erased seller 1"
    assert found_in(tmp_path, PHONE, "+49307654321") == []
    assert await scene.store.entries(Identifier) == ()
    first, second = [await scene.store.notice(f"TD-{number}") for number in (1, 2)]
    assert first is not None
    assert first.seller is not None
    assert (first.seller.seller_id, first.seller.name, first.statement) == ("S-1", "", "By erased seller 1.")
    assert second is not None
    (words, *_) = [event.words for event in await scene.store.events("TD-2")]
    assert words == "The same erased seller 1; not Nordshop Unlimited.", "their names go where they are the seller"
    assert await whole(scene.store) == 2


async def test_a_shop_called_by_a_word_like_any_other_takes_it_from_nobody_else(scene: Scene, shelves: Shelves) -> None:
    await settled(scene.store, "TD-1", words="Replica sells it.")
    theirs = await settled(scene.store, "TD-2", seller="S-9", statement="A replica of our bag, not the original.")
    shop = make.identifier(seller="acme:S-1", kind=IdentifierKind.SHOP_NAME, value="Replica", normal="replica")
    parked = make.delivery("evidence:batch:batch-1", words='{"why":"a replica"}', parked=True)
    await scene.store.save(shop, make.draft(statement="This is a replica."), parked)
    await privacy.erase(scene.desk, shelves, "acme:S-1", "asked", by=ADA)
    assert await scene.store.notice("TD-2") == theirs
    assert (await scene.store.events("TD-1"))[0].words == "erased seller 1 sells it."
    assert await scene.store.draft("draft-1") is not None
    assert (await scene.store.counts(NOW)).parked == 1


async def test_a_value_is_erased_wherever_it_stands_however_it_is_spelt(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    await settled(scene.store, "TD-1", words=f"Call {PHONE}.", at=OLD)
    await archived(scene)
    await linking_identified(scene)
    done = await privacy.erase(scene.desk, shelves, "0049 30 7654321", "asked", by=ADA)
    assert done.run.gone["identifiers"] == 1
    assert found_in(tmp_path, PHONE, "+49307654321") == []
    assert await whole(scene.store) == 1


async def linking_identified(scene: Scene) -> None:
    await scene.store.save(
        make.identifier(seller="acme:S-1", kind=IdentifierKind.PHONE, value=PHONE, normal="+49307654321")
    )


async def test_a_second_erasure_leaves_what_stands_for_the_first(scene: Scene, shelves: Shelves) -> None:
    await settled(scene.store, "TD-1", words=f"{NAME} called {PHONE}.", statement=f"Ask at {PHONE}.", at=OLD)
    await archived(scene)
    asked_for = (await scene.store.events("TD-1"))[0].raw["terms"]
    await privacy.erase(scene.desk, shelves, "", "asked", user_id=ZQ.user_id, by=ADA)
    await privacy.erase(scene.desk, shelves, PHONE, "asked", by=ADA)
    filed, *_, last = await scene.store.events("TD-1")
    assert (filed.actor.user_id, filed.words) == ("erased person 1", "erased person 1 called erased value 2.")
    assert "terms" not in filed.raw, "by it and the rest of the statement the number could be tried out"
    assert last.raw["terms"] != asked_for
    assert await whole(scene.store) == 1


async def test_whoever_is_put_on_hold_while_it_is_erased_is_held(shelves: Shelves, tmp_path: Path) -> None:
    path = tmp_path / "notices.json"

    async def court() -> None:
        await holds.hold(there.desk, "acme:S-1", "court", by=ADA)

    store = await open_tiny(path, lambda: NOW, disk=Interrupting(tmp_path / "notices.json.erasing", court))
    there = Scene(store=store)
    before = await settled(store, "TD-1", words=f"Call {PHONE}.")
    with pytest.raises(WrongStatus, match="nothing to erase"):
        await privacy.erase(there.desk, shelves, PHONE, "asked", by=ADA)
    assert set(await holds.on_hold(there.desk)) == {"acme:S-1"}
    assert await store.notice("TD-1") == before
    await store.close()


@pytest.mark.parametrize("by_notice", [True, False], ids=["by notice", "by hash"])
async def test_a_file_goes_only_when_it_is_named_and_its_hash_stays(
    scene: Scene, shelves: Shelves, tmp_path: Path, by_notice: bool
) -> None:
    file = await kept_file(shelves, PNG, "Zacharias with the bag.png")
    await settled(scene.store, "TD-1", evidence=(file,), words="Handed in: Zacharias with the bag.png")
    await settled(scene.store, "TD-2", evidence=(file,))
    asked = "td-2" if by_notice else file.sha256
    done = await privacy.erase(scene.desk, shelves, asked, "asked", by=ADA)
    assert done.run.gone["evidence files"] == 1
    assert await shelves.evidence.shelved() == ()
    for notice_id in ("TD-1", "TD-2"):
        notice = await scene.store.notice(notice_id)
        assert notice is not None
        (left,) = notice.evidence
        assert (left.sha256, left.name, left.gone_at) == (file.sha256, "erased file 1", NOW)
    assert found_in(tmp_path, "Zacharias with the bag") == []
    assert await whole(scene.store) == 2


@pytest.mark.parametrize("how", ["by the night", "by asking again", "not, as it was handed in again"])
async def test_a_file_that_a_kill_left_behind_goes(scene: Scene, shelves: Shelves, how: str) -> None:
    file = await kept_file(shelves, PNG, "bag.png", since=OLD)
    (path,) = evidence_in(shelves).glob(f"*/{file.sha256}.*")
    await settled(scene.store, "TD-1", evidence=(file,))
    await privacy.erase(scene.desk, shelves, "TD-1", "asked", by=ADA)
    # The very record is there, and the file is too: that is what a kill between the two leaves.
    path.write_bytes(PNG)
    os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    if how == "by asking again":
        with pytest.raises(NotFound, match="TD-1 has no evidence files"):
            await privacy.erase(scene.desk, shelves, "TD-1", "asked", by=ADA)
    else:
        if how != "by the night":
            await shelves.evidence.add(PNG, "bag.png")
        await privacy.finish(scene.desk, shelves)
    assert path.exists() is how.startswith("not")
    assert await whole(scene.store) == 1


async def test_a_file_of_a_held_seller_stays(scene: Scene, shelves: Shelves) -> None:
    file = await kept_file(shelves, PNG, "bag.png")
    await settled(scene.store, "TD-1", evidence=(file,))
    await settled(scene.store, "TD-2", evidence=(file,), seller="S-2")
    await holds.hold(scene.desk, "acme:S-2", "court", by=ADA)
    with pytest.raises(WrongStatus, match="nothing to erase"):
        await privacy.erase(scene.desk, shelves, "TD-1", "asked", by=ADA)
    assert len(await shelves.evidence.shelved()) == 1


async def test_what_is_handed_out_is_all_that_names_them_and_no_secret(scene: Scene) -> None:
    await worked_here(scene)
    await settled(scene.store, "TD-5", by=ANN, words="Nothing about them.", seller="S-5")
    out = await privacy.export(scene.desk, "", user_id=ZQ.user_id, by=ADA)
    all_of_it = orjson.loads(out.content)
    assert [one["notice"]["id"] for one in all_of_it["notices"]] == ["TD-1", "TD-5"], "both are signed so"
    assert set(all_of_it["records"]) >= {"RoleGrant", "Change", "Link", "Identifier", "Stance", "Announcement", "Bulk"}
    assert all_of_it["of"] == {"kind": "person", "called": NAME}
    assert b'"salt"' not in out.content
    assert "QUILL" not in out.name
    (note,) = await scene.store.entries(Change, "privacy:1")
    assert (note.kind, NAME in note.words, ZQ.user_id in note.words) == ("exported", False, False)
    nothing = orjson.loads((await privacy.export(scene.desk, "no such words", by=ADA)).content)
    assert (nothing["notices"], nothing["records"]) == ([], {})


@pytest.mark.parametrize("who", [ANN, BO, CAT, GIL, OTTO])
async def test_nobody_but_an_admin_does_any_of_it_or_learns_who_is_known(
    scene: Scene, shelves: Shelves, who: Actor
) -> None:
    await worked_here(scene)
    before = await scene.store.entries(Change)
    for ask in (
        lambda about: privacy.export(scene.desk, about, by=who),
        lambda about: privacy.would_erase(scene.desk, about, by=who),
        lambda about: privacy.erase(scene.desk, shelves, about, "", by=who),
    ):
        said = set()
        for about in ("acme:S-1", "acme:S-404", "x"):
            with pytest.raises(NotAllowed) as refused:
                await ask(about)
            said.add(str(refused.value))
        assert len(said) == 1
    assert await scene.store.entries(Change) == before


async def test_an_archived_notice_that_is_damaged_holds_up_nothing_else(
    scene: Scene, shelves: Shelves, tmp_path: Path
) -> None:
    orphan = await kept_file(shelves, PNG, "bag.png", since=OLD)
    for number in (1, 2, 3):
        files = (make.evidence(),) if number == 2 else ()
        await settled(scene.store, f"TD-{number}", at=OLD, words=f"Call {PHONE}.", evidence=files)
    await archived(scene)
    (file,) = (tmp_path / "archive").glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"status":"removed"', b'"status":"\xffemoved"', 1)
    file.write_bytes(b"".join(lines))
    dry = await privacy.would_erase(scene.desk, PHONE, by=ADA)
    assert (dry.gone["notices"], dry.kept) == (2, {("notices", "in the archive that cannot be read"): 1})
    assert orjson.loads((await privacy.export(scene.desk, PHONE, by=ADA)).content)["cannot_be_read"] == ["TD-2"]
    await privacy.erase(scene.desk, shelves, PHONE, "asked", by=ADA)
    assert (await scene.store.events("TD-3"))[0].words == "Call erased value 2."
    await scene.store.save(Retention(kind=Kept.EVIDENCE, version=1, days=184, by=ADA, at=NOW))
    rows = {one.kind: one for one in await retention.nightly(scene.desk, shelves)}
    assert (rows[Kept.EVIDENCE].going, rows[Kept.EVIDENCE].held_back) == (0, 1), "TD-2 may name it"
    assert await shelves.evidence.read(orphan.sha256) == PNG


async def test_others_have_their_turn_while_a_big_desk_is_looked_through(scene: Scene) -> None:
    lines = [
        Change(of=f"right:R-{number}", number=1, at=NOW, actor=ADA, words="Ada changed the owner.")
        for number in range(3000)
    ]
    await scene.store.save(*lines)
    for ask in (
        lambda: privacy.would_erase(scene.desk, "some value", by=ADA),
        lambda: privacy.export(scene.desk, "some value", by=ADA),
    ):
        looking = asyncio.ensure_future(ask())
        turns = 0
        while not looking.done():
            await asyncio.sleep(0)
            turns += 1
        await looking
        assert turns >= 15


async def test_whoever_works_here_is_not_erased(scene: Scene, shelves: Shelves) -> None:
    with pytest.raises(WrongStatus, match="Ann Winter still works here, as analyst"):
        await privacy.erase(scene.desk, shelves, "", "asked", user_id=ANN.user_id, by=ADA)
    with pytest.raises(WrongStatus, match="ADMIN_USERS"):
        await privacy.would_erase(scene.desk, "", user_id=ADA.user_id, by=ADA)


@pytest.mark.parametrize(
    ("who", "why", "words"),
    [
        ("abc", "asked", "too short"),
        ("x" * 201, "asked", "200 is the most"),
        ("some value", "", "say why"),
        ("some value", "because of SOME VALUE", "tells what is to be erased"),
        ("TD-404", "asked", "no notice TD-404"),
    ],
)
async def test_what_cannot_be_erased_is_said(scene: Scene, shelves: Shelves, who: str, why: str, words: str) -> None:
    with pytest.raises((Invalid, NotFound), match=words):
        await privacy.erase(scene.desk, shelves, who, why, by=ADA)
