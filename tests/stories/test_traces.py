"""A takedown as whoever collects traces sees it: what was done and how long it took, and nobody in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.observe import tracing
from tests.stories.world import ITEM, World


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.send_to(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()


async def test_a_takedown_leaves_spans_from_the_request_to_the_marketplace_and_names_nobody(
    http_world: World, kept: InMemorySpanExporter
) -> None:
    world = http_world
    await world.files(world.ann, ITEM, words="seller:S-77")
    await world.passes(31)
    await world.passes_until("TD-1 · removed")
    spans = kept.get_finished_spans()
    by_id = {span.context.span_id: span for span in spans}
    names = {span.name for span in spans}
    expected = {"slack request", "desk /takedown", "desk filing.file", "store save", "delivery submit", "marketplace"}
    assert expected | {"slack chat.postMessage"} <= names
    around = {
        (span.name, by_id[span.parent.span_id].name) for span in spans if span.parent and span.parent.span_id in by_id
    }
    assert {("desk /takedown", "slack request"), ("marketplace", "delivery submit")} <= around
    said = json.dumps([[span.name, dict(span.attributes or {}), span.status.description] for span in spans])
    assert '"TD-1"' in said
    for nobody in ("U0ANN", "4711", "S-77", "acme.example", "C0BRAND", "xoxb", "T0DESK", "Bearer"):
        assert nobody not in said
