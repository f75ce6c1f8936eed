"""Addresses as people paste them, and the one listing each names, or the reason why it names none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Invalid, Misconfigured
from bot.listings import (
    SITES,
    Site,
    configured_site,
    defang,
    find_addresses,
    looks_like_address,
    read_any,
    read_listing,
    unwrapped,
)
from bot.model import Listing
from tests.bot.addresses import NAMED, REFUSED, Row

ACME = configured_site("acme", ["acme.example"], r"/item/(?P<listing>\d+)", r"[?&]seller=(?P<seller>\w+)")
SHOP = configured_site("shop", ["shop.example"], r"[?&]id=(?P<listing>[A-Za-z0-9-]+)")
EBAY = "https://www.ebay.com/itm/285412345678"
KEYS = (
    "ebay amazon alibaba aliexpress taobao tmall 1688 mercadolibre etsy walmart shopee lazada daraz temu tiktok "
    "facebook allegro bol jd pinduoduo shein"
)


@pytest.mark.parametrize(("address", "row"), NAMED, ids=[address for address, _ in NAMED])
def test_an_address_names_its_listing(address: str, row: Row) -> None:
    found = read_listing(address)
    listing, seller = found.listing, found.seller.seller_id if found.seller else ""
    assert (listing.marketplace, listing.listing_id, listing.canonical, seller) == row


@pytest.mark.parametrize(("address", "reason"), REFUSED, ids=[address for address, _ in REFUSED])
def test_an_address_that_names_no_listing_is_refused_with_the_reason(address: str, reason: str) -> None:
    with pytest.raises(Invalid, match=re.escape(reason)) as refused:
        read_listing(address)
    assert refused.value.field == "listing"


@pytest.mark.parametrize(("address", "row"), NAMED, ids=[address for address, _ in NAMED])
def test_the_canonical_address_names_the_same_listing_and_is_its_own(address: str, row: Row) -> None:
    listing = read_listing(address).listing
    again = read_listing(listing.canonical).listing
    assert again == Listing(marketplace=row[0], listing_id=row[1], url=listing.canonical, canonical=listing.canonical)


@pytest.mark.parametrize(("address", "row"), NAMED, ids=[address for address, _ in NAMED])
def test_the_address_as_kept_and_as_shown_read_back_the_same(address: str, row: Row) -> None:
    listing = read_listing(address).listing
    assert read_listing(listing.url).listing == listing
    assert read_listing(defang(listing.canonical)).listing.canonical == row[2]


def test_every_site_is_there_with_six_addresses_and_more() -> None:
    assert {site.key for site in SITES} == set(KEYS.split())
    for key in KEYS.split():
        mine = [address for address, row in NAMED if row[0] == key]
        hosts = tuple(host for site in SITES if site.key == key for host in (*site.hosts, *site.short))
        turned_away = [address for address, _ in REFUSED if any(host in address.lower() for host in hosts)]
        assert len(mine) >= 4, key
        assert len(mine) + len(turned_away) >= 6, key


@pytest.mark.parametrize(("site", "host"), [(site, host) for site in SITES for host in site.hosts])
def test_every_country_host_is_read_and_its_name_under_another_ending_is_not(site: Site, host: str) -> None:
    example = next(row[2] for _, row in NAMED if row[0] == site.key and site.hosts[0] in row[2])
    assert read_listing(example.replace(site.hosts[0], host)).listing.marketplace == site.key
    with pytest.raises(Invalid, match="not a marketplace"):
        read_listing(example.replace(site.hosts[0], f"{host.split('.', maxsplit=1)[0]}.evil"))


def same(addresses: str) -> Iterator[tuple[str, str]]:
    for address in addresses.split("\n"):
        listing = read_listing(address).listing
        yield listing.marketplace, listing.listing_id


def test_one_listing_written_in_many_ways_is_one_listing() -> None:
    ways = """https://www.ebay.com/itm/285412345678
http://ebay.com/itm/285412345678
HTTPS://WWW.EBAY.COM/itm/285412345678
https://www.ebay.com:443/itm/285412345678
http://www.ebay.com:80/itm/285412345678
https://www.ebay.com./itm/285412345678
www.ebay.com/itm/285412345678
www.ebay.com:443/itm/285412345678
m.ebay.com/itm/285412345678
https://www.ebay.de/itm/Schöne-Tasche/285412345678?hash=item426&_trkparms=x#desc
<https://www.ebay.com/itm/285412345678>
<https://www.ebay.com/itm/285412345678|a bag>
<https://www.ebay.com/itm/Bag/285412345678?a=1&amp;b=2|www.ebay.com/itm/…>,
&lt;https://www.ebay.com/itm/285412345678&gt;
(https://www.ebay.com/itm/285412345678).
“https://www.ebay.com/itm/285412345678”,
*https://www.ebay.com/itm/285412345678*
`https://www.ebay.com/itm/285412345678`
  https://www.ebay.com/itm/285412345678…
\u200bhttps://www.ebay.com/itm/285412345678\ufeff
hxxps://www[.]ebay[.]com/itm/285412345678"""
    assert set(same(ways)) == {("ebay", "285412345678")}


def test_the_country_stays_in_the_canonical_address() -> None:
    assert (
        read_listing("https://m.ebay.co.uk/itm/285412345678").listing.canonical
        == "https://www.ebay.co.uk/itm/285412345678"
    )
    assert read_listing("amazon.com.br/dp/B08N5WRWNW").listing.canonical == "https://www.amazon.com.br/dp/B08N5WRWNW"


def test_what_was_pasted_is_kept_whole() -> None:
    listing = read_listing("<https://acme.example/item/7?a=1&amp;b=2|the bag>", (ACME,)).listing
    assert listing.url == "https://acme.example/item/7?a=1&b=2"
    assert read_listing("acme.example/item/7", (ACME,)).listing.url == "https://acme.example/item/7"


# Hosts that look right to the eye or to careless code.

TRICKS = [
    "https://ebay.com.evil.example{path}",
    "https://evil-ebay.com{path}",
    "https://notebay.com{path}",
    "https://www-ebay.com{path}",
    "https://ebay.com-login.example{path}",
    "https://evil.example/ebay.com{path}",
    "https://evil.example/https://www.ebay.com{path}",
    "https://evil.example/?u=https://www.ebay.com{path}",
    "https://evil.example#@www.ebay.com{path}",
    "https://evil.example?@www.ebay.com{path}",
    "https://www.ebay.com@evil.example{path}",
    "https://www.ebay.com:pw@evil.example{path}",
    "https://evil.example@www.ebay.com{path}",
    "https://www.ebay.com%40evil.example{path}",
    "https://www.ebay.com\\@evil.example{path}",
    "https://evil.example\\www.ebay.com{path}",
    "https:\\\\www.ebay.com{path}",
    "https:/www.ebay.com{path}",
    "https:www.ebay.com{path}",
    "https:///www.ebay.com{path}",
    "//www.ebay.com{path}",
    "https://www%2Eebay%2Ecom{path}",
    "https://evil.example%2F.ebay.com{path}",
    "https://evil.example%00.ebay.com{path}",
    "https://www.ebay.com\t.evil.example{path}",
    "https://evil\t.example/www.ebay.com{path}",
    "https://www.eb\nay.com{path}",
    "https://www.ebay.com\x00{path}",
    "https://www.ebay.com {path}",
    "https://www.ebay..com{path}",
    "https://.ebay.com{path}",
    "https://www.ebay.com..{path}",
    "https://-.ebay.com{path}",
    "https://www.ebay.com:8080{path}",
    "https://www.ebay.com:x{path}",
    "https://www.ebay.com:80{path}",
    "https://www.еbay.com{path}",  # a Cyrillic е
    "https://www.ebay。com{path}",
    "https://ⓔbay.com{path}",
    "https://www.xn--bay-edd.com{path}",
    "https://[::1]{path}",
    "https://[www.ebay.com{path}",
    "https://127.0.0.1{path}",
    "https://localhost{path}",
    "ftp://www.ebay.com{path}",
    "javascript://www.ebay.com{path}",
    "data:text/html,www.ebay.com{path}",
    "https://www.ebay.com/x/../../evil{path}",
    "https://www.ebay.com/x/%2e%2e{path}",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_host_trick_passes(trick: str) -> None:
    with pytest.raises(Invalid):
        read_listing(trick.format(path="/itm/285412345678"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://ebay.com.evil.example/itm/285412345678", "it only looks like ebay.com"),
        ("https://ebay.com@evil.example/itm/285412345678", "user name"),
        ("https://www.еbay.com/itm/285412345678", "outside plain Latin"),
        ("https://www.xn--bay-edd.com/itm/285412345678", "outside plain Latin"),
        ("https://shop.unknown.example/x/1", "shop.unknown.example is not a marketplace this desk knows"),
        ("https://www.ebay.com:8080/itm/285412345678", "port"),
        ("ftp://www.ebay.com/itm/285412345678", "ftp://"),
        ("https://www.ebay.com/", "front page"),
        ("", "no address"),
        ("hello", "not a web address"),
        (EBAY + "?x=" + "1" * 2048, "2048 is the most"),
        ("x" * 9000, "2048 is the most"),
        ("https://bit.ly/3abc", "short link"),
    ],
)
def test_the_sentence_says_what_is_wrong(address: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_listing(address)
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_digits_of_other_scripts_are_no_id() -> None:
    for address in ("https://www.ebay.com/itm/２８５４１２３４５６７８", "https://acme.example/item/٤٧١١"):
        with pytest.raises(Invalid):
            read_listing(address, (*SITES, ACME))


def test_a_parameter_that_is_given_twice_names_nothing() -> None:
    with pytest.raises(Invalid):
        read_listing("https://item.taobao.com/item.htm?id=612345678901&id=612345678902")


# Marketplaces of the desk file.


def test_a_configured_site_has_its_hosts_and_their_subdomains() -> None:
    for host in ("acme.example", "www.acme.example", "M.ACME.EXAMPLE"):
        assert read_listing(f"https://{host}/item/4711?ref=mail#x", (ACME,)).listing.listing_id == "4711"
    with pytest.raises(Invalid, match="not a marketplace"):
        read_listing("https://notacme.example/item/4711", (ACME,))
    with pytest.raises(Invalid, match="names no listing"):
        read_listing("https://acme.example/search?q=item", (ACME,))


def test_a_configured_site_keeps_only_what_names_the_listing() -> None:
    found = read_listing("https://acme.example/item/4711?utm_source=x&seller=s77", (ACME,))
    assert found.listing.canonical == "https://acme.example/item/4711"
    assert found.seller is not None
    assert found.seller.seller_id == "s77"
    found = read_listing("https://shop.example/view?utm=1&id=A-7&session=9", (SHOP,))
    assert (found.listing.listing_id, found.listing.canonical) == ("A-7", "https://shop.example/view?id=A-7")
    assert found.seller is None


def test_a_configured_site_comes_before_a_built_in_one_wherever_it_stands() -> None:
    own = configured_site("our-ebay", ["ebay.com"], r"/itm/(?P<listing>[0-9]+)")
    for sites in ((own, *SITES), (*SITES, own)):
        assert read_listing(EBAY, sites).listing.marketplace == "our-ebay"
        assert read_listing("https://www.ebay.de/itm/285412345678", sites).listing.marketplace == "ebay"


@pytest.mark.parametrize("pattern", ["/item/(", "/item/[0-9]+", "(?P<item>[0-9]+)", "(?u)(?P<listing>x)"])
def test_a_wrong_pattern_is_refused_by_the_name_of_its_marketplace(pattern: str) -> None:
    with pytest.raises(Misconfigured, match="acme"):
        configured_site("acme", ["acme.example"], pattern)
    with pytest.raises(Misconfigured, match="seller_pattern"):
        configured_site("acme", ["acme.example"], "(?P<listing>x)", pattern)


@pytest.mark.parametrize("rest", ["bag!?x=1", "bag_(new)?x=2", "a#c"])
def test_a_configured_canonical_address_survives_being_pasted_into_a_sentence(rest: str) -> None:
    named = configured_site("named", ["named.example"], "^/(?P<listing>[A-Za-z_()-]+)")
    listing = read_listing(f"https://named.example/{rest}", (named,)).listing
    assert read_listing(f"({listing.canonical}).", (named,)).listing == replace(listing, url=listing.canonical)


def test_an_id_that_ends_like_a_sentence_is_refused_rather_than_cut() -> None:
    loose = configured_site("loose", ["loose.example"], r"\?id=(?P<listing>[^&]+)")
    with pytest.raises(Invalid, match="sentence around it"):
        read_listing("https://loose.example/x?id=bag!#top", (loose,))


# Addresses in people's words.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.example/x, and https://b.example/y.", ("https://a.example/x", "https://b.example/y")),
        ("(https://a.example/wiki_(x))", ("https://a.example/wiki_(x)",)),
        ("<https://a.example/x|a label> <https://b.example>", ("https://a.example/x", "https://b.example")),
        ("www.ebay.com/itm/1 and shop.example", ("www.ebay.com/itm/1", "shop.example")),
        ("HTTP://A.EXAMPLE/X", ("HTTP://A.EXAMPLE/X",)),
        ("a@b.com, e.g. at 12:30, v1.2.3, the zip.Bought", ()),
        ("看https://a.example/袋子。好", ("https://a.example/袋子。好",)),
        ("nothing here", ()),
    ],
)
def test_addresses_are_found_in_text(text: str, found: tuple[str, ...]) -> None:
    assert find_addresses(text) == found


@pytest.mark.parametrize(
    "word",
    [
        EBAY,
        "www.ebay.com",
        "ebay.com/itm/1",
        "<https://x.example|y>",
        "ftp://x.example",
        "hxxps://a[.]b",
        "“http://a.bc/d”",
    ],
)
def test_an_address_is_told_by_its_looks(word: str) -> None:
    assert looks_like_address(word)


@pytest.mark.parametrize(
    "word", ["", "counterfeit", "right:ACME-EU", "12:30", "and/or", "<@U1>", "e.g.", "a@b.com", "TD-12"]
)
def test_a_word_is_no_address(word: str) -> None:
    assert not looks_like_address(word)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.ebay.com/itm/1", "hxxps://www[.]ebay[.]com/itm/1"),
        ("http://a.example", "hxxp://a[.]example"),
        ("HTTPS://A.Example/x.html", "hxxps://A[.]Example/x.html"),
        ("www.ebay.com/itm/1.html", "www[.]ebay[.]com/itm/1.html"),
        ("https://a.example/?u=https://b.example/c.d", "hxxps://a[.]example/?u=hxxps://b[.]example/c.d"),
        ("hello", "hello"),
    ],
)
def test_an_address_is_shown_so_that_nothing_links_it(address: str, shown: str) -> None:
    assert defang(address) == shown
    assert defang(shown) == shown


# For any text.

PIECES = (
    "https:// http:// www. /itm/ /dp/ id= wid= .. &amp; xn-- %2e %2F %00 １ е evil.example 285412345678 MLA-123456789 "
    "/item/4711 ?id=A-7 acme.example shop.example / ? # & = . : @ \\ % [ ] < > | ( ) * _ ~ ` \" ' ; ,"
)
ATOMS = st.sampled_from(
    [
        *(address for address, _ in NAMED),
        *(host for site in SITES for host in site.hosts),
        *PIECES.split(),
        *(" ", "\t", "\n", "\u200b", "\ud800"),
    ]
)
NEAR_ADDRESSES = st.lists(ATOMS | st.text(max_size=5), max_size=8).map("".join)
SITES_AND_OURS = (*SITES, ACME, SHOP)


@settings(max_examples=400, deadline=None)
@given(st.text() | NEAR_ADDRESSES)
def test_any_text_is_a_listing_or_is_refused_in_one_line(text: str) -> None:
    try:
        listing = read_listing(text, SITES_AND_OURS).listing
    except Invalid as refused:
        said = (refused.field, str(refused).isprintable())
    else:
        said = ("listing", read_again(listing))
    assert said == ("listing", True)


def read_again(listing: Listing) -> bool:
    """Whether the canonical address is its own, and the id plain."""
    again = read_listing(listing.canonical, SITES_AND_OURS).listing
    return listing.listing_id.isascii() and again == replace(listing, url=listing.canonical)


@settings(deadline=None)
@given(st.text() | NEAR_ADDRESSES)
def test_finding_and_defanging_take_any_text(text: str) -> None:
    for address in find_addresses(text):
        assert address in text
        assert not re.search("(?i)https?://", defang(address))
    assert defang(defang(text)) == defang(text)
    assert unwrapped(unwrapped(text)) == unwrapped(text)
    assert looks_like_address(text) in (True, False)


HOSTS = st.sampled_from([host for site in SITES for host in site.hosts])
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@settings(deadline=None)
@given(HOSTS, LABELS, st.sampled_from(["{host}.{label}", "{label}{host}", "{label}-{host}", "{host}.{label}.example"]))
def test_a_host_with_anything_around_it_but_a_subdomain_is_a_stranger(host: str, label: str, form: str) -> None:
    strange = form.format(host=host, label=label)
    known = {known for site in SITES for known in (*site.hosts, *site.short)}
    if any(strange == one or strange.endswith(f".{one}") for one in known):
        return
    with pytest.raises(Invalid, match="not a marketplace"):
        read_listing(f"https://{strange}/itm/285412345678")


def anywhere(address: str, hosts: tuple[str, ...] = ()) -> Listing:
    return read_any(address, "cloudflare", (*SITES, ACME), hosts).listing


def test_a_page_of_a_shop_of_its_own_is_told_by_its_address() -> None:
    page = anywhere("http://Shop.example/p/1?size=4#reviews")
    assert (page.marketplace, page.canonical) == ("cloudflare", "https://shop.example/p/1?size=4")
    assert page.listing_id == anywhere("https://shop.example/p/1?size=4").listing_id
    assert page.listing_id != anywhere("https://shop.example/p/1?size=5").listing_id


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=x",
        "UTM_Campaign=y&utm_medium=z",
        "gclid=1&gclsrc=2&dclid=3&gbraid=4&wbraid=5&_ga=6&_gl=7&srsltid=8",
        "fbclid=1&igshid=2&msclkid=3&ttclid=4&twclid=5&yclid=6",
        "mc_cid=1&mc_eid=2",
        "mkcid=1&mkrid=2&mkevt=3&campid=4&toolid=5&customid=6",
    ],
)
def test_how_somebody_came_to_a_page_makes_no_other_page_of_it(tracking: str) -> None:
    bare = anywhere("https://shop.example/p/1")
    for address in (f"https://shop.example/p/1?{tracking}", f"https://shop.example/p/1/?{tracking}"):
        assert anywhere(address).listing_id == bare.listing_id
    assert anywhere(f"https://shop.example/p/1?{tracking}").canonical == bare.canonical
    mixed = anywhere(f"https://shop.example/p?id=1&{tracking}&ref=2")
    assert mixed.canonical == "https://shop.example/p?id=1&ref=2"
    assert mixed.url.endswith("&ref=2"), "what was pasted is kept"
    assert tracking in mixed.url


SHORT = [host for site in SITES for host in site.short]


@pytest.mark.parametrize("host", SHORT)
def test_a_short_link_of_a_marketplace_is_no_page_for_anybody(host: str) -> None:
    with pytest.raises(Invalid, match="makes short links"):
        anywhere(f"https://{host}/x1")


@pytest.mark.parametrize(("address", "row"), NAMED, ids=[address for address, _ in NAMED])
def test_a_listing_of_a_marketplace_is_filed_there_and_nowhere_else(address: str, row: Row) -> None:
    with pytest.raises(Invalid, match=f"belongs to {row[0]}: notices about it go to {row[0]} itself"):
        anywhere(address)


@pytest.mark.parametrize(("address", "reason"), REFUSED, ids=[address for address, _ in REFUSED])
def test_what_is_no_listing_is_no_page_for_anybody_either(address: str, reason: str) -> None:
    if "not a marketplace this desk knows" in reason or "only looks like" in reason:
        return
    with pytest.raises(Invalid):
        anywhere(address)


def test_a_marketplace_of_the_desk_file_is_filed_with_itself() -> None:
    with pytest.raises(Invalid, match="belongs to acme"):
        anywhere("https://shop.acme.example/item/7")
    with pytest.raises(Invalid, match="names no listing"):
        anywhere("https://acme.example/about")
    own = read_any("https://acme.example/item/7?x=1", "acme", (*SITES, ACME)).listing
    assert (own.marketplace, own.listing_id, own.canonical) == ("acme", "7", "https://acme.example/item/7")


def test_whoever_acts_against_some_hosts_takes_those_and_what_is_under_them() -> None:
    hosts = ("little-shop.example", "other.example")
    assert anywhere("https://www.little-shop.example/p/1", hosts).canonical == "https://www.little-shop.example/p/1"
    with pytest.raises(Invalid, match=r"they take pages of little-shop\.example, other\.example only"):
        anywhere("https://notlittle-shop.example/p/1", hosts)
