"""The moments a rule names: on ordinary days, on the nights the clocks change, around holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Due, OnHoliday, Rhythm, Rule
from bot.schedules import came_due, check, following, next_runs

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rule(rhythm: Rhythm = Rhythm.DAILY, tz: str = "Europe/Berlin", **given_: Any) -> Rule:
    return check(Rule(rhythm=rhythm, tz=tz, **given_))


def cron(text: str, tz: str = "Europe/Berlin", **given_: Any) -> Rule:
    return rule(Rhythm.CRON, tz, cron=text, **given_)


def between(asked: Rule, start: datetime, end: datetime) -> list[Due]:
    return list(takewhile(lambda due: due.at <= end, following(asked, start)))


def days(asked: Rule, start: date, end: date) -> list[str]:
    """The local dates named from `start` to before `end`."""
    zone = ZoneInfo(asked.tz)
    begin, stop = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (start, end))
    return [due.local[:10] for due in between(asked, begin - timedelta(seconds=1), stop - timedelta(seconds=1))]


def test_a_weekly_rule_names_the_same_year_as_plain_arithmetic_does() -> None:
    asked = rule(Rhythm.WEEKLY, weekdays=(3, 0), at=time(9, 30))
    expected = []
    for number in range(1, 366):
        day = date(2026, 12, 31) + timedelta(days=number)
        if day.weekday() in (0, 3):
            # The European Union's summer time of 2027: from 28 March to 31 October.
            ahead = 2 if date(2027, 3, 28) <= day < date(2027, 10, 31) else 1
            at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC) - timedelta(hours=ahead)
            expected.append(Due(local=f"{day}T09:30", at=at))
    assert len(expected) == 104
    assert between(asked, datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 12, 31, 23, tzinfo=UTC)) == expected


def test_a_moment_that_is_now_is_not_named_again() -> None:
    asked = rule(at=time(9))
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert next_runs(asked, at, 1)[0].local == "2026-11-25T09:00"
    assert next_runs(asked, at - timedelta(microseconds=1), 1) == (Due(local="2026-11-24T09:00", at=at),)


NIGHTS: list[tuple[str, str, str, str, list[tuple[str, str]]]] = [
    # zone, cron, after, until, [(local, UTC)]
    # New York, spring 2027-03-14 02:00 → 03:00, autumn 2026-11-01 02:00 → 01:00
    ("America/New_York", "30 2 * * *", "2027-03-14T00:00", "2027-03-14T20:00", [("2027-03-14T03:30", "07:30")]),
    ("America/New_York", "30 2,3 * * *", "2027-03-14T00:00", "2027-03-14T20:00", [("2027-03-14T03:30", "07:30")]),
    ("America/New_York", "30 1 * * *", "2026-11-01T00:00", "2026-11-01T20:00", [("2026-11-01T01:30", "05:30")]),
    ("America/New_York", "0 9 * * *", "2026-11-01T00:00", "2026-11-01T20:00", [("2026-11-01T09:00", "14:00")]),
    # Berlin, spring 2027-03-28 02:00 → 03:00, autumn 2026-10-25 03:00 → 02:00
    ("Europe/Berlin", "30 2 * * *", "2027-03-27T12:00", "2027-03-28T20:00", [("2027-03-28T03:30", "01:30")]),
    (
        "Europe/Berlin",
        "0,30 2,3 * * *",  # 02:00 and 02:30 fall on 03:00 and 03:30, which are named by themselves
        "2027-03-27T12:00",
        "2027-03-28T20:00",
        [("2027-03-28T03:00", "01:00"), ("2027-03-28T03:30", "01:30")],
    ),
    (
        "Europe/Berlin",
        "45 2 * * *",
        "2026-10-24T12:00",
        "2026-10-25T20:00",
        [("2026-10-25T02:45", "00:45")],
    ),
    (
        "Europe/Berlin",
        "0 1-4 * * *",
        "2026-10-24T12:00",
        "2026-10-25T20:00",
        [
            ("2026-10-25T01:00", "23:00"),
            ("2026-10-25T02:00", "00:00"),
            ("2026-10-25T03:00", "02:00"),
            ("2026-10-25T04:00", "03:00"),
        ],
    ),
    # Lord Howe, half an hour: spring 2026-10-04 02:00 → 02:30, autumn 2027-04-04 02:00 → 01:30
    ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00", "2026-10-04T10:00", [("2026-10-04T02:45", "15:45")]),
    (
        "Australia/Lord_Howe",
        "0,15,30,45 2 * * *",
        "2026-10-03T12:00",
        "2026-10-04T10:00",
        [("2026-10-04T02:30", "15:30"), ("2026-10-04T02:45", "15:45")],
    ),
    ("Australia/Lord_Howe", "45 1 * * *", "2027-04-03T12:00", "2027-04-04T10:00", [("2027-04-04T01:45", "14:45")]),
    # Santiago, at midnight: spring 2026-09-06 00:00 → 01:00, autumn 2027-04-04 00:00 → 2027-04-03 23:00
    ("America/Santiago", "0 0 * * *", "2026-09-05T12:00", "2026-09-06T20:00", [("2026-09-06T01:00", "04:00")]),
    ("America/Santiago", "30 23 * * *", "2027-04-03T12:00", "2027-04-04T20:00", [("2027-04-03T23:30", "02:30")]),
    ("America/Santiago", "0 0 * * *", "2027-04-03T12:00", "2027-04-04T20:00", [("2027-04-04T00:00", "04:00")]),
    # Cairo, at midnight of a Friday: spring 2026-04-24 00:00 → 01:00, autumn 2026-10-30 00:00 → 2026-10-29 23:00
    ("Africa/Cairo", "30 0 * * *", "2026-04-23T12:00", "2026-04-24T20:00", [("2026-04-24T01:30", "22:30")]),
    ("Africa/Cairo", "30 23 * * *", "2026-10-29T12:00", "2026-10-30T12:00", [("2026-10-29T23:30", "20:30")]),
    # Samoa left out the whole of 30 December 2011
    (
        "Pacific/Apia",
        "0 9 * * *",
        "2011-12-29T00:00",
        "2011-12-31T12:00",
        [("2011-12-29T09:00", "19:00"), ("2011-12-31T09:00", "19:00")],
    ),
]


@pytest.mark.parametrize(("tz", "text", "after", "until", "expected"), NIGHTS)
def test_a_night_when_the_clocks_change_names_each_moment_once(
    tz: str, text: str, after: str, until: str, expected: list[tuple[str, str]]
) -> None:
    start, end = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (after, until))
    assert [(due.local, due.at.strftime("%H:%M")) for due in between(cron(text, tz), start, end)] == expected


def test_a_night_asked_about_from_the_middle_is_the_same_night() -> None:
    hourly = cron("0,30 * * * *")
    for start in (datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        whole = between(hourly, start, start + timedelta(hours=9))
        for minutes in range(0, 360, 7):
            later = start + timedelta(minutes=minutes)
            part = between(hourly, later, start + timedelta(hours=9))
            assert part == [due for due in whole if due.at > later]


ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Shanghai",
)
RULES = st.one_of(
    st.builds(Rule, rhythm=st.sampled_from((Rhythm.DAILY, Rhythm.WORKDAYS)), tz=st.sampled_from(ZONES)),
    st.builds(
        Rule,
        rhythm=st.just(Rhythm.WEEKLY),
        tz=st.sampled_from(ZONES),
        weekdays=st.sets(st.integers(0, 6), min_size=1).map(tuple),
    ),
    st.builds(Rule, rhythm=st.just(Rhythm.MONTHLY), tz=st.sampled_from(ZONES), day=st.integers(1, 31) | st.just(-1)),
    st.builds(
        Rule,
        rhythm=st.just(Rhythm.CRON),
        tz=st.sampled_from(ZONES),
        cron=st.sampled_from(("*/15 * * * *", "30 1-3 * * *", "15,45 0,23 * * sun", "0 9 last * *", "0 */6 1-7 * *")),
    ),
)
ANY = st.builds(
    lambda made, at, code, on: check(
        Rule(
            rhythm=made.rhythm,
            tz=made.tz,
            at=at,
            weekdays=made.weekdays,
            day=made.day,
            cron=made.cron,
            holidays=code,
            on_holiday=on,
        )
    ),
    RULES,
    st.builds(time, st.sampled_from((0, 1, 2, 3, 9, 23)), st.sampled_from((0, 15, 30))),
    st.sampled_from(("DE", "CN", "US")),
    st.sampled_from(OnHoliday),
)
# Around the changes of the clocks, Easter, Chinese New Year and Christmas as often as anywhere.
STARTS = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from([datetime(2027, month, day, tzinfo=UTC) for month in range(1, 13) for day in (1, 12, 27)]),
    st.integers(0, 15 * 1440),
)


@settings(max_examples=150, deadline=None)
@given(ANY, STARTS, st.integers(1, 60 * 1440))
def test_where_it_starts_makes_no_difference(asked: Rule, start: datetime, minutes: int) -> None:
    later = start + timedelta(minutes=minutes)
    from_later = list(islice(following(asked, later), 8))
    skipped = [due for due in islice(following(asked, start), 6_000) if due.at > later]
    assert skipped[:8] == from_later[: len(skipped)]
    assert skipped


@settings(max_examples=100, deadline=None)
@given(ANY, STARTS)
def test_moments_come_in_order_in_utc_and_each_wall_clock_once(asked: Rule, start: datetime) -> None:
    found = list(islice(following(asked, start), 400))
    assert all(start < due.at and due.at.tzinfo is UTC for due in found)
    assert all(one.at < two.at for one, two in pairwise(found))
    assert len({due.local for due in found}) == len(found)
    zone = ZoneInfo(asked.tz)
    assert all(due.local == due.at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") for due in found)


@settings(max_examples=60, deadline=None)
@given(ANY, STARTS, st.integers(0, 200 * 1440), st.integers(0, 30))
def test_what_came_due_is_the_newest_of_a_plain_walk(asked: Rule, now: datetime, minutes: int, limit: int) -> None:
    since = now - timedelta(minutes=minutes)
    walked = tuple(between(asked, since, now)) if minutes < 20 * 1440 else None
    found = came_due(asked, since, now, limit)
    assert len(found) <= limit
    if walked is not None:
        assert found == walked[len(walked) - min(limit, len(walked)) :]


def test_what_came_due_in_a_year_of_quarters_of_an_hour_is_found_near_now() -> None:
    found = came_due(cron("*/15 * * * *", "UTC"), NOW - timedelta(days=365), NOW, limit=4)
    assert [due.local[11:] for due in found] == ["11:15", "11:30", "11:45", "12:00"]
    assert came_due(cron("*/15 * * * *"), NOW, NOW) == ()


def test_the_29th_to_the_31st_are_the_last_day_of_a_short_month() -> None:
    start, end = date(2027, 1, 1), date(2027, 7, 1)
    last = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"]
    assert days(rule(Rhythm.MONTHLY, day=31), start, end) == last
    assert days(rule(Rhythm.MONTHLY, day=-1), start, end) == last
    assert days(rule(Rhythm.MONTHLY, day=30), start, end) == [day.replace("-31", "-30") for day in last]
    assert days(rule(Rhythm.MONTHLY, day=29), start, end) == [f"{day[:8]}{min(29, int(day[8:]))}" for day in last]
    assert days(rule(Rhythm.MONTHLY, day=28), start, end) == [f"{day[:8]}28" for day in last]


def test_a_leap_year_has_a_29th_of_february() -> None:
    start, end = date(2028, 2, 1), date(2028, 3, 1)
    for day in (29, 30, 31, -1):
        assert days(rule(Rhythm.MONTHLY, day=day), start, end) == ["2028-02-29"]
    assert days(cron("0 9 29 feb *"), date(2026, 1, 1), date(2030, 1, 1)) == ["2028-02-29"]


def test_it_ends_after_five_years() -> None:
    found = list(following(rule(Rhythm.MONTHLY), NOW))
    assert len(found) == 60
    assert found[-1].at <= NOW + timedelta(days=5 * 366)


def test_a_working_day_is_monday_to_friday() -> None:
    found = days(rule(Rhythm.WORKDAYS), date(2026, 11, 26), date(2026, 12, 2))
    assert found == ["2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01"]


def test_holidays_are_skipped() -> None:
    skipping = rule(holidays="DE", on_holiday=OnHoliday.SKIP)
    assert days(skipping, date(2026, 12, 24), date(2026, 12, 28)) == ["2026-12-24", "2026-12-27"]
    assert days(skipping, date(2026, 10, 2), date(2026, 10, 5)) == ["2026-10-02", "2026-10-04"]


def test_holidays_are_posted_on_when_asked() -> None:
    posting = rule(holidays="DE", on_holiday=OnHoliday.POST)
    assert days(posting, date(2026, 12, 25), date(2026, 12, 27)) == ["2026-12-25", "2026-12-26"]


def test_good_friday_moves_past_easter_monday() -> None:
    fridays = rule(Rhythm.WEEKLY, weekdays=(4,), holidays="DE", on_holiday=OnHoliday.SHIFT)
    assert days(fridays, date(2027, 3, 19), date(2027, 4, 3)) == ["2027-03-19", "2027-03-30", "2027-04-02"]


def test_good_friday_and_easter_monday_that_move_to_the_same_tuesday_are_one() -> None:
    for weekdays in ((0, 4), (0, 1, 4)):
        asked = rule(Rhythm.WEEKLY, weekdays=weekdays, holidays="DE", on_holiday=OnHoliday.SHIFT)
        assert days(asked, date(2027, 3, 24), date(2027, 4, 2)) == ["2027-03-30"]
    workdays = rule(Rhythm.WORKDAYS, holidays="DE", on_holiday=OnHoliday.SHIFT)
    assert days(workdays, date(2027, 3, 25), date(2027, 4, 1)) == ["2027-03-25", "2027-03-30", "2027-03-31"]


def test_a_holiday_on_a_saturday_moves_to_monday_and_other_saturdays_stay() -> None:
    saturdays = rule(Rhythm.WEEKLY, weekdays=(5,), holidays="DE", on_holiday=OnHoliday.SHIFT)
    assert days(saturdays, date(2026, 9, 26), date(2026, 10, 11)) == ["2026-09-26", "2026-10-05", "2026-10-10"]


def test_what_was_moved_keeps_its_wall_clock_when_the_clocks_change_on_the_way() -> None:
    fridays = rule(Rhythm.WEEKLY, weekdays=(4,), at=time(9), holidays="DE", on_holiday=OnHoliday.SHIFT)
    moved = next_runs(fridays, datetime(2027, 3, 22, tzinfo=UTC), 1)[0]
    assert moved == Due(local="2027-03-30T09:00", at=datetime(2027, 3, 30, 7, tzinfo=UTC))


def test_what_was_moved_is_found_from_within_the_holidays() -> None:
    fridays = rule(Rhythm.WEEKLY, weekdays=(4,), holidays="DE", on_holiday=OnHoliday.SHIFT)
    for start in (date(2027, 3, 26), date(2027, 3, 27), date(2027, 3, 29), date(2027, 3, 30)):
        assert days(fridays, start, date(2027, 4, 1)) == ["2027-03-30"]
