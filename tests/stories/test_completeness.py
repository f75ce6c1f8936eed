"""What is missing, said before anything is filed, all at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stories.world import CHANNEL, ITEM, World, a_world

MORE = """
[marketplaces.strict]
adapter = "portal"
name = "Strict Market"
portal_url = "https://strict.example/report"
hosts = ["strict.example"]
listing_pattern = '/p/(?P<listing>[0-9]+)'
statement_limit = 40
registered_only = true
fields = [{ label = "Explanation", from = "statement" }]

[rights.NORDLICHT-WORKS]
kind = "copyright"
title = "Nordlicht Outdoor GmbH"
jurisdictions = ["EU", "US"]
owner = "Nordlicht Outdoor GmbH"
"""
STRICT = "https://strict.example/p/77"


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, tables=MORE) as world:
        yield world


async def refused(world: World, text: str) -> str:
    seen = await world.ann.types(f"/takedown {text}", channel=CHANNEL)
    assert seen.reply is not None
    assert "File" not in seen.reply.buttons
    assert await world.statuses() == {}
    return seen.reply.words


async def test_too_few_words_are_refused_with_what_the_law_asks_for(world: World) -> None:
    words = await refused(world, f"{ITEM} counterfeit fake!")
    assert "Please say in a sentence why the listing infringes" in words
    assert "DSA Article 16(2)(a)" in words


async def test_what_the_law_and_the_marketplace_miss_comes_in_one_list(strict: World) -> None:
    words = await refused(strict, f"{STRICT} copyright right:NORDLICHT-WORKS")
    assert "Before this can be filed:" in words
    assert "Strict Market takes statements of up to 40 characters; this one has" in words
    assert "They take registered rights only; NORDLICHT-WORKS has no registration number." in words
    assert "NORDLICHT-WORKS does not say which work it is" in words
    assert "17 U.S.C. 512(c)(3)(A)(ii)" in words


async def test_several_wrong_addresses_and_a_wrong_right_are_named_together(world: World) -> None:
    words = await refused(
        world, "https://shop.unknown.example/x/1 https://acme.example/search counterfeit right:NOBODY"
    )
    assert "There is no right called NOBODY here" in words
    assert "unknown.example" in words
    assert words.count("•") == 3


async def test_a_form_says_each_lack_beside_its_field(strict: World) -> None:
    seen = await strict.ann.types("/takedown", channel=CHANNEL)
    filled = {
        "Listing addresses": f"{STRICT}\nhttps://acme.example/search?q=1",
        "What is wrong": "copyright",
        "Right relied on": "NORDLICHT-WORKS",
        "What they will be told": "Ours!",
        "Declaration": ["I declare all of this"],
    }
    done = await strict.ann.submits(seen.view, filled)
    assert set(done.errors) == {"addresses", "statement", "right"}
    assert "registered rights only" in done.errors["addresses"]
    assert "acme.example/search" in done.errors["addresses"] or "listing" in done.errors["addresses"]
    assert await strict.statuses() == {}

    good = {**filled, "Listing addresses": ITEM, "What they will be told": "These are our catalogue's winter pictures."}
    done = await strict.ann.submits(seen.view, good)
    assert not done.errors
    await strict.card("TD-1 · queued")


async def test_what_became_incomplete_since_the_preview_is_refused_at_the_press_of_file(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel=CHANNEL)
    assert seen.reply is not None
    (draft_id,) = [
        button["value"]
        for block in seen.reply.blocks
        for button in block.get("elements", [])
        if button.get("action_id") == "filing.file"
    ]
    draft = await world.app.desk.store.draft(draft_id)
    assert draft is not None
    # As a desk of an older version would have kept it.
    await world.app.desk.store.save(replace(draft, version=draft.version + 1, statement="fake"))
    await world.ann.presses("File", on=seen.reply)
    await world.whispered(world.ann, "Please say in a sentence why the listing infringes")
    assert await world.statuses() == {}
