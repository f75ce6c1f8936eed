"""The composition root: which parts are real, in which order they start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.bell import Bell
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
from bot.connection import Connection
from bot.desk import Desk, circuits, deadlines, never, nudging
from bot.desk import register as the_register
from bot.dossiers import places
from bot.errors import SlackError
from bot.listings import SITES
from bot.looking.fetching import Looker
from bot.marketplaces.adapters import Opening
from bot.marketplaces.http import Client, new_client
from bot.marketplaces.lumen import Lumen, open_lumen
from bot.marketplaces.opening import configured_sites, open_marketplaces, terms_of
from bot.model import Clock, DeliveryKind, Right, utc_now
from bot.observe import acts
from bot.outbox import Carry, Outbox
from bot.shelves import Shelves
from bot.shelves.making import make as bound
from bot.shelves.opening import shelves_for
from bot.slack import Slack
from bot.stores import Store
from bot.stores.watched import watched
from bot.vault import StoreVault
from bot.web import Server, SignedOnce, serve, site
from config.desk_file import DeskFile
from config.settings import Process, Settings
from handlers import Services, register

log = structlog.get_logger(__name__)

DRAIN = 10.0
"""Seconds that work under way may take after we were asked to stop."""
ANSWERS = 3.0
"""Seconds that answers under way may take then; Slack waits no longer."""
BINDING = 90.0
"""Seconds that making a dossier may take: less than the lease of the delivery that has it made."""


@dataclass(kw_only=True)
class App:
    """A desk that listens, works, or does both. `start` once, `stop` once.

    Any number of them may share a store that can be shared: what each does at its start is safe to repeat.
    """

    settings: Settings
    process: Process
    desk: Desk
    slack: Slack
    bolt: AsyncApp
    outbox: Outbox
    bell: Bell
    services: Services
    http: Client
    clock: Clock
    shelves: Shelves
    connection: Connection
    rights: tuple[Right, ...] = ()
    looker: Looker | None = None
    port: int = 0
    _server: tuple[Server, asyncio.Task[None]] | None = None
    _background: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Listen and work.

        Raises:
            Misconfigured: Slack refuses a token, or the port is taken. An unreachable Slack is tried again instead.
        """
        await the_register.import_rights(self.desk, self.rights)
        if self.process.works:
            await self.shelves.swept()
            await circuits.start_anew(self.desk)
        await self._listen()
        if self.process.works:
            self._go_on(self.outbox.run(), "outbox")
            self._go_on(self.bell.heed(), "bell")
            self.bell.start()
        with contextlib.suppress(SlackError):
            await self.connection.meet()
        self._go_on(self.connection.keep(), "slack connection")
        self._go_on(acts.feel_the_loop(), "loop lag")
        # What is here now stays: looking through it again and again for garbage is what slow answers are made of.
        gc.collect()
        gc.freeze()
        mode = "socket" if self.settings.socket_mode else "http"
        log.info("started", process=self.process.value, port=self.port, mode=mode)

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, then close. Safe to repeat."""
        if self._server is not None:
            self._server[0].should_exit = True
        self.connection.leave()
        # Answers go out by the connection their questions came by.
        await self.services.tasks.answered(ANSWERS)
        await self.connection.disconnect()
        self.bell.pause()
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
        await self.bell.close()
        await self.connection.close()
        if self._server is not None:
            await self._server[1]
        await self.slack.close()
        await self.http.aclose()
        if self.looker is not None:
            await self.looker.aclose()

    async def ready(self) -> dict[str, bool]:
        """What has to be true before people are sent here, or before this worker counts as one."""
        parts = {"slack": await self.connection.connected(), "store": await self._store_answers()}
        if self.process.works:
            parts["outbox"] = any(task.get_name() == "outbox" and not task.done() for task in self._background)
        return parts

    async def ring(self) -> None:
        """Have posted what has come due. Safe to repeat."""
        await self.bell.ring()

    async def housekeep(self) -> None:
        """What is done every night. Safe to repeat."""
        await self.bell.housekeep()

    async def _listen(self) -> None:
        secret = self.settings.slack_signing_secret
        by_http = self.process.listens and secret is not None and not self.settings.socket_mode
        gate = SignedOnce(secret.get_secret_value(), self.clock) if by_http and secret else None
        bolt = self.bolt if by_http else None
        web = site(self.desk, bolt=bolt, gate=gate, ready=self.ready, pushes=self.process.listens)
        self._server = await serve(web, self.settings.host, self.settings.port)
        self.port = self._server[0].servers[0].sockets[0].getsockname()[1]

    def _go_on(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._background.append(asyncio.create_task(work, name=name))

    async def _store_answers(self) -> bool:
        try:
            await self.desk.store.draft("")  # one look-up: it is asked every few seconds, and counting takes long
        except Exception:
            return False
        return True


def build(
    settings: Settings,
    desk_file: DeskFile,
    *,
    store: Store,
    process: Process = Process.RUN,
    clock: Clock = utc_now,
    http: Client | None = None,
    looker: Looker | None = None,
    make: Make | None = None,
) -> App:
    """Put the parts together. Call it inside the running loop.

    `looker` looks at listings' pages, where the desk file asks for it; `make` makes dossiers.
    """
    http = http or new_client()
    shelves = shelves_for(store, settings.database_url, settings.evidence_folder, clock)
    store = watched(store)
    opening = Opening(client=http, clock=clock, vault=partial(StoreVault, store, clock), files=shelves.evidence.read)
    slack = open_slack(settings)
    lumen = open_lumen(desk_file.lumen, client=http, clock=clock) if desk_file.lumen else None
    looks = terms_of(desk_file.marketplaces)
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
        make=make or partial(bound, shelves=shelves, key=key, tsa_url=settings.tsa_url, seconds=BINDING),
        kept=shelves.dossiers,
        out=settings.dossiers_folder,
    )
    services = Services(desk=desk, slack=slack, shelves=shelves)
    bolt = _bolt(slack)
    register(bolt, services)
    app_token = settings.slack_app_token if process.listens else None
    return App(
        settings=settings,
        process=process,
        desk=desk,
        slack=slack,
        bolt=bolt,
        outbox=_outbox(desk, slack, lumen, looker, shelves=shelves, dossiers=dossiers),
        bell=Bell(desk=desk, shelves=shelves),
        shelves=shelves,
        connection=Connection(slack, bolt, app_token.get_secret_value() if app_token else ""),
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
    shelves: Shelves,
    dossiers: Dossiers,
) -> Outbox:
    calls = Calls(desk=desk)
    out = ToMarketplace(desk=desk, calls=calls)
    submitting = Submitting(desk=desk, calls=calls)
    carriers = {
        **_carriers(desk, out, slack),
        DeliveryKind.ARCHIVE: ToArchive(desk=desk, archive=lumen).publish,
        DeliveryKind.LOOK: Looking(desk=desk, pages=looker).look,
        DeliveryKind.EVIDENCE: Gathering(desk=desk, shelf=slack, kept=shelves.evidence).gather,
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
    # Where there may be a proxy, aiohttp asks the environment anew, in a thread, for every request.
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), trust_env=bool(getproxies()))
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
        # Without a name Bolt looks through the source of the whole stack for one, which takes a tenth of a second.
        name="takedown-desk",
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
