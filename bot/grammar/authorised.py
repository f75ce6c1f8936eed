"""Sellers who have our leave, as typed: `authorised [add | withdraw KEY why]` and `authorise acme:S-5 …`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import option_at, unescaped

AUTHORISED_USAGE: tuple[tuple[str, str], ...] = (
    ("/takedown-admin authorised", "the sellers who have our leave: nothing is filed against them"),
    ("/takedown-admin authorise acme:S-5 right:ACME-EU until:2027-01-31 our dealer", "give a seller our leave"),
    ("/takedown-admin authorised withdraw acme:S-5 contract ended", "take it back; authorised add opens a form"),
)
AUTHORISED_FORMS = {
    "authorised": "/takedown-admin authorised [page:N] | add | withdraw MARKETPLACE:SELLER[:RIGHT] [why]",
    "authorise": '/takedown-admin authorise MARKETPLACE:SELLER [right:KEY] [until:DAY] [name:"NAME"] [note]',
}
_OPTIONS = ("right", "until", "name")
_SELLER = re.compile(
    r"\s*(?P<market>[A-Za-z0-9][A-Za-z0-9_-]{0,39})"
    r"(?::(?:[\"“”„](?P<quoted>[^\"“”]*)[\"“”]|(?P<bare>[^\s\"“”„]\S*)))?(?=\s|$)"
)
_KEY = re.compile(r"\s*(?:[\"“”„](?P<quoted>[^\"“”]*)[\"“”]|(?P<bare>\S+))")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListAuthorised:
    """Who has our leave; pages count from 1."""

    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class AddAuthorised:
    """Open the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorise:
    """Give a seller our leave. Empty is not given: by id or by name, for every right, for good."""

    marketplace: str
    seller_id: str = ""
    name: str = ""
    right: str = ""
    until: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawAuthorised:
    """Take a leave back. `why` may be empty: it is asked for."""

    key: str
    why: str


AuthorisedCommand = ListAuthorised | AddAuthorised | Authorise | WithdrawAuthorised

_VERBS = ("add", "withdraw", "list")


def read_authorised(said: str) -> AuthorisedCommand:
    """What follows `authorised`. Raises: Invalid."""
    verb, *rest = said.split(maxsplit=1) or [""]
    more = rest[0] if rest else ""
    match verb.casefold():
        case "" | "list":
            return ListAuthorised(page=_page(more))
        case word if word.startswith("page:"):
            return ListAuthorised(page=_page(verb))
        case "add":
            return read_authorise(more) if more.strip() else AddAuthorised()
        case "withdraw":
            return _withdraw(more)
    there_are = "There are: `authorised`, `authorised add`, `authorised withdraw acme:S-5 why`."
    raise Invalid(f"I do not know `authorised` {quoted(unescaped(verb))}. {meant(verb, _VERBS, otherwise=there_are)}")


def read_authorise(said: str) -> Authorise:
    """What follows `authorise`: `acme:S-5 [right:KEY] [until:2027-01-31] [name:"Shop 5"] note`. Raises: Invalid."""
    found = _SELLER.match(said)
    if found is None:
        raise Invalid("Say which seller, such as `authorise acme:S-5 until:2027-01-31 our dealer in Kiel`.")
    options, at = _options(said, found.end())
    seller = unescaped(found["quoted"] or found["bare"] or "").strip()
    return Authorise(
        marketplace=found["market"].casefold(),
        seller_id=seller,
        name=options.get("name", ""),
        right=options.get("right", ""),
        until=options.get("until", ""),
        note=unescaped(said[at:]).strip(),
    )


def _options(said: str, at: int) -> tuple[dict[str, str], int]:
    """The options that come next, and where the note begins."""
    options: dict[str, str] = {}
    while True:
        start = _SPACE.match(said, at)
        at = start.end() if start else at
        option = option_at(said, at, _OPTIONS) if at < len(said) else None
        if option is None:
            return options, at
        if options.setdefault(option.key, option.value) != option.value:
            raise Invalid(f"`{option.key}:` is given twice; say which one you mean.")
        at = option.end


def _withdraw(said: str) -> WithdrawAuthorised:
    found = _KEY.match(said)
    if found is None:
        raise Invalid("Say whose leave ends, as `authorised` lists it: `authorised withdraw acme:S-5 why`.")
    key = unescaped(found["quoted"] or found["bare"] or "").strip()
    # A name is quoted after the marketplace: acme:"Shop 5".
    named = _SELLER.match(said)
    if named is not None and named["quoted"]:
        return WithdrawAuthorised(
            key=f"{named['market']}:{unescaped(named['quoted']).strip()}", why=unescaped(said[named.end() :]).strip()
        )
    return WithdrawAuthorised(key=key, why=unescaped(said[found.end() :]).strip())


def _page(said: str) -> int:
    word = said.strip().casefold().removeprefix("page:")
    if word and not re.fullmatch(r"[1-9][0-9]{0,4}", word, re.ASCII):
        raise Invalid(f"{quoted(word)} is not a page; pages count from 1.")
    return int(word or 1)
