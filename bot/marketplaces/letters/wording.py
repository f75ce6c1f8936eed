"""What a letter is made of: one `Wording` a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.model import RightKind, Violation


class Law(StrEnum):
    """What a notice rests on: DSA Article 16, or 17 U.S.C. 512(c)(3)."""

    DSA = "dsa"
    DMCA = "dmca"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The letters of one language, as they are sent: the line breaks are the letter's.

    A line whose every `$name` is empty is left out. Names in `bodies`: organisation, postal_address, phone, email,
    owner, kind, title, registration, jurisdictions, reason, statement, listings, signature, signed_at, version,
    affirmed. In `listing`, once a listing: id, url, number, seller.
    """

    subjects: Mapping[Law, str]
    bodies: Mapping[Law, str]
    listing: str
    reasons: Mapping[Violation, str]
    kinds: Mapping[RightKind, str]
