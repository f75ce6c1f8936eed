"""An admin looks through the chain of custody; a mistake in a history is taken back by a later line."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import custody
from bot.desk import audit
from bot.model import Event, Notice, Status
from bot.sandbox.driver import Message, Persona
from tests import make
from tests.stories.world import CHANNEL, ITEM, World


async def asks(person: Persona, words: str, command: str = "/takedown-admin") -> Message:
    seen = await person.types(f"{command} {words}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply


async def test_the_chain_of_a_notice_is_shown_line_by_line_and_said_to_be_whole(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes_until("TD-1 · removed")
    told = await asks(world.ada, "audit td-1")
    notice = await world.notice("TD-1")
    words = told.words
    assert words.index("This chain is whole") < words.index("Filed by Ann Winter")
    assert words.index("has removed the listing") < words.index("Filed by Ann Winter"), "the newest stands first"
    assert notice.head[:12] in words
    for said in ("Custody of TD-1", "button in C0BRAND", "Acme Market, answered", "this desk", "the desk itself"):
        assert said in words, said
    assert "Acme Market, asked" in words or "Acme Market, pushed" in words
    assert "This chain is whole" in told.text


async def test_a_line_that_was_changed_on_the_disk_is_named_before_anything_else(world: World) -> None:
    store = world.app.desk.store
    events = chain()
    await store.save(*(one for pair in events[:1] for one in pair))
    for notice, event in events[1:]:
        await store.save(notice, replace(event, words="Nobody filed this.") if event.number == 2 else event)
    told = await asks(world.ada, "audit TD-900")
    assert "This chain is broken: 1 fault." in told.words
    named = "TD-900, line 3: does not follow from the line before it"
    assert told.words.index(named) < told.words.index("Nobody filed")


async def test_a_long_chain_has_pages(world: World) -> None:
    for pair in chain(lines=12):
        await world.app.desk.store.save(*pair)
    first = await asks(world.ada, "audit TD-900")
    assert "1–10 of 12" in first.words
    await world.ada.presses("Further", on=first)
    second = await world.whispered(world.ada, "11–12 of 12")
    assert "This chain is whole" in second.words
    await world.ada.presses("Back", on=second)
    await world.whispered(world.ada, "1–10 of 12")


async def test_rights_and_roles_have_chains_too_and_what_has_none_is_said(world: World) -> None:
    await asks(world.ada, "role @mia analyst")
    for typed in ("audit role @mia", "audit @mia", "audit ROLE:u0mia"):
        told = await asks(world.ada, typed)
        assert "This chain is whole" in told.words, typed
        assert "/takedown-admin in C0BRAND" in told.words
        assert "Ada Okafor" in told.words
    assert "This chain is whole" in (await asks(world.ada, "audit nordlicht-eu")).words
    assert "Nothing called RF-9 has a history here" in (await asks(world.ada, "audit RF-9")).words
    assert "There is no notice TD-77" in (await asks(world.ada, "audit TD-77")).words
    assert "Say of what" in (await asks(world.ada, "audit")).words


async def test_looking_through_it_is_for_admins_and_leaves_no_line(world: World) -> None:
    await world.files(world.ann, ITEM)
    before = await world.app.desk.store.events("TD-1")
    assert "takes the role admin" in (await asks(world.ann, "audit TD-1")).words
    assert "This chain is whole" in (await asks(world.ada, "audit TD-1")).words
    assert await world.app.desk.store.events("TD-1") == before


async def test_a_mistake_is_taken_back_by_a_later_line_and_both_stay_to_be_seen(world: World) -> None:
    await world.files(world.ann, ITEM)
    await asks(world.ann, "note TD-1 the seller called", "/takedown")
    status = await asks(world.ann, "status TD-1", "/takedown")
    found = re.search(r"([0-9]+)\. [^\n]*the seller called", status.words)
    assert found is not None, "each line has its number"
    done = await asks(world.ann, f"retract TD-1 {found[1]} it was another seller", "/takedown")
    assert f"Line {found[1]} of TD-1 is retracted" in done.words
    assert "How the notice stands has not changed" in done.words
    assert await world.statuses() == {"TD-1": Status.QUEUED}
    after = (await asks(world.bo, "status TD-1", "/takedown")).words
    assert re.search(r"\(retracted by Ann Winter, in line [0-9]+\) Note: the seller called", after)
    assert "Why: it was another seller" in after
    audited = (await asks(world.ada, "audit TD-1")).words
    assert "This chain is whole" in audited
    assert "(retracted by Ann Winter" in audited
    assert "/takedown in C0BRAND" in audited
    again = await asks(world.ada, f"retract TD-1 {found[1]} so", "/takedown")
    assert f"Line {found[1]} of TD-1 is retracted already" in again.words


async def test_what_cannot_be_retracted_is_refused_in_a_sentence(world: World) -> None:
    await world.files(world.ann, ITEM)
    await asks(world.ann, "note TD-1 hello", "/takedown")
    before = await world.app.desk.store.events("TD-1")
    for typed, why in {
        "retract TD-1 99 wrong": "TD-1 has no line 99",
        "retract TD-1 0 wrong": "Say which line",
        "retract TD-1 first wrong": "Say which line",
        "retract TD-1 2": "Say why, such as",
        "retract TD-77 1 wrong": "There is no notice TD-77",
        f"retract TD-1 2 {'x' * 501}": "at most 500 characters",
        "retract": "Say which notice",
    }.items():
        assert why in (await asks(world.ann, typed, "/takedown")).words, typed
    assert "Only the person who filed TD-1" in (await asks(world.bo, "retract TD-1 2 wrong", "/takedown")).words
    assert await world.app.desk.store.events("TD-1") == before
    await asks(world.ann, "retract TD-1 2 wrong", "/takedown")
    said = await asks(world.ann, f"retract TD-1 {len(before) + 1} no, it was right", "/takedown")
    assert "is itself a retraction" in said.words


async def test_after_all_that_people_do_every_chain_of_the_desk_is_whole(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.files(world.bo, "https://acme.example/item/2")
    await asks(world.bo, "withdraw TD-2 wrong listing", "/takedown")
    await asks(world.ada, "policy")
    await asks(world.ada, "role @mia approver")
    await asks(world.ada, "pause acme their portal moves")
    await asks(world.ada, "resume acme")
    await world.passes_until("TD-1 · removed")
    found = await audit.everything(world.app.desk.store)
    assert found.faults == ()
    assert found.chains > 3
    assert found.before == 0
    for notice_id in ("TD-1", "TD-2"):
        for event in await world.app.desk.store.events(notice_id):
            assert event.where, f"{notice_id}, line {event.number}: from where?"
            assert custody.chained(event)


def chain(lines: int = 3) -> list[tuple[Notice, Event]]:
    """TD-900 with the event of each version."""
    return make.chain("TD-900", *(f"Step {number}." for number in range(1, lines + 1)))
