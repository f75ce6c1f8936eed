"""The sandbox run: a pretend Slack and a pretend marketplace on this machine, and the real bot as its own process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bot.dossiers import keys, places
from bot.errors import Misconfigured
from bot.model import utc_now
from bot.observe import configure_logs
from bot.sandbox.desk_file import MELI_CLIENT, desk_file_text, more_marketplaces
from bot.sandbox.driver import Sandbox
from bot.sandbox.history import write
from bot.sandbox.marketplace import PretendMarketplace
from bot.sandbox.page_api import Marketplace
from bot.sandbox.roles import APPROVERS_ROOM, give_roles, set_rules
from bot.sandbox.serving import free_port, running
from bot.sandbox.story import AGENCY, play
from bot.sandbox.vendors.mercadolibre import PretendMercadoLibre
from bot.sandbox.vendors.single_use_tokens import SingleUseTokens
from bot.stores.opening import open_store
from config.desk_file import load_marketplaces

UNDO_SECONDS = 5
"""Long enough to press *Undo*, short enough to wait for."""
TOKEN, PUSH_SECRET, MELI_SECRET = "sandbox-token", "sandbox-push-secret", "sandbox-meli-secret"
STARTS_WITHIN = 100


async def run(*, port: int, once: bool, by_http: bool, history: bool = False) -> int:
    """Open the sandbox until it is interrupted; with `once` play the story and leave, 0 when it went well.

    With `history` the desk has a few months of invented notices behind it.

    Raises:
        Misconfigured: the port is taken.
    """
    configure_logs("WARNING", "console")
    market = PretendMarketplace(key="acme", name="Acme Market", token=TOKEN, clock=utc_now, push_secret=PUSH_SECRET)
    tokens = SingleUseTokens(clock=utc_now, client_id=MELI_CLIENT, client_secret=MELI_SECRET)
    mercado_libre = PretendMercadoLibre(clock=utc_now, tokens=tokens)
    with tempfile.TemporaryDirectory(prefix="takedown-sandbox-") as folder:
        async with (
            running(market.app) as market_url,
            running(mercado_libre.app) as meli_url,
            _slack([market, mercado_libre], 0 if once else port) as slack,
        ):
            slack.invite_bot(APPROVERS_ROOM)
            bot_port = free_port()
            market.push_url = f"http://127.0.0.1:{bot_port}/marketplaces/acme/events"
            if by_http:
                slack.connect_http(f"http://127.0.0.1:{bot_port}/slack/events")
            desk_file = Path(folder) / "marketplaces.toml"
            desk_file.write_text(desk_file_text(market_url) + more_marketplaces(meli_url), encoding="utf-8")
            environ = _environ(slack, desk_file, bot_port, by_http=by_http)
            environ |= {"MELI_SECRET": MELI_SECRET, "MELI_REFRESH": tokens.connect()}
            await _prepare(environ, history=history)
            async with _bot(environ):
                await asyncio.wait_for(slack.bot_connected(), STARTS_WITHIN)
                return await play(slack, market) if once else await _stay(slack)


@contextlib.asynccontextmanager
async def _slack(markets: Sequence[Marketplace], port: int) -> AsyncIterator[Sandbox]:
    try:
        async with Sandbox(clock=utc_now, marketplaces=markets, port=port) as slack:
            yield slack
    except OSError as error:
        raise Misconfigured(
            f"Port {port} is taken ({os.strerror(error.errno or 0)}). Choose another, for instance: make demo PORT=8801"
        ) from None


async def _stay(slack: Sandbox) -> int:
    """Say where the page is, and wait to be told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    page = slack.api_url.removesuffix("api/")
    sys.stdout.write(
        f"\nThe sandbox is open: {page}\n"
        "Type there:  /takedown https://acme.example/item/4711 counterfeit\n"
        "a marketplace that asks us back:  /takedown https://produto.mercadolivre.com.br/MLB-3344556677-bolsa-_JM "
        "counterfeit\n"
        "one that people file with by hand:  /takedown https://item.taobao.com/item.htm?id=600000000001 counterfeit\n"
        "one that Bo has to approve in #legal:  /takedown https://acme.example/item/4712 copyright_image\n"
        "and, as Ada:  /digest add #brand-protection weekly mon 09:00\n"
        f"once a seller is in /offenders, as Ada:  /takedown-admin agency on {AGENCY}  and as Ann:  "
        f"/offenders refer SELLER {AGENCY}\n"
        "Ctrl-C closes it; nothing is kept.\n\n"
    )
    sys.stdout.flush()
    await stop.wait()
    return 0


async def _prepare(environ: Mapping[str, str], *, history: bool) -> None:
    key = places.signing_key(environ["DATABASE_URL"], None)
    assert isinstance(key, Path), "beside the store, and gone with it"
    await asyncio.to_thread(keys.make, key)
    rights = load_marketplaces(Path(environ["MARKETPLACES_FILE"]), environ).rights
    store = await open_store(environ["DATABASE_URL"], utc_now)
    try:
        await give_roles(store, utc_now())
        await set_rules(store, utc_now())
        if history:
            await write(store, {right.key: right for right in rights}, utc_now())
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def _bot(environ: dict[str, str]) -> AsyncIterator[None]:
    """`python -m bot run` as its own process, just as it runs anywhere else."""
    # In a session of its own, so that Ctrl-C reaches it through us, in order.
    bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environ, start_new_session=True)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            bot.terminate()
        try:
            await asyncio.wait_for(bot.wait(), 15)
        except TimeoutError:
            bot.kill()


def _environ(slack: Sandbox, desk_file: Path, port: int, *, by_http: bool) -> dict[str, str]:
    """What a real set-up has in its environment; a real one's own settings are left out."""
    way_in = {"SLACK_SIGNING_SECRET": slack.signing_secret} if by_http else {"SLACK_APP_TOKEN": slack.app_token}
    # Empty values count as not set, and keep a `.env` beside us from being read for them.
    unset = ["SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "LOG_FORMAT", "RETENTION_DAYS", "HOST"]
    # Nothing of the sandbox is signed with a real key, stamped by an authority, or put where real dossiers are.
    unset += ["SIGNING_KEY", "SIGNING_KEY_FILE", "TSA_URL", "DOSSIERS_FOLDER"]
    return {
        **os.environ,
        **dict.fromkeys(unset, ""),
        **way_in,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"tinydb:///{desk_file.parent}/notices.json",
        "MARKETPLACES_FILE": str(desk_file),
        "ADMIN_USERS": "U0ADA",
        "ACME_TOKEN": TOKEN,
        "ACME_PUSH_SECRET": PUSH_SECRET,
        "UNDO_SECONDS": str(UNDO_SECONDS),
        "PORT": str(port),
        "LOG_LEVEL": "warning",
    }
