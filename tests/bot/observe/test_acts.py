"""What is done is counted and timed, whatever comes of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.errors import (
    Conflict,
    MarketplaceError,
    SlackDeclined,
    SlackError,
    SlackOutcomeUnknown,
    SlackUnavailable,
    StoreUnavailable,
    Unavailable,
)
from bot.marketplaces.http import Bearer, Wire, one_at_a_time
from bot.observe import acts
from bot.observe.metrics import REGISTRY
from bot.stores.tiny import open_tiny
from bot.stores.watched import watched
from tests import make


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def grows(name: str, **labels: str) -> Callable[[], float]:
    """By how much a series has grown since now."""
    before = value(name, **labels)
    return lambda: value(name, **labels) - before


async def test_an_answer_is_in_flight_while_somebody_waits_and_its_time_is_told_apart() -> None:
    spent = {on: grows("takedown_answer_spent_seconds_total", on=on) for on in ("slack", "store", "desk")}
    answered = grows("takedown_requests_total", route="test.apart", outcome="refused")
    before = value("takedown_answers_in_flight")
    with acts.answering("test.apart") as answering:
        assert value("takedown_answers_in_flight") == before + 1
        with acts.asking_slack("views.open"):
            await asyncio.sleep(0.02)
        acts.asked_store("save", 0.004, None)
        answering.outcome = "refused"
    assert value("takedown_answers_in_flight") == before
    assert answered() == 1
    assert spent["slack"]() >= 0.02
    assert spent["store"]() == pytest.approx(0.004)
    assert 0 <= spent["desk"]() <= value("takedown_answer_seconds_sum", route="test.apart") - 0.02


async def test_what_follows_an_answer_is_none_of_its_time() -> None:
    with acts.answering("test.afterwards"):
        pass
    spent = grows("takedown_answer_spent_seconds_total", on="slack")
    with acts.asking_slack("chat.postEphemeral"):
        await asyncio.sleep(0)
    assert spent() == 0


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SlackUnavailable("ratelimited", retry_after=1), "ratelimited"),
        (SlackUnavailable("not reachable"), "unreachable"),
        (SlackUnavailable("HTTP 503"), "unanswered"),
        (SlackOutcomeUnknown("no answer (TimeoutError)"), "unanswered"),
        (SlackDeclined("channel_not_found"), "declined"),
    ],
)
def test_a_call_to_slack_that_failed_says_how(error: SlackError, reason: str) -> None:
    failed = grows("takedown_slack_failures_total", method="chat.update", reason=reason)
    called = grows("takedown_slack_call_seconds_count", method="chat.update")
    limited = grows("takedown_rate_limited_total", by="slack")
    with pytest.raises(SlackError), acts.asking_slack("chat.update"):
        raise error
    assert (failed(), called()) == (1, 1)
    assert limited() == (1 if reason == "ratelimited" else 0)


async def test_a_call_that_nobody_waited_for_any_longer_was_late() -> None:
    late = grows("takedown_slack_failures_total", method="users.info", reason="late")

    async def hang() -> None:
        with acts.asking_slack("users.info"):
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hang(), 0.01)
    assert late() == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(201, "ok"), (404, "ok"), (409, "refused"), (429, "rate_limited"), (401, "refused"), (503, "failed")],
)
async def test_what_a_marketplace_answered_is_counted_under_its_key(status: int, outcome: str) -> None:
    calls = grows("takedown_marketplace_calls_total", marketplace="counted", outcome=outcome)
    limited = grows("takedown_rate_limited_total", by="counted")
    wire = wire_of(lambda _: httpx.Response(status, json={}))
    with contextlib.suppress(MarketplaceError):  # what a refusal means is told elsewhere
        await wire.call("GET", "https://counted.example/", safe=True, accept=(404,))
    assert calls() == 1
    assert limited() == (1 if status == 429 else 0)


@pytest.mark.parametrize(
    ("error", "outcome"), [(httpx.ConnectError("no"), "unreachable"), (httpx.ReadError("cut"), "lost")]
)
async def test_a_marketplace_that_did_not_answer_is_told_from_one_that_is_not_there(
    error: Exception, outcome: str
) -> None:
    calls = grows("takedown_marketplace_calls_total", marketplace="counted", outcome=outcome)
    turns = grows("takedown_turn_seconds_count", at="counted")

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unavailable):
        await wire_of(fail).call("GET", "https://counted.example/", safe=True)
    assert (calls(), turns()) == (1, 1)


def wire_of(answer: Callable[[httpx.Request], httpx.Response]) -> Wire:
    return Wire(
        key="counted",
        name="Counted",
        client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
        limiter=one_at_a_time(1000),
        timeout=2,
        auth=Bearer("a-token"),
    )


async def test_a_watched_store_is_the_store_with_its_calls_timed_and_its_conflicts_counted(tmp_path: Path) -> None:
    inside = await open_tiny(tmp_path / "notices.json")
    store = watched(inside)
    saved = grows("takedown_store_call_seconds_count", method="save")
    conflicts = grows("takedown_store_errors_total", method="save", error="conflict")
    await store.save(make.notice())
    with pytest.raises(Conflict):
        await store.save(make.notice())
    assert await store.notice("TD-1") == await inside.notice("TD-1") == make.notice()
    assert [one.notice async for one in store.chronicles()] == [make.notice()]
    await store.close()
    assert (saved(), conflicts()) == (2, 1)


def test_a_store_that_cannot_be_read_is_told_from_one_that_somebody_else_changed() -> None:
    gone = grows("takedown_store_errors_total", method="notice", error="unavailable")
    odd = grows("takedown_store_errors_total", method="notice", error="other")
    acts.asked_store("notice", 0.1, StoreUnavailable("no"))
    acts.asked_store("notice", 0.1, ValueError("no"))
    assert (gone(), odd()) == (1, 1)


def test_a_delivery_is_in_flight_while_it_is_carried_and_its_lateness_is_kept() -> None:
    waited = grows("takedown_delivery_wait_seconds_sum", kind="submit")
    carried = grows("takedown_delivery_seconds_count", kind="submit")
    before = value("takedown_deliveries_in_flight")
    with contextlib.suppress(Unavailable), acts.carrying(make.delivery(), 90.0, 3):
        assert value("takedown_deliveries_in_flight") == before + 3
        raise Unavailable("Acme")
    assert value("takedown_deliveries_in_flight") == before
    assert (waited(), carried()) == (90, 1)
