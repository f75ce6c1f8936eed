"""Several processes on one PostgreSQL, each with a store of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.errors import Conflict, StoreError
from bot.model import Role, RoleGrant, Schedule, Seen, utc_now
from bot.stores import Store
from bot.stores.opening import open_store
from tests import make
from tests.make import NOW
from tests.postgres import database

MINUTE = timedelta(minutes=1)
LANE = "marketplace:acme"


@pytest.fixture
async def address() -> str:
    return await database()


@pytest.fixture
async def stores(address: str) -> AsyncIterator[list[Store]]:
    opened = [await open_store(address, utc_now) for _ in range(3)]
    yield opened
    for one in opened:
        await one.close()


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not await holds():
            await asyncio.sleep(0.02)


async def test_what_one_saves_another_reads_at_once(stores: list[Store]) -> None:
    await stores[0].save(make.notice(), make.event(), make.draft(), make.delivery())
    assert await stores[1].notice("TD-1") == make.notice()
    assert await stores[1].draft("draft-1") == make.draft()
    assert await stores[2].due_lanes(NOW) == (LANE,)


async def test_ids_are_never_handed_out_twice_by_several(stores: list[Store]) -> None:
    given = await asyncio.gather(*(one.next_ids(3) for one in stores * 20))
    ids = [one for some in given for one in some]
    assert len(set(ids)) == len(ids) == 180


async def test_of_several_that_save_one_version_exactly_one_wins(stores: list[Store]) -> None:
    first = make.notice()
    await stores[0].save(first)
    rivals = [first.changed(NOW, reason=f"rival {number}") for number in range(9)]
    said = await asyncio.gather(
        *(stores[number % 3].save(rival) for number, rival in enumerate(rivals)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in said) == ["Conflict"] * 8 + ["NoneType"]


async def test_of_several_that_use_a_key_exactly_one_wins(stores: list[Store]) -> None:
    said = await asyncio.gather(*(one.save(Seen(key="k", at=NOW)) for one in stores), return_exceptions=True)
    assert sorted(type(one).__name__ for one in said) == ["Conflict", "Conflict", "NoneType"]


async def test_several_claim_each_delivery_once(stores: list[Store]) -> None:
    await stores[0].save(*(make.delivery(f"submit:TD-{number}") for number in range(1, 201)))
    found: list[str] = []

    async def work(store: Store) -> None:
        while claimed := await store.claim_due(NOW, MINUTE, lane=LANE, limit=3):
            found.extend(one.id for one in claimed)
            await store.save(settles=claimed)

    await asyncio.gather(*(work(one) for one in stores for _ in range(3)))
    assert len(found) == len(set(found)) == 200
    assert (await stores[0].counts(NOW)).waiting == 0


async def test_what_is_put_in_again_while_it_is_settled_is_never_a_conflict_and_never_lost(stores: list[Store]) -> None:
    for _ in range(25):
        await stores[0].save(make.delivery("card:b", words="old"))
        (held,) = await stores[0].claim_due(NOW, MINUTE, lane=LANE)
        await asyncio.gather(stores[0].save(settles=held), stores[1].save(make.delivery("card:b", words="new")))
        (again,) = await stores[2].claim_due(NOW, MINUTE, lane=LANE)
        assert again.words == "new"
        await stores[2].save(settles=again)


async def test_two_that_save_the_same_in_another_order_do_not_stand_in_each_others_way(stores: list[Store]) -> None:
    for number in range(20):
        one, two = make.notice(f"TD-{2 * number + 1}"), make.notice(f"TD-{2 * number + 2}")
        await stores[0].save(one, two)
        said = await asyncio.gather(
            stores[0].save(one.changed(NOW), two.changed(NOW)),
            stores[1].save(two.changed(NOW), one.changed(NOW)),
            return_exceptions=True,
        )
        assert sorted(type(each).__name__ for each in said) == ["Conflict", "NoneType"]


async def test_a_role_that_one_takes_away_is_gone_for_the_others_in_a_moment(stores: list[Store]) -> None:
    granted = make.role("U1", Role.ADMIN)
    await stores[0].save(granted)
    await until(lambda: is_stored(stores[1], granted))
    later = RoleGrant(holder="U1", version=2, roles=(Role.VIEWER,), by=granted.by, at=granted.at)
    await stores[2].save(later)
    assert await stores[2].entry(RoleGrant, "U1") == later
    await until(lambda: is_stored(stores[1], later))
    await until(lambda: is_stored(stores[0], later))


async def is_stored(store: Store, entry: Any) -> bool:
    return bool(await store.entry(type(entry), entry.key) == entry)


async def test_a_conflict_shows_what_it_was_lost_against(stores: list[Store]) -> None:
    await stores[0].save(make.schedule())
    assert await stores[1].entries(Schedule) == (make.schedule(),)
    await stores[0].save(make.schedule(version=2, threshold=9))
    with pytest.raises(Conflict):
        await stores[1].save(make.schedule(version=2, threshold=5))
    assert await stores[1].entries(Schedule) == (make.schedule(version=2, threshold=9),)


async def test_a_save_wakes_who_waits_in_another_process(stores: list[Store]) -> None:
    async with asyncio.timeout(20):
        while True:  # whoever has only just begun to listen may miss a word
            waiting = asyncio.create_task(stores[1].stirred(5))
            await asyncio.sleep(0.1)
            await stores[0].save(make.delivery())
            before = asyncio.get_running_loop().time()
            await waiting
            if asyncio.get_running_loop().time() - before < 4:
                return


async def test_what_a_process_still_held_when_it_stopped_is_free_at_once(stores: list[Store], address: str) -> None:
    store = await open_store(address, utc_now)
    await store.save(make.delivery())
    assert await store.claim_due(NOW, timedelta(days=1), lane=LANE)
    assert await stores[0].claim_due(NOW, MINUTE, lane=LANE) == ()
    await store.close()
    (claimed,) = await stores[0].claim_due(NOW, MINUTE, lane=LANE)
    assert claimed.attempts == 1, "nobody saw how it ended"


async def test_connections_that_were_cut_are_made_anew_and_who_listens_listens_again(
    stores: list[Store], address: str
) -> None:
    await stores[0].save(make.role("U1", Role.ADMIN))
    await stores[1].entries(RoleGrant)
    connection = await asyncpg.connect(address)
    await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    async def answers(store: Store) -> bool:
        try:
            await store.notice("TD-1")
        except StoreError:
            return False
        return True

    async def all_answer() -> bool:
        return all([await answers(one) for one in stores])

    await until(all_answer)
    later = make.role("U1", Role.VIEWER, version=2)
    await stores[0].save(later)
    await until(lambda: is_stored(stores[1], later))
    await connection.close()
