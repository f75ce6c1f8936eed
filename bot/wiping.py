"""Wiping: words and a person taken out of any value, with something in their place. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from bot.model import Actor

V = TypeVar("V")

SHORTEST = 4
"""Characters of a word that is looked for in texts: a shorter one would be found everywhere."""


@dataclass(frozen=True, kw_only=True)
class Wipe:
    """What goes: `words`, in capitals or not, where they stand alone; and a person. `stand_in` takes their place.

    `exact` go only as they are written: somebody may be called Mark.
    """

    words: tuple[str, ...]
    stand_in: str
    user_id: str = ""
    exact: tuple[str, ...] = ()

    def of(self, value: V, *, but: Collection[str] = ()) -> V:
        """The value without them, all the way down; the very same when there was nothing. `but`: fields to leave."""
        return self._of(value, but)  # type: ignore[no-any-return]

    def found_in(self, value: Any, *, but: Collection[str] = ()) -> bool:
        return bool(self.of(value, but=but) != value)

    def _of(self, value: Any, but: Collection[str] = ()) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self._text(value)
        if isinstance(value, Actor):
            # Who they are here is all there is: the team stays with people, not with what stands for them.
            return Actor(user_id=self.stand_in) if self.user_id and value.user_id == self.user_id else value
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._fields(value, but)
        return self._several(value)

    def _several(self, value: Any) -> Any:
        fresh = value
        if isinstance(value, tuple | list | frozenset):
            fresh = type(value)(self._of(one) for one in value)
        elif isinstance(value, Mapping):
            fresh = {self._of(key): self._of(one) for key, one in value.items()}
        return value if fresh == value else fresh

    def _fields(self, value: Any, but: Collection[str]) -> Any:
        had = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.name not in but}
        fresh = {name: self._of(one) for name, one in had.items()}
        changed = {name: one for name, one in fresh.items() if one != had[name]}
        return dataclasses.replace(value, **changed) if changed else value

    def _text(self, text: str) -> str:
        return self._pattern.sub(lambda _: self.stand_in, text) if self._pattern is not None else text

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return _any_of(tuple(filter(None, (*self.words, self.user_id))), self.exact)


def worth(words: Collection[str]) -> tuple[str, ...]:
    """Those that can be looked for in texts, each once, the longest first."""
    plain = {word.strip() for word in words}
    return tuple(sorted((word for word in plain if len(word) >= SHORTEST), key=lambda word: (-len(word), word)))


def tells(value: Any, words: Collection[str]) -> bool:
    """Whether a value as JSON has it holds one of these in a text, as `Wipe` finds it; the name of a field is none."""
    pattern = _any_of(tuple(words))
    return pattern is not None and any(pattern.search(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)


@lru_cache(maxsize=8)
def _any_of(words: tuple[str, ...], exact: tuple[str, ...] = ()) -> re.Pattern[str] | None:
    wanted = {word: _alone(word) for word in exact} | {word: f"(?i:{_alone(word)})" for word in words}
    longest_first = sorted(wanted, key=len, reverse=True)
    return re.compile("|".join(wanted[word] for word in longest_first)) if wanted else None


def _alone(word: str) -> str:
    """Not inside of a longer word, in scripts that put spaces between words."""
    before = "(?<![A-Za-z0-9_])" if re.match(r"[A-Za-z0-9_]", word) else ""
    after = "(?![A-Za-z0-9_])" if re.search(r"[A-Za-z0-9_]\Z", word) else ""
    return before + re.escape(word) + after
