"""Agencies, as admins keep them: none is on until one of them says so."""

from __future__ import annotations

from bot.model import Agency, Change, Handing
from bot.sandbox.driver import Persona
from tests.stories.world import CHANNEL, World


async def says(person: Persona, text: str) -> str:
    seen = await person.types(f"/takedown-admin {text}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply.words


async def test_nothing_is_on_until_an_admin_turns_an_example_on(world: World) -> None:
    store = world.app.desk.store
    seen = await world.ada.types("/takedown-admin agency", channel=CHANNEL)
    assert seen.reply is not None
    assert "Agencies: 0 on" in seen.reply.words
    assert "pipcu · Police Intellectual Property Crime Unit" in seen.reply.words
    assert await store.entries(Agency) == ()
    one = await world.ada.types("/takedown-admin agency pipcu", channel=CHANNEL)
    assert one.reply is not None
    assert "an example; off until an admin turns it on" in one.reply.words
    await world.ada.presses("Turn on", on=one.reply)
    await world.whispered(world.ada, "is on: offenders can be referred there")
    (agency,) = await store.entries(Agency)
    assert (agency.key, agency.on, agency.version) == ("pipcu", True, 1)
    assert "is off: nobody can be referred there" in await says(world.ada, "agency off pipcu")
    assert "is on" in await says(world.ada, "agency on pipcu")
    assert "is on" in await says(world.ada, "agency on pipcu"), "twice is once"
    changes = await store.entries(Change, "agency:pipcu")
    assert [change.kind for change in changes] == ["on", "off", "on"]
    assert "Taken over from the examples" in changes[0].words
    assert "City of London Police is off" in await says(world.ada, "history pipcu")
    assert "Agencies: offenders can be referred to 1." in await says(world.ada, "")


async def test_an_agency_of_our_own_is_put_on_file_and_changed(world: World) -> None:
    seen = await world.ada.types("/takedown-admin agency add", channel=CHANNEL)
    wrong = await world.ada.submits(
        seen.view,
        {
            "Key": "Zoll!",
            "Name": "Customs of Kiel",
            "Acts in": "Narnia",
            "Contact": "kiel@customs.example",
            "How they take referrals": "by e-mail",
            "What their form asks": "generic",
            "What dossiers show": "standard",
        },
    )
    assert "small letters" in wrong.errors["key"]
    assert "One country" in wrong.errors["jurisdiction"]
    done = await world.ada.submits(seen.view, {"Key": "zoll", "Acts in": "Germany"} | FILLED)
    assert done.view is not None
    assert "Customs of Kiel is on file, and on." in done.view.words
    agency = await world.app.desk.store.entry(Agency, "zoll")
    assert agency is not None
    assert (agency.jurisdiction, agency.takes, agency.on) == ("DE", Handing.EMAIL, True)

    stale = await world.ada.types("/takedown-admin agency edit zoll", channel=CHANNEL)
    changed = await world.ada.submits(stale.view, {"Name": "Customs of Kiel, port"})
    assert changed.view is not None
    assert "name: Customs of Kiel, port (before: Customs of Kiel)" in changed.view.words
    changes = await world.app.desk.store.entries(Change, "agency:zoll")
    assert [change.kind for change in changes] == ["added", "changed"]


FILLED = {
    "Name": "Customs of Kiel",
    "Contact": "kiel@customs.example",
    "How they take referrals": "by e-mail",
    "What their form asks": "generic",
    "What dossiers show": "standard",
}


async def test_a_form_that_somebody_overtook_changes_nothing(world: World) -> None:
    await says(world.ada, "agency on pipcu")
    seen = await world.ada.types("/takedown-admin agency edit pipcu", channel=CHANNEL)
    await says(world.ada, "agency off pipcu")
    late = await world.ada.submits(seen.view, {"Name": "Another name"})
    assert any("Somebody changed pipcu" in words for words in late.errors.values())


async def test_nobody_but_an_admin_sees_or_changes_any(world: World) -> None:
    for person in (world.ann, world.bo, world.mia, world.person("gil"), world.person("otto")):
        for text in ("agency", "agency on pipcu", "agency pipcu", "agency narnia"):
            said = await says(person, text)
            assert "takes the role admin" in said or "use the takedown desk" in said, said
    assert await world.app.desk.store.entries(Agency) == ()
    listed = await world.ada.types("/takedown-admin agency", channel=CHANNEL)
    assert listed.reply is not None
    await world.ann.forges("agencies.on", "pipcu", on=listed.reply)
    await world.sandbox.settled()
    assert await world.app.desk.store.entries(Agency) == ()


async def test_what_is_not_understood_is_said(world: World) -> None:
    assert "After `agency` comes a key" in (await says(world.ada, "agency x y")).replace("“", "`").replace("”", "`")
    assert "takes the key of one agency" in await says(world.ada, "agency on")
    assert "There is no agency narnia here. There are: mps" in await says(world.ada, "agency narnia")
