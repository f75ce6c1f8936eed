"""What every store promises of being moved: all comes out, and goes into another as it was."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Conflict, Misconfigured
from bot.model import (
    SYSTEM,
    Archived,
    Change,
    Content,
    Delivery,
    Event,
    Forgotten,
    Hold,
    Intake,
    Notice,
    Reached,
    Retention,
    Seen,
    Status,
)
from bot.model import Kept as Kind
from bot.stores import Store
from bot.stores.contents import as_line
from tests import make
from tests.contracts.backends import BACKENDS, Opener
from tests.make import NOW

YEAR = timedelta(days=365)
MARK = Intake(version=1, source="somewhere", taken=3, digest="ab", at=NOW)


@pytest.fixture(params=BACKENDS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return BACKENDS[request.param](tmp_path / "source")


@pytest.fixture(params=BACKENDS)
def target_opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return BACKENDS[request.param](tmp_path / "target")


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    opened = await opener()
    yield opened
    await opened.close()


@pytest.fixture
async def target(target_opener: Opener) -> AsyncIterator[Store]:
    opened = await target_opener()
    yield opened
    await opened.close()


async def fill(store: Store) -> None:
    """A bit of everything: what is over, waits, is parked, claimed, forgotten, and small records of several kinds."""
    for notice_id, batch in (("TD-1", "old"), ("TD-2", "old"), ("TD-3", "older")):
        for notice, event in make.chain(notice_id, "filed", "done", status=Status.WITHDRAWN):
            await store.save(replace(notice, batch_id=batch), event)
    await store.save(make.card("old", ts="1.2"))
    assert await store.archive(final_before=NOW + YEAR, drafts_before=NOW) == 3
    back = await store.notice("TD-3")  # one that is brought back out of the archive
    assert back is not None
    await store.save(back.changed(NOW, statement="It is back: 日本 \u2028 \x00."), make.event(back.id, number=3))
    for notice, event in make.chain("TD-9", "filed"):
        await store.save(notice, event)
    stone = Forgotten(of="TD-9", version=1, lines=1, head="", rule="a rule", by=SYSTEM, at=NOW)
    gone = await store.notice("TD-9")
    assert gone is not None
    await store.save(replace(stone, head=gone.head))
    for notice, event in make.chain("TD-7", "filed", "noted"):
        await store.save(notice, event)
    await store.save(make.event("TD-8"))  # of a notice that is not there
    await store.save(
        make.delivery("b", subject="TD-7"),
        make.delivery("a", parked=True, error="HTTP 503", attempts=4),
        make.delivery("c", due_at=NOW + timedelta(days=1)),
        make.draft(),
        make.card("batch-1"),
        Seen(key="push-1", at=NOW),
        make.schedule("DG-2"),
        make.schedule("DG-1"),
        make.identifier(),
        make.link(),
        Hold(seller="acme:S-1", version=1, held=True, why="a case", by=SYSTEM, at=NOW),
        Retention(kind=Kind.NOTICES, version=1, days=None, by=SYSTEM, at=NOW),
        Change(of="right:ACME", number=1, version=1, at=NOW, actor=SYSTEM, kind="added", words="New.", raw={"a": [1]}),
    )
    await store.save(make.schedule("DG-2", version=2))
    await store.save(make.delivery("b", subject="TD-7", words="anew"))  # its revision counts up
    await store.claim_due(NOW, timedelta(days=9), lane="marketplace:acme", limit=1)


async def held(store: Store) -> list[Content]:
    """All of it, the leases as attempts: a store of one process lets go of them, and nobody saw their end."""
    found = [one async for one in store.everything()]
    return [
        replace(one, lease="", lease_until=None, attempts=one.attempts + bool(one.lease))
        if isinstance(one, Delivery)
        else one
        for one in found
    ]


def alike(contents: list[Content]) -> list[bytes]:
    """Each store has an order of its own for what has none."""
    return sorted(map(as_line, contents))


async def test_a_new_store_holds_nothing(store: Store) -> None:
    assert [one for one in await held(store) if not isinstance(one, Reached)] == []
    assert await store.size() == 0


async def test_everything_moves_into_another_store_as_it_was(store: Store, target: Store) -> None:
    await fill(store)
    every = await held(store)
    assert await store.size() == len(every) - 1
    for number, at in enumerate(range(0, len(every), 3), 1):
        await target.take_in(every[at : at + 3], replace(MARK, version=number))
    await target.take_in((), None)
    assert alike(await held(target)) == alike(every)
    assert await target.size() == len(every) - 1
    assert await target.entries(Intake) == ()


async def test_what_was_moved_is_worked_on_there(store: Store, target: Store, target_opener: Opener) -> None:
    await fill(store)
    await target.take_in(await held(store), MARK)
    await target.take_in((), None)
    await target.close()
    moved = await target_opener()
    waiting = {one.id for one in await moved.claim_due(NOW, timedelta(minutes=1), lane="marketplace:acme", limit=9)}
    assert waiting == {"b"}
    assert (await moved.counts(NOW)).parked == 1
    assert await moved.next_ids(1) == ("TD-10",)
    assert await moved.all_ids() == await store.all_ids()
    assert await moved.archived(["acme:S-1"]) == await store.archived(["acme:S-1"])
    assert [one.id for one in await moved.entries(type(make.schedule()))] == ["DG-2", "DG-1"]
    for notice_id in await store.all_ids():
        assert await moved.notice(notice_id) == await store.notice(notice_id)
        assert await moved.events(notice_id) == await store.events(notice_id)
    living = await moved.notice("TD-7")
    assert living is not None
    assert await moved.open_notice(living.open_key or "") == living
    for stale in (make.notice("TD-9"), Seen(key="push-1", at=NOW), make.schedule("DG-2", version=2)):
        with pytest.raises(Conflict):
            await moved.save(stale)
    archived = await moved.notice("TD-1")
    assert archived is not None
    await moved.save(archived.changed(NOW, statement="again"), make.event("TD-1", number=3))
    assert [one.number for one in await moved.events("TD-1")] == [1, 2, 3]
    await moved.close()


async def test_a_notice_comes_with_its_events_behind_it(store: Store) -> None:
    await fill(store)
    told = [one for one in await held(store) if isinstance(one, Notice | Event)]
    assert [one.id if isinstance(one, Notice) else (one.notice_id, one.number) for one in told] == [
        *("TD-3", ("TD-3", 1), ("TD-3", 2), ("TD-3", 3)),
        *("TD-7", ("TD-7", 1), ("TD-7", 2)),
        ("TD-8", 1),
    ]
    archived = [one for one in await held(store) if isinstance(one, Archived)]
    assert [(one.notice.id, len(one.events), one.card and one.card.ts) for one in archived] == [
        ("TD-1", 2, "1.2"),
        ("TD-2", 2, "1.2"),
    ]


async def test_the_order_is_the_same_after_a_restart(store: Store, opener: Opener) -> None:
    await fill(store)
    every = await held(store)
    for _ in range(2):
        await store.close()
        store = await opener()
        assert await held(store) == every
    await store.close()


async def test_only_an_empty_store_takes_a_copy_in_and_only_one_at_a_time(target: Store) -> None:
    with pytest.raises(Conflict):
        await target.take_in((), None)
    with pytest.raises(Conflict):
        await target.take_in((make.notice(),), replace(MARK, version=2))
    assert await target.notice("TD-1") is None
    await target.take_in((make.notice(),), MARK)
    with pytest.raises(Conflict):
        await target.take_in((make.event(),), MARK)
    await target.take_in((), replace(MARK, version=2))
    await target.take_in((), None)
    with pytest.raises(Conflict):
        await target.take_in((make.draft(),), MARK)
    assert await target.draft("draft-1") is None


async def test_no_desk_starts_on_half_of_another(target: Store, target_opener: Opener) -> None:
    await target.take_in((make.notice(),), MARK)
    await target.close()
    with pytest.raises(Misconfigured, match="a copy of somewhere was cut short"):
        await target_opener()
