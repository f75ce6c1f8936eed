"""Logs and metrics. Neither ever holds a token, a response address or a full request body."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.model import Counts

REGISTRY = CollectorRegistry()
DELIVERIES = Counter("takedown_deliveries", "Deliveries tried, by outcome", ["kind", "outcome"], registry=REGISTRY)
REQUESTS = Counter("takedown_requests", "What people did, by outcome", ["route", "outcome"], registry=REGISTRY)
ANSWERED = Histogram(
    "takedown_answer_seconds",
    "Time until a person had an answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
    registry=REGISTRY,
)

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?i:bearer)\s+\S+|https://hooks\.slack\.com/\S+|(?i:v0=)[0-9a-f]{64}|/respond/\S+|ticket=[^&\s'\"]+"
)


_hidden: set[str] = set()
_SHORTEST = 6
"""Characters; what is shorter is no secret, and would tear holes into words."""


def hide(secrets: Iterable[str]) -> None:
    """Keep these out of every line from now on, whatever they look like. Safe to repeat."""
    _hidden.update(one for one in secrets if len(one) >= _SHORTEST)


def redacted(text: str) -> str:
    """The text without anything that opens a door."""
    for secret in _hidden:
        text = text.replace(secret, "[redacted]")
    return _SECRETS.sub("[redacted]", text)


def configure_logs(level: str, form: Literal["console", "json"]) -> None:
    """Send our logs and the libraries' to standard error, redacted, one line each. Safe to repeat."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These print whole requests, bodies and signatures included, at INFO and below.
    for noisy in ("slack_bolt", "slack_sdk", "httpx", "httpcore", "aiohttp", "apscheduler", "uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _redact(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in entry.items():
        if isinstance(value, str):
            entry[key] = redacted(value)
    return entry


class DeskCollector(Collector):
    """Gauges of how the desk stands; `read` is called at each scrape."""

    def __init__(self, counts: Counts, now: float) -> None:
        self._counts = counts
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        notices = GaugeMetricFamily("takedown_notices", "Notices in the working set", labels=["status"])
        for status, count in self._counts.notices.items():
            notices.add_metric([status], count)
        yield notices
        yield GaugeMetricFamily("takedown_deliveries_waiting", "Deliveries not carried yet", value=self._counts.waiting)
        yield GaugeMetricFamily("takedown_deliveries_due", "Deliveries due now", value=self._counts.due)
        yield GaugeMetricFamily(
            "takedown_deliveries_parked", "Deliveries set aside for a person", value=self._counts.parked
        )
        oldest = self._counts.oldest_due
        age = max(0.0, self._now - oldest.timestamp()) if oldest else 0.0
        yield GaugeMetricFamily("takedown_oldest_due_seconds", "Age of the oldest overdue delivery", value=age)
