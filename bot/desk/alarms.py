"""Alarms: the moment an offender crosses the threshold is told once, and those who watch are told of each removal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot import offenders
from bot.desk import Desk
from bot.desk.announcing import announced
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


async def assessed(desk: Desk, delivery: Delivery) -> None:
    """Look at a seller's offender anew: tell a crossing, note where it stands, plan the next look.

    Deliveries of the kind are carried one after the other, so two removals at once are still one crossing.

    Raises:
        Conflict: somebody was first; the delivery is there to be carried again.
    """
    seller, now = delivery.subject, desk.now()
    links = await desk.store.entries(Link)
    group = offenders.groups([seller], links)[seller]
    briefs = await desk.store.briefs(group)
    found = offenders.offender(seller, briefs, links=links, policy=desk.policy, now=now)
    alarms = {key: await desk.store.entry(Alarm, key) for key in group}
    above = found.score.upheld >= desk.policy.threshold
    counted = {key: _upheld(desk, [brief for brief in briefs if brief.seller == key]) for key in group}
    # What is told hangs together with the version of this alarm, so it can be told only once.
    mark = f"{seller}:{(alarm.version if (alarm := alarms[seller]) else 0) + 1}"
    told: list[Record] = []
    if above and not any(alarm.above for alarm in alarms.values() if alarm is not None):
        told += await _alert(desk, found, briefs, mark)
    more = _more(seller, alarms, counted)
    if more:
        told += await _watchers(desk, found, more, mark)
    noted = [_noted(key, alarms[key], above, counted[key], now) for key in group]
    await desk.store.save(*noted, *told, *_next_look(desk, seller, briefs, above), settles=delivery)


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


async def _alert(desk: Desk, found: Offender, briefs: Sequence[Brief], mark: str) -> tuple[Record, ...]:
    newest = max((brief for brief in briefs if brief.upheld), key=lambda brief: brief.upheld_at or brief.filed_at)
    notice = await desk.store.notice(newest.id)
    words = (
        f"{found.title} is a repeat offender now: {found.score.upheld} notices upheld in "
        f"{found.score.window_days} days, the last one {newest.id}."
    )
    return announced(
        AnnouncementKind.ALERT,
        f"alert:{mark}",
        channel=desk.policy.alerts_channel or (notice.channel if notice else ""),
        at=desk.now(),
        words=words,
        seller=found.key,
        otherwise=newest.submitter,
    )


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
