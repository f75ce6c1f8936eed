"""What a marketplace says becomes the notice's next step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.desk import Desk, settling
from bot.desk.settling import decided
from bot.model import AT_MARKETPLACE, TRANSITIONS, Brief, ComeBack, Decision, Event, Notice, Seller, Status
from tests import make

SAYABLE = sorted(AT_MARKETPLACE | {Status.WITHDRAWN, *TRANSITIONS[Status.BY_HAND]})


def desk() -> Desk:
    """Only what the pure part asks: a clock, and no marketplace by name."""
    nobody = cast(Any, None)
    return Desk(
        store=nobody,
        people=nobody,
        marketplaces={},
        sites=(),
        clock=lambda: make.NOW,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )


def told(notice: Notice, status: Status, **more: Any) -> tuple[Notice, list[Event]]:
    decision = Decision(**{"reference": "R1", "status": status, "vendor_status": str(status), **more})
    after, records = decided(desk(), notice, decision)
    return after, [record for record in records if isinstance(record, Event)]


@pytest.mark.parametrize("heard", [settling.ASKED, settling.ANSWERED, settling.PUSHED])
def test_how_it_was_heard_is_on_record_and_what_a_person_tells_comes_from_where_they_were(heard: str) -> None:
    decision = Decision(reference="R1", status=Status.REMOVED, vendor_status="removed")
    for by, where in ((None, f"acme, {heard}"), (replace(make.ANALYST, where="/takedown in C1"), "/takedown in C1")):
        _, records = decided(desk(), make.notice(status=Status.IN_REVIEW), decision, by=by, heard=heard)
        assert [one.where for one in records if isinstance(one, Event)] == [where]


def test_the_same_news_twice_is_no_news() -> None:
    after, _ = told(make.notice(status=Status.SUBMITTED), Status.IN_REVIEW)
    again, events = told(after, Status.IN_REVIEW)
    assert again == after
    assert events == []


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("said", SAYABLE)
def test_what_cannot_follow_is_written_down_and_changes_nothing(before: Status, said: Status) -> None:
    after, events = told(make.notice(status=before, reference="R1", vendor_status="x"), said)
    possible = said is before or said in TRANSITIONS[before]
    assert after.status is (said if possible else before)
    assert [event.kind for event in events] == ["decision" if possible else "surprise"]


def test_a_duplicate_does_not_take_the_reference_of_the_notice_it_doubles() -> None:
    after, events = told(make.notice(status=Status.SENDING), Status.DUPLICATE)
    assert after.reference == ""
    assert "R1" in events[0].words


def test_the_marketplace_knows_its_sellers_better_than_who_filed() -> None:
    theirs = Seller(seller_id="S-5", name="Shop 5")
    after, events = told(make.notice(status=Status.IN_REVIEW, reference="R1"), Status.IN_REVIEW, seller=theirs)
    assert after.seller == theirs
    assert "names the seller" in events[0].words
    ours = Seller(seller_id="mine")
    put_right, events = told(
        make.notice(status=Status.IN_REVIEW, seller=ours, reference="R1"), Status.IN_REVIEW, seller=theirs
    )
    assert put_right.seller == theirs
    assert events[0].words == "acme names the seller: Shop 5 (S-5), not mine."
    nameless = Seller(seller_id="S-5")
    kept, _ = told(make.notice(status=Status.IN_REVIEW, seller=theirs), Status.REMOVED, seller=nameless)
    assert kept.seller == theirs


def test_a_removal_is_remembered_after_the_listing_came_back() -> None:
    removed, _ = told(make.notice(status=Status.IN_REVIEW), Status.REMOVED, decided_at=make.NOW)
    assert removed.removed_at == make.NOW
    back, _ = told(removed, Status.REINSTATED, came_back=ComeBack.RELISTED)
    assert (back.removed_at, back.came_back) == (make.NOW, ComeBack.RELISTED)
    assert Brief.of(back).upheld


@pytest.mark.parametrize(
    ("said", "more"),
    [
        (Status.REJECTED, {"reason": "closed"}),
        (Status.REJECTED, {"seller": Seller(seller_id="S-5")}),
        (Status.IN_REVIEW, {"vendor_status": "reopened?"}),
        (Status.IN_REVIEW, {"decided_at": make.NOW}),
    ],
)
def test_a_further_word_does_not_decide_it_anew(said: Status, more: dict[str, Any]) -> None:
    long_ago = make.NOW - timedelta(days=200)
    rejected, _ = told(make.notice(status=Status.IN_REVIEW, at=long_ago), Status.REJECTED, decided_at=long_ago)
    assert rejected.decided_at == long_ago
    after, events = told(rejected, said, **more)
    assert (len(events), after.decided_at) == (1, long_ago)


def test_a_day_that_is_put_right_is_taken() -> None:
    yesterday = make.NOW - timedelta(days=1)
    rejected, _ = told(make.notice(status=Status.IN_REVIEW, at=yesterday), Status.REJECTED)
    after, _ = told(rejected, Status.REJECTED, decided_at=yesterday, reason="As we wrote yesterday.")
    assert after.decided_at == yesterday


def test_only_a_counter_notice_counts_as_one_and_not_that_the_seller_was_asked() -> None:
    asked, _ = told(make.notice(status=Status.IN_REVIEW, reference="R1"), Status.SELLER_RESPONSE)
    removed, _ = told(asked, Status.REMOVED)
    assert not removed.contested
    objected, events = told(removed, Status.REMOVED, contested=True)
    assert objected.contested
    assert events[0].words == "acme says that the seller filed a counter-notice."
    again, _ = told(objected, Status.REMOVED)
    assert again == objected, "that it is not said again takes nothing back"


def test_what_they_say_of_a_return_stands_though_there_was_a_counter_notice_before() -> None:
    removed, _ = told(make.notice(status=Status.IN_REVIEW), Status.REMOVED, contested=True)
    back, _ = told(removed, Status.REINSTATED, came_back=ComeBack.RELISTED)
    again, _ = told(back, Status.REINSTATED, contested=True, reason="Listed anew.")
    assert again.came_back is ComeBack.RELISTED


def test_a_listing_back_after_a_counter_notice_is_a_won_one() -> None:
    removed, _ = told(make.notice(status=Status.IN_REVIEW), Status.REMOVED, contested=True)
    back, _ = told(removed, Status.REINSTATED)
    assert back.came_back is ComeBack.COUNTER_NOTICE
    assert Brief.of(back).overturned


def test_a_listing_back_for_no_known_reason_is_not_held_against_the_seller() -> None:
    back, _ = told(make.upheld(), Status.REINSTATED)
    assert back.came_back is None
    assert not Brief.of(back).upheld


def test_what_we_said_of_their_silence_ends_when_they_answer() -> None:
    silent = make.notice(
        status=Status.IN_REVIEW,
        reference="R1",
        vendor_status="in_review",
        reason="acme would not say how this stands: no",
    )
    after, _ = told(silent, Status.IN_REVIEW)
    assert after.reason == ""
