"""Which hosts and addresses of the network may be asked. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

_V6_UNICAST = ipaddress.ip_network("2000::/3")
_V6_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "2001::/32",  # Teredo, which has another address inside, as 6to4 has
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",  # documentation, RFC 9637, which Python 3.11 does not know yet
        ),
    )
)
_V4_REFUSED = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("192.88.99.0/24"))
"""Protocol assignments, of which Python takes some for global, and the relays of 6to4."""


def public(address: str) -> bool:
    """Whether an address is one of the public network, and of one machine.

    IPv6 must be of 2000::/3, the only unicast block that is given out: that leaves out mapped IPv4 and NAT64, which
    lead to an IPv4 address that nobody checked. Source: IANA's special-purpose registries, RFC 6890.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _V4_REFUSED)
    return ip.scope_id is None and ip in _V6_UNICAST and not any(ip in net for net in _V6_REFUSED)


def within(host: str, hosts: Iterable[str]) -> bool:
    """Whether a host is one of the hosts, or under one."""
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def same_site(host: str, first: str) -> bool:
    """Whether a redirect stays where it began: on the host, with or without `www.`."""
    return host.removeprefix("www.") == first.removeprefix("www.")
