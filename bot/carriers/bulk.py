"""Carrying a bulk: its lines are checked or filed a handful at a time, and its table is shown to its person."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.blocks import Message
from bot.blocks import bulk as drawn
from bot.carriers.posting import MESSAGE_IS_LOST, Posting
from bot.desk import Desk, authority
from bot.desk import bulk as bulks
from bot.errors import NotAllowed, SlackDeclined, SlackError
from bot.model import Bulk, BulkState, Delivery, May, Person
from bot.retries import OUR_ACCOUNT, OUR_BLOCKS_ARE_WRONG, Deferred, backoff

log = structlog.get_logger(__name__)

PROGRESS = timedelta(seconds=1.5)
"""Between two edits that say how far it is."""
_AN_EDIT = 1.0
"""Seconds that such an edit may take: filing goes on without it."""


@dataclass(frozen=True, kw_only=True)
class Bulks:
    """Takes bulks to where their person has to look, or to the end. Whatever is done is on disk; a kill loses nothing.

    The table is one message in the person's direct messages, edited in place.
    """

    desk: Desk
    posting: Posting

    async def carry(self, delivery: Delivery) -> None:
        store = self.desk.store
        bulk = await store.entry(Bulk, delivery.subject)
        if bulk is None:
            await store.save(settles=delivery)
            return
        if bulk.state.at_work:
            bulk = await self._work(bulk)
        try:
            shown = await self._show(bulk)
        except SlackDeclined as refusal:
            if refusal.code in OUR_ACCOUNT:
                raise
            log.warning("bulk.refused", bulk=bulk.id, code=refusal.code)
            await store.save(settles=delivery)
            return
        await store.save(*([shown] if shown is not None else []), settles=delivery)

    async def _work(self, bulk: Bulk) -> Bulk:
        try:
            person = await self._allowed(bulk)
        except NotAllowed as refused:
            return await bulks.stop(self.desk, bulk, str(refused))
        if bulk.state is BulkState.CHECKING:
            return await bulks.check(self.desk, bulk, person)
        told = self.desk.now()
        while bulk.state is BulkState.FILING:
            bulk = await bulks.go_on(self.desk, bulk, person)
            told = await self._tell(bulk, told)
        return bulk

    async def _allowed(self, bulk: Bulk) -> Person:
        """Whoever pressed *File* may have lost the role since. Raises: NotAllowed; Deferred: Slack does not tell."""
        try:
            return await authority.allowed(self.desk, bulk.submitter, May.FILE)
        except NotAllowed as refused:
            if isinstance(refused.__cause__, SlackError) or await self._unsure(bulk):
                raise Deferred(backoff(0), "Slack does not say who they are") from refused
            raise

    async def _unsure(self, bulk: Bulk) -> bool:
        try:
            return (await authority.held(self.desk, bulk.submitter)).unsure
        except NotAllowed:
            return False

    async def _tell(self, bulk: Bulk, told: datetime) -> datetime:
        """Say how far it is, if that was not said just now; gives when it was said last."""
        now = self.desk.now()
        if bulk.state is not BulkState.FILING or not bulk.ts or now - told < PROGRESS:
            return told
        with contextlib.suppress(SlackError, TimeoutError):
            async with asyncio.timeout(_AN_EDIT):
                await self.posting.channels.update(bulk.channel, bulk.ts, await self._drawn(bulk))
        return self.desk.now()

    async def _drawn(self, bulk: Bulk) -> Message:
        laid = await bulks.laid_out(self.desk, bulk)
        return drawn.table(
            laid.bulk,
            laid.lines,
            name=self.desk.marketplace_name,
            waiting=laid.waiting,
            because=laid.because,
            notes=laid.notes,
        )

    async def _show(self, bulk: Bulk) -> Bulk | None:
        """Show the table as it is now; the bulk to be saved where its message is new."""
        message = await self._drawn(bulk)
        plain = replace(message, blocks=())
        if bulk.ts:
            await self._edit(bulk, message, plain)
            return None
        if not bulk.channel:
            bulk = replace(bulk, channel=await self.posting.channels.direct(bulk.submitter.user_id))
        after, posted = await self.posting.once(bulk, lambda: message, lambda: plain)
        return replace(after, version=after.version + 1, channel=posted.channel, ts=posted.ts)

    async def _edit(self, bulk: Bulk, *drawings: Message) -> None:
        for drawing in drawings:
            try:
                await self.posting.channels.update(bulk.channel, bulk.ts, drawing)
            except SlackDeclined as refusal:
                if refusal.code in MESSAGE_IS_LOST:
                    await self.desk.store.save(replace(bulk, version=bulk.version + 1, ts="", tried_at=None))
                    raise Deferred(0, f"{refusal.code}; posting the table again") from refusal
                if refusal.code not in OUR_BLOCKS_ARE_WRONG:
                    raise
                log.error("bulk.blocks", bulk=bulk.id, code=refusal.code)
            else:
                return
