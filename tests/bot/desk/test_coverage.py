"""A right that lapsed is not relied on: not at a retry, and not by what waited to be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.desk import Desk, coverage, tracking
from bot.desk.steps import submission
from bot.errors import WrongStatus
from bot.marketplaces import Marketplace
from bot.model import SYSTEM, FilingPolicy, Registration, Role, Status, Violation
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.bot.desk.test_approvals import Acme
from tests.people import Colleagues

YESTERDAY = (make.NOW - timedelta(days=1)).date()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    await opened.save(make.role(make.ANALYST.user_id, Role.ANALYST))
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: TinyStore) -> Desk:
    return Desk(
        store=store,
        people=Colleagues(),
        marketplaces={"acme": cast(Marketplace, Acme())},
        sites=(),
        clock=lambda: make.NOW,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )


LAPSED: dict[str, tuple[dict[str, Any], bool, str]] = {
    "retired": ({}, True, "ACME-EU was retired"),
    "expired": ({"expires_on": YESTERDAY}, False, "ACME-EU expired on 01 March 2026"),
    "without power": ({"power_of_attorney_expires_on": YESTERDAY}, False, "power of attorney for ACME-EU ended"),
}


@pytest.mark.parametrize("how", LAPSED)
async def test_what_cannot_be_relied_on_is_neither_sent_nor_retried(store: TinyStore, desk: Desk, how: str) -> None:
    changes, retired, words = LAPSED[how]
    right = Registration(right=make.right(**changes), version=1, by=SYSTEM, at=make.NOW, retired=retired)
    notice = make.notice()
    await store.save(right, notice, make.event(notice), submission(notice))
    (claimed,) = await store.claim_due(make.NOW, timedelta(minutes=1), lane="marketplace:acme")
    assert await coverage.stopped(desk, notice, settles=claimed)
    stopped = await desk.find("TD-1")
    assert stopped.status is Status.FAILED
    assert words in stopped.reason
    with pytest.raises(WrongStatus, match=words):
        await tracking.retry(desk, "TD-1", by=make.ANALYST)


async def test_a_retry_does_not_go_round_a_second_person(store: TinyStore, desk: Desk) -> None:
    failed = make.notice(status=Status.FAILED)
    rules = FilingPolicy(version=1, by=SYSTEM, at=make.NOW, violations=(Violation.COUNTERFEIT,))
    await store.save(failed, make.event(failed), rules)
    with pytest.raises(WrongStatus, match="A second person has to approve TD-1"):
        await tracking.retry(desk, "TD-1", by=make.ANALYST)
    await store.save(replace(rules, version=2, violations=()))
    assert (await tracking.retry(desk, "TD-1", by=make.ANALYST)).status is Status.QUEUED
