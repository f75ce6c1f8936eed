"""The other ways in: a shortcut on a message, one anywhere, and a mention in a thread."""

from __future__ import annotations

import pytest

from bot.model import Status
from bot.sandbox.driver import Message
from tests.stories.world import CHANNEL, ITEM, World

OTHER = "https://acme.example/item/4712?utm_source=mail"


async def says_in_the_channel(world: World, text: str) -> Message:
    await world.mia.types(text, channel=CHANNEL)
    return world.channel.messages[-1]


async def test_every_listing_in_a_message_is_reported_at_once(world: World) -> None:
    words = f"Look: {ITEM} and ({OTHER}), {ITEM} again; not https://example.org/about"
    message = await says_in_the_channel(world, words)
    seen = await world.ann.runs("filing.report", on=message)
    assert seen.view is not None, seen
    assert "item/4711" in str(seen.view)
    assert "item/4712" in str(seen.view)
    assert "example.org" not in str(seen.view)
    done = await world.ann.submits(
        seen.view,
        {
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Declaration": ["I declare all of this"],
        },
    )
    assert not done.errors
    await world.card("TD-1 and TD-2 · 2 queued")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Good morning", "There is no address in this message"),
        ("See https://example.org/about", "its address is of no marketplace I know"),
        ("https://a.example/ https://b.example/", "none of its 2 addresses is of a marketplace I know"),
    ],
)
async def test_a_message_without_a_listing_is_said_to_have_none(world: World, words: str, answer: str) -> None:
    message = await says_in_the_channel(world, words)
    seen = await world.ann.runs("filing.report", on=message)
    assert seen.view is None
    assert answer in (await world.whispered(world.ann, answer)).words


async def test_who_may_not_file_is_told_so_and_sees_no_form(world: World) -> None:
    message = await says_in_the_channel(world, ITEM)
    seen = await world.mia.runs("filing.report", on=message)
    assert seen.view is None, "which rights there are is not for everybody"
    assert "takes the role analyst" in (await world.whispered(world.mia, "takes the role analyst")).words


async def test_the_form_opens_from_anywhere_and_its_card_goes_to_the_filer(world: World) -> None:
    seen = await world.ann.runs("filing.new")
    assert seen.view is not None
    done = await world.ann.submits(
        seen.view,
        {
            "Listing addresses": ITEM,
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Declaration": ["I declare all of this"],
        },
    )
    assert not done.errors
    await world.sandbox.until(lambda: any("TD-1 · queued" in one.words for one in world.direct(world.ann)))


async def test_a_mention_in_a_thread_does_what_the_command_does(world: World) -> None:
    root = await says_in_the_channel(world, "What about this one?")
    await world.ann.types(f"@takedown-desk {ITEM} counterfeit", channel=CHANNEL, thread_ts=root.ts)
    preview = await world.whispered(world.ann, "Nothing has been sent yet")
    assert preview.thread_ts == root.ts
    await world.ann.presses("File", on=preview)
    await world.card("TD-1 · queued")
    await world.ann.types("@takedown-desk status TD-1", channel=CHANNEL, thread_ts=root.ts)
    await world.whispered(world.ann, "Timeline")
    await world.ann.types("@takedown-desk what", channel=CHANNEL)
    await world.whispered(world.ann, "I do not understand")
    assert await world.statuses() == {"TD-1": Status.QUEUED}


async def test_a_mention_that_lacks_something_offers_the_form(world: World) -> None:
    await world.ann.types(f"@takedown-desk {ITEM}", channel=CHANNEL)
    asked = await world.whispered(world.ann, "Something is still to be said")
    seen = await world.ann.presses("Open the form", on=asked)
    assert seen.view is not None
    assert ITEM in str(seen.view)


async def test_an_event_that_slack_sends_twice_is_one_note(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.sandbox.until(lambda: world.cards() != [])
    world.sandbox.repeat_events()
    await world.ann.types("@takedown-desk note TD-1 once only", channel=CHANNEL)
    await world.whispered(world.ann, "Noted for TD-1")
    await world.passes(1)
    events = await world.app.desk.store.events("TD-1")
    assert [one.words for one in events if one.kind == "note"] == ["Note: once only"]
