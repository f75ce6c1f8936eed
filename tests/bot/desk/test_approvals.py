"""Who may decide about what is held back, and that it is decided once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot import declarations
from bot.desk import Desk, approvals, filing, policy, tracking
from bot.errors import Invalid, NotAllowed, NotFound, Refused, WrongStatus
from bot.marketplaces import Ask, Capabilities, Marketplace
from bot.model import (
    ALLOWS,
    SYSTEM,
    Actor,
    Approval,
    AuthorisedSeller,
    DeliveryKind,
    Filed,
    FilingDay,
    May,
    Notice,
    Override,
    Record,
    Registration,
    Role,
    Status,
    Violation,
)
from bot.stores import Store
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.bot.desk.test_authority import ANN, GIL, OTTO, TEAM, Workspace, desk_with

BO, CY, ADA = (Actor(user_id=who, team_id=TEAM) for who in ("U0BO", "U0CY", "U0ADA"))
Decide = Callable[[Desk, Actor], Awaitable[tuple[Notice, ...]]]


class Acme:
    key, name = "acme", "Acme Market"
    capabilities = Capabilities(territory=("DE",))

    def lacks(self, _: Ask) -> str:
        return ""


async def approve(desk: Desk, by: Actor) -> tuple[Notice, ...]:
    return await approvals.approve(desk, "TD-1", by=by)


async def refuse(desk: Desk, by: Actor) -> tuple[Notice, ...]:
    return await approvals.refuse(desk, "TD-1", "Not ours.", by=by)


DECIDE = pytest.mark.parametrize("decide", [approve, refuse])


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    yield opened
    await opened.close()


@pytest.fixture
async def desk(store: TinyStore) -> Desk:
    """Bo and Cy are approvers, Ada an admin by the setting; the right is on file."""
    await store.save(
        Registration(right=make.right(), version=1, by=SYSTEM, at=make.NOW),
        make.role(BO.user_id, Role.APPROVER),
        make.role(CY.user_id, Role.APPROVER),
    )
    made = desk_with(store, Workspace(), first_admins=frozenset({ADA.user_id}))
    return replace(made, marketplaces={"acme": cast(Marketplace, Acme())}, undo=timedelta(seconds=30))


async def batch(store: TinyStore, count: int = 3, **changes: Any) -> list[Notice]:
    notices = [make.awaiting(f"TD-{at}", batch_id="TD-1", **changes) for at in range(1, count + 1)]
    await store.save(*notices, *(make.event(notice) for notice in notices))
    return notices


async def standing(store: TinyStore) -> list[Status]:
    return [notice.status for notice in await store.batch("TD-1")]


@DECIDE
@pytest.mark.parametrize("role", Role)
async def test_only_a_role_that_approves_decides(desk: Desk, store: TinyStore, decide: Decide, role: Role) -> None:
    await batch(store)
    await store.save(make.role(ANN.user_id, role))
    if May.APPROVE in ALLOWS[role]:
        assert len(await decide(desk, ANN)) == 3
        return
    with pytest.raises(NotAllowed, match=f"here you are {role}"):
        await decide(desk, ANN)
    assert set(await standing(store)) == {Status.AWAITING_APPROVAL}


@DECIDE
@pytest.mark.parametrize("who", [GIL, OTTO, ANN])
async def test_guests_strangers_and_people_without_a_role_decide_nothing(
    desk: Desk, store: TinyStore, decide: Decide, who: Actor
) -> None:
    await batch(store)
    if who is not ANN:
        await store.save(make.role(who.user_id, *Role))
    with pytest.raises(NotAllowed):
        await decide(desk, who)


@DECIDE
@pytest.mark.parametrize("who", [BO, ADA])
@pytest.mark.parametrize("how", ["submitter", "owner", "affirmed_by"])
async def test_nobody_decides_about_their_own_an_admin_neither(
    desk: Desk, store: TinyStore, decide: Decide, who: Actor, how: str
) -> None:
    theirs: dict[str, dict[str, Any]] = {
        "submitter": {"submitter": who},
        "owner": {"owner": who.user_id},
        "affirmed_by": {"declaration": make.declaration(affirmed_by=who.user_id)},
    }
    await batch(store, **theirs[how])
    if how == "owner" and decide is refuse:
        assert len(await decide(desk, who)) == 3, "who only looks after it approves nothing, but may refuse"
        return
    with pytest.raises(NotAllowed, match="somebody else has to decide, whatever your role"):
        await decide(desk, who)
    assert set(await standing(store)) == {Status.AWAITING_APPROVAL}


async def test_of_a_batch_of_which_one_is_theirs_an_approver_decides_about_the_rest(
    desk: Desk, store: TinyStore
) -> None:
    await batch(store, 2)
    theirs = make.awaiting("TD-3", batch_id="TD-1", owner=BO.user_id)
    await store.save(theirs, make.event(theirs))
    assert [one.id for one in await approvals.to_decide(desk, "TD-1", by=BO)] == ["TD-1", "TD-2"]
    assert len(await approvals.to_decide(desk, "TD-1", by=BO, refusing=True)) == 3
    with pytest.raises(NotAllowed, match=r"You look after TD-3.*You can still refuse"):
        await approvals.approve(desk, by=BO, only=["TD-1", "TD-3"])
    with pytest.raises(NotAllowed, match="You look after TD-3"):
        await approvals.choose(desk, "TD-1", ["TD-3"], refuse_rest=False, why="", by=BO)
    await approvals.choose(desk, "TD-1", ["TD-2"], refuse_rest=False, why="", by=BO)
    assert [one.id for one in await approve(desk, BO)] == ["TD-1"]
    assert await standing(store) == [Status.QUEUED, Status.QUEUED, Status.AWAITING_APPROVAL]
    assert [one.id for one in await refuse(desk, BO)] == ["TD-3"]


async def test_what_is_alike_to_one_of_a_batch_is_decided_by_itself(desk: Desk, store: TinyStore) -> None:
    await batch(store, 2)
    differs = [make.awaiting(f"TD-{at}", batch_id="TD-1", statement="Another.") for at in (3, 4)]
    await store.save(*differs, *map(make.event, differs))
    assert [one.id for one in await approvals.asked(desk, "TD-1", by=BO, like="TD-4")] == ["TD-3", "TD-4"]
    assert [one.id for one in await approvals.to_decide(desk, "TD-1", by=BO, like="TD-1")] == ["TD-1", "TD-2"]
    with pytest.raises(NotFound, match="was not filed with these"):
        await approvals.approve(desk, "TD-1", by=BO, like="TD-9")
    assert [one.id for one in await approvals.approve(desk, "TD-1", by=BO, like="TD-3")] == ["TD-3", "TD-4"]
    assert [one.id for one in await approvals.approve(desk, "TD-1", by=BO, like="TD-4")] == ["TD-3", "TD-4"]
    with pytest.raises(WrongStatus, match="approved TD-3"):
        await approvals.refuse(desk, "TD-1", "No.", by=CY, like="TD-3")
    assert [one.id for one in await approvals.refuse(desk, "TD-1", "No.", by=CY, like="TD-1")] == ["TD-1", "TD-2"]


async def test_who_filed_one_of_a_batch_neither_approves_nor_refuses_it_with_the_rest(
    desk: Desk, store: TinyStore
) -> None:
    await batch(store, 2)
    theirs = make.awaiting("TD-3", batch_id="TD-1", declaration=make.declaration(affirmed_by=BO.user_id))
    await store.save(theirs, make.event(theirs))
    with pytest.raises(NotAllowed, match="You filed TD-3"):
        await approvals.refuse(desk, "", "No.", by=BO, only=["TD-3"])
    assert {one.id for one in await refuse(desk, BO)} == {"TD-1", "TD-2"}
    assert (await standing(store))[2] is Status.AWAITING_APPROVAL


async def test_what_is_approved_is_queued_and_the_undo_window_begins_then(desk: Desk, store: TinyStore) -> None:
    filed = make.NOW - timedelta(hours=5)
    await batch(store, 1, at=filed, approval=Approval(because=("it is so",), asked_at=filed))
    await store.save(make.filing_policy(undo_seconds=90))
    (notice,) = await approve(desk, BO)
    assert (notice.status, notice.sends_at) == (Status.QUEUED, make.NOW + timedelta(seconds=90))
    assert notice.approval is not None
    assert (notice.approval.by, notice.approval.at, notice.approval.approved) == (BO, make.NOW, True)
    assert notice.approval.because == ("it is so",)
    (submission,) = await store.claim_due(notice.sends_at, timedelta(minutes=1), lane="marketplace:acme")
    assert (submission.kind, submission.due_at) == (DeliveryKind.SUBMIT, notice.sends_at)
    assert [event.kind for event in await store.events("TD-1")] == ["filed", "approved"]


async def test_what_is_refused_is_over_with_its_reason_and_never_sent(desk: Desk, store: TinyStore) -> None:
    await batch(store, 1)
    (notice,) = await refuse(desk, BO)
    assert (notice.status, notice.reason, notice.open_key) == (Status.REFUSED, "Not ours.", None)
    assert notice.approval is not None
    assert (notice.approval.by, notice.approval.approved, notice.approval.why) == (BO, False, "Not ours.")
    lanes = await store.due_lanes(make.NOW + timedelta(days=1))
    assert not [lane for lane in lanes if lane.startswith("marketplace:")]
    (reply,) = [
        one
        for one in await store.claim_due(make.NOW, timedelta(minutes=1), lane="replies:C1", limit=9)
        if one.kind is DeliveryKind.REPLY
    ]
    assert reply.words == "TD-1: refused by Somebody. Why: Not ours."


@pytest.mark.parametrize(("why", "words"), [("", "say why"), ("  \n", "say why"), ("x" * 501, "500 is the most")])
async def test_a_refusal_needs_a_reason_that_fits(desk: Desk, store: TinyStore, why: str, words: str) -> None:
    await batch(store)
    with pytest.raises(Invalid, match=words) as refused:
        await approvals.refuse(desk, "TD-1", why, by=BO)
    assert refused.value.field == "why"


@pytest.mark.parametrize("second", [approve, refuse])
@DECIDE
async def test_two_at_once_decide_once_and_the_second_hears_who(
    desk: Desk, store: TinyStore, decide: Decide, second: Decide
) -> None:
    await batch(store)
    done = await asyncio.gather(decide(desk, BO), second(desk, CY), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["WrongStatus", "tuple"]
    (late,) = [one for one in done if isinstance(one, WrongStatus)]
    assert "a moment ago" in str(late)
    assert len(set(await standing(store))) == 1
    for at in (1, 2, 3):
        assert len(await store.events(f"TD-{at}")) == 2


@DECIDE
async def test_a_double_click_of_one_approver_is_one_decision_and_no_refusal(
    desk: Desk, store: TinyStore, decide: Decide
) -> None:
    await batch(store)
    first, again = await asyncio.gather(decide(desk, BO), decide(desk, BO))
    assert {one.id for one in first} | {one.id for one in again} == {"TD-1", "TD-2", "TD-3"}
    assert len(await store.events("TD-1")) == 2
    assert len(await decide(desk, BO)) == 3


async def test_who_decided_is_named_with_the_time_once_it_is_not_a_moment_ago(desk: Desk, store: TinyStore) -> None:
    await batch(store)
    await approve(desk, BO)
    later = replace(desk, clock=lambda: make.NOW + timedelta(hours=1))
    with pytest.raises(WrongStatus, match=r"Somebody approved TD-1 on 02 Mar 2026, 09:00 UTC\."):
        await refuse(later, CY)
    with pytest.raises(WrongStatus, match="You approved TD-1"):
        await refuse(later, BO)


async def test_a_part_is_approved_by_name_and_the_rest_waits(desk: Desk, store: TinyStore) -> None:
    await batch(store)
    await approvals.approve(desk, "TD-1", by=BO, only=["TD-1", "TD-3"])
    assert await standing(store) == [Status.QUEUED, Status.AWAITING_APPROVAL, Status.QUEUED]
    with pytest.raises(WrongStatus, match="Somebody approved TD-1"):
        await approvals.refuse(desk, "TD-1", "No.", by=CY, only=["TD-1", "TD-2"])
    assert (await standing(store))[1] is Status.AWAITING_APPROVAL, "all that was named, or nothing"
    await approve(desk, CY)
    assert set(await standing(store)) == {Status.QUEUED}


async def test_some_are_approved_and_the_rest_refused_in_one_step(desk: Desk, store: TinyStore) -> None:
    await batch(store)
    decided = await approvals.choose(desk, "TD-1", ["TD-2"], refuse_rest=True, why="Dealers.", by=BO)
    assert len(decided) == 3
    assert await standing(store) == [Status.REFUSED, Status.QUEUED, Status.REFUSED]


async def test_a_choice_that_somebody_else_was_faster_with_decides_nothing(desk: Desk, store: TinyStore) -> None:
    await batch(store)
    await approvals.refuse(desk, "TD-1", "No.", by=CY, only=["TD-2"])
    with pytest.raises(WrongStatus, match="refused TD-2 a moment ago"):
        await approvals.choose(desk, "TD-1", ["TD-2"], refuse_rest=True, why="Dealers.", by=BO)
    assert await standing(store) == [Status.AWAITING_APPROVAL, Status.REFUSED, Status.AWAITING_APPROVAL]


@pytest.mark.parametrize(
    ("batch_id", "only", "error"),
    [("TD-1", ["TD-9"], NotFound), ("TD-9", [], NotFound), ("", ["TD-9"], NotFound), ("", [], NotFound)],
)
async def test_what_a_client_made_up_is_not_found(
    desk: Desk, store: TinyStore, batch_id: str, only: list[str], error: type[Refused]
) -> None:
    await batch(store)
    other = make.awaiting("TD-8")
    await store.save(other)
    with pytest.raises(error):
        await approvals.approve(desk, batch_id, by=BO, only=only)
    with pytest.raises(NotFound, match="was not filed with these"):
        await approvals.choose(desk, "TD-1", ["TD-8"], refuse_rest=False, why="", by=BO)


async def test_what_needs_nobody_cannot_be_approved(desk: Desk, store: TinyStore) -> None:
    await store.save(make.notice("TD-7"))
    with pytest.raises(WrongStatus, match="TD-7 needs no second person"):
        await approvals.approve(desk, by=BO, only=["TD-7"])


async def test_what_was_withdrawn_meanwhile_is_said_and_the_rest_is_decided(desk: Desk, store: TinyStore) -> None:
    await batch(store, submitter=ANN)
    await store.save(make.role(ANN.user_id, Role.ANALYST))
    await tracking.withdraw(desk, "TD-2", "A mistake", by=ANN)
    with pytest.raises(WrongStatus, match="TD-2 was withdrawn before anybody had decided"):
        await approvals.approve(desk, "TD-1", by=BO, only=["TD-2"])
    assert {one.id for one in await approve(desk, BO)} == {"TD-1", "TD-3"}
    assert await standing(store) == [Status.QUEUED, Status.WITHDRAWN, Status.QUEUED]


def lapsed(**changes: Any) -> Registration:
    retired = changes.pop("retired", False)
    return Registration(right=make.right(**changes), version=2, by=SYSTEM, at=make.NOW, retired=retired)


def leave(**changes: Any) -> AuthorisedSeller:
    made = AuthorisedSeller(marketplace="acme", seller_id="S-1", right_key="", version=1, by=SYSTEM, at=make.NOW)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (lapsed(expires_on=date(2026, 3, 1)), "ACME-EU expired on 01 March 2026"),
        (lapsed(retired=True), "ACME-EU was retired"),
        (
            lapsed(power_of_attorney="PoA 7", power_of_attorney_expires_on=date(2026, 3, 1)),
            "The power of attorney for ACME-EU ended on 01 March 2026",
        ),
        (leave(), "The seller S-1 has our leave by now"),
        (leave(seller_id="s-1"), "The seller s-1 has our leave by now"),
        (leave(seller_id="", name="shop 1"), "The seller shop 1 has our leave by now"),
        (lapsed(jurisdictions=("FR",)), "ACME-EU covers FR; Acme Market sells in DE"),
    ],
)
async def test_what_could_not_be_filed_today_is_not_approved_but_can_be_refused(
    desk: Desk, store: TinyStore, changed: Registration | AuthorisedSeller, words: str
) -> None:
    await batch(store, 1, seller=make.seller())
    await store.save(changed)
    with pytest.raises(WrongStatus, match=words):
        await approve(desk, BO)
    assert await standing(store) == [Status.AWAITING_APPROVAL]
    assert (await refuse(desk, BO))[0].status is Status.REFUSED


async def test_a_seller_whose_leave_an_admin_set_aside_for_this_notice_is_no_hindrance(
    desk: Desk, store: TinyStore
) -> None:
    override = Override(by=ADA, at=make.NOW, why="They sell fakes too.")
    await batch(store, 1, seller=make.seller(), override=override)
    await store.save(leave())
    assert (await approve(desk, BO))[0].status is Status.QUEUED


async def test_an_override_is_worth_nothing_once_who_gave_it_is_no_admin(desk: Desk, store: TinyStore) -> None:
    await store.save(make.role(ANN.user_id, Role.ADMIN))
    await batch(store, 2, seller=make.seller(), override=Override(by=ANN, at=make.NOW, why="They sell fakes too."))
    await store.save(leave())
    await approvals.approve(desk, "TD-1", by=BO, only=["TD-1"])
    await store.save(make.role(ANN.user_id, Role.ANALYST, version=2))
    with pytest.raises(WrongStatus, match="who set it aside, is no admin"):
        await approve(desk, BO)
    assert (await refuse(desk, BO))[0].status is Status.REFUSED


@pytest.mark.parametrize(("seen", "ok"), [(make.NOW, True), (make.NOW - timedelta(microseconds=1), False)])
async def test_nobody_approves_what_was_amended_after_they_looked(
    desk: Desk, store: TinyStore, seen: datetime, ok: bool
) -> None:
    await batch(store)
    if ok:
        assert len(await approvals.approve(desk, "TD-1", by=BO, seen=seen)) == 3
        return
    with pytest.raises(WrongStatus, match="was amended after this was shown to you"):
        await approvals.approve(desk, "TD-1", by=BO, seen=seen)


async def test_the_queue_has_a_batch_a_line_oldest_first_in_pages(desk: Desk, store: TinyStore) -> None:
    for at in range(12, 0, -1):
        asked = make.NOW - timedelta(hours=12 - at)
        one = make.awaiting(f"TD-{at * 2}", batch_id=f"TD-{at * 2}", at=asked)
        two = make.awaiting(f"TD-{at * 2 + 1}", batch_id=f"TD-{at * 2}", at=asked)
        await store.save(one, two)
    page, total = await approvals.queue(desk, 1, by=BO)
    assert total == 12
    assert [some[0].id for some in page] == [f"TD-{at * 2}" for at in range(1, 11)]
    assert all(len(some) == 2 for some in page)
    page, _ = await approvals.queue(desk, 2, by=BO)
    assert [some[0].id for some in page] == ["TD-22", "TD-24"]
    assert await approvals.queue(desk, 9, by=BO) == ((), 12)


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ({}, ()),
        ({"violations": (Violation.PATENT,)}, ()),
        ({"violations": (Violation.COUNTERFEIT,)}, ("it is about counterfeit goods",)),
        ({"marketplaces": ("acme",)}, ("it goes to Acme Market",)),
        ({"marketplaces": ("bazar",)}, ()),
        ({"batch_over": 3}, ()),
        ({"batch_over": 2}, ("it is 3 listings at once, where more than 2 need one",)),
        ({"batch_over": 0}, ("it is 3 listings at once, where more than 0 need one",)),
        (
            {"violations": (Violation.COUNTERFEIT,), "marketplaces": ("acme",)},
            ("it is about counterfeit goods", "it goes to Acme Market"),
        ),
    ],
)
async def test_the_policy_says_who_needs_a_second_person_and_why(
    desk: Desk, rules: dict[str, Any], because: tuple[str, ...]
) -> None:
    listings = [make.listing(str(at)) for at in range(3)]
    asked = make.filing_policy(**rules)
    assert policy.second_person(desk, asked, Violation.COUNTERFEIT, listings) == because


@pytest.mark.parametrize(("quota", "count", "ok"), [(5, 3, True), (5, 4, False), (2, 1, False), (None, 999, True)])
async def test_a_quota_counts_what_was_filed_today(
    desk: Desk, store: TinyStore, quota: int | None, count: int, ok: bool
) -> None:
    await batch(store, 2)
    rules = make.filing_policy(daily_quota=quota)
    if ok:
        await policy.check_quota(desk, rules, make.ANALYST, count)
        return
    with pytest.raises(NotAllowed, match=f"You have filed 2 of {quota} today"):
        await policy.check_quota(desk, rules, make.ANALYST, count)


@pytest.mark.parametrize(("quota", "passed", "days"), [(3, 3, 1), (None, 12, 0)])
async def test_a_quota_holds_however_many_are_filed_at_once(
    desk: Desk, store: TinyStore, quota: int | None, passed: int, days: int
) -> None:
    await store.save(make.filing_policy(daily_quota=quota), make.role(make.ANALYST.user_id, Role.ANALYST))
    drafts = [
        make.draft(f"d{at}", listings=(make.listing(str(at)),), text_version=declarations.CURRENT) for at in range(12)
    ]
    await store.save(*drafts)
    filings = (filing.file(desk, draft.id, by=make.ANALYST) for draft in drafts)
    done = await asyncio.gather(*filings, return_exceptions=True)
    assert len([one for one in done if isinstance(one, Filed)]) == passed
    assert all("You have filed 3 of 3 today" in str(one) for one in done if not isinstance(one, Filed))
    assert await store.filed_on(make.ANALYST.user_id, make.NOW.date()) == passed
    assert len(await store.entries(FilingDay)) == days


class Counting:
    """A store that counts how often it is asked to save, and is otherwise the one it stands before."""

    def __init__(self, store: TinyStore) -> None:
        self._store = store
        self.saves = 0

    async def save(self, *records: Record) -> None:
        self.saves += 1
        await self._store.save(*records)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_filings_of_one_person_at_once_do_not_conflict_over_their_quota(desk: Desk, store: TinyStore) -> None:
    await store.save(make.filing_policy(daily_quota=50), make.role(make.ANALYST.user_id, Role.ANALYST))
    drafts = [
        make.draft(f"d{at}", listings=(make.listing(str(at)),), text_version=declarations.CURRENT) for at in range(12)
    ]
    await store.save(*drafts)
    counting = Counting(store)
    counted = replace(desk, store=cast(Store, counting))
    await asyncio.gather(*(filing.file(counted, draft.id, by=make.ANALYST) for draft in drafts))
    assert counting.saves == 12
