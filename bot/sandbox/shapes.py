"""Small rules that say what a piece of JSON must look like, put together into the shapes of Block Kit.

A rule looks at a value and adds what is wrong with it to a list, with a pointer to the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
Rule = Callable[[Any, str, list[str]], None]
Extra = Callable[[Json, str, list[str]], None]


def complain(problems: list[str], words: str, at: str) -> None:
    """Add a problem in Slack's own form."""
    problems.append(f"[ERROR] {words} [json-pointer:{at}]")


def anything(value: Any, at: str, problems: list[str]) -> None:
    """Accepts every value."""


def boolean(value: Any, at: str, problems: list[str]) -> None:
    """True or false, not a word or a number for it."""
    if not isinstance(value, bool):
        complain(problems, "must provide a boolean", at)


def string(most: int, *, least: int = 0) -> Rule:
    """A string; lengths are in code points."""

    def rule(value: Any, at: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            complain(problems, "must provide a string", at)
        elif len(value) > most:
            complain(problems, f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            complain(problems, f"must be more than {least - 1} characters", at)

    return rule


def like(pattern: str) -> Rule:
    """A string of this form, from its first character to its last."""

    def rule(value: Any, at: str, problems: list[str]) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            complain(problems, f"must match pattern: {pattern}", at)

    return rule


def number(least: float | None = None, most: float | None = None, *, above: float | None = None) -> Rule:
    def rule(value: Any, at: str, problems: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            complain(problems, "must provide a number", at)
        elif least is not None and value < least:
            complain(problems, f"must be at least {least}", at)
        elif most is not None and value > most:
            complain(problems, f"must be at most {most}", at)
        elif above is not None and value <= above:
            complain(problems, f"must be greater than {above}", at)

    return rule


def one_of(*words: str) -> Rule:
    def rule(value: Any, at: str, problems: list[str]) -> None:
        if value not in words:
            complain(problems, f"must be one of: {', '.join(words)}", at)

    return rule


def items(rule: Rule, *, most: int, least: int = 0) -> Rule:
    """A list of so many things of one rule."""

    def check(value: Any, at: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            complain(problems, "must provide an array", at)
            return
        if len(value) > most:
            complain(problems, f"no more than {most} items allowed", at)
        if len(value) < least:
            complain(problems, f"no less than {least} items allowed", at)
        for index, item in enumerate(value):
            rule(item, f"{at}/{index}", problems)

    return check


def shape(
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    *,
    also: Extra | None = None,
) -> Rule:
    """An object with these keys and no others; `also` sees the object when its keys are well."""
    needed, known = dict(required or {}), {**(required or {}), **(optional or {})}

    def rule(value: Any, at: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            complain(problems, "must provide an object", at)
            return
        before = len(problems)
        for key in needed.keys() - value.keys():
            complain(problems, f"missing required field: {key}", at)
        for key, inner in value.items():
            if key not in known:
                complain(problems, f"invalid additional property: {key}", at)
            else:
                known[key](inner, f"{at}/{key}", problems)
        if also is not None and len(problems) == before:
            also(value, at, problems)

    return rule


def typed(shapes: Mapping[str, Rule], allowed: frozenset[str] | None = None) -> Rule:
    """An object whose `type` picks its shape; `allowed` narrows the types in this place."""

    def rule(value: Any, at: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            complain(problems, "must provide an object", at)
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in shapes:
            complain(problems, f"unsupported type: {kind}", f"{at}/type")
        elif allowed is not None and kind not in allowed:
            complain(problems, f"type is not allowed here: {kind}", f"{at}/type")
        else:
            shapes[kind](value, at, problems)

    return rule


def exactly_one(*keys: str) -> Extra:
    def check(value: Json, at: str, problems: list[str]) -> None:
        if sum(key in value for key in keys) != 1:
            complain(problems, f"must provide exactly one of: {', '.join(keys)}", at)

    return check


def at_least_one(*keys: str) -> Extra:
    def check(value: Json, at: str, problems: list[str]) -> None:
        if not any(value.get(key) for key in keys):
            complain(problems, f"must provide one of: {', '.join(keys)}", at)

    return check


def all_of(*extras: Extra) -> Extra:
    def check(value: Json, at: str, problems: list[str]) -> None:
        for extra in extras:
            extra(value, at, problems)

    return check
