"""Carrying the question whether an offender may be referred: to the approvers' channel if it is private, else to each.

What a channel is told names nobody: its members need not be those who may know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.blocks import Message
from bot.blocks import referrals as drawn
from bot.carriers.posting import MESSAGE_IS_LOST, NOBODY_READS, Posting
from bot.desk import Desk, referral_approvals
from bot.desk.announcing import to_admins
from bot.errors import SlackDeclined
from bot.model import Announcement, AnnouncementKind, Delivery, Referral, ReferralState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Referrals:
    """Each place where somebody is asked is an `Announcement` of the referral.

    Its `words` are empty until Slack refuses the place for good; then they are Slack's.
    """

    desk: Desk
    posting: Posting

    async def card(self, delivery: Delivery) -> None:
        """Ask a second person, or show where it was asked what came of it."""
        referral = await self.desk.store.entry(Referral, delivery.subject)
        if referral is not None:
            await self._show(referral)
        await self.desk.store.save(settles=delivery)

    async def _show(self, referral: Referral) -> None:
        waits = referral.state is ReferralState.DRAFT
        known = {one.key: one for one in await self._places(referral)}
        open_ = [await self._bring(one, referral) for one in known.values() if not one.words]
        for way in (self._room, self._each) if waits else ():
            if any(not one.words for one in open_):
                return
            fresh = [one for one in await way(referral) if one.key not in known]
            known |= {one.key: one for one in fresh}
            await self.desk.store.save(*fresh)
            open_ = [await self._bring(one, referral) for one in fresh]
        if waits and not any(not one.words for one in open_):
            await self._nobody(referral)

    async def _room(self, referral: Referral) -> list[Announcement]:
        room = await referral_approvals.room(self.desk)
        return [self._place(referral, room)] if room else []

    async def _each(self, referral: Referral) -> list[Announcement]:
        return [self._place(referral, one) for one in await referral_approvals.approvers(self.desk, referral)]

    def _place(self, referral: Referral, where: str) -> Announcement:
        return Announcement(
            key=f"referral:{referral.id}:{where}",
            version=1,
            kind=AnnouncementKind.REFERRAL,
            channel=where,
            at=self.desk.now(),
            words="",
            notice_id=referral.id,
        )

    async def _places(self, referral: Referral) -> tuple[Announcement, ...]:
        told = await self.desk.store.entries(Announcement, referral.id)
        return tuple(one for one in told if one.key.startswith(f"referral:{referral.id}:"))

    async def _bring(self, place: Announcement, referral: Referral) -> Announcement:
        """Post it there, or bring it up to date; the place as it is on disk now.

        Raises:
            SlackError: carry it again.
        """
        message = await self._drawn(referral, place)
        try:
            there = place.ts or await self._tried(place)
            if not there:
                return await self._post(place, message)
            place = place if place.ts else await self._saved(place, ts=there)
            await self.posting.update(place.channel, place.ts, message)
        except SlackDeclined as refusal:
            if place.ts and refusal.code in MESSAGE_IS_LOST:
                lost = await self._saved(place, ts="", tried_at=None)
                return await self._bring(lost, referral) if referral.state is ReferralState.DRAFT else lost
            if refusal.code not in NOBODY_READS:
                raise
            log.warning("referral.place_closed", key=place.key, code=refusal.code)
            # The try itself was noted on disk meanwhile.
            stored = await self.desk.store.entry(Announcement, place.key) or place
            return await self._saved(stored, words=refusal.code, ts="")
        return place

    async def _tried(self, place: Announcement) -> str:
        """The message that an earlier try left there, maybe before something was decided."""
        there = await self.posting.found(place)
        return there.ts if there else ""

    async def _post(self, place: Announcement, message: Message) -> Announcement:
        if place.channel.startswith(("U", "W")):
            # Looking for it again needs the channel, which a person's id is not.
            place = replace(place, person=place.channel, channel=await self.posting.channels.direct(place.channel))
        after, posted = await self.posting.post(place, lambda: message, lambda: replace(message, blocks=()))
        return await self._saved(after, ts=posted.ts)

    async def _drawn(self, referral: Referral, place: Announcement) -> Message:
        people = [referral.by.user_id, *([referral.decided_by.user_id] if referral.decided_by else [])]
        names = await self.desk.names(people)
        return drawn.asked(
            referral,
            drafted_by=names[people[0]],
            decided_by=names[people[-1]],
            alone=bool(place.person) or place.channel.startswith(("U", "W")),
        )

    async def _nobody(self, referral: Referral) -> None:
        """Nobody can be asked: the admins hear of it once, and not of whom it is."""
        key = f"unasked:{referral.id}"
        if any(one.key.startswith(f"{key}:") for one in await self.desk.store.entries(Announcement)):
            return
        words = (
            f"{referral.id} waits for a second person, but I can ask nobody: who drafted it cannot approve it. "
            "Please give somebody else the role approver; `/referrals draft` shows them what waits."
        )
        await self.desk.store.save(*await to_admins(self.desk, AnnouncementKind.APPROVAL, key, words))

    async def _saved(self, place: Announcement, **changes: object) -> Announcement:
        after = replace(place, version=place.version + 1, **changes)  # type: ignore[arg-type]
        await self.desk.store.save(after)
        return after
