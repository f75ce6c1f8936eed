"""Carrying what concerns a notice that a marketplace has: ask how it stands, take it back, answer the seller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.carriers.calls import REFUSALS, Calls, in_words
from bot.desk import Desk, settling
from bot.errors import MarketplaceError
from bot.marketplaces import Marketplace
from bot.model import AT_MARKETPLACE, Decision, Delivery, Notice, Status
from bot.retries import LONGEST, Deferred, retry_of

_WATCHED = AT_MARKETPLACE | {Status.REMOVED, Status.GONE}


@dataclass(frozen=True, kw_only=True)
class ToMarketplace:
    """The journeys of a notice that is there."""

    desk: Desk
    calls: Calls

    async def check(self, delivery: Delivery) -> None:
        """Ask how a notice stands, and plan the next time."""
        notice = await self.desk.store.notice(delivery.subject)
        marketplace = self._marketplace_kept(notice)
        if notice is None or marketplace is None or not notice.reference:
            await self._nothing_to_do(delivery)
            return
        if notice.status in AT_MARKETPLACE and self._asked_long_enough(marketplace, notice):
            await settling.stopped_asking(self.desk, notice, settles=delivery)
            return
        try:
            decision = await self.calls.make(marketplace, lambda: marketplace.check(notice))
        except REFUSALS as refusal:
            await settling.check_refused(self.desk, notice, in_words(refusal), settles=delivery)
        except MarketplaceError as error:
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            await settling.settle(self.desk, notice, decision, settles=delivery)

    async def withdraw(self, delivery: Delivery) -> None:
        """Take a notice back at the marketplace."""
        notice = await self.desk.store.notice(delivery.subject)
        marketplace = self._marketplace_kept(notice)
        if notice is None or marketplace is None or notice.status not in AT_MARKETPLACE or notice.withdrawal is None:
            await self._nothing_to_do(delivery)
            return
        try:
            await self.calls.make(marketplace, lambda: marketplace.withdraw(notice))
        except REFUSALS as refusal:
            await settling.withdrawal_refused(self.desk, notice, in_words(refusal), settles=delivery)
        except MarketplaceError as error:
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            taken_back = Decision(
                reference=notice.reference,
                status=Status.WITHDRAWN,
                vendor_status="withdrawn",
                reason=notice.withdrawal,
            )
            await settling.settle(self.desk, notice, taken_back, settles=delivery, heard=settling.ANSWERED)

    async def answer(self, delivery: Delivery) -> None:
        """Say what a person thinks of the seller's proof. After a lost reply it is asked first how things stand."""
        notice = await self.desk.store.notice(delivery.subject)
        marketplace = self._marketplace_kept(notice)
        if notice is None or marketplace is None or notice.answer is None or notice.status is not Status.NEEDS_INPUT:
            await self._nothing_to_do(delivery)
            return
        given = notice.answer
        try:
            if delivery.attempts:
                decision = await self.calls.make(marketplace, lambda: marketplace.check(notice))
                if decision.status is not Status.NEEDS_INPUT:
                    await settling.settle(self.desk, notice, decision, settles=delivery)
                    return
            await self.calls.make(marketplace, lambda: marketplace.answer(notice, given))
        except REFUSALS as refusal:
            await settling.answer_refused(self.desk, notice, in_words(refusal), settles=delivery)
        except MarketplaceError as error:
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            await settling.answered(self.desk, notice, settles=delivery)

    async def _nothing_to_do(self, delivery: Delivery) -> None:
        await self.desk.store.save(settles=delivery)

    def _marketplace_kept(self, notice: Notice | None) -> Marketplace | None:
        """The notice's marketplace. One that is not configured now may be back tomorrow: nothing is thrown away."""
        if notice is None or notice.status not in _WATCHED:
            return None
        marketplace = self.desk.marketplaces.get(notice.listing.marketplace)
        if marketplace is None:
            raise Deferred(LONGEST, f"this desk is not connected to {notice.listing.marketplace}")
        return marketplace

    def _asked_long_enough(self, marketplace: Marketplace, notice: Notice) -> bool:
        return self.desk.now() - notice.filed_at > timedelta(days=marketplace.capabilities.poll_days)
