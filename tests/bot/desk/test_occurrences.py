"""What comes due becomes a row once, whatever happens to other schedules and to the zone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.desk import Desk
from bot.desk.occurrences import came_due, coming
from bot.desk.ringing import ring
from bot.errors import Conflict
from bot.model import Actor, Occurrence, OccurrenceState, Person, Rhythm, Schedule
from bot.stores import Store
from bot.stores.tiny import TinyStore, open_tiny
from tests import make

NINE = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
BERLIN = make.rule(rhythm=Rhythm.DAILY, weekdays=(), at=time(9), tz="Europe/Berlin")
LONDON = replace(BERLIN, tz="Europe/London")


@dataclass
class People:
    """Everybody is there; asking about one breaks in a way nobody thought of."""

    broken: str = ""

    async def person(self, user_id: str) -> Person | None:
        if user_id == self.broken:
            raise RuntimeError("nobody thought of this")
        return Person(user_id=user_id, team_id="T1", name="Ada")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    yield opened
    await opened.close()


def desk_of(store: Store, *, now: datetime, people: People | None = None) -> Desk:
    return Desk(
        store=store,
        people=cast(Any, people or People()),
        marketplaces={},
        sites=(),
        clock=lambda: now,
        first_admins=frozenset({"U0ADA"}),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )


@pytest.mark.parametrize(("state", "again"), [("posted", 0), ("due", 0), ("quiet", 1), ("missed", 1), ("failed", 1)])
async def test_after_a_change_of_zone_only_what_the_channel_has_had_stands_in_the_way(
    store: TinyStore, state: str, again: int
) -> None:
    """Nine in Berlin was at eight; now the schedule is on London's clock, where nine is an hour later."""
    before = make.occurrence(due_at=NINE - timedelta(hours=1), state=OccurrenceState(state))
    schedule = make.schedule(rule=LONDON, since=NINE - timedelta(minutes=30))
    await store.save(before, schedule)
    desk = desk_of(store, now=NINE + timedelta(minutes=1))
    came = await came_due(desk, schedule)
    assert [one.due_at for one in came] == [NINE] * again
    assert before.key not in {one.key for one in came}
    ahead = await coming(desk_of(store, now=NINE - timedelta(minutes=1)), schedule, 1)
    assert [one.at for one in ahead] == [NINE + timedelta(days=0 if again else 1)]
    await store.save(*came)
    assert await came_due(desk, schedule) == (), "the same moment is one occurrence"


async def test_a_quiet_one_does_not_come_again_when_the_clock_is_put_back(store: TinyStore) -> None:
    schedule = make.schedule(rule=LONDON, since=NINE - timedelta(hours=1))
    await store.save(make.occurrence(due_at=NINE, state=OccurrenceState.QUIET), schedule)
    for minutes in (-20, -1, 0, 1):
        assert await came_due(desk_of(store, now=NINE + timedelta(minutes=minutes)), schedule) == ()


async def test_a_surprise_while_one_rings_pauses_nothing_and_is_tried_again_at_the_next_bell(store: TinyStore) -> None:
    since = NINE - timedelta(minutes=1)
    first = make.schedule(rule=LONDON, since=since, changed_by=Actor(user_id="UBROKEN"))
    await store.save(first, make.schedule("DG-2", rule=LONDON, since=since))
    await ring(desk_of(store, now=NINE, people=People(broken="UBROKEN")))
    assert {one.schedule_id for one in await store.entries(Occurrence)} == {"DG-2"}
    assert all(one.active for one in await store.entries(Schedule))
    await ring(desk_of(store, now=NINE))
    assert {one.schedule_id for one in await store.entries(Occurrence)} == {"DG-1", "DG-2"}


class Raced:
    """A store in which somebody is always first to change DG-1."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def save(self, *records: Any, **more: Any) -> None:
        if any(isinstance(one, Schedule) and one.id == "DG-1" for one in records):
            raise Conflict
        await self._store.save(*records, **more)


async def test_a_race_while_one_is_paused_stands_in_no_others_way(store: TinyStore) -> None:
    since = NINE - timedelta(minutes=1)
    broken = make.schedule(rule=replace(LONDON, tz="Mars/Olympus"), since=since)
    await store.save(broken, make.schedule("DG-2", rule=LONDON, since=since))
    await ring(desk_of(cast(Store, Raced(store)), now=NINE))
    assert [one.schedule_id for one in await store.entries(Occurrence)] == ["DG-2"]
