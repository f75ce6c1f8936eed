"""Deciding about referrals: a second person looks at what would go, and approves or refuses it. Never their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import offenders as identities
from bot.agencies.missing import Lack
from bot.desk import Desk, agencies, authority, material, referrals, register
from bot.desk.material import Known
from bot.errors import Invalid, NotAllowed, WrongStatus
from bot.model import FILING, Actor, Agency, FilingPolicy, Link, May, Referral, ReferralState, Role

TO_DO = "approve referrals"


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What would go, for a second person; `seen` is the version they are shown."""

    referral: Referral
    known: Known
    agency: Agency | None
    lacks: tuple[Lack, ...]
    asks: Mapping[str, str]
    seen: int
    drafted_by: str
    decides: bool


async def look(desk: Desk, referral_id: str, *, by: Actor) -> Looked:
    """What would go to the agency, before it is decided. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.REFER)
    referral = await referrals.find(desk, referral_id)
    known = await material.known(desk, referral.seller, referral.sellers)
    agency = await referrals.agency_of(desk, referral)
    names = await material.people(desk, known, referral)
    answers = referral.answers or {}
    lacks = await material.lacks(desk, known, agency, names) if agency else ()
    return Looked(
        referral=referral,
        known=known,
        agency=agency,
        lacks=tuple(lack for lack in lacks if lack.item.value not in answers),
        asks=referrals.asks_of(agency),
        seen=referral.version,
        drafted_by=names.get(referral.by.user_id, referral.by.user_id),
        decides=await decides(desk, referral, by),
    )


async def approve(desk: Desk, referral_id: str, *, seen: int, by: Actor) -> Referral:
    """Let the dossier be made. `seen` is the version that was shown. Safe to repeat.

    Raises:
        NotAllowed: no approver, or it is their own; an admin's too.
        NotFound; WrongStatus: it was decided, or what was shown is no longer what would go.
    """
    person = await authority.allowed(desk, by, May.APPROVE, TO_DO)
    for _ in range(referrals.TRIES):
        had = await referrals.find(desk, referral_id)
        if had.state is not ReferralState.DRAFT and _decided(had, by, refused=False):
            return had
        await _refuse_decided(desk, had, by)
        _refuse_own(had, by)
        await _refuse_unseen(desk, had, seen)
        after = had.changed(
            desk.now(), state=ReferralState.APPROVED, decided_by=referrals.plain(by), decided_at=desk.now()
        )
        words = f"{person.name} approved it; the dossier is being made."
        change = await register.changed(desk, had.of, by, words, kind="approved", raw={"version": seen})
        told = referrals.tell(desk, after, f"{person.name} approved {after.id}. Its dossier is being made.")
        then = (referrals.asking(after, desk), referrals.making(after, desk))
        if await referrals.saved(desk, after, change, *then, *told):
            return after
    raise WrongStatus(referrals.MOVING)


async def refuse(desk: Desk, referral_id: str, why: str, *, by: Actor) -> Referral:
    """Nothing goes. The reason is kept, and told to who drafted it. Safe to repeat.

    Raises:
        NotAllowed, NotFound, WrongStatus: as `approve`.
        Invalid: no reason, or too long; beside the field `why`.
    """
    person = await authority.allowed(desk, by, May.APPROVE, TO_DO)
    why = referrals.checked(why, "Please say why; who drafted it is told.", "why")
    for _ in range(referrals.TRIES):
        had = await referrals.find(desk, referral_id)
        if _decided(had, by, refused=True):
            return had
        await _refuse_decided(desk, had, by)
        _refuse_own(had, by)
        after = had.changed(
            desk.now(), state=ReferralState.REFUSED, decided_by=referrals.plain(by), decided_at=desk.now(), why=why
        )
        words = f"{person.name} refused it. Why: {why}"
        change = await register.changed(desk, had.of, by, words, kind="refused")
        told = referrals.tell(desk, after, f"{person.name} refused {after.id}. Why: {why}")
        if await referrals.saved(desk, after, change, referrals.asking(after, desk), *told):
            return after
    raise WrongStatus(referrals.MOVING)


async def to_refuse(desk: Desk, referral_id: str, *, by: Actor) -> Referral:
    """The referral a form asks about, if this person may refuse it now. Raises: NotAllowed, NotFound, WrongStatus."""
    await authority.allowed(desk, by, May.APPROVE, TO_DO)
    referral = await referrals.find(desk, referral_id)
    await _refuse_decided(desk, referral, by)
    _refuse_own(referral, by)
    return referral


async def approvers(desk: Desk, referral: Referral) -> tuple[str, ...]:
    """The user ids of those who may decide it, in order. Raises: SlackError: Slack does not say who they are."""
    return tuple(one for one in await authority.able(desk, Role.APPROVER, May.APPROVE) if one != referral.by.user_id)


async def room(desk: Desk) -> str:
    """The approvers' channel, where it is private and we are in it. Raises: SlackError: Slack does not say so."""
    policy = await desk.store.entry(FilingPolicy, FILING)
    if policy is None or not policy.approvers_channel:
        return ""
    found = await desk.people.room(policy.approvers_channel)
    fit = found is not None and found.private and found.member and not found.archived
    return policy.approvers_channel if fit else ""


async def decides(desk: Desk, referral: Referral, by: Actor) -> bool:
    if referral.state is not ReferralState.DRAFT or by.user_id == referral.by.user_id:
        return False
    return (await authority.held(desk, by)).may(May.APPROVE)


async def _refuse_decided(desk: Desk, referral: Referral, by: Actor) -> None:
    """Raises: WrongStatus: nothing is to be decided any more, and why."""
    if referral.state is ReferralState.DRAFT:
        return
    if referral.decided_by is None:
        raise WrongStatus(f"{referral.id} was withdrawn before anybody had decided.")
    mine = referral.decided_by.user_id == by.user_id
    who = "You" if mine else await desk.name(referral.decided_by.user_id)
    did = "refused" if referral.state is ReferralState.REFUSED else "approved"
    raise WrongStatus(f"{who} {did} {referral.id} on {referral.decided_at:%d %b %Y, %H:%M} UTC.")


async def _refuse_unseen(desk: Desk, referral: Referral, seen: int) -> None:
    """Nobody approves what they were not shown, nor what can no longer go."""
    if referral.version != seen:
        raise WrongStatus(f"{referral.id} changed after this was shown to you. Please look again.")
    try:
        agency = await agencies.find(desk, referral.agency)
    except Invalid as off:
        raise WrongStatus(f"{referral.id} can no longer be approved. {off}") from None
    drafted_for = replace(referral.drafted_for or agency, note=agency.note)  # which goes nowhere
    if different := agencies.differences(drafted_for, agency):
        raise WrongStatus(
            f"{drafted_for.name} was changed after {referral.id} was drafted; {'; '.join(different)}. Refuse it, and "
            "have it drafted anew."
        )
    groups = identities.groups([referral.seller], await desk.store.entries(Link))
    if set(groups[referral.seller]) != set(referral.sellers):
        raise WrongStatus(
            f"Sellers were linked or unlinked after {referral.id} was drafted, so it is no longer of the same "
            "offender. Refuse it, and have it drafted anew."
        )


def _refuse_own(referral: Referral, by: Actor) -> None:
    if by.user_id == referral.by.user_id:
        raise NotAllowed(
            f"You drafted {referral.id}, so somebody else has to decide, whatever your role. You can still withdraw it."
        )


def _decided(referral: Referral, by: Actor, *, refused: bool) -> bool:
    """Whether they have said so already."""
    said = referral.decided_by is not None and referral.decided_by.user_id == by.user_id
    return said and (referral.state is ReferralState.REFUSED) is refused
