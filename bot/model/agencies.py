"""Agencies: to whom an offender can be referred, and how they take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.people import Actor


class Handing(StrEnum):
    """How an agency takes referrals."""

    PORTAL = "portal"
    EMAIL = "email"
    HAND_OVER = "hand_over"

    @property
    def words(self) -> str:
        return {"portal": "through its portal", "email": "by e-mail", "hand_over": "in person or by post"}[self.value]


class Shown(StrEnum):
    """What a dossier may show besides the sellers' public data."""

    IDENTIFIERS = "identifiers"  # what else a seller is known by: phones, e-mail, payment, return address
    STAFF = "staff"  # names and Slack ids of our people, and signatures
    THIRD_PARTIES = "third_parties"  # e-mail addresses and phone numbers of anybody else in texts
    MONEY = "money"  # what test purchases cost, and order ids

    @property
    def words(self) -> str:
        return _SHOWN[self]


_SHOWN = {
    Shown.IDENTIFIERS: "phones, e-mail addresses, payment accounts and return addresses of the sellers",
    Shown.STAFF: "names and Slack ids of our people",
    Shown.THIRD_PARTIES: "e-mail addresses and phone numbers of other people in texts and files",
    Shown.MONEY: "order ids and costs of test purchases",
}
PROFILES: Mapping[str, frozenset[Shown]] = {
    "public": frozenset(),
    "standard": frozenset({Shown.MONEY}),
    "investigation": frozenset({Shown.MONEY, Shown.IDENTIFIERS}),
    "court": frozenset(Shown),
}
"""Redaction profiles by name, from the most reserved to the least."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Agency:
    """A body that takes referrals. `jurisdiction` is an ISO 3166 code, EU or WO; `form` a key of `bot.agencies.FORMS`,
    `profile` one of `PROFILES`. One that is not `on` cannot be referred to; it is kept for what was.
    """

    key: str
    version: int
    name: str
    jurisdiction: str
    contact: str
    takes: Handing
    form: str
    profile: str
    on: bool
    by: Actor
    at: datetime
    note: str = ""
