"""What every store promises of erasing: the chain holds, the value is nowhere, and nothing else is touched."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import custody
from bot.desk.steps import told
from bot.errors import Conflict
from bot.model import SYSTEM, Actor, Event, Forgotten, Hold, Identifier, Link, Notice, Record, Status
from bot.stores import Store
from tests import make
from tests.contracts.backends import BACKENDS, Opener
from tests.make import NOW

SECRET = "Zacharias Quillfeather"
ZQ = Actor(user_id="U0QUILL", team_id="T1", where="/takedown in D0QUILL")
YEAR = timedelta(days=365)


@pytest.fixture(params=BACKENDS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    opened = await opener()
    yield opened
    await opened.close()


def chained(notice_id: str = "TD-1", *, steps: int = 3, **changes: Any) -> tuple[Notice, tuple[Event, ...]]:
    """A notice that is over, with what happened to it, chained; each sentence holds the secret."""
    notice, events = make.notice(notice_id, version=0, **changes), []
    for number in range(1, steps + 1):
        last = number == steps
        notice = replace(notice, version=number, status=Status.REMOVED if last else Status.QUEUED)
        notice, event = told(notice, at=NOW, actor=ZQ, kind="noted", words=f"{SECRET} said {number}.")
        events.append(event)
    return notice, tuple(events)


async def filed(store: Store, *notice_ids: str) -> tuple[Event, ...]:
    """Finished notices with their events; gives the events of the last."""
    events: tuple[Event, ...] = ()
    for notice_id in notice_ids:
        notice, events = chained(notice_id, seller=make.seller(f"S-{notice_id[3:]}"))
        # A store takes the versions one after the other.
        for number in range(1, notice.version):
            await store.save(replace(notice, version=number, status=Status.QUEUED))
        await store.save(notice, *events)
    return events


def emptied(events: Sequence[Event]) -> list[Event]:
    return [custody.without(event, ("who", "where", "words")) for event in events]


def found_in(folder: Path, *values: str) -> list[str]:
    """The files that hold one of these, in capitals or not."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files for value in values if value.casefold().encode() in file.read_bytes().lower()]


async def test_an_event_of_which_something_was_erased_takes_the_place_of_the_whole_one(
    store: Store, opener: Opener
) -> None:
    first, second, third = await filed(store, "TD-1")
    gone = custody.without(second, ("words",))
    await store.save(gone)
    await store.close()
    store = await opener()
    assert await store.events("TD-1") == (first, gone, third)
    notice = await store.notice("TD-1")
    assert notice is not None
    assert custody.check("TD-1", await store.events("TD-1"), head=notice.head, count=3).whole
    further = custody.without(gone, ("who",))
    await store.save(further)
    assert await store.events("TD-1") == (first, further, third)
    await store.close()


@pytest.mark.parametrize("how", ["again", "whole again", "of other words", "with less erased"])
async def test_no_other_event_takes_a_stored_ones_place(store: Store, how: str) -> None:
    first, second, third = await filed(store, "TD-1")
    gone = custody.without(second, ("words", "who"))
    await store.save(gone)
    forged = {
        "again": first,
        "whole again": second,
        "of other words": custody.without(replace(third, words="Never."), ("who",)),
        "with less erased": custody.without(second, ("who",)),
    }[how]
    with pytest.raises(Conflict):
        await store.save(forged)
    assert await store.events("TD-1") == (first, gone, third)


async def test_an_event_from_before_custody_can_be_erased_and_not_be_rewritten(store: Store) -> None:
    notice, old = make.notice(), make.event(words=f"Filed by {SECRET}.", actor=ZQ)
    await store.save(notice, old)
    with pytest.raises(Conflict):
        await store.save(replace(old, words="Filed by nobody."))
    gone = custody.emptied(old, ("who", "words"))
    await store.save(gone)
    assert await store.events("TD-1") == (gone,)
    assert custody.check("TD-1", [gone], head="", count=1).before == 1


@pytest.mark.parametrize("archived", [False, True])
async def test_what_was_forgotten_is_gone_and_its_id_is_never_used_again(
    store: Store, opener: Opener, archived: bool
) -> None:
    last = (await filed(store, "TD-1", "TD-7"))[-1]
    if archived:
        assert await store.archive(final_before=NOW + YEAR, drafts_before=NOW) == 2
    else:
        other = Forgotten(of="TD-7", version=1, lines=2, head="ab" * 32, rule="r", by=SYSTEM, at=NOW)
        with pytest.raises(Conflict):
            await store.save(other)
    head = custody.digest(last)
    stone = Forgotten(of="TD-7", version=1, lines=3, head=head, rule="notices: 400 days", by=SYSTEM, at=NOW)
    await store.save(stone)
    for again in (False, True):
        if again:
            await store.close()
            store = await opener()
        assert await store.notice("TD-7") is None
        assert await store.events("TD-7") == ()
        assert [one.notice.id async for one in store.chronicles()] == ["TD-1"]
        assert await store.entry(Forgotten, "TD-7") == stone
        assert await store.archived(["acme:S-7"]) == frozenset()
        assert await store.record_of(["acme:S-7"]) == ()
        with pytest.raises(Conflict):
            await store.save(make.notice("TD-7"))
        (fresh,) = await store.next_ids(1)
        assert int(fresh.removeprefix("TD-")) > 7, "gaps may occur"
    await store.close()


def mentioning() -> tuple[Record, ...]:
    """Records of every table of which something may have to go."""
    phone = make.identifier(value=SECRET, normal=SECRET.casefold())
    parked = make.delivery("evidence:batch:TD-1", words=f'{{"name":"{SECRET}"}}', parked=True)
    return (phone, make.draft(statement=f"By {SECRET}."), parked, make.card())


@pytest.mark.parametrize("archived", [False, True])
async def test_what_was_erased_is_nowhere_on_the_medium(
    store: Store, opener: Opener, tmp_path: Path, archived: bool
) -> None:
    if store.shared:
        pytest.skip("a server keeps its files elsewhere: tests/bot/stores/test_sql_erasing.py looks there")
    await filed(store, "TD-1", "TD-2")
    extra = mentioning()
    await store.save(*extra)
    if archived:
        assert await store.archive(final_before=NOW + YEAR, drafts_before=NOW) == 2
    await store.close()  # what a snapshot and the one before it hold has to go too
    store = await opener()
    assert found_in(tmp_path, SECRET, ZQ.user_id)
    records: list[Record] = []
    async for one in store.chronicles([SECRET]):
        after = replace(one.notice, version=one.notice.version + 1)
        after, event = told(after, at=NOW, actor=SYSTEM, kind="erased", words="Personal data was erased.")
        records += [after, event, *emptied(one.events)]
    (phone,) = await store.entries(Identifier)
    await store.erase(*records, drops=[phone], mentioning=[SECRET])
    for again in (False, True):
        assert found_in(tmp_path, SECRET, ZQ.user_id) == []
        if again:
            await store.close()
            store = await opener()
        for notice_id in ("TD-1", "TD-2"):
            notice = await store.notice(notice_id)
            assert notice is not None
            events = await store.events(notice_id)
            assert custody.check(notice_id, events, head=notice.head, count=4).faults == ()
        assert await store.entries(Identifier) == ()
        assert await store.draft("draft-1") is None
        assert (await store.counts(NOW)).parked == 0
    await store.close()


async def test_a_word_inside_of_another_or_in_the_name_of_a_field_drops_nothing(store: Store) -> None:
    parked = make.delivery("evidence:batch:TD-1", words='{"marketplace":"a seller of marks"}', parked=True)
    kept, gone = make.draft("draft-1", statement="On this market."), make.draft("draft-2", statement="Our trade MARK.")
    await store.save(kept, gone, parked)
    await store.erase(mentioning=["mark", "seller_id"])
    assert await store.draft("draft-1") == kept
    assert await store.draft("draft-2") is None
    assert (await store.counts(NOW)).parked == 1


async def test_a_drop_that_moved_on_erases_nothing(store: Store) -> None:
    phone = make.identifier()
    await store.save(phone)
    later = replace(phone, version=2, removed_at=NOW)
    await store.save(later)
    with pytest.raises(Conflict):
        await store.erase(make.notice(), drops=[phone])
    assert await store.notice("TD-1") is None
    assert await store.entries(Identifier) == (later,)
    await store.erase(drops=[later])
    assert await store.entries(Identifier) == ()


@pytest.mark.parametrize("when", ["before", "in the same moment", "not at all"])
async def test_nothing_is_erased_once_what_it_was_decided_by_is_otherwise(store: Store, when: str) -> None:
    phone, link = make.identifier(), make.link()
    await store.save(phone, link)
    seen = {Link: await store.entries(Link), Hold: await store.entries(Hold)}
    hold = Hold(seller="acme:S-1", version=1, held=True, why="court", by=SYSTEM, at=NOW)
    if when == "before":
        await store.save(hold)
    saving = [store.save(hold)] if when == "in the same moment" else []
    *_, said = await asyncio.gather(*saving, store.erase(drops=[phone], seen=seen), return_exceptions=True)
    assert (said is None) is (when == "not at all")
    assert isinstance(said, Conflict | None)
    assert await store.entries(Identifier) == (() if said is None else (phone,))


async def test_what_is_saved_while_something_is_erased_is_kept(store: Store, opener: Opener) -> None:
    await filed(store, *(f"TD-{number}" for number in range(1, 9)))
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    over = [one.notice async for one in store.chronicles() if one.notice.number < 5]
    stones = [Forgotten(of=one.id, version=1, lines=3, head=one.head, rule="r", by=SYSTEM, at=NOW) for one in over]
    news = [make.notice(f"TD-{number}") for number in range(20, 60)]
    await asyncio.gather(
        *(store.erase(stone) for stone in stones),
        *(store.save(notice, make.event(notice)) for notice in news),
        store.archive(final_before=NOW, drafts_before=NOW),
    )
    await store.close()
    store = await opener()
    left = {one.notice.id async for one in store.chronicles()}
    assert left == {f"TD-{number}" for number in (*range(5, 9), *range(20, 60))}
    assert found_in_chronicle(await store.events("TD-5"))
    await store.close()


def found_in_chronicle(events: Sequence[Event]) -> bool:
    return len(events) == 3 and custody.check("TD-5", events).whole


async def test_chronicles_tell_of_those_that_fit(store: Store) -> None:
    await filed(store, "TD-1")
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    late = make.notice("TD-2", statement='said "so"', updated_at=NOW + timedelta(days=40))
    await store.save(late, make.event(late))

    async def ids(*words: str, **asked: Any) -> list[str]:
        return sorted([one.notice.id async for one in store.chronicles(words, **asked)])

    assert await ids() == ["TD-1", "TD-2"]
    assert await ids(SECRET.upper()) == ["TD-1"]
    assert await ids('"so"', "nobody") == ["TD-2"]
    assert await ids(archived=True) == ["TD-1"]
    assert await ids(archived=False) == ["TD-2"]
    assert await ids(before=NOW) == []
    assert await ids(before=NOW + timedelta(days=1)) == ["TD-1"]
    assert await ids(before=NOW + timedelta(days=50)) == ["TD-1", "TD-2"]
