"""What people type after `/digest`, and what the desk takes it for."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar.digests import (
    DIGEST_USAGE,
    AddSchedule,
    DigestCommand,
    DigestHelp,
    EditSchedule,
    ListSchedules,
    PauseSchedule,
    PreviewSchedule,
    RemoveSchedule,
    ResumeSchedule,
    RunSchedule,
    ShowHistory,
    Wish,
    digest_usage,
    parse_digest,
)
from bot.model import CatchUp, OnHoliday, Rhythm

BRAND = "<#C0123ABCD|brand>"

VERBS: list[tuple[str, DigestCommand]] = [
    ("", ListSchedules()),
    ("list", ListSchedules()),
    ("add", AddSchedule()),
    ("new", AddSchedule()),
    ("add the", AddSchedule()),
    ("edit DG-3 to", EditSchedule(schedule_id="DG-3")),
    ("edit DG-3", EditSchedule(schedule_id="DG-3")),
    ("edit dg3 10:00", EditSchedule(schedule_id="DG-3", wish=Wish(at=time(10)))),
    ("preview 3", PreviewSchedule(schedule_id="DG-3")),
    ("run #3", RunSchedule(schedule_id="DG-3")),
    ("pause dg-3", PauseSchedule(schedule_id="DG-3")),
    ("resume `DG-3`", ResumeSchedule(schedule_id="DG-3")),
    ("remove DG–003.", RemoveSchedule(schedule_id="DG-3")),
    ("delete DG_3", RemoveSchedule(schedule_id="DG-3")),
    ("history 120", ShowHistory(schedule_id="DG-120")),
    ("help", DigestHelp()),
    ("help add", DigestHelp(word="add")),
    ("help /Cron", DigestHelp(word="cron")),
]


@pytest.mark.parametrize(("text", "command"), VERBS)
def test_a_verb_is_read(text: str, command: DigestCommand) -> None:
    assert parse_digest(text) == command


WISHES: list[tuple[str, dict[str, Any]]] = [
    # channels
    (BRAND, {"channel_id": "C0123ABCD", "channel_name": "brand"}),
    ("<#C0123ABCD|>", {"channel_id": "C0123ABCD"}),
    ("<#C0123ABCD>", {"channel_id": "C0123ABCD"}),
    ("C0123ABCD", {"channel_id": "C0123ABCD"}),
    (f"in {BRAND}, daily", {"channel_id": "C0123ABCD", "channel_name": "brand", "rhythm": Rhythm.DAILY}),
    # how often
    ("daily", {"rhythm": Rhythm.DAILY}),
    ("every day", {"rhythm": Rhythm.DAILY}),
    ("workdays", {"rhythm": Rhythm.WORKDAYS}),
    ("every working day", {"rhythm": Rhythm.WORKDAYS}),
    ("Working Days,", {"rhythm": Rhythm.WORKDAYS}),
    ("weekdays", {"rhythm": Rhythm.WORKDAYS}),
    ("mon-fri", {"rhythm": Rhythm.WORKDAYS}),
    ("weekly", {"rhythm": Rhythm.WEEKLY}),
    ("weekly mon", {"rhythm": Rhythm.WEEKLY, "weekdays": (0,)}),
    ("weekly mon,thu", {"rhythm": Rhythm.WEEKLY, "weekdays": (0, 3)}),
    ("weekly thu, mon", {"rhythm": Rhythm.WEEKLY, "weekdays": (0, 3)}),
    ("weekly mon-fri", {"rhythm": Rhythm.WEEKLY, "weekdays": (0, 1, 2, 3, 4)}),
    ("fri-mon", {"rhythm": Rhythm.WEEKLY, "weekdays": (0, 4, 5, 6)}),
    ("mondays", {"rhythm": Rhythm.WEEKLY, "weekdays": (0,)}),
    ("every Monday and Thursday", {"rhythm": Rhythm.WEEKLY, "weekdays": (0, 3)}),
    ("tue", {"rhythm": Rhythm.WEEKLY, "weekdays": (1,)}),
    ("monthly", {"rhythm": Rhythm.MONTHLY}),
    ("monthly 1", {"rhythm": Rhythm.MONTHLY, "day": 1}),
    ("monthly 15th", {"rhythm": Rhythm.MONTHLY, "day": 15}),
    ("monthly last", {"rhythm": Rhythm.MONTHLY, "day": -1}),
    ("on the last day of each month", {"rhythm": Rhythm.MONTHLY, "day": -1}),
    ('cron:"0 9 * * mon-fri"', {"rhythm": Rhythm.CRON, "cron": "0 9 * * mon-fri"}),
    ("cron:“0 9 * * MON-FRI”", {"rhythm": Rhythm.CRON, "cron": "0 9 * * mon-fri"}),
    ("cron:0 9 * * mon,thu quiet", {"rhythm": Rhythm.CRON, "cron": "0 9 * * mon,thu", "quiet_when_empty": True}),
    ("cron 0 9 1 * * UTC", {"rhythm": Rhythm.CRON, "cron": "0 9 1 * *", "tz": "UTC"}),
    # times
    ("09:00", {"at": time(9)}),
    ("9:05", {"at": time(9, 5)}),
    ("at 9am", {"at": time(9)}),
    ("9 am", {"at": time(9)}),
    ("9:30pm", {"at": time(21, 30)}),
    ("8.30", {"at": time(8, 30)}),
    ("8.30 pm", {"at": time(20, 30)}),
    ("9:30 p.m.", {"at": time(21, 30)}),
    ("12am", {"at": time(0)}),
    ("18h", {"at": time(18)}),
    ("18h30", {"at": time(18, 30)}),
    ("noon", {"at": time(12)}),
    # zones
    ("Europe/Berlin", {"tz": "Europe/Berlin"}),
    ("Berlin", {"tz": "Europe/Berlin"}),
    ("america/new_york", {"tz": "America/New_York"}),
    ("tz:Europe/Berlin", {"tz": "Europe/Berlin"}),
    ('tz:"America/New York"', {"tz": "America/New_York"}),
    ("--tz Asia/Shanghai", {"tz": "Asia/Shanghai"}),
    ("utc", {"tz": "UTC"}),
    # numbers
    ("threshold:3", {"threshold": 3}),
    ("threshold 2", {"threshold": 2}),
    ("threshold:100", {"threshold": 100}),
    ("window:30d", {"window_days": 30}),
    ("window:12w", {"window_days": 84}),
    ("window:7", {"window_days": 7}),
    ('window:"30 days"', {"window_days": 30}),
    ("90d", {"window_days": 90}),
    # filters
    ("right:ACME-EU,ACME-US", {"rights": ("ACME-EU", "ACME-US")}),
    ("right:all", {"rights": ()}),
    ("marketplace:Acme,acme,taobao", {"marketplaces": ("acme", "taobao")}),
    # quiet
    ("quiet", {"quiet_when_empty": True}),
    ("--quiet", {"quiet_when_empty": True}),
    ("—quiet,", {"quiet_when_empty": True}),
    ("quiet when empty only on change", {"quiet_when_empty": True, "only_on_change": True}),
    ("only-on-change", {"only_on_change": True}),
    ("quiet:no only-on-change:off", {"quiet_when_empty": False, "only_on_change": False}),
    # holidays and interruptions
    ("holidays:DE on-holiday:skip", {"holidays": "DE", "on_holiday": OnHoliday.SKIP}),
    ("holidays:germany on_holiday:Shift", {"holidays": "DE", "on_holiday": OnHoliday.SHIFT}),
    ("holidays:none on-holiday:post", {"holidays": "", "on_holiday": OnHoliday.POST}),
    ("holidays:no", {"holidays": "NO"}),
    ("catch-up:none", {"catch_up": CatchUp.NONE}),
    ("catchup:all", {"catch_up": CatchUp.ALL}),
]


@pytest.mark.parametrize(("text", "wish"), WISHES)
def test_a_wish_is_read_and_nothing_else_is_filled_in(text: str, wish: dict[str, Any]) -> None:
    assert parse_digest(f"add {text}") == AddSchedule(wish=Wish(**wish))


PARTS = [
    BRAND,
    "weekly mon",
    "09:00",
    "Europe/Berlin",
    "threshold:3",
    "window:30d",
    "right:ACME-EU,ACME-US",
    "marketplace:acme",
    "holidays:DE",
    "on-holiday:shift",
    "quiet",
    "only-on-change",
    "catch-up:all",
]
ALL = Wish(
    channel_id="C0123ABCD",
    channel_name="brand",
    rhythm=Rhythm.WEEKLY,
    at=time(9),
    weekdays=(0,),
    tz="Europe/Berlin",
    window_days=30,
    threshold=3,
    rights=("ACME-EU", "ACME-US"),
    marketplaces=("acme",),
    quiet_when_empty=True,
    only_on_change=True,
    holidays="DE",
    on_holiday=OnHoliday.SHIFT,
    catch_up=CatchUp.ALL,
)


@settings(max_examples=500, deadline=None)
@given(st.permutations(PARTS), st.sampled_from((" ", "  ", "\n", " and ")))
def test_the_order_of_the_words_does_not_matter(parts: list[str], between: str) -> None:
    assert parse_digest(f"add {between.join(parts)}") == AddSchedule(wish=ALL)


REFUSED: list[tuple[str, str]] = [
    # verbs
    ("previw 3", "Did you mean `preview`?"),
    ("DG-3", "Did you mean `preview DG-3`?"),
    ("weekly mon 09:00", "Did you mean `add weekly mon 09:00`?"),
    (f"{BRAND} daily", "Did you mean `add <#C0123ABCD|brand> daily`?"),
    ("blah", "/digest help"),
    ("list mine", "takes nothing more"),
    ("pause", "such as `pause DG-3`"),
    ("pause x", "`DG-3`"),
    ("pause 0", "`DG-3`"),
    ("pause TD-3", "`DG-3`"),
    ("pause 3 4", "nothing more"),
    ("edit", "such as `edit DG-3`"),
    ("edit weekly", "`DG-3`"),
    # channels
    ("add #brand daily", "choose the channel from the list that Slack shows while you type #"),
    ("add <#C1AAAAAAA|a> <#C2AAAAAAA|b>", "The channel is given twice"),
    # words
    ("add dayly", "Did you mean `daily`?"),
    ("add treshold:3", "Did you mean `threshold:`?"),
    ("add --treshold 3", "Did you mean `--threshold`?"),
    ("add quite", "Did you mean `quiet`?"),
    ("add xyzzy", "/digest help"),
    # how often
    ("add daily weekly", "How often is given twice"),
    ("add daily mon", "Weekdays go with `weekly`, not with `daily`"),
    ("add 15", "`monthly 15`, or 15:00"),
    ("add weekly 15", "`monthly 15`"),
    ("add monthly 32", "1 to 31"),
    ("add monthly 0", "1 to 31"),
    ("add monthly 1 15", "The day of the month is given twice"),
    ('add cron:"0 9 * * mon" 10:00', "in the cron expression already"),
    ('add cron:"0 9 * * 1-5"', "`mon-fri`"),
    ('add cron:"0 9 * *', "never closed"),
    # times and zones
    ("add 25:00", "not a time of day"),
    ("add 9:60", "not a time of day"),
    ("add 13pm", "not a time of day"),
    ("add 0am", "not a time of day"),
    ("add 9.75", "not a time of day"),
    ("add 9:00 10:00", "The time is given twice"),
    ("add Louisville", "America/Louisville"),
    ("add hourly", "at most daily"),
    ("add every hour", "at most daily"),
    ("add biweekly", "every second week does not exist"),
    ("add every other week", "every second week does not exist"),
    ("add threshold 101", "1 to 100"),
    ("add CET", "Name a city"),
    ("add Europe/Berln", "Europe/Berlin"),
    # values
    ("add threshold:0", "1 to 100"),
    ("add threshold:101", "1 to 100"),
    ("add threshold:many", "1 to 100"),
    ("add threshold:²", "1 to 100"),
    ("add window:0d", "1 to 366"),
    ("add window:53w", "1 to 366"),
    ("add window:soon", "1 to 366"),
    ("add threshold:2 threshold:3", "`threshold:` is given twice"),
    ("add holidays:Narnia", "Narnia"),
    ("add on-holiday:shfit", "Did you mean `shift`?"),
    ("add catch-up:never", "`latest`, `all`, `none`"),
    ("add quiet:perhaps", "neither yes nor no"),
    ("add right:", "I do not understand"),
    ("add " + "x" * 5_000, "4000 is the most"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_is_not_understood_is_refused_with_the_nearest_meaning(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_digest(text)
    assert says in str(refused.value)
    assert len(str(refused.value)) < 300


SCRAPS = (
    "add edit list run pause DG-3 3 #3 last last-day every working day days am pm 9 09:00 25:00 31 18h - -- — … &lt;",
    'cron: cron:" cron 0 * */5 mon-fri 1-5 tz: tz:x right: window: threshold:-1 quiet:no <#C1|> <#C1 <#|x> <@U1>',
    "only on change quiet when empty EST CET Etc/ / // Berlin monthly 1st 99th \u00b2 \u0663 \x00 \u202e '",
)
WORDS = [*PARTS, *" ".join(SCRAPS).split(" ")]


@settings(max_examples=6_000, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
def test_words_in_any_order_are_read_or_refused(text: str) -> None:
    read_or_refused(text)
    read_or_refused(f"add {text}")


@settings(max_examples=4_000, deadline=None)
@given(st.text(max_size=60) | st.text("0123456789:.,-/#<>|&\"'`“” amphdwcronlst*@\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)
    read_or_refused(f"edit 3 {text}")


def read_or_refused(text: str) -> None:
    try:
        parse_digest(text)
    except Invalid as refused:
        said = str(refused)
    else:
        return
    assert 0 < len(said) < 400


def test_every_example_of_the_help_is_understood() -> None:
    for example, _ in DIGEST_USAGE:
        parse_digest(example.removeprefix("/digest").replace("#brand", BRAND))


def test_help_is_about_everything_or_about_one_word() -> None:
    everything = digest_usage(None)
    assert all(example in everything for example, _ in DIGEST_USAGE)
    assert digest_usage("pause").startswith("/digest pause ID\n\n/digest pause DG-3\n")
    assert "monthly last" in digest_usage("add")
    assert "DG-3, dg3, #3 or 3" in digest_usage("EDIT")
    assert "on-holiday:skip" in digest_usage("holidays")
    assert "mon-fri" in digest_usage("cron")
    assert digest_usage("histroy").startswith("There is no help about `histroy`. Did you mean `history`?")
