"""Cases, in the words of the task force and of those who are not in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import cases
from bot.model import Case, CaseState, Change, Role, RoleGrant
from bot.sandbox.driver import Message, Persona, View
from tests import make
from tests.stories.world import CHANNEL, World, a_world, restarted

DAY = 86_400
LEGAL = "[desk]\ncases_channel = 'C0LEGAL'\n"


async def known(world: World, *sellers: str) -> None:
    """Notices that were upheld against each of these sellers."""
    now = world.app.desk.now()
    for number, seller in enumerate(sellers, 1):
        await world.app.desk.store.save(make.upheld(f"TD-{number}", by=seller, at=now))


async def says(person: Persona, text: str, *, channel: str = CHANNEL) -> str:
    seen = await person.types(text, channel=channel)
    assert seen.reply is not None, seen
    return seen.reply.words


async def page(person: Persona, seller: str = "acme:S-1") -> Message:
    seen = await person.types(f"/offenders case {seller}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply


async def case(world: World, seller: str = "acme:S-1") -> Case:
    found = await world.app.desk.store.entry(Case, seller)
    assert found is not None
    return found


async def home_of(world: World, person: Persona) -> View:
    await person.opens_home()
    await world.sandbox.until(lambda: person.home is not None)
    assert person.home is not None
    return person.home


def root(messages: list[Message], words: str = "Case of") -> list[Message]:
    return [one for one in messages if words in one.words and one.thread_ts in (None, one.ts)]


async def posted(world: World, person: Persona) -> Message:
    """The message of a case in somebody's direct messages, waited for."""
    await world.sandbox.until(lambda: bool(root(world.direct(person), "Confidential")))
    return root(world.direct(person), "Confidential")[-1]


def thread(world: World, message: Message) -> str:
    channel = world.sandbox.workspace.channels[message.channel]
    return "\n".join(one.words for one in channel.thread(message.ts) if one.ts != message.ts)


@pytest.fixture
async def in_legal(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, tables=LEGAL) as world:
        yield world


async def test_a_case_is_opened_for_a_colleague_who_is_told_and_has_its_thread(world: World) -> None:
    await known(world, "S-1")
    assert "Case of Shop 1 (acme:S-1) opened; Bo Lindqvist looks after it." in await says(
        world.ann, "/offenders assign acme:S-1 @bo"
    )
    message = await posted(world, world.bo)
    assert "State: watching." in message.words
    assert "Owner: Bo Lindqvist." in message.words
    await world.sandbox.until(lambda: "Case of Shop 1 (acme:S-1) opened" in thread(world, message))
    told = [one for one in world.direct(world.bo) if "Ann Winter gave you the case" in one.words]
    assert len(told) == 1
    seen = await world.bo.presses("Case…", on=told[0])
    assert seen.reply is not None
    assert "Note…" in seen.reply.buttons
    assert not any("Case of" in one.words for one in world.channel.messages), "the channel is public"


async def test_what_happens_is_said_in_the_thread_and_the_message_is_redrawn(world: World) -> None:
    await known(world, "S-1")
    await says(world.bo, "/offenders assign acme:S-1 @bo")
    message = await posted(world, world.bo)
    assert "Note: the shop moved to Ningbo" in await says(
        world.ann, "/offenders note acme:S-1 the shop moved to Ningbo"
    )
    assert "The case is investigating now; it was watching. Why: three samples" in await says(
        world.ann, "/offenders case acme:S-1 investigating three samples"
    )
    day = (world.clock() + timedelta(days=10)).date()
    await says(world.bo, f"/offenders next S-1 {day.isoformat()} call the agency")
    await world.sandbox.until(lambda: "call the agency" in thread(world, message))
    said = thread(world, message)
    assert "Ann Winter: Note: the shop moved to Ningbo" in said
    assert "Ann Winter: The case is investigating now" in said
    await world.sandbox.until(lambda: "call the agency" in root(world.direct(world.bo), "Confidential")[-1].words)
    (now,) = root(world.direct(world.bo), "Confidential")
    assert now.ts == message.ts
    assert "State: investigating." in now.words
    shown = await page(world.ann)
    assert "Ann Winter: Note: the shop moved to Ningbo" in shown.words
    assert "call the agency" in shown.words


async def test_a_case_is_worked_on_with_the_buttons_of_its_page(world: World) -> None:
    await known(world, "S-1")
    await says(world.bo, "/offenders assign acme:S-1 @bo")

    async def form(label: str) -> View:
        seen = await world.ann.presses(label, on=await page(world.ann))
        assert seen.view is not None, seen
        return seen.view

    for label, answers, words in (
        ("Note…", {"Note": "they changed the label"}, "Note: they changed the label"),
        ("State…", {"State": "Investigating", "Why": "samples came"}, "The case is investigating now"),
        ("Assign…", {"Owner": "ada"}, "Ada Okafor looks after the case"),
    ):
        done = await world.ann.submits(await form(label), answers)
        assert done.view is not None, done
        assert words in done.view.words
    view = await form("Next step…")
    past = await world.ann.submits(view, {"What": "call", "When": "2020-01-01"})
    assert past.errors == {"on": "Wed 1 Jan 2020 is over; say a day from today on."}
    bare = await world.ann.submits(view, {"What": "call", "When": None})
    assert bare.errors == {"on": "Say by when."}
    soon = (world.clock() + timedelta(days=3)).date().isoformat()
    empty = await world.ann.submits(view, {"What": "", "When": soon})
    assert empty.errors == {"step": "Say what is to be done then."}
    done = await world.ann.submits(view, {"What": "call", "When": soon})
    assert done.view is not None
    assert (await case(world)).next_on is not None


@pytest.mark.parametrize("who", ["mia", "gil", "otto"])
async def test_who_may_not_refer_learns_nothing_not_even_whether_the_seller_exists(world: World, who: str) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    person = world.person(who)
    for verb in ("assign {} @bo", "case {}", "note {} hello", "next {} fri call", "case {} closed", "purchases {}"):
        there = await says(person, f"/offenders {verb.format('acme:S-1')}")
        absent = await says(person, f"/offenders {verb.format('acme:S-99')}")
        assert there == absent, verb
        assert "acme" not in there
    assert "Case" not in await says(person, "/offenders cases")


async def test_a_viewer_sees_no_case_on_the_page_of_an_offender_and_an_analyst_does(world: World) -> None:
    await known(world, "S-1")

    async def shown(person: Persona) -> Message:
        await person.types("/offenders show acme:S-1", channel=CHANNEL)
        return await world.whispered(person, "acme:S-1 · counted over")

    first = await shown(world.ann)
    assert "Open a case…" in first.buttons
    seen = await world.ann.presses("Open a case…", on=first)
    done = await world.ann.submits(seen.view, {"Owner": "bo"})
    assert done.view is not None
    assert "Bo Lindqvist looks after it" in done.view.words
    await world.ann.closes(world.ann.views[-1])
    await world.ann.types("/offenders show acme:S-1", channel=CHANNEL)
    again = await world.whispered(world.ann, "Case: watching, Bo Lindqvist.")
    assert "Case…" in again.buttons
    assert "Case" not in (await shown(world.mia)).words
    assert not any("case" in label.casefold() for label in (await shown(world.mia)).buttons)


async def test_in_the_channel_for_cases_a_case_has_its_thread_there(in_legal: World) -> None:
    world = in_legal
    world.sandbox.invite_bot("legal")
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    legal = world.sandbox.channel("legal")
    await world.sandbox.until(lambda: bool(root(legal.messages)))
    assert not root(world.direct(world.bo), "Confidential")
    await world.sandbox.until(lambda: "opened" in thread(world, root(legal.messages)[0]))


async def test_a_channel_that_is_not_private_never_gets_a_case(tmp_path: Path) -> None:
    async with a_world(tmp_path, tables="[desk]\ncases_channel = 'C0BRAND'\n") as world:
        await known(world, "S-1")
        await says(world.ann, "/offenders assign acme:S-1 @bo")
        await posted(world, world.bo)
        assert not any("Case of" in one.words for one in world.channel.all_messages if not one.ephemeral)


async def test_the_private_channel_it_was_opened_in_has_its_thread(world: World) -> None:
    world.sandbox.invite_bot("legal")
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo", channel="legal")
    legal = world.sandbox.channel("legal")
    await world.sandbox.until(lambda: bool(root(legal.messages)))
    world.sandbox.remove_bot("legal")
    await says(world.ann, "/offenders note acme:S-1 we are out of there")
    message = await posted(world, world.bo)
    await world.sandbox.until(lambda: "we are out of there" in thread(world, message))


async def test_a_channel_that_becomes_public_keeps_nothing_of_a_case_once_anything_happens(world: World) -> None:
    world.sandbox.invite_bot("legal")
    await known(world, "S-1")
    legal = world.sandbox.channel("legal")
    await says(world.ann, "/offenders assign acme:S-1 @bo", channel="legal")
    await world.sandbox.until(lambda: bool(root(legal.messages)))
    await says(world.ann, "/offenders note acme:S-1 they ship from Ningbo", channel="legal")
    await world.sandbox.until(lambda: any("Ningbo" in one.words for one in legal.all_messages if not one.ephemeral))
    legal.private = False
    await says(world.ann, "/offenders note acme:S-1 we are seen")
    message = await posted(world, world.bo)
    await world.sandbox.until(lambda: "we are seen" in thread(world, message))
    left = [one.words for one in legal.all_messages if not one.ephemeral]
    assert left == ["A case was here. It has moved to where its owner sees it."]


async def test_opened_with_the_button_of_an_offenders_page_it_has_its_thread_in_that_channel_if_it_is_private(
    world: World,
) -> None:
    world.sandbox.invite_bot("legal")
    await known(world, "S-1", "S-2")
    legal = world.sandbox.channel("legal")
    for channel, seller in (("legal", "acme:S-1"), (CHANNEL, "acme:S-2")):
        shown = await page_of_offender(world, seller, channel=channel)
        seen = await world.ann.presses("Open a case…", on=shown)
        done = await world.ann.submits(seen.view, {"Owner": "bo"})
        assert done.view is not None
        await world.ann.closes(done.view)
    await world.sandbox.until(lambda: bool(root(legal.messages)))
    assert "acme:S-1" in root(legal.messages)[0].words
    assert "acme:S-2" in (await posted(world, world.bo)).words, "anybody may join the channel it was pressed in"
    assert len(root(legal.messages)) == len(root(world.direct(world.bo), "Confidential")) == 1
    assert not any("Case of" in one.words for one in world.channel.messages if not one.ephemeral)


async def page_of_offender(world: World, seller: str, *, channel: str) -> Message:
    await world.ann.types(f"/offenders show {seller}", channel=channel)

    def shown() -> list[Message]:
        return [one for one in world.ann.ephemerals(channel) if f"{seller} · counted over" in one.words]

    await world.sandbox.until(lambda: bool(shown()))
    return shown()[-1]


async def test_handed_over_a_case_moves_to_the_new_owner_and_leaves_nothing_to_read(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    before = await posted(world, world.bo)
    said = await says(world.ann, "/offenders assign acme:S-1 @ada")
    assert "Ada Okafor looks after the case of Shop 1 (acme:S-1) now; until now Bo Lindqvist did." in said
    await posted(world, world.ada)
    await world.sandbox.until(lambda: any("It has moved" in one.words for one in world.direct(world.bo)))
    left = next(one for one in world.direct(world.bo) if one.ts == before.ts)
    assert "acme" not in left.words


async def test_a_message_that_was_deleted_is_posted_again(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    message = await posted(world, world.bo)
    await world.sandbox.until(lambda: "opened" in thread(world, message))
    world.delete(message)
    await says(world.ann, "/offenders note acme:S-1 are you there")
    await world.passes_many(3, 10)
    again = await posted(world, world.bo)
    assert again.ts != message.ts
    await world.sandbox.until(lambda: "are you there" in thread(world, again))


async def test_an_owner_who_may_no_longer_refer_is_told_nothing_more(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await posted(world, world.bo)
    had = await world.app.desk.store.entry(RoleGrant, world.bo.id)
    assert had is not None
    await world.app.desk.store.save(replace(had, version=had.version + 1, roles=(Role.VIEWER,)))
    await says(world.ann, "/offenders next acme:S-1 tomorrow a secret")
    for _ in range(3 * 3):
        await world.passes(DAY / 3)
    assert not any("a secret" in one.words for one in world.direct(world.bo))


async def test_a_case_is_for_people_who_may_refer(world: World) -> None:
    await known(world, "S-1")
    for name, words in (("mia", "it takes the role analyst, approver or admin"), ("gil", "a full member")):
        assert words in await says(world.ann, f"/offenders assign acme:S-1 @{name}")
    assert await world.app.desk.store.entries(Case) == ()
    assert "There is no case of acme:S-1 yet" in await says(world.ann, "/offenders case acme:S-1")
    assert "No notice here names the seller" in await says(world.ann, "/offenders assign acme:S-77 @bo")


async def test_linked_sellers_share_a_case_and_where_both_have_one_the_older_is_shown(world: World) -> None:
    await known(world, "S-1", "S-2", "S-3")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await says(world.ann, "/offenders link acme:S-1 acme:S-3 the same address")
    assert "already" in await says(world.ann, "/offenders assign acme:S-3 @bo"), "one case for both"
    await says(world.ann, "/offenders assign acme:S-2 @ada")
    said = await says(world.ann, "/offenders link acme:S-1 acme:S-2 the same phone")
    assert (
        "There is a case of each: Shop 1 (acme:S-1) (watching) and Shop 2 (acme:S-2) (watching). Both are kept" in said
    )
    shown = await page(world.ann, "acme:S-2")
    assert "Case of Shop 1 (acme:S-1)" in shown.words
    assert "Another case of the same offender: Shop 2 (acme:S-2) · watching · Ada Okafor" in shown.words
    await says(world.ann, "/offenders case acme:S-1 closed")
    assert "Case of Shop 2 (acme:S-2)" in (await page(world.ann, "acme:S-1")).words, "an open one comes first"


async def test_a_closed_case_is_opened_again_by_giving_it_to_somebody(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await says(world.ann, "/offenders next acme:S-1 tomorrow call")
    await says(world.ann, "/offenders case acme:S-1 closed nothing left to do")
    assert (await case(world)).next_on is None
    assert "is closed; assign it" in await says(world.ann, "/offenders next acme:S-1 fri call")
    assert "1 closed case" in await says(world.ann, "/offenders cases closed")
    assert "No open cases" in await says(world.ann, "/offenders cases")
    assert "is open again; Bo Lindqvist looks after it." in await says(world.ann, "/offenders assign acme:S-1 @bo")
    assert (await case(world)).state is CaseState.WATCHING


async def test_cases_are_listed_by_their_next_step_and_found_in_the_home_of_their_owner(world: World) -> None:
    await known(world, "S-1", "S-2")
    for seller in ("S-1", "S-2"):
        await says(world.ann, f"/offenders assign acme:{seller} @bo")
    await says(world.ann, "/offenders next acme:S-2 in 2 days call the agency")
    listed = await says(world.ada, "/offenders cases")
    assert listed.index("acme:S-2") < listed.index("acme:S-1")
    assert "No open cases of yours" in await says(world.ada, "/offenders cases mine")
    assert "2 open cases of Bo Lindqvist" in await says(world.ada, "/offenders cases @bo")
    await says(world.bo, "/offenders assign acme:S-1 @ann")
    for person, step in ((world.bo, "call the agency"), (world.ann, "acme:S-1) · watching")):
        home = await home_of(world, person)
        assert "Your cases (1)" in home.words
        assert step in home.words
        seen = await person.presses("Case…", on=home)
        assert seen.view is not None
        assert "What happened" in seen.view.words
    assert "ases" not in (await home_of(world, world.mia)).words


async def test_the_owner_is_reminded_of_the_next_step_three_times_in_working_hours(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await says(world.ann, "/offenders next acme:S-1 in 2 days call the agency")

    def reminders() -> list[str]:
        return [
            one.words
            for one in world.direct(world.bo)
            if "Your next step in the case of Shop 1 (acme:S-1)" in one.words
        ]

    assert reminders() == []
    await world.passes(6 * 3600)
    assert reminders() == []
    for _ in range(20 * 3):  # one in three is in working hours, whatever the time is here
        await world.passes(DAY / 3)
    assert len(reminders()) == 3
    assert "call the agency" in reminders()[0]
    assert ["This is the last reminder." in one for one in reminders()] == [False, False, True]


async def test_what_is_planned_anew_on_the_day_of_its_reminder_is_reminded_of_once_more(world: World) -> None:
    await known(world, "S-1")
    await says(world.bo, "/offenders assign acme:S-1 @bo")
    morning = (world.clock() + timedelta(days=4)).replace(hour=10, minute=0)
    while morning.weekday() >= 5:
        morning += timedelta(days=1)
    day = morning.date().isoformat()

    def reminders() -> list[str]:
        return [one.words for one in world.direct(world.bo) if "is due today" in one.words]

    await says(world.bo, f"/offenders next acme:S-1 {day} call the agency")
    await world.passes((morning - world.clock()).total_seconds())
    assert len(reminders()) == 1
    await says(world.bo, f"/offenders next acme:S-1 {day} call the other agency")
    await world.passes(4.5 * 3600)
    await world.sandbox.until(lambda: len(reminders()) == 2)
    assert "call the other agency" in reminders()[1]


async def test_nobody_is_reminded_of_what_is_done_or_closed(world: World) -> None:
    await known(world, "S-1", "S-2")
    for seller in ("S-1", "S-2"):
        await says(world.ann, f"/offenders assign acme:{seller} @bo")
        await says(world.ann, f"/offenders next acme:{seller} tomorrow call")
    assert "no next step any more" in await says(world.ann, "/offenders next acme:S-1 done")
    await says(world.ann, "/offenders case acme:S-2 closed")
    for _ in range(5 * 3):
        await world.passes(DAY / 3)
    assert not any("Your next step" in one.words for one in world.direct(world.bo))


async def test_a_message_whose_post_was_not_answered_is_found_and_not_posted_twice(world: World) -> None:
    await known(world, "S-1")
    world.sandbox.lose_reply("chat.postMessage", times=2)
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await world.passes_many(4, 20)
    await posted(world, world.bo)
    await world.passes_many(2, 20)
    assert len(root(world.direct(world.bo), "Confidential")) == 1
    assert (await case(world)).ts


async def test_a_case_that_was_about_to_be_posted_is_posted_once_after_a_restart(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    message = await posted(world, world.bo)
    await world.sandbox.until(lambda: "opened" in thread(world, message))
    await world.app.stop()
    async with restarted(world) as again:
        # As a crash leaves it: the post was tried, and nobody noted that it came through.
        there = await again.desk.store.entry(Case, "acme:S-1")
        assert there is not None
        await again.desk.store.save(replace(there, version=there.version + 1, ts=""))
        await cases.note(again.desk, "acme:S-1", "after the crash", by=there.by)
        await world.sandbox.until(lambda: "after the crash" in thread(world, message))
        assert len(root(world.direct(world.bo), "Confidential")) == 1


async def test_a_referral_that_is_handed_over_makes_the_case_referred(world: World) -> None:
    await known(world, "S-1", "S-2")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await says(world.ann, "/offenders link acme:S-1 acme:S-2 the same address")
    message = await posted(world, world.bo)
    await world.passes(1)  # until nothing else is written down of the case
    desk = world.app.desk
    assert await cases.referred(desk, "acme:S-77", desk.now()) == ()
    await desk.store.save(*await cases.referred(desk, "acme:S-2", desk.now(), words="RF-1 went to PIPCU."))
    assert (await case(world)).state is CaseState.REFERRED
    assert await cases.referred(desk, "acme:S-1", desk.now()) == (), "it is already"
    await world.sandbox.until(lambda: "RF-1 went to PIPCU." in thread(world, message))


async def test_everything_that_is_done_to_a_case_is_on_record_in_a_chain(world: World) -> None:
    await known(world, "S-1")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await says(world.bo, "/offenders note acme:S-1 hello")
    await says(world.bo, "/offenders next acme:S-1 fri call")
    changes = await world.app.desk.store.entries(Change, "case:acme:S-1")
    assert [(one.number, one.kind, one.actor.user_id) for one in changes] == [
        (1, "owner", "U0ANN"),
        (2, "note", "U0BO"),
        (3, "next", "U0BO"),
    ]
    assert all(one.where.startswith("/offenders in") for one in changes)
    assert changes[1].before
    assert changes[2].before not in ("", changes[1].before)
    assert "acme:S-1" not in await says(world.ada, "/takedown-admin history"), "it is none of the register's"
