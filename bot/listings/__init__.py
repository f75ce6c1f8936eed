"""From an address, as people paste it, to the one listing it names. Pure: nothing is ever fetched to find out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

from bot.errors import Invalid, Misconfigured
from bot.listings.text import defang, find_addresses, looks_like_address, unwrapped
from bot.model import Listing, Seller
from bot.sites import SHORTENERS, SITES, Site

__all__ = [
    "SITES",
    "Found",
    "Site",
    "configured_site",
    "defang",
    "find_addresses",
    "looks_like_address",
    "read_any",
    "read_listing",
    "unwrapped",
]

LONGEST = 2048
"""Characters of an address."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SCRIPT = re.compile(r"[a-z][a-z0-9+-]*:", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\<>\"`]")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_KEPT = "!#$%&'()*+,-./:;=?@[]^_{|}~"
_PORTS = {"https": 443, "http": 80}
_TRACKING = re.compile(
    r"utm_[a-z_]+"
    r"|gclid|gclsrc|dclid|gbraid|wbraid|_ga|_gl|srsltid"  # Google
    r"|fbclid|igshid|msclkid|ttclid|twclid|yclid"  # Meta, Microsoft, TikTok, X, Yandex
    r"|mc_cid|mc_eid"  # Mailchimp
    r"|mkcid|mkrid|mkevt|campid|toolid|customid",  # eBay's partner network
    re.IGNORECASE,
)
"""Parameters of advertisers that change nothing of a page. Source: the advertisers' help pages on tagging."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The listing an address names, and its seller where the address tells."""

    listing: Listing
    seller: Seller | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """An address taken apart; all of it plain ASCII, the host in small letters."""

    host: str
    path: str
    query: str
    fragment: str

    @property
    def target(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")

    def seen_by(self, site: Site) -> str:
        """What the site's patterns are searched in."""
        if site.configured:
            return self.target
        return f"{self.host}{self.target}" + (f"#{self.fragment}" if self.fragment else "")


def read_listing(address: str, sites: Sequence[Site] = SITES) -> Found:
    """The listing an address names. Its `url` is what was pasted, made whole: wrapping taken off, `https://` in front.

    Raises:
        Invalid: it names no listing; one sentence says why.
    """
    return _read(address, tuple(sites))


@lru_cache(maxsize=512)
def _read(address: str, sites: tuple[Site, ...]) -> Found:
    """Kept: filing one address reads it six times, from the command to the notice."""
    url = _whole(address)
    parts = _taken_apart(url)
    site, domain = _site_of(parts.host, sites)
    match = _found(site, parts)
    values = {name: site.normal(value) for name, value in match.groupdict(default="").items()}
    seller = values.get("seller") or _seller(site, parts)
    values |= {"domain": domain, "seller": seller, "place": _country(site, parts)}
    canonical = site.canonical(values) if site.canonical else _kept(site, parts, values["listing"])
    listing = Listing(marketplace=site.key, listing_id=values["listing"], url=url, canonical=canonical)
    return Found(listing=listing, seller=Seller(seller_id=seller) if seller else None)


def read_any(address: str, marketplace: str, sites: Sequence[Site] = SITES, hosts: Sequence[str] = ()) -> Found:
    """The page an address names, for somebody who can act against every host, or against `hosts` only.

    Its id says nothing to people, so that no live address stands where ids stand. The same page with other tracking
    parameters is the same page. On a host of the marketplace's own it is the listing.

    Raises:
        Invalid: it is no address or a short link, or its host is of another of the `sites`, or none of `hosts`.
    """
    url = _whole(address)
    parts = _taken_apart(url)
    if _under(parts.host, SHORTENERS):
        raise _short(parts.host)
    if any(_under(parts.host, (*site.short, *site.hosts)) for site in sites):
        found = read_listing(address, sites)
        if found.listing.marketplace == marketplace:
            return found
        whose = found.listing.marketplace
        raise _refused(f"{parts.host} belongs to {whose}: notices about it go to {whose} itself.")
    if hosts and not _under(parts.host, hosts):
        raise _refused(f"{parts.host} is not theirs: they take pages of {', '.join(hosts)} only.")
    target = _untracked(parts).target
    canonical = f"https://{parts.host}{target}"
    page = hashlib.sha256(f"{parts.host}{target.rstrip('/')}".encode()).hexdigest()[:12]
    return Found(listing=Listing(marketplace=marketplace, listing_id=page, url=url, canonical=canonical), seller=None)


def configured_site(key: str, hosts: Sequence[str], listing_pattern: str, seller_pattern: str | None = None) -> Site:
    """A marketplace of the desk file; it comes before a built-in one on the same host.

    The patterns are searched in path and query, with everything outside ASCII percent-encoded, and have a group
    `listing` or `seller`. The canonical address keeps the host and the path; of the query only what names the listing.

    Raises:
        Misconfigured: a pattern is not a regular expression or lacks its group; the marketplace is named.
    """
    return Site(
        key=key,
        hosts=tuple(host.strip().rstrip(".").lower() for host in hosts),
        listing=(_pattern(key, "listing", listing_pattern),),
        seller=(_pattern(key, "seller", seller_pattern),) if seller_pattern else (),
        configured=True,
    )


def _pattern(key: str, group: str, pattern: str) -> re.Pattern[str]:
    setting = f"[marketplaces.{key}] {group}_pattern"
    try:
        compiled = re.compile(pattern, re.ASCII)
    except (re.error, ValueError, OverflowError, RecursionError) as wrong:
        raise Misconfigured(f"{setting} is not a regular expression: {wrong}.") from None
    if group not in compiled.groupindex:
        raise Misconfigured(f"{setting} must name the part it finds, as in '/item/(?P<{group}>[0-9]+)'.")
    return compiled


def _whole(address: str) -> str:
    """The address without its wrapping and with its scheme."""
    if len(address) > 2 * LONGEST:  # room for a wrapping; anything longer is not looked at
        raise _refused(f"An address of {len(address)} characters is too long; {LONGEST} is the most.")
    url = unwrapped(address)
    if not url:
        raise _refused("There is no address here.")
    if _UNSAFE.search(url):
        raise _refused("There is a space or a character in this address that no listing address has; copy it again.")
    scheme = _SCHEME.match(url)
    if scheme is None:
        if _SCRIPT.match(url) or url.startswith("/"):
            raise _refused("This is not a full web address; it must start with https://.")
        url = f"https://{url}"
    elif scheme[1].lower() not in _PORTS:
        raise _refused(f"An address that starts with {scheme[1][:20].lower()}:// is not a web page; https:// is.")
    if len(url) > LONGEST:
        raise _refused(f"An address of {len(url)} characters is too long; {LONGEST} is the most.")
    return url


def _taken_apart(url: str) -> _Parts:
    try:
        split = urlsplit(url)
        host = _host(split)
        path = _ascii(split.path)
        parts = _Parts(host=host, path=path or "/", query=_ascii(split.query), fragment=_ascii(split.fragment))
    except ValueError:  # half a bracket, a port that is no number, a lone surrogate
        raise _refused("This address is broken; open the listing and copy its address again.") from None
    if _DOTS.search(path):
        raise _refused("This address goes back and forth with dots in its path; open the listing and copy it again.")
    return parts


def _host(parts: SplitResult) -> str:
    if "@" in parts.netloc:
        raise _refused("This address has a user name before its host, which hides where it leads; no listing has that.")
    if parts.port not in (None, _PORTS[parts.scheme.lower()]):
        raise _refused("This address names a port of its own; no listing address does.")
    host = (parts.hostname or "").removesuffix(".")
    if not host.isascii():
        shown = host.encode("ascii", "backslashreplace").decode()[:80]
        raise _refused(f"The host {shown} is written with letters outside plain Latin, as look-alikes are.")
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise _refused("This is not a web address of a marketplace; it looks like https://www.example.com/item/1.")
    return host


def _site_of(host: str, sites: Sequence[Site]) -> tuple[Site, str]:
    """The site and which of its hosts it is; configured sites first."""
    for site in sorted(sites, key=lambda one: not one.configured):
        if _under(host, site.short):
            raise _short(host)
        domain = _under(host, site.hosts)
        if domain:
            return site, domain
    if _under(host, SHORTENERS):
        raise _short(host)
    raise _refused(_unknown(host, sites))


def _unknown(host: str, sites: Iterable[Site]) -> str:
    words = f"{host} is not a marketplace this desk knows"
    if any(label.startswith("xn--") for label in host.split(".")):
        return f"{words}: its name hides letters outside plain Latin, as look-alikes do."
    alike = next((known for site in sites for known in site.hosts if f".{known}." in f".{host}."), None)
    return f"{words}: it only looks like {alike}." if alike else f"{words}."


def _untracked(parts: _Parts) -> _Parts:
    """The address without parameters that only tell how somebody came there."""
    kept = (one for one in parts.query.split("&") if not _TRACKING.fullmatch(one.partition("=")[0]))
    return replace(parts, query="&".join(kept))


def _under(host: str, domains: Iterable[str]) -> str:
    """The domain that the host is or belongs to; empty when there is none."""
    return next((domain for domain in domains if host == domain or host.endswith(f".{domain}")), "")


def _found(site: Site, parts: _Parts) -> re.Match[str]:
    seen = parts.seen_by(site)
    for pattern in site.listing:
        match = pattern.search(seen)
        if match is not None and match["listing"]:
            return match
    for pattern, reason in site.refused:
        if pattern.search(seen):
            raise _refused(f"This address on {parts.host} is {reason}.")
    what = "is the front page" if parts.target == "/" else "names no listing"
    raise _refused(f"This address on {parts.host} {what}; open the listing itself and paste its address.")


def _seller(site: Site, parts: _Parts) -> str:
    matches = (pattern.search(parts.seen_by(site)) for pattern in site.seller)
    return next((site.normal(match["seller"]) for match in matches if match and match["seller"]), "")


def _country(site: Site, parts: _Parts) -> str:
    matches = (pattern.search(parts.seen_by(site)) for pattern in site.places)
    return next((match["place"].lower() for match in matches if match), site.place)


def _kept(site: Site, parts: _Parts, listing_id: str) -> str:
    """The shortest form of a configured site's address that still names the same listing."""
    match = _found(site, parts)
    named = _params_within(parts, match.start(), match.end())
    for query in dict.fromkeys(("", "&".join(named), parts.query)):
        address = unwrapped(f"https://{parts.host}{parts.path}" + (f"?{query}" if query else ""))
        if len(address) <= LONGEST and _names(site, address, listing_id):
            return address
    raise _refused("The end of this address cannot be told from the sentence around it; copy it again.")


def _names(site: Site, address: str, listing_id: str) -> bool:
    try:
        return _found(site, _taken_apart(address))["listing"] == listing_id
    except Invalid:
        return False


def _params_within(parts: _Parts, start: int, end: int) -> list[str]:
    """The parameters of the query that a match touches."""
    kept, at = [], len(parts.path) + 1
    for param in parts.query.split("&"):
        if at < end and at + len(param) > start:
            kept.append(param)
        at += len(param) + 1
    return kept


def _ascii(text: str) -> str:
    return quote(text, safe=_KEPT)


def _short(host: str) -> Invalid:
    return _refused(f"{host} makes short links; open it and paste the full address it leads to.")


def _refused(words: str) -> Invalid:
    return Invalid(words, field="listing")
