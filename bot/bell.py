"""The bell: every minute for what has come due, every night for housekeeping. Late is fine, and twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.desk import Desk, circuits, privacy, referral_reminders, retention, rights, ringing
from bot.errors import Refused, StoreError
from bot.holding import new_holder
from bot.model import Schedule
from bot.observe.metrics import RUNG
from bot.shelves import Shelves

log = structlog.get_logger(__name__)

DRAFTS_LAST = timedelta(days=2)
HOUSE = "housekeeping"
"""The lane that is held by who keeps house: one worker, though all are rung for."""
A_NIGHT = timedelta(hours=1)
"""How long nobody else keeps house then."""
HEED = 1.0
"""Real seconds between looks whether a schedule was changed, here or by another process."""


@dataclass(kw_only=True)
class Bell:
    """Rings in every worker: what it does is safe to repeat, also at the same moment."""

    desk: Desk
    shelves: Shelves
    holder: str = field(default_factory=new_holder)
    _scheduler: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))

    def start(self) -> None:
        """Ring now, and from now on."""
        for job, name, trigger, first in (
            (self.ring, "digests", CronTrigger(second=0, timezone="UTC"), timedelta()),
            (self.housekeep, HOUSE, CronTrigger(hour=3, minute=15, timezone="UTC"), timedelta(seconds=30)),
        ):
            self._scheduler.add_job(
                job,
                trigger,
                id=name,
                replace_existing=True,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now(tz=UTC) + first,
            )
        self._scheduler.start()

    def pause(self) -> None:
        if self._scheduler.running:
            self._scheduler.pause()

    async def close(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)

    async def ring(self) -> None:
        """Have posted what has come due. Safe to repeat."""
        try:
            await ringing.ring(self.desk)
            await circuits.warn(self.desk)
            await rights.remind(self.desk)
            await referral_reminders.remind(self.desk)
        except StoreError as error:
            log.error("ring.store", error=str(error))
        else:
            RUNG.set(self.desk.now().timestamp())

    async def heed(self) -> None:
        """Ring whenever a schedule was changed, also by another process, until cancelled."""
        known = await self._schedules()
        while True:
            await asyncio.sleep(HEED)
            now = await self._schedules()
            if now is not None and now != known:
                known = now
                await self.ring()

    async def housekeep(self) -> None:
        """Archive what has been final for long, forget old drafts, let go what the rules let go. Safe to repeat."""
        now = self.desk.now()
        try:
            if not await self.desk.store.hold_lane(HOUSE, self.holder, now, A_NIGHT):
                return
            moved = await self.desk.store.archive(
                final_before=now - self.desk.retention, drafts_before=now - DRAFTS_LAST
            )
            log.info("archived", notices=moved)
            await privacy.finish(self.desk, self.shelves)
            gone = await retention.nightly(self.desk, self.shelves)
        except (StoreError, Refused) as error:
            log.error("housekeeping.failed", error=str(error))
        else:
            log.info("let_go", **{row.kind.value: row.going for row in gone if row.going})

    async def _schedules(self) -> frozenset[tuple[str, int]] | None:
        """Each with its version; None while the store does not say."""
        try:
            return frozenset((one.id, one.version) for one in await self.desk.store.entries(Schedule))
        except StoreError as error:
            log.error("bell.store", error=str(error))
            return None
