"""What a marketplace says becomes the notice's next step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from bot.desk import Desk
from bot.desk.settling import decided
from bot.model import AT_MARKETPLACE, TRANSITIONS, Decision, Event, Notice, Seller, Status
from tests import make

SAYABLE = sorted(AT_MARKETPLACE | {Status.WITHDRAWN, *TRANSITIONS[Status.BY_HAND]})


def desk() -> Desk:
    """Only what the pure part asks: a clock, and no marketplace by name."""
    nobody = cast(Any, None)
    return Desk(
        store=nobody,
        people=nobody,
        marketplaces={},
        rights={},
        sites=(),
        clock=lambda: make.NOW,
        admins=frozenset(),
        undo=timedelta(),
    )


def told(notice: Notice, status: Status, **more: Any) -> tuple[Notice, list[Event]]:
    decision = Decision(**{"reference": "R1", "status": status, "vendor_status": str(status), **more})
    after, records = decided(desk(), notice, decision)
    return after, [record for record in records if isinstance(record, Event)]


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


def test_a_seller_they_name_is_kept_and_one_we_know_is_not_replaced() -> None:
    theirs = Seller(seller_id="S-5", name="Shop 5")
    after, events = told(make.notice(status=Status.IN_REVIEW, reference="R1"), Status.IN_REVIEW, seller=theirs)
    assert after.seller == theirs
    assert "names the seller" in events[0].words
    ours = Seller(seller_id="mine")
    kept, _ = told(make.notice(status=Status.IN_REVIEW, seller=ours), Status.REMOVED, seller=theirs)
    assert kept.seller == ours


def test_what_we_said_of_their_silence_ends_when_they_answer() -> None:
    silent = make.notice(
        status=Status.IN_REVIEW,
        reference="R1",
        vendor_status="in_review",
        reason="acme would not say how this stands: no",
    )
    after, _ = told(silent, Status.IN_REVIEW)
    assert after.reason == ""
