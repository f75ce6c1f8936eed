"""The clocks and the public holidays of 2027, written down by hand: what the desk works out is held against this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

START, END = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """What clocks somewhere are ahead of UTC: `hours`, and from each instant in `turns` on, as many as it says."""

    hours: float
    turns: tuple[tuple[datetime, float], ...] = ()

    def moment(self, wall: datetime) -> tuple[datetime, str]:
        """The instant of a wall-clock time, and what the clock shows then.

        The first of two; where clocks skip it, as long after the last one before the gap as it would have been.
        """
        hours = self.hours
        for turn, then in self.turns:
            at = wall.replace(tzinfo=UTC) - timedelta(hours=hours)
            if at < turn:
                return at, _shown(at, hours)
            if wall.replace(tzinfo=UTC) - timedelta(hours=then) < turn:
                return at, _shown(at, then)
            hours = then
        at = wall.replace(tzinfo=UTC) - timedelta(hours=hours)
        return at, _shown(at, hours)


def _shown(at: datetime, hours: float) -> str:
    return f"{at + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


# Source: the rules of the IANA time zone database (files europe, northamerica, australasia, southamerica, asia).
CLOCKS: Mapping[str, Clocks] = {
    # Last Sundays of March and October at 01:00 UTC.
    "Europe/Berlin": Clocks(
        hours=1, turns=((datetime(2027, 3, 28, 1, tzinfo=UTC), 2), (datetime(2027, 10, 31, 1, tzinfo=UTC), 1))
    ),
    # Second Sunday of March and first of November, at 02:00 on the wall.
    "America/New_York": Clocks(
        hours=-5, turns=((datetime(2027, 3, 14, 7, tzinfo=UTC), -4), (datetime(2027, 11, 7, 6, tzinfo=UTC), -5))
    ),
    # First Sundays of April and October at 02:00 on the wall, and by half an hour only.
    "Australia/Lord_Howe": Clocks(
        hours=11, turns=((datetime(2027, 4, 3, 15, tzinfo=UTC), 10.5), (datetime(2027, 10, 2, 15, 30, tzinfo=UTC), 11))
    ),
    # The nights after the Saturdays 3 April (24:00 becomes 23:00) and 4 September (24:00 becomes 01:00).
    "America/Santiago": Clocks(
        hours=-3, turns=((datetime(2027, 4, 4, 3, tzinfo=UTC), -4), (datetime(2027, 9, 5, 4, tzinfo=UTC), -3))
    ),
    "Asia/Shanghai": Clocks(hours=8),
    "Asia/Kolkata": Clocks(hours=5.5),
}

# Those of all sixteen states. Easter Sunday is 28 March. Source: the states' holiday acts.
GERMANY = frozenset(
    {
        date(2027, 1, 1),
        date(2027, 3, 26),  # Good Friday
        date(2027, 3, 29),  # Easter Monday
        date(2027, 5, 1),  # a Saturday
        date(2027, 5, 6),  # Ascension Day
        date(2027, 5, 17),  # Whit Monday
        date(2027, 10, 3),  # a Sunday
        date(2027, 12, 25),  # a Saturday
        date(2027, 12, 26),  # a Sunday
    }
)

# With the days off for those on a weekend. Source: opm.gov, 2027 federal holidays.
AMERICA = frozenset(
    {
        date(2027, 1, 1),
        date(2027, 1, 18),  # Martin Luther King
        date(2027, 2, 15),  # Washington's Birthday
        date(2027, 5, 31),  # Memorial Day
        date(2027, 6, 18),  # a Friday, for Juneteenth
        date(2027, 6, 19),
        date(2027, 7, 4),
        date(2027, 7, 5),  # a Monday, for Independence Day
        date(2027, 9, 6),  # Labor Day
        date(2027, 10, 11),  # Columbus Day
        date(2027, 11, 11),  # Veterans Day
        date(2027, 11, 25),  # Thanksgiving
        date(2027, 12, 24),  # a Friday, for Christmas
        date(2027, 12, 25),
        date(2027, 12, 31),  # a Friday, for New Year's Day 2028
    }
)

# Thursdays and Fridays among them, and the working day that follows.
AMERICA_LATER: Mapping[date, date] = {
    date(2027, 1, 1): date(2027, 1, 4),
    date(2027, 6, 18): date(2027, 6, 21),
    date(2027, 11, 11): date(2027, 11, 12),
    date(2027, 11, 25): date(2027, 11, 26),
    date(2027, 12, 24): date(2027, 12, 27),
    date(2027, 12, 31): date(2028, 1, 3),
}
