"""Referrals: drafted by one person, decided by another, followed up until the agency is done. Only they know."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import offenders as identities
from bot.agencies.forms import FORMS, Form
from bot.agencies.missing import Lack
from bot.desk import Desk, agencies, authority, material, register
from bot.desk.announcing import announced
from bot.desk.material import Known
from bot.desk.offenders import meant
from bot.errors import Conflict, Duplicate, Incomplete, Invalid, NotFound, WrongStatus
from bot.model import (
    ANSWER_LIMIT,
    INITIALS_LIMIT,
    PROFILES,
    SUMMARY_LIMIT,
    SYSTEM,
    WHY_LIMIT,
    Actor,
    Agency,
    AnnouncementKind,
    Case,
    Change,
    Delivery,
    DeliveryKind,
    Link,
    May,
    Record,
    Referral,
    ReferralState,
    Shown,
)

TO_DO = "work on cases and referrals"
UNLESS_ASKED = frozenset({Shown.STAFF, Shown.THIRD_PARTIES})
"""What no profile shows until somebody says so in the form."""
MOVING = "This is changing at this very moment. Please look again."
TRIES = 5
_OF = "referral:RF-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the form is about. `signs` says that there is a key to sign with, `folder` that there is a folder."""

    known: Known
    agency: Agency
    form: Form | None
    lacks: tuple[Lack, ...]
    shows: frozenset[Shown]
    initials: str
    signs: bool
    folder: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Wished:
    """The form, as filled in. `answers` by the item of the agency's form."""

    seller: str
    agency: str
    summary: str = ""
    initials: str = ""
    shows: Collection[str] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    files: bool = True
    to_folder: bool = False


async def choices(desk: Desk, seller: str, *, by: Actor) -> tuple[str, str, tuple[Agency, ...]]:
    """The seller's key and what they are called, and where they can be referred to.

    Raises:
        NotAllowed: before anything of the seller is looked up.
        NotFound, Invalid: no such seller, one of several, or no agency is on.
    """
    await authority.allowed(desk, by, May.REFER)
    there = await agencies.usable(desk)
    if not there:
        await agencies.find(desk, "")
    key = await meant(desk, seller)
    return key, await title_of(desk, key), there


async def asked(desk: Desk, seller: str, agency: str, *, by: Actor) -> Asked:
    """What the form says: what will go, and what is missing for the agency.

    Raises:
        NotAllowed: before anything of the seller or the agency is looked up.
        NotFound, Invalid: no such seller, one of several, or no such agency.
        Duplicate: they are referred there already.
    """
    person = await authority.allowed(desk, by, May.REFER)
    there = await agencies.find(desk, agency)
    known = await material.known(desk, await meant(desk, seller))
    await _refuse_twice(desk, known.sellers, there)
    names = await material.people(desk, known)
    return Asked(
        known=known,
        agency=there,
        form=FORMS.get(there.form),
        lacks=await material.lacks(desk, known, there, names),
        shows=PROFILES[there.profile] - UNLESS_ASKED,
        initials=initials_of(person.name),
        signs=desk.signs(),
        folder=desk.to_folder,
    )


async def draft(desk: Desk, wished: Wished, *, by: Actor) -> Referral:
    """Put a referral on file, and have a second person asked.

    Raises:
        NotAllowed, NotFound, Invalid: as `asked`; Incomplete with a sentence for each field.
        Duplicate: the same offender is referred to the same agency already; it names that one.
    """
    person = await authority.allowed(desk, by, May.REFER)
    for _ in range(TRIES):
        agency = await agencies.find(desk, wished.agency)
        key = await meant(desk, wished.seller)
        sellers = tuple(sorted(identities.groups([key], await desk.store.entries(Link))[key]))
        await _refuse_twice(desk, sellers, agency)
        read = _read(desk, wished, agency, seller=key, sellers=sellers, title=await title_of(desk, key), by=by)
        made = replace(read, id=await _next_id(desk))
        words = f"{person.name} drafted a referral to {agency.name}."
        change = await register.changed(desk, made.of, by, words, kind="drafted", raw=_raw(made))
        try:
            await desk.store.save(made, change, asking(made, desk))
        except Conflict:
            continue
        return made
    raise WrongStatus(MOVING)


async def find(desk: Desk, referral_id: str) -> Referral:
    """Raises: NotFound."""
    referral = await desk.store.entry(Referral, referral_id)
    if referral is None:
        raise NotFound(f"There is no referral {referral_id[:20]} on this desk. `/referrals all` shows what there is.")
    return referral


async def agency_of(desk: Desk, referral: Referral) -> Agency | None:
    """The agency as it was when the referral was drafted: what becomes of it since changes nothing of what goes."""
    return referral.drafted_for or await desk.store.entry(Agency, referral.agency)


async def may_have(desk: Desk, referral: Referral, by: Actor) -> bool:
    """Whether the dossier may be sent to this person, who may refer: who drafted or decided it, looks after the case,
    or is an admin."""
    return by.user_id in await receivers(desk, referral) or await authority.is_admin(desk, by)


async def receivers(desk: Desk, referral: Referral) -> frozenset[str]:
    """Who may have the dossier besides admins, by user id."""
    cases = [await desk.store.entry(Case, key) for key in referral.sellers]
    owners = {case.owner for case in cases if case is not None}
    decided = {referral.decided_by.user_id} if referral.decided_by else set()
    return frozenset({referral.by.user_id} | decided | owners)


def asking(referral: Referral, desk: Desk) -> Delivery:
    """Ask a second person, or draw anew where it was asked."""
    return Delivery(
        id=f"referral:{referral.id}",
        kind=DeliveryKind.REFERRAL,
        lane="slack:referrals",
        subject=referral.id,
        due_at=desk.now(),
    )


def making(referral: Referral, desk: Desk) -> Delivery:
    """Make the dossier, and hand it out."""
    return Delivery(
        id=f"dossier:{referral.id}",
        kind=DeliveryKind.DOSSIER,
        lane="dossiers",
        subject=referral.id,
        due_at=desk.now(),
    )


def tell(desk: Desk, referral: Referral, words: str, *, what: str = "", to: str = "") -> tuple[Record, ...]:
    """What somebody has to know of a referral, in their direct messages; else who drafted it.

    Each is told once for a version, and once for each `what`, which is no number.
    """
    who = to or referral.by.user_id
    key = f"told:{referral.id}:{what or referral.version}:{who}"
    return announced(AnnouncementKind.REFERRAL, key, channel=who, at=desk.now(), words=words, notice_id=referral.id)


def initials_of(name: str) -> str:
    """`AW` of Ann Winter; empty where a name has no letter from A to Z."""
    plain_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    letters = [word[0].upper() for word in plain_.split() if word[0].isalpha()]
    return "".join(letters)[:INITIALS_LIMIT]


def _read(
    desk: Desk, wished: Wished, agency: Agency, *, seller: str, sellers: tuple[str, ...], title: str, by: Actor
) -> Referral:
    """What is wished for, checked; its id is still to be given."""
    wrong: list[tuple[str | None, str]] = []
    summary, initials = wished.summary.strip(), "".join(wished.initials.split()).upper()
    if not summary or len(summary) > SUMMARY_LIMIT:
        wrong.append(("summary", f"Say in a few sentences what it is about; at most {SUMMARY_LIMIT} characters."))
    if not (initials.isascii() and initials.isalpha()) or len(initials) > INITIALS_LIMIT:
        wrong.append(("initials", f"From 1 to {INITIALS_LIMIT} letters from A to Z, such as AW."))
    if not set(wished.shows) <= set(Shown):
        wrong.append(("shows", "Please choose from the list."))
    if wished.to_folder and not desk.to_folder:
        wrong.append(("where", "This desk has no folder for dossiers: the setting DOSSIERS_FOLDER names one."))
    known = asks_of(agency)
    answers = {key: words.strip() for key, words in wished.answers.items() if key in known and words.strip()}
    for key, words in answers.items():
        if len(words) > ANSWER_LIMIT:
            wrong.append((f"ask_{key}", f"At most {ANSWER_LIMIT} characters, please."))
    if wrong:
        raise Incomplete(wrong, to_be="drafted")
    now = desk.now()
    return Referral(
        id="",
        version=1,
        state=ReferralState.DRAFT,
        seller=seller,
        sellers=sellers,
        title=title,
        agency=agency.key,
        agency_name=agency.name,
        drafted_for=replace(agency, by=SYSTEM),
        shows=frozenset(map(Shown, wished.shows)),
        summary=summary,
        initials=initials,
        by=plain(by),
        at=now,
        updated_at=now,
        answers=answers or None,
        files=wished.files,
        to_folder=wished.to_folder,
        since=now,
    )


def _raw(referral: Referral) -> dict[str, Any]:
    """What was drafted, for the record."""
    return {
        "agency": referral.agency,
        "sellers": list(referral.sellers),
        "shows": sorted(referral.shows),
        "summary": referral.summary,
        "initials": referral.initials,
        "answers": dict(referral.answers or {}),
        "files": referral.files,
        "to_folder": referral.to_folder,
    }


def asks_of(agency: Agency | None) -> dict[str, str]:
    """What the agency's form asks for, by item, in its words."""
    form = FORMS.get(agency.form) if agency else None
    return {ask.key.value: ask.words for ask in form.asks} if form else {}


async def _refuse_twice(desk: Desk, sellers: Sequence[str], agency: Agency) -> None:
    for one in await material.of_sellers(desk, sellers):
        if one.agency == agency.key and not one.state.over:
            raise Duplicate(
                f"{one.title} is referred to {one.agency_name} already: {one.id}, which is at “{one.state.words}”. "
                f"`/referrals {one.id}` shows it.",
                field="summary",
            )


def checked(words: str, missing: str, where: str) -> str:
    """Words of a person; `missing` is what is said when there are none, if they are needed."""
    words = words.strip()
    if missing and not words:
        raise Invalid(missing, field=where)
    if len(words) > WHY_LIMIT:
        raise Invalid(f"That has {len(words)} characters; {WHY_LIMIT} is the most.", field=where)
    return words


async def saved(desk: Desk, *records: Record) -> bool:
    """Whether nobody was first."""
    try:
        await desk.store.save(*records)
    except Conflict:
        return False
    return True


async def title_of(desk: Desk, key: str) -> str:
    links = await desk.store.entries(Link)
    group = identities.groups([key], links)[key]
    briefs = await desk.store.record_of(group)
    return identities.offender(key, briefs, links=links, policy=desk.policy, now=desk.now()).title


async def _next_id(desk: Desk) -> str:
    """Never that of one that was forgotten since: its chain may be there still."""
    used = [one.number for one in await desk.store.entries(Referral)]
    used += [int(one.of[len(_OF) :]) for one in await desk.store.entries(Change) if one.of.startswith(_OF)]
    return f"RF-{max(used, default=0) + 1}"


def plain(by: Actor) -> Actor:
    return replace(by, where="")
