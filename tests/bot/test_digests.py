"""What a digest says of a window, number by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests import MOST_SHOWN, activity, buckets, by_month, digest, moved
from bot.model import Brief, ComeBack, Counted, Digest, Figures, Mover, Point, PurchaseState, Speed, Status, Waiting
from bot.offenders import groups, offender, offenders_between
from tests.make import NOW, link, policy, purchase, upheld

START, END = datetime(2026, 11, 16, 8, 0, tzinfo=UTC), datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY, HOUR, MOMENT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)


def brief(number: int, *, filed: datetime = START + DAY, removed: datetime | None = None, **changes: Any) -> Brief:
    """Filed in the window; removed, if a time is given."""
    status = changes.pop("status", Status.IN_REVIEW if removed is None else Status.REMOVED)
    times = {"filed_at": filed, "removed_at": removed, "decided_at": removed, "since": removed or filed}
    made = Brief.of(upheld(f"TD-{number}", by=changes.pop("by", "S-1"), seller=changes.pop("owner", None)))
    named = {"seller": "acme:S-1", "seller_name": "Shop 1"} if "seller" not in changes else {}
    return replace(made, status=status, **{**times, **named, **changes})


def told(briefs: Sequence[Brief], *, start: datetime = START, end: datetime = END, **options: Any) -> Digest:
    """As the desk puts it together, with a store that has all of it at hand."""
    chosen: dict[str, Any] = {"links": (), "tz": "UTC", "threshold": 2, "before": None, "purchases": (), **options}
    counted, stretches = Counted(start=start, end=end), buckets(start, end, chosen["tz"])
    before, links = chosen["before"], chosen["links"]
    ranked = offenders_between(
        briefs, links=links, policy=policy(), start=start, end=end, purchases=chosen["purchases"]
    )
    upheld = {one.key: one.score.upheld for one in ranked}
    enough = [one for one in ranked if one.score.upheld >= chosen["threshold"]]
    changed = moved(upheld, before, groups((), links)) if before is not None else ()
    return digest(
        activity(briefs, counted, stretches.starts),
        counted=counted,
        buckets=stretches,
        offenders=enough[:MOST_SHOWN],
        total=len(enough),
        upheld=upheld,
        before=before,
        movers=tuple(
            Mover(
                title=offender(one.key, briefs, links=links, policy=policy(), now=end).title,
                before=one.before,
                now=one.now,
            )
            for one in changed
        ),
    )


def test_what_waits_has_waited_since_it_began_to_and_not_since_it_was_filed() -> None:
    asked = [
        brief(1, status=Status.NEEDS_INPUT, filed=START - 40 * DAY, since=END - DAY),
        brief(2, status=Status.UNCERTAIN, filed=START, since=END + DAY),
    ]
    assert [one.oldest for one in told(asked).waiting] == [END - DAY, END]


def test_offenders_are_ranked_with_their_test_purchases_and_counted_without() -> None:
    removed = START + 2 * DAY
    briefs = [
        brief(1, removed=removed, seller="acme:S-1"),
        brief(2, removed=removed, seller="acme:S-2"),
    ]
    bought = purchase("TP-1", PurchaseState.COUNTERFEIT, seller="acme:S-2", decided_on=removed.date(), updated_at=END)
    found = told(briefs, threshold=1, purchases=[bought])
    assert [one.key for one in found.offenders] == ["acme:S-2", "acme:S-1"]
    assert found.figures.offenders == {"acme:S-2": 1, "acme:S-1": 1}
    assert told(briefs, threshold=2, purchases=[bought]).offenders == ()


def test_every_number_of_a_small_week() -> None:
    removed = START + 2 * DAY
    briefs = [
        brief(1, filed=removed - 4 * HOUR, removed=removed),
        brief(2, filed=removed - 10 * HOUR, removed=removed, contested=True),
        brief(3, filed=START - DAY, removed=removed, marketplace="zeta", seller="zeta:S-9", seller_name="Moon"),
        brief(4, filed=START - DAY, removed=START + 6 * DAY, seller="", seller_name=""),
        brief(5, removed=removed, status=Status.REINSTATED, came_back=ComeBack.COUNTER_NOTICE),
        brief(6, status=Status.REJECTED, decided_at=removed),
        brief(7, status=Status.NEEDS_INPUT, filed=START - 90 * DAY),
        brief(8, status=Status.NEEDS_INPUT),
        brief(9, status=Status.FAILED),
        brief(10, status=Status.FAILED, filed=START - DAY),
        brief(11),
    ]
    found = told(briefs, before=Figures(filed=2, offenders={"acme:S-1": 1, "acme:S-4": 5}))
    assert found.figures == Figures(filed=7, removed=5, rejected=1, waiting=3, offenders={"acme:S-1": 2, "zeta:S-9": 1})
    assert found.waiting == (
        Waiting(status=Status.NEEDS_INPUT, count=2, oldest=START - 90 * DAY, first=("TD-7", "TD-8")),
        Waiting(status=Status.FAILED, count=1, oldest=START + DAY, first=("TD-9",)),
    )
    assert [(one.key, one.score.upheld, one.new) for one in found.offenders] == [("acme:S-1", 2, True)]
    assert found.movers == (
        Mover(title="S-4", before=5, now=0),
        Mover(title="Shop 1 (S-1)", before=1, now=2),
        Mover(title="Moon (S-9)", before=0, now=1),
    )
    # acme took 4, 10, 168 and 24 hours.
    assert found.speeds == (
        Speed(marketplace="acme", removed=4, median=17 * HOUR, p90=168 * HOUR),
        Speed(marketplace="zeta", removed=1, median=72 * HOUR, p90=72 * HOUR),
    )
    assert found.series == (
        Point(label="16 Nov", filed=0, removed=0),
        Point(label="17 Nov", filed=6, removed=0),
        Point(label="18 Nov", filed=1, removed=4),
        *(Point(label=f"{day} Nov", filed=0, removed=0) for day in (19, 20, 21)),
        Point(label="22 Nov", filed=0, removed=1),
        Point(label="23 Nov", filed=0, removed=0),
    )
    assert (found.unknown_sellers, found.empty, found.changed) == (1, False, True)


def test_nothing_at_all_is_an_empty_digest() -> None:
    found = told([])
    assert found.empty
    assert found.figures == Figures()
    assert not told([], before=found.figures).changed
    assert len(found.series) == 8


def test_what_happens_on_the_edge_is_in_one_window_only() -> None:
    edges = [brief(1, filed=START - DAY, removed=START), brief(2, filed=START), brief(3, filed=END)]
    assert (told(edges).figures.filed, told(edges).figures.removed) == (1, 0)
    before = told(edges, start=START - 7 * DAY, end=START)
    assert (before.figures.filed, before.figures.removed) == (2, 1)
    assert before.figures.offenders == {"acme:S-1": 1}
    assert told(edges).figures.offenders == {}


def test_a_window_that_ends_at_midnight_has_no_day_of_nothing() -> None:
    start, end = datetime(2026, 11, 16, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)
    found = told([brief(1, filed=end), brief(2, filed=start + MOMENT)], start=start, end=end, tz="Europe/Berlin")
    assert [(one.label, one.filed) for one in found.series][:1] == [("17 Nov", 1)]
    assert [(one.label, one.filed) for one in found.series][-1:] == [("23 Nov", 1)]
    assert len(found.series) == 7


@pytest.mark.parametrize(
    ("night", "hours"),
    [(datetime(2026, 10, 25, tzinfo=UTC), 25), (datetime(2026, 3, 29, tzinfo=UTC), 23)],
    ids=["back", "forward"],
)
def test_the_days_are_those_of_the_wall_clock_on_a_night_of_dst(night: datetime, hours: int) -> None:
    """The day of the change has its own length in Berlin: each hour of it, and none of its neighbours'."""
    offset = 2 if hours == 25 else 1
    midnight = night - offset * HOUR
    every_hour = [brief(hour, filed=midnight + hour * HOUR) for hour in range(-24, 49)]
    found = told(every_hour, start=midnight - 2 * DAY, end=midnight + hours * HOUR + 2 * DAY, tz="Europe/Berlin")
    by_label = {one.label: one.filed for one in found.series}
    assert by_label[f"{night.day} {night:%b}"] == hours
    assert by_label[f"{night.day - 1} {night:%b}"] == 24


@pytest.mark.parametrize(
    ("days", "first", "last", "count"),
    [
        (1, "22 Nov", "23 Nov", 2),
        (14, "9 Nov", "23 Nov", 15),
        (15, "W45", "W48", 4),
        (120, "W30", "W48", 19),
        (121, "Jul 2026", "Nov 2026", 5),
        (365, "Nov 2025", "Nov 2026", 13),
        (700, "2024", "2026", 3),
        (3650, "2016", "2026", 11),
    ],
)
def test_the_longer_the_window_the_wider_the_stretches(days: int, first: str, last: str, count: int) -> None:
    labels = [one.label for one in told([], start=END - days * DAY).series]
    assert (labels[0], labels[-1], len(labels)) == (first, last, count)


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001
    st.floats(0.01, 3650),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo"]),
    st.lists(st.floats(0, 1, exclude_min=True), max_size=9),
)
def test_a_series_holds_all_and_fits_a_chart(end: datetime, days: float, tz: str, places: list[float]) -> None:
    end = end.replace(tzinfo=UTC)
    start = end - days * DAY
    briefs = [brief(number, filed=start + place * (end - start)) for number, place in enumerate(places)]
    found = told(briefs, start=start, end=end, tz=tz)
    labels = [one.label for one in found.series]
    assert 1 <= len(labels) == len(set(labels)) <= 20
    assert all(len(label) <= 20 for label in labels)
    assert sum(one.filed for one in found.series) == found.figures.filed


def test_sellers_linked_since_are_compared_with_the_sum_of_both() -> None:
    briefs = [brief(number, removed=START + 2 * DAY, by="S-1") for number in range(4)]
    briefs += [brief(9, removed=START + 2 * DAY, seller="acme:S-2", seller_name="")]
    before = Figures(offenders={"acme:S-1": 2, "acme:S-2": 2})
    found = told(briefs, links=[link("acme:S-1", "acme:S-2")], before=before)
    assert found.movers == (Mover(title="Shop 1 (S-1) and 1 linked", before=4, now=5),)


def test_who_was_beyond_the_last_digests_memory_did_not_move_from_nothing() -> None:
    briefs = [brief(1, removed=START + 2 * DAY)]
    remembered = {f"acme:X-{number}": 0 for number in range(200)}
    assert told(briefs, before=Figures(offenders=remembered)).movers == ()


def test_only_the_five_who_moved_most_are_told_and_two_hundred_remembered() -> None:
    briefs = [
        brief(place * 10 + each, removed=START + 2 * DAY, seller=f"acme:S-{place:03}")
        for place in range(230)
        for each in range(3 if place == 7 else 1)
    ]
    found = told(briefs, before=Figures())
    assert [(one.before, one.now) for one in found.movers] == [(0, 3), (0, 1), (0, 1), (0, 1), (0, 1)]
    assert len(found.figures.offenders) == 200
    assert [one.key for one in found.offenders] == ["acme:S-007"]


def test_a_marketplaces_clock_behind_ours_is_no_time_at_all() -> None:
    found = told([brief(1, removed=START + DAY - HOUR)])
    assert found.speeds[0].median == timedelta()


def test_sixty_thousand_notices_in_a_week_make_one_digest() -> None:
    week = (END - START) / 60_000
    briefs = [
        brief(
            number, filed=START + number * week, removed=START + (number + 1) * week, seller=f"acme:S-{number % 3000}"
        )
        for number in range(60_000)
    ]
    found = told(briefs, threshold=3, tz="Europe/Berlin")
    assert (found.figures.removed, found.total, len(found.offenders)) == (60_000, 3000, 25)


def test_a_year_by_month_counts_what_was_filed_and_what_still_stands() -> None:
    standing = Brief.of(upheld("TD-1", at=NOW))
    overturned = Brief.of(upheld("TD-2", at=NOW, status=Status.REINSTATED))
    long_ago = Brief.of(upheld("TD-3", at=NOW - timedelta(days=400)))
    points = by_month([standing, overturned, long_ago], NOW)
    assert [point.label for point in points[-2:]] == ["Feb 2026", "Mar 2026"]
    assert len(points) == 13
    assert (sum(point.filed for point in points), sum(point.removed for point in points)) == (2, 1)
