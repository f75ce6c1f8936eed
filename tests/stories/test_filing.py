"""Filing, in the words of those who do it."""

from __future__ import annotations

import pytest

from bot.desk import settling
from bot.model import Role, Status
from tests import make
from tests.stories.world import ITEM, World


async def test_an_analyst_files_a_takedown_and_watches_it_go(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    preview = seen.reply
    assert preview is not None
    assert "Nothing has been sent yet" in preview.words
    for part in ("Good faith", "Accuracy", "Authority"):
        assert part in preview.words
        assert part in preview.text, "a screen reader reads the text alone"
    assert "NORDLICHT-EU" in preview.words
    assert not world.market.requests
    assert world.cards() == []

    await world.ann.presses("File", on=preview)
    card = await world.card("TD-1 · queued")
    assert "Undo TD-1" in card.buttons
    assert not world.market.requests, "the undo window is still open"

    await world.passes(30)
    await world.card("TD-1 · submitted")
    card = await world.passes_until("TD-1 · removed")
    assert len(world.cards()) == 1, "one card, edited in place"
    assert "Acme Market has removed the listing" in (await world.reply_to(card)).words
    assert world.market.filed("TD-1") == 1


async def test_the_declaration_is_recorded_with_who_when_and_which_words(world: World) -> None:
    await world.files(world.ann, ITEM)
    notice = await world.notice("TD-1")
    assert notice.declaration.affirmed_by == world.ann.id
    assert notice.declaration.signature == world.ann.name
    assert notice.declaration.text_version == "2026-11"
    assert notice.declaration.affirmed_at == notice.filed_at


async def test_the_same_command_twice_in_a_minute_is_one_request_and_says_so(world: World) -> None:
    first = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    again = await world.ann.types(f"/takedown {ITEM}?utm_source=x counterfeit", channel="brand-protection")
    assert again.reply is not None
    assert "a moment ago" in again.reply.words
    await world.ann.presses("File", on=first.reply)
    await world.ann.presses("File", on=again.reply)
    await world.whispered(world.ann, "already filed as TD-1")
    assert (await world.statuses()) == {"TD-1": Status.QUEUED}

    third = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    assert third.reply is not None
    assert "filed this a moment ago as TD-1" in third.reply.words


async def test_pressing_file_twice_files_once(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    await world.together(world.ann.presses("File", on=seen.reply), world.ann.presses("File", on=seen.reply))
    await world.card("· queued")
    await world.passes_until("· removed")
    assert len(await world.statuses()) == 1, "by one of the two ids that were handed out"
    assert len(world.market.requests) == 1


async def test_undo_takes_it_back_before_anything_was_sent(world: World) -> None:
    await world.files(world.ann, ITEM)
    card = await world.card("TD-1 · queued")
    await world.ann.presses("Undo TD-1", on=card)
    await world.card("TD-1 · withdrawn")
    await world.passes(120)
    assert world.market.log == []


async def test_undo_comes_too_late_once_it_was_sent(world: World) -> None:
    await world.files(world.ann, ITEM)
    queued = await world.card("TD-1 · queued")
    await world.passes(31)
    await world.card("TD-1 · submitted")
    await world.ann.presses("Undo TD-1", on=queued)
    await world.whispered(world.ann, "too late to undo TD-1")


async def test_only_the_filer_or_an_admin_can_undo(world: World) -> None:
    await world.files(world.ann, ITEM)
    card = await world.card("TD-1 · queued")
    await world.bo.presses("Undo TD-1", on=card)
    await world.whispered(world.bo, "Only the person who filed TD-1")
    assert (await world.statuses()) == {"TD-1": Status.QUEUED}
    await world.ada.presses("Undo TD-1", on=card)
    await world.card("TD-1 · withdrawn")


async def test_what_is_missing_opens_the_form_with_what_was_given(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM}", channel="brand-protection")
    assert seen.view is not None
    assert ITEM in str(seen.view)
    assert "initial_options" not in str(seen.view), "the declaration is never ticked for anybody"


async def test_the_empty_command_opens_the_form_and_the_form_files(world: World) -> None:
    seen = await world.ann.types("/takedown", channel="brand-protection")
    assert seen.view is not None
    done = await world.ann.submits(
        seen.view,
        {
            "Listing addresses": f"{ITEM}\nhttps://acme.example/item/4712?ref=mail",
            "What is wrong": "counterfeit",
            "Right relied on": "NORDLICHT-EU",
            "Seller": "shop-77",
            "What they will be told": "Bought one; the zip and the label are wrong.",
            "Declaration": ["I declare all of this"],
        },
    )
    assert not done.errors
    card = await world.card("TD-1 and TD-2 · 2 queued")
    assert "acme[.]example/item/4711" in card.words
    first = await world.notice("TD-1")
    assert first.seller is not None
    assert (first.seller.seller_id, first.statement) == ("shop-77", "Bought one; the zip and the label are wrong.")
    await world.passes_until("TD-1 and TD-2 · 2 removed")
    assert len(world.market.requests) == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("Listing addresses", "https://ebay.com.evil.example/itm/123456789012", ""),
        ("Listing addresses", "https://acme.example/search?q=nordlicht", ""),
        ("Listing addresses", "https://www.ebay.com/itm/123456789012", "not connected to ebay"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(world: World, field: str, value: str, words: str) -> None:
    seen = await world.ann.types("/takedown", channel="brand-protection")
    filled = {
        "Listing addresses": ITEM,
        "What is wrong": "counterfeit",
        "Right relied on": "NORDLICHT-EU",
        "Declaration": ["I declare all of this"],
    }
    done = await world.ann.submits(seen.view, {**filled, field: value})
    assert set(done.errors) == {"addresses"}
    assert words in done.errors["addresses"]
    assert await world.statuses() == {}


async def test_a_form_without_the_declaration_files_nothing(world: World) -> None:
    seen = await world.ann.types("/takedown", channel="brand-protection")
    done = await world.ann.submits(
        seen.view, {"Listing addresses": ITEM, "What is wrong": "counterfeit", "Right relied on": "NORDLICHT-EU"}
    )
    assert "declaration" in done.errors
    assert await world.statuses() == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{ITEM} counterfeit right:NOBODY", "There is no right called NOBODY"),
        (f"{ITEM} counterfeit right:NORDLICHT-OLD", "expired on 31 March 2021"),
        (f"{ITEM} counterfeit right:NORDLICHT-PHOTO", "choose a right of the kind trademark for counterfeit"),
        ("https://shop.unknown.example/x/1 counterfeit", "unknown.example"),
        (f"{ITEM} counterfeit {'word ' * 700}", "3000 is the most"),
        (f"{ITEM} conterfeit", "Did you mean"),
    ],
)
async def test_what_cannot_be_filed_is_refused_in_words(world: World, text: str, words: str) -> None:
    seen = await world.ann.types(f"/takedown {text}", channel="brand-protection")
    assert seen.error is None
    assert seen.reply is not None
    assert words in seen.reply.words
    assert await world.statuses() == {}


async def test_a_listing_that_is_already_open_is_refused_with_the_way_to_it(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.card("TD-1 · queued")
    await world.passes(0)
    seen = await world.bo.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    assert seen.reply is not None
    assert "already on the desk for NORDLICHT-EU as TD-1" in seen.reply.words
    assert "Show TD-1" in seen.reply.buttons
    assert "/archives/" in str(seen.reply.blocks)


async def test_once_it_is_over_the_same_listing_can_be_filed_again(world: World) -> None:
    await world.files(world.ann, ITEM)
    await world.passes_until("TD-1 · removed")
    await world.passes(120)
    await world.files(world.ann, ITEM)
    await world.card("TD-2 · queued")


@pytest.mark.parametrize("who", ["gil", "otto"])
async def test_guests_and_people_of_other_teams_may_not_file(world: World, who: str) -> None:
    person = world.person(who)
    seen = await person.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    assert seen.reply is not None
    assert "may use the takedown desk" in seen.reply.words or "may not use the takedown desk" in seen.reply.words
    assert await world.statuses() == {}


async def test_a_guest_who_opens_the_form_is_told_why_it_is_not_for_them(world: World) -> None:
    seen = await world.person("gil").types("/takedown", channel="brand-protection")
    assert seen.view is None
    assert seen.reply is not None
    assert "Guests may not use" in seen.reply.words


async def test_the_form_of_whoever_became_a_guest_since_turns_into_the_reason(world: World) -> None:
    await world.app.desk.store.save(make.role(world.person("gil").id, Role.ANALYST))
    await world.person("gil").types("/takedown", channel="brand-protection")
    await world.sandbox.until(lambda: "Guests may not use" in str(world.person("gil").views))


async def test_a_button_on_somebody_elses_preview_files_nothing(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    assert seen.reply is not None
    draft = next(
        button["value"]
        for block in seen.reply.blocks
        for button in block.get("elements", [])
        if button.get("action_id") == "filing.file"
    )
    await world.files(world.bo, "https://acme.example/item/999")
    card = await world.card("TD-1 · queued")
    await world.bo.forges("filing.file", draft, on=card)
    await world.whispered(world.bo, "Only the person who asked for this preview")
    assert list(await world.statuses()) == ["TD-1"]


async def test_words_of_people_mention_nobody_and_link_nowhere(world: World) -> None:
    nasty = "<!channel> <@U0ADA> *bold* <https://evil.example|click> `x` https://evil.example/buy &lt;!here&gt;"
    await world.files(world.ann, ITEM, words=nasty)
    card = await world.card("TD-1 · queued")
    details = await world.ann.presses("Details of TD-1", on=card)
    shown = details.reply or await world.whispered(world.ann, "Timeline")
    for message in (card, shown):
        assert "<!channel>" not in message.text
        assert "<!here>" not in message.text
        assert "https://evil.example" not in message.text
        assert '"https://evil.example' not in str(message.blocks)
    assert "hxxps://evil[.]example" in shown.words


async def test_change_opens_the_form_with_what_the_preview_held(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit The label is wrong.", channel="brand-protection")
    form = await world.ann.presses("Change", on=seen.reply)
    assert form.view is not None
    assert "The label is wrong." in str(form.view)


async def test_cancel_takes_the_preview_away(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} counterfeit", channel="brand-protection")
    await world.ann.presses("Cancel", on=seen.reply)
    await world.sandbox.until(lambda: not world.ann.ephemerals("brand-protection"))
    assert await world.statuses() == {}


async def test_what_no_form_can_hold_is_refused_and_never_cut(world: World) -> None:
    many = " ".join(f"https://acme.example/item/{number}?{'x' * 200}" for number in range(20))
    seen = await world.ann.types(f"/takedown {many}", channel="brand-protection")
    assert seen.view is None
    assert seen.reply is not None
    assert "3000 is the most" in seen.reply.words


async def test_a_preview_names_every_listing_the_declaration_is_made_for(world: World) -> None:
    many = " ".join(f"https://acme.example/item/{number}" for number in range(1, 21))
    seen = await world.ann.types(f"/takedown {many} counterfeit {'word ' * 500}", channel="brand-protection")
    assert seen.reply is not None
    for number in range(1, 21):
        assert f"acme[.]example/item/{number}\n" in seen.reply.words
    assert "penalty of perjury" in seen.reply.text, "also for those who hear it"


async def test_after_an_undo_the_same_can_be_asked_for_at_once(world: World) -> None:
    await world.files(world.ann, ITEM)
    card = await world.card("TD-1 · queued")
    await world.ann.presses("Undo TD-1", on=card)
    await world.card("TD-1 · withdrawn")
    await world.files(world.ann, ITEM)
    await world.card("TD-2 · queued")


async def test_an_undo_that_comes_late_for_some_takes_back_the_rest_and_says_so(world: World) -> None:
    seen = await world.ann.types(f"/takedown {ITEM} {ITEM}2 counterfeit", channel="brand-protection")
    await world.ann.presses("File", on=seen.reply)
    card = await world.card("TD-1 and TD-2 · 2 queued")
    first = await world.notice("TD-1")
    await settling.sending_all(world.app.desk, [first])
    await world.ann.presses("Undo TD-1 and TD-2", on=card)
    await world.whispered(world.ann, "TD-2 was taken back. Too late for TD-1")
    assert (await world.statuses())["TD-2"] is Status.WITHDRAWN


async def test_a_seller_who_is_named_by_id_is_shown_with_the_name_the_desk_knows(world: World) -> None:
    known = make.upheld("TD-900", by="S-61", at=world.clock(), seller=make.seller("S-61", "Lakeside Gear"))
    await world.app.desk.store.save(known, make.event(known))
    await world.files(world.ann, "https://acme.example/item/7", words="seller:S-61")
    assert "Lakeside Gear (S-61)" in (await world.card("TD-901")).words
