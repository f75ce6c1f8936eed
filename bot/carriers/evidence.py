"""Carrying evidence in: a file that somebody put into a form is fetched from Slack, looked at, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.desk import Desk, evidence, purchases
from bot.desk.evidence import HandedIn
from bot.errors import Invalid, SlackDeclined, StoreUnavailable
from bot.evidence import BYTES_A_FILE, Stored
from bot.model import Delivery, Fetched
from bot.retries import OUR_ACCOUNT, Deferred, backoff
from bot.shelves import EvidenceShelf

log = structlog.get_logger(__name__)

_NOT_OURS = "It was put into Slack by somebody else; only files that you attach yourself are taken."
_OUR_TROUBLE = OUR_ACCOUNT | {"sign_in_page"}
"""What an admin puts right: the file waits for it."""


class Shelf(Protocol):
    """Where people's files are."""

    async def fetch_file(self, file_id: str, *, limit: int) -> Fetched:
        """Raises: Invalid: too large, deleted or kept elsewhere; SlackError: Slack did not give it."""


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """Brings evidence in. A file is on the disk before a notice names it, so that a repeated try is harmless."""

    desk: Desk
    shelf: Shelf
    kept: EvidenceShelf

    async def gather(self, delivery: Delivery) -> None:
        """Fetch a file and keep it; what is refused is said to whoever handed it in.

        Raises:
            SlackError, Deferred: carry it again.
        """
        handed = HandedIn.of(delivery)
        kept, refused = evidence.kept, evidence.refused
        if handed.what == "purchase":
            kept, refused = purchases.kept, purchases.refused
        try:
            stored = await self._stored(handed)
        except Invalid as wrong:
            await refused(self.desk, delivery, str(wrong))
        except SlackDeclined as refusal:
            if refusal.code in _OUR_TROUBLE:
                raise
            log.warning("evidence.refused", delivery=delivery.id, code=refusal.code)
            await refused(self.desk, delivery, f"Slack does not give it to me ({refusal.code}).")
        else:
            await kept(self.desk, delivery, stored)

    async def _stored(self, handed: HandedIn) -> Stored:
        found = await self.shelf.fetch_file(handed.file.file_id, limit=BYTES_A_FILE)
        if found.user_id != handed.by.user_id:
            raise Invalid(_NOT_OURS)
        try:
            return await self.kept.add(found.content, found.name)
        except StoreUnavailable as full:
            log.error("evidence.disk", error=str(full))
            raise Deferred(backoff(0), str(full)) from full
