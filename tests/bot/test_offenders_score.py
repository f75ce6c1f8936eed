"""The score: by hand, over time, taken back, and told so that it can be checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    Brief,
    ComeBack,
    LinkState,
    Offender,
    Policy,
    Purchase,
    PurchaseState,
    Reach,
    Score,
    Status,
    Strikes,
    Violation,
)
from bot.offenders import offender, offenders, parts
from tests.make import NOW, link, notice, policy, purchase, upheld

POLICY = policy(window_days=90, half_life_days=45)
COUNTER, RELISTED = ComeBack.COUNTER_NOTICE, ComeBack.RELISTED


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def removed(number: int, *, days: float = 0, by: str = "S-1", **changes: Any) -> Brief:
    """Upheld that many days ago, for a listing of its own."""
    return replace(Brief.of(upheld(f"TD-{number}", by=by, at=ago(days))), **changes)


def rejected(number: int, *, days: float = 0, by: str = "S-1") -> Brief:
    return removed(number, days=days, by=by, status=Status.REJECTED, removed_at=None)


def returned(number: int, why: ComeBack, *, days: float = 0, back: float = 0, by: str = "S-1") -> Brief:
    """Removed that many days ago, and there again `back` days ago."""
    return removed(number, days=days, by=by, status=Status.REINSTATED, came_back=why, decided_at=ago(back))


def score(*briefs: Brief, **options: Any) -> Score:
    return one(*briefs, **options).score


def one(*briefs: Brief, seller: str = "acme:S-1", links: Any = (), rules: Policy = POLICY, **options: Any) -> Offender:
    return offender(seller, briefs, links=links, policy=rules, now=NOW, **options)


def test_a_score_is_what_a_hand_computes() -> None:
    half = Violation.TRADEMARK
    found = score(removed(1), removed(2, days=45, violation=half), rejected(3), returned(4, COUNTER, days=20, back=5))
    assert (found.upheld, found.rejected, found.overturned) == (2, 1, 1)
    assert found.number == 1.5  # 1 + a half
    assert found.gravity == pytest.approx((1 * 1 + 0.5 * 0.5) / 1.5)
    assert found.proportion == 0.5
    assert found.intention == 1
    assert found.total == 9.4  # 10 × 1.25 × 0.75


def bought(number: int, *, days: float = 0, by: str = "S-1", genuine: bool = False) -> Purchase:
    """A test purchase that was decided that many days ago."""
    state = PurchaseState.GENUINE if genuine else PurchaseState.COUNTERFEIT
    return purchase(f"TP-{number}", state, seller=f"acme:{by}", decided_on=ago(days).date(), updated_at=ago(days))


def test_a_test_purchase_found_counterfeit_weighs_as_an_upheld_counterfeit_notice_does() -> None:
    alike = score(removed(1), removed(2, days=30))
    at = datetime.combine(ago(30).date(), datetime.min.time(), tzinfo=UTC)
    found = score(removed(1), purchases=[bought(1, days=30)])
    assert (found.upheld, found.purchases) == (1, 1)
    assert found.number == pytest.approx(1 + 0.5 ** ((NOW - at) / timedelta(days=45)))
    assert found.number == pytest.approx(alike.number, abs=0.01)
    assert (found.gravity, found.proportion) == (1, 1)
    assert found.total == pytest.approx(alike.total, abs=0.2)


def test_a_genuine_test_purchase_counts_as_decided_and_not_upheld() -> None:
    found = score(removed(1), purchases=[bought(1, genuine=True), bought(2, genuine=True, days=91)])
    assert (found.upheld, found.purchases, found.genuine) == (1, 0, 1)
    assert found.proportion == 0.5
    assert found.number == 1
    assert found.total == 7.5  # 10 × 1 × 0.75


def test_only_purchases_that_were_decided_in_the_window_from_the_same_offender_count() -> None:
    waiting = purchase("TP-9", PurchaseState.RECEIVED, received_on=NOW.date())
    found = score(removed(1), purchases=[waiting, bought(1, days=92), bought(2, by="S-2")])
    assert (found.purchases, found.genuine) == (0, 0)
    together = one(removed(1), links=[link("acme:S-1", "acme:S-2")], purchases=[bought(2, by="S-2", days=1)])
    assert together.score.purchases == 1
    assert together.score.alias_changes == 0, "what is upheld stays notices alone"
    assert together.upheld_in_all == 1


def test_a_purchase_that_names_an_upheld_notice_does_not_count_beside_it() -> None:
    about = replace(bought(1), notice_id="TD-1")
    assert score(removed(1), purchases=[about]) == score(removed(1))
    assert score(rejected(1), purchases=[about]).purchases == 1, "nothing else counts for that listing"
    assert score(removed(1, days=91), removed(2), purchases=[about]).purchases == 1, "the notice counts no more"
    genuine = replace(bought(1, genuine=True), notice_id="TD-1")
    assert score(removed(1), purchases=[genuine]).proportion == 0.5


def test_a_purchase_decided_tomorrow_by_the_calendar_counts_from_when_it_was_said() -> None:
    early = replace(bought(1), decided_on=(NOW + timedelta(days=1)).date())
    assert score(removed(1), purchases=[early]).number == 2


def test_a_purchase_alone_puts_nobody_on_the_list_and_is_in_the_score_of_who_asks() -> None:
    assert offenders([], links=[], policy=POLICY, now=NOW, purchases=[bought(1)]) == ()
    found = score(purchases=[bought(1)])
    assert found.upheld == 0
    assert found.total > 9
    assert "0 upheld and 1 test purchase found counterfeit" in parts(found)[0]


def test_purchases_are_told_in_the_parts_of_the_score() -> None:
    found = score(removed(1), rejected(2), purchases=[bought(1), bought(2), bought(3, genuine=True)])
    said = parts(found)
    assert said[0].startswith("Number: 1 upheld and 2 test purchases found counterfeit in 90 days")
    assert said[1].startswith(
        "Proportion: 3 of 5 decided were upheld or found counterfeit "
        "(1 rejected, 0 overturned, 1 test purchase genuine)"
    )
    assert said[2].startswith("Gravity: the violations weigh 1.00")
    assert parts(score(purchases=[bought(3, genuine=True)]))[0] == (
        "Number: nothing was upheld in 90 days, and 1 test purchase proved genuine."
    )


def test_strikes_say_the_purchases_of_each_seller_within_the_rule() -> None:
    rule = Strikes(
        marketplace="acme", limit=3, counts=frozenset({Violation.COUNTERFEIT}), window_days=30, consequence="closes"
    )
    rules = replace(POLICY, strikes={"acme": rule})
    found = one(removed(1), rules=rules, purchases=[bought(1), bought(2, days=40), bought(3, genuine=True)])
    assert [(one.count, one.purchases) for one in found.strikes] == [(1, 1)]


def test_intention_counts_relistings_failed_counters_and_aliases_up_to_two() -> None:
    joined = [link("acme:S-1", "acme:S-2")]
    found = score(removed(1, contested=True), returned(2, RELISTED), removed(3, by="S-2"), links=joined)
    assert (found.relistings, found.failed_counters, found.alias_changes) == (1, 1, 1)
    assert found.intention == 1.75
    assert score(*(removed(number, contested=True) for number in range(1, 9))).intention == 2


def test_an_old_notice_weighs_half_after_each_half_life_and_nothing_after_the_window() -> None:
    numbers = [score(removed(1, days=days)).number for days in (0, 45, 89.99, 90)]
    assert numbers == pytest.approx([1, 0.5, 0.25, 0], abs=1e-3)
    assert score(removed(1, days=90)).upheld == 0


def test_nobody_is_new_of_whom_the_archive_knows_and_no_trend_is_told_beyond_what_is_counted() -> None:
    briefs, joined = [removed(1), removed(2, by="S-3")], [link("acme:S-1", "acme:S-2")]

    def told(days: int, **reach: Any) -> list[tuple[bool, int | None, int | None]]:
        within = Reach(since=ago(days), **reach)
        found = offenders(briefs, links=joined, policy=POLICY, now=NOW, reach=within)
        return [(one.new, one.before, one.trend) for one in sorted(found, key=lambda one: one.key)]

    assert told(180) == [(True, 0, 1), (True, 0, 1)]
    assert told(180, archived=frozenset({"acme:S-2"})) == [(False, 0, 1), (True, 0, 1)]
    assert told(179) == [(True, None, None), (True, None, None)]


def test_the_future_does_not_count() -> None:
    found = one(removed(1, days=-1))
    assert (found.score.upheld, found.upheld_in_all, found.new) == (0, 0, False)


def test_a_won_counter_notice_takes_it_back() -> None:
    before = score(removed(1), removed(2))
    after = score(removed(1), returned(2, COUNTER))
    assert (after.upheld, after.overturned) == (1, 1)
    assert after.total < before.total


def test_a_relisting_stands_and_weighs_more() -> None:
    assert score(returned(1, RELISTED)).upheld == 1
    assert score(returned(1, RELISTED)).total > score(removed(1)).total


def test_the_same_listing_removed_again_is_a_relisting_however_it_shows() -> None:
    first, again = removed(1, days=100, listing_id="L"), removed(2, days=10, listing_id="L")
    assert score(first, again).relistings == 1
    assert score(replace(first, marketplace="zeta"), again).relistings == 0
    told = replace(returned(1, RELISTED, days=30), listing_id="L")
    assert score(told, again).relistings == 1
    at_the_same_time = replace(again, id="TD-3", right_key="OTHER")
    assert score(again, at_the_same_time).relistings == 0
    overturned = replace(returned(1, COUNTER, days=30), listing_id="L")
    assert score(overturned, again).relistings == 0


def test_one_return_of_a_listing_under_two_rights_is_one_relisting() -> None:
    first = replace(returned(1, RELISTED, days=40.1, back=30), listing_id="L")
    other = replace(returned(2, RELISTED, days=40, back=27), listing_id="L", right_key="OTHER")
    assert score(first, other).relistings == 1
    assert score(first, replace(other, listing_id="M")).relistings == 2
    assert score(first, replace(other, marketplace="zeta")).relistings == 2
    refiled = [replace(removed(number, days=10), listing_id="L", right_key=f"R{number}") for number in (3, 4)]
    assert score(first, other, *refiled).relistings == 1, "filed again, it is the same return"
    one_told = replace(other, status=Status.REMOVED, came_back=None)
    assert score(first, one_told, *refiled).relistings == 1
    assert score(replace(first, status=Status.REMOVED, came_back=None), one_told, *refiled).relistings == 1
    back_again = replace(returned(3, RELISTED, days=10, back=5), listing_id="L")
    assert score(first, other, back_again).relistings == 2


def test_linked_sellers_are_one_offender_with_the_sum_of_both() -> None:
    briefs = [removed(1), removed(2), removed(3, by="S-2", days=100), removed(4, by="S-3")]
    apart = offenders(briefs, links=[], policy=POLICY, now=NOW)
    assert [(found.key, found.score.upheld) for found in apart] == [("acme:S-1", 2), ("acme:S-3", 1)]
    (together,) = offenders(briefs, links=[link("acme:S-1", "acme:S-3")], policy=POLICY, now=NOW)
    assert (together.key, together.score.upheld, together.title) == ("acme:S-1", 3, "Shop 1 (S-1) and 1 linked")
    undone = offenders(briefs, links=[link("acme:S-1", "acme:S-3", state=LinkState.UNLINKED)], policy=POLICY, now=NOW)
    assert undone == apart


def test_the_highest_score_comes_first_and_ties_are_settled() -> None:
    briefs = [removed(1, by="S-2"), removed(2, by="S-1"), removed(3, by="S-9"), removed(4, by="S-9")]
    found = offenders(reversed(briefs), links=[], policy=POLICY, now=NOW)
    assert [each.key for each in found] == ["acme:S-9", "acme:S-1", "acme:S-2"]


def test_a_seller_without_anything_upheld_is_known_but_no_offender() -> None:
    briefs = [rejected(1), Brief.of(notice("TD-2"))]
    assert offenders(briefs, links=[], policy=POLICY, now=NOW) == ()
    found = one(*briefs, seller="zeta:S-8")
    assert (found.key, found.score.total, found.last_upheld_at) == ("zeta:S-8", 0, None)
    assert parts(found.score) == (
        "Number: nothing was upheld in 90 days.",
        "Score: 0, because only what was upheld counts.",
    )


def test_trend_and_new_look_at_the_window_before() -> None:
    known = one(removed(1, days=1), removed(2, days=91), removed(3, days=179), removed(4, days=181))
    assert (known.score.upheld, known.before, known.trend, known.new, known.upheld_in_all) == (1, 2, -1, False, 4)
    assert known.last_upheld_at == ago(1)
    assert one(removed(1, days=1)).new
    assert not one(removed(2, days=91)).new


def test_names_come_newest_first() -> None:
    named = [
        removed(number, days=9 - number, seller_name=name) for number, name in enumerate(("A", "B", "A", "", "C"), 1)
    ]
    assert one(*named).identities[0].names == ("C", "A", "B")


def test_a_marketplaces_own_rule_counts_what_it_counts() -> None:
    counts = frozenset({Violation.COUNTERFEIT})
    rules = {
        "acme": Strikes(marketplace="acme", limit=3, counts=counts, window_days=30, consequence="closed"),
        "zeta": Strikes(marketplace="zeta", limit=3, counts=counts, window_days=None, consequence="closed"),
    }
    away = replace(removed(4, days=900), marketplace="zeta", seller="zeta:S-1")
    found = one(
        removed(1),
        removed(2, days=31),
        removed(3, violation=Violation.DESIGN),
        away,
        links=[link("acme:S-1", "zeta:S-1"), link("acme:S-1", "bazaar:S-1")],
        rules=policy(strikes=rules),
    )
    assert [(struck.seller, struck.count) for struck in found.strikes] == [("acme:S-1", 1), ("zeta:S-1", 1)]


BRIEFS = st.lists(
    st.builds(
        lambda number, kind, days, violation, listing, by: replace(
            kind(number, days=days, by=by), violation=violation, listing_id=listing, contested=number % 3 == 0
        ),
        st.integers(1, 99),
        st.sampled_from(
            [removed, rejected, lambda n, **k: returned(n, COUNTER, **k), lambda n, **k: returned(n, RELISTED, **k)]
        ),
        st.floats(0, 200),
        st.sampled_from(Violation),
        st.sampled_from("ABC"),
        st.sampled_from(("S-1", "S-2")),
    ),
    max_size=12,
)
JOINED = [link("acme:S-1", "acme:S-2")]


@given(BRIEFS, st.floats(0, 100), st.sampled_from(Violation), st.sampled_from("ABCD"), st.booleans())
def test_one_more_upheld_never_lowers_the_score(
    briefs: list[Brief], days: float, violation: Violation, listing: str, back: bool
) -> None:
    more = replace(
        returned(100, RELISTED, days=days) if back else removed(100, days=days), violation=violation, listing_id=listing
    )
    assert score(*briefs, more, links=JOINED).total >= score(*briefs, links=JOINED).total


@given(BRIEFS, st.integers(0, 11), st.floats(0, 100))
def test_an_overturned_one_never_raises_the_score(briefs: list[Brief], which: int, days: float) -> None:
    before = score(*briefs, links=JOINED).total
    assert score(*briefs, returned(100, COUNTER, days=days), links=JOINED).total <= before
    stood = [brief for brief in briefs if brief.upheld]
    if stood:
        lost = stood[which % len(stood)]
        overturned = replace(lost, status=Status.REINSTATED, came_back=COUNTER)
        changed = [overturned if brief is lost else brief for brief in briefs]
        assert score(*changed, links=JOINED).total <= before


@given(BRIEFS)
def test_a_reader_with_a_calculator_comes_to_the_same_score_or_is_told_that_the_parts_are_rounded(
    briefs: list[Brief],
) -> None:
    found = score(*briefs, links=JOINED)
    last = parts(found)[-1] if found.upheld else "Score: 0 = 0.0."
    factors, _, total = last.removeprefix("Score: ").removesuffix(".").partition(" = ")
    said, _, rounded = total.partition(", ")
    assert said == f"{found.total:.1f}"
    assert rounded or abs(prod(float(factor) for factor in factors.split(" × ")) - found.total) <= 0.051


def test_the_parts_are_told_one_by_one() -> None:
    found = score(removed(1), removed(2, days=45), rejected(3), returned(4, RELISTED))
    assert parts(found) == (
        "Number: 3 upheld in 90 days; with a half-life of 45 days they weigh 2.50.",
        "Proportion: 3 of 4 decided were upheld (1 rejected, 0 overturned); half of that share and 0.5 make 0.88.",
        "Gravity: the violations weigh 1.00 on average, from 0 to 1 (counterfeit goods 1.00); the recent ones "
        "count for more.",
        "Intention: 1 relisting, 0 failed counter-notices, 0 changes of alias; 1 + 0.25 × 1: 1.25.",
        "Score: 10 × 2.50 × 0.88 × 1.00 × 1.25 = 27.3, from the parts as they were before rounding.",
    )
