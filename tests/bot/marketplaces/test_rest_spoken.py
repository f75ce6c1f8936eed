"""The `rest` adapter and the pretend marketplace that offers the contract, spoken over a real socket."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import (
    Declined,
    Invalid,
    MarketplaceError,
    NotAllowed,
    NotAuthorised,
    OutcomeUnknown,
    Unavailable,
)
from bot.marketplaces import Marketplace
from bot.marketplaces.http import new_client
from bot.marketplaces.opening import open_marketplaces
from bot.marketplaces.rest import RestTable
from bot.model import ComeBack, Decision, Notice, RightKind, Seller, Status, Violation
from bot.sandbox.marketplace import Mood, PretendMarketplace
from bot.sandbox.serving import running
from tests import make
from tests.vendors import HandClock, opening

TOKEN, PUSH_SECRET = "a-token-nobody-knows", "a-push-secret-nobody-knows"


@dataclass
class World:
    """A marketplace, and the adapter that speaks to it."""

    theirs: PretendMarketplace
    ours: Marketplace
    clock: HandClock


Opens = Callable[..., AbstractAsyncContextManager[World]]


@asynccontextmanager
async def rest_world(**changes: object) -> AsyncIterator[World]:
    clock = HandClock()
    theirs = PretendMarketplace(
        key="acme",
        name="Acme Market",
        token=TOKEN,
        clock=clock,
        push_secret=PUSH_SECRET,
        slow_seconds=0.3,
    )
    async with running(theirs.app) as base_url, new_client() as client:
        table: dict[str, object] = {
            "key": "acme",
            "adapter": "rest",
            "name": "Acme Market",
            "base_url": base_url,
            "token_env": "ACME_TOKEN",
            "token": SecretStr(TOKEN),
            "hosts": ["acme.example"],
            "listing_pattern": "/item/(?P<listing>[0-9]+)",
            "requests_per_second": 500,
            "timeout_seconds": 1,
            "push_secret_env": "ACME_PUSH_SECRET",
            "push_secret": SecretStr(PUSH_SECRET),
        }
        config = RestTable.model_validate(table | changes)
        yield World(theirs=theirs, ours=open_marketplaces([config], opening(client, clock))["acme"], clock=clock)


@pytest.fixture
def opens() -> Opens:
    return rest_world


@pytest.fixture
async def world(opens: Opens) -> AsyncIterator[World]:
    async with opens() as opened:
        yield opened


async def filed(world: World, notice: Notice) -> Decision:
    """What became of one notice; what went wrong with it is raised."""
    result = (await world.ours.submit([notice]))[notice.id]
    if isinstance(result, MarketplaceError):
        raise result
    return result


async def submitted(world: World, notice: Notice) -> Notice:
    decision = await filed(world, notice)
    return replace(notice, status=decision.status, reference=decision.reference)


async def test_a_notice_is_filed_once_with_everything_in_it(world: World) -> None:
    notice = make.notice("TD-12", seller=Seller(seller_id="S-9", name="Shop 9"))
    decision = await filed(world, notice)
    assert decision.status is Status.SUBMITTED
    assert decision.vendor_status == "received"
    (filing,) = world.theirs.requests
    assert filing.id == decision.reference
    assert filing.body == {
        "reference": "TD-12",
        "listing": {"id": "12", "url": "https://acme.example/item/12"},
        "seller": {"id": "S-9", "name": "Shop 9"},
        "violation": "counterfeit",
        "statement": notice.statement,
        "right": {
            "kind": "trademark",
            "registration_no": notice.right.registration_no,
            "office": "EUIPO",
            "title": "ACME",
            "owner": notice.right.owner,
        },
        "declaration": {
            "text_version": notice.declaration.text_version,
            "signature": notice.declaration.signature,
            "affirmed_at": "2026-03-02T09:00:00Z",
        },
    }


async def test_an_unregistered_right_and_any_script_pass_unharmed(world: World) -> None:
    right = make.right(kind=RightKind.COPYRIGHT, registration_no="", office="", title="Иллюстрации «Свет» 光")
    notice = make.notice("TD-1", right=right, violation=Violation.COPYRIGHT, statement="“Копия” 😀\nline two")
    await filed(world, notice)
    assert world.theirs.requests[0].body["statement"] == "“Копия” 😀\nline two"
    assert world.theirs.requests[0].body["right"]["title"] == "Иллюстрации «Свет» 光"


async def test_a_notice_is_followed_to_its_removal(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    seen = []
    for _ in range(4):
        decision = await world.ours.check(notice)
        seen.append(decision.status)
        world.clock.forward(2)
    assert seen == [Status.SUBMITTED, Status.IN_REVIEW, Status.IN_REVIEW, Status.REMOVED]
    assert decision.decided_at == world.clock.now - timedelta(seconds=2)
    assert decision.reason
    assert decision.seller is not None


async def test_the_seller_they_name_is_told(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1", seller=Seller(seller_id="S-9", name="Shop 9")))
    assert (await world.ours.check(notice)).seller == Seller(seller_id="S-9", name="Shop 9")


async def test_a_notice_is_found_by_our_own_reference(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    await submitted(world, make.notice("TD-11"))
    found = await world.ours.look_up(notice)
    assert found is not None
    assert (found.reference, found.status) == (notice.reference, Status.SUBMITTED)


async def test_a_notice_they_never_had_is_not_found(world: World) -> None:
    await submitted(world, make.notice("TD-11"))
    assert await world.ours.look_up(make.notice("TD-1")) is None


async def test_sent_twice_it_is_filed_once_and_stays_ours(world: World) -> None:
    first = await filed(world, make.notice("TD-1"))
    again = await filed(world, make.notice("TD-1"))
    assert again.reference == first.reference
    assert again.status is Status.SUBMITTED
    assert world.theirs.filed("TD-1") == 1


async def test_a_listing_somebody_else_filed_is_a_duplicate(world: World) -> None:
    other = await submitted(world, make.notice("TD-1"))
    decision = await filed(world, make.notice("TD-2", listing=make.listing("1")))
    assert decision.status is Status.DUPLICATE
    assert decision.reference == other.reference
    assert world.theirs.filed("TD-2") == 0


async def test_a_removed_listing_that_is_back_may_be_filed_anew(world: World) -> None:
    await submitted(world, make.notice("TD-1"))
    world.clock.forward(6)
    decision = await filed(world, make.notice("TD-2", listing=make.listing("1")))
    assert decision.status is Status.SUBMITTED


async def test_a_notice_is_taken_back_and_doing_so_twice_does_no_harm(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    await world.ours.withdraw(notice)
    await world.ours.withdraw(notice)
    assert (await world.ours.check(notice)).status is Status.WITHDRAWN


async def test_what_is_decided_cannot_be_taken_back_and_they_say_why(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.clock.forward(6)
    with pytest.raises(Declined, match="decided already") as refusal:
        await world.ours.withdraw(notice)
    assert refusal.value.status == 409


async def test_a_notice_without_a_reference_is_not_asked_after(world: World) -> None:
    for ask in (world.ours.check, world.ours.withdraw):
        with pytest.raises(Declined):
            await ask(make.notice("TD-1"))
    assert world.theirs.log == []


async def test_a_strange_reference_stays_inside_its_place_in_the_address(world: World) -> None:
    with pytest.raises(Declined) as refusal:
        await world.ours.check(make.notice("TD-1", reference="../removal-requests?reference=TD-1#x"))
    assert refusal.value.status == 404


async def test_their_words_about_each_wrong_field_are_kept(world: World) -> None:
    notice = make.notice("TD-1", statement="", right=make.right(title=""))
    with pytest.raises(Declined) as refusal:
        await filed(world, notice)
    assert refusal.value.status == 422
    assert "statement: must have 1 to 5000 characters" in refusal.value.detail
    assert "right.title: must have 1 to 300 characters" in refusal.value.detail
    assert world.theirs.requests == []


async def test_a_violation_they_do_not_take_is_refused_before_the_call(opens: Opens) -> None:
    async with opens(violations=["trademark"]) as world:
        with pytest.raises(Declined, match="counterfeit"):
            await filed(world, make.notice("TD-1"))
        assert world.theirs.log == []


async def test_an_over_long_statement_is_refused_before_the_call(world: World) -> None:
    long = "x" * (world.ours.capabilities.statement_limit + 1)
    with pytest.raises(Declined, match="5001"):
        await filed(world, make.notice("TD-1", statement=long))
    assert world.theirs.log == []


async def test_a_slow_answer_is_waited_for(world: World) -> None:
    world.theirs.feel(Mood.SLOW)
    began = time.monotonic()
    assert (await filed(world, make.notice("TD-1"))).status is Status.SUBMITTED
    assert time.monotonic() - began >= 0.3


async def test_a_marketplace_that_hangs_is_given_up_on_in_time(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.HANGS)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="1 seconds"):
        await filed(world, make.notice("TD-2"))
    with pytest.raises(Unavailable):
        await world.ours.check(notice)
    assert time.monotonic() - began < 20


async def test_a_marketplace_that_is_down_has_taken_nothing(world: World) -> None:
    world.theirs.feel(Mood.DOWN)
    with pytest.raises(Unavailable, match="maintenance") as refusal:
        await filed(world, make.notice("TD-1"))
    assert refusal.value.retry_after is None
    assert world.theirs.filed("TD-1") == 0


async def test_a_marketplace_that_is_not_there_has_taken_nothing(opens: Opens) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with opens(base_url=f"http://127.0.0.1:{port}") as world:
        with pytest.raises(Unavailable, match="No connection"):
            await filed(world, make.notice("TD-1"))


async def test_their_pace_is_told_in_seconds(world: World) -> None:
    world.theirs.feel(Mood.RATE_LIMITED)
    with pytest.raises(Unavailable) as refusal:
        await filed(world, make.notice("TD-1"))
    assert (refusal.value.status, refusal.value.retry_after) == (429, 2)
    assert world.theirs.filed("TD-1") == 0


async def test_a_lost_reply_is_unknown_and_the_look_up_finds_it(world: World) -> None:
    world.theirs.feel(Mood.LOST_REPLY)
    notice = make.notice("TD-1")
    with pytest.raises(OutcomeUnknown):
        await filed(world, notice)
    found = await world.ours.look_up(notice)
    assert found is not None
    assert found.reference == world.theirs.requests[0].id
    assert (world.theirs.filed("TD-1"), world.theirs.sent("TD-1")) == (1, 1)


async def test_a_request_cut_off_before_it_was_taken_is_unknown_and_the_look_up_finds_nothing(world: World) -> None:
    world.theirs.feel(Mood.CUT_BEFORE)
    with pytest.raises(OutcomeUnknown):
        await filed(world, make.notice("TD-1"))
    assert await world.ours.look_up(make.notice("TD-1")) is None
    assert (world.theirs.filed("TD-1"), world.theirs.sent("TD-1")) == (0, 1)


async def test_a_lost_withdrawal_may_be_sent_again(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.LOST_REPLY, writes=1)
    with pytest.raises(Unavailable):
        await world.ours.withdraw(notice)
    await world.ours.withdraw(notice)
    assert (await world.ours.check(notice)).status is Status.WITHDRAWN


async def test_a_broken_answer_leaves_the_filing_unknown_and_a_reading_to_be_asked_again(world: World) -> None:
    notice = make.notice("TD-1")
    world.theirs.feel(Mood.BROKEN_JSON)
    with pytest.raises(OutcomeUnknown, match="not JSON"):
        await filed(world, notice)
    with pytest.raises(Unavailable, match="not JSON"):
        await world.ours.look_up(notice)
    world.theirs.feel(Mood.CALM)
    assert await world.ours.look_up(notice) is not None


async def test_a_rejection_comes_with_its_reason(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.REJECTS)
    world.clock.forward(6)
    decision = await world.ours.check(notice)
    assert decision.status is Status.REJECTED
    assert decision.reason == "We could not see the mark on the goods."


async def test_a_question_from_them_waits_for_us(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.ASKS_FOR_INFORMATION)
    world.clock.forward(6)
    decision = await world.ours.check(notice)
    assert decision.status is Status.NEEDS_INPUT
    assert decision.decided_at is None


async def test_a_listing_that_comes_back_is_reinstated(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.BRINGS_BACK)
    world.clock.forward(6)
    assert (await world.ours.check(notice)).status is Status.REMOVED
    world.clock.forward(6)
    back = await world.ours.check(notice)
    assert (back.status, back.came_back) == (Status.REINSTATED, ComeBack.COUNTER_NOTICE)
    assert back.contested


async def test_a_listing_the_seller_put_up_again_is_told_apart_from_one_that_was_found_right(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.RELISTS)
    world.clock.forward(6)
    await world.ours.check(notice)
    world.clock.forward(6)
    back = await world.ours.check(notice)
    assert (back.status, back.came_back) == (Status.REINSTATED, ComeBack.RELISTED)
    assert not back.contested


async def test_a_word_we_do_not_know_is_never_final_and_is_kept(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.feel(Mood.UNKNOWN_STATUS)
    world.clock.forward(6)
    decision = await world.ours.check(notice)
    assert (decision.status, decision.vendor_status) == (Status.IN_REVIEW, "escalated_to_tier_2")
    assert not decision.status.final
    assert decision.raw["status"] == "escalated_to_tier_2"


async def test_a_refused_token_is_told_apart_and_never_repeated(world: World) -> None:
    world.theirs.feel(Mood.BAD_TOKEN)
    with pytest.raises(NotAuthorised) as refusal:
        await filed(world, make.notice("TD-1"))
    assert refusal.value.status == 401
    assert TOKEN not in str(refusal.value)


async def test_a_wrong_token_is_refused_by_a_calm_marketplace(opens: Opens) -> None:
    async with opens(token=SecretStr("another-token")) as world:
        with pytest.raises(NotAuthorised):
            await filed(world, make.notice("TD-1"))
        assert world.theirs.requests == []


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.HANGS])
async def test_no_mood_ever_makes_anything_but_a_decision_or_a_marketplace_error(world: World, mood: Mood) -> None:
    world.theirs.feel(mood)
    notice = make.notice("TD-1", reference="ACME-1001")
    asks = (
        filed(world, notice),
        world.ours.look_up(notice),
        world.ours.check(notice),
        world.ours.withdraw(notice),
    )
    for answer in await asyncio.gather(*asks, return_exceptions=True):
        if isinstance(answer, BaseException):
            assert isinstance(answer, MarketplaceError)
            assert (answer.marketplace, bool(answer.detail)) == ("Acme Market", True)
            assert TOKEN not in str(answer)
    assert world.theirs.filed("TD-1") <= 1


async def test_a_probe_files_nothing_and_tells_a_refused_token(world: World) -> None:
    await world.ours.probe()
    world.theirs.feel(Mood.BAD_TOKEN)
    with pytest.raises(NotAuthorised):
        await world.ours.probe()
    assert world.theirs.requests == []


async def test_the_pace_is_kept(opens: Opens) -> None:
    async with opens(requests_per_second=20) as world:
        began = time.monotonic()
        for number in range(1, 6):
            await filed(world, make.notice(f"TD-{number}"))
        assert time.monotonic() - began >= 0.19


async def test_a_signed_push_is_heard(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.clock.forward(6)
    headers, body = world.theirs.signed(notice.reference)
    push = world.ours.hear(headers, body, world.clock())
    assert push.decision.reference == notice.reference
    assert push.decision.status is Status.REMOVED
    assert push.decision.seller is not None


async def test_each_push_has_its_own_key_and_a_replay_the_same(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    headers, body = world.theirs.signed(notice.reference)
    first = world.ours.hear(headers, body, world.clock())
    again = world.ours.hear({name.upper(): value for name, value in headers.items()}, body, world.clock())
    other = world.ours.hear(*world.theirs.signed(notice.reference), world.clock())
    assert first.key == again.key != other.key


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_a_push_from_another_time_is_refused(world: World, seconds: int) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    headers, body = world.theirs.signed(notice.reference)
    with pytest.raises(NotAllowed, match="old"):
        world.ours.hear(headers, body, world.clock() + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Removal-Timestamp", None),
        ("X-Removal-Timestamp", "soon"),
        ("X-Removal-Timestamp", ""),
        ("X-Removal-Timestamp", "-1"),
        ("X-Removal-Timestamp", "\u0661\u0662"),
        ("X-Removal-Timestamp", "9" * 400),
        ("X-Removal-Signature", None),
        ("X-Removal-Signature", "v1="),
        ("X-Removal-Signature", "v1=" + "0" * 64),
        ("X-Removal-Signature", "v1=é"),
    ],
)
async def test_a_push_that_is_not_well_signed_is_refused(world: World, name: str, value: str | None) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    headers, body = world.theirs.signed(notice.reference)
    changed = {key: text for key, text in headers.items() if key != name} | ({name: value} if value is not None else {})
    with pytest.raises(NotAllowed):
        world.ours.hear(changed, body, world.clock())


async def test_a_push_whose_body_was_changed_is_refused(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    headers, body = world.theirs.signed(notice.reference)
    with pytest.raises(NotAllowed):
        world.ours.hear(headers, body.replace(b"received", b"removed"), world.clock())


async def test_without_an_agreed_secret_no_push_is_heard(opens: Opens) -> None:
    async with opens(push_secret_env=None, push_secret=None) as world:
        notice = await submitted(world, make.notice("TD-1"))
        world.theirs.push_secret = ""
        with pytest.raises(NotAllowed):
            world.ours.hear(*world.theirs.signed(notice.reference), world.clock())


async def test_a_push_that_is_well_signed_but_senseless_is_invalid(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    world.theirs.requests[0].status = ""
    with pytest.raises(Invalid, match="status"):
        world.ours.hear(*world.theirs.signed(notice.reference), world.clock())


async def test_a_push_that_went_over_the_wire_is_heard(world: World) -> None:
    notice = await submitted(world, make.notice("TD-1"))
    arrived: list[tuple[dict[str, str], bytes]] = []

    async def receive(request: Request) -> Response:
        arrived.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    async with running(Starlette(routes=[Route("/events", receive, methods=["POST"])])) as desk:
        world.theirs.push_url = f"{desk}/events"
        assert await world.theirs.push(notice.reference) == 204
    push = world.ours.hear(*arrived[0], world.clock())
    assert push.decision.reference == notice.reference
