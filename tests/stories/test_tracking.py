"""Tracking, in the words of those who do it."""

from __future__ import annotations

import pytest

from bot.model import Status
from bot.sandbox.marketplace import Mood
from bot.sandbox.persona import Persona
from tests.stories.world import CHANNEL, ITEM, World


async def test_status_tells_the_whole_story(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes_until("TD-1 · removed")
    for text in ("status TD-1", "status td-1", "STATUS 1"):
        seen = await world.bo.types(f"/takedown {text}", channel="brand-protection")
        assert seen.reply is not None
        assert "TD-1 · removed" in seen.reply.words
    assert seen.reply is not None
    words = seen.reply.words
    assert words.index("Filed by") < words.index("Sending to Acme Market") < words.index("has removed the listing")
    assert "ACME-1001" in words
    assert "Filed by" in seen.reply.text


async def test_a_notice_that_is_not_there_is_said_not_to_be(world: World) -> None:
    seen = await world.ann.types("/takedown status TD-77", channel="brand-protection")
    assert seen.reply is not None
    assert "There is no notice TD-77" in seen.reply.words


async def test_lists_by_person_and_state_and_turns_pages(world: World) -> None:
    for number in range(12):
        await world.files(world.ann if number % 2 else world.bo, f"https://acme.example/item/{number + 1}")
    seen = await world.ann.types("/takedown list", channel="brand-protection")
    assert seen.reply is not None
    assert "1–10 of 12" in seen.reply.words
    assert seen.reply.words.index("TD-12") < seen.reply.words.index("TD-11")
    await world.ann.presses("Older", on=seen.reply)
    page = await world.whispered(world.ann, "11–12 of 12")
    await world.ann.presses("Newer", on=page)
    await world.whispered(world.ann, "1–10 of 12")
    mine = await world.ann.types("/takedown list mine", channel="brand-protection")
    assert mine.reply is not None
    assert "of 6" in mine.reply.words
    waiting = await world.ann.types("/takedown list waiting", channel="brand-protection")
    assert waiting.reply is not None
    assert "none" in waiting.reply.words
    other = await world.ann.types("/takedown list marketplace:ebay", channel="brand-protection")
    assert other.reply is not None
    assert "not connected to ebay" in other.reply.words


async def test_withdrawing_before_it_is_sent_ends_it_here(world: World) -> None:
    await world.files(world.ann, ITEM)
    seen = await world.ann.types("/takedown withdraw TD-1 wrong listing", channel="brand-protection")
    assert seen.reply is not None
    assert "TD-1 is withdrawn" in seen.reply.words
    await world.passes(120)
    assert world.market.log == []


async def test_withdrawing_by_button_asks_why_and_takes_it_back_there(world: World) -> None:
    world.market.pace = 1000
    await world.files(world.ann, ITEM)
    await world.passes(31)
    card = await world.card("TD-1 · submitted")
    asked = await world.ann.presses("Withdraw TD-1", on=card)
    assert asked.view is not None
    done = await world.ann.submits(asked.view, {"Why": "They are a licensee after all"})
    assert not done.errors
    card = await world.card("TD-1 · withdrawn")
    assert "They are a licensee after all" in card.words
    assert world.market.requests[0].status == "withdrawn"


async def test_only_the_filer_or_an_admin_can_withdraw(world: World) -> None:
    await world.files(world.ann, ITEM)
    seen = await world.bo.types("/takedown withdraw TD-1", channel="brand-protection")
    assert seen.reply is not None
    assert "Only the person who filed TD-1" in seen.reply.words
    seen = await world.ada.types("/takedown withdraw TD-1", channel="brand-protection")
    assert seen.reply is not None
    assert "TD-1 is withdrawn" in seen.reply.words


async def test_a_withdrawal_the_marketplace_refuses_is_said_and_the_notice_goes_on(world: World) -> None:
    world.market.pace = 1000
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    world.market.pace = 0  # decided meanwhile
    await world.ann.types("/takedown withdraw TD-1", channel="brand-protection")
    await world.passes(5)
    await world.card("TD-1 · removed")


async def test_what_failed_can_be_retried(world: World) -> None:
    world.market.mood = Mood.REFUSES
    await world.files(world.ann, ITEM)
    await world.passes(31)
    card = await world.card("TD-1 · failed")
    assert "We do not take this." in card.words
    world.market.mood = Mood.CALM
    await world.ann.presses("Retry TD-1", on=card)
    await world.passes_until("TD-1 · removed")
    assert world.market.filed("TD-1") == 1


async def test_what_did_not_fail_cannot_be_retried(world: World) -> None:
    await world.files(world.ann, ITEM)
    seen = await world.ann.types("/takedown retry TD-1", channel="brand-protection")
    assert seen.reply is not None
    assert "only a failed or uncertain notice can be retried" in seen.reply.words
    assert (await world.statuses()) == {"TD-1": Status.QUEUED}


@pytest.mark.parametrize("text", ["help", "help withdraw", "frobnicate", "stauts TD-1", "status", "retry x"])
async def test_help_and_anything_not_understood_are_answered_to_the_person_alone(world: World, text: str) -> None:
    seen = await world.ann.types(f"/takedown {text}", channel="brand-protection")
    assert seen.reply is not None
    assert "/takedown" in seen.reply.words
    assert world.channel.messages == []


async def test_a_list_is_narrowed_by_words_and_by_menu(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.files(world.bo, "https://acme.example/item/2")
    await world.ann.types("/takedown withdraw TD-1", channel=CHANNEL)
    assert "1 of 1" in await says(world, "list withdrawn right:nordlicht-eu since:1d sort:changed")
    assert "1 of 1" in await says(world, "list @bo")
    assert "none" in await says(world, "list violation:patent")
    assert "There is no right called X" in await says(world, "list right:X")
    assert "not a day" in await says(world, "list since:monday")
    seen = await world.ann.types("/takedown list", channel=CHANNEL)
    chosen = await world.ann.chooses("Show", "list all withdrawn", on=seen.reply)
    narrowed = chosen.reply or await world.whispered(world.ann, "(withdrawn)")
    assert "TD-1" in narrowed.words
    assert "TD-2" not in narrowed.words
    await world.ann.chooses("Order", "list all withdrawn sort:oldest", on=narrowed)


async def test_a_note_stays_in_the_timeline_with_its_author(world: World) -> None:
    await world.files(world.ann, ITEM)
    assert "Noted for TD-1" in await says(world, "note TD-1 <!channel> test purchase *ordered*", person=world.bo)
    shown = await says(world, "status TD-1")
    assert "Note: <!channel> test purchase *ordered* (Bo Lindqvist)" in shown
    assert "takes the role analyst" in await says(world, "note TD-1 hello", person=world.mia)
    seen = await world.ann.types("/takedown status TD-1", channel=CHANNEL)
    form = (await world.ann.presses("Note on TD-1", on=seen.reply)).view
    done = await world.ann.submits(form, {"Note": "The second one."})
    assert not done.errors
    assert "The second one." in await says(world, "status TD-1")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_comes_as_a_file_that_calculates_nothing(world: World, kind: str) -> None:
    await world.files(world.ann, ITEM, words='=HYPERLINK("https://evil.example","x") as the label is wrong')
    assert "A file with 1 notice comes" in await says(world, f"export {kind} open", person=world.mia)
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.mia)))
    (file,) = next(one.files for one in world.direct(world.mia) if one.files)
    assert file.name.endswith(f".{kind}")
    if kind == "csv":
        assert "'=HYPERLINK" in file.content.decode("utf-8-sig")
    assert "There is no such notice" in await says(world, f"export {kind} removed")


async def test_a_notice_is_amended_before_it_is_sent_and_waits_meanwhile(world: World) -> None:
    await world.files(world.ann, ITEM, words="Teh label is wrong.")
    seen = await world.ann.types("/takedown amend TD-1", channel=CHANNEL)
    assert seen.view is not None
    assert "Teh label" in str(seen.view)
    await world.passes(60)
    assert not world.market.requests, "it waits while somebody amends it"
    unread = await world.ann.submits(seen.view, {"What they will be told": "The label is wrong."})
    assert "Declaration" in str(unread.errors) or "declaration" in str(unread.errors)
    done = await world.ann.submits(
        seen.view, {"What they will be told": "The label is wrong.", "Declaration": ["I declare all of this"]}
    )
    assert not done.errors
    assert "Amended: statement." in await says(world, "status TD-1")
    await world.passes(31)
    await world.card("TD-1 · submitted")
    assert "The label is wrong." in str(world.market.requests[0])
    assert "only before it is sent" in await says(world, "amend TD-1")


async def test_only_the_filer_amends_and_a_form_that_is_out_of_date_changes_nothing(world: World) -> None:
    await world.files(world.ann, ITEM)
    assert "Only the person who filed TD-1" in await says(world, "amend TD-1", person=world.bo)
    seen = await world.ann.types("/takedown amend TD-1", channel=CHANNEL)
    again = (await world.ada.types("/takedown amend TD-1", channel=CHANNEL)).view
    await says(world, "note TD-1 which is no amendment, so that the form is still good")
    filled = {
        "What they will be told": "The stitching and the label are wrong.",
        "Declaration": ["I declare all of this"],
    }
    assert not (await world.ann.submits(seen.view, filled)).errors
    late = await world.ada.submits(again, {**filled, "What they will be told": "The zip and the label are wrong."})
    assert "was changed after this form was opened" in str(late.errors)


async def says(world: World, text: str, *, person: Persona | None = None) -> str:
    """What somebody is answered."""
    seen = await (person or world.ann).types(f"/takedown {text}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply.words
