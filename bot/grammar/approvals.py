"""Reading which notices an approver means: `TD-3, TD-7 and TD-12..TD-40`, `TD-12-TD-40` or `TD-12 to TD-40`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import Invalid
from bot.grammar.commands import Approve, Refuse
from bot.grammar.filing import in_words
from bot.grammar.ids import AROUND, DASHES, notice_id, one_notice
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped

MOST = 1000
"""Notices named at once."""

_WORD = re.compile(r"[^\s,;]+")
_ONE = rf"#?(?:TD[{DASHES}]?)?[0-9]+"
_SPAN = re.compile(rf"({_ONE})(?:\.{{2,3}}|…|[{DASHES}])({_ONE})", re.ASCII | re.IGNORECASE)
_OF_ITS_OWN = re.compile(r"#?TD", re.IGNORECASE)
_BETWEEN = frozenset({"and", "&", "&amp;"})
_TO = frozenset({"to", "..", "...", "…", "-", "–", "—"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """`listed`: a comma or a semicolon stands before it."""

    text: str
    start: int
    listed: bool


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
    words = _words(said)
    if not words:
        raise Invalid(f"Say which notices, such as `{verb} TD-12` or `{verb} TD-12..TD-40`.")
    ids: list[str] = []
    at = 0
    while at < len(words):
        taken = _next(verb, words[at : at + 2], ids)
        if not taken:
            break
        at += taken
        if len(ids) > MOST:
            raise Invalid(f"{MOST} notices at once is the most.")
    return tuple(dict.fromkeys(ids)), said[words[at].start :].strip() if at < len(words) else ""


def _words(said: str) -> list[_Word]:
    words: list[_Word] = []
    end = 0
    for found in _WORD.finditer(said):
        between = said[end : found.start()]
        words.append(_Word(text=found[0], start=found.start(), listed="," in between or ";" in between))
        end = found.end()
    return words


def _next(verb: str, words: Sequence[_Word], ids: list[str]) -> int:
    """Put what the next words name to the ids; how many words it took, 0 when people's own words begin.

    A reason may begin with an id (`refuse TD-12 TD-9 already covers this`): there each further id is listed.
    """
    word, follows = words[0].text, words[1].text if len(words) > 1 else ""
    if not ids:
        ids.extend(_ids(verb, word) or [one_notice(verb, word)])
        return 1
    if word.casefold() in _BETWEEN and (found := _ids(verb, follows)) and _OF_ITS_OWN.match(follows):
        ids.extend(found)
        return 2
    if word.casefold() in _TO and notice_id(follows) and _OF_ITS_OWN.match(follows):
        ids.extend(_span(verb, ids.pop(), follows))
        return 2
    if not _OF_ITS_OWN.match(word) or (verb == "refuse" and not words[0].listed):
        return 0
    found = _ids(verb, word)
    ids.extend(found)
    return 1 if found else 0


def _ids(verb: str, word: str) -> list[str]:
    """What a word names: a notice, or a range of them; nothing when it is neither."""
    span = _SPAN.fullmatch(word.strip(AROUND))
    if span:
        return _span(verb, span[1], span[2])
    found = notice_id(word)
    return [found] if found else []


def _span(verb: str, first: str, last: str) -> list[str]:
    numbers = [int(one_notice(verb, one).removeprefix("TD-")) for one in (first, last)]
    start, end = numbers
    if end < start:
        raise Invalid(f"TD-{start} to TD-{end} runs backwards.")
    if end - start >= MOST:
        raise Invalid(f"{MOST} notices at once is the most; TD-{start} to TD-{end} are {end - start + 1}.")
    return [f"TD-{number}" for number in range(start, end + 1)]
