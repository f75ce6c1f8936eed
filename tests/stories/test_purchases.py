"""Test purchases, in the words of those who order them and of those who weigh them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from bot.desk import offenders, purchases
from bot.desk.evidence import HandedIn
from bot.desk.purchase_forms import Order, Step
from bot.desk.ranking import bought_in
from bot.evidence import FILES_A_NOTICE
from bot.grammar.offenders import ListOffenders
from bot.model import Actor, Attached, Change, Counted, Purchase, PurchaseState
from bot.offenders import offender
from bot.sandbox.driver import Message, Persona, Seen
from tests import make
from tests.stories.test_cases import known, posted, says, thread
from tests.stories.test_evidence import DIGEST, PNG
from tests.stories.world import CHANNEL, World, restarted


def today(world: World, days: int = 0) -> str:
    return (world.clock().date() + timedelta(days=days)).isoformat()


async def orders(world: World, answers: Mapping[str, Any], *, person: Persona | None = None) -> Seen:
    """Fill in the form, with what is not named as it is usually."""
    who = person or world.ann
    seen = await who.types("/offenders purchase acme:S-1", channel=CHANNEL)
    assert seen.view is not None, seen
    given = {"Order id": "112-7", "Ordered on": today(world, -10), **answers}
    return await who.submits(seen.view, given)


async def purchase(world: World, purchase_id: str = "TP-1") -> Purchase:
    found = await world.app.desk.store.entry(Purchase, purchase_id)
    assert found is not None
    return found


async def page(person: Persona, purchase_id: str = "TP-1") -> Message:
    seen = await person.types(f"/offenders purchase {purchase_id}", channel=CHANNEL)
    assert seen.reply is not None, seen
    return seen.reply


async def step(world: World, label: str, answers: Mapping[str, Any], purchase_id: str = "TP-1") -> Seen:
    pressed = await world.ann.presses(label, on=await page(world.ann, purchase_id))
    assert pressed.view is not None, pressed
    return await world.ann.submits(pressed.view, answers)


async def kept(world: World, count: int, purchase_id: str = "TP-1") -> None:
    for _ in range(100):
        found = await purchase(world, purchase_id)
        if len(found.photos) == count and not found.fetching:
            return
        await world.sandbox.settled(quiet=0.05)
    raise AssertionError(f"{len(found.photos)} are kept and {len(found.fetching)} to come")


async def test_a_test_purchase_goes_from_the_order_to_the_finding_and_weighs_in_the_score(world: World) -> None:
    await known(world, "S-1")
    await world.app.desk.store.save(make.notice("TD-2", seller=make.seller("S-1")))
    before = await says(world.mia, "/offenders why acme:S-1")
    assert "test purchase" not in before
    done = await orders(
        world,
        {"Listing or notice": "TD-2", "Cost": "49,90", "Currency": "eur", "Note": "size M", "Photos": [("a.png", PNG)]},
    )
    assert done.view is not None, done.errors
    assert "TP-1 is entered: ordered. 1 file is being fetched; its page says when it is kept." in done.view.words
    await kept(world, 1)
    shown = await page(world.bo)
    for words in ("Ordered.", "Order: 112-7", "Cost: 49.90 EUR", "Notice: TD-2", "Note: size M", "a.png (PNG, 2 kB)"):
        assert words in shown.words
    assert f"SHA-256 {DIGEST[:12]}…" in shown.words

    received = await step(world, "Received…", {"Received on": today(world, -3), "Note": "came from Ningbo"})
    assert received.view is not None, received.errors
    assert "TP-1 is received now." in received.view.words
    label = PNG + b"label"
    found = await step(
        world,
        "Counterfeit…",
        {"Found on": today(world, -1), "Found by": "Dr. Hahn, Nordlicht", "Photos": [("label.png", label)]},
    )
    assert found.view is not None, found.errors
    assert (
        "TP-1 was found counterfeit. It counts in the score from now on, unless TD-2 is upheld and counts for both."
        in found.view.words
    )
    await kept(world, 2)
    assert (await purchase(world)).photos[1].sha256 == sha256(label).hexdigest()
    assert (await purchase(world)).note == "size M\ncame from Ningbo", "what each step noted goes into a dossier"

    why = await says(world.mia, "/offenders why acme:S-1")
    assert "1 upheld and 1 test purchase found counterfeit in 90 days" in why
    assert "2 of 2 decided were upheld or found counterfeit" in why
    said = [one.words for one in await world.app.desk.store.entries(Change, "purchase:TP-1")]
    assert said[0].endswith("order 112-7, 49.90 EUR.")
    assert any(one.startswith("Photo kept: a.png") for one in said)
    assert any(one.endswith("by Dr. Hahn, Nordlicht.") for one in said)
    assert [one.number for one in await world.app.desk.store.entries(Change, "purchase:TP-1")] == list(
        range(1, len(said) + 1)
    )


async def test_the_photos_are_sent_to_whoever_asks_and_that_is_on_record(world: World) -> None:
    await known(world, "S-1")
    await orders(world, {"Photos": [("a.png", PNG), ("b.png", PNG + b"b")]})
    await kept(world, 2)
    pressed = await world.bo.presses("Send me the photos", on=await page(world.bo))
    assert pressed.reply is not None
    assert "2 photos come to our direct messages." in pressed.reply.words

    def arrived() -> list[bytes]:
        return [file.content for one in world.direct(world.bo) for file in one.files]

    await world.sandbox.until(lambda: len(arrived()) == 2)
    assert sorted(arrived()) == sorted([PNG, PNG + b"b"])
    said = [one.words for one in await world.app.desk.store.entries(Change, "purchase:TP-1")]
    assert "Photos sent to Bo Lindqvist: a.png, b.png." in said


async def test_a_photo_that_cannot_be_kept_is_said_to_whoever_handed_it_in(world: World) -> None:
    await known(world, "S-1")
    await orders(world, {"Photos": [("setup.png", b"MZ\x90\x00"), ("a.png", PNG), ("again.png", PNG)]})
    await kept(world, 1)
    await world.sandbox.until(lambda: bool(world.direct(world.ann)))
    assert "TP-1: Not kept: setup.png. setup.png is a Windows program" in world.direct(world.ann)[-1].words
    said = [one.words for one in await world.app.desk.store.entries(Change, "purchase:TP-1")]
    assert any("is kept already, as" in one for one in said)


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"Ordered on": "2066-01-01"}, "ordered_on", "is still to come; say a day until today."),
        ({"Cost": "-3", "Currency": "EUR"}, "cost", "A cost is not negative"),
        ({"Cost": "much", "Currency": "EUR"}, "cost", "in digits alone"),
        ({"Cost": "1,234", "Currency": "EUR"}, "cost", "in digits alone"),
        ({"Cost": "3"}, "currency", "Say in which currency"),
        ({"Cost": "3", "Currency": "XQQ"}, "currency", "its three letters"),
        ({"Cost": "3", "Currency": "$"}, "currency", "its three letters"),
        ({"Currency": "EUR"}, "cost", "leave the currency empty too"),
        ({"Listing or notice": "TD-99"}, "listing", "There is no notice TD-99"),
        ({"Listing or notice": "td-2"}, "listing", "TD-2 is against another seller"),
    ],
)
async def test_what_is_wrong_is_one_sentence_beside_its_field(
    world: World, answers: Mapping[str, str], field: str, words: str
) -> None:
    await known(world, "S-1", "S-2")
    done = await orders(world, answers)
    assert set(done.errors) == {field}, done
    assert words in done.errors[field]
    assert "\n" not in done.errors[field]
    assert await world.app.desk.store.entries(Purchase) == ()


async def test_steps_keep_the_order_of_their_days(world: World) -> None:
    await known(world, "S-1")
    await orders(world, {})
    early = await step(world, "Received…", {"Received on": today(world, -11)})
    assert "It was ordered on" in early.errors["on"]
    late = await world.ann.submits(world.ann.views[-1], {"Received on": today(world, 3)})
    assert "is still to come" in late.errors["on"]
    assert (await world.ann.submits(world.ann.views[-1], {"Received on": today(world, -5)})).view is not None
    early = await step(world, "Genuine…", {"Found on": today(world, -6), "Found by": "the lab"})
    assert "It was received on" in early.errors["on"]
    assert (await world.ann.submits(world.ann.views[-1], {"Found on": today(world, -5)})).view is not None
    assert "1 test purchase genuine" in await says(world.ann, "/offenders why acme:S-1")


async def test_a_finding_may_be_put_right_and_a_cancelled_order_counts_for_nothing(world: World) -> None:
    await known(world, "S-1")
    for _ in range(2):
        await orders(world, {})
    await step(world, "Received…", {"Received on": today(world, -5)})
    await step(world, "Genuine…", {"Found on": today(world, -4), "Found by": "the shop"})
    wrong = await step(world, "Counterfeit…", {"Found on": today(world, -2), "Found by": "the lab"})
    assert wrong.view is not None, wrong.errors
    pressed = await world.ann.presses("Cancelled", on=await page(world.ann, "TP-2"))
    assert pressed.reply is not None
    assert "TP-2 is cancelled now." in pressed.reply.words
    why = await says(world.ann, "/offenders why acme:S-1")
    assert "1 upheld and 1 test purchase found counterfeit" in why
    assert "genuine" not in why
    listed = await says(world.ann, "/offenders purchases acme:S-1")
    assert listed.startswith("2 test purchases from Shop 1 (acme:S-1)")
    assert listed.index("TP-2 · cancelled") < listed.index("TP-1 · counterfeit, found")
    stale = await world.ann.forges("purchases.received", "TP-2", on=await page(world.ann))
    assert stale.reply is not None
    assert "TP-2 is cancelled; it cannot become received now." in stale.reply.words


async def test_what_it_cost_is_kept_to_the_digit_over_a_restart(world: World) -> None:
    await known(world, "S-1")
    await orders(world, {"Cost": "3.10", "Currency": "KWD", "Photos": [("a.png", PNG)]})
    await kept(world, 1)
    before = await purchase(world)
    await world.app.stop()
    async with restarted(world) as again:
        after = await again.desk.store.entry(Purchase, "TP-1")
    assert after == before
    assert after is not None
    assert str(after.cost) == "3.10"


def test_what_was_to_be_fetched_before_purchases_had_photos_still_is() -> None:
    said = '{"file_id":"F1","name":"a.png","user_id":"U1","team_id":"T1","at":"2026-03-02T09:00:00+00:00"'
    for whole, what in (("true", "batch"), ("false", "notice")):
        old = replace(make.delivery(), words=f'{said},"whole_batch":{whole}}}')
        assert HandedIn.of(old).what == what


async def test_two_who_enter_one_at_the_same_moment_get_two(world: World) -> None:
    await known(world, "S-1")
    said = Order(
        listing="", order_id="1", ordered_on=world.clock().date() - timedelta(days=2), cost="", currency="", note=""
    )

    async def enters(name: str) -> None:
        by = Actor(user_id=world.person(name).id)
        await purchases.order(world.app.desk, "acme:S-1", said, [], by=by)

    await world.together(enters("ann"), enters("bo"), enters("ada"))
    assert {one.id for one in await world.app.desk.store.entries(Purchase)} == {"TP-1", "TP-2", "TP-3"}


async def test_a_purchase_takes_twenty_photos_and_says_so_beside_the_field(world: World) -> None:
    await known(world, "S-1")
    ten = [(f"{number}.png", PNG + bytes([number])) for number in range(10)]
    await orders(world, {"Photos": ten})
    await step(
        world, "Received…", {"Received on": today(world, -5), "Photos": [(f"b{one}", c + b"b") for one, c in ten]}
    )
    await kept(world, FILES_A_NOTICE)
    many = await step(
        world, "Genuine…", {"Found on": today(world), "Found by": "the lab", "Photos": [("x.png", PNG + b"x")]}
    )
    assert many.errors == {
        "evidence": "A test purchase takes 20 files at most. This test purchase has 20 already: please attach fewer."
    }


async def test_somebody_elses_file_is_not_taken_whatever_the_client_says(world: World) -> None:
    await known(world, "S-1")
    await orders(world, {})
    plan = world.sandbox.workspace.take(world.bo.id, "plan.png", PNG, site=world.sandbox.api_url.removesuffix("/api/"))
    await purchases.take(
        world.app.desk,
        "TP-1",
        PurchaseState.RECEIVED,
        Step(on=date.fromisoformat(today(world, -1))),
        [Attached(file_id=plan.id, name="plan.png")],
        by=Actor(user_id=world.ann.id),
    )
    await world.sandbox.until(lambda: bool(world.direct(world.ann)))
    assert "It was put into Slack by somebody else" in world.direct(world.ann)[-1].words
    assert (await purchase(world)).photos == ()


async def test_who_may_not_refer_gets_no_form_no_list_and_no_photo(world: World) -> None:
    await known(world, "S-1")
    await orders(world, {"Photos": [("a.png", PNG)]})
    await kept(world, 1)
    shown = await page(world.ann)
    listed = await says(world.mia, "/offenders")
    assert "TP-1" not in listed
    for action in ("purchases.show", "purchases.send", "purchases.received", "purchases.cancelled"):
        for name in ("TP-1", "TP-99"):
            forged = await world.mia.forges(action, name, on=world.mia.ephemerals(CHANNEL)[-1])
            assert forged.reply is not None, action
            assert "here you are viewer" in forged.reply.words
    assert not any(one.files for one in world.direct(world.mia))
    assert (await purchase(world)).state is PurchaseState.ORDERED
    assert "TP-1" in shown.words


async def test_the_case_of_the_seller_tells_of_its_purchases(world: World) -> None:
    await known(world, "S-1", "S-2")
    await says(world.ann, "/offenders assign acme:S-1 @bo")
    await says(world.ann, "/offenders link acme:S-1 acme:S-2 the same address")
    seen = await world.bo.types("/offenders purchase acme:S-2", channel=CHANNEL)
    done = await world.bo.submits(seen.view, {"Order id": "9", "Ordered on": today(world, -1)})
    assert done.view is not None
    message = await posted(world, world.bo)
    await world.sandbox.until(lambda: "Bo Lindqvist: test purchase TP-1: Ordered on" in thread(world, message))
    shown = await says(world.ann, "/offenders case acme:S-1")
    assert "TP-1 · ordered · order 9" in shown
    assert "TP-1" in await says(world.ann, "/offenders purchases acme:S-1"), "linked sellers are one offender"


async def test_a_list_and_a_digest_count_the_purchases_that_belong_to_what_they_are_about(world: World) -> None:
    await known(world, "S-1")
    now, store = world.clock(), world.app.desk.store
    counterfeit: dict[str, Any] = {
        "state": PurchaseState.COUNTERFEIT,
        "decided_on": now.date(),
        "updated_at": now,
        "at": now,
    }
    await store.save(make.purchase("TP-1", **counterfeit), make.purchase("TP-2", **counterfeit, notice_id="TD-1"))

    briefs = await store.briefs(["acme:S-1"])
    week = Counted(start=now - timedelta(days=7), end=now)
    of_right = replace(week, marketplaces=frozenset({"acme"}), rights=frozenset({briefs[0].right_key}))
    assert [one.id for one in await bought_in(world.app.desk, of_right)] == ["TP-2"]
    assert await bought_in(world.app.desk, replace(week, rights=frozenset({"another"}))) == ()
    assert await bought_in(world.app.desk, replace(week, marketplaces=frozenset({"zeta"}))) == ()
    assert [one.id for one in await bought_in(world.app.desk, week)] == ["TP-1", "TP-2"]
    both = offender("acme:S-1", briefs, links=[], policy=world.app.desk.policy, now=now).score.total
    listed = await offenders.listed(world.app.desk, ListOffenders(), by=Actor(user_id=world.mia.id))
    (found,) = listed.offenders
    assert found.score.purchases == 1, "the notice that the other names counts itself"
    assert found.score.total > both * 1.9


async def test_strikes_say_how_many_were_confirmed_counterfeit(world: World) -> None:
    await known(world, "S-1")
    now = world.clock()
    made = make.purchase("TP-1", PurchaseState.COUNTERFEIT, decided_on=now.date(), updated_at=now, at=now)
    await world.app.desk.store.save(made)
    await world.mia.types("/offenders show acme:S-1", channel=CHANNEL)
    shown = await world.whispered(world.mia, "closes the shop at 5 strikes")
    assert "Shop 1 (S-1) has 1, besides 1 test purchase found counterfeit." in shown.words
    assert "TP-1" not in shown.words
