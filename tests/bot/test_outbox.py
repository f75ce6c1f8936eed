"""The outbox: what is claimed is carried, put back, or set aside; nothing stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.desk import Desk
from bot.errors import Conflict, SlackDeclined, Unavailable
from bot.model import Delivery, DeliveryKind
from bot.outbox import RACES, Carry, Outbox
from bot.retries import BUGS_TRIED, LONGEST, Parked
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make


@dataclass(kw_only=True)
class Scene:
    """A store, a clock to move, and whatever carries."""

    store: Store
    now: datetime = make.NOW
    carried: list[str] = field(default_factory=list)

    def outbox(self, carry: Carry) -> Outbox:
        nobody = cast(Any, None)
        desk = Desk(
            store=self.store,
            people=nobody,
            marketplaces={},
            sites=(),
            clock=lambda: self.now,
            first_admins=frozenset(),
            undo=timedelta(),
            policy=make.policy(),
            retention=timedelta(days=365),
        )
        return Outbox(desk, dict.fromkeys(DeliveryKind, carry))

    async def settles(self, delivery: Delivery) -> None:
        self.carried.append(delivery.id)
        await self.store.save(settles=delivery)

    def raises(self, error: Exception) -> Carry:
        async def carry(delivery: Delivery) -> None:
            self.carried.append(delivery.id)
            raise error

        return carry


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_tiny(tmp_path / "notices.json")
    yield Scene(store=store)
    await store.close()


async def test_what_is_due_is_carried_once_and_what_is_not_waits(scene: Scene) -> None:
    later = make.delivery("check:TD-1", due_at=make.NOW + timedelta(minutes=5))
    await scene.store.save(make.delivery("submit:TD-1"), later)
    outbox = scene.outbox(scene.settles)
    assert [await outbox.run_once(), await outbox.run_once()] == [1, 0]
    scene.now += timedelta(minutes=5)
    await outbox.run_once()
    assert scene.carried == ["submit:TD-1", "check:TD-1"]


async def test_a_marketplace_that_is_down_is_tried_later(scene: Scene) -> None:
    await scene.store.save(make.delivery())
    outbox = scene.outbox(scene.raises(Unavailable("Acme", retry_after=60)))
    await outbox.run_once()
    scene.now += timedelta(seconds=59)
    assert await outbox.run_once() == 0
    scene.now += timedelta(seconds=2)
    assert await outbox.run_once() == 1


@pytest.mark.parametrize("kind", ["submit", "check", "withdraw", "digest", "announce", "assess", "look", "case"])
async def test_a_surprise_never_sets_aside_what_nobody_would_be_told_of(scene: Scene, kind: str) -> None:
    await scene.store.save(make.delivery(f"{kind}:TD-1"))
    outbox = scene.outbox(scene.raises(ZeroDivisionError()))
    for _ in range(BUGS_TRIED + 5):
        await outbox.run_once()
        scene.now += timedelta(hours=1)
    assert len(scene.carried) == BUGS_TRIED + 5
    assert (await scene.store.counts(scene.now)).parked == 0


async def test_a_card_that_only_breaks_is_set_aside_until_it_is_put_in_again(scene: Scene) -> None:
    card = make.delivery("card:b", lane="slack:C1")
    await scene.store.save(card)
    outbox = scene.outbox(scene.raises(SlackDeclined("msg_too_long")))
    await outbox.run_once()
    scene.now += timedelta(days=1)
    assert await outbox.run_once() == 0
    await scene.store.save(card)
    assert await scene.outbox(scene.settles).run_once() == 1


async def test_trouble_with_our_token_sets_nothing_aside(scene: Scene) -> None:
    await scene.store.save(make.delivery("card:b", lane="slack:C1"))
    await scene.outbox(scene.raises(SlackDeclined("token_revoked"))).run_once()
    scene.now += timedelta(hours=1)
    assert await scene.outbox(scene.settles).run_once() == 1


async def test_whoever_lost_a_race_looks_again_at_once(scene: Scene) -> None:
    await scene.store.save(make.delivery())
    await scene.outbox(scene.raises(Conflict())).run_once()
    scene.now += timedelta(seconds=1)
    assert await scene.outbox(scene.settles).run_once() == 1


async def test_whoever_loses_every_race_looks_less_and_less_often(scene: Scene) -> None:
    await scene.store.save(make.delivery("announce:TD-1"))
    outbox = scene.outbox(scene.raises(Conflict()))
    for _ in range(3600):
        await outbox.run_once()
        scene.now += timedelta(seconds=1)
    assert RACES < len(scene.carried) < 30, "in an hour"
    scene.now += timedelta(seconds=LONGEST)
    assert await scene.outbox(scene.settles).run_once() == 1


async def test_one_race_lost_after_a_long_trouble_is_run_again_at_once(scene: Scene) -> None:
    await scene.store.save(make.delivery("announce:TD-1"))
    for _ in range(RACES + 5):
        await scene.outbox(scene.raises(Unavailable("Acme"))).run_once()
        scene.now += timedelta(hours=1)
    await scene.outbox(scene.raises(Conflict())).run_once()
    scene.now += timedelta(seconds=1)
    assert await scene.outbox(scene.settles).run_once() == 1


async def test_a_lane_that_hangs_delays_no_other_and_stopping_does_not_wait_for_ever(scene: Scene) -> None:
    await scene.store.save(make.delivery("submit:TD-1"), make.delivery("card:b", lane="slack:C1"))
    carried = asyncio.Event()

    async def carry(delivery: Delivery) -> None:
        if delivery.kind is DeliveryKind.SUBMIT:
            await asyncio.sleep(3600)
        await scene.settles(delivery)
        carried.set()

    outbox = scene.outbox(carry)
    running = asyncio.create_task(outbox.run())
    await asyncio.wait_for(carried.wait(), 5)
    await asyncio.wait_for(outbox.stop(within=timedelta(seconds=0.1)), 5)
    await asyncio.wait_for(running, 5)
    assert scene.carried == ["card:b"]
    assert (await scene.store.counts(scene.now)).waiting == 1, "what hung is still there"


@pytest.mark.parametrize("error", [None, RuntimeError("oh"), Parked("no")])
@pytest.mark.parametrize("kind", [DeliveryKind.CASE, DeliveryKind.ANNOUNCE])
async def test_logs_do_not_tell_of_whom_there_is_a_case(
    scene: Scene, kind: DeliveryKind, error: Exception | None
) -> None:
    told = "case:card" if kind is DeliveryKind.CASE else "announce:case"
    await scene.store.save(make.delivery(f"{told}:acme:S-1", kind=kind, subject="acme:S-1"))
    with capture_logs() as lines:
        await scene.outbox(scene.raises(error) if error else scene.settles).run_once()
    assert scene.carried == [f"{told}:acme:S-1"]
    assert any(line.get("delivery") == told for line in lines)
    assert "S-1" not in repr([{name: said for name, said in line.items() if name != "exc_info"} for line in lines])
