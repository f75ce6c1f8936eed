"""1,000 queued notices over five marketplaces, one hanging and one busy, beside a bare httpx loop on the same."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx

from bot.carriers.calls import Calls
from bot.carriers.submitting import Submitting
from bot.desk import Desk
from bot.desk.steps import submission
from bot.marketplaces import AT_ONCE
from bot.marketplaces.adapters import Opening
from bot.marketplaces.http import new_client
from bot.marketplaces.opening import open_marketplaces
from bot.marketplaces.rest import RestTable, to_payload
from bot.model import Delivery, DeliveryKind, Notice, Query, Status, utc_now
from bot.outbox import Outbox
from bot.stores import Store
from bot.stores.opening import open_store
from tests import make
from tests.bench.people import Somebody
from tests.vendors import MemoryVault

WELL, ALL = ("one", "two", "three"), ("one", "two", "three", "hanging", "busy")
EACH = 200


async def delivered(port: int) -> float:
    """Notices a second to the three marketplaces that answer, from the start until the last has its receipt."""
    with tempfile.TemporaryDirectory(prefix="takedown-bench-") as folder:
        store = await open_store(f"tinydb:///{folder}/notices.json", utc_now)
        for start in range(0, EACH, 50):
            notices = [one(key, number) for key in ALL for number in range(start, start + 50)]
            await store.save(*notices, *map(submission, notices), *map(make.event, notices))
        async with new_client() as client:
            outbox = _outbox(store, client, port)
            began = time.perf_counter()
            running = asyncio.create_task(outbox.run())
            while await _submitted(store) < len(WELL) * EACH:
                await asyncio.sleep(0.01)
            took = time.perf_counter() - began
            await outbox.stop(within=timedelta(seconds=0.1))
            await running
        await store.close()
    return len(WELL) * EACH / took


async def bare(port: int) -> float:
    """Notices a second of a loop a marketplace: it posts the same, as many at once as the outbox, and keeps nothing."""

    async def loop(client: httpx.AsyncClient, key: str) -> None:
        for start in range(0, EACH, AT_ONCE):
            posts = [
                client.post(_address(port, key), json=to_payload(one(key, number)), headers={"Idempotency-Key": "x"})
                for number in range(start, min(start + AT_ONCE, EACH))
            ]
            for reply in await asyncio.gather(*posts):
                assert reply.status_code == 201
                reply.json()

    async with new_client() as client:
        began = time.perf_counter()
        await asyncio.gather(*(loop(client, key) for key in WELL))
        return len(WELL) * EACH / (time.perf_counter() - began)


def one(key: str, number: int) -> Notice:
    notice_id = f"TD-{1 + ALL.index(key) * EACH + number}"
    return make.notice(notice_id, listing=make.listing(str(number), marketplace=key), at=utc_now())


def _outbox(store: Store, client: httpx.AsyncClient, port: int) -> Outbox:
    tables = [
        RestTable.model_validate(
            {
                "key": key,
                "adapter": "rest",
                "name": key.title(),
                "base_url": f"http://127.0.0.1:{port}/{key}",
                "token_env": "TOKEN",
                "token": "bench",
                "hosts": [f"{key}.example"],
                "listing_pattern": "/item/(?P<listing>[0-9]+)",
                "requests_per_second": 1000,
                "poll_seconds": 3600,
            }
        )
        for key in ALL
    ]
    opening = Opening(client=client, clock=utc_now, vault=lambda secret: MemoryVault())
    desk = Desk(
        store=store,
        people=Somebody(),
        marketplaces=open_marketplaces(tables, opening),
        sites=(),
        clock=utc_now,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    out = Submitting(desk=desk, calls=Calls(desk=desk))
    return Outbox(desk, {DeliveryKind.CARD: _card(store)}, {DeliveryKind.SUBMIT: out.submit})


def _card(store: Store) -> Callable[[Delivery], Awaitable[None]]:
    async def carry(delivery: Delivery) -> None:
        await store.save(settles=delivery)

    return carry


async def _submitted(store: Store) -> int:
    return (await store.notices(Query(statuses=frozenset({Status.SUBMITTED}), limit=1))).total


def _address(port: int, key: str) -> str:
    return f"http://127.0.0.1:{port}/{key}/removal-requests"
