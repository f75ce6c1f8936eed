"""Small records that rarely change, in memory, for as long as nobody says that they did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

KEPT = frozenset(
    {
        "roles",
        "rights",
        "authorised",
        "policies",
        "pauses",
        "circuits",
        "links",
        "schedules",
        "retentions",
        "agencies",
        "holds",
        "grants",
    }
)
"""The kinds that are kept. What is saved of them is told to all processes."""
LONGEST = 1.0
"""Seconds that anything is kept while nobody could tell us."""
MOST = 20_000
"""Records of a kind; of more, each is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """All of a kind, in the order in which they were first saved."""

    every: tuple[Any, ...]
    by_key: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


class Remembered:
    """What was read of each kind. `told` says whether changes by others reach us."""

    def __init__(self, told: Callable[[], bool]) -> None:
        self._told = told
        self._kinds: dict[str, Kind] = {}
        self._changes: Counter[str] = Counter()

    def get(self, kind: str) -> Kind | None:
        found = self._kinds.get(kind)
        if found is not None and not self._told() and time.monotonic() - found.at > LONGEST:
            return None
        return found

    def changes(self, kind: str) -> int:
        """To be asked before reading, for `put`."""
        return self._changes[kind]

    def put(self, kind: str, found: Kind, changes: int) -> None:
        """Keep what was read, unless it was changed since."""
        if self._changes[kind] == changes and len(found.every) <= MOST:
            self._kinds[kind] = found

    def drop(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if kind in KEPT:
                self._changes[kind] += 1
                self._kinds.pop(kind, None)

    def drop_all(self) -> None:
        self.drop(KEPT)
