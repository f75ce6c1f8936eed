"""A seller has sent documents, and Mercado Libre asks us what to make of them: three days, or the listing is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import Status, utc_now
from bot.sandbox.driver import Message
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from bot.sandbox.vendors.mercadolibre import PretendMercadoLibre
from tests.contracts.scene_mercadolibre import CLIENT, SECRET, pretend
from tests.stories.world import CHANNEL, World, a_world

ITEM = "https://produto.mercadolivre.com.br/MLB-3344556677-bolsa-nordlicht-_JM"
TABLE = """
[marketplaces.mercadolibre]
adapter = "mercadolibre"
name = "Mercado Libre"
base_url = "{address}"
client_id = "{client}"
client_secret_env = "MELI_SECRET"
refresh_token_env = "MELI_REFRESH"
requests_per_second = 50
poll_seconds = 1

[rights.NORDLICHT-BR]
kind = "trademark"
title = "NORDLICHT"
registration_no = "924567890"
office = "INPI"
jurisdictions = ["BR"]
owner = "Nordlicht Outdoor GmbH"
"""


@pytest.fixture
def theirs() -> PretendMercadoLibre:
    return pretend(utc_now)


@pytest.fixture
async def world(tmp_path: Path, theirs: PretendMercadoLibre) -> AsyncIterator[World]:
    secrets = {"MELI_SECRET": SECRET, "MELI_REFRESH": theirs.tokens.connect()}
    async with running(theirs.app) as address:
        tables = TABLE.format(address=address, client=CLIENT)
        async with a_world(tmp_path, tables=tables, secrets=secrets) as world:
            theirs.clock = theirs.tokens.clock = world.clock
            yield world


async def documents(world: World, theirs: PretendMercadoLibre) -> Message:
    """Ann files, the seller sends documents, and the card says that it waits for us."""
    theirs.feel(Mood.ASKS_FOR_INFORMATION)
    await world.files(world.ann, ITEM)
    await world.passes(31)
    return await world.passes_until("needs input")


async def test_the_card_shows_what_can_be_answered_and_until_when(world: World, theirs: PretendMercadoLibre) -> None:
    card = await documents(world, theirs)
    assert "This waits for us until" in card.words
    assert "listing" in card.words
    assert "Keep the complaint TD-1" in card.buttons
    assert "Accept their proof for TD-1" in card.buttons
    status = await world.ann.types("/takedown status 1", channel=CHANNEL)
    assert status.reply is not None
    assert "This waits for us until" in status.reply.text
    assert "Keep the complaint TD-1" in status.reply.buttons


async def test_keeping_the_complaint_takes_one_of_their_reasons_and_our_words(
    world: World, theirs: PretendMercadoLibre
) -> None:
    card = await documents(world, theirs)
    form = await world.ann.presses("Keep the complaint TD-1", on=card)
    assert form.view is not None
    wrong = await world.ann.submits(form.view, {"In your words": "The invoice is forged."})
    assert wrong.errors, "a reason has to be chosen"
    reason = form.view.payload["blocks"][0]["element"]["options"][0]["text"]["text"]
    done = await world.ann.submits(form.view, {"Reason": reason, "In your words": "The invoice is forged."})
    assert not done.errors
    await world.passes_until("removed")
    assert theirs.complaints[0].quittance == "The invoice is forged."
    told = await world.ann.types("/takedown status 1", channel=CHANNEL)
    assert told.reply is not None
    assert "the complaint is kept" in told.reply.text
    assert (await world.notice("TD-1")).deadline is None


async def test_accepting_their_proof_brings_the_listing_back(world: World, theirs: PretendMercadoLibre) -> None:
    card = await documents(world, theirs)
    await world.ann.presses("Accept their proof for TD-1", on=card)
    await world.passes_until("reinstated")
    assert theirs.complaints[0].status == "DOCUMENTATION_APPROVED"


async def test_only_who_filed_and_admins_answer_and_only_once(world: World, theirs: PretendMercadoLibre) -> None:
    card = await documents(world, theirs)
    for action in ("answers.accept", "answers.keep"):
        await world.bo.forges(action, "TD-1", on=card)
        await world.whispered(world.bo, "Only the person who filed TD-1, or an admin")
    assert theirs.complaints[0].status == "DOCUMENTATION_PRESENTED"
    await world.ada.presses("Accept their proof for TD-1", on=card)
    await world.ann.forges("answers.accept", "TD-1", on=card)
    await world.whispered(world.ann, "TD-1 was answered already")
    await world.passes_until("reinstated")
    assert sum(call.method == "POST" and "/case/" in call.path for call in theirs.log) == 1


async def test_a_lost_reply_to_an_answer_is_looked_up_before_it_is_given_again(
    world: World, theirs: PretendMercadoLibre
) -> None:
    card = await documents(world, theirs)
    theirs.feel(Mood.LOST_REPLY, writes=1)
    await world.ann.presses("Accept their proof for TD-1", on=card)
    await world.passes_until("reinstated")
    assert sum(call.method == "POST" and "/case/" in call.path for call in theirs.log) == 1


async def test_whoever_does_not_answer_is_reminded_until_it_is_too_late(
    world: World, theirs: PretendMercadoLibre
) -> None:
    await documents(world, theirs)
    for _ in range(30):
        await world.passes(3 * 3600)
    reminders = [one.text for one in world.direct(world.ann) if "waits for us until" in one.text]
    assert 2 <= len(reminders) <= 4
    assert "Show TD-1" in next(one for one in world.direct(world.ann) if "waits for us" in one.text).buttons
    assert any("waits for us" in one.text for one in world.direct(world.ada)), "at last the admins are told, too"
    assert (await world.notice("TD-1")).status is Status.REINSTATED
    card = await world.card("reinstated")
    assert "nobody here answered" in card.words
