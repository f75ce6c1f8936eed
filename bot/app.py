"""The composition root: which parts are real, in which order they start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.carriers.announcements import Announcements
from bot.carriers.approvals import Approvals
from bot.carriers.archive import ToArchive
from bot.carriers.bulk import Bulks
from bot.carriers.calls import Calls
from bot.carriers.cards import ToSlack
from bot.carriers.cases import Cases
from bot.carriers.digests import Digests
from bot.carriers.dossiers import Dossiers, Make
from bot.carriers.evidence import Gathering
from bot.carriers.looking import Looking, Pages
from bot.carriers.marketplace import ToMarketplace
from bot.carriers.packs import Packs
from bot.carriers.posting import Posting
from bot.carriers.referrals import Referrals
from bot.carriers.submitting import Submitting
from bot.desk import Desk, circuits, deadlines, never, nudging, privacy, referral_reminders, retention, rights, ringing
from bot.desk import register as the_register
from bot.dossiers import bind, places
from bot.errors import Misconfigured, Refused, SlackDeclined, SlackError, StoreError
from bot.evidence import EvidenceFolder, folder_for
from bot.listings import SITES
from bot.looking.fetching import Looker
from bot.marketplaces.adapters import Opening
from bot.marketplaces.http import Client, new_client
from bot.marketplaces.lumen import Lumen, open_lumen
from bot.marketplaces.opening import configured_sites, open_marketplaces, terms_of
from bot.model import Clock, DeliveryKind, Right, utc_now
from bot.outbox import Carry, Outbox
from bot.slack import Slack
from bot.stores import Store
from bot.vault import StoreVault
from bot.web import Server, SignedOnce, serve, site
from config.desk_file import DeskFile
from config.settings import Settings
from handlers import Services, register

log = structlog.get_logger(__name__)

DRAFTS_LAST = timedelta(days=2)
DRAIN = 10.0
"""Seconds that work under way may take after we were asked to stop."""
ANSWERS = 3.0
"""Seconds that answers under way may take then; Slack waits no longer."""
BINDING = 90.0
"""Seconds that making a dossier may take: less than the lease of the delivery that has it made."""
RECONNECT_AFTER = 60.0
"""Seconds without a socket before a new one is forced: Bolt's own reconnection is known to stall."""


@dataclass(kw_only=True)
class App:
    """A desk that listens and works. `start` once, `stop` once."""

    settings: Settings
    desk: Desk
    slack: Slack
    bolt: AsyncApp
    outbox: Outbox
    services: Services
    http: Client
    clock: Clock
    evidence: EvidenceFolder
    rights: tuple[Right, ...] = ()
    looker: Looker | None = None
    port: int = 0
    _socket: AsyncSocketModeHandler | None = None
    _server: tuple[Server, asyncio.Task[None]] | None = None
    _scheduler: AsyncIOScheduler | None = None
    _background: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Listen and work.

        Raises:
            Misconfigured: Slack refuses a token, or the port is taken. An unreachable Slack is tried again instead.
        """
        await asyncio.to_thread(self.evidence.sweep)
        await retention.Shelves.beside(self.evidence).swept()
        await the_register.import_rights(self.desk, self.rights)
        await circuits.start_anew(self.desk)
        await self._listen()
        self._background.append(asyncio.create_task(self.outbox.run(), name="outbox"))
        self._scheduler = self._ring()
        with contextlib.suppress(SlackError):
            await self._meet_slack()
        self._background.append(asyncio.create_task(self._keep_connected(), name="slack connection"))
        # What is here now stays: looking through it again and again for garbage is what slow answers are made of.
        gc.collect()
        gc.freeze()
        log.info("started", port=self.port, mode="socket" if self.settings.socket_mode else "http")

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, then close. Safe to repeat."""
        if self._server is not None:
            self._server[0].should_exit = True
        if self._socket is not None:
            self._socket.client.auto_reconnect_enabled = False
        # Answers go out by the connection their questions came by.
        await self.services.tasks.answered(ANSWERS)
        if self._socket is not None:
            await self._socket.client.disconnect()  # type: ignore[no-untyped-call]
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.pause()
        await self.services.tasks.drain(DRAIN)
        await self.outbox.stop(within=timedelta(seconds=DRAIN))
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()
        try:
            await self._close()
        finally:
            await self.desk.store.close()
        log.info("stopped")

    async def _close(self) -> None:
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)
        if self._socket is not None:
            await self._socket.client.close()  # type: ignore[no-untyped-call]
        if self._server is not None:
            await self._server[1]
        await self.slack.close()
        await self.http.aclose()
        if self.looker is not None:
            await self.looker.aclose()

    async def ready(self) -> dict[str, bool]:
        """What has to be true before people are sent here."""
        connected = bool(self.slack.url)
        if self.settings.socket_mode:
            connected = self._socket is not None and await self._socket.client.is_connected()
        working = any(task.get_name() == "outbox" and not task.done() for task in self._background)
        return {"slack": connected, "store": await self._store_answers(), "outbox": working}

    async def housekeep(self) -> None:
        """Archive what has been final for long, forget old drafts, let go what the rules let go. Safe to repeat."""
        now = self.clock()
        moved = await self.desk.store.archive(
            final_before=now - self.settings.retention, drafts_before=now - DRAFTS_LAST
        )
        log.info("archived", notices=moved)
        try:
            shelves = retention.Shelves.beside(self.evidence)
            await privacy.finish(self.desk, shelves)
            gone = await retention.nightly(self.desk, shelves)
        except (StoreError, Refused) as error:
            log.error("retention.failed", error=str(error))
        else:
            log.info("let_go", **{row.kind.value: row.going for row in gone if row.going})

    async def _listen(self) -> None:
        secret = self.settings.slack_signing_secret
        by_http = secret is not None and not self.settings.socket_mode
        gate = SignedOnce(secret.get_secret_value(), self.clock) if by_http and secret else None
        web = site(self.desk, bolt=self.bolt if by_http else None, gate=gate, ready=self.ready)
        self._server = await serve(web, self.settings.host, self.settings.port)
        self.port = self._server[0].servers[0].sockets[0].getsockname()[1]

    async def _meet_slack(self) -> None:
        """Learn who we are, and open the socket where there is one to open.

        Raises:
            Misconfigured: Slack refuses a token.
            SlackError: Slack does not answer.
        """
        try:
            await self.slack.identify()
        except SlackDeclined as refused:
            raise Misconfigured(
                f"SLACK_BOT_TOKEN: Slack refuses it ({refused.code}). "
                "Copy the bot token again from your app's OAuth & Permissions page."
            ) from None
        if self.settings.slack_app_token is None or self._socket is not None:
            return
        app_token = self.settings.slack_app_token.get_secret_value()
        try:
            await self.slack.try_socket(app_token)
        except SlackDeclined as refused:
            raise Misconfigured(
                f"SLACK_APP_TOKEN: Slack refuses it ({refused.code}). Make an app-level token with connections:write "
                "on your app's Basic Information page, and turn Socket Mode on."
            ) from None
        self._socket = _socket(self.bolt, app_token, self.slack)
        await self._open_socket()

    async def _open_socket(self) -> None:
        assert self._socket is not None
        try:
            await asyncio.wait_for(self._socket.connect_async(), timeout=15)  # type: ignore[no-untyped-call]
        except Exception as error:
            # Slack took the token a moment ago, so this passes: `_keep_connected` tries again.
            log.warning("slack.socket_failed", error=type(error).__name__)

    async def _keep_connected(self) -> None:
        """Watch the connection: meet Slack when it comes back, force a new socket when one stays lost."""
        down_since: float | None = None
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(5)
            try:
                if not self.slack.url:
                    await self._meet_slack()
                if self._socket is None or await self._socket.client.is_connected():
                    down_since = None
                    continue
                down_since = down_since or loop.time()
                if loop.time() - down_since > RECONNECT_AFTER:
                    log.warning("slack.reconnecting")
                    await self._socket.client.connect_to_new_endpoint(force=True)
                    down_since = None
            except Exception as error:
                log.warning("slack.unreachable", error=str(error))

    async def ring(self) -> None:
        """Have posted what has come due. Safe to repeat."""
        try:
            await ringing.ring(self.desk)
            await circuits.warn(self.desk)
            await rights.remind(self.desk)
            await referral_reminders.remind(self.desk)
        except StoreError as error:
            log.error("ring.store", error=str(error))

    def _ring(self) -> AsyncIOScheduler:
        """The bell: for digests at start and every minute, for housekeeping every night. Late is fine, and twice."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(
            self.ring,
            CronTrigger(second=0, timezone="UTC"),
            id="digests",
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(tz=UTC),
        )
        scheduler.add_job(
            self.housekeep,
            CronTrigger(hour=3, minute=15, timezone="UTC"),
            id="housekeeping",
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(tz=UTC) + timedelta(seconds=30),
        )
        scheduler.start()
        return scheduler

    async def _store_answers(self) -> bool:
        try:
            await self.desk.store.counts(self.clock())
        except Exception:
            return False
        return True


def build(
    settings: Settings,
    desk_file: DeskFile,
    *,
    store: Store,
    clock: Clock = utc_now,
    http: Client | None = None,
    looker: Looker | None = None,
    make: Make | None = None,
) -> App:
    """Put the parts together. Call it inside the running loop.

    `looker` looks at listings' pages, where the desk file asks for it; `make` makes dossiers.
    """
    http = http or new_client()
    evidence = EvidenceFolder(folder_for(settings.database_url))
    opening = Opening(client=http, clock=clock, vault=partial(StoreVault, store, clock), files=evidence.read)
    slack = open_slack(settings)
    lumen = open_lumen(desk_file.lumen, client=http, clock=clock) if desk_file.lumen else None
    looks = terms_of(desk_file.marketplaces)
    folder = places.folder_for(settings.database_url)
    key = places.signing_key(settings.database_url, settings.signing_key_file, settings.signing_pem)
    if looker is None and looks:
        looker = Looker(contact=desk_file.contact)
    desk = Desk(
        store=store,
        people=slack,
        marketplaces=open_marketplaces(desk_file.marketplaces, opening),
        sites=(
            *configured_sites(desk_file.marketplaces),
            *SITES,
        ),
        clock=clock,
        first_admins=settings.admin_users,
        undo=settings.undo,
        policy=desk_file.policy,
        retention=settings.retention,
        admin_channel=desk_file.admin_channel,
        cases_channel=desk_file.cases_channel,
        archives=lumen.takes if lumen else never,
        looks=looks,
        organisation=desk_file.organisation,
        signs=lambda: isinstance(key, str) or key.is_file(),
        to_folder=settings.dossiers_folder is not None,
    )
    dossiers = Dossiers(
        desk=desk,
        shelf=slack,
        make=make
        or partial(bind, into=folder, evidence=evidence.path, key=key, tsa_url=settings.tsa_url, seconds=BINDING),
        folder=folder,
        out=settings.dossiers_folder,
    )
    services = Services(desk=desk, slack=slack, evidence=evidence)
    bolt = _bolt(slack)
    register(bolt, services)
    return App(
        settings=settings,
        desk=desk,
        slack=slack,
        bolt=bolt,
        outbox=_outbox(desk, slack, lumen, looker, evidence=evidence, dossiers=dossiers),
        evidence=evidence,
        looker=looker,
        services=services,
        http=http,
        clock=clock,
        rights=desk_file.rights,
    )


def _outbox(
    desk: Desk,
    slack: Slack,
    lumen: Lumen | None,
    looker: Pages | None,
    *,
    evidence: EvidenceFolder,
    dossiers: Dossiers,
) -> Outbox:
    calls = Calls(desk=desk)
    out = ToMarketplace(desk=desk, calls=calls)
    submitting = Submitting(desk=desk, calls=calls)
    carriers = {
        **_carriers(desk, out, slack),
        DeliveryKind.ARCHIVE: ToArchive(desk=desk, archive=lumen).publish,
        DeliveryKind.LOOK: Looking(desk=desk, pages=looker).look,
        DeliveryKind.EVIDENCE: Gathering(desk=desk, shelf=slack, folder=evidence).gather,
        DeliveryKind.DOSSIER: dossiers.dossier,
    }
    return Outbox(desk, carriers, {DeliveryKind.SUBMIT: submitting.submit})


def _carriers(desk: Desk, out: ToMarketplace, slack: Slack) -> Mapping[DeliveryKind, Carry]:
    cards = ToSlack(desk=desk, channels=slack)
    posting = Posting(desk=desk, channels=slack)
    announcements = Announcements(desk=desk, posting=posting)
    return {
        DeliveryKind.CHECK: out.check,
        DeliveryKind.WITHDRAW: out.withdraw,
        DeliveryKind.ANSWER: out.answer,
        DeliveryKind.REMIND: partial(deadlines.remind, desk),
        DeliveryKind.NUDGE: partial(nudging.nudge, desk),
        DeliveryKind.CARD: cards.card,
        DeliveryKind.APPROVAL: Approvals(desk=desk, posting=posting).card,
        DeliveryKind.REFERRAL: Referrals(desk=desk, posting=posting).card,
        DeliveryKind.REPLY: cards.reply,
        DeliveryKind.PACK: Packs(desk=desk, channels=slack).pack,
        DeliveryKind.DIGEST: Digests(desk=desk, posting=posting).digest,
        DeliveryKind.ANNOUNCE: announcements.announce,
        DeliveryKind.ASSESS: announcements.assess,
        DeliveryKind.BULK: Bulks(desk=desk, posting=posting).carry,
        DeliveryKind.CASE: Cases(desk=desk, posting=posting, threads=slack).carry,
    }


def open_slack(settings: Settings) -> Slack:
    """Outbound Slack, with a session of its own. Call it inside the running loop."""
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), trust_env=True)
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=10,
        session=session,
        # Ours: slack_sdk's own would post again after a lost connection, and wait inline on a 429.
        retry_handlers=[],
    )
    answers_to, files_from = hosts_of(settings.slack_api_url)
    return Slack(client, answers_to=answers_to, files_from=files_from)


def hosts_of(api_url: str) -> tuple[str, str]:
    """Where answers to forms go and files come from, with the API there: hosts beside Slack's own, else the same."""
    host = urlsplit(api_url).hostname
    if host in ("slack.com", "slack-gov.com"):  # GovSlack runs apart, under a domain of its own
        return f"https://hooks.{host}/", f"https://files.{host}/"
    return api_url, api_url


def _bolt(slack: Slack) -> AsyncApp:
    # Bolt finds SLACK_BOT_TOKEN in the environment and warns that it will not use it; our client has it already.
    logging.getLogger("slack_bolt.AsyncApp").addFilter(lambda record: "will be unused" not in record.getMessage())
    return AsyncApp(
        client=slack.client,
        # `web.SignedOnce` has checked the signature already, and refuses what this check would let pass.
        request_verification_enabled=False,
        ssl_check_enabled=False,  # `web.site` answers these
        # For workflow steps and assistants, which the desk has none of; each costs every request its time.
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        ignoring_self_assistant_message_events_enabled=False,
        raise_error_for_unhandled_request=False,
    )


def _socket(bolt: AsyncApp, app_token: str, slack: Slack) -> AsyncSocketModeHandler:
    return AsyncSocketModeHandler(bolt, app_token, web_client=slack.client)
