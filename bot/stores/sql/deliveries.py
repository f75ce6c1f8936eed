"""Deliveries: claimed with a lease, put back, counted."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from bot.errors import Conflict, StoreUnavailable
from bot.model import Counts, Delivery, Status
from bot.stores.sql.engine import Ready
from bot.stores.sql.records import delivery_of
from bot.stores.sql.saving import Saving
from bot.stores.sql.tables import Moment, briefs, deliveries

_of = deliveries.c
_LOST = _of.attempts + case((_of.lease != "", 1), else_=0)
_now = bindparam("now", type_=Moment)
_carried = ~_of.parked
# Written out, as the indexes have it: those that are free are found without a look at all that others hold.
_free = _carried & (_of.lease == literal_column("''"))
_let_go = _carried & (_of.lease != literal_column("''")) & (_of.lease_until <= _now)


def _oldest(which: ColumnElement[bool], name: str) -> CTE:
    """The oldest due of a lane that nobody else is about to take."""
    return (
        select(_of.id, _of.due_at, _of.seq)
        .where(_of.lane == bindparam("of_lane"), which, _of.due_at <= _now)
        .order_by(_of.due_at, _of.seq)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
        .cte(name)
    )


_either = union_all(select(_oldest(_free, "free")), select(_oldest(_let_go, "let_go"))).subquery()
_due = select(_either.c.id).order_by(_either.c.due_at, _either.c.seq).limit(bindparam("limit")).cte("due")
_CLAIM = Ready(
    update(deliveries)
    .where(deliveries.c.id.in_(select(_due.c.id)))
    .values(
        lease=bindparam("token", type_=String) + "-" + cast(deliveries.c.seq, String),
        lease_until=bindparam("until", type_=Moment),
        # Whoever had it before may have done what it says, and nobody saw the end.
        attempts=_LOST,
    )
    .returning(*deliveries.c)
)

# From lane to lane along the index, however many deliveries wait in one.
_first = select(func.min(_of.lane).label("lane")).where(_free).cte("lanes_there", recursive=True)
_lanes = _first.union_all(
    select(select(func.min(_of.lane)).where(_free, _of.lane > _first.c.lane).correlate(_first).scalar_subquery()).where(
        _first.c.lane.is_not(None)
    )
)
_DUE_LANES = Ready(
    select(_lanes.c.lane)
    .where(
        _lanes.c.lane.is_not(None),
        exists(select(1).where(_of.lane == _lanes.c.lane, _free, _of.due_at <= _now)).correlate(_lanes),
    )
    .union(select(_of.lane).where(_let_go, _of.due_at <= _now))
)

_in_lane = select(func.count()).select_from(deliveries).where(_of.lane == bindparam("of_lane"))
_WAITING = Ready(
    select(
        (
            _in_lane.where(_free).scalar_subquery()
            + _in_lane.where(_carried, _of.lease != literal_column("''")).scalar_subquery()
        ).label("waiting")
    )
)

_unchanged = deliveries.c.revision == bindparam("given")
_until = bindparam("due", type_=Moment)
_DEFER = Ready(
    update(deliveries)
    .where(deliveries.c.id == bindparam("held"), deliveries.c.lease == bindparam("token"), deliveries.c.lease != "")
    .values(
        due_at=case((_unchanged, _until), (deliveries.c.due_at > _until, deliveries.c.due_at), else_=_until),
        parked=case((_unchanged, bindparam("park")), else_=deliveries.c.parked),
        attempts=deliveries.c.attempts + 1,
        error=bindparam("why"),
        lease="",
        lease_until=None,
    )
    .returning(literal(1))
)


class Deliveries(Saving):
    """The methods of `bot.stores.Store` for deliveries."""

    async def due_lanes(self, now: datetime) -> tuple[str, ...]:
        return tuple(row["lane"] for row in await self._database.find(_DUE_LANES, {"now": now}))

    async def claim_due(self, now: datetime, lease: timedelta, *, lane: str, limit: int = 1) -> tuple[Delivery, ...]:
        if limit <= 0:
            return ()
        values = {"now": now, "until": now + lease, "of_lane": lane, "limit": limit, "token": secrets.token_hex(8)}
        rows = await self._change(_CLAIM, values)
        claimed = [delivery_of(row) for row in sorted(rows, key=lambda row: (row["due_at"], row["seq"]))]
        self._held |= {one.id: one.lease for one in claimed}
        return tuple(claimed)

    async def defer(self, delivery: Delivery, until: datetime, *, error: str, parked: bool = False) -> None:
        why = error.replace("\x00", "�")
        values = {"held": delivery.id, "token": delivery.lease, "given": delivery.revision, "due": until, "why": why}
        async with self._turns.of([("deliveries", delivery.id)]):
            found = await self._change(_DEFER, {**values, "park": parked})
        self._held.pop(delivery.id, None)
        if not found:
            raise Conflict(f"The lease of {delivery.id} is no longer ours.")

    async def counts(self, now: datetime) -> Counts:
        of = deliveries.c
        due = ~of.parked & (of.due_at <= now)
        asked = select(
            func.count().filter(~of.parked),
            func.count().filter(due),
            func.count().filter(of.parked),
            func.min(of.due_at).filter(due),
        ).select_from(deliveries)
        row = await self._database.row(asked)
        statuses = select(briefs.c.status, func.count()).where(~briefs.c.archived).group_by(briefs.c.status)
        notices = {Status(status): count for status, count in map(tuple, await self._database.rows(statuses))}
        waiting, ripe, parked, oldest = tuple(row) if row is not None else (0, 0, 0, None)
        return Counts(notices=notices, waiting=waiting, due=ripe, parked=parked, oldest_due=oldest)

    async def waiting(self, lane: str) -> int:
        return int((await self._database.find(_WAITING, {"of_lane": lane}))[0]["waiting"])

    async def _let_go(self) -> None:
        """End the leases that this process still has: whoever comes next need not wait for them."""
        held, self._held = self._held, {}
        for chunk in [list(held.items())[at : at + 500] for at in range(0, len(held), 500)]:
            ours = or_(*((deliveries.c.id == one) & (deliveries.c.lease == lease) for one, lease in chunk))
            await self._database.execute(
                update(deliveries).where(ours).values(lease="", lease_until=None, attempts=_LOST)
            )

    async def _change(self, asked: Ready, values: dict[str, Any]) -> list[Any]:
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        return await self._database.change(asked, values)
