"""Carrying a notice to its marketplace: send it, ask how it stands, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.desk import Desk, settling
from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable, Unsupported
from bot.marketplaces import Marketplace
from bot.model import AT_MARKETPLACE, Decision, Delivery, Notice, Status
from bot.retries import LONGEST, Deferred, Parked, backoff, retry_of

TRY_FOR = timedelta(hours=24)
"""How long an unreachable marketplace is tried before the notice counts as failed."""
TRY_OFTEN = 20
"""And how often, at the least."""

_REFUSALS = (Declined, NotAuthorised, Unsupported)
_WATCHED = AT_MARKETPLACE | {Status.REMOVED, Status.GONE}


@dataclass(frozen=True, kw_only=True)
class ToMarketplace:
    """The three journeys between the desk and a marketplace."""

    desk: Desk

    async def submit(self, delivery: Delivery) -> None:
        """Send a queued notice. One that may be on its way already is looked up there first."""
        notice = await self.desk.store.notice(delivery.subject)
        if notice is None or notice.status not in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN):
            await self._nothing_to_do(delivery)
            return
        marketplace = self._marketplace(notice)
        if marketplace is None:
            await self._unconnected(notice, delivery)
        elif notice.status is Status.QUEUED:
            notice = await settling.sending(self.desk, notice)
            await self._send(marketplace, notice, delivery)
        else:
            await self._look_then_send(marketplace, notice, delivery)

    async def check(self, delivery: Delivery) -> None:
        """Ask how a notice stands, and plan the next time."""
        notice = await self.desk.store.notice(delivery.subject)
        marketplace = self._marketplace_kept(notice)
        if notice is None or marketplace is None or notice.status not in _WATCHED or not notice.reference:
            await self._nothing_to_do(delivery)
            return
        try:
            decision = await marketplace.check(notice)
        except _REFUSALS as refusal:
            await settling.check_refused(self.desk, notice, _in_words(refusal), settles=delivery)
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
            await marketplace.withdraw(notice)
        except _REFUSALS as refusal:
            await settling.withdrawal_refused(self.desk, notice, _in_words(refusal), settles=delivery)
        except MarketplaceError as error:
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            taken_back = Decision(
                reference=notice.reference,
                status=Status.WITHDRAWN,
                vendor_status="withdrawn",
                reason=notice.withdrawal,
            )
            await settling.settle(self.desk, notice, taken_back, settles=delivery)

    async def _send(self, marketplace: Marketplace, notice: Notice, delivery: Delivery) -> None:
        try:
            decision = await marketplace.submit(notice)
        except _REFUSALS as refusal:
            raw = {"detail": refusal.detail}
            await settling.failed(self.desk, notice, _in_words(refusal), settles=delivery, raw=raw)
        except OutcomeUnknown as lost:
            await settling.lost(self.desk, notice, lost.detail)
            raise Deferred(backoff(delivery.attempts), str(lost)) from lost
        except Unavailable as error:
            await self._not_taken(marketplace, notice, delivery, error)
        else:
            await settling.settle(self.desk, notice, decision, settles=delivery)

    async def _look_then_send(self, marketplace: Marketplace, notice: Notice, delivery: Delivery) -> None:
        """It may be there: sending it blindly could file it twice."""
        if not marketplace.capabilities.read_back:
            await self._ask_a_person(notice, f"{marketplace.name} cannot be asked whether it arrived")
        try:
            there = await marketplace.look_up(notice)
        except _REFUSALS as refusal:
            await self._ask_a_person(notice, f"{marketplace.name} would not say whether it arrived: {refusal.detail}")
        except MarketplaceError as error:
            if self._too_long(notice, delivery):
                await self._ask_a_person(notice, f"{marketplace.name} has not answered for a day")
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            if there is not None:
                await settling.settle(self.desk, notice, there, settles=delivery)
            elif notice.withdrawal is not None:
                await settling.never_sent(self.desk, notice, settles=delivery)
            else:
                await self._send(marketplace, notice, delivery)

    async def _not_taken(
        self, marketplace: Marketplace, notice: Notice, delivery: Delivery, error: Unavailable
    ) -> None:
        if self._too_long(notice, delivery):
            reason = f"{marketplace.name} could not be reached for a day ({error.detail})"
            await settling.failed(self.desk, notice, reason, settles=delivery)
            return
        await settling.delayed(self.desk, notice, f"{marketplace.name} takes no requests just now; still trying.")
        raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error

    async def _ask_a_person(self, notice: Notice, because: str) -> None:
        await settling.unclear(
            self.desk, notice, f"It is not certain that this was filed: {because}. Please look there, then press Retry."
        )
        raise Parked(because)

    async def _unconnected(self, notice: Notice, delivery: Delivery) -> None:
        key = notice.listing.marketplace
        if notice.status is Status.QUEUED:
            reason = f"this desk is no longer connected to {key}"
            await settling.failed(self.desk, notice, reason, settles=delivery)
        else:
            await self._ask_a_person(notice, f"this desk is no longer connected to {key}")

    async def _nothing_to_do(self, delivery: Delivery) -> None:
        await self.desk.store.save(settles=delivery)

    def _marketplace(self, notice: Notice) -> Marketplace | None:
        return self.desk.marketplaces.get(notice.listing.marketplace)

    def _marketplace_kept(self, notice: Notice | None) -> Marketplace | None:
        """The notice's marketplace. One that is not configured now may be back tomorrow: nothing is thrown away."""
        if notice is None or notice.status not in _WATCHED:
            return None
        marketplace = self._marketplace(notice)
        if marketplace is None:
            raise Deferred(LONGEST, f"this desk is not connected to {notice.listing.marketplace}")
        return marketplace

    def _too_long(self, notice: Notice, delivery: Delivery) -> bool:
        """Tried often and for long: a desk that was off itself has not tried."""
        return delivery.attempts >= TRY_OFTEN and self.desk.now() - notice.sends_at > TRY_FOR


def _in_words(refusal: MarketplaceError) -> str:
    """Their words; with what to do about it where it is about us and not about the notice."""
    if isinstance(refusal, NotAuthorised):
        return f"they refuse our access token ({refusal.detail}); an admin has to look at it"
    return refusal.detail
