"""What people type about cases and test purchases, and the days they name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar.case_commands import (
    AssignCase,
    CaseCommand,
    ListCases,
    ListPurchases,
    NextStep,
    NoteCase,
    OrderPurchase,
    SetCase,
    ShowCase,
    ShowPurchase,
)
from bot.grammar.cases import cases_as_typed
from bot.grammar.days import LONGEST, in_full, read_day
from bot.grammar.offenders import parse_offenders
from bot.model import CaseState

A = "acme:S-5"
TODAY = date(2026, 11, 24)
"""A Tuesday."""

COMMANDS: list[tuple[str, CaseCommand]] = [
    ("assign acme:S-5 <@U0BO|bo>", AssignCase(seller=A, to="U0BO")),
    ("ASSIGN acme:S-5 to <@U0BO>", AssignCase(seller=A, to="U0BO")),
    ("assign <@U0BO> acme:S-5", AssignCase(seller=A, to="U0BO")),
    ("assign Shop 77 <@U0BO>", AssignCase(seller="Shop 77", to="U0BO")),
    ("assign “Shop 77” <@U0BO>", AssignCase(seller="Shop 77", to="U0BO")),
    ("case acme:S-5", ShowCase(seller=A)),
    ("case Shop 77", ShowCase(seller="Shop 77")),
    ('case "Shop 77"', ShowCase(seller="Shop 77")),
    ("case acme:S-5 closed", SetCase(seller=A, state=CaseState.CLOSED, why="")),
    ("case acme:S-5 close: R&amp;D says so", SetCase(seller=A, state=CaseState.CLOSED, why="R&D says so")),
    ('case "Shop 77" investigating', SetCase(seller="Shop 77", state=CaseState.INVESTIGATING, why="")),
    ("case acme:S-5 watch", SetCase(seller=A, state=CaseState.WATCHING, why="")),
    ("note acme:S-5 moved to Ningbo", NoteCase(seller=A, words="moved to Ningbo")),
    ("next acme:S-5 fri call PIPCU", NextStep(seller=A, said="fri call PIPCU")),
    ("next acme:S-5 done", NextStep(seller=A, said="")),
    ("cases", ListCases()),
    ("cases mine page:2", ListCases(which="mine", page=2)),
    ("cases closed", ListCases(which="closed")),
    ("cases <@U0BO>", ListCases(owner="U0BO")),
    ("purchase acme:S-5", OrderPurchase(seller=A)),
    ("purchase Shop 77", OrderPurchase(seller="Shop 77")),
    ("purchase tp-03", ShowPurchase(purchase_id="TP-3")),
    ("purchases acme:S-5", ListPurchases(seller=A)),
]


@pytest.mark.parametrize(("typed", "meant"), COMMANDS)
def test_what_is_typed_is_understood(typed: str, meant: CaseCommand) -> None:
    assert parse_offenders(typed) == meant


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("assign acme:S-5", "Say who is to look after it"),
        ("assign <@U0BO>", "Say which seller"),
        ("case", "Say which seller"),
        ("case acme:S-5 closd", "I do not know the state `closd`. Did you mean `closed`?"),
        ("case S-5 closd", "I do not know the state `closd`. Did you mean `closed`?"),
        ("case acme:S-5 referred", "once a referral of it is handed over"),
        ("note acme:S-5", "Say what is to be remembered"),
        ("next acme:S-5", "Say when and what"),
        ("cases yours", "I do not know the cases `yours`"),
        ("cases mine <@U0BO>", "not both"),
        ("cases page:0", "is not a page"),
        ("purchase", "Say which seller"),
        ("purchases", "Say which seller"),
    ],
)
def test_what_is_not_understood_is_said(typed: str, words: str) -> None:
    with pytest.raises(Invalid) as wrong:
        parse_offenders(typed)
    assert words in str(wrong.value)


@pytest.mark.parametrize("asked", [ListCases(), ListCases(which="closed", page=3), ListCases(owner="U0BO1")])
def test_a_list_is_typed_back_as_it_is_read(asked: ListCases) -> None:
    assert parse_offenders(cases_as_typed(asked)) == asked


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-12-01 call them", date(2026, 12, 1)),
        ("1.12.2026 call them", date(2026, 12, 1)),
        ("1 Dec call them", date(2026, 12, 1)),
        ("1st of December, call them", date(2026, 12, 1)),
        ("Dec 1: call them", date(2026, 12, 1)),
        ("December 1st, 2027 call them", date(2027, 12, 1)),
        ("3 Feb call them", date(2027, 2, 3)),
        ("29 Feb call them", date(2028, 2, 29)),
        ("today call them", TODAY),
        ("Tomorrow: call them", date(2026, 11, 25)),
        ("fri call them", date(2026, 11, 27)),
        ("on Friday call them", date(2026, 11, 27)),
        ("next tuesday call them", date(2026, 12, 1)),
        ("tue call them", date(2026, 12, 1)),
        ("in 3 days call them", date(2026, 11, 27)),
        ("in a week call them", date(2026, 12, 1)),
        ("2w call them", date(2026, 12, 8)),
        ("Tue 1 Dec 2026: call them", date(2026, 12, 1)),
        ("on Tuesday, 1st of December, call them", date(2026, 12, 1)),
        ("Fri, Dec 4 call them", date(2026, 12, 4)),
        ("tue 2026-12-08 call them", date(2026, 12, 8)),
        ("Tuesday the 24 Nov call them", TODAY),
        ("in 3 months call them", date(2027, 2, 24)),
    ],
)
def test_a_day_is_read_as_people_say_it(said: str, day: date) -> None:
    assert read_day(said, TODAY) == (day, "call them")


def test_a_month_without_that_day_ends_earlier() -> None:
    assert read_day("in 1 month", date(2027, 1, 31))[0] == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("call them", "`call` is not a day I know. Write the day as"),
        ("", "Write the day as"),
        ("2026-11-23 call", "Mon 23 Nov 2026 is over"),
        ("2026-02-30 call", "`2026-02-30` is not a day I know"),
        ("31 Feb call", "`31 Feb` is not a day I know"),
        ("2066-02-03 call", "more than five years ahead"),
        ("12/01/2026 call", "`12/01/2026` is not a day I know"),
        ("Wed 1 Dec 2026 call", "Tue 1 Dec 2026 is no `Wed`; say one of them alone."),
        ("fri 31 Feb call", "`31 Feb` is not a day I know"),
        ("maybe tomorrow", "`maybe` is not a day I know"),
    ],
)
def test_what_is_no_day_to_come_is_said_beside_the_field(said: str, words: str) -> None:
    with pytest.raises(Invalid) as wrong:
        read_day(said, TODAY)
    assert words in str(wrong.value)
    assert wrong.value.field == "on"


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, LONGEST.days), st.text(max_size=20))
def test_any_day_to_come_is_read_in_every_spelling(today: date, ahead: int, rest: str) -> None:
    day = today + timedelta(days=ahead)
    for spelling in (
        day.isoformat(),
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day} {day:%B} {day.year}",
        in_full(day),
    ):
        assert read_day(f"{spelling} {rest}", today) == (day, rest.strip())
    assert in_full(day).endswith(str(day.year))


@given(st.text(max_size=40), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_any_words_are_a_day_to_come_or_refused(said: str, today: date) -> None:
    try:
        day, _ = read_day(said, today)
    except Invalid:
        return
    assert today <= day <= today + LONGEST
