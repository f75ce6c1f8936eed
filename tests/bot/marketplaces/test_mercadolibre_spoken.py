"""Mercado Libre, spoken with over the wire: reasons, the seller's proof, and a desk that is killed while it renews."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces.http import Client, new_client
from bot.marketplaces.mercadolibre import MercadoLibre
from bot.marketplaces.oauth import Tokens
from bot.model import Answer, Decision, Notice, Status, Violation, Whose
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from bot.sandbox.vendors.mercadolibre import PretendMercadoLibre
from bot.stores.tiny import open_tiny
from bot.vault import StoreVault
from tests import make
from tests.contracts.scene_mercadolibre import SECRET, connected, notice, pretend
from tests.vendors import HandClock, MemoryVault

PICTURE = "666591-MLA26622267232_012016"
HOUR = 3600.0


@dataclass(kw_only=True)
class World:
    """Their side on a real socket, and as many processes of ours as a test wants, one after the other."""

    theirs: PretendMercadoLibre
    clock: HandClock
    client: Client
    address: str
    refresh: str
    vault: MemoryVault = field(default_factory=MemoryVault)

    def ours(self, **changes: Any) -> MercadoLibre:
        changes = {"refresh": self.refresh, "vault": self.vault, **changes}
        return connected(self.client, self.address, clock=self.clock, **changes)

    def asked(self, path: str) -> int:
        return sum(path in call.path for call in self.theirs.log)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = HandClock()
    theirs = pretend(clock)
    async with running(theirs.app) as address, new_client() as client:
        yield World(theirs=theirs, clock=clock, client=client, address=address, refresh=theirs.tokens.connect())


async def filed(ours: MercadoLibre, one: Notice) -> Notice:
    result = (await ours.submit([one]))[one.id]
    if isinstance(result, MarketplaceError):
        raise result
    return replace(one, status=result.status, reference=result.reference, vendor_status=result.vendor_status)


def standing(one: Notice, decision: Decision) -> Notice:
    return replace(one, status=decision.status, choices=decision.choices, deadline=decision.deadline)


def said(*, accepts: bool = False, **changes: Any) -> Answer:
    return Answer(accepts=accepts, by=make.ANALYST, at=make.NOW, **changes)


async def test_a_reason_that_is_not_enabled_is_refused_with_those_that_are(world: World) -> None:
    world.theirs.enabled["MLB"] = ("PPPI2", "PPPI5")
    with pytest.raises(Declined, match=r"not enabled PPPI1 for us on MLB.*PPPI2 \(Illegal use of my trademark\)"):
        await filed(world.ours(), notice(1))
    assert world.theirs.complaints == []
    assert world.asked("/items/") == 0


async def test_enabled_reasons_are_asked_for_once_in_hours_and_for_each_site(world: World) -> None:
    ours = world.ours()
    await filed(ours, notice(1))
    await filed(ours, notice(2, violation=Violation.TRADEMARK))
    assert world.asked("/MLB/ITM/options") == 1
    await filed(ours, notice(3, listing=make.listing("MLA1126353524", marketplace="mercadolibre")))
    assert (world.asked("/MLB/ITM/options"), world.asked("/MLA/ITM/options")) == (1, 1)
    world.clock.forward(4 * HOUR)
    await filed(ours, notice(4))
    assert world.asked("/MLB/ITM/options") == 2


async def test_a_reason_that_was_enabled_since_is_taken_at_once(world: World) -> None:
    world.theirs.enabled["MLB"] = ("PPPI2",)
    ours = world.ours()
    with pytest.raises(Declined):
        await filed(ours, notice(1))
    world.theirs.enabled["MLB"] = ("PPPI1", "PPPI2")
    assert (await filed(ours, notice(1))).status is Status.SUBMITTED


async def test_reasons_known_before_do_while_they_are_not_told(world: World) -> None:
    ours = world.ours()
    await filed(ours, notice(1))
    world.clock.forward(4 * HOUR)
    world.theirs.feel(Mood.DOWN)
    with pytest.raises(Unavailable):
        await filed(ours, notice(2))
    assert world.asked("/items/") == 2  # the reasons known did; the complaint itself was not taken
    with pytest.raises(Unavailable):
        await filed(ours, notice(2))
    assert world.asked("/MLB/ITM/options") == 2  # not asked again with every complaint


async def test_with_no_reasons_known_nothing_is_sent(world: World) -> None:
    ours = world.ours()
    world.theirs.feel(Mood.DOWN)
    with pytest.raises(Unavailable):
        await filed(ours, notice(1))
    assert world.asked("/items/") == 0


async def test_the_pictures_that_infringe_are_named(world: World) -> None:
    one = notice(1, violation=Violation.COPYRIGHT_IMAGE, statement=f"Our photograph: {PICTURE}.")
    await filed(world.ours(), one)
    assert world.theirs.complaints[0].body["photos_denounced"] == [PICTURE]


async def test_their_words_are_told_when_they_refuse(world: World) -> None:
    listing = make.listing("MPE123456789", marketplace="mercadolibre")
    with pytest.raises(Declined, match="Resource not found"):
        await filed(world.ours(), notice(1, listing=listing))


async def test_a_seller_who_answers_puts_the_ball_in_our_court(world: World) -> None:
    ours = world.ours()
    one = await filed(ours, notice(1))
    world.clock.forward(3)
    waiting = await ours.check(one)
    assert waiting.status is Status.SELLER_RESPONSE
    assert waiting.deadline is not None
    assert waiting.deadline.whose is Whose.SELLER
    world.theirs.feel(Mood.ASKS_FOR_INFORMATION)
    world.clock.forward(3)
    asked = await ours.check(one)
    assert asked.status is Status.NEEDS_INPUT
    assert [choice.key for choice in asked.choices] == ["1", "2", "3"]
    assert asked.deadline is not None
    assert asked.deadline.whose is Whose.OURS
    assert timedelta(days=2, hours=23) < asked.deadline.at - world.clock() < timedelta(days=3)
    assert "factura.pdf" in asked.reason
    assert asked.seller is not None


async def presented(world: World, ours: MercadoLibre) -> Notice:
    one = await filed(ours, notice(1))
    world.theirs.feel(Mood.ASKS_FOR_INFORMATION)
    world.clock.forward(10)
    return standing(one, await ours.check(one))


async def test_a_complaint_that_is_kept_ends_in_removal(world: World) -> None:
    ours = world.ours()
    one = await presented(world, ours)
    await ours.answer(one, said(choice="2", words="It cannot be read."))
    assert world.theirs.complaints[0].quittance == "It cannot be read."
    decision = await ours.check(one)
    assert (decision.status, decision.vendor_status) == (Status.REMOVED, "DOCUMENTATION_NOT_APPROVED")


async def test_a_proof_that_is_accepted_brings_the_listing_back(world: World) -> None:
    ours = world.ours()
    one = await presented(world, ours)
    await ours.answer(one, said(accepts=True))
    assert (await ours.check(one)).status is Status.REINSTATED


async def test_silence_brings_the_listing_back(world: World) -> None:
    ours = world.ours()
    one = await presented(world, ours)
    world.clock.forward(3 * 24 * HOUR)
    decision = await ours.check(one)
    assert (decision.status, decision.vendor_status) == (Status.REINSTATED, "MEMBER_NOT_RESPOND")


async def test_an_answer_that_cannot_be_sent_is_refused_before_the_call(world: World) -> None:
    ours = world.ours(answer_limit=10)
    one = await presented(world, ours)
    calls = len(world.theirs.log)
    for wrong in (said(choice="9"), said(choice="1", words="x" * 11)):
        with pytest.raises(Declined):
            await ours.answer(one, wrong)
    with pytest.raises(Declined, match="wait for no answer"):
        await ours.answer(replace(one, choices=()), said(accepts=True))
    assert len(world.theirs.log) == calls


async def test_an_answer_is_taken_once_and_a_lost_reply_shows_when_it_is_asked_after(world: World) -> None:
    ours = world.ours()
    one = await presented(world, ours)
    world.theirs.feel(Mood.LOST_REPLY, writes=1)
    with pytest.raises(OutcomeUnknown):
        await ours.answer(one, said(choice="1"))
    assert (await ours.check(one)).status is Status.REMOVED
    with pytest.raises(Declined, match="takes no answer"):
        await ours.answer(one, said(choice="1"))


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


class Killed(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class MortalVault(StoreVault):
    """Its process dies when it is to save what was granted."""

    async def save(self, name: str, tokens: Tokens) -> None:
        if tokens.using is None:
            raise Killed
        await super().save(name, tokens)


async def test_a_desk_that_is_killed_while_it_renews_files_on_until_the_token_ends_and_then_says_what_to_do(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "notices.json"
    store = await open_tiny(file, world.clock)
    ours = world.ours(vault=StoreVault(store, world.clock, SECRET))
    first = await filed(ours, notice(1))
    world.clock.forward(5 * HOUR)
    dying = world.ours(vault=MortalVault(store, world.clock, SECRET))
    with pytest.raises(Killed):
        await dying.check(first)
    assert world.theirs.tokens.renewals == 2
    await store.close()

    store = await open_tiny(file, world.clock)
    ours = world.ours(vault=StoreVault(store, world.clock, SECRET))
    assert (await ours.check(first)).status is Status.REMOVED
    await filed(ours, notice(2))
    world.clock.forward(300)
    with capture_logs() as logs:
        await filed(ours, notice(3))
    assert "An earlier renewal was cut off" in logs[0]["error"]
    world.clock.forward(HOUR)
    with pytest.raises(NotAuthorised, match="Connect the app anew"):
        await filed(ours, notice(4))
    assert [world.theirs.filed(notice(number).listing.listing_id) for number in (1, 2, 3, 4)] == [1, 1, 1, 0]

    anew = world.theirs.tokens.connect()
    ours = world.ours(vault=StoreVault(store, world.clock, SECRET), refresh=anew)
    assert (await filed(ours, notice(4))).status is Status.SUBMITTED
    await store.close()
    for secret in (SECRET, world.refresh, anew, world.theirs.tokens.refresh, "APP_USR-"):
        assert secret.encode() not in written(tmp_path)


async def test_a_token_that_ends_between_two_of_many_calls_is_renewed_once(world: World) -> None:
    ours = world.ours()
    await filed(ours, notice(1))
    world.clock.forward(6 * HOUR)
    await asyncio.gather(*(filed(ours, notice(number)) for number in range(2, 10)))
    assert world.theirs.tokens.renewals == 2
    assert len(world.theirs.complaints) == 9


async def test_access_that_was_taken_away_is_said_in_a_sentence_and_files_nothing(world: World) -> None:
    ours = world.ours()
    await filed(ours, notice(1))
    world.theirs.tokens.revoke()
    with pytest.raises(NotAuthorised, match="Connect the app anew"):
        await filed(ours, notice(2))
    assert len(world.theirs.complaints) == 1
