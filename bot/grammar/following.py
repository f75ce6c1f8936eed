"""Reading who looks after a notice, and until when nobody is reminded of it."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.errors import Invalid
from bot.grammar.commands import HandOver, Snooze
from bot.grammar.filing import in_words
from bot.grammar.ids import one_notice
from bot.grammar.nearness import quoted
from bot.grammar.options import unescaped

_WAIT = re.compile(r"([0-9]{1,4})\s*(h|d|w)(?:ours?|ays?|eeks?)?", re.ASCII | re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}
_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>")


def read_snooze(said: str) -> Snooze:
    """`TD-12 2d waiting for legal`, or `TD-12 off`. Raises: Invalid."""
    word, *rest = said.split(maxsplit=1) or [""]
    notice_id = one_notice("snooze", word)
    length, *why = rest[0].split(maxsplit=1) if rest else ["1d"]
    if length.casefold() in ("off", "end", "0"):
        return Snooze(notice_id=notice_id, wait=timedelta())
    found = _WAIT.fullmatch(length)
    if found is None or int(found[1]) == 0:
        shown = quoted(unescaped(length))
        raise Invalid(
            f"{shown} is not a time to wait; write it like `4h`, `2d` or `1w`, or `off` to be reminded again."
        )
    wait = timedelta(hours=int(found[1]) * _HOURS[found[2].casefold()])
    return Snooze(notice_id=notice_id, wait=wait, why=in_words(why[0]) if why else "")


def read_hand_over(said: str) -> HandOver:
    """`TD-12 @bo`. Raises: Invalid."""
    word, *rest = said.split(maxsplit=1) or [""]
    notice_id = one_notice("owner", word)
    found = _MENTION.fullmatch(rest[0].strip()) if rest else None
    if found is None:
        raise Invalid(f"Say who is to look after it, such as `owner {notice_id} @name`; choose the name Slack offers.")
    return HandOver(notice_id=notice_id, to=found[1])
