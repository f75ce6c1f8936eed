"""Holds, retention and privacy, as typed after `/takedown-admin`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.filing import in_words
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import unescaped
from bot.model import Kept

PRIVACY_USAGE: tuple[tuple[str, str], ...] = (
    ("/takedown-admin holds", "the sellers on legal hold: nothing of theirs is forgotten or erased"),
    ("/takedown-admin hold acme:S-5 letter of the court of 3 March", "put a seller on legal hold, and why"),
    ("/takedown-admin unhold acme:S-5 the case is closed", "end it, and why"),
    ("/takedown-admin retention", "how long each kind of record is kept, and what would go now"),
    ("/takedown-admin retention notices 1095", "keep a kind so many days once it is over, or for good"),
    ("/takedown-admin retention run", "what would go, with the button that lets it go now"),
    ("/takedown-admin privacy export @ann", "all that is kept of a person or seller, as a file to you alone"),
    ("/takedown-admin privacy erase @ann", "what could be erased of a person, seller, value or file, and what not"),
)
PRIVACY_FORMS = {
    "holds": "/takedown-admin holds [page:N]",
    "hold": "/takedown-admin hold SELLER REASON",
    "unhold": "/takedown-admin unhold SELLER REASON",
    "retention": "/takedown-admin retention [KIND DAYS | KIND for good | run]",
    "privacy": "/takedown-admin privacy export|erase @PERSON | SELLER | VALUE | SHA-256 | TD-12",
}
_HOLD = ("SELLER is marketplace:id, such as acme:S-5, or a name in quotation marks. It covers who is linked to them.",)
PRIVACY_NOTES: dict[str, tuple[str, ...]] = {
    "holds": (),
    "hold": _HOLD,
    "unhold": _HOLD,
    "retention": (
        f"KIND is {', '.join(Kept)}.",
        "Open things never go, and nothing of a seller on legal hold, with an open case or an open referral.",
    ),
    "privacy": (
        "Erasing shows first what it would do; a button below asks for the reason, and does it.",
        "VALUE is anything: a telephone number, an e-mail address, a name. A file is named by its hash or its notice.",
    ),
}
PRIVACY_TOPICS = {"legal": "hold", "gdpr": "privacy", "export": "privacy", "erase": "privacy", "forget": "retention"}

_SELLER = re.compile(r'\s*(?:["“”„«](?P<quoted>[^"“”»]*)["“”»]|(?P<bare>\S+))[,;]?(?=\s|$)')
_PERSON = re.compile(r"(?:<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>|@([UW][A-Z0-9]{5,20}))")
_TELEPHONE = re.compile(r"<tel:([^<>|]+)(?:\|([^<>]*))?>", re.IGNORECASE)
_WAYS = ("export", "erase")
_GOOD = frozenset({"for good", "good", "forever", "for ever", "always"})
_DAYS = re.compile(r"(?:for\s+)?([0-9]{1,6})\s*(?:d|days?)?", re.ASCII | re.IGNORECASE)
_SELLER_LIMIT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class ListHolds:
    """Who is on legal hold; pages count from 1."""

    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldSeller:
    """Put a seller on legal hold."""

    seller: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnholdSeller:
    """End a hold."""

    seller: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowRetention:
    """How long what is kept, and what would go now; `run` asks for the button that lets it go."""

    run: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepFor:
    """Keep a kind for so many days once it is over; None is for good."""

    kind: Kept
    days: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportData:
    """All that is kept of somebody: of a person by `user_id`, or of whoever or whatever `who` names."""

    who: str
    user_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EraseData:
    """What could be erased of them."""

    who: str
    user_id: str = ""


PrivacyCommand = ListHolds | HoldSeller | UnholdSeller | ShowRetention | KeepFor | ExportData | EraseData


def read_hold(said: str) -> PrivacyCommand:
    """What follows `hold`. Raises: Invalid."""
    seller, why = _seller_and_reason("hold", said)
    return HoldSeller(seller=seller, why=why)


def read_unhold(said: str) -> PrivacyCommand:
    """What follows `unhold`. Raises: Invalid."""
    seller, why = _seller_and_reason("unhold", said)
    return UnholdSeller(seller=seller, why=why)


def read_retention(said: str) -> PrivacyCommand:
    """What follows `retention`: nothing, `run`, or a kind and how long. Raises: Invalid."""
    word, *rest = said.split(maxsplit=1) or [""]
    kind, how_long = word.casefold().rstrip(":"), " ".join(rest).strip().casefold()
    if not kind or (kind == "run" and not how_long):
        return ShowRetention(run=bool(kind))
    found = next((one for one in Kept if kind in (one.value, one.value.removesuffix("s"))), None)
    if found is None:
        there = f"Kinds: {', '.join(Kept)}; or `run`."
        raise Invalid(f"{quoted(unescaped(word))} is no kind of record. {meant(kind, Kept, otherwise=there)}")
    if how_long in _GOOD:
        return KeepFor(kind=found, days=None)
    days = _DAYS.fullmatch(how_long)
    if days is None:
        raise Invalid(f"Say for how many days, such as `retention {found} 1095`, or `retention {found} for good`.")
    return KeepFor(kind=found, days=int(days[1]))


def read_privacy(said: str) -> PrivacyCommand:
    """What follows `privacy`: `export` or `erase`, and of whom. Raises: Invalid."""
    verb, *rest = said.split(maxsplit=1) or [""]
    if verb.casefold() not in _WAYS:
        ways = "Say `privacy export @name`, or `privacy erase @name`."
        strange = f"I do not understand {quoted(unescaped(verb))}. {meant(verb, _WAYS, otherwise=ways)}"
        raise Invalid(strange if verb else ways)
    user_id, who = read_who("".join(rest))
    if not user_id and not who:
        raise Invalid(f"Say of whom: `privacy {verb.casefold()} @name`, a seller such as acme:S-5, or a value.")
    asked = ExportData(who=who, user_id=user_id)
    return asked if verb.casefold() == "export" else EraseData(who=who, user_id=user_id)


def read_who(said: str) -> tuple[str, str]:
    """The id of a person, if it is one; and the text as typed."""
    person = _PERSON.fullmatch(said.strip())
    if person is not None:
        return person[1] or person[2], ""
    telephone = _TELEPHONE.sub(lambda link: link[2] or link[1], said)
    return "", " ".join(in_words(telephone).replace("`", "").strip().strip('"“”„«»').split())


def _seller_and_reason(verb: str, said: str) -> tuple[str, str]:
    example = f"{verb} acme:S-5 why"
    found = _SELLER.match(said)
    if found is None:
        raise Invalid(f"Say which seller and why, such as `{example}`; a name stands in quotation marks.")
    named = found["quoted"] if found["quoted"] is not None else found["bare"].rstrip(",;")
    seller = " ".join(in_words(named).replace("`", "").split())
    if not seller or len(seller) > _SELLER_LIMIT:
        raise Invalid(f"Say which seller, such as `{example}`; {_SELLER_LIMIT} characters is the most.")
    why = in_words(said[found.end() :])
    if not why:
        raise Invalid(f"Say why after the seller, such as `{example}`: it is kept, and shown to who works on the case.")
    return seller, why
