"""Carrying digests: drawn when they are due, posted once, and a schedule that cannot be posted pauses itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.blocks import Message
from bot.blocks import digests as drawn
from bot.blocks.charts import Charts
from bot.carriers.posting import Posting
from bot.desk import Desk, digests
from bot.desk.digests import Shown
from bot.desk.occurrences import too_late
from bot.desk.ringing import paused
from bot.errors import SlackDeclined
from bot.model import Delivery, Occurrence, OccurrenceState, Posted, Schedule, ScheduleState
from bot.observe import acts
from bot.retries import LOST_PERMISSION, OUR_ACCOUNT

log = structlog.get_logger(__name__)

_IN_WORDS = {
    "is_archived": "its channel is archived",
    "channel_not_found": "its channel is gone, or private and without me",
    "not_in_channel": "I am not in its channel any more",
    "no_permission": "I may not post in its channel any more",
    "restricted_action": "I may not post in its channel any more",
    **{
        code: f"Slack took a permission from me ({code}); paste the manifest again and reinstall the app"
        for code in LOST_PERMISSION
    },
}


@dataclass(frozen=True, kw_only=True)
class Digests:
    """Posts occurrences of schedules."""

    desk: Desk
    posting: Posting

    async def digest(self, delivery: Delivery) -> None:
        """Post the digest of an occurrence, or write down why not."""
        store = self.desk.store
        occurrence = await store.entry(Occurrence, delivery.subject)
        schedule = await store.entry(Schedule, occurrence.schedule_id) if occurrence else None
        if occurrence is None or schedule is None or occurrence.state.over:
            await store.save(settles=delivery)
            return
        try:
            there = await self.posting.found(occurrence)
            if there is None:
                occurrence = _by(schedule, occurrence)
            await self._carry(delivery, schedule, occurrence, there)
        except SlackDeclined as refusal:
            if refusal.code in OUR_ACCOUNT - LOST_PERMISSION:
                raise
            await self._failed(delivery, schedule, occurrence.channel, refusal)

    async def _carry(
        self, delivery: Delivery, schedule: Schedule, occurrence: Occurrence, there: Posted | None
    ) -> None:
        """Post what is not `there` yet, unless something speaks against it by now; and write down what became of it."""
        off = "" if there else _switched_off(schedule, occurrence) or await too_late(self.desk, schedule, occurrence)
        if off:
            await self.desk.store.save(occurrence.over(OccurrenceState.MISSED, off), settles=delivery)
            return
        shown = await digests.shown(self.desk, schedule, occurrence)
        quiet = "" if there else _quiet(shown)
        if quiet:
            await self.desk.store.save(occurrence.over(OccurrenceState.QUIET, quiet), settles=delivery)
            return
        if there is None:
            await self._check_channel(occurrence)
            occurrence, there = await self.posting.post(occurrence, *self._drawings(shown))
        done = replace(
            occurrence,
            version=occurrence.version + 1,
            state=OccurrenceState.POSTED,
            channel=there.channel,
            ts=there.ts,
            posted_at=self.desk.now(),
            figures=shown.digest.figures,
        )
        await self.desk.store.save(done, *await self._compared(schedule, done), settles=delivery)
        if done.by is None:
            acts.posted_digest((self.desk.now() - done.due_at).total_seconds())
        log.info("digest.posted", occurrence=done.key)

    async def _check_channel(self, occurrence: Occurrence) -> None:
        """A public channel takes posts of a bot that was put out of it, but lets it look for none.

        Raises:
            SlackDeclined: the bot is not in the channel.
        """
        room = await self.desk.people.room(occurrence.channel)
        if room is None:
            raise SlackDeclined("channel_not_found")
        if not (room.member or room.archived):
            raise SlackDeclined("not_in_channel")

    def _drawings(self, shown: Shown) -> list[_Drawing]:
        """Native charts, and for a Slack that knows none, charts in characters, and then plain words."""
        return [_Drawing(shown=shown, charts=charts, desk=self.desk) for charts in Charts]

    async def _compared(self, schedule: Schedule, done: Occurrence) -> tuple[Occurrence, ...]:
        """The digest before, without its figures: the next is compared with this one."""
        last = None if done.test else await digests.last_posted(self.desk, schedule, done)
        return (replace(last, version=last.version + 1, figures=None),) if last and last.figures else ()

    async def _failed(self, delivery: Delivery, schedule: Schedule, channel: str, refusal: SlackDeclined) -> None:
        """The channel is closed to us for good: say so once, to the admins, and post nothing more."""
        occurrence = await self.desk.store.entry(Occurrence, delivery.subject)
        assert occurrence is not None, "what is carried stays"
        because = _IN_WORDS.get(refusal.code, f"Slack refuses the post ({refusal.code})")
        log.warning("digest.refused", occurrence=occurrence.key, code=refusal.code)
        failed = occurrence.over(OccurrenceState.FAILED, because)
        stops = schedule.active and schedule.channel == channel
        records = await paused(self.desk, schedule, because, failed) if stops else (failed,)
        await self.desk.store.save(*records, settles=delivery)


@dataclass(frozen=True, kw_only=True)
class _Drawing:
    shown: Shown
    charts: Charts
    desk: Desk

    def __call__(self) -> Message:
        return drawn.digest(
            self.shown.digest,
            schedule=self.shown.schedule,
            occurrence=self.shown.occurrence,
            by=self.shown.by,
            name=self.desk.marketplace_name,
            charts=self.charts,
        )


def _by(schedule: Schedule, occurrence: Occurrence) -> Occurrence:
    """The occurrence, to go where the schedule says by now, and to count what it says."""
    moved = occurrence.channel != schedule.channel
    return replace(
        occurrence,
        channel=schedule.channel,
        tried_at=None if moved else occurrence.tried_at,
        window_days=schedule.window_days,
        rights=schedule.rights,
        marketplaces=schedule.marketplaces,
    )


def _switched_off(schedule: Schedule, occurrence: Occurrence) -> str:
    """Why nothing is to be posted any more; what was asked for by hand is posted of a paused schedule too."""
    if schedule.state is ScheduleState.REMOVED:
        return "the schedule was removed before it was posted"
    if schedule.state is ScheduleState.PAUSED and occurrence.by is None:
        return "the schedule was paused before it was posted"
    return ""


def _quiet(shown: Shown) -> str:
    """Why there is nothing to say; somebody who asks is always answered."""
    if shown.occurrence.by is not None:
        return ""
    if shown.schedule.quiet_when_empty and shown.digest.empty:
        return "there was nothing to say"
    if shown.schedule.only_on_change and not shown.digest.changed:
        return "nothing changed since the last one"
    return ""
