"""What every store promises (`bot.stores.Store`), sentence by sentence."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import pytest

from bot import custody
from bot.errors import Conflict, StoreUnavailable
from bot.model import (
    Actor,
    Deadline,
    Delivery,
    DeliveryKind,
    Notice,
    Query,
    Record,
    Seen,
    Seller,
    Sort,
    Status,
    Violation,
    Whose,
)
from bot.stores import Store
from tests import make
from tests.contracts.backends import BACKENDS, Opener
from tests.make import NOW

MINUTE = timedelta(minutes=1)
LANE = "marketplace:acme"


@pytest.fixture(params=BACKENDS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    opened = await opener()
    yield opened
    await opened.close()


async def reopened(store: Store, opener: Opener) -> Store:
    await store.close()
    return await opener()


async def file(store: Store, *notices: Notice) -> None:
    await store.save(*notices, *(make.event(notice) for notice in notices))


async def claim(store: Store, now: datetime = NOW, *, limit: int = 10) -> tuple[Delivery, ...]:
    return await store.claim_due(now, MINUTE, lane=LANE, limit=limit)


async def claim_one(store: Store, now: datetime = NOW) -> Delivery:
    (claimed,) = await claim(store, now)
    return claimed


# Saving


RICH: tuple[Record, ...] = (
    make.notice(
        seller=Seller(seller_id="s-9", name="Naïve “Shop” 👟"),
        statement='Line one\nline two \u2028 \\ " </script> \x00',
        right=make.right(expires_on=date(2030, 5, 1)),
        decided_at=datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC),
        withdrawal="",
    ),
    make.event(raw={"nested": {"list": [1, 2.5, None, True]}, "text": "日本"}, actor=Actor(user_id="U1", team_id="T1")),
    make.draft(listings=(make.listing("1"), make.listing("2")), notice_ids=("TD-1",), filed_at=NOW),
    make.card(ts="1.2", tried_at=NOW),
    make.delivery("check:TD-1", words="hello", error="HTTP 503", due_at=NOW + MINUTE),
)


@pytest.mark.parametrize("again", [False, True], ids=["at once", "after a restart"])
async def test_what_was_saved_is_read_back_to_the_last_character(store: Store, opener: Opener, again: bool) -> None:
    await store.save(*RICH)
    store = await reopened(store, opener) if again else store
    notice = cast(Notice, RICH[0])
    found = (
        await store.notice("TD-1"),
        *await store.events("TD-1"),
        await store.draft("draft-1"),
        await store.card("batch-1"),
        *[replace(one, lease="", lease_until=None) for one in await claim(store, NOW + MINUTE)],
    )
    assert found == RICH
    assert await store.open_notice(notice.open_key or "") == notice
    await store.close()


async def test_what_is_not_there_is_none_or_empty(store: Store) -> None:
    assert await store.notice("TD-1") is None
    assert await store.draft("draft-1") is None
    assert await store.card("batch-1") is None
    assert await store.open_notice("acme:1:ACME-EU") is None
    assert await store.notice_by_reference("acme", "R-1") is None
    assert await store.events("TD-1") == ()
    assert await store.batch("batch-1") == ()
    assert await store.due_lanes(NOW) == ()
    assert await claim(store) == ()


async def test_a_notice_is_only_accepted_one_version_after_the_stored_one(store: Store) -> None:
    first = make.notice()
    with pytest.raises(Conflict):
        await store.save(replace(first, version=2))
    await store.save(first)
    for version in (1, 3):
        with pytest.raises(Conflict):
            await store.save(replace(first, version=version))
    second = first.changed(NOW, status=Status.SENDING)
    await store.save(second)
    assert await store.notice("TD-1") == second


async def test_drafts_and_cards_are_versioned_too(store: Store) -> None:
    for record in (make.draft(), make.card()):
        await store.save(record)
        for version in (1, 3):
            with pytest.raises(Conflict):
                await store.save(replace(record, version=version))
        await store.save(replace(record, version=2))
    draft, card = await store.draft("draft-1"), await store.card("batch-1")
    assert draft is not None
    assert card is not None
    assert (draft.version, card.version) == (2, 2)


async def test_an_event_or_a_seen_key_is_accepted_once(store: Store, opener: Opener) -> None:
    once = (make.event(), Seen(key="push-1", at=NOW))
    await store.save(*once)
    store = await reopened(store, opener)
    for record in once:
        with pytest.raises(Conflict):
            await store.save(record)
    with pytest.raises(Conflict):
        await store.save(make.event(number=2), make.event(number=2))
    assert [event.number for event in await store.events("TD-1")] == [1]
    await store.close()


async def test_a_save_with_one_bad_record_writes_none(store: Store, opener: Opener) -> None:
    await store.save(Seen(key="push-1", at=NOW), make.delivery("card:batch-9"))
    held = await claim_one(store)
    with pytest.raises(Conflict):
        await store.save(
            make.notice(),
            make.event(),
            make.draft(),
            make.card(),
            make.delivery(),
            Seen(key="push-1", at=NOW),
            settles=held,
        )
    store = await reopened(store, opener)
    assert await store.notice("TD-1") is None
    assert await store.events("TD-1") == ()
    assert await store.draft("draft-1") is None
    assert await store.card("batch-1") is None
    assert (await store.counts(NOW)).waiting == 1
    assert await store.next_ids(1) == ("TD-1",)
    await store.close()


async def test_only_one_open_notice_has_a_listing_and_right(store: Store) -> None:
    first, same = make.notice(), make.notice("TD-2", listing=make.listing("1"))
    await store.save(first)
    with pytest.raises(Conflict):
        await store.save(same)
    await store.save(first.changed(NOW, status=Status.WITHDRAWN))
    assert await store.open_notice("acme:1:ACME-EU") is None
    await store.save(same)
    assert await store.open_notice("acme:1:ACME-EU") == same


async def test_two_open_notices_for_a_listing_and_right_cannot_come_in_one_save(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.save(make.notice(), make.notice("TD-2", listing=make.listing("1")))
    assert await store.notice("TD-1") is None


async def test_one_save_may_close_a_notice_and_open_the_next_for_its_listing(store: Store) -> None:
    first = make.notice()
    await store.save(first)
    second = make.notice("TD-2", listing=first.listing)
    await store.save(second, first.changed(NOW, status=Status.WITHDRAWN))
    assert await store.open_notice(second.open_key or "") == second


async def test_a_failed_notice_cannot_reopen_beside_another(store: Store) -> None:
    failed = make.notice(status=Status.FAILED)
    await store.save(failed)
    await store.save(make.notice("TD-2", listing=failed.listing))
    with pytest.raises(Conflict):
        await store.save(failed.changed(NOW, status=Status.QUEUED))


async def test_of_two_saves_at_once_exactly_one_wins(store: Store) -> None:
    first = make.notice()
    await store.save(first)
    rivals = [first.changed(NOW, reason=f"rival {number}") for number in range(10)]
    outcomes = await asyncio.gather(*(store.save(rival) for rival in rivals), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 9 + ["NoneType"]
    assert await store.notice("TD-1") == rivals[outcomes.index(None)]


async def test_of_two_filings_of_one_listing_at_once_exactly_one_wins(store: Store) -> None:
    rivals = [make.notice(f"TD-{number}", listing=make.listing("1")) for number in range(1, 11)]
    outcomes = await asyncio.gather(*(store.save(rival) for rival in rivals), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 9 + ["NoneType"]
    assert (await store.notices(Query())).total == 1


async def test_a_following_version_may_be_saved_before_the_first_is_durable(store: Store) -> None:
    first = make.notice()
    await asyncio.gather(store.save(first), store.save(first.changed(NOW, reason="again")))
    found = await store.notice("TD-1")
    assert found is not None
    assert (found.version, found.reason) == (2, "again")


async def test_saving_nothing_is_nothing(store: Store) -> None:
    await store.save()
    assert (await store.counts(NOW)).notices == {}


# Ids and lists


async def test_ids_are_never_handed_out_twice(store: Store, opener: Opener) -> None:
    batches = await asyncio.gather(*(store.next_ids(3) for _ in range(5)))
    ids = [one for batch in batches for one in batch]
    assert len(set(ids)) == 15
    await store.save(make.notice(ids[-1]))
    store = await reopened(store, opener)
    assert set(await store.next_ids(5)).isdisjoint(ids)
    await store.close()


async def test_an_archived_id_is_not_handed_out_again(store: Store, opener: Opener) -> None:
    await file(store, make.notice("TD-41", status=Status.REMOVED))
    assert await store.archive(final_before=NOW + MINUTE, drafts_before=NOW) == 1
    store = await reopened(store, opener)
    assert await store.next_ids(1) == ("TD-42",)
    await store.close()


async def test_a_list_is_newest_first_and_comes_in_pages(store: Store) -> None:
    for number in (2, 10, 1, 9, 3):
        await store.save(make.notice(f"TD-{number}"))
    page = await store.notices(Query(limit=2))
    assert ([notice.id for notice in page.notices], page.total) == (["TD-10", "TD-9"], 5)
    page = await store.notices(Query(offset=4, limit=2))
    assert ([notice.id for notice in page.notices], page.total) == (["TD-1"], 5)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (Query(), ["TD-3", "TD-2", "TD-1"]),
        (Query(submitter="UANALYST"), ["TD-3", "TD-1"]),
        (Query(statuses=frozenset({Status.REMOVED, Status.SENDING})), ["TD-3", "TD-2"]),
        (Query(marketplace="ebay"), ["TD-3"]),
        (Query(marketplace="ebay", submitter="UOTHER"), []),
        (Query(sort=Sort.OLDEST), ["TD-1", "TD-2", "TD-3"]),
        (Query(owner="UANALYST"), ["TD-3", "TD-1"]),
        (Query(right_key="ACME-EU", violation=Violation.COUNTERFEIT), ["TD-3", "TD-2", "TD-1"]),
        (Query(right_key="OTHER"), []),
        (Query(violation=Violation.PATENT), []),
        (Query(sellers=frozenset({"acme:S-9"})), []),
        (Query(filed_from=make.NOW), ["TD-3", "TD-2", "TD-1"]),
        (Query(filed_before=make.NOW), []),
    ],
)
async def test_a_list_holds_what_was_asked_for(store: Store, query: Query, ids: list[str]) -> None:
    await store.save(
        make.notice("TD-1"),
        make.notice("TD-2", status=Status.SENDING, submitter=Actor(user_id="UOTHER", team_id="T1")),
        make.notice("TD-3", status=Status.REMOVED, listing=make.listing("3", marketplace="ebay")),
    )
    page = await store.notices(query)
    assert ([notice.id for notice in page.notices], page.total) == (ids, len(ids))


async def test_what_a_person_filed_on_a_day_of_utc_is_counted_whatever_became_of_it(
    store: Store, opener: Opener
) -> None:
    day = NOW.date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    east = timezone(timedelta(hours=9))
    await file(
        store,
        make.notice("TD-1", at=midnight - timedelta(microseconds=1)),
        make.notice("TD-2", at=midnight),
        make.notice("TD-3", at=(midnight + timedelta(hours=23)).astimezone(east)),
        make.notice("TD-4", at=midnight + timedelta(days=1)),
        make.notice("TD-5", submitter=Actor(user_id="U2", team_id="T1")),
    )
    assert await store.filed_on("UANALYST", day) == 2
    undone = make.notice("TD-2", at=midnight).changed(NOW, status=Status.WITHDRAWN)
    await store.save(undone)
    store = await reopened(store, opener)
    assert await store.filed_on("UANALYST", day) == 2
    assert await store.filed_on("UANALYST", day - timedelta(days=1)) == 1
    assert await store.filed_on("U2", day) == 1
    assert await store.filed_on("U3", day) == 0


async def test_a_batch_is_read_oldest_first(store: Store) -> None:
    await store.save(*(make.notice(f"TD-{number}", batch_id="b") for number in (10, 9, 11)), make.notice("TD-12"))
    assert [notice.id for notice in await store.batch("b")] == ["TD-9", "TD-10", "TD-11"]


async def test_a_reference_finds_the_newest_notice_of_its_marketplace(store: Store) -> None:
    elsewhere = make.listing("3", marketplace="ebay")
    await store.save(
        make.notice("TD-10", reference="R-1"),
        make.notice("TD-9", reference="R-1"),
        make.notice("TD-11", reference="R-1", listing=elsewhere),
    )
    found = await store.notice_by_reference("acme", "R-1")
    assert found is not None
    assert found.id == "TD-10"
    await store.save(replace(found, version=2, reference="R-2"))
    older = await store.notice_by_reference("acme", "R-1")
    assert older is not None
    assert older.id == "TD-9"


async def test_events_are_read_in_order(store: Store) -> None:
    for number in (1, 3, 2, 10):
        await store.save(make.event(number=number), make.event("TD-2", number))
    assert [event.number for event in await store.events("TD-1")] == [1, 2, 3, 10]


# Deliveries


async def test_what_is_left_of_an_erased_line_is_read_back(store: Store, opener: Opener) -> None:
    (notice, event), *_ = make.chain("TD-1", "Filed by somebody.")
    erased = custody.without(event, ["who", "words"])
    await store.save(notice, erased, make.event(number=2, raw={"a": 1, "erased": None}))
    store = await reopened(store, opener)
    first, second = await store.events("TD-1")
    assert first == erased
    assert custody.digest(first) == notice.head
    assert (second.erased, second.raw) == (None, {"a": 1, "erased": None})
    await store.close()


async def test_a_delivery_is_not_handed_out_before_it_is_due(store: Store) -> None:
    await store.save(make.delivery(due_at=NOW + MINUTE))
    assert await store.due_lanes(NOW) == ()
    assert await claim(store) == ()
    assert await store.due_lanes(NOW + MINUTE) == (LANE,)
    assert await claim(store) == (), "an earlier clock is believed too"
    assert (await claim_one(store, NOW + MINUTE)).subject == "TD-1"


async def test_the_oldest_due_of_a_lane_comes_first(store: Store) -> None:
    for number, minutes in ((1, 3), (2, 1), (3, 2), (4, 9)):
        await store.save(make.delivery(f"submit:TD-{number}", due_at=NOW + minutes * MINUTE))
    await store.save(make.delivery("card:b", lane="slack:C1"))
    claimed = await claim(store, NOW + 5 * MINUTE, limit=2)
    assert [one.subject for one in claimed] == ["TD-2", "TD-3"]
    assert [one.subject for one in await claim(store, NOW + 5 * MINUTE)] == ["TD-1"]
    assert await store.due_lanes(NOW + 5 * MINUTE) == ("slack:C1",)


async def test_a_lease_keeps_others_away_until_it_ends(store: Store) -> None:
    await store.save(make.delivery())
    first = await claim_one(store)
    assert await claim(store, NOW + MINUTE - timedelta(microseconds=1)) == ()
    assert await store.due_lanes(NOW + MINUTE - timedelta(microseconds=1)) == ()
    second = await claim_one(store, NOW + MINUTE)
    assert second.lease not in ("", first.lease)
    with pytest.raises(Conflict):
        await store.save(settles=first)
    with pytest.raises(Conflict):
        await store.defer(first, NOW, error="late")
    await store.save(settles=second)
    await store.close()


async def test_whoever_claims_what_another_never_finished_can_tell(store: Store) -> None:
    await store.save(make.delivery())
    first = await claim_one(store)
    assert first.attempts == 0
    second = await claim_one(store, NOW + MINUTE)
    assert second.attempts == 1, "whoever had it may have done what it says"
    await store.defer(second, NOW + MINUTE, error="busy")
    assert (await claim_one(store, NOW + MINUTE)).attempts == 2, "this end was seen: it counts once"


async def test_what_was_put_in_again_under_a_lease_that_nobody_finished_tells_it_too(store: Store) -> None:
    await store.save(make.delivery())
    await claim_one(store)
    await store.save(make.delivery(words="new"))
    again = await claim_one(store, NOW + MINUTE)
    assert (again.words, again.attempts) == ("new", 1)


async def test_a_claim_that_a_restart_cut_off_counts_as_an_attempt(store: Store, opener: Opener) -> None:
    await store.save(make.delivery())
    await claim_one(store)
    store = await reopened(store, opener)
    assert (await claim_one(store, NOW + MINUTE)).attempts == 1
    await store.close()


async def test_whoever_holds_a_lane_keeps_it_and_may_let_it_go(store: Store) -> None:
    assert await store.hold_lane(LANE, "one", NOW, MINUTE)
    assert await store.hold_lane(LANE, "one", NOW + MINUTE, MINUTE), "it is kept by holding it again"
    await store.release_lanes("one")
    await store.release_lanes("one")
    assert await store.hold_lane(LANE, "two", NOW + MINUTE, MINUTE)


async def test_a_lane_has_one_holder_until_its_time_is_over(store: Store) -> None:
    if not store.shared:
        pytest.skip("nobody else can be there")
    assert await store.hold_lane(LANE, "one", NOW, MINUTE)
    assert await store.hold_lane("slack:C1", "two", NOW, MINUTE), "lanes are apart"
    assert not await store.hold_lane(LANE, "two", NOW + MINUTE - timedelta(microseconds=1), MINUTE)
    await store.release_lanes("two")
    assert not await store.hold_lane(LANE, "two", NOW, MINUTE), "it was not theirs to let go"
    assert await store.hold_lane(LANE, "two", NOW + MINUTE, MINUTE)
    assert not await store.hold_lane(LANE, "one", NOW + MINUTE, MINUTE)


async def test_many_who_want_a_lane_at_once_get_it_once(store: Store) -> None:
    if not store.shared:
        pytest.skip("nobody else can be there")
    got = await asyncio.gather(*(store.hold_lane(LANE, f"holder {one}", NOW, MINUTE) for one in range(12)))
    assert sum(got) == 1


async def test_a_save_wakes_everybody_who_waits(store: Store) -> None:
    waiting = [asyncio.create_task(store.stirred(3600)) for _ in range(3)]
    await asyncio.sleep(0.05)
    await store.save(make.delivery())
    await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_whoever_waits_for_nothing_goes_on_after_a_while(store: Store) -> None:
    await asyncio.wait_for(store.stirred(0.01), 5)


async def test_an_expired_lease_that_nobody_took_over_is_still_ours(store: Store) -> None:
    await store.save(make.delivery())
    held = await claim_one(store)
    assert await store.due_lanes(NOW + 2 * MINUTE) == (LANE,)
    await store.save(settles=held)
    assert await claim(store, NOW + 2 * MINUTE) == ()


async def test_many_claims_at_once_share_nothing(store: Store) -> None:
    await store.save(*(make.delivery(f"submit:TD-{number}") for number in range(1, 21)))
    claims = await asyncio.gather(*(claim(store, limit=3) for _ in range(10)))
    ids = [one.id for some in claims for one in some]
    assert len(ids) == len(set(ids)) == 20


async def test_a_settled_delivery_is_gone_with_what_was_saved(store: Store, opener: Opener) -> None:
    await store.save(make.notice(), make.delivery())
    held = await claim_one(store)
    after = make.notice().changed(NOW, status=Status.SENDING)
    await store.save(after, settles=held)
    store = await reopened(store, opener)
    assert await store.notice("TD-1") == after
    assert (await store.counts(NOW)).waiting == 0
    with pytest.raises(Conflict):
        await store.save(settles=held)
    await store.close()


async def test_a_delivery_that_was_never_claimed_cannot_be_settled(store: Store) -> None:
    await store.save(make.delivery())
    with pytest.raises(Conflict):
        await store.save(settles=make.delivery())
    with pytest.raises(Conflict):
        await store.defer(make.delivery(), NOW, error="")


async def test_a_conflict_leaves_the_delivery_with_its_holder(store: Store) -> None:
    await store.save(make.notice(), make.delivery())
    held = await claim_one(store)
    with pytest.raises(Conflict):
        await store.save(make.notice(), settles=held)
    assert await claim(store) == ()
    await store.save(settles=held)


async def test_a_delivery_put_in_again_under_a_lease_survives_its_settling(store: Store) -> None:
    await store.save(make.delivery("card:b", kind=DeliveryKind.CARD, words="old"))
    held = await claim_one(store)
    await store.save(make.delivery("card:b", kind=DeliveryKind.CARD, words="new"))
    assert await claim(store) == (), "the lease stays with its holder"
    await store.save(settles=held)
    again = await claim_one(store)
    assert (again.words, again.revision) == ("new", 2)
    await store.save(settles=again)
    assert await claim(store) == ()


async def test_a_delivery_put_in_again_by_the_save_that_settles_it_stays_due(store: Store) -> None:
    await store.save(make.delivery("check:TD-1"))
    held = await claim_one(store)
    await store.save(make.delivery("check:TD-1", due_at=NOW + 5 * MINUTE), settles=held)
    assert await claim(store, NOW + 4 * MINUTE) == ()
    assert (await claim_one(store, NOW + 5 * MINUTE)).revision == 2


async def test_saving_a_delivery_anew_replaces_what_it_was(store: Store) -> None:
    await store.save(make.delivery(parked=True, attempts=7, error="old", due_at=NOW + 60 * MINUTE))
    assert await claim(store, NOW + 90 * MINUTE) == ()
    await store.save(make.delivery())
    claimed = await claim_one(store)
    assert (claimed.attempts, claimed.error, claimed.parked, claimed.revision) == (0, "", False, 2)


async def test_a_deferred_delivery_is_due_later_with_one_attempt_more(store: Store, opener: Opener) -> None:
    await store.save(make.delivery())
    await store.defer(await claim_one(store), NOW + 3 * MINUTE, error="HTTP 503")
    store = await reopened(store, opener)
    assert await claim(store, NOW + 2 * MINUTE) == ()
    again = await claim_one(store, NOW + 3 * MINUTE)
    assert (again.attempts, again.error) == (1, "HTTP 503")
    await store.close()


async def test_a_parked_delivery_waits_for_a_person(store: Store) -> None:
    await store.save(make.delivery())
    await store.defer(await claim_one(store), NOW, error="given up", parked=True)
    assert await claim(store, NOW + 999 * MINUTE) == ()
    assert await store.due_lanes(NOW + 999 * MINUTE) == ()
    assert (await store.counts(NOW)).parked == 1


async def test_deferring_what_was_put_in_again_keeps_the_newer_content_and_waits(store: Store) -> None:
    await store.save(make.delivery("card:b", words="old"), make.delivery("card:c"))
    first, second = await claim(store)
    await store.save(make.delivery("card:b", words="new"), make.delivery("card:c", due_at=NOW + 9 * MINUTE))
    await store.defer(first, NOW + 3 * MINUTE, error="rate limited", parked=True)
    await store.defer(second, NOW + 3 * MINUTE, error="rate limited")
    assert await claim(store, NOW + 2 * MINUTE) == ()
    (newer,) = await claim(store, NOW + 3 * MINUTE)
    assert (newer.words, newer.parked) == ("new", False)
    assert [one.id for one in await claim(store, NOW + 9 * MINUTE)] == ["card:b", "card:c"]


async def test_counts_tell_how_the_desk_stands(store: Store) -> None:
    await store.save(
        make.notice("TD-1"),
        make.notice("TD-2"),
        make.notice("TD-3", status=Status.REMOVED),
        make.delivery("submit:TD-1", due_at=NOW - 5 * MINUTE),
        make.delivery("submit:TD-2", due_at=NOW),
        make.delivery("check:TD-3", due_at=NOW + MINUTE),
        make.delivery("card:b", parked=True),
    )
    counts = await store.counts(NOW)
    assert counts.notices == {Status.QUEUED: 2, Status.REMOVED: 1}
    assert (counts.waiting, counts.due, counts.parked, counts.oldest_due) == (3, 2, 1, NOW - 5 * MINUTE)
    assert (await store.counts(NOW - 6 * MINUTE)).oldest_due is None


async def test_what_waits_in_a_lane_is_counted_due_or_not_but_for_what_is_parked(store: Store) -> None:
    await store.save(
        make.delivery("submit:TD-1"),
        make.delivery("withdraw:TD-2", due_at=NOW + MINUTE),
        make.delivery("submit:TD-3", parked=True),
        make.delivery("check:TD-4", lane="watch:acme"),
    )
    assert [await store.waiting(lane) for lane in (LANE, "watch:acme", "marketplace:zeta")] == [2, 1, 0]
    (claimed,) = await claim(store)
    assert await store.waiting(LANE) == 2, "what is being carried is not carried yet"
    await store.save(settles=claimed)
    assert await store.waiting(LANE) == 1


# Archiving


async def archived(store: Store) -> int:
    return await store.archive(final_before=NOW + MINUTE, drafts_before=NOW)


async def test_an_archived_notice_leaves_the_lists_and_is_still_read_by_id(store: Store, opener: Opener) -> None:
    over, open_one = make.notice(status=Status.REMOVED, reference="R-1"), make.notice("TD-2")
    await file(store, over, open_one)
    await store.save(make.card())
    assert await archived(store) == 1
    for _ in range(2):
        assert await store.notice("TD-1") == over
        assert await store.events("TD-1") == (make.event(over),)
        assert [notice.id for notice in (await store.notices(Query())).notices] == ["TD-2"]
        assert (await store.batch("batch-1"), await store.card("batch-1")) == ((), None)
        assert (await store.counts(NOW)).notices == {Status.QUEUED: 1}
        store = await reopened(store, opener)
    assert await archived(store) == 0
    await store.close()


async def test_all_ids_are_those_of_archived_notices_too(store: Store, opener: Opener) -> None:
    await file(store, *(make.notice(f"TD-{number}") for number in (2, 10)), make.notice(status=Status.REMOVED))
    await archived(store)
    assert await store.all_ids() == ("TD-1", "TD-2", "TD-10")
    await store.save(make.event("TD-3"))
    store = await reopened(store, opener)
    assert await store.all_ids() == ("TD-1", "TD-2", "TD-3", "TD-10"), "an event without its notice is found"
    await store.close()


async def test_an_open_or_recent_notice_is_not_archived(store: Store) -> None:
    await file(store, make.notice("TD-1"), make.notice("TD-2", status=Status.REMOVED, at=NOW + MINUTE))
    assert await archived(store) == 0


async def test_a_batch_is_archived_whole_or_not_at_all(store: Store) -> None:
    over, going = make.notice("TD-1", status=Status.REMOVED, batch_id="b"), make.notice("TD-2", batch_id="b")
    await file(store, over, going)
    assert await archived(store) == 0
    await store.save(going.changed(NOW, status=Status.WITHDRAWN))
    assert await archived(store) == 2


@pytest.mark.parametrize("delivery", ["check:TD-1", "card:batch-1"])
async def test_a_notice_with_a_waiting_delivery_is_not_archived(store: Store, delivery: str) -> None:
    await file(store, make.notice(status=Status.REMOVED))
    await store.save(make.delivery(delivery))
    assert await archived(store) == 0
    await store.save(settles=await claim_one(store))
    assert await archived(store) == 1


async def test_an_archived_notice_comes_back_when_it_changes(store: Store, opener: Opener) -> None:
    failed = make.notice(status=Status.FAILED)
    await file(store, failed)
    await archived(store)
    with pytest.raises(Conflict):
        await store.save(make.notice())
    with pytest.raises(Conflict):
        await store.save(make.event())
    again = failed.changed(NOW + MINUTE, status=Status.QUEUED)
    await file(store, again)
    store = await reopened(store, opener)
    assert await store.open_notice(again.open_key or "") == again
    assert [event.number for event in await store.events("TD-1")] == [1, 2]
    over = again.changed(NOW + MINUTE, status=Status.WITHDRAWN)
    await file(store, over)
    assert await store.archive(final_before=NOW + 2 * MINUTE, drafts_before=NOW) == 1
    assert await store.notice("TD-1") == over
    assert [event.number for event in await store.events("TD-1")] == [1, 2, 3]
    await store.close()


async def test_old_drafts_and_used_keys_are_forgotten(store: Store) -> None:
    old = NOW - MINUTE
    await store.save(
        make.draft("old", created_at=old), make.draft("new"), Seen(key="old", at=old), Seen(key="new", at=NOW)
    )
    await archived(store)
    assert await store.draft("old") is None
    assert await store.draft("new") is not None
    await store.save(Seen(key="old", at=NOW))
    with pytest.raises(Conflict):
        await store.save(Seen(key="new", at=NOW))


async def test_a_closed_store_refuses_to_write_and_may_be_closed_again(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.save(make.notice())


async def test_closing_finishes_what_was_begun(store: Store, opener: Opener) -> None:
    saving = asyncio.gather(*(store.save(make.notice(f"TD-{number}")) for number in range(1, 51)))
    await asyncio.sleep(0)
    await store.close()
    await saving
    store = await opener()
    assert (await store.notices(Query())).total == 50
    await store.close()


async def test_several_deliveries_are_finished_in_one_step_or_none(store: Store) -> None:
    notices = [make.notice("TD-1"), make.notice("TD-2")]
    await store.save(*notices, make.delivery("submit:TD-1"), make.delivery("submit:TD-2"))
    one, other = await store.claim_due(NOW, timedelta(minutes=1), lane="marketplace:acme", limit=2)
    with pytest.raises(Conflict):
        await store.save(settles=[one, replace(other, lease="somebody else's")])
    assert (await store.counts(NOW)).waiting == 2, "none was finished"
    changed = [replace(notice, version=2) for notice in notices]
    await store.save(*changed, settles=[one, other])
    assert (await store.counts(NOW)).waiting == 0


async def test_lists_come_in_the_order_asked_for(store: Store) -> None:
    soon, late = (Deadline(at=make.NOW + timedelta(days=days), whose=Whose.OURS, words="answer") for days in (1, 9))
    rows = [
        make.notice("TD-1", updated_at=make.NOW + timedelta(hours=3)),
        make.notice("TD-2", deadline=late, updated_at=make.NOW + timedelta(hours=1)),
        make.notice("TD-3", deadline=soon, owner="UOTHER", seller=make.seller("S-9")),
    ]
    await store.save(*rows)

    async def ids(**asked: Any) -> list[str]:
        return [one.id for one in (await store.notices(Query(**asked))).notices]

    assert await ids(sort=Sort.CHANGED) == ["TD-1", "TD-2", "TD-3"]
    assert await ids(sort=Sort.DEADLINE) == ["TD-3", "TD-2", "TD-1"]
    assert await ids(owner="UOTHER") == ["TD-3"]
    assert await ids(whose="UOTHER") == ["TD-3"]
    assert await ids(whose="UANALYST") == ["TD-3", "TD-2", "TD-1"]
    assert await ids(waits=True) == ["TD-3", "TD-2"]
    assert await ids(waits=False, whose="UANALYST") == ["TD-1"]
    assert await ids(sellers=frozenset({"acme:S-9"})) == ["TD-3"]
