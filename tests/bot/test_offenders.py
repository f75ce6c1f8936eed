"""Who is one seller, which one a person means, and what is on file about them."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.model import IdentifierKind, LinkState
from bot.offenders import find, groups, normal, token
from tests.make import link

LONG = "acme:" + "S" * 190
SELLERS = {
    "acme:S-5": ("Bright Sun", "Old Name"),
    "zeta:S-5": ("Moon & Co",),
    "acme:s-7": (),
    "acme:S-7": ("Bright Sun Trading",),
    LONG: ("Long one",),
}
PHONE, EMAIL, WECHAT = IdentifierKind.PHONE, IdentifierKind.EMAIL, IdentifierKind.WECHAT
PAYMENT, NAME, ADDRESS = IdentifierKind.PAYMENT, IdentifierKind.SHOP_NAME, IdentifierKind.RETURN_ADDRESS


def test_links_join_sellers_through_others() -> None:
    found = groups(["d:4"], [link("a:1", "b:2"), link("b:2", "c:3"), link("c:3", "e:5", state=LinkState.UNLINKED)])
    assert found == {
        **dict.fromkeys(("a:1", "b:2", "c:3"), ("a:1", "b:2", "c:3")),
        "d:4": ("d:4",),
        "e:5": ("e:5",),
    }


def test_a_long_chain_of_links_is_one_offender() -> None:
    keys = [f"acme:{number:05}" for number in range(5000)]
    found = groups((), [link(a, b) for a, b in pairwise(keys)])
    assert set(found.values()) == {tuple(keys)}


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30))
def test_groups_are_disjoint_and_whole(pairs: list[tuple[int, int]]) -> None:
    links = [link(f"a:{a}", f"a:{b}") for a, b in pairs]
    found = groups([], links)
    assert all(seller in group for seller, group in found.items())
    assert all(not set(one) & set(other) for one, other in combinations(set(found.values()), 2))
    assert all(found[one.a] == found[one.b] for one in links)


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("acme:S-5", ("acme:S-5",)),
        (" ACME:s-5 ", ("acme:S-5",)),
        ("acme:S-7", ("acme:S-7",)),
        ("acme:s-7", ("acme:s-7",)),
        ("ACME:S-7", ("acme:S-7", "acme:s-7")),
        (token(LONG), (LONG,)),
        ("S-5", ("acme:S-5", "zeta:S-5")),
        ("s-7", ("acme:s-7",)),
        ("bright  sun", ("acme:S-5",)),
        ("OLD NAME", ("acme:S-5",)),
        ("bright", ("acme:S-5", "acme:S-7")),
        ("nobody", ()),
        ("", ()),
    ],
)
def test_a_seller_is_found_by_the_most_exact_reading(asked: str, keys: tuple[str, ...]) -> None:
    assert find(asked, SELLERS) == keys


def test_a_token_fits_an_option_and_names_one_seller() -> None:
    assert token("acme:S-5") == "acme:S-5"
    assert len(token(LONG)) == 17
    assert token(LONG) != token(LONG + "x")


@pytest.mark.parametrize(
    ("kind", "value", "compared"),
    [
        (PHONE, "+49 30 1234567", "+49301234567"),
        (PHONE, "0049-30-1234567", "+49301234567"),
        (PHONE, "+49 (0)30 123 45 67", "+49301234567"),
        (PHONE, "tel. +49 30 1234567 ext. 12", "+49301234567"),
        (PHONE, "＋４９ ３０ １２３４５６７", "+49301234567"),
        (PHONE, "030 / 123 45 67", "0301234567"),
        (EMAIL, " Shop+eu@Example.COM ", "shop@example.com"),
        (EMAIL, "b.right.sun@googlemail.com", "brightsun@gmail.com"),
        (EMAIL, "b.s@example.com", "b.s@example.com"),
        (WECHAT, "WX Sun-77", "wxsun77"),
        (PAYMENT, "de89 3704–0044", "de8937040044"),
        (NAME, "★ Bright-Sun® ＴＭ ★", "brightsuntm"),
        (NAME, "晨光 专卖店", "晨光专卖店"),
        (NAME, "हिंदी दुकान", "हिंदीदुकान"),
        (ADDRESS, "12, Mill  Lane.\nBerlin", "12 mill lane berlin"),
        (NAME, "Bright\u200bSun", "brightsun"),
    ],
)
def test_another_spelling_is_the_same_identifier(kind: IdentifierKind, value: str, compared: str) -> None:
    assert normal(kind, value) == compared


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (PHONE, "12345"),
        (PHONE, "0000000"),
        (PHONE, "+49 0000000"),
        (PHONE, "call me"),
        (EMAIL, "shop"),
        (EMAIL, "shop@localhost"),
        (EMAIL, "+tag@example.com"),
        (EMAIL, "a@b@example.com"),
        (NAME, "★★★"),
        (WECHAT, " - "),
        (ADDRESS, "\u200b"),
        (ADDRESS, "x" * 301),
    ],
)
def test_what_cannot_be_compared_is_refused_beside_the_field(kind: IdentifierKind, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normal(kind, value)
    assert refusal.value.field == "value"


@given(st.sampled_from(IdentifierKind), st.text(max_size=320))
def test_any_text_is_compared_or_refused(kind: IdentifierKind, value: str) -> None:
    with suppress(Invalid):
        assert normal(kind, value)
