"""Carrying notices to the public archive, which has no idempotency key and no read-back: nothing is published twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.desk import Desk, archiving
from bot.errors import MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.model import Delivery, Notice
from bot.retries import retry_of

log = structlog.get_logger(__name__)

TRY_OFTEN = 20
"""Attempts at an archive that takes nothing; some four hours."""


class Archive(Protocol):
    """Where notices are published."""

    async def add(self, notice: Notice, *, recipient: str) -> str:
        """The address of the record. Not safe to repeat. Raises: MarketplaceError."""


@dataclass(frozen=True, kw_only=True)
class ToArchive:
    """The journey of a sent notice to the archive; None where the desk has none any more."""

    desk: Desk
    archive: Archive | None

    async def publish(self, delivery: Delivery) -> None:
        """Publish a notice once, and say in its history what came of it."""
        desk = self.desk
        notice = await desk.store.notice(delivery.subject)
        if notice is None or self.archive is None:
            await desk.store.save(settles=delivery)
            return
        if not await archiving.begun(desk, delivery):
            await self._unclear(delivery, "an attempt was broken off")
            return
        try:
            recipient = desk.marketplace_name(notice.listing.marketplace)
            address = await self.archive.add(notice, recipient=recipient)
        except OutcomeUnknown as lost:
            await self._unclear(delivery, lost.detail)
        except (Unavailable, NotAuthorised) as error:
            await self._later(delivery, error)
        except MarketplaceError as refusal:
            await self._not_archived(delivery, refusal)
        else:
            words = f"Archived by Lumen: {address}" if address else "Archived by Lumen, which did not say where."
            await archiving.ended(desk, delivery, "archived", words, {"address": address})

    async def _later(self, delivery: Delivery, error: MarketplaceError) -> None:
        trial = archiving.trial(delivery)
        if trial >= TRY_OFTEN:
            await self._not_archived(delivery, error)
            return
        log.warning("archive.deferred", notice=delivery.subject, error=str(error))
        await archiving.later(self.desk, delivery, retry_of(error, trial).seconds)

    async def _not_archived(self, delivery: Delivery, error: MarketplaceError) -> None:
        words = f"Not archived by Lumen: {error.detail}"
        await archiving.ended(self.desk, delivery, "not_archived", words, {"detail": error.detail})

    async def _unclear(self, delivery: Delivery, because: str) -> None:
        words = (
            f"It is not certain that Lumen has archived this: {because}. It is not sent again, so as not to be "
            f"published twice; a search there for {delivery.subject} shows."
        )
        await archiving.ended(self.desk, delivery, "archive_unclear", words, {"detail": because})
