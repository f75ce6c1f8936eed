"""Sellers who have our leave: nothing is filed or sent against them, unless an admin says why."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk, authorised, sellers
from bot.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongStatus
from bot.grammar.authorised import Authorise
from bot.marketplaces import Capabilities, Marketplace
from bot.model import (
    SYSTEM,
    Actor,
    Announcement,
    AuthorisedSeller,
    Change,
    Draft,
    Listing,
    Registration,
    Role,
    Seller,
    Status,
)
from bot.sites.shapes import Site
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.bot.desk.test_authority import ADA, ANN, GIL, OTTO, Workspace, desk_with

S5 = Authorise(marketplace="acme", seller_id="S-5", name="Shop 5", note="our dealer")


class Connected:
    """A marketplace that is there, and nothing more."""

    key, name, capabilities = "acme", "Acme Market", Capabilities()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    await opened.save(
        make.role(ANN.user_id, Role.ANALYST, Role.APPROVER),
        Registration(right=make.right(), version=1, by=SYSTEM, at=make.NOW),
    )
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: TinyStore) -> Desk:
    market: Marketplace = Connected()  # type: ignore[assignment]
    made = desk_with(store, Workspace(), first_admins=frozenset({ADA.user_id}))
    return replace(made, marketplaces={"acme": market})


def against_s5(**changes: Any) -> Draft:
    return make.draft(seller=Seller(seller_id="S-5"), **changes)


async def told(desk: Desk) -> list[Announcement]:
    return list(await desk.store.entries(Announcement))


async def test_a_leave_is_given_changed_and_withdrawn_each_with_its_change(desk: Desk) -> None:
    given = await authorised.authorise(desk, S5, by=ADA)
    assert given.words == "Given: leave for Shop 5 (S-5) at acme, for every right: our dealer."
    changed = await authorised.authorise(desk, replace(S5, until="2027-01-31"), by=ADA)
    assert changed.leave.version == 2
    await authorised.withdraw(desk, "ACME:s-5", "contract ended", by=ADA)
    words = [one.words for one in await desk.store.entries(Change, f"authorised:{given.leave.key}")]
    assert [one.partition(":")[0] for one in words] == ["Given", "Changed", "Withdrawn"]
    with pytest.raises(NotFound):
        await authorised.withdraw(desk, "acme:S-5", "again", by=ADA)


async def test_the_same_leave_twice_is_given_once(desk: Desk) -> None:
    await authorised.authorise(desk, S5, by=ADA)
    assert (await authorised.authorise(desk, S5, by=ADA)).leave.version == 1


@pytest.mark.parametrize("who", [ANN, GIL, OTTO])
async def test_nobody_but_an_admin_gives_or_takes_leave(desk: Desk, who: Actor) -> None:
    await authorised.authorise(desk, S5, by=ADA)
    for act in (
        authorised.asked(desk, by=who),
        authorised.authorise(desk, replace(S5, seller_id="S-6"), by=who),
        authorised.find(desk, "acme:S-5", by=who),
        authorised.withdraw(desk, "acme:S-5", "why", by=who),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert len(await desk.store.entries(AuthorisedSeller)) == 1


async def test_everything_wrong_with_a_leave_is_said_beside_its_field(desk: Desk) -> None:
    wrong = Authorise(marketplace="bazar", right="NOPE", until="2020-01-01", note="x" * 501)
    with pytest.raises(Incomplete) as refused:
        await authorised.authorise(desk, wrong, by=ADA)
    assert set(refused.value.beside) == {"marketplace", "seller", "right", "until", "note"}
    with pytest.raises(Incomplete, match="2027-01-31"):
        await authorised.authorise(desk, replace(S5, until="next year"), by=ADA)


async def test_a_notice_against_them_is_refused_with_who_gave_leave_and_until_when(desk: Desk) -> None:
    await authorised.authorise(desk, replace(S5, until="2027-01-31"), by=ADA)
    with pytest.raises(NotAllowed, match=r"given by Ada Okafor, until 31 January 2027 \(our dealer\)") as refused:
        await authorised.check(desk, against_s5())
    assert refused.value.field == "seller"
    with pytest.raises(NotAllowed):
        await authorised.checked(desk, against_s5(), [make.notice(seller=Seller(seller_id="S-5"))])


@pytest.mark.parametrize(
    ("leave", "against", "held"),
    [
        ({"seller_id": "S-5"}, Seller(seller_id="s-5"), True),
        ({"seller_id": "S-5"}, Seller(seller_id="S-6"), False),
        ({"seller_id": "S-5", "name": "Shop 5"}, Seller(seller_id="shop 5"), True),
        ({"seller_id": "S-5", "name": "Shop 5"}, Seller(seller_id="S-6", name="Shop 5"), False),
        ({"seller_id": "", "name": "Shop 5"}, Seller(seller_id="S-9", name="SHOP 5"), True),
        ({"seller_id": "", "name": "Shop 5"}, Seller(seller_id="S-9"), False),
    ],
)
async def test_whose_leave_it_is_goes_by_the_id_and_by_the_name_alone_without_one(
    desk: Desk, leave: dict[str, str], against: Seller, held: bool
) -> None:
    await authorised.authorise(desk, Authorise(marketplace="acme", **leave), by=ADA)
    assert bool(await authorised.of_sellers(desk, [("acme", against)])) is held
    assert not await authorised.of_sellers(desk, [("bazar", against)])


async def test_a_leave_for_one_right_or_that_is_over_is_not_in_the_way(desk: Desk) -> None:
    made = await authorised.authorise(desk, replace(S5, right="acme-eu", until="2026-12-01"), by=ADA)
    assert made.leave.right_key == "ACME-EU"
    await authorised.check(desk, against_s5(right_key="ACME-US"))
    with pytest.raises(NotAllowed):
        await authorised.check(desk, against_s5())
    late = replace(desk, clock=lambda: make.NOW + timedelta(days=400))
    await authorised.check(late, against_s5())


async def test_only_an_admin_overrides_and_the_reason_stays_with_the_notice(desk: Desk) -> None:
    await authorised.authorise(desk, S5, by=ADA)
    analyst, admin = (against_s5(override="fakes from them", submitter=who) for who in (ANN, ADA))
    with pytest.raises(NotAllowed, match="takes the role admin") as refused:
        await authorised.check(desk, analyst)
    assert refused.value.field == "override"
    with pytest.raises(NotAllowed):
        await authorised.checked(desk, analyst, [])
    await authorised.check(desk, admin)
    theirs, other = await authorised.checked(
        desk, admin, [make.notice(seller=Seller(seller_id="S-5")), make.notice("TD-2", seller=Seller(seller_id="S-6"))]
    )
    assert theirs.override is not None
    assert (theirs.override.by, theirs.override.why) == (ADA, "fakes from them")
    assert theirs.override.leave.startswith("Shop 5 (S-5) at Acme Market has our leave for every right, given by Ada")
    assert other.override is None
    with pytest.raises(Invalid, match="501 characters"):
        await authorised.check(desk, replace(admin, override="x" * 501))


async def test_one_who_got_leave_since_is_stopped_just_before_sending_and_can_be_retried_after(desk: Desk) -> None:
    notice = make.notice(seller=make.seller("S-5"))
    delivery = make.delivery("submit:TD-1")
    await desk.store.save(notice, make.event(notice), delivery)
    (held,) = await desk.store.claim_due(make.NOW, timedelta(minutes=1), lane=delivery.lane)
    assert not await authorised.stopped(desk, notice, settles=held)
    given = await authorised.authorise(desk, S5, by=ADA)
    assert given.against == ("TD-1",)
    assert await authorised.stopped(desk, notice, settles=held)
    after = await desk.store.notice("TD-1")
    assert after is not None
    assert after.status is Status.FAILED
    assert after.retriable
    assert "Shop 5 (S-5) at Acme Market has our leave" in after.reason
    with pytest.raises(WrongStatus):
        await authorised.refuse_retry(desk, after)
    await authorised.withdraw(desk, "acme:S-5", "ended", by=ADA)
    await authorised.refuse_retry(desk, after)


async def test_a_seller_known_only_later_is_told_of_once_and_nothing_is_undone(desk: Desk) -> None:
    await authorised.authorise(desk, S5, by=ADA)
    before = make.notice(status=Status.IN_REVIEW, submitter=ANN)
    after = before.changed(make.NOW, seller=make.seller("S-5"))
    await desk.store.save(before)
    await desk.store.save(after, *await sellers.learned(desk, before, after))
    assert {one.channel for one in await told(desk)} == {ANN.user_id, ADA.user_id}
    assert "TD-1" in (await told(desk))[0].words
    assert not await authorised.came_out(desk, [after])


async def test_a_filer_who_is_an_admin_is_told_once_and_an_override_tells_nobody(desk: Desk) -> None:
    await authorised.authorise(desk, S5, by=ADA)
    mine = make.notice(status=Status.IN_REVIEW, submitter=ADA, seller=make.seller("S-5"))
    assert len([one for one in await authorised.came_out(desk, [mine]) if isinstance(one, Announcement)]) == 1
    draft = make.draft(override="why", submitter=ADA)
    (overridden,) = await authorised.checked(desk, draft, [mine])
    assert not await authorised.came_out(desk, [overridden])


async def test_which_of_several_leaves_is_meant_has_to_be_said(desk: Desk) -> None:
    await authorised.authorise(desk, replace(S5, right="ACME-EU"), by=ADA)
    assert (await authorised.find(desk, "acme:S-5", by=ADA)).right_key == "ACME-EU"
    await desk.store.save(
        AuthorisedSeller(marketplace="acme", seller_id="S-5", right_key="ACME-US", version=1, by=ADA, at=make.NOW)
    )
    with pytest.raises(Invalid, match="Which leave"):
        await authorised.find(desk, "acme:S-5", by=ADA)
    assert (await authorised.find(desk, "acme:S-5:ACME-US", by=ADA)).right_key == "ACME-US"


def by_its_address() -> Listing:
    """An offer whose address names the shop S-5."""
    return make.listing(url="https://acme.example/shop/S-5/item/1")


@pytest.fixture
def reads_shops(desk: Desk) -> Desk:
    shop = r"/shop/(?P<seller>S-\d+)/item/(?P<listing>\d+)"
    site = Site(key="acme", hosts=("acme.example",), listing=(re.compile(shop),), configured=True)
    return replace(desk, sites=(site,))


@pytest.mark.parametrize("where", ["the address", "an earlier notice", "a notice before the last"])
async def test_typing_somebody_else_does_not_get_past_the_seller_who_is_known(reads_shops: Desk, where: str) -> None:
    desk = reads_shops
    await authorised.authorise(desk, S5, by=ADA)
    listing = by_its_address() if where == "the address" else make.listing()
    if where != "the address":
        await desk.store.save(make.notice(seller=make.seller("S-5"), status=Status.WITHDRAWN))
    if where == "a notice before the last":
        await desk.store.save(make.notice("TD-2", listing=listing, seller=make.seller("S-6"), status=Status.WITHDRAWN))
    draft = make.draft(seller=Seller(seller_id="S-6"), listings=(listing,))
    with pytest.raises(NotAllowed, match=r"S-5.* has our leave"):
        await authorised.check(desk, draft)
    typed = make.notice("TD-3", listing=listing, seller=draft.seller)
    with pytest.raises(NotAllowed, match=r"S-5.* has our leave"):
        await authorised.checked(desk, draft, [typed])
    delivery = make.delivery("submit:TD-3")
    await desk.store.save(typed, make.event(typed), delivery)
    (held,) = await desk.store.claim_due(make.NOW, timedelta(minutes=1), lane=delivery.lane)
    assert await authorised.stopped(desk, typed, settles=held)
    (filed,) = await authorised.checked(desk, replace(draft, submitter=ADA, override="fakes"), [typed])
    assert filed.override is not None
    assert "S-5" in (await authorised.notes(desk, replace(draft, override="fakes")))[0]


async def test_of_leaves_that_differ_in_case_alone_each_is_withdrawn_as_it_is_written(desk: Desk) -> None:
    upper = (await authorised.authorise(desk, S5, by=ADA)).leave
    lower = (await authorised.authorise(desk, replace(S5, seller_id="s-5", right="ACME-EU"), by=ADA)).leave
    same = (await authorised.authorise(desk, replace(S5, seller_id="s-5"), by=ADA)).leave
    with pytest.raises(Invalid, match="Which leave"):
        await authorised.find(desk, "ACME:S-5", by=ADA)
    assert await authorised.withdraw(desk, "acme:S-5", "ended", by=ADA) == replace(
        upper, version=2, withdrawn=True, at=make.NOW
    )
    assert (await authorised.withdraw(desk, same.key, "ended", by=ADA)).key == same.key
    assert (await authorised.find(desk, "acme:s-5", by=ADA)).key == lower.key
    await authorised.withdraw(desk, "ACME:S-5", "ended", by=ADA)
    assert not await authorised.of_sellers(desk, [("acme", Seller(seller_id="S-5"))])
