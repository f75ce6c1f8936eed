"""What every store promises of sellers' records, and of the small records beside notices."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Conflict
from bot.model import (
    Alarm,
    Announcement,
    Brief,
    Bulk,
    BulkLines,
    BulkState,
    ComeBack,
    FilingDay,
    Identifier,
    Link,
    Occurrence,
    OccurrenceState,
    Schedule,
    Stance,
    Status,
    Tally,
)
from bot.stores import Store
from tests import make
from tests.contracts.backends import BACKENDS, Opener
from tests.make import NOW

ENTRIES: tuple[Any, ...] = (
    make.schedule(),
    make.occurrence(),
    make.announcement(),
    make.link(),
    make.identifier(),
    Stance(user_id="U1", seller="acme:S-1", version=1, watching=True),
    make.bulk(),
    make.bulk_lines(),
    FilingDay(submitter="U1", day=NOW.date(), version=1),
    Alarm(seller="acme:S-1", version=1, above=True, counted=("TD-1", "TD-7"), changed_at=NOW),
)
YEAR = timedelta(days=365)


@pytest.fixture(params=BACKENDS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    opened = await opener()
    yield opened
    await opened.close()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
async def test_an_entry_is_found_by_kind_and_key_also_after_a_restart(store: Store, opener: Opener, entry: Any) -> None:
    await store.save(entry)
    await store.close()
    again = await opener()
    assert await again.entry(type(entry), entry.key) == entry
    assert await again.entries(type(entry)) == (entry,)
    assert await again.entry(type(entry), "another") is None
    await again.close()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
async def test_an_entry_takes_only_the_version_that_follows(store: Store, entry: Any) -> None:
    with pytest.raises(Conflict):
        await store.save(replace(entry, version=2))
    await store.save(entry)
    for version in (0, 1, 3):
        with pytest.raises(Conflict):
            await store.save(replace(entry, version=version))
    after = replace(entry, version=2)
    await store.save(after)
    assert await store.entry(type(entry), entry.key) == after


async def test_of_two_that_ring_for_one_occurrence_exactly_one_wins(store: Store) -> None:
    outcomes = await asyncio.gather(*(store.save(make.occurrence()) for _ in range(10)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 9 + ["NoneType"]


async def test_entries_are_saved_with_the_rest_or_not_at_all(store: Store) -> None:
    await store.save(make.schedule())
    with pytest.raises(Conflict):
        await store.save(make.notice(), make.occurrence(), make.schedule())
    assert await store.notice("TD-1") is None
    assert await store.entries(Occurrence) == ()


async def test_a_schedule_owns_its_occurrences_a_seller_its_identifiers_a_person_their_stances(store: Store) -> None:
    mine, theirs = make.occurrence(), make.occurrence(schedule_id="DG-2")
    phone, other = make.identifier(), make.identifier("acme:S-2")
    watching = Stance(user_id="U1", seller="acme:S-1", version=1, watching=True)
    await store.save(mine, theirs, phone, other, watching)
    assert await store.entries(Occurrence, "DG-1") == (mine,)
    assert await store.entries(Identifier, "acme:S-2") == (other,)
    assert await store.entries(Stance, "U1") == (watching,)
    assert await store.entries(Stance, "U2") == ()


async def test_a_notice_owns_what_is_announced_of_it(store: Store, opener: Opener) -> None:
    of_one, of_another = make.announcement("a", notice_id="TD-1"), make.announcement("b", notice_id="TD-2")
    await store.save(of_one, of_another, make.announcement("c"))
    await store.close()
    again = await opener()
    assert await again.entries(Announcement, "TD-1") == (of_one,)
    assert await again.entries(Announcement, "TD-3") == ()
    await again.close()


async def test_kinds_with_the_same_key_are_kept_apart(store: Store) -> None:
    await store.save(make.schedule("X"), make.announcement("X"))
    assert isinstance(await store.entry(Schedule, "X"), Schedule)
    assert isinstance(await store.entry(Announcement, "X"), Announcement)
    assert await store.entry(Link, "X") is None


@pytest.mark.parametrize(
    ("changes", "tally"),
    [
        ({}, Tally(upheld=1)),
        ({"status": Status.GONE, "removed_at": None}, Tally(upheld=1)),
        ({"status": Status.REJECTED, "removed_at": None}, Tally(rejected=1)),
        ({"status": Status.REINSTATED, "came_back": ComeBack.RELISTED}, Tally(upheld=1)),
        ({"status": Status.REINSTATED, "came_back": ComeBack.COUNTER_NOTICE}, Tally(reinstated=1)),
        ({"status": Status.REINSTATED, "came_back": ComeBack.MISTAKE}, Tally(reinstated=1)),
        ({"status": Status.REINSTATED}, Tally()),
        ({"status": Status.IN_REVIEW}, Tally()),
        ({"status": Status.DUPLICATE, "removed_at": None}, Tally()),
        ({"status": Status.WITHDRAWN, "removed_at": None}, Tally()),
    ],
)
async def test_a_decision_counts_by_what_stands_now(
    store: Store, opener: Opener, changes: dict[str, Any], tally: Tally
) -> None:
    decided = make.upheld("TD-1", **changes)
    await store.save(decided, make.event(decided))
    assert await decided_at(store, "acme") == tally
    await store.close()
    again = await opener()
    assert await decided_at(again, "acme") == tally
    await again.close()


async def test_decisions_count_from_their_day_on_and_at_their_marketplace(store: Store) -> None:
    today, before = make.upheld("TD-1"), make.upheld("TD-2", at=NOW - timedelta(days=90))
    elsewhere = make.upheld("TD-3", listing=make.listing("3", marketplace="ebay"), status=Status.REJECTED)
    await store.save(today, before, elsewhere)
    assert await decided_at(store, "acme", days=90) == Tally(upheld=2)
    assert await decided_at(store, "acme", days=89) == Tally(upheld=1)
    assert await decided_at(store, "acme", days=-1) == Tally()
    assert await decided_at(store, "ebay") == Tally(rejected=1)
    assert await decided_at(store, "nowhere") == Tally()
    both = await store.decided(["acme", "ebay"], NOW.date())
    assert {key: one for key, one in both.items() if one.decided} == {
        "acme": Tally(upheld=1),
        "ebay": Tally(rejected=1),
    }


async def test_a_decision_that_is_reversed_moves_from_its_day_to_the_day_of_the_reversal(store: Store) -> None:
    removed = make.upheld("TD-1", at=NOW - timedelta(days=10))
    await store.save(removed)
    assert await decided_at(store, "acme") == Tally(upheld=1)
    back = removed.changed(NOW, status=Status.REINSTATED, came_back=ComeBack.MISTAKE, decided_at=NOW)
    await store.save(back)
    assert await decided_at(store, "acme") == Tally(reinstated=1)
    assert await decided_at(store, "acme", days=0) == Tally(reinstated=1)


async def test_an_archived_decision_is_counted_no_more(store: Store) -> None:
    old = make.upheld("TD-1")
    await store.save(old, make.event(old))
    assert await store.archive(final_before=NOW + timedelta(days=1), drafts_before=NOW) == 1
    assert await decided_at(store, "acme") == Tally()


async def decided_at(store: Store, marketplace: str, *, days: int = 30) -> Tally:
    found = await store.decided([marketplace], (NOW - timedelta(days=days)).date())
    return found.get(marketplace, Tally())


async def test_days_of_filing_are_forgotten_once_they_are_over(store: Store) -> None:
    days = [FilingDay(submitter="U1", day=(NOW - timedelta(days=ago)).date(), version=1) for ago in (0, 1, 2)]
    await store.save(*days)
    await store.archive(final_before=NOW - YEAR, drafts_before=NOW - timedelta(days=1))
    assert await store.entries(FilingDay) == tuple(days[:2])
    await store.save(days[2])


async def test_old_bulks_are_forgotten_with_their_lines_but_none_that_is_being_filed(store: Store) -> None:
    old, busy, new = (
        make.bulk("old", created_at=NOW - timedelta(days=3)),
        make.bulk("busy", created_at=NOW - timedelta(days=3), state=BulkState.FILING),
        make.bulk("new"),
    )
    await store.save(old, busy, new, *(make.bulk_lines(one.id, at) for one in (old, busy, new) for at in range(2)))
    for _ in range(2):
        await store.archive(final_before=NOW - YEAR, drafts_before=NOW - timedelta(days=2))
        assert await store.entries(Bulk) == (busy, new)
        assert {one.bulk_id for one in await store.entries(BulkLines)} == {"busy", "new"}
    assert await store.entries(BulkLines, "old") == ()
    assert await store.entries(Bulk, make.ANALYST.user_id) == (busy, new)


async def test_briefs_say_what_counting_needs_of_every_notice(store: Store) -> None:
    notices = (make.upheld("TD-1"), make.upheld("TD-2", by="S-2"), make.notice("TD-3"))
    await store.save(*notices)
    assert set(await store.briefs(["acme:S-1", "acme:S-2", ""])) == {Brief.of(one) for one in notices[:2]}
    assert await store.briefs(["acme:S-2"]) == (Brief.of(notices[1]),)
    assert await store.briefs(["acme:S-9"]) == ()


async def test_a_notice_whose_seller_becomes_known_is_found_by_it(store: Store) -> None:
    notice = make.notice()
    await store.save(notice)
    assert await store.briefs(["acme:S-1"]) == ()
    after = notice.changed(NOW, seller=make.seller())
    await store.save(after)
    assert await store.briefs(["acme:S-1"]) == (Brief.of(after),)
    moved = after.changed(NOW, seller=make.seller("S-2"))
    await store.save(moved)
    assert await store.briefs(["acme:S-1"]) == ()
    assert await store.briefs(["acme:S-2"]) == (Brief.of(moved),)


async def test_the_notices_of_a_listing_are_found_by_it(store: Store) -> None:
    first, second = make.upheld("TD-1", listing=make.listing("7")), make.notice("TD-2", listing=make.listing("7"))
    await store.save(first, second, make.notice("TD-3"))
    assert await store.of_listing("acme", "7") == (first, second)
    assert await store.of_listing("other", "7") == ()


@pytest.mark.parametrize("seller", ["S-1", 'S "1" \\', "店铺", '"seller":{"seller_id":"S-2"'])
async def test_the_record_of_a_seller_holds_archived_notices_too(store: Store, opener: Opener, seller: str) -> None:
    old = make.upheld(
        "TD-1", by=seller, listing=make.listing("1", url='https://acme.example/"seller":{"seller_id":"X"')
    )
    kept = make.upheld("TD-2", by=seller, at=NOW + YEAR)
    await store.save(old, kept, make.upheld("TD-3", by="S-9"))
    assert await store.archive(final_before=NOW + timedelta(days=1), drafts_before=NOW) == 2
    assert await store.briefs([f"acme:{seller}"]) == (Brief.of(kept),)
    await store.close()
    again = await opener()
    record = await again.record_of([f"acme:{seller}"])
    assert set(record) == {Brief.of(old), Brief.of(kept)}
    await again.close()


async def test_of_which_sellers_there_are_archived_notices_is_known_also_after_a_restart(
    store: Store, opener: Opener
) -> None:
    await store.save(
        make.upheld("TD-1"), make.upheld("TD-2", by="S-2", at=NOW + YEAR), make.upheld("TD-3", seller=None)
    )
    asked = ["acme:S-1", "acme:S-2", "acme:S-3", ""]
    assert await store.archived(asked) == frozenset()
    await store.archive(final_before=NOW + timedelta(days=1), drafts_before=NOW)
    assert await store.archived(asked) == {"acme:S-1"}
    await store.close()
    again = await opener()
    assert await again.archived(asked) == {"acme:S-1"}
    await again.close()


async def test_an_archived_notice_that_came_back_is_in_the_record_once(store: Store) -> None:
    old = make.upheld("TD-1")
    await store.save(old, make.event(old))
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    back = old.changed(NOW, reason="looked at again")
    await store.save(back, make.event(back))
    assert await store.record_of(["acme:S-1"]) == (Brief.of(back),)


async def test_what_was_told_long_ago_is_forgotten_but_never_a_schedules_last_occurrence(store: Store) -> None:
    posted = OccurrenceState.POSTED
    first = make.occurrence("2026-03-09T09:00", state=posted)
    waiting = make.occurrence("2026-03-10T09:00")
    last = make.occurrence("2026-03-16T09:00", state=posted)
    fresh = make.announcement("fresh", at=NOW + 2 * YEAR)
    kept: tuple[Any, ...] = (make.schedule(), make.link(), make.identifier())
    await store.save(first, waiting, last, make.announcement(), fresh, *kept)
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    assert await store.entries(Occurrence) == (waiting, last)
    assert await store.entries(Announcement) == (fresh,)
    assert [await store.entry(type(one), one.key) for one in kept] == list(kept)


async def test_of_a_schedule_what_the_next_is_counted_from_and_compared_with_is_kept(store: Store) -> None:
    by_hand = {"by": make.ANALYST, "state": OccurrenceState.POSTED}
    old = make.occurrence("2026-03-09T09:00", state=OccurrenceState.POSTED)
    compared = make.occurrence("2026-03-10T09:00", state=OccurrenceState.POSTED)
    quiet = make.occurrence("2026-03-11T09:00", state=OccurrenceState.QUIET)
    counted = make.occurrence("2026-03-12T09:00", state=OccurrenceState.MISSED)
    tested = make.occurrence("2026-03-13T09:00", test=True, **by_hand)
    others = make.occurrence("2026-03-08T09:00", schedule_id="DG-2", **by_hand)
    await store.save(old, compared, quiet, counted, tested, others)
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    assert await store.entries(Occurrence, "DG-1") == (compared, counted)
    assert await store.entries(Occurrence, "DG-2") == (others,), "one that was asked for is compared with, too"
