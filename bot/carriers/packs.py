"""Carrying packs to Slack: the file with the addresses, then the message, in the thread of the card; each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.blocks import Message
from bot.blocks import portals as drawn
from bot.carriers.posting import NO_WAY_IN, Channels
from bot.desk import Desk, portals
from bot.errors import NotFound, SlackDeclined, SlackOutcomeUnknown, SlackUnavailable
from bot.model import Delivery, Pack, Posted
from bot.retries import LONGEST, OUR_ACCOUNT, OUR_BLOCKS_ARE_WRONG, Deferred, backoff

log = structlog.get_logger(__name__)

CARD_WAIT = 20
"""Attempts after which a pack no longer waits for its card."""
FILE_WAIT = 6
"""Attempts after which a pack is posted without its file."""
_NO_THREAD = frozenset({"thread_not_found", "message_not_found", "cannot_reply_to_message"})
_NO_FILE = "The file with them could not be put here"


class Shelf(Channels, Protocol):
    """A Slack that also takes files."""

    async def share_file(self, channel: str, name: str, content: bytes, *, title: str, thread_ts: str = "") -> None: ...

    async def find_file(self, channel: str, name: str, *, since: datetime, thread_ts: str = "") -> Posted | None:
        """The message of ours with a file of this name since then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    channel: str
    thread_ts: str = ""


@dataclass(frozen=True, kw_only=True)
class Packs:
    """Posts packs. The key of a post is its delivery's id: a pack that is asked for again is another post."""

    desk: Desk
    channels: Shelf

    async def pack(self, delivery: Delivery) -> None:
        """Post the pack of a lot, if something of it still has to be filed."""
        pack = await self._packed(delivery.subject)
        if pack is None:
            await self.desk.store.save(settles=delivery)
            return
        places = await self._places(pack, delivery)
        again = delivery.attempts > 0  # one whose end was not seen may have posted it
        there = again and any([await self._is_there(place, delivery) for place in places])
        if not there:
            await self._post(pack, delivery, places, again=again)
        await self.desk.store.save(settles=delivery)

    async def _packed(self, lot: str) -> Pack | None:
        try:
            pack = await portals.packed(self.desk, lot)
            first = (await portals.of_lot(self.desk, lot))[0]
        except NotFound:
            return None
        if first.listing.marketplace not in self.desk.marketplaces:
            # It may be back tomorrow: nothing is thrown away.
            raise Deferred(LONGEST, f"this desk is not connected to {first.listing.marketplace}")
        return pack

    async def _places(self, pack: Pack, delivery: Delivery) -> list[_Place]:
        """Where to post, the best first: the thread of the card, the channel, the direct messages of who filed."""
        first = pack.notices[0]
        card = await self.desk.store.card(first.batch_id)
        if (card is None or not card.ts) and delivery.attempts < CARD_WAIT:
            raise Deferred(max(1.0, backoff(delivery.attempts) - 2), "its card is not posted yet")
        thread = [_Place(channel=card.channel, thread_ts=card.ts)] if card is not None and card.ts else []
        channel = card.channel if card is not None else first.channel
        return [*thread, _Place(channel=channel), _Place(channel=first.submitter.user_id)]

    async def _is_there(self, place: _Place, delivery: Delivery) -> bool:
        try:
            channel = await self._channel(place)
            found = await self.channels.find(
                channel, key=delivery.id, since=_since(delivery), thread_ts=place.thread_ts
            )
        except SlackDeclined as refusal:
            # The bot may post where it may not read; then a second pack is the lesser evil.
            log.warning("pack.cannot_look", channel=place.channel, code=refusal.code)
            return False
        return found is not None

    async def _channel(self, place: _Place) -> str:
        """A file, or a look, needs the channel of the direct messages with a person."""
        direct = place.channel.startswith(("U", "W"))
        return await self.channels.direct(place.channel) if direct else place.channel

    async def _post(self, pack: Pack, delivery: Delivery, places: Sequence[_Place], *, again: bool) -> None:
        for place, last in zip(places, [*(False for _ in places[1:]), True], strict=True):
            why_not = await self._share(pack, delivery, place, again=again)
            message = drawn.pack(pack, name=self.desk.marketplace_name, filed=not why_not, why_not=why_not)
            try:
                await self._say(place, message, delivery.id)
            except SlackDeclined as refusal:
                if last or refusal.code not in _NO_THREAD | NO_WAY_IN:
                    raise
                log.warning("pack.refused", lot=pack.lot, channel=place.channel, code=refusal.code)
            else:
                return

    async def _say(self, place: _Place, message: Message, key: str) -> None:
        try:
            await self.channels.post(place.channel, message, key=key, thread_ts=place.thread_ts)
        except SlackDeclined as refusal:
            if refusal.code not in OUR_BLOCKS_ARE_WRONG:
                raise
            log.error("pack.blocks", key=key, code=refusal.code)
            await self.channels.post(place.channel, replace(message, blocks=()), key=key, thread_ts=place.thread_ts)

    async def _share(self, pack: Pack, delivery: Delivery, place: _Place, *, again: bool) -> str:
        """Put the file there, unless it is; why not, in a sentence, where it cannot be.

        Raises:
            SlackUnavailable, SlackOutcomeUnknown: carry it again, a few times.
        """
        name, since = _file_name(delivery), _since(delivery)
        content = "\n".join((*pack.lines, "")).encode()
        try:
            channel = await self._channel(place)
            if again and await self.channels.find_file(channel, name, since=since, thread_ts=place.thread_ts):
                return ""
            await self.channels.share_file(channel, name, content, title=pack.file_name, thread_ts=place.thread_ts)
        except SlackDeclined as refusal:
            log.warning("pack.file_refused", lot=pack.lot, code=refusal.code)
            return f"{_NO_FILE}: {_in_words(refusal.code)}."
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            if delivery.attempts < FILE_WAIT:
                raise
            log.warning("pack.file_failed", lot=pack.lot, code=error.code)
            return f"{_NO_FILE}: Slack takes no files just now."
        return ""


def _since(delivery: Delivery) -> datetime:
    return datetime.fromisoformat(delivery.words)


def _file_name(delivery: Delivery) -> str:
    """Unique to the post, so that it is known again; people read its title."""
    return f"{delivery.id.removeprefix('pack:').replace(':', '_')}.txt"


def _in_words(code: str) -> str:
    if code in OUR_ACCOUNT:
        return "I may not upload files here, which an admin has to allow"
    if code in NO_WAY_IN:
        return "I am not in this channel, please invite me"
    return f"Slack refuses it ({code})"
