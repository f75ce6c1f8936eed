"""A desk that is moved from one store to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.model.deliveries import Card
from bot.model.notices import Event, Notice


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """The mark of a copy that is being taken in; it is there until all is in and was checked, and no desk starts on it.

    `source` names where it comes from, without any password. `taken` counts what is in, in the order in which the
    source gives it, and `digest` is the sum of its hashes: whoever goes on sees whether the source is still the same.
    """

    KEY: ClassVar[str] = "copy"

    version: int
    source: str
    taken: int
    digest: str
    at: datetime

    @property
    def key(self) -> str:
        return self.KEY


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """A notice that is over, with what happened to it. Each notice of a batch comes with the batch's card."""

    notice: Notice
    events: tuple[Event, ...]
    card: Card | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """Ids of notices were given away up to this number."""

    number: int
