"""What a letter is made of: one `Wording` a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model import Law, RightKind, Violation


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The letters of one language, as they are sent: the line breaks are the letter's.

    A line whose every `$name` is empty is left out. Names in `bodies`: organisation, postal_address, phone, email,
    owner, kind, title, registration, jurisdictions, reason, statement, listings, signature, signed_at, version,
    affirmed, attached, on_request. In `listing`, once a listing: id, url, number, seller.
    """

    subjects: Mapping[Law, str]
    bodies: Mapping[Law, str]
    listing: str
    reasons: Mapping[Violation, str]
    kinds: Mapping[RightKind, str]
