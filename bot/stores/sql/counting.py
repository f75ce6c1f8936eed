"""Counting in SQL: what costs more than a few notices is added up where it lies, out of indexes that hold all it takes.

The pure code stays the truth: what is told of a seller is worked out from their notices, by `bot.offenders`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    true,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from bot import digests, offenders
from bot.model import Activity, Brief, Counted, Leading, Policy, Recent, Speed, Status, Tally, Waiting
from bot.stores.sql import scoring
from bot.stores.sql.dialects import Dialect
from bot.stores.sql.engine import Ready
from bot.stores.sql.reading import Reading, of_brief
from bot.stores.sql.records import brief_of, id_of, midnight
from bot.stores.sql.tables import NOTHING, Word, briefs

_of = briefs.c
_present = ~_of.archived
_sold = _of.seller != NOTHING
_named = _of.plain_name != NOTHING
_id = cast(_of.number, Word)
"""Sorts as the ids do, which are texts."""
_SOLD_BY = Ready(select(*of_brief).where(_present, _sold, _of.seller == any_(bindparam("sellers", type_=ARRAY(Text)))))
"""A page of offenders reads thousands of rows."""
_FILED = Ready(
    select(func.count().label("filed"))
    .select_from(briefs)
    .where(
        _of.submitter == bindparam("submitter"),
        _of.filed_at >= bindparam("first", type_=_of.filed_at.type),
        _of.filed_at < bindparam("next", type_=_of.filed_at.type),
        _present,
    )
)


class Counting(Reading):
    """The counting methods of `bot.stores.Store`."""

    async def filed_on(self, submitter: str, day: date) -> int:
        first = midnight(day)
        values = {"submitter": submitter, "first": first, "next": first + timedelta(days=1)}
        return int((await self._database.find(_FILED, values))[0]["filed"])

    async def briefs(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        if self._database.postgres:
            return tuple(map(brief_of, await self._database.find(_SOLD_BY, {"sellers": list(sellers)})))
        theirs = _of.seller.in_(self._dialect.keys(sellers))
        return tuple(map(brief_of, await self._database.rows(select(*of_brief).where(_present, _sold, theirs))))

    async def upheld(self, counted: Counted) -> tuple[Brief, ...]:
        rows = await self._database.rows(select(*of_brief).where(_upheld(counted)).order_by(_of.upheld_at, _id))
        return tuple(map(brief_of, rows))

    async def most_upheld(
        self,
        counted: Counted,
        *,
        first: int | None = None,
        among: Collection[str] | None = None,
        apart: Collection[str] = (),
    ) -> Mapping[str, int]:
        count = func.count().label("upheld")
        asked = select(_of.seller, count).where(_upheld(counted), _sold).group_by(_of.seller)
        if among is not None:
            asked = asked.where(_of.seller.in_(self._dialect.keys(among)))
        if apart:
            asked = asked.having(_of.seller.not_in(self._dialect.keys(apart)))
        rows = await self._database.rows(asked.order_by(count.desc(), _of.seller).limit(first))
        return {row.seller: row.upheld for row in rows}

    async def leading(
        self, counted: Counted, policy: Policy, *, first: int, least: int = 1, apart: Collection[str] = ()
    ) -> Leading:
        inside, many = _within(_of.counts_at, counted), first + scoring.MANY
        asked = partial(scoring.bounds, self._dialect, inside, policy, end=counted.end, least=least, apart=apart)
        rows = await self._database.rows(asked().limit(many))
        bounds = [scoring.Bound.of(row) for row in rows]
        total, bar = rows[0].total if rows else 0, scoring.bar(bounds, first)
        near = scoring.reaching(bounds, bar)
        if len(near) == many:
            bounds = [scoring.Bound.of(row) for row in await self._database.rows(asked(score=bar))]
            near = scoring.reaching(bounds, bar)
        if len(near) > first + scoring.FEW:
            again = await self._database.rows(scoring.returns(self._dialect, inside, near))
            near = scoring.reaching(bounds, bar, {row.seller: row.returns for row in again})
        return Leading(sellers=near, total=total)

    async def activity(self, counted: Counted, starts: Sequence[datetime]) -> Activity:
        return Activity(
            filed=await self._spread(_of.filed_at, counted, starts),
            removed=await self._spread(_of.removed_at, counted, starts),
            rejected=await self._count(_within(_of.decided_at, counted) & (_of.status == Status.REJECTED.value)),
            unknown_sellers=await self._count(_upheld(counted) & (_of.seller == NOTHING)),
            speeds=await self._speeds(counted),
            waiting=await self._waiting(counted),
        )

    async def decided(self, marketplaces: Collection[str], since: date) -> Mapping[str, Tally]:
        asked = (
            select(_of.marketplace, _of.verdict, func.count().label("times"))
            .where(_present, _of.verdict.is_not(None), _of.marketplace.in_(sorted(marketplaces)))
            .where(_of.judged_at >= midnight(since))
            .group_by(_of.marketplace, _of.verdict)
        )
        found: dict[str, dict[str, int]] = {}
        for row in await self._database.rows(asked):
            found.setdefault(row.marketplace, {})[row.verdict] = row.times
        return {marketplace: Tally(**verdicts) for marketplace, verdicts in found.items()}

    async def recent(self, since: datetime) -> Mapping[str, Recent]:
        filed: dict[str, dict[Status, int]] = {}
        times = func.count().label("times")
        came = select(_of.marketplace, _of.status, times).where(_present, _of.filed_at >= since)
        for row in await self._database.rows(came.group_by(_of.marketplace, _of.status)):
            filed.setdefault(row.marketplace, {})[Status(row.status)] = row.times
        judged = select(_of.marketplace, times).where(_present, _of.decided_at >= since)
        rows = await self._database.rows(judged.group_by(_of.marketplace))
        decided = {row.marketplace: row.times for row in rows}
        return {key: Recent(filed=filed.get(key, {}), decided=decided.get(key, 0)) for key in {*filed, *decided}}

    async def sellers(self, called: str) -> Mapping[str, tuple[str, ...]]:
        wanted = offenders.plain(called)
        if not wanted:
            return {}
        found = await self._named(_whole(wanted))
        whole = offenders.called_whole(called, found)
        if whole:
            return {key: found[key] for key in whole}
        part = select(_of.seller).where(_present, _sold, _named, _of.plain_name.contains(wanted, autoescape=True))
        return await self._named(part.distinct().order_by(_of.seller).limit(offenders.MOST_NEAR))

    async def names(self, sellers: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        last = func.max(_of.filed_at).label("last")
        rows = await self._database.rows(
            select(_of.seller, _of.seller_name, last)
            .where(_present, _sold, _named, _of.seller.in_(self._dialect.keys(sellers)))
            .group_by(_of.seller, _of.seller_name)
        )
        names: dict[str, tuple[str, ...]] = {}
        for row in sorted(rows, key=lambda row: (row.last, row.seller_name), reverse=True):
            names[row.seller] = (*names.get(row.seller, ()), row.seller_name)
        return names

    async def _named(self, asked: Any) -> dict[str, tuple[str, ...]]:
        """These sellers, with their names."""
        keys = [key for (key,) in await self._database.rows(asked)]
        return {**dict.fromkeys(keys, ()), **(await self.names(keys) if keys else {})}

    async def _count(self, wanted: ColumnElement[bool]) -> int:
        return int(await self._database.value(select(func.count()).select_from(briefs).where(wanted)) or 0)

    async def _spread(
        self, moment: ColumnElement[datetime | None], counted: Counted, starts: Sequence[datetime]
    ) -> tuple[int, ...]:
        later = [(moment < start, number) for number, start in enumerate(starts[1:])]
        stretch = (case(*later, else_=len(later)) if later else literal(0)).label("stretch")
        asked = select(stretch, func.count().label("times")).where(_within(moment, counted)).group_by("stretch")
        counts = {row.stretch: row.times for row in await self._database.rows(asked)}
        return tuple(counts.get(place, 0) for place in range(len(starts)))

    async def _speeds(self, counted: Counted) -> tuple[Speed, ...]:
        took = self._dialect.ticks(_of.removed_at) - self._dialect.ticks(_of.filed_at)
        each = (
            select(
                _of.marketplace,
                _of.filed_at,
                _of.removed_at,
                func.row_number().over(partition_by=_of.marketplace, order_by=took).label("place"),
                func.count().over(partition_by=_of.marketplace).label("removed"),
            )
            .where(_within(_of.removed_at, counted))
            .subquery()
        )
        rows = await self._database.rows(select(each).where(each.c.place.in_(digests.places(each.c.removed))))
        found: dict[str, tuple[int, dict[int, timedelta]]] = {}
        for row in rows:
            _, times = found.setdefault(row.marketplace, (row.removed, {}))
            times[row.place] = row.removed_at - row.filed_at
        return digests.speeds(found)

    async def _waiting(self, counted: Counted) -> tuple[Waiting, ...]:
        end = literal(counted.end, _of.since.type)
        since = type_coerce(case((_of.since < end, _of.since), else_=end), _of.since.type).label("since")
        asked = select(_of.status, _of.number, since).where(_present, _about(counted), _of.filed_at <= end)
        open_ = [status.value for status in digests.WAITS if status is not Status.FAILED]
        failed = asked.where(_of.status == Status.FAILED.value, _of.filed_at > counted.start)
        # Apart, because what ever failed is much more than what waits.
        all_ = union_all(asked.where(_of.status.in_(open_)), failed).subquery().c
        each = select(
            all_.status,
            all_.number,
            all_.since,
            func.row_number()
            .over(partition_by=all_.status, order_by=(all_.since, cast(all_.number, Word)))
            .label("place"),
            func.count().over(partition_by=all_.status).label("total"),
        ).subquery()
        rows = await self._database.rows(select(each).where(each.c.place <= digests.FIRST).order_by(each.c.place))
        return tuple(
            Waiting(
                status=status,
                count=theirs[0].total,
                oldest=theirs[0].since,
                first=tuple(id_of(row.number) for row in theirs),
            )
            for status in digests.WAITS
            if (theirs := [row for row in rows if row.status == status.value])
        )

    @property
    def _dialect(self) -> Dialect:
        return Dialect(postgres=self._database.postgres)


def _about(counted: Counted) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [true()]
    if counted.marketplaces:
        wanted.append(_of.marketplace.in_(sorted(counted.marketplaces)))
    if counted.rights:
        wanted.append(_of.right_key.in_(sorted(counted.rights)))
    return and_(*wanted)


def _within(moment: ColumnElement[Any], counted: Counted) -> ColumnElement[bool]:
    """In the window, of what is counted."""
    return and_(_present, moment.is_not(None), moment > counted.start, moment <= counted.end, _about(counted))


def _upheld(counted: Counted) -> ColumnElement[bool]:
    return and_(_within(_of.counts_at, counted), _of.upheld_at.is_not(None))


def _whole(wanted: str) -> CompoundSelect[Any]:
    """Whom a text may name as something whole, and some more: of a key only the id is looked at."""
    ids = {wanted, wanted.partition(":")[2]} - {""}
    asked = [
        select(_of.seller).where(_present, _sold, _of.folded_id.in_(sorted(ids))),
        select(_of.seller).where(_present, _named, _of.plain_name == wanted),
    ]
    if wanted.startswith("#"):
        long = func.length(_of.seller) > offenders.LONGEST_VALUE
        asked.append(select(_of.seller).where(_present, _sold, long))
    return union(*asked)
