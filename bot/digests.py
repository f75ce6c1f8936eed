"""The notices of a window into a digest. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.model import (
    Activity,
    Brief,
    Counted,
    Digest,
    Figures,
    Mover,
    Offender,
    Point,
    Speed,
    Status,
    Waiting,
)

MOST_SHOWN = 25
"""Offenders that a digest holds; the full list has them all."""
MOST_OFFENDERS = 200
"""Offenders that a digest remembers for the next one."""
MOST_MOVERS = 5
FIRST = 3
"""Of the notices that wait, those that are named."""
MOST_POINTS = 20
"""Of a chart's series. Source: docs.slack.dev, data visualization block."""
BY_DAY, BY_WEEK = 14, 120
"""The longest windows, in days, that are drawn day by day and week by week."""

WAITS = (Status.NEEDS_INPUT, Status.UNCERTAIN, Status.BY_HAND, Status.FAILED, Status.AWAITING_APPROVAL)
A_YEAR = timedelta(days=365)
_MOMENT = timedelta(microseconds=1)


def digest(
    done: Activity,
    *,
    counted: Counted,
    buckets: Buckets,
    offenders: Sequence[Offender],
    total: int,
    upheld: Mapping[str, int],
    before: Figures | None,
    movers: tuple[Mover, ...] = (),
    with_agencies: int = 0,
) -> Digest:
    """What happened in a window, with the first of the `total` offenders that reach the threshold, by rank.

    `upheld` counts by offender's key; the digest remembers those with the most.
    A removal counts when it happened, whatever became of it; the offenders count what is upheld now.
    """
    most = sorted(upheld.items(), key=lambda one: (-one[1], one[0]))
    figures = Figures(
        filed=sum(done.filed),
        removed=sum(done.removed),
        rejected=done.rejected,
        waiting=sum(one.count for one in done.waiting),
        offenders=dict(most[:MOST_OFFENDERS]),
    )
    return Digest(
        start=counted.start,
        end=counted.end,
        figures=figures,
        before=before,
        speeds=done.speeds,
        offenders=tuple(offenders),
        total=total,
        movers=movers,
        waiting=done.waiting,
        series=_points(buckets, done.filed, done.removed),
        unknown_sellers=done.unknown_sellers,
        with_agencies=with_agencies,
    )


def activity(briefs: Iterable[Brief], counted: Counted, starts: Sequence[datetime]) -> Activity:
    """What was done in the window, of all notices there are: what waits cannot be told from the window.

    `starts` are where the stretches of the chart begin, the first at or before the window.
    """
    about = list(counted.fitting(briefs))
    removed = [(brief, at) for brief in about if (at := brief.removed_at) is not None and counted.holds(at)]
    return Activity(
        filed=_spread((brief.filed_at for brief in about if counted.holds(brief.filed_at)), starts),
        removed=_spread((at for _, at in removed), starts),
        rejected=sum(1 for brief in about if brief.status is Status.REJECTED and counted.holds(brief.decided_at)),
        unknown_sellers=sum(1 for brief in about if not brief.seller and counted.holds(brief.upheld_at)),
        speeds=speeds(_took(removed)),
        waiting=_waiting(about, counted.start, counted.end),
    )


def by_month(briefs: Iterable[Brief], now: datetime) -> tuple[Point, ...]:
    """What was filed and what was upheld, month by month in UTC, over the last year."""
    known, start = list(briefs), now - A_YEAR
    stretches = buckets(start, now, "UTC")
    filed = (brief.filed_at for brief in known if start < brief.filed_at <= now)
    upheld = (at for brief in known if (at := brief.upheld_at) is not None and start < at <= now)
    return _points(stretches, _spread(filed, stretches.starts), _spread(upheld, stretches.starts))


def _waiting(briefs: Iterable[Brief], start: datetime, end: datetime) -> tuple[Waiting, ...]:
    """What waits for somebody here. What failed is told once, or it would wait for ever."""
    since: dict[Status, list[tuple[datetime, str]]] = {status: [] for status in WAITS}
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


def places(removed: Any) -> tuple[Any, Any, Any]:
    """Of so many that are sorted, counted from 1: the two in the middle, or that one twice, and where nine in ten are.

    An expression of a database will do for the number.
    """
    return (removed + 1) // 2, (removed + 2) // 2, (9 * removed + 9) // 10


def speeds(took: Mapping[str, tuple[int, Mapping[int, timedelta]]]) -> tuple[Speed, ...]:
    """By marketplace, the one that removed most first.

    `took` has how many it removed, and of their times, sorted, those at their `places`. Its clock may run behind ours:
    never below nothing.
    """
    found = []
    for marketplace, (removed, all_) in took.items():
        low, high, p90 = (max(all_[place], timedelta()) for place in places(removed))
        found.append(Speed(marketplace=marketplace, removed=removed, median=(low + high) / 2, p90=p90))
    return tuple(sorted(found, key=lambda one: (-one.removed, one.marketplace)))


def _took(removed: Iterable[tuple[Brief, datetime]]) -> dict[str, tuple[int, Mapping[int, timedelta]]]:
    took: dict[str, list[timedelta]] = {}
    for brief, at in removed:
        took.setdefault(brief.marketplace, []).append(at - brief.filed_at)
    return {marketplace: (len(all_), dict(enumerate(sorted(all_), 1))) for marketplace, all_ in took.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """An offender (by key) whose upheld notices changed since the last digest."""

    key: str
    before: int
    now: int


def moved(upheld: Mapping[str, int], before: Figures, together: Mapping[str, tuple[str, ...]]) -> tuple[Moved, ...]:
    """Who changed most. Sellers linked since (`together`) are compared with the sum of what each had.

    `upheld`, by offender's key, has everybody the last digest remembers who has any, and those with the most.
    """
    cut = len(before.offenders) >= MOST_OFFENDERS
    found: list[tuple[int, str, int, int]] = []
    seen: set[str] = set()
    for offender, now in upheld.items():
        keys = [key for key in together.get(offender, (offender,)) if key in before.offenders]
        seen.update(keys)
        had = sum(before.offenders[key] for key in keys)
        # Where the last digest left some out, nothing is not known to have been nothing.
        if had != now and (keys or not cut):
            found.append((-abs(now - had), offender, had, now))
    found += [(-had, key, had, 0) for key, had in before.offenders.items() if key not in seen and had]
    return tuple(Moved(key=key, before=had, now=now) for _, key, had, now in sorted(found)[:MOST_MOVERS])


@dataclass(frozen=True, kw_only=True, slots=True)
class Buckets:
    """The stretches of the chart: `starts` in UTC, the first at or before the window's start."""

    labels: tuple[str, ...]
    starts: tuple[datetime, ...]


def buckets(start: datetime, end: datetime, tz: str) -> Buckets:
    """Days, weeks, months or years on the wall clock of `tz`, the finest that fits."""
    zone = ZoneInfo(tz)
    # A window that ends at midnight has nothing of the day that begins then.
    first, last = start.astimezone(zone).date(), (end - _MOMENT).astimezone(zone).date()
    # A night of DST makes a week an hour longer.
    length = (end - start - timedelta(hours=2)) / timedelta(days=1)
    for longest, opening, following, label in _CUTS:
        days = _days(opening(first), opening(last), following) if length <= longest else ()
        if 0 < len(days) <= MOST_POINTS:
            return Buckets(
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


def _spread(moments: Iterable[datetime], starts: Sequence[datetime]) -> tuple[int, ...]:
    """How many are in each stretch."""
    counts = [0] * len(starts)
    for at in moments:
        counts[bisect_right(starts, at) - 1] += 1
    return tuple(counts)


def _points(buckets: Buckets, filed: Iterable[int], removed: Iterable[int]) -> tuple[Point, ...]:
    return tuple(
        Point(label=label, filed=came, removed=went)
        for label, came, went in zip(buckets.labels, filed, removed, strict=True)
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
