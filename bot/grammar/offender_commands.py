"""What a person can ask with `/offenders`, as values. A seller is as the person named it: a key, an id or a name."""

from __future__ import annotations

from dataclasses import dataclass

from bot.grammar.case_commands import CaseCommand
from bot.grammar.referrals import ReferOffender
from bot.model import IdentifierKind


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOffenders:
    """Against whom something was upheld. None: of any, and the policy's window.

    `threshold` is the fewest upheld notices; `muted` shows the person's muted ones too.
    """

    window_days: int | None = None
    marketplace: str | None = None
    right: str | None = None
    threshold: int | None = None
    page: int = 1
    muted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowOffender:
    """All that is known of a seller."""

    seller: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WhyOffender:
    """The parts of a seller's score."""

    seller: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSellers:
    """Two sellers are one. The reason may be empty; the desk asks for it."""

    a: str
    b: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnlinkSellers:
    """Two sellers are not one. The reason may be empty; the desk asks for it."""

    a: str
    b: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Identify:
    """Put an identifier on file. `value` as typed."""

    seller: str
    kind: IdentifierKind
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Forget:
    """Take an identifier off file. `value` as typed."""

    seller: str
    kind: IdentifierKind
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow:
    """Watch or mute a seller, or stop that. What is None stays as it is."""

    seller: str
    watching: bool | None = None
    muted: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestions:
    """Which sellers may be the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OffenderHelp:
    """Usage, of everything or of one word."""

    word: str | None


OffenderCommand = (
    ListOffenders
    | ShowOffender
    | WhyOffender
    | LinkSellers
    | UnlinkSellers
    | Identify
    | Forget
    | Follow
    | Suggestions
    | ReferOffender
    | OffenderHelp
    | CaseCommand
)
