"""What the removal contract says a good request is, written from docs/removal-api.yaml and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Rule = Callable[[Any], str | None]
"""Says what is wrong with a value, None when nothing is."""

VIOLATIONS = (
    "counterfeit",
    "trademark",
    "parallel_import",
    "copyright",
    "copyright_image",
    "design",
    "patent",
    "other",
)
MOST_FILES = 20
KINDS = ("trademark", "copyright", "design", "patent")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: a rule for its value, or the fields of the object it is."""

    check: Rule | Mapping[str, Field]
    required: bool = True


def problems(body: Any) -> list[dict[str, str]]:
    """Everything wrong with the body of `POST /removal-requests`, as `{field, message}`; empty when it is good."""
    return [{"field": field or "body", "message": message} for field, message in _object(REQUEST, body, "")]


def _object(shape: Mapping[str, Field], value: Any, path: str) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(path, "must be an object")]
    found = [(_join(path, name), "is not a known field") for name in value if name not in shape]
    for name, field in shape.items():
        if name not in value:
            found += [(_join(path, name), "is required")] if field.required else []
        elif callable(field.check):
            wrong = field.check(value[name])
            found += [(_join(path, name), wrong)] if wrong else []
        else:
            found += _object(field.check, value[name], _join(path, name))
    return found


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name[:100]


def _text(least: int, most: int) -> Rule:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "must be a text"
        if not least <= len(value) <= most:
            return f"must have {least} to {most} characters"
        return None

    return check


def _one_of(*known: str) -> Rule:
    return lambda value: None if value in known else f"must be one of {', '.join(known)}"


def _address(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > 2048:
        return "must be an address of up to 2048 characters"
    try:
        parts = urlsplit(value)
    except ValueError:
        return "must be an http or https address"
    return None if parts.scheme in ("http", "https") and parts.netloc else "must be an http or https address"


def _moment(value: Any) -> str | None:
    wrong = "must be a date and time with a zone, such as 2026-11-24T10:00:00Z"
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        return wrong
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return wrong
    return None


def _files(value: Any) -> str | None:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_FILES:
        return f"must be a list of 1 to {MOST_FILES} files"
    wrong = [f"{path} {words}" for at, one in enumerate(value) for path, words in _object(_FILE, one, f"{at}")]
    return "; ".join(wrong) or None


def _sha256(value: Any) -> str | None:
    good = isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value)
    return None if good else "must be 64 small hexadecimal digits"


def _size(value: Any) -> str | None:
    return None if type(value) is int and value > 0 else "must be a number of bytes"


_FILE: Mapping[str, Field] = {
    "name": Field(_text(1, 100)),
    "sha256": Field(_sha256),
    "media_type": Field(_text(1, 100)),
    "size": Field(_size),
}
REQUEST: Mapping[str, Field] = {
    "reference": Field(_text(1, 64)),
    "listing": Field({"id": Field(_text(1, 200)), "url": Field(_address)}),
    "seller": Field({"id": Field(_text(1, 200)), "name": Field(_text(0, 200))}, required=False),
    "violation": Field(_one_of(*VIOLATIONS)),
    "statement": Field(_text(1, 5000)),
    "message_to_seller": Field(_text(1, 1000), required=False),
    "evidence": Field(_files, required=False),
    "right": Field(
        {
            "kind": Field(_one_of(*KINDS)),
            "registration_no": Field(_text(0, 100)),
            "office": Field(_text(0, 100)),
            "title": Field(_text(1, 300)),
            "owner": Field(_text(1, 300)),
        }
    ),
    "declaration": Field(
        {
            "text_version": Field(_text(1, 50)),
            "signature": Field(_text(1, 200)),
            "affirmed_at": Field(_moment),
        }
    ),
}
