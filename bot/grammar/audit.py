"""Reading which chain is looked through, and which line of one is taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.commands import Retract
from bot.grammar.filing import in_words
from bot.grammar.ids import AROUND, one_notice
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped

AUDIT_USAGE = (
    ("/takedown-admin audit TD-12", "the chain of custody of a notice, line by line, and whether it is whole"),
    (
        "/takedown-admin audit RF-1 page:2",
        "of a referral, a test purchase, a seller's case, right:KEY; further back",
    ),
)
AUDIT_FORM = "/takedown-admin audit ID|SELLER|KIND:KEY [page:N]"
_NAME_LIMIT = 200
_MOST_PAGES = 100_000
_DIGITS = 6
_PAGE = re.compile(r"page:?\s*([0-9]{1,6})", re.ASCII | re.IGNORECASE)
_HOLDER = re.compile(r"<(?:@|!subteam\^)([USW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowAudit:
    """The chain of custody of something, newest line first; pages count from 1.

    `of` is as it was typed: the id of a notice, of a referral or a purchase, the key of a seller, or `KIND:KEY`.
    """

    of: str
    page: int = 1


def read_audit(said: str) -> ShowAudit:
    """`TD-12`, `RF-1 page:2`, `acme:S-5`, `right ACME-EU`, `role @ann`. Raises: Invalid."""
    page = 1
    found = _PAGE.search(said)
    if found is not None and not said[found.end() :].strip():
        page, said = int(found[1]), said[: found.start()]
    of = " ".join(unescaped(_HOLDER.sub(r"\1", said)).split()).strip(AROUND)
    if ":" not in of:
        of = of.replace(" ", ":", 1)  # a kind, and a key
    if not of:
        raise Invalid("Say of what, such as `audit TD-12`, `audit RF-1` or `audit right:ACME-EU`.")
    if len(of) > _NAME_LIMIT:
        raise Invalid(f"{quoted(of[:_NAME_LIMIT])} is too long to be a name; write it like `audit TD-12 page:2`.")
    if not 1 <= page <= _MOST_PAGES:
        raise Invalid("Pages count from 1; write it like `page:2`.")
    return ShowAudit(of=of, page=page)


def read_retract(said: str) -> Retract:
    """`TD-5 3 it was another listing`. Raises: Invalid."""
    word, *rest = said.split(maxsplit=2) or [""]
    notice_id = one_notice("retract", word)
    line = rest[0].lstrip("#").rstrip(".,:") if rest else ""
    if not re.fullmatch(rf"[0-9]{{1,{_DIGITS}}}", line, re.ASCII) or not int(line):
        raise Invalid(
            f"Say which line, by the number that `status {notice_id}` shows before it, and why: "
            f"`retract {notice_id} 3 it was another listing`."
        )
    why = in_words(rest[1]) if len(rest) > 1 else ""
    if not why:
        raise Invalid(f"Say why, such as `retract {notice_id} {int(line)} it was another listing`.")
    return Retract(notice_id=notice_id, entry=int(line), why=why)
