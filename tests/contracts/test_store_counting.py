"""What every store counts is what the pure code counts, over the notices it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import digests
from bot.model import Brief, Counted, Leading, Notice, Recent, Status, Violation
from bot.offenders import token
from bot.stores import Store
from tests import make
from tests.contracts.backends import IN_MEMORY
from tests.make import NOW

DAY = timedelta(days=1)
WINDOW = Counted(start=NOW - 30 * DAY, end=NOW)


@pytest.fixture(params=IN_MEMORY)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await IN_MEMORY[request.param](tmp_path)()
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
