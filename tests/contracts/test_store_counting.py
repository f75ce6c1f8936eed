"""What every store counts is what the pure code counts, over the notices it holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import digests, offenders
from bot.model import FINAL, Brief, ComeBack, Counted, Leading, Notice, Recent, Status, Violation
from bot.offenders import token
from bot.stores import Store
from tests import make
from tests.contracts.backends import BACKENDS
from tests.make import NOW

DAY = timedelta(days=1)
WINDOW = Counted(start=NOW - 30 * DAY, end=NOW)


@pytest.fixture(params=BACKENDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await BACKENDS[request.param](tmp_path)()
    yield opened
    await opened.close()


def upheld(number: int, by: str | None = "S-1", *, ago: int = 1, **changes: Any) -> Notice:
    """Upheld so many days ago, each for a listing of its own."""
    owner = {"seller": None} if by is None else {"by": by}
    known = {"listing": make.listing(str(number)), "filed_at": NOW - (ago + 1) * DAY}
    return make.upheld(f"TD-{number}", at=NOW - ago * DAY, **{**owner, **known, **changes})


async def leading(store: Store, first: int = 10, **asked: Any) -> Leading:
    return await store.leading(asked.pop("counted", WINDOW), make.policy(), first=first, **asked)


def ids(briefs: Sequence[Brief]) -> list[str]:
    return [brief.id for brief in briefs]


async def test_what_was_upheld_in_a_window_comes_oldest_first_also_of_nobody(store: Store) -> None:
    await store.save(upheld(1, ago=3), upheld(2, None, ago=5), upheld(3, ago=30), upheld(4, ago=0), make.notice("TD-5"))
    assert ids(await store.upheld(WINDOW)) == ["TD-2", "TD-1", "TD-4"]
    other = Counted(start=NOW - 40 * DAY, end=NOW - DAY, rights=frozenset({"ANOTHER"}))
    assert await store.upheld(other) == ()


async def test_who_has_the_most_upheld_comes_first_and_nobody_is_no_seller(store: Store) -> None:
    notices = [upheld(1, "S-2"), upheld(2, "S-1"), upheld(3, "S-3"), upheld(4, "S-3"), upheld(5, None)]
    await store.save(*notices, upheld(6, "S-1", ago=31))
    assert list((await store.most_upheld(WINDOW)).items()) == [("acme:S-3", 2), ("acme:S-1", 1), ("acme:S-2", 1)]
    assert await store.most_upheld(WINDOW, first=1) == {"acme:S-3": 2}
    assert await store.most_upheld(WINDOW, among=["acme:S-1", "acme:S-9"]) == {"acme:S-1": 1}
    assert await store.most_upheld(WINDOW, first=1, apart=["acme:S-3"]) == {"acme:S-1": 1}
    assert await store.most_upheld(WINDOW, among=[]) == {}


async def test_who_leads_is_among_those_who_are_told_and_all_are_counted(store: Store) -> None:
    await store.save(
        *(upheld(number, "S-1", violation=Violation.COUNTERFEIT) for number in range(1, 7)),
        *(upheld(number, "S-2", ago=20) for number in range(10, 12)),
        upheld(20, "S-3"),
        upheld(21, None),
    )
    found = await leading(store, 1)
    assert "acme:S-1" in found.sellers
    assert found.total == 3
    assert (await leading(store, least=2)).total == 2
    assert set((await leading(store, least=2)).sellers) == {"acme:S-1", "acme:S-2"}
    assert (await leading(store, apart=["acme:S-1"])).total == 2
    assert "acme:S-1" not in (await leading(store, apart=["acme:S-1"])).sellers
    elsewhere = Counted(start=WINDOW.start, end=NOW, marketplaces=frozenset({"zeta"}))
    assert await leading(store, counted=elsewhere) == Leading(sellers=(), total=0)


async def test_who_brings_listings_back_may_lead_before_who_has_more_upheld(store: Store) -> None:
    """Four that had been removed before the window, and were offered and removed again, weigh twice."""
    listings = [make.listing(f"A{number}") for number in range(4)]
    before = [upheld(number, ago=60, listing=one) for number, one in enumerate(listings, 1)]
    again = [upheld(number, ago=3, listing=one) for number, one in enumerate(listings, 5)]
    await store.save(*before, *again, *(upheld(number, "S-2", ago=3) for number in range(20, 26)))
    assert "acme:S-1" in (await leading(store, 1)).sellers


async def test_whose_listings_came_back_leads_before_a_crowd_with_more_upheld(store: Store) -> None:
    listings = [make.listing(f"A{number}") for number in range(3)]
    before = [upheld(number, ago=60, listing=one) for number, one in enumerate(listings, 1)]
    again = [upheld(number, ago=3, listing=one) for number, one in enumerate(listings, 5)]
    await store.save(*before, *again, *(upheld(number, f"C-{number % 60}", ago=3) for number in range(20, 260)))
    found = await leading(store, 1)
    assert "acme:S-1" in found.sellers
    assert found.total == 61


async def test_what_was_filed_and_decided_since_is_counted_by_marketplace(store: Store) -> None:
    await store.save(
        make.notice("TD-1", filed_at=NOW),
        make.notice("TD-2", filed_at=NOW - DAY, status=Status.REJECTED, decided_at=NOW),
        make.notice("TD-3", filed_at=NOW, listing=make.listing("3", marketplace="zeta")),
        make.notice("TD-4", filed_at=NOW - DAY, listing=make.listing("4", marketplace="old")),
    )
    found = await store.recent(NOW)
    status = make.notice().status
    assert found["acme"] == Recent(filed={status: 1}, decided=1)
    assert found["zeta"] == Recent(filed={status: 1})
    assert found.get("old", Recent()) == Recent()


async def test_a_seller_is_found_by_key_id_and_name_and_by_a_part_of_it_only_where_nothing_is_whole(
    store: Store,
) -> None:
    await store.save(
        upheld(1, seller=make.seller("S-1", "Moon  Shop")),
        upheld(2, ago=9, seller=make.seller("S-1", "Älter")),
        upheld(3, seller=make.seller("s-2", "MOON SHOP 2")),
        upheld(4, None),
        upheld(5, seller=make.seller("X" * 130, "100% Straße_")),
    )
    long = f"acme:{'X' * 130}"
    for asked in ("acme:S-1", "ACME:s-1", "S-1", "s-1", " moon shop ", "älter"):
        assert await store.sellers(asked) == {"acme:S-1": ("Moon  Shop", "Älter")}
    assert set(await store.sellers("moon")) == {"acme:S-1", "acme:s-2"}
    assert set(await store.sellers("S-2")) == {"acme:s-2"}
    for asked in ("100%", "STRASSE_", long, token(long)):
        assert set(await store.sellers(asked)) == {long}
    for asked in ("", "nobody", "%", "_", "oon_"):
        assert set(await store.sellers(asked)) <= {long}, asked
    assert await store.names(["acme:S-1", "acme:s-2", "acme:S-9"]) == {
        "acme:S-1": ("Moon  Shop", "Älter"),
        "acme:s-2": ("MOON SHOP 2",),
    }


async def test_what_was_done_and_what_waits_is_what_the_pure_code_counts(store: Store) -> None:
    notices = [
        upheld(1),
        upheld(2, None, ago=4),
        upheld(3, ago=2, listing=make.listing("3", marketplace="zeta")),
        upheld(4, ago=40),
        make.notice("TD-5", filed_at=NOW - 90 * DAY, status=Status.NEEDS_INPUT, stands_since=NOW - 2 * DAY),
        make.notice("TD-6", filed_at=NOW - DAY, status=Status.NEEDS_INPUT),
        make.notice("TD-7", filed_at=NOW - 40 * DAY, status=Status.FAILED),
        make.notice("TD-8", filed_at=NOW - DAY, status=Status.REJECTED, decided_at=NOW),
    ]
    await store.save(*notices)
    starts = digests.buckets(WINDOW.start, WINDOW.end, "Europe/Berlin").starts
    for counted in (WINDOW, Counted(start=WINDOW.start, end=NOW, marketplaces=frozenset({"zeta"}))):
        expected = digests.activity([Brief.of(one) for one in notices], counted, starts)
        assert await store.activity(counted, starts) == expected


def anything(by: Random, first: int, many: int) -> list[Notice]:
    """Notices of a marketplace of their own, `m{first}`, as wild as they may be."""

    def moment() -> datetime:
        return NOW - by.randrange(50 * 24) * timedelta(hours=1)

    def one(number: int, seller: int) -> Notice:
        return make.notice(
            f"TD-{number}",
            batch_id=f"batch-{number}",
            listing=make.listing(f"{seller}-{by.randrange(3)}", marketplace=f"m{first}"),
            right=make.right(f"R-{number}"),  # of one listing and right at most one is open
            seller=by.choice([None, *[make.seller(f"S-{seller}", by.choice(["", "Moon", "Sun"]))] * 9]),
            violation=by.choice(list(Violation)),
            status=by.choice([*(FINAL - {Status.REMOVED}), *[Status.REMOVED] * 20, Status.REINSTATED, *digests.WAITS]),
            came_back=by.choice([*[None] * 9, *ComeBack]),
            contested=by.random() < 0.1,
            filed_at=moment(),
            decided_at=by.choice([None, moment()]),
            removed_at=by.choice([None, moment()]),
            stands_since=moment(),
        )

    return [one(number, by.randrange(many // 4 + 1)) for number in range(first, first + many)]


async def counts_as_the_pure_code_does(store: Store, notices: Sequence[Notice], by: Random) -> None:
    await store.save(*notices)
    briefs = [Brief.of(one) for one in notices]
    counted = Counted(start=WINDOW.start, end=NOW - DAY, marketplaces=frozenset({briefs[0].marketplace}))
    keys = sorted({brief.seller for brief in briefs} - {""})
    apart, ranks, least = by.sample(keys, len(keys) // 10), by.randint(1, 12), by.randint(1, 2)
    ranked = [
        one
        for one in offenders.offenders_between(
            [brief for brief in briefs if brief.seller not in apart],
            links=(),
            policy=make.policy(),
            start=counted.start,
            end=counted.end,
        )
        if one.score.upheld >= least
    ]
    found = await store.leading(counted, make.policy(), first=ranks, least=least, apart=apart)
    assert found.total == len(ranked)
    assert {one.key for one in ranked[:ranks]} <= set(found.sellers) <= {one.key for one in ranked}
    most = [(key, upheld) for key, upheld in (await store.most_upheld(counted, apart=apart)).items() if upheld >= least]
    assert most == sorted(((one.key, one.score.upheld) for one in ranked), key=lambda one: (-one[1], one[0]))
    starts = digests.buckets(counted.start, counted.end, "UTC").starts
    assert await store.activity(counted, starts) == digests.activity(briefs, counted, starts)
    assert set(await store.upheld(counted)) == {brief for brief in briefs if counted.holds(brief.upheld_at)}
    assert set(await store.briefs(keys)) == {brief for brief in briefs if brief.seller}
    assert await store.names(keys) == offenders.names_of([brief for brief in briefs if brief.seller])


@pytest.mark.parametrize("backend", BACKENDS)
async def test_of_anything_it_counts_what_the_pure_code_counts(backend: str, tmp_path: Path) -> None:
    store = await BACKENDS[backend](tmp_path)()
    loop, first = asyncio.get_running_loop(), count(1, 1000)

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 10**6), st.sampled_from([3, 20, 400]))
    def of_anything(seed: int, many: int) -> None:
        by = Random(seed)
        counting = counts_as_the_pure_code_does(store, anything(by, next(first), many), by)
        asyncio.run_coroutine_threadsafe(counting, loop).result()

    await asyncio.to_thread(of_anything)
    await store.close()
