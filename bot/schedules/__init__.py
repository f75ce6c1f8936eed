"""When digests are due, and how that is said. Pure.

A rule names times on the wall clock of a zone. Each becomes one instant: the first of two when clocks go back, and the
same stretch after the last one before the gap when they go forward.
"""

from __future__ import annotations

from bot.schedules.calendars import countries, country, country_name
from bot.schedules.crons import checked_cron
from bot.schedules.rules import WEEKDAYS, check
from bot.schedules.runs import came_due, following, next_runs
from bot.schedules.words import in_words, run_in_words
from bot.schedules.zones import is_zone, zone, zones

__all__ = [
    "WEEKDAYS",
    "came_due",
    "check",
    "checked_cron",
    "countries",
    "country",
    "country_name",
    "following",
    "in_words",
    "is_zone",
    "next_runs",
    "run_in_words",
    "zone",
    "zones",
]
