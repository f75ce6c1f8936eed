"""What is filled in: Slack's shape for it, and what Slack's own client refuses to send.

Source: docs.slack.dev/reference/block-kit/block-elements, docs.slack.dev/surfaces/modals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from bot.sandbox.reading import Question, controls_of, questions_of
from bot.sandbox.shapes import Json

VALUE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "overflow": ("selected_option", ""),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
"""By type of element: where its value stands in a state, and where the app puts what it starts with."""
_PLURAL = frozenset({"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"})
_STATELESS = frozenset({"button", "overflow", "workflow_button"})
FILE_BYTES, MOST_FILES = 10_000_000, 10
"""What one file of a form may hold, and how many there are where the app does not say. Source: docs.slack.dev,
file input element: “10MB”, which is taken for the smaller of the two it may mean."""
REQUIRED = "Please complete this required field."


def initial_state(
    blocks: Sequence[Json],
    kept: Mapping[str, Mapping[str, Json]] | None = None,
    current: Callable[[Json], str | None] = lambda _: None,
) -> dict[str, dict[str, Json]]:
    """The state of a form nobody has touched; with `kept`, what was typed stays where the ids are the same.

    `current` says which conversation a menu that starts with the current one starts with.
    """
    state: dict[str, dict[str, Json]] = {}
    for control in controls_of(blocks):
        kind = str(control.element["type"])
        if kind in _STATELESS or kind not in VALUE_KEYS:
            continue
        before = (kept or {}).get(control.block_id, {}).get(control.action_id)
        same = before is not None and before["type"] == kind
        value = before if same and before is not None else _untouched(control.element, current)
        state.setdefault(control.block_id, {})[control.action_id] = value
    return state


def _untouched(element: Json, current: Callable[[Json], str | None]) -> Json:
    kind = str(element["type"])
    key, initial = VALUE_KEYS[kind]
    value = element.get(initial, [] if key in _PLURAL else None)
    if not value and element.get("default_to_current_conversation"):
        here = current(element)
        value = ([here] if here else []) if key in _PLURAL else here
    return {"type": kind, key: value}


def stated(element: Json, value: Any) -> Json:
    """The state of an element that holds `value`: option texts or values, ids, file objects, or what was typed.

    Raises:
        LookupError: an option is not there to be chosen.
    """
    kind = str(element["type"])
    key, _ = VALUE_KEYS[kind]
    if key == "selected_options":
        chosen = [value] if isinstance(value, str) else list(value)
        return {"type": kind, key: [_option(element, one) for one in chosen]}
    if key == "selected_option":
        return {"type": kind, key: None if value is None else _option(element, str(value))}
    if key in _PLURAL:
        return {"type": kind, key: [value] if isinstance(value, str) else list(value)}
    if value in (None, ""):
        return {"type": kind, key: None}
    return {"type": kind, key: str(value) if key == "value" else value}


def _option(element: Json, wanted: str) -> Json:
    offered = [
        *element.get("options", []),
        *(one for group in element.get("option_groups", []) for one in group["options"]),
    ]
    exact = [one for one in offered if wanted in (one["text"]["text"], one["value"])]
    near = [one for one in offered if one["text"]["text"].casefold().startswith(wanted.casefold())]
    if not (exact or len(near) == 1):
        texts = ", ".join(one["text"]["text"] for one in offered)
        raise LookupError(f"There is no option {wanted!r} here, only: {texts}.")
    option: Json = (exact or near)[0]
    return option


def value_in(state: Mapping[str, Any]) -> Any:
    """What a state holds; None, an empty string or an empty list when nothing."""
    return state.get(VALUE_KEYS[str(state["type"])][0])


def unsendable(blocks: Sequence[Json], values: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """What the client says beside each field instead of sending the form."""
    errors = {}
    for question in questions_of(blocks):
        state = values.get(question.block_id, {}).get(question.action_id)
        held = value_in(state) if state else None
        words = _fault(question, held)
        if words:
            errors[question.block_id] = words
    return errors


def _fault(question: Question, held: Any) -> str:
    if held in (None, "", []):
        asked = question.element["type"] != "rich_text_input"
        return REQUIRED if asked and not question.optional else ""
    check = _FORMATS.get(str(question.element["type"]))
    return check(question.element, held) if check else ""


def _text_fault(element: Json, held: str) -> str:
    if len(held) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(held) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def _number_fault(element: Json, held: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, str(held)):
        return "Please enter a number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(held) < float(least):
        return f"Please enter {least} or more."
    return f"Please enter {most} or less." if most is not None and float(held) > float(most) else ""


def _date_fault(element: Json, held: str) -> str:
    try:
        date.fromisoformat(held)
    except ValueError:
        return "Please enter a date."
    return ""


def _files_fault(element: Json, held: Sequence[Json]) -> str:
    most, kinds = element.get("max_files", MOST_FILES), [kind.casefold() for kind in element.get("filetypes", [])]
    if len(held) > most:
        return f"Please attach at most {most} {'file' if most == 1 else 'files'}."
    for file in held:
        if kinds and PurePosixPath(file["name"]).suffix.casefold().lstrip(".") not in kinds:
            return f"{file['name']} cannot be attached here, only: {', '.join(kinds)}."
        if not 0 < file["size"] <= FILE_BYTES:
            return f"{file['name']} is {'larger than 10 MB' if file['size'] else 'empty'}."
    return ""


def _shaped(pattern: str, words: str) -> Any:
    return lambda element, held: "" if re.fullmatch(pattern, str(held)) else words


_FORMATS = {
    "plain_text_input": _text_fault,
    "number_input": _number_fault,
    "datepicker": _date_fault,
    "file_input": _files_fault,
    "timepicker": _shaped(r"([01]\d|2[0-3]):[0-5]\d", "Please enter a time."),
    "email_text_input": _shaped(r"[^@\s]+@[^@\s]+", "Please enter an email address."),
    "url_text_input": _shaped(r"https?://\S+", "Please enter a web address."),
}
