"""Addresses the desk sends secrets to: checked once, the same way for Slack and for every marketplace."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def service_address(text: str) -> str:
    """The address without spaces around it, fit to send a token to.

    Raises:
        ValueError: not https (http only to this machine), or it carries a user name, a query or a fragment.
    """
    address = text.strip()
    parts = _split(address)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must be a full address that starts with https://")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must start with https://; plain http is for this machine only, because a token is sent there")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password; put secrets in their own settings")
    if parts.query or parts.fragment or any(char.isspace() or not char.isprintable() for char in address):
        raise ValueError("must be a plain address without spaces, `?` or `#`")
    return address


def authority_address(text: str) -> str:
    """The address of a timestamping authority: no secret is sent there, and what comes back is signed, so that plain
    http will do, as most of them have it.

    Raises:
        ValueError: neither https nor http, or it carries a user name or a fragment.
    """
    address = text.strip()
    parts = _split(address)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must be a full address that starts with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password")
    if parts.fragment or any(char.isspace() or not char.isprintable() for char in address):
        raise ValueError("must be a plain address without spaces or `#`")
    return address


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its name or number alone; nothing is looked up."""
    if host.casefold().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return None
    return parts
