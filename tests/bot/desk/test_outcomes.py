"""What may be recorded by people, from every status, whoever the marketplace is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.desk import Desk
from bot.desk.deadlines import watch
from bot.desk.settling import decided, still_asked
from bot.marketplaces import Capabilities, Marketplace
from bot.model import (
    AT_MARKETPLACE,
    Deadline,
    Decision,
    Event,
    Notice,
    Status,
    Whose,
    spanned,
)
from tests import make
from tests.bot.desk.test_settling import desk


class Theirs:
    """A marketplace of which only what it can do matters."""

    name = "Acme"

    def __init__(self, **can: Any) -> None:
        self.capabilities = Capabilities(**can)


def asked(notice: Notice, **can: Any) -> bool:
    return still_asked(cast(Marketplace, Theirs(**can)), notice, make.NOW)


@pytest.mark.parametrize("status", sorted(AT_MARKETPLACE))
def test_a_marketplace_is_asked_until_its_days_are_over(status: Status) -> None:
    notice = make.notice(status=status, reference="R1", at=make.NOW - timedelta(days=10))
    assert asked(notice, poll_days=11)
    assert not asked(notice, poll_days=9)
    assert not asked(notice, poll_days=11, polls=False)
    assert not asked(replace(notice, reference=""), poll_days=11)


def test_a_removed_listing_is_looked_at_for_a_month() -> None:
    assert asked(make.upheld(at=make.NOW - timedelta(days=29)))
    assert not asked(make.upheld(at=make.NOW - timedelta(days=31)))
    assert not asked(make.notice(status=Status.REJECTED, reference="R1"))


def test_what_a_person_records_is_told_by_the_person() -> None:
    decision = Decision(reference="", status=Status.DUPLICATE, vendor_status="")
    ours: Desk = desk()
    after, records = decided(ours, make.notice(status=Status.BY_HAND), decision, by=make.ANALYST)
    (event,) = [record for record in records if isinstance(record, Event)]
    assert (after.status, event.actor) == (Status.DUPLICATE, make.ANALYST)
    assert event.words == "acme already has a notice for this listing, whose reference we do not have."


def test_ids_are_said_as_short_as_is_true() -> None:
    assert spanned([make.notice(f"TD-{at}") for at in (9, 3, 5, 4, 7, 8)]) == "TD-3 to TD-5, TD-7 to TD-9"
    assert spanned([make.notice("TD-3")]) == "TD-3"


def test_the_notices_of_a_lot_have_one_reminder() -> None:
    deadline = Deadline(at=make.NOW + timedelta(days=15), whose=Whose.OURS, words="look")
    lot = [make.notice(f"TD-{at}", lot="LOT-1", deadline=deadline) for at in (1, 2)]
    alone = make.notice("TD-3", deadline=deadline)
    ids = [one.id for notice in (*lot, alone) for one in watch(make.notice(notice.id), notice)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 2
