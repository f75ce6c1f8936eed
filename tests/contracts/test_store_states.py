"""Any sequence of saves, claims, archivings and restarts leaves every store as a plain model says it must be."""

import asyncio
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.errors import Conflict
from bot.model import TRANSITIONS, Brief, Delivery, Notice, Query, Status, Tally
from tests import make
from tests.contracts.backends import BACKENDS, Opener
from tests.make import NOW

LANE = "marketplace:acme"
MINUTES = st.integers(0, 5).map(lambda minutes: timedelta(minutes=minutes))
SELLERS = ("S-1", "S-2")
IDS = st.sampled_from(["check:TD-1", "check:TD-2", "card:batch-1"])


class Desk(RuleBasedStateMachine):
    """The model is a few dictionaries; `notices` holds archived ones too."""

    backend = ""
    claims: Bundle[Delivery] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opener: Opener = BACKENDS[self.backend](Path(self.folder.name))
        self.loop = asyncio.Runner()
        self.store = self.run(self.opener())
        self.now = NOW
        self.notices: dict[str, Notice] = {}
        self.archived: set[str] = set()
        self.deliveries: dict[str, Delivery] = {}

    def run(self, what: Any) -> Any:
        return self.loop.run(what)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.loop.close()
        self.folder.cleanup()

    def save(self, *records: Any, allowed: bool, settles: Delivery | None = None) -> None:
        if allowed:
            self.run(self.store.save(*records, settles=settles))
        else:
            with pytest.raises(Conflict):
                self.run(self.store.save(*records, settles=settles))

    def holder(self, notice: Notice) -> str | None:
        if notice.open_key is None:
            return None
        others = (one.id for one in self.notices.values() if one.open_key == notice.open_key and one.id != notice.id)
        return next(others, None)

    @rule(listing=st.sampled_from("123"))
    def files(self, listing: str) -> None:
        (notice_id,) = self.run(self.store.next_ids(1))
        assert notice_id not in self.notices
        notice = make.notice(notice_id, listing=make.listing(listing), at=self.now)
        allowed = self.holder(notice) is None
        self.save(notice, make.event(notice), allowed=allowed)
        if allowed:
            self.notices[notice_id] = notice

    @precondition(lambda self: self.notices)
    @rule(data=st.data())
    def changes(self, data: st.DataObject) -> None:
        before = self.notices[data.draw(st.sampled_from(sorted(self.notices)))]
        status = data.draw(st.sampled_from([before.status, *sorted(TRANSITIONS[before.status])]))
        seller = before.seller or data.draw(st.sampled_from([None, *(make.seller(one) for one in SELLERS)]))
        after = before.changed(self.now, status=status, reference="R-1", seller=seller)
        allowed = self.holder(after) is None
        self.save(after, make.event(after), allowed=allowed)
        if allowed:
            self.notices[after.id] = after
            self.archived.discard(after.id)

    @precondition(lambda self: self.notices)
    @rule(data=st.data(), behind=st.sampled_from([-1, 0, 2]))
    def changes_too_late_or_too_soon(self, data: st.DataObject, behind: int) -> None:
        before = self.notices[data.draw(st.sampled_from(sorted(self.notices)))]
        self.save(replace(before, version=before.version + behind, reason="never"), allowed=False)

    @rule(delivery_id=IDS, wait=MINUTES, parked=st.booleans())
    def puts_in(self, delivery_id: str, wait: timedelta, parked: bool) -> None:
        delivery = make.delivery(delivery_id, due_at=self.now + wait, parked=parked)
        self.save(delivery, allowed=True)
        self.model_puts_in(delivery)

    def model_puts_in(self, delivery: Delivery) -> None:
        there = self.deliveries.get(delivery.id)
        if there is not None:
            delivery = replace(delivery, revision=there.revision + 1, lease=there.lease, lease_until=there.lease_until)
        self.deliveries[delivery.id] = delivery

    @rule(target=claims, lease=MINUTES)
    def claims_one(self, lease: timedelta) -> Any:
        free = [
            one
            for one in self.deliveries.values()
            if not one.parked and one.due_at <= self.now and (one.lease_until is None or one.lease_until <= self.now)
        ]
        assert self.run(self.store.due_lanes(self.now)) == ((LANE,) if free else ())
        claimed = self.run(self.store.claim_due(self.now, lease, lane=LANE))
        assert len(claimed) == min(1, len(free))
        for one in claimed:
            assert one.due_at == min(other.due_at for other in free)
            stored = self.deliveries[one.id]
            lost = bool(stored.lease)  # by somebody whose end nobody saw
            assert replace(one, lease="", lease_until=None) == replace(
                stored, lease="", lease_until=None, attempts=stored.attempts + lost
            )
            self.deliveries[one.id] = one
            return one
        return make.delivery("submit:TD-0")  # a claim that never was

    def held(self, claim: Delivery) -> Delivery | None:
        there = self.deliveries.get(claim.id)
        return there if there is not None and claim.lease and there.lease == claim.lease else None

    @rule(claim=consumes(claims), again=st.booleans())
    def settles(self, claim: Delivery, again: bool) -> None:
        held = self.held(claim)
        records = [make.delivery(claim.id, due_at=self.now)] if again else []
        self.save(*records, allowed=held is not None, settles=claim)
        if held is None:
            return
        for record in records:
            self.model_puts_in(record)
        there = self.deliveries[claim.id]
        if there.revision == claim.revision:
            del self.deliveries[claim.id]
        else:
            self.deliveries[claim.id] = replace(there, lease="", lease_until=None)

    @rule(claim=claims, wait=MINUTES, parked=st.booleans())
    def defers(self, claim: Delivery, wait: timedelta, parked: bool) -> None:
        held, until = self.held(claim), self.now + wait
        if held is None:
            with pytest.raises(Conflict):
                self.run(self.store.defer(claim, until, error="later", parked=parked))
            return
        self.run(self.store.defer(claim, until, error="later", parked=parked))
        newer = held.revision != claim.revision
        self.deliveries[claim.id] = replace(
            held,
            due_at=max(held.due_at, until) if newer else until,
            parked=held.parked if newer else parked,
            attempts=held.attempts + 1,
            error="later",
            lease="",
            lease_until=None,
        )

    @rule(wait=MINUTES)
    def waits(self, wait: timedelta) -> None:
        self.now += wait

    @rule()
    def restarts(self) -> None:
        self.run(self.store.close())
        self.store = self.run(self.opener())
        # One process has the file, so whoever held a lease is gone.
        for one in self.deliveries.values():
            lost = bool(one.lease)
            self.deliveries[one.id] = replace(one, lease="", lease_until=None, attempts=one.attempts + lost)

    @rule(age=MINUTES)
    def archives(self, age: timedelta) -> None:
        waiting = {one.subject for one in self.deliveries.values() if not one.parked}
        ripe = {
            one.id
            for one in self.notices.values()
            if one.id not in self.archived
            and one.status.final
            and one.updated_at < self.now - age
            and waiting.isdisjoint({one.id, one.batch_id})
        }
        assert self.run(self.store.archive(final_before=self.now - age, drafts_before=NOW)) == len(ripe)
        self.archived |= ripe

    @invariant()
    def every_notice_and_event_is_there(self) -> None:
        for notice_id, notice in self.notices.items():
            assert self.run(self.store.notice(notice_id)) == notice
            events = self.run(self.store.events(notice_id))
            assert [event.number for event in events] == list(range(1, notice.version + 1))
            assert events[-1] == make.event(notice)

    @invariant()
    def lists_and_indexes_agree(self) -> None:
        present = [one for one in self.notices.values() if one.id not in self.archived]
        newest_first = tuple(sorted(present, key=lambda one: -one.number))
        page = self.run(self.store.notices(Query(limit=100)))
        assert (page.notices, page.total) == (newest_first, len(present))
        for notice in present:
            if notice.open_key is not None:
                assert self.run(self.store.open_notice(notice.open_key)) == notice
        known = [one for one in newest_first if one.reference]
        assert self.run(self.store.notice_by_reference("acme", "R-1")) == (known[0] if known else None)

    @invariant()
    def briefs_agree(self) -> None:
        present = {Brief.of(one) for one in self.notices.values() if one.id not in self.archived}
        for seller in SELLERS:
            theirs = {brief for brief in present if brief.seller == f"acme:{seller}"}
            assert set(self.run(self.store.briefs([f"acme:{seller}"]))) == theirs
            record = {Brief.of(one) for one in self.notices.values() if one.seller and one.seller.seller_id == seller}
            assert set(self.run(self.store.record_of([f"acme:{seller}"]))) == record

    @invariant()
    def verdicts_agree(self) -> None:
        present = [Brief.of(one) for one in self.notices.values() if one.id not in self.archived]
        tally = Tally()
        for brief in present:
            tally = tally.with_one(brief.verdict) if brief.verdict else tally
        assert self.run(self.store.decided(["acme"], NOW.date())).get("acme", Tally()) == tally

    @invariant()
    def counts_agree(self) -> None:
        counts = self.run(self.store.counts(self.now))
        waiting = [one.due_at for one in self.deliveries.values() if not one.parked]
        due = [at for at in waiting if at <= self.now]
        assert (counts.waiting, counts.due, counts.oldest_due) == (len(waiting), len(due), min(due, default=None))
        assert counts.parked == len(self.deliveries) - len(waiting)
        present = [one.status for one in self.notices.values() if one.id not in self.archived]
        assert counts.notices == {status: present.count(status) for status in Status if status in present}


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_store_behaves_like_the_model(backend: str) -> None:
    machine: type[Desk] = type("Machine", (Desk,), {"backend": backend})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
