"""The doctor: looks at every setting, token, scope and marketplace, and says in a sentence what to do."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from bot.app import open_slack
from bot.completeness import unnamed
from bot.doctor_of_referrals import referrals
from bot.errors import InUse, MarketplaceError, Misconfigured, SlackDeclined, SlackError, TakedownError, Unavailable
from bot.findings import Finding
from bot.marketplaces import Ask, Marketplace
from bot.marketplaces.adapters import Opening
from bot.marketplaces.ebay_contract import NEWEST, SCOPE, compared
from bot.marketplaces.ebay_table import EbayTable
from bot.marketplaces.http import new_client
from bot.marketplaces.oauth import Tokens, Vault
from bot.marketplaces.opening import open_marketplaces
from bot.model import RELIES_ON, Listing, Right, utc_now
from bot.observe import hide
from bot.slack import Slack
from bot.statements import standard_statement
from bot.stores.opening import open_store
from bot.vault import StoreVault
from config.desk_file import DeskFile, MarketplaceTable, load_marketplaces, refuse_short_retention
from config.secrets import secrets_in
from config.settings import Settings, refuse_oauth

MANIFEST = Path(__file__).parent.parent / "config" / "manifest.json"


async def examine(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """Everything, in the order a person would fix it. Files nothing and posts nothing."""
    findings = [Finding(True, "settings are readable"), *_risky(environ)]
    findings += await _slack(settings)
    findings += await _store(settings)
    try:
        desk_file = load_marketplaces(settings.marketplaces_file, environ)
    except Misconfigured as wrong:
        return [*findings, Finding(False, "marketplaces file", str(wrong))]
    hide(secrets_in(settings, *desk_file.marketplaces, desk_file.lumen))
    findings += _retention(settings, desk_file)
    findings += [*_rights(desk_file.rights), *await _marketplaces(settings, desk_file)]
    return findings + await referrals(settings, desk_file)


def compare_contract(file: Path, tables: Iterable[MarketplaceTable]) -> list[Finding]:
    """What the `ebay` adapter uses, as the desk file sets it, held against eBay's own OpenAPI document. Calls nobody.

    Raises:
        Misconfigured: the file cannot be read, or is no such document.
    """
    used = [(table.contract, table.scope) for table in tables if isinstance(table, EbayTable)] or [(NEWEST, SCOPE)]
    try:
        document = orjson.loads(file.read_bytes())
        points = [point for contract, scope in used for point in compared(document, contract, scope)]
    except OSError as wrong:
        raise Misconfigured(f"{file} cannot be read: {wrong.strerror or 'it is not there'}.") from None
    except ValueError as wrong:
        words = "it is not JSON" if isinstance(wrong, orjson.JSONDecodeError) else str(wrong)
        raise Misconfigured(f"{file} cannot be compared: {words}.") from None
    return [Finding(point.well, point.words) for point in points]


def _risky(environ: Mapping[str, str]) -> list[Finding]:
    try:
        refuse_oauth(environ)
    except Misconfigured as wrong:
        return [Finding(False, "environment", str(wrong))]
    return []


def _retention(settings: Settings, desk_file: DeskFile) -> list[Finding]:
    try:
        refuse_short_retention(desk_file.marketplaces, settings.retention_days)
    except Misconfigured as wrong:
        return [Finding(False, "RETENTION_DAYS", str(wrong))]
    return []


async def _admins(settings: Settings, slack: Slack) -> list[Finding]:
    if not settings.admin_users:
        advice = "name at least one Slack user id, or nobody can act on other people's notices"
        return [Finding(False, "ADMIN_USERS", advice)]
    findings = []
    for user in sorted(settings.admin_users):
        person = await slack.person(user)
        if person is None or person.deleted:
            findings.append(Finding(False, f"ADMIN_USERS {user}", "Slack knows nobody of this id here; copy it again"))
        else:
            findings.append(Finding(True, f"ADMIN_USERS {user} is {person.name}"))
    return findings


async def _slack(settings: Settings) -> list[Finding]:
    slack = open_slack(settings)
    try:
        try:
            await slack.identify()
        except SlackDeclined as error:
            return [Finding(False, "SLACK_BOT_TOKEN", f"{error}; copy it again from OAuth & Permissions")]
        except SlackError as error:
            return [Finding(False, "SLACK_API_URL", f"{error}; check the network between here and Slack")]
        findings = [Finding(True, f"SLACK_BOT_TOKEN works in {slack.url or 'the workspace'}"), await _scopes(slack)]
        findings += await _admins(settings, slack)
        if settings.slack_app_token is not None:
            findings.append(await _app_token(slack, settings.slack_app_token.get_secret_value()))
        elif settings.slack_signing_secret is not None:
            findings.append(Finding(True, "SLACK_SIGNING_SECRET is set; Slack must reach /slack/events over https"))
        return findings
    finally:
        await slack.close()


async def _scopes(slack: Slack) -> Finding:
    needed = set(orjson.loads(MANIFEST.read_bytes())["oauth_config"]["scopes"]["bot"])
    missing = sorted(needed - await slack.scopes())
    if not missing:
        return Finding(True, "every scope of the manifest is granted")
    return Finding(
        False, "scopes", f"{', '.join(missing)} missing: add them under OAuth & Permissions and reinstall the app"
    )


async def _app_token(slack: Slack, token: str) -> Finding:
    try:
        await slack.try_socket(token)
    except SlackError as error:
        return Finding(
            False,
            "SLACK_APP_TOKEN",
            f"{error}; make one with connections:write under Basic Information, and turn Socket Mode on",
        )
    return Finding(True, "SLACK_APP_TOKEN opens a socket")


async def _store(settings: Settings) -> list[Finding]:
    scheme = settings.database_url.split(":", 1)[0]
    try:
        store = await open_store(settings.database_url, utc_now)
        try:
            counts = await store.counts(utc_now())
        finally:
            await store.close()
    except InUse:
        return [Finding(True, "DATABASE_URL is in use by a running desk, as it should be")]
    except TakedownError as error:
        return [Finding(False, "DATABASE_URL", str(error))]
    parked = counts.parked
    advice = f"{parked} deliveries are set aside for a person; look for “delivery.parked” in the log" if parked else ""
    return [Finding(not parked, f"DATABASE_URL opens ({scheme}, {sum(counts.notices.values())} notices)", advice)]


def _rights(rights: tuple[Right, ...]) -> list[Finding]:
    if not rights:
        return [Finding(False, "rights", "add at least one [rights.KEY] table to the marketplaces file")]
    today = datetime.now(UTC).date()
    return [_right(right, today) for right in rights]


def _right(right: Right, today: date) -> Finding:
    if not right.live_on(today):
        return Finding(False, f"right {right.key}", f"expired on {right.expires_on}; renew it or take it out")
    lack = unnamed(right)
    return Finding(not lack, f"right {right.key}", lack)


async def _marketplaces(settings: Settings, desk_file: DeskFile) -> list[Finding]:
    if not desk_file.marketplaces:
        return [Finding(False, "marketplaces", "add at least one [marketplaces.NAME] table to the marketplaces file")]
    findings = []
    async with new_client() as client, _vaults(settings) as vault:
        opening = Opening(client=client, clock=utc_now, vault=vault)
        for key, marketplace in open_marketplaces(desk_file.marketplaces, opening).items():
            try:
                await marketplace.probe()
            except KeptElsewhere:
                findings.append(Finding(True, f"marketplace {key}: the running desk looks after its tokens"))
            except NotKept as wrong:
                advice = f"it was not asked, because its tokens could not be read: {wrong}"
                findings.append(Finding(False, f"marketplace {key}", advice))
            except MarketplaceError as error:
                findings.append(Finding(False, f"marketplace {key}", _cure(error)))
            else:
                findings.append(Finding(True, f"marketplace {key} {_in_reach(marketplace)}"))
            findings += _unfit(marketplace, desk_file.rights)
    return findings


def _unfit(marketplace: Marketplace, rights: Iterable[Right]) -> Iterator[Finding]:
    """What of a marketplace's table or the rights stands in the way of every notice of a kind.

    Asked of those who take any address: others know listings by ids, and none can be made up for them.
    """
    can = marketplace.capabilities
    if not can.any_address:
        return
    address = f"https://{can.hosts[0] if can.hosts else 'shop.example'}/"
    listing = Listing(marketplace=marketplace.key, listing_id="doctor", url=address, canonical=address)
    for violation in sorted(can.violations):
        lacks = [
            marketplace.lacks(
                Ask(
                    listing=listing,
                    right=right,
                    violation=violation,
                    statement=standard_statement(violation, right),
                    seller=None,
                )
            )
            for right in rights
            if right.kind in RELIES_ON[violation]
        ]
        if lacks and all(lacks):
            yield Finding(False, f"marketplace {marketplace.key} cannot be sent {violation}", lacks[0])


def _cure(error: MarketplaceError) -> str:
    unheard = isinstance(error, Unavailable) and error.status is None
    where = "its address and the network between here and there" if unheard else "its address and our credentials"
    return f"{str(error).rstrip('.')}; check {where}"


def _in_reach(marketplace: Marketplace) -> str:
    if marketplace.capabilities.by_hand:
        return "is filed with by hand; packs are prepared"
    return "answers and takes our credentials"


class KeptElsewhere(Misconfigured):
    """A running desk has the store, and with it the tokens: renewing one here would use up the one it has."""


class NotKept(Misconfigured):
    """The store cannot be opened, and with it the tokens."""


@dataclass(frozen=True, slots=True)
class _OutOfReach:
    """Where no tokens can be had, and why."""

    why: Misconfigured

    async def load(self, name: str) -> Tokens | None:
        raise self.why

    async def save(self, name: str, tokens: Tokens) -> None:
        raise self.why


@contextlib.asynccontextmanager
async def _vaults(settings: Settings) -> AsyncIterator[Callable[[str], Vault]]:
    """Where tokens are kept, as long as the store can be opened and no other process has it."""
    why: Misconfigured
    try:
        store = await open_store(settings.database_url, utc_now)
    except InUse as busy:
        why = KeptElsewhere(str(busy))
    except TakedownError as error:
        why = NotKept(str(error))
    else:
        try:
            yield lambda secret: StoreVault(store, utc_now, secret)
        finally:
            await store.close()
        return
    yield lambda secret: _OutOfReach(why)
