"""Approvals, in the words of those who ask and those who decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.model import Announcement, Registration, Role, RoleGrant, Status, Violation
from bot.sandbox.driver import Message, Persona
from bot.sandbox.roles import APPROVERS_ROOM, set_rules
from tests import make
from tests.stories.world import CHANNEL, ITEM, World

OTHER_WORDS = "We bought one; the label is a photocopy and the zip is not ours."
HELD_BACK = "A second person has to approve this, because it is about counterfeit goods."


async def rules(world: World, **changes: Any) -> None:
    """The policy from now on: counterfeits need a second person, who is asked where it was filed."""
    await world.app.desk.store.save(make.filing_policy(**{"violations": (Violation.COUNTERFEIT,), **changes}))


async def makes_approver(world: World, person: Persona, *roles: Role) -> None:
    """Somebody becomes an approver, besides what else they are to be."""
    before = await world.app.desk.store.entry(RoleGrant, person.id)
    grant = make.role(person.id, Role.APPROVER, *roles)
    await world.app.desk.store.save(replace(grant, version=before.version + 1 if before else 1))


async def asked(world: World, words: str, *, channel: str = CHANNEL) -> Message:
    """The newest card for approvers that says so, waited for."""

    def found() -> Message | None:
        messages = reversed(world.sandbox.channel(channel).messages)
        return next((one for one in messages if "who cannot approve it" in one.words and words in one.words), None)

    await world.sandbox.until(lambda: found() is not None, seconds=6)
    card = found()
    assert card is not None
    return card


async def files(world: World, person: Persona, *items: str) -> None:
    seen = await person.types(f"/takedown {' '.join(items)} counterfeit", channel=CHANNEL)
    assert seen.reply is not None
    assert HELD_BACK in seen.reply.words
    await person.presses("File", on=seen.reply)


async def replies(world: World, words: str) -> None:
    """Somewhere in a thread it is said, waited for."""
    await world.sandbox.until(
        lambda: any(words in one.words for one in world.channel.all_messages if one.thread_ts not in (None, one.ts)),
        seconds=6,
    )


def items(count: int) -> tuple[str, ...]:
    return tuple(f"https://acme.example/item/{number}" for number in range(1, count + 1))


async def test_a_counterfeit_waits_for_a_second_person_and_is_sent_once_they_approve(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    told = await world.whispered(world.ann, "It waits for an approver")
    assert HELD_BACK in told.words
    own = await world.card("TD-1 · awaiting approval")
    assert HELD_BACK in own.words
    assert "Approve TD-1" not in own.buttons
    card = await asked(world, "TD-1 · waits for a second person")
    for words in ("acme[.]example/item/4711", "NORDLICHT-EU", "counterfeit goods", "Ann Winter", HELD_BACK):
        assert words in card.words
    for words in ("NORDLICHT-EU", HELD_BACK, "Ann Winter"):
        assert words in card.text, "also for those who hear it"
    await world.passes(3600)
    assert not world.market.requests, "nothing goes out before somebody approved"

    await world.bo.presses("Approve TD-1", on=card)
    await world.whispered(world.bo, "Approved: TD-1 is sent in 30 seconds")
    await asked(world, "TD-1 · approved")
    assert "Undo TD-1" in (await world.card("TD-1 · queued")).buttons
    await replies(world, "TD-1: approved by Bo")
    await world.passes(25)
    assert not world.market.requests, "the undo window began with the approval"
    await world.passes_until("TD-1 · removed")
    assert world.market.filed("TD-1") == 1
    assert "Bo" in (await says(world, world.ann, "status TD-1"))


async def says(world: World, person: Persona, text: str) -> str:
    seen = await person.types(f"/takedown {text}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply.words


async def test_the_card_goes_to_the_approvers_channel_where_there_is_one(world: World) -> None:
    legal = next(
        one for one in world.sandbox.workspace.channels.values() if one.id.startswith("C") and one.name != CHANNEL
    )
    await rules(world, approvers_channel=legal.id)
    world.sandbox.invite_bot(legal.id)
    await files(world, world.ann, ITEM)
    card = await asked(world, "TD-1 · waits", channel=legal.id)
    assert f"<#{legal.id}>" in (await world.card("TD-1 · awaiting approval")).words
    assert not [one for one in world.cards() if "who cannot approve it" in one.words]
    await world.bo.presses("Approve TD-1", on=card)
    await asked(world, "TD-1 · approved", channel=legal.id)


async def test_the_sandbox_has_something_that_waits_for_bo_in_its_room_for_approvers(world: World) -> None:
    await set_rules(world.app.desk.store, world.clock())
    world.sandbox.invite_bot(APPROVERS_ROOM)
    seen = await world.ann.types(f"/takedown {ITEM} copyright_image", channel=CHANNEL)
    await world.ann.presses("File", on=seen.reply)
    await world.bo.presses("Approve TD-1", on=await asked(world, "TD-1 · waits", channel="legal"))
    await asked(world, "TD-1 · approved", channel="legal")
    await world.files(world.ann, f"{ITEM}2")
    await world.card("TD-2 · queued")


async def test_an_approvers_channel_that_is_closed_to_us_is_told_of_and_it_is_asked_where_it_was_filed(
    world: World,
) -> None:
    await rules(world, approvers_channel="C0NOWHERE")
    await files(world, world.ann, ITEM)
    await asked(world, "TD-1 · waits")
    await world.sandbox.until(lambda: any("invite me" in one.words for one in world.direct(world.ada)), seconds=6)


async def test_where_no_channel_takes_the_card_each_approver_gets_it(world: World) -> None:
    await rules(world, approvers_channel=world.channel.id)
    world.sandbox.restrict(CHANNEL)
    await files(world, world.ann, ITEM)
    await world.bo.presses("Approve TD-1", on=await asked(world, "TD-1 · waits", channel="bo"))
    await asked(world, "TD-1 · approved", channel="bo")
    await asked(world, "TD-1 · approved", channel="ada")


async def test_a_card_that_somebody_deleted_is_posted_again_while_it_waits(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(2))
    world.delete(await asked(world, "TD-1 and TD-2 · wait"))
    await says(world, world.bo, "approve TD-1")
    await world.bo.presses("Approve TD-2", on=await asked(world, "1 of 2 waits"))
    await asked(world, "2 of 2 approved")


async def test_of_more_than_a_menu_holds_those_approved_are_typed(world: World) -> None:
    await rules(world)
    right = (await world.app.desk.rights())["NORDLICHT-EU"]
    many = [make.awaiting(f"TD-{at}", batch_id="TD-1", at=world.clock(), right=right) for at in range(1, 121)]
    await world.app.desk.store.save(*many, *map(make.event, many))
    queue = await world.bo.types("/takedown approvals", channel=CHANNEL)
    shown = await world.bo.presses("Decide on TD-1 to TD-120", on=queue.reply)
    card = shown.reply or await world.whispered(world.bo, "who cannot approve it")
    assert "and 110 more" in card.words
    form = await world.bo.presses("Choose…", on=card)
    done = await world.bo.submits(form.view, {"Approve these": "TD-1 to TD-100, and the last"})
    assert "is not the id of a notice" in done.errors["only"]
    answers = {"Approve these": "TD-1 to TD-100, TD-120", "The rest": "refuse", "Why refused": "Dealers of ours."}
    assert not (await world.bo.submits(form.view, answers)).errors
    statuses = list((await world.statuses()).values())
    assert (statuses.count(Status.QUEUED), statuses.count(Status.REFUSED)) == (101, 19)


async def test_what_is_filed_in_direct_messages_is_asked_of_each_approver(world: World) -> None:
    await rules(world)
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="ann")
    await world.ann.presses("File", on=seen.reply)
    for person in (world.bo, world.ada):
        await asked(world, "TD-1 · waits", channel=person.handle)
    assert not [one for one in world.direct(world.ann) if "who cannot approve it" in one.words]
    await world.bo.presses("Approve TD-1", on=await asked(world, "TD-1 · waits", channel="bo"))
    await asked(world, "TD-1 · approved", channel="ada")
    await asked(world, "TD-1 · approved", channel="bo")


async def test_an_analyst_who_forges_the_button_approves_nothing(world: World) -> None:
    await rules(world)
    await makes_approver(world, world.mia)
    await files(world, world.bo, ITEM)
    card = await asked(world, "TD-1 · waits")
    await world.ann.presses("Approve TD-1", on=card)
    await world.whispered(world.ann, "takes the role approver; here you are analyst")
    await world.ann.forges("approvals.approve", "TD-1", on=card)
    assert (await world.notice("TD-1")).status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize("who", ["bo", "ada"])
async def test_nobody_approves_or_refuses_what_they_filed_an_admin_neither(world: World, who: str) -> None:
    await rules(world)
    person = world.person(who)
    await files(world, person, ITEM)
    card = await asked(world, "TD-1 · waits")
    await person.presses("Approve TD-1", on=card)
    await world.whispered(person, "You filed TD-1, so somebody else has to decide")
    seen = await person.presses("Refuse TD-1", on=card)
    assert seen.view is None
    assert "You filed TD-1" in await says(world, person, "approve TD-1")
    assert "You filed TD-1" in await says(world, person, "refuse TD-1 because")
    assert (await world.notice("TD-1")).status is Status.AWAITING_APPROVAL


async def test_a_retried_press_approves_once_and_says_so_again(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    card = await asked(world, "TD-1 · waits")
    await world.together(world.bo.presses("Approve TD-1", on=card), world.bo.presses("Approve TD-1", on=card))
    await asked(world, "TD-1 · approved")
    await world.passes_until("TD-1 · removed")
    assert world.market.filed("TD-1") == 1
    events = await world.app.desk.store.events("TD-1")
    assert [event.kind for event in events].count("approved") == 1


async def test_of_two_approvers_at_once_one_decides_and_the_other_hears_who(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    card = await asked(world, "TD-1 · waits")
    form = await world.ada.presses("Refuse TD-1", on=card)
    await world.bo.presses("Approve TD-1", on=card)
    await asked(world, "TD-1 · approved")
    done = await world.ada.submits(form.view, {"Why": "Not ours."})
    assert "approved TD-1 a moment ago" in done.errors["why"]
    assert world.bo.name in done.errors["why"]
    assert (await world.notice("TD-1")).status is Status.QUEUED


async def test_a_refusal_asks_for_a_reason_that_the_filer_is_told_and_nothing_is_sent(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    form = await world.bo.presses("Refuse TD-1", on=await asked(world, "TD-1 · waits"))
    done = await world.bo.submits(form.view, {"Why": "   "})
    assert "Please say why" in done.errors["why"]
    done = await world.bo.submits(form.view, {"Why": "<!channel> It is *genuine*: https://evil.example/x"})
    assert not done.errors
    card = await asked(world, "TD-1 · refused")
    await replies(world, "TD-1: refused by Bo")
    own = await world.card("TD-1 · refused* · takedown at")
    for message in (card, own):
        assert "https://evil" not in message.text
        assert "<!channel>" not in message.text
        assert "genuine" in message.text
    await world.passes(600)
    assert not world.market.requests
    await files(world, world.ann, ITEM)
    await world.card("TD-2 · awaiting approval")


async def test_a_part_of_a_batch_is_approved_and_the_rest_refused_in_one_step(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(5))
    card = await asked(world, "TD-1 to TD-5 · wait for a second person")
    form = await world.bo.presses("Choose…", on=card)
    answers = {"Approve these": ["TD-1", "TD-2", "TD-3"], "The rest": "refuse"}
    done = await world.bo.submits(form.view, answers)
    assert "Please say why" in done.errors["why"]
    done = await world.bo.submits(form.view, {**answers, "Why refused": "A dealer of ours."})
    assert not done.errors
    card = await asked(world, "3 of 5 approved")
    assert "3 of 5: TD-1 to TD-3" in card.words
    assert "2 of 5: TD-4 to TD-5" in card.words
    assert "A dealer of ours." in card.words
    assert "Approved by Bo" in card.text
    own = await world.card("3 queued, 2 refused")
    assert "A dealer of ours." in own.words
    await world.passes(31)
    await world.sandbox.until(lambda: len(world.market.requests) == 3)


async def test_the_rest_of_a_batch_may_be_left_waiting(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(3))
    form = await world.bo.presses("Choose…", on=await asked(world, "TD-1 to TD-3 · wait"))
    done = await world.bo.submits(form.view, {})
    assert "Choose what you approve" in done.errors["only"]
    await world.bo.submits(form.view, {"Approve these": ["TD-2"]})
    card = await asked(world, "2 of 3 wait for a second person")
    await world.bo.presses("Approve all 2", on=card)
    await asked(world, "3 of 3 approved")
    assert set((await world.statuses()).values()) == {Status.QUEUED}


async def test_what_expired_meanwhile_cannot_be_approved(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    card = await asked(world, "TD-1 · waits")
    store = world.app.desk.store
    on_file = await store.entry(Registration, "NORDLICHT-EU")
    assert on_file is not None
    lapsed = replace(on_file.right, expires_on=date(2020, 1, 31))
    await store.save(replace(on_file, right=lapsed, version=on_file.version + 1))
    await world.bo.presses("Approve TD-1", on=card)
    await world.whispered(world.bo, "TD-1 can no longer be approved. NORDLICHT-EU expired on 31 January 2020")
    assert (await world.notice("TD-1")).status is Status.AWAITING_APPROVAL


async def test_what_was_withdrawn_meanwhile_is_not_approved(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    card = await asked(world, "TD-1 · waits")
    form = await world.ann.presses("Withdraw TD-1", on=await world.card("TD-1 · awaiting approval"))
    await world.ann.submits(form.view, {})
    await asked(world, "TD-1 · withdrawn")
    await world.bo.presses("Approve TD-1", on=card)
    await world.whispered(world.bo, "TD-1 was withdrawn before anybody had decided")


async def test_a_batch_that_waits_can_be_taken_back_as_a_whole(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(2))
    await world.ann.presses("Take back TD-1 and TD-2", on=await world.card("TD-1 and TD-2 · 2 awaiting approval"))
    await asked(world, "0 of 2 approved")
    assert set((await world.statuses()).values()) == {Status.WITHDRAWN}


async def test_what_was_amended_after_the_card_was_drawn_is_not_approved_unseen(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    card = await asked(world, "TD-1 · waits")
    form = await world.ann.types("/takedown amend TD-1", channel=CHANNEL)
    world.clock.advance(1)
    done = await world.ann.submits(
        form.view, {"What they will be told": OTHER_WORDS, "Declaration": ["I declare all of this"]}
    )
    assert not done.errors
    await asked(world, OTHER_WORDS)
    await replies(world, "Amended: please look again at TD-1.")
    await world.bo.presses("Approve TD-1", on=card)
    await world.whispered(world.bo, "TD-1 was amended after this was shown to you")
    await world.bo.presses("Approve TD-1", on=await asked(world, OTHER_WORDS))
    await asked(world, "TD-1 · approved")


async def test_each_amendment_is_told_once_in_the_thread_of_the_approvers_card(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(2))
    card = await asked(world, "TD-1 and TD-2 · wait")

    def told() -> list[str]:
        there = world.channel.thread(card.ts)
        return [one.words for one in there if "look again" in one.words]

    async def amends(at: int) -> None:
        form = await world.ann.types(f"/takedown amend TD-{at}", channel=CHANNEL)
        world.clock.advance(1)
        mine = {"What they will be told": f"{OTHER_WORDS} {at}", "Declaration": ["I declare all of this"]}
        assert not (await world.ann.submits(form.view, mine)).errors
        await world.sandbox.until(lambda: len(told()) == at, seconds=6)
        await world.passes_many(2, 10)

    world.sandbox.lose_reply("chat.postMessage", 1)
    await amends(1)
    await amends(2)
    await says(world, world.bo, "approve TD-1")
    await asked(world, "1 of 2 waits")
    assert told() == [f"Amended: please look again at TD-{at}." for at in (1, 2)]


async def test_what_was_amended_within_a_batch_is_shown_and_approved_apart(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(5))
    for at in range(2, 6):
        form = await world.ann.types(f"/takedown amend TD-{at}", channel=CHANNEL)
        mine = {"What they will be told": f"{OTHER_WORDS} No. {at}", "Declaration": ["I declare all of this"]}
        assert not (await world.ann.submits(form.view, mine)).errors
    card = await asked(world, "Show TD-5")
    assert f"{OTHER_WORDS} No. 2" in card.words
    assert not [label for label in card.buttons if label.startswith("Approve all")]
    shown = await world.bo.presses("Show TD-5", on=card)
    opened = shown.reply or await world.whispered(world.bo, "No. 5")
    assert f"{OTHER_WORDS} No. 5" in opened.words
    await world.bo.presses("Approve TD-5", on=opened)
    await world.whispered(world.bo, "Approved: TD-5 is sent")
    await world.bo.presses("Approve TD-1", on=await asked(world, "4 of 5 wait"))
    await asked(world, "3 of 5 wait")
    await world.bo.presses("Approve all 3", on=await asked(world, "Approve all 3"))
    await asked(world, "5 of 5 approved")


async def test_what_was_approved_and_then_amended_is_asked_about_anew(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    await world.bo.presses("Approve TD-1", on=await asked(world, "TD-1 · waits"))
    await world.card("TD-1 · queued")
    form = await world.ann.types("/takedown amend TD-1", channel=CHANNEL)
    await world.ann.submits(
        form.view, {"What they will be told": OTHER_WORDS, "Declaration": ["I declare all of this"]}
    )
    await asked(world, "TD-1 · waits for a second person")
    await world.passes(3600)
    assert not world.market.requests


async def test_the_queue_shows_the_oldest_first_and_leads_to_the_card(world: World) -> None:
    await rules(world)
    await files(world, world.ann, ITEM)
    await files(world, world.ann, *items(2))
    seen = await world.bo.types("/takedown approvals", channel=CHANNEL)
    assert seen.reply is not None
    first, second = seen.reply.words.index("TD-1 ·"), seen.reply.words.index("TD-2 to TD-3 ·")
    assert first < second
    shown = await world.bo.presses("Decide on TD-2 and TD-3", on=seen.reply)
    card = shown.reply or await world.whispered(world.bo, "who cannot approve it")
    await world.bo.presses("Approve all 2", on=card)
    await world.card("TD-2 and TD-3 · 2 queued")
    assert "TD-2" not in await says(world, world.bo, "approvals")
    assert "takes the role approver" in await says(world, world.ann, "approvals")


async def test_approving_by_command_takes_ranges_and_all_of_them_or_none(world: World) -> None:
    await rules(world)
    await files(world, world.ann, *items(5))
    assert "There is no notice TD-6" in await says(world, world.bo, "approve TD-1..TD-6")
    assert set((await world.statuses()).values()) == {Status.AWAITING_APPROVAL}
    assert "Approved: TD-1 to TD-3" in await says(world, world.bo, "approve TD-1..TD-3")
    assert "Refused: TD-4" in await says(world, world.bo, "refuse TD-4 and TD-5 a dealer of ours")
    assert (await world.notice("TD-5")).reason == "a dealer of ours"


async def test_whoever_reached_their_quota_files_no_more_today(world: World) -> None:
    await rules(world, violations=(), daily_quota=3)
    await world.files(world.ada, ITEM)
    words = await says(world, world.ada, f"{' '.join(items(3))} counterfeit")
    assert "You have filed 1 of 3 today; these are 3." in words
    await world.files(world.ada, " ".join(items(2)))
    assert "You have filed 3 of 3 today; this is one more." in await says(world, world.ada, f"{ITEM}9 counterfeit")
    await world.files(world.ann, f"{ITEM}8")
    world.clock.advance(86_400)
    assert "Nothing has been sent yet" in await says(world, world.ada, f"{ITEM}9 counterfeit")


async def test_the_quota_holds_at_the_press_of_file_too(world: World) -> None:
    await rules(world, violations=(), daily_quota=1)
    first = await world.ann.types(f"/takedown {ITEM} counterfeit", channel=CHANNEL)
    second = await world.ann.types(f"/takedown {ITEM}2 counterfeit", channel=CHANNEL)
    await world.ann.presses("File", on=first.reply)
    await world.card("TD-1 · queued")
    await world.ann.presses("File", on=second.reply)
    await world.whispered(world.ann, "You have filed 1 of 1 today")
    assert list(await world.statuses()) == ["TD-1"]


async def test_the_policy_counts_as_it_is_when_file_is_pressed_and_its_reason_stays(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel=CHANNEL)
    assert seen.reply is not None
    assert "second person" not in seen.reply.words
    await rules(world)
    await world.ann.presses("File", on=seen.reply)
    await asked(world, "TD-1 · waits")
    await rules(world, version=2, violations=())
    await world.files(world.ann, f"{ITEM}2")
    await world.card("TD-2 · queued")
    assert HELD_BACK in await says(world, world.ann, "status TD-1")


async def test_the_policy_says_how_long_a_filing_can_be_undone(world: World) -> None:
    await rules(world, violations=(), undo_seconds=300)
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel=CHANNEL)
    await world.ann.presses("File", on=seen.reply)
    await world.whispered(world.ann, "in 300 seconds")
    await world.passes(200)
    assert not world.market.requests
    await world.passes(101)
    await world.card("TD-1 · submitted")


async def test_a_card_whose_post_was_lost_is_found_and_never_posted_twice(world: World) -> None:
    await rules(world)
    world.sandbox.lose_reply("chat.postMessage", 2)
    await files(world, world.ann, ITEM)
    await world.passes_many(4, 10)
    await asked(world, "TD-1 · waits")
    await world.passes_many(2, 10)
    assert len([one for one in world.channel.all_messages if "who cannot approve it" in one.words]) == 1
    (place,) = [one for one in await world.app.desk.store.entries(Announcement, "TD-1") if one.ts]
    assert place.channel == world.channel.id


async def test_where_nobody_else_may_approve_the_admins_hear_of_it(world: World) -> None:
    await rules(world)
    await world.app.desk.store.save(replace(make.role("U0BO", Role.ANALYST), version=2))
    seen = await world.ada.types(f"/takedown {ITEM} counterfeit", channel="ada")
    await world.ada.presses("File", on=seen.reply)
    await world.sandbox.until(
        lambda: any("I can ask nobody" in one.words for one in world.direct(world.ada)), seconds=6
    )
