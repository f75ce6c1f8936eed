"""The `portal` adapter: a marketplace without a way in for programs. A person files, with a pack that is made here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from bot.errors import Invalid, Unsupported
from bot.grammar import VIOLATION_TITLES
from bot.marketplaces import Ask, Capabilities, Result, Unable, beyond
from bot.marketplaces.adapters import Adapter, Opening
from bot.model import MESSAGE_LIMIT, STATEMENT_LIMIT, Box, Clocks, Decision, Lists, Notice, Portal, Term, Violation
from bot.schedules.calendars import country
from config.desk_tables import MarketplaceTable

MOST_BOXES = 20
"""Boxes of a form: each is a block of the message that holds the pack, which has room for 50."""
LABEL_LIMIT = 100
TEXT_LIMIT = 500
"""Characters of a fixed text, and of a portal's own word for a violation."""
ADVICE_LIMIT = 600
LONGEST_TERM = 366

SOURCES: Mapping[str, Callable[[Sequence[Notice], Portal], str]] = {
    "right.title": lambda lot, _: lot[0].right.title,
    "right.registration_no": lambda lot, _: lot[0].right.registration_no,
    "right.office": lambda lot, _: lot[0].right.office,
    "right.owner": lambda lot, _: lot[0].right.owner,
    "right.jurisdictions": lambda lot, _: ", ".join(lot[0].right.jurisdictions),
    "right.kind": lambda lot, _: lot[0].right.kind.value,
    "right.expires_on": lambda lot, _: f"{lot[0].right.expires_on or ''}",
    "violation": lambda lot, _: VIOLATION_TITLES[lot[0].violation],
    "reason": lambda lot, portal: portal.reasons.get(lot[0].violation, ""),
    "statement": lambda lot, _: lot[0].statement,
    "message_to_seller": lambda lot, _: lot[0].message_to_seller,
    "signature": lambda lot, _: lot[0].declaration.signature,
    "sellers": lambda lot, _: ", ".join(dict.fromkeys(one.seller.title for one in lot if one.seller is not None)),
    "count": lambda lot, _: str(len(lot)),
}
"""Where the content of a box may come from. A lot has one right, one violation, one statement, one message and one
signature."""
_MESSAGE = "message_to_seller"

_TERM = re.compile(r"([1-9][0-9]{0,2}) (business )?days?")


def _portal_address(value: Any) -> str:
    """An address people open; no secret is sent there, so it may have a query or a fragment."""
    text = value.strip() if isinstance(value, str) else ""
    plain = text.isascii() and text.isprintable() and not set(text) & set(" <>|\"'`\\")
    try:
        good = plain and urlsplit(text).scheme == "https" and bool(urlsplit(text).hostname) and len(text) <= 500
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be the portal's address, starting with https://")
    return text


def _boxes(value: Any) -> tuple[Box, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_BOXES:
        raise ValueError(f"must be a list of 1 to {MOST_BOXES} boxes of their form, in its order")
    return tuple(_box(one) for one in value)


def _box(value: Any) -> Box:
    known = isinstance(value, dict) and set(value) in ({"label", "from"}, {"label", "text"})
    if not known or not all(isinstance(one, str) and one.strip() for one in value.values()):
        raise ValueError('must hold boxes such as {label = "Trade mark", from = "right.title"}, or a fixed text = "…"')
    if len(value["label"]) > LABEL_LIMIT or len(value.get("text", "")) > TEXT_LIMIT:
        raise ValueError(f"takes labels of up to {LABEL_LIMIT} characters and texts of up to {TEXT_LIMIT}")
    if value.get("from", "count") not in SOURCES:
        raise ValueError(f"holds from = {value['from']!r}; known: {', '.join(SOURCES)}")
    return Box(label=value["label"].strip(), source=value.get("from", ""), text=value.get("text", "").strip())


def _clocks(value: Any) -> Clocks:
    known = {"decision", "counter_notice", "country"}
    if not isinstance(value, dict) or not set(value) <= known:
        raise ValueError(f"must be a table of some of {', '.join(sorted(known))}")
    return Clocks(
        decision=_term(value["decision"]) if "decision" in value else None,
        counter_notice=_term(value["counter_notice"]) if "counter_notice" in value else None,
        country=_country(value["country"]) if "country" in value else "",
    )


def _term(value: Any) -> Term:
    found = _TERM.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > LONGEST_TERM:
        raise ValueError(f'must hold times such as "15 days" or "3 business days", of {LONGEST_TERM} days at most')
    return Term(days=int(found[1]), business=bool(found[2]))


def _country(value: Any) -> str:
    try:
        return country(value if isinstance(value, str) else "")
    except Invalid as wrong:
        raise ValueError(f"holds a country whose public holidays are not known. {wrong}") from None


def _reasons(value: Any) -> Mapping[Violation, str]:
    good = isinstance(value, dict) and value and all(name in tuple(Violation) for name in value)
    if not good or not all(isinstance(one, str) and 0 < len(one.strip()) <= TEXT_LIMIT for one in value.values()):
        raise ValueError(f"must give their own words for some of {', '.join(Violation)}")
    return {Violation(name): words.strip() for name, words in value.items()}


def _lists(value: Any) -> Lists:
    if value not in tuple(Lists):
        raise ValueError(f"must be one of {', '.join(Lists)}")
    return Lists(value)


class PortalTable(MarketplaceTable):
    """`adapter = "portal"`: everything about a form that people fill in. Its addresses may be built in, by its key."""

    portal_url: Annotated[str, BeforeValidator(_portal_address)]
    lot_size: int = Field(default=1, ge=1, le=1000, strict=True)
    statement_limit: int = Field(default=STATEMENT_LIMIT, ge=1, le=STATEMENT_LIMIT, strict=True)
    fields: Annotated[tuple[Box, ...], BeforeValidator(_boxes)]
    lists: Annotated[Lists, BeforeValidator(_lists)] = Lists.ADDRESSES
    reasons: Annotated[Mapping[Violation, str], BeforeValidator(_reasons)] = Field(default={})
    registered_only: bool = Field(default=False, strict=True)
    clocks: Annotated[Clocks, BeforeValidator(_clocks)] = Clocks()
    advice: str = Field(default="", max_length=ADVICE_LIMIT)


@dataclass(frozen=True, kw_only=True)
class PortalMarketplace(Unable):
    """A marketplace that is filed with by hand. Nothing is ever called."""

    key: str
    name: str
    capabilities: Capabilities
    registered_only: bool

    def lacks(self, ask: Ask) -> str:
        if self.registered_only and not ask.right.registration_no:
            return f"They take registered rights only; {ask.right.key} has no registration number."
        return beyond(self.capabilities, ask)

    def lot_of(self, notice: Notice) -> str:
        """One complaint rests on one right, for one reason, in one set of words, and is signed by one person."""
        said = (notice.violation, notice.statement, notice.message_to_seller)
        return "\x1f".join((notice.right.key, *said, notice.declaration.signature))

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """Raises: Unsupported: always; a person files."""
        raise Unsupported(self.name, f"They take notices in their portal only, {_where(self)}.")

    async def check(self, notice: Notice) -> Decision:
        """Raises: Unsupported: always; people record the outcome."""
        raise Unsupported(self.name, f"They say how {notice.id} stands in their portal only, {_where(self)}.")

    async def probe(self) -> None:
        """Nothing to see: whether people can sign in there is theirs to know."""


def _where(marketplace: PortalMarketplace) -> str:
    assert marketplace.capabilities.portal is not None
    return marketplace.capabilities.portal.url


def filled(portal: Portal, lot: Sequence[Notice]) -> tuple[tuple[str, str], ...]:
    """Each box of the form with its content; a box for which the right has nothing is left out. Pure.

    A message to the seller that no box asks for comes last: whoever files finds a place for it.
    """
    contents = [(box.label, box.text or SOURCES[box.source](lot, portal)) for box in portal.boxes]
    if _MESSAGE not in [box.source for box in portal.boxes]:
        contents.append(("Message to the seller", lot[0].message_to_seller))
    return tuple((label, content) for label, content in contents if content.strip())


def listed(portal: Portal, lot: Sequence[Notice]) -> tuple[str, ...]:
    """What the form wants, one a line: the addresses in full, or the listings' ids. Pure."""
    if portal.lists is Lists.LISTING_IDS:
        return tuple(notice.listing.listing_id for notice in lot)
    return tuple(notice.listing.canonical for notice in lot)


def _opened(table: PortalTable, opening: Opening) -> PortalMarketplace:
    portal = Portal(
        url=table.portal_url,
        boxes=table.fields,
        lists=table.lists,
        reasons=table.reasons,
        clocks=table.clocks,
        advice=table.advice,
    )
    capabilities = table.capable(
        batch_size=table.lot_size,
        statement_limit=table.statement_limit,
        message_limit=MESSAGE_LIMIT,
        portal=portal,
        carries_evidence=True,
        polls=False,
        violations=frozenset(table.reasons or Violation),
    )
    return PortalMarketplace(
        key=table.key, name=table.name, capabilities=capabilities, registered_only=table.registered_only
    )


PORTAL = Adapter(
    table=PortalTable,
    opened=_opened,
    example="""\
[marketplaces.taobao]
adapter = "portal"
name = "Taobao"
portal_url = "https://ipp.alibabagroup.com"
lot_size = 300
fields = [
    { label = "IPR registration number", from = "right.registration_no" },
    { label = "Explanation", from = "statement" },
]
clocks = { counter_notice = "3 business days", country = "CN" }
""",
)
