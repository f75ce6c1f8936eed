"""Stretches of time in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def lasting(length: timedelta) -> str:
    """`40 min`, `3 h`, `2 days 4 h`, `12 days`: as exact as anybody wants to know."""
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours = round(minutes / 60)
    if hours < 24:
        return f"{hours} h"
    days, rest = divmod(hours, 24)
    counted = "1 day" if days == 1 else f"{days} days"
    return f"{counted} {rest} h" if rest and days < 7 else counted


def period(start: datetime, end: datetime, tz: str) -> str:
    """`17–24 Nov 2026`, on the calendar of a zone (IANA)."""
    first, last = (moment.astimezone(ZoneInfo(tz)).date() for moment in (start, end))
    if first == last:
        return _day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%b} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def local(moment: datetime, tz: str) -> str:
    """`Mon 24 Nov 2026 09:00` on the wall clock of a zone (IANA)."""
    there = moment.astimezone(ZoneInfo(tz))
    return f"{there:%a} {there.day} {there:%b %Y %H:%M}"


def _day(day: datetime | object) -> str:
    return f"{day:%d %b %Y}".lstrip("0")
