"""Statuses and their transitions."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import AT_MARKETPLACE, FINAL, OPEN, RELIES_ON, TRANSITIONS, Brief, Status, Violation
from tests import make

statuses = st.sampled_from(Status)


def test_every_status_is_either_open_or_final_and_has_its_transitions() -> None:
    assert set(Status) == OPEN | FINAL
    assert not OPEN & FINAL
    assert set(TRANSITIONS) == set(Status)


def test_every_violation_relies_on_some_right() -> None:
    assert set(RELIES_ON) == set(Violation)
    assert all(RELIES_ON.values())


def test_every_open_status_can_end() -> None:
    for status in OPEN:
        assert reachable(status) & FINAL, f"nothing ends {status}"


def test_only_a_retry_a_return_or_a_confirmation_leaves_a_final_status() -> None:
    left = {status: TRANSITIONS[status] for status in FINAL if TRANSITIONS[status]}
    assert left == {
        Status.REMOVED: {Status.REINSTATED},
        Status.GONE: {Status.REINSTATED, Status.REMOVED},
        Status.FAILED: {Status.QUEUED},
    }


def test_nothing_reaches_the_marketplace_without_being_sent() -> None:
    for status in (Status.AWAITING_APPROVAL, Status.QUEUED, Status.FAILED):
        assert not TRANSITIONS[status] & (AT_MARKETPLACE | {Status.REMOVED})


@given(statuses, statuses)
def test_a_notice_moves_only_along_a_transition(before: Status, after: Status) -> None:
    notice = make.notice(status=before)
    if after is before or after in TRANSITIONS[before]:
        moved = notice.changed(notice.updated_at, status=after)
        assert (moved.status, moved.version) == (after, notice.version + 1)
    else:
        with pytest.raises(ValueError, match="cannot go from"):
            notice.changed(notice.updated_at, status=after)


@given(statuses)
def test_a_return_that_only_we_saw_can_be_taken_back_and_no_other(after: Status) -> None:
    seen = make.notice(status=Status.REINSTATED, seen_back_at=make.NOW)
    assert seen.may_become(after) is (after in (Status.REMOVED, Status.GONE))
    assert not make.notice(status=Status.REINSTATED).may_become(after)
    assert not make.notice(status=Status.REJECTED, seen_back_at=make.NOW).may_become(after)


def test_a_notice_knows_since_when_it_stands_as_it_does() -> None:
    filed = make.notice(status=Status.SUBMITTED)
    asked = filed.changed(make.NOW + timedelta(days=1), status=Status.NEEDS_INPUT)
    noted = asked.changed(make.NOW + timedelta(days=2), seller=make.seller())
    assert [Brief.of(one).since for one in (filed, asked, noted)] == [make.NOW, *[make.NOW + timedelta(days=1)] * 2]


@given(statuses)
def test_only_an_open_notice_holds_its_listing(status: Status) -> None:
    assert (make.notice(status=status).open_key is None) == status.final


def reachable(start: Status) -> set[Status]:
    found: set[Status] = set()
    todo = [start]
    while todo:
        for following in TRANSITIONS[todo.pop()] - found:
            found.add(following)
            todo.append(following)
    return found
