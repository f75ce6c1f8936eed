"""What a page says of its listing; in doubt it says nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.looking import Look, Sight, Terms
from bot.looking.judging import judged

ADDRESS = "https://acme.example/item/4711"
TERMS = Terms(hosts=("acme.example",), gone_words=("No longer available",), there_words=("add to basket", "bid now"))
LIVE = "<html><head><title>A watch</title></head><body>Item 4711 <b>Add to basket</b></body></html>"
LOOK = Look(asked=ADDRESS, address=ADDRESS, status=200, page=LIVE)


def sight(look: Look, terms: Terms = TERMS) -> Sight:
    return judged(look, "4711", terms).sight


def seen(page: str, **changes: Any) -> Sight:
    return sight(replace(LOOK, page=page, **changes))


@pytest.mark.parametrize("status", [404, 410])
def test_not_found_is_gone(status: int) -> None:
    said = judged(Look(asked=ADDRESS, address=ADDRESS, status=status), "4711", TERMS)
    assert (said.sight, said.words) == (Sight.GONE, f"it is not there (HTTP {status})")


@pytest.mark.parametrize(
    ("address", "sight"),
    [
        ("https://acme.example/login", Sight.UNSURE),
        ("https://acme.example/login?next=/item/4711", Sight.UNSURE),
        ("https://acme.example/old-shop/47110", Sight.UNSURE),
        ("https://acme.example/", Sight.UNSURE),
        ("https://www.acme.example/a-watch/4711", Sight.GONE),
    ],
)
def test_not_found_at_another_address_is_gone_only_where_that_names_the_listing(address: str, sight: Sight) -> None:
    assert judged(Look(asked=ADDRESS, address=address, status=404), "4711", TERMS).sight is sight


def test_a_page_with_the_listings_id_is_there() -> None:
    assert judged(LOOK, "4711", TERMS).words == "it is there (HTTP 200)"
    assert sight(LOOK) is Sight.THERE


@pytest.mark.parametrize(
    "page",
    [
        "<p>Item 4711 is no longer available.</p>",
        "<p>4711: NO\n  LONGER <b>available</b></p>",
        "<p>4711 no&nbsp;longer available</p>",
        "<p>4711 no lon<wbr>ger avail<WBR/>able</p>",
        "<p>4711 no lon&shy;ger available</p>",
        "<!--> 4711 no longer available <p>",
        "<!---> 4711 no longer available <p>",
        "<!-- a --!> 4711 no longer available <p>",
    ],
)
def test_the_words_of_a_page_that_is_gone_are_found_as_a_person_reads_them(page: str) -> None:
    assert seen(page) is Sight.GONE


@pytest.mark.parametrize(
    "page",
    [
        "<script>var texts = {gone: 'no longer available'}</script> 4711",
        "<!-- no longer available --> 4711",
        "<style>.x::after { content: 'no longer available' }</style> 4711",
        '<img alt="no longer available"> 4711',
        "<TEMPLATE>no longer available</TEMPLATE > 4711",
    ],
)
def test_words_that_nobody_is_shown_say_nothing(page: str) -> None:
    assert seen(f"{page} Add to basket") is Sight.THERE


@pytest.mark.parametrize("status", [0, 201, 204, 206, 301, 302, 304, 400, 401, 403, 405, 418, 429, 451, 500, 502, 503])
def test_no_other_status_says_anything(status: int) -> None:
    assert seen(LIVE, status=status) is Sight.UNSURE


def test_trouble_says_nothing_whatever_else_is_known() -> None:
    said = judged(Look(asked=ADDRESS, address=ADDRESS, trouble="there was no answer"), "4711", TERMS)
    assert (said.sight, said.words) == (Sight.UNSURE, "it cannot be told, there was no answer")


@pytest.mark.parametrize(
    "title",
    [
        "Just a moment...",
        "Attention Required! | Cloudflare",
        "Robot Check",
        "Sign in or Register | eBay",
        "Please solve this CAPTCHA",
        "Log&nbsp;in",
        "淘宝网 - 登录",
        "Access Denied",
        "Pardon Our Interruption...",
        "Acme | Sign in",
        "登录淘宝",
    ],
)
def test_a_wall_before_the_page_says_nothing(title: str) -> None:
    assert seen(f"<title>{title}</title>4711 no longer available") is Sight.UNSURE


@pytest.mark.parametrize(
    "title",
    [
        "Robot vacuum cleaner",
        "Blogging in style",
        "Signature watch",
        "Neon sign in pink",
        "A guide to CAPTCHA",
        "Loginov vase",
    ],
)
def test_a_listing_is_not_taken_for_a_wall(title: str) -> None:
    assert seen(f"<title>{title}</title>4711 Add to basket") is Sight.THERE


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.example/",
        "https://acme.example",
        "https://acme.example/?from=4711",
        "https://acme.example/login?next=/item/4711",
        "https://acme.example/captcha/4711",
    ],
)
@pytest.mark.parametrize("page", [LIVE, "<p>4711 no longer available</p>"])
def test_the_front_page_and_a_log_in_say_nothing(address: str, page: str) -> None:
    assert seen(page, address=address) is Sight.UNSURE


def test_after_a_redirect_the_address_still_names_the_listing() -> None:
    assert seen(LIVE, address="https://www.acme.example/a-watch/4711") is Sight.THERE
    assert seen(LIVE, address="https://acme.example/search?q=watch") is Sight.UNSURE
    assert seen("no longer available", address="https://acme.example/sorry-page") is Sight.GONE


@pytest.mark.parametrize("words", ["", "<div id=app></div>", "Item 47110 and A4711", "<a href='/item/4711'>"])
def test_at_another_address_the_page_has_to_name_the_listing_for_all_to_see(words: str) -> None:
    page = f"{words} Add to basket"
    assert seen(page, address="https://www.acme.example/a-watch/4711") is Sight.UNSURE
    assert seen(page) is Sight.THERE, "many marketplaces show no ids"


@pytest.mark.parametrize(
    "page",
    [
        "<title>Acme</title>Enter the characters you see<form action='/check?ru=/item/4711'>",
        "<title>Un momento…</title><script>window.opt={u:'/item/4711?tk=x'}</script>",
        "<title>Acme</title>Before you continue<input name=continue value='https://acme.example/item/4711'>",
        "<title>Acme</title><link rel=canonical href='https://acme.example/item/4711'>This was taken down.",
        "<title>Acme</title>We are down for maintenance. Reload /item/4711",
        "<title>Acme</title>0 results for 4711. Other items:",
        "4711 <script>let label = 'Add to basket'</script>",
        "4711 <img alt='Add to basket'>",
    ],
)
def test_a_page_that_only_repeats_the_address_is_not_the_listing(page: str) -> None:
    assert seen(page) is Sight.UNSURE
    assert sight(replace(LOOK, page=page), replace(TERMS, there_words=())) is Sight.UNSURE


def test_a_page_in_letters_that_cannot_be_read_is_never_there() -> None:
    garbled = "<title>商品已下架</title>4711 商品已下架 no longer".encode("gbk").decode("utf-8", "replace")
    assert seen(garbled) is Sight.UNSURE
    assert seen(f"{garbled} available") is Sight.GONE


def test_a_page_that_was_not_read_to_its_end_may_be_gone_and_is_never_there() -> None:
    assert seen(LIVE, whole=False) is Sight.UNSURE
    assert seen("no longer available", whole=False) is Sight.GONE


@pytest.mark.parametrize(
    ("words", "page", "said"),
    [
        ("Sold", "<p>Sold!</p>", True),
        ("Sold", "soldering iron", False),
        ("Sold", "unsold", False),
        ("Sold", "4711 ist ausverkauft, soldé", False),
        ("Sold", "商品sold了", True),
        ("下架", "商品已下架了", True),
        ("épuisé", "Article épuisé.", True),
        ("épuisé", "épuisée", False),
        ("Gone?", "gone? yes", True),
    ],
)
def test_words_are_found_as_words_and_not_as_parts_of_others(words: str, page: str, said: bool) -> None:
    terms = replace(TERMS, gone_words=(words,))
    assert (sight(replace(LOOK, page=f"4711 {page}"), terms) is Sight.GONE) is said


def test_one_of_the_words_of_live_listings_has_to_be_there() -> None:
    assert seen("4711. Bid now!") is Sight.THERE
    assert seen("4711, a thing") is Sight.UNSURE
    assert sight(LOOK, replace(TERMS, there_words=())) is Sight.UNSURE


@pytest.mark.parametrize("reference", ["&#" + "1" * 5000, "&#" + "1" * 5000 + ";", "&#x" + "f" * 5000 + ";"])
def test_a_character_of_thousands_of_digits_is_none(reference: str) -> None:
    assert seen(f"<title>{reference}</title>{reference} no&#32;longer&#x20;available") is Sight.GONE


@given(st.text(max_size=400), st.integers(min_value=0, max_value=599), st.text(max_size=20), st.booleans())
def test_any_page_is_judged(page: str, status: int, listing_id: str, whole: bool) -> None:
    look = replace(LOOK, page=page, status=status, whole=whole)
    assert judged(look, listing_id or "1", TERMS).sight in Sight


@pytest.mark.parametrize("piece", ["<script", "<!--", "<", "<title", "</script", "&", "<script></script", "4711"])
def test_a_megabyte_of_half_a_tag_is_judged_in_no_time(piece: str) -> None:
    page = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    began = time.perf_counter()
    seen(page)
    assert time.perf_counter() - began < 30, "and not with the square of its length"
