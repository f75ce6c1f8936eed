"""Mercado Libre, what is pure: reasons, bodies, and reading a case."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.marketplaces import Ask
from bot.marketplaces.mercadolibre import (
    MERCADOLIBRE,
    MercadoLibre,
    pictures_in,
    site_of,
    to_answer,
    to_payload,
    unanswerable,
)
from bot.marketplaces.mercadolibre_cases import STATUSES, parse_case, parse_filed
from bot.marketplaces.mercadolibre_reasons import not_enabled, parse_options
from bot.model import Answer, Choice, ComeBack, Seller, Status, Violation, Whose
from tests import make
from tests.contracts.scene_mercadolibre import notice
from tests.vendors import opening

TABLE = {
    "key": "mercadolibre",
    "adapter": "mercadolibre",
    "name": "Mercado Libre",
    "client_id": "1",
    "client_secret_env": "MELI_SECRET",
    "client_secret": "s",
    "refresh_token_env": "MELI_REFRESH",
    "refresh_token": "r",
}
CASE: dict[str, Any] = {
    "item_info": {"item_id": "MLB6759546426"},
    "last_updated": "2026-05-15T07:32:17.000-0400",
    "date_created": "2026-05-12T07:32:17.000-0400",
    "due_date": None,
    "reason_text": "Uso ilegal da minha marca",
    "seller_name": "TESTUSER",
    "case_id": 37072543,
    "current_status": "CREATED",
    "seller_id": "3396749566",
}
PRESENTED = CASE | {
    "current_status": "DOCUMENTATION_PRESENTED",
    "seller_quittance": "Tengo la\nfactura.",
    "document_name": "factura.pdf",
    "document_url": "https://documents.example/factura.pdf?key=open",
    "reject_option_member": [
        {"id": 1, "text_en": "It does not correspond", "text_es": "No se corresponde"},
        {"id": 2, "text_en": None, "text_es": "Es ilegible"},
        {"id": "3", "text_en": "", "text_pt": "Você não está autorizado"},
        {"id": 4, "text_en": None},
        {"text_en": "No id"},
        "…",
    ],
}
PICTURE = "666591-MLA26622267232_012016"


def opened(**changes: Any) -> MercadoLibre:
    table = MERCADOLIBRE.table.model_validate(TABLE | changes)
    made = MERCADOLIBRE.opened(table, opening(httpx.AsyncClient()))
    assert isinstance(made, MercadoLibre)
    return made


def lack(ours: MercadoLibre, **changes: Any) -> str:
    return ours.lacks(replace(Ask.of(notice(1)), **changes))


def test_every_status_of_theirs_has_a_status_of_ours() -> None:
    told = {word: parse_case(CASE | {"current_status": word}, "1").status for word in STATUSES}
    assert told == {
        "CREATED": Status.SUBMITTED,
        "PENDING_MODERATION": Status.IN_REVIEW,
        "WAITING_DOCUMENTATION": Status.SELLER_RESPONSE,
        "ROLLBACK": Status.SELLER_RESPONSE,
        "DOCUMENTATION_PRESENTED": Status.NEEDS_INPUT,
        "WAITING_FOR_PATCH_PDP": Status.SUSPENDED,
        "DOCUMENTATION_APPROVED": Status.REINSTATED,
        "DOCUMENTATION_NOT_APPROVED": Status.REMOVED,
        "DOCUMENTATION_NOT_PRESENTED": Status.REMOVED,
        "MEMBER_NOT_RESPOND": Status.REINSTATED,
        "ACUERDO_CLOSED": Status.REMOVED,
        "DISCARDED": Status.REJECTED,
        "DISCARDED_DUE_RESTRICTION": Status.REJECTED,
        "DISCARD_DUE_RESTRICTION": Status.REJECTED,
        "REJECTED": Status.REJECTED,
        "REJECTED_BY_ABUSE": Status.REJECTED,
        "REJECTED_BY_ABUSE_COUNTER_NOTICE": Status.REJECTED,
        "REJECTED_BY_RESTRICTION": Status.REJECTED,
        "REJECTED_PDP_ITEM": Status.REJECTED,
        "REJECTED_PDP_CATALOG": Status.REJECTED,
        "REJECTED_PDP_IMAGE_RANKER": Status.REJECTED,
        "REJECTED_MODIFIED": Status.GONE,
    }


@pytest.mark.parametrize("word", [word for word, (status, _) in STATUSES.items() if status.final])
def test_a_final_status_says_why_and_when(word: str) -> None:
    decision = parse_case(CASE | {"current_status": word}, "1")
    assert decision.reason.endswith(".")
    assert decision.decided_at == datetime(2026, 5, 15, 11, 32, 17, tzinfo=UTC)
    assert decision.deadline is None
    assert decision.vendor_status == word


@given(st.text(min_size=1, max_size=30).filter(lambda word: word.isprintable() and word not in STATUSES))
def test_no_other_word_is_ever_final(word: str) -> None:
    decision = parse_case(CASE | {"current_status": word}, "1")
    assert (decision.status, decision.vendor_status) == (Status.IN_REVIEW, word)


def test_an_accepted_proof_is_a_counter_notice_and_silence_of_ours_is_not_guessed_at() -> None:
    assert parse_case(CASE | {"current_status": "DOCUMENTATION_APPROVED"}, "1").came_back is ComeBack.COUNTER_NOTICE
    assert parse_case(CASE | {"current_status": "MEMBER_NOT_RESPOND"}, "1").came_back is None


def test_the_seller_is_read_from_the_case() -> None:
    assert parse_case(CASE, "1").seller == Seller(seller_id="3396749566", name="TESTUSER")
    assert parse_case(CASE | {"seller_id": 5, "seller_name": None}, "1").seller == Seller(seller_id="5")
    unreadable: tuple[object, ...] = (None, "", "S-1", True, 1.5, {})
    for unknown in unreadable:
        assert parse_case(CASE | {"seller_id": unknown}, "1").seller is None


def test_what_the_seller_sent_asks_for_an_answer_with_their_choices_in_a_language_they_have() -> None:
    decision = parse_case(PRESENTED, "37072543")
    assert decision.choices == (
        Choice(key="1", words="It does not correspond"),
        Choice(key="2", words="Es ilegible"),
        Choice(key="3", words="Você não está autorizado"),
    )
    assert decision.reason.startswith("The seller has answered: “Tengo la factura.” The proof is factura.pdf")
    assert "documents.example" not in decision.reason


def test_without_choices_a_person_is_sent_to_their_portal() -> None:
    decision = parse_case(PRESENTED | {"reject_option_member": None, "seller_quittance": None}, "1")
    assert decision.choices == ()
    assert "Please answer there" in decision.reason


def test_choices_are_only_told_while_an_answer_is_taken() -> None:
    assert parse_case(PRESENTED | {"current_status": "DOCUMENTATION_NOT_APPROVED"}, "1").choices == ()


def deadline(case: dict[str, Any]) -> tuple[datetime, Whose] | None:
    told = parse_case(case, "1").deadline
    return (told.at, told.whose) if told else None


def test_our_deadline_is_theirs_or_three_days_after_the_seller_answered() -> None:
    due = PRESENTED | {"due_date": "2026-05-17T20:00:00.000-0400"}
    assert deadline(due) == (datetime(2026, 5, 18, 0, 0, tzinfo=UTC), Whose.OURS)
    assert deadline(PRESENTED) == (datetime(2026, 5, 18, 11, 32, 17, tzinfo=UTC), Whose.OURS)
    told = parse_case(PRESENTED, "1").deadline
    assert told is not None
    assert "or the listing comes back" in told.words


def test_a_due_date_from_before_the_status_is_of_the_step_before() -> None:
    stale = PRESENTED | {"due_date": "2026-05-15T07:00:00.000-0400"}
    assert deadline(stale) == deadline(PRESENTED)


@pytest.mark.parametrize("word", ["WAITING_DOCUMENTATION", "ROLLBACK"])
def test_the_sellers_three_days_leave_sundays_out(word: str) -> None:
    waiting = CASE | {"current_status": word}  # on a Friday
    assert deadline(waiting) == (datetime(2026, 5, 19, 11, 32, 17, tzinfo=UTC), Whose.SELLER)


def test_a_sunday_is_one_where_they_are() -> None:
    # Saturday night there is Sunday morning in UTC: Sunday, Monday, Tuesday and Wednesday follow there.
    waiting = CASE | {"current_status": "WAITING_DOCUMENTATION", "last_updated": "2026-05-16T23:00:00.000-0400"}
    assert deadline(waiting) == (datetime(2026, 5, 21, 3, 0, tzinfo=UTC), Whose.SELLER)


@pytest.mark.parametrize(
    "moment", [None, "", "soon", 5, "2026-05-15T07:32:17", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-0400"]
)
def test_without_a_time_that_can_be_read_no_deadline_is_made_up(moment: object) -> None:
    assert deadline(PRESENTED | {"last_updated": moment}) is None
    rejected = parse_case(CASE | {"current_status": "REJECTED", "last_updated": moment}, "1")
    assert (rejected.status, rejected.decided_at) == (Status.REJECTED, None)


@pytest.mark.parametrize("body", [None, [], "REJECTED", {}, {"current_status": None}, {"current_status": "A\nB"}])
def test_what_is_no_case_is_refused_in_words(body: object) -> None:
    with pytest.raises(ValueError, match="current_status"):
        parse_case(body, "1")


@pytest.mark.parametrize("body", [None, [], {}, {"status": 201}, {"denounce_id": None}, {"denounce_id": "../1"}])
def test_a_filing_without_a_number_is_refused_in_words(body: object) -> None:
    with pytest.raises(ValueError, match="denounce_id"):
        parse_filed(body)


def test_a_filing_has_their_number() -> None:
    decision = parse_filed({"status": 201, "denounce_id": 37072543})
    assert (decision.reference, decision.status) == ("37072543", Status.SUBMITTED)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(lambda one: f"{one}-0400"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*PRESENTED, "id", "text_en"]), inner),
    max_leaves=20,
)


@given(st.sampled_from([*STATUSES, "?"]), st.dictionaries(st.sampled_from(list(PRESENTED)), ANYTHING), ANYTHING)
def test_no_json_makes_anything_but_a_decision_or_a_value_error(word: str, case: dict[str, Any], body: object) -> None:
    assert parse_case(PRESENTED | case | {"current_status": word}, "1").vendor_status == word
    for read in (lambda any_: parse_case(any_, "1"), parse_filed, parse_options):
        with contextlib.suppress(ValueError):
            read(body)


def test_an_uncommonly_long_or_deep_case_is_kept_in_part() -> None:
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    for extra in (deep, "x" * 50_000):
        raw = parse_case(CASE | {"extra": extra}, "1").raw
        assert raw["current_status"] == "CREATED"
        assert len(json.dumps(raw)) < 16_000


@pytest.mark.parametrize(
    ("violation", "reason"),
    [
        (Violation.COUNTERFEIT, "PPPI1"),
        (Violation.TRADEMARK, "PPPI2"),
        (Violation.PARALLEL_IMPORT, ""),
        (Violation.COPYRIGHT, "PPPI17"),
        (Violation.COPYRIGHT_IMAGE, "PPPI6"),
        (Violation.DESIGN, "PPPI8"),
        (Violation.PATENT, "PPPI9"),
        (Violation.OTHER, ""),
    ],
)
def test_each_violation_has_a_reason_of_theirs_or_is_refused(violation: Violation, reason: str) -> None:
    ours = opened()
    assert ours.table.reason_for("MLB", violation) == reason
    assert (violation in ours.capabilities.violations) == bool(reason)
    words = lack(ours, violation=violation, statement=f"See {PICTURE}.")
    assert words == ("" if reason else f"They take no notices for {violation}.")


def test_the_desk_file_has_the_last_word_on_reasons_and_a_sites_own_comes_first() -> None:
    ours = opened(reasons={"copyright": "PPPI5"}, site_reasons={"MLA": {"copyright": "PPPI3", "other": "ACUERDO"}})
    told = [ours.table.reason_for(site, Violation.COPYRIGHT) for site in ("MLB", "MLA")]
    assert told == ["PPPI5", "PPPI3"]
    assert Violation.OTHER in ours.capabilities.violations
    assert lack(ours, violation=Violation.OTHER) == "They take no notices for other on MLB."
    argentine = make.listing("MLA1126353524", marketplace="mercadolibre")
    assert lack(ours, violation=Violation.OTHER, listing=argentine) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"site": "Brazil"},
        {"site": 5},
        {"reasons": {"copyright": 5}},
        {"reasons": {"piracy": "PPPI5"}},
        {"reasons": ["PPPI5"]},
        {"reasons": {"copyright": "PPPI5/../x"}},
        {"site_reasons": {"Brazil": {"copyright": "PPPI5"}}},
        {"site_reasons": ["MLB"]},
        {"comment_limit": 0},
        {"client_id": ""},
        {"base_url": "http://api.mercadolibre.com"},
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        opened(**wrong)


@pytest.mark.parametrize("reason", ["PPPI6", "PPPI17"])
def test_where_pictures_infringe_they_have_to_be_named(reason: str) -> None:
    ours = opened(reasons={"copyright_image": reason})
    words = lack(ours, violation=Violation.COPYRIGHT_IMAGE)
    assert reason in words
    assert "into the statement" in words
    assert lack(ours, violation=Violation.COPYRIGHT_IMAGE, statement=f"{PICTURE} is ours") == ""


def test_pictures_are_found_bare_and_within_addresses_each_once() -> None:
    statement = (
        f"Ours: {PICTURE}, https://http2.mlstatic.com/D_NQ_NP_800206-MLB95151503674_102025-O.webp and again {PICTURE}. "
        "Not 12-34, MLB-1234567890 or 2026-05-12."
    )
    assert pictures_in(statement) == [PICTURE, "800206-MLB95151503674_102025"]


def test_pictures_go_along_only_where_they_are_asked_for_under_the_configured_name() -> None:
    one = notice(1, statement=f"{PICTURE} is ours")
    assert to_payload(one, "PPPI1", "photos") == {"report_reason_id": "PPPI1", "comment": one.statement}
    assert to_payload(one, "PPPI6", "photos") == {
        "report_reason_id": "PPPI6",
        "comment": one.statement,
        "photos": [PICTURE],
    }


@pytest.mark.parametrize(
    ("listing_id", "site"),
    [("MLB3344556677", "MLB"), ("MCO612345678", "MCO"), ("MLBU123456789", ""), ("1234567890", ""), ("MLB-1/..", "")],
)
def test_the_site_is_told_by_the_item_number(listing_id: str, site: str) -> None:
    listing = make.listing(listing_id, marketplace="mercadolibre")
    assert site_of(listing) == site
    assert (lack(opened(), listing=listing) == "") == bool(site)


def test_a_comment_limit_of_the_desk_file_is_kept_to() -> None:
    ours = opened(comment_limit=10)
    assert lack(ours, statement="x" * 10) == ""
    assert "10" in lack(ours, statement="x" * 11)


def test_the_enabled_reasons_are_read_in_english_or_as_they_are() -> None:
    told = parse_options(
        [
            {"id": "PPPI1", "description": "Falsificado", "description_en": "Counterfeit"},
            {"id": "ACUERDO", "description": "Tenho um acordo"},
            {"id": "PPPI99"},
            {"id": 5},
            "...",
        ]
    )
    assert told == {"PPPI1": "Counterfeit", "ACUERDO": "Tenho um acordo", "PPPI99": ""}
    assert not_enabled("PPPI2", Violation.TRADEMARK, "MLB", told) == (
        "They have not enabled PPPI2 for us on MLB, which trademark needs. "
        "Enabled there: PPPI1 (Counterfeit), ACUERDO (Tenho um acordo), PPPI99."
    )
    assert not_enabled("PPPI2", Violation.TRADEMARK, "MLB", {}).endswith("Enabled there: none at all.")


def said(*, accepts: bool = False, **changes: Any) -> Answer:
    return Answer(accepts=accepts, by=make.ANALYST, at=make.NOW, **changes)


def test_an_answer_says_yes_and_no_as_texts() -> None:
    assert to_answer(said(accepts=True)) == {"documentation_approved": "true", "member_quittance": None}
    assert to_answer(said(choice="1", words="It is another bag.")) == {
        "documentation_approved": "false",
        "member_quittance": "It is another bag.",
        "reject_member_id": "1",
    }
    assert to_answer(said(choice="1"))["member_quittance"] is None


def test_an_answer_is_checked_before_it_is_sent() -> None:
    asked = notice(1, status=Status.NEEDS_INPUT, choices=(Choice(key="1", words="It does not correspond"),))
    assert unanswerable(asked, said(accepts=True), 10) == ""
    assert unanswerable(asked, said(choice="1", words="x" * 10), 10) == ""
    assert "choose one" in unanswerable(asked, said(choice="2"), 10)
    assert "choose one" in unanswerable(asked, said(), 10)
    assert "11 characters" in unanswerable(asked, said(choice="1", words="x" * 11), 10)
    assert "wait for no answer" in unanswerable(replace(asked, choices=()), said(accepts=True), 10)
