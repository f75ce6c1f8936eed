"""A desk that dies between a vendor's acceptance and our save: nothing is filed twice, and nothing is claimed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.carriers.calls import Calls
from bot.carriers.submitting import Submitting
from bot.desk import Desk, tracking
from bot.desk.steps import submission
from bot.model import AT_MARKETPLACE, Delivery, DeliveryKind, Notice, Status
from bot.outbox import Outbox
from bot.sandbox.removals import Mood
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make
from tests.contracts.scenes import SCENES, Scene
from tests.people import Colleagues


@pytest.fixture(params=list(SCENES))
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with SCENES[request.param]() as opened:
        yield opened


def desk_of(scene: Scene, store: Store) -> Desk:
    return Desk(
        store=store,
        people=Colleagues(),
        marketplaces={scene.ours.key: scene.ours},
        sites=(),
        clock=scene.clock,
        first_admins=frozenset({make.ANALYST.user_id}),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )


def outbox(scene: Scene, store: Store) -> Outbox:
    desk = desk_of(scene, store)
    submitting = Submitting(desk=desk, calls=Calls(desk=desk))

    async def passed_over(delivery: Delivery) -> None:
        await store.save(settles=delivery)

    return Outbox(desk, dict.fromkeys(DeliveryKind, passed_over), {DeliveryKind.SUBMIT: submitting.submit})


def taken(scene: Scene, notices: Sequence[Notice]) -> list[int]:
    return [scene.theirs.filed(scene.known_as(notice)) for notice in notices]


async def die_once_taken(scene: Scene, store: Store, notices: Sequence[Notice]) -> None:
    """Send, and die at the moment when they have taken the first: no answer is ever seen."""
    sending = asyncio.create_task(outbox(scene, store).run_once())
    async with asyncio.timeout(5):
        while not any(taken(scene, notices)):
            await asyncio.sleep(0)
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    await store.close()


async def test_killed_after_they_took_it_nothing_is_filed_twice(scene: Scene, tmp_path: Path) -> None:
    count = min(scene.ours.capabilities.batch_size, 4)
    notices = [scene.notice(number, at=scene.clock()) for number in range(1, count + 1)]
    store = await open_tiny(tmp_path / "notices.json", scene.clock)
    await store.save(*notices, *map(make.event, notices), *map(submission, notices))
    await die_once_taken(scene, store, notices)
    there = taken(scene, notices)

    again = await open_tiny(tmp_path / "notices.json", scene.clock)
    assert {one.status for one in await _all(again, notices)} == {Status.SENDING}, "what is on the way is on disk"
    for _ in range(3):
        await outbox(scene, again).run_once()
        scene.clock.forward(60)

    after = await _all(again, notices)
    if scene.ours.capabilities.read_back:
        assert taken(scene, notices) == [1] * count, "looked up, and only what was missing sent"
        assert all(one.reference and one.status in AT_MARKETPLACE for one in after)
    else:
        assert taken(scene, notices) == there, "never sent again by itself"
        assert {one.status for one in after} == {Status.UNCERTAIN}
        assert all("Please look there" in one.reason for one in after)
    await again.close()


async def _all(store: Store, notices: Sequence[Notice]) -> list[Notice]:
    found = [await store.notice(notice.id) for notice in notices]
    return [one for one in found if one is not None]


async def test_a_person_who_presses_retry_files_nothing_twice(scene: Scene, tmp_path: Path) -> None:
    """Long after a reply was lost: looked up where that can be done, and else sent on the person's word that it is
    not there."""
    notice = scene.notice(1, at=scene.clock())
    store = await open_tiny(tmp_path / "notices.json", scene.clock)
    await store.save(notice, make.event(notice), submission(notice))
    scene.theirs.feel(Mood.LOST_REPLY)
    box = outbox(scene, store)
    await box.run_once()
    scene.theirs.feel(Mood.HANGS if scene.ours.capabilities.read_back else Mood.CALM)
    for _ in range(2):
        scene.clock.forward(90)
        await box.run_once()
    assert taken(scene, [notice]) == [1]

    scene.theirs.feel(Mood.CALM)
    scene.clock.forward(26 * 3600)
    stands = await _one(store, notice)
    assert stands.status is Status.UNCERTAIN
    await tracking.retry(desk_of(scene, store), notice.id, by=make.ANALYST)
    for _ in range(3):
        await box.run_once()
        scene.clock.forward(120)
    after = await _one(store, notice)
    assert after.status in AT_MARKETPLACE | {Status.REMOVED, Status.GONE}, "and not a duplicate of itself"
    assert after.reference
    assert taken(scene, [notice]) == [1 if scene.ours.capabilities.read_back else 2]
    await store.close()


async def test_a_receipt_counts_even_when_the_notice_changed_during_the_call(scene: Scene, tmp_path: Path) -> None:
    notice = scene.notice(1, at=scene.clock())
    store = await open_tiny(tmp_path / "notices.json", scene.clock)
    await store.save(notice, make.event(notice), submission(notice))
    scene.theirs.feel(Mood.SLOW)
    sending = asyncio.create_task(outbox(scene, store).run_once())
    async with asyncio.timeout(5):
        while (await _one(store, notice)).status is not Status.SENDING:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    before = await _one(store, notice)
    changed = before.changed(scene.clock(), seller=make.seller("S-7"))
    await store.save(changed, make.event(changed))
    await sending
    after = await _one(store, notice)
    assert after.status in AT_MARKETPLACE, "what they said is not thrown away"
    assert after.reference
    assert not after.reference.startswith("item:")
    assert scene.theirs.sent(scene.known_as(notice)) == 1
    await store.close()


async def _one(store: Store, notice: Notice) -> Notice:
    (found,) = await _all(store, [notice])
    return found
