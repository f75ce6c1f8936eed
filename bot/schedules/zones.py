"""Time zones, by the names people type."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from bot.errors import Invalid

_CITIES: Mapping[str, str] = {
    "bst": "Europe/London",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "cst6cdt": "America/Chicago",
    "cuba": "America/Havana",
    "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki",
    "egypt": "Africa/Cairo",
    "eire": "Europe/Dublin",
    "est": "America/New_York",
    "edt": "America/New_York",
    "est5edt": "America/New_York",
    "gb": "Europe/London",
    "gb-eire": "Europe/London",
    "gmt": "Europe/London",
    "gmt+0": "Europe/London",
    "gmt-0": "Europe/London",
    "gmt0": "Europe/London",
    "greenwich": "Europe/London",
    "hongkong": "Asia/Hong_Kong",
    "hst": "Pacific/Honolulu",
    "iceland": "Atlantic/Reykjavik",
    "iran": "Asia/Tehran",
    "israel": "Asia/Jerusalem",
    "ist": "Asia/Kolkata",
    "jamaica": "America/Jamaica",
    "japan": "Asia/Tokyo",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "kwajalein": "Pacific/Kwajalein",
    "libya": "Africa/Tripoli",
    "met": "Europe/Berlin",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mst7mdt": "America/Denver",
    "navajo": "America/Denver",
    "nz": "Pacific/Auckland",
    "nz-chat": "Pacific/Chatham",
    "poland": "Europe/Warsaw",
    "portugal": "Europe/Lisbon",
    "prc": "Asia/Shanghai",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pst8pdt": "America/Los_Angeles",
    "roc": "Asia/Taipei",
    "rok": "Asia/Seoul",
    "singapore": "Asia/Singapore",
    "turkey": "Europe/Istanbul",
    "w-su": "Europe/Moscow",
    "wet": "Europe/Lisbon",
}
_UTC = frozenset({"utc", "uct", "zulu", "universal", "etc/utc", "etc/uct", "etc/zulu", "etc/universal"})
_REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
_NO_CITY = frozenset({"center", "easter", "north", "south", "west", *_CITIES})
_LONGEST = 60


@cache
def zones() -> tuple[str, ...]:
    """The zones a schedule may have: those named after a place, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and name.casefold() not in _UTC))


@cache
def _by_name() -> Mapping[str, str]:
    return {name.casefold(): name for name in zones()} | dict.fromkeys(_UTC, "UTC")


@cache
def _by_city() -> Mapping[str, tuple[str, ...]]:
    places: dict[str, tuple[str, ...]] = {}
    for name in zones():
        city = name.rsplit("/", 1)[-1].casefold()
        places[city] = (*places.get(city, ()), name)
    return places


def is_zone(word: str) -> bool:
    """Somebody who types this means a zone, whether or not it can be had."""
    asked = word.casefold()
    return asked in _by_name() or asked in _CITIES or _key(word) in _by_city()


def zone(text: str) -> str:
    """The IANA name, from any case.

    Raises:
        Invalid: unknown, with the nearest names; or an abbreviation, which may not follow summer time.
    """
    asked = _key(text)
    if not asked:
        raise Invalid("Say the time zone as a city, such as Europe/Berlin.", field="tz")
    found = _by_name().get(asked) or _only_place(asked)
    if found is not None:
        return found
    shown = text.strip().replace("`", "'")[:_LONGEST]
    if asked in _CITIES:
        raise Invalid(
            f"“{shown}” does not say a place, and clocks change by place. Name a city, such as {_CITIES[asked]}.",
            field="tz",
        )
    near = _near(asked)
    advice = f"Did you mean {' or '.join(near)}?" if near else "Name a city, such as Europe/Berlin or America/New_York."
    raise Invalid(f"I do not know the time zone “{shown}”. {advice}", field="tz")


def _only_place(asked: str) -> str | None:
    """The one zone of a city. What is no city, such as `East` or `GMT+5`, has to be said in full."""
    places = [name for name in _by_city().get(asked, ()) if name.partition("/")[0] in _REGIONS]
    return places[0] if len(places) == 1 and asked not in _NO_CITY else None


def _key(text: str) -> str:
    return "_".join(text.split()).casefold()


def _near(asked: str) -> list[str]:
    if len(asked) > _LONGEST:
        return []
    if asked in _by_city():
        return list(_by_city()[asked][:3])
    close = difflib.get_close_matches(asked, _by_name(), n=1, cutoff=0.8)
    if close:
        return [_by_name()[close[0]]]
    cities = difflib.get_close_matches(asked.rsplit("/", 1)[-1], _by_city(), n=1, cutoff=0.75)
    return list(_by_city()[cities[0]][:3]) if cities else []
