"""The outbox carries deliveries: claim with a lease, act, settle. Nothing is marked done before it was done."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.desk import Desk
from bot.errors import Conflict, StoreError, TakedownError
from bot.holding import Holding
from bot.marketplaces import AT_ONCE
from bot.model import Circuit, Delivery, DeliveryKind, Pause
from bot.observe import acts
from bot.observe.metrics import DELIVERIES
from bot.retries import LONGEST, Deferred, Parked, backoff, retry_of

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than any one call may take, so that a lease ends only with its holder."""
RACES = 5
"""Attempts that may be lost to somebody else before the next ones wait longer and longer."""
CHANGED = "changed meanwhile"
"""The error of a delivery whose last attempt was lost so."""
IDLE = 0.2
"""Seconds between looks for something due, while nothing is saved."""
IDLE_SHARED = 0.5
"""The same where each look is a question to a database."""
SOON = 0.02
"""Seconds between looks at the least, however much is saved."""

_TO_MARKETPLACE = frozenset({DeliveryKind.SUBMIT, DeliveryKind.CHECK, DeliveryKind.WITHDRAW, DeliveryKind.ANSWER})
_KEPT = _TO_MARKETPLACE | {
    DeliveryKind.DIGEST,
    DeliveryKind.ANNOUNCE,
    DeliveryKind.ASSESS,
    DeliveryKind.REMIND,
    DeliveryKind.NUDGE,
    DeliveryKind.PACK,
    DeliveryKind.LOOK,
    DeliveryKind.APPROVAL,
    DeliveryKind.BULK,
    DeliveryKind.EVIDENCE,
    DeliveryKind.DOSSIER,
    DeliveryKind.REFERRAL,
    DeliveryKind.CASE,
}
"""What is never set aside by a surprise: nobody would be told. It is tried now and then."""
_OTHERS = 2.0
"""Seconds between calls to whom the pace is their carrier's own, when one worker takes over from another."""
_TOLD = frozenset({DeliveryKind.SUBMIT, DeliveryKind.WITHDRAW, DeliveryKind.ANSWER})
"""What is worth a line in the log each time; the rest is for debugging."""

Carry = Callable[[Delivery], Awaitable[None]]
CarryTogether = Callable[[Sequence[Delivery]], Awaitable[Mapping[str, Exception]]]
"""Carries several at once; gives what went wrong, by delivery id. What is raised holds for all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pace:
    at_once: int
    lease: timedelta
    rest: float = 0


class Outbox:
    """One worker a lane, of all there are: a marketplace or a channel that is down or slow never delays another."""

    def __init__(
        self,
        desk: Desk,
        carriers: Mapping[DeliveryKind, Carry],
        together: Mapping[DeliveryKind, CarryTogether] | None = None,
    ) -> None:
        self._desk = desk
        self._carriers = carriers
        self._together = together or {}
        self._holding = Holding(desk.store, desk.clock)
        self._idle = IDLE_SHARED if desk.store.shared else IDLE
        self._lanes: dict[str, asyncio.Task[int]] = {}
        self._stopping = False

    async def run(self) -> None:
        """Carry until `stop`. A store that does not answer is asked again; nothing is lost by it."""
        while not self._stopping:
            try:
                await self._start_lanes()
            except StoreError as error:
                log.error("outbox.store", error=str(error))
            except Exception:
                log.exception("outbox.broken")
            await self._wait()

    async def run_once(self) -> int:
        """Carry everything that is due now, to the end. Returns how many deliveries were tried."""
        lanes = await self._desk.store.due_lanes(self._desk.now())
        return sum(await asyncio.gather(*(self._drain(lane) for lane in lanes)))

    async def at_rest(self, within: timedelta = timedelta()) -> bool:
        """Whether nothing is being carried, nothing is due now, and nothing will be `within` that time; but for what
        may not be sent just now: to a marketplace that is paused or left alone.

        Raises:
            StoreError: nobody can tell.
        """
        if any(not task.done() for task in self._lanes.values()):
            return False
        lanes = await self._desk.store.due_lanes(self._desk.now() + within)
        return not [lane for lane in lanes if (await self._pace(lane)).at_once]

    async def stop(self, *, within: timedelta = timedelta(seconds=20)) -> None:
        """Let calls under way finish, up to `within`; the rest is due again when its lease ends.

        Another worker goes on with the lanes at once.
        """
        self._stopping = True
        running = [task for task in self._lanes.values() if not task.done()]
        if running:
            _, late = await asyncio.wait(running, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._holding.release()

    async def _wait(self) -> None:
        """Until something may have come due: it was saved, or its time has come."""
        try:
            await self._desk.store.stirred(self._idle)
        except StoreError as error:
            log.error("outbox.store", error=str(error))
            await asyncio.sleep(self._idle)
        await asyncio.sleep(SOON)

    async def _start_lanes(self) -> None:
        for lane in await self._desk.store.due_lanes(self._desk.now()):
            running = self._lanes.get(lane)
            if (running is None or running.done()) and not self._holding.elsewhere(lane):
                self._lanes[lane] = asyncio.create_task(self._drain(lane), name=f"lane {lane}")
        for lane in [lane for lane, task in self._lanes.items() if task.done()]:
            self._lanes.pop(lane)

    async def _drain(self, lane: str) -> int:
        """Carry what is due in a lane, a handful at a time, until nothing is, or the marketplace fails us."""
        tried = 0
        while not self._stopping:
            try:
                claimed = await self._claim(lane)
            except StoreError as error:
                log.error("outbox.store", lane=lane, error=str(error))
                break
            except Exception:
                log.exception("outbox.broken", lane=lane)  # the next look starts the lane anew
                break
            if not claimed:
                break
            tried += len(claimed)
            keeping = asyncio.create_task(self._holding.keep(lane), name=f"keeping {lane}")
            try:
                await self._carry_all(claimed)
            finally:
                keeping.cancel()
        return tried

    async def _claim(self, lane: str) -> Sequence[Delivery]:
        """The next handful of a lane; none where it is not ours to carry, or not now. Raises: StoreError."""
        pace = await self._pace(lane)
        if not pace.at_once or not await self._holding.take(lane, rest=pace.rest) or self._stopping:
            return ()
        return await self._desk.store.claim_due(self._desk.now(), pace.lease, lane=lane, limit=pace.at_once)

    async def _pace(self, lane: str) -> _Pace:
        """How many at once, and a lease that outlasts their wait for the limiter. None while it fails or is paused."""
        kind, _, key = lane.partition(":")
        marketplace = self._desk.marketplaces.get(key)
        if kind not in ("marketplace", "watch") or marketplace is None:
            return _Pace(at_once=1, lease=LEASE, rest=_OTHERS if kind in ("look", "archive") else 0)
        pause = await self._desk.store.entry(Pause, key) if kind == "marketplace" else None
        if pause is not None and pause.paused:
            return _Pace(at_once=0, lease=LEASE)  # a person said so; what was sent before is still asked after
        circuit = await self._desk.store.entry(Circuit, key)
        if circuit is not None and not circuit.closed_at(self._desk.now()):
            return _Pace(at_once=0, lease=LEASE)
        can = marketplace.capabilities
        at_once = max(1, min(AT_ONCE, round(can.requests_per_second)), can.batch_size if kind == "marketplace" else 1)
        if circuit is not None and circuit.open_until is not None:
            at_once = 1  # it failed before: one try tells whether it answers again
        period = 1 / can.requests_per_second
        return _Pace(at_once=at_once, lease=LEASE + timedelta(seconds=3 * at_once * period), rest=period)

    async def _carry_all(self, claimed: Sequence[Delivery]) -> None:
        alone = [one for one in claimed if one.kind not in self._together]
        kinds = {one.kind for one in claimed if one.kind in self._together}
        await asyncio.gather(
            *(self._carry(delivery) for delivery in alone),
            *(self._carry_together([one for one in claimed if one.kind is kind]) for kind in kinds),
        )

    async def _carry(self, delivery: Delivery) -> None:
        """Carry one delivery; every failure becomes a later attempt, a parking or a log line, never an exception."""
        error = None
        try:
            with acts.carrying(delivery, self._late(delivery)):
                await self._carriers[delivery.kind](delivery)
        except Exception as raised:
            error = raised
        await self._finish(delivery, error)

    async def _carry_together(self, deliveries: Sequence[Delivery]) -> None:
        errors: Mapping[str, Exception]
        try:
            with acts.carrying(deliveries[0], self._late(deliveries[0]), len(deliveries)):
                errors = await self._together[deliveries[0].kind](deliveries)
        except Exception as raised:
            errors = {delivery.id: raised for delivery in deliveries}
        await asyncio.gather(*(self._finish(delivery, errors.get(delivery.id)) for delivery in deliveries))

    def _late(self, delivery: Delivery) -> float:
        return (self._desk.now() - delivery.due_at).total_seconds()

    async def _finish(self, delivery: Delivery, error: Exception | None) -> None:
        bound = log.bind(**delivery.in_logs, attempt=delivery.attempts + 1)
        match error:
            case None:
                outcome = "carried"
                bound.log(20 if delivery.kind in _TOLD else 10, "delivery.carried")
            case Deferred():
                outcome = "deferred"
                await self._defer(delivery, error.seconds, error.why, parked=False)
            case Parked():
                outcome = "parked"
                bound.warning("delivery.parked", why=error.why)
                await self._defer(delivery, 0, error.why, parked=True)
            case Conflict():
                outcome = "conflict"
                await self._after_a_conflict(delivery)
            case StoreError():
                outcome = "store"
                bound.error("delivery.store", error=str(error))
            case _:
                outcome = "error"
                await self._after_a_surprise(delivery, error)
        DELIVERIES.labels(kind=delivery.kind, outcome=outcome).inc()

    async def _after_a_conflict(self, delivery: Delivery) -> None:
        """Somebody changed it meanwhile: look at it anew, shortly. What conflicts again and again is no race."""
        seconds = random.uniform(0.05, 0.5)  # noqa: S311 - keeps two apart, guards nothing
        if delivery.attempts >= RACES and delivery.error == CHANGED:
            log.warning("delivery.conflicts", **delivery.in_logs, attempt=delivery.attempts + 1)
            seconds = backoff(delivery.attempts - RACES)
        await self._defer(delivery, seconds, CHANGED, parked=False)

    async def _after_a_surprise(self, delivery: Delivery, error: Exception) -> None:
        """Errors known to the tree are retried; a programming error is tried a few times and then set aside."""
        retry = retry_of(error, delivery.attempts)
        known = isinstance(error, TakedownError)
        log.log(
            30 if known else 40,
            "delivery.failed",
            **delivery.in_logs,
            error=str(error) if known else repr(error),
            exc_info=None if known else error,
        )
        keep = retry.give_up and delivery.kind in _KEPT
        seconds = LONGEST if keep else retry.seconds
        await self._defer(delivery, seconds, str(error) or repr(error), parked=retry.give_up and not keep)

    async def _defer(self, delivery: Delivery, seconds: float, why: str, *, parked: bool) -> None:
        until = self._desk.now() + timedelta(seconds=seconds)
        with contextlib.suppress(Conflict):  # the lease ran out: it is somebody else's now
            try:
                await self._desk.store.defer(delivery, until, error=why[:500], parked=parked)
            except StoreError as error:
                if isinstance(error, Conflict):
                    raise
                log.error("outbox.store", **delivery.in_logs, error=str(error))
