"""Rights on file and sellers who have our leave, in the words of those who keep them and of those who file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import rights
from bot.model import Actor, Announcement, AuthorisedSeller, Change, Registration, Status
from bot.rights import typed
from bot.sandbox.driver import Message, Persona, Seen
from tests.stories.world import CHANNEL, ITEM, World, a_world, restarted

AMAZON = """
[marketplaces.amazon]
adapter = "portal"
name = "Amazon"
portal_url = "https://brandregistry.amazon.example"
fields = [{ label = "Registration number", from = "right.registration_no" }]
"""
TURKISH = "https://www.amazon.com.tr/dp/B00EXAMPL1"
NEW = {
    "Key": "NORDLICHT-TR",
    "Kind": "trademark",
    "Title": "NORDLICHT",
    "Registration no.": "2026 012345",
    "Office": "TÜRKPATENT",
    "Jurisdictions": "Turkey, ch",
    "Nice classes": "25, 9",
    "Owner": "Nordlicht Outdoor GmbH",
    "Expires on": "2034-05-01",
}


@pytest.fixture
async def amazon(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, tables=AMAZON) as world:
        yield world


async def admin(person: Persona, words: str) -> Seen:
    return await person.types(f"/takedown-admin {words}", channel=CHANNEL)


async def asks(person: Persona, words: str) -> Message:
    seen = await admin(person, words)
    assert seen.reply is not None, seen
    return seen.reply


async def takedown(person: Persona, words: str) -> Message:
    seen = await person.types(f"/takedown {words}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply


async def files_against(world: World) -> None:
    """Ann files against the seller S-5."""
    await world.ann.presses("File", on=await takedown(world.ann, f"{ITEM} counterfeit seller:S-5"))
    await world.card("TD-1 · queued")


async def front(world: World, person: Persona, words: str) -> str:
    """What the form in front says, once it says so."""

    def says() -> str:
        return str(person.views[-1].payload) if person.views else ""

    await world.sandbox.until(lambda: words in says(), seconds=6)
    return says()


async def told(world: World, words: str) -> list[Announcement]:
    return [one for one in await world.app.desk.store.entries(Announcement) if words in one.words]


async def changes(world: World, of: str) -> list[str]:
    return [one.words for one in await world.app.desk.store.entries(Change, of)]


async def meanwhile(world: World, **said: str) -> None:
    """Another admin changes NORDLICHT-EU."""
    key = "NORDLICHT-EU"
    there = await world.app.desk.store.entry(Registration, key)
    assert there is not None
    other = Actor(user_id=world.ada.id)
    await rights.save(world.app.desk, {**typed(there.right), **said}, key=key, version=there.version, by=other)


# The register of rights


async def test_anybody_of_the_desk_sees_the_rights_and_how_each_stands(world: World) -> None:
    listed = await asks(world.mia, "rights")
    for words in ("NORDLICHT-EU", "live", "NORDLICHT-OLD", "expired on 31 Mar 2021"):
        assert words in listed.words
    assert "Add a right" not in listed.buttons
    assert "Add a right" in (await asks(world.ada, "rights")).buttons
    await world.files(world.ann, ITEM)
    shown = await asks(world.mia, "right nordlicht-eu")
    for words in ("1 open notice relies on it", "EUIPO", "018123456", "taken over from the desk file"):
        assert words in shown.words
    assert not shown.buttons


async def test_an_admin_enters_a_right_and_files_under_it(amazon: World) -> None:
    world = amazon
    form = (await admin(world.ada, "right add")).view
    done = await world.ada.submits(form, NEW)
    assert not done.errors
    assert "NORDLICHT-TR" in await front(world, world.ada, "Added")
    right = (await world.app.desk.rights())["NORDLICHT-TR"]
    assert (right.jurisdictions, right.nice_classes) == (("TR", "CH"), (9, 25))
    preview = await takedown(world.ann, f"{TURKISH} counterfeit")
    assert "NORDLICHT-TR" in preview.words, "the only right that holds in Turkey is chosen"


async def test_each_wrong_field_is_said_beside_it_and_nothing_is_saved(world: World) -> None:
    form = (await admin(world.ada, "right add")).view
    wrong = {**NEW, "Key": "nordlicht-eu", "Registration no.": "", "Jurisdictions": "Narnia", "Nice classes": "99"}
    done = await world.ada.submits(form, wrong)
    assert set(done.errors) == {"key", "registration_no", "jurisdictions", "nice_classes"}
    assert "on file already" in done.errors["key"]
    assert len(await world.app.desk.rights()) == 3


async def test_a_right_is_edited_with_what_is_on_file_and_not_over_somebody_elses_change(world: World) -> None:
    form = (await admin(world.ada, "right edit NORDLICHT-EU")).view
    assert form is not None
    assert "018123456" in str(form.payload)
    await meanwhile(world, owner="Nordlicht SE")
    late = await world.ada.submits(form, {"Owner": "Somebody Else"})
    assert "open it again" in str(late.errors)
    shown = await asks(world.ada, "right NORDLICHT-EU")
    assert "Owner: Nordlicht Outdoor GmbH → Nordlicht SE" in shown.words


async def test_a_retired_right_is_not_filed_under_until_it_is_restored(world: World) -> None:
    retired = await asks(world.ada, "right retire NORDLICHT-EU sold to another company")
    assert "Retired: sold to another company" in retired.words
    refused = await takedown(world.ann, f"{ITEM} counterfeit right:NORDLICHT-EU")
    assert "NORDLICHT-EU was retired" in refused.words
    shown = await asks(world.ada, "right NORDLICHT-EU")
    form = (await world.ada.presses("Restore NORDLICHT-EU", on=shown)).view
    assert not (await world.ada.submits(form, {"Why": "The sale was called off."})).errors
    assert "File" in (await takedown(world.ann, f"{ITEM} counterfeit")).buttons


@pytest.mark.parametrize("name", ["ann", "bo", "mia", "gil", "otto"])
@pytest.mark.parametrize(
    "words",
    [
        "right add",
        "right edit NORDLICHT-EU",
        "right retire NORDLICHT-EU because",
        "right import",
        "authorised add",
        "authorise acme:S-5",
        "authorised withdraw acme:S-9 because",
    ],
)
async def test_only_an_admin_changes_the_register(world: World, name: str, words: str) -> None:
    await asks(world.ada, "authorise acme:S-9")
    seen = await admin(world.person(name), words)
    assert seen.view is None
    assert seen.reply is not None
    assert any(why in seen.reply.words for why in ("takes the role admin", "Guests may not", "visiting from another"))
    assert not (await world.app.desk.store.entries(Registration))[0].retired
    assert [one.seller_id for one in await world.app.desk.store.entries(AuthorisedSeller)] == ["S-9"]


async def test_a_forged_form_or_button_changes_nothing(world: World) -> None:
    form = (await admin(world.ada, "right edit NORDLICHT-EU")).view
    assert form is not None
    listed = await asks(world.mia, "rights")
    for action in ("rights.add", "rights.edit", "rights.retire", "right_imports.ask", "authorised.add"):
        seen = await world.mia.forges(action, "NORDLICHT-EU", on=listed)
        assert seen.view is None
        await world.whispered(world.mia, "takes the role admin")
    assert await changes(world, "right:NORDLICHT-EU") == ["NORDLICHT-EU was taken over from the desk file."]


# Importing


TABLE = """Key;Kind;Title;Registration no.;Office;Jurisdictions;Owner
NORDLICHT-EU;;NORDLICHT ORIGINAL;;;;
NORDLICHT-US;trademark;NORDLICHT;97123456;USPTO;US;Nordlicht Outdoor GmbH
NORDLICHT-PHOTO;;;;;;
NORDLICHT-CN;trademark;NORDLICHT;;;Narnia;Nordlicht Outdoor GmbH
"""


async def test_a_file_is_typed_back_line_by_line_and_then_imported_in_one_step(world: World) -> None:
    form = (await admin(world.ada, "right import")).view
    assert not (await world.ada.submits(form, {"File": [("rights.csv", TABLE.encode())]})).errors
    said = await front(world, world.ada, "4 rows: 1 new, 1 changed, 1 unchanged, 1 refused")
    for words in (
        "Row 2 · NORDLICHT-EU · changed: Title: NORDLICHT → NORDLICHT ORIGINAL",
        "Row 3 · NORDLICHT-US · new",
        "Row 5 · NORDLICHT-CN · refused",
        "I do not know Narnia",
        "A trademark needs its registration number",
        "Import 2",
    ):
        assert words in said
    assert len(await world.app.desk.rights()) == 3, "nothing is changed yet"
    await world.ada.submits(world.ada.views[-1], {})
    assert "Row 5" in await front(world, world.ada, "Imported 2 of 4")
    there = await world.app.desk.rights()
    assert there["NORDLICHT-US"].jurisdictions == ("US",)
    assert there["NORDLICHT-EU"].title == "NORDLICHT ORIGINAL"
    assert (await changes(world, "right:NORDLICHT-US")) == ["Added from a file: trademark NORDLICHT."]


async def test_an_import_that_somebody_overtook_imports_nothing(world: World) -> None:
    form = (await admin(world.ada, "right import")).view
    await world.ada.submits(form, {"File": [("rights.csv", TABLE.encode())]})
    await front(world, world.ada, "Import 2")
    table = world.ada.views[-1]
    await meanwhile(world, title="NORDLICHT CLASSIC")
    await world.ada.submits(table, {})
    await world.sandbox.until(
        lambda: "Nothing was imported" in str([one.payload for one in world.ada.views]), seconds=6
    )
    assert sorted(await world.app.desk.rights()) == ["NORDLICHT-EU", "NORDLICHT-OLD", "NORDLICHT-PHOTO"]


async def test_a_file_that_is_no_table_is_refused_in_a_sentence(world: World) -> None:
    form = (await admin(world.ada, "right import")).view
    await world.ada.submits(form, {"File": [("rights.xlsx", b"%PDF-1.7 not a table")]})
    await front(world, world.ada, "a PDF")


async def test_a_template_comes_as_a_file_in_direct_messages(world: World) -> None:
    form = (await admin(world.ada, "right import")).view
    await world.ada.presses("Template (CSV)", on=form)
    await world.sandbox.until(lambda: any(one.files for one in world.direct(world.ada)), seconds=6)


# Reminders


async def test_the_admins_are_reminded_once_however_often_the_desk_starts(world: World) -> None:
    form = (await admin(world.ada, "right edit NORDLICHT-EU")).view
    soon = (world.clock() + timedelta(days=20)).date().isoformat()
    await world.ada.submits(form, {"Expires on": soon})
    await world.passes(60)
    await world.sandbox.until(lambda: any("expires in 20 days" in one.text for one in world.direct(world.ada)))
    assert "expires in 20 days" in (await asks(world.mia, "rights")).words
    await world.app.stop()
    async with restarted(world) as again:
        await again.ring()
        found = await again.desk.store.entries(Announcement)
        assert len([one for one in found if "NORDLICHT-EU" in one.words]) == 1


# Territory


async def test_a_right_that_does_not_hold_where_it_is_sold_is_refused_with_those_that_do(amazon: World) -> None:
    world = amazon
    refused = await takedown(world.ann, f"{TURKISH} counterfeit")
    assert "NORDLICHT-EU covers EU; amazon.com.tr sells in TR." in refused.words
    assert "No right here does" in refused.words
    await world.ada.submits((await admin(world.ada, "right add")).view, NEW)
    named = await takedown(world.ann, f"{TURKISH} counterfeit right:NORDLICHT-EU")
    assert "Rights that do: NORDLICHT-TR." in named.words
    form = (await world.ann.types(f"/takedown {TURKISH}", channel=CHANNEL)).view
    done = await world.ann.submits(
        form,
        {
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Declaration": ["I declare all of this"],
        },
    )
    assert "amazon.com.tr sells in TR" in done.errors["right"]
    german = await takedown(world.ann, "https://www.amazon.de/dp/B00EXAMPL1 counterfeit")
    assert "NORDLICHT-EU" in german.words
    assert "File" in german.buttons


async def test_a_right_that_was_narrowed_after_the_preview_is_refused_at_file(world: World) -> None:
    preview = await takedown(world.ann, f"{ITEM} counterfeit")
    form = (await admin(world.ada, "right edit NORDLICHT-EU")).view
    await world.ada.submits(form, {"Jurisdictions": "FR"})
    await world.ann.presses("File", on=preview)
    await world.whispered(world.ann, "NORDLICHT-EU covers FR")
    assert not await world.statuses()


async def test_an_expired_power_of_attorney_is_refused_in_words(world: World) -> None:
    form = (await admin(world.ada, "right edit NORDLICHT-EU")).view
    agent = {"Agent": "Kanzlei Wolf", "Power of attorney": "PoA 7", "Power of attorney expires on": "2026-01-31"}
    assert not (await world.ada.submits(form, agent)).errors
    refused = await takedown(world.ann, f"{ITEM} counterfeit right:NORDLICHT-EU")
    assert "The power of attorney for NORDLICHT-EU expired on 31 January 2026" in refused.words
    assert "its power of attorney has expired" in (await asks(world.mia, "rights")).words


# Authorised sellers


async def test_nothing_is_filed_against_a_seller_who_has_our_leave(world: World) -> None:
    given = await asks(world.ada, "authorise acme:S-5 right:NORDLICHT-EU until:2030-01-31 our dealer in Kiel")
    assert "Given" in given.words
    refused = await takedown(world.ann, f"{ITEM} counterfeit seller:S-5")
    for words in ("S-5 at Acme Market has our leave", "Ada", "until 31 January 2030", "our dealer in Kiel", "override"):
        assert words in refused.words
    assert "File" in (await takedown(world.ann, f"{ITEM} counterfeit seller:S-6")).buttons
    listed = await asks(world.mia, "authorised")
    assert "S-5" in listed.words
    assert "Withdraw" not in listed.buttons
    await asks(world.ada, "authorised withdraw acme:S-5 contract ended")
    assert "File" in (await takedown(world.ann, f"{ITEM} counterfeit seller:S-5")).buttons
    assert [one.partition(":")[0] for one in await changes(world, "authorised:acme:S-5:NORDLICHT-EU")] == [
        "Given",
        "Withdrawn",
    ]


async def test_typing_another_seller_does_not_get_past_one_who_has_our_leave(world: World) -> None:
    await files_against(world)
    form = (await world.ann.types("/takedown amend TD-1", channel=CHANNEL)).view
    await asks(world.ada, "authorise acme:S-5 our dealer in Kiel")
    other = {"Seller": "S-6", "Declaration": ["I declare all of this"]}
    refused = await world.ann.submits(form, other)
    assert "S-5 at Acme Market has our leave" in refused.errors["seller"]
    photos = f"{ITEM} copyright_image seller:S-6"
    assert "S-5 at Acme Market has our leave" in (await takedown(world.ann, photos)).words


async def test_leave_is_given_in_a_form_and_withdrawn_with_a_button(world: World) -> None:
    form = (await admin(world.ada, "authorised add")).view
    wrong = await world.ada.submits(form, {"Marketplace": "Acme Market", "Until": "2020-01-01"})
    assert set(wrong.errors) == {"seller", "until"}
    done = await world.ada.submits(
        form, {"Marketplace": "Acme Market", "Seller's name": "Shop 5", "Until": "2031-01-31", "Note": "dealer"}
    )
    assert not done.errors
    refused = await takedown(world.ann, f'{ITEM} counterfeit seller:"shop 5"')
    assert "has our leave" in refused.words
    listed = await asks(world.ada, "authorised")
    why = (await world.ada.presses("Withdraw", on=listed)).view
    assert not (await world.ada.submits(why, {"Why": "Contract ended."})).errors
    assert "withdrawn by Ada" in (await asks(world.mia, "authorised")).words


async def test_leave_given_after_the_preview_is_seen_at_file_and_in_a_form(world: World) -> None:
    preview = await takedown(world.ann, f"{ITEM} counterfeit seller:S-5")
    form = (await world.ann.types("/takedown", channel=CHANNEL)).view
    await asks(world.ada, "authorise acme:S-5")
    await world.ann.presses("File", on=preview)
    await world.whispered(world.ann, "has our leave")
    done = await world.ann.submits(
        form,
        {
            "Listing addresses": ITEM,
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Seller": "S-5",
            "Declaration": ["I declare all of this"],
        },
    )
    assert "has our leave" in done.errors["seller"]
    assert not await world.statuses()


async def test_leave_given_before_it_was_sent_stops_it_and_whoever_filed_is_told(world: World) -> None:
    await files_against(world)
    card = await world.card("TD-1 · queued")
    given = await asks(world.ada, "authorise acme:S-5")
    assert "TD-1 is open against them" in given.words
    await world.passes(31)
    await world.card("TD-1 · failed")
    assert "S-5 at Acme Market has our leave" in (await world.reply_to(card)).words
    assert not world.market.requests
    await world.ann.presses("Retry TD-1", on=await world.card("Retry TD-1"))
    await world.whispered(world.ann, "cannot be sent while that holds")
    await asks(world.ada, "authorised withdraw acme:S-5 a mistake")
    await world.ann.presses("Retry TD-1", on=await world.card("Retry TD-1"))
    await world.passes_until("TD-1 · removed")


async def test_a_seller_whom_only_the_marketplace_knows_is_told_of_once_and_nothing_is_undone(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.card("TD-1 · queued")
    for number in range(1, 10):
        await asks(world.ada, f"authorise acme:S-{number}")
    await world.passes(31)
    await world.passes_until("TD-1 · removed")
    await world.sandbox.until(lambda: any("has our leave" in one.text for one in world.direct(world.ann)), seconds=6)
    assert any("has our leave" in one.text for one in world.direct(world.ada))
    assert (await world.statuses()) == {"TD-1": Status.REMOVED}
    await world.passes_many(3, 60)
    assert {one.channel for one in await told(world, "TD-1")} == {
        one.channel for one in await told(world, "has our leave")
    }
    assert len(await told(world, "has our leave")) == 2


async def test_an_admin_may_file_all_the_same_with_a_reason_which_stays_to_be_seen(world: World) -> None:
    await asks(world.ada, "authorise acme:S-5")
    refused = await takedown(world.ann, f'{ITEM} counterfeit seller:S-5 override:"fakes among theirs"')
    assert "takes the role admin" in refused.words
    preview = await takedown(world.ada, f'{ITEM} counterfeit seller:S-5 override:"fakes among theirs"')
    assert "You file all the same: fakes among theirs" in preview.words
    await world.ada.presses("File", on=preview)
    card = await world.card("TD-1 · queued")
    assert "fakes among theirs" in card.words
    notice = await world.notice("TD-1")
    assert notice.override is not None
    assert (notice.override.by.user_id, notice.override.why) == (world.ada.id, "fakes among theirs")
    status = await takedown(world.mia, "status TD-1")
    assert status.words.count("fakes among theirs") >= 2, "as a fact and in the timeline"
    await world.passes_until("TD-1 · removed")


async def test_the_form_asks_admins_alone_for_an_override(world: World) -> None:
    before = (await world.ada.types("/takedown", channel=CHANNEL)).view
    assert "in spite of our leave" not in str(before)
    await asks(world.ada, "authorise acme:S-5")
    analyst = (await world.ann.types("/takedown", channel=CHANNEL)).view
    assert "in spite of our leave" not in str(analyst)
    form = (await world.ada.types("/takedown", channel=CHANNEL)).view
    done = await world.ada.submits(
        form,
        {
            "Listing addresses": ITEM,
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Seller": "S-5",
            "Filed in spite of our leave, because": "fakes among theirs",
            "Declaration": ["I declare all of this"],
        },
    )
    assert not done.errors
    assert (await world.notice("TD-1")).override is not None


async def test_the_page_of_an_offender_says_who_has_our_leave(world: World) -> None:
    await files_against(world)
    await asks(world.ada, "authorise acme:S-5 until:2031-01-31")
    seen = await world.mia.types("/offenders show acme:S-5", channel=CHANNEL)
    assert seen.reply is not None
    assert "has our leave for every right" in seen.reply.words


async def test_what_is_not_understood_is_answered_with_usage(world: World) -> None:
    assert "takedown-admin rights" in (await asks(world.ada, "help")).words
    assert "Did you mean" in (await asks(world.ada, "rihgts")).words
    assert "takes the key of one right" in (await asks(world.ada, "right edit")).words
