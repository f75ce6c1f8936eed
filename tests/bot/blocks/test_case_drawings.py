"""Cases and test purchases as they are drawn: within Slack's limits, harmless, in words people understand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import cases, purchases
from bot.grammar.case_commands import ListCases
from bot.model import PAGE, Attached, Case, CaseState, Change, Purchase, PurchaseState
from bot.sandbox.block_kit import block_problems
from tests import make
from tests.bot.blocks.checks import check, ids, names, people

DAY = date(2026, 3, 6)


@st.composite
def some_case(draw: st.DrawFn) -> Case:
    return make.case(
        f"acme:{draw(ids)}",
        draw(st.sampled_from(CaseState)),
        title=draw(names),
        next_step=draw(names),
        next_on=draw(st.sampled_from([None, DAY])),
    )


@st.composite
def some_purchase(draw: st.DrawFn) -> Purchase:
    return make.purchase(
        "TP-3",
        draw(st.sampled_from(PurchaseState)),
        seller=f"acme:{draw(ids)}",
        order_id=draw(names),
        cost=draw(st.sampled_from([None, Decimal("49.90")])),
        currency="EUR",
        received_on=draw(st.sampled_from([None, DAY])),
        decided_on=draw(st.sampled_from([None, DAY])),
        decided_by=draw(names),
        listing=draw(names),
        note=draw(people) * 40,
        photos=(make.evidence(draw(names) or "x"),) * draw(st.sampled_from([0, 1, 20])),
        fetching=(Attached(file_id="F1", name="x"),) * draw(st.integers(0, 2)),
    )


def changes(words: str, count: int) -> list[Change]:
    made = Change(of="case:acme:S-1", number=1, at=make.NOW, actor=make.ANALYST, words=words or "x")
    return [replace(made, number=number) for number in range(1, count + 1)]


@settings(max_examples=100, deadline=None)
@given(some_case(), st.lists(some_purchase(), max_size=2), people, names, st.sampled_from([0, 1, 40]))
def test_the_page_of_any_case_fits(case: Case, bought: list[Purchase], words: str, who: str, many: int) -> None:
    check(
        cases.page(
            case,
            others=[case] * (many % 3),
            sellers=[case.seller, *(f"acme:{who}{one}" for one in range(many))],
            changes=changes(words * 20, many),
            purchases=bought * 10,
            names={make.ANALYST.user_id: who},
        )
    )


@settings(max_examples=100, deadline=None)
@given(some_case(), people, names)
def test_what_is_said_of_any_case_fits(case: Case, words: str, who: str) -> None:
    check(cases.card(case, others=[case] * 2, owner=who))
    check(cases.told(f"Noted. {words}", seller_token="acme:S-1"))
    check(cases.moved())
    for count, asked in ((PAGE, ListCases(page=2)), (0, ListCases(which="mine")), (1, ListCases(owner="U1"))):
        check(cases.listed([case] * count, total=count * 3, asked=asked, names={"U1": who}, mine="U2"))
    for form in (
        cases.note_form(case),
        cases.next_form(replace(case, next_step=case.next_step[: cases.STEP_LIMIT])),
        cases.state_form(case),
        cases.assign_form(case.seller, case.title, case),
        cases.assign_form(case.seller, case.title, None),
    ):
        assert block_problems(form["blocks"], "modal") == []


@settings(max_examples=100, deadline=None)
@given(some_purchase(), people, names, st.sampled_from([0, 1, 40]))
def test_whatever_is_drawn_of_any_purchase_fits(bought: Purchase, words: str, title: str, many: int) -> None:
    check(purchases.page(bought, title=title, changes=changes(words * 20, many), names={}))
    check(purchases.listed([bought] * many, title=title, seller=bought.seller))
    check(purchases.told(f"Noted. {words}", bought))
    assert block_problems(purchases.order_form(bought.seller, title, today=DAY)["blocks"], "modal") == []
    for state in (PurchaseState.RECEIVED, PurchaseState.COUNTERFEIT, PurchaseState.GENUINE):
        assert block_problems(purchases.step_form(bought, state, today=DAY)["blocks"], "modal") == []


def test_a_case_in_brief_says_who_and_what_is_next() -> None:
    case = make.case(next_step="call PIPCU", next_on=DAY)
    assert cases.in_brief(case, "Bo") == "Shop 1 (S-1) · investigating · Bo · next Fri 6 Mar 2026: call PIPCU"
    assert cases.on_offender(case, "Bo", [make.case("acme:S-2", title="Shop 2")]) == (
        "Case: investigating, Bo, next Fri 6 Mar 2026: call PIPCU. There is another, of Shop 2."
    )


def test_a_purchase_in_a_line_says_how_it_stands() -> None:
    bought = make.purchase(
        state=PurchaseState.COUNTERFEIT, decided_on=DAY, cost=Decimal("5"), currency="CNY", photos=(make.evidence(),)
    )
    assert purchases.line(bought) == (
        "TP-1 · counterfeit, found Fri 6 Mar 2026 · order 112-7 of Mon 16 Feb 2026 · 5 CNY · 1 photo"
    )
