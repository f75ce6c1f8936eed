"""A sent notice is published once, and its history says what came of it; its status never changes by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.carriers.archive import TRY_OFTEN, ToArchive
from bot.desk import Desk, archiving, settling
from bot.errors import Conflict
from bot.marketplaces.http import new_client
from bot.marketplaces.lumen import Lumen, open_lumen
from bot.model import Decision, Delivery, DeliveryKind, Event, Notice, Status, Violation
from bot.outbox import Outbox
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from bot.sandbox.vendors.lumen import PretendLumen
from bot.stores import Store
from bot.stores.tiny import open_tiny
from config.desk_tables import LumenTable
from tests import make
from tests.vendors import HandClock

TOKEN = "a-token-nobody-knows"
TABLE = {
    "token_env": "LUMEN_TOKEN",
    "token": TOKEN,
    "sender": "Nordlicht Schutz",
    "requests_per_second": 500,
    "timeout_seconds": 0.5,
}


@dataclass(kw_only=True)
class Scene:
    """A desk with an archive, whose other deliveries are left lying."""

    theirs: PretendLumen
    store: Store
    clock: HandClock
    desk: Desk
    outbox: Outbox

    async def sent(self, notice_id: str = "TD-1", *, to: Status = Status.SUBMITTED, **changes: Any) -> Notice:
        """A notice that a marketplace has just taken."""
        notice = make.notice(notice_id, status=Status.SENDING, at=self.clock(), **changes)
        await self.store.save(notice, make.event(notice), make.delivery(f"submit:{notice_id}", due_at=self.clock()))
        (delivery,) = await self.store.claim_due(self.clock(), timedelta(minutes=1), lane="marketplace:acme")
        decision = Decision(reference=f"R-{notice_id}", status=to, vendor_status="received")
        await settling.settle(self.desk, notice, decision, settles=delivery)
        return await self.desk.find(notice_id)

    async def carried(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            await self.outbox.run_once()
            self.clock.forward(3600)

    async def history(self, notice_id: str = "TD-1") -> list[Event]:
        """What happened to it after the marketplace had taken it."""
        return list(await self.store.events(notice_id))[2:]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = HandClock()
    theirs = PretendLumen(clock=clock, token=TOKEN, slow_seconds=0.1, hang_seconds=5)
    store = await open_tiny(tmp_path / "notices.json", clock)
    async with running(theirs.app) as address, new_client() as client:
        table = LumenTable.model_validate(TABLE | {"base_url": address})
        yield scene_of(theirs, store, clock, open_lumen(table, client=client, clock=clock))
    await store.close()


def scene_of(theirs: PretendLumen, store: Store, clock: HandClock, lumen: Lumen) -> Scene:
    desk = Desk(
        store=store,
        people=cast(Any, None),
        marketplaces={},
        sites=(),
        clock=clock,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
        archives=lumen.takes,
    )

    async def passed_over(delivery: Delivery) -> None:
        await store.save(settles=delivery)

    carriers = dict.fromkeys(DeliveryKind, passed_over) | {
        DeliveryKind.ARCHIVE: ToArchive(desk=desk, archive=lumen).publish
    }
    return Scene(theirs=theirs, store=store, clock=clock, desk=desk, outbox=Outbox(desk, carriers))


async def test_a_notice_that_was_sent_is_published_and_says_where(scene: Scene) -> None:
    before = await scene.sent()
    await scene.carried(3)
    assert (scene.theirs.filed("TD-1"), scene.theirs.sent("TD-1"), scene.theirs.dropped) == (1, 1, [])
    (event,) = await scene.history()
    assert (event.kind, event.status) == ("archived", Status.SUBMITTED)
    assert event.words.startswith("Archived by Lumen: http://127.0.0.1:")
    assert event.words.endswith("/notices/30000001")
    after = await scene.desk.find("TD-1")
    assert replace(after, version=before.version, updated_at=before.updated_at, head=before.head) == before


@pytest.mark.parametrize("violation", Violation)
async def test_every_violation_is_taken_by_them(scene: Scene, violation: Violation) -> None:
    await scene.sent(violation=violation, seller=make.seller())
    await scene.carried()
    assert [event.kind for event in await scene.history()] == ["archived"]
    assert scene.theirs.dropped == []


@pytest.mark.parametrize("status", Status)
async def test_only_what_a_marketplace_has_taken_is_published_and_only_once(scene: Scene, status: Status) -> None:
    before = make.notice(status=Status.SENDING)
    after = replace(before, status=status)
    taken = status in archiving.SENT
    assert bool(archiving.watch(scene.desk, before, after)) == taken
    assert archiving.watch(scene.desk, after, replace(after, status=Status.IN_REVIEW)) == (
        () if taken else archiving.watch(scene.desk, before, replace(before, status=Status.IN_REVIEW))
    )


async def test_what_is_followed_up_is_not_published_again(scene: Scene) -> None:
    notice = await scene.sent()
    await scene.carried()
    fresh = await scene.desk.find(notice.id)
    removed = Decision(reference=notice.reference, status=Status.REMOVED, vendor_status="removed")
    await scene.store.save(make.delivery("check:TD-1", lane="watch:acme", due_at=scene.clock()))
    (delivery,) = await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="watch:acme")
    await settling.settle(scene.desk, fresh, removed, settles=delivery)
    await scene.carried()
    assert scene.theirs.sent("TD-1") == 1


async def test_only_what_the_desk_file_names_is_published() -> None:
    async with new_client() as client:
        chosen = TABLE | {"marketplaces": ["acme"], "violations": ["counterfeit"]}
        lumen = open_lumen(LumenTable.model_validate(chosen), client=client, clock=HandClock())
    assert lumen.notices == "https://lumendatabase.org/notices"
    assert lumen.takes(make.notice())
    assert not lumen.takes(make.notice(violation=Violation.PATENT))
    assert not lumen.takes(make.notice(listing=make.listing("1", marketplace="bazaar")))
    assert TOKEN not in repr(lumen)


async def test_what_they_refuse_is_told_in_their_words_and_not_sent_again(scene: Scene) -> None:
    scene.theirs.feel(Mood.REFUSES)
    await scene.sent()
    await scene.carried(3)
    (event,) = await scene.history()
    assert (event.kind, event.words) == ("not_archived", "Not archived by Lumen: base: We do not take this.")
    assert scene.theirs.sent("TD-1") == 1


@pytest.mark.parametrize("mood", [Mood.LOST_REPLY, Mood.CUT_BEFORE, Mood.BREAKS, Mood.HANGS])
async def test_after_a_lost_reply_nothing_is_published_twice_and_a_person_is_told(scene: Scene, mood: Mood) -> None:
    scene.theirs.feel(mood, writes=1)
    await scene.sent()
    await scene.carried(3)
    (event,) = await scene.history()
    assert event.kind == "archive_unclear"
    assert event.words.startswith("It is not certain that Lumen has archived this:")
    assert scene.theirs.sent("TD-1") == 1


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.RATE_LIMITED, Mood.BAD_TOKEN])
async def test_what_was_certainly_not_taken_is_tried_again(scene: Scene, mood: Mood) -> None:
    scene.theirs.feel(mood, writes=2)
    await scene.sent()
    await scene.carried(4)
    assert [event.kind for event in await scene.history()] == ["archived"]
    assert (scene.theirs.sent("TD-1"), scene.theirs.filed("TD-1")) == (3, 1)


async def test_an_archive_that_takes_nothing_is_given_up_on(scene: Scene) -> None:
    scene.theirs.feel(Mood.BAD_TOKEN)
    await scene.sent()
    await scene.carried(TRY_OFTEN + 3)
    (event,) = await scene.history()
    assert event.kind == "not_archived"
    assert TOKEN not in event.words
    assert scene.theirs.sent("TD-1") == TRY_OFTEN


async def test_an_attempt_that_nobody_saw_the_end_of_is_not_repeated(scene: Scene) -> None:
    await scene.sent()
    (claimed,) = await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="archive:lumen")
    assert await archiving.begun(scene.desk, claimed)
    scene.clock.forward(120)  # the lease of whoever died ends
    await scene.carried()
    assert [event.kind for event in await scene.history()] == ["archive_unclear"]
    assert scene.theirs.sent("TD-1") == 0


async def test_a_notice_that_moves_on_meanwhile_still_says_that_it_is_archived(scene: Scene) -> None:
    notice = await scene.sent()

    class MovesOn:
        async def add(self, notice: Notice, *, recipient: str) -> str:
            moved = notice.changed(scene.clock(), status=Status.IN_REVIEW)
            await scene.store.save(moved, make.event(moved))
            return "https://lumendatabase.org/notices/7"

    (claimed,) = await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="archive:lumen")
    await ToArchive(desk=scene.desk, archive=MovesOn()).publish(claimed)
    moved, archived = await scene.history()
    assert (moved.status, archived.kind, archived.status) == (Status.IN_REVIEW, "archived", Status.IN_REVIEW)
    assert archived.number == notice.version + 2


async def test_whoever_has_lost_the_delivery_writes_nothing(scene: Scene) -> None:
    await scene.sent()
    (claimed,) = await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="archive:lumen")
    await scene.store.save(settles=claimed)
    with pytest.raises(Conflict):
        await archiving.ended(scene.desk, claimed, "archived", "Archived.")
    assert await scene.history() == []


async def test_a_desk_without_an_archive_any_more_lets_go_of_what_waited(scene: Scene) -> None:
    await scene.sent()
    (claimed,) = await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="archive:lumen")
    await ToArchive(desk=scene.desk, archive=None).publish(claimed)
    scene.clock.forward(3600)
    assert await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="archive:lumen") == ()
    assert await scene.history() == []
