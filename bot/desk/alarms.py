"""Alarms: the moment an offender crosses the threshold is told once, and those who watch are told of each removal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import offenders
from bot.desk import Desk
from bot.desk.sellers import assess
from bot.model import (
    Alarm,
    Announcement,
    AnnouncementKind,
    Brief,
    Delivery,
    DeliveryKind,
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
    had = [alarm for alarm in alarms.values() if alarm is not None]
    above = found.score.upheld >= desk.policy.threshold
    crossed = above and not any(alarm.above for alarm in had)
    more = _more(found, group, had)
    told: list[Record] = []
    # What both say hangs together with the version of this alarm, so it can be said only once.
    mark = f"{seller}:{(alarm.version if (alarm := alarms[seller]) else 0) + 1}"
    if crossed:
        told += await _alert(desk, found, briefs, mark)
    if more > 0:
        told += await _watchers(desk, found, more, mark)
    noted = [_noted(key, alarms[key], above, found.score.upheld, now) for key in group]
    await desk.store.save(*noted, *told, *_next_look(desk, seller, briefs, above), settles=delivery)


def _more(found: Offender, group: Sequence[str], had: Sequence[Alarm]) -> int:
    """How many more are upheld than at the last look; none when only the links changed since."""
    counted_together = len(had) in (0, len(group)) and len({alarm.upheld for alarm in had}) <= 1
    return found.score.upheld - (had[0].upheld if had else 0) if counted_together else 0


def _noted(key: str, had: Alarm | None, above: bool, upheld: int, now: datetime) -> Alarm:
    changed = had is None or had.above != above
    return Alarm(
        seller=key,
        version=had.version + 1 if had else 1,
        above=above,
        upheld=upheld,
        changed_at=now if had is None or changed else had.changed_at,
    )


async def _alert(desk: Desk, found: Offender, briefs: Sequence[Brief], mark: str) -> list[Record]:
    newest = max((brief for brief in briefs if brief.upheld), key=lambda brief: brief.upheld_at or brief.filed_at)
    notice = await desk.store.notice(newest.id)
    channel = desk.policy.alerts_channel or (notice.channel if notice else "")
    words = (
        f"{found.title} is a repeat offender now: {found.score.upheld} notices upheld in "
        f"{found.score.window_days} days, the last one {newest.id}."
    )
    return announced(
        Announcement(
            key=f"alert:{mark}",
            version=1,
            kind=AnnouncementKind.ALERT,
            channel=channel,
            at=desk.now(),
            words=words,
            seller=found.key,
        )
    )


async def _watchers(desk: Desk, found: Offender, more: int, mark: str) -> list[Record]:
    theirs = {identity.key for identity in found.identities}
    watching = {one.user_id for one in await desk.store.entries(Stance) if one.watching and one.seller in theirs}
    another = "Another notice was" if more == 1 else f"{more} more notices were"
    words = (
        f"{another} upheld against {found.title}, whom you watch: {found.score.upheld} in "
        f"{found.score.window_days} days now."
    )
    told: list[Record] = []
    for user_id in sorted(watching):
        told += announced(
            Announcement(
                key=f"watched:{mark}:{user_id}",
                version=1,
                kind=AnnouncementKind.WATCHED,
                channel=user_id,
                at=desk.now(),
                words=words,
                seller=found.key,
            )
        )
    return told


def announced(announcement: Announcement) -> list[Record]:
    """The announcement with the delivery that carries it."""
    delivery = Delivery(
        id=f"announce:{announcement.key}",
        kind=DeliveryKind.ANNOUNCE,
        lane=f"slack:{announcement.channel}",
        subject=announcement.key,
        due_at=announcement.at,
    )
    return [announcement, delivery]


def _next_look(desk: Desk, seller: str, briefs: Sequence[Brief], above: bool) -> tuple[Delivery, ...]:
    """When the count falls below the threshold by the passing of time, the next crossing is news again."""
    if not above:
        return ()
    window, now = timedelta(days=desk.policy.window_days), desk.now()
    upheld = sorted(at for brief in briefs if (at := brief.upheld_at) is not None and now - window < at <= now)
    leaves = upheld[len(upheld) - desk.policy.threshold] + window
    return assess([seller], leaves + timedelta(seconds=1))
