"""Counting over notices in memory: the pure code does it, over all there are."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from bot import digests, offenders
from bot.model import Activity, Brief, Counted, Leading, Policy, Recent, Status, Tally
from bot.stores.reading import Reading


class Counting(Reading):
    """The counting methods of `bot.stores.Store`. What takes all notices is done in a thread."""

    async def filed_on(self, submitter: str, day: date) -> int:
        return self._working.filed[submitter, day]

    async def briefs(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        found = (notice_id for key in set(sellers) for notice_id in self._working.sellers.get(key, ()))
        return tuple(self._working.notices[notice_id].brief for notice_id in found)

    async def upheld(self, counted: Counted) -> tuple[Brief, ...]:
        return await asyncio.to_thread(_upheld, self._all(), counted)

    async def most_upheld(
        self,
        counted: Counted,
        *,
        first: int | None = None,
        among: Collection[str] | None = None,
        apart: Collection[str] = (),
    ) -> Mapping[str, int]:
        return await asyncio.to_thread(_most_upheld, self._all(), counted, first, among, apart)

    async def leading(
        self, counted: Counted, policy: Policy, *, first: int, least: int = 1, apart: Collection[str] = ()
    ) -> Leading:
        left_out, briefs = frozenset(apart), self._all()

        def ranked() -> Leading:
            theirs = [brief for brief in counted.fitting(briefs) if brief.seller not in left_out]
            found = offenders.offenders_between(theirs, links=(), policy=policy, start=counted.start, end=counted.end)
            enough = [one.key for one in found if one.score.upheld >= least]
            return Leading(sellers=tuple(enough[:first]), total=len(enough))

        return await asyncio.to_thread(ranked)

    async def activity(self, counted: Counted, starts: Sequence[datetime]) -> Activity:
        return await asyncio.to_thread(digests.activity, self._all(), counted, starts)

    async def recent(self, since: datetime) -> Mapping[str, Recent]:
        return await asyncio.to_thread(_recent, self._all(), since)

    async def sellers(self, called: str) -> Mapping[str, tuple[str, ...]]:
        return await asyncio.to_thread(_sellers, self._all(), called)

    async def names(self, sellers: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        return offenders.names_of(await self.briefs(sellers))

    async def decided(self, marketplaces: Collection[str], since: date) -> Mapping[str, Tally]:
        return {key: self._working.verdicts.since(key, since) for key in marketplaces}

    def _all(self) -> list[Brief]:
        return [row.brief for row in self._working.notices.values()]


def _upheld(briefs: Iterable[Brief], counted: Counted) -> tuple[Brief, ...]:
    inside = [
        (at, brief.id, brief)
        for brief in counted.fitting(briefs)
        if (at := brief.upheld_at) is not None and counted.holds(at)
    ]
    return tuple(brief for _, _, brief in sorted(inside, key=lambda one: one[:2]))


def _most_upheld(
    briefs: Iterable[Brief],
    counted: Counted,
    first: int | None,
    among: Collection[str] | None,
    apart: Collection[str],
) -> Mapping[str, int]:
    counts = Counter(brief.seller for brief in _upheld(briefs, counted))
    wanted, left_out = None if among is None else frozenset(among), frozenset(apart) | {""}
    ranked = sorted(
        (-count, seller)
        for seller, count in counts.items()
        if seller not in left_out and (wanted is None or seller in wanted)
    )
    return {seller: -count for count, seller in ranked[:first]}


def _recent(briefs: Iterable[Brief], since: datetime) -> Mapping[str, Recent]:
    filed: dict[str, Counter[Status]] = {}
    decided: Counter[str] = Counter()
    for brief in briefs:
        if brief.filed_at >= since:
            filed.setdefault(brief.marketplace, Counter())[brief.status] += 1
        if brief.decided_at is not None and brief.decided_at >= since:
            decided[brief.marketplace] += 1
    return {key: Recent(filed=filed.get(key, {}), decided=decided[key]) for key in {*filed, *decided}}


def _sellers(briefs: Sequence[Brief], called: str) -> Mapping[str, tuple[str, ...]]:
    known = {brief.seller: () for brief in briefs if brief.seller} | dict(offenders.names_of(briefs))
    known.pop("", None)
    return {key: known[key] for key in offenders.called(called, known)}
