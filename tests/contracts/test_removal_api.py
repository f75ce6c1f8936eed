"""The published contract, and that both sides of it, the adapter and the pretend marketplace, keep to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from bot.marketplaces.rest import STATUSES, to_payload
from bot.model import RightKind, Seller, Violation
from bot.sandbox.marketplace import Mood, PretendMarketplace
from bot.sandbox.removal_rules import KINDS, VIOLATIONS, problems
from tests import make

SPEC: dict[str, Any] = dict(read_from_filename(str(Path(__file__).parents[2] / "docs" / "removal-api.yaml"))[0])
SCHEMAS = SPEC["components"]["schemas"]
TOKEN = "a-token-nobody-knows"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


def validator(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def wrong(name: str, body: object) -> list[str]:
    """What the published schema finds wrong with a body."""
    return [error.message for error in validator(name).iter_errors(body)]


def responses() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method in ("get", "post", "delete"):
            for status, response in item.get(method, {}).get("responses", {}).items():
                if "$ref" in response:
                    response = SPEC["components"]["responses"][response["$ref"].rpartition("/")[2]]  # noqa: PLW2901
                yield path, method, status, response


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def theirs(clock: Clock) -> PretendMarketplace:
    return PretendMarketplace(key="acme", name="Acme", token=TOKEN, clock=clock, push_secret="push-secret")


@pytest.fixture
async def client(theirs: PretendMarketplace) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=theirs.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://acme", headers=AUTHORISED) as opened:
        yield opened


async def file(client: httpx.AsyncClient, body: Any, *, key: str | None = None) -> httpx.Response:
    return await client.post("/removal-requests", json=body, headers={"Idempotency-Key": key or body["reference"]})


def test_the_contract_is_valid_openapi() -> None:
    validate(SPEC)
    assert SPEC["openapi"].startswith("3.1")


def test_everything_in_the_contract_is_described_and_every_body_has_an_example() -> None:
    for path, method, status, response in responses():
        assert response["description"], (path, method, status)
        for media in response.get("content", {}).values():
            assert media["example"], (path, method, status)
    for item in SPEC["paths"].values():
        for operation in (item[method] for method in ("get", "post", "delete") if method in item):
            assert operation["summary"]
            assert operation["operationId"]


def test_every_example_of_the_contract_keeps_to_its_own_schema() -> None:
    found = 0
    request = SPEC["paths"]["/removal-requests"]["post"]["requestBody"]["content"]["application/json"]
    push = SPEC["webhooks"]["statusChanged"]["post"]["requestBody"]["content"]["application/json"]
    assert wrong("NewRemovalRequest", request["examples"]["counterfeit"]["value"]) == []
    assert wrong("StatusChanged", push["example"]) == []
    for _, _, _, response in responses():
        for media in response.get("content", {}).values():
            assert wrong(media["schema"]["$ref"].rpartition("/")[2], media["example"]) == []
            found += 1
    assert found > 10


def test_contract_adapter_and_model_know_the_same_words() -> None:
    assert set(SCHEMAS["Status"]["enum"]) == set(STATUSES)
    body = SCHEMAS["NewRemovalRequest"]["properties"]
    assert body["violation"]["enum"] == [str(one) for one in Violation] == list(VIOLATIONS)
    assert body["right"]["properties"]["kind"]["enum"] == [str(one) for one in RightKind] == list(KINDS)


@pytest.mark.parametrize("violation", list(Violation))
@pytest.mark.parametrize("seller", [None, Seller(seller_id="S-1"), Seller(seller_id="S-1", name="Shop")])
def test_what_the_adapter_sends_keeps_to_the_contract(violation: Violation, seller: Seller | None) -> None:
    notice = make.notice(violation=violation, seller=seller, right=make.right(registration_no="", office=""))
    assert wrong("NewRemovalRequest", to_payload(notice)) == []
    assert problems(to_payload(notice)) == []


def test_the_hashes_of_evidence_are_sent_and_never_the_files() -> None:
    payload = to_payload(make.notice(evidence=(make.evidence("label.png"), make.evidence("invoice.pdf"))))
    assert [one["name"] for one in payload["evidence"]] == ["label.png", "invoice.pdf"]
    assert set(payload["evidence"][0]) == {"name", "sha256", "media_type", "size"}
    assert wrong("NewRemovalRequest", payload) == []
    assert problems(payload) == []
    assert "evidence" not in to_payload(make.notice())


FILE = {"name": "label.png", "sha256": "a" * 64, "media_type": "image/png", "size": 5}


def test_a_message_to_the_seller_is_sent_where_there_is_one() -> None:
    payload = to_payload(make.notice(message_to_seller="Please stop."))
    assert payload["message_to_seller"] == "Please stop."
    assert wrong("NewRemovalRequest", payload) == []
    assert problems(payload) == []
    assert "message_to_seller" not in to_payload(make.notice())


async def test_what_the_pretend_marketplace_answers_keeps_to_the_contract(
    client: httpx.AsyncClient, theirs: PretendMarketplace, clock: Clock
) -> None:
    body = to_payload(make.notice("TD-1"))
    created = await file(client, body)
    again = await file(client, body)
    assert (created.status_code, wrong("Filed", created.json())) == (201, [])
    assert (again.status_code, wrong("AlreadyFiled", again.json())) == (409, [])
    one = f"/removal-requests/{created.json()['id']}"
    for _ in range(3):
        shown = await client.get(one)
        assert (shown.status_code, wrong("RemovalRequest", shown.json())) == (200, [])
        clock.now += timedelta(seconds=3)
    listed = await client.get("/removal-requests", params={"reference": "TD-1"})
    assert (listed.status_code, wrong("RemovalRequests", listed.json())) == (200, [])
    assert len(listed.json()["items"]) == 1
    _, pushed = theirs.signed(created.json()["id"])
    assert wrong("StatusChanged", json.loads(pushed)) == []
    decided = await client.delete(one)
    assert (decided.status_code, wrong("Error", decided.json())) == (409, [])


@pytest.mark.parametrize(
    ("mood", "status"), [(Mood.DOWN, 503), (Mood.RATE_LIMITED, 429), (Mood.BAD_TOKEN, 401)], ids=str
)
async def test_what_it_answers_in_a_mood_keeps_to_the_contract(
    client: httpx.AsyncClient, theirs: PretendMarketplace, mood: Mood, status: int
) -> None:
    theirs.feel(mood)
    answer = await file(client, to_payload(make.notice()))
    assert (answer.status_code, wrong("Error", answer.json())) == (status, [])


async def test_refusals_keep_to_the_contract(client: httpx.AsyncClient) -> None:
    refused = [
        (await file(client, {"reference": "TD-1"}), 422, "FieldErrors"),
        (await file(client, to_payload(make.notice("TD-1")), key="TD-2"), 422, "FieldErrors"),
        (await client.get("/removal-requests"), 422, "FieldErrors"),
        (await client.get("/removal-requests/ACME-9"), 404, "Error"),
        (await client.delete("/removal-requests/ACME-9"), 404, "Error"),
        (
            await client.post("/removal-requests", content=b"{", headers={"Content-Type": "application/json"}),
            422,
            "FieldErrors",
        ),
        (await client.post("/removal-requests", content=b"a=b"), 415, "Error"),
        (await client.post("/removal-requests", content=b" " * 200_000), 413, "Error"),
        (await client.get("/removal-requests/x", headers={"Authorization": "Bearer wrong"}), 401, "Error"),
        (await client.get("/removal-requests/x", headers={"Authorization": TOKEN}), 401, "Error"),
    ]
    for answer, status, schema in refused:
        assert (answer.status_code, wrong(schema, answer.json())) == (status, [])


def changed(path: str, value: object) -> dict[str, Any]:
    """A good body with one field changed, or left out when the value is `...`."""
    body = deepcopy(to_payload(make.notice("TD-1", seller=Seller(seller_id="S-1", name="Shop"))))
    *parents, last = path.split(".")
    place = body
    for parent in parents:
        place = place[parent]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *((path, ...) for path in ("reference", "listing", "violation", "statement", "right", "declaration")),
        *((f"listing.{name}", ...) for name in ("id", "url")),
        *((f"right.{name}", ...) for name in ("kind", "registration_no", "office", "title", "owner")),
        *((f"declaration.{name}", ...) for name in ("text_version", "signature", "affirmed_at")),
        *((f"seller.{name}", ...) for name in ("id", "name")),
        ("reference", ""),
        ("reference", 5),
        ("reference", "x" * 65),
        ("listing", "https://acme.example/item/1"),
        ("listing.id", ""),
        ("listing.url", "acme.example/item/1"),
        ("listing.url", "javascript:alert(1)"),
        ("listing.colour", "red"),
        ("seller", None),
        ("seller.id", ""),
        ("violation", "ugly"),
        ("violation", ["counterfeit"]),
        ("statement", ""),
        ("statement", "x" * 5001),
        ("evidence", "label.png"),
        ("evidence", []),
        ("evidence", [FILE] * 21),
        ("evidence", [FILE | {"sha256": "A" * 64}]),
        ("evidence", [FILE | {"size": 0}]),
        ("evidence", [FILE | {"size": True}]),
        ("evidence", [FILE | {"name": ""}]),
        ("evidence", [FILE | {"content": "…"}]),
        ("message_to_seller", ""),
        ("message_to_seller", "x" * 1001),
        ("right.kind", "trade mark"),
        ("right.title", ""),
        ("right.registration_no", None),
        ("declaration.signature", ""),
        ("declaration.affirmed_at", "yesterday"),
        ("declaration.affirmed_at", "2026-11-24"),
        ("declaration.affirmed_at", "2026-11-24T10:00:00"),
        ("declaration.affirmed_at", "2026-13-24T10:00:00Z"),
        ("priority", "high"),
    ],
)
async def test_the_pretend_marketplace_names_each_wrong_field(
    client: httpx.AsyncClient, theirs: PretendMarketplace, path: str, value: object
) -> None:
    body = changed(path, value)
    # The schema library does not check the shape of addresses.
    assert wrong("NewRemovalRequest", body) or path == "listing.url"
    answer = await file(client, body, key="TD-1")
    assert answer.status_code == 422
    assert path in [error["field"] for error in answer.json()["errors"]]
    assert theirs.requests == []


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    assert problems(body) == [{"field": "body", "message": "must be an object"}]


async def test_without_honouring_keys_a_thing_sent_twice_is_filed_twice(
    client: httpx.AsyncClient, theirs: PretendMarketplace
) -> None:
    theirs.honours_keys = False
    for _ in range(2):
        assert (await file(client, to_payload(make.notice("TD-1")))).status_code == 201
    assert (theirs.filed("TD-1"), theirs.sent("TD-1")) == (2, 2)


async def test_a_mood_for_one_write_passes_after_it(client: httpx.AsyncClient, theirs: PretendMarketplace) -> None:
    theirs.feel(Mood.DOWN, writes=1)
    assert (await client.get("/removal-requests", params={"reference": "TD-1"})).status_code == 503
    assert (await file(client, to_payload(make.notice("TD-1")))).status_code == 503
    assert (await file(client, to_payload(make.notice("TD-1")))).status_code == 201
    assert [call.status for call in theirs.log] == [503, 503, 201]


async def test_after_a_reset_it_remembers_nothing_but_gives_new_ids(
    client: httpx.AsyncClient, theirs: PretendMarketplace
) -> None:
    first = (await file(client, to_payload(make.notice("TD-1")))).json()["id"]
    theirs.feel(Mood.REJECTS)
    theirs.reset()
    assert (theirs.mood, theirs.requests, theirs.log) == (Mood.CALM, [], [])
    assert (await file(client, to_payload(make.notice("TD-1")))).json()["id"] != first


async def test_another_right_in_the_same_listing_is_another_request(client: httpx.AsyncClient) -> None:
    photo = make.right("PHOTO", kind=RightKind.COPYRIGHT, title="Photo", registration_no="", office="")
    same = make.listing("1")
    first = await file(client, to_payload(make.notice("TD-1", listing=same)))
    other = await file(client, to_payload(make.notice("TD-2", listing=same, right=photo)))
    repeated = await file(client, to_payload(make.notice("TD-3", listing=same)))
    assert (first.status_code, other.status_code, repeated.status_code) == (201, 201, 409)
    assert repeated.json()["id"] == first.json()["id"]


async def test_what_was_filed_can_be_looked_at_newest_first(
    client: httpx.AsyncClient, theirs: PretendMarketplace, clock: Clock
) -> None:
    for reference in ("TD-1", "TD-2"):
        await file(client, to_payload(make.notice(reference)))
        clock.now += timedelta(seconds=3)
    assert theirs.filings() == [
        {"id": "ACME-1002", "reference": "TD-2", "status": "in_review", "listing_url": "https://acme.example/item/2"},
        {"id": "ACME-1001", "reference": "TD-1", "status": "removed", "listing_url": "https://acme.example/item/1"},
    ]
