"""Reading a filing: addresses, a violation and options first, in any order; then people's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.errors import Invalid
from bot.grammar.commands import File
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import Option, option_at, unescaped
from bot.grammar.violations import NAMES, misspelt_violation, violation_named
from bot.listings.text import looks_like_address, unwrapped
from bot.model import Violation

KEYS = ("right", "seller", "violation", "via", "override", "message")
_NEXT = r"(?:,|(?<!&lt);)<?https?://|<https?://"  # a comma or a bracket may be all that parts two addresses
_WORD = re.compile(rf"<[a-z]+:[^<>]*>[.,;:!?]*|\S(?:(?!{_NEXT})\S){{0,5000}}[,;]*", re.IGNORECASE)
_LINK = re.compile(r"<((?:https?|mailto):[^<>|]+)(?:\|([^<>]*))?>", re.IGNORECASE)
_BETWEEN = frozenset({",", ";", "|", "-", "–", "—", "+", "&", "and", "•", "·", "*"})


@dataclass(kw_only=True, slots=True)
class _Reading:
    """What was read so far; `at` is where the next word begins."""

    text: str
    at: int = 0
    addresses: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    violation: Violation | None = None

    def word(self, at: int | None = None) -> re.Match[str] | None:
        start = self.at if at is None else at
        while start < len(self.text) and self.text[start].isspace():
            start += 1
        return _WORD.match(self.text, start)

    def give(self, option: Option) -> None:
        if self.options.setdefault(option.key, option.value) != option.value:
            raise Invalid(f"`{option.key}:` is given twice; say which one you mean.")
        if option.key == "violation":
            self.name(read_violation(option.value))

    def name(self, violation: Violation) -> None:
        if self.violation not in (None, violation):
            raise Invalid(f"Two violations are given, `{self.violation}` and `{violation}`; say which one you mean.")
        self.violation = violation


def words_in(text: str) -> Iterator[str]:
    """The words of a text; a Slack link is one, and addresses that only a comma parts are two."""
    return (word[0] for word in _WORD.finditer(text))


def read_filing(text: str) -> File:
    """A filing from text without surrounding space. Raises: Invalid."""
    reading = _Reading(text=text)
    while (word := reading.word()) is not None and _take(reading, word):
        pass
    if word is not None and word.start() == 0:
        raise Invalid(_not_understood(unescaped(word[0])))
    statement = _statement(reading, word.start()) if word is not None else ""
    return File(
        addresses=tuple(reading.addresses),
        violation=reading.violation,
        right=reading.options.get("right"),
        seller=reading.options.get("seller"),
        statement=statement,
        via=via.casefold() if (via := reading.options.get("via")) else None,
        override=reading.options.get("override"),
        message=_LINK.sub(_typed, reading.options.get("message", "")),
    )


def _take(reading: _Reading, word: re.Match[str]) -> bool:
    """Take the next word for what it is; False when people's own words begin."""
    if looks_like_address(word[0]):
        return _take_address(reading, word)
    option = option_at(reading.text, word.start(), KEYS)
    if option is not None:
        reading.give(option)
        reading.at = option.end
        return True
    if word[0].endswith(":") and word[0][:-1].casefold() in KEYS:
        raise Invalid(f"Put the value right after `{word[0].casefold()}`, without a space between.")
    return _take_between(reading, word) or _take_violation(reading, word)


def _take_address(reading: _Reading, word: re.Match[str]) -> bool:
    if reading.addresses and reading.violation is not None:
        # It may be another listing or the genuine article: to guess would be to file against the wrong one.
        raise Invalid(
            "There is an address after the violation. Put every listing before it; to mention an address in your "
            "words, begin them with a word."
        )
    reading.addresses.append(unwrapped(word[0]))
    reading.at = word.end()
    return True


def _take_between(reading: _Reading, word: re.Match[str]) -> bool:
    """Skip what people write between two addresses."""
    following = reading.word(word.end())
    between = (
        unescaped(word[0]).casefold() in _BETWEEN
        and bool(reading.addresses)
        and reading.violation is None
        and following is not None
        and looks_like_address(following[0])
    )
    if between:
        reading.at = word.end()
    return between


def _take_violation(reading: _Reading, word: re.Match[str]) -> bool:
    if reading.violation is not None:
        return False
    following = reading.word(word.end())
    named = violation_named(word[0], following[0] if following else "")
    if named is None:
        slip = misspelt_violation(word[0]) if reading.addresses else None
        if slip is not None:
            words = f"I do not know the violation {quoted(word[0])}. Did you mean `{slip}`?"
            raise Invalid(f"{words} If it begins your own words, name the violation before it.")
        return False
    reading.violation, taken = named
    reading.at = following.end() if taken == 2 and following else word.end()
    return True


def read_violation(value: str) -> Violation:
    """The violation that one word or two words name. Raises: Invalid: with what was probably meant."""
    named = violation_named("_".join(value.split()))
    if named is None:
        known = "Violations: " + ", ".join(Violation) + "."
        raise Invalid(f"I do not know the violation {quoted(value)}. {meant(value, NAMES, otherwise=known)}")
    return named[0]


def _statement(reading: _Reading, start: int) -> str:
    """People's words from `start` on, as typed; options among them are taken out."""
    said, kept = "", start
    for word in _WORD.finditer(reading.text, start):
        if word.start() < kept or not _after_space(reading.text, word.start()):
            continue
        option = option_at(reading.text, word.start(), KEYS, in_prose=True)
        if option is not None:
            reading.give(option)
            said = _joined(said, reading.text[kept : word.start()])
            kept = option.end
    return in_words(_joined(said, reading.text[kept:]))


def in_words(text: str) -> str:
    """Text as the person typed it: Slack's links become what they stand for, its entities the characters."""
    return unescaped(_LINK.sub(_typed, text)).strip()


def _typed(link: re.Match[str]) -> str:
    address, label = link[1].removeprefix("mailto:"), link[2]
    if not label or address.removeprefix("http://").removeprefix("https://") == label or label == address:
        return label or address
    return f"{label} ({address})"


def _after_space(text: str, at: int) -> bool:
    return at == 0 or text[at - 1].isspace()


def _joined(left: str, right: str) -> str:
    """Both, without doubling the space where an option stood."""
    return left + (right.lstrip(" \t") if not left or left[-1].isspace() else right)


def _not_understood(word: str) -> str:
    verbs = (
        "status",
        "list",
        "export",
        "note",
        "evidence",
        "amend",
        "withdraw",
        "retry",
        "snooze",
        "owner",
        "ref",
        "outcome",
        "approve",
        "refuse",
        "approvals",
        "help",
    )
    ways = "Begin with the address of a listing, or with status, list, withdraw, retry, ref, outcome or help."
    return f"I do not understand {quoted(word)}. {meant(word, [*verbs, *Violation], otherwise=ways)}"
