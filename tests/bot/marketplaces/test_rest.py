from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Declined, OutcomeUnknown, Unavailable
from bot.marketplaces import Capabilities
from bot.marketplaces.http import Bearer, Wire, one_at_a_time
from bot.marketplaces.rest import STATUSES, RestMarketplace, parse_item, parse_items, sign, to_payload
from bot.model import Decision, Notice, Seller, Status
from tests import make

ITEM = {
    "id": "A-1",
    "reference": "TD-1",
    "status": "removed",
    "reason": "Yes.",
    "decided_at": "2026-11-24T11:00:00+01:00",
}


def marketplace(*answers: httpx.Response) -> RestMarketplace:
    """One that gives these answers, one after the other."""
    waiting = list(answers)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: waiting.pop(0)))
    wire = Wire(key="acme", name="Acme", client=client, limiter=one_at_a_time(1000), timeout=2, auth=Bearer("token"))
    capabilities = Capabilities(read_back=True, withdraw=True)
    return RestMarketplace(
        key="acme",
        name="Acme",
        requests="https://api.acme.example/v1/removal-requests",
        capabilities=capabilities,
        wire=wire,
    )


async def filed(theirs: RestMarketplace, notice: Notice) -> Decision:
    """What became of one notice."""
    result = (await theirs.submit([notice]))[notice.id]
    assert isinstance(result, Decision)
    return result


def answer(status: int, body: object) -> httpx.Response:
    return httpx.Response(status, json=body)


def test_the_same_notice_is_always_the_same_body() -> None:
    assert to_payload(make.notice()) == to_payload(make.notice())


def test_a_seller_nobody_named_is_left_out() -> None:
    assert "seller" not in to_payload(make.notice(seller=None))


def test_every_status_of_the_contract_has_a_status_of_ours() -> None:
    told = {word: parse_item({**ITEM, "status": word}).status for word in STATUSES}
    assert told == {
        "received": Status.SUBMITTED,
        "in_review": Status.IN_REVIEW,
        "needs_information": Status.NEEDS_INPUT,
        "seller_response": Status.SELLER_RESPONSE,
        "removed": Status.REMOVED,
        "rejected": Status.REJECTED,
        "reinstated": Status.REINSTATED,
        "withdrawn": Status.WITHDRAWN,
        "duplicate": Status.DUPLICATE,
    }


@given(st.text(min_size=1, max_size=30).filter(lambda word: word.isprintable() and word not in STATUSES))
def test_no_other_word_is_ever_final(word: str) -> None:
    if word in (".", ".."):
        return
    decision = parse_item({**ITEM, "status": word})
    assert decision.status is Status.IN_REVIEW
    assert decision.vendor_status == word


def test_a_decision_is_read_whole() -> None:
    decision = parse_item({**ITEM, "seller": {"id": "S-1", "name": "Shop"}, "extra": 1})
    assert decision.reference == "A-1"
    assert decision.reason == "Yes."
    assert decision.decided_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert decision.seller == Seller(seller_id="S-1", name="Shop")
    assert decision.raw["extra"] == 1


@pytest.mark.parametrize("moment", [None, "", "yesterday", "2026-11-24T10:00:00", 5, ["2026-11-24T10:00:00Z"]])
def test_a_time_that_cannot_be_read_is_not_guessed_at(moment: object) -> None:
    decision = parse_item({**ITEM, "decided_at": moment})
    assert decision.decided_at is None
    assert decision.status is Status.REMOVED


@pytest.mark.parametrize("seller", [None, "S-1", {}, {"id": ""}, {"id": 5}, {"name": "Shop"}])
def test_a_seller_without_an_id_is_no_seller(seller: object) -> None:
    assert parse_item({**ITEM, "seller": seller}).seller is None


@pytest.mark.parametrize(
    ("said", "contested"), [(True, True), (False, False), (None, False), ("true", False), (1, False)]
)
def test_only_a_plain_yes_is_a_counter_notice(said: object, contested: bool) -> None:
    assert parse_item({**ITEM, "counter_notice": said}).contested is contested
    assert not parse_item(ITEM).contested


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "removed",
        {},
        {"id": "A-1"},
        {"status": "removed"},
        {**ITEM, "id": 5},
        {**ITEM, "id": ""},
        {**ITEM, "id": ".."},
        {**ITEM, "id": "x" * 201},
        {**ITEM, "id": "A\n1"},
        {**ITEM, "status": None},
        {**ITEM, "status": ["removed"]},
    ],
)
def test_what_is_no_removal_request_is_refused_in_words(body: object) -> None:
    with pytest.raises(ValueError, match="missing or not a text"):
        parse_item(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_no_json_makes_anything_but_a_decision_or_a_value_error(body: object) -> None:
    for read in (parse_item, _our_item):
        with contextlib.suppress(ValueError):
            decision = read(body)
            assert decision is None or decision.reference


def _our_item(body: object) -> Decision | None:
    return parse_items(body, "TD-1")


def test_a_bottomless_answer_is_kept_in_part() -> None:
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    assert parse_item({**ITEM, "extra": deep}).raw == ITEM


def test_an_uncommonly_long_answer_is_kept_in_part() -> None:
    decision = parse_item({**ITEM, "padding": "x" * 50_000})
    assert decision.raw["status"] == "removed"
    assert len(json.dumps(decision.raw)) < 16_000


def test_only_our_own_reference_is_ours() -> None:
    items = [{**ITEM, "reference": "TD-11", "id": "A-2"}, {**ITEM, "reference": None, "id": "A-3"}, "junk", ITEM]
    found = parse_items({"items": items}, "TD-1")
    assert found is not None
    assert found.reference == "A-1"
    assert parse_items({"items": items[:3]}, "TD-1") is None


@pytest.mark.parametrize("body", [None, [], {}, {"items": None}, {"items": {}}])
def test_a_read_back_without_a_list_is_not_taken_for_an_empty_one(body: object) -> None:
    with pytest.raises(ValueError, match="items"):
        parse_items(body, "TD-1")


async def test_an_unreadable_read_back_is_asked_again_and_never_means_not_there() -> None:
    with pytest.raises(Unavailable, match="items"):
        await marketplace(answer(200, {"data": []})).look_up(make.notice())


@pytest.mark.parametrize("body", [None, {}, {"id": "A-1"}, {"id": 1, "status": "received"}, []])
async def test_a_filing_answered_without_id_or_status_is_unknown(body: object) -> None:
    with pytest.raises(OutcomeUnknown):
        await filed(marketplace(answer(201, body)), make.notice())


async def test_already_filed_by_us_is_that_decision() -> None:
    theirs = marketplace(answer(409, {"id": "A-1"}), answer(200, {"items": [ITEM]}))
    decision = await filed(theirs, make.notice("TD-1"))
    assert (decision.reference, decision.status) == ("A-1", Status.REMOVED)


async def test_already_filed_by_somebody_else_is_a_duplicate() -> None:
    decision = await filed(marketplace(answer(409, {"id": "A-7"}), answer(200, {"items": []})), make.notice())
    assert (decision.reference, decision.status, decision.vendor_status) == ("A-7", Status.DUPLICATE, "duplicate")


async def test_already_filed_and_then_silence_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown, match="Already filed"):
        await filed(marketplace(answer(409, {"id": "A-1"}), answer(503, {"message": "down"})), make.notice())


async def test_already_filed_without_an_id_is_refused_in_their_words() -> None:
    with pytest.raises(Declined, match="a rule of ours"):
        await filed(marketplace(answer(409, {"message": "a rule of ours"}), answer(200, {"items": []})), make.notice())


def test_a_signature_covers_time_and_body() -> None:
    # Source: computed with `printf '1795600800.{}' | openssl dgst -sha256 -hmac secret`.
    assert sign("secret", "1795600800", b"{}") == "v1=" + EXPECTED


EXPECTED = "c37cc00c13632594bacd412a9d1cfd5a60260a86b6c28cd40d96daa2330f0704"
