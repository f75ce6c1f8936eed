"""Carrying cards and replies to Slack, which has no idempotent post: a lost one is looked for before posting again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.blocks import Message
from bot.blocks import filing as drawn
from bot.carriers.posting import A_TRY, MESSAGE_IS_LOST, NO_WAY_IN, Channels
from bot.desk import Desk, pausing
from bot.desk.batches import bulk_of
from bot.errors import SlackDeclined, SlackUnavailable
from bot.model import Card, Delivery, Notice, Posted, Status
from bot.retries import OUR_ACCOUNT, OUR_BLOCKS_ARE_WRONG, Deferred, backoff

log = structlog.get_logger(__name__)

LARGE = 20
"""Notices above which a batch is told of by its card, and not one by one."""
LARGE_AGAIN = timedelta(seconds=2)
"""Between two edits of a large card."""
_COUNTED = frozenset({Status.REMOVED, Status.GONE, Status.REJECTED, Status.DUPLICATE, Status.WITHDRAWN})
"""Ends on which nobody has to act."""
_CARD_SOON = 1.0
"""Seconds a reply waits for its card, at first."""
_CARD_WAIT = 50
"""Attempts after which a reply no longer waits."""


@dataclass(frozen=True, kw_only=True)
class ToSlack:
    """Cards, one a batch, edited in place; and replies in their threads."""

    desk: Desk
    channels: Channels
    _edited: dict[str, datetime] = field(default_factory=dict)

    async def card(self, delivery: Delivery) -> None:
        """Post the card of a batch, or bring it up to date."""
        store = self.desk.store
        self._refuse_too_soon(delivery.subject)
        notices = await store.batch(delivery.subject)
        if not notices:
            await store.save(settles=delivery)
            return
        card = await store.card(delivery.subject)
        if card is not None and card.ts:
            await self._update(card, notices, delivery)
            return
        if card is None or card.tried_at is None:
            card = await self._about_to_post(card, notices[0])
            posted = await self._post(card, notices)
        else:
            there = await self._look(card)
            if there is None:
                card = await self._about_to_post(card, notices[0])
            posted = there or await self._post(card, notices)
        after = replace(card, version=card.version + 1, channel=posted.channel, ts=posted.ts)
        await store.save(after, settles=delivery)

    async def reply(self, delivery: Delivery) -> None:
        """Say something in the thread of a card, once the card is there."""
        card = await self.desk.store.card(delivery.subject)
        if card is None or not card.ts:
            if delivery.attempts >= _CARD_WAIT:
                log.warning("reply.without_a_card", delivery=delivery.id)
                await self.desk.store.save(settles=delivery)  # the timeline has the words
                return
            raise Deferred(max(_CARD_SOON, backoff(delivery.attempts) - 2), "its card is not posted yet")
        if await self._left_to_the_card(delivery):
            await self.desk.store.save(settles=delivery)
            return
        there = None
        if delivery.attempts:  # it may have been posted by one whose end was not seen
            there = await self._find(card.channel, key=delivery.id, since=_posted_at(card), thread_ts=card.ts)
        if there is None:
            try:
                await self.channels.post(card.channel, drawn.reply(delivery.words), key=delivery.id, thread_ts=card.ts)
            except SlackDeclined as refusal:
                if refusal.code in OUR_ACCOUNT:
                    raise
                log.warning("reply.refused", delivery=delivery.id, code=refusal.code)  # the timeline has the words
        await self.desk.store.save(settles=delivery)

    def _refuse_too_soon(self, batch_id: str) -> None:
        """Raises: Deferred: a large card was edited just now; Slack counts the edits of a whole workspace."""
        edited = self._edited.get(batch_id)
        if edited is not None:
            left = (edited + LARGE_AGAIN - self.desk.now()).total_seconds()
            if 0 < left <= LARGE_AGAIN.total_seconds():
                raise Deferred(left, "this large card was edited just now")
            del self._edited[batch_id]

    async def _left_to_the_card(self, delivery: Delivery) -> bool:
        """Whether the words are about one of very many, and nobody has to act on them: the card counts it."""
        notice = await self.desk.store.notice(delivery.id.split(":")[1])
        if notice is None or notice.status not in _COUNTED:
            return False
        bulk = await bulk_of(self.desk, notice)
        return bulk is not None and bulk.lines > LARGE

    async def _about_to_post(self, card: Card | None, notice: Notice) -> Card:
        """Put on disk that a post is about to be tried, so that a crash is followed by a look."""
        now = self.desk.now()
        if card is None:
            card = Card(batch_id=notice.batch_id, version=1, channel=notice.channel, tried_at=now)
        else:
            card = replace(card, version=card.version + 1, tried_at=now)
        await self.desk.store.save(card)
        return card

    async def _look(self, card: Card) -> Posted | None:
        if card.tried_at is None:
            return None
        return await self._find(card.channel, key=card.batch_id, since=card.tried_at, until=card.tried_at + A_TRY)

    async def _drawn(self, notices: tuple[Notice, ...], *, away_from: str = "") -> Message:
        """The card; `away_from` is the channel that it should be in, where it is not there."""
        name, notes = self.desk.marketplace_name, await pausing.held_up(self.desk, notices)
        if away_from:
            return drawn.card_in_private(notices, name=name, channel=away_from, notes=notes)
        return drawn.card(notices, name=name, notes=notes)

    async def _find(
        self, channel: str, *, key: str, since: datetime, until: datetime | None = None, thread_ts: str = ""
    ) -> Posted | None:
        try:
            return await self.channels.find(channel, key=key, since=since, until=until, thread_ts=thread_ts)
        except SlackDeclined as refusal:
            # The bot may post where it may not read; then a second card is the lesser evil.
            log.warning("card.cannot_look", channel=channel, code=refusal.code)
            return None

    async def _post(self, card: Card, notices: tuple[Notice, ...]) -> Posted:
        """Post the card; where the bot is not let in, to the person who filed, saying why."""
        message = await self._drawn(notices)
        try:
            return await self.channels.post(card.channel, message, key=card.batch_id)
        except SlackUnavailable:
            await self.desk.store.save(replace(card, version=card.version + 1, tried_at=None))
            raise
        except SlackDeclined as refusal:
            log.warning("card.refused", batch=card.batch_id, channel=card.channel, code=refusal.code)
            return await self._post_otherwise(card, notices, message, refusal)

    async def _post_otherwise(
        self, card: Card, notices: tuple[Notice, ...], message: Message, refusal: SlackDeclined
    ) -> Posted:
        if refusal.code in OUR_BLOCKS_ARE_WRONG:
            return await self.channels.post(card.channel, replace(message, blocks=()), key=card.batch_id)
        if refusal.code in NO_WAY_IN:
            message = await self._drawn(notices, away_from=card.channel)
            return await self.channels.post(notices[0].submitter.user_id, message, key=card.batch_id)
        raise refusal

    async def _update(self, card: Card, notices: tuple[Notice, ...], delivery: Delivery) -> None:
        asked = notices[0].channel
        there = card.channel == asked or asked.startswith(("U", "D"))
        message = await self._drawn(notices, away_from="" if there else asked)
        try:
            await self.channels.update(card.channel, card.ts, message)
        except SlackDeclined as refusal:
            if refusal.code in MESSAGE_IS_LOST | NO_WAY_IN:
                fresh = replace(card, version=card.version + 1, ts="", tried_at=None)
                await self.desk.store.save(fresh)
                raise Deferred(0, f"{refusal.code}; posting the card again") from refusal
            if refusal.code not in OUR_BLOCKS_ARE_WRONG:
                raise
            log.error("card.blocks", batch=card.batch_id, code=refusal.code)
            await self.channels.update(card.channel, card.ts, replace(message, blocks=()))
        if len(notices) > LARGE:
            self._edited[card.batch_id] = self.desk.now()
        await self.desk.store.save(settles=delivery)


def _posted_at(card: Card) -> datetime:
    """When Slack took the card, by its own clock: no reply of it is older."""
    return datetime.fromtimestamp(float(card.ts), UTC)
