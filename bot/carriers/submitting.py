"""Submitting: queued notices to their marketplaces, as many in a call as it takes, and each there once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.carriers.calls import REFUSALS, Calls, in_words
from bot.desk import Desk, authorised, coverage, evidence, portals, settling
from bot.errors import Conflict, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import AT_ONCE, Marketplace
from bot.model import Circuit, Decision, Delivery, Notice, Status
from bot.retries import Deferred, Parked, backoff, retry_of

TRY_FOR = timedelta(hours=24)
"""How long an unreachable marketplace is tried before the notice counts as failed."""
TRY_OFTEN = 20
"""And how often, at the least."""
_ON_ITS_WAY = (Status.SENDING, Status.UNCERTAIN)
_TRIES = 5

Pair = tuple[Notice, Delivery]


@dataclass(frozen=True, kw_only=True)
class Submitting:
    """Sends notices. What may be on its way is looked up first; what people file by hand is packed for them."""

    desk: Desk
    calls: Calls

    async def submit(self, deliveries: Sequence[Delivery]) -> Mapping[str, Exception]:
        """Carry submissions of one marketplace. Gives what went wrong, by delivery id."""
        turns = asyncio.Semaphore(AT_ONCE)
        errors: dict[str, Exception] = {}
        ready: list[Pair] = []

        async def look(delivery: Delivery) -> None:
            async with turns:
                try:
                    notice = await self._to_send(delivery)
                except Exception as error:
                    errors[delivery.id] = error
                    return
            if notice is not None:
                ready.append((notice, delivery))

        async def send(marketplace: Marketplace, lot: Sequence[Pair]) -> None:
            async with turns:
                errors.update(await self._send(marketplace, lot))

        await asyncio.gather(*map(look, deliveries))
        by_hand = [pair for pair in ready if self.desk.marketplaces[pair[0].listing.marketplace].capabilities.by_hand]
        errors |= await portals.prepare(self.desk, by_hand)
        sent = [pair for pair in ready if pair not in by_hand]
        await asyncio.gather(*(send(marketplace, lot) for marketplace, lot in _lots(self.desk, sent)))
        return errors

    async def _to_send(self, delivery: Delivery) -> Notice | None:
        """The notice that is to be sent; None when nothing is, because it is there, or over."""
        notice = await self.desk.store.notice(delivery.subject)
        if notice is None or notice.status not in (Status.QUEUED, *_ON_ITS_WAY):
            await self.desk.store.save(settles=delivery)
            return None
        marketplace = self.desk.marketplaces.get(notice.listing.marketplace)
        if marketplace is None:
            await self._unconnected(notice, delivery)
            return None
        if notice.status is not Status.QUEUED:
            return notice if await self._is_missing(marketplace, notice, delivery) else None
        if notice.sends_at > self.desk.now():
            # It was put off after this delivery was claimed.
            raise Deferred((notice.sends_at - self.desk.now()).total_seconds(), "put off")
        if await self._stopped(notice, delivery):
            return None
        return await evidence.in_time(self.desk, notice, delivery)

    async def _stopped(self, notice: Notice, delivery: Delivery) -> bool:
        """Whether what was true when it was filed no longer is."""
        return await coverage.stopped(self.desk, notice, settles=delivery) or await authorised.stopped(
            self.desk, notice, settles=delivery
        )

    async def _send(self, marketplace: Marketplace, lot: Sequence[Pair]) -> dict[str, Exception]:
        """Send one lot; what cannot be done for all of it in one step is done one by one."""
        held = {notice.id: delivery for notice, delivery in lot}
        try:
            await self.calls.allow(marketplace)
            notices = await settling.sending_all(self.desk, [notice for notice, _ in lot])
            results = await self.calls.submit(marketplace, notices)
        except Conflict as conflict:
            if len(lot) == 1:
                return {lot[0][1].id: conflict}
            failed: dict[str, Exception] = {}
            for pair in lot:
                failed |= await self._send(marketplace, [pair])
            return failed
        except Deferred as later:
            return {delivery.id: later for delivery in held.values()}
        settled = [(one, result) for one in notices if isinstance(result := results[one.id], Decision)]
        errors: dict[str, Exception] = {}
        try:
            await settling.settle_all(self.desk, [(notice, result, held[notice.id]) for notice, result in settled])
        except Conflict:
            for notice, result in settled:
                await self._noted(errors, notice, held[notice.id], self._receipt(result))
        for notice in notices:
            result = results[notice.id]
            if isinstance(result, MarketplaceError):
                await self._noted(errors, notice, held[notice.id], self._refusal(marketplace, result))
        return errors

    async def _noted(
        self,
        errors: dict[str, Exception],
        notice: Notice,
        delivery: Delivery,
        note: Callable[[Notice, Delivery | None], Awaitable[None]],
    ) -> None:
        """Write down what they said of a notice, on whatever it has become meanwhile: a receipt comes only once."""
        settles: Delivery | None = delivery
        for _ in range(_TRIES):
            try:
                await note(notice, settles)
            except Conflict as conflict:
                fresh = await self.desk.store.notice(notice.id)
                if fresh is None or fresh.status not in _ON_ITS_WAY:
                    errors[delivery.id] = conflict
                    return
                # Unchanged, it is the lease that ran out: the receipt counts, and whoever has the delivery sees it.
                settles = None if fresh.version == notice.version else settles
                notice = fresh
            except Exception as error:
                errors[delivery.id] = error
                return
            else:
                return
        errors[delivery.id] = Conflict(f"{notice.id} keeps changing.")

    def _receipt(self, decision: Decision) -> Callable[[Notice, Delivery | None], Awaitable[None]]:
        async def note(notice: Notice, settles: Delivery | None) -> None:
            await settling.settle(self.desk, notice, decision, settles=settles, heard=settling.ANSWERED)

        return note

    def _refusal(
        self, marketplace: Marketplace, error: MarketplaceError
    ) -> Callable[[Notice, Delivery | None], Awaitable[None]]:
        async def note(notice: Notice, settles: Delivery | None) -> None:
            attempts = settles.attempts if settles else 0
            match error:
                case OutcomeUnknown():
                    if await self._too_long(marketplace, notice, attempts):
                        await self._ask_a_person(notice, f"{marketplace.name} has given no clear answer for a day")
                    await settling.lost(self.desk, notice, error.detail)
                    raise Deferred(backoff(attempts), str(error)) from error
                case Unavailable() | NotAuthorised(status=401):
                    await self._not_taken(marketplace, notice, settles, error)
                case _:
                    raw = {"detail": error.detail}
                    await settling.failed(self.desk, notice, in_words(error), settles=settles, raw=raw)

        return note

    async def _not_taken(
        self, marketplace: Marketplace, notice: Notice, settles: Delivery | None, error: MarketplaceError
    ) -> None:
        """Certainly not there. It goes on waiting: it is not to blame, whatever is wrong with them or our access."""
        attempts = settles.attempts if settles else 0
        if await self._too_long(marketplace, notice, attempts):
            reason = f"{marketplace.name} could not be reached for a day ({error.detail})"
            await settling.failed(self.desk, notice, reason, settles=settles)
            return
        words = f"{marketplace.name} takes no requests just now; still trying."
        if isinstance(error, NotAuthorised):
            words = f"{marketplace.name} refuses our access ({error.detail}). The admins are told; it is sent then."
        # Where it cannot be looked up, what is certainly not there must not seem to be on its way.
        back = None if marketplace.capabilities.read_back else Status.QUEUED
        await settling.delayed(self.desk, notice, words, status=back)
        raise Deferred(retry_of(error, attempts).seconds, str(error)) from error

    async def _is_missing(self, marketplace: Marketplace, notice: Notice, delivery: Delivery) -> bool:
        """Whether a notice that may be there is certainly not: sending it blindly could file it twice."""
        if not marketplace.capabilities.read_back:
            await self._ask_a_person(notice, f"{marketplace.name} cannot be asked whether it arrived", sends=True)
        try:
            there = await self.calls.make(marketplace, lambda: marketplace.look_up(notice))
        except REFUSALS as refusal:
            await self._ask_a_person(notice, f"{marketplace.name} would not say whether it arrived: {refusal.detail}")
        except MarketplaceError as error:
            if await self._too_long(marketplace, notice, delivery.attempts):
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

    async def _ask_a_person(self, notice: Notice, because: str, *, sends: bool = False) -> None:
        """`sends`: nobody can look but a person, so that their *Retry* means that it is not there."""
        then = ", then press Retry."
        if sends:
            there = f"If it is there, record their reference (`/takedown ref {notice.id} …`)."
            then = f". {there} If it is not, press Retry: it is sent again."
        words = f"It is not certain that this was filed: {because}. Please look there{then}"
        await settling.unclear(self.desk, notice, words)
        raise Parked(because)

    async def _unconnected(self, notice: Notice, delivery: Delivery) -> None:
        key = notice.listing.marketplace
        if notice.status is Status.QUEUED:
            reason = f"this desk is no longer connected to {key}"
            await settling.failed(self.desk, notice, reason, settles=delivery)
        else:
            await self._ask_a_person(notice, f"this desk is no longer connected to {key}")

    async def _too_long(self, marketplace: Marketplace, notice: Notice, attempts: int) -> bool:
        """Tried often and for long, this notice or others before it: a desk that was off itself has not tried."""
        circuit = await self.desk.store.entry(Circuit, marketplace.key)
        tried = max(attempts, circuit.failures if circuit else 0)
        return tried >= TRY_OFTEN and self.desk.now() - notice.sends_at > TRY_FOR


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
