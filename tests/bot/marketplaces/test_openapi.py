"""What an adapter uses, held against small OpenAPI documents of our own."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.marketplaces.ebay_contract import ITEM_STATUSES, NEWEST, REPORT_STATUSES, SCOPE, compared
from bot.marketplaces.openapi import Call, Field, Kind, compare
from tests.bot.test_cli import bot

CALLS = (
    Call(
        "POST",
        "/boxes",
        sends=(
            Field(
                "things",
                Kind.LIST,
                always=True,
                most=10,
                parts=(
                    Field("id", Kind.TEXT, always=True),
                    Field("note", Kind.TEXT, most=100),
                    Field("big", Kind.FLAG),
                ),
            ),
        ),
        reads=(Field("box", Kind.TEXT),),
    ),
    Call("GET", "/boxes/{id}", asks=("full",), reads=(Field("state", Kind.TEXT, words=frozenset({"OPEN", "SHUT"})),)),
)


def document() -> dict[str, Any]:
    """One that says what `CALLS` use, with references, prose and more than is used."""
    thing = {
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "note": {"type": ["string", "null"], "description": "A note. <b>Max length:</b> 100 characters"},
            "big": {"type": "boolean"},
            "more": {"type": "string"},
        },
    }
    state = {"type": "string", "enum": ["OPEN", "SHUT"]}
    return {
        "openapi": "3.1.0",
        "servers": [{"url": "https://api.acme.example{basePath}", "variables": {"basePath": {"default": "/boxes/v2"}}}],
        "paths": {
            "/boxes": {
                "post": {
                    "description": "At most: a <i>maximum of 10</i> things.",
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}},
                    "responses": {
                        "201": {
                            "content": {"application/json": {"schema": {"properties": {"box": {"type": "string"}}}}}
                        },
                        "400": {"description": "No."},
                    },
                }
            },
            "/boxes/{box_id}": {
                "parameters": [{"name": "box_id", "in": "path", "required": True}],
                "get": {
                    "parameters": [{"$ref": "#/components/parameters/Full"}],
                    "responses": {
                        "200": {
                            "content": {"application/json": {"schema": {"allOf": [{"properties": {"state": state}}]}}}
                        }
                    },
                },
            },
        },
        "components": {
            "parameters": {"Full": {"name": "full", "in": "query"}},
            "schemas": {
                "New": {"properties": {"things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}},
                "Thing": thing,
            },
            "securitySchemes": {
                "auth": {
                    "type": "oauth2",
                    "flows": {"authorizationCode": {"scopes": {"https://acme.example/boxes": ""}}},
                }
            },
        },
    }


def differs(changed: dict[str, Any], **more: str) -> list[str]:
    return [point.words for point in compare(changed, CALLS, **more) if not point.well]


def changed(*path: str, to: Any) -> dict[str, Any]:
    """The document with one place changed; None takes it out."""
    made = document()
    place = made
    for part in path[:-1]:
        place = place[part]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return made


THING = ("components", "schemas", "Thing")
POST = ("paths", "/boxes", "post")
GET = ("paths", "/boxes/{box_id}", "get")
ANSWER = ("content", "application/json", "schema")


def test_a_document_that_says_what_we_use_is_well_line_by_line() -> None:
    points = compare(
        document(), CALLS, base_path="/boxes/v2", scope="https://acme.example/boxes", flow="authorizationCode"
    )
    assert [(point.well, point.words) for point in points] == [
        (True, "the base path is /boxes/v2"),
        (True, "the scope https://acme.example/boxes is granted by authorizationCode"),
        (True, "POST /boxes"),
        (True, "GET /boxes/{id}"),
    ]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (changed("paths", "/boxes", to=None), "POST /boxes: there is no such path; there is /boxes/{box_id}"),
        (changed(*POST, to=None), "POST /boxes: the path takes nothing instead"),
        (changed(*POST, "requestBody", to=None), "POST /boxes: it takes no JSON body"),
        (changed(*THING, "properties", "note", to=None), "POST /boxes: things[].note is not taken"),
        (
            changed(*THING, "properties", to={"idd": {}, "note": {}, "big": {}}),
            "POST /boxes: things[].id is not taken; did it become idd?",
        ),
        (
            changed(*THING, "properties", "big", "type", to="string"),
            "POST /boxes: things[].big is string, for us boolean",
        ),
        (
            changed(*THING, "properties", "note", "maxLength", to=80),
            "POST /boxes: things[].note holds 80 characters, we send up to 100",
        ),
        (
            changed(*THING, "properties", "note", "description", to="Max length: 50"),
            "POST /boxes: things[].note holds 50 characters, we send up to 100",
        ),
        (
            changed(*POST, "description", to="A maximum of 5 things."),
            "POST /boxes: things holds 5 entries, we send up to 10",
        ),
        (
            changed("components", "schemas", "New", "properties", "things", "maxItems", to=7),
            "POST /boxes: things holds 7 entries, we send up to 10",
        ),
        (changed(*THING, "required", to=["id", "more"]), "POST /boxes: things[].more is required; we send it never"),
        (
            changed(*THING, "required", to=["id", "note"]),
            "POST /boxes: things[].note is required; we send it not always",
        ),
        (
            changed(*POST, "responses", "201", *ANSWER, to={"properties": {"boxId": {}}}),
            "POST /boxes: box is not told; did it become boxId?",
        ),
        (changed(*POST, "responses", "201", to={"description": "Nothing."}), "POST /boxes: it answers with no JSON"),
        (
            changed("components", "parameters", "Full", "name", to="whole"),
            "GET /boxes/{id}: it has no parameter full",
        ),
        (
            changed(*GET, "parameters", to=[{"name": "full"}, {"name": "X-Who", "in": "header", "required": True}]),
            "GET /boxes/{id}: it requires the parameter X-Who, which we never send",
        ),
        (
            changed(
                *GET,
                "responses",
                "200",
                *ANSWER,
                to={"properties": {"state": {"type": "string", "enum": ["OPEN", "GONE"]}}},
            ),
            "GET /boxes/{id}: state may be GONE, which we do not know: it is shown as in review",
        ),
        (
            changed(*GET, "responses", "200", *ANSWER, to={"properties": {"state": {"enum": ["OPEN"]}}}),
            "GET /boxes/{id}: state is never SHUT any more",
        ),
        (changed(*GET, "requestBody", to={"required": True}), "GET /boxes/{id}: it requires a body"),
    ],
)
def test_what_differs_is_said(document: dict[str, Any], words: str) -> None:
    assert any(one.startswith(words) for one in differs(document)), differs(document)


def test_the_base_path_the_scope_and_the_flow_are_compared() -> None:
    assert differs(document(), base_path="/boxes/v3") == [
        "the base path: we use /boxes/v3, they have https://api.acme.example/boxes/v2"
    ]
    assert differs(document(), scope="other") == ["the scope: we ask for other, they have https://acme.example/boxes"]
    assert differs(document(), scope="https://acme.example/boxes", flow="clientCredentials") == [
        "the scope https://acme.example/boxes is granted by authorizationCode, we use clientCredentials"
    ]


def test_where_they_declare_no_words_there_is_nothing_to_compare() -> None:
    assert not differs(changed(*GET, "responses", "200", *ANSWER, to={"properties": {"state": {"type": "string"}}}))


def test_a_reference_in_circles_ends() -> None:
    made = changed(*THING, to={"$ref": "#/components/schemas/Thing"})
    assert any("things[].id is not taken" in one for one in differs(made))


@pytest.mark.parametrize("junk", [None, [], "openapi", {}, {"openapi": "3.1.0"}, {"paths": {}}])
def test_what_is_no_such_document_is_refused_in_words(junk: Any) -> None:
    with pytest.raises(ValueError, match="not an OpenAPI 3 document"):
        compare(junk, CALLS)


@given(
    st.sampled_from([THING, POST, GET, (*POST, "requestBody"), (*GET, "parameters"), ("components",), ("servers",)]),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda v: (
            st.lists(v, max_size=3)
            | st.dictionaries(
                st.sampled_from(["$ref", "properties", "required", "enum", "type", "content", "allOf", "items"]), v
            )
        ),
    ),
)
@example(THING, {"required": 1, "enum": 1, "properties": None})
def test_no_odd_place_in_a_document_stops_the_comparison(path: tuple[str, ...], odd: Any) -> None:
    made = changed(*path, to=deepcopy(odd) if odd is not None else {})
    assert compare(made, CALLS, base_path="/boxes/v2", scope="x")


# eBay's.


def as_used(base: str = "/commerce/vero/v2") -> dict[str, Any]:
    """A document that has what the adapter uses: made here from what is documented, not eBay's own."""
    text, item = {"type": "string"}, {"type": "string", "enum": sorted(ITEM_STATUSES)}
    reported = {"itemId": text, "status": item, "reasonForFailure": text}
    listed = {"reportedItemDetails": {"type": "array", "items": {"properties": reported}}}
    report = {"veroReportId": text, "veroReportStatus": {"type": "string", "enum": sorted(REPORT_STATUSES)}}
    entry = {
        **dict.fromkeys(("itemId", "veroReasonCodeId", "brand", "messageToSeller", "detailedMessage", "patent"), text),
        "countries": {"type": "array", "items": text},
        "copyEmailToRightsOwner": {"type": "boolean"},
    }
    details = {"veroReasonCodeId": text, "briefText": text}
    code = {
        "marketplaceId": text,
        "reasonCodeDetails": {"type": "array", "items": {"properties": details}},
    }
    body = {"reportItems": {"type": "array", "items": {"properties": entry}}}

    def holds(properties: dict[str, Any]) -> dict[str, Any]:
        return {"content": {"application/json": {"schema": {"properties": properties}}}}

    def told(properties: dict[str, Any], *asks: str) -> dict[str, Any]:
        return {"parameters": [{"name": one} for one in asks], "responses": {"200": holds(properties)}}

    return {
        "openapi": "3.1.0",
        "servers": [{"url": f"https://api.ebay.com{base}"}],
        "paths": {
            "/report_vero_violations": {"post": {"requestBody": holds(body), "responses": {"201": holds(report)}}},
            "/vero_report/{vero_report_id}": {"get": told({**report, **listed}, "includeItemDetails")},
            "/vero_report_items": {"get": told(listed, "itemId", "filter", "limit", "offset")},
            "/vero_reason_code": {
                "get": told(
                    {"veroReasonCodes": {"type": "array", "items": {"properties": code}}}, "X-EBAY-C-MARKETPLACE-ID"
                )
            },
        },
        "components": {
            "securitySchemes": {"auth": {"type": "oauth2", "flows": {"authorizationCode": {"scopes": {SCOPE: ""}}}}}
        },
    }


def test_all_that_the_ebay_adapter_uses_is_compared() -> None:
    points = compared(as_used(), NEWEST)
    assert all(point.well for point in points), points
    assert [point.words for point in points[2:]] == [
        "POST /report_vero_violations",
        "GET /vero_report/{vero_report_id}",
        "GET /vero_report_items",
        "GET /vero_reason_code",
    ]


def test_the_doctor_compares_with_a_file_and_needs_no_slack(tmp_path: Path) -> None:
    contract = tmp_path / "vero.json"
    contract.write_text(json.dumps(as_used()))
    good = bot("doctor", "--contract", str(contract), folder=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert len(good.stdout.splitlines()) == 6
    contract.write_text(json.dumps(as_used("/commerce/vero/v3")))
    bad = bot("doctor", "--contract", str(contract), folder=tmp_path)
    assert bad.returncode == 1
    assert bad.stdout.startswith("FAIL  the base path: we use /commerce/vero/v2")


def test_the_doctor_compares_what_the_desk_file_sets(tmp_path: Path) -> None:
    desk_file, contract = tmp_path / "marketplaces.toml", tmp_path / "vero.json"
    desk_file.write_text(
        '[marketplaces.ebay]\nadapter = "ebay"\nname = "eBay"\nclient_id = "x"\nclient_secret_env = "A"\n'
        'grant = "client_credentials"\npaths = { file = "/reports" }\n'
    )
    contract.write_text(json.dumps(as_used()))
    ended = bot("doctor", "--contract", str(contract), folder=tmp_path, MARKETPLACES_FILE=str(desk_file))
    assert "POST /reports: there is no such path" in ended.stdout
    assert "we use clientCredentials" in ended.stdout


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), ("[", "not JSON"), ("[]", "not an OpenAPI")])
def test_a_file_that_is_no_contract_is_refused_in_a_sentence(tmp_path: Path, content: str | None, words: str) -> None:
    contract = tmp_path / "vero.json"
    if content is not None:
        contract.write_text(content)
    ended = bot("doctor", "--contract", str(contract), folder=tmp_path)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
