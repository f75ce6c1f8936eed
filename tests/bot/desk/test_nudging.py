"""What waits for a person is reminded of five times, escalates once, and stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import deadlines as pure
from bot.desk import Desk, nudging, waits
from bot.desk import deadlines as dated
from bot.desk.steps import step
from bot.errors import Invalid, NotAllowed, WrongStatus
from bot.model import (
    SYSTEM,
    Actor,
    Announcement,
    Approval,
    Deadline,
    Notice,
    Role,
    Status,
    Whose,
)
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.people import Colleagues
from tests.vendors import HandClock

BEGAN = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)  # a Wednesday, 16:00 in Berlin
ANN, BO, ADA = make.ANALYST, Actor(user_id="U0BO", team_id="T1"), Actor(user_id="U0ADA", team_id="T1")


@dataclass(kw_only=True)
class Scene:
    desk: Desk
    clock: HandClock
    store: TinyStore
    notice: Notice

    async def becomes(self, **changes: Any) -> None:
        self.notice, records = step(
            self.notice, at=self.clock.now, actor=SYSTEM, kind="told", words="It changed.", **changes
        )
        await self.store.save(*records)

    async def passes(self, length: timedelta) -> None:
        """Time passes, an hour at a time, and what comes due is carried."""
        until = self.clock.now + length
        while self.clock.now < until:
            for one in await self.store.claim_due(self.clock.now, timedelta(minutes=1), lane="reminders", limit=9):
                await nudging.nudge(self.desk, one)
            self.clock.forward(3600)

    async def told(self) -> list[tuple[str, str]]:
        return [(f"{one.at:%d %H:%M}", one.channel) for one in await self.store.entries(Announcement)]

    async def words(self) -> str:
        return (await self.store.entries(Announcement))[-1].words


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
        first_admins=frozenset({ADA.user_id}),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    notice = make.notice(status=Status.IN_REVIEW, at=BEGAN)
    await store.save(notice, make.event(notice), make.role(ANN.user_id, Role.ANALYST))
    await store.save(make.role(BO.user_id, Role.APPROVER, Role.ANALYST))
    yield Scene(desk=desk, clock=clock, store=store, notice=notice)
    await store.close()


async def test_five_reminders_in_working_hours_the_admins_once_and_then_silence(scene: Scene) -> None:
    await scene.becomes(status=Status.NEEDS_INPUT, reason="Please send a picture.")
    await scene.passes(timedelta(days=60))
    assert await scene.told() == [
        ("26 15:00", ANN.user_id),
        ("27 15:00", ANN.user_id),
        ("30 08:00", ANN.user_id),  # four days later is a Sunday
        ("02 15:00", ANN.user_id),
        ("02 15:00", ADA.user_id),
        ("09 15:00", ANN.user_id),
    ]
    last = await scene.words()
    assert "They write: Please send a picture." in last
    assert last.endswith("This is the last reminder.")
    assert "reminders" not in await scene.store.due_lanes(scene.clock.now)


async def test_nobody_is_reminded_of_what_was_answered(scene: Scene) -> None:
    await scene.becomes(status=Status.NEEDS_INPUT)
    await scene.passes(timedelta(hours=20))
    await scene.becomes(status=Status.IN_REVIEW)
    await scene.passes(timedelta(days=30))
    assert not await scene.told()


async def test_a_counter_notice_without_a_date_is_watched_too(scene: Scene) -> None:
    await scene.becomes(contested=True)
    await scene.passes(timedelta(days=2))
    assert "The seller filed a counter-notice against TD-1 at acme" in await scene.words()


async def test_the_clock_of_a_counter_notice_is_told_before_it_ends(scene: Scene) -> None:
    ends = Deadline(at=BEGAN + timedelta(days=10), whose=Whose.MARKETPLACE, words="then the listing is back")
    before = scene.notice
    await scene.becomes(contested=True, deadline=ends)
    await scene.store.save(*dated.watch(before, scene.notice))
    for _ in range(24 * 10):
        for one in await scene.store.claim_due(scene.clock.now, timedelta(minutes=1), lane="reminders", limit=9):
            await dated.remind(scene.desk, one)
        scene.clock.forward(3600)
    assert "acme has time until Sat 05 Dec 2026, 16:00 (Europe/Berlin): then the listing is back" in await scene.words()
    assert len([who for _, who in await scene.told() if who == ANN.user_id]) == 2


async def test_approvers_are_reminded_and_never_who_filed(scene: Scene) -> None:
    await scene.store.save(make.role(ANN.user_id, Role.APPROVER, version=2))
    waiting = make.notice("TD-2", status=Status.AWAITING_APPROVAL, at=BEGAN)
    await scene.store.save(waiting, make.event(waiting), *waits.watch(None, waiting))
    await scene.passes(timedelta(days=30))
    told = await scene.told()
    assert {who for _, who in told} == {BO.user_id, ADA.user_id}
    assert [at for at, who in told if who == BO.user_id][:2] == ["26 08:00", "26 15:00"]
    assert [who for _, who in told].count(ADA.user_id) == 6, "an admin may approve, and hears of it once more as one"


async def test_approvers_are_told_in_their_channel_where_there_is_one(scene: Scene) -> None:
    asked = Approval(because=("it is about patents",), asked_at=BEGAN, channel="C0LEGAL")
    waiting = make.notice("TD-2", status=Status.AWAITING_APPROVAL, approval=asked, at=BEGAN)
    await scene.store.save(waiting, make.event(waiting), *waits.watch(None, waiting))
    await scene.passes(timedelta(days=1))
    assert (await scene.told())[0] == ("26 08:00", "C0LEGAL")


async def test_snoozed_reminders_come_at_the_end_of_the_snooze(scene: Scene) -> None:
    await scene.becomes(status=Status.NEEDS_INPUT)
    (scene.notice,) = await nudging.snooze(scene.desk, "TD-1", timedelta(days=3), "legal looks at it", by=ANN)
    await scene.passes(timedelta(days=4))
    assert not await scene.told(), "three days on it is Saturday"
    await scene.passes(timedelta(days=1))
    assert await scene.told() == [("30 08:00", ANN.user_id)], "so on Monday morning"
    events = await scene.store.events("TD-1")
    assert "No reminders until Mon 30 Nov, 09:00 (Europe/Berlin). Why: legal looks at it" in events[-1].words


async def test_a_snooze_never_goes_beyond_a_deadline(scene: Scene) -> None:
    ends = Deadline(at=BEGAN + timedelta(days=2), whose=Whose.OURS, words="answer")
    await scene.becomes(status=Status.NEEDS_INPUT, deadline=ends)
    with pytest.raises(Invalid, match=r"until 27 Nov 2026, 15:00 UTC; reminders can wait until 27 Nov 2026, 11:00"):
        await nudging.snooze(scene.desk, "TD-1", timedelta(days=3), "", by=ANN)


async def test_only_who_looks_after_a_notice_snoozes_it_and_only_what_waits(scene: Scene) -> None:
    with pytest.raises(WrongStatus, match="nobody is reminded of it"):
        await nudging.snooze(scene.desk, "TD-1", timedelta(days=1), "", by=ANN)
    await scene.becomes(status=Status.NEEDS_INPUT)
    with pytest.raises(NotAllowed, match="Only the person who filed TD-1"):
        await nudging.snooze(scene.desk, "TD-1", timedelta(days=1), "", by=BO)
    with pytest.raises(Invalid, match="30 days at most"):
        await nudging.snooze(scene.desk, "TD-1", timedelta(days=31), "", by=ANN)


async def test_whoever_a_notice_was_handed_to_is_told_reminded_and_may_act(scene: Scene) -> None:
    await scene.becomes(status=Status.NEEDS_INPUT)
    scene.notice = await nudging.hand_over(scene.desk, "TD-1", BO.user_id, by=ANN)
    assert (await scene.told())[0][1] == BO.user_id
    assert "handed TD-1 over to you" in await scene.words()
    await scene.passes(timedelta(days=2, hours=1))
    assert [who for _, who in await scene.told()][1:] == [BO.user_id] * 2
    await nudging.snooze(scene.desk, "TD-1", timedelta(days=1), "", by=BO)


async def test_nobody_is_handed_what_they_may_not_act_on(scene: Scene) -> None:
    with pytest.raises(Invalid, match="U0MIA cannot look after TD-1: it takes the role analyst"):
        await nudging.hand_over(scene.desk, "TD-1", "U0MIA", by=ANN)


def test_reminders_keep_to_working_hours_and_apart() -> None:
    friday = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
    times = pure.series(friday, nudging.FOR_APPROVAL, "Europe/Berlin")
    assert [f"{at:%a %H:%M}" for at in times] == ["Mon 08:00", "Tue 08:00", "Wed 08:00", "Thu 08:00", "Fri 08:00"]


async def test_a_snooze_ends_with_what_was_put_off(scene: Scene) -> None:
    await scene.becomes(status=Status.NEEDS_INPUT)
    (scene.notice,) = await nudging.snooze(scene.desk, "TD-1", timedelta(days=20), "", by=ANN)
    await scene.becomes(status=Status.IN_REVIEW)
    await scene.becomes(contested=True)
    await scene.passes(timedelta(days=2))
    assert [who for _, who in await scene.told()] == [ANN.user_id]


async def test_one_of_a_batch_that_is_snoozed_beyond_the_series_is_reminded_of_at_its_end(scene: Scene) -> None:
    pair = [make.notice(f"TD-{number}", batch_id="TD-7", status=Status.IN_REVIEW, at=BEGAN) for number in (7, 8)]
    await scene.store.save(*pair, *map(make.event, pair))
    for one in pair:
        _, records = step(one, at=scene.clock.now, actor=SYSTEM, kind="told", words="Asked.", status=Status.NEEDS_INPUT)
        await scene.store.save(*records)
    await nudging.hand_over(scene.desk, "TD-8", BO.user_id, by=ANN)
    await nudging.snooze(scene.desk, "TD-8", timedelta(days=20), "", by=BO)
    await scene.passes(timedelta(days=60))
    told = await scene.told()
    assert [at for at, who in told if who == BO.user_id][1:] == ["15 15:00"], "the first told of the handing over"
    assert len([who for _, who in told if who == ANN.user_id]) == 5


async def test_what_begins_to_wait_later_does_not_put_off_what_waits(scene: Scene) -> None:
    several = [make.notice(f"TD-{number}", batch_id="TD-7", status=Status.IN_REVIEW, at=BEGAN) for number in (7, 8, 9)]
    await scene.store.save(*several, *map(make.event, several))
    for one in several:
        _, records = step(one, at=scene.clock.now, actor=SYSTEM, kind="told", words="Asked.", status=Status.NEEDS_INPUT)
        await scene.store.save(*records)
        await scene.passes(timedelta(days=3))
    await scene.passes(timedelta(days=60))
    told = await scene.told()
    assert [who for _, who in told].count(ADA.user_id) == 3, "each is escalated once"
    assert [who for _, who in told].count(ANN.user_id) == 15


async def test_nobody_is_handed_what_they_look_after_and_a_failed_notice_can_be_handed_over(scene: Scene) -> None:
    with pytest.raises(WrongStatus, match="UANALYST looks after TD-1 already"):
        await nudging.hand_over(scene.desk, "TD-1", ANN.user_id, by=ANN)
    failed = make.notice("TD-2", status=Status.FAILED, at=BEGAN)
    await scene.store.save(failed, make.event(failed))
    assert (await nudging.hand_over(scene.desk, "TD-2", BO.user_id, by=ANN)).owner == BO.user_id


async def test_whoever_is_needed_to_approve_is_not_handed_what_waits_for_them(scene: Scene) -> None:
    both = replace(make.role(BO.user_id, Role.APPROVER, Role.ANALYST), version=2)
    analyst, own = make.role("U0CY", Role.ANALYST), make.role(ANN.user_id, Role.ANALYST, Role.APPROVER)
    waiting = make.awaiting("TD-2", at=BEGAN, submitter=ANN, declaration=make.declaration(affirmed_by=ANN.user_id))
    await scene.store.save(both, analyst, replace(own, version=2), waiting, make.event(waiting))
    for who in (BO, ADA):
        with pytest.raises(Invalid, match="may approve TD-2, and could not once they look after it") as refused:
            await nudging.hand_over(scene.desk, "TD-2", who.user_id, by=ANN)
        assert refused.value.field == "owner"
    assert (await nudging.hand_over(scene.desk, "TD-2", "U0CY", by=ANN)).owner == "U0CY"
    assert (await nudging.hand_over(scene.desk, "TD-2", ANN.user_id, by=ANN)).owner == ANN.user_id, "who filed it"
    assert (await nudging.hand_over(scene.desk, "TD-1", BO.user_id, by=ANN)).owner == BO.user_id, "nothing waits"
