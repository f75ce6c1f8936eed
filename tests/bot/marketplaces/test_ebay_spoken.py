"""eBay, spoken to: packets that are refused in part, what is looked up, what is asked once for many."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask
from bot.model import Decision, Notice, RightKind, Status, Violation
from bot.sandbox.removals import Mood
from tests import make
from tests.contracts.scene_ebay import CLIENT, REFRESH, SECRET, EbayScene, ebay_scene, listing


@pytest.fixture
async def scene() -> AsyncIterator[EbayScene]:
    async with ebay_scene() as opened:
        yield opened


def several(scene: EbayScene, count: int) -> list[Notice]:
    return [scene.notice(number) for number in range(1, count + 1)]


def posts(scene: EbayScene) -> int:
    return sum(call.method == "POST" and call.path.endswith("/report_vero_violations") for call in scene.theirs.log)


def gets(scene: EbayScene, part: str) -> int:
    return sum(call.method == "GET" and part in call.path for call in scene.theirs.log)


async def filed(scene: EbayScene, notice: Notice) -> Notice:
    result = (await scene.ours.submit([notice]))[notice.id]
    assert isinstance(result, Decision), result
    return replace(notice, status=result.status, reference=result.reference)


async def test_150_listings_go_in_one_report_and_have_its_id(scene: EbayScene) -> None:
    results = await scene.ours.submit(several(scene, 150))
    assert posts(scene) == 1
    assert {one.reference for one in results.values() if isinstance(one, Decision)} == {scene.theirs.packets[0].id}
    assert len(results) == 150


async def test_150_checks_of_a_report_are_one_call(scene: EbayScene) -> None:
    notices = several(scene, 150)
    results = await scene.ours.submit(notices)
    known = [replace(one, reference=scene.theirs.packets[0].id) for one in notices]
    assert len(results) == 150
    scene.clock.forward(60)
    decisions = await asyncio.gather(*map(scene.ours.check, known))
    assert {one.status for one in decisions} == {Status.GONE}
    assert gets(scene, "/vero_report/") == 1


async def test_what_they_refuse_of_a_report_is_left_out_and_the_rest_sent_again(scene: EbayScene) -> None:
    notices = several(scene, 20)
    scene.theirs.gone = {notices[3].listing.listing_id, notices[7].listing.listing_id}
    results = await scene.ours.submit(notices)
    refused = {key for key, one in results.items() if isinstance(one, Declined)}
    assert refused == {"TD-4", "TD-8"}
    assert isinstance(results["TD-4"], Declined)
    assert results["TD-4"].detail == "The itemId was not found."
    assert posts(scene) == 2
    assert [scene.theirs.filed(one.listing.listing_id) for one in notices] == [
        int(one.id not in refused) for one in notices
    ]


async def test_where_they_do_not_say_which_it_was_the_report_is_halved(scene: EbayScene) -> None:
    notices = several(scene, 150)
    scene.theirs.gone, scene.theirs.vague = {notices[41].listing.listing_id}, True
    results = await scene.ours.submit(notices)
    assert [key for key, one in results.items() if not isinstance(one, Decision)] == ["TD-42"]
    assert isinstance(results["TD-42"], Declined)
    assert sum(scene.theirs.filed(one.listing.listing_id) for one in notices) == 149
    assert posts(scene) <= 17


async def test_what_follows_a_lost_packet_is_not_sent(scene: EbayScene) -> None:
    again = [scene.notice(1), scene.notice(2), scene.notice(3, listing=listing(1))]
    scene.theirs.feel(Mood.LOST_REPLY, writes=1)
    results = await scene.ours.submit(again)
    assert {key: type(one) for key, one in results.items()} == {
        "TD-1": OutcomeUnknown,
        "TD-2": OutcomeUnknown,
        "TD-3": Unavailable,
    }
    assert len(scene.theirs.packets) == 1


async def test_a_refusal_that_comes_as_a_500_sends_nothing_again(scene: EbayScene) -> None:
    error = {
        "errorId": 235018,
        "category": "REQUEST",
        "message": "The patent is too long.",
        "inputRefIds": ["$.reportItems[1].patent"],
    }
    scene.theirs.answers_error = (500, error)
    results = await scene.ours.submit(several(scene, 3))
    assert {key: type(one) for key, one in results.items()} == {
        "TD-1": OutcomeUnknown,
        "TD-2": Declined,
        "TD-3": OutcomeUnknown,
    }
    assert posts(scene) == 1


async def test_sites_and_grounds_go_in_reports_of_their_own(scene: EbayScene) -> None:
    first = scene.notice(1)
    lots = {
        scene.ours.lot_of(one)
        for one in (
            first,
            scene.notice(2),
            scene.notice(3, listing=listing(3, "de")),
            scene.notice(4, right=make.right("ACME-US")),
            scene.notice(5, violation=Violation.TRADEMARK),
        )
    }
    assert len(lots) == 4


async def test_reason_codes_are_asked_once_a_day_and_site(scene: EbayScene) -> None:
    for number in (1, 2, 3):
        await filed(scene, scene.notice(number, listing=listing(number, "de")))
    assert gets(scene, "/vero_reason_code") == 1
    scene.clock.forward(86_401)
    await filed(scene, scene.notice(4, listing=listing(4, "de")))
    assert gets(scene, "/vero_reason_code") == 2


async def test_a_code_that_is_not_clear_is_refused_before_anything_is_sent(scene: EbayScene) -> None:
    notice = scene.notice(1, listing=listing(1, "de"), violation=Violation.TRADEMARK)
    result = (await scene.ours.submit([notice]))[notice.id]
    assert isinstance(result, Declined)
    assert "reasons.EBAY_DE.trademark" in result.detail
    assert posts(scene) == 0


async def test_a_configured_code_is_held_against_theirs() -> None:
    async with ebay_scene(reasons={"counterfeit": "1234"}) as scene:
        result = (await scene.ours.submit([scene.notice(1)]))["TD-1"]
        assert isinstance(result, Declined)
        assert "1234 (reasons.counterfeit)" in result.detail
        assert posts(scene) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"violation": Violation.PARALLEL_IMPORT}, "countries"),
        (
            {
                "violation": Violation.PATENT,
                "right": make.right(kind=RightKind.PATENT, registration_no="EP 1 234 567 B1"),
            },
            "patent",
        ),
        ({"violation": Violation.OTHER}, "detailedMessage"),
    ],
)
async def test_what_a_code_needs_is_sent(scene: EbayScene, changes: dict[str, Any], field: str) -> None:
    await filed(scene, scene.notice(1, **changes))
    assert scene.theirs.packets[0].items[0].entry[field]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"listing": listing(1, "in")}, "no eBay site"),
        ({"listing": replace(listing(1), listing_id="v1|2|0")}, "digits"),
        ({"violation": Violation.PATENT, "right": make.right(registration_no="1" * 16)}, "up to 15"),
        ({"violation": Violation.PARALLEL_IMPORT, "right": make.right(jurisdictions=("WO",))}, "countries"),
        ({"violation": Violation.OTHER, "statement": " "}, "statement"),
        ({"statement": "x" * 1001}, "1000"),
    ],
)
async def test_what_they_would_refuse_is_refused_before_the_call(
    scene: EbayScene, changes: dict[str, Any], words: str
) -> None:
    notice = scene.notice(1, **changes)
    assert words in scene.ours.lacks(Ask.of(notice))
    assert isinstance((await scene.ours.submit([notice]))[notice.id], Declined)
    assert scene.theirs.log == []


async def test_an_earlier_report_of_the_listing_is_not_taken_for_this_one(scene: EbayScene) -> None:
    await filed(scene, scene.notice(1))
    scene.clock.forward(3600)
    later = scene.notice(2, listing=listing(1))
    assert await scene.ours.look_up(later) is None
    await filed(scene, later)
    found = await scene.ours.look_up(later)
    assert found is not None
    assert found.reference == f"item:{later.listing.listing_id}"


async def test_a_report_that_was_looked_up_is_followed_by_its_listing(scene: EbayScene) -> None:
    notice = await filed(scene, scene.notice(1))
    found = await scene.ours.look_up(notice)
    assert found is not None
    known = replace(notice, reference=found.reference)
    assert (await scene.ours.check(known)).status is Status.SUBMITTED
    scene.clock.forward(60)
    assert (await scene.ours.check(known)).status is Status.GONE


async def test_an_older_report_that_says_otherwise_leaves_it_open(scene: EbayScene) -> None:
    old = await filed(scene, scene.notice(1))
    scene.theirs.feel(Mood.REJECTS)
    scene.clock.forward(60)
    assert (await scene.ours.check(old)).status is Status.REJECTED
    scene.theirs.feel(Mood.CALM)
    new = await filed(scene, scene.notice(2, listing=listing(1)))
    known = replace(new, reference=f"item:{new.listing.listing_id}")
    assert (await scene.ours.check(known)).status is Status.IN_REVIEW


async def test_what_was_sent_a_moment_ago_is_given_time_to_show_up(scene: EbayScene) -> None:
    notice = replace(scene.notice(1), status=Status.UNCERTAIN, updated_at=scene.clock())
    with pytest.raises(Unavailable) as wait:
        await scene.ours.look_up(notice)
    assert wait.value.retry_after == 60
    scene.clock.forward(60)
    assert await scene.ours.look_up(notice) is None


async def test_what_is_older_than_they_tell_is_for_a_person(scene: EbayScene) -> None:
    with pytest.raises(Declined, match="90 days"):
        await scene.ours.look_up(scene.notice(1, at=scene.clock() - timedelta(days=90)))


async def test_a_read_back_turns_the_pages(scene: EbayScene) -> None:
    for start in (1, 151, 301):
        results = await scene.ours.submit([scene.notice(number) for number in range(start, start + 150)])
        assert all(isinstance(one, Decision) for one in results.values())
    assert await scene.ours.look_up(scene.notice(450)) is not None
    assert gets(scene, "/vero_report_items") == 6


async def test_a_report_of_somebody_else_is_refused_in_their_words(scene: EbayScene) -> None:
    notice = await filed(scene, scene.notice(1))
    scene.theirs.packets[0].owner = "app"
    with pytest.raises(Declined, match="creator"):
        await scene.ours.check(notice)
    with pytest.raises(Declined, match="not found"):
        await scene.ours.check(replace(notice, reference="7"))


async def test_an_access_token_taken_back_is_renewed(scene: EbayScene) -> None:
    scene.theirs.forget_tokens()
    await filed(scene, scene.notice(1))
    assert scene.theirs.filed(listing(1).listing_id) == 1


async def test_client_credentials_will_do_where_they_are_granted() -> None:
    grants = {"grant": "client_credentials", "refresh_token": None, "refresh_token_env": None}
    async with ebay_scene(**grants) as scene:
        assert (await filed(scene, scene.notice(1))).reference
        assert scene.theirs.packets[0].owner == "app"


async def test_a_refresh_token_they_do_not_know_is_told_without_it(scene: EbayScene) -> None:
    scene.theirs.refresh_token = "another"
    scene.theirs.forget_tokens()
    with pytest.raises(NotAuthorised) as refusal:
        await scene.ours.probe()
    assert "Connect the app anew" in str(refusal.value)
    assert REFRESH not in str(refusal.value)
    assert SECRET not in str(refusal.value)


async def test_a_question_for_us_comes_with_their_words(scene: EbayScene) -> None:
    notice = await filed(scene, scene.notice(1))
    scene.theirs.feel(Mood.ASKS_FOR_INFORMATION)
    scene.clock.forward(60)
    decision = await scene.ours.check(notice)
    assert decision.status is Status.NEEDS_INPUT
    assert "which part of the listing" in decision.reason


async def test_nothing_secret_is_in_what_is_shown_of_it(scene: EbayScene) -> None:
    for secret in (SECRET, REFRESH):
        assert secret not in repr(scene.ours)
        assert secret not in repr(scene.theirs)


async def test_an_answer_without_an_id_leaves_the_filing_unknown(scene: EbayScene) -> None:
    scene.theirs.answers_error = (201, {})
    result: Any = (await scene.ours.submit([scene.notice(1)]))["TD-1"]
    assert isinstance(result, MarketplaceError)
    assert isinstance(result, OutcomeUnknown)
    assert "veroReportId" in result.detail


@pytest.mark.parametrize("secret", [SECRET, REFRESH, b64encode(f"{CLIENT}:{SECRET}".encode()).decode()])
async def test_a_refusal_repeats_no_credential_neither_of_all_nor_of_one_item(scene: EbayScene, secret: str) -> None:
    for places in ([], ["$.reportItems[0].brand"]):
        error = {"errorId": 2004, "category": "REQUEST", "message": f"{'x' * 480} {secret}", "inputRefIds": places}
        scene.theirs.answers_error = (400, error)
        results = await scene.ours.submit(several(scene, 2))
        said = [str(one) for one in results.values() if isinstance(one, Declined)]
        assert said
        assert not [one for one in said if secret[:10] in one]


async def test_reports_that_cannot_be_told_apart_are_left_to_a_person(scene: EbayScene) -> None:
    first = await filed(scene, scene.notice(1))
    await filed(scene, scene.notice(2, listing=first.listing, right=make.right("ACME-US")))
    with pytest.raises(Declined, match="2 reports of this listing since then, and not which is that of TD-1"):
        await scene.ours.look_up(first)
