"""Repeat offenders, in the words of those who look for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desk.sellers import assess
from bot.model import Actor, Stance, Status
from bot.sandbox.driver import Message, Persona
from bot.sandbox.marketplace import Mood
from bot.slack import PATIENCE
from tests import make
from tests.stories.world import World

PLACE = "brand-protection"


async def removals(world: World, *listings: int, seller: str = "S-9", by: Persona | None = None) -> None:
    """Notices against a seller that the marketplace upholds."""
    for listing in listings:
        address = f"https://acme.example/item/{listing}"
        await world.files(by or world.ann, address, words=f"seller:{seller}")
    await world.come_to(Status.REMOVED, last=len(listings))


async def on_the_desk(world: World, *sellers: str, **changes: Any) -> None:
    """A notice upheld a day ago against each, without the way there."""
    at = world.clock() - timedelta(days=1)
    ids = await world.app.desk.store.next_ids(len(sellers))
    notices = [make.upheld(one, by=seller, at=at, **changes) for one, seller in zip(ids, sellers, strict=True)]
    await world.app.desk.store.save(*notices, *(make.event(one) for one in notices))


async def looked_at(world: World, seller: str) -> None:
    """A seller is looked at anew, as after each removal."""
    await world.app.desk.store.save(*assess([f"acme:{seller}"], world.clock()))
    await world.passes(1)


async def watch(world: World, seller: str, *people: Persona) -> None:
    """Each watches the seller since long ago; who they are now was not asked yet."""
    for person in people:
        await world.app.desk.store.save(Stance(user_id=person.id, seller=f"acme:{seller}", version=1, watching=True))


def becomes_a_guest(world: World, person: Persona) -> None:
    people = world.sandbox.workspace.people
    people[person.id] = replace(people[person.id], guest=True)


async def asks(person: Persona, text: str) -> Message:
    seen = await person.types(f"/offenders {text}", channel=PLACE)
    assert seen.error is None
    assert seen.reply is not None
    return seen.reply


def alerts(world: World) -> list[Message]:
    return [one for one in world.channel.messages if "repeat offender now" in one.words]


def told(world: World, person: Persona, words: str) -> list[str]:
    """The direct messages somebody has with these words."""
    return [one.words for one in world.direct(person) if words in one.words]


async def test_whoever_comes_back_is_listed_with_how_often_and_how_grave(world: World) -> None:
    await removals(world, 1, 2, seller="S-9")
    await removals(world, 3, seller="S-7")
    listed = await asks(world.mia, "")
    assert listed.words.index("S-9") < listed.words.index("S-7")
    assert "new" in listed.words
    for said in ("S-9", "2 upheld", "Acme Market"):
        assert said in listed.text
    for text, expected in (
        ("30d", "S-9"),
        ("marketplace:acme right:nordlicht-eu", "S-9"),
        ("right:NORDLICHT-PHOTO", "Nobody"),
    ):
        assert expected.casefold() in (await asks(world.mia, text)).words.casefold()


async def test_the_third_removal_is_told_once_and_the_fourth_is_no_news(world: World) -> None:
    await removals(world, 1, 2)
    assert not alerts(world)
    await removals(world, 3)
    await world.sandbox.until(lambda: len(alerts(world)) == 1)
    (alert,) = alerts(world)
    assert "3 notices upheld in 90 days" in alert.words
    assert "Number: 3 upheld" in alert.text
    await removals(world, 4)
    await world.passes(3600)
    assert len(alerts(world)) == 1
    shown = await world.mia.presses("offenders.show", on=alert)
    assert shown.reply is not None
    assert "S-9" in shown.reply.words


async def test_a_crossing_is_news_again_once_the_count_had_fallen_below(world: World) -> None:
    await removals(world, 1, 2, 3)
    await world.sandbox.until(lambda: len(alerts(world)) == 1)
    day = 86_400
    await world.passes(91 * day)
    await world.passes(60)
    await removals(world, 4, 5)
    assert len(alerts(world)) == 1
    await removals(world, 6)
    await world.sandbox.until(lambda: len(alerts(world)) == 2)


async def test_two_removals_at_the_same_moment_are_one_crossing(world: World) -> None:
    await removals(world, 1)
    await removals(world, 2, 3, 4)
    await world.passes(60)
    assert len(alerts(world)) == 1


async def test_an_alert_whose_channel_is_closed_goes_to_who_filed_and_to_the_admins(world: World) -> None:
    await on_the_desk(world, "S-9", "S-9")
    world.sandbox.restrict(PLACE)
    await removals(world, 3, by=world.bo)
    who = (world.bo, world.ada)
    await world.sandbox.until(lambda: all(told(world, person, "repeat offender now") for person in who))
    world.sandbox.unrestrict(PLACE)
    await world.passes(3600)
    for person in who:
        (alert,) = told(world, person, "repeat offender now")
        assert "please invite me there" in alert
    assert not told(world, world.ann, "repeat offender now")
    assert not alerts(world)


async def test_who_filed_and_has_become_a_guest_is_not_told_in_the_place_of_a_closed_channel(world: World) -> None:
    await on_the_desk(world, "S-9", "S-9", "S-9", channel="C0BRAND", submitter=Actor(user_id=world.bo.id))
    world.sandbox.restrict(PLACE)
    becomes_a_guest(world, world.bo)
    await looked_at(world, "S-9")
    await world.sandbox.until(lambda: bool(told(world, world.ada, "repeat offender now")))
    await world.passes(3600)
    assert not world.direct(world.bo)


async def test_the_page_of_an_offender_says_why_they_are_there(world: World) -> None:
    await removals(world, 1, 2, 3)
    for asked in ("show acme:S-9", "show S-9", "show s-9"):
        page = await asks(world.mia, asked)
        for said in ("Number: 3 upheld in 90 days", "Proportion", "Gravity", "Intention", "TD-1", "TD-3"):
            assert said in page.text, said
    assert "at 5 strikes" in page.text, "the marketplace's own rule"
    assert "S-9 has 3" in page.text
    assert any(block["type"] == "data_visualization" for block in page.blocks)
    why = await asks(world.mia, "why S-9")
    assert "Number: 3 upheld in 90 days" in why.text
    nobody = await asks(world.mia, "show S-404")
    assert "No notice here names the seller" in nobody.words


async def test_the_page_of_an_offender_does_not_wait_for_names(world: World) -> None:
    await on_the_desk(world, "S-9")
    await asks(world.mia, "")  # who she is, Slack has told
    await world.app.desk.store.save(
        *(
            make.identifier("acme:S-9", f"+4930{number}", by=Actor(user_id=user_id))
            for number, user_id in enumerate(("U0ANN", "U0BO", "U0GIL"))
        )
    )
    world.sandbox.hang(2.5, "users.info", times=3)
    seen = await world.mia.types("/offenders show S-9", channel=PLACE)
    assert seen.reply is not None
    assert "U0ANN" in seen.reply.text
    assert seen.seconds < PATIENCE, "all are asked for at once, and none for long"


async def test_a_won_counter_notice_is_taken_off_the_count_and_stays_on_record(world: World) -> None:
    await removals(world, 1, 2)
    world.market.mood = Mood.BRINGS_BACK
    await world.come_to(Status.REINSTATED, last=2)
    assert "nobody" in (await asks(world.mia, "")).words.casefold()
    page = await asks(world.mia, "show S-9")
    assert "TD-1" in page.text
    assert "0 upheld" in page.text


async def test_a_listing_put_up_again_counts_as_intention(world: World) -> None:
    await removals(world, 1)
    world.market.mood = Mood.RELISTS
    await world.come_to(Status.REINSTATED, last=1)
    page = await asks(world.mia, "show S-9")
    assert "1 upheld" in page.text
    assert "1 relisting" in page.text


async def test_two_sellers_become_one_by_a_reason_and_two_again_by_another(world: World) -> None:
    await removals(world, 1, 2, seller="S-9")
    await removals(world, 3, seller="S-7")
    assert not alerts(world)
    linked = await asks(world.ann, "link acme:S-9 acme:S-7 the same return address on both parcels")
    assert "one offender now" in linked.words
    await world.sandbox.until(lambda: len(alerts(world)) == 1)
    page = await asks(world.mia, "show S-7")
    for said in ("3 upheld", "the same return address on both parcels", "Ann Winter"):
        assert said in page.text
    again = await asks(world.bo, "link acme:S-7 acme:S-9 seen twice")
    assert "linked already" in again.words
    form = await world.bo.presses("Unlink", on=page)
    assert form.view is not None
    done = await world.bo.submits(form.view, {"Why": "They share a warehouse, nothing more"})
    assert done.error is None
    assert not done.errors
    page = await asks(world.mia, "show S-7")
    assert "1 upheld" in page.text


async def test_a_link_needs_a_reason_and_two_different_sellers(world: World) -> None:
    await removals(world, 1, seller="S-9")
    await removals(world, 2, seller="S-7")
    assert "reason" in (await asks(world.ann, "link acme:S-9 acme:S-7")).words
    assert "two different sellers" in (await asks(world.ann, "link acme:S-9 S-9 because")).words
    assert "No notice here names" in (await asks(world.ann, "link acme:S-9 acme:S-404 because")).words


async def test_what_is_on_file_suggests_a_link_and_a_person_decides(world: World) -> None:
    await on_the_desk(world, "S-9", "S-7", "S-5")
    await asks(world.ann, "identify acme:S-9 phone +49 (30) 123-4567")
    on_file = await asks(world.ann, "identify acme:S-7 phone 0049 30 1234567")
    assert "on file" in on_file.words
    suggested = await asks(world.bo, "suggestions")
    assert "S-9" in suggested.words
    assert "S-7" in suggested.words
    assert "S-5" not in suggested.words
    form = await world.bo.presses("offenders.link", on=suggested)
    assert form.view is not None
    await world.bo.submits(form.view, {"Why": "The same phone number"})
    page = await asks(world.mia, "show S-9")
    assert "The same phone number" in page.text
    assert "S-7" in page.text
    assert "S-9" not in (await asks(world.bo, "suggestions")).words
    await asks(world.ann, "forget acme:S-7 phone +49 30 1234567")
    assert "0049" not in (await asks(world.mia, "show S-7")).text


async def test_a_suggestion_that_is_wrong_does_not_come_again(world: World) -> None:
    await on_the_desk(world, "S-9", "S-7")
    for seller in ("S-9", "S-7"):
        await asks(world.ann, f"identify acme:{seller} email Shop@Example.com")
    suggested = await asks(world.bo, "suggestions")
    await world.bo.presses("Not the same", on=suggested)
    assert "S-9" not in (await asks(world.bo, "suggestions")).words


async def test_a_number_that_many_share_suggests_nobody_and_says_so(world: World) -> None:
    sellers = [f"S-{number}" for number in range(21, 27)]
    await on_the_desk(world, *sellers)
    for seller in sellers:
        await asks(world.ann, f"identify acme:{seller} phone +86 20 8888 1234")
    suggested = await asks(world.bo, "suggestions")
    assert "6 sellers" in suggested.text
    assert "offenders.link" not in str(suggested.blocks)


async def test_who_watches_is_told_of_each_removal_and_who_mutes_is_spared(world: World) -> None:
    await removals(world, 1)
    page = await asks(world.mia, "show S-9")
    await world.mia.presses("Watch", on=page)
    await removals(world, 2)
    await world.sandbox.until(lambda: any("whom you watch" in one.words for one in world.direct(world.mia)))
    assert not world.direct(world.bo)
    await asks(world.mia, "unwatch S-9")
    told = len(world.direct(world.mia))
    await removals(world, 3)
    await world.passes(60)
    assert len(world.direct(world.mia)) == told
    await asks(world.mia, "mute S-9")
    assert "S-9" not in (await asks(world.mia, "")).words
    assert "muted" in (await asks(world.mia, "")).words
    assert "S-9" in (await asks(world.mia, "all")).words
    assert "S-9" in (await asks(world.bo, "")).words, "muting is for one's own view"
    await asks(world.mia, "unmute S-9")
    assert "S-9" in (await asks(world.mia, "")).words


@pytest.mark.parametrize("fate", ["a guest", "gone"])
async def test_who_watches_and_is_no_member_any_more_is_told_nothing(world: World, fate: str) -> None:
    await on_the_desk(world, "S-9")
    await watch(world, "S-9", world.mia, world.bo)
    if fate == "a guest":
        becomes_a_guest(world, world.mia)
    else:
        world.sandbox.deactivate("mia")
    await looked_at(world, "S-9")
    await world.sandbox.until(lambda: bool(told(world, world.bo, "whom you watch")))
    await world.passes(3600)
    assert not world.direct(world.mia)


async def test_who_watches_is_told_once_slack_says_again_who_they_are(world: World) -> None:
    await on_the_desk(world, "S-9", "S-9")
    await watch(world, "S-9", world.mia)
    world.sandbox.fail("users.info", times=100, status=503)
    await looked_at(world, "S-9")
    assert not world.direct(world.mia)
    world.sandbox.faults.clear()
    await world.passes(60)
    await world.sandbox.until(lambda: bool(told(world, world.mia, "whom you watch")))
    (words,) = told(world, world.mia, "whom you watch")
    assert "Another notice was upheld" in words, "the one that made us look, though there were two"


async def test_who_watches_is_told_of_new_removals_and_not_of_links_or_of_days_that_pass(world: World) -> None:
    await on_the_desk(world, "S-9", "S-7")
    await watch(world, "S-9", world.mia)
    for seller in ("S-9", "S-7"):
        await looked_at(world, seller)
    await world.sandbox.until(lambda: len(told(world, world.mia, "Another notice was upheld")) == 1)
    await asks(world.ann, "link acme:S-9 acme:S-7 the same return address")
    await world.passes(60)
    await asks(world.ann, "unlink acme:S-9 acme:S-7 it is a forwarding agent's")
    await world.passes(60)
    assert len(world.direct(world.mia)) == 1, "nothing was upheld meanwhile"
    await world.passes(91 * 86_400)
    await on_the_desk(world, "S-9", "S-9")
    await looked_at(world, "S-9")
    await world.sandbox.until(lambda: len(told(world, world.mia, "2 more notices were upheld")) == 1)
    for days in (0, 1, 91):
        await world.passes(days * 86_400)
        await looked_at(world, "S-9")
    assert len(world.direct(world.mia)) == 2


async def test_the_seller_a_marketplace_names_is_known_on_every_notice_of_the_listing(world: World) -> None:
    await world.files(world.ann, "https://acme.example/item/5")
    assert (await world.notice("TD-1")).seller is None
    await world.come_to(Status.REMOVED, last=1)
    seller = (await world.notice("TD-1")).seller
    assert seller is not None
    seen = await world.bo.types(
        "/takedown https://acme.example/item/5 copyright_image right:NORDLICHT-PHOTO", channel=PLACE
    )
    assert seen.reply is not None
    assert seller.seller_id in seen.reply.words, "the preview knows already"


@pytest.mark.parametrize("name", ["gil", "otto"])
async def test_guests_and_strangers_get_nothing_not_even_that_a_seller_exists(world: World, name: str) -> None:
    await removals(world, 1)
    link, phone = "link acme:S-9 acme:S-7 x", "identify acme:S-9 phone +49301234567"
    for text in ("", "show S-9", "show S-404", "why S-9", link, phone, "suggestions", "watch S-9"):
        refused = await asks(world.person(name), text)
        assert "use the takedown desk" in refused.words
        assert "S-9" not in refused.words


async def test_a_forged_button_does_no_more_than_the_person_may(world: World) -> None:
    await removals(world, 1, 2, 3)
    await world.sandbox.until(lambda: bool(alerts(world)))
    (alert,) = alerts(world)
    await world.person("gil").forges("offenders.watch", "acme:S-9", on=alert)
    told = await world.whispered(world.person("gil"), "use the takedown desk")
    assert "S-9" not in told.words
    for action, value in (("offenders.link", "|"), ("offenders.older", "show S-9"), ("offenders.show", "")):
        seen = await world.mia.forges(action, value, on=alert)
        assert seen.error is None


async def test_help_answers_what_is_not_understood(world: World) -> None:
    for text in ("help", "frobnicate now", "show", "link"):
        assert "/offenders" in (await asks(world.mia, text)).words
