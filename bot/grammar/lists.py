"""Reading which notices somebody wants listed or exported, and writing it back as it would be typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from bot.errors import Invalid
from bot.grammar.commands import Export, ListNotices, Scope
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import option_at, unescaped
from bot.grammar.violations import NAMES, violation_named
from bot.model import Sort, Status, Violation

MOST_PAGES = 100_000
MOST_DAYS = 36_500

KINDS: tuple[Literal["csv", "xlsx"], ...] = ("csv", "xlsx")
KEYS = ("marketplace", "right", "seller", "violation", "by", "since", "until", "sort", "page")
_SCOPES: Mapping[str, Scope] = {name: name for name in get_args(Scope)}
_STATUSES: Mapping[str, Status] = {status.value: status for status in Status}
_WORD = re.compile(r"\s*(\S+)")
_DAYS = re.compile(r"([0-9]{1,5})d", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>|([UW][A-Z0-9]{2,20})")


@dataclass(kw_only=True)
class _Reading:
    scope: Scope | None = None
    statuses: list[Status] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    def give(self, key: str, value: str) -> None:
        if self.options.setdefault(key, value) != value:
            raise Invalid(f"`{key}:` is given twice; say which one you mean.")


def read_list(said: str) -> ListNotices:
    """`open marketplace:acme since:30d sort:oldest page:2`. Raises: Invalid."""
    reading = _Reading()
    at = 0
    while (word := _WORD.match(said, at)) is not None:
        option = option_at(said, word.start(1), KEYS)
        if option is not None:
            reading.give(option.key, option.value)
            at = option.end
            continue
        at = word.end()
        second = _WORD.match(said, at)
        both = f"{word[1]}_{second[1]}".casefold().strip(",;.") if second else ""
        if second is not None and both in _STATUSES:  # `by hand`, as cards write it
            reading.statuses.append(_STATUSES[both])
            at = second.end()
        else:
            _take(reading, word[1])
    given = reading.options
    since, until = (_day(key, given[key]) if key in given else "" for key in ("since", "until"))
    return ListNotices(
        scope=reading.scope or "all",
        statuses=tuple(dict.fromkeys(reading.statuses)),
        marketplace=given["marketplace"].casefold() if "marketplace" in given else None,
        right=given.get("right", ""),
        seller=given.get("seller", ""),
        violation=_violation(given["violation"]) if "violation" in given else None,
        by=_person(given["by"]) if "by" in given else "",
        since=since,
        until=until,
        sort=_sort(given["sort"]) if "sort" in given else Sort.NEWEST,
        page=read_page(given.get("page", "1")),
    )


def read_export(said: str) -> Export:
    """`xlsx removed since:2026-01-01`. Raises: Invalid."""
    word, *rest = said.split(maxsplit=1) or [""]
    kind = word.casefold()
    if kind not in KINDS:
        shown = f"{quoted(unescaped(word))} is not a kind of file. " if word else ""
        raise Invalid(f"{shown}Say `export csv` or `export xlsx`, and then which notices, as for `list`.")
    return Export(kind="csv" if kind == "csv" else "xlsx", which=read_list(rest[0] if rest else ""))


def as_typed(which: ListNotices) -> str:
    """What `read_list` reads as the same."""
    options = {
        "marketplace": which.marketplace or "",
        "right": which.right,
        "seller": which.seller,
        "violation": which.violation.value if which.violation else "",
        "by": which.by,
        "since": which.since,
        "until": which.until,
        "sort": "" if which.sort is Sort.NEWEST else which.sort.value,
        "page": "" if which.page == 1 else str(which.page),
    }
    words = [which.scope, *(status.value for status in which.statuses)]
    return " ".join([*words, *(f"{key}:{_quoted(value)}" for key, value in options.items() if value)])


def _quoted(value: str) -> str:
    """The value as it is read back whole: in quotation marks where it has spaces."""
    return f'"{value}"' if re.search(r"[\s,;.\"'“”„‘’«»<>]", value) else value


def _take(reading: _Reading, word: str) -> None:
    said = word.casefold().strip(",;.").replace("-", "_")
    scope, status = _SCOPES.get(said), _STATUSES.get(said)
    if scope is not None:
        if reading.scope not in (None, scope):
            raise Invalid(f"Two lists are asked for, `{reading.scope}` and `{scope}`; say which one you mean.")
        reading.scope = scope
    elif status is not None:
        reading.statuses.append(status)
    elif _PERSON.fullmatch(word) and word.startswith("<"):
        reading.give("by", word)
    else:
        there_are = (
            "Lists: mine, open, waiting, all, or a status such as removed; one marketplace is "
            f"`marketplace:{word[:20].replace('`', '')}`."
        )
        known = [*_SCOPES, *_STATUSES]
        raise Invalid(f"I do not know the list {quoted(unescaped(word))}. {meant(word, known, otherwise=there_are)}")


def _day(key: str, value: str) -> str:
    """A day, `2026-11-24`, or so many days ago, `30d`."""
    days = _DAYS.fullmatch(value)
    if days is not None and 1 <= int(days[1]) <= MOST_DAYS:
        return f"{int(days[1])}d"
    try:
        return date.fromisoformat(value).isoformat() if _DATE.fullmatch(value) else _no_day(key, value)
    except ValueError:
        return _no_day(key, value)


def _no_day(key: str, value: str) -> str:
    raise Invalid(f"{quoted(value)} is not a day. Write `{key}:2026-11-24`, or `{key}:30d` for so many days ago.")


def _violation(value: str) -> Violation:
    named = violation_named("_".join(value.split()))
    if named is None:
        known = "Violations: " + ", ".join(Violation) + "."
        raise Invalid(f"I do not know the violation {quoted(value)}. {meant(value, NAMES, otherwise=known)}")
    return named[0]


def _person(value: str) -> str:
    found = _PERSON.fullmatch(value)
    if found is None:
        raise Invalid(f"{quoted(value)} is nobody I know; write `@` and choose the name Slack offers.")
    return found[1] or found[2]


def _sort(value: str) -> Sort:
    try:
        return Sort(value.casefold())
    except ValueError:
        known = "Sort by " + ", ".join(Sort) + "."
        raise Invalid(f"I do not know the order {quoted(value)}. {meant(value, list(Sort), otherwise=known)}") from None


def read_page(value: str) -> int:
    """Raises: Invalid: not a page."""
    if not re.fullmatch(r"[0-9]{1,6}", value, re.ASCII) or not 1 <= int(value) <= MOST_PAGES:
        raise Invalid(f"{quoted(value)} is not a page; pages count from 1.")
    return int(value)
