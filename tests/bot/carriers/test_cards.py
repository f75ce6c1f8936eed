"""The card of very many notices: edited now and then, and not followed by a reply for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.blocks import Message
from bot.carriers.cards import LARGE, LARGE_AGAIN, ToSlack
from bot.desk import Desk
from bot.desk.steps import step, unique
from bot.model import SYSTEM, BulkState, Notice, Posted, Status
from bot.retries import Deferred
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.bench.people import Somebody
from tests.vendors import HandClock


@dataclass(kw_only=True)
class Channel:
    """A channel, for a test to look at."""

    posted: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        self.posted.append(message.text)
        return Posted(channel=channel, ts=f"{len(self.posted)}.0")

    async def update(self, channel: str, ts: str, message: Message) -> None:
        self.edits.append(message.text)

    async def find(self, channel: str, **_: Any) -> None:
        return None

    async def direct(self, user_id: str) -> str:
        return "D1"


@dataclass(kw_only=True)
class Scene:
    store: TinyStore
    clock: HandClock
    channel: Channel
    to_slack: ToSlack

    async def has(self, count: int) -> list[Notice]:
        """So many notices filed in one bulk, whose card is there."""
        notices = [
            make.notice(f"TD-{at}", batch_id="TD-1", status=Status.IN_REVIEW, listing=make.listing(str(at)))
            for at in range(1, count + 1)
        ]
        bulk = make.bulk(batch_id="TD-1", lines=count, state=BulkState.DONE, submitter=notices[0].submitter)
        await self.store.save(*notices, bulk, make.card("TD-1", ts="1.0", channel=notices[0].channel))
        return notices

    async def becomes(self, notice: Notice, status: Status) -> None:
        _, records = step(
            notice, at=self.clock.now, actor=SYSTEM, kind="told", words="They say so.", reply=True, status=status
        )
        await self.store.save(*unique(records))

    async def carried(self) -> None:
        for lane in await self.store.due_lanes(self.clock.now):
            for delivery in await self.store.claim_due(self.clock.now, timedelta(minutes=2), lane=lane, limit=50):
                carry = self.to_slack.reply if delivery.id.startswith("reply:") else self.to_slack.card
                try:
                    await carry(delivery)
                except Deferred as later:
                    until = self.clock.now + timedelta(seconds=later.seconds)
                    await self.store.defer(delivery, until, error=later.why)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    desk = Desk(
        store=store,
        people=Somebody(),
        marketplaces={},
        sites=(),
        clock=clock,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    channel = Channel()
    to_slack = ToSlack(desk=desk, channels=channel)
    yield Scene(store=store, clock=clock, channel=channel, to_slack=to_slack)
    await store.close()


async def test_a_large_card_is_edited_now_and_then_and_shows_the_last_of_it(scene: Scene) -> None:
    notices = await scene.has(LARGE + 5)
    for notice in notices:
        await scene.becomes(notice, Status.REMOVED)
        await scene.carried()
    assert len(scene.channel.edits) == 1
    scene.clock.forward(LARGE_AGAIN.total_seconds() + 0.1)
    await scene.carried()
    assert len(scene.channel.edits) == 2
    assert f"{LARGE + 5} removed" in scene.channel.edits[-1]


async def test_what_nobody_has_to_act_on_is_counted_on_a_large_card_and_not_said_one_by_one(scene: Scene) -> None:
    removed, rejected, asked, *_ = await scene.has(LARGE + 1)
    await scene.becomes(removed, Status.REMOVED)
    await scene.becomes(rejected, Status.REJECTED)
    await scene.becomes(asked, Status.NEEDS_INPUT)
    await scene.carried()
    assert scene.channel.posted == ["TD-3: They say so."]


async def test_a_small_batch_is_told_of_one_by_one_and_at_once(scene: Scene) -> None:
    notices = await scene.has(LARGE)
    for notice in notices[:3]:
        await scene.becomes(notice, Status.REMOVED)
        await scene.carried()
    assert len(scene.channel.edits) == len(scene.channel.posted) == 3
