"""A desk that dies between a vendor's acceptance and our save: nothing is filed twice, and nothing is claimed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.carriers.marketplace import ToMarketplace
from bot.desk import Desk
from bot.desk.steps import submission
from bot.model import AT_MARKETPLACE, Delivery, DeliveryKind, Notice, Status
from bot.outbox import Outbox
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make
from tests.contracts.scenes import SCENES, Scene


@pytest.fixture(params=list(SCENES))
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with SCENES[request.param]() as opened:
        yield opened


def outbox(scene: Scene, store: Store) -> Outbox:
    desk = Desk(
        store=store,
        people=cast(Any, None),
        marketplaces={scene.ours.key: scene.ours},
        rights={},
        sites=(),
        clock=scene.clock,
        admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    out = ToMarketplace(desk=desk)

    async def passed_over(delivery: Delivery) -> None:
        await store.save(settles=delivery)

    return Outbox(desk, dict.fromkeys(DeliveryKind, passed_over), {DeliveryKind.SUBMIT: out.submit})


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
