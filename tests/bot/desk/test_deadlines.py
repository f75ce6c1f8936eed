"""Who filed is reminded of a deadline in time, at last the admins too, and at the end it is said that it has passed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk, deadlines
from bot.model import Announcement, Answer, Deadline, Notice, Status, Whose
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make
from tests.people import Colleagues
from tests.vendors import HandClock

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENDS = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
OURS = Deadline(at=ENDS, whose=Whose.OURS, words="answer the seller's documents, or the listing comes back")


@dataclass(kw_only=True)
class Scene:
    """A desk with one notice that waits for us, and what was announced, when and to whom."""

    desk: Desk
    clock: HandClock
    store: Store
    notice: Notice

    async def passes(self, until: datetime) -> None:
        """Time passes, an hour at a time, and what comes due is carried."""
        while self.clock.now < until:
            self.clock.forward(3600)
            for delivery in await self.store.claim_due(self.clock.now, timedelta(minutes=1), lane="reminders", limit=9):
                await deadlines.remind(self.desk, delivery)

    async def told(self) -> list[tuple[str, str]]:
        """When (UTC) and whom."""
        there = await self.store.entries(Announcement)
        return [(f"{one.at:%d %H:%M}", one.channel) for one in there]

    async def words(self) -> str:
        return (await self.store.entries(Announcement))[-1].words

    async def becomes(self, **changes: Any) -> None:
        before = self.notice
        self.notice = before.changed(self.clock.now, **changes)
        event = make.event(self.notice)
        await self.store.save(self.notice, event, *deadlines.watch(before, self.notice))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = HandClock(now=BEGAN)
    store = await open_tiny(tmp_path / "notices.json", clock)
    desk = Desk(
        store=store,
        people=Colleagues(),
        marketplaces={},
        sites=(),
        clock=clock,
        first_admins=frozenset({"U0ADA", "UANALYST"}),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    notice = make.notice(status=Status.SELLER_RESPONSE, at=BEGAN)
    await store.save(notice, make.event(notice))
    scene = Scene(desk=desk, clock=clock, store=store, notice=notice)
    await scene.becomes(status=Status.NEEDS_INPUT, deadline=OURS)
    yield scene
    await store.close()


async def test_who_filed_is_reminded_and_at_last_the_admins_too(scene: Scene) -> None:
    await scene.passes(ENDS - timedelta(hours=1))
    assert await scene.told() == [
        # Half-way is at 22:00 in Berlin: 19:00 it is. A day before; and four hours before is at 06:00.
        ("24 18:00", "UANALYST"),
        ("25 09:00", "UANALYST"),
        ("25 18:00", "UANALYST"),
        ("25 18:00", "U0ADA"),
        ("25 18:00", "UANALYST"),
    ]
    assert "TD-1 at acme waits for us until Thu 26 Nov 2026, 10:00 (Europe/Berlin)" in await scene.words()
    assert "or the listing comes back" in await scene.words()


async def test_that_it_has_passed_is_said_once(scene: Scene) -> None:
    await scene.passes(ENDS + timedelta(days=3))
    said = [one.words for one in await scene.store.entries(Announcement) if "has passed" in one.words]
    assert len(said) == 3, "who filed, and each admin"
    assert (await scene.store.counts(scene.clock.now)).waiting == len(await scene.told()), "only what is to be posted"


async def test_an_answer_that_does_not_get_through_is_reminded_of(scene: Scene) -> None:
    await scene.becomes(answer=Answer(accepts=True, by=make.ANALYST, at=scene.clock.now))
    await scene.passes(BEGAN + timedelta(hours=34))
    assert "The answer given here has not reached them yet" in await scene.words()
    await scene.becomes(answer=None)  # they refused it
    await scene.passes(ENDS - timedelta(hours=1))
    assert len(await scene.told()) == 5, "the reminders go on"


async def test_whoever_answered_is_left_alone(scene: Scene) -> None:
    await scene.passes(BEGAN + timedelta(hours=30))
    assert not await scene.told()
    await scene.becomes(answer=Answer(accepts=True, by=make.ANALYST, at=scene.clock.now, delivered=True))
    await scene.passes(ENDS + timedelta(days=1))
    assert not await scene.told()


async def test_what_is_over_is_not_reminded_of(scene: Scene) -> None:
    await scene.becomes(status=Status.REMOVED, deadline=None)
    await scene.passes(ENDS + timedelta(days=1))
    assert not await scene.told()


async def test_a_deadline_that_was_moved_is_the_one_that_counts(scene: Scene) -> None:
    later = replace(OURS, at=ENDS + timedelta(days=7))
    await scene.becomes(deadline=later)
    await scene.passes(ENDS)
    assert not [at for at, _ in await scene.told() if at.startswith("25 18")], "not the reminders of the first"
    await scene.passes(later.at)
    assert any(at.startswith(("01", "02")) for at, _ in await scene.told())


@pytest.mark.parametrize("whose", [Whose.SELLER, Whose.MARKETPLACE])
async def test_nobody_here_is_reminded_of_somebody_elses_deadline(scene: Scene, whose: Whose) -> None:
    await scene.becomes(status=Status.SELLER_RESPONSE, deadline=replace(OURS, whose=whose))
    await scene.passes(ENDS + timedelta(days=1))
    assert not await scene.told()
