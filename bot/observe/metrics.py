"""Every metric that this process counts by itself. What each is for, and what to do about it: docs/observability.md.

No label may name a person, a seller, a notice or a channel: there is no end of them, and they are nobody's business.
"""

from __future__ import annotations

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_ANSWERS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
_CALLS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STORE = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_WAITS = (0.1, 1, 5, 15, 60, 300, 900, 3600, 10800)

REQUESTS = Counter("takedown_requests", "What people did, by outcome", ["route", "outcome"], registry=REGISTRY)
ANSWERED = Histogram(
    "takedown_answer_seconds", "Time until a person had an answer", ["route"], buckets=_ANSWERS, registry=REGISTRY
)
SPENT = Counter(
    "takedown_answer_spent_seconds",
    "What the time of answers went on: waiting for Slack, for the store, and our own work",
    ["on"],
    registry=REGISTRY,
)
ANSWERING = Gauge("takedown_answers_in_flight", "Answers that people wait for just now", registry=REGISTRY)
LOOP_LAG = Histogram(
    "takedown_loop_lag_seconds",
    "How late the event loop came back to a task that had slept for a second",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
    registry=REGISTRY,
)

SLACK = Histogram(
    "takedown_slack_call_seconds", "Calls to Slack, by method", ["method"], buckets=_CALLS, registry=REGISTRY
)
SLACK_FAILURES = Counter(
    "takedown_slack_failures", "Calls to Slack that failed", ["method", "reason"], registry=REGISTRY
)

STORE = Histogram(
    "takedown_store_call_seconds", "Calls to the store, by method", ["method"], buckets=_STORE, registry=REGISTRY
)
STORE_ERRORS = Counter(
    "takedown_store_errors", "Calls to the store that failed", ["method", "error"], registry=REGISTRY
)

MARKETPLACE = Histogram(
    "takedown_marketplace_call_seconds",
    "Calls to a marketplace, after their turn had come",
    ["marketplace"],
    buckets=_CALLS,
    registry=REGISTRY,
)
MARKETPLACE_CALLS = Counter(
    "takedown_marketplace_calls", "Calls to a marketplace, by what came of them", ["marketplace", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
TURN = Histogram(
    "takedown_turn_seconds",
    "Time a call waited for its turn, so that we are not too fast for a marketplace or for Slack",
    ["at"],
    buckets=_CALLS,
    registry=REGISTRY,
)
RATE_LIMITED = Counter("takedown_rate_limited", "Answers with HTTP 429, by who gave them", ["by"], registry=REGISTRY)

DELIVERIES = Counter("takedown_deliveries", "Deliveries tried, by outcome", ["kind", "outcome"], registry=REGISTRY)
DELIVERING = Gauge("takedown_deliveries_in_flight", "Deliveries being carried just now", registry=REGISTRY)
CARRIED = Histogram(
    "takedown_delivery_seconds", "Time that carrying a delivery took", ["kind"], buckets=_CALLS, registry=REGISTRY
)
LATE = Histogram(
    "takedown_delivery_wait_seconds",
    "Time between a delivery's being due and its being taken up",
    ["kind"],
    buckets=_WAITS,
    registry=REGISTRY,
)

DIGEST_LAG = Histogram("takedown_digest_lag_seconds", "How late digests were posted", buckets=_WAITS, registry=REGISTRY)
LAST_DIGEST_LAG = Gauge(
    "takedown_digest_last_lag_seconds", "How late the last digest was posted by this process", registry=REGISTRY
)
RUNG = Gauge(
    "takedown_bell_rung_timestamp_seconds", "When the bell for schedules rang last in this process", registry=REGISTRY
)
