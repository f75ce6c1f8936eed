"""What a person can ask of cases and test purchases, as values. A seller is as the person named it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.model import CaseState

Which = Literal["mine", "open", "closed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignCase:
    """Somebody looks after an offender from now on; `to` is a user id."""

    seller: str
    to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowCase:
    """All about a case."""

    seller: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteCase:
    """Keep a note with a case."""

    seller: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NextStep:
    """What is done next. `said` begins with the day, in people's words; empty: there is no next step any more."""

    seller: str
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCase:
    """A case is in another state. The reason may be empty."""

    seller: str
    state: CaseState
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListCases:
    """Cases, a page of them; with an `owner` (user id), theirs that are open."""

    which: Which = "open"
    owner: str = ""
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPurchase:
    """Open the form for a test purchase."""

    seller: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPurchases:
    """The test purchases from a seller."""

    seller: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowPurchase:
    """All about a test purchase."""

    purchase_id: str


CaseCommand = (
    AssignCase | ShowCase | NoteCase | NextStep | SetCase | ListCases | OrderPurchase | ListPurchases | ShowPurchase
)
