"""A message to the seller, where the marketplace passes one on."""

from __future__ import annotations

from pathlib import Path

from tests.stories.test_mail import SHOP, tables
from tests.stories.world import CHANNEL, ITEM, World, a_world


async def test_a_message_is_shown_before_it_is_filed_and_reaches_the_marketplace(world: World) -> None:
    seen = await world.ann.types(f'/takedown {ITEM} counterfeit message:"Please stop this."', channel=CHANNEL)
    assert seen.reply is not None
    assert "Message to the seller" in seen.reply.words
    assert "Please stop this." in seen.reply.words
    assert "Please stop this." in seen.reply.text, "a screen reader reads the text alone"
    await world.ann.presses("File", on=seen.reply)
    await world.passes(30)
    await world.card("TD-1 · submitted")
    assert world.market.requests[0].body["message_to_seller"] == "Please stop this."
    status = await world.bo.types("/takedown status TD-1", channel=CHANNEL)
    assert status.reply is not None
    assert "Please stop this." in status.reply.words


async def test_another_message_is_another_request(world: World) -> None:
    for words in ("one", "two"):
        seen = await world.ann.types(f"/takedown {ITEM} counterfeit message:{words}", channel=CHANNEL)
        assert seen.reply is not None
        assert words in seen.reply.words
        assert "a moment ago" not in seen.reply.words


async def test_where_nobody_passes_it_on_the_form_says_so_beside_the_field(tmp_path: Path) -> None:
    async with a_world(tmp_path, tables=tables(9, "http://127.0.0.1:9")) as world:
        seen = await world.ann.types("/takedown", channel=CHANNEL)
        assert seen.view is not None
        answers = {
            "Listing addresses": SHOP,
            "Who can act": "Little Shop",
            "What is wrong": "Counterfeit goods",
            "right": "NORDLICHT-EU: Nordlicht (EUIPO 018123456)",
            "Message to the seller": "Please stop.",
            "Declaration": ["I declare all of this"],
        }
        done = await world.ann.submits(seen.view, answers)
        assert done.errors == {"message": "Little Shop passes no message on to the seller; leave it empty."}
        assert await world.statuses() == {}
        done = await world.ann.submits(seen.view, answers | {"Message to the seller": ""})
        assert not done.errors
        assert list(await world.statuses()) == ["TD-1"]


async def test_it_can_be_changed_before_it_is_sent(world: World) -> None:
    await world.files(world.ann, ITEM, words="message:stop")
    card = await world.card("TD-1 · queued")
    status = await world.ann.presses("Details of TD-1", on=card)
    assert status.reply is not None
    form = await world.ann.presses("Amend TD-1", on=status.reply)
    assert form.view is not None
    await world.ann.submits(
        form.view, {"Message to the seller": "Please stop.", "Declaration": ["I declare all of this"]}
    )
    notice = await world.notice("TD-1")
    assert notice.message_to_seller == "Please stop."
    said = [event.words for event in await world.app.desk.store.events("TD-1")]
    assert "Amended: message to seller. The declaration 2026-11 was affirmed again." in said
