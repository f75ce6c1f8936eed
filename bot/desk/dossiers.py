"""Dossiers: what became of making one, and to whom it goes. Each sending is on record before it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from bot import custody
from bot.desk import Desk, authority, material, referrals, register
from bot.errors import Conflict, NotAllowed, WrongStatus
from bot.model import (
    SYSTEM,
    Actor,
    Built,
    Change,
    Delivery,
    DeliveryKind,
    Material,
    May,
    Record,
    Referral,
    ReferralState,
)

FOLDER = "folder"
"""Stands for the folder of the settings where somebody's user id could stand."""
_SHOWN_OF_HASH = 12
_NEVER = frozenset({ReferralState.DRAFT, ReferralState.REFUSED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """A dossier on its way to somebody (by user id), or to the `FOLDER`; asked for at a moment.

    `by` asked for it to be put into the folder once more; empty the first time.
    """

    referral_id: str
    to: str
    at: datetime
    by: str = ""

    @classmethod
    def of(cls, delivery: Delivery) -> Sending | None:
        """None: the delivery makes the dossier first."""
        if not delivery.words:
            return None
        said = orjson.loads(delivery.words)
        return cls(
            referral_id=delivery.subject, to=said["to"], at=datetime.fromisoformat(said["at"]), by=said.get("by", "")
        )

    def delivery(self, change: Change) -> Delivery:
        """Carry it; that it is sent is on record as this change."""
        return Delivery(
            id=f"dossier:{self.referral_id}:{change.number}",
            kind=DeliveryKind.DOSSIER,
            lane="dossiers",
            subject=self.referral_id,
            due_at=self.at,
            words=orjson.dumps({"to": self.to, "at": self.at.isoformat(), "by": self.by}).decode(),
        )


async def to_make(desk: Desk, delivery: Delivery) -> tuple[Referral, Material | None] | None:
    """The referral, and what its dossier is made of unless that is made; None when nothing is to be made any more.

    Raises:
        SlackError: as `bot.desk.material.gathered`.
    """
    referral = await desk.store.entry(Referral, delivery.subject)
    if referral is None or referral.state in _NEVER | {ReferralState.WITHDRAWN}:
        return None
    if referral.built is not None:
        return referral, None
    agency = await referrals.agency_of(desk, referral)
    assert agency is not None, "agencies stay on file"
    return referral, await material.gathered(desk, referral, agency)


async def made(desk: Desk, referral: Referral, of: Material, built: Built) -> Referral:
    """The dossier is on disk: from now on it is this one, for good.

    Raises:
        Conflict: it changed meanwhile; what was made was never sent and is made anew.
    """
    after = referral.changed(desk.now(), built=built, trouble="")
    raw = {
        "name": built.name,
        "sha256": built.sha256,
        "size": built.size,
        "manifest": built.manifest,
        "key": built.key,
        "timestamped": built.timestamped,
        "heads": {**{one.id: one.head for one in of.notices if one.head}, **_head(of)},
    }
    words = f"The dossier is made: SHA-256 {built.sha256}."
    await desk.store.save(after, await register.changed(desk, referral.of, SYSTEM, words, kind="built", raw=raw))
    return after


async def cannot_be_made(desk: Desk, delivery: Delivery, referral: Referral, why: str) -> None:
    """It is told to who drafted it, and kept. Raises: Conflict: it changed meanwhile."""
    after = referral.changed(desk.now(), trouble=why)
    words = f"The dossier of {referral.id} could not be made: {why} `/referrals send {referral.id}` tries again."
    told = referrals.tell(desk, after, words)
    change = await register.changed(desk, referral.of, SYSTEM, f"The dossier could not be made: {why}", kind="failed")
    await desk.store.save(after, change, *told, settles=delivery)


async def hand_out(desk: Desk, delivery: Delivery, referral: Referral) -> None:
    """Have the dossier that was just made sent to who drafted it, or put into the folder; on record first. Of one
    that was withdrawn meanwhile, nothing.

    Raises:
        Conflict: it changed meanwhile.
    """
    at = desk.now()  # before the look: what is withdrawn after it is withdrawn later, and then this does not go
    if (await referrals.find(desk, referral.id)).state is ReferralState.WITHDRAWN:
        await desk.store.save(settles=delivery)
        return
    change, sending = await _sent(desk, referral, referral.by.user_id, at, by=SYSTEM)
    await desk.store.save(change, sending, settles=delivery)


async def send(desk: Desk, referral_id: str, *, by: Actor) -> tuple[Referral, bool]:
    """Have the dossier sent to whoever asks, once more, or put into the folder it was for; on record first. Also,
    whether it is there already: one that could not be made is tried again.

    Raises:
        NotAllowed: it is not for them.
        NotFound; WrongStatus: there is no dossier.
    """
    await authority.allowed(desk, by, May.REFER)
    for _ in range(referrals.TRIES):
        referral = await referrals.find(desk, referral_id)
        if not await referrals.may_have(desk, referral, by):
            raise NotAllowed(
                f"The dossier of {referral.id} is for who asked for it, who approved it, who looks after the case, and "
                "admins."
            )
        if referral.built is None:
            await _make_again(desk, referral)
            return referral, False
        if referral.built.gone_at is not None:
            raise WrongStatus(was_erased(referral, referral.built.gone_at))
        change, sending = await _sent(desk, referral, by.user_id, desk.now(), by=by)
        try:
            await desk.store.save(change, sending)
        except Conflict:
            continue
        return referral, True
    raise WrongStatus(referrals.MOVING)


def called_off(referral: Referral, sending: Sending) -> bool:
    """Whether it was withdrawn after this was asked for. Whoever asks for it later gets it."""
    return referral.state is ReferralState.WITHDRAWN and sending.at <= referral.stands_since


def was_erased(referral: Referral, at: datetime) -> str:
    """What to say in its place."""
    return (
        f"The dossier of {referral.id} was erased on {at:%d %b %Y}, as it held what was to be erased. Its SHA-256 is "
        "on record; refer the offender anew for one of what is left."
    )


async def arrived(desk: Desk, delivery: Delivery, sending: Sending) -> None:
    """It is there. Of what was put into the folder, whoever asked is told, who sees nothing of it in Slack."""
    told: tuple[Record, ...] = ()
    if sending.to == FOLDER:
        referral = await referrals.find(desk, sending.referral_id)
        assert referral.built is not None
        words = f"The dossier of {referral.id} is in the folder for dossiers, as {referral.built.name}."
        told = referrals.tell(desk, referral, words, what=delivery.id, to=sending.by)
    await desk.store.save(*told, settles=delivery)


async def not_sent(desk: Desk, delivery: Delivery, sending: Sending, why: str) -> None:
    """It is told to whoever was to have it, and is on record. Raises: Conflict: it changed meanwhile."""
    referral = await referrals.find(desk, sending.referral_id)
    who = sending.by if sending.to == FOLDER else sending.to
    change = await register.changed(desk, referral.of, SYSTEM, f"Not sent: {why}", kind="not_sent")
    words = f"The dossier of {referral.id} was not sent. {why}"
    told = referrals.tell(desk, referral, words, what=f"not_sent:{change.number}", to=who)
    await desk.store.save(change, *told, settles=delivery)


async def _sent(desk: Desk, referral: Referral, user_id: str, at: datetime, *, by: Actor) -> tuple[Change, Delivery]:
    """To this person, unless it is one for the folder."""
    assert referral.built is not None
    to = FOLDER if referral.to_folder else user_id
    where = "put into the folder" if to == FOLDER else f"sent to {await desk.name(to)} in direct messages"
    words = f"The dossier is {where}: SHA-256 {referral.built.sha256[:_SHOWN_OF_HASH]}…"
    raw = {"to": to, "sha256": referral.built.sha256}
    change = await register.changed(desk, referral.of, by, words, kind="sent", raw=raw)
    return change, Sending(referral_id=referral.id, to=to, at=at, by="" if by == SYSTEM else by.user_id).delivery(
        change
    )


async def _make_again(desk: Desk, referral: Referral) -> None:
    if referral.state in _NEVER:
        raise WrongStatus(f"{referral.id} is at “{referral.state.words}”; there is no dossier of it.")
    if referral.state is ReferralState.WITHDRAWN:
        raise WrongStatus(f"{referral.id} was withdrawn before its dossier was made.")
    await desk.store.save(referrals.making(referral, desk))


def _head(of: Material) -> Mapping[str, str]:
    """The end of the referral's own chain, as it is in the dossier."""
    last = max(of.changes, key=lambda change: change.number, default=None)
    return {last.of: custody.digest(last)} if last is not None else {}
