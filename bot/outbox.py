"""The outbox carries deliveries: claim with a lease, act, settle. Nothing is marked done before it was done."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.desk import Desk
from bot.errors import Conflict, StoreError, TakedownError
from bot.model import Delivery, DeliveryKind
from bot.observe import DELIVERIES
from bot.retries import LONGEST, Deferred, Parked, retry_of

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than any one call may take, so that a lease ends only with its holder."""
IDLE = 0.2
"""Seconds between looks for something due."""
AT_ONCE = 8
"""Calls under way at once to one marketplace; its limiter keeps the rate. A Slack channel is served one by one."""

_TO_MARKETPLACE = frozenset({DeliveryKind.SUBMIT, DeliveryKind.CHECK, DeliveryKind.WITHDRAW})
_KEPT = _TO_MARKETPLACE | {DeliveryKind.DIGEST, DeliveryKind.ANNOUNCE, DeliveryKind.ASSESS}
"""What is never set aside by a surprise: nobody would be told. It is tried now and then."""
_TOLD = frozenset({DeliveryKind.SUBMIT, DeliveryKind.WITHDRAW})
"""What is worth a line in the log each time; the rest is for debugging."""

Carry = Callable[[Delivery], Awaitable[None]]


class Outbox:
    """One worker a lane: a marketplace or a channel that is down or slow never delays another."""

    def __init__(self, desk: Desk, carriers: Mapping[DeliveryKind, Carry]) -> None:
        self._desk = desk
        self._carriers = carriers
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
            await asyncio.sleep(IDLE)

    async def run_once(self) -> int:
        """Carry everything that is due now, to the end. Returns how many deliveries were tried."""
        lanes = await self._desk.store.due_lanes(self._desk.now())
        return sum(await asyncio.gather(*(self._drain(lane) for lane in lanes)))

    async def stop(self, *, within: timedelta = timedelta(seconds=20)) -> None:
        """Let calls under way finish, up to `within`; the rest is due again when its lease ends."""
        self._stopping = True
        running = [task for task in self._lanes.values() if not task.done()]
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=within.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _start_lanes(self) -> None:
        for lane in await self._desk.store.due_lanes(self._desk.now()):
            running = self._lanes.get(lane)
            if running is None or running.done():
                self._lanes[lane] = asyncio.create_task(self._drain(lane), name=f"lane {lane}")
        for lane in [lane for lane, task in self._lanes.items() if task.done()]:
            self._lanes.pop(lane)

    async def _drain(self, lane: str) -> int:
        """Carry what is due in a lane, a handful at a time, until nothing is."""
        tried = 0
        at_once, lease = self._pace(lane)
        while not self._stopping:
            try:
                claimed = await self._desk.store.claim_due(self._desk.now(), lease, lane=lane, limit=at_once)
            except StoreError as error:
                log.error("outbox.store", lane=lane, error=str(error))
                break
            if not claimed:
                break
            tried += len(claimed)
            await asyncio.gather(*(self._carry(delivery) for delivery in claimed))
        return tried

    def _pace(self, lane: str) -> tuple[int, timedelta]:
        """How many at once, and a lease that outlasts their wait for the limiter."""
        kind, _, key = lane.partition(":")
        marketplace = self._desk.marketplaces.get(key)
        if kind not in ("marketplace", "watch") or marketplace is None:
            return 1, LEASE
        rate = marketplace.capabilities.requests_per_second
        at_once = max(1, min(AT_ONCE, round(rate)))
        return at_once, LEASE + timedelta(seconds=3 * at_once / rate)

    async def _carry(self, delivery: Delivery) -> None:
        """Carry one delivery; every failure becomes a later attempt, a parking or a log line, never an exception."""
        bound = log.bind(delivery=delivery.id, notice=delivery.subject, attempt=delivery.attempts + 1)
        outcome = "carried"
        try:
            await self._carriers[delivery.kind](delivery)
            bound.log(20 if delivery.kind in _TOLD else 10, "delivery.carried")
        except Deferred as later:
            outcome = "deferred"
            await self._defer(delivery, later.seconds, later.why, parked=False)
        except Parked as parked:
            outcome = "parked"
            bound.warning("delivery.parked", why=parked.why)
            await self._defer(delivery, 0, parked.why, parked=True)
        except Conflict:
            # Somebody changed the notice meanwhile: look at it anew, shortly.
            outcome = "conflict"
            await self._defer(delivery, random.uniform(0.05, 0.5), "changed meanwhile", parked=False)  # noqa: S311
        except StoreError as error:
            outcome = "store"
            bound.error("delivery.store", error=str(error))
        except Exception as error:
            outcome = "error"
            await self._after_a_surprise(delivery, error)
        DELIVERIES.labels(kind=delivery.kind, outcome=outcome).inc()

    async def _after_a_surprise(self, delivery: Delivery, error: Exception) -> None:
        """Errors known to the tree are retried; a programming error is tried a few times and then set aside."""
        retry = retry_of(error, delivery.attempts)
        known = isinstance(error, TakedownError)
        log.log(
            30 if known else 40,
            "delivery.failed",
            delivery=delivery.id,
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
                log.error("outbox.store", delivery=delivery.id, error=str(error))
