"""Cron expressions: five fields, as most programs read them, and nothing that programs read differently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from bot.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LIMITS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12))
_NUMBERS = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")
_RANGE = re.compile(r"([a-z]+)(?:-([a-z]+))?")
_SHORTCUTS: Mapping[str, str] = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * sun",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 jan *",
    "@annually": "0 0 1 jan *",
}
_LONGEST = 200
CLOSEST = timedelta(minutes=15)
# Any start would do: a leap year follows within the years looked at.
_START, _END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
_LOOKED_AT = 400


def checked_cron(text: str) -> str:
    """The expression in lower case, single spaces, weekdays by their first three letters.

    Raises:
        Invalid: not five fields; something that programs read differently, such as weekday numbers; never; or more
            often than every 15 minutes.
    """
    fields = _fields(text)
    for value, (name, least, most) in zip(fields[:4], _LIMITS, strict=True):
        for part in value.split(","):
            _check_part(part, name, least, most)
    fields[4] = _weekdays(fields[4])
    if fields[2] != "*" and fields[4] != "*":
        raise _invalid(
            "Some programs take a day of the month together with a weekday as either, others as both. "
            "Put `*` for one of them."
        )
    cron = " ".join(fields)
    _check_times(cron)
    return cron


def trigger(cron: str, *, until: datetime) -> CronTrigger:
    """The wall-clock times as if they were UTC, where none is missing and none comes twice."""
    made = CronTrigger.from_crontab(cron, timezone=UTC)
    made.end_date = until
    return made


def _fields(text: str) -> list[str]:
    said = text.strip().casefold()
    if len(said) > _LONGEST:
        raise _invalid(f"The cron expression has {len(said)} characters; {_LONGEST} is the most.")
    if said.startswith("@"):
        same = _SHORTCUTS.get(said)
        advice = f"Write `{same}`" if same else "Write five fields, such as `0 9 * * mon-fri`"
        raise _invalid(f"Shortcuts such as `@daily` are not read here. {advice}.")
    fields = re.sub(r"\s*,\s*", ",", said).split()
    if len(fields) != 5:
        seconds = " Seconds and years are not read here." if len(fields) in (6, 7) else ""
        raise _invalid(
            f"A cron expression has five fields: minute, hour, day of the month, month, weekday, such as "
            f"`0 9 * * mon-fri`. This one has {len(fields)}.{seconds}"
        )
    odd = next((sign for sign in "?#" if sign in said), None)
    if odd is not None:
        raise _invalid(f"`{odd}` in a cron expression is not read here. Use `*`, lists, ranges and steps.")
    return fields


def _check_part(part: str, name: str, least: int, most: int) -> None:
    if name == "day of the month" and part == "last":
        return
    if name == "month" and (named := _RANGE.fullmatch(part)) is not None and named[1] in _MONTHS:
        _check_names(part, named, "month", _MONTHS)
        return
    found = _NUMBERS.fullmatch(part)
    if found is None:
        raise _unread(part, name)
    first, last, step = (int(number) if number else None for number in found.groups())
    outside = next((number for number in (first, last) if number is not None and not least <= number <= most), None)
    if outside is not None:
        raise _invalid(f"{outside} is not a {name} in a cron expression; it goes from {least} to {most}.")
    if first is not None and last is not None and first > last:
        around = f"{first}-{most},{least}-{last}"
        raise _invalid(f"The {name} `{part}` goes past the end and begins again. Write `{around}`.")
    if step is not None:
        if first is not None and last is None:
            raise _invalid(f"Some programs do not read the {name} `{part}`. Write `{first}-{most}/{step}`.")
        _check_step(part, name, step, most if last is None else last - (first or 0))


def _check_step(part: str, name: str, step: int, span: int) -> None:
    if not 1 <= step <= span:
        raise _invalid(f"The step `/{step}` of the {name} `{part}` is nothing, or longer than its range.")
    whole = {"minute": 60, "hour": 24}.get(name)
    if part.startswith("*") and whole is not None and whole % step:
        listed = ",".join(str(number) for number in range(0, whole, step))
        raise _invalid(f"{step} does not divide {whole}, so the {name} `{part}` is uneven. Write `{listed}`.")


def _unread(part: str, name: str) -> Invalid:
    shown = part.replace("`", "'")[:20]
    if name == "day of the month" and re.fullmatch(r"l(?:w|-[0-9]+)?|[0-9]*w", part):
        return _invalid(f"`{shown.upper()}` in a cron expression is not read here. The last day is `last`.")
    also = "`last` for the last" if name == "day of the month" else "names such as `jan`" if name == "month" else ""
    advice = "Use numbers, `*`, lists, ranges and steps" + (f", or {also}." if also else ".")
    return _invalid(f"I do not understand the {name} `{shown}` of the cron expression. {advice}")


def _check_names(part: str, named: re.Match[str], what: str, names: tuple[str, ...]) -> None:
    first, last = named[1], named[2]
    if last is None:
        return
    if last not in names:
        raise _invalid(f"`{last[:20]}` is not a {what}. Write `{names[0]}` to `{names[-1]}`.")
    if names.index(first) > names.index(last):
        around = (*names[names.index(first) :], *names[: names.index(last) + 1])
        raise _invalid(f"The {what}s `{part}` go past the end and begin again. Write `{','.join(around)}`.")


def _weekdays(field: str) -> str:
    parts = field.split(",")
    if field != "*" and any(re.fullmatch(r"[0-9*/-]+", part) for part in parts):
        names = [_renamed(part) for part in parts]
        hint = f"If Sunday is 0, this is `{','.join(names)}`." if all(names) else "Write `mon-fri`, or `sat,sun`."
        shown = field.replace("`", "'")[:20]
        raise _invalid(
            f"Write the weekdays by name: in `{shown}`, 0 is Sunday to some programs and Monday to others. {hint}"
        )
    return field if field == "*" else ",".join(_weekday(part) for part in parts)


def _weekday(part: str) -> str:
    short = "-".join(_short(word) for word in part.split("-"))
    named = _RANGE.fullmatch(short)
    if named is None or named[1] not in DAYS:
        shown = part.replace("`", "'")[:20]
        raise _invalid(f"I do not understand the weekday `{shown}` of the cron expression. Write `mon` to `sun`.")
    _check_names(short, named, "weekday", DAYS)
    return short


def _short(word: str) -> str:
    """`mon` of `monday`; other words stay, and are refused."""
    return word[:3] if word.removesuffix("day") in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun") else word


def _renamed(part: str) -> str:
    """The names of weekday numbers, as cron counts: Sunday is 0 and 7. Empty when that cannot be told."""
    found = re.fullmatch(r"([0-7])(?:-([0-7]))?", part)
    if found is None:
        return ""
    first, last = int(found[1]), int(found[2] or found[1])
    days = [DAYS[(number - 1) % 7] for number in range(first, last + 1)]
    return f"{days[0]}-{days[-1]}" if first >= 1 and len(days) > 2 else ",".join(days)


def _check_times(cron: str) -> None:
    times = trigger(cron, until=_END)
    before: datetime | None = None
    at: datetime | None = times.get_next_fire_time(None, _START)
    if at is None:
        raise _invalid("That day never comes. Check the day and the month of the cron expression.")
    for _ in range(_LOOKED_AT):
        if at is None:
            return
        if before is not None and at - before < CLOSEST:
            raise _invalid("That is more often than every 15 minutes, which would flood the channel. Space it out.")
        before, at = at, times.get_next_fire_time(None, at + timedelta(minutes=1))


def _invalid(words: str) -> Invalid:
    return Invalid(words, field="cron")
