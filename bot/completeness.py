"""What the law asks of a notice, and what of it a notice would not say. Pure.

Source: Regulation (EU) 2022/2065 (DSA), Article 16(2)(a)-(d), the elements a notice is to contain; 17 U.S.C.
512(c)(3)(A)(i)-(vi), those without which a notification of claimed copyright infringement is not effective. The e-mail
address of (c) and the contact of (iv) are the adapter's to give: docs/filing-checks.md says where each comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urlsplit

from bot.declarations import TEXTS
from bot.listings import find_addresses
from bot.marketplaces import Ask
from bot.model import COPYRIGHT, Law, Right, Violation
from bot.statements import standard_statement

SHORTEST = 15
"""Letters, beside addresses, below which nothing is explained: about three words."""
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""What Unicode counts among letters and signs, and nobody sees: the fillers of Hangul, and Braille without a dot."""
# Where the DSA holds: the member states, the Union itself, and WO, which may name any of them.
_UNION = frozenset(
    "EU WO AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
)
_NAMES_NOTHING = frozenset({"copyright", "work", "works", "photo", "photos", "image", "images", "picture", "pictures"})
_ASKS_ONLY = _NAMES_NOTHING | frozenset(
    (  # noqa: SIM905
        "please kindly now immediately asap urgent thanks thank you your hello dear sir madam team "
        "remove delete take takedown down block stop this that these those the listing listings item items product "
        "products offer offers page pages seller sellers shop store link content file files video videos text "
        "are was were has have had been being and not for from with without our ours mine their they them "
        "his her its who which use uses used using copy copies copied stole stolen steal infringe infringes infringing "
        "infringement violate violates violation copyrighted right rights owner owned own permission authorisation "
        "authorization authorised authorized consent unauthorised unauthorized"
    ).split()
)
"""Words of three letters and more that ask for a removal, and say of which work as little as a title of those above."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a notice would say. `affirmed` is the version of the declaration, None when nobody affirmed one."""

    ask: Ask
    signature: str
    affirmed: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One thing a law asks for. `lacks` says in a sentence what to do where it is missing; `field`, beside what."""

    law: Law
    at: str
    field: str
    lacks: Callable[[Said], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """An element that is not there, and what to do."""

    element: Element
    words: str

    @property
    def law(self) -> Law:
        return self.element.law


def laws_of(ask: Ask) -> tuple[Law, ...]:
    """Which laws a notice is held against, wherever the marketplace sits, which the desk does not know.

    Copyright against 512(c)(3); all else, and copyright in force in the Union, against the DSA. So it is never held
    against less than the letter that would be written of it.
    """
    dmca = ask.violation in COPYRIGHT
    dsa = not dmca or not _UNION.isdisjoint(ask.right.jurisdictions)
    return tuple(law for law, holds in ((Law.DSA, dsa), (Law.DMCA, dmca)) if holds)


def missing(ask: Ask, *, signature: str, affirmed: str | None) -> tuple[Missing, ...]:
    """Everything that is missing, in the order of the laws."""
    said = Said(ask=ask, signature=signature, affirmed=affirmed)
    laws = laws_of(ask)
    found = ((element, element.lacks(said)) for element in ELEMENTS if element.law in laws)
    return tuple(Missing(element=element, words=words) for element, words in found if words)


def unnamed(right: Right) -> str:
    """What a right does not say of itself that every notice under it needs; empty when nothing is lacking."""
    return _owner_of(right) or (_work_of(right) if right.kind == "copyright" else "")


def in_words(lacks: Iterable[Missing]) -> Iterator[tuple[str, str]]:
    """The field and the sentence of each; what several elements ask for is said once, with all of them named."""
    said: dict[tuple[str, str], list[str]] = {}
    for one in lacks:
        said.setdefault((one.element.field, one.words), []).append(one.element.at)
    for (field, words), places in said.items():
        yield field, f"{words} ({'; '.join(places)})"


def _explanation(said: Said) -> str:
    statement = said.ask.statement.strip()
    standard = statement == standard_statement(said.ask.violation, said.ask.right)
    if standard and said.ask.violation is Violation.OTHER:
        return (
            "Please say what is wrong with the listing: the standard statement does not, where it is none of the rest."
        )
    if not (standard or _explains(statement)):
        return "Please say in a sentence why the listing infringes: the statement explains too little."
    return ""


def _explains(text: str) -> bool:
    """Whether there are letters enough, beside addresses; those of scripts that write a word in one or two count
    three."""
    weights = accumulate(map(_weight, _beside_addresses(text)))
    return any(weight >= SHORTEST for weight in weights)  # most are far longer: the rest is not looked at


def _weight(char: str) -> int:
    category = unicodedata.category(char)
    if category[0] != "L" or char in _BLANK:
        return 0
    return 3 if category == "Lo" and unicodedata.east_asian_width(char) in "WF" else 1


def _names_a_work(text: str) -> bool:
    """Whether a word does more than ask for the removal. English alone is told apart; others are taken as they are."""
    words = re.findall(r"[^\W\d_]+", _seen(_beside_addresses(text)).casefold())
    return any(word not in _ASKS_ONLY and (len(word) > 2 or not word.isascii()) for word in words)


def _beside_addresses(text: str) -> str:
    for address in find_addresses(text):
        text = text.replace(address, " ")
    return text


def _seen(text: str) -> str:
    """What of it a reader sees, without the space around it."""
    return "".join(char for char in text if char not in _BLANK and unicodedata.category(char) != "Cf").strip()


def _location(said: Said) -> str:
    address = urlsplit(said.ask.listing.canonical)
    return (
        "" if address.scheme in ("https", "http") and address.hostname else "Please give the listing's exact address."
    )


def _signature(said: Said) -> str:
    return "" if _seen(said.signature) else "Your Slack profile has no name to sign with; please add it there."


def _affirmation(said: Said) -> str:
    if said.affirmed in TEXTS:
        return ""
    return "Please read the declaration and tick it; nothing can be filed without it."


def _owner(said: Said) -> str:
    return _owner_of(said.ask.right)


def _work(said: Said) -> str:
    """A work is named by its number, by a title of its own, or by the words of whoever files."""
    own_words = said.ask.statement.strip() != standard_statement(said.ask.violation, said.ask.right)
    named = own_words and not _explanation(said) and _names_a_work(said.ask.statement)
    return "" if named else _work_of(said.ask.right)


def _owner_of(right: Right) -> str:
    return "" if _seen(right.owner) else f"{right.key} has no owner on file; an admin adds who it belongs to."


def _work_of(right: Right) -> str:
    title = _seen(right.title).casefold()
    nothing = _NAMES_NOTHING | {"", right.key.casefold(), _seen(right.owner).casefold()}
    if _seen(right.registration_no) or title not in nothing:
        return ""
    return (
        f"{right.key} does not say which work it is: name the work in the statement, or have an admin give its title."
    )


ELEMENTS = (
    Element(law=Law.DSA, at="DSA Article 16(2)(a)", field="statement", lacks=_explanation),
    Element(law=Law.DSA, at="DSA Article 16(2)(a)", field="right", lacks=_owner),
    Element(law=Law.DSA, at="DSA Article 16(2)(b)", field="addresses", lacks=_location),
    Element(law=Law.DSA, at="DSA Article 16(2)(c)", field="declaration", lacks=_signature),
    Element(law=Law.DSA, at="DSA Article 16(2)(d)", field="declaration", lacks=_affirmation),
    Element(law=Law.DMCA, at="17 U.S.C. 512(c)(3)(A)(i)", field="declaration", lacks=_signature),
    Element(law=Law.DMCA, at="17 U.S.C. 512(c)(3)(A)(ii)", field="right", lacks=_work),
    Element(law=Law.DMCA, at="17 U.S.C. 512(c)(3)(A)(iii)", field="addresses", lacks=_location),
    Element(law=Law.DMCA, at="17 U.S.C. 512(c)(3)(A)(v)", field="declaration", lacks=_affirmation),
    Element(law=Law.DMCA, at="17 U.S.C. 512(c)(3)(A)(vi)", field="declaration", lacks=_affirmation),
    Element(law=Law.DMCA, at="17 U.S.C. 512(c)(3)(A)(vi)", field="right", lacks=_owner),
)
"""What each law asks for, in its order. Two rows of one place are two things it takes to have it."""
