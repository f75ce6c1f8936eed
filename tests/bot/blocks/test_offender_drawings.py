"""Offenders as they are drawn: within Slack's limits, harmless, and in words people understand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import offenders
from bot.grammar.offenders import ListOffenders, parse_offenders
from bot.model import (
    Offender,
)
from tests.bot.blocks import made
from tests.bot.blocks.checks import blocks_of, check, elements_of, name, names, people, sellers, texts

TITLES = {"acme:S-5": "Shop 5 (S-5)", "acme:S-9": "Shop 9 (S-9)", "bazar:77": "Zed (77)", "U0ADA": "Ada"}


@settings(max_examples=200, deadline=None)
@given(st.lists(sellers(), max_size=3), st.integers(1, 4), st.integers(0, 9), names, names)
def test_any_list_of_offenders_fits(
    some: list[Offender], copies: int, hidden: int, marketplace: str, right: str
) -> None:
    page = [replace(one, key=f"{one.key}{at}") for at, one in enumerate(some * copies)][:10]
    asked = ListOffenders(window_days=90, marketplace=marketplace, right=right, page=2)
    for shown, total in ((page, 300), ((), 10), ((), 0)):
        check(offenders.listed(shown, total=total, hidden=hidden, asked=asked, window_days=90, name=name, threshold=3))


@settings(max_examples=200, deadline=None)
@given(sellers(), people)
def test_alerts_and_short_answers_fit(offender: Offender, words: str) -> None:
    said = f"Crossed the threshold. {words}"
    check(offenders.alert(offender, words=said, name=name))
    check(offenders.watched(offender, words=said, name=name))
    check(offenders.why(offender, name=name))
    check(offenders.told(said))
    check(offenders.told(said, offender_token="acme:S-5"))


def test_the_list_says_rank_trend_and_score() -> None:
    page = [
        made.offender(),
        made.offender("S-9", names=("Shop 9",), before=6),
        made.offender("S-7", names=(), new=True, before=0),
        made.offender("S-8", names=(), before=4, score=made.score(upheld=3, total=20.0)),
    ]
    asked = ListOffenders(window_days=90)
    shown = offenders.listed(page, total=4, hidden=2, asked=asked, window_days=90, name=name, threshold=4)
    assert shown.text.split("\n") == [
        "Sellers with upheld notices of the last 90 days",
        "1–4 of 4",
        "1. Shop 5 (S-5) at Acme Market: 4 upheld, 1 more than before, score 36.8, repeat offender · acme:S-5",
        "2. Shop 9 (S-9) at Acme Market: 4 upheld, 2 fewer than before, score 36.8, repeat offender · acme:S-9",
        "3. S-7 at Acme Market: 4 upheld, new, score 36.8, repeat offender · acme:S-7",
        "4. S-8 at Acme Market: 3 upheld, 1 fewer than before, score 20.0 · acme:S-8",
        "2 you muted are not shown; /offenders all shows them.",
    ]
    (table,) = blocks_of(shown, "table")
    assert [row[3]["text"] for row in table["rows"]] == ["Trend", "↑ 1", "↓ 2", "new", "↓ 1"]
    assert [row[2]["text"] for row in table["rows"]] == ["Seller", "● Shop 5 (S-5)", "● Shop 9 (S-9)", "● S-7", "S-8"]
    picked = [f"90d acme:{seller}" for seller in ("S-5", "S-9", "S-7", "S-8")]
    assert elements_of(shown) == {"offenders.pick": picked}
    assert (
        "Trend: upheld notices more or fewer than in the 90 days before; new: nothing before. "
        "● Repeat offender: at least 4 upheld."
    ) in texts(list(shown.blocks))


def test_a_long_name_never_costs_the_id() -> None:
    long = made.offender("S-41", names=("Alpin Discount Handelsgesellschaft mit beschränkter Haftung",))
    shown = offenders.listed([long], total=1, hidden=0, asked=ListOffenders(), window_days=90, name=name, threshold=9)
    (table,) = blocks_of(shown, "table")
    assert table["rows"][1][2]["text"] == "Alpin Discount Handelsge… (S-41)"


def test_the_second_page_goes_on_counting_and_turns_both_ways() -> None:
    asked = ListOffenders(window_days=30, marketplace="acme", right="ACME EU", page=2, muted=True, threshold=2)
    page = [made.offender(f"S-{at}") for at in range(10)]
    shown = offenders.listed(page, total=25, hidden=0, asked=asked, window_days=30, name=name, threshold=3)
    assert "11–20 of 25" in shown.text
    assert "11. Shop 5 (S-0) at Acme Market" in shown.text
    values = elements_of(shown)
    assert parse_offenders(values["offenders.newer"][0]) == replace(asked, page=1)
    assert parse_offenders(values["offenders.older"][0]) == replace(asked, page=3)


@pytest.mark.parametrize(
    ("total", "words"), [(0, "Nobody had a notice upheld against them."), (7, "There is no page 3; 7 in all.")]
)
def test_an_empty_page_says_why(total: int, words: str) -> None:
    asked = ListOffenders(page=3)
    shown = offenders.listed((), total=total, hidden=0, asked=asked, window_days=90, name=name, threshold=3)
    check(shown)
    assert words in shown.text
    assert "offenders.older" not in elements_of(shown)


def test_an_alert_says_who_why_and_where_to_look() -> None:
    shown = offenders.alert(made.offender(), words="Third notice upheld in 90 days.", name=name)
    lines = shown.text.split("\n")
    assert lines[:3] == ["Shop 5 (S-5) at Acme Market", "Third notice upheld in 90 days.", "Score 36.8."]
    assert "*Score 36.8*" in texts(list(shown.blocks))
    assert lines[-1].startswith("Score: ")
    assert elements_of(shown) == {"offenders.show": ["acme:S-5"]}


def test_why_gives_the_parts_of_the_score() -> None:
    lines = offenders.why(made.offender(), name=name).text.split("\n")
    assert lines[0] == "Why Shop 5 (S-5) is here"
    assert lines[2] == "Score 36.8."
    assert [line.partition(":")[0] for line in lines[3:]] == [
        "Number",
        "Proportion",
        "Gravity",
        "Intention",
        "Score",
    ]


def test_what_was_told_can_lead_to_the_offender() -> None:
    assert elements_of(offenders.told("Linked.", offender_token="acme:S-5")) == {"offenders.show": ["acme:S-5"]}
    assert elements_of(offenders.told("Linked.")) == {}
