"""A bulk in the desk, at the edges that no story reaches."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks import bulk as drawn
from bot.carriers.bulk import Bulks
from bot.carriers.posting import Posting
from bot.desk import Desk, bulk, register
from bot.errors import Conflict, Invalid, NotAllowed, Refused, SlackDeclined, SlackUnavailable
from bot.grammar import File
from bot.marketplaces.http import new_client
from bot.marketplaces.opening import configured_sites, open_marketplaces
from bot.model import (
    Actor,
    Bulk,
    BulkLine,
    BulkState,
    LineVerdict,
    Person,
    Posted,
    Query,
    Registration,
    Role,
    Status,
    Violation,
)
from bot.sheets import BULK_COLUMNS, read_pasted, read_table
from bot.stores.tiny import TinyStore, open_tiny
from config.desk_file import load_marketplaces
from tests import make
from tests.bench.people import Somebody
from tests.bot.blocks import checks
from tests.vendors import HandClock, opening

ANN = make.ANALYST
PERSON = Person(user_id=ANN.user_id, team_id="T1", name="Ann Lyst")
COUNTERFEIT = File(addresses=(), violation=Violation.COUNTERFEIT, right=None, seller=None, statement="")
TABLES = """
[marketplaces.acme]
adapter = "rest"
name = "Acme Market"
base_url = "https://acme.example/api"
token_env = "T"
hosts = ["acme.example"]
listing_pattern = '/item/(?P<listing>[0-9]+)'

[rights.ACME-EU]
kind = "trademark"
title = "ACME"
registration_no = "018000001"
office = "EUIPO"
jurisdictions = ["EU"]
owner = "Acme Ltd"
"""
TWO_RIGHTS = TABLES + TABLES[TABLES.index("[rights") :].replace("ACME-EU", "ACME-TWO")


@dataclass(kw_only=True)
class Scene:
    desk: Desk
    store: TinyStore
    clock: HandClock

    async def laid(self, *addresses: str, key: str = "k", given: File = COUNTERFEIT) -> Bulk:
        """A bulk of these, checked."""
        lines = bulk.from_addresses(self.desk, addresses, given)
        started = await bulk.start(self.desk, lines, by=ANN, channel="C1", key=key)
        return await bulk.check(self.desk, started, PERSON)

    async def run(self, there: Bulk) -> Bulk:
        while there.state is BulkState.FILING:
            there = await bulk.go_on(self.desk, there, PERSON)
        return there

    async def verdicts(self, there: Bulk) -> list[str]:
        return [line.verdict.value for line in (await bulk.laid_out(self.desk, there)).lines]

    async def filed(self) -> int:
        return (await self.store.notices(Query())).total


@pytest.fixture
async def scene(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    clock = HandClock()
    store = await open_tiny(tmp_path / "desk" / "notices.json", clock)
    file = tmp_path / "marketplaces.toml"
    file.write_text(getattr(request, "param", TABLES))
    desk_file = load_marketplaces(file, {"T": "t"})
    desk = Desk(
        store=store,
        people=Somebody(),
        marketplaces=open_marketplaces(desk_file.marketplaces, opening(new_client(), clock=clock)),
        sites=configured_sites(desk_file.marketplaces),
        clock=clock,
        first_admins=frozenset(),
        undo=timedelta(seconds=30),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    await register.import_rights(desk, desk_file.rights)
    await store.save(make.role(ANN.user_id, Role.ANALYST))
    yield Scene(desk=desk, store=store, clock=clock)
    await store.close()


def item(number: int) -> str:
    return f"https://acme.example/item/{number}"


async def test_what_is_sent_again_is_the_same_bulk(scene: Scene) -> None:
    lines = bulk.from_addresses(scene.desk, [item(1)], COUNTERFEIT)
    first, again = await asyncio.gather(
        *(bulk.start(scene.desk, lines, by=ANN, channel="C1", key="view") for _ in range(2))
    )
    assert first.id == again.id
    other = await bulk.start(scene.desk, lines, by=replace(ANN, user_id=ANN.user_id), channel="C1", key="view 2")
    assert other.id != first.id


async def test_a_handful_at_a_time_each_in_one_step_with_where_it_goes_on(scene: Scene) -> None:
    there = await scene.laid(*map(item, range(60)))
    there = await bulk.file(scene.desk, there.id, 1, by=ANN)
    seen = []
    while there.state is BulkState.FILING:
        there = await bulk.go_on(scene.desk, there, PERSON)
        seen.append((there.cursor, await scene.filed()))
    assert seen == [(1, 25), (2, 50), (3, 60), (3, 60)]


async def test_two_that_go_on_at_once_file_each_line_once(scene: Scene) -> None:
    there = await bulk.file(scene.desk, (await scene.laid(*map(item, range(30)))).id, 1, by=ANN)
    came = await asyncio.gather(*(bulk.go_on(scene.desk, there, PERSON) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["Bulk", "Conflict", "Conflict"]
    assert await scene.filed() == 25


async def test_a_right_that_expires_meanwhile_refuses_its_lines_and_no_others(scene: Scene) -> None:
    there = await bulk.file(scene.desk, (await scene.laid(*map(item, range(30)))).id, 1, by=ANN)
    there = await bulk.go_on(scene.desk, there, PERSON)
    (right,) = [one for one in await scene.store.entries(Registration) if one.right.key == "ACME-EU"]
    yesterday = (scene.clock.now - timedelta(days=1)).date()
    ended = replace(right, version=right.version + 1, right=replace(right.right, expires_on=yesterday))
    await scene.store.save(ended)
    there = await scene.run(there)
    assert Counter(await scene.verdicts(there)) == {"filed": 25, "refused": 5}
    last = (await bulk.laid_out(scene.desk, there)).lines[-1]
    assert "expired" in last.why

    await scene.store.save(replace(ended, version=ended.version + 1, right=right.right))
    again = await bulk.try_again(scene.desk, there.id, there.run, by=ANN)
    there = await scene.run(again)
    assert Counter(await scene.verdicts(there)) == {"filed": 30}
    assert {one.batch_id for one in (await scene.store.notices(Query(limit=99))).notices} == {there.batch_id}


@pytest.mark.parametrize("scene", [TWO_RIGHTS], indirect=True)
async def test_one_listing_under_two_rights_is_filed_twice_and_tells_earlier_notices_once(scene: Scene) -> None:
    await scene.store.save(make.notice("TD-1", listing=make.listing("7"), right=make.right("OLD")))
    lines = [
        BulkLine(number=at, address=item(7), violation="counterfeit", right=right, seller="S-1")
        for at, right in enumerate(["ACME-EU", "ACME-TWO"], 1)
    ]
    started = await bulk.start(scene.desk, lines, by=ANN, channel="C1", key="k")
    there = await bulk.check(scene.desk, started, PERSON)
    there = await scene.run(await bulk.file(scene.desk, there.id, 1, by=ANN))
    assert await scene.verdicts(there) == ["filed", "filed"]
    earlier = await scene.store.notice("TD-1")
    assert earlier is not None
    assert earlier.seller is not None
    assert earlier.seller.seller_id == "S-1"


async def test_the_same_listing_again_stays_out_even_when_it_is_tried_again(scene: Scene) -> None:
    there = await scene.laid(item(1), item(1), "nonsense")
    assert await scene.verdicts(there) == ["fine", "duplicate", "unknown"]
    there = await scene.run(await bulk.file(scene.desk, there.id, 1, by=ANN))
    notice = (await scene.store.notices(Query())).notices[0]
    await scene.store.save(notice.changed(scene.clock.now, status=Status.WITHDRAWN))
    there = await scene.run(await bulk.try_again(scene.desk, there.id, there.run, by=ANN))
    assert await scene.verdicts(there) == ["filed", "duplicate", "unknown"]


async def test_a_message_to_the_seller_is_kept_with_the_notice(scene: Scene) -> None:
    given = replace(COUNTERFEIT, message="Please write to ip@example.com.")
    lines = bulk.from_addresses(scene.desk, [item(1)], given)
    lines = (*lines, replace(lines[0], number=2, address=item(2), message="x" * 1001))
    there = await bulk.check(scene.desk, await bulk.start(scene.desk, lines, by=ANN, channel="C1", key="k"), PERSON)
    assert await scene.verdicts(there) == ["fine", "refused"]
    await scene.run(await bulk.file(scene.desk, there.id, 1, by=ANN))
    assert (await scene.store.notices(Query())).notices[0].message_to_seller == "Please write to ip@example.com."


async def test_nobody_else_and_nobody_without_a_role(scene: Scene) -> None:
    there = await scene.laid(item(1))
    bo = Actor(user_id="UBO", team_id="T1")
    lines = bulk.from_addresses(scene.desk, [item(1)], COUNTERFEIT)
    with pytest.raises(NotAllowed, match="no role"):
        await bulk.start(scene.desk, lines, by=bo, channel="C1", key="k")
    await scene.store.save(make.role(bo.user_id, Role.ADMIN))
    for attempt in (
        bulk.file(scene.desk, there.id, 1, by=bo),
        bulk.try_again(scene.desk, there.id, 0, by=bo),
        bulk.check_again(scene.desk, there.id, by=bo),
        bulk.seen(scene.desk, there.id, by=bo),
    ):
        with pytest.raises(NotAllowed, match="Only the person"):
            await attempt
    assert await scene.filed() == 0


async def test_whoever_may_not_file_any_more_when_it_goes_on_is_stopped_and_told(scene: Scene) -> None:
    there = await bulk.file(scene.desk, (await scene.laid(*map(item, range(30)))).id, 1, by=ANN)
    there = await bulk.go_on(scene.desk, there, PERSON)
    await scene.store.save(make.role(ANN.user_id, version=2))
    channels = Channels()
    await carried(scene, channels)
    assert await scene.filed() == 25
    assert "Stopped" in channels.shown[-1]
    assert "analyst" in channels.shown[-1]


async def test_a_slack_that_is_down_holds_up_no_filing(scene: Scene) -> None:
    there = await scene.laid(*map(item, range(30)))
    await bulk.file(scene.desk, there.id, 1, by=ANN)
    channels = Channels(down=True)
    with pytest.raises(SlackUnavailable):
        await carried(scene, channels)
    assert await scene.filed() == 30
    scene.clock.forward(600)
    channels.down = False
    await carried(scene, channels)
    assert "30 filed" in channels.shown[-1]
    assert len(channels.shown) == 1


async def test_a_table_that_was_deleted_is_posted_again(scene: Scene) -> None:
    there = await scene.laid(item(1))
    channels = Channels()
    await carried(scene, channels)
    channels.lost = True
    await bulk.file(scene.desk, there.id, 1, by=ANN)
    with pytest.raises(Exception, match="posting the table again"):
        await carried(scene, channels)
    scene.clock.forward(600)
    await carried(scene, channels)
    assert channels.posts == 2


@dataclass(kw_only=True)
class Channels:
    """Direct messages, for a test to look at."""

    down: bool = False
    lost: bool = False
    posts: int = 0

    def __post_init__(self) -> None:
        self.shown: list[str] = []

    async def direct(self, user_id: str) -> str:
        if self.down:
            raise SlackUnavailable("down")
        return "D1"

    async def post(self, channel: str, message: Any, *, key: str, thread_ts: str = "") -> Any:
        self.posts += 1
        self.lost = False
        self.shown.append(message.text)
        return Posted(channel=channel, ts=f"{self.posts}.0")

    async def update(self, channel: str, ts: str, message: Any) -> None:
        if self.lost:
            raise SlackDeclined("message_not_found")
        self.shown.append(message.text)

    async def find(self, channel: str, **_: Any) -> None:
        return None


async def carried(scene: Scene, channels: Channels) -> None:
    """What is due is carried; where it fails it is put back, as the outbox does."""
    carrier = Bulks(desk=scene.desk, posting=Posting(desk=scene.desk, channels=channels))
    for lane in await scene.store.due_lanes(scene.clock.now):
        if not lane.startswith("bulk:"):
            continue
        for delivery in await scene.store.claim_due(scene.clock.now, timedelta(minutes=2), lane=lane):
            try:
                await carrier.carry(delivery)
            except Exception:
                await scene.store.defer(delivery, scene.clock.now, error="failed")
                raise


pieces = st.one_of(
    checks.people,
    st.integers(0, 40).map(item),
    st.sampled_from(
        ["<https://acme.example/item/3|x>", "https://acme.example/", "hxxps://acme[.]example/item/4", ";", ","]
    ),
)
pastes = st.lists(pieces, max_size=30).map("\n".join)
cells = st.one_of(pieces, st.sampled_from(["counterfeit", "fake", "=1+1", "ACME-EU", '"']))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pastes, st.sampled_from([None, *Violation]), checks.people)
async def test_whatever_is_pasted_becomes_lines_with_a_verdict_and_a_table(
    scene: Scene, text: str, violation: Violation | None, statement: str
) -> None:
    whole = text.encode("utf-8", "replace").decode()
    asked = File(addresses=(), violation=violation, right=None, seller=None, statement=statement[:4000])
    await through(scene, bulk.from_addresses(scene.desk, read_pasted(whole)[:300], asked))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=12), st.sampled_from(",;\t"))
async def test_whatever_is_in_a_table_becomes_lines_with_a_verdict_and_a_table(
    scene: Scene, rows: list[list[str]], separator: str
) -> None:
    text = "\n".join(separator.join(row) for row in [["address", "violation", "right"], *rows])
    try:
        there = read_table(text.encode("utf-8", "replace"), "list.csv", BULK_COLUMNS)
    except Invalid:
        return
    lines, _ = bulk.from_table(scene.desk, there, COUNTERFEIT)
    await through(scene, lines)


async def through(scene: Scene, lines: tuple[BulkLine, ...]) -> None:
    """Every line is checked, shown and, where it is fine, filed."""
    key = str(scene.clock.now)
    scene.clock.forward(61)
    try:
        there = await bulk.start(scene.desk, lines, by=ANN, channel="C1", key=key)
    except Invalid:
        assert not lines
        return
    there = await bulk.check(scene.desk, there, PERSON)
    before = await shown(scene, there)
    try:
        there = await scene.run(await bulk.file(scene.desk, there.id, 1, by=ANN))
    except Refused:
        assert LineVerdict.FINE not in before
        return
    after = await shown(scene, there)
    assert after[LineVerdict.FILED] == before[LineVerdict.FINE]
    assert after.total() == len(lines)


async def shown(scene: Scene, there: Bulk) -> Counter[LineVerdict]:
    laid = await bulk.laid_out(scene.desk, there)
    for page in range(1, 14):
        checks.check(drawn.table(laid.bulk, laid.lines, name=checks.name, page=page, waiting=laid.waiting))
    return Counter(line.verdict for line in laid.lines)


async def test_two_bulks_at_once_do_not_file_beyond_a_quota(scene: Scene) -> None:
    await scene.store.save(make.filing_policy(daily_quota=3))
    laid = [await scene.laid(*map(item, range(at, at + 2)), key=f"k{at}") for at in (1, 3)]
    begun = [await bulk.file(scene.desk, one.id, 1, by=ANN) for one in laid]
    came = await asyncio.gather(*(bulk.go_on(scene.desk, one, PERSON) for one in begun), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["Bulk", "Conflict"]
    late = begun[came.index(next(one for one in came if isinstance(one, Conflict)))]
    assert sorted(await scene.verdicts(await scene.run(late))) == ["filed", "refused"]
    assert await scene.filed() == 3
