"""Which addresses of the network are public, and which hosts are the marketplace's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.looking.hosts import public, same_site, within

REFUSED = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.251",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001:0:102:304::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
)


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_of_the_public_network_is_refused(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::6810:84e5", "2a00:1450:4001::200e"])
def test_what_is_of_the_public_network_may_be_asked(address: str) -> None:
    assert public(address)


@given(st.ip_addresses(v=4).filter(lambda ip: not ip.is_global))
def test_no_private_address_passes_however_it_is_wrapped(ip: object) -> None:
    for wrapped in (f"{ip}", f"::ffff:{ip}", f"::{ip}", f"64:ff9b::{ip}"):
        assert not public(wrapped)


@given(st.text(max_size=50))
def test_any_text_is_answered(text: str) -> None:
    assert public(text) in (True, False)


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("acme.example", True),
        ("www.acme.example", True),
        ("de.acme.example", True),
        ("evilacme.example", False),
        ("acme.example.evil.test", False),
        ("acme.example.", False),
        ("169.254.169.254", False),
        ("", False),
    ],
)
def test_a_host_is_the_marketplaces_or_below_it(host: str, inside: bool) -> None:
    assert within(host, ("acme.example",)) is inside


def test_www_is_the_same_site_and_nothing_else_is() -> None:
    assert same_site("www.acme.example", "acme.example")
    assert same_site("acme.example", "www.acme.example")
    assert not same_site("evil.acme.example", "acme.example")
    assert not same_site("www.www.acme.example", "acme.example")
