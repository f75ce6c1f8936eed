"""Carrying notices to a marketplace, at the edges that no story reaches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import orjson
import pytest

from bot.carriers.calls import Calls
from bot.carriers.marketplace import ToMarketplace
from bot.carriers.submitting import Submitting
from bot.desk import Desk
from bot.desk.steps import submission, to_marketplace
from bot.marketplaces.opening import open_marketplaces
from bot.marketplaces.rest import RestTable
from bot.model import Circuit, Delivery, DeliveryKind, Notice, Status
from bot.outbox import Outbox
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.marketplaces.test_opening import TABLE
from tests.vendors import HandClock, opening

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(kw_only=True)
class Scene:
    """A desk before a marketplace that answers as a test wants; `asked` are the calls that arrived."""

    desk: Desk
    clock: HandClock
    store: Store
    answers: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        return self.answers[0](request) if self.answers else httpx.Response(503, json={"message": "down"})

    def outbox(self) -> Outbox:
        calls = Calls(desk=self.desk)
        out, submitting = ToMarketplace(desk=self.desk, calls=calls), Submitting(desk=self.desk, calls=calls)

        async def passed_over(delivery: Delivery) -> None:
            await self.store.save(settles=delivery)

        rest = dict.fromkeys(DeliveryKind, passed_over)
        return Outbox(self.desk, {**rest, DeliveryKind.CHECK: out.check}, {DeliveryKind.SUBMIT: submitting.submit})

    async def has(self, *notices: Notice) -> None:
        await self.store.save(*notices, *map(make.event, notices))

    async def notice(self, notice_id: str) -> Notice:
        found = await self.store.notice(notice_id)
        assert found is not None
        return found


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)

    def answer(request: httpx.Request) -> httpx.Response:
        return made.answer(request)

    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport) as client:
        table = RestTable.model_validate(TABLE | {"poll_days": 90, "requests_per_second": 500})
        made = Scene(
            clock=clock,
            store=store,
            desk=Desk(
                store=store,
                people=cast(Any, None),
                marketplaces=open_marketplaces([table], opening(client, clock)),
                sites=(),
                clock=clock,
                first_admins=frozenset({"U0ADA"}),
                undo=timedelta(),
                policy=make.policy(),
                retention=timedelta(days=365),
            ),
        )
        yield made
    await store.close()


def standing(status: str) -> Answer:
    return lambda request: httpx.Response(200, json={"id": "R-1", "status": status})


async def test_asking_ends_after_the_days_that_are_set_and_that_is_said(scene: Scene) -> None:
    scene.answers = [standing("in_review")]
    old = make.notice(status=Status.IN_REVIEW, reference="R-1", vendor_status="in_review", at=scene.clock())
    await scene.has(old)
    await scene.store.save(to_marketplace(DeliveryKind.CHECK, old, scene.clock()))
    for _ in range(95):
        await scene.outbox().run_once()
        scene.clock.forward(86_400)
    assert 80 <= len(scene.asked) <= 91
    after = await scene.notice("TD-1")
    assert after.status is Status.IN_REVIEW
    assert "has not decided in 91 days" in after.reason
    assert "record the outcome" in after.reason
    assert sum(event.kind == "stopped" for event in await scene.store.events("TD-1")) == 1
    assert not [lane for lane in await scene.store.due_lanes(scene.clock()) if lane.startswith("watch")]


async def test_a_marketplace_that_fails_is_left_alone_and_then_tried_with_one_notice(scene: Scene) -> None:
    notices = [make.notice(f"TD-{number}", at=scene.clock()) for number in range(1, 31)]
    await scene.has(*notices)
    await scene.store.save(*map(submission, notices))
    await scene.outbox().run_once()
    tried = len(scene.asked)
    assert tried <= 12, "not all thirty were tried on a marketplace that is down"
    await scene.outbox().run_once()
    assert len(scene.asked) == tried, "left alone"
    scene.clock.forward(34)
    await scene.outbox().run_once()
    assert len(scene.asked) == tried + 1, "one tells whether it answers again"
    scene.answers = [accepts]
    for _ in range(8):
        scene.clock.forward(900)
        await scene.outbox().run_once()
    page = [await scene.notice(notice.id) for notice in notices]
    assert {one.status for one in page} == {Status.SUBMITTED}
    posts = [call for call in scene.asked[tried + 1 :] if call.startswith("POST")]
    assert len(posts) == 30, "each once"
    circuit = await scene.store.entry(Circuit, "acme")
    assert circuit is not None
    assert circuit.failures == 0


async def test_what_waits_for_its_turn_when_a_marketplace_fails_is_not_marked_as_on_its_way(scene: Scene) -> None:
    notices = [make.notice(f"TD-{number}", at=scene.clock()) for number in range(1, 31)]
    await scene.has(*notices)
    await scene.store.save(*map(submission, notices))
    await scene.outbox().run_once()
    after = [await scene.notice(notice.id) for notice in notices]
    assert sum(one.status is Status.SENDING for one in after) == len(scene.asked)


async def test_their_patience_holds_up_the_whole_marketplace(scene: Scene) -> None:
    notices = [make.notice(f"TD-{number}", at=scene.clock()) for number in range(1, 31)]
    await scene.has(*notices)
    await scene.store.save(*map(submission, notices))
    scene.answers = [lambda request: httpx.Response(429, json={"message": "slowly"}, headers={"Retry-After": "60"})]
    await scene.outbox().run_once()
    tried = len(scene.asked)
    assert tried <= 8
    scene.clock.forward(59)
    await scene.outbox().run_once()
    assert len(scene.asked) == tried
    scene.answers = [accepts]
    scene.clock.forward(2)
    await scene.outbox().run_once()
    assert len(scene.asked) > tried


async def test_what_was_taken_back_while_it_waited_for_its_turn_is_not_sent(scene: Scene) -> None:
    notice = make.notice(at=scene.clock())
    await scene.has(notice)
    await scene.store.save(submission(notice))
    scene.answers = [accepts]
    gone = notice.changed(scene.clock(), status=Status.WITHDRAWN)
    sending = asyncio.create_task(scene.outbox().run_once())
    await scene.store.save(gone, make.event(gone))
    await sending
    after = await scene.notice("TD-1")
    assert (after.status is Status.WITHDRAWN) == (not scene.asked), "either it was in time, or it was sent"


async def test_what_never_has_a_clear_answer_comes_to_a_person_after_a_day(scene: Scene) -> None:
    notice = make.notice(at=scene.clock())
    await scene.has(notice)
    await scene.store.save(submission(notice))
    scene.answers = [puzzles]
    for _ in range(40):
        await scene.outbox().run_once()
        scene.clock.forward(3600)
    after = await scene.notice("TD-1")
    assert after.status is Status.UNCERTAIN
    assert "no clear answer for a day" in after.reason
    assert "Please look there" in after.reason
    asked = len(scene.asked)
    scene.clock.forward(86_400)
    await scene.outbox().run_once()
    assert len(scene.asked) == asked, "and is left alone"


def puzzles(request: httpx.Request) -> httpx.Response:
    """Never there, and each time taken with an answer that says nothing."""
    return httpx.Response(200, json={"items": []} if request.method == "GET" else {})


def accepts(request: httpx.Request) -> httpx.Response:
    if request.method == "GET" and not request.url.path.endswith("removal-requests"):
        return httpx.Response(200, json={"id": request.url.path.rpartition("/")[2], "status": "received"})
    if request.method == "GET":
        return httpx.Response(200, json={"items": []})
    reference = orjson.loads(request.content)["reference"]
    return httpx.Response(201, json={"id": f"R-{reference}", "status": "received"})
