"""Money as people write it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.currencies import amount, currency, in_words
from bot.errors import Invalid


@pytest.mark.parametrize(
    ("said", "code"),
    [("EUR", "EUR"), ("eur ", "EUR"), ("€", "EUR"), ("£", "GBP"), ("Euro", "EUR"), ("RMB", "CNY"), ("xof", "XOF")],
)
def test_a_currency_is_known_by_code_name_and_sign(said: str, code: str) -> None:
    assert currency(said) == code


@pytest.mark.parametrize("said", ["", "$", "XXX", "XTS", "XAU", "EURO€", "QQQ", "dollars"])
def test_what_is_no_money_or_may_be_several_is_refused(said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        currency(said)
    assert wrong.value.field == "currency"


@pytest.mark.parametrize(
    ("said", "code", "cost"),
    [("49.90", "EUR", "49.90"), ("49,9", "EUR", "49.9"), ("1 249.90", "EUR", "1249.90"), ("3.125", "KWD", "3.125")],
)
def test_an_amount_is_read_as_it_is_written(said: str, code: str, cost: str) -> None:
    assert str(amount(said, code)) == cost


@pytest.mark.parametrize("said", ["-3", "−3", "1,249.90", "1.249,90", "3.125", "free", "", "1e3", "NaN", "٣"])
def test_what_may_be_another_amount_is_refused(said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        amount(said, "EUR")
    assert wrong.value.field == "cost"


@given(st.decimals(min_value=0, max_value=999_999_999, places=2))
def test_any_amount_is_read_back(cost: Decimal) -> None:
    assert amount(str(cost), "EUR") == cost
    assert in_words(cost, "EUR") == f"{cost} EUR"
