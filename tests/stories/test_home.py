"""App Home, in the words of those who work from it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.model import RoleGrant, Status, Violation
from bot.sandbox.driver import View
from bot.sandbox.marketplace import Mood
from bot.sandbox.persona import Persona
from tests import make
from tests.stories.world import ITEM, PATIENCE, World


async def test_everybody_finds_what_their_role_is_for(world: World) -> None:
    await world.files(world.ann, ITEM)
    ann = await home_of(world, world.ann)
    assert "You are an analyst here" in ann.words
    assert "TD-1 · queued" in ann.words
    assert "Approvals" not in ann.words
    bo = await home_of(world, world.bo)
    assert "My work – you are here" in bo.words
    assert "Approvals (0)" in bo.words
    assert "TD-1" not in bo.words
    ada = await home_of(world, world.ada)
    await world.ada.presses("Desk", on=ada)
    await sees(world, world.ada, "Acme Market: answers; 1 filed today")
    mia = await home_of(world, world.mia)
    assert "1 notice, 1 of them open" in mia.words
    assert "File a takedown request" not in mia.words


async def test_a_viewer_reads_lists_and_opens_what_is_in_them(world: World) -> None:
    for number in range(12):
        await world.files(world.ann, f"https://acme.example/item/{number + 1}")
    home = await home_of(world, world.mia)
    listed = (await world.mia.presses("List all notices", on=home)).view
    assert listed is not None
    assert "1–10 of 12" in listed.words
    older = (await world.mia.presses("Older", on=listed)).view
    assert older is not None
    assert "11–12 of 12" in older.words
    one = (await world.mia.presses("Show TD-1", on=older)).view
    assert one is not None
    assert "Timeline" in one.words
    refused = (await world.mia.presses("Note on TD-1", on=one)).view
    done = await world.mia.submits(refused, {"Note": "I only look"})
    assert "takes the role analyst" in str(done.errors)


async def test_guests_and_people_of_other_teams_are_told_why_there_is_nothing(world: World) -> None:
    assert "Guests may not use" in (await home_of(world, world.person("gil"))).words
    otto = await home_of(world, world.person("otto"))
    assert "you are visiting from another" in otto.words
    await world.person("otto").presses("Look again", on=otto)
    await sees(world, world.person("otto"), "you are visiting from another")


async def test_a_long_list_is_turned_page_by_page(world: World) -> None:
    for number in range(12):
        await world.files(world.ann, f"https://acme.example/item/{number + 1}")
    home = await home_of(world, world.ann)
    assert "1–10 of 12" in home.words
    await world.ann.presses("Older", on=home)
    second = await sees(world, world.ann, "11–12 of 12")
    assert "Open TD-1" in second.words
    await world.ann.opens_home()
    await sees(world, world.ann, "11–12 of 12")  # where they left it
    await world.ann.presses("Newer", on=second)
    await sees(world, world.ann, "1–10 of 12")


async def test_a_notice_is_withdrawn_from_the_home_which_then_shows_it(world: World) -> None:
    await world.files(world.ann, ITEM)
    home = await home_of(world, world.ann)
    opened = (await world.ann.presses("Open TD-1", on=home)).view
    assert opened is not None
    assert "Timeline" in opened.words
    asked = (await world.ann.presses("Withdraw TD-1", on=opened)).view
    assert asked is not None
    assert len(world.ann.views) == 2
    await world.ann.submits(asked, {"Why": "A licensee after all"})
    assert "TD-1 is withdrawn" in world.ann.views[-1].words
    await sees(world, world.ann, "Nothing else of yours is open")
    await world.sandbox.until(lambda: "TD-1 · withdrawn" in world.ann.views[0].words, seconds=PATIENCE)
    assert "A licensee after all" in world.ann.views[0].words
    assert (await world.notice("TD-1")).status is Status.WITHDRAWN


async def test_what_failed_waits_for_me_and_is_retried_where_it_stands(world: World) -> None:
    world.market.mood = Mood.REFUSES
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("TD-1 · failed")
    home = await home_of(world, world.ann)
    assert "What waits for you (1)" in home.words
    assert "Nothing was filed." in home.words
    world.market.mood = Mood.CALM
    told = (await world.ann.presses("Retry TD-1", on=home)).view
    assert told is not None
    assert "TD-1 is tried again now" in told.words
    await sees(world, world.ann, "Nothing waits for you")


async def test_verbs_inside_an_opened_notice_answer_there(world: World) -> None:
    await world.files(world.ann, ITEM)
    home = await home_of(world, world.ann)
    opened = (await world.ann.presses("Open TD-1", on=home)).view
    assert opened is not None
    note = (await world.ann.presses("Note on TD-1", on=opened)).view
    await world.ann.submits(note, {"Note": "Called the seller"})
    await world.sandbox.until(lambda: "Called the seller" in world.ann.views[0].words, seconds=PATIENCE)
    await world.ann.closes(world.ann.views[-1])
    handed = (await world.ann.presses("Hand over TD-1", on=world.ann.views[0])).view
    await world.ann.submits(handed, {"To whom": "bo"})
    assert "looks after TD-1 now" in world.ann.views[-1].words
    await sees(world, world.ann, "Bo Lindqvist looks after it")
    assert "TD-1" in (await home_of(world, world.bo)).words


async def test_what_was_withdrawn_can_be_filed_again_with_the_form_filled_in(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.ann.types("/takedown withdraw TD-1", channel="brand-protection")
    seen = await world.ann.types("/takedown status TD-1", channel="brand-protection")
    form = (await world.ann.presses("File TD-1 again", on=seen.reply)).view
    assert form is not None
    assert ITEM in str(form.payload)
    done = await world.ann.submits(form, {"Declaration": ["I declare all of this"]})
    assert not done.errors
    assert (await world.statuses())["TD-2"] is Status.QUEUED


async def test_an_approver_decides_from_the_queue_and_never_on_their_own(world: World) -> None:
    await world.app.desk.store.save(make.filing_policy(violations=(Violation.COUNTERFEIT,)))
    for number, person in enumerate((world.ann, world.ann, world.bo), 1):
        await world.files(person, f"https://acme.example/item/{number}")
    home = await home_of(world, world.bo)
    assert "Approvals (2)" in home.words
    await world.bo.presses("Approvals (2)", on=home)
    queue = await sees(world, world.bo, "Waits for your approval (2)")
    assert queue.words.index("TD-1") < queue.words.index("TD-2")
    assert "Filed by Ann Winter" in queue.words
    assert "TD-3" not in queue.words
    read = (await world.bo.presses("Read TD-1", on=queue)).view
    assert read is not None
    assert "What they will be told" in read.words
    told = (await world.bo.presses("Approve TD-1", on=queue)).view
    assert told is not None
    assert "Approved: TD-1" in told.words
    rest = await sees(world, world.bo, "Waits for your approval (1)")
    asked = (await world.bo.presses("Refuse TD-2…", on=rest)).view
    await world.bo.submits(asked, {"Why": "Not ours"})
    await sees(world, world.bo, "Nothing waits for your approval")
    assert await world.statuses() == {
        "TD-1": Status.QUEUED,
        "TD-2": Status.REFUSED,
        "TD-3": Status.AWAITING_APPROVAL,
    }
    assert "TD-3 · awaiting approval" in (await turned(world, world.bo, "My work")).words


async def test_whose_role_was_taken_back_sees_why_at_the_next_click(world: World) -> None:
    await world.files(world.ann, ITEM)
    home = await home_of(world, world.ann)
    opened = (await world.ann.presses("Open TD-1", on=home)).view
    grant = await world.app.desk.store.entry(RoleGrant, world.ann.id)
    assert grant is not None
    await world.app.desk.store.save(replace(grant, version=grant.version + 1, roles=()))
    asked = (await world.ann.presses("Withdraw TD-1", on=opened)).view
    refused = await world.ann.submits(asked, {"Why": ""})
    assert "You have no role on this desk" in str(refused.errors)
    closed = await sees(world, world.ann, "You have no role on this desk")
    assert "Ada" in closed.words
    assert "TD-1" not in closed.words
    assert (await world.notice("TD-1")).status is Status.QUEUED


async def test_an_admin_goes_on_from_the_desk_into_the_register(world: World) -> None:
    await world.ada.opens_home()
    await sees(world, world.ada, "My work – you are here")
    desk = await turned(world, world.ada, "Desk")
    rights = (await world.ada.presses("List all rights", on=desk)).view
    assert rights is not None
    assert "NORDLICHT-EU" in rights.words
    one = (await world.ada.presses("Show NORDLICHT-EU", on=rights)).view
    assert one is not None
    edit = (await world.ada.presses("Edit NORDLICHT-EU", on=one)).view
    assert edit is not None
    assert len(world.ada.views) == 2
    assert (await world.ada.presses("List authorised sellers", on=desk)).view is not None
    roles = (await world.ada.presses("Roles", on=desk)).view
    assert roles is not None
    assert "Mia Torres · viewer" in roles.words
    form = (await world.ada.presses("Change Mia Torres…", on=roles)).view
    done = await world.ada.submits(form, {"Roles": ["analyst"]})
    assert done.view is not None
    assert "Mia Torres: analyst now" in done.view.words


async def test_a_home_that_is_out_of_date_does_no_harm(world: World) -> None:
    await world.files(world.ann, ITEM)
    old = await home_of(world, world.ann)
    await world.ann.types("/takedown withdraw TD-1", channel="brand-protection")
    await world.ann.presses("Refresh", on=old)
    await sees(world, world.ann, "Nothing else of yours is open")
    # Pressed as it was, though it has been drawn anew since: the hash it names is no longer that of the Home.
    await asyncio.gather(*(world.ann.presses("Refresh", on=old) for _ in range(3)))
    await sees(world, world.ann, "Nothing else of yours is open")
    opened = (await world.ann.presses("Open TD-1", on=old)).view
    assert opened is not None
    assert "TD-1 · withdrawn" in opened.words


async def test_filing_from_the_home_shows_there_too(world: World) -> None:
    home = await home_of(world, world.ann)
    form = (await world.ann.presses("File a takedown request", on=home)).view
    answers = {
        "Listing addresses": ITEM,
        "What is wrong": "Counterfeit",
        "Right relied on": "NORDLICHT-EU",
        "Declaration": ["I declare all of this"],
    }
    done = await world.ann.submits(form, answers)
    assert not done.errors, done
    await sees(world, world.ann, "Your open notices (1)")
    await world.ann.presses("Undo TD-1", on=world.ann.views[-1])
    await sees(world, world.ann, "Your open notices (0)")
    assert "taken back" in world.ann.views[-1].words


async def home_of(world: World, person: Persona) -> View:
    """Their Home, opened now."""
    await person.opens_home()
    return await sees(world, person, "Takedown Desk")


async def turned(world: World, person: Persona, tab: str) -> View:
    """Their Home at another tab."""
    await person.presses(tab, on=person.home)
    return await sees(world, person, f"{tab} – you are here")


async def sees(world: World, person: Persona, words: str) -> View:
    """Their Home, once it says so."""
    await world.sandbox.until(lambda: person.home is not None and words in person.home.words, seconds=PATIENCE)
    await world.sandbox.settled()
    assert person.home is not None
    return person.home
