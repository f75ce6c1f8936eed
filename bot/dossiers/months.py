"""An offender's notices over time, for the chart: by month, or by longer stretches when there are many. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model import Brief, ComeBack, Notice

MOST = 36
"""Bars' groups that a page shows well."""
_LENGTHS = (1, 3, 12, 60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A month, or more: what was filed, upheld and relisted in it. `label` is short, for beneath the bars."""

    title: str
    label: str
    values: tuple[int, int, int]


def series(notices: Sequence[Notice]) -> tuple[Stretch, ...]:
    """From the first stretch in which something happened to the last, none left out."""
    filed = Counter(_month(notice.filed_at) for notice in notices)
    upheld = Counter(_month(at) for notice in notices if (at := Brief.of(notice).upheld_at))
    relisted = Counter(_month(at) for notice in notices if (at := relisted_at(notice)))
    there = filed.keys() | upheld.keys() | relisted.keys()
    if not there:
        return ()
    first, last = min(there), max(there)
    length = next((one for one in _LENGTHS if last // one - first // one < MOST), _LENGTHS[-1])
    return tuple(
        Stretch(
            title=_title(at * length, length),
            label=_label(at * length, length),
            values=(_within(filed, at, length), _within(upheld, at, length), _within(relisted, at, length)),
        )
        for at in range(first // length, last // length + 1)
    )


def relisted_at(notice: Notice) -> datetime | None:
    """When it came back because the seller listed it anew; None when it did not."""
    if notice.came_back is not ComeBack.RELISTED:
        return None
    return notice.seen_back_at or notice.stands_since or notice.updated_at


def ticks(most: int) -> list[int]:
    """Round numbers for the scale, from 0 to `most` or a little more; at most six."""
    rough = max(1, most) / 4
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
    return list(range(0, step * math.ceil(max(1, most) / step) + 1, step))


def _month(at: datetime) -> int:
    moment = at.astimezone(UTC)
    return moment.year * 12 + moment.month - 1


def _within(count: Counter[int], at: int, length: int) -> int:
    return sum(count[month] for month in range(at * length, (at + 1) * length))


def _title(month: int, length: int) -> str:
    first, last = _day(month), _day(month + length - 1)
    if length == 1:
        return f"{first:%B %Y}"
    return f"{first:%b} to {last:%b %Y}" if first.year == last.year else f"{first:%b %Y} to {last:%b %Y}"


def _label(month: int, length: int) -> str:
    first = _day(month)
    return f"{first:%b %y}" if length < 12 else str(first.year)


def _day(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
