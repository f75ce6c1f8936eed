"""The text after `/takedown`, read into a typed command. Pure.

`ADDRESS… [VIOLATION] [right:KEY] [seller:ID] [words]`, or a verb: `status`, `list`, `withdraw`, `retry`, `snooze`,
`owner`, `ref`, `outcome`, `help`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args

from bot.errors import Invalid
from bot.grammar.commands import (
    Command,
    Empty,
    File,
    HandOver,
    Help,
    ListNotices,
    Outcome,
    Ref,
    Retry,
    Scope,
    Snooze,
    Status,
    Withdraw,
)
from bot.grammar.filing import in_words, read_filing
from bot.grammar.following import read_hand_over, read_snooze
from bot.grammar.ids import AROUND, notice_id, one_notice
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import option_at, refuse_longer, unescaped
from bot.grammar.outcomes import read_outcome, read_reference
from bot.grammar.usage import USAGE, usage
from bot.grammar.violations import VIOLATION_TITLES

__all__ = [
    "USAGE",
    "VERBS",
    "VIOLATION_TITLES",
    "Command",
    "Empty",
    "File",
    "HandOver",
    "Help",
    "ListNotices",
    "Outcome",
    "Ref",
    "Retry",
    "Snooze",
    "Status",
    "Withdraw",
    "parse",
    "usage",
]

MOST_PAGES = 100_000
LONGEST = 40_000
"""Characters of a command."""

_SCOPES: dict[str, Scope] = {name: name for name in get_args(Scope)}
_KEYS = ("marketplace", "page")
_WORD = re.compile(r"\s*(\S+)")


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


def _retry(said: str) -> Retry:
    return Retry(notice_id=_only_id("retry", said))


def _withdraw(said: str) -> Withdraw:
    word, *why = said.split(maxsplit=1)[:2] or [""]
    return Withdraw(notice_id=one_notice("withdraw", word), why=in_words(why[0]) if why else "")


def _help(said: str) -> Help:
    word = unescaped(said).split(maxsplit=1)[:1]
    return Help(word=word[0].strip(AROUND + "/").casefold() or None if word else None)


def _only_id(verb: str, said: str) -> str:
    words = said.split()
    if len(words) > 1:
        raise Invalid(f"`{verb}` takes the id of one notice and nothing more, such as `{verb} TD-12`.")
    return one_notice(verb, words[0] if words else "")


def _list(said: str) -> ListNotices:
    scope: Scope | None = None
    options: dict[str, str] = {}
    at = 0
    while (word := _WORD.match(said, at)) is not None:
        option = option_at(said, word.start(1), _KEYS)
        if option is None:
            scope, at = _scope(word[1], scope), word.end()
        elif options.setdefault(option.key, option.value) != option.value:
            raise Invalid(f"`{option.key}:` is given twice; say which one you mean.")
        else:
            at = option.end
    marketplace = options.get("marketplace")
    return ListNotices(
        scope=scope or "all",
        marketplace=marketplace.casefold() if marketplace else None,
        page=_page(options.get("page", "1")),
    )


def _scope(word: str, before: Scope | None) -> Scope:
    asked = _SCOPES.get(word.casefold().strip(",;."))
    if asked is None:
        there_are = f"Lists: mine, open, waiting, all; one marketplace is `marketplace:{word[:20].replace('`', '')}`."
        raise Invalid(f"I do not know the list {quoted(unescaped(word))}. {meant(word, _SCOPES, otherwise=there_are)}")
    if before not in (None, asked):
        raise Invalid(f"Two lists are asked for, `{before}` and `{asked}`; say which one you mean.")
    return asked


def _page(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or not 1 <= int(value) <= MOST_PAGES:
        raise Invalid(f"{quoted(value)} is not a page; pages count from 1.")
    return int(value)


_VERBS: Mapping[str, Callable[[str], Command]] = {
    "status": _status,
    "list": _list,
    "withdraw": _withdraw,
    "retry": _retry,
    "snooze": read_snooze,
    "owner": read_hand_over,
    "ref": read_reference,
    "outcome": read_outcome,
    "help": _help,
}
VERBS = frozenset(_VERBS)
