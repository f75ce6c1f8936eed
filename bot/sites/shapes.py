"""The shape of a marketplace's listing addresses, and the small words to write one down with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Pattern = re.Pattern[str]
Canonical = Callable[[Mapping[str, str]], str]
Refusals = tuple[tuple[Pattern, str], ...]

END = r"(?=[/?#]|$)"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Site:
    """How one marketplace writes its addresses. Equal to itself alone, so that it is quickly looked up by.

    `hosts` stand for themselves and their subdomains. A pattern of `listing` has a group `listing` and may have
    others; `canonical` is given them all, with `domain` (the entry of `hosts`), `seller` and `place` (a country).
    Patterns are searched in `host/path?query#fragment`, the host in small letters and everything outside ASCII
    percent-encoded; a configured site's in `/path?query` alone.
    `normal` brings a group into its one spelling. `refused` says what an address is instead of a listing.
    `short` are hosts that only forward.
    """

    key: str
    hosts: tuple[str, ...]
    listing: tuple[Pattern, ...]
    canonical: Canonical | None = None
    seller: tuple[Pattern, ...] = ()
    places: tuple[Pattern, ...] = ()
    place: str = ""
    refused: Refusals = ()
    short: tuple[str, ...] = ()
    normal: Callable[[str], str] = str
    configured: bool = False


_OPEN_IT = "not a listing: open the listing itself and paste its address"
SEARCH = f"a search page, {_OPEN_IT}"
CATEGORY = f"a category page, {_OPEN_IT}"
SHOP = f"a shop page, {_OPEN_IT}"
VIDEO = f"a video or a profile, {_OPEN_IT}"
POST = f"a post, a group or a page, {_OPEN_IT}"
CATALOGUE = (
    "a catalogue page that many sellers share, not a listing: choose one seller's offer there and paste the address "
    "that names it"
)
FORWARD = "a link that only forwards: open it and paste the full address it leads to"

SHORTENERS = ("bit.ly", "t.co", "tinyurl.com", "goo.gl", "is.gd", "ow.ly", "rebrand.ly", "cutt.ly", "dwz.cn", "t.cn")
"""Short links of nobody's in particular."""


def compiled(*patterns: str) -> tuple[Pattern, ...]:
    return tuple(re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns)


def path(pattern: str) -> str:
    """The pattern somewhere in the path, ending at a segment's end."""
    return rf"^[^/?#]+(?:/[^?#]*)?{pattern}{END}"


def param(names: str, value: str, *, at: str = r"[^?#]*", group: str = "listing") -> str:
    """A query parameter. One that is given twice names nothing: which of them counts is anybody's guess."""
    other = rf"(?!(?:{names})=)[^&#]*&"
    return rf"^[^/?#]+{at}\?(?:{other})*(?:{names})=(?P<{group}>{value})(?=[&#]|$)(?![^#]*&(?:{names})=)"


def seller_param(names: str, value: str) -> str:
    return param(names, value, group="seller")


def refusals(*rows: tuple[str, str]) -> Refusals:
    """Each pattern is tried at the beginning of `host/path`."""
    return tuple((re.compile(rf"^{pattern}", re.ASCII | re.IGNORECASE), reason) for pattern, reason in rows)


def hosts_of(name: str, endings: str) -> tuple[str, ...]:
    """`ebay` with `com co.uk` …; endings are listed, since `ebay.evil` may be somebody else's."""
    return tuple(f"{name}.{ending}" for ending in endings.split())


def first_segment(segments: str) -> str:
    """One of the path segments at the beginning, maybe after a country or language."""
    return rf"[^/?#]+/(?:[a-z]{{2}}(?:[-_][a-z]{{2}})?/){{0,2}}(?:{segments})(?=[/?#]|$)"
