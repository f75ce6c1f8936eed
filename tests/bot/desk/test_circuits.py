"""A marketplace that fails again and again is left alone for a while, and the admins are told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from bot.desk import Desk, circuits
from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Marketplace
from bot.marketplaces.opening import open_marketplaces
from bot.marketplaces.rest import RestTable
from bot.model import Announcement, Circuit, Grant
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.marketplaces.test_opening import TABLE
from tests.vendors import HandClock, opening


def down() -> MarketplaceError:
    return Unavailable("Acme Market", "down", status=503)


def slowly() -> MarketplaceError:
    return Unavailable("Acme Market", "slowly", status=429, retry_after=40)


def unknown() -> MarketplaceError:
    return NotAuthorised("Acme Market", "who?", status=401)


def forbidden() -> MarketplaceError:
    return NotAuthorised("Acme Market", "not that one", status=403)


def not_yet() -> MarketplaceError:
    return Unavailable("Acme Market", "not in their list yet", retry_after=60)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    async with httpx.AsyncClient() as client:
        yield Desk(
            store=store,
            people=cast(Any, None),
            marketplaces=open_marketplaces([RestTable.model_validate(TABLE)], opening(client, clock)),
            sites=(),
            clock=clock,
            first_admins=frozenset({"U0ADA", "U0BEN"}),
            undo=timedelta(),
            policy=make.policy(),
            retention=timedelta(days=365),
        )
    await store.close()


def acme(desk: Desk) -> Marketplace:
    return desk.marketplaces["acme"]


async def circuit(desk: Desk) -> Circuit:
    return await desk.store.entry(Circuit, "acme") or Circuit(marketplace="acme", version=0)


async def fails(desk: Desk, times: int, error: Callable[[], MarketplaceError] = down) -> Circuit:
    for _ in range(times):
        await circuits.failed(desk, acme(desk), error())
    return await circuit(desk)


async def told(desk: Desk) -> list[str]:
    return [one.words for one in await desk.store.entries(Announcement)]


async def test_four_failures_are_bad_luck_and_five_open_it(desk: Desk) -> None:
    assert (await fails(desk, 4)).closed_at(desk.now())
    assert not (await fails(desk, 1)).closed_at(desk.now())
    words = await told(desk)
    assert len(words) == 2, "each admin"
    assert "Acme Market has failed 5 times in a row" in words[0]


async def test_it_stays_open_longer_each_time_and_is_told_once(desk: Desk) -> None:
    clock = cast(HandClock, desk.clock)
    waits = []
    opened = await fails(desk, 5)
    for _ in range(8):
        assert opened.open_until is not None
        waits.append((opened.open_until - desk.now()).total_seconds())
        clock.now = opened.open_until
        opened = await fails(desk, 1)
    assert 30 <= waits[0] <= 33
    assert all(later > earlier for earlier, later in pairwise(waits[:5])), "doubled each time"
    assert all(900 <= wait <= 990 for wait in waits[5:]), "a quarter of an hour at the most"
    assert len(await told(desk)) == 2


async def test_an_answer_closes_it_and_that_is_told_too(desk: Desk) -> None:
    opened = await fails(desk, 5)
    await circuits.answered(desk, acme(desk))
    assert await circuit(desk) == opened, "what answers while it is open was under way before"
    clock = cast(HandClock, desk.clock)
    clock.forward(34)
    await circuits.answered(desk, acme(desk))
    after = await circuit(desk)
    assert (after.failures, after.open_until, after.told_at) == (0, None, None)
    assert sum("answers again" in words for words in await told(desk)) == 2
    clock.forward(3600)
    await fails(desk, 5)
    assert sum("has failed" in words for words in await told(desk)) == 4, "the next time is news again"


async def test_a_marketplace_that_comes_and_goes_is_told_of_once_an_hour(desk: Desk) -> None:
    clock = cast(HandClock, desk.clock)
    for _ in range(20):
        await fails(desk, 5)
        clock.forward(60)
        await circuits.answered(desk, acme(desk))
    assert len(await told(desk)) == 4, "that it failed and that it answered, to two admins"


async def test_one_call_that_fails_for_many_notices_is_one_failure(desk: Desk) -> None:
    error = down()
    for _ in range(150):
        await circuits.failed(desk, acme(desk), error)
    assert (await circuit(desk)).failures == 1


async def test_a_403_may_be_about_one_notice_and_opens_nothing_by_itself(desk: Desk) -> None:
    assert (await fails(desk, 4, forbidden)).closed_at(desk.now())
    assert not (await fails(desk, 1, forbidden)).closed_at(desk.now()), "but five in a row are about all of them"


async def test_a_refusal_is_an_answer(desk: Desk) -> None:
    await fails(desk, 4)
    await circuits.failed(desk, acme(desk), Declined("Acme Market", "no", status=422))
    assert (await circuit(desk)).failures == 0


async def test_an_answer_that_leaves_one_notice_unknown_is_an_answer(desk: Desk) -> None:
    await fails(desk, 4)
    await circuits.failed(desk, acme(desk), OutcomeUnknown("Acme Market", "reported before, they say", status=200))
    assert (await circuit(desk)).failures == 0


async def test_whoever_answers_well_costs_no_writing(desk: Desk) -> None:
    await circuits.answered(desk, acme(desk))
    assert await desk.store.entry(Circuit, "acme") is None


async def test_their_patience_is_kept_and_is_no_failure(desk: Desk) -> None:
    after = await fails(desk, 3, slowly)
    assert after.failures == 0
    assert after.open_until == desk.now() + timedelta(seconds=40)
    assert not await told(desk)


async def test_patience_with_one_notice_holds_up_no_other(desk: Desk) -> None:
    await fails(desk, 9, not_yet)
    assert await desk.store.entry(Circuit, "acme") is None


async def test_refused_credentials_open_it_at_once(desk: Desk) -> None:
    assert not (await fails(desk, 1, unknown)).closed_at(desk.now())
    assert "refuses our credentials" in (await told(desk))[0]


async def test_failures_at_the_same_moment_are_all_counted_and_told_once(desk: Desk) -> None:
    await asyncio.gather(
        *(circuits.failed(desk, acme(desk), OutcomeUnknown("Acme Market", "silence")) for _ in range(5))
    )
    assert (await circuit(desk)).failures == 5
    assert len(await told(desk)) == 2


async def test_access_that_ends_soon_is_told_once_a_day_while_there_is_time(desk: Desk) -> None:
    grant = Grant(name="acme:1f", version=1, sealed="…", at=desk.now(), trouble="Connect the app anew.")
    await desk.store.save(grant)
    for _ in range(3):
        await circuits.warn(desk)
    assert await told(desk) == ["The access to Acme Market ends soon, and is not renewed. Connect the app anew."] * 2
    cast(HandClock, desk.clock).forward(86_400)
    await circuits.warn(desk)
    assert len(await told(desk)) == 4
    await desk.store.save(replace(grant, version=2, trouble=""))
    cast(HandClock, desk.clock).forward(86_400)
    await circuits.warn(desk)
    assert len(await told(desk)) == 4, "connected again"


async def test_a_person_or_a_start_tries_at_once(desk: Desk) -> None:
    await fails(desk, 5)
    await desk.store.save(*await circuits.try_now(desk, "acme"))
    assert (await circuit(desk)).closed_at(desk.now())
    await fails(desk, 1)
    await circuits.start_anew(desk)
    assert (await circuit(desk)).closed_at(desk.now())
    assert await circuits.try_now(desk, "acme") == ()
