"""Takedowns at Netcraft: what a form says, how their answers are read, and what is peculiar to them."""

from __future__ import annotations

import contextlib
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask, Marketplace
from bot.marketplaces.netcraft import NETCRAFT, NetcraftTable, to_form
from bot.marketplaces.netcraft_answers import (
    CODES,
    STATUSES,
    Receipt,
    labelled,
    moment,
    parse_attack,
    parse_receipt,
    take,
    with_number,
)
from bot.model import ComeBack, Decision, Notice, Status, Violation
from bot.sandbox.removals import Mood
from tests import make
from tests.contracts.scene import TOKEN
from tests.contracts.scene_netcraft import SHOP, TABLE, NetcraftScene, netcraft_scene, notice, page
from tests.vendors import opening

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=15), inner, max_size=4),
    max_leaves=12,
)
ATTACK = {"id": "30480489", "status": "Verified", "customer_label": "TD-1", "restart_date": ""}


def table(**changes: Any) -> NetcraftTable:
    return NetcraftTable.model_validate(TABLE | changes)


def marketplace(*answers: httpx.Response) -> Marketplace:
    """One that gives these answers, one after the other."""
    waiting = list(answers)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: waiting.pop(0)))
    return NETCRAFT.opened(table(), opening(client))


def text(words: str) -> httpx.Response:
    return httpx.Response(200, text=words)


async def filed(ours: Marketplace, one: Notice) -> Decision:
    result = (await ours.submit([one]))[one.id]
    assert isinstance(result, Decision)
    return result


# What a form says


def test_a_form_says_what_they_know_by_the_name_of_its_field() -> None:
    form = to_form(table(), notice(12))
    comment = form.pop("comment")
    assert form == {
        "attack": "https://fake-acme.example/shoes/12",
        "type": SHOP,
        "region": "acme",
        "brand": "Acme",
        "customer_label": "TD-12",
        "tags": "takedown-desk,shops",
        "force_auth": "true",
    }
    assert comment.startswith("The product carries our trade mark and was not made by us.\n\n")
    assert "trademark 018000001 (EUIPO), “ACME”\nOwner: Acme Brands B.V.\nDeclared by: Ana Lyst" in comment


def test_what_nobody_set_is_left_out() -> None:
    form = to_form(table(brand=None, tags=[], authorise=False), notice(1))
    assert not {"brand", "tags", "force_auth"} & set(form)


async def test_only_violations_with_a_type_of_theirs_are_taken() -> None:
    async with netcraft_scene(types={"trademark": "phishing_url"}) as scene:
        assert scene.ours.capabilities.violations == {Violation.TRADEMARK}
        assert "take no notices for counterfeit" in scene.ours.lacks(Ask.of(scene.notice(1)))


def test_without_types_nothing_is_called_phishing_that_is_not() -> None:
    bare = NetcraftTable.model_validate({key: value for key, value in TABLE.items() if key != "types"})
    assert bare.types == {Violation.OTHER: "phishing_url"}


@pytest.mark.parametrize(
    "changes",
    [
        {"types": {}},
        {"types": {"fakes": "x"}},
        {"types": {"other": ""}},
        {"tags": ["a,b"]},
        {"tags": "a"},
        {"region": ""},
    ],
)
def test_a_table_they_could_not_use_is_refused_at_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        table(**changes)


def test_the_example_is_a_table() -> None:
    example = tomllib.loads(NETCRAFT.example)
    checked = NETCRAFT.table.model_validate(example | {"key": "netcraft", "token": SecretStr("x")})
    assert checked.any_address


def test_an_address_without_a_host_is_not_reported() -> None:
    bare = replace(page(1), canonical="https:///shoes")
    assert "whole address" in marketplace().lacks(Ask.of(notice(1, listing=bare)))


# What they answer to a report


@pytest.mark.parametrize(
    ("answer", "receipt"),
    [
        ("TD_OK\n30480489\n", Receipt(code="TD_OK", number="30480489", words="30480489")),
        ("TD_OK\r\n30480489", Receipt(code="TD_OK", number="30480489", words="30480489")),
        ("TD_VERIFY\n", Receipt(code="TD_VERIFY")),
        ("TD_EXISTS\n7", Receipt(code="TD_EXISTS", number="7", words="7")),
        ("TD_DENIED\nNo.", Receipt(code="TD_DENIED", words="No.")),
    ],
)
def test_a_receipt_is_a_code_and_perhaps_a_number(answer: str, receipt: Receipt) -> None:
    assert parse_receipt(answer) == receipt


@pytest.mark.parametrize(
    "answer", ["", "OK", "TD_OK", "TD_OK\n", "TD_OK\nsoon", "<html>TD_OK</html>", "TD_" + "X" * 50]
)
def test_what_is_no_receipt_is_not_taken_for_one(answer: str) -> None:
    with pytest.raises(ValueError):
        parse_receipt(answer)


def test_every_code_has_a_status_and_something_to_know_it_by() -> None:
    told = {code: take(Receipt(code=code), label="TD-1") for code in CODES}
    assert {code: decision.status for code, decision in told.items()} == {
        "TD_OK": Status.SUBMITTED,
        "TD_VERIFY": Status.IN_REVIEW,
        "TD_EXISTS": Status.DUPLICATE,
        "TD_WILDCARD": Status.DUPLICATE,
    }
    assert (told["TD_VERIFY"].reference, told["TD_EXISTS"].reference) == ("TD-1", "TD_EXISTS")
    assert take(Receipt(code="TD_EXISTS", number="7"), label="TD-1").reference == "7"


@given(st.text(max_size=60))
def test_whatever_the_text_is_it_is_a_receipt_or_refused(answer: str) -> None:
    with contextlib.suppress(ValueError):
        receipt = parse_receipt(answer)
        assert receipt.code.startswith("TD_")


@pytest.mark.parametrize("code", ["TD_DENIED", "TD_ERROR"])
async def test_a_denial_keeps_their_words_without_our_key(code: str) -> None:
    with pytest.raises(Declined, match="not here") as refused:
        await marketplace(text(f"{code}\nnot here, {TOKEN}")).submit([notice(1)])
    assert TOKEN not in str(refused.value)


async def test_a_code_nobody_knows_leaves_it_open_whether_it_was_taken() -> None:
    with pytest.raises(OutcomeUnknown, match="TD_QUEUED"):
        await marketplace(text("TD_QUEUED\n")).submit([notice(1)])


async def test_whose_takedown_there_is_stays_open_while_they_do_not_say() -> None:
    with pytest.raises(OutcomeUnknown, match="not whose it is"):
        await marketplace(text("TD_EXISTS\n7"), httpx.Response(503)).submit([notice(1)])


# What they say of a takedown


def test_all_ten_statuses_have_one_of_ours_and_a_sentence() -> None:
    told = {word: parse_attack({**ATTACK, "status": word}, notice(1)) for word in STATUSES}
    assert {word: decision.status for word, decision in told.items()} == {
        "Unverified": Status.IN_REVIEW,
        "Inactive (Monitoring)": Status.SUSPENDED,
        "Verified": Status.IN_REVIEW,
        "Contacted Hosting": Status.IN_REVIEW,
        "Contacted Police": Status.IN_REVIEW,
        "Contacted Upstream": Status.IN_REVIEW,
        "Monitoring": Status.SUSPENDED,
        "Resolved": Status.REMOVED,
        "Stale": Status.GONE,
        "Invalid": Status.REJECTED,
    }
    assert all(decision.reason.endswith(".") and decision.vendor_status == word for word, decision in told.items())


@given(st.text(min_size=1, max_size=40).filter(lambda word: word.strip() and word.strip() not in STATUSES))
def test_no_other_word_is_ever_final(word: str) -> None:
    assert parse_attack({**ATTACK, "status": word}, notice(1)).status is Status.IN_REVIEW


def test_a_resolved_takedown_is_dated_by_when_the_page_went_offline_last() -> None:
    told = {**ATTACK, "status": "Resolved", "final_resolved": "2023-09-11 12:19:01 UTC", "last_updated": ""}
    assert parse_attack(told, notice(1)).decided_at == datetime(2023, 9, 11, 12, 19, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2023-09-11 12:19:01 UTC", datetime(2023, 9, 11, 12, 19, 1, tzinfo=UTC)),
        ("2023-09-10 14:13:55.120309", datetime(2023, 9, 10, 14, 13, 55, 120309, tzinfo=UTC)),
        ("", None),
        (None, None),
        ("soon", None),
        ("0001-01-01 00:00:00+14:00", None),
    ],
)
def test_their_times_are_utc(value: object, read: datetime | None) -> None:
    assert moment(value) == read


@pytest.mark.parametrize("number", [None, "", 0.5, True, "../1", "9" * 21, ["1"]])
def test_a_takedown_without_a_number_cannot_be_read(number: object) -> None:
    with pytest.raises(ValueError):
        parse_attack({**ATTACK, "id": number}, notice(1))


def test_a_number_may_be_a_number() -> None:
    assert parse_attack({**ATTACK, "id": 7}, notice(1)).reference == "7"


@given(JSON)
def test_whatever_a_takedown_is_it_is_read_or_refused(body: object) -> None:
    for which in (labelled, with_number):
        with contextlib.suppress(ValueError):
            assert which(body, notice(1), most=1000) is None
    with contextlib.suppress(ValueError):
        parse_attack(body if isinstance(body, dict) else {"id": "1", "status": body}, notice(1))


@given(JSON, st.sampled_from([200, 400, 401, 404, 429, 500]))
async def test_whatever_they_answer_is_a_decision_or_a_marketplace_error(body: object, status: int) -> None:
    ours = marketplace(*(httpx.Response(status, json=body) for _ in range(9)))
    first = notice(1, reference="7")
    for call in (ours.check(first), ours.look_up(first), ours.probe(), ours.submit([first])):
        with contextlib.suppress(MarketplaceError):
            result = await call
            assert isinstance(result, Decision | dict | None)


def test_neither_stolen_passwords_nor_a_whois_are_kept() -> None:
    told = {
        **ATTACK,
        "logged_credential_injections": [{"value": "secret"}],
        "whois_data": "Jo",
        "reporter": "a@b.example",
    }
    assert parse_attack(told, notice(1)).raw == ATTACK


# Back again


def removed(**changes: Any) -> Notice:
    return notice(1, status=Status.REMOVED, decided_at=datetime(2026, 3, 9, tzinfo=UTC), **changes)


@pytest.mark.parametrize("word", ["Contacted Hosting", "Contacted Police", "Contacted Upstream"])
def test_a_page_that_restarts_after_it_was_gone_for_good_was_put_up_again(word: str) -> None:
    told = {**ATTACK, "status": word, "restart_date": "2026-03-20 10:00:00 UTC"}
    decision = parse_attack(told, removed())
    assert (decision.status, decision.came_back) == (Status.REINSTATED, ComeBack.RELISTED)
    assert decision.decided_at == datetime(2026, 3, 20, 10, tzinfo=UTC)
    assert "came back on 20 March 2026" in decision.reason


def test_a_page_that_restarts_while_it_is_watched_is_still_being_worked_on() -> None:
    told = {**ATTACK, "status": "Contacted Hosting", "restart_date": "2026-03-20 10:00:00 UTC"}
    decision = parse_attack(told, notice(1, status=Status.SUSPENDED))
    assert (decision.status, decision.came_back) == (Status.IN_REVIEW, None)
    assert "came back" in decision.reason


@pytest.mark.parametrize("restart", ["", "2026-03-05 10:00:00 UTC"])
def test_without_a_restart_since_nobody_is_said_to_have_put_it_up_again(restart: str) -> None:
    decision = parse_attack({**ATTACK, "status": "Contacted Hosting", "restart_date": restart}, removed())
    assert (decision.status, decision.came_back) == (Status.IN_REVIEW, None)


def test_a_restart_long_over_does_not_undo_a_removal() -> None:
    told = {**ATTACK, "status": "Resolved", "restart_date": "2026-03-20 10:00:00 UTC"}
    assert parse_attack(told, removed()).status is Status.REMOVED


# Whose it is


def test_a_takedown_is_ours_by_its_label_and_the_newest_of_several() -> None:
    others = [{**ATTACK, "customer_label": "TD-11"}, {**ATTACK, "customer_label": "", "id": "9"}]
    assert labelled(others, notice(1), most=1000) is None
    again = {**ATTACK, "id": "30480490"}
    assert labelled([*others, ATTACK, again], notice(1), most=1000) == again


def test_a_list_that_may_go_on_does_not_say_that_ours_is_missing() -> None:
    with pytest.raises(ValueError, match="may go on"):
        labelled([{**ATTACK, "customer_label": ""}], notice(1), most=1)
    assert labelled([ATTACK], notice(1), most=1) == ATTACK


# Over the wire


async def followed(scene: NetcraftScene, one: Notice, seconds: float) -> Decision:
    scene.clock.forward(seconds)
    return await scene.ours.check(one)


async def test_a_takedown_goes_from_watched_to_removed() -> None:
    async with netcraft_scene() as scene:
        one = scene.notice(1)
        one = replace(one, reference=(await filed(scene.ours, one)).reference)
        told = [(await followed(scene, one, seconds)).vendor_status for seconds in (0, 3, 3, 5)]
        assert told == ["Unverified", "Contacted Hosting", "Monitoring", "Resolved"]


async def test_what_they_verify_first_is_followed_by_our_label() -> None:
    async with netcraft_scene() as scene:
        scene.theirs.feel(Mood.ASKS_FOR_INFORMATION)
        one = scene.notice(1)
        decision = await filed(scene.ours, one)
        scene.theirs.feel(Mood.CALM)
        assert (decision.status, decision.vendor_status, decision.reference) == (
            Status.IN_REVIEW,
            "TD_VERIFY",
            "TD-1",
        )
        one = replace(one, reference="TD-1")
        assert (await scene.ours.check(one)).vendor_status == "TD_VERIFY"
        found = await followed(scene, one, 2)
        assert (found.vendor_status, found.reference) == ("Unverified", str(scene.theirs.attacks[0].id))
        assert (await followed(scene, one, 12)).status is Status.REMOVED


async def test_a_takedown_that_exists_is_named_unless_it_is_ours() -> None:
    async with netcraft_scene() as scene:
        await filed(scene.ours, scene.notice(1))
        again = await filed(scene.ours, scene.notice(1))
        assert (again.status, again.vendor_status) == (Status.IN_REVIEW, "Unverified")
        other = await filed(scene.ours, scene.notice(2, listing=page(1)))
        assert (other.status, other.reference) == (Status.DUPLICATE, str(scene.theirs.attacks[0].id))
        scene.theirs.names_existing = False
        other = await filed(scene.ours, scene.notice(3, listing=page(1)))
        assert (other.status, other.reference) == (Status.DUPLICATE, "TD_EXISTS")


async def test_a_sibling_host_is_covered_by_what_they_have() -> None:
    async with netcraft_scene() as scene:
        await filed(scene.ours, scene.notice(1, listing=page(1, "a.fake-acme.example")))
        decision = await filed(scene.ours, scene.notice(2, listing=page(1, "b.fake-acme.example")))
        assert (decision.status, decision.vendor_status) == (Status.DUPLICATE, "TD_WILDCARD")
        assert "sibling" in decision.reason


async def test_a_label_given_to_an_older_takedown_is_not_ours() -> None:
    async with netcraft_scene() as scene:
        await filed(scene.ours, scene.notice(1, at=scene.clock()))
        scene.clock.forward(3600)
        assert await scene.ours.look_up(scene.notice(1, at=scene.clock())) is None


async def test_a_takedown_that_was_lost_is_found_after_somebody_pressed_retry_later() -> None:
    async with netcraft_scene() as scene:
        one = scene.notice(1, at=scene.clock())
        await filed(scene.ours, one)
        scene.clock.forward(7200)
        found = await scene.ours.look_up(replace(one, sends_at=scene.clock()))
        assert found is not None
        assert found.reference == str(scene.theirs.attacks[0].id)


async def test_a_removed_page_that_returns_is_reinstated() -> None:
    async with netcraft_scene() as scene:
        one = scene.notice(1)
        one = replace(one, reference=(await filed(scene.ours, one)).reference)
        gone = await followed(scene, one, 12)
        one = replace(one, status=gone.status, decided_at=gone.decided_at)
        scene.clock.forward(60)
        scene.theirs.find("TD-1").restart(scene.clock())
        back = await scene.ours.check(one)
        assert (back.status, back.came_back) == (Status.REINSTATED, ComeBack.RELISTED)


async def test_a_takedown_they_do_not_have_is_said_to_be_missing() -> None:
    async with netcraft_scene() as scene:
        with pytest.raises(Declined, match="no takedown 7"):
            await scene.ours.check(scene.notice(1, reference="7"))


async def test_the_probe_tells_of_a_type_the_region_does_not_have() -> None:
    async with netcraft_scene(types={"other": "fakes"}) as scene:
        with pytest.raises(Declined, match=f"no attack type fakes; it has: phishing_url, {SHOP}"):
            await scene.ours.probe()
        assert scene.theirs.attacks == []


async def test_a_wrong_key_is_told_apart_and_a_hanging_read_is_asked_again() -> None:
    async with netcraft_scene() as scene:
        scene.theirs.feel(Mood.BAD_TOKEN)
        with pytest.raises(NotAuthorised):
            await scene.ours.probe()
        scene.theirs.feel(Mood.BROKEN_JSON)
        with pytest.raises(Unavailable):
            await scene.ours.check(make.notice("TD-1", reference="7", listing=page(1)))
