"""Which of eBay's reason codes a notice is filed under, and what that code needs. Pure.

eBay publishes four codes only; the others are asked for, site by site. A code is a legal statement: where it is not
clear which one is meant, people have to say so in the desk file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.marketplaces import Ask
from bot.marketplaces.ebay_contract import EU, IMPORT, OTHERS, PATENT, PATENT_LIMIT, Names
from bot.marketplaces.http import clean
from bot.model import Right, Violation

Codes = Mapping[str, str]
"""A site's reason codes, with the words eBay has for each."""
Chosen = Mapping[tuple[str, Violation], str]
"""Codes that the desk file sets, by site; a site of "" stands for all."""

_BRIEF_LIMIT = 200
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Wording:
    """How a code's words give away that it is about a violation: one of `any_of`, and `none_of`."""

    any_of: tuple[str, ...]
    none_of: tuple[str, ...] = ()

    def fits(self, words: str) -> bool:
        plain = words.casefold()
        return any(one in plain for one in self.any_of) and not any(one in plain for one in self.none_of)


_FAKE = ("counterfeit", "fake", "replica", "fälsch", "falsch", "contrefa", "contraffa", "falsifi", "namaak", "podrób")
_PICTURE = ("image", "photo", "picture", "bild", "foto", "immagin", "imagen", "afbeelding", "zdję")
_IMPORT = ("import", "parallel", "einfuhr")
_COPYRIGHT = ("copyright", "urheber", "droit d'auteur", "droits d'auteur", "diritto d'autore", "derechos de autor")
_PATENT = ("patent", "brevet", "octrooi")
_DESIGN = ("design", "geschmacksmuster", "dessin", "disegno", "diseño", "modell", "wzór")
_MARK = ("trademark", "trade mark", "markenrecht", "marke", "marque", "marchio", "marca", "merk", "znak")

WORDINGS: Mapping[Violation, Wording] = {
    Violation.COUNTERFEIT: Wording(_FAKE, _IMPORT),
    Violation.TRADEMARK: Wording(_MARK, (*_FAKE, *_IMPORT, *_COPYRIGHT, *_PATENT, *_DESIGN)),
    Violation.COPYRIGHT: Wording(_COPYRIGHT, _PICTURE),
    Violation.COPYRIGHT_IMAGE: Wording(_PICTURE, (*_MARK, *_PATENT)),
    Violation.DESIGN: Wording(_DESIGN, (*_PATENT, *_COPYRIGHT)),
}
DOCUMENTED: Mapping[Violation, frozenset[str]] = {
    Violation.PARALLEL_IMPORT: frozenset({IMPORT}),
    Violation.PATENT: frozenset({PATENT}),
    Violation.OTHER: OTHERS,
}


def parse_codes(body: Any, site: str, names: Names) -> Codes:
    """The reason codes of a site.

    Raises:
        ValueError: there is no list of them, in words.
    """
    sites = body.get(names.codes) if isinstance(body, dict) else None
    if not isinstance(sites, list):
        raise ValueError(f"`{names.codes}` is missing")
    found: dict[str, str] = {}
    for one in sites:
        if not isinstance(one, dict) or one.get(names.site) not in (site, None):
            continue
        details = one.get(names.site_codes)
        for detail in details if isinstance(details, list) else []:
            code = _code(detail, names)
            if code:
                brief = detail.get(names.brief)
                found[code] = clean(brief, _BRIEF_LIMIT) if isinstance(brief, str) else ""
    return found


def _code(detail: Any, names: Names) -> str:
    code = detail.get(names.code) if isinstance(detail, dict) else None
    code = str(code) if type(code) in (int, str) else ""
    return code if code.isalnum() and code.isascii() and len(code) <= 20 else ""


def expected(site: str, violation: Violation, chosen: Chosen) -> frozenset[str]:
    """The codes that may be meant, as far as is known without asking eBay; empty when their words have to be read."""
    said = chosen.get((site, violation)) or chosen.get(("", violation))
    return frozenset({said}) if said else DOCUMENTED.get(violation, frozenset())


def choose(codes: Codes, site: str, violation: Violation, chosen: Chosen) -> str:
    """The one code to file under.

    Raises:
        ValueError: none, or more than one, in a sentence that names the setting.
    """
    said = chosen.get((site, violation)) or chosen.get(("", violation))
    setting = f"reasons.{site}.{violation}" if (site, violation) in chosen or not said else f"reasons.{violation}"
    if said:
        if said in codes:
            return said
        raise ValueError(f"The reason code {said} ({setting}) is none of {site}; known there: {_told(codes, codes)}.")
    documented = DOCUMENTED.get(violation)
    fitting = [
        code
        for code, words in codes.items()
        if (code in documented if documented is not None else WORDINGS[violation].fits(words))
    ]
    if len(fitting) == 1:
        return fitting[0]
    which = "Several reason codes fit" if fitting else "No reason code of theirs is clearly about"
    raise ValueError(f"{which} {violation} on {site}: {_told(codes, fitting or codes)}. Please set {setting}.")


def _told(codes: Codes, some: Iterable[str]) -> str:
    listed = [f"{code} ({codes[code]})" if codes[code] else code for code in some]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return f"{', '.join(listed[:_SHOWN])}{more}" if listed else "none"


def needs(code: str, ask: Ask) -> str:
    """What this code needs and the notice has not, in a sentence; empty when nothing is missing."""
    if code == IMPORT and not countries(ask.right):
        return f"For an unlawful import they need the countries: {ask.right.key} has none but WO."
    if code == PATENT:
        number = patent(ask.right)
        if not number:
            return f"They need the number of the patent: {ask.right.key} has no registration number."
        if len(number) > PATENT_LIMIT:
            return f"They take patent numbers of up to {PATENT_LIMIT} characters; {number} has {len(number)}."
    if code in OTHERS and not ask.statement.strip():
        return f"They need a statement with the reason code {code}."
    return ""


def countries(right: Right) -> tuple[str, ...]:
    """The countries of the right, ISO 3166: the EU as its members, WO (a world-wide register) as none."""
    found: dict[str, None] = {}
    for one in right.jurisdictions:
        for country in EU if one == "EU" else () if one == "WO" else (one,):
            found[country] = None
    return tuple(found)


def patent(right: Right) -> str:
    """The registration number as they take it: without the spaces that mean nothing in it."""
    return "".join(right.registration_no.split())
