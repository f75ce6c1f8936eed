"""A listing that is said to be gone is looked at again; only what is sure changes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from bot.carriers.looking import Looking
from bot.desk import Desk, looking, settling
from bot.looking import Look, Terms
from bot.model import (
    Announcement,
    Brief,
    Card,
    ComeBack,
    Decision,
    Delivery,
    DeliveryKind,
    Event,
    Listing,
    Notice,
    Status,
)
from bot.outbox import Outbox
from bot.stores import Store
from bot.stores.rows import put, read
from bot.stores.tiny import open_tiny
from tests import make
from tests.vendors import HandClock

TERMS = Terms(hosts=("acme.example",), gone_words=("no longer available",), there_words=("Add to basket",))
HOUR, DAY = 3600, 86_400


@dataclass(kw_only=True)
class Scene:
    """A desk before a page that answers as a test wants; what else it has to carry is passed over."""

    store: Store
    clock: HandClock
    desk: Desk
    status: int = 404
    address: str = ""
    asked: list[str] = field(default_factory=list)
    meanwhile: Status | None = None

    async def look(self, listing: Listing, terms: Terms) -> Look:
        self.asked.append(listing.canonical)
        assert terms == TERMS
        if self.meanwhile is not None:
            await self.becomes(self.meanwhile)
        there = Look(asked=listing.canonical, address=self.address or listing.canonical, status=self.status)
        return replace(there, page=f"Item {listing.listing_id}. Add to basket") if self.status == 200 else there

    def outbox(self) -> Outbox:
        async def passed_over(delivery: Delivery) -> None:
            await self.store.save(settles=delivery)

        carriers = dict.fromkeys(DeliveryKind, passed_over) | {
            DeliveryKind.LOOK: Looking(desk=self.desk, pages=self).look
        }
        return Outbox(self.desk, carriers)

    async def removed(self, status: Status = Status.REMOVED, **changes: Any) -> Notice:
        """A notice that the marketplace has just decided."""
        before = make.notice(status=Status.IN_REVIEW, reference="R-1", seller=make.seller(), at=self.clock(), **changes)
        await self.store.save(before, make.event(before), Card(batch_id=before.batch_id, version=1, channel="C1"))
        await self.becomes(status)
        return await self.notice()

    async def gone(self, status: Status = Status.REMOVED, **changes: Any) -> None:
        """As `removed`, and two looks have found it gone."""
        await self.removed(status, **changes)
        await self.passes(HOUR)
        await self.passes(HOUR)
        assert (await self.notice()).verified_gone_at == self.clock()

    async def becomes(self, status: Status) -> None:
        decision = Decision(reference="R-1", status=status, vendor_status=status.value)
        await settling.settle(self.desk, await self.notice(), decision, settles=None)

    async def passes(self, seconds: float) -> None:
        self.clock.forward(seconds)
        for _ in range(3):
            await self.outbox().run_once()

    async def notice(self) -> Notice:
        return await self.desk.find("TD-1")

    async def looks(self) -> list[Event]:
        return [one for one in await self.store.events("TD-1") if one.words.startswith("Looked")]

    async def told(self) -> list[Announcement]:
        return [one for one in await self.store.entries(Announcement) if one.notice_id == "TD-1"]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    desk = Desk(
        store=store,
        people=cast(Any, None),
        marketplaces={},
        sites=(),
        clock=clock,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
        looks={"acme": TERMS},
    )
    yield Scene(store=store, clock=clock, desk=desk)
    await store.close()


@pytest.mark.parametrize("status", [Status.REMOVED, Status.GONE])
async def test_a_listing_that_is_gone_is_verified_by_a_second_look_an_hour_later(scene: Scene, status: Status) -> None:
    await scene.removed(status)
    await scene.passes(HOUR - 1)
    assert scene.asked == []
    await scene.passes(1)
    assert (await scene.notice()).verified_gone_at is None, "a server in trouble finds nothing"
    await scene.passes(HOUR - 1)
    assert len(scene.asked) == 1
    await scene.passes(1)
    notice = await scene.notice()
    assert (notice.status, notice.verified_gone_at) == (status, scene.clock())
    first, second = await scene.looks()
    words = "Looked at the listing: it is not there (HTTP 404)."
    assert first.words == f"{words} Looking again in an hour, before anything changes."
    assert (second.words, second.raw) == (words, {"sight": "gone", "http": 404})
    assert {first.where, second.where} == {"the page of acme 1"}


async def test_it_is_looked_at_six_times_in_a_month_and_once_to_be_sure_and_then_no_more(scene: Scene) -> None:
    began = scene.clock()
    await scene.removed()
    at: list[float] = []
    for _ in range(40 * 24):
        seen = len(scene.asked)
        await scene.passes(HOUR)
        if len(scene.asked) > seen:
            at.append((scene.clock() - began) / timedelta(days=1))
    assert at == [1 / 24, 2 / 24, 1, 3, 7, 14, 30]
    assert (await scene.notice()).verified_gone_at == began + timedelta(hours=2)


async def test_a_desk_that_was_off_for_a_week_looks_once_and_goes_on(scene: Scene) -> None:
    await scene.removed()
    await scene.passes(8 * DAY)
    assert len(scene.asked) == 1
    await scene.passes(6 * DAY)
    assert len(scene.asked) == 2


@pytest.mark.parametrize("status", [0, 302, 403, 429, 500, 503])
async def test_what_cannot_be_told_changes_nothing_however_often(scene: Scene, status: int) -> None:
    scene.status = status
    before = await scene.removed()
    for _ in range(40):
        await scene.passes(DAY)
    after = await scene.notice()
    assert len(await scene.looks()) == len(scene.asked) >= 5
    assert replace(after, version=before.version, updated_at=before.updated_at, head=before.head) == before
    assert await scene.told() == []


async def test_what_returns_is_reinstated_after_two_looks_and_counts_as_a_relisting(scene: Scene) -> None:
    await scene.gone()
    scene.status = 200
    await scene.passes(DAY)
    waits = await scene.notice()
    assert waits.status is Status.REMOVED
    assert "Looking again in an hour" in (await scene.looks())[-1].words
    await scene.passes(HOUR - 1)
    assert len(scene.asked) == 3
    await scene.passes(1)
    back = await scene.notice()
    assert (back.status, back.came_back) == (Status.REINSTATED, ComeBack.RELISTED)
    assert back.reason == f"We saw the listing again on {scene.clock():%d %B %Y}."
    assert back.returned
    assert Brief.of(back).upheld
    looks = len(scene.asked)
    await scene.passes(40 * DAY)
    assert len(scene.asked) == looks, "it is over"


@pytest.mark.parametrize("second", [404, 403, 0])
async def test_a_cached_page_alone_brings_nothing_back(scene: Scene, second: int) -> None:
    await scene.gone()
    for day in range(1, 31):
        scene.status = 200
        await scene.passes(DAY)
        scene.status = second
        await scene.passes(HOUR)
        assert (await scene.notice()).status is Status.REMOVED, f"day {day}"
    assert len(scene.asked) == 12


async def test_what_was_never_gone_stays_as_they_say_and_whoever_filed_is_told_once(scene: Scene) -> None:
    scene.status = 200
    await scene.removed()
    await scene.passes(HOUR)
    assert await scene.told() == []
    await scene.passes(HOUR)
    notice = await scene.notice()
    assert (notice.status, notice.came_back, notice.still_seen_at) == (Status.REMOVED, None, scene.clock())
    for _ in range(40):
        await scene.passes(DAY)
    assert (await scene.notice()).status is Status.REMOVED
    (told,) = await scene.told()
    assert (told.channel, told.words) == (
        "UANALYST",
        "acme says that TD-1 is removed; we still see the listing. Please have a look there.",
    )
    assert len(scene.asked) == 7, "after the second look the plain times hold"


async def test_what_goes_late_is_verified_and_its_return_is_not_held_against_the_seller(scene: Scene) -> None:
    scene.status = 200
    await scene.removed()
    await scene.passes(HOUR)
    await scene.passes(HOUR)
    scene.status = 404
    await scene.passes(DAY)
    await scene.passes(HOUR)
    assert (await scene.notice()).verified_gone_at == scene.clock()
    scene.status = 200
    await scene.passes(3 * DAY)
    await scene.passes(HOUR)
    back = await scene.notice()
    assert (back.status, back.came_back) == (Status.REINSTATED, None)
    assert not Brief.of(back).upheld


@pytest.mark.parametrize("second", [200, 503])
async def test_a_page_that_is_not_found_once_was_not_gone(scene: Scene, second: int) -> None:
    scene.status = 200
    await scene.removed()
    await scene.passes(HOUR)
    await scene.passes(HOUR)
    scene.status = 404
    await scene.passes(DAY)
    scene.status = second
    await scene.passes(HOUR)
    scene.status = 200
    for _ in range(40):
        await scene.passes(DAY)
    notice = await scene.notice()
    assert (notice.status, notice.came_back, notice.verified_gone_at) == (Status.REMOVED, None, None)


async def test_a_page_that_comes_and_goes_by_the_hour_is_not_asked_by_the_hour(scene: Scene) -> None:
    await scene.removed()
    for hour in range(40 * 24):
        scene.status = 404 if hour % 2 else 200
        await scene.passes(HOUR)
    assert len(scene.asked) <= 12
    assert (await scene.notice()).status is Status.REMOVED


async def test_what_was_first_unsure_and_then_there_was_never_gone(scene: Scene) -> None:
    scene.status = 503
    await scene.removed()
    await scene.passes(HOUR)
    scene.status = 200
    await scene.passes(DAY)
    await scene.passes(HOUR)
    assert (await scene.notice()).status is Status.REMOVED
    assert len(await scene.told()) == 1


@pytest.mark.parametrize(
    ("status", "contested", "why"),
    [(Status.REMOVED, True, ComeBack.COUNTER_NOTICE), (Status.GONE, False, None)],
)
async def test_a_return_is_not_held_against_a_seller_who_may_be_right(
    scene: Scene, status: Status, contested: bool, why: ComeBack | None
) -> None:
    await scene.gone(status, contested=contested)
    scene.status = 200
    await scene.passes(DAY)
    await scene.passes(HOUR)
    back = await scene.notice()
    assert (back.status, back.came_back) == (Status.REINSTATED, why)
    assert not Brief.of(back).upheld


async def test_a_counter_notice_that_is_told_of_after_our_look_clears_the_seller(scene: Scene) -> None:
    await scene.gone()
    scene.status = 200
    await scene.passes(DAY)
    await scene.passes(HOUR)
    back = await scene.notice()
    assert back.came_back is ComeBack.RELISTED
    theirs = Decision(reference="R-1", status=Status.REINSTATED, vendor_status="restored", contested=True)
    await settling.settle(scene.desk, back, theirs, settles=None)
    back = await scene.notice()
    assert (back.status, back.came_back, back.contested) == (Status.REINSTATED, ComeBack.COUNTER_NOTICE, True)
    assert not Brief.of(back).upheld


async def test_their_own_word_takes_back_a_return_that_only_we_saw(scene: Scene) -> None:
    removed_at = scene.clock()
    await scene.gone()
    scene.status = 200
    await scene.passes(DAY)
    await scene.passes(HOUR)
    assert (await scene.notice()).seen_back_at == scene.clock()
    await scene.becomes(Status.REMOVED)
    again = await scene.notice()
    assert (again.status, again.came_back, again.seen_back_at) == (Status.REMOVED, None, None)
    assert (again.verified_gone_at, again.removed_at) == (None, removed_at)
    assert Brief.of(again).upheld
    looks = len(scene.asked)
    await scene.passes(HOUR)
    await scene.passes(HOUR)
    assert len(scene.asked) == looks + 2, "it is looked at from the start"
    assert (await scene.notice()).status is Status.REMOVED
    assert len(await scene.told()) == 1


async def test_what_they_reinstated_themselves_cannot_be_taken_back(scene: Scene) -> None:
    await scene.gone()
    scene.status = 200
    await scene.passes(DAY)
    await scene.passes(HOUR)
    await scene.becomes(Status.REINSTATED)
    back = await scene.notice()
    assert (back.status, back.seen_back_at) == (Status.REINSTATED, None)
    await scene.becomes(Status.REMOVED)
    assert (await scene.notice()).status is Status.REINSTATED


async def test_a_look_that_ends_after_the_notice_moved_on_changes_nothing(scene: Scene) -> None:
    await scene.removed()
    scene.meanwhile = Status.REINSTATED
    await scene.passes(HOUR)
    after = await scene.notice()
    assert (after.status, after.verified_gone_at) == (Status.REINSTATED, None)
    assert await scene.looks() == []
    await scene.passes(40 * DAY)
    assert len(scene.asked) == 1


async def test_a_look_does_not_lose_what_was_said_meanwhile(scene: Scene) -> None:
    await scene.removed(Status.GONE)
    scene.meanwhile = Status.REMOVED
    await scene.passes(HOUR)
    scene.meanwhile = None
    assert len(await scene.looks()) == 1
    await scene.passes(HOUR)
    after = await scene.notice()
    assert (after.status, after.verified_gone_at) == (Status.REMOVED, scene.clock())


async def test_a_page_that_cannot_be_judged_is_a_look_like_any_other(scene: Scene) -> None:
    scene.status, scene.address = 200, "https://[half/"
    await scene.removed()
    for _ in range(60):
        await scene.passes(DAY / 2)
    assert len(scene.asked) == 6
    assert {one.words for one in await scene.looks()} == {
        "Looked at the listing: it cannot be told, I could not read the page."
    }


async def test_nothing_is_asked_where_nobody_turned_it_on(scene: Scene) -> None:
    scene.desk = replace(scene.desk, looks={})
    await scene.removed()
    await scene.passes(40 * DAY)
    assert scene.asked == []
    assert "look:acme" not in await scene.store.due_lanes(scene.clock())


async def test_switched_off_what_waited_is_let_go_without_a_word(scene: Scene) -> None:
    before = await scene.removed()
    scene.desk = replace(scene.desk, looks={})
    await scene.passes(HOUR)
    assert (await scene.notice(), scene.asked) == (before, [])
    scene.desk = replace(scene.desk, looks={"acme": TERMS})
    await scene.passes(40 * DAY)
    assert scene.asked == []


async def test_a_recorded_outcome_is_looked_at_as_well_and_a_rejection_is_not(scene: Scene) -> None:
    removed = make.notice(status=Status.BY_HAND)
    for status, wanted in ((Status.REMOVED, True), (Status.GONE, True), (Status.REJECTED, False)):
        assert bool(looking.watch(scene.desk, removed, replace(removed, status=status))) is wanted
    gone = replace(removed, status=Status.GONE)
    assert looking.watch(scene.desk, gone, replace(removed, status=Status.REMOVED)) == (), "it is watched already"


async def test_a_notice_from_before_there_were_looks_is_read_as_it_was(scene: Scene) -> None:
    old = orjson.loads(put(make.upheld()).raw)
    del old["verified_gone_at"], old["still_seen_at"]
    assert read(Notice, orjson.dumps(old)) == make.upheld()
