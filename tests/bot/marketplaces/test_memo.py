from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import Unavailable
from bot.marketplaces.memo import Memo
from tests.vendors import HandClock


class Counter:
    """Answers how often it was asked; fails while `broken`."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    async def __call__(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.broken:
            raise Unavailable("Acme", "not now")
        return self.asked


async def test_many_who_ask_at_once_make_one_call() -> None:
    memo, ask = Memo[int](clock=HandClock(), lasts=timedelta(seconds=45)), Counter()
    assert await asyncio.gather(*(memo.get("a", ask) for _ in range(150))) == [1] * 150
    assert await memo.get("b", ask) == 2


async def test_an_answer_lasts_as_long_as_the_clock_says() -> None:
    clock, ask = HandClock(), Counter()
    memo = Memo[int](clock=clock, lasts=timedelta(seconds=45))
    assert await memo.get("a", ask) == 1
    clock.forward(44)
    assert await memo.get("a", ask) == 1
    clock.forward(1)
    assert await memo.get("a", ask) == 2
    assert await memo.anew("a", ask) == 3
    assert await memo.get("a", ask) == 3


async def test_a_failure_is_shared_by_those_who_waited_and_soon_forgotten() -> None:
    clock, ask = HandClock(), Counter()
    ask.broken = True
    memo = Memo[int](clock=clock, lasts=timedelta(hours=24))
    answers = await asyncio.gather(*(memo.get("a", ask) for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in answers} == {Unavailable}
    assert ask.asked == 1
    ask.broken = False
    with pytest.raises(Unavailable):
        await memo.get("a", ask)
    clock.forward(5)
    assert await memo.get("a", ask) == 2


async def test_what_nobody_asks_for_any_more_is_not_kept() -> None:
    clock, ask = HandClock(), Counter()
    memo = Memo[int](clock=clock, lasts=timedelta(seconds=45))
    for number in range(100):
        await memo.get(str(number), ask)
    clock.forward(60)
    await memo.get("last", ask)
    assert "'99'" not in repr(vars(memo))
