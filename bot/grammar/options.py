"""Options inside a command: `key:value`, `--key value`, `--key=value`, with or without quotation marks.

Phones turn `--` into a long dash and straight quotes into curly ones; both are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.nearness import meant, nearest, quoted
from bot.listings.text import looks_like_address, unwrapped

_KEY = r"[A-Za-z][A-Za-z_-]{0,30}"
_COLON = re.compile(rf"({_KEY}):(?=\S)")
_DASHED = re.compile(rf"(--|[—–]-?)({_KEY})(?:[=:]|\s+|$)")
_QUOTES = {'"': '"“”', "'": "'‘’", "“": '”“"', "”": '”"', "„": "“”", "‘": "’'", "’": "’'", "«": "»"}
_VALUE = re.compile(r"<[^<>]*>|\S+")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A key with its value, and where in the text it ends."""

    key: str
    value: str
    end: int


def unescaped(text: str) -> str:
    """Slack escapes `&`, `<` and `>`, and nothing else. Source: docs.slack.dev, formatting message text."""
    return re.sub("&(?:amp|lt|gt);", lambda match: _ENTITIES[match[0]], text)


def option_at(text: str, at: int, known: Sequence[str], *, in_prose: bool = False) -> Option | None:
    """The option that begins at `at`; None when the words there are not one.

    A colon makes an option only of a known key or a slip of one, so that `12:30` and `note: this` stay words.
    `--` always means an option; a long dash only with a known key, in prose exactly so.

    Raises:
        Invalid: the key is a slip or unknown, or the value is missing or its quotation mark is never closed.
    """
    colon = _COLON.match(text, at)
    if colon is not None:
        key = colon[1].casefold()
        if key in known:
            return _valued(text, colon.end(), key, shown=f"{key}:")
        near = nearest(key, known, slips_only=True)
        if near is not None:
            raise Invalid(f"I do not know the option {quoted(f'{key}:')}. Did you mean `{near}:`?")
        return None
    dashed = _DASHED.match(text, at)
    return _dashed(text, dashed, known, in_prose=in_prose) if dashed is not None else None


def _dashed(text: str, dashed: re.Match[str], known: Sequence[str], *, in_prose: bool) -> Option | None:
    key = dashed[2].casefold()
    if key in known:
        return _valued(text, dashed.end(), key, shown=f"--{key}")
    near = nearest(key, known, slips_only=True)
    if dashed[1] != "--" and (in_prose or near is None):
        return None
    there_are = "Options here: " + ", ".join(f"`{name}:`" for name in known) + "." if known else "It has no options."
    advice = f"Did you mean `--{near}`?" if near else meant(key, [f"--{name}" for name in known], otherwise=there_are)
    raise Invalid(f"I do not know the option {quoted(f'--{key}')}. {advice}")


def _valued(text: str, at: int, key: str, *, shown: str) -> Option:
    opening = text[at : at + 1]
    if opening in _QUOTES:
        end = next((place for place in range(at + 1, len(text)) if text[place] in _QUOTES[opening]), None)
        if end is None:
            raise Invalid(f"The quotation mark after `{shown}` is never closed.")
        return _option(key, text[at + 1 : end], end + 1, shown)
    found = _VALUE.match(text, at)
    if found is None or _DASHED.match(text, at):
        raise Invalid(f"`{shown}` needs a value, such as `{shown}{'' if shown.endswith(':') else ' '}ABC`.")
    return _option(key, found[0].rstrip(",;."), found.end(), shown)


def _option(key: str, raw: str, end: int, shown: str) -> Option:
    value = unescaped(raw).strip()
    if looks_like_address(raw):
        value = unwrapped(raw)
    if not value:
        raise Invalid(f"The value of `{shown}` is empty.")
    return Option(key=key, value=value, end=end)


def refuse_longer(text: str, most: int) -> None:
    """Raises: Invalid, when a command has more than so many characters."""
    if len(text) > most:
        raise Invalid(f"The command has {len(text)} characters; {most} is the most.")
