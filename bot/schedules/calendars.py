"""Public holidays of a whole country, from the `holidays` library; those of a single state or town do not count."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays
from holidays.registry import COUNTRIES

from bot.errors import Invalid

LONGEST_SHIFT = 31
"""Days. No country closes for as long; past it an occurrence stays where it was."""

_ALSO: Mapping[str, str] = {
    "america": "US",
    "burma": "MM",
    "cape verde": "CV",
    "cote d'ivoire": "CI",
    "czech republic": "CZ",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "hong kong": "HK",
    "macao": "MO",
    "republic of korea": "KR",
    "syria": "SY",
    "türkiye": "TR",
    "turkiye": "TR",
    "uae": "AE",
    "united states of america": "US",
}
_NAMES: Mapping[str, str] = {"CD": "DR Congo", "HK": "Hong Kong", "SY": "Syria"}
_WITH_THE = "AE BS CF CK DO FK FO GB GM IO KM KY MH MP MV NL PH PN SB TC UM US VG VI"
_SMALL = {"And": "and", "Of": "of", "The": "the"}


@cache
def countries() -> Mapping[str, str]:
    """Every country whose holidays are known: English name by code (ISO 3166), in order of name."""
    names = {one[1]: _NAMES.get(one[1], _titled(key)) for key, one in COUNTRIES.items()}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def country_name(code: str) -> str:
    """As it stands in a sentence: `Germany`, `the United States`."""
    return f"{'the ' if code in _WITH_THE.split() else ''}{countries().get(code, code)}"


def country(text: str) -> str:
    """The code (ISO 3166, two letters) of a country that is typed as a code or by its English name.

    Raises:
        Invalid: unknown, or its holidays are.
    """
    asked = " ".join(text.replace("_", " ").split()).casefold().removeprefix("the ")
    found = _codes().get(asked)
    if found is not None:
        return found
    shown = text.strip().replace("`", "'")[:40]
    close = difflib.get_close_matches(asked[:60], [word for word in _codes() if len(word) > 3], n=1, cutoff=0.8)
    near = f"{countries()[_codes()[close[0]]]} ({_codes()[close[0]]})" if close else ""
    advice = f"Did you mean {near}?" if near else "Say it as a code or in English, such as DE or Germany."
    raise Invalid(f"I know no public holidays of “{shown}”. {advice}", field="holidays")


def holiday(code: str, day: date) -> bool:
    """Whether the whole country has the day off. Nobody has one where `code` is empty."""
    return bool(code) and day in _year(code, day.year)


def working_day_from(code: str, day: date) -> date:
    """The first day from `day` on that is neither a holiday nor a Saturday or Sunday."""
    for later in range(LONGEST_SHIFT + 1):
        candidate = day + timedelta(days=later)
        if candidate.weekday() < 5 and not holiday(code, candidate):
            return candidate
    return day


@cache
def _codes() -> Mapping[str, str]:
    codes = {name.casefold(): code for code, name in countries().items()}
    codes |= {key.replace("_", " "): one[1] for key, one in COUNTRIES.items()}
    codes |= {word.casefold(): one[1] for one in COUNTRIES.values() for word in one[1:] if len(word) <= 3}
    return codes | dict(_ALSO)


@cache
def _year(code: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(code, years=year))


def _titled(key: str) -> str:
    words = [_SMALL.get(word.title(), word.title()) for word in key.split("_")]
    return " ".join([words[0].title(), *words[1:]])
