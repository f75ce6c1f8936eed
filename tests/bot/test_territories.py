"""Where a marketplace sells, where a right holds, and whether the one covers the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listings import read_listing
from bot.model import Listing
from bot.sites import SITES
from bot.territories import EU, EU_MEMBERS, WORLD, Cover, cover, is_code, read_places, sells_in

OUTSIDE = ("US", "CN", "TR", "GB", "CH", "NO", "BR")
members = st.sampled_from(sorted(EU_MEMBERS))
codes = st.one_of(members, st.sampled_from(OUTSIDE), st.just(EU))
places = st.lists(codes, min_size=1, max_size=6).map(tuple)


@given(territory=places)
def test_the_world_covers_everything(territory: tuple[str, ...]) -> None:
    assert cover((WORLD,), territory) is Cover.WHOLE
    assert cover((WORLD,), (*territory, WORLD)) is Cover.WHOLE


@given(jurisdictions=places)
def test_a_territory_nobody_knows_is_not_in_the_way(jurisdictions: tuple[str, ...]) -> None:
    assert cover(jurisdictions, ()) is Cover.WHOLE


@given(member=members)
def test_the_union_covers_each_member_and_a_member_a_part_of_the_union(member: str) -> None:
    assert cover((EU,), (member,)) is Cover.WHOLE
    assert cover((member,), (EU,)) is Cover.PART


@given(outside=st.sampled_from(OUTSIDE))
def test_nobody_outside_covers_any_of_the_union_nor_the_union_them(outside: str) -> None:
    assert cover((outside,), (EU,)) is Cover.NONE
    assert cover((EU,), (outside,)) is Cover.NONE


def test_all_members_together_are_the_union() -> None:
    assert len(EU_MEMBERS) == 27
    assert cover(tuple(EU_MEMBERS), (EU,)) is Cover.WHOLE
    assert cover(tuple(EU_MEMBERS - {"DE"}), (EU,)) is Cover.PART


@given(jurisdictions=places, territory=places, more=codes)
def test_more_jurisdictions_never_cover_less(
    jurisdictions: tuple[str, ...], territory: tuple[str, ...], more: str
) -> None:
    order = [Cover.NONE, Cover.PART, Cover.WHOLE]
    before, after = cover(jurisdictions, territory), cover((*jurisdictions, more), territory)
    assert order.index(after) >= order.index(before)


@given(territory=places)
def test_what_it_is_covers_itself(territory: tuple[str, ...]) -> None:
    assert cover(territory, territory) is Cover.WHOLE


@given(jurisdictions=places, territory=places)
def test_the_union_written_out_counts_the_same(jurisdictions: tuple[str, ...], territory: tuple[str, ...]) -> None:
    spelt = tuple(code for one in jurisdictions for code in (sorted(EU_MEMBERS) if one == EU else [one]))
    assert cover(spelt, territory) is cover(jurisdictions, territory)


def test_no_national_right_covers_the_whole_world() -> None:
    assert cover(("US",), (WORLD,)) is Cover.PART
    assert cover((), (WORLD,)) is Cover.NONE


@pytest.mark.parametrize(
    ("address", "territory"),
    [
        ("https://www.amazon.de/dp/B00EXAMPL1", ("DE",)),
        ("https://www.amazon.com/dp/B00EXAMPL1", ("US",)),
        ("https://www.amazon.com.tr/dp/B00EXAMPL1", ("TR",)),
        ("https://www.ebay.co.uk/itm/123456789012", ("GB",)),
        ("https://produto.mercadolivre.com.br/MLB-3344556677-bolsa-_JM", ("BR",)),
        ("https://articulo.mercadolibre.com/MLM-3344556677-bolsa-_JM", ("MX",)),
        ("https://item.taobao.com/item.htm?id=600000000001", ("CN",)),
        ("https://detail.1688.com/offer/600000000001.html", ("CN",)),
        ("https://detail.tmall.hk/item.htm?id=600000000001", ("CN",)),
        ("https://allegro.cz/nabidka/bota-12345678", ("CZ",)),
        ("https://www.bol.com/be/fr/p/sac/9300000012345678/", ("BE",)),
        ("https://www.bol.com/nl/nl/p/tas/9300000012345678/", ("NL",)),
        ("https://de.shein.com/tasche-p-1234567.html", ("DE",)),
        ("https://ar.shein.com/bag-p-1234567.html", ()),
        ("https://www.shein.com/bag-p-1234567.html", ()),
        ("https://www.etsy.com/listing/123456789/bag", ()),
        ("https://www.aliexpress.com/item/1005001234567890.html", ()),
    ],
)
def test_a_listing_is_sold_where_its_address_says(address: str, territory: tuple[str, ...]) -> None:
    assert sells_in(read_listing(address).listing) == territory


def test_only_those_that_sell_everywhere_do_not_say_where() -> None:
    untold = {
        host
        for site in SITES
        for host in site.hosts
        if not sells_in(Listing(marketplace=site.key, listing_id="1", url="", canonical=f"https://{host}/nl/x"))
    }
    everywhere = {"etsy.com", "tiktok.com", "facebook.com", "fb.com", "alibaba.com", "aliexpress.com", "temu.com"}
    assert untold == everywhere | {"mercadolibre.com", "shein.com"}


@pytest.mark.parametrize(
    "canonical", ["https://acme.example/item/1", "https://notamazon.de/x", "", "nonsense", "https://"]
)
def test_a_host_that_is_not_built_in_says_nothing(canonical: str) -> None:
    assert sells_in(Listing(marketplace="acme", listing_id="1", url="", canonical=canonical)) == ()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("EU, CH", ("EU", "CH")),
        ("de fr", ("DE", "FR")),
        ("Germany; United Kingdom", ("DE", "GB")),
        ("UK", ("GB",)),
        ("benelux", ("BE", "LU", "NL")),
        ("worldwide", ("WO",)),
        ("DEU\nDE", ("DE",)),
    ],
)
def test_places_are_read_by_code_and_by_name(text: str, read: tuple[str, ...]) -> None:
    assert read_places(text) == (read, ())


@given(text=st.text(max_size=200))
def test_whatever_is_typed_as_places_gives_codes_or_names_what_is_unknown(text: str) -> None:
    found, unknown = read_places(text)
    assert all(map(is_code, found))
    assert len(set(found)) == len(found)
    assert all(word in " ".join(text.split()) or word in text for word in unknown)
