"""Rights on file, as typed: `rights`, `right KEY`, `right add`, `edit KEY`, `retire KEY why`, `restore KEY why`,
`import`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.errors import Invalid
from bot.grammar.nearness import nearest, quoted
from bot.grammar.options import unescaped

RIGHT_USAGE: tuple[tuple[str, str], ...] = (
    ("/takedown-admin rights", "the rights on file, and how each stands"),
    ("/takedown-admin right ACME-EU", "all about one, and how many open notices rest on it"),
    ("/takedown-admin right add", "put one on file; also: right edit ACME-EU, right import (CSV or Excel)"),
    ("/takedown-admin right retire ACME-EU sold", "nothing new under it; right restore ACME-EU brings it back"),
)
RIGHT_FORMS = {
    "rights": "/takedown-admin rights [page:N]",
    "right": "/takedown-admin right KEY | add | import | edit KEY | retire KEY [why] | restore KEY [why]",
}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_VERBS = ("add", "edit", "retire", "restore", "import")
_AROUND = "`'\"“”,;."


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRights:
    """The rights on file; pages count from 1."""

    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowRight:
    """All about one."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddRight:
    """Open the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditRight:
    """Open the form with what is on file."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndRight:
    """Retire a right, or restore one. `why` may be empty: it is asked for."""

    key: str
    why: str
    did: Literal["retire", "restore"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRights:
    """Open the form that takes a file."""


RightCommand = ListRights | ShowRight | AddRight | EditRight | EndRight | ImportRights


def read_rights(said: str) -> RightCommand:
    """What follows `rights`: nothing, a page, or what may follow `right`. Raises: Invalid."""
    word = said.strip().casefold()
    if re.fullmatch(r"(?:page:)?[1-9][0-9]{0,4}", word, re.ASCII):
        return ListRights(page=int(word.removeprefix("page:")))
    return ListRights() if word in ("", "list") else read_right(said)


def read_right(said: str) -> RightCommand:
    """What follows `right`. A verb comes before a key of the same name. Raises: Invalid."""
    verb, *rest = said.split(maxsplit=1) or [""]
    more = rest[0] if rest else ""
    match verb.casefold():
        case "":
            raise Invalid("Say which right, such as `right ACME-EU`; `rights` lists them.")
        case "add" | "import" as word:
            if more:
                raise Invalid(f"`right {word}` opens a form and takes nothing more.")
            return AddRight() if word == "add" else ImportRights()
        case "edit":
            return EditRight(key=_only_key("edit", more))
        case "retire":
            return _end("retire", more)
        case "restore":
            return _end("restore", more)
    if more:
        near = nearest(verb, _VERBS)
        known = f"Did you mean `right {near}`?" if near else f"After `right` comes a key, or {', '.join(_VERBS)}."
        raise Invalid(f"I do not understand `right` {quoted(unescaped(said))}. {known}")
    return ShowRight(key=_key(verb))


def _end(did: Literal["retire", "restore"], said: str) -> EndRight:
    word, *why = said.split(maxsplit=1) or [""]
    if not word:
        raise Invalid(f"Say which right and why, such as `right {did} ACME-EU sold to another company`.")
    return EndRight(key=_key(word), why=unescaped(why[0]).strip() if why else "", did=did)


def _only_key(verb: str, said: str) -> str:
    words = said.split()
    if len(words) != 1:
        raise Invalid(f"`right {verb}` takes the key of one right, such as `right {verb} ACME-EU`.")
    return _key(words[0])


def _key(word: str) -> str:
    key = unescaped(word).strip(_AROUND)
    if not _KEY.fullmatch(key):
        raise Invalid(f"{quoted(unescaped(word))} is not the key of a right; one looks like `ACME-EU`.")
    return key
