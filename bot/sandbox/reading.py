"""What a person sees of blocks: the words, the controls, the questions of a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.shapes import Json

_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<(?:https?:|mailto:)[^|>]*\|([^>]*)>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """Something that can be pressed or chosen, and the block it stands in."""

    block_id: str
    element: Json

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def label(self) -> str:
        return str((self.element.get("text") or self.element.get("placeholder") or {}).get("text", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """An input of a form."""

    block_id: str
    label: str
    optional: bool
    element: Json

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])


def words_of(blocks: Sequence[Json]) -> str:
    """Everything visible, as plain text, a block a line."""
    return "\n".join(line for block in blocks if (line := _shown(block).strip()))


def controls_of(blocks: Sequence[Json]) -> list[Control]:
    """Buttons, menus and choices, those in a form's inputs included."""
    return [
        Control(block_id=str(block.get("block_id", "")), element=element)
        for block in _all_blocks(blocks)
        for element in _elements(block)
        if "action_id" in element
    ]


def buttons_of(blocks: Sequence[Json]) -> list[str]:
    return [control.label for control in controls_of(blocks) if control.element["type"] == "button"]


def questions_of(blocks: Sequence[Json]) -> list[Question]:
    return [
        Question(
            block_id=str(block["block_id"]),
            label=str(block["label"]["text"]),
            optional=bool(block.get("optional")),
            element=block["element"],
        )
        for block in blocks
        if block["type"] == "input"
    ]


def _all_blocks(blocks: Iterable[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _all_blocks(block.get("child_blocks", []))


def _elements(block: Json) -> list[Json]:
    single = [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    several = [one for one in [*block.get("elements", []), *block.get("actions", [])] if isinstance(one, dict)]
    return single + several


def _shown(value: Any) -> str:
    """The words under a block, an element or a list of them, in reading order."""
    if isinstance(value, list):
        return _joined(value)
    if not isinstance(value, dict):
        return ""
    kind = value.get("type")
    if kind in ("plain_text", "mrkdwn"):
        return _readable(str(value["text"])) if kind == "mrkdwn" else str(value["text"])
    if kind in _INLINE:
        return _INLINE[kind](value)
    if kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        return "".join(_shown(part) for part in value["elements"])
    return _joined(value[key] for key in _READ if key in value)


_READ = (
    "title", "label", "text", "rich_text_title", "subtitle", "caption", "fields", "body", "rows", "hint",
    "elements", "element", "child_blocks", "subtext", "accessory", "actions", "options", "description",
    "placeholder", "initial_value", "alt_text",
)  # fmt: skip
_INLINE = {
    "text": lambda one: str(one["text"]),
    "link": lambda one: str(one.get("text") or one["url"]),
    "emoji": lambda one: f":{one['name']}:",
    "user": lambda one: f"<@{one['user_id']}>",
    "channel": lambda one: f"<#{one['channel_id']}>",
    "broadcast": lambda one: f"<!{one['range']}>",
    "date": lambda one: str(one.get("fallback", one["timestamp"])),
    "raw_text": lambda one: str(one["text"]),
    "raw_number": lambda one: str(one.get("text", one["value"])),
    "markdown": lambda one: str(one["text"]),
}


def _joined(parts: Iterable[Any]) -> str:
    shown = (part if isinstance(part, str) else _shown(part) for part in parts)
    return "\n".join(words for words in shown if words)


def _readable(text: str) -> str:
    """`mrkdwn` as it is read: dates by their fallback, links by their label, entities once unescaped."""
    text = _LINK.sub(r"\1", _DATE.sub(r"\1", text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
