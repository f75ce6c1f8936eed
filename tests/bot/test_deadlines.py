"""Terms in days, and when somebody is reminded of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deadlines import SUNDAY, WAKING, WEEKEND, after_days, reminders

ZONES = ("Europe/Berlin", "Asia/Shanghai", "America/Los_Angeles", "UTC", "Australia/Lord_Howe")


def at(day: int, hour: int = 10, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "skip", "country", "end"),
    [
        (at(24), 3, (), "", at(27)),
        (at(27), 3, SUNDAY, "", at(1, month=12)),  # Friday: Saturday, Monday, Tuesday
        (at(26), 3, WEEKEND, "", at(1, month=12)),  # Thursday: Friday, Monday, Tuesday
        (at(29, month=9), 3, WEEKEND, "CN", at(9, month=10)),  # the National Day week counts for nothing
        (at(24), 0, WEEKEND, "", at(24)),
    ],
)
def test_a_term_counts_only_the_days_it_is_made_of(
    start: datetime, days: int, skip: frozenset[int], country: str, end: datetime
) -> None:
    assert after_days(start, days, skip=skip, country=country) == end


def test_a_long_term_is_reminded_of_half_way_a_day_before_and_four_hours_before() -> None:
    assert reminders(at(1), at(11, 16), "UTC") == (at(6, 13), at(10, 16), at(11, 12))


def test_nobody_is_reminded_at_night() -> None:
    # 03:00 in Berlin on the last day: the evening before is used, and the evening before that.
    times = reminders(at(20), at(24, 2), "Europe/Berlin")
    local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in times]
    assert [(moment.day, moment.hour) for moment in local] == [(21, 19), (22, 19), (23, 19)]


def test_a_term_of_a_few_hours_is_reminded_of_once_or_twice() -> None:
    assert reminders(at(24, 9), at(24, 15), "UTC") == (at(24, 11), at(24, 12))
    assert reminders(at(24, 9), at(24, 10), "UTC") == ()


@given(
    st.integers(0, 730 * 1440).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.timedeltas(timedelta(minutes=5), timedelta(days=60)),
    st.sampled_from(ZONES),
)
def test_reminders_come_in_order_between_start_and_deadline(start: datetime, term: timedelta, tz: str) -> None:
    times = reminders(start, start + term, tz)
    assert len(times) <= 3
    assert list(times) == sorted(times)
    assert all(start < moment < start + term for moment in times)
    assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(times))
    if term >= timedelta(days=2):
        assert times, "whoever has two days is reminded"
        early, late = WAKING
        assert all(early <= moment.astimezone(ZoneInfo(tz)).time() < late for moment in times[:-1])
