"""Digests and schedules as they are drawn: within Slack's limits, harmless, and in words people understand."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Message, digests
from bot.blocks.charts import Chart, Charts, drawn, ranking
from bot.blocks.durations import lasting, local, period
from bot.model import (
    Digest,
    Figures,
    Mover,
    Point,
    Speed,
    Status,
    Waiting,
)
from tests.bot.blocks import made
from tests.bot.blocks.checks import blocks_of, check, elements_of, ids, name, names, texts


def show(digest: Digest, charts: Charts = Charts.NATIVE, **changes: object) -> Message:
    shown: dict[str, object] = {"schedule": made.schedule(), "occurrence": made.occurrence(), "by": "Ada", **changes}
    return digests.digest(digest, name=name, charts=charts, **shown)  # type: ignore[arg-type]


@st.composite
def weeks(draw: st.DrawFn) -> Digest:
    """Anything a digest may hold, from nothing to far too much."""
    titles = draw(st.lists(names, min_size=1, max_size=3))
    keys = draw(st.lists(ids, min_size=1, max_size=3))
    many = draw(st.sampled_from([0, 1, 10, 11, 60]))
    numbers = st.integers(0, 60_000)
    days = draw(st.integers(0, 20))
    return made.digest(
        figures=Figures(filed=draw(numbers), removed=draw(numbers), rejected=draw(numbers), waiting=draw(numbers)),
        before=draw(st.one_of(st.none(), st.builds(Figures, filed=numbers, removed=numbers))),
        speeds=tuple(
            Speed(marketplace=f"m{at}", removed=at, median=timedelta(minutes=at), p90=timedelta(days=at))
            for at in range(draw(st.sampled_from([0, 1, 30])))
        ),
        offenders=tuple(
            made.offender(
                f"{keys[at % len(keys)]}{at}", names=(titles[at % len(titles)],), new=at % 2 == 0, before=at % 9
            )
            for at in range(many)
        ),
        movers=tuple(Mover(title=title, before=1, now=3) for title in titles * 2),
        waiting=tuple(Waiting(status=one, count=at, oldest=made.END) for at, one in enumerate(Status)),
        series=tuple(Point(label=f"{day} Nov", filed=draw(numbers), removed=draw(numbers)) for day in range(days)),
        unknown_sellers=draw(st.integers(0, 3)),
    )


@settings(max_examples=250, deadline=None)
@given(weeks(), names, st.booleans())
def test_a_digest_of_anything_is_one_message_within_the_limits(week: Digest, by: str, test: bool) -> None:
    for charts in Charts:
        shown = show(week, charts, by=by, occurrence=made.occurrence(test=test))
        check(shown, blocks=charts is not Charts.NONE)
        assert all(line.strip() for line in shown.text.split("\n"))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(names, st.integers(0, 10**6)), min_size=1, max_size=30))
def test_drawn_bars_stand_in_columns_of_one_width(ranked: list[tuple[str, int]]) -> None:
    chart = ranking("Top", "Upheld", ranked)
    if chart.empty:
        assert not drawn(chart, Charts.DRAWN)
        return
    _, *lines = drawn(chart, Charts.DRAWN)[0]["elements"][0]["elements"][0]["text"].split("\n")
    heads = [re.match(r" *\d+ █*░* (?=\d+\. )", line) for line in lines]
    assert len({columns(head[0]) for head in heads if head}) == 1
    assert all(head and columns(line) <= columns(head[0]) + 20 for head, line in zip(heads, lines, strict=True))


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def test_a_digest_says_what_happened_and_what_changed() -> None:
    said = show(made.digest()).text.split("\n")
    assert said[:7] == [
        "Repeat offenders, 17–24 Nov 2026",
        "From Tue 17 Nov 2026 09:00 to Tue 24 Nov 2026 09:00, Europe/Berlin",
        "Filed 12 (+3), removed 9 (as last time), rejected 1 (−2), waiting for us now 2 (as last time).",
        "Repeat offenders with at least 3 upheld notices in the last 7 days:",
        "1. Shop 5 (S-5) at Acme Market: 4 upheld, 1 more than before, score 36.8 · acme:S-5",
        "2. Shop 9 (S-9) at Acme Market: 4 upheld, new, score 36.8 · acme:S-9",
        "Changed most since the last digest:",
    ]
    assert "Shop 5 (S-5): 4 upheld, 1 last time" in said
    assert "needs input: 2, the longest for 3 days: TD-4, TD-7" in said
    assert "/takedown list waiting shows them." in said
    assert "2 upheld notices have no known seller." in said
    assert "Acme Market: median 3 h, nine in ten within 2 days 4 h (9 removed)" in said
    assert said[-1].startswith("DG-3 · ")
    assert said[-1].endswith(" · set up by Ada")


def test_a_digest_shows_two_charts_a_table_and_the_ways_on() -> None:
    shown = show(made.digest())
    assert [block["title"] for block in blocks_of(shown, "data_visualization")] == [
        "Filed and removed over time",
        "Notices upheld against the top offenders",
    ]
    (table,) = blocks_of(shown, "table")
    assert [[cell["text"] for cell in row] for row in table["rows"]] == [
        ["#", "Upheld", "Seller", "Trend", "Score", "Marketplaces"],
        ["1", "4", "Shop 5 (S-5)", "↑ 1", "36.8", "Acme Market"],
        ["2", "4", "Shop 9 (S-9)", "new", "36.8", "Acme Market"],
    ]
    assert elements_of(shown) == {
        "offenders.pick": ["7d acme:S-5", "7d acme:S-9"],
        "digests.export_xlsx": ["DG-3/2026-11-24T09:00"],
        "digests.export_csv": ["DG-3/2026-11-24T09:00"],
        "digests.settings": ["DG-3"],
    }


def test_an_offender_has_one_name_in_table_and_chart() -> None:
    first = made.identity("S-11", names=("Polar Outlet",))
    second = made.identity("S-12", names=("Polar Outlet 2",))
    one = made.offender(
        identities=(replace(first, upheld=1, upheld_in_all=7), replace(second, upheld=3, upheld_in_all=3))
    )
    shown = show(made.digest(offenders=(one,)))
    chart = blocks_of(shown, "data_visualization")[1]["chart"]
    assert chart["axis_config"]["categories"] == ["1. Polar Outlet"]
    (table,) = blocks_of(shown, "table")
    assert table["rows"][1][2]["text"] == "Polar Outlet (S-11) and 1 linked"
    legend = "Trend: upheld notices more or fewer than in the 7 days before; new: nothing before."
    assert legend in texts(list(shown.blocks))


def test_a_first_digest_compares_with_nothing() -> None:
    assert "Filed 12, removed 9, rejected 1, waiting for us now 2." in show(made.digest(before=None)).text


def test_a_test_says_that_it_is_one() -> None:
    shown = show(made.digest(), occurrence=made.occurrence(test=True))
    assert shown.text.startswith("Test: Repeat offenders, 17–24 Nov 2026")
    assert shown.blocks[0]["text"]["text"] == "Test: Repeat offenders, 17–24 Nov 2026"


def test_a_digest_names_its_filters() -> None:
    row = made.schedule(rights=("ACME-EU", "ACME-US"), marketplaces=("acme",))
    assert (
        "Europe/Berlin · only rights ACME-EU, ACME-US · only at Acme Market" in show(made.digest(), schedule=row).text
    )


def test_an_empty_digest_is_short_and_offers_no_empty_list() -> None:
    nothing = made.digest(
        figures=Figures(), speeds=(), offenders=(), movers=(), waiting=(), series=(), unknown_sellers=0
    )
    shown = show(nothing)
    check(shown)
    assert "Nothing was filed or decided" in shown.text
    assert list(elements_of(shown)) == ["digests.settings"]


def test_without_charts_a_digest_is_text_alone() -> None:
    assert show(made.digest(), Charts.NONE).blocks == ()
    assert show(made.digest(), Charts.NONE).text == show(made.digest()).text


def test_more_offenders_than_fit_are_counted() -> None:
    week = made.digest(offenders=tuple(made.offender(f"S-{at}") for at in range(500)))
    shown = show(week)
    check(shown)
    assert "and 490 more in the full list" in shown.text
    assert "and 490 more in the full list" in texts(list(shown.blocks))
    (table,) = blocks_of(shown, "table")
    assert len(table["rows"]) == 11
    assert len(elements_of(shown)["offenders.pick"]) == 25


def test_a_plain_text_that_is_too_long_loses_whole_offenders_and_says_so() -> None:
    week = made.digest(offenders=tuple(made.offender(f"S-{at}", names=("<" * 200,)) for at in range(500)))
    shown = show(week)
    check(shown)
    told = [line for line in shown.text.split("\n") if " upheld, " in line and " score " in line]
    assert 0 < len(told) < 10
    assert f"and {500 - len(told)} more in the full list" in shown.text
    assert shown.text.endswith("set up by Ada")


def test_charts_in_characters_put_numbers_and_bars_before_names() -> None:
    week = made.digest(
        offenders=(
            made.offender(names=("淘宝店",)),
            made.offender("S-9", names=("Shop 9",), score=made.score(upheld=2)),
        )
    )
    over_time, top = (
        block["elements"][0]["elements"][0]["text"].split("\n")
        for block in blocks_of(show(week, Charts.DRAWN), "rich_text")
    )
    assert top == [
        "Notices upheld against the top offenders",
        "4 ██████████ 1. 淘宝店",
        "2 █████░░░░░ 2. Shop 9",
    ]
    assert over_time[:3] == [
        "Filed and removed over time",
        "17 Nov filed   1 ███░░░░░░░",
        "       removed 2 ███████░░░",
    ]


def test_a_chart_with_nothing_in_it_is_left_out() -> None:
    flat = Chart(title="Flat", labels=("a", "b"), series=(("Filed", (0, 0)),))
    assert drawn(flat, Charts.NATIVE) == []
    assert drawn(Chart(title="None", labels=(), series=(("Filed", ()),)), Charts.DRAWN) == []


@pytest.mark.parametrize(
    ("points", "kind"), [pytest.param(8, "bar", id="a week of days"), pytest.param(14, "line", id="a fortnight")]
)
def test_few_stretches_are_bars_and_many_a_line(points: int, kind: str) -> None:
    chart = Chart(title="T", labels=tuple(map(str, range(points))), series=(("Filed", tuple(range(points))),))
    assert drawn(chart, Charts.NATIVE)[0]["chart"]["type"] == kind


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=3, minutes=10), "3 h"),
        (timedelta(hours=23, minutes=45), "1 day"),
        (timedelta(days=2, hours=4), "2 days 4 h"),
        (timedelta(days=12, hours=4), "12 days"),
    ],
)
def test_durations_are_said_as_people_say_them(length: timedelta, words: str) -> None:
    assert lasting(length) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((2026, 11, 17), (2026, 11, 24), "17–24 Nov 2026"),
        ((2026, 11, 4), (2026, 11, 4), "4 Nov 2026"),
        ((2026, 10, 28), (2026, 11, 4), "28 Oct – 4 Nov 2026"),
        ((2026, 12, 28), (2027, 1, 4), "28 Dec 2026 – 4 Jan 2027"),
    ],
)
def test_a_period_says_no_month_twice(start: tuple[int, int, int], end: tuple[int, int, int], words: str) -> None:
    assert period(datetime(*start, 8, tzinfo=UTC), datetime(*end, 9, tzinfo=UTC), "Europe/Berlin") == words


def test_a_moment_is_told_on_the_clock_of_the_schedule() -> None:
    assert local(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "Asia/Shanghai") == "Tue 24 Nov 2026 07:30"
