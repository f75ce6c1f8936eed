"""Ids as people type them: of a notice, of a lot that is filed by hand, and of whatever else is numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped

AROUND = "`*~\"'“”‘’()[]<>.,;:!?"

DASHES = r"\-_\u2010\u2011\u2012\u2013\u2014\u2212"
_NOTICE = re.compile(rf"#?(?:TD)?[{DASHES}]?0*([0-9]+)", re.ASCII | re.IGNORECASE)
_LOT = re.compile(rf"#?LOT[{DASHES}]?0*([0-9]+)", re.ASCII | re.IGNORECASE)


def notice_id(word: str) -> str | None:
    """`TD-12` from `td-12`, `TD12`, `#12` or `12`. Ids count from 1 and have at most nine digits."""
    return _id(_NOTICE, "TD", word)


def lot_id(word: str) -> str | None:
    """`LOT-3` from `lot-3` or `LOT3`."""
    return _id(_LOT, "LOT", word)


def one_notice(verb: str, word: str) -> str:
    """Raises: Invalid: no id, or not a notice's."""
    if not word:
        raise Invalid(f"Say which notice, such as `{verb} TD-12`.")
    found = notice_id(word)
    if found is None and (lot := lot_id(word)):
        raise Invalid(f"{lot} is a lot. Name one of its notices, such as `{verb} TD-{lot.removeprefix('LOT-')}`.")
    if found is None:
        raise Invalid(f"{quoted(unescaped(word))} is not the id of a notice; one looks like `TD-12`.")
    return found


def notice_or_lot(verb: str, word: str) -> str:
    """Raises: Invalid: no id, or neither a notice's nor a lot's."""
    if not word:
        raise Invalid(f"Say which notice or lot, such as `{verb} TD-12 …` or `{verb} LOT-12 …`.")
    found = notice_id(word) or lot_id(word)
    if found is None:
        shown = quoted(unescaped(word))
        raise Invalid(f"{shown} is not the id of a notice or a lot; they look like `TD-12` and `LOT-12`.")
    return found


def _id(pattern: re.Pattern[str], kind: str, word: str) -> str | None:
    found = pattern.fullmatch(unescaped(word).strip(AROUND)) if len(word) < 80 else None
    digits = found[1].lstrip("0") if found else ""
    return f"{kind}-{digits}" if 1 <= len(digits) <= 9 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """Ids of another kind: `RF` of a referral, as in `example`, `RF-12`. The command `lists` shows which there are."""

    kind: str
    what: str
    example: str
    lists: str

    def read(self, word: str) -> str | None:
        """`RF-12` from `rf-12`, `RF12`, `#12` or `12`. Ids are as those of notices."""
        pattern = rf"#?(?:{self.kind})?[{DASHES}]?0*([0-9]+)"
        return _id(re.compile(pattern, re.ASCII | re.IGNORECASE), self.kind, word)

    def one(self, verb: str, word: str) -> str:
        """Raises: Invalid: no id, or none of these."""
        if not word:
            raise Invalid(f"Say which {self.what}, such as `{verb} {self.example}`; `{self.lists}` lists them.")
        found = self.read(word)
        if found is None:
            shown = quoted(unescaped(word))
            raise Invalid(f"{shown} is not the id of a {self.what}; one looks like `{self.example}`.")
        return found

    def only(self, verb: str, said: str) -> str:
        """Raises: Invalid: more than an id, or as `one`."""
        words = said.split()
        if len(words) > 1:
            such = f"such as `{verb} {self.example}`"
            raise Invalid(f"`{verb}` takes the id of one {self.what} and nothing more, {such}.")
        return self.one(verb, words[0] if words else "")
