"""Agencies, as typed after `/takedown-admin`: `agency`, `agency KEY`, `agency on|off|edit KEY`, `agency add [KEY]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.nearness import nearest, quoted
from bot.grammar.options import unescaped

AGENCY_USAGE: tuple[tuple[str, str], ...] = (
    ("/takedown-admin agency", "the agencies an offender can be referred to, which are on, and those you may turn on"),
    ("/takedown-admin agency on pipcu", "let offenders be referred there; agency off pipcu ends it"),
    ("/takedown-admin agency edit pipcu", "name, contact, form, what a dossier shows; agency add puts another on file"),
)
AGENCY_FORMS = {"agency": "/takedown-admin agency [KEY] | on KEY | off KEY | edit KEY | add [KEY]"}
AGENCY_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_VERBS = ("on", "off", "add", "edit", "list")
_AROUND = "`'\"“”,;."


@dataclass(frozen=True, kw_only=True, slots=True)
class ListAgencies:
    """The agencies on file, and the examples that are not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowAgency:
    """All about one."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnAgency:
    """Let offenders be referred there, or no longer."""

    key: str
    on: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EditAgency:
    """Open the form; empty for a new one."""

    key: str = ""


AgencyCommand = ListAgencies | ShowAgency | TurnAgency | EditAgency


def read_agency(said: str) -> AgencyCommand:
    """What follows `agency`. Raises: Invalid."""
    verb, *rest = said.split(maxsplit=1) or [""]
    more = rest[0].strip() if rest else ""
    match verb.casefold():
        case "" | "list":
            return ListAgencies()
        case "on" | "off":
            return TurnAgency(key=_only_key(verb.casefold(), more), on=verb.casefold() == "on")
        case "edit":
            return EditAgency(key=_only_key("edit", more))
        case "add":
            return EditAgency(key=_only_key("add", more) if more else "")
    if more:
        near = nearest(verb, _VERBS)
        known = f"Did you mean `agency {near}`?" if near else "After `agency` comes a key, or on, off, edit or add."
        raise Invalid(f"I do not understand {quoted(f'agency {unescaped(said)}')}. {known}")
    return ShowAgency(key=agency_key(verb))


def agency_key(word: str) -> str:
    """Raises: Invalid."""
    key = unescaped(word).strip(_AROUND).casefold()
    if not AGENCY_KEY.fullmatch(key):
        raise Invalid(f"{quoted(unescaped(word))} is not the key of an agency; one looks like `pipcu`.")
    return key


def _only_key(verb: str, said: str) -> str:
    words = said.split()
    if len(words) != 1:
        raise Invalid(f"`agency {verb}` takes the key of one agency, such as `agency {verb} pipcu`.")
    return agency_key(words[0])
