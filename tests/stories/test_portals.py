"""Filing by hand in a portal, in the words of those who do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import ComeBack, Status
from bot.sandbox.driver import Message, Persona
from bot.sandbox.removals import Mood
from bot.sandbox.shapes import Json
from tests.stories.world import CHANNEL, ITEM, World, a_world, restarted

PORTALIA = """
[marketplaces.portalia]
adapter = "portal"
name = "Portalia"
portal_url = "https://ip.portalia.example/complaints?lang=en"
hosts = ["portalia.example"]
listing_pattern = '/offer/(?P<listing>[0-9]+)'
lot_size = 10
fields = [
    { label = "IPR registration number", from = "right.registration_no" },
    { label = "Complaint type", text = "Product listing" },
    { label = "Explanation", from = "statement" },
]
clocks = { decision = "15 days", counter_notice = "3 business days", country = "DE" }
advice = "Register the right there first."
"""
OFFER = "https://portalia.example/offer/1"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, tables=PORTALIA) as world:
        yield world


def offers(first: int, last: int) -> str:
    return " ".join(f"https://portalia.example/offer/{number}" for number in range(first, last + 1))


async def files_by_hand(world: World, first: int, last: int, *, person: Persona | None = None) -> None:
    """Addresses are filed, and the time in which it can be undone passes."""
    await world.files(person or world.ann, offers(first, last))
    await world.passes(31)


def packs(world: World) -> list[Message]:
    """The messages of packs, wherever they are."""
    everywhere = [*world.channel.all_messages, *world.ann.direct.all_messages]
    return [one for one in everywhere if "Open the portal" in one.words]


async def pack(world: World, lot: str) -> Message:
    """The newest pack of a lot, waited for."""

    def found() -> list[Message]:
        return [one for one in packs(world) if f"{lot} · to be filed by hand" in one.words]

    await world.sandbox.until(lambda: bool(found()))
    return found()[-1]


def files_of(world: World) -> list[Message]:
    return [one for one in world.channel.all_messages if one.files]


async def says(world: World, text: str, *, person: Persona | None = None) -> str:
    """What the person alone is answered."""
    seen = await (person or world.ann).types(f"/takedown {text}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply.words


async def test_twenty_five_addresses_become_three_packs_in_the_threads_of_their_cards(world: World) -> None:
    await world.files(world.ann, offers(1, 20))
    await world.files(world.ann, offers(21, 25))
    await world.passes(31)
    await pack(world, "LOT-21")
    assert [one.words.splitlines()[0] for one in packs(world)] == [
        ":writing_hand: *LOT-1 · to be filed by hand at Portalia* · 10 addresses",
        ":writing_hand: *LOT-11 · to be filed by hand at Portalia* · 10 addresses",
        ":writing_hand: *LOT-21 · to be filed by hand at Portalia* · 5 addresses",
    ]
    cards = {card.ts for card in world.cards()}
    assert len(cards) == 2
    assert {one.thread_ts for one in packs(world)} == cards
    assert set((await world.statuses()).values()) == {Status.BY_HAND}


async def test_a_pack_has_all_that_the_form_asks_for_and_the_addresses_in_full_in_a_file(world: World) -> None:
    await files_by_hand(world, 1, 3)
    shown = await pack(world, "LOT-1")
    for words in ("018123456", "Product listing", "bear the mark", "TD-1 to TD-3", "Register the right there first"):
        assert words in shown.words
    assert "15 days" in shown.words
    assert "https://ip.portalia.example/complaints?lang=en" in str(shown.blocks)
    assert "portalia.example/offer" not in shown.words + shown.text, "no address of a listing is live in a message"
    (beside,) = files_of(world)
    assert beside.thread_ts == shown.thread_ts
    assert beside.files[0].title == "LOT-1.txt"
    assert beside.files[0].content.decode().splitlines() == offers(1, 3).split()


async def test_the_reference_of_a_lot_is_entered_once_for_all_of_it(world: World) -> None:
    await files_by_hand(world, 1, 3)
    asked = await world.ann.presses("Enter reference for LOT-1", on=await pack(world, "LOT-1"))
    done = await world.ann.submits(asked.view, {"Their reference": "IPP-2026-77"})
    assert not done.errors
    notices = [await world.notice(f"TD-{number}") for number in (1, 2, 3)]
    assert {(one.status, one.reference) for one in notices} == {(Status.SUBMITTED, "IPP-2026-77")}
    assert "Filed at Portalia as IPP-2026-77. (Ann Winter)" in await says(world, "status TD-2")
    assert "IPP-2026-78" in await says(world, "ref TD-3 IPP-2026-78"), "a slip can be put right"
    assert (await world.notice("TD-3")).reference == "IPP-2026-78"
    assert (await world.notice("TD-2")).reference == "IPP-2026-77"


async def test_the_outcome_is_recorded_for_one_line_and_then_for_the_rest_of_the_lot(world: World) -> None:
    await files_by_hand(world, 1, 3)
    shown = await pack(world, "LOT-1")
    await says(world, "ref LOT-1 IPP-77")
    asked = await world.ann.presses("Record outcome of LOT-1", on=shown)
    await world.ann.submits(
        asked.view, {"What they decided": "Rejected", "Their reason": "No such listing", "Only these": ["TD-2"]}
    )
    assert list((await world.statuses()).values()) == [Status.SUBMITTED, Status.REJECTED, Status.SUBMITTED]
    assert (await world.notice("TD-2")).reason == "No such listing"
    assert "TD-1, TD-3 are at “removed” now." in await says(world, "outcome lot-1 removed")
    assert list((await world.statuses()).values()) == [Status.REMOVED, Status.REJECTED, Status.REMOVED]
    card = await world.card("2 removed, 1 rejected")
    await world.sandbox.until(lambda: "TD-1, TD-3: Portalia has removed" in world.channel.thread(card.ts)[-1].words)
    said = world.channel.thread(card.ts)[-1].words
    assert said == "TD-1, TD-3: Portalia has removed the listing. Recorded by Ann Winter."


async def test_what_a_person_records_counts_against_the_seller(world: World) -> None:
    await world.files(world.ann, f"{offers(1, 3)} seller:4711")
    await world.passes(31)
    await says(world, "outcome LOT-1 removed")
    await world.sandbox.until(lambda: any("repeat offender" in one.words for one in world.channel.messages))
    won = await world.notice("TD-1")
    assert won.removed_at is not None
    assert "is at “reinstated”" in await says(world, "outcome TD-1 reinstated counter-notice they showed a licence")
    back = await world.notice("TD-1")
    assert (back.came_back, back.reason) == (ComeBack.COUNTER_NOTICE, "they showed a licence")
    events = await world.app.desk.store.events("TD-1")
    assert (events[-1].actor.user_id, events[-1].kind) == (world.ann.id, "decision")


async def test_a_press_of_somebody_else_and_a_forged_one_change_nothing(world: World) -> None:
    await files_by_hand(world, 1, 2)
    shown = await pack(world, "LOT-1")
    for button in ("Enter reference for LOT-1", "Record outcome of LOT-1"):
        refused = await world.bo.presses(button, on=shown)
        assert refused.reply is not None
        assert "Only the person who filed LOT-1" in refused.reply.words
    for forged in ("LOT-2", "LOT-999", "TD-77", "", "x" * 300):
        seen = await world.bo.forges("outcomes.record", forged, on=shown)
        assert seen.view is None
        assert seen.reply is not None
    assert "Only the person who filed TD-1" in await says(world, "outcome TD-1 removed", person=world.bo)
    assert "Only the person who filed LOT-1" in await says(world, "ref LOT-1 X", person=world.bo)
    assert set((await world.statuses()).values()) == {Status.BY_HAND}
    assert "is at “removed” now" in await says(world, "outcome TD-1 removed", person=world.ada), "an admin may"


async def test_a_form_cannot_reach_beyond_its_lot(world: World) -> None:
    await files_by_hand(world, 1, 2)
    await world.files(world.bo, ITEM)
    asked = await world.ann.presses("Record outcome of LOT-1", on=await pack(world, "LOT-1"))
    assert asked.view is not None
    values: dict[str, dict[str, Json]] = {
        "outcome": {"outcome": {"type": "static_select", "selected_option": {"value": "removed"}}},
        "only": {"only": {"type": "multi_static_select", "selected_options": [{"value": "TD-3"}]}},
    }
    seen = await world.sandbox.acts.submit(world.sandbox.workspace.people[world.ann.id], asked.view, values)
    assert "TD-3 is not one of TD-1 to TD-2" in str(seen.errors)
    assert Status.REMOVED not in (await world.statuses()).values()


@pytest.mark.parametrize("method", ["chat.postMessage", "files.completeUploadExternal"])
async def test_a_lost_reply_is_looked_for_so_that_a_pack_and_its_file_are_there_once(world: World, method: str) -> None:
    await world.files(world.ann, offers(1, 2))
    await world.card("TD-1 and TD-2 · 2 queued")
    world.sandbox.lose_reply(method)
    await world.passes(31)
    await world.passes_many(3, 10)
    await pack(world, "LOT-1")
    await world.passes_many(3, 60)
    assert len(packs(world)) == 1
    assert len(files_of(world)) == 1


async def test_a_pack_whose_file_is_refused_has_the_addresses_in_the_message(world: World) -> None:
    world.sandbox.remove_bot(CHANNEL)  # it may still post in a public channel, and share no file there
    await files_by_hand(world, 1, 3)
    shown = await pack(world, "LOT-1")
    assert "I am not in this channel, please invite me" in shown.words
    for address in offers(1, 3).split():
        assert address in shown.words
        assert address not in shown.text
    assert files_of(world) == []
    world.sandbox.invite_bot(CHANNEL)
    assert "The pack of LOT-1 is posted again" in await says(world, "retry TD-2")
    await world.passes_many(2, 5)
    assert "LOT-1.txt just above" in (await pack(world, "LOT-1")).words
    assert len(packs(world)) == 2
    assert [one.files[0].title for one in files_of(world)] == ["LOT-1.txt"]


async def test_a_slack_that_takes_no_files_for_long_does_not_keep_the_pack_back(world: World) -> None:
    world.sandbox.fail("files.getUploadURLExternal", times=20)
    await files_by_hand(world, 1, 2)
    await world.passes_many(9, 120)
    assert "Slack takes no files just now" in (await pack(world, "LOT-1")).words


async def test_a_pack_goes_to_who_filed_where_the_channel_is_closed(world: World) -> None:
    await world.files(world.ann, offers(1, 2))
    await world.card("TD-1 and TD-2 · 2 queued")
    world.sandbox.archive(CHANNEL)
    await world.passes(31)
    await world.passes_many(2, 5)
    await pack(world, "LOT-1")
    assert any("LOT-1 · to be filed" in one.words for one in world.ann.direct.all_messages)


async def test_a_pack_that_waits_is_posted_once_after_a_restart(world: World) -> None:
    await world.files(world.ann, offers(1, 2))
    world.sandbox.hang(0.5, "chat.postMessage")
    await world.passes(31)
    await world.app.stop()
    async with restarted(world) as again:
        world.clock.advance(600)
        await again.ring()
        await pack(world, "LOT-1")
        world.clock.advance(600)
        await world.sandbox.settled()
        assert len(packs(world)) == 1
        assert len(files_of(world)) == 1


async def test_withdrawing_what_is_filed_by_hand_ends_it_here_and_says_what_is_left_to_do(world: World) -> None:
    await files_by_hand(world, 1, 1)
    card = await world.card("TD-1 · by hand")
    assert {"Enter reference for TD-1", "Record outcome of TD-1", "Retry TD-1", "Withdraw TD-1"} <= set(card.buttons)
    assert "take it back there too" in await says(world, "withdraw TD-1 wrong listing")
    assert (await world.notice("TD-1")).status is Status.WITHDRAWN
    assert "is at “withdrawn”; only" in await says(world, "retry TD-1")


async def test_what_was_filed_in_a_portal_is_taken_back_there_and_then_recorded(world: World) -> None:
    await files_by_hand(world, 1, 1)
    await says(world, "ref TD-1 77")
    assert "in the portal, and then record it" in await says(world, "withdraw TD-1")
    assert "TD-1 is at “withdrawn” now." in await says(world, "outcome TD-1 withdrawn")


async def test_one_is_reminded_once_a_lot_to_look_whether_they_decided(world: World) -> None:
    await files_by_hand(world, 1, 3)
    filed = world.clock()
    await says(world, "ref LOT-1 IPP-77")
    deadline = (await world.notice("TD-1")).deadline
    assert deadline is not None
    assert timedelta(days=15) <= deadline.at - filed < timedelta(days=15, hours=1)
    await says(world, "outcome TD-1 removed")
    await world.passes(8.5 * 86_400)
    told = [one.words for one in world.direct(world.ann)]
    assert len(told) == 1
    assert "TD-2 to TD-3 at Portalia wait for us until" in told[0]
    assert "look in the portal whether they have decided" in told[0]
    await says(world, "outcome LOT-1 removed")
    await world.passes(20 * 86_400)
    assert len(world.direct(world.ann)) == 1


async def test_a_counter_notice_starts_a_clock_in_business_days(world: World) -> None:
    await files_by_hand(world, 1, 1)
    await says(world, "ref TD-1 77")
    now = world.clock()
    assert "It waits for us until" in await says(world, "outcome TD-1 needs input The seller shows a licence")
    notice = await world.notice("TD-1")
    assert (notice.status, notice.reason) == (Status.NEEDS_INPUT, "The seller shows a licence")
    assert notice.deadline is not None
    assert notice.deadline.at - now > timedelta(days=2, hours=23)
    assert notice.deadline.at.weekday() < 5
    await world.card("This waits for us until")


async def test_the_marketplace_that_tells_itself_is_not_told_by_us(world: World) -> None:
    await world.files(world.ann, ITEM)
    assert "cannot follow" in await says(world, "outcome TD-1 removed")
    world.market.pace = 1000
    await world.passes(31)
    await world.card("TD-1 · submitted")
    assert "says itself how TD-1 stands" in await says(world, "outcome TD-1 removed")
    assert "gave TD-1 its reference itself" in await says(world, "ref TD-1 X")
    notice = await world.notice("TD-1")
    assert notice.status is Status.SUBMITTED
    await world.passes(181 * 86_400)
    assert "TD-1 is at “removed” now" in await says(world, "outcome TD-1 removed"), "asking ended: people look"


async def test_what_nobody_knows_the_fate_of_is_put_right_by_who_looked_there(world: World) -> None:
    await world.files(world.ann, ITEM)
    world.market.feel(Mood.LOST_REPLY, writes=1)
    await world.passes(31)
    uncertain = await world.notice("TD-1")
    assert uncertain.status is Status.UNCERTAIN
    assert "has the reference ACME-9" in await says(world, "ref TD-1 ACME-9")
    found = await world.notice("TD-1")
    assert (found.status, found.reference, found.version) == (Status.SUBMITTED, "ACME-9", uncertain.version + 1)


async def test_the_desk_says_what_it_did_not_understand(world: World) -> None:
    await files_by_hand(world, 1, 1)
    for text, words in {
        "ref": "Say which notice or lot",
        "ref TD-1": "Give their reference too",
        "ref x y": "is not the id of a notice or a lot",
        "ref LOT-9 y": "There is no LOT-9",
        f"ref TD-1 {'x' * 201}": "at most 200 characters",
        "outcome TD-1": "Say what they decided",
        "outcome TD-1 remoevd": "Did you mean “removed”",
        "outcome TD-1 reinstated": "is at “reinstated” now",
        "status LOT-1": "LOT-1 is a lot",
    }.items():
        assert words in await says(world, text), text
