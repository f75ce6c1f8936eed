"""Lumen, the public archive of takedown notices: it removes nothing, and says nothing of how a notice stands.

What is published there stays public, so a notice is stripped first: of its staff always, of the rest as the desk file
says. Source: github.com/berkmancenter/lumendatabase at 99d44c8 (app/controllers/notices_controller.rb, app/models) and
berkman-klein-center.gitbook.io/lumen-database/api/documentation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import unquote_plus, urljoin, urlsplit

from bot.errors import Declined, MarketplaceError
from bot.marketplaces.http import Client, Wire, clean, one_at_a_time
from bot.model import Clock, Notice, Violation
from config.desk_tables import LumenTable

NAME = "Lumen"
MASK = "[redacted]"
TYPES: Mapping[Violation, str] = {
    Violation.COUNTERFEIT: "Counterfeit",
    Violation.TRADEMARK: "Trademark",
    Violation.PARALLEL_IMPORT: "Trademark",
    Violation.COPYRIGHT: "DMCA",
    Violation.COPYRIGHT_IMAGE: "DMCA",
    Violation.DESIGN: "Other",
    Violation.PATENT: "Other",
    Violation.OTHER: "Other",
}
EXAMPLE = """
[lumen]
token_env = "LUMEN_TOKEN"
sender = "Acme Brand Protection"
sender_country = "NL"
redact = ["statement", "seller_name"]
marketplaces = ["acme"]
violations = ["counterfeit", "copyright"]
"""
_MARKS = frozenset({"Counterfeit", "Trademark"})
_SHORT = 3
"""Characters; a hidden word so short is hidden only where it stands alone."""
_PART = re.compile(r"[^\W\d_]{3,}")
"""Of a person's name each word of three letters and more, which would give them away alone or in another order."""
_MAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+")
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d[\d ()./\u2011-]{5,}\d(?!\w)")


@dataclass(frozen=True, slots=True)
class _Token:
    """Their header for a token that stays as it is."""

    token: str

    async def headers(self) -> Mapping[str, str]:
        return {"X-Authentication-Token": self.token}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False

    @property
    def secrets(self) -> Collection[str]:
        return (self.token,)


@dataclass(frozen=True, kw_only=True)
class Lumen:
    """The archive, as the desk file describes it. `notices` is the address of its notices."""

    table: LumenTable
    notices: str
    wire: Wire

    def takes(self, notice: Notice) -> bool:
        """Whether the desk file wants this one published."""
        wanted = self.table.marketplaces
        return notice.violation in self.table.violations and (not wanted or notice.listing.marketplace in wanted)

    async def add(self, notice: Notice, *, recipient: str) -> str:
        """Publish a notice that was sent to `recipient`; gives the address of the record, empty when they say none.

        Not safe to repeat: there is no idempotency key, and nothing to look it up by.

        Raises: MarketplaceError: as `Wire.call`; `Declined` with what they say is wrong.
        """
        payload = to_payload(notice, recipient=recipient, table=self.table)
        reply = await self.wire.call("POST", self.notices, safe=False, json=payload, judge=_judged)
        return clean(urljoin(self.notices, reply.location), 500) if reply.location else ""


def to_payload(notice: Notice, *, recipient: str, table: LumenTable) -> dict[str, Any]:
    """The body of `POST /notices`: nothing that is to be hidden is anywhere in it. Pure."""
    redact, right, kind = table.redact, notice.right, TYPES[notice.violation]
    hidden = _hidden(notice, redact)
    registration = "" if "registration_no" in redact else right.registration_no
    work = f"{right.title} ({right.office} {registration})" if registration else right.title
    address = _address(notice.listing.canonical, hidden)
    principal = {} if "principal" in redact else {"principal": _entity(right.owner, table.principal_kind)}
    entities = {
        "recipient": _entity(recipient, "organization"),
        "sender": _entity(table.sender, table.sender_kind, table.sender_country),
        **principal,
    }
    said: dict[str, Any] = {
        "title": f"{notice.violation.replace('_', ' ').capitalize()} notice {notice.id} to {recipient}",
        "body": _body(notice, redact),
        "date_sent": f"{notice.sends_at.astimezone(UTC):%Y-%m-%d}",
        "action_taken": "Unspecified",
        "jurisdiction_list": ", ".join(right.jurisdictions),
        "mark_registration_number": registration if kind in _MARKS else "",
        "works_attributes": [
            {"description": work, **({"infringing_urls_attributes": [{"url": address}]} if address else {})}
        ],
        "entity_notice_roles_attributes": [{"name": role, "entity_attributes": who} for role, who in entities.items()],
    }
    masked = {name: _masked(value, hidden) for name, value in said.items() if value}
    return {"notice": {"type": kind, **masked}}


def open_lumen(table: LumenTable, *, client: Client, clock: Clock) -> Lumen:
    """The archive, at the table's pace. Nothing is called yet."""
    wire = Wire(
        key="lumen",
        name=NAME,
        client=client,
        limiter=one_at_a_time(table.requests_per_second),
        timeout=table.timeout_seconds,
        auth=_Token(table.token.get_secret_value()),
        clock=clock,
    )
    return Lumen(table=table, notices=f"{table.base_url}/notices", wire=wire)


def _hidden(notice: Notice, redact: Collection[str]) -> re.Pattern[str]:
    """Whoever may not be named, the desk's own people first of all."""
    declaration, seller = notice.declaration, notice.seller
    words = {declaration.signature, declaration.affirmed_by, notice.submitter.user_id, notice.channel}
    if seller is not None and "seller" in redact:
        words |= {seller.seller_id, seller.name}
    if seller is not None and "seller_name" in redact:
        words.add(seller.name)
    if "principal" in redact:
        words.add(notice.right.owner)
    if "registration_no" in redact:
        words.add(notice.right.registration_no)
    spoken = _longest_first(_composed(word.strip()) for word in words if word.strip())
    parts = _longest_first(_PART.findall(_composed(declaration.signature)))
    return re.compile("|".join([_MAIL.pattern, *map(_anywhere, spoken), *map(_alone, parts)]), re.IGNORECASE)


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))


def _anywhere(word: str) -> str:
    """The word wherever it stands, with any space between its parts."""
    spaced = r"\s+".join(map(re.escape, word.split()))
    if len(word) > _SHORT or not word.isascii():
        return spaced
    return rf"(?<![A-Za-z0-9]){spaced}(?![A-Za-z0-9])"


def _alone(word: str) -> str:
    return rf"(?<![^\W_]){re.escape(word)}(?![^\W_])"


def _composed(text: str) -> str:
    """The text as others write it: letters and their accents may come as one character or as two."""
    return unicodedata.normalize("NFC", text)


def _masked(value: Any, hidden: re.Pattern[str]) -> Any:
    """The value with the hidden words masked in every text of it."""
    match value:
        case str():
            return hidden.sub(MASK, _composed(value))
        case list():
            return [_masked(one, hidden) for one in value]
        case dict():
            return {key: _masked(one, hidden) for key, one in value.items()}
    return value


def _address(url: str, hidden: re.Pattern[str]) -> str:
    """The address; cut to its path, or to its host, where it would name who is hidden; empty where nothing is left."""
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}"
    shorter = (url, f"{host}{parts.path}", f"{host}/")
    return next((one for one in shorter if not any(hidden.search(_composed(said)) for said in _read(one))), "")


def _read(url: str) -> tuple[str, str]:
    """The address as it stands and as people read it."""
    return url, unquote_plus(url)


def _body(notice: Notice, redact: Collection[str]) -> str:
    lines = []
    if notice.seller is not None and "seller" not in redact:
        lines.append(f"Seller: {notice.seller.seller_id if 'seller_name' in redact else notice.seller.title}")
    if "statement" not in redact:
        lines.append(_PHONE.sub(MASK, notice.statement))
    return "\n\n".join(lines)


def _entity(name: str, kind: str, country: str | None = None) -> dict[str, str]:
    return {"name": name, "kind": kind, **({"country_code": country} if country else {})}


def _judged(status: int, body: Any) -> MarketplaceError | None:
    """Their 422: `{"notices": {field: [sentences]}}`."""
    wrong = body.get("notices") if isinstance(body, dict) else None
    if status != 422 or not isinstance(wrong, dict):
        return None
    words = "; ".join(
        f"{field}: {', '.join(map(str, said)) if isinstance(said, list) else said}" for field, said in wrong.items()
    )
    return Declined(NAME, clean(words) or "They gave no reason.", status=status)
