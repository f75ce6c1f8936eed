"""Reading which notices an approver means: `TD-3, TD-7 and TD-12..TD-40`, or `TD-12 to TD-40`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.errors import Invalid
from bot.grammar.commands import Approve, Refuse
from bot.grammar.filing import in_words
from bot.grammar.ids import notice_id, one_notice
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped

MOST = 1000
"""Notices named at once."""

_WORD = re.compile(r"[^\s,;]+")
_SPAN = re.compile(r"(.+?)(?:\.{2,3}|…)(.+)")
_OF_ITS_OWN = re.compile(r"#?TD", re.IGNORECASE)
_BETWEEN = frozenset({"and", "&", "&amp;"})
_TO = frozenset({"to", "-", "–", "—"})


def read_approval(said: str) -> Approve:
    """Raises: Invalid."""
    ids, rest = _named("approve", said)
    if rest:
        word = rest.split(maxsplit=1)[0]
        raise Invalid(f"`approve` takes the ids of notices and nothing more; {quoted(unescaped(word))} is none.")
    return Approve(notice_ids=ids)


def read_refusal(said: str) -> Refuse:
    """Raises: Invalid."""
    ids, rest = _named("refuse", said)
    if not rest:
        raise Invalid(f"Say why too, such as `refuse {ids[0]} not our product`; who filed it is told.")
    return Refuse(notice_ids=ids, why=in_words(rest))


def read_ids(said: str) -> tuple[str, ...]:
    """The ids in a field of a form, each once; none for nothing. Raises: Invalid."""
    if not said.strip():
        return ()
    ids, rest = _named("approve", said)
    if rest:
        word = rest.split(maxsplit=1)[0]
        raise Invalid(f"{quoted(unescaped(word))} is not the id of a notice; write TD-3, TD-7 to TD-12.", field="only")
    return ids


def _named(verb: str, said: str) -> tuple[tuple[str, ...], str]:
    """The ids at the start, each once, and what is said after them."""
    words = list(_WORD.finditer(said))
    if not words:
        raise Invalid(f"Say which notices, such as `{verb} TD-12` or `{verb} TD-12..TD-40`.")
    ids: list[str] = []
    at = 0
    while at < len(words):
        taken = _next(verb, [word[0] for word in words[at : at + 3]], ids)
        if not taken:
            break
        at += taken
        if len(ids) > MOST:
            raise Invalid(f"{MOST} notices at once is the most.")
    return tuple(dict.fromkeys(ids)), said[words[at].start() :].strip() if at < len(words) else ""


def _next(verb: str, words: Sequence[str], ids: list[str]) -> int:
    """Put what the next words name to the ids; how many words it took, 0 when people's own words begin."""
    word, follows = words[0], [one for one in words[1:] if _OF_ITS_OWN.match(one)]
    if not ids:
        span = _SPAN.fullmatch(word)
        ids.extend(_span(verb, span[1], span[2]) if span else [one_notice(verb, word)])
        return 1
    if word.casefold() in _BETWEEN and follows and words[1] == follows[0] and notice_id(words[1].split("..")[0]):
        return 1
    if word.casefold() in _TO and follows and words[1] == follows[0] and notice_id(words[1]):
        ids.extend(_span(verb, ids.pop(), words[1]))
        return 2
    if not _OF_ITS_OWN.match(word):
        return 0
    span = _SPAN.fullmatch(word)
    if span and notice_id(span[1]) and notice_id(span[2]):
        ids.extend(_span(verb, span[1], span[2]))
        return 1
    found = notice_id(word)
    ids.extend([found] if found else [])
    return 1 if found else 0


def _span(verb: str, first: str, last: str) -> list[str]:
    numbers = [int(one_notice(verb, one).removeprefix("TD-")) for one in (first, last)]
    start, end = numbers
    if end < start:
        raise Invalid(f"TD-{start} to TD-{end} runs backwards.")
    if end - start >= MOST:
        raise Invalid(f"{MOST} notices at once is the most; TD-{start} to TD-{end} are {end - start + 1}.")
    return [f"TD-{number}" for number in range(start, end + 1)]
