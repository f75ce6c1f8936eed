"""Carrying a notice to its marketplace: send it, ask how it stands, take it back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.desk import Desk, circuits, portals, settling
from bot.errors import Conflict, Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable, Unsupported
from bot.marketplaces import Marketplace, Result
from bot.model import AT_MARKETPLACE, Circuit, Decision, Delivery, Notice, Status
from bot.retries import LONGEST, Deferred, Parked, backoff, retry_of

TRY_FOR = timedelta(hours=24)
"""How long an unreachable marketplace is tried before the notice counts as failed."""
TRY_OFTEN = 20
"""And how often, at the least."""

_REFUSALS = (Declined, NotAuthorised, Unsupported)
_WATCHED = AT_MARKETPLACE | {Status.REMOVED, Status.GONE}


Answered = TypeVar("Answered")
Pair = tuple[Notice, Delivery]


@dataclass(frozen=True, kw_only=True)
class ToMarketplace:
    """The journeys between the desk and a marketplace."""

    desk: Desk

    async def submit(self, deliveries: Sequence[Delivery]) -> Mapping[str, Exception]:
        """Send queued notices, as many in a call as the marketplace takes. What may be on its way is looked up first.
        What a person files by hand is packed for them instead.

        Gives what went wrong, by delivery id.
        """
        errors: dict[str, Exception] = {}
        queued: list[Pair] = []
        for delivery in deliveries:
            try:
                notice = await self._looked_up(delivery)
            except Exception as error:
                errors[delivery.id] = error
                continue
            if notice is not None:
                queued.append((notice, delivery))
        by_hand = [pair for pair in queued if self.desk.marketplaces[pair[0].listing.marketplace].capabilities.by_hand]
        errors |= await portals.prepare(self.desk, by_hand)
        sent = [pair for pair in queued if pair not in by_hand]
        calls = (self._submit_lot(marketplace, lot) for marketplace, lot in _lots(self.desk, sent))
        for failed in await asyncio.gather(*calls):
            errors |= failed
        return errors

    async def _looked_up(self, delivery: Delivery) -> Notice | None:
        """The notice that is to be sent; None when nothing is, because it is there, or over."""
        notice = await self.desk.store.notice(delivery.subject)
        if notice is None or notice.status not in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN):
            await self._nothing_to_do(delivery)
            return None
        marketplace = self._marketplace(notice)
        if marketplace is None:
            await self._unconnected(notice, delivery)
            return None
        if notice.status is Status.QUEUED or await self._is_missing(marketplace, notice, delivery):
            return notice
        return None

    async def _submit_lot(self, marketplace: Marketplace, lot: Sequence[Pair]) -> dict[str, Exception]:
        """Send one lot; what cannot be done for all of it in one step is done one by one."""
        try:
            lot = await self._on_the_way(lot)
        except Conflict as conflict:
            if len(lot) == 1:
                return {lot[0][1].id: conflict}
            failed: dict[str, Exception] = {}
            for pair in lot:
                failed |= await self._submit_lot(marketplace, [pair])
            return failed
        results = await self._results(marketplace, [notice for notice, _ in lot])
        settled = [(n, d, result) for n, d in lot if isinstance(result := results[n.id], Decision)]
        errors: dict[str, Exception] = {}
        try:
            await settling.settle_all(self.desk, [(notice, result, delivery) for notice, delivery, result in settled])
        except Conflict:
            for notice, delivery, result in settled:
                try:
                    await settling.settle(self.desk, notice, result, settles=delivery)
                except Exception as error:
                    errors[delivery.id] = error
        for notice, delivery in lot:
            result = results[notice.id]
            if isinstance(result, MarketplaceError):
                try:
                    await self._not_filed(marketplace, notice, delivery, result)
                except Exception as error:
                    errors[delivery.id] = error
        return errors

    async def _on_the_way(self, lot: Sequence[Pair]) -> list[Pair]:
        """The lot, with it on disk that each of it may be on its way."""
        queued = [notice for notice, _ in lot if notice.status is Status.QUEUED]
        sending = {notice.id: notice for notice in await settling.sending_all(self.desk, queued)} if queued else {}
        return [(sending.get(notice.id, notice), delivery) for notice, delivery in lot]

    async def _results(self, marketplace: Marketplace, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """What became of each notice of a lot; a notice they say nothing of may have arrived."""
        try:
            found = await self._called(marketplace, marketplace.submit(notices))
        except MarketplaceError as error:
            return {notice.id: error for notice in notices}
        silent = OutcomeUnknown(marketplace.name, "They answered, and said nothing of this notice.")
        return {notice.id: found.get(notice.id, silent) for notice in notices}

    async def check(self, delivery: Delivery) -> None:
        """Ask how a notice stands, and plan the next time."""
        notice = await self.desk.store.notice(delivery.subject)
        marketplace = self._marketplace_kept(notice)
        if notice is None or marketplace is None or notice.status not in _WATCHED or not notice.reference:
            await self._nothing_to_do(delivery)
            return
        if notice.status in AT_MARKETPLACE and self._asked_long_enough(marketplace, notice):
            await settling.stopped_asking(self.desk, notice, settles=delivery)
            return
        try:
            decision = await self._called(marketplace, marketplace.check(notice))
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
            await self._called(marketplace, marketplace.withdraw(notice))
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

    async def answer(self, delivery: Delivery) -> None:
        """Say what a person thinks of the seller's proof. After a lost reply it is asked first how things stand."""
        notice = await self.desk.store.notice(delivery.subject)
        marketplace = self._marketplace_kept(notice)
        if notice is None or marketplace is None or notice.answer is None or notice.status is not Status.NEEDS_INPUT:
            await self._nothing_to_do(delivery)
            return
        try:
            if delivery.attempts:
                decision = await self._called(marketplace, marketplace.check(notice))
                if decision.status is not Status.NEEDS_INPUT:
                    await settling.settle(self.desk, notice, decision, settles=delivery)
                    return
            await self._called(marketplace, marketplace.answer(notice, notice.answer))
        except _REFUSALS as refusal:
            await settling.answer_refused(self.desk, notice, _in_words(refusal), settles=delivery)
        except MarketplaceError as error:
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            await settling.answered(self.desk, notice, settles=delivery)

    async def _called(self, marketplace: Marketplace, call: Awaitable[Answered]) -> Answered:
        """The call, counted: a marketplace that fails again and again is left alone for a while."""
        try:
            said = await call
        except MarketplaceError as error:
            await circuits.failed(self.desk, marketplace, error)
            raise
        await circuits.answered(self.desk, marketplace)
        return said

    async def _not_filed(
        self, marketplace: Marketplace, notice: Notice, delivery: Delivery, error: MarketplaceError
    ) -> None:
        match error:
            case OutcomeUnknown():
                await settling.lost(self.desk, notice, error.detail)
                raise Deferred(backoff(delivery.attempts), str(error)) from error
            case Unavailable():
                await self._not_taken(marketplace, notice, delivery, error)
            case _:
                raw = {"detail": error.detail}
                await settling.failed(self.desk, notice, _in_words(error), settles=delivery, raw=raw)

    async def _is_missing(self, marketplace: Marketplace, notice: Notice, delivery: Delivery) -> bool:
        """Whether a notice that may be there is certainly not: sending it blindly could file it twice."""
        if not marketplace.capabilities.read_back:
            await self._ask_a_person(notice, f"{marketplace.name} cannot be asked whether it arrived")
        try:
            there = await self._called(marketplace, marketplace.look_up(notice))
        except _REFUSALS as refusal:
            await self._ask_a_person(notice, f"{marketplace.name} would not say whether it arrived: {refusal.detail}")
        except MarketplaceError as error:
            if await self._too_long(marketplace, notice, delivery):
                await self._ask_a_person(notice, f"{marketplace.name} has not answered for a day")
            raise Deferred(retry_of(error, delivery.attempts).seconds, str(error)) from error
        else:
            if there is not None:
                await settling.settle(self.desk, notice, there, settles=delivery)
                return False
            if notice.withdrawal is not None:
                await settling.never_sent(self.desk, notice, settles=delivery)
                return False
        return True

    async def _not_taken(
        self, marketplace: Marketplace, notice: Notice, delivery: Delivery, error: Unavailable
    ) -> None:
        if await self._too_long(marketplace, notice, delivery):
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

    async def _too_long(self, marketplace: Marketplace, notice: Notice, delivery: Delivery) -> bool:
        """Tried often and for long, this notice or others before it: a desk that was off itself has not tried."""
        circuit = await self.desk.store.entry(Circuit, marketplace.key)
        tried = max(delivery.attempts, circuit.failures if circuit else 0)
        return tried >= TRY_OFTEN and self.desk.now() - notice.sends_at > TRY_FOR

    def _asked_long_enough(self, marketplace: Marketplace, notice: Notice) -> bool:
        return self.desk.now() - notice.filed_at > timedelta(days=marketplace.capabilities.poll_days)


def _lots(desk: Desk, pairs: Iterable[Pair]) -> Iterator[tuple[Marketplace, list[Pair]]]:
    """What may go in one call together, in lots that the marketplace takes."""
    together: dict[tuple[str, str], list[Pair]] = {}
    for notice, delivery in pairs:
        key = notice.listing.marketplace
        together.setdefault((key, desk.marketplaces[key].lot_of(notice)), []).append((notice, delivery))
    for (key, _), lot in together.items():
        size = desk.marketplaces[key].capabilities.batch_size
        for start in range(0, len(lot), size):
            yield desk.marketplaces[key], lot[start : start + size]


def _in_words(refusal: MarketplaceError) -> str:
    """Their words; with what to do about it where it is about us and not about the notice."""
    if isinstance(refusal, NotAuthorised):
        return f"they refuse our access token ({refusal.detail}); an admin has to look at it"
    return refusal.detail
