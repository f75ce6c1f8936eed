"""What rules are refused, and how rules, zones and moments are said."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.model import Due, OnHoliday, Rhythm, Rule
from bot.schedules import (
    check,
    checked_cron,
    countries,
    country,
    country_name,
    in_words,
    is_zone,
    next_runs,
    run_in_words,
    zone,
    zones,
)

CRONS: list[tuple[str, str]] = [
    ("0 9 * * mon-fri", "At 09:00, Monday through Friday"),
    ("0 9 * * MON,Thu", "At 09:00, only on Monday and Thursday"),
    ("  0  9 * *  monday ", "At 09:00, only on Monday"),
    ("0 9 * * tuesday-thursday", "At 09:00, Tuesday through Thursday"),
    ("30 18 * * sun", "At 18:30, only on Sunday"),
    ("*/15 8-18 * * *", "Every 15 minutes, between 08:00 and 18:59"),
    ("0 9 1,15 * *", "At 09:00, on day 1 and 15 of the month"),
    ("0 9 last * *", "At 09:00, on the last day of the month"),
    ("30 8 1,last * *", "At 08:30, on day 1 and the last of the month"),
    ("30 8 last,15 * *", "At 08:30, on day 15 and the last of the month"),
    ("30 7 * jan-mar sun", "At 07:30, only on Sunday, January through March"),
    ("0 */6 * * *", "Every 6 hours"),
]


@pytest.mark.parametrize(("text", "words"), CRONS)
def test_cron_is_said_back(text: str, words: str) -> None:
    made = check(Rule(rhythm=Rhythm.CRON, tz="UTC", cron=text))
    assert in_words(made) == f"{words} (cron {made.cron}), UTC"
    assert checked_cron(made.cron) == made.cron


REFUSED: list[tuple[str, str]] = [
    # numbers of weekdays
    ("0 9 * * 1-5", "`mon-fri`"),
    ("0 9 * * 0", "`sun`"),
    ("0 9 * * 7", "`sun`"),
    ("0 9 * * 6,0", "`sat,sun`"),
    ("0 9 * * mon,3", "by name"),
    ("0 9 * * */2", "by name"),
    ("0 9 * * 5-1", "by name"),
    # fields
    ("", "five fields"),
    ("0 9 * *", "This one has 4"),
    ("0 0 9 * * mon", "Seconds"),
    ("0 9 * * mon 2027", "Seconds"),
    ("@daily", "`0 0 * * *`"),
    ("@reboot", "five fields"),
    # signs of other programs
    ("0 9 L * *", "`last`"),
    ("0 9 15W * *", "`last`"),
    ("0 9 LW * *", "`last`"),
    ("0 9 ? * mon", "`?`"),
    ("0 9 * * fri#2", "`#`"),
    ("0 9 * * friL", "weekday"),
    ("5/15 * * * *", "`5-59/15`"),
    ("0 9 * * mon-fri/2", "weekday"),
    ("0 9 * jan/2 *", "month"),
    # ranges that go around
    ("0 9 * * fri-mon", "`fri,sat,sun,mon`"),
    ("0 22-6 * * *", "`22-23,0-6`"),
    ("0 9 * nov-feb *", "`nov,dec,jan,feb`"),
    ("0 9 25-5 * *", "`25-31,1-5`"),
    # numbers that there are not
    ("60 9 * * *", "0 to 59"),
    ("0 24 * * *", "0 to 23"),
    ("0 9 0 * *", "1 to 31"),
    ("0 9 1 13 *", "1 to 12"),
    ("*/0 9 * * *", "step"),
    ("*/60 * * * *", "step"),
    ("*/40 * * * *", "`0,40`"),
    ("0 */5 * * *", "`0,5,10,15,20`"),
    # dates that there are not
    ("0 9 31 feb *", "never comes"),
    ("0 9 31 2,4,6 *", "never comes"),
    # too often
    ("* * * * *", "15 minutes"),
    ("*/10 * * * *", "15 minutes"),
    ("0,10 9 * * *", "15 minutes"),
    ("0,59 0,23 * * *", "15 minutes"),
    # read differently by different programs
    ("0 9 1 * mon", "either"),
    # no cron at all
    ("a b c d e", "minute"),
    ("0 9 , * *", "day of the month"),
    ("0 9 * * ,", "weekday"),
    ("0 9 * * mon-", "weekday"),
    ("0 9 * * someday", "`mon` to `sun`"),
    ("²  9 * * *", "minute"),
    ("x" * 500, "characters"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_cron_that_programs_read_differently_is_refused_with_advice(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_cron(text)
    assert says in str(refused.value)
    assert refused.value.field == "cron"
    assert len(str(refused.value)) < 250


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text("0123456789*/-,lwmonfrijaebL?#@ ", max_size=6), min_size=4, max_size=6).map(" ".join))
def test_cron_is_refused_or_named_and_said(text: str) -> None:
    try:
        made = check(Rule(rhythm=Rhythm.CRON, tz="Europe/Berlin", cron=text))
    except Invalid:
        return
    assert check(made) == made
    assert next_runs(made, datetime(2026, 1, 1, tzinfo=UTC), 1)
    assert in_words(made).endswith(", Europe/Berlin")


WORDS: list[tuple[dict[str, Any], str]] = [
    ({"rhythm": Rhythm.DAILY}, "every day at 09:00, Europe/Berlin"),
    (
        {"rhythm": Rhythm.WORKDAYS, "tz": "Asia/Shanghai", "at": time(18, 30), "holidays": "germany"}
        | {"on_holiday": OnHoliday.SKIP},
        "every working day (Monday to Friday) at 18:30, Asia/Shanghai; not on public holidays of Germany",
    ),
    ({"rhythm": Rhythm.WEEKLY, "weekdays": (0,)}, "every Monday at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.WEEKLY, "weekdays": (4, 0, 2)}, "every Monday, Wednesday and Friday at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.MONTHLY}, "on the 1st of each month at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.MONTHLY, "day": 12}, "on the 12th of each month at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.MONTHLY, "day": 22}, "on the 22nd of each month at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.MONTHLY, "day": 31}, "on the 31st of each month (or its last day) at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.MONTHLY, "day": -1}, "on the last day of each month at 09:00, Europe/Berlin"),
    ({"rhythm": Rhythm.DAILY, "holidays": "DE"}, "every day at 09:00, Europe/Berlin"),
    (
        {"rhythm": Rhythm.DAILY, "holidays": "US", "on_holiday": OnHoliday.SHIFT},
        "every day at 09:00, Europe/Berlin; if that is a public holiday of the United States, on the next working day",
    ),
]


@pytest.mark.parametrize(("given_", "words"), WORDS)
def test_a_rule_is_said(given_: dict[str, Any], words: str) -> None:
    assert in_words(check(Rule(**({"tz": "Europe/Berlin"} | given_)))) == words


MOMENTS = [
    (datetime(2026, 11, 30, 8, tzinfo=UTC), "Europe/Berlin", "Monday 30 November 2026, 09:00 (UTC+1)"),
    (datetime(2026, 7, 1, 13, tzinfo=UTC), "America/New_York", "Wednesday 1 July 2026, 09:00 (UTC-4)"),
    (datetime(2026, 7, 1, 3, 30, tzinfo=UTC), "Asia/Kolkata", "Wednesday 1 July 2026, 09:00 (UTC+5:30)"),
    (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), "America/St_Johns", "Wednesday 1 July 2026, 10:00 (UTC-2:30)"),
    (datetime(2026, 12, 1, 9, tzinfo=UTC), "Europe/London", "Tuesday 1 December 2026, 09:00 (UTC)"),
]


@pytest.mark.parametrize(("at", "tz", "words"), MOMENTS)
def test_a_moment_is_said_with_its_offset(at: datetime, tz: str, words: str) -> None:
    assert run_in_words(Due(local="", at=at), tz) == words


@pytest.mark.parametrize(
    ("field", "given_"),
    [
        ("tz", {"tz": "Europe/Berln"}),
        ("at", {"at": time(9, 0, 30)}),
        ("at", {"at": time(9, tzinfo=UTC)}),
        ("weekdays", {"rhythm": Rhythm.WEEKLY}),
        ("weekdays", {"rhythm": Rhythm.WEEKLY, "weekdays": (7,)}),
        ("day", {"rhythm": Rhythm.MONTHLY, "day": 0}),
        ("day", {"rhythm": Rhythm.MONTHLY, "day": 32}),
        ("day", {"rhythm": Rhythm.MONTHLY, "day": -2}),
        ("cron", {"rhythm": Rhythm.CRON}),
        ("holidays", {"holidays": "Narnia"}),
        ("holidays", {"on_holiday": OnHoliday.SKIP}),
    ],
)
def test_a_refusal_stands_beside_its_field(field: str, given_: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        check(Rule(**({"rhythm": Rhythm.DAILY, "tz": "Europe/Berlin"} | given_)))
    assert refused.value.field == field


def test_a_rule_is_kept_without_what_its_rhythm_does_not_use() -> None:
    typed = Rule(
        rhythm=Rhythm.WEEKLY, tz="europe/berlin", weekdays=(4, 0, 4), day=99, cron="nonsense", holidays="germany"
    )
    assert check(typed) == Rule(rhythm=Rhythm.WEEKLY, tz="Europe/Berlin", weekdays=(0, 4), holidays="DE")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        (" america/new york ", "America/New_York"),
        ("AMERICA/PORT-AU-PRINCE", "America/Port-au-Prince"),
        ("utc", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_zone_is_known_in_any_case(typed: str, name: str) -> None:
    assert zone(typed) == name
    assert name in zones()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("Louisville", "America/Louisville"),
        ("GMT+5", "Etc/GMT+5"),
        ("North", "Australia/North"),
        ("general", "Mexico/General"),
        ("EST", "America/New_York"),
        ("cet", "Europe/Berlin"),
        ("GMT", "Europe/London"),
        ("Japan", "Asia/Tokyo"),
        ("Mars", "Name a city"),
        ("", "as a city"),
        ("../../etc/passwd", "do not know"),
        ("x" * 5_000, "do not know"),
    ],
)
def test_a_zone_that_is_no_place_is_refused_with_one(typed: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        zone(typed)
    assert says in str(refused.value)
    assert refused.value.field == "tz"
    assert len(str(refused.value)) < 250


def test_words_that_mean_a_zone_are_told_from_others() -> None:
    assert all(is_zone(word) for word in ("UTC", "EST", "europe/berlin", "Berlin", "Japan"))
    assert not any(is_zone(word) for word in ("mon", "daily", "quiet", "last", "may"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("Germany", "DE"),
        ("uk", "GB"),
        ("USA", "US"),
        ("the Netherlands", "NL"),
        ("south korea", "KR"),
        ("no", "NO"),
        ("Hong Kong", "HK"),
    ],
)
def test_a_country_is_known_by_code_and_by_name(typed: str, code: str) -> None:
    assert country(typed) == code


def test_every_country_is_known_by_the_name_it_is_shown_by() -> None:
    assert len(countries()) > 200
    assert all(country(name) == country(code) == code for code, name in countries().items())
    assert country_name("US") == "the United States"


@pytest.mark.parametrize(("typed", "says"), [("Germny", "Germany (DE)"), ("Narnia", "such as DE"), ("", "such as DE")])
def test_an_unknown_country_is_refused(typed: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        country(typed)
    assert says in str(refused.value)
