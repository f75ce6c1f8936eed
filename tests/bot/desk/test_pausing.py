"""While an admin has a marketplace paused nothing is sent there; who files is told, and all of it is on record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.desk import pausing, register
from bot.errors import Invalid, NotAllowed, NotFound, Refused, WrongStatus
from bot.marketplaces.opening import open_marketplaces
from bot.marketplaces.rest import RestTable
from bot.model import WHY_LIMIT, Answer, Change, Circuit, Delivery, DeliveryKind, Pause, Role, Status
from bot.outbox import Outbox
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.desk.register_scene import ADA, CAT, Scene
from tests.bot.marketplaces.test_opening import TABLE
from tests.vendors import opening


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json", lambda: make.NOW)
    tables = [RestTable.model_validate(TABLE | {"key": key, "name": name}) for key, name in NAMES.items()]
    async with httpx.AsyncClient() as client:
        yield Scene(store=store, marketplaces=open_marketplaces(tables, opening(client)))
    await store.close()


NAMES = {"acme": "Acme Market", "bazar": "Bazar"}


async def carried(scene: Scene) -> list[str]:
    """What the outbox carries now."""
    done: list[str] = []

    async def carry(delivery: Delivery) -> None:
        done.append(delivery.id)
        await scene.store.save(settles=delivery)

    await Outbox(scene.desk, dict.fromkeys(DeliveryKind, carry)).run_once()
    return sorted(done)


async def test_nothing_is_sent_while_it_is_paused_and_all_of_it_once_it_is_resumed(scene: Scene) -> None:
    sent = [f"{kind}:TD-{number}" for number, kind in enumerate(("submit", "withdraw", "answer"), 1)]
    await scene.store.save(
        *(make.delivery(one) for one in sent),
        make.delivery("check:TD-4", lane="watch:acme"),
        make.delivery("submit:TD-5", lane="marketplace:bazar"),
    )
    words = await pausing.pause(scene.desk, "acme", "their portal  moves", by=ADA)
    assert "3 things wait to be sent" in words
    assert await carried(scene) == ["check:TD-4", "submit:TD-5"], "what was sent is asked after, others are not paused"
    assert await carried(scene) == []
    words = await pausing.resume(scene.desk, "acme", by=ADA)
    assert "what waited is being sent" in words
    assert await carried(scene) == sorted(sent)


async def test_each_change_is_on_record_with_who_and_why(scene: Scene) -> None:
    await pausing.pause(scene.desk, "acme", "their portal  moves", by=ADA)
    await pausing.resume(scene.desk, "acme", by=ADA)
    await pausing.pause(scene.desk, "acme", "again", by=ADA)
    said = [(one.actor, one.words) for one in await scene.store.entries(Change, "marketplace:acme")]
    assert said == [
        (ADA, "Acme Market was paused: their portal moves"),
        (ADA, "Acme Market was resumed."),
        (ADA, "Acme Market was paused: again"),
    ]


async def test_whoever_files_there_is_told_who_paused_it_and_why(scene: Scene) -> None:
    assert await pausing.notes(scene.desk, ["acme", "bazar"]) == ()
    await pausing.pause(scene.desk, "acme", "their portal moves", by=ADA)
    (words,) = await pausing.notes(scene.desk, ["acme", "bazar", "acme"])
    assert "Ada Okafor paused it (their portal moves)" in words
    assert "Acme Market" in words


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"status": Status.QUEUED}, True),
        ({"status": Status.SENDING}, True),
        ({"status": Status.UNCERTAIN}, True),
        ({"status": Status.SUBMITTED}, False),
        ({"status": Status.SUBMITTED, "withdrawal": "wrong"}, True),
        ({"status": Status.NEEDS_INPUT, "answer": Answer(accepts=True, by=ADA, at=make.NOW)}, True),
        ({"status": Status.NEEDS_INPUT, "answer": Answer(accepts=True, by=ADA, at=make.NOW, delivered=True)}, False),
        ({"status": Status.REMOVED}, False),
        ({"status": Status.WITHDRAWN, "withdrawal": "wrong"}, False),
    ],
)
async def test_a_notice_says_that_it_waits_when_something_of_it_is_still_to_be_sent(
    scene: Scene, changes: dict[str, object], waits: bool
) -> None:
    await pausing.pause(scene.desk, "acme", "their portal moves", by=ADA)
    notice = replace(make.notice(), **changes)  # type: ignore[arg-type]
    assert bool(await pausing.held_up(scene.desk, [notice])) is waits


async def test_the_cards_of_what_waits_are_drawn_anew(scene: Scene) -> None:
    await scene.store.save(make.notice("TD-1", batch_id="b"), make.notice("TD-2", batch_id="b"))
    await scene.store.save(make.notice("TD-3", status=Status.SUBMITTED))
    await pausing.pause(scene.desk, "acme", "moves", by=ADA)
    assert await carried(scene) == ["card:b"]
    await pausing.resume(scene.desk, "acme", by=ADA)
    assert await carried(scene) == ["card:b"]


async def test_a_pause_needs_a_reason_of_some_length(scene: Scene) -> None:
    for why in ("", " \n ", "x" * (WHY_LIMIT + 1)):
        with pytest.raises(Invalid) as refused:
            await pausing.pause(scene.desk, "acme", why, by=ADA)
        assert refused.value.field == "why"
    assert await scene.store.entries(Pause) == ()


async def test_what_is_so_already_is_said_and_not_done_again(scene: Scene) -> None:
    with pytest.raises(WrongStatus, match="Acme Market is not paused"):
        await pausing.resume(scene.desk, "acme", by=ADA)
    await pausing.pause(scene.desk, "acme", "moves", by=ADA)
    for attempt in (pausing.pause(scene.desk, "acme", "again", by=ADA), pausing.asked(scene.desk, "acme", by=ADA)):
        with pytest.raises(WrongStatus, match="paused already, by Ada Okafor: moves"):
            await attempt


async def test_a_marketplace_that_is_none_is_named_with_what_there_is(scene: Scene) -> None:
    with pytest.raises(NotFound, match=r"Did you mean acme\?"):
        await pausing.pause(scene.desk, "acmee", "why", by=ADA)
    with pytest.raises(NotFound, match="Connected: acme, bazar"):
        await pausing.resume(scene.desk, "zzz", by=ADA)


async def test_of_two_admins_at_once_one_is_told_to_look_again(scene: Scene) -> None:
    await scene.given(CAT.user_id, Role.ADMIN)
    ends = await asyncio.gather(
        pausing.pause(scene.desk, "acme", "one", by=ADA),
        pausing.pause(scene.desk, "acme", "two", by=CAT),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Refused) for one in ends) == 1, ends
    assert len(await scene.store.entries(Change)) == 1


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST, Role.APPROVER])
async def test_whoever_is_no_admin_pauses_and_resumes_nothing(scene: Scene, role: Role | None) -> None:
    if role is not None:
        await scene.given(CAT.user_id, role)
    await pausing.pause(scene.desk, "bazar", "moves", by=ADA)
    for attempt in (
        pausing.pause(scene.desk, "acme", "why", by=CAT),
        pausing.resume(scene.desk, "bazar", by=CAT),
        pausing.asked(scene.desk, "acme", by=CAT),
        pausing.listed(scene.desk, page=1, by=CAT),
        register.overview(scene.desk, by=CAT),
        register.history(scene.desk, page=1, by=CAT),
    ):
        with pytest.raises(NotAllowed, match="admin"):
            await attempt
    assert [one.key for one in await scene.store.entries(Pause) if one.paused] == ["bazar"]


async def test_todays_figures_are_of_the_day_of_utc(scene: Scene) -> None:
    before = make.NOW - timedelta(hours=10)  # yesterday in UTC
    await scene.store.save(
        make.notice("TD-1"),
        make.notice("TD-2", status=Status.SUBMITTED),
        make.notice("TD-3", status=Status.FAILED),
        make.notice("TD-4", at=before, status=Status.REMOVED, decided_at=make.NOW),
        make.notice("TD-5", at=before, status=Status.REMOVED, decided_at=before),
        make.notice("TD-6", listing=make.listing("6", marketplace="bazar")),
        make.delivery("submit:TD-1"),
        make.delivery("submit:TD-9", parked=True),
    )
    await scene.store.save(Circuit(marketplace="bazar", version=1, failures=3, because="HTTP 503"))
    acme, bazar = (await pausing.listed(scene.desk, page=1, by=ADA)).marketplaces
    assert (acme.today.filed, acme.today.sent, acme.today.decided, acme.waiting) == (3, 1, 1, 1)
    assert (bazar.today.filed, bazar.circuit and bazar.circuit.failures) == (1, 3)
    assert (await pausing.listed(scene.desk, page=2, by=ADA)).marketplaces == ()


async def test_the_history_is_newest_first_by_kind_and_key_a_page_at_a_time(scene: Scene) -> None:
    for number in range(6):
        await pausing.pause(scene.desk, "acme", f"reason {number}", by=ADA)
        await pausing.resume(scene.desk, "acme", by=ADA)
    await pausing.pause(scene.desk, "bazar", "moves", by=ADA)
    page = await register.history(scene.desk, page=1, by=ADA)
    assert (page.total, len(page.changes)) == (13, 10)
    assert page.names[ADA.user_id] == "Ada Okafor"
    numbers = [one.number for one in (await register.history(scene.desk, "acme", page=1, by=ADA)).changes]
    assert numbers == list(range(12, 2, -1))
    assert (await register.history(scene.desk, "marketplaces", page=2, by=ADA)).total == 13
    assert (await register.history(scene.desk, "marketplace:BAZAR", page=1, by=ADA)).total == 1
    assert (await register.history(scene.desk, "roles", page=1, by=ADA)).total == 0
    with pytest.raises(NotFound, match="Nothing called ACME-EU was ever changed here"):
        await register.history(scene.desk, "ACME-EU", page=1, by=ADA)


async def test_the_overview_says_what_is_paused_and_what_fails(scene: Scene) -> None:
    await pausing.pause(scene.desk, "bazar", "moves", by=ADA)
    later = make.NOW + timedelta(minutes=1)
    await scene.store.save(Circuit(marketplace="acme", version=1, failures=5, open_until=later))
    lines = await register.overview(scene.desk, by=ADA)
    assert "Marketplaces: 2 connected; paused: Bazar; failing: Acme Market." in lines
    assert "Last change: Bazar was paused: moves" in lines
