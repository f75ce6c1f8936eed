"""What is left of what was forgotten, and a notice with all that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.notices import Event, Notice
from bot.model.people import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What stands for a history that is gone: of what (`TD-12`, `purchase:TP-3`), and under which rule, in words.

    `lines` counts what it held, `head` is the hash of its last line, empty where it was not chained. An id that was
    forgotten is never given away again.
    """

    of: str
    version: int
    lines: int
    head: str
    rule: str
    by: Actor
    at: datetime

    @property
    def key(self) -> str:
        return self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class Chronicle:
    """A notice with all that happened to it, and whether it is archived."""

    notice: Notice
    events: tuple[Event, ...]
    archived: bool
