"""Carrying announcements: alerts to a channel, and words for one person in their direct messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.blocks import Message
from bot.blocks import cases as cases_drawn
from bot.blocks import offenders as drawn
from bot.blocks import referrals as referrals_drawn
from bot.blocks import schedules as schedules_drawn
from bot.blocks import tracking as tracking_drawn
from bot.carriers.posting import Posting
from bot.desk import Desk, alarms, authority
from bot.desk.announcing import announced
from bot.desk.offenders import bought_from
from bot.errors import NotAllowed, SlackDeclined, SlackError
from bot.model import Actor, Announcement, AnnouncementKind, Delivery, Link, May, Record, Schedule
from bot.offenders import groups, offender, token
from bot.retries import OUR_ACCOUNT, Deferred, backoff

log = structlog.get_logger(__name__)

_IN_WORDS = frozenset(
    {
        AnnouncementKind.MARKETPLACE,
        AnnouncementKind.DEADLINE,
        AnnouncementKind.HANDED,
        AnnouncementKind.LISTING,
        AnnouncementKind.APPROVAL,
        AnnouncementKind.REGISTER,
        AnnouncementKind.EVIDENCE,
    }
)
"""What is said in its own words alone."""


@dataclass(frozen=True, kw_only=True)
class Announcements:
    """Says what a channel or a person has to know, once."""

    desk: Desk
    posting: Posting

    async def assess(self, delivery: Delivery) -> None:
        """Look at an offender anew."""
        await alarms.assessed(self.desk, delivery)

    async def announce(self, delivery: Delivery) -> None:
        """Post an announcement. One that nobody can be told is in the log."""
        store = self.desk.store
        told = await store.entry(Announcement, delivery.subject)
        if told is None or told.ts or not await self._may_know(told):
            await store.save(settles=delivery)
            return
        try:
            if told.channel.startswith(("U", "W")):
                # Looking for it again needs the channel, which a person's id is not.
                told = replace(told, person=told.channel, channel=await self.posting.channels.direct(told.channel))
            message = await self._drawn(told)
            after, posted = await self.posting.once(told, lambda: message, lambda: replace(message, blocks=()))
        except SlackDeclined as refusal:
            if refusal.code in OUR_ACCOUNT:
                raise
            log.warning("announcement.refused", key=_in_logs(told), code=refusal.code)
            await store.save(*await self._otherwise(told), settles=delivery)
            return
        await store.save(replace(after, version=after.version + 1, ts=posted.ts), settles=delivery)

    async def _may_know(self, told: Announcement) -> bool:
        """Somebody who watched, or filed, may have become a guest since."""
        person = told.person or (told.channel if told.channel.startswith(("U", "W")) else "")
        if told.kind is AnnouncementKind.SCHEDULE or not person:
            return True
        try:
            confidential = (AnnouncementKind.CASE, AnnouncementKind.REFERRAL)
            knows = May.REFER if told.kind in confidential else May.READ
            await authority.allowed(self.desk, Actor(user_id=person), knows)
        except NotAllowed as refused:
            if isinstance(refused.__cause__, SlackError):
                raise Deferred(backoff(0), "Slack does not say who they are") from refused
            log.warning("announcement.not_a_member", key=_in_logs(told))
            return False
        return True

    async def _otherwise(self, told: Announcement) -> tuple[Record, ...]:
        """What a channel that is closed to us should have heard goes to who filed, and to the admins."""
        if told.channel.startswith(("U", "W", "D")):
            return ()
        return tuple(
            record
            for user_id in sorted({*await authority.admins(self.desk), *filter(None, [told.otherwise])})
            for record in announced(
                told.kind,
                f"{told.key}:{user_id}",
                channel=user_id,
                at=self.desk.now(),
                words=f"{told.words} I could not say so in the channel: please invite me there.",
                seller=told.seller,
                schedule_id=told.schedule_id,
                notice_id=told.notice_id,
            )
        )

    async def _drawn(self, told: Announcement) -> Message:
        name = self.desk.marketplace_name
        if told.kind is AnnouncementKind.SCHEDULE:
            schedule = await self.desk.store.entry(Schedule, told.schedule_id)
            assert schedule is not None, "schedules stay on disk"
            return schedules_drawn.paused_itself(schedule, told.words)
        if told.kind is AnnouncementKind.REFERRAL:
            return referrals_drawn.told(told.words, referral_id=told.notice_id)
        if told.kind in _IN_WORDS:
            again = told.kind is AnnouncementKind.DEADLINE
            return tracking_drawn.told(told.words, notice_id=told.notice_id, snooze=again)
        if told.kind is AnnouncementKind.CASE:
            return cases_drawn.told(told.words, seller_token=token(told.seller))
        links = await self.desk.store.entries(Link)
        group = groups([told.seller], links)[told.seller]
        briefs, bought = await self.desk.store.briefs(group), await bought_from(self.desk, group)
        found = offender(
            told.seller, briefs, links=links, policy=self.desk.policy, now=self.desk.now(), purchases=bought
        )
        draw = drawn.alert if told.kind is AnnouncementKind.ALERT else drawn.watched
        return draw(found, words=told.words, name=name)


def _in_logs(told: Announcement) -> str:
    """Its key; of a case that says of whom there is one, which logs may not."""
    return told.kind.value if told.kind is AnnouncementKind.CASE else told.key
