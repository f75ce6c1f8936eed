"""Alarms: the moment an offender crosses the threshold is told once, and those who watch are told of each removal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import offenders
from bot.desk import Desk
from bot.desk.announcing import announced
from bot.desk.offenders import bought_from
from bot.desk.sellers import assess
from bot.model import (
    Alarm,
    AnnouncementKind,
    Brief,
    Delivery,
    Link,
    Offender,
    Record,
    Stance,
)

REASON_LIMIT = 300
"""Characters of the reason of a link in an alert."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an offender stands against the threshold. `counted` has the ids of what is upheld in the window, by seller.

    `crossed` says that nobody was told of it yet, and `link` that two sellers becoming one made it so.
    """

    found: Offender
    briefs: tuple[Brief, ...]
    alarms: Mapping[str, Alarm | None]
    counted: Mapping[str, tuple[str, ...]]
    above: bool
    crossed: bool
    link: Link | None


async def standing(desk: Desk, seller: str, links: Sequence[Link]) -> Standing:
    """How the offender of a seller stands now, if those are the links."""
    group = offenders.groups([seller], links)[seller]
    briefs = tuple(await desk.store.briefs(group))
    bought = await bought_from(desk, group)
    found = offenders.offender(seller, briefs, links=links, policy=desk.policy, now=desk.now(), purchases=bought)
    alarms = {key: await desk.store.entry(Alarm, key) for key in group}
    counted = {key: _upheld(desk, [brief for brief in briefs if brief.seller == key]) for key in group}
    above = found.score.upheld >= desk.policy.threshold
    link = _newest_link(group, links, found)
    reached = _had_reached(desk, counted, [one for one in links if one is not link], "" if link else _newest(briefs))
    # Nobody looked at some: notices from before alerts, or from elsewhere.
    already = any(all(alarms.get(key) is None for key in part) for part in reached) and len(group) > 1
    told = any(alarm.above for alarm in alarms.values() if alarm is not None)
    return Standing(
        found=found,
        briefs=briefs,
        alarms=alarms,
        counted=counted,
        above=above,
        crossed=above and not told and not already,
        link=None if reached else link,
    )


async def assessed(desk: Desk, delivery: Delivery) -> None:
    """Look at a seller's offender anew: tell a crossing, note where it stands, plan the next look.

    Deliveries of the kind are carried one after the other, so two removals at once are still one crossing.

    Raises:
        Conflict: somebody was first; the delivery is there to be carried again.
    """
    seller, now = delivery.subject, desk.now()
    stands = await standing(desk, seller, await desk.store.entries(Link))
    # What is told hangs together with the version of this alarm, so it can be told only once.
    mark = f"{seller}:{(alarm.version if (alarm := stands.alarms[seller]) else 0) + 1}"
    told: list[Record] = []
    if stands.crossed:
        told += await _alert(desk, stands, mark)
    more = _more(seller, stands.alarms, stands.counted)
    if more:
        told += await _watchers(desk, stands.found, more, mark)
    noted = [_noted(key, stands.alarms[key], stands.above, counted, now) for key, counted in stands.counted.items()]
    await desk.store.save(*noted, *told, *_next_look(desk, seller, stands.briefs, stands.above), settles=delivery)


def _newest_link(group: Iterable[str], links: Iterable[Link], found: Offender) -> Link | None:
    """The link that made them one, when nothing was upheld since."""
    theirs = [link for link in links if link.linked and link.a in group]
    newest = max(theirs, key=lambda link: link.steps[-1].at, default=None)
    since = found.last_upheld_at
    return newest if newest is not None and (since is None or newest.steps[-1].at >= since) else None


def _had_reached(
    desk: Desk, counted: Mapping[str, Sequence[str]], links: Iterable[Link], newest: str
) -> tuple[tuple[str, ...], ...]:
    """Those of them, linked by these, that had reached the threshold on their own before the newest notice."""
    parts = {part for key, part in offenders.groups(counted, links).items() if key in counted}
    return tuple(
        part
        for part in parts
        if len({one for key in part for one in counted.get(key, ())} - {newest}) >= desk.policy.threshold
    )


def _upheld(desk: Desk, briefs: Sequence[Brief]) -> tuple[str, ...]:
    """The ids of those that are upheld, in the window of the policy."""
    start = desk.now() - timedelta(days=desk.policy.window_days)
    return tuple(sorted(brief.id for brief in briefs if (at := brief.upheld_at) is not None and at > start))


def _more(seller: str, alarms: Mapping[str, Alarm | None], counted: Mapping[str, Sequence[str]]) -> int:
    """How many are upheld that were not at the last look. Without an earlier look: the one that made us look."""
    more = 0
    for key, ids in counted.items():
        alarm = alarms[key]
        if alarm is not None:
            more += len(set(ids) - set(alarm.counted))
        elif key == seller and len(counted) == 1:
            more += min(len(ids), 1)
    return more


def _noted(key: str, had: Alarm | None, above: bool, counted: tuple[str, ...], now: datetime) -> Alarm:
    changed = had is None or had.above != above
    return Alarm(
        seller=key,
        version=had.version + 1 if had else 1,
        above=above,
        counted=counted,
        changed_at=now if had is None or changed else had.changed_at,
    )


async def _alert(desk: Desk, stands: Standing, mark: str) -> tuple[Record, ...]:
    found, newest = stands.found, _newest(stands.briefs)
    how = f", the last one {newest}."
    if stands.link is not None:
        said = stands.link.steps[-1]
        how = (
            f", counted as one since {stands.link.a} and {stands.link.b} were linked by "
            f"{await desk.name(said.by.user_id)}: {said.reason[:REASON_LIMIT]}"
        )
    return announced(
        AnnouncementKind.ALERT,
        f"alert:{mark}",
        channel=await channel_of(desk, stands),
        at=desk.now(),
        words=(
            f"{found.title} is a repeat offender now: {found.score.upheld} notices upheld in "
            f"{found.score.window_days} days{how}"
        ),
        seller=found.key,
        otherwise=next(brief.submitter for brief in stands.briefs if brief.id == newest),
    )


async def channel_of(desk: Desk, stands: Standing) -> str:
    """Where a crossing is told: where the policy says, or where the newest notice was filed."""
    notice = await desk.store.notice(_newest(stands.briefs))
    return desk.policy.alerts_channel or (notice.channel if notice else "")


def _newest(briefs: Sequence[Brief]) -> str:
    """The id of the notice that was upheld last; empty when none was."""
    upheld = [(brief.upheld_at or brief.filed_at, brief.id) for brief in briefs if brief.upheld]
    return max(upheld, default=(None, ""))[1]


async def _watchers(desk: Desk, found: Offender, more: int, mark: str) -> tuple[Record, ...]:
    theirs = {identity.key for identity in found.identities}
    watching = {one.user_id for one in await desk.store.entries(Stance) if one.watching and one.seller in theirs}
    another = "Another notice was" if more == 1 else f"{more} more notices were"
    words = (
        f"{another} upheld against {found.title}, whom you watch: {found.score.upheld} in "
        f"{found.score.window_days} days now."
    )
    return tuple(
        record
        for user_id in sorted(watching)
        for record in announced(
            AnnouncementKind.WATCHED,
            f"watched:{mark}:{user_id}",
            channel=user_id,
            at=desk.now(),
            words=words,
            seller=found.key,
        )
    )


def _next_look(desk: Desk, seller: str, briefs: Sequence[Brief], above: bool) -> tuple[Delivery, ...]:
    """When the count falls below the threshold by the passing of time, the next crossing is news again."""
    if not above:
        return ()
    window, now = timedelta(days=desk.policy.window_days), desk.now()
    upheld = sorted(at for brief in briefs if (at := brief.upheld_at) is not None and now - window < at <= now)
    leaves = upheld[len(upheld) - desk.policy.threshold] + window
    return assess([seller], leaves + timedelta(seconds=1), again=True)
