"""Following referrals: which there are, all about one, and what an agency did with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot import offenders as identities
from bot.desk import Desk, authority, cases, material, referral_approvals, referrals, register
from bot.errors import WrongStatus
from bot.grammar.referrals import ListReferrals
from bot.model import (
    PAGE,
    REFERRAL_STEPS,
    SYSTEM,
    Actor,
    Change,
    Link,
    May,
    Record,
    Referral,
    ReferralState,
)

NEEDS_WORDS: Mapping[ReferralState, str] = {
    ReferralState.CASE_OPENED: "Please say their case number.",
    ReferralState.CLOSED: "Please say what came of it.",
    ReferralState.WITHDRAWN: "Please say why.",
}
_KEPT_AS: Mapping[ReferralState, str] = {
    ReferralState.HANDED_OVER: "handed_to",
    ReferralState.CASE_OPENED: "case_number",
    ReferralState.CLOSED: "outcome",
    ReferralState.WITHDRAWN: "why",
}


_SAID: Mapping[ReferralState, str] = {
    ReferralState.HANDED_OVER: "handed over",
    ReferralState.ACKNOWLEDGED: "the agency acknowledged it",
    ReferralState.CASE_OPENED: "the agency opened a case",
    ReferralState.RAIDED: "the agency searched or seized",
    ReferralState.CHARGED: "somebody was charged",
    ReferralState.CLOSED: "closed",
    ReferralState.WITHDRAWN: "withdrawn",
}
"""What people say of a referral; what the desk decides by itself is not among it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of referrals, the newest first; `names` of who drafted them, by user id."""

    referrals: tuple[Referral, ...]
    total: int
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """All about one, for the one who asked: its changes, whether they may decide it, whether it can be sent to them."""

    referral: Referral
    changes: tuple[Change, ...]
    names: Mapping[str, str]
    decides: bool
    sends: bool
    asks: Mapping[str, str]


async def listed(desk: Desk, wanted: ListReferrals, *, by: Actor) -> Listed:
    """Raises: NotAllowed."""
    await authority.allowed(desk, by, May.REFER)
    found = [one for one in await desk.store.entries(Referral) if _fits(one, wanted, by)]
    found.sort(key=lambda one: one.number, reverse=True)
    shown = tuple(found[(wanted.page - 1) * PAGE : wanted.page * PAGE])
    names = await desk.names(sorted({one.by.user_id for one in shown}))
    return Listed(referrals=shown, total=len(found), names=names)


async def shown(desk: Desk, referral_id: str, *, by: Actor) -> Page:
    """Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.REFER)
    referral = await referrals.find(desk, referral_id)
    changes = await desk.store.entries(Change, referral.of)
    people = {one.actor.user_id for one in changes if one.actor != SYSTEM} | {referral.by.user_id}
    return Page(
        referral=referral,
        changes=changes,
        names={**await desk.names(sorted(people)), SYSTEM.user_id: "the desk itself"},
        decides=await referral_approvals.decides(desk, referral, by),
        sends=referral.built is not None
        and referral.built.gone_at is None
        and await referrals.may_have(desk, referral, by),
        asks=referrals.asks_of(await referrals.agency_of(desk, referral)),
    )


async def of_offender(desk: Desk, sellers: Collection[str], *, by: Actor) -> tuple[Referral, ...] | None:
    """The referrals of an offender's sellers (by key), the newest first; None for who may know nothing of any."""
    if not (await authority.held(desk, by)).may(May.REFER):
        return None
    return tuple(reversed(await material.of_sellers(desk, sellers)))


async def with_agencies(desk: Desk) -> int:
    """How many offenders an agency works on now. A count tells nobody who."""
    links = await desk.store.entries(Link)
    working = [one.seller for one in await desk.store.entries(Referral) if one.state.with_agency]
    together = identities.groups(working, links)  # links bring in sellers of whom no agency knows
    return len({min(together[seller]) for seller in working})


async def stepped(desk: Desk, referral_id: str, to: ReferralState, *, by: Actor) -> Referral:
    """The referral a form asks about, if it may come to this state now. Raises: NotAllowed, NotFound, WrongStatus."""
    await authority.allowed(desk, by, May.REFER)
    referral = await referrals.find(desk, referral_id)
    _refuse_step(referral, to)
    return referral


async def step(desk: Desk, referral_id: str, to: ReferralState, words: str, *, by: Actor) -> Referral:
    """It came to this state, as somebody says; `words` are to whom, their number, the outcome, the reason. Their case
    hears of it in the same save. Said again of the state it is in, other words put the first ones right.

    Raises:
        NotAllowed, NotFound.
        WrongStatus: not from where it is.
        Invalid: words are missing, or too long; beside the field `words`.
    """
    person = await authority.allowed(desk, by, May.REFER)
    if to not in _SAID:
        raise WrongStatus("That is not for anybody to say.")
    words = referrals.checked(words, NEEDS_WORDS.get(to, ""), "words")
    for _ in range(referrals.TRIES):
        had = await referrals.find(desk, referral_id)
        _refuse_step(had, to)
        kept = {_KEPT_AS[to]: words} if to in _KEPT_AS else {}
        after = had.changed(desk.now(), state=to, **kept)
        said = f"{person.name}: {_SAID[to]}{f': {words}' if words else ''}."
        if had.state is to:
            said = _put_right(had, to, words, person.name)
        raw = {"words": words} if words else {}
        change = await register.changed(desk, had.of, by, said, kind=to.value, raw=raw)
        again = (referrals.asking(after, desk),) if had.state is ReferralState.DRAFT else ()
        heard = await _heard(desk, after, said, by=by) if to.with_agency or had.state.with_agency else ()
        if await referrals.saved(desk, after, change, *again, *heard):
            return after
    raise WrongStatus(referrals.MOVING)


def _put_right(had: Referral, to: ReferralState, words: str, name: str) -> str:
    """Other words for what was said. Raises: WrongStatus: there are none, or the same."""
    if words in ("", getattr(had, _KEPT_AS[to])):
        raise WrongStatus(f"{had.id} is at “{to.words}” already. Say it again with other words to put them right.")
    before = getattr(had, _KEPT_AS[to]) or "nothing"
    return f"{name} put right what was said: {_SAID[to]}: {words}. Before: {before}."


async def _heard(desk: Desk, referral: Referral, said: str, *, by: Actor) -> tuple[Record, ...]:
    """What the case of the offender hears of a step; handed over, it is referred."""
    words = f"{referral.id} to {referral.agency_name}. {said}"
    if referral.state is ReferralState.HANDED_OVER:
        records = await cases.referred(desk, referral.seller, desk.now(), by=by, words=words)
        if records:
            return records
    return await cases.mention(desk, referral.seller, words, f"{referral.id}:{referral.version}")


def _fits(referral: Referral, wanted: ListReferrals, by: Actor) -> bool:
    if wanted.mine and referral.by.user_id != by.user_id:
        return False
    return referral.state in wanted.states if wanted.states else wanted.over_too or not referral.state.over


def _refuse_step(referral: Referral, to: ReferralState) -> None:
    if referral.state is to and to in _KEPT_AS:
        return  # what was said of it can be put right, by a later line
    if referral.state is to:
        raise WrongStatus(f"{referral.id} is at “{to.words}” already.")
    if not referral.may_become(to):
        raise WrongStatus(f"{referral.id} is at “{referral.state.words}”. {_what_next(referral)}")
    if to is ReferralState.HANDED_OVER and referral.built is None:
        raise WrongStatus(f"The dossier of {referral.id} is not made yet. {referral.trouble}".strip())


def _what_next(referral: Referral) -> str:
    """What may follow, in a sentence."""
    if referral.state is ReferralState.DRAFT:
        return "A second person has to approve it first; until then it can be withdrawn."
    after = [state.words for state in ReferralState if state in REFERRAL_STEPS[referral.state]]
    return f"From there it can be: {', '.join(after)}." if after else "It is over, and nothing follows."
