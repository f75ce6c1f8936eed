"""The pure parts of the eBay adapter: what is sent, which code, what an answer means."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import Declined, MarketplaceError, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask
from bot.marketplaces.ebay import EBAY
from bot.marketplaces.ebay_answers import (
    NotTaken,
    Report,
    Row,
    culprits,
    decide,
    filed,
    judge,
    parse_filed,
    parse_page,
    parse_report,
    problems_of,
)
from bot.marketplaces.ebay_contract import EU, ITEM_STATUSES, REPORT_STATUSES, SITES, Names
from bot.marketplaces.ebay_reasons import DOCUMENTED, WORDINGS, choose, countries, expected, needs, parse_codes
from bot.marketplaces.ebay_reports import Entry, Terms, packets, site_of, to_item
from bot.marketplaces.ebay_table import EbayTable
from bot.model import Decision, Notice, RightKind, Status, Violation
from bot.sandbox.vendors.ebay import CODES
from bot.sites.west import SITES as SITES_OF_THE_WEST
from tests import make
from tests.contracts.scene_ebay import TABLE, listing

NAMES, TERMS = Names(), Terms(chosen={})
US = CODES["EBAY_US"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "veroReportId",
                        "veroReportStatus",
                        "reportedItemDetails",
                        "itemId",
                        "status",
                        "reasonForFailure",
                    ),
                    *(
                        "total",
                        "next",
                        "errors",
                        "errorId",
                        "category",
                        "message",
                        "longMessage",
                        "parameters",
                        "value",
                    ),
                    *("inputRefIds", "veroReasonCodes", "marketplaceId", "reasonCodeDetails", "veroReasonCodeId"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def notice(**changes: Any) -> Notice:
    return make.notice(**{"listing": listing(1), **changes})


def table(**changes: Any) -> EbayTable:
    return EbayTable.model_validate(TABLE | changes)


def ask(violation: Violation, **changes: Any) -> Ask:
    return Ask.of(notice(violation=violation, **changes))


# What is sent.


def test_an_entry_holds_what_they_take_and_nothing_else() -> None:
    terms = Terms(brand="Acme", message="Please take it down.", copy=False, chosen={})
    assert to_item(notice(), "9001", terms, NAMES) == {
        "itemId": "285412345001",
        "veroReasonCodeId": "9001",
        "detailedMessage": "The product carries our trade mark and was not made by us.",
        "copyEmailToRightsOwner": False,
        "brand": "Acme",
        "messageToSeller": "Please take it down.",
    }
    written = to_item(notice(message_to_seller="Stop this."), "9001", terms, NAMES)
    assert written["messageToSeller"] == "Stop this.", "what somebody wrote comes before what is always said"


def test_the_same_notice_is_always_the_same_entry() -> None:
    assert to_item(notice(), "9001", TERMS, NAMES) == to_item(notice(), "9001", TERMS, NAMES)


@pytest.mark.parametrize(
    ("right", "brand"),
    [
        (make.right(title="ACME"), "ACME"),
        (make.right(title="A" * 50), "A" * 50),
        (make.right(title="A" * 51), None),
        (make.right(title="A novel", kind=RightKind.COPYRIGHT), None),
    ],
)
def test_the_brand_is_the_mark_where_it_fits(right: Any, brand: str | None) -> None:
    assert to_item(notice(right=right), "9001", TERMS, NAMES).get("brand") == brand


def test_countries_go_with_an_import_and_a_number_with_a_patent_only() -> None:
    right = make.right(jurisdictions=("EU", "GB", "DE"), registration_no="EP 1 234 567 B1", kind=RightKind.PATENT)
    imported = to_item(notice(right=right), "9037", TERMS, NAMES)
    assert imported["countries"] == [*EU, "GB"]
    assert "patent" not in imported
    patented = to_item(notice(right=right), "9048", TERMS, NAMES)
    assert patented["patent"] == "EP1234567B1"
    assert "countries" not in patented


def test_the_eu_is_its_27_members_and_a_world_register_is_no_country() -> None:
    assert len(set(countries(make.right(jurisdictions=("EU",))))) == 27
    assert countries(make.right(jurisdictions=("WO",))) == ()


def test_their_field_names_can_be_set_right_in_the_desk_file() -> None:
    names = table(names={"item": "entityId", "reason": "reasonId"}).contract.names
    assert {"entityId", "reasonId"} <= set(to_item(notice(), "9001", TERMS, names))


def test_no_listing_is_twice_in_a_packet() -> None:
    entries = [Entry(notice(listing=listing(number)), {}) for number in (1, 2, 1, 3, 1, 2)]
    made = packets(entries)
    assert sorted(len(packet) for packet in made) == [1, 2, 3]
    assert all(len({entry.item for entry in packet}) == len(packet) for packet in made)
    assert sorted(map(id, entries)) == sorted(id(entry) for packet in made for entry in packet)


# Sites.


def test_every_address_of_ebay_has_its_site_but_for_the_closed_one() -> None:
    ebay = next(site for site in SITES_OF_THE_WEST if site.key == "ebay")
    missing = [host for host in ebay.hosts if not site_of(f"https://www.{host}/itm/285412345678")]
    assert missing == ["ebay.in"]
    assert {site_of(f"https://{host}/itm/1") for host in ebay.hosts} - {""} == set(SITES.values())


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.ebay.com/itm/1", "EBAY_US"),
        ("https://www.ebay.co.uk/itm/1", "EBAY_GB"),
        ("https://WWW.EBAY.COM.AU/itm/1", "EBAY_AU"),
        ("https://www.ebay.com.evil.example/itm/1", ""),
        ("https://notebay.com/itm/1", ""),
        ("https://acme.example/ebay.com", ""),
        ("nonsense", ""),
    ],
)
def test_a_site_is_told_by_the_host_alone(address: str, site: str) -> None:
    assert site_of(address) == site


# Reason codes.


def test_every_violation_has_its_codes_or_its_words() -> None:
    assert set(WORDINGS) | set(DOCUMENTED) == set(Violation)


@pytest.mark.parametrize(
    ("violation", "code"),
    [
        (Violation.COUNTERFEIT, "9001"),
        (Violation.TRADEMARK, "9002"),
        (Violation.COPYRIGHT, "9011"),
        (Violation.COPYRIGHT_IMAGE, "9012"),
        (Violation.DESIGN, "9021"),
        (Violation.PARALLEL_IMPORT, "9037"),
        (Violation.PATENT, "9048"),
        (Violation.OTHER, "9052"),
    ],
)
def test_a_code_is_chosen_by_its_words_where_one_fits(violation: Violation, code: str) -> None:
    assert choose(US, "EBAY_US", violation, {}) == code


def test_where_several_fit_people_have_to_say_which() -> None:
    with pytest.raises(ValueError, match="Several") as unclear:
        choose(CODES["EBAY_DE"], "EBAY_DE", Violation.TRADEMARK, {})
    words = str(unclear.value)
    assert "7002 (Markenrechtsverletzung im Titel), 7003 (Markenrechtsverletzung in der Beschreibung)" in words
    assert "7001" not in words
    assert "Please set reasons.EBAY_DE.trademark." in words


def test_where_none_fits_all_are_named() -> None:
    with pytest.raises(ValueError, match="No reason code") as unclear:
        choose(CODES["EBAY_DE"], "EBAY_DE", Violation.PATENT, {})
    assert "7001" in str(unclear.value)
    with pytest.raises(ValueError, match="none"):
        choose({}, "EBAY_DE", Violation.PATENT, {})


def test_what_the_desk_file_says_is_taken_and_a_site_before_all() -> None:
    chosen = table(reasons={"counterfeit": "9002", "EBAY_DE": {"counterfeit": "7001"}}).reasons
    assert choose(US, "EBAY_US", Violation.COUNTERFEIT, chosen) == "9002"
    assert choose(CODES["EBAY_DE"], "EBAY_DE", Violation.COUNTERFEIT, chosen) == "7001"
    assert expected("EBAY_DE", Violation.COUNTERFEIT, chosen) == {"7001"}


@pytest.mark.parametrize(
    ("chosen", "setting"),
    [
        ({("", Violation.COUNTERFEIT): "1"}, r"\(reasons\.counterfeit\)"),
        ({("EBAY_US", Violation.COUNTERFEIT): "1"}, r"\(reasons\.EBAY_US\.counterfeit\)"),
    ],
)
def test_a_code_that_is_not_theirs_is_refused_with_those_that_are(chosen: Any, setting: str) -> None:
    with pytest.raises(ValueError, match=setting) as wrong:
        choose(US, "EBAY_US", Violation.COUNTERFEIT, chosen)
    assert "9048 (Item(s) infringes a valid patent)" in str(wrong.value)


@pytest.mark.parametrize(
    ("code", "asked", "words"),
    [
        ("9037", ask(Violation.PARALLEL_IMPORT, right=make.right(jurisdictions=("WO",))), "countries"),
        ("9048", ask(Violation.PATENT, right=make.right(registration_no="")), "no registration number"),
        ("9048", ask(Violation.PATENT, right=make.right(registration_no="1" * 16)), "up to 15"),
        ("9052", ask(Violation.OTHER, statement=" "), "statement"),
        ("7052", ask(Violation.OTHER, statement=""), "statement"),
        ("9037", ask(Violation.PARALLEL_IMPORT), ""),
        ("9048", ask(Violation.PATENT, right=make.right(registration_no="1" * 15)), ""),
        ("9052", ask(Violation.OTHER), ""),
        ("9001", ask(Violation.COUNTERFEIT, statement=""), ""),
    ],
)
def test_what_a_code_needs_is_missed_in_a_sentence(code: str, asked: Ask, words: str) -> None:
    said = needs(code, asked)
    assert words in said
    assert bool(said) == bool(words)


def test_only_the_codes_of_the_site_are_read() -> None:
    body = {
        "veroReasonCodes": [
            {"marketplaceId": "EBAY_US", "reasonCodeDetails": [{"veroReasonCodeId": 9001, "briefText": "Fake\n"}]},
            {"marketplaceId": "EBAY_DE", "reasonCodeDetails": [{"veroReasonCodeId": "7001", "briefText": "x"}]},
            "junk",
            {"marketplaceId": "EBAY_US", "reasonCodeDetails": ["junk", {"briefText": "no code"}, {}]},
        ]
    }
    assert parse_codes(body, "EBAY_US", NAMES) == {"9001": "Fake"}


# What they answer.


def test_every_status_of_an_item_has_a_status_of_ours() -> None:
    told = {word: decide("R", "1", "PROCESSED", [Row(item="1", status=word)]).status for word in ITEM_STATUSES}
    assert told == {
        "NONE": Status.NEEDS_INPUT,
        "RECEIVED": Status.SUBMITTED,
        "SUBMITTED": Status.IN_REVIEW,
        "REMOVED": Status.GONE,
        "CLARIFICATION_REQUIRED": Status.NEEDS_INPUT,
        "SUBMISSION_FAILED": Status.REJECTED,
    }


def test_every_status_of_a_report_has_a_status_of_ours_and_none_is_final() -> None:
    told = {word: filed(Report(id="R", status=word)).status for word in (*REPORT_STATUSES, "ARCHIVED")}
    assert told == {
        "RECEIVED": Status.SUBMITTED,
        "IN_PROCESS": Status.IN_REVIEW,
        "PROCESSED": Status.IN_REVIEW,
        "ARCHIVED": Status.IN_REVIEW,
    }


def test_a_listing_that_is_gone_is_never_said_to_be_removed_by_them() -> None:
    decision = decide("R", "1", "PROCESSED", [Row(item="1", status="REMOVED")])
    assert decision.reason == "The listing is no longer live; eBay does not say whether it ended it."
    assert decision.vendor_status == "REMOVED"


@pytest.mark.parametrize("word", ["CLARIFICATION_REQUIRED", "SUBMISSION_FAILED"])
def test_their_reason_is_kept(word: str) -> None:
    row = Row(item="1", status=word, why="Which part infringes?")
    assert decide("R", "1", "PROCESSED", [row]).reason == "Which part infringes?"


def test_an_item_without_a_report_is_for_a_person_once_the_report_is_dealt_with() -> None:
    row = Row(item="1", status="NONE")
    assert decide("R", "1", "IN_PROCESS", [row]).status is Status.IN_REVIEW
    done = decide("R", "1", "PROCESSED", [row])
    assert done.status is Status.NEEDS_INPUT
    assert "VeRO portal" in done.reason


def test_an_item_missing_from_its_report_stays_in_review() -> None:
    for rows in ([], [Row(item="2", status="REMOVED")]):
        decision = decide("R", "1", "RECEIVED", rows)
        assert (decision.status, decision.vendor_status) == (Status.IN_REVIEW, "RECEIVED")


def test_where_they_tell_two_things_of_a_listing_neither_is_final() -> None:
    rows = [Row(item="1", status="SUBMISSION_FAILED", why="An old one."), Row(item="1", status="REMOVED")]
    decision = decide("item:1", "1", "", rows)
    assert (decision.status, decision.vendor_status) == (Status.IN_REVIEW, "SUBMISSION_FAILED / REMOVED")
    assert decide("item:1", "1", "", [rows[1], rows[1]]).status is Status.GONE


def test_a_word_we_do_not_know_is_in_review_and_kept() -> None:
    decision = decide("R", "1", "PROCESSED", [Row(item="1", status="ON_HOLD")])
    assert (decision.status, decision.vendor_status) == (Status.IN_REVIEW, "ON_HOLD")


def test_the_id_of_a_report_is_found_in_the_body_or_the_location() -> None:
    location = "https://api.ebay.com/commerce/vero/v2/vero_report/5000000001"
    assert parse_filed({"veroReportId": "7", "veroReportStatus": "IN_PROCESS"}, location, NAMES) == Report(
        id="7", status="IN_PROCESS"
    )
    assert parse_filed({"veroReportId": 7}, "", NAMES).id == "7"
    assert parse_filed(None, location, NAMES).id == "5000000001"
    bodies: list[Any] = [None, {}, {"veroReportId": "../x"}, {"veroReportId": True}, []]
    for body in bodies:
        with pytest.raises(ValueError, match="veroReportId"):
            parse_filed(body, "", NAMES)


def test_an_empty_page_may_leave_the_list_out_but_only_when_it_says_so() -> None:
    assert parse_page({"total": 0}, NAMES) == ((), 0, 0, False)
    with pytest.raises(ValueError, match="reportedItemDetails"):
        parse_page({"total": 3}, NAMES)


@given(JSON)
def test_no_json_makes_anything_but_an_answer_or_a_value_error(body: Any) -> None:
    for read in (
        lambda: parse_report(body, NAMES),
        lambda: parse_page(body, NAMES),
        lambda: parse_filed(body, "", NAMES),
        lambda: parse_codes(body, "EBAY_US", NAMES),
    ):
        with contextlib.suppress(ValueError):
            read()
    with contextlib.suppress(ValueError):
        report = parse_report(body, NAMES)
        assert isinstance(decide("R", "1", report.status, report.rows), Decision)
    problems = problems_of(body)
    assert set(culprits(problems, ["1", "2"])) <= {0, 1}
    for status in (400, 404, 500):
        judged = judge("eBay", status, body, safe=False)
        assert judged is None or (isinstance(judged, MarketplaceError) and judged.detail)


@given(
    st.dictionaries(
        st.sampled_from(["itemId", "status", "reasonForFailure"]), st.text(max_size=70) | st.sampled_from(["1"])
    )
)
def test_no_row_is_final_but_by_a_word_we_know(row: dict[str, str]) -> None:
    report = parse_report({"veroReportStatus": "PROCESSED", "reportedItemDetails": [row]}, NAMES)
    decision = decide("R", "1", report.status, report.rows)
    assert not decision.status.final or decision.vendor_status in ("REMOVED", "SUBMISSION_FAILED")


# Errors.


def error(**changes: Any) -> dict[str, Any]:
    return {"errorId": 235006, "category": "REQUEST", "message": "short", "longMessage": "long and clear", **changes}


@pytest.mark.parametrize(
    ("status", "category", "safe", "kind"),
    [
        (400, "REQUEST", False, NotTaken),
        (400, "BUSINESS", False, NotTaken),
        (400, "Request", True, NotTaken),
        (500, "REQUEST", False, NotTaken),
        (500, "APPLICATION", False, OutcomeUnknown),
        (400, "APPLICATION", False, OutcomeUnknown),
        (500, "APPLICATION", True, Unavailable),
        (400, "SURPRISE", False, None),
        (400, None, False, None),
        (401, "REQUEST", False, None),
        (403, "REQUEST", False, None),
        (429, "REQUEST", False, None),
        (503, "APPLICATION", False, None),
    ],
)
def test_a_refusal_is_judged_by_its_category(status: int, category: str, safe: bool, kind: type | None) -> None:
    judged = judge("eBay", status, {"errors": [error(category=category)]}, safe=safe)
    assert type(judged) is (kind or type(None))
    assert judged is None or judged.detail == "long and clear"


def test_a_patent_too_long_is_our_mistake_although_it_is_a_500() -> None:
    judged = judge("eBay", 500, {"errors": [error(errorId=235018)]}, safe=False)
    assert isinstance(judged, Declined)


def test_one_failure_of_theirs_among_mistakes_of_ours_leaves_it_unknown() -> None:
    body = {"errors": [error(), error(category="APPLICATION")]}
    assert isinstance(judge("eBay", 400, body, safe=False), OutcomeUnknown)


ITEMS = ["285412345001", "285412345002", "285412345003"]


@pytest.mark.parametrize(
    ("errors", "places"),
    [
        ([error(inputRefIds=["$.reportItems[1].itemId"])], {1}),
        ([error(parameters=[{"name": "itemId", "value": "285412345003"}])], {2}),
        ([error(longMessage="Item 285412345001 was not found.")], {0}),
        ([error(message="Item 285412345001 was not found.", longMessage="")], {0}),
        ([error(inputRefIds=["$.reportItems[0]"]), error(inputRefIds=["$['reportItems'][2]"])], {0, 2}),
        ([error(inputRefIds=["$.reportItems[7]"])], set()),
        ([error(parameters=[{"name": "itemId", "value": "999"}])], set()),
        ([error(inputRefIds=["$.reportItems[0]"]), error()], set()),
        ([error()], set()),
    ],
)
def test_which_entries_are_refused_is_told_in_one_of_three_ways(errors: list[Any], places: set[int]) -> None:
    assert set(culprits(problems_of({"errors": errors}), ITEMS)) == places


# The table.


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grant": "client_credentials"}, "refresh_token_env"),
        ({"refresh_token": None}, "refresh_token_env"),
        ({"brand": "x" * 51}, "at most 50"),
        ({"message_to_seller": "x" * 1001}, "at most 1000"),
        ({"reasons": {"counterfeit": 9001}}, "must give codes"),
        ({"reasons": {"fakes": "9001"}}, "must give codes"),
        ({"reasons": {"EBAY_XX": {"counterfeit": "9001"}}}, "no eBay site"),
        ({"reasons": "9001"}, "must be a table"),
        ({"paths": {"file": "no-slash"}}, "begin with /"),
        ({"paths": {"fiel": "/x"}}, "begin with /"),
        ({"paths": {"report": "/vero_report"}}, "place of the report's id"),
        ({"names": {"itme": "x"}}, "field names"),
        ({"api_version": "v3"}, "v2"),
        ({"batch_size": 0}, "greater than"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        table(**changes)


def test_the_paths_of_a_version_can_be_set_right_one_by_one() -> None:
    paths = table(paths={"file": "/vero_report"}).contract.paths
    assert paths["file"] == "/vero_report"
    assert paths["items"] == "/vero_report_items"
    assert table(api_version="v1").contract.paths["file"] == "/vero_report"
    assert table().contract.paths["file"] == "/report_vero_violations"


def test_the_copy_to_the_owner_is_on_until_somebody_turns_it_off() -> None:
    assert table().copy_to_owner
    assert not table(copy_to_owner=False).copy_to_owner
    assert EBAY.table is EbayTable
