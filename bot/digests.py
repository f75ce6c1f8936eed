"""The notices of a window into a digest. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from statistics import median
from zoneinfo import ZoneInfo

from bot.model import (
    Brief,
    Digest,
    Figures,
    Link,
    Mover,
    Offender,
    Point,
    Policy,
    Purchase,
    Reach,
    Speed,
    Status,
    Waiting,
)
from bot.offenders import offender, offenders_between

MOST_OFFENDERS = 200
"""Offenders that a digest remembers for the next one."""
MOST_MOVERS = 5
FIRST = 3
"""Of the notices that wait, those that are named."""
MOST_POINTS = 20
"""Of a chart's series. Source: docs.slack.dev, data visualization block."""
BY_DAY, BY_WEEK = 14, 120
"""The longest windows, in days, that are drawn day by day and week by week."""

_WAITS = (Status.NEEDS_INPUT, Status.UNCERTAIN, Status.BY_HAND, Status.FAILED, Status.AWAITING_APPROVAL)
A_YEAR = timedelta(days=365)
_MOMENT = timedelta(microseconds=1)


def digest(
    briefs: Sequence[Brief],
    *,
    links: Sequence[Link],
    policy: Policy,
    start: datetime,
    end: datetime,
    tz: str,
    threshold: int,
    before: Figures | None,
    reach: Reach | None = None,
    purchases: Iterable[Purchase] = (),
) -> Digest:
    """What happened after `start`, until `end`, with the chart's days, weeks or months those of `tz` (IANA).

    `briefs` are all there are within `reach`: who is new, who came back and what waits cannot be told from the window.
    A removal counts when it happened, whatever became of it; the offenders count what is upheld now.
    """
    filed = [brief.filed_at for brief in briefs if start < brief.filed_at <= end]
    removed = [(brief, at) for brief in briefs if (at := brief.removed_at) is not None and start < at <= end]
    waiting = _waiting(briefs, start, end)
    ranked = offenders_between(
        briefs, links=links, policy=policy, start=start, end=end, reach=reach, purchases=purchases
    )
    figures = Figures(
        filed=len(filed),
        removed=len(removed),
        rejected=sum(
            1
            for brief in briefs
            if brief.status is Status.REJECTED and brief.decided_at is not None and start < brief.decided_at <= end
        ),
        waiting=sum(one.count for one in waiting),
        offenders={one.key: one.score.upheld for one in ranked[:MOST_OFFENDERS]},
    )
    return Digest(
        start=start,
        end=end,
        figures=figures,
        before=before,
        speeds=_speeds(removed),
        offenders=tuple(one for one in ranked if one.score.upheld >= threshold),
        movers=_movers(ranked, before, _titles(briefs, links, policy, end)) if before is not None else (),
        waiting=waiting,
        series=_series(filed, [at for _, at in removed], _buckets(start, end, tz)),
        unknown_sellers=sum(
            1 for brief in briefs if not brief.seller and (at := brief.upheld_at) is not None and start < at <= end
        ),
    )


def by_month(briefs: Iterable[Brief], now: datetime) -> tuple[Point, ...]:
    """What was filed and what was upheld, month by month in UTC, over the last year."""
    known, start = list(briefs), now - A_YEAR
    return _series(
        [brief.filed_at for brief in known if start < brief.filed_at <= now],
        [at for brief in known if (at := brief.upheld_at) is not None and start < at <= now],
        _buckets(start, now, "UTC"),
    )


def _waiting(briefs: Iterable[Brief], start: datetime, end: datetime) -> tuple[Waiting, ...]:
    """What waits for somebody here. What failed is told once, or it would wait for ever."""
    since: dict[Status, list[tuple[datetime, str]]] = {status: [] for status in _WAITS}
    for brief in briefs:
        status = brief.status
        if status in since and brief.filed_at <= end and (status is not Status.FAILED or brief.filed_at > start):
            since[status].append((min(brief.since, end), brief.id))
    return tuple(
        Waiting(
            status=status, count=len(all_), oldest=min(all_)[0], first=tuple(id_ for _, id_ in sorted(all_)[:FIRST])
        )
        for status, all_ in since.items()
        if all_
    )


def _speeds(removed: Iterable[tuple[Brief, datetime]]) -> tuple[Speed, ...]:
    """By marketplace, the one that removed most first. Their clock may run behind ours: never below nothing."""
    took: dict[str, list[timedelta]] = {}
    for brief, at in removed:
        took.setdefault(brief.marketplace, []).append(max(at - brief.filed_at, timedelta()))
    speeds = []
    for marketplace, all_ in took.items():
        all_.sort()
        middle = timedelta(seconds=median(one.total_seconds() for one in all_))
        p90 = all_[ceil(len(all_) * 9 / 10) - 1]
        speeds.append(Speed(marketplace=marketplace, removed=len(all_), median=middle, p90=p90))
    return tuple(sorted(speeds, key=lambda one: (-one.removed, one.marketplace)))


def _titles(briefs: Sequence[Brief], links: Sequence[Link], policy: Policy, end: datetime) -> Callable[[str], str]:
    """How to call somebody who has nothing upheld in the window any more."""

    def title(key: str) -> str:
        return offender(key, briefs, links=links, policy=policy, now=end).title

    return title


def _movers(ranked: Sequence[Offender], before: Figures, title: Callable[[str], str]) -> tuple[Mover, ...]:
    """Who changed most. Sellers linked since are compared with the sum of what each had."""
    cut = len(before.offenders) >= MOST_OFFENDERS
    moved: list[tuple[int, str, int, int]] = []
    seen: set[str] = set()
    for one in ranked:
        keys = [identity.key for identity in one.identities if identity.key in before.offenders]
        seen.update(keys)
        had = sum(before.offenders[key] for key in keys)
        # Where the last digest left some out, nothing is not known to have been nothing.
        if had != one.score.upheld and (keys or not cut):
            moved.append((-abs(one.score.upheld - had), one.key, had, one.score.upheld))
    moved += [(-had, key, had, 0) for key, had in before.offenders.items() if key not in seen and had]
    known = {one.key: one for one in ranked}
    return tuple(
        Mover(title=known[key].title if key in known else title(key), before=had, now=now)
        for _, key, had, now in sorted(moved)[:MOST_MOVERS]
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Buckets:
    """The stretches of the chart: `starts` in UTC, the first at or before the window's start."""

    labels: tuple[str, ...]
    starts: tuple[datetime, ...]


def _buckets(start: datetime, end: datetime, tz: str) -> _Buckets:
    """Days, weeks, months or years on the wall clock of `tz`, the finest that fits."""
    zone = ZoneInfo(tz)
    # A window that ends at midnight has nothing of the day that begins then.
    first, last = start.astimezone(zone).date(), (end - _MOMENT).astimezone(zone).date()
    # A night of DST makes a week an hour longer.
    length = (end - start - timedelta(hours=2)) / timedelta(days=1)
    for longest, opening, following, label in _CUTS:
        days = _days(opening(first), opening(last), following) if length <= longest else ()
        if 0 < len(days) <= MOST_POINTS:
            return _Buckets(
                labels=tuple(label(day) for day in days),
                starts=tuple(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in days),
            )
    raise ValueError(f"the window from {start} to {end} is too long for a chart")


def _days(first: date, last: date, following: Callable[[date], date]) -> tuple[date, ...]:
    """On which the stretches begin; one more than fits when there are too many."""
    days = [first]
    while days[-1] < last and len(days) <= MOST_POINTS:
        days.append(following(days[-1]))
    return tuple(days)


def _series(filed: Iterable[datetime], removed: Iterable[datetime], buckets: _Buckets) -> tuple[Point, ...]:
    counts = {kind: [0] * len(buckets.labels) for kind in ("filed", "removed")}
    moments: Mapping[str, Iterable[datetime]] = {"filed": filed, "removed": removed}
    for kind, all_ in moments.items():
        for at in all_:
            counts[kind][bisect_right(buckets.starts, at) - 1] += 1
    return tuple(
        Point(label=label, filed=came, removed=went)
        for label, came, went in zip(buckets.labels, counts["filed"], counts["removed"], strict=True)
    )


def _month(day: date) -> date:
    return day.replace(day=1)


def _year(day: date) -> date:
    return day.replace(month=1, day=1)


_CUTS: tuple[tuple[float, Callable[[date], date], Callable[[date], date], Callable[[date], str]], ...] = (
    (BY_DAY, lambda day: day, lambda day: day + timedelta(days=1), lambda day: f"{day.day} {day:%b}"),
    (
        BY_WEEK,
        lambda day: day - timedelta(days=day.weekday()),
        lambda day: day + timedelta(days=7),
        lambda day: f"W{day.isocalendar().week}",
    ),
    (float("inf"), _month, lambda day: _month(day + timedelta(days=31)), lambda day: f"{day:%b %Y}"),
    (float("inf"), _year, lambda day: _year(day + timedelta(days=366)), lambda day: str(day.year)),
)
