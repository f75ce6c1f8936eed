"""An admin gives and takes back roles, sets the rules of filing, and pauses a marketplace."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import FILING, FilingPolicy, Pause, Role, RoleGrant, Status
from bot.sandbox.driver import Message, Persona, Seen
from tests.stories.world import CHANNEL, ITEM, PATIENCE, SLOWER, World, restarted


async def asks(person: Persona, words: str, command: str = "/takedown-admin") -> Message:
    """What somebody is answered."""
    seen = await person.types(f"{command} {words}".strip(), channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply


async def roles_of(world: World, holder: str) -> set[Role]:
    grant = await world.app.desk.store.entry(RoleGrant, holder)
    return set(grant.roles) if grant else set()


def shown(seen: Seen) -> str:
    assert seen.view is not None, seen
    return seen.view.words


async def test_somebody_is_made_analyst_and_files_and_loses_it_between_the_preview_and_the_click(world: World) -> None:
    refused = await asks(world.mia, f"{ITEM} counterfeit", "/takedown")
    assert "takes the role analyst" in refused.words
    done = await asks(world.ada, "role @mia analyst")
    assert "Mia Torres: analyst and viewer now; before: viewer." in done.words
    await world.sandbox.until(lambda: any("gave you the role analyst" in one.words for one in world.direct(world.mia)))
    await world.files(world.mia, ITEM)
    preview = await asks(world.mia, "https://acme.example/item/5 counterfeit", "/takedown")
    await asks(world.ada, "role @mia none")
    pressed = await world.mia.presses("File", on=preview)
    assert pressed.reply is not None
    assert "You have no role on this desk" in pressed.reply.words
    assert "Please ask Ada Okafor." in pressed.reply.words
    assert list(await world.statuses()) == ["TD-1"], "what they filed stays, and nothing came of the other"
    assert len([one for one in world.direct(world.mia) if "gave you the role" in one.words]) == 1


async def test_everybody_can_ask_what_they_are_and_through_whom(world: World) -> None:
    await asks(world.ada, "role @mia approver")
    mine = await asks(world.mia, "whoami", "/takedown")
    assert "You are Mia Torres: approver and viewer" in mine.text
    assert "given by Ada Okafor on" in mine.text
    assert "You may not file notices and follow them up, or change how this desk works." in mine.text
    assert "please ask Ada Okafor" in mine.text
    assert "Admin by the setting ADMIN_USERS" in (await asks(world.ada, "whoami")).text
    for who, why in (("gil", "Guests may not use"), ("otto", "you are visiting from another")):
        closed = await asks(world.person(who), "whoami", "/takedown")
        assert why in closed.text
        assert "can be given none" in closed.text


async def test_a_user_group_gives_its_role_to_those_inside(world: World) -> None:
    world.sandbox.set_group("legal-team", "mia")
    done = await asks(world.ada, "role @legal-team approver")
    assert "The user group @legal-team: approver now" in done.words
    mine = await asks(world.mia, "whoami")
    assert "Approver, through the user group @legal-team: given by Ada Okafor" in mine.text
    listed = await asks(world.ada, "roles")
    assert "The user group @legal-team · approver, given by Ada Okafor" in listed.text
    assert "Ada Okafor · admin by the setting ADMIN_USERS" in listed.text


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("@gil viewer", "they are a guest here"),
        ("@otto viewer", "they are of another team"),
        ("@feed viewer", "that is a bot"),
        ("@ada none", "Nobody can take that back here"),
        ("@mia boss", "Roles: admin, approver, analyst, viewer"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(world: World, who: str, why: str) -> None:
    assert why in (await asks(world.ada, f"role {who}")).text


async def test_roles_are_given_and_changed_in_forms(world: World) -> None:
    listed = await asks(world.ada, "roles")
    form = (await world.ada.presses("Give a role…", on=listed)).view
    beside = await world.ada.submits(form, {"Who": "gil", "Roles": ["viewer"]})
    assert "they are a guest here" in beside.errors["who"]
    beside = await world.ada.submits(form, {"Who": "mia", "Roles": []})
    assert beside.errors or beside.error, "a role has to be chosen"
    assert "Mia Torres: approver and viewer now" in shown(
        await world.ada.submits(form, {"Who": "mia", "Roles": ["approver"]})
    )
    form = (await world.ada.presses("Change Mia Torres…", on=listed)).view
    done = await world.ada.submits(form, {"Roles": ["analyst"]})
    assert "Mia Torres: analyst now; before: approver and viewer." in shown(done)


async def test_of_two_admins_with_the_same_form_one_is_told_to_look_again(world: World) -> None:
    await asks(world.ada, "role @bo admin")
    hers, his = [
        (await person.presses("Change Mia Torres…", on=await asks(person, "roles"))).view
        for person in (world.ada, world.bo)
    ]
    await world.ada.submits(hers, {"Roles": ["approver"]})
    late = await world.bo.submits(his, {"Roles": ["analyst"]})
    assert "Please close it and look again" in " ".join(late.errors.values())
    assert await roles_of(world, "U0MIA") == {Role.APPROVER}


@pytest.mark.parametrize(
    ("words", "button", "answers"),
    [
        ("roles", "Change Ann Winter…", {"Roles": ["admin"]}),
        ("roles", "Give a role…", {"Who": "mia", "Roles": ["admin"]}),
        ("policy", "Change the rules…", {"daily_quota": "1"}),
        ("marketplaces", "Pause Acme Market…", {"Why": "so"}),
    ],
)
async def test_a_form_that_was_opened_as_an_admin_is_no_proof_of_being_one(
    world: World, words: str, button: str, answers: dict[str, object]
) -> None:
    await asks(world.ada, "role @mia admin")
    form = (await world.mia.presses(button, on=await asks(world.mia, words))).view
    await asks(world.ada, "role @mia none")
    await asks(world.ada, "role @mia viewer")
    late = await world.mia.submits(form, answers)
    assert "here you are viewer" in " ".join(late.errors.values())
    await nothing_changed(world)
    assert await roles_of(world, "U0ANN") == {Role.ANALYST}


@pytest.mark.parametrize("who", ["mia", "gil", "otto"])
async def test_a_forged_press_changes_and_opens_nothing(world: World, who: str) -> None:
    await world.files(world.ann, ITEM)
    posted = await world.card("TD-1")
    for action, value in (
        ("roles.change", "U0MIA"),
        ("roles.give", "new"),
        ("rules.change", "policy"),
        ("pausing.ask", "acme"),
        ("pausing.resume", "acme"),
        ("register.roles", "role <@U0MIA> admin"),
        ("register.history", "pause acme because"),
        ("register.further", "history page:1"),
    ):
        seen = await world.person(who).forges(action, value, on=posted)
        assert (seen.view, seen.error) == (None, None)
        assert seen.reply is not None
        assert "Changes of" not in seen.reply.words
    await nothing_changed(world)


async def nothing_changed(world: World) -> None:
    assert await roles_of(world, "U0MIA") == {Role.VIEWER}
    assert await world.app.desk.store.entry(FilingPolicy, FILING) is None
    assert await world.app.desk.store.entries(Pause) == ()


@pytest.mark.parametrize("who", ["ann", "bo", "mia", "gil", "otto"])
@pytest.mark.parametrize(
    "words", ["", "roles", "role @mia admin", "policy", "marketplaces", "pause acme so", "resume acme", "history"]
)
async def test_nobody_but_an_admin_is_shown_or_changes_anything(world: World, who: str, words: str) -> None:
    answer = await asks(world.person(who), words)
    expected = {"gil": "Guests may not use", "otto": "visiting from another"}.get(who, "takes the role admin")
    assert expected in answer.text
    assert await roles_of(world, "U0MIA") == {Role.VIEWER}


async def test_the_rules_are_set_in_a_form_and_shown_in_words(world: World) -> None:
    form = (await world.ada.presses("Change the rules…", on=await asks(world.ada, "policy"))).view
    wrong = await world.ada.submits(form, {"undo_seconds": "4000", "daily_quota": "many", "channel": "#legal"})
    assert set(wrong.errors) == {"undo_seconds", "daily_quota", "channel"}
    assert "/invite @takedown-desk" in wrong.errors["channel"]
    world.sandbox.invite_bot("legal")
    wanted = {
        "Second person for": ["counterfeit goods"],
        "batch_over": "10",
        "daily_quota": "50",
        "undo_seconds": "60",
        "channel": "#legal",
    }
    assert "Listings a person may file in a day: 50 (before: any number)." in shown(
        await world.ada.submits(form, wanted)
    )
    policy = await world.app.desk.store.entry(FilingPolicy, FILING)
    assert policy is not None
    assert (policy.batch_over, policy.undo_seconds, policy.approvers_channel) == (10, 60, "C0LEGAL")
    words = (await asks(world.ada, "policy")).text
    assert "Second person for: counterfeit goods" in words
    assert "Set by Ada Okafor" in words


async def test_a_marketplace_is_paused_filing_goes_on_and_what_waited_is_sent_after(world: World) -> None:
    await world.files(world.ann, ITEM)
    ask = (await world.ada.presses("Pause Acme Market…", on=await asks(world.ada, "marketplaces"))).view
    assert "Acme Market is paused" in shown(await world.ada.submits(ask, {"Why": "their portal moves"}))
    waiting = "Ada Okafor paused it (their portal moves)"
    await world.card(waiting)
    preview = await asks(world.ann, "https://acme.example/item/5 counterfeit", "/takedown")
    assert waiting in preview.text
    filed = await world.ann.presses("File", on=preview)
    assert filed.reply is not None
    assert waiting in filed.reply.text
    await world.passes(600)
    assert set((await world.statuses()).values()) == {Status.QUEUED}
    assert waiting in (await asks(world.ann, "status TD-1", "/takedown")).text
    listed = await asks(world.ada, "marketplaces")
    assert "PAUSED by Ada Okafor" in listed.text
    assert "2 filed, 0 of them sent" in listed.text
    resumed = await world.ada.presses("Resume Acme Market", on=listed)
    assert resumed.reply is not None
    assert "Acme Market is resumed" in resumed.reply.words
    await world.card("TD-1 · submitted")
    await world.card("TD-2 · submitted")
    assert not any(waiting in card.words for card in world.cards())
    assert "Acme Market was paused: their portal moves" in (await asks(world.ada, "history acme")).text


async def test_a_withdrawal_waits_too_and_says_so(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    await asks(world.ada, "pause acme their portal moves")
    answer = await asks(world.ann, "withdraw TD-1 wrong listing", "/takedown")
    assert "Ada Okafor paused it (their portal moves)" in answer.words
    await asyncio.sleep(0.6)  # the outbox has looked meanwhile
    assert (await world.notice("TD-1")).status is Status.SUBMITTED
    await asks(world.ada, "resume acme")
    await world.card("TD-1 · withdrawn")


async def test_a_pause_outlives_a_restart_and_what_was_sent_is_still_asked_after(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · submitted")
    await asks(world.ada, "pause acme their portal moves")
    await world.files(world.ann, "https://acme.example/item/5")
    await world.app.stop()
    async with restarted(world) as again:
        await asyncio.wait_for(world.sandbox.bot_connected(), PATIENCE * SLOWER)
        world.clock.advance(600)
        async with asyncio.timeout(PATIENCE * SLOWER):
            while (first := await again.desk.store.notice("TD-1")) is None or first.status is Status.SUBMITTED:
                world.clock.advance(60)
                await asyncio.sleep(0.05)
        second = await again.desk.store.notice("TD-2")
        assert second is not None
        assert second.status is Status.QUEUED
        assert "Acme Market is resumed" in (await asks(world.ada, "resume acme")).words
        async with asyncio.timeout(PATIENCE * SLOWER):
            while (second := await again.desk.store.notice("TD-2")) is None or second.status is Status.QUEUED:
                await asyncio.sleep(0.05)


async def test_pages_of_the_history_are_turned_in_place(world: World) -> None:
    for number in range(6):
        await asks(world.ada, f"pause acme reason {number}")
        await asks(world.ada, "resume acme")
    first = await asks(world.ada, "history acme")
    assert "1–10 of 12" in first.text
    await world.ada.presses("Further", on=first)
    turned = await world.whispered(world.ada, "11–12 of 12")
    assert "reason 0" in turned.text


async def test_what_is_not_understood_is_answered_with_a_sentence_and_the_way_to_help(world: World) -> None:
    answer = await asks(world.mia, "rolse")
    assert answer.text.startswith("I do not understand “rolse”. Did you mean")
    assert answer.text.endswith("“/takedown-admin help” says what I understand.")
    assert "\n" not in answer.text
    assert "/takedown-admin pause KEY WHY" in (await asks(world.mia, "help pause")).text
