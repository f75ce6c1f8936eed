"""Portals, where a person files, and the packs they file with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.model.evidence import Evidence
from bot.model.notices import Notice, Violation


class Lists(StrEnum):
    """What a portal's form asks for, one a line."""

    ADDRESSES = "addresses"
    LISTING_IDS = "listing_ids"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """So many days; `business` ones are no Saturday, Sunday or public holiday."""

    days: int
    business: bool = False

    @property
    def words(self) -> str:
        """`3 business days`."""
        return f"{self.days} {'business ' if self.business else ''}{'day' if self.days == 1 else 'days'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """How long a portal takes to decide, and how long we have after a counter-notice. None where nobody says.

    `country` is the one whose public holidays are no business days: a code (ISO 3166), or empty.
    """

    decision: Term | None = None
    counter_notice: Term | None = None
    country: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """One box of a portal's form: its label, and either a fixed text or where its content comes from."""

    label: str
    source: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Portal:
    """A form that a person fills in. `reasons` are the portal's own words for a violation."""

    url: str
    boxes: tuple[Box, ...]
    lists: Lists = Lists.ADDRESSES
    reasons: Mapping[Violation, str] = field(default_factory=dict)
    clocks: Clocks = Clocks()
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """All that a person needs to file a lot: what goes into each box, and what is listed, one a line."""

    lot: str
    notices: tuple[Notice, ...]
    portal: Portal
    boxes: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of its notices, each file once."""
        return tuple({one.sha256: one for notice in self.notices for one in notice.evidence}.values())

    @property
    def file_name(self) -> str:
        """What people call the file with the lines."""
        return f"{self.lot}.txt"


def spanned(notices: Sequence[Notice]) -> str:
    """The ids in order, as short as is true: `TD-3, TD-5 to TD-12`."""
    runs: list[list[Notice]] = []
    for notice in sorted(notices, key=lambda one: one.number):
        if runs and notice.number == runs[-1][-1].number + 1:
            runs[-1].append(notice)
        else:
            runs.append([notice])
    return ", ".join(run[0].id if len(run) == 1 else f"{run[0].id} to {run[-1].id}" for run in runs)
