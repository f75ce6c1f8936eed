"""Counting in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select

from bot.model import Brief, Tally, Verdict
from bot.stores.sql.engine import Ready
from bot.stores.sql.reading import Reading, of_brief, of_sellers, present
from bot.stores.sql.records import brief_of, midnight
from bot.stores.sql.tables import Moment, briefs

_FILED = Ready(
    select(func.count().label("filed"))
    .select_from(briefs)
    .where(
        briefs.c.submitter == bindparam("submitter"),
        briefs.c.filed_at >= bindparam("first", type_=Moment),
        briefs.c.filed_at < bindparam("next", type_=Moment),
        present,
    )
)


class Counting(Reading):
    """The counting methods of `bot.stores.Store`."""

    async def filed_on(self, submitter: str, day: date) -> int:
        first = midnight(day)
        values = {"submitter": submitter, "first": first, "next": first + timedelta(days=1)}
        return int((await self._database.find(_FILED, values))[0]["filed"])

    async def briefs(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        rows = await self._database.rows(select(*of_brief).where(present, of_sellers(sellers)))
        return tuple(map(brief_of, rows))

    async def decided(self, marketplaces: Collection[str], since: date) -> Mapping[str, Tally]:
        asked = (
            select(briefs.c.marketplace, briefs.c.verdict, func.count())
            .where(present, briefs.c.verdict.is_not(None), briefs.c.marketplace.in_(list(marketplaces)))
            .where(briefs.c.judged_at >= midnight(since))
            .group_by(briefs.c.marketplace, briefs.c.verdict)
        )
        counted: dict[str, dict[Verdict, int]] = {}
        for marketplace, verdict, count in map(tuple, await self._database.rows(asked)):
            counted.setdefault(marketplace, {})[Verdict(verdict)] = count
        return {
            marketplace: Tally(
                upheld=of.get(Verdict.UPHELD, 0),
                rejected=of.get(Verdict.REJECTED, 0),
                reinstated=of.get(Verdict.REINSTATED, 0),
            )
            for marketplace, of in counted.items()
        }
