"""The text after `/takedown`, read into a typed command. Pure.

`ADDRESS… [VIOLATION] [right:KEY] [seller:ID] [words]`, or a verb: `bulk`, `status`, `list`, `export`, `note`,
`retract`, `evidence`, `amend`, `withdraw`, `retry`, `snooze`, `owner`, `ref`, `outcome`, `approve`, `refuse`,
`approvals`, `whoami`, `help`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.errors import Invalid
from bot.grammar.approvals import read_approval, read_refusal
from bot.grammar.audit import read_retract
from bot.grammar.commands import (
    Amend,
    Approvals,
    Approve,
    Command,
    Empty,
    Export,
    File,
    HandOver,
    Help,
    InBulk,
    ListNotices,
    Note,
    Outcome,
    Ref,
    Refuse,
    Retract,
    Retry,
    Scope,
    ShowEvidence,
    Snooze,
    Status,
    WhoAmI,
    Withdraw,
)
from bot.grammar.filing import in_words, read_filing
from bot.grammar.following import read_hand_over, read_snooze
from bot.grammar.ids import AROUND, notice_id, one_notice
from bot.grammar.lists import as_typed, read_export, read_list, read_page
from bot.grammar.options import option_at, refuse_longer, unescaped
from bot.grammar.outcomes import read_outcome, read_reference
from bot.grammar.usage import USAGE, usage
from bot.grammar.violations import VIOLATION_TITLES

__all__ = [
    "USAGE",
    "VERBS",
    "VIOLATION_TITLES",
    "Amend",
    "Approvals",
    "Approve",
    "Command",
    "Empty",
    "Export",
    "File",
    "HandOver",
    "Help",
    "InBulk",
    "ListNotices",
    "Note",
    "Outcome",
    "Ref",
    "Refuse",
    "Retract",
    "Retry",
    "Scope",
    "ShowEvidence",
    "Snooze",
    "Status",
    "WhoAmI",
    "Withdraw",
    "as_typed",
    "parse",
    "usage",
]

LONGEST = 40_000
"""Characters of a command."""


def parse(text: str) -> Command:
    """What a person asks for. Verbs and ids in any case; nothing is checked against the desk.

    Raises:
        Invalid: one or two sentences say what was not understood, and what was probably meant.
    """
    text = text.strip()
    if not text:
        return Empty()
    refuse_longer(text, LONGEST)
    verb, *rest = text.split(maxsplit=1)
    said = rest[0] if rest else ""
    reader = _VERBS.get(verb.casefold())
    if reader is not None:
        return reader(said)
    named = notice_id(verb)
    if named is not None:
        raise Invalid(f"Say what to do with {named}. Did you mean `status {named}`?")
    return read_filing(text)


def _status(said: str) -> Status:
    return Status(notice_id=_only_id("status", said))


def _bulk(said: str) -> InBulk:
    return InBulk(asked=read_filing(said) if said else None)


def _retry(said: str) -> Retry:
    return Retry(notice_id=_only_id("retry", said))


def _withdraw(said: str) -> Withdraw:
    word, *why = said.split(maxsplit=1)[:2] or [""]
    return Withdraw(notice_id=one_notice("withdraw", word), why=in_words(why[0]) if why else "")


def _note(said: str) -> Note:
    word, *words = said.split(maxsplit=1) or [""]
    notice_id = one_notice("note", word)
    if not words:
        raise Invalid(f"Say what is to be remembered of {notice_id}, such as `note {notice_id} called the seller`.")
    return Note(notice_id=notice_id, words=in_words(words[0]))


def _whoami(said: str) -> WhoAmI:
    if said.strip():
        raise Invalid("`whoami` stands alone: it is about you.")
    return WhoAmI()


def _amend(said: str) -> Amend:
    return Amend(notice_id=_only_id("amend", said))


def _evidence(said: str) -> ShowEvidence:
    return ShowEvidence(notice_id=_only_id("evidence", said))


def _help(said: str) -> Help:
    word = unescaped(said).split(maxsplit=1)[:1]
    return Help(word=word[0].strip(AROUND + "/").casefold() or None if word else None)


def _only_id(verb: str, said: str) -> str:
    words = said.split()
    if len(words) > 1:
        raise Invalid(f"`{verb}` takes the id of one notice and nothing more, such as `{verb} TD-12`.")
    return one_notice(verb, words[0] if words else "")


def _approvals(said: str) -> Approvals:
    option = option_at(said, 0, ("page",)) if said else None
    if said and (option is None or said[option.end :].strip()):
        raise Invalid("`approvals` takes a page and nothing more, such as `approvals page:2`.")
    return Approvals(page=read_page(option.value) if option else 1)


_VERBS: Mapping[str, Callable[[str], Command]] = {
    "bulk": _bulk,
    "status": _status,
    "list": read_list,
    "export": read_export,
    "note": _note,
    "retract": read_retract,
    "evidence": _evidence,
    "amend": _amend,
    "withdraw": _withdraw,
    "retry": _retry,
    "snooze": read_snooze,
    "owner": read_hand_over,
    "ref": read_reference,
    "outcome": read_outcome,
    "approve": read_approval,
    "refuse": read_refusal,
    "approvals": _approvals,
    "whoami": _whoami,
    "help": _help,
}
VERBS = frozenset(_VERBS)
