"""The limits of Block Kit's composition objects and elements.

Source: docs.slack.dev/reference/block-kit (composition objects, block elements); slackblocks 3.0 spec/limits.json.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.shapes import (
    Json,
    Rule,
    all_of,
    anything,
    boolean,
    complain,
    exactly_one,
    items,
    like,
    number,
    one_of,
    shape,
    string,
    typed,
)

_TYPE = {"type": anything}
IDENTIFIER = string(255, least=1)


def plain(most: int) -> Rule:
    """A `plain_text` object."""
    known = {"emoji": boolean}
    return shape({"type": one_of("plain_text"), "text": string(most, least=1)}, known)


def text(most: int) -> Rule:
    """A `plain_text` or `mrkdwn` object."""
    formatted = shape({"type": anything, "text": string(most, least=1)}, {"verbatim": boolean})
    return typed({"plain_text": plain(most), "mrkdwn": formatted})


SLACK_FILE = shape({}, {"id": IDENTIFIER, "url": string(3000, least=1)}, also=exactly_one("id", "url"))
CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_CHOICE = {"text": plain(75), "value": string(150, least=1)}
OPTION = shape(_CHOICE, {"description": plain(75)})
_OVERFLOW_OPTION = shape(_CHOICE, {"description": plain(75), "url": string(3000)})
_RICH_OPTION = shape({"text": text(75), "value": string(150, least=1)}, {"description": text(75)})
_GROUP = shape({"label": plain(75), "options": items(OPTION, least=1, most=100)})
_DISPATCH = shape(
    {}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), least=1, most=2)}
)
_FILTER = shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), least=1, most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_ASKING = {"action_id": IDENTIFIER, "confirm": CONFIRM, "focus_on_load": boolean}
_PROMPT = {**_ASKING, "placeholder": plain(150)}
_LIST = {"options": items(OPTION, least=1, most=100), "option_groups": items(_GROUP, least=1, most=100)}


def _initial_among_options(value: Json, at: str, problems: list[str]) -> None:
    given = value.get("initial_options") or ([value["initial_option"]] if value.get("initial_option") else [])
    offered = [*value.get("options", []), *(o for group in value.get("option_groups", []) for o in group["options"])]
    for option in given:
        if option not in offered:
            complain(problems, "initial option must exactly match a provided option", at)


def _values_once(value: Json, at: str, problems: list[str]) -> None:
    values = [option["value"] for option in value.get("options", [])]
    if len(values) != len(set(values)):
        complain(problems, "option values must be unique", at)


def _lengths_agree(value: Json, at: str, problems: list[str]) -> None:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        complain(problems, "min_length must not be greater than max_length", at)


_LISTED = all_of(exactly_one("options", "option_groups"), _initial_among_options)
_MANY = {"max_selected_items": number(1)}
_NAMES = items(IDENTIFIER, most=100)


_BUTTON = shape(
    {**_TYPE, "text": plain(75)},
    {
        "action_id": IDENTIFIER,
        "value": string(2000),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)


def _picker(initial: str, form: str) -> Rule:
    return shape(_TYPE, {**_PROMPT, initial: like(form), "timezone": string(100)})


def _typing(**more: Rule) -> Rule:
    return shape(_TYPE, {**_PROMPT, "dispatch_action_config": _DISPATCH, "initial_value": string(3000), **more})


def _choices(initial: str, rule: Rule) -> Rule:
    required = {**_TYPE, "options": items(_RICH_OPTION, least=1, most=10)}
    return shape(required, {**_ASKING, initial: rule}, also=all_of(_initial_among_options, _values_once))


ELEMENTS: dict[str, Rule] = {
    "button": _BUTTON,
    "image": shape(
        {**_TYPE, "alt_text": string(2000, least=1)},
        {"image_url": string(3000, least=1), "slack_file": SLACK_FILE},
        also=exactly_one("image_url", "slack_file"),
    ),
    "overflow": shape(
        {**_TYPE, "options": items(_OVERFLOW_OPTION, least=1, most=5)}, {"action_id": IDENTIFIER, "confirm": CONFIRM}
    ),
    "checkboxes": _choices("initial_options", items(_RICH_OPTION, least=1, most=10)),
    "radio_buttons": _choices("initial_option", _RICH_OPTION),
    "static_select": shape(_TYPE, {**_PROMPT, **_LIST, "initial_option": OPTION}, also=_LISTED),
    "multi_static_select": shape(
        _TYPE, {**_PROMPT, **_LIST, **_MANY, "initial_options": items(OPTION, least=1, most=100)}, also=_LISTED
    ),
    "external_select": shape(_TYPE, {**_PROMPT, "initial_option": OPTION, "min_query_length": number(0)}),
    "users_select": shape(_TYPE, {**_PROMPT, "initial_user": IDENTIFIER}),
    "multi_users_select": shape(_TYPE, {**_PROMPT, **_MANY, "initial_users": _NAMES}),
    "channels_select": shape(_TYPE, {**_PROMPT, "initial_channel": IDENTIFIER, "response_url_enabled": boolean}),
    "multi_channels_select": shape(_TYPE, {**_PROMPT, **_MANY, "initial_channels": _NAMES}),
    "conversations_select": shape(
        _TYPE,
        {
            **_PROMPT,
            "initial_conversation": IDENTIFIER,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": _FILTER,
        },
    ),
    "multi_conversations_select": shape(
        _TYPE,
        {
            **_PROMPT,
            **_MANY,
            "initial_conversations": _NAMES,
            "default_to_current_conversation": boolean,
            "filter": _FILTER,
        },
    ),
    "datepicker": _picker("initial_date", r"\d{4}-\d{2}-\d{2}"),
    "timepicker": _picker("initial_time", r"([01]\d|2[0-3]):[0-5]\d"),
    "datetimepicker": shape(_TYPE, {**_ASKING, "initial_date_time": number(10**9, 10**10 - 1)}),
    "plain_text_input": shape(
        _TYPE,
        {
            **_PROMPT,
            "dispatch_action_config": _DISPATCH,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
        also=_lengths_agree,
    ),
    "email_text_input": _typing(),
    "url_text_input": _typing(),
    "number_input": shape(
        {**_TYPE, "is_decimal_allowed": boolean},
        {
            **_PROMPT,
            "dispatch_action_config": _DISPATCH,
            "initial_value": string(100),
            "min_value": string(100),
            "max_value": string(100),
        },
    ),
    "rich_text_input": shape(
        _TYPE, {**_PROMPT, "dispatch_action_config": _DISPATCH, "initial_value": anything, "min_lines": number(1, 100)}
    ),
    "file_input": shape(
        _TYPE, {"action_id": IDENTIFIER, "filetypes": items(string(20), most=100), "max_files": number(1, 10)}
    ),
    "plain_text": plain(3000),
    "mrkdwn": text(3000),
}
"""Every element, and the two text objects that stand among a context's elements."""

SELECTS = frozenset(kind for kind in ELEMENTS if kind.endswith("_select"))
MULTI_SELECTS = frozenset(kind for kind in SELECTS if kind.startswith("multi_"))
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
CHOICES = frozenset({"checkboxes", "radio_buttons"})
TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})

IN_ACTIONS = frozenset({"button", "overflow"}) | CHOICES | PICKERS | (SELECTS - MULTI_SELECTS)
IN_SECTION = frozenset({"button", "overflow", "image"}) | CHOICES | SELECTS | (PICKERS - {"datetimepicker"})
IN_INPUT = CHOICES | PICKERS | SELECTS | TYPED | {"file_input"}
IN_CONTEXT = frozenset({"image", "plain_text", "mrkdwn"})


def element(allowed: frozenset[str]) -> Rule:
    """An element that may stand in this place."""
    return typed(ELEMENTS, allowed)


def elements(allowed: frozenset[str], most: int) -> Rule:
    """A row of elements, whose action ids differ."""
    row = items(element(allowed), least=1, most=most)

    def rule(value: Any, at: str, problems: list[str]) -> None:
        row(value, at, problems)
        ids = [one.get("action_id") for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        for action_id in {one for one in ids if isinstance(one, str) and ids.count(one) > 1}:
            complain(problems, f"`action_id` {action_id!r} already exists for another action", at)

    return rule
