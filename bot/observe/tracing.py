"""Traces, where somebody collects them. Off, they cost a look at one name; OpenTelemetry is not even imported.

A span says what was done and how long it took: a route, a method, a kind, a notice's id. No words of people, no
addresses, no seller and no message of an error is ever in one.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from bot.errors import Misconfigured

SERVICE = "takedown-desk"
Said = str | int | float | bool

_OFF = contextlib.nullcontext()
_tracer: Any = None
_provider: Any = None
_trace: Any = None


def start(endpoint: str, headers: str = "") -> None:
    """Send spans to a collector (OTLP over HTTP) from now on; nothing where there is none. `headers`: `name=value,…`.

    Raises:
        Misconfigured: there is a collector, but OpenTelemetry is not installed.
    """
    if not endpoint:
        return
    try:
        exporting = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        batches = importlib.import_module("opentelemetry.sdk.trace.export")
    except ModuleNotFoundError:
        raise Misconfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed. Install the extra with "
            "pip install -e '.[traces]', or unset it."
        ) from None
    exporter = exporting.OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", headers=_read(headers) or None)
    send_to(batches.BatchSpanProcessor(exporter))


def send_to(processor: Any) -> None:
    """Hand each span that ends to a span processor of OpenTelemetry's."""
    global _tracer, _provider, _trace  # noqa: PLW0603 - as logs and metrics, one a process
    sdk = importlib.import_module("opentelemetry.sdk.trace")
    resources = importlib.import_module("opentelemetry.sdk.resources")
    _trace = importlib.import_module("opentelemetry.trace")
    # Settings of OpenTelemetry's own (OTEL_SERVICE_NAME …) win over ours.
    resource = resources.Resource({"service.name": SERVICE}).merge(resources.OTELResourceDetector().detect())
    _provider = sdk.TracerProvider(resource=resource)
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer(SERVICE)


def stop() -> None:
    """Send what was not sent yet, and no more. May wait for the collector a few seconds. Safe to repeat."""
    global _tracer, _provider
    stopping, _tracer, _provider = _provider, None, None
    if stopping is not None:
        stopping.shutdown()


def on() -> bool:
    return _tracer is not None


def span(name: str, **said: Said) -> AbstractContextManager[None]:
    """What is done meanwhile, as a span under the one around it. What fails is marked with the kind of its error."""
    return _OFF if _tracer is None else _span(name, said)


def note(**said: Said) -> None:
    """Say more of the span around."""
    if _tracer is not None:
        _trace.get_current_span().set_attributes(said)


def ids() -> dict[str, str]:
    """What a line in the log says so that its trace is found; nothing where there is none."""
    if _tracer is None:
        return {}
    context = _trace.get_current_span().get_span_context()
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"} if context.is_valid else {}


@contextlib.contextmanager
def _span(name: str, said: Mapping[str, Said]) -> Iterator[None]:
    # What OpenTelemetry would note of an error is its message, which may hold anything.
    with _tracer.start_as_current_span(
        name, attributes=dict(said), record_exception=False, set_status_on_exception=False
    ) as span_:
        try:
            yield
        except BaseException as error:
            span_.set_status(_trace.Status(_trace.StatusCode.ERROR, type(error).__name__))
            raise


def _read(headers: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in headers.split(",") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
