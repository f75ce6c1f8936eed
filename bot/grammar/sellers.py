"""Reading which seller a person names: a key, an id, or a name, in quotation marks where more follows. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.filing import in_words
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped

LONGEST_SELLER = 300
OPENS = '"“”„«'
_WORD = re.compile(r"\s*(\S+)")
QUOTED = re.compile(r'\s*["“”„«]([^"“”»]*)["“”»](?=[\s,;.:]|$)[,;.:]?')


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A seller as named, where in the text the name ends, and whether it stood in quotation marks."""

    seller: str
    end: int
    quoted: bool


def seller_at(text: str, at: int, *, example: str) -> Named:
    """The seller named next. Raises: Invalid."""
    marked = QUOTED.match(text, at)
    if marked is not None:
        return Named(seller=_seller(marked[1], example), end=marked.end(), quoted=True)
    word = _WORD.match(text, at)
    if word is None:
        raise Invalid(f"Say which seller, such as `{example}`.")
    if word[1][0] in OPENS:
        raise Invalid(f"The quotation mark before {quoted(unescaped(word[1][1:]))} is never closed.")
    return Named(seller=_seller(word[1].rstrip(",;"), example), end=word.end(), quoted=False)


def only_seller(verb: str, said: str) -> str:
    """The whole text is one seller, so that a name with spaces needs no quotation marks here. Raises: Invalid."""
    example = f"{verb} acme:S-5"
    if said[:1] not in OPENS or not said:
        return _seller(said, example)
    named = seller_at(said, 0, example=example)
    if said[named.end :].strip():
        raise Invalid(f"`{verb}` takes one seller and nothing more, such as `{example}`.")
    return named.seller


def _seller(said: str, example: str) -> str:
    seller = " ".join(in_words(said).replace("`", "").split())
    if not seller:
        raise Invalid(f"Say which seller, such as `{example}`.")
    if len(seller) > LONGEST_SELLER:
        raise Invalid(f"A seller has at most {LONGEST_SELLER} characters; that has {len(seller)}.")
    return seller
