"""The `netcraft` adapter: takedowns of pages of any host, for customers of Netcraft.

Source: Netcraft's own integration for Cortex XSOAR (github.com/demisto/content, Packs/Netcraft_V2); there is no public
reference. That a yes is sent as `true`, and the codes TD_DENIED and TD_ERROR, are seen in older clients only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from bot.errors import Declined, MarketplaceError, OutcomeUnknown
from bot.marketplaces import Ask, Capabilities, Result, Unable, beyond, one_by_one
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.http import Bearer, Reply, Wire, clean
from bot.marketplaces.netcraft_answers import (
    CODES,
    MAKES_NONE,
    REFUSED,
    Receipt,
    labelled,
    parse_attack,
    parse_receipt,
    take,
    type_names,
    with_number,
)
from bot.model import Decision, Notice, Violation
from config.desk_tables import Address, WithToken, Word

SKEW = timedelta(minutes=5)
"""How far their clock may be behind ours when a takedown is looked for."""
MOST = 1000
"""Takedowns asked for at once; they give up to 100,000 a call, and 1,000,000 a day."""
_YES = "true"
_TAG_LIMIT = 100


Which = Callable[..., dict[str, Any] | None]


def _types(value: Any) -> Mapping[Violation, str]:
    """Each violation's name for them."""
    said = value if isinstance(value, dict) else {}
    good = all(one in tuple(Violation) and isinstance(name, str) and name.strip() for one, name in said.items())
    if not said or not good:
        raise ValueError(f"must give the attack type for some of {', '.join(Violation)}")
    return {Violation(one): name.strip() for one, name in said.items()}


def _tags(value: Any) -> tuple[str, ...]:
    tags = tuple(value) if isinstance(value, list) else (None,)
    if not all(isinstance(tag, str) and 0 < len(tag) <= _TAG_LIMIT and "," not in tag for tag in tags):
        raise ValueError(f"must be a list of texts of up to {_TAG_LIMIT} characters, without commas")
    return tags


class NetcraftTable(WithToken):
    """`adapter = "netcraft"`. `types` says which attack type of theirs a violation is; what it leaves out is not filed
    with them. Only `phishing_url`, their default, is published, and a counterfeit is no phishing: the names that a
    region has are at `GET /api/v1/attack-types/`, and the doctor checks yours against them.

    `authorise` lets them start at once; without it somebody has to say so in their own pages.
    """

    any_address: ClassVar[bool] = True

    base_url: Address = "https://takedown.netcraft.com"
    region: Word
    brand: Word | None = None
    types: Annotated[Mapping[Violation, str], BeforeValidator(_types)] = Field(
        default={Violation.OTHER: "phishing_url"}
    )
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = ()
    authorise: bool = Field(default=True, strict=True)
    poll_seconds: float = Field(default=300, gt=0, le=86_400, strict=True)


@dataclass(frozen=True, kw_only=True)
class NetcraftMarketplace(Unable):
    """Netcraft's takedown desk."""

    key: str
    name: str
    table: NetcraftTable
    capabilities: Capabilities
    wire: Wire

    def lacks(self, ask: Ask) -> str:
        return beyond(self.capabilities, ask) or ("" if _host(ask) else "They need the whole address of a page.")

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File the notice. Sent twice it is one takedown: they say that it exists, and whose label it has."""
        return await one_by_one(self, notices, self._file)

    async def _file(self, notice: Notice) -> Decision:
        reply = await self.wire.call(
            "POST", self._at("report"), safe=False, form=to_form(self.table, notice), reads="text"
        )
        try:
            receipt = parse_receipt(reply.text)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=False, status=reply.status) from None
        words = clean(receipt.words) or "They gave no reason."
        if receipt.code in REFUSED:
            raise Declined(self.name, f"{receipt.code}: {words}", status=reply.status)
        if receipt.code not in CODES:
            raise OutcomeUnknown(self.name, f"They answer {receipt.code}: {words}", status=reply.status)
        if receipt.code in MAKES_NONE:
            return await self._there_already(notice, receipt)
        return take(receipt, label=notice.id)

    async def _there_already(self, notice: Notice, receipt: Receipt) -> Decision:
        """Whether what they have is this notice, sent before, or somebody else's."""
        try:
            ours = await self.look_up(notice)
        except MarketplaceError as silent:
            raise OutcomeUnknown(
                self.name, f"{receipt.code}, they say, but not whose it is. {silent.detail}"
            ) from silent
        return ours or take(receipt, label=notice.id)

    async def look_up(self, notice: Notice) -> Decision | None:
        """The takedown that has our id for a label, among those of the host since the notice was filed here.

        Not since it was sent, which is later once a person pressed Retry.
        """
        since = (notice.filed_at - SKEW).astimezone(UTC)
        reply = await self._attacks(url=_host(Ask.of(notice)), date_from=f"{since:%Y-%m-%d %H:%M:%S}", max_results=MOST)
        return self._found(reply, notice, labelled)

    async def check(self, notice: Notice) -> Decision:
        """Ask how the takedown stands: by its number, or by our label until it has one."""
        if not notice.reference:
            raise Declined(self.name, f"{notice.id} has no reference there yet.")
        if notice.reference == notice.id:
            return await self.look_up(notice) or take(Receipt(code="TD_VERIFY"), label=notice.id)
        found = self._found(await self._attacks(id=notice.reference), notice, with_number)
        if found is None:
            raise Declined(self.name, f"They have no takedown {notice.reference} in the region {self.table.region}.")
        return found

    async def probe(self) -> None:
        """See whether they answer, take our key, and know the attack types we use. Raises: Declined: they do not."""
        reply = await self.wire.call("GET", self._at("attack-types"), safe=True, params={"region": self.table.region})
        try:
            known = type_names(reply.json)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None
        strange = sorted(set(self.table.types.values()) - set(known))
        if strange:
            has = clean(", ".join(known)) or "none"
            raise Declined(self.name, f"The region has no attack type {', '.join(strange)}; it has: {has}.")

    async def _attacks(self, **asked: str | int) -> Reply:
        params = {"region": self.table.region} | {name: str(value) for name, value in asked.items()}
        return await self.wire.call("GET", self._at("attacks"), safe=True, params=params)

    def _found(self, reply: Reply, notice: Notice, which: Which) -> Decision | None:
        try:
            attack = which(reply.json, notice, most=MOST)
            return parse_attack(attack, notice) if attack is not None else None
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None

    def _at(self, what: str) -> str:
        return f"{self.table.base_url}/api/v1/{what}/"


def to_form(table: NetcraftTable, notice: Notice) -> dict[str, str]:
    """The fields of `POST /api/v1/report/`. Pure: the same notice is always the same form."""
    right = notice.right
    number = f" {right.registration_no} ({right.office})" if right.registration_no else ""
    form = {
        "attack": notice.listing.canonical,
        "type": table.types[notice.violation],
        "comment": f"{notice.statement}\n\nRight relied on: {right.kind}{number}, “{right.title}”\n"
        f"Owner: {right.owner}\nDeclared by: {notice.declaration.signature}",
        "region": table.region,
        "customer_label": notice.id,
    }
    more = {
        "brand": table.brand or "",
        "tags": ",".join(table.tags),
        "force_auth": _YES if table.authorise else "",
    }
    return form | {name: value for name, value in more.items() if value}


def _host(ask: Ask) -> str:
    try:
        return urlsplit(ask.listing.canonical).hostname or ""
    except ValueError:
        return ""


def _opened(table: NetcraftTable, opening: Opening) -> NetcraftMarketplace:
    return NetcraftMarketplace(
        key=table.key,
        name=table.name,
        table=table,
        capabilities=table.capable(read_back=True, violations=frozenset(table.types)),
        wire=opening.wire(table, Bearer(table.token.get_secret_value())),
    )


NETCRAFT = Adapter(
    table=NetcraftTable,
    opened=_opened,
    example="""
adapter = "netcraft"
name = "Netcraft"
token_env = "NETCRAFT_TOKEN"
region = "acme"
brand = "Acme"
# Which of your region's attack types (GET /api/v1/attack-types/) a violation is. Only phishing_url is published.
types = { other = "phishing_url" }
tags = ["takedown-desk"]
""",
)
