"""What a person can ask with `/takedown`, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.model import Violation

Scope = Literal["mine", "open", "waiting", "all"]


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """File a notice for each address. What is None or empty was not given; nothing is checked against the desk.

    `via` names whom to go through, where the address does not say.
    """

    addresses: tuple[str, ...]
    violation: Violation | None
    right: str | None
    seller: str | None
    statement: str
    via: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """Nothing was said: open the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """How a notice stands."""

    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListNotices:
    """Which notices there are. `waiting` ones wait for us; pages count from 1."""

    scope: Scope = "all"
    marketplace: str | None = None
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdraw:
    """Take a notice back. `why` may be empty."""

    notice_id: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Try a failed or uncertain notice again."""

    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """Usage, of everything or of one word."""

    word: str | None


Command = File | Empty | Status | ListNotices | Withdraw | Retry | Help
