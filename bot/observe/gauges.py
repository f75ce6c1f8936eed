"""How the desk stands, as gauges read from the store at each scrape. Every process says the same of the desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.model import Counts


class CircuitState(IntEnum):
    """Whether a marketplace is called: as always, once to see whether it answers again, or not at all."""

    CLOSED = 0
    HALF = 1
    OPEN = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """How many of our dates are near, by whether the notice is contested and whether somebody is there to act."""

    near: Mapping[tuple[bool, bool], int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the desk stands at `now`; `ready` is what this process alone says of itself."""

    now: datetime
    counts: Counts
    circuits: Mapping[str, CircuitState]
    paused: Mapping[str, bool]
    dates: Dates
    ready: Mapping[str, bool]


class StandingCollector(Collector):
    """One scrape."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._queue()
        yield _labelled(
            "takedown_circuit_state",
            "Whether a marketplace is called: 0 it is, 1 once to see whether it answers again, 2 it is left alone",
            "marketplace",
            self._standing.circuits,
        )
        yield _labelled(
            "takedown_marketplace_paused",
            "Whether a person has paused a marketplace",
            "marketplace",
            self._standing.paused,
        )
        near = GaugeMetricFamily(
            "takedown_dates_near",
            "Notices that wait for us with a date within a day or over: contested or not, with somebody on them or not",
            labels=["contested", "on_it"],
        )
        for contested in (True, False):
            for on_it in (True, False):
                count = self._standing.dates.near.get((contested, on_it), 0)
                near.add_metric(["yes" if contested else "no", "somebody" if on_it else "nobody"], count)
        yield near
        yield _labelled(
            "takedown_ready", "Whether this process is ready, as /readyz says it", "part", self._standing.ready
        )

    def _queue(self) -> Iterator[GaugeMetricFamily]:
        counts = self._standing.counts
        yield _labelled(
            "takedown_notices",
            "Notices in the working set",
            "status",
            {status.value: count for status, count in counts.notices.items()},
        )
        yield GaugeMetricFamily("takedown_deliveries_waiting", "Deliveries not carried yet", value=counts.waiting)
        yield GaugeMetricFamily("takedown_deliveries_due", "Deliveries due now", value=counts.due)
        yield GaugeMetricFamily("takedown_deliveries_parked", "Deliveries set aside for a person", value=counts.parked)
        oldest = counts.oldest_due
        age = max(0.0, (self._standing.now - oldest).total_seconds()) if oldest else 0.0
        yield GaugeMetricFamily("takedown_oldest_due_seconds", "Age of the oldest overdue delivery", value=age)


def _labelled(name: str, says: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
