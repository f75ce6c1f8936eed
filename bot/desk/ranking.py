"""Ranking: who leads in a window. The store says who may; their notices are counted here, by the pure code.

Whoever is more than one seller, or has test purchases, or is asked about apart, the store does not weigh: they are few,
and all of them are counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot import offenders
from bot.desk import Desk
from bot.model import Brief, Counted, Link, Offender, Purchase, Reach


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """The first by rank of all with enough upheld notices in the window, of which there are `total`.

    `hidden` are those left out. `apart` are the offenders that the store does not weigh, however little was upheld
    against them, and `sellers` the keys of theirs.
    """

    offenders: tuple[Offender, ...]
    total: int
    hidden: int
    apart: tuple[Offender, ...]
    sellers: frozenset[str]


async def ranking(desk: Desk, counted: Counted, *, first: int, least: int, without: Collection[str] = ()) -> Ranking:
    """The `first` so many with `least` upheld notices in the window, but for those `without` whom (sellers, by key)."""
    links, bought = await desk.store.entries(Link), await bought_in(desk, counted)
    together = offenders.groups([*without, *(one.seller for one in bought)], [one for one in links if one.linked])
    sellers = frozenset(together)
    leading, theirs = await asyncio.gather(
        desk.store.leading(counted, desk.policy, first=first, least=least, apart=sellers), desk.store.briefs(sellers)
    )
    briefs = (*theirs, *await desk.store.briefs(leading.sellers))
    found = await _exact(desk, counted, briefs, links, bought)
    apart = tuple(one for one in found if one.key in sellers)
    enough = [one for one in found if one.score.upheld >= least]
    seen = [one for one in enough if not _any(one, without)]
    hidden = len(enough) - len(seen)
    return Ranking(
        offenders=tuple(seen[:first]),
        total=leading.total + sum(1 for one in apart if one.score.upheld >= least) - hidden,
        hidden=hidden,
        apart=apart,
        sellers=sellers,
    )


async def offenders_of(
    desk: Desk, counted: Counted, sellers: Collection[str], links: Sequence[Link], bought: Sequence[Purchase]
) -> tuple[Offender, ...]:
    """Those of these sellers (by key, with all that are linked with them) who have something upheld in the window."""
    return await _exact(desk, counted, await desk.store.briefs(sellers), links, bought)


async def _exact(
    desk: Desk, counted: Counted, briefs: Sequence[Brief], links: Sequence[Link], bought: Sequence[Purchase]
) -> tuple[Offender, ...]:
    within = await reach(desk, {brief.seller for brief in briefs})

    def exact() -> tuple[Offender, ...]:
        return offenders.offenders_between(
            counted.fitting(briefs),
            links=links,
            policy=desk.policy,
            start=counted.start,
            end=counted.end,
            reach=within,
            purchases=bought,
        )

    return await asyncio.to_thread(exact)  # long on a big desk: others have their turn meanwhile


async def reach(desk: Desk, sellers: Collection[str]) -> Reach:
    """How far back the notices of these go that are not archived."""
    return Reach(since=desk.now() - desk.retention, archived=await desk.store.archived(sellers))


async def bought_in(desk: Desk, counted: Counted) -> tuple[Purchase, ...]:
    """The test purchases that belong to what is counted. None names a right: those are of it that name its notice."""
    found = [
        one
        for one in await desk.store.entries(Purchase)
        if not counted.marketplaces or one.marketplace in counted.marketplaces
    ]
    return tuple([one for one in found if not counted.rights or await _is_of(desk, one.notice_id, counted)])


async def _is_of(desk: Desk, notice_id: str, counted: Counted) -> bool:
    notice = await desk.store.notice(notice_id) if notice_id else None
    return notice is not None and counted.about(notice.listing.marketplace, notice.right.key)


def _any(offender: Offender, sellers: Collection[str]) -> bool:
    return any(identity.key in sellers for identity in offender.identities)
