"""Abuse reports to Cloudflare: what they say, how their answers are read, and what is peculiar to them."""

from __future__ import annotations

import contextlib
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask
from bot.marketplaces.cloudflare import CLOUDFLARE, UNNUMBERED, CloudflareMarketplace
from bot.marketplaces.cloudflare_answers import DENIALS, is_of, parse_report, refusal, report_number
from bot.marketplaces.cloudflare_reports import ACTS, TYPES, CloudflareTable, lacking, references, to_payload
from bot.model import Decision, Notice, RightKind, Status, Violation
from bot.sandbox.removals import Mood
from bot.sandbox.vendors.cloudflare_rules import problem
from tests import make
from tests.contracts.scene import TOKEN
from tests.contracts.scene_cloudflare import TABLE, cloudflare_scene, notice, page
from tests.vendors import opening

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=15), inner, max_size=4),
    max_leaves=12,
)
REPORT = {"id": "a1b2", "status": "submitted", "type": "TM", "cdate": "2026-03-02T09:00:01Z", "domain": "fake.example"}


def table(**changes: Any) -> CloudflareTable:
    return CloudflareTable.model_validate(TABLE | changes)


def marketplace(*answers: httpx.Response) -> CloudflareMarketplace:
    """One that gives these answers, one after the other."""
    waiting = list(answers)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: waiting.pop(0)))
    opened = CLOUDFLARE.opened(table(), opening(client))
    assert isinstance(opened, CloudflareMarketplace)
    return opened


def of(violation: Violation, number: int = 1, **changes: Any) -> Notice:
    """A notice for a violation, on a right of the kind that carries it."""
    kind = {
        Violation.COPYRIGHT: RightKind.COPYRIGHT,
        Violation.COPYRIGHT_IMAGE: RightKind.COPYRIGHT,
        Violation.DESIGN: RightKind.DESIGN,
        Violation.PATENT: RightKind.PATENT,
    }.get(violation, RightKind.TRADEMARK)
    return notice(number, violation=violation, right=make.right(kind=kind), **changes)


def denied(reason: str | None) -> Decision:
    return parse_report({**REPORT, "status": "denied", "denial_reason": reason})


# What a report says


@pytest.mark.parametrize("violation", list(Violation))
def test_a_report_of_every_violation_is_one_they_take(violation: Violation) -> None:
    body = to_payload(table(title="Counsel", tele="+31 20 1234567"), [of(violation, one) for one in (1, 2, 3)])
    assert problem(ACTS[violation], body) is None


def test_each_violation_is_the_report_that_fits_it() -> None:
    assert {violation: ACTS[violation] for violation in Violation} == {
        Violation.COUNTERFEIT: "abuse_trademark",
        Violation.TRADEMARK: "abuse_trademark",
        Violation.PARALLEL_IMPORT: "abuse_trademark",
        Violation.COPYRIGHT: "abuse_dmca",
        Violation.COPYRIGHT_IMAGE: "abuse_dmca",
        Violation.DESIGN: "abuse_general",
        Violation.PATENT: "abuse_general",
        Violation.OTHER: "abuse_general",
    }


def test_a_report_of_a_mark_names_its_number_office_and_sign() -> None:
    body = to_payload(table(), [of(Violation.COUNTERFEIT)])
    assert (body["trademark_number"], body["trademark_office"], body["trademark_symbol"]) == (
        "018000001",
        "EUIPO",
        "ACME",
    )
    assert (body["name"], body["email2"], body["company"]) == ("Ana Lyst", "brand@acme.example", "Acme Brands B.V.")


def test_a_copyright_report_is_signed_and_names_the_holder() -> None:
    body = to_payload(table(), [of(Violation.COPYRIGHT)])
    assert body["signature"] == body["name"] == "Ana Lyst"
    assert body["agree"] == 1
    assert body["agent_name"] == "Acme Brands B.V."
    assert body["comments"].startswith("The product carries")
    assert to_payload(table(agent_name="Acme IP"), [of(Violation.COPYRIGHT)])["agent_name"] == "Acme IP"


def test_a_general_report_names_the_right_in_words() -> None:
    said = to_payload(table(), [of(Violation.DESIGN)])["justification"]
    assert "design 018000001 (EUIPO), “ACME”\nOwner: Acme Brands B.V." in said


def test_only_a_general_report_may_be_anonymous() -> None:
    told = {violation: to_payload(table(anonymous=True), [of(violation)])["host_notification"] for violation in ACTS}
    assert {violation for violation, how in told.items() if how == "send-anon"} == {
        Violation.DESIGN,
        Violation.PATENT,
        Violation.OTHER,
    }
    assert to_payload(table(), [of(Violation.DESIGN)])["owner_notification"] == "send"


def test_the_same_address_is_named_once() -> None:
    twice = [notice(1), replace(notice(2), listing=notice(1).listing), notice(3)]
    assert to_payload(table(), twice)["urls"] == "https://fake-acme.example/shoes/1\nhttps://fake-acme.example/shoes/3"


def test_our_references_are_told_in_runs() -> None:
    assert references([notice(one) for one in (4, 1, 2, 3, 9)]) == "Our reference: TD-1 to TD-4, TD-9"


@given(st.sets(st.integers(1, 10**9), min_size=1, max_size=250))
def test_references_of_whatever_many_notices_have_room(numbers: set[int]) -> None:
    notices = [notice(number) for number in numbers]
    assert len(references(notices)) <= 270
    told = {
        **REPORT,
        "comments": references(notices),
        "justification": "",
        "urls": [n.listing.canonical for n in notices],
    }
    assert all(is_of(told, one) or "and others" in told["comments"] for one in notices)


# What is refused before the call


def test_a_mark_without_a_number_is_not_reported() -> None:
    ask = Ask.of(notice(1, right=make.right(registration_no="", office="")))
    assert "number and office" in lacking(table(), ask)


def test_a_copyright_report_needs_our_address() -> None:
    ask = Ask.of(of(Violation.COPYRIGHT))
    assert "an admin adds city to the desk file" in lacking(table(city=None), ask)
    assert lacking(table(city=None), Ask.of(of(Violation.COUNTERFEIT))) == ""


@pytest.mark.parametrize(
    ("violation", "changes"),
    [
        (Violation.COPYRIGHT, {"statement": "x" * 1701}),
        (Violation.COPYRIGHT, {"right": make.right(title="x" * 256)}),
        (Violation.COPYRIGHT, {"right": make.right(owner="x" * 61)}),
        (Violation.COUNTERFEIT, {"right": make.right(title="x" * 1001)}),
        (Violation.DESIGN, {"statement": "x" * 4990}),
    ],
)
def test_what_is_too_long_for_them_is_refused_in_a_sentence(violation: Violation, changes: dict[str, Any]) -> None:
    assert "characters" in lacking(table(), Ask.of(replace(of(violation), **changes)))
    assert lacking(table(), Ask.of(of(violation))) == ""


def test_an_address_without_a_host_is_not_reported() -> None:
    bare = replace(page(1), canonical="https:///shoes")
    assert "whole address" in lacking(table(), Ask.of(notice(1, listing=bare)))


def test_what_differs_in_host_right_violation_words_or_signature_is_another_report() -> None:
    ours = marketplace()
    first = notice(1)
    others = [
        replace(first, listing=page(1, "other-acme.example")),
        replace(first, right=make.right("ACME-US")),
        replace(first, violation=Violation.TRADEMARK),
        replace(first, statement="Otherwise."),
        replace(first, declaration=make.declaration(signature="Ben Lyst")),
    ]
    assert ours.lot_of(first) == ours.lot_of(notice(2))
    assert len({ours.lot_of(one) for one in (first, *others)}) == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "nobody"},
        {"email": "a@b.example\n"} | {"company": "x" * 101},
        {"title": "x" * 256},
        {"tele": "1" * 21},
        {"address1": "x" * 101},
        {"country": "x" * 256},
        {"agent_name": "x" * 61},
        {"account_id": "../zones"},
        {"account_id": "a" * 33},
    ],
)
def test_a_table_beyond_their_limits_is_refused_at_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        table(**changes)


def test_the_example_is_a_table_and_says_who_may_read_it() -> None:
    example = tomllib.loads(CLOUDFLARE.example)
    checked = CLOUDFLARE.table.model_validate(example | {"key": "cloudflare", "token": SecretStr("x")})
    assert checked.any_address
    assert "Lumen" in CLOUDFLARE.example


# What they answer


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"abuse_rand": "a1", "request": {"act": "abuse_general"}, "result": "success"}, "a1"),
        ({"success": True, "errors": [], "messages": [], "result": {"abuse_rand": "a1"}}, "a1"),
        ({"success": True, "errors": [], "messages": [], "result": {"id": "a1"}}, "a1"),
        ({"success": True, "errors": [], "messages": [], "result": "success"}, ""),
        ({"result": "success"}, ""),
    ],
)
def test_the_number_of_a_report_is_found_where_they_give_one(body: object, number: str) -> None:
    assert report_number(body) == number


@pytest.mark.parametrize("body", [None, [], {}, "success", {"result": "queued"}, {"success": None, "result": {}}])
def test_an_answer_that_says_nothing_is_not_taken_for_a_yes(body: object) -> None:
    with pytest.raises(ValueError):
        report_number(body)


@pytest.mark.parametrize(
    ("body", "words", "code"),
    [
        ({"success": False, "errors": [{"code": 7003, "message": "No."}], "result": None}, "No.", "7003"),
        ({"success": False, "errors": []}, "They gave no reason.", ""),
        ({"result": "error", "error_code": "bad_urls", "msg": "Bad."}, "Bad.", "bad_urls"),
        ({"result": "error", "err_code": "dedupe", "msg": "Again."}, "Again.", "dedupe"),
    ],
)
def test_both_shapes_of_a_refusal_are_read(body: object, words: str, code: str) -> None:
    refused = refusal("Cloudflare", body)
    assert refused is not None
    assert (refused.detail, refused.code) == (words, code)


def test_a_yes_is_no_refusal() -> None:
    assert refusal("Cloudflare", {"success": True, "result": {}}) is None
    assert refusal("Cloudflare", {"result": "success"}) is None


def test_the_three_statuses_have_one_of_ours() -> None:
    told = {word: parse_report({**REPORT, "status": word}).status for word in ("submitted", "accepted", "denied")}
    assert told == {"submitted": Status.SUBMITTED, "accepted": Status.IN_REVIEW, "denied": Status.REJECTED}


def test_an_accepted_report_is_no_removal_and_says_so() -> None:
    assert "whether it is gone they do not say" in parse_report({**REPORT, "status": "accepted"}).reason


def test_every_reason_for_a_denial_has_a_status_and_a_sentence() -> None:
    told = {reason: denied(reason).status for reason in DENIALS}
    assert told == {
        "content_removed": Status.GONE,
        "content_unavailable": Status.GONE,
        "duplicate_report": Status.DUPLICATE,
        "incomplete_report": Status.NEEDS_INPUT,
        "missing_original_work": Status.NEEDS_INPUT,
        "direct_url_required": Status.NEEDS_INPUT,
        "wrong_report_category": Status.NEEDS_INPUT,
        "report_details_mismatch": Status.NEEDS_INPUT,
        "unable_to_confirm": Status.REJECTED,
        "not_on_cloudflare": Status.REJECTED,
        "no_abuse_found": Status.REJECTED,
        "law_enforcement_referral_required": Status.REJECTED,
        "domain_dispute_process_required": Status.REJECTED,
    }
    assert all(denied(reason).reason.endswith(".") for reason in DENIALS)
    assert all("anew" in denied(reason).reason for reason in DENIALS if told[reason] is Status.NEEDS_INPUT)
    assert denied("no_abuse_found").vendor_status == "denied: no_abuse_found"


@given(st.text(min_size=1, max_size=40).filter(lambda word: word.isprintable() and word.strip() not in (*DENIALS, "")))
def test_a_denial_for_an_unknown_reason_is_for_a_person(reason: str) -> None:
    assert denied(reason).status is Status.IN_REVIEW
    assert "Please look" in denied(reason).reason


@given(JSON)
def test_whatever_a_report_is_it_is_read_or_refused(body: object) -> None:
    with contextlib.suppress(ValueError):
        assert not parse_report(body).status.final
    with contextlib.suppress(ValueError):
        assert isinstance(report_number(body), str)
    assert is_of(body, notice(1)) is False


@given(JSON, st.sampled_from([200, 201, 400, 401, 404, 429, 500]))
async def test_whatever_they_answer_is_a_decision_or_a_marketplace_error(body: object, status: int) -> None:
    ours = marketplace(*(httpx.Response(status, json=body) for _ in range(9)))
    first = notice(1, reference="a1b2")
    for result in (
        (await _tried(ours.submit([first]))),
        await _tried(ours.check(first)),
        await _tried(ours.look_up(first)),
    ):
        assert isinstance(result, Decision | MarketplaceError | dict | None)
        if isinstance(result, dict):
            assert all(isinstance(one, Decision | MarketplaceError) for one in result.values())


async def _tried(call: Any) -> Any:
    try:
        return await call
    except MarketplaceError as error:
        return error


def test_what_is_kept_names_no_person() -> None:
    told = {**REPORT, "submitter": {"email": "brand@acme.example"}, "urls": ["https://x.example/"], "name": "Ana Lyst"}
    assert parse_report(told).raw == REPORT


# Whose report it is


def report(**changes: Any) -> dict[str, Any]:
    ours = notice(1)
    told = {
        **REPORT,
        "urls": [ours.listing.canonical],
        "justification": ours.statement,
        "comments": "Our reference: TD-1",
    }
    return told | changes


@pytest.mark.parametrize(
    "changes",
    [{}, {"comments": None}, {"cdate": "2026-03-02T08:59:30Z"}, {"urls": ["https://fake-acme.example/shoes/1/"]}],
)
def test_a_report_is_ours_by_kind_time_address_and_reference_or_words(changes: dict[str, Any]) -> None:
    assert is_of(report(**changes), notice(1))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "GEN"},
        {"cdate": "2026-03-02T08:58:00Z"},
        {"cdate": "yesterday"},
        {"cdate": "2026-03-02T09:00:01"},
        {"urls": ["https://fake-acme.example/shoes/2"]},
        {"urls": "https://fake-acme.example/shoes/1"},
        {"comments": "Our reference: TD-2 to TD-9"},
        {"comments": None, "justification": "Somebody else's words."},
        {"comments": None, "justification": None},
    ],
)
def test_an_older_report_or_one_of_somebody_else_is_not_ours(changes: dict[str, Any]) -> None:
    assert not is_of(report(**changes), notice(1))


# What is peculiar to them, over the wire


async def test_a_report_of_many_pages_is_one_call_and_one_reference() -> None:
    async with cloudflare_scene() as scene:
        notices = [scene.notice(number) for number in range(1, 251)]
        results = await scene.ours.submit(notices)
        assert len(scene.theirs.reports) == 1
        assert len(scene.theirs.log) == 1
        assert {one.reference for one in results.values() if isinstance(one, Decision)} == {scene.theirs.reports[0].id}


async def test_many_checks_of_one_report_are_one_call_until_it_may_have_moved() -> None:
    async with cloudflare_scene() as scene:
        notices = [scene.notice(number, reference="") for number in range(1, 31)]
        await scene.ours.submit(notices)
        filed = [replace(one, reference=scene.theirs.reports[0].id) for one in notices]
        for one in filed:
            assert (await scene.ours.check(one)).status is Status.SUBMITTED
        assert len(scene.theirs.log) == 2
        scene.clock.forward(60)
        assert (await scene.ours.check(filed[0])).status is Status.IN_REVIEW


async def test_a_report_that_got_no_number_is_looked_up_at_once() -> None:
    async with cloudflare_scene() as scene:
        scene.theirs.numbers = False
        decision = (await scene.ours.submit([scene.notice(1)]))["TD-1"]
        assert isinstance(decision, Decision)
        assert decision.reference == scene.theirs.reports[0].id


async def test_a_report_that_is_not_listed_yet_is_looked_for_later() -> None:
    async with cloudflare_scene() as scene:
        scene.theirs.numbers = scene.theirs.lists = False
        decision = (await scene.ours.submit([scene.notice(1)]))["TD-1"]
        assert isinstance(decision, Decision)
        assert (decision.reference, decision.status) == (UNNUMBERED, Status.SUBMITTED)
        waiting = scene.notice(1, reference=UNNUMBERED)
        with pytest.raises(Declined, match="do not list"):
            await scene.ours.check(waiting)
        scene.theirs.lists = True
        scene.clock.forward(60)
        assert (await scene.ours.check(waiting)).status is Status.IN_REVIEW


async def test_a_number_they_do_not_know_is_looked_up_by_the_page() -> None:
    async with cloudflare_scene() as scene:
        await scene.ours.submit([scene.notice(1)])
        assert (await scene.ours.check(scene.notice(1, reference="another"))).reference == scene.theirs.reports[0].id


async def test_a_report_of_somebody_before_us_is_never_taken_for_ours() -> None:
    async with cloudflare_scene() as scene:
        await scene.ours.submit([scene.notice(1, at=scene.clock())])
        scene.clock.forward(3600)
        later = scene.notice(2, listing=page(1), at=scene.clock())
        assert await scene.ours.look_up(later) is None
        assert await scene.ours.look_up(scene.notice(2, listing=page(1))) is None


async def test_one_known_page_does_not_keep_the_others_from_being_sent() -> None:
    async with cloudflare_scene() as scene:
        await scene.ours.submit([scene.notice(1)])
        results = await scene.ours.submit([scene.notice(2, listing=page(1)), scene.notice(3)])
        known, other = results["TD-2"], results["TD-3"]
        assert isinstance(known, Decision)
        assert (known.status, known.reference) == (Status.DUPLICATE, scene.theirs.reports[0].id)
        assert isinstance(other, Unavailable)
        assert scene.theirs.filed(page(3).canonical) == 0
        again = (await scene.ours.submit([scene.notice(3)]))["TD-3"]
        assert isinstance(again, Decision)
        assert scene.theirs.filed(page(3).canonical) == 1


async def test_a_page_that_was_sent_before_with_a_lost_reply_is_known_as_ours() -> None:
    async with cloudflare_scene() as scene:
        scene.theirs.feel(Mood.LOST_REPLY)
        with pytest.raises(OutcomeUnknown):
            await scene.ours.submit([scene.notice(1)])
        scene.theirs.feel(Mood.CALM)
        decision = (await scene.ours.submit([scene.notice(1)]))["TD-1"]
        assert isinstance(decision, Decision)
        assert decision.status is Status.SUBMITTED
        assert scene.theirs.filed(page(1).canonical) == 1


async def test_a_page_they_refuse_as_known_and_do_not_list_may_be_ours_and_says_so_in_their_words() -> None:
    async with cloudflare_scene() as scene:
        scene.theirs.lists = False
        scene.theirs.feel(Mood.LOST_REPLY)
        with pytest.raises(OutcomeUnknown):
            await scene.ours.submit([scene.notice(1)])
        scene.theirs.feel(Mood.CALM)
        result = (await scene.ours.submit([scene.notice(1)]))["TD-1"]
        assert isinstance(result, OutcomeUnknown)
        assert "already submitted this URL" in result.detail
        assert result.status == 200, "they did answer"
        scene.theirs.lists = True
        found = await scene.ours.look_up(scene.notice(1))
        assert found is not None
        assert found.reference == scene.theirs.reports[0].id


@pytest.mark.parametrize("status", [Status.SENDING, Status.UNCERTAIN])
async def test_what_was_sent_a_moment_ago_is_given_time_to_be_listed(status: Status) -> None:
    async with cloudflare_scene() as scene:
        one = scene.notice(1, at=scene.clock(), status=status)
        with pytest.raises(Unavailable) as wait:
            await scene.ours.look_up(one)
        assert (wait.value.retry_after, wait.value.status) == (60, None)
        scene.clock.forward(60)
        assert await scene.ours.look_up(one) is None


async def test_a_report_that_was_lost_is_found_after_somebody_pressed_retry_later() -> None:
    async with cloudflare_scene() as scene:
        one = scene.notice(1, at=scene.clock())
        await scene.ours.submit([one])
        scene.clock.forward(7200)
        found = await scene.ours.look_up(replace(one, sends_at=scene.clock()))
        assert found is not None
        assert found.reference == scene.theirs.reports[0].id


async def test_an_account_without_the_entitlement_is_told_what_it_lacks() -> None:
    async with cloudflare_scene() as scene:
        scene.theirs.feel(Mood.BAD_TOKEN)
        with pytest.raises(NotAuthorised, match="entitlement") as refused:
            await scene.ours.probe()
        assert TOKEN not in str(refused.value)


async def test_a_refusal_does_not_repeat_our_token() -> None:
    echo: dict[str, Any] = {"success": False, "result": None}
    for status, kind in ((200, Declined), (400, Declined), (401, NotAuthorised), (403, NotAuthorised)):
        for before in ("", "x" * 480):
            echo["errors"] = [{"code": 1, "message": f"{before} {TOKEN}"}]
            with pytest.raises(kind) as refused:
                await marketplace(httpx.Response(status, json=echo)).submit([notice(1)])
            assert TOKEN[:8] not in str(refused.value)
    assert TOKEN not in repr(marketplace())


async def test_more_reports_than_are_read_leave_it_open_whether_ours_is_among_them() -> None:
    full = {"success": True, "result": {"reports": [{**REPORT, "id": f"r{n}"} for n in range(50)]}}
    ours = marketplace(*(httpx.Response(200, json=full) for _ in range(5)))
    with pytest.raises(Unavailable, match="more than 250"):
        await ours.look_up(notice(1))


async def test_a_report_is_looked_for_from_just_before_it_was_filed_and_under_the_domain_too() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"success": True, "result": {"reports": []}})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    at = datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC) + timedelta(minutes=1)
    sent = notice(1, at=at, listing=page(1, "www.fake-acme.example"))
    assert await CLOUDFLARE.opened(table(), opening(client)).look_up(sent) is None
    params = asked[0].url.params
    assert params["created_after"] == "2026-03-02T09:00:00Z"
    assert params["type"] == TYPES["abuse_trademark"]
    assert params.get_list("domain") == ["www.fake-acme.example", "fake-acme.example"]
