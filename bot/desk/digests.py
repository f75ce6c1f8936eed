"""Digests: posting one now, looking at one, and what each says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import digests
from bot.desk import Desk, authority, referral_tracking
from bot.desk.occurrences import due
from bot.desk.ranking import Ranking, bought_in, offenders_of, ranking
from bot.desk.schedules import find, room_of
from bot.errors import Conflict, NotFound
from bot.model import (
    Actor,
    Brief,
    Counted,
    Digest,
    Figures,
    Link,
    May,
    Mover,
    Occurrence,
    OccurrenceState,
    Offender,
    Schedule,
)
from bot.offenders import groups, offender

AGAIN = timedelta(seconds=30)
"""How long the same wish is one wish: people press twice."""
_CROWD = 3
"""So many more offenders a digest lists at the least than are with agencies, or it does not say how many: readers who
may not know of whom it is could tell.
"""
_NOW = "now"
"""Stands for an occurrence that is only looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Full:
    """All of a digest: everybody something was upheld against, and each of those notices, oldest first."""

    schedule_id: str
    end: datetime
    offenders: tuple[Offender, ...]
    briefs: tuple[Brief, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A digest with what drawing it needs; `by` is who set the schedule up."""

    digest: Digest
    schedule: Schedule
    occurrence: Occurrence
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A digest that was asked for; `again` when the same was asked for just before, and so is not posted anew."""

    schedule: Schedule
    occurrence: Occurrence
    again: bool
    ago: timedelta


async def run(desk: Desk, schedule_id: str, *, by: Actor, test: bool = False) -> Run:
    """Post a digest now. Asked for again within half a minute, it is the same one.

    Raises:
        NotAllowed: not an admin.
        NotFound: no such schedule.
        Invalid: the bot is not in the channel (any more).
    """
    await authority.allowed(desk, by, May.ADMINISTER, "post digests")
    schedule = await find(desk, schedule_id)
    await room_of(desk, schedule.channel)
    now = desk.now()
    occurrence = Occurrence(
        schedule_id=schedule.id,
        # Two presses at once are in the same half minute: they meet in the store, where one of them loses.
        local=f"{'test' if test else 'by hand'} {now.replace(second=now.second // 30 * 30):%Y-%m-%dT%H:%M:%S}",
        version=1,
        due_at=now,
        channel=schedule.channel,
        by=by,
        test=test,
    )
    for one in await desk.store.entries(Occurrence, schedule.id):
        if one.by is not None and one.test is test and abs(now - one.due_at) < AGAIN:
            return Run(schedule=schedule, occurrence=one, again=True, ago=max(now - one.due_at, timedelta()))
    again = False
    try:
        await desk.store.save(*due(occurrence))
    except Conflict:
        again, occurrence = True, await desk.store.entry(Occurrence, occurrence.key) or occurrence
    return Run(schedule=schedule, occurrence=occurrence, again=again, ago=timedelta())


async def preview(desk: Desk, schedule_id: str, *, by: Actor) -> Shown:
    """The digest as it would be posted now, for the asker alone. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.ADMINISTER, "preview digests")
    schedule = await find(desk, schedule_id)
    now = Occurrence(schedule_id=schedule.id, local=_NOW, version=1, due_at=desk.now(), channel=schedule.channel)
    return await shown(desk, schedule, now)


async def history(desk: Desk, schedule_id: str, *, by: Actor) -> tuple[Schedule, tuple[Occurrence, ...]]:
    """What became of each occurrence, newest first. Any member may look. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.READ)
    schedule = await find(desk, schedule_id, removed_too=True)
    there = await desk.store.entries(Occurrence, schedule.id)
    return schedule, tuple(sorted(there, key=lambda one: one.due_at, reverse=True))


async def full(desk: Desk, occurrence_key: str, *, by: Actor) -> Full:
    """Everybody a digest counts, for a member who wants the whole list. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.READ)
    schedule_id, _, local = occurrence_key.partition("/")
    schedule = await find(desk, schedule_id, removed_too=True)
    there = await desk.store.entry(Occurrence, occurrence_key)
    if there is None and local != _NOW:
        raise NotFound("This digest is no longer on the desk; `/offenders` shows how things stand now.")
    end = there.due_at if there else desk.now()
    counted = _counted(_about(schedule, there), end)
    links, bought = await desk.store.entries(Link), await bought_in(desk, counted)
    upheld = await desk.store.upheld(counted)
    together = groups({brief.seller for brief in upheld if brief.seller}, links)
    return Full(
        schedule_id=schedule.id,
        end=end,
        offenders=await offenders_of(desk, counted, together, links, bought),
        briefs=upheld,
    )


async def shown(desk: Desk, schedule: Schedule, occurrence: Occurrence) -> Shown:
    """What a digest says of the window that ends when the occurrence is due."""
    counted = _counted(_about(schedule, occurrence), occurrence.due_at)
    buckets = digests.buckets(counted.start, counted.end, schedule.rule.tz)
    last = await last_posted(desk, schedule, occurrence)
    before = last.figures if last else None
    ranked, done = await asyncio.gather(
        ranking(desk, counted, first=digests.MOST_SHOWN, least=schedule.threshold),
        desk.store.activity(counted, buckets.starts),
    )
    upheld = await _counts(desk, counted, ranked, before)
    working = await referral_tracking.with_agencies(desk)
    made = digests.digest(
        done,
        counted=counted,
        buckets=buckets,
        offenders=ranked.offenders,
        total=ranked.total,
        upheld=upheld,
        before=before,
        movers=await _movers(desk, counted, upheld, before) if before is not None else (),
        with_agencies=working if ranked.total >= working + _CROWD else 0,
    )
    return Shown(digest=made, schedule=schedule, occurrence=occurrence, by=await desk.name(schedule.changed_by.user_id))


async def _counts(desk: Desk, counted: Counted, ranked: Ranking, before: Figures | None) -> Mapping[str, int]:
    """Upheld notices by offender's key: of those with the most, and of those the last digest remembers."""
    most = digests.MOST_OFFENDERS + digests.MOST_MOVERS
    counts = dict(await desk.store.most_upheld(counted, first=most, apart=ranked.sellers))
    if before is not None:
        counts |= await desk.store.most_upheld(counted, among=before.offenders, apart=ranked.sellers)
    return counts | {one.key: one.score.upheld for one in ranked.apart}


async def _movers(desk: Desk, counted: Counted, upheld: Mapping[str, int], before: Figures) -> tuple[Mover, ...]:
    links = await desk.store.entries(Link)
    moved = digests.moved(upheld, before, groups((), links))
    theirs = groups([one.key for one in moved], links)
    briefs = tuple(counted.fitting(await desk.store.briefs({seller for one in moved for seller in theirs[one.key]})))

    def title(key: str) -> str:
        return offender(key, briefs, links=links, policy=desk.policy, now=counted.end).title

    return tuple(Mover(title=title(one.key), before=one.before, now=one.now) for one in moved)


def _about(schedule: Schedule, occurrence: Occurrence | None) -> Schedule:
    """The schedule, counting what this occurrence counts: it may have been changed since."""
    if occurrence is None or occurrence.window_days is None:
        return schedule
    return replace(
        schedule,
        window_days=occurrence.window_days,
        rights=occurrence.rights,
        marketplaces=occurrence.marketplaces,
    )


def _counted(about: Schedule, end: datetime) -> Counted:
    return Counted(
        start=end - timedelta(days=about.window_days),
        end=end,
        marketplaces=frozenset(about.marketplaces),
        rights=frozenset(about.rights),
    )


async def last_posted(desk: Desk, schedule: Schedule, occurrence: Occurrence) -> Occurrence | None:
    """The last digest before this one that the channel has seen and that counted the same things."""
    posted = [
        one
        for one in await desk.store.entries(Occurrence, occurrence.schedule_id)
        if one.state is OccurrenceState.POSTED
        and not one.test
        and one.due_at < occurrence.due_at
        and (schedule.figures_since is None or one.due_at > schedule.figures_since)
    ]
    return max(posted, key=lambda one: one.due_at, default=None)
