"""The limits of Block Kit's blocks, and which of them a message, a modal and the Home take.

Source: docs.slack.dev/reference/block-kit/blocks; slackblocks 3.0 spec/limits.json. The smaller where they differ.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from bot.sandbox.elements import (
    IDENTIFIER,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    element,
    elements,
    plain,
    text,
)
from bot.sandbox.rich_text import RICH_TEXT
from bot.sandbox.shapes import (
    Json,
    Rule,
    anything,
    at_least_one,
    boolean,
    complain,
    exactly_one,
    items,
    number,
    one_of,
    shape,
    string,
    typed,
)

MARKDOWN_TOTAL = 12_000
"""Characters of all `markdown` blocks of one payload together."""
CHARTS = 2
"""`data_visualization` blocks in one message."""


def _block(required: dict[str, Rule] | None = None, optional: dict[str, Rule] | None = None, **more: Any) -> Rule:
    return shape({"type": anything, **(required or {})}, {"block_id": IDENTIFIER, **(optional or {})}, **more)


def _as_long_as_categories(chart: Json, at: str, problems: list[str]) -> None:
    """Every series has one point per category, labelled like it."""
    for index, series in enumerate(chart["series"]):
        if [point["label"] for point in series["data"]] != chart["axis_config"]["categories"]:
            complain(problems, "data labels must match the categories", f"{at}/series/{index}/data")
    names = [series["name"] for series in chart["series"]]
    if len(names) != len(set(names)):
        complain(problems, "series names must be unique", f"{at}/series")


def _cells_fit(block: Json, at: str, problems: list[str]) -> None:
    written = sum(len(str(cell.get("text", ""))) for row in block["rows"] for cell in row)
    if written > 10_000:
        complain(problems, "a table holds no more than 10000 characters", at)


_POINT = shape({"label": string(20, least=1), "value": number()})
_SERIES = shape({"name": string(20, least=1), "data": items(_POINT, least=1, most=20)})
_AXES = shape(
    {"categories": items(string(20, least=1), least=1, most=20)}, {"x_label": string(50), "y_label": string(50)}
)
_PLOT = shape(
    {"type": anything, "series": items(_SERIES, least=1, most=6), "axis_config": _AXES}, also=_as_long_as_categories
)
_SEGMENT = shape({"label": string(20, least=1), "value": number(above=0)})
_PIE = shape({"type": anything, "segments": items(_SEGMENT, least=1, most=6)})
_CHART = typed({"bar": _PLOT, "line": _PLOT, "area": _PLOT, "pie": _PIE})
_RAW = shape({"type": anything, "text": string(3000, least=1)})
_CELL = typed(
    {
        "raw_text": _RAW,
        "raw_number": shape({"type": anything, "value": number()}, {"text": string(100)}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
_BUTTONS = elements(frozenset({"button"}), 3)

_PLAIN_BLOCKS: dict[str, Rule] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": items(text(2000), least=1, most=10),
            "accessory": element(IN_SECTION),
            "expand": boolean,
        },
        also=at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain(150)}, {"level": number(1, 4)}),
    "divider": _block(),
    "context": _block({"elements": elements(IN_CONTEXT, 10)}),
    "actions": _block({"elements": elements(IN_ACTIONS, 25)}),
    "image": _block(
        {"alt_text": string(2000, least=1)},
        {"image_url": string(3000, least=1), "slack_file": SLACK_FILE, "title": plain(2000)},
        also=exactly_one("image_url", "slack_file"),
    ),
    "input": _block(
        {"label": plain(2000), "element": element(IN_INPUT)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": RICH_TEXT,
    "video": _block(
        {
            "alt_text": string(200, least=1),
            "title": plain(199),
            "thumbnail_url": string(3000),
            "video_url": string(3000),
        },
        {
            "author_name": string(49),
            "description": plain(200),
            "provider_name": string(50),
            "provider_icon_url": string(2000),
            "title_url": string(2000),
        },
    ),
    "card": _block(
        {},
        {
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "subtext": text(200),
            "actions": _BUTTONS,
            "icon": anything,
            "hero_image": anything,
        },
    ),
}
_HEAVY_BLOCKS: dict[str, Rule] = {
    "markdown": _block({"text": string(MARKDOWN_TOTAL, least=1)}),
    "table": _block(
        {"rows": items(items(_CELL, least=1, most=20), least=1, most=100)},
        {"column_settings": items(_COLUMN, most=20)},
        also=_cells_fit,
    ),
    "data_table": _block(
        {"caption": string(3000, least=1), "rows": items(items(_CELL, least=1, most=20), least=2, most=101)},
        {"page_size": number(1, 100), "row_header_column_index": number(0, 19)},
        also=_cells_fit,
    ),
    "data_visualization": _block({"title": string(50, least=1), "chart": _CHART}),
    "alert": _block({"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}),
}
_SIMPLE: dict[str, Rule] = {**_PLAIN_BLOCKS, **_HEAVY_BLOCKS}
_CONTAINER = _block(
    {
        "child_blocks": items(
            typed(_SIMPLE, frozenset(_PLAIN_BLOCKS) - {"input"}),
            least=1,
            most=10,
        )
    },
    {
        "title": plain(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": plain(150),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "width": string(20),
    },
    also=exactly_one("title", "rich_text_title"),
)
_CAROUSEL = _block({"elements": items(typed(_SIMPLE, frozenset({"card"})), least=1, most=10)})
BLOCKS: dict[str, Rule] = {**_SIMPLE, "container": _CONTAINER, "carousel": _CAROUSEL}

_EVERYWHERE = frozenset(_PLAIN_BLOCKS) - {"input"}
SURFACES = {
    "message": frozenset(BLOCKS) - {"alert", "input"},
    "modal": _EVERYWHERE | {"alert", "input"},
    "home": _EVERYWHERE | {"input", "carousel", "container", "data_table", "data_visualization", "table"},
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}


def block_problems(blocks: Any, surface: str, at: str = "/blocks") -> list[str]:
    """What Slack would refuse about these blocks on a `message`, `modal` or `home`; empty when all is well."""
    problems: list[str] = []
    items(typed(BLOCKS, SURFACES[surface]), most=MOST_BLOCKS[surface])(blocks, at, problems)
    if not isinstance(blocks, list):
        return problems
    known = [block for block in blocks if isinstance(block, dict)]
    ids = Counter(str(block["block_id"]) for block in known if "block_id" in block)
    for block_id in (one for one, count in ids.items() if count > 1):
        complain(problems, f"`block_id` {block_id!r} already exists for another block", at)
    _count_heavy(known, at, problems)
    return problems


def _count_heavy(blocks: list[Json], at: str, problems: list[str]) -> None:
    kinds = Counter(str(block.get("type")) for block in blocks)
    if kinds["table"] > 1:
        complain(problems, "only_one_table_allowed", at)
    if kinds["data_visualization"] > CHARTS:
        complain(problems, f"no more than {CHARTS} data_visualization blocks allowed", at)
    if sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown") > MARKDOWN_TOTAL:
        complain(problems, f"markdown blocks hold no more than {MARKDOWN_TOTAL} characters together", at)
