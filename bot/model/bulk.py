"""A bulk: up to some hundred listings that one person checks as a table and files with one press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.notices import Declaration, Listing
from bot.model.people import Actor


class LineVerdict(StrEnum):
    """What a line of a bulk came to."""

    FILED = "filed"
    FINE = "fine"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class BulkState(StrEnum):
    """Where a bulk stands. `stopped`: it was undone, or its person may not file any more."""

    CHECKING = "checking"
    CHECKED = "checked"
    FILING = "filing"
    DONE = "done"
    STOPPED = "stopped"

    @property
    def at_work(self) -> bool:
        return self in (BulkState.CHECKING, BulkState.FILING)


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkLine:
    """A listing as it was typed, and what came of it. `number` is what the person sees: a row, or the how-manieth.

    `violation` is as typed until it was understood. Where `wrong` is set the line is never filed: it says why.
    `same_as` is the number of the line that is about the same listing and right. `tried` is the last run it was in.
    """

    number: int
    address: str
    violation: str = ""
    right: str = ""
    seller: str = ""
    statement: str = ""
    message: str = ""
    via: str = ""
    wrong: str = ""
    verdict: LineVerdict = LineVerdict.FINE
    why: str = ""
    listing: Listing | None = None
    notice_id: str = ""
    same_as: int = 0
    tried: int = 0

    def open_in(self, run: int, *, again: bool) -> bool:
        """Whether this run has still to file it: what was fine, or all that was not filed when it is tried again."""
        wanted = self.verdict is LineVerdict.FINE or (again and self.verdict is not LineVerdict.FILED)
        return wanted and not self.wrong and not self.same_as and self.tried < run


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkLines:
    """A stretch of a bulk's lines, saved together: progress costs what it weighs."""

    bulk_id: str
    number: int
    version: int
    lines: tuple[BulkLine, ...]

    @property
    def key(self) -> str:
        return lines_key(self.bulk_id, self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """What a person files in bulk. Its lines lie beside it, in `parts` stretches.

    `filed_in` is where the cards go; `channel`, `ts` and `tried_at` are of the message with its table, which only
    that person sees. `text_version` is of the declaration below it, `round` counts how often it was
    made anew, `run` how often filing was asked for.
    """

    id: str
    version: int
    submitter: Actor
    filed_in: str
    created_at: datetime
    lines: int
    parts: int
    state: BulkState = BulkState.CHECKING
    notes: tuple[str, ...] = ()
    text_version: str = ""
    round: int = 0
    run: int = 0
    again: bool = False
    cursor: int = 0
    done: int = 0
    to_do: int = 0
    declaration: Declaration | None = None
    batch_id: str = ""
    why: str = ""
    channel: str = ""
    ts: str = ""
    tried_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.id


def lines_key(bulk_id: str, number: int) -> str:
    return f"{bulk_id}:{number}"
