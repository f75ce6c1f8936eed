"""The `ebay` adapter: reports to eBay's Verified Rights Owner programme (VeRO), up to 150 listings in a call.

eBay files twice what is sent twice, so that after a lost reply the reported items are looked through first. A report
says how its items stand, and nothing here says *why* a listing is gone: eBay has one word for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask, Capabilities, Result, Unable, beyond, sorted_out
from bot.marketplaces import ebay_contract as vero
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.ebay_answers import (
    NotTaken,
    Report,
    Row,
    culprits,
    decide,
    filed,
    judge,
    parse_filed,
    parse_page,
    parse_report,
)
from bot.marketplaces.ebay_contract import Contract, Names
from bot.marketplaces.ebay_reasons import Codes, choose, expected, needs, parse_codes
from bot.marketplaces.ebay_reports import Entry, Terms, packets, site_of, to_item
from bot.marketplaces.ebay_table import EbayTable
from bot.marketplaces.http import Reply, Wire
from bot.marketplaces.memo import Memo
from bot.marketplaces.oauth import NoAuth, OAuth
from bot.model import Clock, Decision, Notice, Status

SAME_ANSWER = timedelta(seconds=45)
"""How long one answer about a report serves all its notices."""
SAME_CODES = timedelta(hours=24)
SHOWN_BY = timedelta(minutes=1)
"""How long after sending a report is given to show up in their list, before it counts as not there. A guess: they say
nothing of it, and filing twice is worse than a minute."""
EARLIER = timedelta(minutes=5)
"""How much their clock may be behind ours."""
PAGE, MOST_PAGES = 100, 30
OF_ITEM = "item:"
"""Begins a reference of ours, for a report whose own id was lost with the reply."""


@dataclass(frozen=True, kw_only=True)
class Ebay(Unable):
    """eBay, for a member of the VeRO programme. `base` is the address of one version of the API."""

    key: str
    name: str
    base: str
    contract: Contract
    terms: Terms
    capabilities: Capabilities
    wire: Wire
    clock: Clock
    codes: Memo[Codes]
    reports: Memo[Report]

    def lacks(self, ask: Ask) -> str:
        wrong = beyond(self.capabilities, ask)
        if wrong:
            return wrong
        site, item = site_of(ask.listing.canonical), ask.listing.listing_id
        if not site:
            return "They take no reports for this address: it is of no eBay site with VeRO codes."
        if not re.fullmatch(rf"[0-9]{{1,{vero.ITEM_LIMIT}}}", item):
            return f"They know listings by up to {vero.ITEM_LIMIT} digits; this one has the id {item}."
        missing = [needs(code, ask) for code in sorted(expected(site, ask.violation, self.terms.chosen))]
        return missing[0] if missing and all(missing) else ""

    def lot_of(self, notice: Notice) -> str:
        """One site, and one ground: a report tells its items apart by listing alone, so none may be in it twice."""
        return f"{site_of(notice.listing.canonical)}:{notice.right.key}:{notice.violation}"

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File a report. What eBay refuses of it is left out, and the rest sent again: a refusal files nothing."""
        good, results = sorted_out(self, notices)
        entries: list[Entry] = []
        for notice in good:
            entry = await self._entry(notice)
            if isinstance(entry, Entry):
                entries.append(entry)
            else:
                results[notice.id] = entry
        return results | await self._packets(packets(entries))

    async def look_up(self, notice: Notice) -> Decision | None:
        """Whether a report of this listing arrived since the notice was filed here; an earlier one is not taken for it.

        They tell neither when, nor by which report, nor for which reason an item was reported, only what was reported
        between two times. Several reports since then are told apart by a person. One is taken for this notice's, though
        it may be that of another notice of this desk, for the same listing on another ground, while this one was lost:
        nothing they answer tells the two apart. The report's own id is not to be had: the reference names the listing.

        Raises:
            Declined: filed here longer ago than they can be asked about, or they show several reports since then.
            Unavailable: not there yet, and sent a moment ago.
        """
        item, now = notice.listing.listing_id, self.clock()
        begin = notice.filed_at - EARLIER
        if now - begin > vero.WINDOW:
            days = vero.WINDOW.days
            raise Declined(self.name, f"They tell what was reported within {days} days; {notice.id} is older.")
        rows = [row for row in await self._of_item(item) if row.status != "NONE"]
        if rows:
            rows = [row for row in await self._listed(self._between(begin, now)) if row.item == item]
        if len(rows) > 1:
            words = f"They show {len(rows)} reports of this listing since then, and not which is that of {notice.id}."
            raise Declined(self.name, words)
        if rows:
            return decide(f"{OF_ITEM}{item}", item, "", rows)
        wait = notice.updated_at + SHOWN_BY - now
        if notice.status in (Status.SENDING, Status.UNCERTAIN) and wait > timedelta():
            raise Unavailable(self.name, "They do not show it yet; looking again.", retry_after=wait.total_seconds())
        return None

    async def check(self, notice: Notice) -> Decision:
        """Ask how the report's item stands; one call serves all notices of the report.

        For a reference that names the listing only, the listing's reports are asked for: if an older one says
        otherwise, neither is taken for final.
        """
        reference, item = notice.reference, notice.listing.listing_id
        if not reference:
            raise Declined(self.name, f"{notice.id} has no reference there yet.")
        if reference.startswith(OF_ITEM):
            return decide(reference, item, "", await self._of_item(item))
        report = await self.reports.get(reference, lambda: self._report(reference))
        return decide(reference, item, report.status, report.rows)

    async def probe(self) -> None:
        """See whether they answer and take our credentials: asks for the reason codes of the American site."""
        site = vero.SITES["com"]
        await self.codes.anew(site, lambda: self._codes(site))

    async def _entry(self, notice: Notice) -> Entry | Declined:
        site = site_of(notice.listing.canonical)
        codes = await self.codes.get(site, lambda: self._codes(site))
        try:
            code = choose(codes, site, notice.violation, self.terms.chosen)
        except ValueError as unclear:
            return Declined(self.name, str(unclear))
        missing = needs(code, Ask.of(notice))
        if missing:
            return Declined(self.name, missing)
        return Entry(notice, to_item(notice, code, self.terms, self._names))

    async def _packets(self, lots: Sequence[Sequence[Entry]]) -> dict[str, Result]:
        """Send packet by packet, until one goes astray: then the others have not been sent."""
        results: dict[str, Result] = {}
        for number, lot in enumerate(lots):
            became = await self._packet(lot)
            results |= became
            astray = [one for one in became.values() if isinstance(one, Unavailable | OutcomeUnknown | NotAuthorised)]
            if astray:
                rest = [entry for one in lots[number + 1 :] for entry in one]
                return results | {entry.notice.id: self._unsent(astray[0]) for entry in rest}
        return results

    async def _packet(self, lot: Sequence[Entry]) -> dict[str, Result]:
        """Send a packet; if it is refused, without what was wrong with it; if that is not said, in halves."""
        results: dict[str, Result] = {}
        while lot:
            try:
                decision = await self._file(lot)
            except NotTaken as refusal:
                bad = culprits(refusal.problems, [entry.item for entry in lot])
                if len(lot) == 1:
                    bad = {0: refusal.detail}
                results |= {lot[at].notice.id: Declined(self.name, bad[at], status=refusal.status) for at in bad}
                rest = [entry for at, entry in enumerate(lot) if at not in bad]
                if (refusal.status or 0) >= 500:  # a refusal all the same; but nothing is sent again unseen
                    unknown = OutcomeUnknown(self.name, refusal.detail, status=refusal.status)
                    return results | {entry.notice.id: unknown for entry in rest}
                if not bad:
                    middle = len(rest) // 2
                    return results | await self._packets([rest[:middle], rest[middle:]])
                lot = rest
            except MarketplaceError as error:
                return results | {entry.notice.id: error for entry in lot}
            else:
                return results | {entry.notice.id: decision for entry in lot}
        return results

    def _unsent(self, astray: MarketplaceError) -> MarketplaceError:
        if isinstance(astray, OutcomeUnknown):
            return Unavailable(self.name, f"Not sent yet. {astray.detail}", status=astray.status)
        return astray

    async def _file(self, lot: Sequence[Entry]) -> Decision:
        body = {self._names.reported: [entry.payload for entry in lot]}
        reply = await self._call("POST", self.contract.paths["file"], safe=False, json=body)
        try:
            return filed(parse_filed(reply.json, reply.location, self._names))
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=False, status=reply.status) from None

    async def _report(self, reference: str) -> Report:
        path = re.sub(r"\{[^}]*\}", quote(reference, safe=""), self.contract.paths["report"])
        reply = await self._call("GET", path, params={self._names.with_items: "true"})
        try:
            return parse_report(reply.json, self._names)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None

    async def _codes(self, site: str) -> Codes:
        reply = await self._call("GET", self.contract.paths["reasons"], headers={vero.SITE_HEADER: site})
        try:
            return parse_codes(reply.json, site, self._names)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None

    async def _of_item(self, item: str) -> list[Row]:
        """What was ever reported of a listing; nothing when they say that they do not know it."""
        try:
            rows = await self._listed({self._names.of_item: item})
        except NotTaken as refusal:
            if {one.id for one in refusal.problems} != {vero.UNKNOWN_ITEM}:
                raise
            return []
        return [row for row in rows if row.item == item]

    async def _listed(self, which: Mapping[str, str]) -> list[Row]:
        """All reported items of a query, page by page."""
        rows: list[Row] = []
        offset = 0
        for _ in range(MOST_PAGES):
            params = {**which, "limit": str(PAGE), "offset": str(offset)}
            reply = await self._call("GET", self.contract.paths["items"], params=params)
            try:
                read, entries, total, more = parse_page(reply.json, self._names)
            except ValueError as wrong:
                raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None
            rows += read
            offset += entries
            if not entries or (offset >= total if total is not None else not more):
                return rows
        raise Declined(self.name, "They list too many reports of that time to look through.")

    def _between(self, begin: datetime, end: datetime) -> dict[str, str]:
        return {self._names.filter: f"{self._names.submitted}:[{_stamp(begin)}..{_stamp(end)}]"}

    async def _call(self, method: str, path: str, *, safe: bool = True, **more: Any) -> Reply:
        def judged(status: int, body: Any) -> MarketplaceError | None:
            return judge(self.name, status, body, safe=safe)

        return await self.wire.call(method, f"{self.base}{path}", safe=safe, judge=judged, **more)

    @property
    def _names(self) -> Names:
        return self.contract.names


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _opened(table: EbayTable, opening: Opening) -> Ebay:
    host = vero.SANDBOX_HOST if table.sandbox else vero.HOST
    secret = table.client_secret.get_secret_value()
    refresh = table.refresh_token.get_secret_value() if table.refresh_token else ""
    auth = OAuth(
        key=table.key,
        name=table.name,
        wire=opening.wire(table, NoAuth([one for one in (secret, refresh) if one])),
        token_url=table.token_url or f"{host}{vero.TOKEN_PATH}",
        client_id=table.client_id,
        client_secret=secret,
        refresh=refresh,
        scope=table.scope,
        basic=True,
        vault=opening.vault(secret),
        clock=opening.clock,
    )
    contract = table.contract
    return Ebay(
        key=table.key,
        name=table.name,
        base=table.base_url or f"{host}{contract.base_path}",
        contract=contract,
        terms=Terms(
            brand=table.brand or "",
            message=table.message_to_seller or "",
            copy=table.copy_to_owner,
            chosen=table.reasons,
        ),
        capabilities=table.capable(
            batch_size=table.batch_size,
            statement_limit=vero.MESSAGE_LIMIT,
            message_limit=vero.MESSAGE_LIMIT,
            read_back=True,
        ),
        wire=opening.wire(table, auth),
        clock=opening.clock,
        codes=Memo(clock=opening.clock, lasts=SAME_CODES),
        reports=Memo(clock=opening.clock, lasts=SAME_ANSWER),
    )


EBAY = Adapter(
    table=EbayTable,
    opened=_opened,
    example="""
adapter = "ebay"
name = "eBay"
client_id = "Acme-Takedown-PRD-1234"
client_secret_env = "EBAY_CLIENT_SECRET"
refresh_token_env = "EBAY_REFRESH_TOKEN"
reasons = { counterfeit = "1234" }
""",
)
