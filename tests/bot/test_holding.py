"""Lanes are held by one worker, who keeps them while it works and rests before it calls where another has called."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.errors import StoreUnavailable
from bot.holding import HOLD, Holding, held_as
from tests import make


@dataclass(kw_only=True)
class Ledger:
    """Who has which lane, and until when."""

    now: datetime = make.NOW
    shared: bool = True
    down: bool = False
    asked: int = 0
    rows: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    async def hold_lane(self, lane: str, holder: str, now: datetime, lease: timedelta) -> bool:
        self.asked += 1
        if self.down:
            raise StoreUnavailable("gone")
        there, until = self.rows.get(lane, (holder, now))
        if there != holder and until > now:
            return False
        self.rows[lane] = holder, now + lease
        return True

    async def release_lanes(self, holder: str) -> None:
        if self.down:
            raise StoreUnavailable("gone")
        self.rows = {lane: row for lane, row in self.rows.items() if row[0] != holder}

    def holding(self, holder: str) -> Holding:
        return Holding(self, lambda: self.now, holder)


@pytest.mark.parametrize(
    ("lane", "held"),
    [
        ("marketplace:acme", "marketplace:acme"),
        ("watch:acme", "marketplace:acme"),
        ("slack:C1", "slack:C1"),
        ("replies:C1", "slack:C1"),
        ("reminders", "reminders"),
        ("dossiers", "dossiers"),
    ],
)
def test_lanes_that_speak_to_the_same_are_held_as_one(lane: str, held: str) -> None:
    assert held_as(lane) == held


async def test_while_one_holds_a_lane_another_has_neither_it_nor_its_sister() -> None:
    ledger = Ledger()
    one, two = ledger.holding("one"), ledger.holding("two")
    assert await one.take("marketplace:acme")
    assert await one.take("watch:acme")
    assert not await two.take("watch:acme")
    assert two.elsewhere("marketplace:acme")
    assert await two.take("marketplace:other")


async def test_a_lane_that_is_another_s_is_not_asked_for_again_at_once() -> None:
    ledger = Ledger()
    one, two = ledger.holding("one"), ledger.holding("two")
    await one.take("slack:C1")
    for _ in range(50):
        await two.take("slack:C1")
    assert ledger.asked == 2


async def test_a_lane_is_kept_without_asking_until_its_time_runs_out() -> None:
    ledger = Ledger()
    one = ledger.holding("one")
    for _ in range(50):
        assert await one.take("slack:C1")
    assert ledger.asked == 1
    ledger.now += HOLD / 2
    assert await one.take("slack:C1")
    assert ledger.rows["slack:C1"] == ("one", ledger.now + HOLD)


async def test_who_was_away_for_too_long_does_not_carry_on_with_what_is_another_s_by_now() -> None:
    ledger = Ledger()
    one, two = ledger.holding("one"), ledger.holding("two")
    await one.take("slack:C1")
    ledger.now += HOLD
    assert await two.take("slack:C1")
    assert not await one.take("slack:C1")


async def test_it_is_kept_while_something_long_is_carried() -> None:
    ledger = Ledger()
    one, two = ledger.holding("one"), ledger.holding("two")
    await one.take("slack:C1")
    keeping = asyncio.create_task(one.keep("slack:C1"))
    ledger.now += HOLD / 2
    async with asyncio.timeout(5):
        while ledger.rows["slack:C1"][1] < ledger.now + HOLD:
            await asyncio.sleep(0.05)
    ledger.now += HOLD * 0.9
    assert not await two.take("slack:C1")
    keeping.cancel()


async def test_the_first_call_after_another_worker_s_comes_a_rest_later() -> None:
    ledger = Ledger()
    one, two = ledger.holding("one"), ledger.holding("two")
    await one.take("marketplace:acme", rest=0.2)
    await one.release()
    began = time.monotonic()
    assert await two.take("marketplace:acme", rest=0.2)
    assert time.monotonic() - began >= 0.2
    assert await two.take("marketplace:acme", rest=3600), "it has had its rest"


async def test_a_long_rest_holds_the_lane_and_nobody_up() -> None:
    ledger = Ledger()
    one = ledger.holding("one")
    async with asyncio.timeout(5):
        assert not await one.take("marketplace:acme", rest=3600)
        assert not await one.take("marketplace:acme", rest=3600)
    assert ledger.rows["marketplace:acme"][0] == "one"


async def test_what_is_let_go_another_has_at_once_and_a_store_that_is_gone_stops_nobody() -> None:
    ledger = Ledger()
    one, two = ledger.holding("one"), ledger.holding("two")
    await one.take("slack:C1")
    await one.release()
    assert await two.take("slack:C1")
    ledger.down = True
    await two.release()


async def test_where_nobody_else_can_be_nothing_is_asked() -> None:
    ledger = Ledger(shared=False)
    assert await ledger.holding("one").take("slack:C1", rest=3600)
    assert ledger.asked == 0
