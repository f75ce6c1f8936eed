"""Deliveries: claimed with a lease, put back, counted."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, case, cast, exists, func, literal, or_, select, update

from bot.errors import Conflict, StoreUnavailable
from bot.model import Counts, Delivery, Status
from bot.stores.sql.engine import Ready
from bot.stores.sql.records import delivery_of
from bot.stores.sql.saving import Saving
from bot.stores.sql.tables import Moment, briefs, deliveries

_LOST = deliveries.c.attempts + case((deliveries.c.lease != "", 1), else_=0)
_now = bindparam("now", type_=Moment)
_carried = ~deliveries.c.parked
_free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= _now)
_due = (
    select(deliveries.c.id)
    .where(deliveries.c.lane == bindparam("of_lane"), _carried, deliveries.c.due_at <= _now, _free)
    .order_by(deliveries.c.due_at, deliveries.c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
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
_first = select(func.min(deliveries.c.lane).label("lane")).where(_carried).cte("lanes_there", recursive=True)
_lanes = _first.union_all(
    select(
        select(func.min(deliveries.c.lane))
        .where(_carried, deliveries.c.lane > _first.c.lane)
        .correlate(_first)
        .scalar_subquery()
    ).where(_first.c.lane.is_not(None))
)
_DUE_LANES = Ready(
    select(_lanes.c.lane).where(
        _lanes.c.lane.is_not(None),
        exists(
            select(1).where(deliveries.c.lane == _lanes.c.lane, _carried, deliveries.c.due_at <= _now, _free)
        ).correlate(_lanes),
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
        asked = select(func.count()).select_from(deliveries).where(deliveries.c.lane == lane, _carried)
        return int(await self._database.value(asked) or 0)

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
