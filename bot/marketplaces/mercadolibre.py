"""The `mercadolibre` adapter: the Brand Protection Program of Mercado Libre, where one item is reported in one call.

Source: developers.mercadolivre.com.br/membros-do-programa, 2026-07-26; for pictures the page of 2023. What no page
says: how long a comment may be, and what a second complaint about an item comes to. There is no list of one's own
complaints for members, so that what was lost on the way has to be looked up by a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BeforeValidator, Field, SecretStr

from bot.errors import Declined
from bot.marketplaces import Ask, Capabilities, Result, Unable, beyond, one_by_one
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.http import Reply, Wire
from bot.marketplaces.mercadolibre_cases import parse_case, parse_filed
from bot.marketplaces.mercadolibre_reasons import REASONS, WITH_PICTURES, EnabledReasons, not_enabled
from bot.marketplaces.oauth import NoAuth, OAuth
from bot.model import STATEMENT_LIMIT, Answer, Decision, Listing, Notice, Violation
from config.desk_tables import Address, MarketplaceTable, Word

_ITEM = re.compile(r"(?P<site>[A-Z]{3})[0-9]{6,14}")
_PICTURE = re.compile(r"(?<![0-9])[0-9]{3,12}-[A-Z]{3}[0-9]{6,16}_[0-9]{6}(?![0-9])", re.ASCII)


def _site(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise ValueError("must be the three letters that their item numbers begin with, such as MLB or MLA")
    return value


def _reasons(value: Any) -> Mapping[Violation, str]:
    good = isinstance(value, dict) and all(
        name in tuple(Violation) and isinstance(one, str) and re.fullmatch(r"[A-Z]{1,10}[0-9]{0,3}", one)
        for name, one in value.items()
    )
    if not good:
        raise ValueError('must give a reason of theirs to some violations, such as { copyright = "PPPI5" }')
    return {Violation(name): one for name, one in value.items()}


def _site_reasons(value: Any) -> Mapping[str, Mapping[Violation, str]]:
    if not isinstance(value, dict):
        raise ValueError('must give reasons to some sites, such as { MLB = { copyright = "PPPI5" } }')
    return {_site(site): _reasons(reasons) for site, reasons in value.items()}


class MercadoLibreTable(MarketplaceTable):
    """`adapter = "mercadolibre"`. Their addresses are built in.

    `site` is asked when the connection is tried. `reasons` and, before them, `site_reasons` say which reason of theirs
    a violation is. `comment_limit` and `answer_limit` are in characters; no page of theirs has such limits.
    """

    client_id: Word
    client_secret_env: Word
    client_secret: SecretStr
    refresh_token_env: Word
    refresh_token: SecretStr
    base_url: Address = "https://api.mercadolibre.com"
    site: Annotated[str, BeforeValidator(_site)] = "MLB"
    reasons: Annotated[Mapping[Violation, str], BeforeValidator(_reasons)] = Field(default={})
    site_reasons: Annotated[Mapping[str, Mapping[Violation, str]], BeforeValidator(_site_reasons)] = Field(default={})
    pictures_field: Word = "photos_denounced"
    comment_limit: int = Field(default=STATEMENT_LIMIT, ge=1, le=STATEMENT_LIMIT, strict=True)
    answer_limit: int = Field(default=STATEMENT_LIMIT, ge=1, le=STATEMENT_LIMIT, strict=True)
    poll_seconds: float = Field(default=300, gt=0, le=86_400, strict=True)

    def reason_for(self, site: str, violation: Violation) -> str:
        """Their reason for a violation on one site; empty when there is none."""
        return ({**REASONS, **self.reasons} | dict(self.site_reasons.get(site, {}))).get(violation, "")

    @property
    def known(self) -> frozenset[Violation]:
        """The violations that are a reason of theirs, somewhere."""
        return frozenset({**REASONS, **self.reasons}).union(*self.site_reasons.values())


@dataclass(frozen=True, kw_only=True)
class MercadoLibre(Unable):
    """Mercado Libre, asked by one member of its program."""

    key: str
    name: str
    table: MercadoLibreTable
    capabilities: Capabilities
    wire: Wire
    enabled: EnabledReasons

    def lacks(self, ask: Ask) -> str:
        site = site_of(ask.listing)
        if not site:
            return f"{ask.listing.listing_id} is no item number of theirs, such as MLB1234567890."
        reason = self.table.reason_for(site, ask.violation)
        too_much = beyond(self.capabilities, ask)
        if too_much or not reason:
            return too_much or f"They take no notices for {ask.violation} on {site}."
        if reason in WITH_PICTURES and not pictures_in(ask.statement):
            return (
                f"For {reason} they have to be told which pictures infringe: put the address or the number of each, "
                "such as 666591-MLA26622267232_012016, into the statement."
            )
        return ""

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File the notices one by one. Sent twice, a notice may be filed twice."""
        return await one_by_one(self, notices, self._file)

    async def _file(self, notice: Notice) -> Result:
        site = site_of(notice.listing)
        reason = self.table.reason_for(site, notice.violation)
        enabled = await self.enabled.on(site, reason)
        if reason not in enabled:
            return Declined(self.name, not_enabled(reason, notice.violation, site, enabled))
        item = f"{self.table.base_url}/moderations/pppi/denounces/items/{notice.listing.listing_id}"
        payload = to_payload(notice, reason, self.table.pictures_field)
        reply = await self.wire.call("POST", item, safe=False, json=payload)
        try:
            return parse_filed(reply.json)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=False, status=reply.status) from None

    async def check(self, notice: Notice) -> Decision:
        """Ask how `notice.reference` stands."""
        reply = await self.wire.call("GET", self._case(notice), safe=True)
        return self._decision(reply, notice.reference)

    async def answer(self, notice: Notice, answer: Answer) -> None:
        """Say what we think of the seller's proof; they take it once."""
        wrong = unanswerable(notice, answer, self.table.answer_limit)
        if wrong:
            raise Declined(self.name, wrong)
        await self.wire.call("POST", self._case(notice), safe=False, json=to_answer(answer))

    async def probe(self) -> None:
        """See whether they answer, take our token and know us as a member on the table's site; files nothing."""
        await self.enabled.ask(self.table.site)

    def _case(self, notice: Notice) -> str:
        if not notice.reference:
            raise Declined(self.name, f"{notice.id} has no reference there yet.")
        return f"{self.table.base_url}/moderations/pppi/case/{quote(notice.reference, safe='')}"

    def _decision(self, reply: Reply, reference: str) -> Decision:
        try:
            return parse_case(reply.json, reference)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None


def site_of(listing: Listing) -> str:
    """The three letters an item number begins with; empty when it is none."""
    match = _ITEM.fullmatch(listing.listing_id)
    return match["site"] if match else ""


def pictures_in(statement: str) -> list[str]:
    """The numbers of pictures that a statement names, bare or within an address, each once."""
    return list(dict.fromkeys(_PICTURE.findall(statement)))


def to_payload(notice: Notice, reason: str, pictures_field: str) -> dict[str, Any]:
    """The body of a complaint."""
    payload: dict[str, Any] = {"report_reason_id": reason, "comment": notice.statement}
    if reason in WITH_PICTURES:
        payload[pictures_field] = pictures_in(notice.statement)
    return payload


def to_answer(answer: Answer) -> dict[str, Any]:
    """The body of an answer to the seller's proof. Their yes and no are texts."""
    if answer.accepts:
        return {"documentation_approved": "true", "member_quittance": answer.words or None}
    return {
        "documentation_approved": "false",
        "member_quittance": answer.words or None,
        "reject_member_id": answer.choice,
    }


def unanswerable(notice: Notice, answer: Answer, limit: int) -> str:
    """Why an answer cannot be sent, in a sentence; empty when it can."""
    if not notice.choices:
        return f"They wait for no answer on {notice.id}."
    if not answer.accepts and answer.choice not in {choice.key for choice in notice.choices}:
        return "Please choose one of the reasons they offer for keeping the complaint."
    if len(answer.words) > limit:
        return f"The answer has {len(answer.words)} characters; they take up to {limit}."
    return ""


def _opened(table: MercadoLibreTable, opening: Opening) -> MercadoLibre:
    secret, refresh = table.client_secret.get_secret_value(), table.refresh_token.get_secret_value()
    oauth = OAuth(
        key=table.key,
        name=table.name,
        wire=opening.wire(table, NoAuth((secret, refresh))),
        token_url=f"{table.base_url}/oauth/token",
        client_id=table.client_id,
        client_secret=secret,
        refresh=refresh,
        vault=opening.vault(secret),
        clock=opening.clock,
    )
    wire = opening.wire(table, oauth)
    return MercadoLibre(
        key=table.key,
        name=table.name,
        table=table,
        capabilities=table.capable(answers=True, statement_limit=table.comment_limit, violations=table.known),
        wire=wire,
        enabled=EnabledReasons(
            wire=wire, denounces=f"{table.base_url}/moderations/pppi/denounces", clock=opening.clock
        ),
    )


MERCADOLIBRE = Adapter(
    table=MercadoLibreTable,
    opened=_opened,
    example="""
adapter = "mercadolibre"
name = "Mercado Libre"
client_id = "1234567890123456"
client_secret_env = "MERCADOLIBRE_SECRET"
refresh_token_env = "MERCADOLIBRE_REFRESH_TOKEN"
reasons = { copyright = "PPPI5" }
""",
)
