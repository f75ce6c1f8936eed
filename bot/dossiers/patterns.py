"""E-mail addresses and telephone numbers of people nobody has on file, found by how they look. Pure.

Looked for in texts as `bot.dossiers.spellings.view` gives them: in small letters, without escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

EMAIL, PHONE = "e-mail", "phone"

_EMAIL = re.compile(
    r"[\w.+'-]{1,64}\s?(?:@|[\[({<]\s?at\s?[\])}>])\s?[\w-]+(?:\s?(?:\.|[\[({<]\s?dot\s?[\])}>])\s?[\w-]+)+"
)
_NOT_BEFORE, _NOT_AFTER = r"(?<![0-9a-z_./:=#-])", r"(?![0-9a-z_]|[.:/-][0-9a-z])"
_PHONES = (
    # With the country.
    re.compile(r"(?<![0-9a-z+])(?:\+|00)\s?[1-9](?:[\s().\-/]{0,3}\d){6,14}(?![0-9a-z])"),
    # Within a country, with the nought.
    re.compile(rf"{_NOT_BEFORE}\(?0[1-9]\d{{0,4}}\)?(?:[\s\-/.]{{0,2}}\d){{5,10}}{_NOT_AFTER}"),
    # North America.
    re.compile(rf"{_NOT_BEFORE}(?:1[-. ])?(?:\([2-9]\d\d\)[-. ]?|[2-9]\d\d[-. ])\d{{3}}[-. ]\d{{4}}{_NOT_AFTER}"),
    # Mobile telephones in China.
    re.compile(rf"{_NOT_BEFORE}1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_NOT_AFTER}"),
    # In groups, whatever the country.
    re.compile(rf"{_NOT_BEFORE}(?!\d{{4}}-\d\d-\d\d)\d{{2,5}}(?:[ -]\d{{2,5}}){{1,4}}{_NOT_AFTER}"),
    # Whatever follows a word that says so.
    re.compile(
        r"(?:\b(?:tel|phone|telephone|mobile|cell|fax|whatsapp|call|ring|handy|telefon)\b|电话|手机|微信|電話|携帯)"
        r"[^\w+(]{0,4}(?P<number>[+(]?\d(?:[\s().\-/]{0,3}\d){5,14})"
    ),
)
_DIGITS = re.compile(r"\d\D{0,3}\d")
_FEWEST, _MOST = 8, 15
_DATE = re.compile(r"(?:19|20)\d\d[-./ ][01]?\d[-./ ][0-3]?\d(?!\d)|[0-3]?\d[-./ ][0-3]?\d[-./ ](?:19|20)\d\d(?!\d)")
TELLING = re.compile(r"e-?mail|phone|mobile|\btel\b|_tel\b|fax|whatsapp|wechat|weixin", re.IGNORECASE)
"""Names of fields that hold what we look for."""


def people(text: str) -> Iterable[tuple[int, int, str]]:
    """Where an address or a number stands, and which it is."""
    if "@" in text or "at" in text:
        for found in _EMAIL.finditer(text):
            yield (found.start(), found.end(), EMAIL)
    if _DIGITS.search(text):
        for pattern in _PHONES:
            for found in pattern.finditer(text):
                group = "number" if "number" in pattern.groupindex else 0
                if _is_number(found[group], told=group != 0):
                    yield (*found.span(group), PHONE)


def _is_number(text: str, *, told: bool) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return (told or digits >= _FEWEST) and digits <= _MOST and not _DATE.match(text)
