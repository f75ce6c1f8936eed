"""What a dossier is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.agencies import Agency
from bot.model.cases import Purchase
from bot.model.digests import Point
from bot.model.notices import Event, Notice, Right
from bot.model.referrals import Referral
from bot.model.register import Change
from bot.model.sellers import Identifier, Link, Offender


@dataclass(frozen=True, kw_only=True, slots=True)
class Exhibit:
    """A file that proves something. `number` is as PIPCU's guide has it: the initials of who produces it, and a number.

    `of` names the notices or the test purchase it belongs to. `path` is its place in the ZIP; empty when it is
    `withheld`, which says why in a sentence.
    """

    number: str
    sha256: str
    name: str
    media_type: str
    size: int
    captured_at: datetime
    by: str
    of: tuple[str, ...]
    path: str = ""
    withheld: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """All that a dossier is made of, as it stood at `made_at`. Nothing in it is redacted yet.

    `notices` are the offender's, oldest first, `events` theirs by notice id. `changes` are the referral's own chain.
    `names` are of people by user id, `marketplaces` of marketplaces by key. `missing` says what the agency's form
    asks and this lacks, a sentence each; `answers` what a person wrote for it, by the form's own words.
    `organisation` is who refers; `contact` is its e-mail address for the agency and `website` its own site, both empty
    where nobody named one. `others` are referrals of the same offender to other agencies.
    """

    referral: Referral
    agency: Agency
    organisation: str
    made_at: datetime
    offender: Offender
    links: tuple[Link, ...]
    identifiers: tuple[Identifier, ...]
    rights: tuple[Right, ...]
    notices: tuple[Notice, ...]
    events: Mapping[str, tuple[Event, ...]]
    purchases: tuple[Purchase, ...]
    changes: tuple[Change, ...]
    series: tuple[Point, ...]
    names: Mapping[str, str]
    marketplaces: Mapping[str, str]
    form_title: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    others: tuple[Referral, ...] = ()
    contact: str = ""
    website: str = ""
