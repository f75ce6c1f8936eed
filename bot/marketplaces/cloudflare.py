"""The `cloudflare` adapter: abuse reports against pages of any host that Cloudflare serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask, Capabilities, Result, Unable, beyond, sorted_out
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.cloudflare_answers import (
    Refusal,
    is_of,
    kept,
    moment,
    names,
    parse_report,
    refusal,
    report_number,
    result_of,
    since,
    total_of,
)
from bot.marketplaces.cloudflare_reports import (
    ACTS,
    ADDRESSES_LIMIT,
    JUSTIFICATION_LIMIT,
    TYPES,
    CloudflareTable,
    host_of,
    lacking,
    to_payload,
)
from bot.marketplaces.http import Bearer, Reply, Wire, clean, words_of
from bot.marketplaces.memo import Memo
from bot.model import Clock, Decision, Notice, Status

UNNUMBERED = "not-numbered-yet"
"""Stands for a report's id where they took the report, gave no id, and do not list it yet: `check` looks for it."""
ENTITLEMENT = (
    "Cloudflare takes reports from accounts with the abuse-reports entitlement (Enterprise accounts have it, others "
    "ask for it) and a token with “Trust and Safety Write”."
)
"""Source: the SDK's words for status 401."""
_DEDUPE = "dedupe"
"""Their word for an address that was reported recently. Source: seen in public clients."""
SHOWN_BY = timedelta(minutes=1)
"""How long after sending a report is given to be listed, before it counts as not there. A guess: they say nothing of
it."""
_MEMO = timedelta(seconds=30)
_PAGE, _PAGES = 50, 5

Report = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CloudflareMarketplace(Unable):
    """Cloudflare's abuse desk. `reports` is the address of the account's reports; `memo` holds them for a moment,
    because up to 250 notices are one report."""

    key: str
    name: str
    reports: str
    reporter: CloudflareTable
    capabilities: Capabilities
    wire: Wire
    clock: Clock
    memo: Memo[Report]

    def lacks(self, ask: Ask) -> str:
        return beyond(self.capabilities, ask) or lacking(self.reporter, ask)

    def lot_of(self, notice: Notice) -> str:
        """One host, right, violation, statement and signature: the rest of a report is the same for all."""
        said = (notice.right.key, str(notice.violation), notice.declaration.signature, notice.statement)
        return "\n".join((host_of(notice.listing), *said))

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File one report about all of the notices. Not safe to repeat, though they refuse what was just reported."""
        good, results = sorted_out(self, notices)
        return results | (await self._filed(good) if good else {})

    async def _filed(self, notices: Sequence[Notice]) -> dict[str, Result]:
        try:
            reply = await self._call("POST", ACTS[notices[0].violation], json=to_payload(self.reporter, notices))
        except Refusal as refused:
            if refused.code != _DEDUPE:
                raise
            return await self._known_already(notices, refused)
        try:
            number = report_number(reply.json)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=False, status=reply.status) from None
        taken = Decision(
            reference=number or UNNUMBERED,
            status=Status.SUBMITTED,
            vendor_status="submitted",
            raw=kept(reply.json),
        )
        found = taken if number else await self._found_or(notices[0], taken)
        return {notice.id: found for notice in notices}

    async def _found_or(self, notice: Notice, taken: Decision) -> Decision:
        """The report as they list it; where they do not, or do not answer now, what is known of it."""
        try:
            return await self._ours(notice) or taken
        except MarketplaceError:
            return taken

    async def _known_already(self, notices: Sequence[Notice], refused: Refusal) -> dict[str, Result]:
        """They refused all because some were reported recently: those are told apart, the others may be sent anew.

        Where they list none of them it is open whose report they mean: it may be this one, whose reply was lost.
        """
        earlier = await self._whole(await self._listed(host_of(notices[0].listing)))
        known = {notice.id: report for notice in notices if (report := _about(notice, earlier)) is not None}
        if not known:
            words = f"They have a report of it, they say, and do not list it. {refused.detail}"
            return {notice.id: OutcomeUnknown(self.name, words, status=refused.status) for notice in notices}
        again = Unavailable(self.name, "They refused the whole report for an address they have; this one is sent anew.")
        return {notice.id: self._known(notice, known[notice.id]) if notice.id in known else again for notice in notices}

    def _known(self, notice: Notice, report: Report) -> Decision:
        """What a report they have means for a notice: it went in it, or was there before."""
        decision = self._decision(report)
        if is_of(report, notice):
            return decision
        return Decision(
            reference=decision.reference,
            status=Status.DUPLICATE,
            vendor_status=_DEDUPE,
            raw=decision.raw,
        )

    async def look_up(self, notice: Notice) -> Decision | None:
        """The report this notice went in, by its host, kind, time, address and words.

        Raises:
            Unavailable: not listed yet, and sent a moment ago.
        """
        found = await self._ours(notice)
        wait = notice.updated_at + SHOWN_BY - self.clock()
        if found is None and notice.status in (Status.SENDING, Status.UNCERTAIN) and wait > timedelta():
            raise Unavailable(self.name, "They do not list it yet; looking again.", retry_after=wait.total_seconds())
        return found

    async def _ours(self, notice: Notice) -> Decision | None:
        kind = TYPES[ACTS[notice.violation]]
        listed = await self._listed(host_of(notice.listing), kind=kind, after=since(notice))
        ours = [report for report in await self._whole(listed) if is_of(report, notice)]
        return self._decision(ours[0]) if ours else None

    async def check(self, notice: Notice) -> Decision:
        """Ask how the report stands. One they do not know by the number they gave is looked for."""
        if not notice.reference:
            raise Declined(self.name, f"{notice.id} has no reference there yet.")
        if notice.reference != UNNUMBERED:
            try:
                return self._decision(await self._report(notice.reference))
            except Declined as refused:
                if refused.status != 404:
                    raise
        found = await self._ours(notice)
        if found is None:
            raise Declined(self.name, "They do not list the report (yet).", status=404)
        return found

    async def probe(self) -> None:
        """See whether they answer, take our token, and let the account report."""
        await self._page({"per_page": "1"})

    async def _report(self, number: str) -> Report:
        return await self.memo.get(number, lambda: self._asked(number))

    async def _asked(self, number: str) -> Report:
        report: Report = self._read(await self._call("GET", f"submitted/{quote(number, safe='')}"))
        return report

    async def _whole(self, listed: Iterable[Report]) -> list[Report]:
        """The newest of the reports, with their addresses, newest first."""
        return [await self._report(str(one["id"])) for one in sorted(listed, key=_made, reverse=True)[:_PAGE]]

    async def _listed(self, host: str, *, kind: str = "", after: datetime | None = None) -> list[Report]:
        """Our reports about a host. Theirs may name the domain above it."""
        asked = {"domain": _above(host), "per_page": str(_PAGE)} | ({"type": kind} if kind else {})
        if after is not None:
            asked["created_after"] = after.isoformat().replace("+00:00", "Z")
        found: list[Report] = []
        for page in range(1, _PAGES + 1):
            reports, total = await self._page(asked | {"page": str(page)})
            found += [one for one in reports if isinstance(one, dict) and one.get("id")]
            if not reports or (len(reports) < _PAGE if total is None else len(found) >= total):
                return found
        if after is not None:  # what is not among them may still be there
            raise self.wire.unreadable(f"there are more than {len(found)} reports of {host}", safe=True)
        return found

    async def _page(self, asked: Mapping[str, str | Sequence[str]]) -> tuple[list[Any], int | None]:
        reply = await self._call("GET", f"submitted?{urlencode(asked, doseq=True)}")
        return self._read(reply, "reports"), total_of(reply.json)

    async def _call(self, method: str, path: str, json: Any = None) -> Reply:
        """One call. Raises: Refusal: they said no, in whatever way."""
        safe = method == "GET"
        reply = await self.wire.call(method, f"{self.reports}/{path}", safe=safe, json=json, judge=self._judged)
        refused = refusal(self.name, reply.json, reply.status)
        if refused is not None:
            raise refused
        return reply

    def _judged(self, status: int, body: Any) -> MarketplaceError | None:
        if status in (401, 403):
            words = clean(words_of(body)) or "They refuse the token."
            return NotAuthorised(self.name, f"{words.rstrip('.')}. {ENTITLEMENT}", status=status)
        if status not in (400, 404, 409, 422):
            return None
        return refusal(self.name, body, status)

    def _read(self, reply: Reply, key: str = "") -> Any:
        try:
            return result_of(reply.json, key)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None

    def _decision(self, report: Report) -> Decision:
        try:
            return parse_report(report)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True) from None


def _about(notice: Notice, reports: Iterable[Report]) -> Report | None:
    return next((report for report in reports if names(report, notice)), None)


def _made(report: Report) -> float:
    made = moment(report.get("cdate"))
    return made.timestamp() if made else 0.0


def _above(host: str) -> list[str]:
    """The host and the domains above it: `a.shop.example`, `shop.example`."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))]


def _opened(table: CloudflareTable, opening: Opening) -> CloudflareMarketplace:
    return CloudflareMarketplace(
        key=table.key,
        name=table.name,
        reports=f"{table.base_url}/accounts/{table.account_id}/abuse-reports",
        reporter=table,
        capabilities=table.capable(
            batch_size=ADDRESSES_LIMIT, statement_limit=JUSTIFICATION_LIMIT, read_back=True, violations=frozenset(ACTS)
        ),
        wire=opening.wire(table, Bearer(table.token.get_secret_value())),
        clock=opening.clock,
        memo=Memo(clock=opening.clock, lasts=min(_MEMO, timedelta(seconds=table.poll_seconds / 2))),
    )


CLOUDFLARE = Adapter(
    table=CloudflareTable,
    opened=_opened,
    example="""
adapter = "cloudflare"
name = "Cloudflare"
account_id = "0123456789abcdef0123456789abcdef"
token_env = "CLOUDFLARE_TOKEN"
# Cloudflare may hand what follows, the name of whoever signs and the addresses reported to third parties such as the
# Lumen Database, where anybody can read them. Give the brand's contact, not a person's.
email = "brand@acme.example"
company = "Acme Brands B.V."
# Needed for copyright only:
address1 = "Keizersgracht 1"
city = "Amsterdam"
state = "Noord-Holland"
country = "NL"
""",
)
