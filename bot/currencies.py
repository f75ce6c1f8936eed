"""Money as people write it: currencies of ISO 4217, and amounts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

import pycountry

from bot.errors import Invalid

_SAID: Mapping[str, str] = {"€": "EUR", "£": "GBP", "rmb": "CNY", "renminbi": "CNY", "us$": "USD", "pounds": "GBP"}
_NO_MONEY = re.compile(r"X(?!AF|CD|CG|OF|PF)..")
"""Metals, tests and baskets. Source: ISO 4217, codes that begin with X; the few that stay are spent in shops."""
_OF_A_THOUSAND = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Their smallest coin is a thousandth. Source: ISO 4217, minor units."""
_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?", re.ASCII)


def currency(said: str, *, field: str = "currency") -> str:
    """The code of a currency, typed as its code, its English name or a sign that means only one. Raises: Invalid."""
    text = " ".join(said.split())
    code = _SAID.get(text.casefold(), text)
    try:
        found = str(pycountry.currencies.lookup(code).alpha_3)
    except LookupError:
        found = "XXX"
    if _NO_MONEY.fullmatch(found):
        raise Invalid("Write the currency as its three letters, such as EUR, USD or CNY.", field=field)
    return found


def amount(said: str, code: str, *, field: str = "cost") -> Decimal:
    """What something cost, in that currency. Raises: Invalid."""
    text = "".join(said.split())
    if text.startswith(("-", "−", "–")):
        raise Invalid("A cost is not negative; write what was paid, such as 49.90.", field=field)
    found = _AMOUNT.fullmatch(text)
    if found is None or (found[2] and len(found[2]) == 3 and code not in _OF_A_THOUSAND):
        raise Invalid("Write the cost in digits alone, such as 1249.90.", field=field)
    return Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1])


def in_words(cost: Decimal | None, code: str) -> str:
    """`49.90 EUR`; empty where nothing is known."""
    return f"{cost} {code}" if cost is not None else ""
