"""Cloudflare's abuse reports: who makes them, what they need, and what they say. Pure.

Source: developers.cloudflare.com/api/resources/abuse_reports and the types of Cloudflare's own SDK 5.9.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from bot.marketplaces import Ask
from bot.model import Listing, Notice, Right, Violation
from config.desk_tables import Address, WithToken, Word

JUSTIFICATION_LIMIT = 5000
COMMENTS_LIMIT = 1700
"""Characters of the statement of a copyright report, which has room in its comments only: 2000, with our references."""
_REFERENCES_LIMIT = 270
OURS, MORE = "Our reference: ", "and others"
ADDRESSES_LIMIT = 250
_NAME_LIMIT, _WORK_LIMIT, _HOLDER_LIMIT, _MARK_LIMIT = 255, 255, 60, 1000

TRADEMARK, COPYRIGHT, GENERAL = "abuse_trademark", "abuse_dmca", "abuse_general"
ACTS: Mapping[Violation, str] = {
    Violation.COUNTERFEIT: TRADEMARK,
    Violation.TRADEMARK: TRADEMARK,
    Violation.PARALLEL_IMPORT: TRADEMARK,
    Violation.COPYRIGHT: COPYRIGHT,
    Violation.COPYRIGHT_IMAGE: COPYRIGHT,
    Violation.DESIGN: GENERAL,
    Violation.PATENT: GENERAL,
    Violation.OTHER: GENERAL,
}
TYPES: Mapping[str, str] = {TRADEMARK: "TM", COPYRIGHT: "DMCA", GENERAL: "GEN"}
"""What a report of each kind is called where reports are listed."""


def _email(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value.strip()):
        raise ValueError("must be an e-mail address")
    return value.strip()


def _account(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", value):
        raise ValueError("must be the account's id, up to 32 letters and digits")
    return value


class CloudflareTable(WithToken):
    """`adapter = "cloudflare"`. Who reports: Cloudflare may give these, the signature and the addresses to third
    parties such as the Lumen Database, where anybody can read them.

    The address fields are needed for copyright only. `agent_name` is the holder of the copyright, the right's owner
    where it is not said. `anonymous` keeps our name from host and owner where Cloudflare allows it: not for trade
    marks and copyright.
    """

    any_address: ClassVar[bool] = True

    base_url: Address = "https://api.cloudflare.com/client/v4"
    account_id: Annotated[str, BeforeValidator(_account)]
    email: Annotated[str, BeforeValidator(_email)]
    company: Annotated[Word, Field(max_length=100)] | None = None
    title: Annotated[Word, Field(max_length=255)] | None = None
    tele: Annotated[Word, Field(max_length=20)] | None = None
    address1: Annotated[Word, Field(max_length=100)] | None = None
    city: Annotated[Word, Field(max_length=255)] | None = None
    state: Annotated[Word, Field(max_length=255)] | None = None
    country: Annotated[Word, Field(max_length=255)] | None = None
    agent_name: Annotated[Word, Field(max_length=_HOLDER_LIMIT)] | None = None
    anonymous: bool = Field(default=False, strict=True)
    # Source: 1,200 requests in five minutes, from memory.
    requests_per_second: float = Field(default=4, gt=0, le=1000, strict=True)
    poll_seconds: float = Field(default=600, gt=0, le=86_400, strict=True)


def host_of(listing: Listing) -> str:
    """The host an address is on, empty when it has none."""
    try:
        return urlsplit(listing.canonical).hostname or ""
    except ValueError:
        return ""


def lacking(reporter: CloudflareTable, ask: Ask) -> str:
    """What a report of this kind still needs, in a sentence."""
    if not host_of(ask.listing):
        return "They need the whole address of a page."
    act = ACTS[ask.violation]
    if act == TRADEMARK:
        return _lacking_of_a_mark(ask.right)
    if act == COPYRIGHT:
        return _lacking_of_a_work(reporter, ask)
    return _too_long("The statement, with the right named,", explained(ask), JUSTIFICATION_LIMIT)


def _lacking_of_a_mark(right: Right) -> str:
    if not right.registration_no or not right.office:
        return f"They need the mark's number and office, and {right.key} has none on file."
    return _too_long("The mark", right.title, _MARK_LIMIT)


def _lacking_of_a_work(reporter: CloudflareTable, ask: Ask) -> str:
    missing = [name for name in ("address1", "city", "state", "country") if not getattr(reporter, name)]
    if missing:
        return f"A copyright report needs our address; an admin adds {', '.join(missing)} to the desk file."
    return (
        _too_long("The statement", ask.statement, COMMENTS_LIMIT)
        or _too_long("The title of the work", ask.right.title, _WORK_LIMIT)
        or _too_long("The name of the copyright's owner", _holder(reporter, ask.right), _HOLDER_LIMIT)
    )


def _too_long(what: str, text: str, limit: int) -> str:
    return f"{what} has {len(text)} characters; they take up to {limit} here." if len(text) > limit else ""


def explained(ask: Ask) -> str:
    """What is wrong. A general report has no fields for the right, so it is named with it."""
    if ACTS[ask.violation] != GENERAL:
        return ask.statement
    right = ask.right
    number = f" {right.registration_no} ({right.office})" if right.registration_no else ""
    return f"{ask.statement}\n\nRight relied on: {right.kind}{number}, “{right.title}”\nOwner: {right.owner}"


def to_payload(reporter: CloudflareTable, notices: Sequence[Notice]) -> dict[str, Any]:
    """The body of a report of these notices, which are one lot. Pure."""
    first = notices[0]
    act, name = ACTS[first.violation], first.declaration.signature[:_NAME_LIMIT]
    send = "send-anon" if reporter.anonymous and act == GENERAL else "send"
    payload: dict[str, Any] = {
        "act": act,
        "name": name,
        "email": reporter.email,
        "email2": reporter.email,
        "urls": "\n".join(dict.fromkeys(notice.listing.canonical for notice in notices)),
        "owner_notification": send,
        "host_notification": send,
        "comments": references(notices),
    }
    payload |= {field: said for field in ("company", "title", "tele") if (said := getattr(reporter, field))}
    return payload | (_of_a_work(reporter, notices, name) if act == COPYRIGHT else _of_a_mark(first))


def _of_a_mark(notice: Notice) -> dict[str, Any]:
    said = {"justification": explained(Ask.of(notice))}
    if ACTS[notice.violation] == GENERAL:
        return said
    return {
        **said,
        "trademark_number": notice.right.registration_no,
        "trademark_office": notice.right.office,
        "trademark_symbol": notice.right.title,
    }


def _of_a_work(reporter: CloudflareTable, notices: Sequence[Notice], name: str) -> dict[str, Any]:
    notice = notices[0]
    return {
        "address1": reporter.address1,
        "city": reporter.city,
        "state": reporter.state,
        "country": reporter.country,
        "agent_name": _holder(reporter, notice.right),
        "agree": 1,
        "signature": name,
        "original_work": notice.right.title,
        "comments": f"{notice.statement}\n\n{references(notices)}",
    }


def references(notices: Sequence[Notice]) -> str:
    """Which notices a report is of, so that it is known when it is looked for: `Our reference: TD-1 to TD-7, TD-9`."""
    runs: list[tuple[int, int]] = []
    for number in sorted(notice.number for notice in notices):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    told = [f"TD-{first}" if first == last else f"TD-{first} to TD-{last}" for first, last in runs]
    while len(words := OURS + ", ".join(told)) > _REFERENCES_LIMIT:
        told = [*[one for one in told if one != MORE][:-1], MORE]
    return words


def _holder(reporter: CloudflareTable, right: Right) -> str:
    return reporter.agent_name or right.owner
