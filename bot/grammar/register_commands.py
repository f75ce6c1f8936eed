"""What a person can ask with `/takedown-admin`, as values. Nothing is checked against the desk."""

from __future__ import annotations

from dataclasses import dataclass

from bot.grammar.agencies import AgencyCommand
from bot.grammar.audit import ShowAudit
from bot.grammar.authorised import AuthorisedCommand
from bot.grammar.commands import WhoAmI
from bot.grammar.privacy import PrivacyCommand
from bot.grammar.rights import RightCommand
from bot.model import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What there is to administer, with a button for each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveRoles:
    """Give a person (`U…`, `W…`) or a user group (`S…`) these roles besides those they have."""

    holder: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeRoles:
    """Take every role back that a person or a user group was given."""

    holder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EditRoles:
    """Open the form, for a person if one was named."""

    holder: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRoles:
    """Who has which role; pages count from 1."""

    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowPolicy:
    """The rules of filing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowMarketplaces:
    """How each marketplace does; pages count from 1."""

    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseMarketplace:
    """Send nothing to a marketplace until it is resumed. `why` may be empty: it is asked for."""

    marketplace: str
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeMarketplace:
    """Send to it again."""

    marketplace: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowHistory:
    """The changes of the register, newest first.

    `what` is empty for all, an id of a person or group, a kind (`roles`) or a key; pages count from 1.
    """

    what: str = ""
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterHelp:
    """Usage, of everything or of one word."""

    word: str | None


RegisterCommand = (
    Overview
    | WhoAmI
    | GiveRoles
    | TakeRoles
    | EditRoles
    | ListRoles
    | ShowPolicy
    | ShowMarketplaces
    | PauseMarketplace
    | ResumeMarketplace
    | ShowHistory
    | ShowAudit
    | RightCommand
    | AuthorisedCommand
    | PrivacyCommand
    | AgencyCommand
    | RegisterHelp
)
