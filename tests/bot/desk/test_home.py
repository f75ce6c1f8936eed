"""What somebody finds in their Home goes by their roles, and is theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk, home
from bot.errors import NotAllowed
from bot.grammar.home import ShowHome
from bot.model import (
    SYSTEM,
    Actor,
    Answer,
    Approval,
    Circuit,
    Deadline,
    Notice,
    Pause,
    Person,
    Registration,
    Role,
    ScheduleState,
    Status,
    Tab,
    Whose,
)
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.people import Colleagues

ANN, BO, ADA, MIA = make.ANALYST, *(Actor(user_id=who, team_id="T1") for who in ("U0BO", "U0ADA", "U0MIA"))
GIL, OTTO = (Actor(user_id=who, team_id="T1") for who in ("U0GIL", "U0OTTO"))


class Callers(Colleagues):
    """A guest and somebody of another team among them."""

    async def person(self, user_id: str) -> Person | None:
        team = "T2" if user_id == OTTO.user_id else "T1"
        guest = user_id == GIL.user_id
        return Person(user_id=user_id, team_id=team, name=f"Name of {user_id}", tz="Europe/Berlin", guest=guest)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    await opened.save(
        make.role(ANN.user_id, Role.ANALYST),
        make.role(BO.user_id, Role.ANALYST, Role.APPROVER),
        make.role(MIA.user_id, Role.VIEWER),
    )
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: TinyStore) -> Desk:
    return Desk(
        store=store,
        people=Callers(),
        marketplaces={},
        sites=(),
        clock=lambda: make.NOW,
        first_admins=frozenset({ADA.user_id}),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )


async def put(store: TinyStore, *notices: Notice) -> None:
    for notice in notices:
        await store.save(notice, make.event(notice))


def deadline(days: int, whose: Whose = Whose.OURS) -> Deadline:
    return Deadline(at=make.NOW + timedelta(days=days), whose=whose, words="answer, or the listing is back")


def ids(notices: tuple[Notice, ...]) -> list[str]:
    return [notice.id for notice in notices]


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        (ANN, (Tab.WORK,)),
        (BO, (Tab.WORK, Tab.APPROVALS)),
        (ADA, (Tab.WORK, Tab.APPROVALS, Tab.DESK)),
        (MIA, (Tab.LISTS,)),
    ],
)
async def test_everybody_finds_what_their_roles_are_for(desk: Desk, who: Actor, tabs: tuple[Tab, ...]) -> None:
    shown = await home.of(desk, ShowHome(), by=who)
    assert (shown.tabs, shown.tab) == (tabs, tabs[0])
    assert [part is not None for part in (shown.work, shown.queue, shown.health, shown.counts)] == [
        tabs[0] is tab for tab in (Tab.WORK, Tab.APPROVALS, Tab.DESK, Tab.LISTS)
    ]


@pytest.mark.parametrize("tab", Tab)
@pytest.mark.parametrize("who", [ANN, BO, MIA])
async def test_a_forged_tab_shows_nobody_more_than_their_own(desk: Desk, who: Actor, tab: Tab) -> None:
    shown = await home.of(desk, ShowHome(tab=tab), by=who)
    assert shown.tab in shown.tabs
    assert shown.health is None
    if who != BO:
        assert (shown.queue, shown.to_decide) == (None, 0)


@pytest.mark.parametrize(
    "who", [GIL, OTTO, Actor(user_id="U0NEW", team_id="T1"), Actor(user_id="UANALYST", team_id="T2")]
)
async def test_without_a_role_there_is_no_home(desk: Desk, who: Actor) -> None:
    with pytest.raises(NotAllowed):
        await home.of(desk, ShowHome(), by=who)


async def test_what_waits_for_me_comes_by_its_deadline_and_apart_from_what_is_open(
    desk: Desk, store: TinyStore
) -> None:
    made: dict[str, dict[str, Any]] = {
        "TD-1": {"status": Status.NEEDS_INPUT, "deadline": deadline(5)},
        "TD-2": {"status": Status.BY_HAND, "lot": "LOT-1"},
        "TD-3": {"status": Status.NEEDS_INPUT, "deadline": deadline(1)},
        "TD-4": {"status": Status.UNCERTAIN},
        "TD-5": {"status": Status.FAILED},
        "TD-6": {"status": Status.IN_REVIEW},
        "TD-7": {"status": Status.IN_REVIEW, "contested": True},
        "TD-8": {"status": Status.SELLER_RESPONSE, "deadline": deadline(2, Whose.SELLER)},
        "TD-9": {"status": Status.AWAITING_APPROVAL},
        "TD-10": {"status": Status.REMOVED, "contested": True},
        "TD-11": {"status": Status.NEEDS_INPUT, "submitter": BO},
        "TD-12": {"status": Status.NEEDS_INPUT, "submitter": BO, "owner": ANN.user_id},
        "TD-13": {"status": Status.NEEDS_INPUT, "owner": BO.user_id},
    }
    await put(store, *(make.notice(one, **changes) for one, changes in made.items()))
    work = (await home.of(desk, ShowHome(), by=ANN)).work
    assert work is not None
    assert ids(work.waiting.notices) == ["TD-3", "TD-1", "TD-13", "TD-12", "TD-7", "TD-5", "TD-4", "TD-2"]
    assert ids(work.open.notices) == ["TD-9", "TD-8", "TD-6"]
    assert work.names == {BO.user_id: f"Name of {BO.user_id}"}


async def test_an_answer_on_its_way_waits_for_nobody(desk: Desk, store: TinyStore) -> None:
    answer = Answer(accepts=True, by=ANN, at=make.NOW)
    await put(store, make.notice(status=Status.NEEDS_INPUT, answer=answer))
    work = (await home.of(desk, ShowHome(), by=ANN)).work
    assert work is not None
    assert (work.waiting.total, ids(work.open.notices)) == (0, ["TD-1"])


async def test_lists_are_turned_and_end_at_their_last_page(desk: Desk, store: TinyStore) -> None:
    await put(store, *(make.notice(f"TD-{number}", status=Status.IN_REVIEW) for number in range(1, 24)))
    first = (await home.of(desk, ShowHome(), by=ANN)).work
    last = (await home.of(desk, ShowHome(open=3), by=ANN)).work
    beyond = (await home.of(desk, ShowHome(open=99), by=ANN)).work
    assert first is not None
    assert last is not None
    assert beyond is not None
    assert ids(first.open.notices)[0] == "TD-23"
    assert ids(last.open.notices) == ["TD-3", "TD-2", "TD-1"]
    assert (beyond.open_page, beyond.open) == (3, last.open)


async def test_an_approver_is_shown_the_oldest_batch_first_and_never_their_own(desk: Desk, store: TinyStore) -> None:
    asked = Approval(because=("it is a counterfeit",), asked_at=make.NOW)
    waits: dict[str, Any] = {"status": Status.AWAITING_APPROVAL, "approval": asked}
    await put(
        store,
        make.notice("TD-1", batch_id="b", **waits),
        make.notice("TD-2", submitter=BO, **waits),
        make.notice("TD-3", batch_id="b", **waits),
        make.notice("TD-4", owner=BO.user_id, **waits),
        make.notice("TD-5", **waits),
        make.notice("TD-6", status=Status.QUEUED),
    )
    shown = await home.of(desk, ShowHome(tab=Tab.APPROVALS), by=BO)
    assert shown.queue is not None
    assert [ids(some) for some in shown.queue.batches] == [["TD-1", "TD-3"], ["TD-5"]]
    assert shown.to_decide == 2
    assert (await home.of(desk, ShowHome(), by=BO)).to_decide == 2


async def test_an_admin_sees_how_the_desk_is(desk: Desk, store: TinyStore) -> None:
    yesterday = make.NOW - timedelta(days=1)
    await put(
        store,
        make.notice("TD-1", status=Status.IN_REVIEW),
        make.notice("TD-2", status=Status.QUEUED),
        make.notice("TD-3", status=Status.REMOVED, at=yesterday),
    )
    await store.save(
        Circuit(marketplace="acme", version=1, failures=3, because="no answer"),
        Pause(marketplace="bazar", version=1, paused=True, why="A new contract", by=ANN, at=make.NOW),
        Pause(marketplace="acme", version=1, paused=False, why="", by=ANN, at=make.NOW),
        *(
            Registration(right=right, version=1, by=SYSTEM, at=make.NOW)
            for right in (
                make.right("LATE", expires_on=date(2026, 5, 20)),
                make.right("SOON", power_of_attorney_expires_on=date(2026, 3, 2)),
                make.right("LONG", expires_on=date(2031, 1, 1)),
                make.right("OVER", expires_on=date(2026, 3, 1)),
                make.right("NEVER", expires_on=None),
            )
        ),
        make.schedule("DG-1", state=ScheduleState.PAUSED, paused_because="the channel is archived"),
        make.schedule("DG-2", state=ScheduleState.PAUSED),
        replace(make.delivery("card:batch-1"), parked=True),
    )
    markets: Any = {"bazar": None, "acme": None}
    shown = await home.of(replace(desk, marketplaces=markets), ShowHome(tab=Tab.DESK), by=ADA)
    health = shown.health
    assert health is not None
    acme, bazar = health.connections
    assert (acme.marketplace, acme.filed, acme.sent, acme.pause) == ("acme", 2, 1, None)
    assert acme.circuit is not None
    assert acme.circuit.failures == 3
    assert bazar.pause is not None
    assert [right.key for right in health.ending] == ["SOON", "LATE"]
    assert health.roles == {Role.ANALYST: 2, Role.APPROVER: 1, Role.VIEWER: 1}
    assert [one.id for one in health.stopped] == ["DG-1"]
    assert health.counts.parked == 1
    assert health.names == {ANN.user_id: f"Name of {ANN.user_id}"}
