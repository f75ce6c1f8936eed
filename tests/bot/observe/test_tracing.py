"""Traces say what was done and how long it took, and nothing of whom or of what."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import Invalid
from bot.observe import acts, tracing
from bot.sandbox.serving import running
from tests import make

ROOT = Path(__file__).parents[3]


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """Every span that ends."""
    exporter = InMemorySpanExporter()
    tracing.send_to(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()


def names(kept: InMemorySpanExporter) -> list[str]:
    return [span.name for span in kept.get_finished_spans()]


def test_off_there_is_nothing_to_see() -> None:
    assert not tracing.on()
    with tracing.span("anything", notice="TD-1"):
        tracing.note(outcome="ok")
        assert tracing.ids() == {}


def test_off_opentelemetry_is_not_even_loaded() -> None:
    words = "import sys, bot.app, bot.cli; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == 0


def test_a_span_lies_in_the_one_around_it_and_lines_in_the_log_say_which(kept: InMemorySpanExporter) -> None:
    with acts.answering("/takedown"), tracing.span("store save", method="save"):
        ids = tracing.ids()
    inner, outer = kept.get_finished_spans()
    assert (inner.name, outer.name) == ("store save", "desk /takedown")
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert ids == {"trace_id": f"{inner.context.trace_id:032x}", "span_id": f"{inner.context.span_id:016x}"}
    assert dict(outer.attributes or {}) == {"route": "/takedown", "outcome": "ok"}


def test_a_failure_is_marked_with_its_kind_and_without_its_words(kept: InMemorySpanExporter) -> None:
    with pytest.raises(Invalid), tracing.span("store save"):
        raise Invalid("Ann's secret words")
    (span,) = kept.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "Invalid")
    assert "secret" not in span.to_json()


def test_a_delivery_names_its_notice_and_never_a_seller(kept: InMemorySpanExporter) -> None:
    for one in (make.delivery(subject="TD-1"), make.delivery("assess:acme:S-5", subject="acme:S-5")):
        with acts.carrying(one, 0):
            pass
    first, second = kept.get_finished_spans()
    assert (first.attributes or {})["notice"] == "TD-1"
    assert "S-5" not in said_in(second)


def said_in(span: ReadableSpan) -> str:
    return json.dumps([span.name, dict(span.attributes or {})])


async def test_spans_go_to_the_collector_with_its_headers_before_the_desk_has_stopped() -> None:
    came: list[tuple[str, str, bytes]] = []

    async def take(request: Request) -> Response:
        came.append((request.url.path, request.headers.get("x-key", ""), await request.body()))
        return Response()

    async with running(Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])) as url:
        tracing.start(url, "x-key=abc, other=d")
        with tracing.span("store save"):
            pass
        await asyncio.to_thread(tracing.stop)
    assert [(path, key) for path, key, _ in came] == [("/v1/traces", "abc")]
    assert b"store save" in came[0][2]
    assert not tracing.on()


def test_without_a_collector_nothing_is_started() -> None:
    tracing.start("")
    assert not tracing.on()
