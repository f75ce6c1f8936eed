"""What docs/observability.md, the dashboard and the alerts speak of is what a desk at work shows."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.marketplace import Mood
from tests.stories.world import ITEM, World

DOCS = Path(__file__).parents[2] / "docs"
BY_PROMETHEUS = {"job", "instance"}
"""Labels that Prometheus itself puts on what it reads."""
Series = Mapping[str, set[str]]
"""Names of series, each with the names of its labels."""


async def shown(world: World) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{world.app.port}/metrics")).text


def series_in(text: str) -> Series:
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        # One that counted nothing yet has no samples: its labels are then looked for in the documentation.
        found.setdefault(f"{family.name}{'_total' if family.type == 'counter' else ''}", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def a_busy_day(world: World) -> Series:
    """Enough of everything that every metric has something to show."""
    world.market.mood = Mood.RATE_LIMITED
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.sandbox.until(lambda: len(world.market.log) >= 1)
    world.market.mood = Mood.CALM
    await world.passes_until("TD-1 · removed")
    await world.ann.types("/takedown nonsense://", channel="brand-protection")
    return series_in(await shown(world))


async def test_every_query_of_the_dashboard_and_every_alert_uses_what_a_desk_shows(http_world: World) -> None:
    series = await a_busy_day(http_world)
    documented = labels_in_words()
    for where, query in (*dashboard_queries(), *alert_queries()):
        reads = used(query)
        assert reads, f"{where} reads nothing"
        for name, labels in reads:
            if name == "up":  # Prometheus' own
                continue
            assert name in series, f"{where}: no desk shows {name}"
            known = series[name] | documented.get(re.sub("_(bucket|sum|count)$", "", name), set())
            assert labels <= known | BY_PROMETHEUS, f"{where}: {name} has no {labels - known}"


async def test_every_metric_is_documented_and_nothing_is_that_no_desk_shows(http_world: World) -> None:
    series = await a_busy_day(http_world)
    shown_names = {re.sub("_(bucket|sum|count)$", "", name) for name in series}
    page = (DOCS / "observability.md").read_text()
    written = set(re.findall(r"`((?:takedown|process)_[a-z_]+[a-z])(?:\{[^}]*\})?`", page))
    assert shown_names == written


async def test_no_label_names_a_person_a_notice_a_seller_or_a_channel(http_world: World) -> None:
    await a_busy_day(http_world)
    text = await shown(http_world)
    for private in ("U0ANN", "TD-1", "C0BRAND", "4711", "acme.example", "T0DESK"):
        assert private not in text


async def test_a_marketplace_that_says_we_are_too_fast_is_told_of_and_left_alone(world: World) -> None:
    before = value(await shown(world), "takedown_rate_limited_total", by="acme")
    world.market.mood = Mood.RATE_LIMITED
    await world.files(world.ann, ITEM)
    await world.passes(31)
    await world.card("takes no requests just now")
    text = await shown(world)
    assert value(text, "takedown_rate_limited_total", by="acme") > before
    assert value(text, "takedown_circuit_state", marketplace="acme") in (1, 2)
    assert value(text, "takedown_notices", status="sending") == 1
    assert value(text, "takedown_ready", part="slack") == 1


async def test_a_pause_is_told_of(world: World) -> None:
    assert value(await shown(world), "takedown_marketplace_paused", marketplace="acme") == 0
    await world.ada.types("/takedown-admin pause acme they asked us to", channel="brand-protection")
    assert value(await shown(world), "takedown_marketplace_paused", marketplace="acme") == 1


def value(text: str, name: str, **labels: str) -> float:
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


def labels_in_words() -> dict[str, set[str]]:
    """The labels that the documentation gives each metric."""
    page = (DOCS / "observability.md").read_text()
    return {name: set(labels.split(",")) for name, labels in re.findall(r"`(\w+)\{([a-z_,]+)\}`", page)}


def dashboard() -> Any:
    return json.loads((DOCS / "grafana" / "takedown-desk.json").read_text())


def dashboard_queries() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$job", "desk")


def rules() -> list[dict[str, Any]]:
    whole = yaml.safe_load((DOCS / "grafana" / "alerts.yml").read_text())
    return [rule for group in whole["groups"] for rule in group["rules"]]


def alert_queries() -> Iterator[tuple[str, str]]:
    for rule in rules():
        yield rule["alert"], rule["expr"]


def used(query: str) -> list[tuple[str, set[str]]]:
    """Each series that a query reads, with the labels it names."""
    found: list[tuple[str, set[str]]] = []

    def look(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append((str(node.name), {matcher.name for matcher in node.matchers.matchers}))

    promql_parser.walk(promql_parser.parse(query), look)
    return found


def test_the_panels_of_the_dashboard_have_what_grafana_asks_for_and_lie_beside_each_other() -> None:
    board = dashboard()
    panels = board["panels"]
    assert board["uid"]
    assert board["schemaVersion"] >= 36
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {panel["type"] for panel in panels} == {"row", "stat", "timeseries"}
    for panel in panels:
        assert panel["title"]
        at = panel["gridPos"]
        assert at["x"] >= 0
        assert at["x"] + at["w"] <= 24
        refs = [target["refId"] for target in panel.get("targets", ())]
        assert len(set(refs)) == len(refs)
    for one, other in itertools.combinations((panel["gridPos"] for panel in panels), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_and_how_bad(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"Takedown[A-Z]\w+", rule["alert"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    assert re.fullmatch(r"[0-9]+[mh]", rule.get("for", "0m"))
