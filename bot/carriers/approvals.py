"""Carrying the approvers' card: to their channel, or where that is closed to the best place left; then edited there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.blocks import Message, message, ours
from bot.blocks import approvals as drawn
from bot.carriers.posting import MESSAGE_IS_LOST, NOBODY_READS, Posting
from bot.desk import Desk, approvals
from bot.desk.announcing import to_admins
from bot.errors import SlackDeclined
from bot.model import Announcement, AnnouncementKind, Delivery, Notice, Posted, Record, Status, spanned

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """Cards that ask a second person. Each place that one is put is an `Announcement` of the batch.

    Its `words` are empty until Slack refuses the place for good; then they are Slack's.
    """

    desk: Desk
    posting: Posting

    async def card(self, delivery: Delivery) -> None:
        """Ask, in one place or with each approver; or show there what was decided."""
        notices = tuple(one for one in await self.desk.store.batch(delivery.subject) if one.approval is not None)
        if notices:
            names = await approvals.deciders(self.desk, notices)
            gauges = await approvals.gauges(self.desk, notices)
            card = drawn.asked(notices, name=self.desk.marketplace_name, names=names, gauges=gauges)
            for place in await self._show(notices, card):
                await self._again(place, notices)
        await self.desk.store.save(settles=delivery)

    async def _show(self, notices: Sequence[Notice], message: Message) -> list[Announcement]:
        """Where it is asked now."""
        batch_id = notices[0].batch_id
        waits = any(map(_waits, notices))
        there = [one for one in await self._told(batch_id) if one.key.startswith(f"approval:{batch_id}:")]
        places = [await self._bring(place, message, waits=waits) for place in there if not place.words]
        known = {place.key for place in there}
        for way in (self._channel(notices[0]), self._where_filed(notices[0]), None):
            if not waits or any(not place.words for place in places):
                return places
            found = await approvals.others(self.desk, notices[0]) if way is None else way
            fresh = [place for where in found if (place := self._place(batch_id, where)).key not in known]
            known |= {place.key for place in fresh}
            await self.desk.store.save(*fresh)
            places += [await self._bring(place, message, waits=True) for place in fresh]
        if waits and not any(not place.words for place in places):
            await self._nobody(notices)
        return places

    async def _again(self, place: Announcement, notices: Sequence[Notice]) -> None:
        """A card that is edited notifies nobody: what is asked anew is said in its thread, once each time."""
        asked = [(one, one.approval.asked_at) for one in notices if one.approval and _waits(one)]
        last = max((at for _, at in asked), default=place.at)
        if not place.ts or place.words or last <= (place.tried_at or place.at):
            return
        key = f"again:{place.key}:{last.isoformat()}"
        told = await self.desk.store.entry(Announcement, key)
        if told is None:
            told = replace(place, key=key, version=1, at=self.desk.now(), ts="", tried_at=None)
            await self.desk.store.save(told)
        if told.ts:
            return
        words = f"Amended: please look again at {spanned([one for one, at in asked if at == last])}."
        said = message([words], [ours(words)])
        try:
            told, posted = await self.posting.once(told, lambda: said, thread_ts=place.ts)
        except SlackDeclined as refusal:
            # The card has it too; what Slack will not take there it will not take later.
            log.warning("approval.not_said_again", key=key, code=refusal.code)
            return
        await self._saved(told, ts=posted.ts)

    def _channel(self, first: Notice) -> tuple[str, ...]:
        """Where the policy had approvers asked."""
        return (first.approval.channel,) if first.approval and first.approval.channel else ()

    def _where_filed(self, first: Notice) -> tuple[str, ...]:
        """The channel it was filed in; direct messages are nobody else's."""
        return () if first.channel.startswith(("D", "U", "W")) else (first.channel,)

    def _place(self, batch_id: str, where: str) -> Announcement:
        return Announcement(
            key=f"approval:{batch_id}:{where}",
            version=1,
            kind=AnnouncementKind.APPROVAL,
            channel=where,
            at=self.desk.now(),
            words="",
            notice_id=batch_id,
        )

    async def _told(self, batch_id: str) -> tuple[Announcement, ...]:
        return await self.desk.store.entries(Announcement, batch_id)

    async def _bring(self, place: Announcement, message: Message, *, waits: bool) -> Announcement:
        """Post the card there, or bring it up to date; the place as it is on disk now.

        Raises:
            SlackError: carry it again.
        """
        try:
            if place.ts:
                return await self._update(place, message, waits=waits)
            if place.channel.startswith(("U", "W")):
                # Looking for it again needs the channel, which a person's id is not.
                place = replace(place, person=place.channel, channel=await self.posting.channels.direct(place.channel))
            there = await self._found(place)
            if there is not None:
                # Drawn by an earlier try, maybe before something was decided.
                return await self._update(await self._saved(place, ts=there.ts), message, waits=waits)
            if not waits:
                return place
            place, posted = await self.posting.post(place, lambda: message, lambda: replace(message, blocks=()))
            return await self._saved(place, ts=posted.ts)
        except SlackDeclined as refusal:
            if refusal.code not in NOBODY_READS:
                raise
            return await self._closed(place, refusal.code)

    async def _found(self, place: Announcement) -> Posted | None:
        try:
            return await self.posting.found(place)
        except SlackDeclined as refusal:
            # The bot may post where it may not read; then a second card is the lesser evil.
            log.warning("approval.cannot_look", key=place.key, code=refusal.code)
            return None

    async def _update(self, place: Announcement, message: Message, *, waits: bool) -> Announcement:
        try:
            await self.posting.update(place.channel, place.ts, message)
        except SlackDeclined as refusal:
            if refusal.code not in MESSAGE_IS_LOST:
                raise
            fresh = await self._saved(place, ts="", tried_at=None)
            return await self._bring(fresh, message, waits=waits)
        return place

    async def _closed(self, place: Announcement, code: str) -> Announcement:
        """The place is no longer tried; of a channel the admins hear, who can put it right."""
        log.warning("approval.refused", key=place.key, code=code)
        told: tuple[Record, ...] = ()
        if not place.person and place.channel.startswith(("C", "G")):
            words = (
                f"I may not post in the channel where approvers are to be asked about {place.notice_id}, so I ask "
                "elsewhere. Please invite me there."
            )
            told = await to_admins(
                self.desk,
                AnnouncementKind.APPROVAL,
                f"closed:{place.key}",
                words,
                notice_id=place.notice_id,
            )
        # The try itself was noted on disk meanwhile.
        stored = await self.desk.store.entry(Announcement, place.key) or place
        after = replace(stored, version=stored.version + 1, words=code, ts="")
        await self.desk.store.save(after, *told)
        return after

    async def _nobody(self, notices: Sequence[Notice]) -> None:
        """Nobody can be asked: the admins hear of it once."""
        first = notices[0]
        key = f"unasked:{first.batch_id}"
        if any(one.key.startswith(f"{key}:") for one in await self._told(first.batch_id)):
            return
        words = (
            f"{first.id} waits for a second person, but I can ask nobody: who filed it cannot approve it. "
            "Please give somebody else the role approver; `/takedown approvals` shows them what waits."
        )
        told = await to_admins(self.desk, AnnouncementKind.APPROVAL, key, words, notice_id=first.batch_id)
        await self.desk.store.save(*told)

    async def _saved(self, place: Announcement, **changes: object) -> Announcement:
        after = replace(place, version=place.version + 1, **changes)  # type: ignore[arg-type]
        await self.desk.store.save(after)
        return after


def _waits(notice: Notice) -> bool:
    return notice.status is Status.AWAITING_APPROVAL
