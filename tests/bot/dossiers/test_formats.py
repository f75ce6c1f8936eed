"""What programs read of a dossier: each file is as its published schema has it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pymisp
import pytest
import xarf
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from openpyxl import load_workbook

from bot.dossiers import misp
from bot.dossiers.chains import chains
from bot.dossiers.exhibits import numbered
from bot.dossiers.record import SCHEMA, record
from bot.dossiers.redaction import redacted
from bot.dossiers.sheet import listings
from bot.dossiers.xarf import reports
from bot.model import ComeBack, Exhibit, Material, RightKind, Shown, Status, Violation
from tests import make
from tests.bot.dossiers import made

ROOT = Path(__file__).parents[3]
MISP = files(pymisp).joinpath("data")
EVERYTHING = frozenset(Shown)


def with_evidence(shows: Iterable[Shown] = EVERYTHING, **changes: Any) -> tuple[Material, tuple[Exhibit, ...]]:
    one = redacted(made.material(shows=shows, evidence=[make.evidence(), make.evidence("mail.eml")], **changes))
    return one.material, one.exhibits


@pytest.mark.parametrize("shows", [EVERYTHING, frozenset()])
def test_the_dossier_is_as_its_schema_says(shows: frozenset[Shown]) -> None:
    material, exhibits = with_evidence(shows)
    written = json.loads(json.dumps(record(material, exhibits, [one for one, _ in chains(material)])))
    schema = json.loads((ROOT / "docs/schemas" / SCHEMA).read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(written)
    assert [one["of"] for one in written["custody"]] == ["TD-1", "TD-2", "referral:RF-1"]
    assert [one["head"] for one in written["custody"]][:2] == [one.head for one in material.notices]


def test_the_schema_that_is_shipped_is_the_one_that_is_published() -> None:
    shipped = files("bot.dossiers").joinpath(SCHEMA).read_bytes()
    assert shipped == (ROOT / "docs/schemas" / SCHEMA).read_bytes()


def test_every_field_of_the_schema_is_written_and_no_other() -> None:
    """The schema lets nothing else in, so that what is left out of it would be found here."""
    material, exhibits = with_evidence()
    written = json.loads(json.dumps(record(material, exhibits, [one for one, _ in chains(material)])))
    schema = json.loads((ROOT / "docs/schemas" / SCHEMA).read_text())
    for name in schema["required"]:
        broken = {key: value for key, value in written.items() if key != name}
        assert not Draft202012Validator(schema).is_valid(broken), name
    assert not Draft202012Validator(schema).is_valid({**written, "more": 1})


KINDS = [*Violation]


@pytest.mark.parametrize("shows", [EVERYTHING, frozenset()])
@pytest.mark.parametrize("site", ["", "https://www.brand.example/shoes"])
def test_each_notice_is_an_abuse_report_that_the_formats_own_library_takes(shows: frozenset[Shown], site: str) -> None:
    material, exhibits = with_evidence(shows, website=site, contact="ip@brand.example" if site else "")
    found = list(reports(material, exhibits))
    assert [name for name, _ in found] == ["xarf/TD-1.json", "xarf/TD-2.json"]
    for _, report in found:
        parsed = xarf.parse(json.dumps(report))
        assert parsed.errors == []
        assert (report["category"], report["type"]) == ("content", "brand_infringement")


@pytest.mark.parametrize("violation", KINDS)
def test_every_violation_has_a_kind_of_its_own_or_is_other(violation: Violation) -> None:
    one, events = made.history(violation=violation)
    material = made.material(notices=(one,), events={one.id: events})
    (_, report), *_ = reports(material, ())
    assert xarf.parse(json.dumps(report)).errors == []
    kinds = {Violation.COUNTERFEIT: "counterfeit", Violation.TRADEMARK: "trademark_violation"}
    kinds[Violation.PARALLEL_IMPORT] = "unauthorized_reseller"
    assert report["infringement_type"] == kinds.get(violation, "other")


def test_a_report_tells_what_was_enforced_before_it() -> None:
    first, events = made.history()
    second, more = made.history("TD-2", by="S-2")
    second = replace(second, filed_at=second.filed_at + timedelta(days=1), came_back=ComeBack.RELISTED)
    material = made.material(notices=(first, second), events={"TD-1": events, "TD-2": more})
    enforced = dict(reports(material, ()))["xarf/TD-2.json"]["previous_enforcement"]
    assert [one["result"].partition(":")[0] for one in enforced] == ["TD-1", "TD-2"]
    assert enforced[0] == {
        "date": "2026-03-02",
        "action": "takedown_notice",
        "result": "TD-1: removed (Acme Market, listing 1)",
    }
    assert "the seller listed it anew" in enforced[1]["result"]


@pytest.mark.parametrize("status", [Status.AWAITING_APPROVAL, Status.REFUSED, Status.FAILED, Status.BY_HAND])
def test_what_no_marketplace_had_is_no_report(status: Status) -> None:
    assert list(reports(made.material(notices=(make.notice(status=status),), events={}), ())) == []


@pytest.mark.parametrize(
    "address", ["https://商店.example/商品/1?名=鞋", "https://acme.example/a b/<1>", "https://shop.example:8443/1#x"]
)
def test_an_address_in_any_script_is_one_the_schema_takes(address: str) -> None:
    one, events = made.history(listing=make.listing(canonical=address))
    (_, report), *_ = reports(made.material(notices=(one,), events={one.id: events}), ())
    assert xarf.parse(json.dumps(report)).errors == []
    assert re.fullmatch(r"[!-~]+", report["url"])


def strings(*names: str) -> dict[str, Any]:
    return {name: {"type": "string"} for name in names}


def only(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": ["uuid"], "properties": properties}


ATTRIBUTE = only(
    strings("uuid", "type", "category", "value", "timestamp", "distribution", "comment", "object_relation")
    | {"to_ids": {"type": "boolean"}}
)
REFERENCE = only(strings("uuid", "object_uuid", "referenced_uuid", "relationship_type", "timestamp", "comment"))
OBJECT = only(
    strings(
        "uuid", "name", "meta-category", "template_uuid", "template_version", "timestamp", "distribution", "comment"
    )
    | {"Attribute": {"type": "array", "items": ATTRIBUTE, "minItems": 1}}
    | {"ObjectReference": {"type": "array", "items": REFERENCE}}
)
"""What MISP's own schema has for objects, of which the one that PyMISP ships knows nothing yet: every property that we
write, and its type. Source: github.com/MISP/MISP, format/2.5/schema.json (AGPL, so not copied).
"""


@pytest.mark.parametrize("shows", [EVERYTHING, frozenset()])
def test_the_event_is_as_misp_takes_it(shows: frozenset[Shown]) -> None:
    material, exhibits = with_evidence(shows)
    event = json.loads(json.dumps(misp.event(material, exhibits)))["Event"]
    without = {name: value for name, value in event.items() if name != "Object"}
    Draft4Validator(json.loads(MISP.joinpath("schema.json").read_text())).validate({"Event": without})
    for one in event["Object"]:
        Draft4Validator(OBJECT).validate(one)
    read = pymisp.MISPEvent()
    read.load({"Event": event})
    templates = (misp.CASE, misp.EVIDENCE, misp.FILE, misp.ACCOUNT, misp.OWNER, misp.LISTING)
    assert {one.name for one in read.objects} == {one.name for one in templates}


def test_the_library_of_the_format_finds_what_is_wrong() -> None:
    (_, report), *_ = reports(made.material(), ())
    assert xarf.parse(json.dumps(report)).errors == []
    assert xarf.parse(json.dumps({**report, "legitimate_site": None})).errors
    assert xarf.parse(json.dumps({**report, "infringement_type": "shoes"})).errors


def test_every_object_has_what_its_template_asks_for_and_nothing_else() -> None:
    types = json.loads(MISP.joinpath("describeTypes.json").read_text())["result"]["category_type_mappings"]
    ways = json.loads(MISP.joinpath("misp-objects/relationships/definition.json").read_text())["values"]
    material, exhibits = with_evidence()
    event = misp.event(material, exhibits)["Event"]
    ids = {one["uuid"] for one in event["Object"]}
    assert len(ids) == len(event["Object"])
    for one in event["Object"]:
        template = json.loads(MISP.joinpath(f"misp-objects/objects/{one['name']}/definition.json").read_text())
        told = {attribute["object_relation"] for attribute in one["Attribute"]}
        assert (one["template_uuid"], int(one["template_version"])) == (template["uuid"], template["version"])
        assert one["meta-category"] == template["meta-category"]
        assert set(template.get("required", [])) <= told
        assert told & set(template.get("requiredOneOf", told))
        for attribute in one["Attribute"]:
            assert attribute["type"] == template["attributes"][attribute["object_relation"]]["misp-attribute"]
            assert attribute["type"] in types[attribute["category"]]
        for reference in one["ObjectReference"]:
            assert reference["referenced_uuid"] in ids
            assert reference["relationship_type"] in {way["name"] for way in ways}
    for attribute in event["Attribute"]:
        assert attribute["type"] in types[attribute["category"]]


def test_the_same_material_is_the_same_event_and_the_same_reports() -> None:
    material = made.material(evidence=[make.evidence()])
    assert misp.event(material, numbered(material)) == misp.event(material, numbered(material))
    assert list(reports(material, numbered(material))) == list(reports(material, numbered(material)))


def test_the_workbook_has_the_listings_and_nothing_in_it_is_a_formula() -> None:
    one, events = made.history(statement='=HYPERLINK("https://evil.example")', seller=make.seller("S-1", "=1+1"))
    material = made.material(notices=(one,), events={one.id: events}, evidence=[])
    book = load_workbook(io.BytesIO(listings(material, numbered(material))))
    assert book.sheetnames == ["Listings", "Test purchases", "Exhibits"]
    head, row = book["Listings"].iter_rows()
    cells = {str(name.value): cell for name, cell in zip(head, row, strict=True)}
    assert str(cells["statement"].value).startswith("=HYPERLINK")
    dates = [cell for name, cell in cells.items() if name.endswith("(UTC)") and cell.value is not None]
    assert dates
    assert {cell.number_format for cell in dates} == {"yyyy-mm-dd hh:mm"}
    assert all(isinstance(cell.value, datetime) for cell in dates)
    assert {cell.data_type for cell in cells.values() if cell.value is not None and cell not in dates} == {"s"}
    assert cells["address"].hyperlink is None
    assert cells["address"].value == "https://acme.example/item/1"


def test_days_and_money_in_the_workbook_can_be_sorted_and_added_up() -> None:
    material = made.material()
    head, row = load_workbook(io.BytesIO(listings(material, ())))["Test purchases"].iter_rows(max_row=2)
    cells = {str(name.value): cell for name, cell in zip(head, row, strict=True)}
    assert cells["ordered"].number_format == "yyyy-mm-dd"
    assert (cells["cost"].value, cells["cost"].number_format, cells["currency"].value) == (49.9, "#,##0.00", "EUR")


def test_the_workbook_is_the_same_whenever_it_is_written() -> None:
    material = made.material()
    assert listings(material, ()) == listings(material, ())


def test_exhibits_are_numbered_by_initials_and_a_file_twice_is_one() -> None:
    late = make.evidence("late.png", captured_at=make.NOW + timedelta(hours=1))
    first = make.evidence("first.png")
    one, events = made.history(evidence=(late, first))
    two, more = made.history("TD-2", by="S-2", evidence=(first,))
    material = made.material(notices=(one, two), events={"TD-1": events, "TD-2": more})
    found = numbered(replace(material, referral=made.referral(initials="j.d.")))
    assert [(e.number, e.name, e.of, e.path) for e in found] == [
        ("JD-001", "first.png", ("TD-1", "TD-2"), "evidence/JD-001.png"),
        ("JD-002", "late.png", ("TD-1",), "evidence/JD-002.png"),
    ]
    assert found[0].by == "Ana Lyst"


def test_files_can_be_left_out_of_a_referral() -> None:
    material = made.material(evidence=[make.evidence()])
    (one,) = numbered(replace(material, referral=made.referral(files=False)))
    assert (one.path, one.withheld) == ("", "Files were left out of this referral.")


def test_a_right_that_is_no_trade_mark_is_told_too() -> None:
    one, events = made.history(right=make.right(kind=RightKind.DESIGN, nice_classes=(0, 25, 99)))
    (_, report), *_ = reports(made.material(notices=(one,), events={one.id: events}), ())
    assert report["trademark_details"]["category"] == [25]
