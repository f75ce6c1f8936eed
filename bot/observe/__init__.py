"""What may be known of a desk at work: logs here, metrics and traces beside. None ever holds a token, a response
address or a full request body; metrics and traces name no person, seller, notice or channel, either."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal

import structlog

from bot.observe import tracing

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
        _traced,
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


def _traced(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where traces are kept, a line says to which it belongs."""
    entry.update(tracing.ids())
    return entry
