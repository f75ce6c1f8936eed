"""Carrying cases: a message of its own for each, edited in place, with what happens in its thread. Never in public.

Where it belongs is looked up each time anything is to be said: the desk's channel for cases, the channel it was opened
in, else its owner's direct messages. Where it is elsewhere by then, it moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import structlog

from bot.blocks import Message
from bot.blocks import cases as drawn
from bot.carriers.posting import MESSAGE_IS_LOST, NO_WAY_IN, Posting
from bot.desk import Desk, authority, case_steps, cases
from bot.errors import NotAllowed, SlackDeclined, SlackError
from bot.model import Actor, Case, Delivery, May, Posted
from bot.retries import OUR_ACCOUNT, Deferred, backoff

log = structlog.get_logger(__name__)

_TRIES = 8
"""At a place that says we are in it and takes nothing from us, and in a thread that is gone."""
_GONE = MESSAGE_IS_LOST | {"thread_not_found"}
_CARD_WAIT = 50
"""Attempts after which words no longer wait for the message whose thread they belong to; the case's page has them."""


class Threads(Protocol):
    """A Slack that takes back what was said. Failures are `SlackError`s: see `bot.errors`."""

    async def unsay(self, channel: str, thread_ts: str) -> None:
        """Delete all that we said in a thread; the message it hangs on stays. Safe to repeat."""


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The messages of cases, their threads, and the reminders of their next steps."""

    desk: Desk
    posting: Posting
    threads: Threads

    async def carry(self, delivery: Delivery) -> None:
        """Carry what a case has to say. One that nobody may be told of is in the log.

        Raises:
            SlackError, Deferred, Conflict: carry it again.
        """
        if delivery.id.startswith(case_steps.REMIND):
            await case_steps.remind(self.desk, delivery)
            return
        case = await self.desk.store.entry(Case, delivery.subject)
        place = await self._place(case) if case is not None else ""
        if case is None or not place:
            await self.desk.store.save(settles=delivery)
            return
        if delivery.id.startswith(case_steps.SAY):
            await self._say(case, place, delivery)
        else:
            await self._card(case, place, delivery)

    async def _place(self, case: Case) -> str:
        """Where it belongs now; empty when its owner may no longer know of it.

        Raises:
            SlackError, Deferred: Slack cannot say so.
        """
        for channel in (self.desk.cases_channel, case.opened_in):
            if channel.startswith(("C", "G")) and await self._is_private(channel):
                return channel
        try:
            await authority.allowed(self.desk, Actor(user_id=case.owner), May.REFER)
        except NotAllowed as refused:
            if isinstance(refused.__cause__, SlackError):
                raise Deferred(backoff(0), "Slack does not say who the owner is") from refused
            log.warning("case.owner_may_not_know", owner=case.owner)
            return ""
        return await self.posting.channels.direct(case.owner)

    async def _is_private(self, channel: str) -> bool:
        room = await self.desk.people.room(channel)
        return room is not None and room.private and room.member and not room.archived

    async def _card(self, case: Case, place: str, delivery: Delivery) -> None:
        """Post the message, or bring it up to date; where it is in the wrong place, leave that first."""
        if case.channel and case.channel != place:
            case = await self._left(case, place)
        message = drawn.card(
            case, others=await cases.others_of(self.desk, case), owner=await self.desk.name(case.owner)
        )
        there = Posted(channel=case.channel, ts=case.ts) if case.ts else await self._found(case)
        if there is None:
            case, posted = await self._posted(replace(case, channel=place), message, delivery)
            await self.desk.store.save(replace(case, version=case.version + 1, ts=posted.ts), settles=delivery)
            return
        if not case.ts:
            case = replace(case, version=case.version + 1, ts=there.ts)
            await self.desk.store.save(case)
        await self._update(case, message)
        await self.desk.store.save(settles=delivery)

    async def _posted(self, case: Case, message: Message, delivery: Delivery) -> tuple[Case, Posted]:
        try:
            return await self.posting.post(case, lambda: message, lambda: replace(message, blocks=()))
        except SlackDeclined as refusal:
            if refusal.code not in NO_WAY_IN or delivery.attempts >= _TRIES:
                raise
            # Slack said a moment ago that we are in there: where it belongs is looked up anew.
            raise Deferred(backoff(delivery.attempts), f"{refusal.code}; looking for another place") from refusal

    async def _left(self, case: Case, place: str) -> Case:
        """Say where it was that it has moved, without a word of it or of its thread, and forget that message."""
        if case.ts:
            try:
                # A private channel may have become public: what was said there is for nobody else.
                await self.threads.unsay(case.channel, case.ts)
                await self.posting.channels.update(case.channel, case.ts, drawn.moved())
            except SlackDeclined as refusal:
                if refusal.code in OUR_ACCOUNT:
                    raise
                log.warning("case.not_left", channel=case.channel, code=refusal.code)
        after = replace(case, version=case.version + 1, channel=place, ts="", tried_at=None)
        await self.desk.store.save(after)
        return after

    async def _update(self, case: Case, message: Message) -> None:
        try:
            await self.posting.update(case.channel, case.ts, message)
        except SlackDeclined as refusal:
            if refusal.code not in MESSAGE_IS_LOST | NO_WAY_IN:
                raise
            await self.desk.store.save(replace(case, version=case.version + 1, ts="", tried_at=None))
            raise Deferred(0, f"{refusal.code}; posting the case again") from refusal

    async def _found(self, case: Case) -> Posted | None:
        """Where a try whose end was not seen left the message."""
        try:
            return await self.posting.found(case)
        except SlackDeclined as refusal:
            # The bot may post where it may not read; then a second message is the lesser evil.
            log.warning("case.cannot_look", channel=case.channel, code=refusal.code)
            return None

    async def _say(self, case: Case, place: str, delivery: Delivery) -> None:
        """Say something in its thread, once the message is where it belongs."""
        if not case.ts or case.channel != place:
            if delivery.attempts >= _CARD_WAIT:
                log.warning("case.without_a_message", **delivery.in_logs)
                await self.desk.store.save(settles=delivery)
                return
            raise Deferred(max(1.0, backoff(delivery.attempts) - 2), "its case is not posted yet")
        there = None
        if delivery.attempts:
            there = await self._said(case, delivery)
        if there is None:
            try:
                await self.posting.channels.post(
                    case.channel, drawn.said(delivery.words), key=delivery.id, thread_ts=case.ts
                )
            except SlackDeclined as refusal:
                if refusal.code in OUR_ACCOUNT:
                    raise
                if refusal.code in _GONE and delivery.attempts < _TRIES:
                    # What was put in with these words finds out too, and posts the message again.
                    raise Deferred(backoff(delivery.attempts), f"{refusal.code}; its case is posted again") from refusal
                log.warning("case.not_said", **delivery.in_logs, code=refusal.code)
        await self.desk.store.save(settles=delivery)

    async def _said(self, case: Case, delivery: Delivery) -> Posted | None:
        since = datetime.fromtimestamp(float(case.ts), UTC)
        try:
            return await self.posting.channels.find(case.channel, key=delivery.id, since=since, thread_ts=case.ts)
        except SlackDeclined as refusal:
            log.warning("case.cannot_look", channel=case.channel, code=refusal.code)
            return None
