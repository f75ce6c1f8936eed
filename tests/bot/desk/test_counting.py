"""Counting on a big desk is done beside the loop, so that others have their turn meanwhile."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.desk import Desk, digests, offenders
from bot.grammar.offenders import ListOffenders
from bot.model import Actor, Person, Violation
from bot.stores.tiny import TinyStore, open_tiny
from tests import make

MIA = Actor(user_id="U0MIA")


class Watched(dict[Violation, float]):
    """Weights that remember which threads asked for them."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(Violation, 1.0))
        self.threads: set[str] = set()

    def __getitem__(self, violation: Violation) -> float:
        self.threads.add(threading.current_thread().name)
        return super().__getitem__(violation)


class People:
    async def own_team(self) -> str:
        return "T1"

    async def person(self, user_id: str) -> Person | None:
        return Person(user_id=user_id, team_id="T1", name="Mia")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    await opened.save(make.upheld(), make.schedule(), make.occurrence(due_at=make.NOW), make.role(MIA.user_id))
    yield opened
    await opened.close()


@pytest.mark.parametrize("what", ["list", "digest", "full list"])
async def test_counting_leaves_the_loop_to_others(store: TinyStore, what: str) -> None:
    weights = Watched()
    desk = Desk(
        store=store,
        people=cast(Any, People()),
        marketplaces={},
        sites=(),
        clock=lambda: make.NOW,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(gravity=weights),
        retention=timedelta(days=365),
    )
    match what:
        case "list":
            assert (await offenders.listed(desk, ListOffenders(), by=MIA)).total == 1
        case "digest":
            shown = await digests.shown(desk, make.schedule(threshold=1), make.occurrence(due_at=make.NOW))
            assert len(shown.digest.offenders) == 1
        case _:
            assert len((await digests.full(desk, make.occurrence().key, by=MIA)).offenders) == 1
    assert weights.threads
    assert threading.main_thread().name not in weights.threads
