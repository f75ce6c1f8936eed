"""What Slack draws, and what it refuses to draw."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.block_kit import block_problems
from tests.browser import kitchen
from tests.browser.kitchen import button, mrkdwn, option, plain, question

Json = dict[str, Any]


def section(text: str = "words", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(count: int = 1, **more: Any) -> Json:
    options = [option(f"choice {number}") for number in range(count)]
    return {"type": "static_select", "action_id": "s", "options": options, **more}


def cells(count: int, text: str = "x") -> list[Json]:
    return [{"type": "raw_text", "text": text} for _ in range(count)]


def chart(**series: Any) -> Json:
    data = [{"label": "W1", "value": 1}]
    shown = {"name": "Filed", "data": data, **series}
    return {
        "type": "data_visualization",
        "title": "Filed",
        "chart": {"type": "bar", "series": [shown], "axis_config": {"categories": ["W1"]}},
    }


def test_one_of_everything_is_drawn() -> None:
    for blocks in (kitchen.TEXTS, kitchen.MARKDOWN, kitchen.TABLE, kitchen.CHARTS, kitchen.PIE):
        assert block_problems(blocks, "message") == []
    assert block_problems(kitchen.FORM["blocks"], "modal") == []
    assert block_problems(kitchen.HOME["blocks"], "home") == []


@pytest.mark.parametrize(
    "block",
    [
        section("x" * 3000),
        section(block_id="b" * 255),
        {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
        {"type": "header", "text": plain("x" * 150)},
        {"type": "context", "elements": [mrkdwn("x")] * 10},
        actions(*(button(f"a{number}", "x" * 75) for number in range(25))),
        actions(button("a", "x", value="v" * 2000)),
        actions(select(100)),
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "table", "rows": [cells(20)] * 100},
        chart(),
    ],
)
def test_what_just_fits_is_drawn(block: Json) -> None:
    assert block_problems([block], "message") == []


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        (section(""), "/blocks/0/text/text"),
        (section("x" * 3001), "/blocks/0/text/text"),
        ({"type": "section"}, "/blocks/0"),
        (section(block_id="b" * 256), "/blocks/0/block_id"),
        (section(colour="red"), "/blocks/0"),
        ({"type": "section", "fields": [mrkdwn("x")] * 11}, "/blocks/0/fields"),
        ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text"),
        ({"type": "header", "text": mrkdwn("x")}, "/blocks/0/text/type"),
        ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
        ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/blocks/0/elements"),
        ({"type": "context", "elements": [button("a", "x")]}, "/blocks/0/elements/0/type"),
        (actions(), "/blocks/0/elements"),
        (actions(*(button(f"a{number}", "x") for number in range(26))), "/blocks/0/elements"),
        (actions(button("a", "x" * 76)), "/blocks/0/elements/0/text/text"),
        (actions(button("a", "x", value="v" * 2001)), "/blocks/0/elements/0/value"),
        (actions(button("a", "x", style="loud")), "/blocks/0/elements/0/style"),
        (actions(button("a" * 256, "x")), "/blocks/0/elements/0/action_id"),
        (actions(button("a", "x"), button("a", "y")), "/blocks/0/elements"),
        (actions(select(101)), "/blocks/0/elements/0/options"),
        (actions(select(placeholder=plain("x" * 151))), "/blocks/0/elements/0/placeholder/text"),
        (actions(select(initial_option=option("not there"))), "/blocks/0/elements/0"),
        (actions(select(options=[option("x" * 76)])), "/blocks/0/elements/0/options/0/text/text"),
        (actions(select(options=[{"text": plain("x"), "value": "v" * 151}])), "/blocks/0/elements/0/options/0/value"),
        (
            actions({"type": "multi_static_select", "action_id": "m", "options": [option("x")]}),
            "/blocks/0/elements/0/type",
        ),
        (
            actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]}),
            "/blocks/0/elements/0/options",
        ),
        (
            actions({"type": "checkboxes", "action_id": "c", "options": [option(str(n)) for n in range(11)]}),
            "/blocks/0/elements/0/options",
        ),
        (
            actions(button("a", "x", confirm={**kitchen.CONFIRM, "title": plain("x" * 101)})),
            "/blocks/0/elements/0/confirm/title/text",
        ),
        ({"type": "image", "image_url": "https://acme.example/a.png"}, "/blocks/0"),
        (question("q", "Why", {"type": "plain_text_input"}), "/blocks/0/type"),
        ({"type": "alert", "text": mrkdwn("Careful")}, "/blocks/0/type"),
        ({"type": "sparkles"}, "/blocks/0/type"),
        ({"type": "table", "rows": [cells(21)]}, "/blocks/0/rows/0"),
        ({"type": "table", "rows": [cells(1)] * 101}, "/blocks/0/rows"),
        ({"type": "table", "rows": [cells(5, "x" * 2001)]}, "/blocks/0"),
        ({"type": "rich_text", "elements": []}, "/blocks/0/elements"),
        (chart(name="x" * 21), "/blocks/0/chart/series/0/name"),
        (chart(data=[{"label": "W2", "value": 1}]), "/blocks/0/chart/series/0/data"),
        (
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": ""}]}],
            },
            "/blocks/0/elements/0/elements/0/text",
        ),
    ],
)
def test_what_slack_would_not_draw_is_refused_where_it_is_wrong(block: Json, pointer: str) -> None:
    problems = block_problems([block], "message")
    assert [problem for problem in problems if problem.endswith(f"[json-pointer:{pointer}]")], problems


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_a_surface_takes_so_many_blocks_and_no_more(surface: str, most: int) -> None:
    assert block_problems([{"type": "divider"}] * most, surface) == []
    assert block_problems([{"type": "divider"}] * (most + 1), surface)


def test_a_block_id_stands_once() -> None:
    assert block_problems([section(block_id="a"), section(block_id="b")], "message") == []
    assert block_problems([section(block_id="a"), section(block_id="a")], "message")


def test_a_message_holds_one_table_and_two_charts() -> None:
    table = {"type": "table", "rows": [cells(1)]}
    assert block_problems([table, chart(), chart()], "message") == []
    assert "only_one_table_allowed" in block_problems([table, table], "message")[0]
    assert block_problems([chart(), chart(), chart()], "message")


def test_markdown_is_counted_over_all_blocks_together() -> None:
    half: Json = {"type": "markdown", "text": "x" * 6001}
    assert block_problems([half], "message") == []
    assert block_problems([half, half], "message")


def test_markdown_and_tables_do_not_stand_in_a_form() -> None:
    for block in ({"type": "markdown", "text": "x"}, {"type": "table", "rows": [cells(1)]}):
        assert block_problems([block], "modal")


def test_a_form_takes_inputs_with_labels_and_hints_that_fit() -> None:
    element = {"type": "plain_text_input", "max_length": 3000}
    assert block_problems([question("q", "x" * 2000, element)], "modal") == []
    assert block_problems([question("q", "x" * 2001, element)], "modal")
    assert block_problems([question("q", "Why", {**element, "max_length": 3001})], "modal")
    assert block_problems([question("q", "Why", button("b", "Press"))], "modal")
