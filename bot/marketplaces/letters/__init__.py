"""Complete takedown letters, in the language of who reads them. Pure: the same notices are always the same letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from string import Template
from urllib.parse import urlsplit

from bot.declarations import TEXTS
from bot.marketplaces.http import clean
from bot.marketplaces.letters.chinese import CHINESE
from bot.marketplaces.letters.english import ENGLISH
from bot.marketplaces.letters.german import GERMAN
from bot.marketplaces.letters.spanish import SPANISH
from bot.marketplaces.letters.wording import Wording
from bot.model import COPYRIGHT, Evidence, Law, Notice, Right, Violation

__all__ = ["COPYRIGHT", "LANGUAGES", "Contact", "Law", "Letter", "host_of", "law_for", "letter", "wrapped"]

LANGUAGES: Mapping[str, Wording] = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "zh": CHINESE}
COLUMNS = 72
"""Of a line; a Chinese character takes two. Addresses are never broken."""
_LIMIT = 500
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
_OPENING, _CLOSING = "[(\\[“‘（《〈「『【]", "[,.;:!?)\\]”’、。，；：！？）》〉」』】]"
# An address, a wide character or a word, with its brackets and the marks that may not begin a line, and spaces after.
_PIECES = re.compile(rf"{_OPENING}*(?:https?://\S+|{_WIDE}|(?:(?!{_WIDE})\S)+){_CLOSING}*\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """Who gives notice, as the law asks for it. Post and phone may be empty where it does not."""

    organisation: str
    email: str
    postal_address: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A subject of one line and a text, both ready to be sent."""

    subject: str
    text: str


def law_for(kind: str, violation: Violation) -> Law:
    """The law of a `kind`; `auto` is DMCA for copyright, and DSA for all else."""
    if kind != "auto":
        return Law(kind)
    return Law.DMCA if violation in COPYRIGHT else Law.DSA


def host_of(notice: Notice) -> str:
    return urlsplit(notice.listing.canonical).hostname or ""


def letter(
    notices: Sequence[Notice],
    *,
    law: Law,
    language: str,
    contact: Contact,
    attached: Sequence[Evidence] = (),
    on_request: Sequence[Evidence] = (),
) -> Letter:
    """One letter for notices that differ in listing and seller only. `on_request` is evidence that is only named."""
    wording, first = LANGUAGES[language], notices[0]
    right, declaration = first.right, first.declaration
    signature = clean(declaration.signature, _LIMIT)
    affirmed = TEXTS.get(declaration.text_version, ())
    values = {
        "organisation": contact.organisation,
        "email": contact.email,
        "postal_address": contact.postal_address,
        "phone": contact.phone,
        "owner": clean(right.owner, _LIMIT),
        "kind": wording.kinds[right.kind],
        "title": clean(right.title, _LIMIT),
        "registration": _registration(right),
        "jurisdictions": ", ".join(right.jurisdictions),
        "reason": wording.reasons[first.violation],
        "statement": _paragraphs(first.statement),
        "attached": _files(attached),
        "on_request": _files(on_request),
        "listings": "\n".join(_listing(wording, notice) for notice in notices).rstrip("\n"),
        "signature": signature,
        "signed_at": f"{declaration.affirmed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "version": declaration.text_version if affirmed else "",
        "affirmed": "\n".join(affirmed),
    }
    body = wording.bodies[law] if affirmed else wording.bodies[law].partition("\n---\n")[0]
    subject = Template(wording.subjects[law]).substitute(host=host_of(first))
    return Letter(subject=clean(f"{reference(notices)} {subject}"), text=wrapped(filled(body, values)))


def reference(notices: Sequence[Notice]) -> str:
    """What stands in the subject: `[TD-12]`, or `[TD-12 +6]` with so many more in the text."""
    more = f" +{len(notices) - 1}" if len(notices) > 1 else ""
    return f"[{notices[0].id}{more}]"


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its values; a line that names only empty ones is left out, and never two empty in a row."""
    lines: list[str] = []
    for line in template.splitlines():
        here = Template(line)
        names = here.get_identifiers()
        if names and not any(values[name] for name in names):
            continue
        if line or (lines and lines[-1]):
            lines.append(here.substitute(values))
    return "\n".join(lines) + "\n"


def wrapped(text: str) -> str:
    """The text with its long lines broken between words, or between Chinese characters."""
    return "\n".join(part for line in text.split("\n") for part in _broken(line))


def _broken(line: str) -> list[str]:
    parts, part = [], ""
    for piece in _PIECES.findall(line):
        if part and _columns(part + piece.rstrip()) > COLUMNS:
            parts.append(part.rstrip())
            part = ""
        part += piece
    return [*parts, part.rstrip()]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _listing(wording: Wording, notice: Notice) -> str:
    listing, seller = notice.listing, notice.seller
    values = {
        "id": notice.id,
        "url": listing.canonical,
        # An id that is not in the address is ours, and says nothing to them.
        "number": listing.listing_id if listing.listing_id in listing.canonical else "",
        "seller": clean(seller.title, _LIMIT) if seller else "",
    }
    return filled(wording.listing, values)


def _registration(right: Right) -> str:
    return clean(f"{right.office} {right.registration_no}", _LIMIT) if right.registration_no else ""


def _files(evidence: Sequence[Evidence]) -> str:
    return ", ".join(clean(one.name) for one in evidence)


def _paragraphs(statement: str) -> str:
    """What a person wrote, line by line, without control and direction characters."""
    return "\n".join(clean(line, len(line) + 1) for line in statement.splitlines()).strip()
