"""What eBay answers, read: reports, reported items, errors. Pure.

Errors are judged by their `category`, since the HTTP status does not tell: 235018 is our mistake, and a 500. Source:
developer.ebay.com, “Handling error messages” (the three categories, inputRefIds in JSONPath, parameters).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import Declined, MarketplaceError, OutcomeUnknown, Unavailable
from bot.marketplaces.ebay_contract import ITEM_STATUSES, REPORT_STATUSES, Names
from bot.marketplaces.http import clean
from bot.model import Decision, Status

_WORD_LIMIT, _REASON_LIMIT = 60, 2000
# Refused before anything was looked at, with a meaning of their own: credentials, pace, patience. Their category is
# REQUEST too (“authentication, … rate limiting”).
_BY_STATUS = frozenset({401, 403, 408, 425, 429, 503})
_NOT_LIVE = "The listing is no longer live; eBay does not say whether it ended it."
_NOTHING = "eBay has dealt with the report and shows no report of this listing in it: look in the VeRO portal."


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One of the errors of a refusal. `places` are the entries of the packet it points at, `values` what it names."""

    id: int
    category: str
    words: str
    places: tuple[int, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One reported item."""

    item: str
    status: str
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A packet: its id, its own status, and its items where they were asked for."""

    id: str
    status: str
    rows: tuple[Row, ...] = ()


class NotTaken(Declined):
    """They refused what we asked as it is; `problems` tell what is wrong with it."""

    def __init__(self, marketplace: str, problems: Sequence[Problem], words: str, *, status: int | None) -> None:
        super().__init__(marketplace, words, status=status)
        self.problems = tuple(problems)


def problems_of(body: Any) -> tuple[Problem, ...]:
    """The errors of a refusal; none when it has no body of theirs."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return tuple(_problem(one) for one in errors if isinstance(one, dict)) if isinstance(errors, list) else ()


def _problem(error: Mapping[str, Any]) -> Problem:
    identity, parameters, places = error.get("errorId"), error.get("parameters"), error.get("inputRefIds")
    values = [one.get("value") for one in parameters if isinstance(one, dict)] if isinstance(parameters, list) else []
    words = [one for key in ("longMessage", "message") if isinstance(one := error.get(key), str) and one.strip()]
    return Problem(
        id=identity if isinstance(identity, int) else 0,
        category=str(error.get("category") or "").upper(),
        words=clean(words[0]) if words else "",
        places=_places(places if isinstance(places, list) else []),
        values=(*(one for one in values if isinstance(one, str)), *re.findall(r"[0-9]{9,19}", " ".join(words)[:5000])),
    )


def _places(references: Iterable[Any]) -> tuple[int, ...]:
    found = [re.search(r"\[([0-9]{1,4})\]", one) for one in references if isinstance(one, str)]
    return tuple(int(one[1]) for one in found if one)


def judge(marketplace: str, status: int, body: Any, *, safe: bool) -> MarketplaceError | None:
    """What a refusal means, by its category; None where its status alone tells."""
    problems = problems_of(body)
    if status in _BY_STATUS or not problems:
        return None
    words = clean("; ".join(dict.fromkeys(one.words for one in problems if one.words)))
    words = words or f"They gave no reason (error {problems[0].id})."
    if all(one.category in ("REQUEST", "BUSINESS") for one in problems):
        return NotTaken(marketplace, problems, words, status=status)
    if any(one.category == "APPLICATION" for one in problems):
        return (Unavailable if safe else OutcomeUnknown)(marketplace, words, status=status)
    return None


def culprits(problems: Iterable[Problem], items: Sequence[str]) -> dict[int, str]:
    """The entries of a packet that were refused, by place, with why. Empty when one problem points at none."""
    found: dict[int, str] = {}
    for problem in problems:
        places = [place for place in problem.places if place < len(items)]
        places = places or [place for place, item in enumerate(items) if item in problem.values]
        if not places:
            return {}
        for place in places:
            found.setdefault(place, problem.words or f"They gave no reason (error {problem.id}).")
    return found


def parse_filed(body: Any, location: str, names: Names) -> Report:
    """What they say of a report just filed. Its id cannot be had later: from the Location where the body lacks it.

    Raises:
        ValueError: there is no id, in words.
    """
    told = body if isinstance(body, dict) else {}
    identity = _identity(told.get(names.report)) or _identity(location.rstrip("/").rpartition("/")[2])
    if not identity:
        raise ValueError(f"`{names.report}` is missing")
    return Report(id=identity, status=_word(told.get(names.report_status)) or "RECEIVED")


def parse_report(body: Any, names: Names) -> Report:
    """A report with its items.

    Raises:
        ValueError: it has no status, in words.
    """
    if not isinstance(body, dict):
        raise ValueError("it is not a report")
    status = _word(body.get(names.report_status))
    if not status:
        raise ValueError(f"`{names.report_status}` is missing")
    return Report(id=_identity(body.get(names.report)), status=status, rows=_rows(body.get(names.items), names))


def parse_page(body: Any, names: Names) -> tuple[tuple[Row, ...], int, int | None, bool]:
    """A page of reported items: those that can be read, how many entries it had, the total they tell, and whether
    there is a next one.

    Raises:
        ValueError: not such a page, in words.
    """
    if not isinstance(body, dict):
        raise ValueError("it is not a page of reported items")
    entries, total = body.get(names.items), body.get("total")
    if not isinstance(entries, list) and total != 0:
        raise ValueError(f"`{names.items}` is missing")
    entries = entries if isinstance(entries, list) else []
    return _rows(entries, names), len(entries), total if type(total) is int else None, bool(body.get("next"))


def _rows(entries: Any, names: Names) -> tuple[Row, ...]:
    read = (_row(one, names) for one in entries) if isinstance(entries, list) else ()
    return tuple(one for one in read if one is not None)


def _row(entry: Any, names: Names) -> Row | None:
    if not isinstance(entry, dict):
        return None
    item, status, why = _identity(entry.get(names.told_item)), _word(entry.get(names.status)), entry.get(names.why)
    if not item:
        return None
    return Row(item=item, status=status, why=clean(why, _REASON_LIMIT) if isinstance(why, str) else "")


def decide(reference: str, item: str, report_status: str, rows: Iterable[Row]) -> Decision:
    """What became of one item. Where they tell two things of it, none is taken for final; a word that is not known
    is `in_review`, and so is an item that the report does not show."""
    ours = list(dict.fromkeys(row for row in rows if row.item == item))
    words = list(dict.fromkeys(row.status or "—" for row in ours))
    word = " / ".join(words)[:_WORD_LIMIT] or report_status or "NONE"
    status = ITEM_STATUSES.get(word, Status.IN_REVIEW)
    if not ours or len(words) > 1:
        status = Status.IN_REVIEW
    reason = "; ".join(dict.fromkeys(row.why for row in ours if row.why))
    if word == "NONE" and ours and report_status == "PROCESSED":
        status, reason = Status.NEEDS_INPUT, reason or _NOTHING
    if status is Status.GONE:
        reason = f"{_NOT_LIVE} {reason}".strip()
    return Decision(
        reference=reference,
        status=status,
        vendor_status=word,
        reason=clean(reason, _REASON_LIMIT),
        raw={
            "report_status": report_status,
            "items": [{"item": row.item, "status": row.status, "reason": row.why} for row in ours],
        },
    )


def filed(report: Report) -> Decision:
    """What became of every item of a report just filed."""
    return Decision(
        reference=report.id,
        status=REPORT_STATUSES.get(report.status, Status.IN_REVIEW),
        vendor_status=report.status,
        raw={"report": report.id, "report_status": report.status},
    )


def _identity(value: Any) -> str:
    """An id that may be shown and put into an address."""
    text = str(value) if type(value) in (int, str) else ""
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text) else ""


def _word(value: Any) -> str:
    return clean(value, _WORD_LIMIT) if isinstance(value, str) else ""
