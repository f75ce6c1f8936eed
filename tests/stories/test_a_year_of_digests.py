"""A year of digests in a minute: twelve schedules in six zones, through trouble of every kind, and each post once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from bot.model import OccurrenceState, Schedule
from bot.stores.tiny import open_tiny
from tests.stories.year_calendar import END, START
from tests.stories.year_desk import PretendSlack, QuickDisk, Time, YearDesk
from tests.stories.year_plan import CHANGES, OUTAGE, PAUSED, PLAN, RESUMED, SLACK_DOWN, expected

LATE_BY = timedelta(minutes=10)
IN_TIME = timedelta(minutes=30)
"""After which a post would be late where nothing was down: a late bell, and the retries after some faults."""
RINGS_BETWEEN = 150

NIGHTS = {
    # Clocks go forward: 02:30 is skipped.
    "DG-1/2027-03-28T03:30": datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    "DG-2/2027-03-14T03:30": datetime(2027, 3, 14, 7, 30, tzinfo=UTC),
    "DG-8/2027-09-05T01:30": datetime(2027, 9, 5, 4, 30, tzinfo=UTC),
    # By half an hour: 02:15 is skipped, and what comes of it is 02:45, which is planned itself.
    "DG-7/2027-10-03T01:45": datetime(2027, 10, 2, 15, 15, tzinfo=UTC),
    "DG-7/2027-10-03T02:45": datetime(2027, 10, 2, 15, 45, tzinfo=UTC),
    # Clocks go back: the first of two.
    "DG-1/2027-10-31T02:30": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    "DG-7/2027-04-04T01:45": datetime(2027, 4, 3, 14, 45, tzinfo=UTC),
    "DG-9/2027-04-03T23:30": datetime(2027, 4, 4, 2, 30, tzinfo=UTC),
    # And where they go back an hour before, one only.
    "DG-2/2027-11-07T02:30": datetime(2027, 11, 7, 7, 30, tzinfo=UTC),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def test_the_plan_is_what_it_says() -> None:
    plan = expected()
    at = {one.key: one.at for one in plan}
    assert len(at) == len(plan)
    assert {key: at.get(key) for key in NIGHTS} == NIGHTS
    assert "DG-7/2027-10-03T02:15" not in at
    nearby = [one.key for one in plan if abs(one.at - OUTAGE[1]) < timedelta(minutes=30)]
    assert not nearby, "else it would not be certain what is late"
    assert {one.key for one in plan if one.state is OccurrenceState.MISSED} == {
        "DG-1/2027-06-12T02:30",
        "DG-1/2027-06-13T02:30",
        "DG-2/2027-06-12T02:30",
        "DG-2/2027-06-13T02:30",
        "DG-3/2027-06-14T09:00",
        "DG-12/2027-06-12T09:00",
        "DG-12/2027-06-13T09:00",
        "DG-12/2027-06-14T09:00",
    }
    of_workdays = [one for one in plan if one.key.startswith("DG-3/")]
    assert len(of_workdays) == 261 - 5, "the working days of 2027 less Germany's five holidays on one"
    assert not [one for one in plan if one.key.startswith("DG-8/") and PAUSED < one.at <= RESUMED]


async def test_every_post_of_a_year_comes_once_and_no_other(tmp_path: Path) -> None:
    dice = Random(27)
    plan = expected()
    year = await _lived(tmp_path / "notices.json", dice, [one.at for one in plan])
    slack = year.slack

    became = sorted((one.due_at, key, one.channel, one.state) for key, one in year.ended.items())
    assert became == [(one.at, one.key, one.channel, one.state) for one in plan]

    posts = [one for one in plan if one.state is OccurrenceState.POSTED]
    seen = {post.key: post for post in slack.posts}
    assert {key: count for key, count in Counter(post.key for post in slack.posts).items() if count > 1} == {}
    assert sorted((post.key, post.channel) for post in slack.posts) == sorted((one.key, one.channel) for one in posts)
    assert [key for key, post in seen.items() if year.ended[key].ts != post.ts] == []
    assert [one.key for one in posts if seen[one.key].at < one.at] == [], "none came early"
    assert [one.key for one in posts if seen[one.key].at > _latest(one.at)] == [], "none came late for no reason"

    waiting = await year.store.counts(END)
    assert (waiting.waiting, waiting.parked) == (0, 0)
    await year.store.close()
    print(f"{len(posts)} posts, {year.starts} starts, {year.steps_back} steps back, {dict(slack.failed)}")  # noqa: T201
    assert year.starts > 50
    assert year.steps_back > 50
    for trouble in ("down", "post", "find", "lost before it was posted", "lost after it was posted"):
        assert slack.failed[trouble] > 10, trouble


async def _lived(file: Path, dice: Random, due: list[datetime]) -> YearDesk:
    """The whole year: the bell rings some minutes after whatever is due, and at other times."""
    time = Time(true=START)
    store = await open_tiny(file, time, disk=QuickDisk())
    slack = PretendSlack(time=time, dice=dice, down=SLACK_DOWN)
    year = YearDesk(file=file, time=time, slack=slack, dice=dice, store=store)
    for planned in PLAN.values():
        await year.told(f"add {planned.typed}", channel=planned.channel)
    assert [one.id for one in await year.store.entries(Schedule)] == list(PLAN)

    rings = _some_minutes_after(due, dice)
    rings += [START + dice.random() * (END - START) for _ in range(RINGS_BETWEEN)]
    rings = [at for at in rings if not OUTAGE[0] <= at <= OUTAGE[1]] + [OUTAGE[1]]
    month = START
    for when in sorted([*(at for at in rings if at <= END), *CHANGES, END]):
        await year.until(when)
        if when in CHANGES:
            await year.told(CHANGES[when])
        if when - month > timedelta(days=30):
            month = when
            await year.housekeeps(forget=when - timedelta(days=40))
    await year.note()
    return year


def _some_minutes_after(due: list[datetime], dice: Random) -> list[datetime]:
    """One ring for all that came due until then."""
    rings: list[datetime] = []
    for at in due:
        if not rings or rings[-1] < at:
            rings.append(at + dice.random() * LATE_BY)
    return rings


def _latest(due: datetime) -> datetime:
    """When it has to be there, counted from when that which was down is up again."""
    for start, end in (OUTAGE, SLACK_DOWN):
        if start < due + IN_TIME and due <= end:
            return end + IN_TIME
    return due + IN_TIME
