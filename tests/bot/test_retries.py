"""When to try again."""

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Declined, OutcomeUnknown, SlackDeclined, SlackUnavailable, Unavailable
from bot.retries import BUGS_TRIED, LONGEST, OUR_ACCOUNT, backoff, retry_of


@given(st.integers(0, 10_000))
def test_waits_grow_and_are_capped(attempts: int) -> None:
    assert 1 <= backoff(attempts) <= LONGEST
    if attempts < 8:
        assert 2.0**attempts <= backoff(attempts) <= 2.0 ** (attempts + 1)


@given(st.floats(0, 3600), st.integers(0, 50))
def test_a_retry_after_is_never_cut_short(seconds: float, attempts: int) -> None:
    assert retry_of(Unavailable("Acme", retry_after=seconds), attempts).seconds >= seconds
    assert retry_of(SlackUnavailable("ratelimited", retry_after=seconds), attempts).seconds >= seconds


@given(st.integers(0, 50))
def test_what_was_refused_for_good_is_not_sent_again(attempts: int) -> None:
    assert retry_of(Declined("Acme", "no", status=422), attempts).give_up
    assert retry_of(SlackDeclined("invalid_blocks"), attempts).give_up


@given(st.integers(0, 50))
def test_what_may_pass_is_tried_for_as_long_as_it_takes(attempts: int) -> None:
    assert not retry_of(Unavailable("Acme"), attempts).give_up
    assert not retry_of(OutcomeUnknown("Acme"), attempts).give_up


def test_a_programming_error_is_set_aside_after_a_few_attempts() -> None:
    assert not retry_of(ValueError(), 0).give_up
    assert retry_of(ValueError(), BUGS_TRIED - 1).give_up


def test_two_deliveries_that_failed_together_do_not_come_back_together() -> None:
    assert len({backoff(8) for _ in range(50)}) > 40


def test_trouble_with_our_token_keeps_what_waits_until_an_admin_puts_it_right() -> None:
    for code in OUR_ACCOUNT:
        assert not retry_of(SlackDeclined(code), 0).give_up
