"""Territories: where a marketplace sells, where a right holds, and whether the one covers the other. Pure.

`EU` stands for its members. `WO`, as a jurisdiction, counts as everywhere: copyright holds so (Berne Convention); of an
international registration name the countries that were designated.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

import pycountry

from bot.model import Listing
from bot.sites import SITES

EU, WORLD = "EU", "WO"
_NAMES: Mapping[str, str] = {EU: "European Union", WORLD: "the whole world"}
EU_MEMBERS = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905 - a row
)
"""The members. Source: european-union.europa.eu, EU countries."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "eu": (EU,),
    "em": (EU,),  # WIPO ST.3, for the EUIPO
    "european union": (EU,),
    "europe": (EU,),
    "wo": (WORLD,),
    "world": (WORLD,),
    "worldwide": (WORLD,),
    "uk": ("GB",),
    "england": ("GB",),
    "el": ("GR",),
    "turkey": ("TR",),
    "russia": ("RU",),
    "south korea": ("KR",),
    "korea": ("KR",),
    "vietnam": ("VN",),
    "czech republic": ("CZ",),
    "holland": ("NL",),
    "great britain": ("GB",),
    "hong kong sar": ("HK",),
    "macau": ("MO",),
    "uae": ("AE",),
    "usa": ("US",),
    "bx": ("BE", "LU", "NL"),  # WIPO ST.3, for the Benelux office
    "benelux": ("BE", "LU", "NL"),
}
_BETWEEN = re.compile(r"[,;/|+\n]")


class Cover(StrEnum):
    """How much of a territory a right holds in."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


def cover(jurisdictions: Iterable[str], territory: Sequence[str]) -> Cover:
    """How much of the territory they cover; a territory nobody knows is not in the way."""
    have, there = _places(jurisdictions), _places(territory)
    if not there or WORLD in have or there <= have:
        return Cover.WHOLE
    return Cover.PART if have & there or (WORLD in there and have) else Cover.NONE


def is_code(code: str) -> bool:
    """Whether it is an ISO 3166 alpha-2 code in capitals, `EU` or `WO`."""
    return code in _codes() or code in (EU, WORLD)


def called(code: str) -> str:
    """What people call it: `GB` is the United Kingdom; what is no code, as it is."""
    if code in _NAMES:
        return _NAMES[code]
    country = pycountry.countries.get(alpha_2=code)
    return str(getattr(country, "common_name", country.name)) if country else code


def read_places(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes that codes and names stand for, each once; and the words that stand for none."""
    codes: list[str] = []
    unknown: list[str] = []
    for part in (" ".join(part.split()) for part in _BETWEEN.split(text)):
        whole = _named(part)
        for word, found in [(part, whole)] if whole else [(word, _named(word)) for word in part.split()]:
            codes.extend(found)
            unknown.extend([] if found else [word])
    return tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(unknown))


@functools.lru_cache(maxsize=512)
def sells_in(listing: Listing) -> tuple[str, ...]:
    """The country whose shop a listing of a built-in marketplace is in; empty where the address does not tell."""
    address = urlsplit(listing.canonical)
    host = address.hostname or ""
    home = next((one for site in SITES for one in site.hosts if f".{host}".endswith(f".{one}")), None)
    if home is None:
        return ()
    code = _HOMES.get(home) or _country(home.rsplit(".", 1)[-1])
    if home in _BY_SUBDOMAIN:
        label = host.removesuffix(home).rstrip(".")
        code = "" if label in _LANGUAGES else _country(label)
    if home in _BY_PATH:
        code = _country(address.path.split("/")[1] if "/" in address.path else "")
    return (code,) if code else ()


def _places(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(place for code in codes for place in (EU_MEMBERS if code == EU else (code,)))


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


@functools.cache
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for country in pycountry.countries:
        called = (country.name, getattr(country, "common_name", ""), country.alpha_3, country.alpha_2)
        names |= {name.casefold(): country.alpha_2 for name in called if name}
    return names


def _named(word: str) -> tuple[str, ...]:
    word = word.casefold().strip(" .'\"()[]")
    code = _names().get(word)
    return _ALIASES.get(word) or ((code,) if code else ())


def _country(label: str) -> str:
    """The country of a top-level domain, or of a label that stands for one."""
    label = {"UK": "GB"}.get(label.upper(), label.upper())
    return label if label in _codes() else ""


_HOMES: Mapping[str, str] = {
    "amazon.com": "US",
    "ebay.com": "US",
    "walmart.com": "US",
    "mercadolivre.com": "BR",
    "taobao.com": "CN",
    "tmall.com": "CN",
    "tmall.hk": "CN",  # sells from Hong Kong into the mainland
    "1688.com": "CN",
    "jd.com": "CN",
    "jd.hk": "CN",
    "yangkeduo.com": "CN",
    "pinduoduo.com": "CN",
}
"""Hosts whose ending does not say where they sell. etsy.com, temu.com and their like sell everywhere: not told."""
_BY_SUBDOMAIN = frozenset({"shein.com"})
_BY_PATH = frozenset({"bol.com"})
_LANGUAGES = frozenset({"ar"})
"""Labels that look like a country and are none: ar.shein.com speaks Arabic."""
