"""An admin holds sellers, says how long records are kept, and answers who asks for their data or wants it erased."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import pytest

from bot import custody
from bot.model import Change, Forgotten, Hold, Retention, Status
from bot.sandbox.driver import Message, Persona
from tests import make
from tests.bot.desk.privacy_scene import found_in, whole
from tests.stories.world import CHANNEL, ITEM, PATIENCE, World

SLACK_NAME = "Ann Winter"


async def asks(world: World, person: Persona, words: str, command: str = "/takedown-admin") -> Message:
    """What somebody is answered."""
    seen = await person.types(f"{command} {words}".strip(), channel=CHANNEL)
    await world.sandbox.settled()
    assert seen.reply is not None, seen
    return seen.reply


async def removed(world: World, last: int = 1) -> None:
    """Ann's notice is filed, and the marketplace takes the listing down."""
    await world.files(world.ann, ITEM, words="seller:S-5")
    await world.come_to(Status.REMOVED, last=last)


async def a_year_passes(world: World) -> None:
    """The last look at the listing is taken, and the notice is archived."""
    world.clock.advance(timedelta(days=366).total_seconds())

    async def at_rest() -> bool:
        return (await world.app.desk.store.counts(world.clock())).waiting == 0

    async with asyncio.timeout(PATIENCE):
        while not await at_rest():
            await asyncio.sleep(0.05)
    await world.app.housekeep()


async def test_a_held_seller_loses_nothing_until_the_hold_is_ended(world: World) -> None:
    await removed(world)
    await asks(world, world.ann, "identify acme:S-5 phone +49 30 1234567", "/offenders")
    done = await asks(world, world.ada, "hold acme:S-5 letter of the court of 3 March")
    assert "acme:S-5 is on legal hold: nothing of theirs is forgotten or erased" in done.words
    page = await asks(world, world.ann, "show acme:S-5", "/offenders")
    assert "On legal hold since" in page.words
    assert "letter of the court of 3 March" in page.words
    assert "On legal hold" not in (await asks(world, world.mia, "show acme:S-5", "/offenders")).words
    refused = await asks(world, world.ann, "forget acme:S-5 phone +49 30 1234567", "/offenders")
    assert "acme:S-5 is on legal hold since" in refused.words
    assert "Ask an admin to end the hold first." in refused.words
    listed = await asks(world, world.ada, "holds")
    assert "On legal hold: 1–1 of 1" in listed.words
    assert "by Ada Okafor: letter of the court of 3 March" in listed.words
    await asks(world, world.ada, "unhold acme:S-5 the case is closed")
    assert "Nobody is on legal hold." in (await asks(world, world.ada, "holds")).words
    gone = await asks(world, world.ann, "forget acme:S-5 phone +49 30 1234567", "/offenders")
    assert "is off file for acme:S-5, and erased" in gone.words
    history = await asks(world, world.ada, "history holds")
    assert "was put on legal hold: letter of the court" in history.words


async def test_an_admin_says_how_long_records_are_kept_looks_and_lets_them_go(world: World) -> None:
    await removed(world)
    first = await asks(world, world.ada, "retention")
    assert "Notices (archived notices with what happened to them): for good." in first.words
    assert "Nothing goes now." in first.words
    assert first.buttons == []
    short = await asks(world, world.ada, "retention notices 30")
    assert "Notices are kept for 365 days at the least" in short.words
    set_ = await asks(world, world.ada, "retention notices 400")
    assert "are kept for 400 days once they are over. What is older goes tonight" in set_.words
    await a_year_passes(world)
    assert await world.app.desk.store.notice("TD-1") is not None, "it is archived, and not old enough to go"
    world.clock.advance(timedelta(days=40).total_seconds())
    table = await asks(world, world.ada, "retention")
    assert "for 400 days once over. 1 would go now." in table.words
    looked = await world.ada.presses("Look at it once more", on=table)
    assert looked.reply is not None
    assert "This is a dry run: nothing has gone." in looked.reply.words
    pressed = await world.ada.presses("Let 1 record go now", on=looked.reply)
    assert pressed.reply is not None
    assert "Gone: 1 notices." in pressed.reply.words
    assert await world.app.desk.store.entry(Forgotten, "TD-1") is not None
    asked = await asks(world, world.ann, "status TD-1", "/takedown")
    assert "TD-1 was forgotten on" in asked.words
    assert "under the rule for notices: 400 days" in asked.words
    await world.files(world.ann, "https://acme.example/item/5")
    assert "TD-1" not in await world.statuses()


async def test_what_the_rules_let_go_goes_at_night_by_itself(world: World) -> None:
    await removed(world)
    await asks(world, world.ada, "retention notices 365")
    await a_year_passes(world)
    assert await world.app.desk.store.entry(Forgotten, "TD-1") is not None


async def test_what_is_kept_of_somebody_comes_to_the_admin_alone(world: World) -> None:
    await removed(world)
    said = await asks(world, world.ada, "privacy export @ann")
    assert "What is kept of Ann Winter comes to our direct messages" in said.words
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.ada)))
    (sent,) = [one for one in world.direct(world.ada) if one.files]
    (file,) = sent.files
    told = orjson.loads(file.content)
    assert [one["notice"]["id"] for one in told["notices"]] == ["TD-1"]
    assert told["notices"][0]["notice"]["declaration"]["signature"] == SLACK_NAME
    assert "RoleGrant" in told["records"]
    assert not any(one.files for one in world.channel.messages)


async def test_somebody_who_left_is_erased_after_a_look_and_with_a_reason(world: World) -> None:
    await removed(world)
    works = await asks(world, world.ada, "privacy erase @ann")
    assert "Ann Winter still works here, as analyst. Take that back first" in works.words
    await asks(world, world.ada, "role @ann none")
    await world.passes(60)
    await a_year_passes(world)
    dry = await asks(world, world.ada, "privacy erase @ann")
    assert "Erasing Ann Winter: a dry run" in dry.words
    assert "Would be erased: 1 notice," in dry.words
    notice = await world.notice("TD-1")
    assert notice.declaration.signature == SLACK_NAME, "a dry run changes nothing"
    form = (await world.ada.presses("Erase it…", on=dry)).view
    beside = await world.ada.submits(form, {"Why": "Ann Winter asked"})
    assert "it tells what is to be erased" in " ".join(beside.errors.values())
    done = await world.ada.submits(form, {"Why": "asked for on 3 March"})
    assert done.view is not None
    assert "In its place stands “erased person 1”." in done.view.words
    notice = await world.notice("TD-1")
    assert (notice.declaration.signature, notice.submitter.user_id) == ("erased person 1",) * 2
    assert await whole(world.app.desk.store) == 1
    assert found_in(world.folder / "desk", SLACK_NAME, "U0ANN") == []
    history = await asks(world, world.ada, "history privacy")
    assert "Reason: asked for on 3 March" in history.words
    assert SLACK_NAME not in history.words
    shown = await asks(world, world.ada, "status TD-1", "/takedown")
    assert "erased person 1" in shown.words


async def test_a_sellers_telephone_number_is_erased_wherever_somebody_wrote_it(world: World) -> None:
    await removed(world)
    await asks(world, world.ann, "identify acme:S-5 phone +49 30 7654321", "/offenders")
    await asks(world, world.ann, "note TD-1 they call from +49 30 7654321", "/takedown")
    await world.passes(5)
    dry = await asks(world, world.ada, "privacy erase +49 30 7654321")
    assert "1 identifier" in dry.words
    form = (await world.ada.presses("Erase it…", on=dry)).view
    done = await world.ada.submits(form, {"Why": "asked for by the seller"})
    assert done.view is not None, done
    assert found_in(world.folder / "desk", "7654321") == []
    events = await world.app.desk.store.events("TD-1")
    notice = await world.notice("TD-1")
    assert custody.check("TD-1", events, head=notice.head, count=notice.version).whole


@pytest.mark.parametrize("who", ["mia", "ann", "gil", "otto"])
@pytest.mark.parametrize(
    "words",
    ["hold acme:S-5 court", "unhold acme:S-5 over", "holds", "retention", "retention notices 400", "retention run"]
    + [f"privacy {verb} {whom}" for verb in ("export", "erase") for whom in ("@bo", "acme:S-5", "acme:S-404")],
)
async def test_nobody_but_an_admin_is_told_or_changes_anything(world: World, who: str, words: str) -> None:
    await world.app.desk.store.save(make.upheld("TD-1", by="S-5", at=world.clock()))
    said = (await asks(world, world.person(who), words)).words
    assert "takes the role admin" in said or "use the takedown desk" in said
    assert "S-5" not in said.replace(words, "")
    store = world.app.desk.store
    assert (await store.entries(Hold), await store.entries(Retention)) == ((), ())
    assert [one for one in await store.entries(Change) if one.of.startswith(("privacy", "hold"))] == []


@pytest.mark.parametrize(
    ("action", "value"), [("privacy.run", "run"), ("privacy.look", "retention run"), ("privacy.ask", "acme:S-5")]
)
async def test_a_forged_press_does_nothing(world: World, action: str, value: str) -> None:
    await removed(world)
    card = await world.card("TD-1")
    seen = await world.mia.forges(action, value, on=card)
    assert seen.reply is not None
    assert "takes the role admin" in seen.reply.words
    assert seen.view is None
