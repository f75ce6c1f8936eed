"""Material: all that is on record of an offender, archived notices and all, as a dossier needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import custody, offenders
from bot.agencies.forms import FORMS, Item
from bot.agencies.missing import Lack, missing
from bot.desk import Desk
from bot.desk.offenders import suggested
from bot.digests import by_month
from bot.model import (
    SYSTEM,
    Actor,
    Agency,
    Brief,
    Change,
    Event,
    Evidence,
    Identifier,
    IdentifierKind,
    Link,
    Material,
    Notice,
    Offender,
    Purchase,
    PurchaseState,
    Referral,
    Right,
    RightKind,
)
from bot.territories import Cover, cover


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is on record of a seller and all linked ones, `sellers` by key. `notices` oldest first, `briefs` the same.

    `suggested` says that others may be the same, of whom nobody has said yes or no.
    """

    seller: str
    sellers: tuple[str, ...]
    offender: Offender
    briefs: tuple[Brief, ...]
    notices: tuple[Notice, ...]
    links: tuple[Link, ...]
    identifiers: tuple[Identifier, ...]
    rights: tuple[Right, ...]
    purchases: tuple[Purchase, ...]
    suggested: bool

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """Each file once, by its SHA-256."""
        files = (*(one for notice in self.notices for one in notice.evidence), *_photos(self.purchases))
        return {one.sha256: one for one in files}

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """When the first notice was filed, and the last."""
        days = [brief.filed_at for brief in self.briefs]
        return (min(days), max(days)) if days else None


async def known(desk: Desk, seller: str, sellers: Collection[str] = ()) -> Known:
    """The record of a seller (by key) with those that are linked to it now, or with exactly these `sellers`."""
    links = await desk.store.entries(Link)
    keys = tuple(sorted(sellers)) or tuple(sorted(offenders.groups([seller], links)[seller]))
    briefs = sorted(await desk.store.record_of(keys), key=lambda one: (one.filed_at, one.id))
    notices: list[Notice] = []
    for brief in briefs:
        if notice := await desk.store.notice(brief.id):
            notices.append(notice)
        await asyncio.sleep(0)  # of very many, others have their turn meanwhile
    inside = tuple(link for link in links if link.a in keys or link.b in keys)
    purchases = tuple([one for key in keys for one in await desk.store.entries(Purchase, key)])
    offender = await asyncio.to_thread(
        offenders.offender,
        seller,
        briefs,
        links=links,
        policy=desk.policy,
        now=desk.now(),
        purchases=purchases,
    )
    suggestions, _ = await suggested(desk, links)
    return Known(
        seller=seller,
        sellers=keys,
        offender=offender,
        briefs=tuple(briefs),
        notices=tuple(notices),
        links=inside,
        identifiers=tuple([one for key in keys for one in await desk.store.entries(Identifier, key) if one.on_file]),
        rights=await _rights(desk, notices),
        purchases=purchases,
        suggested=any(one.a in keys or one.b in keys for one in suggestions),
    )


async def lacks(desk: Desk, there: Known, agency: Agency, names: Mapping[str, str]) -> tuple[Lack, ...]:
    """What the agency's form asks for and the record has not, in its order."""
    form = FORMS.get(agency.form)
    return missing(form, await _have(desk, there, agency, names)) if form else ()


async def gathered(desk: Desk, referral: Referral, agency: Agency) -> Material:
    """All that the dossier of a referral is made of, as it stands now.

    Raises:
        SlackError: it cannot be learned just now what everybody is called, and so not what of it to withhold.
    """
    there = await known(desk, referral.seller, referral.sellers)
    events = {notice.id: await desk.store.events(notice.id) for notice in there.notices}
    changes = await desk.store.entries(Change, referral.of)
    lines: list[Event | Change] = [*changes, *(one for some in events.values() for one in some)]
    elsewhere = await _others(desk, referral)
    also = [agency.by, *_who(referral), *(who for one in elsewhere for who in _who(one))]
    names = await desk.names_for_sure(_people(desk, there, lines, also))
    form = FORMS.get(agency.form)
    answers = dict(referral.answers or {})
    asks = {ask.key.value: ask.words for ask in form.asks} if form else {}
    return Material(
        referral=referral,
        agency=agency,
        organisation=organisation(desk, there.rights),
        made_at=desk.now(),
        offender=there.offender,
        links=there.links,
        identifiers=there.identifiers,
        rights=there.rights,
        notices=there.notices,
        events=events,
        purchases=there.purchases,
        changes=changes,
        series=by_month(there.briefs, desk.now()),
        names=names,
        marketplaces={key: desk.marketplace_name(key) for key in sorted(_marketplaces(there))},
        form_title=form.title if form else "",
        answers={asks[key]: words for key, words in answers.items() if key in asks},
        missing=tuple(
            # In the agency's own words: how we could put it right is none of theirs.
            asks[lack.item.value]
            for lack in await lacks(desk, there, agency, names)
            if lack.item.value not in answers
        ),
        others=elsewhere,
    )


async def people(desk: Desk, there: Known, referral: Referral | None = None) -> Mapping[str, str]:
    """What everybody is called who has to do with it, by user id, as far as Slack tells in time."""
    return await desk.names(_people(desk, there, (), _who(referral) if referral else ()))


def _people(desk: Desk, there: Known, lines: Collection[Event | Change], also: Iterable[Actor]) -> Sequence[str]:
    """The ids of everybody who has to do with it."""
    actors: list[Actor] = [
        *(line.actor for line in lines),
        *(one.by for one in there.evidence.values()),
        *(notice.submitter for notice in there.notices),
        *(step.by for link in there.links for step in link.steps),
        *(one.by for one in there.identifiers),
        *(one.by for one in there.purchases),
        *(one.removed_by for one in there.identifiers if one.removed_by),
        *also,
        *(Actor(user_id=notice.looked_after_by) for notice in there.notices),
        # Who was handed a notice and passed it on is named, and need not have done anything else.
        *(Actor(user_id=str(line.raw["to"])) for line in lines if custody.is_hand_over(line)),
    ]
    return sorted({actor.user_id for actor in actors if _is_person(desk, actor)})


def _who(referral: Referral) -> tuple[Actor, ...]:
    """Who drafted it, and who decided."""
    return (referral.by, *filter(None, [referral.decided_by]))


async def _others(desk: Desk, referral: Referral) -> tuple[Referral, ...]:
    """Referrals of the same offender that an agency has, or had: what never left us is none of theirs."""
    theirs = await of_sellers(desk, referral.sellers)
    return tuple(one for one in theirs if one.id != referral.id and one.left)


async def of_sellers(desk: Desk, sellers: Collection[str]) -> tuple[Referral, ...]:
    """The referrals that name any of these sellers (by key), the oldest first."""
    wanted = set(sellers)
    return tuple(one for one in await desk.store.entries(Referral) if not wanted.isdisjoint(one.sellers))


def organisation(desk: Desk, rights: Sequence[Right]) -> str:
    """Who refers: as the desk file says, else whoever owns the rights relied on."""
    return desk.organisation or ", ".join(dict.fromkeys(right.owner for right in rights if right.owner))


async def _have(desk: Desk, there: Known, agency: Agency, names: Mapping[str, str]) -> Mapping[Item, bool | None]:
    """Of what a form may ask for, whether the record has it; of what is not named here only a person can tell."""
    files = there.evidence.values()
    today = desk.today()
    return {
        Item.RIGHTS: any(_holds(right, agency.jurisdiction) and right.live_on(today) for right in there.rights),
        Item.POWER_OF_ATTORNEY: bool(there.rights) and all(_may_act(right, desk) for right in there.rights),
        Item.OFFENDER: bool(there.identifiers) or any(one.names for one in there.offender.identities),
        Item.OFFENDER_PLACE: any(one.kind is IdentifierKind.RETURN_ADDRESS for one in there.identifiers),
        Item.LINKED: len(there.sellers) > 1 or not there.suggested,
        Item.LISTINGS: any(brief.upheld for brief in there.briefs),
        Item.DECISIONS: any(brief.decided_at is not None for brief in there.briefs),
        Item.TEST_PURCHASE: any(one.state is PurchaseState.COUNTERFEIT for one in there.purchases),
        Item.EVIDENCE: bool(files),
        # Where there is no evidence, that alone is missing.
        Item.ACQUISITION: not files or await _unbroken(desk, there),
        Item.EXHIBITS: all(_named(one.by.user_id, names) for one in files),
        # Without one, whoever refers may know what the loss is.
        Item.LOSS: any(one.cost is not None for one in there.purchases) or None,
    }


async def _unbroken(desk: Desk, there: Known) -> bool:
    """Whether the chain of each notice with evidence holds."""
    for notice in there.notices:
        if not notice.evidence:
            continue
        if not custody.check(notice.id, await desk.store.events(notice.id), head=notice.head or None).whole:
            return False
    return True


async def _rights(desk: Desk, notices: Sequence[Notice]) -> tuple[Right, ...]:
    """The rights that the notices rely on, as they are on file now; or as they were, where they no longer are."""
    on_file = await desk.rights(retired_too=True)
    relied_on = {notice.right.key: notice.right for notice in notices}
    return tuple(on_file.get(key, right) for key, right in sorted(relied_on.items()))


def _photos(purchases: Sequence[Purchase]) -> Iterable[Evidence]:
    return (photo for purchase in purchases for photo in purchase.photos)


def _marketplaces(there: Known) -> set[str]:
    return {*(notice.listing.marketplace for notice in there.notices), *there.offender.marketplaces}


def _holds(right: Right, jurisdiction: str) -> bool:
    numbered = bool(right.title) if right.kind is RightKind.COPYRIGHT else bool(right.registration_no)
    return numbered and (
        right.kind is RightKind.COPYRIGHT or cover(right.jurisdictions, (jurisdiction,)) is not Cover.NONE
    )


def _may_act(right: Right, desk: Desk) -> bool:
    return not right.agent or (bool(right.power_of_attorney) and right.may_act_on(desk.today()))


def _named(user_id: str, names: Mapping[str, str]) -> bool:
    return names.get(user_id, user_id) != user_id


def _is_person(desk: Desk, actor: Actor) -> bool:
    """The desk itself and marketplaces act too."""
    return bool(actor.user_id) and actor != SYSTEM and actor.user_id not in desk.marketplaces
