"""What the desk does, timed, counted and traced while it is done: `with` one of these around it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from bot.errors import Conflict, SlackDeclined, SlackError, SlackUnavailable, StoreUnavailable
from bot.model import Delivery
from bot.observe import metrics, tracing

_NOTICE = re.compile(r"TD-[0-9]+")
_LOOKS_EVERY = 1.0


@dataclass(kw_only=True, slots=True)
class Answering:
    """An answer under way: how it ends, and the seconds that were spent waiting for others. Calls that are made at the
    same time are each counted."""

    outcome: str = "ok"
    slack: float = 0.0
    store: float = 0.0


_answering: ContextVar[Answering | None] = ContextVar("answering", default=None)


@contextlib.contextmanager
def answering(route: str) -> Iterator[Answering]:
    """Somebody waits for an answer meanwhile."""
    under_way = Answering()
    token = _answering.set(under_way)
    metrics.ANSWERING.inc()
    started = time.perf_counter()
    try:
        with tracing.span(f"desk {route}", route=route):
            yield under_way
            tracing.note(outcome=under_way.outcome)
    finally:
        took = time.perf_counter() - started
        metrics.ANSWERING.dec()
        _answering.reset(token)
        metrics.REQUESTS.labels(route=route, outcome=under_way.outcome).inc()
        metrics.ANSWERED.labels(route=route).observe(took)
        metrics.SPENT.labels(on="slack").inc(under_way.slack)
        metrics.SPENT.labels(on="store").inc(under_way.store)
        metrics.SPENT.labels(on="desk").inc(max(0.0, took - under_way.slack - under_way.store))


@contextlib.contextmanager
def asking_slack(method: str) -> Iterator[None]:
    """A call to Slack's Web API, by the name of its method."""
    started = time.perf_counter()
    try:
        with tracing.span(f"slack {method}", method=method):
            yield
    except SlackError as error:
        reason = _reason(error)
        metrics.SLACK_FAILURES.labels(method=method, reason=reason).inc()
        if reason == "ratelimited":
            metrics.RATE_LIMITED.labels(by="slack").inc()
        raise
    except asyncio.CancelledError:
        metrics.SLACK_FAILURES.labels(method=method, reason="late").inc()
        raise
    finally:
        took = time.perf_counter() - started
        metrics.SLACK.labels(method=method).observe(took)
        if (waits := _answering.get()) is not None:
            waits.slack += took


def _reason(error: SlackError) -> str:
    if isinstance(error, SlackDeclined):
        return "declined"
    if error.code in ("ratelimited", "rate_limited"):
        return "ratelimited"
    return "unreachable" if isinstance(error, SlackUnavailable) and error.code == "not reachable" else "unanswered"


def asked_store(method: str, seconds: float, error: BaseException | None) -> None:
    """The store answered, or did not."""
    if (waits := _answering.get()) is not None:
        waits.store += seconds
    if isinstance(error, Exception):
        kind = next((name for known, name in _STORE_ERRORS if isinstance(error, known)), "other")
        metrics.STORE_ERRORS.labels(method=method, error=kind).inc()


_STORE_ERRORS = ((Conflict, "conflict"), (StoreUnavailable, "unavailable"))


@dataclass(kw_only=True, slots=True)
class Asking:
    """A call to a marketplace under way, and what came of it; `lost` until somebody knows better."""

    outcome: str = "lost"

    def answered(self, status: int, accepted: Collection[int]) -> None:
        """They answered with this status of HTTP; `accepted` are those that are no refusal, besides 2xx."""
        if status == 429:
            self.outcome = "rate_limited"
        elif 200 <= status < 300 or status in accepted:
            self.outcome = "ok"
        else:
            self.outcome = "failed" if status >= 500 else "refused"


@contextlib.contextmanager
def asking_marketplace(key: str) -> Iterator[Asking]:
    """A call to a marketplace, once its turn has come."""
    call = Asking()
    started = time.perf_counter()
    try:
        with tracing.span("marketplace", marketplace=key):
            try:
                yield call
            finally:
                tracing.note(outcome=call.outcome)
    finally:
        metrics.MARKETPLACE.labels(marketplace=key).observe(time.perf_counter() - started)
        metrics.MARKETPLACE_CALLS.labels(marketplace=key, outcome=call.outcome).inc()
        if call.outcome == "rate_limited":
            metrics.RATE_LIMITED.labels(by=key).inc()


@contextlib.contextmanager
def awaiting_turn(at: str) -> Iterator[None]:
    """We hold ourselves back, to the pace of a marketplace (by key) or of Slack."""
    started = time.perf_counter()
    try:
        yield
    finally:
        metrics.TURN.labels(at=at).observe(time.perf_counter() - started)


@contextlib.contextmanager
def carrying(delivery: Delivery, late: float, together: int = 1) -> Iterator[None]:
    """A delivery is carried, taken up so many seconds after it was due; or `together`, of which this is the first."""
    metrics.LATE.labels(kind=delivery.kind).observe(max(0.0, late))
    metrics.DELIVERING.inc(together)
    said: dict[str, tracing.Said] = {"kind": delivery.kind.value, "attempt": delivery.attempts + 1}
    if _NOTICE.fullmatch(delivery.subject):
        said["notice"] = delivery.subject
    started = time.perf_counter()
    try:
        with tracing.span(f"delivery {delivery.kind.value}", **said):
            yield
    finally:
        metrics.DELIVERING.dec(together)
        metrics.CARRIED.labels(kind=delivery.kind).observe(time.perf_counter() - started)


def posted_digest(lag: float) -> None:
    """A digest that a schedule asked for was posted, so many seconds after it was due."""
    metrics.DIGEST_LAG.observe(lag)
    metrics.LAST_DIGEST_LAG.set(lag)


async def feel_the_loop() -> None:
    """Look, for as long as it runs, how late the event loop comes back."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LOOKS_EVERY
        await asyncio.sleep(_LOOKS_EVERY)
        metrics.LOOP_LAG.observe(max(0.0, loop.time() - due))
