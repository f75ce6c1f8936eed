"""What a schedule should be, as people type it: `#brand weekly mon 09:00 Europe/Berlin threshold:3`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from bot import schedules
from bot.errors import Invalid
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import option_at, unescaped
from bot.grammar.wish_values import DAYS, READERS, is_time, is_window, time_of_day, weekdays, window
from bot.model import CatchUp, OnHoliday, Rhythm


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What was said of a schedule; None was not. Empty rights or marketplaces mean all, empty holidays none."""

    channel_id: str | None = None
    channel_name: str | None = None
    rhythm: Rhythm | None = None
    at: time | None = None
    weekdays: tuple[int, ...] | None = None
    day: int | None = None
    cron: str | None = None
    tz: str | None = None
    window_days: int | None = None
    threshold: int | None = None
    rights: tuple[str, ...] | None = None
    marketplaces: tuple[str, ...] | None = None
    quiet_when_empty: bool | None = None
    only_on_change: bool | None = None
    holidays: str | None = None
    on_holiday: OnHoliday | None = None
    catch_up: CatchUp | None = None


_CHANNEL = re.compile(r"<#([CGD][A-Z0-9]+)(?:\|([^<>|]*))?>[,;]?")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{8,}")
_BARE_CRON = re.compile(r"cron[:=\s]\s*([0-9*@][^\s\"'“”]*(?:\s+[^\s\"'“”]+){4})", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_PAIR = re.compile(r"(\S+)\s+(\S+)")
_HALF = re.compile(r"([0-9]{1,2}(?:[:.][0-9]{2})?)\s+([ap])\.?m\b\.?", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\.?")
_AROUND = ",;.!()“”\"'`"
_NOISE = frozenset(["a", "and", "at", "each", "every", "for", "in", "of", "on", "post", "the", "to"])
_RHYTHMS: Mapping[str, Rhythm] = {
    **dict.fromkeys(("daily", "everyday", "every day", "each day"), Rhythm.DAILY),
    **dict.fromkeys(("workdays", "workday", "weekdays", "weekday", "working days", "working day"), Rhythm.WORKDAYS),
    **dict.fromkeys(("business days", "business day"), Rhythm.WORKDAYS),
    **dict.fromkeys(("weekly", "every week", "each week"), Rhythm.WEEKLY),
    **dict.fromkeys(("monthly", "every month", "each month"), Rhythm.MONTHLY),
}
_TOO_OFTEN = (
    "Digests come at most daily: write `daily 09:00`. Only `cron:` makes more of them; see `/digest help cron`."
)
_NO_FORTNIGHT = "A digest every second week does not exist: write `weekly mon`, or `monthly 1`."
_NO_RHYTHM: Mapping[str, str] = {
    **dict.fromkeys(("hourly", "every hour", "each hour", "every minute"), _TOO_OFTEN),
    **dict.fromkeys(("biweekly", "bi-weekly", "fortnightly", "every fortnight"), _NO_FORTNIGHT),
    **dict.fromkeys(("every second", "every other", "every two", "every 2"), _NO_FORTNIGHT),
}
_FLAG = re.compile(
    r"(?:--|[—–]-?)?(quiet(?:[ -]when[ -]empty)?|only[ -]on[ -]change)(?=[\s,;.]|$)[,;.]*", re.IGNORECASE
)
_OPTIONS: Mapping[str, str] = {
    "threshold": "threshold",
    "window": "window_days",
    "right": "rights",
    "rights": "rights",
    "marketplace": "marketplaces",
    "marketplaces": "marketplaces",
    "holidays": "holidays",
    "holiday": "holidays",
    "on-holiday": "on_holiday",
    "on_holiday": "on_holiday",
    "catch-up": "catch_up",
    "catch_up": "catch_up",
    "catchup": "catch_up",
    "cron": "cron",
    "tz": "tz",
    "timezone": "tz",
    "zone": "tz",
    "quiet": "quiet_when_empty",
    "quiet-when-empty": "quiet_when_empty",
    "only-on-change": "only_on_change",
}
OPTIONS = ("threshold", "window", "right", "marketplace", "holidays", "on-holiday", "catch-up", "cron", "tz")
"""The names that are shown; others are read too."""

_SHOWN = {
    "channel_id": "The channel",
    "rhythm": "How often",
    "at": "The time",
    "weekdays": "The weekdays",
    "day": "The day of the month",
    "tz": "The time zone",
    "window_days": "`window:`",
    "quiet_when_empty": "`quiet`",
    "only_on_change": "`only-on-change`",
    "rights": "`right:`",
    "marketplaces": "`marketplace:`",
}


def read_wish(text: str) -> Wish:
    """Everything in any order. What was not said stays None: defaults are the desk's.

    Raises:
        Invalid: a word is not understood, a value is out of bounds, or two of them cannot both be meant.
    """
    found: dict[str, Any] = {}
    at = 0
    while (word := _WORD.search(text, at)) is not None:
        at = _read_one(text, word.start(), found)
    return Wish(**_settled(found))


def _read_one(text: str, at: int, found: dict[str, Any]) -> int:
    """Reads what begins at `at`; where it ends."""
    channel = _CHANNEL.match(text, at)
    if channel is not None:
        _put(found, "channel_id", channel[1])
        found["channel_name"] = unescaped(channel[2]) if channel[2] else None
        return channel.end()
    for reader in (_read_flag, _read_bare_cron, _read_option, _read_half, _read_phrase):
        end = reader(text, at, found)
        if end is not None:
            return end
    word = _word(text, at)
    _read_word(word, found)
    return at + len(word)


def _read_flag(text: str, at: int, found: dict[str, Any]) -> int | None:
    flag = _FLAG.match(text, at)
    if flag is None:
        return None
    _put(found, "quiet_when_empty" if flag[1].casefold().startswith("quiet") else "only_on_change", True)
    return flag.end()


def _read_bare_cron(text: str, at: int, found: dict[str, Any]) -> int | None:
    """Five fields without quotation marks, which would otherwise end at the first space."""
    cron = _BARE_CRON.match(text, at)
    if cron is None:
        return None
    _put(found, "cron", schedules.checked_cron(cron[1]))
    return cron.end()


def _read_option(text: str, at: int, found: dict[str, Any]) -> int | None:
    option = option_at(text, at, tuple(_OPTIONS))
    if option is None:
        return None
    name = _OPTIONS[option.key]
    _put(found, name, READERS[name](option.value))
    return option.end


def _read_half(text: str, at: int, found: dict[str, Any]) -> int | None:
    """`9 am`, in two words."""
    half = _HALF.match(text, at)
    if half is None:
        return None
    _put(found, "at", time_of_day(f"{half[1]}{half[2].casefold()}m"))
    return half.end()


def _read_phrase(text: str, at: int, found: dict[str, Any]) -> int | None:
    """Two words that mean something together, such as `working days`."""
    pair = _PAIR.match(text, at)
    if pair is None:
        return None
    said = f"{pair[1]} {pair[2].strip(_AROUND)}".casefold()
    if said in _NO_RHYTHM:
        raise Invalid(f"I cannot do {quoted(said)}. {_NO_RHYTHM[said]}", field="rhythm")
    if pair[1].casefold() == "threshold" and re.fullmatch("[0-9]{1,4}", pair[2].strip(_AROUND)):
        _put(found, "threshold", READERS["threshold"](pair[2].strip(_AROUND)))
        return pair.end()
    if said in _RHYTHMS:
        _put(found, "rhythm", _RHYTHMS[said])
        return pair.end()
    if said == "last day":
        _put(found, "day", -1)
        return pair.end()
    return None


def _read_word(word: str, found: dict[str, Any]) -> None:
    shown = unescaped(word).strip(_AROUND)
    said = shown.casefold()
    days = weekdays(said)
    if not said or said in _NOISE:
        return
    if said in _NO_RHYTHM:
        raise Invalid(f"I cannot do {quoted(said)}. {_NO_RHYTHM[said]}", field="rhythm")
    if said in _RHYTHMS:
        _put(found, "rhythm", _RHYTHMS[said])
    elif days:
        found["weekdays"] = tuple(sorted({*found.get("weekdays", ()), *days}))
    elif said == "last":
        _put(found, "day", -1)
    elif (day := _DAY.fullmatch(said)) is not None:
        _put(found, "day", int(day[1]))
    elif is_time(said):
        _put(found, "at", time_of_day(said))
    elif is_window(said):
        _put(found, "window_days", window(said))
    elif schedules.is_zone(shown) or re.fullmatch(r"[a-z_]+/[a-z_/+-]+", said):
        _put(found, "tz", schedules.zone(shown))
    elif _CHANNEL_ID.fullmatch(shown):
        _put(found, "channel_id", shown)
    else:
        raise _unknown(shown, said)


def _unknown(shown: str, said: str) -> Invalid:
    if said.startswith("#") or "<#" in said:
        return Invalid(
            f"I cannot tell which channel {quoted(shown)} is: choose the channel from the list that Slack shows while "
            "you type #.",
            field="channel",
        )
    if re.fullmatch(r"[0-9]{1,2}[:.][0-9]{1,2}.*", said):
        return Invalid(f"{quoted(shown)} is not a time of day. Write it like 09:00 or 18:30.", field="at")
    words = [*_RHYTHMS, *DAYS, "quiet", "only-on-change", *(f"{name}:" for name in OPTIONS)]
    help_ = "`/digest help` shows what can be said."
    return Invalid(f"I do not understand {quoted(shown)}. {meant(said, words, otherwise=help_)}")


def _put(found: dict[str, Any], name: str, value: object) -> None:
    if found.setdefault(name, value) != value:
        shown = _SHOWN.get(name, f"`{name.replace('_', '-')}:`")
        raise Invalid(f"{shown} is given twice, differently; say which one you mean.")


def _settled(found: dict[str, Any]) -> dict[str, Any]:
    """With the rhythm that goes without saying, after those that contradict each other are refused."""
    found = dict(found)
    if "cron" in found:
        beside = next((name for name in ("rhythm", "at", "weekdays", "day") if name in found), None)
        if beside is not None:
            raise Invalid(f"{_SHOWN[beside]} is in the cron expression already; say one of them.", field="cron")
        return found | {"rhythm": Rhythm.CRON}
    rhythm = found.get("rhythm")
    if "weekdays" in found:
        if rhythm not in (None, Rhythm.WEEKLY):
            raise Invalid(f"Weekdays go with `weekly`, not with `{rhythm}`.", field="weekdays")
        if rhythm is None and found["weekdays"] == (0, 1, 2, 3, 4):
            del found["weekdays"]
            return found | {"rhythm": Rhythm.WORKDAYS}
        rhythm = Rhythm.WEEKLY
    if "day" in found:
        _check_day(found["day"], rhythm)
    return found | ({"rhythm": rhythm} if rhythm else {})


def _check_day(day: int, rhythm: Rhythm | None) -> None:
    if rhythm is not Rhythm.MONTHLY:
        hour = f", or {day:02}:00 for the time" if 0 <= day <= 23 else ""
        shown = "last" if day == -1 else day
        raise Invalid(f"A day of the month goes with `monthly`. Write `monthly {shown}`{hour}.", field="day")
    if day != -1 and not 1 <= day <= 31:
        raise Invalid("A month has the days 1 to 31. Write one of them, or `last`.", field="day")


def _word(text: str, at: int) -> str:
    found = _WORD.match(text, at)
    return found[0] if found else ""
