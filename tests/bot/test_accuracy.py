"""Our own accuracy: shares, how far they are from what is asked, and how that is said."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.accuracy import accuracy_line, accuracy_lines, losses_left, percent, returns_left, share
from bot.model import Gauge, GoodFaith, Tally, Verdict

IPP = GoodFaith(upheld=90, reinstated=5, account="Alibaba IPP", name="good-faith")
tallies = st.builds(Tally, upheld=st.integers(0, 300), rejected=st.integers(0, 300), reinstated=st.integers(0, 300))
percentages = st.one_of(st.integers(1, 100), st.sampled_from([90.0, 97.5, 99.9, 33.3]))


def gauge(upheld: int = 0, rejected: int = 0, reinstated: int = 0, asks: GoodFaith | None = IPP) -> Gauge:
    tally = Tally(upheld=upheld, rejected=rejected, reinstated=reinstated)
    return Gauge(name="Alibaba IPP", tally=tally, days=90, asks=asks)


def test_the_line_says_share_threshold_and_how_many_more_losses() -> None:
    assert accuracy_line(gauge(31, 3)) == (
        "Alibaba IPP: 91.1 % upheld (31 of 34 in 90 days); leaves good-faith below 90 %: "
        "one more rejection and it falls below."
    )
    assert "nine more rejections and it falls below" in accuracy_line(gauge(88, 1))
    assert "11 more rejections" in accuracy_line(gauge(90))


def test_just_what_is_asked_is_enough_and_one_less_is_not() -> None:
    assert losses_left(Tally(upheld=9, rejected=1), IPP) == 1
    assert accuracy_line(gauge(89, 10, 0)).endswith("that is below the 90 % that good-faith asks for.")
    assert "89.9 %" in accuracy_line(gauge(8996, 1004)), "never rounded up to what is asked"


def test_what_came_back_has_a_ceiling_of_its_own() -> None:
    assert "came back" not in accuracy_line(gauge(100)), "nothing did"
    assert accuracy_line(gauge(96, 0, 4)).endswith(
        "4.0 % came back by counter-notice or mistake, 5 % is the most: two more returns and it is over."
    )
    assert accuracy_line(gauge(936, 0, 64)).endswith(
        "6.4 % came back by counter-notice or mistake; good-faith allows 5 %."
    )
    assert "one more return and" in accuracy_line(gauge(95, 0, 5)), "five of a hundred are not above"
    assert returns_left(Tally(upheld=10), GoodFaith(upheld=90)) is None


def test_few_decisions_are_said_to_be_few_only_where_something_is_asked() -> None:
    assert accuracy_line(gauge(2, 1)) == (
        "Alibaba IPP: too few decisions to tell (3 in 90 days); good-faith asks for 90 % upheld."
    )
    assert accuracy_line(gauge(2, 1, asks=None)) == ""
    assert accuracy_line(gauge(5, 1, asks=None)) == "Alibaba IPP: 83.3 % upheld (5 of 6 in 90 days)."
    assert accuracy_lines([gauge(asks=None), gauge(5, asks=None)]) == (
        "Alibaba IPP: 100.0 % upheld (5 of 5 in 90 days).",
    )


@given(tallies, percentages)
def test_the_losses_left_are_exactly_those_that_bring_it_below(tally: Tally, least: float) -> None:
    assume(tally.decided)
    asks = GoodFaith(upheld=least)

    def below(losses: int) -> bool:
        after = tally.with_one(Verdict.REJECTED, losses)
        return share(after.upheld, after) * 10 < round(least * 10)

    left = losses_left(tally, asks)
    assert below(left)
    assert not left or not below(left - 1)


@given(tallies, st.integers(0, 99))
def test_the_returns_left_are_exactly_those_that_are_too_many(tally: Tally, most: int) -> None:
    left = returns_left(tally, GoodFaith(upheld=90, reinstated=most))
    assert left is not None
    assume(tally.decided)
    assert (tally.reinstated + left) * 100 > most * tally.decided
    assert not left or (tally.reinstated + left - 1) * 100 <= most * tally.decided


@given(tallies, tallies)
def test_tallies_add_up_and_one_taken_out_again_changes_nothing(one: Tally, other: Tally) -> None:
    assert (one + other).decided == one.decided + other.decided
    for verdict in Verdict:
        assert one.with_one(verdict).with_one(verdict, -1) == one


@given(tallies)
def test_a_share_is_rounded_to_the_side_that_flatters_nobody(tally: Tally) -> None:
    assume(tally.decided)
    upheld, reinstated = percent(tally.upheld, tally), percent(tally.reinstated, tally, up=True)
    assert 0 <= share(tally.upheld, tally) - Fraction(upheld.removesuffix(" %")) < Fraction(1, 10)
    assert 0 <= Fraction(reinstated.removesuffix(" %")) - share(tally.reinstated, tally) < Fraction(1, 10)
