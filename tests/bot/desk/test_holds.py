"""A seller on legal hold loses nothing, nor does who is linked to them; only admins say so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk import holds, linking
from bot.errors import Invalid, NotAllowed, NotFound, WrongStatus
from bot.model import Actor, Change, IdentifierKind, LinkState, Role
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.desk.register_scene import ADA, ANN, BO, CAT, GIL, OTTO, Scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json", lambda: make.NOW)
    made = Scene(store=store)
    await made.given(ANN.user_id, Role.ANALYST)
    await made.given(BO.user_id, Role.VIEWER)
    await store.save(make.upheld("TD-1"), make.upheld("TD-2", by="S-2"), make.link())
    yield made
    await store.close()


async def test_a_hold_covers_who_is_linked_and_ends_with_it(scene: Scene) -> None:
    words = await holds.hold(scene.desk, "acme:S-1", "letter of the  court", by=ADA)
    assert "acme:S-2, linked to them" in words
    assert set(await holds.on_hold(scene.desk)) == {"acme:S-1", "acme:S-2"}
    with pytest.raises(WrongStatus, match="already, since 02 Mar 2026, by Ada Okafor: letter of the court"):
        await holds.hold(scene.desk, "acme:S-1", "again", by=ADA)
    with pytest.raises(WrongStatus, match="held through acme:S-1"):
        await holds.unhold(scene.desk, "acme:S-2", "over", by=ADA)
    link = make.link(version=2, state=LinkState.UNLINKED)
    await scene.store.save(link)
    assert set(await holds.on_hold(scene.desk)) == {"acme:S-1"}
    await holds.unhold(scene.desk, "Shop 1", "over", by=ADA)
    assert await holds.on_hold(scene.desk) == {}
    said = [(one.kind, one.words) for one in await scene.store.entries(Change, "hold:acme:S-1")]
    assert said == [
        ("held", "acme:S-1 was put on legal hold: letter of the court"),
        ("released", "The legal hold on acme:S-1 was ended: over"),
    ]


async def test_nothing_of_a_held_seller_is_forgotten(scene: Scene) -> None:
    await linking.identify(scene.desk, "acme:S-2", IdentifierKind.PHONE, "+49 30 1234567", by=ANN)
    await holds.hold(scene.desk, "acme:S-1", "court", by=ADA)
    with pytest.raises(WrongStatus, match="acme:S-2 is on legal hold through acme:S-1, linked to it, since 02 Mar"):
        await linking.forget(scene.desk, "acme:S-2", IdentifierKind.PHONE, "+49 30 1234567", by=ANN)
    await holds.unhold(scene.desk, "acme:S-1", "over", by=ADA)
    await linking.forget(scene.desk, "acme:S-2", IdentifierKind.PHONE, "+49 30 1234567", by=ANN)


async def test_who_works_on_cases_is_told_and_nobody_else(scene: Scene) -> None:
    await holds.hold(scene.desk, "acme:S-1", "court", by=ADA)
    assert await holds.said(scene.desk, ["acme:S-2"], by=ANN) == "On legal hold since 02 Mar 2026: court"
    assert await holds.said(scene.desk, ["acme:S-9"], by=ANN) == ""
    for stranger in (BO, CAT, GIL, OTTO):
        assert await holds.said(scene.desk, ["acme:S-1"], by=stranger) == ""


@pytest.mark.parametrize("who", [ANN, BO, CAT, GIL, OTTO])
async def test_only_admins_hold_and_nobody_else_learns_who_is_known(scene: Scene, who: Actor) -> None:
    said = set()
    for seller in ("acme:S-1", "acme:S-999"):
        with pytest.raises(NotAllowed) as refused:
            await holds.hold(scene.desk, seller, "why", by=who)
        with pytest.raises(NotAllowed):
            await holds.unhold(scene.desk, seller, "why", by=who)
        said.add(str(refused.value))
    assert len(said) == 1
    with pytest.raises(NotAllowed):
        await holds.listed(scene.desk, page=1, by=who)
    assert await holds.on_hold(scene.desk) == {}


async def test_what_cannot_be_held_is_said(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await holds.hold(scene.desk, "acme:S-404", "why", by=ADA)
    for why in (" ", "x" * 501):
        with pytest.raises(Invalid):
            await holds.hold(scene.desk, "acme:S-1", why, by=ADA)
    with pytest.raises(WrongStatus, match="not on legal hold itself"):
        await holds.unhold(scene.desk, "acme:S-1", "why", by=ADA)


async def test_a_seller_whom_only_archived_notices_name_can_be_held(scene: Scene) -> None:
    old = make.upheld("TD-7", by="S-7")
    await scene.store.save(old, make.event(old))
    await scene.store.archive(
        final_before=replace(old, updated_at=make.NOW).updated_at.replace(year=2027), drafts_before=make.NOW
    )
    await holds.hold(scene.desk, "acme:S-7", "court", by=ADA)
    listed = await holds.listed(scene.desk, page=1, by=ADA)
    assert [one.seller for one in listed.holds] == ["acme:S-7"]
