"""The command line: one short function a verb, one place where errors become exit codes."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from bot import doctor as checks
from bot import partitions, verifying
from bot.app import build
from bot.dossiers import keys as signing
from bot.dossiers import places
from bot.errors import Invalid, Misconfigured, TakedownError
from bot.listings import SITES, Site, read_listing
from bot.marketplaces.matrix import page
from bot.marketplaces.opening import configured_sites
from bot.model import Clock, utc_now
from bot.moving import verbs as moving
from bot.observe import configure_logs, hide, redacted, tracing
from bot.stopped import stopped
from bot.stores.opening import migrate as bring_up_to_date
from bot.stores.opening import open_store
from config.desk_file import DeskFile, MarketplaceTable, load_marketplaces, refuse_short_retention
from config.secrets import secrets_in
from config.settings import Process, Settings, database_url, environment, load_settings, refuse_alone, refuse_oauth

FAILED = 1
MISCONFIGURED = 2
_PROCESSES = {
    Process.RUN: "listen to Slack and work, in one process",
    Process.WEB: "listen to Slack and to marketplaces, beside any number of others; PostgreSQL",
    Process.WORKER: "carry, ring and keep house, beside any number of others; PostgreSQL",
}


def main(argv: Sequence[str]) -> int:
    """Run a verb. Returns the exit code: 0 well, 1 failed, 2 a setting is missing or wrong."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except Misconfigured as wrong:
        print(redacted(str(wrong)), file=sys.stderr)
        return MISCONFIGURED
    except TakedownError as error:
        print(redacted(str(error)), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED


def run(arguments: argparse.Namespace) -> int:
    return asyncio.run(serve(arguments.process))


def doctor(arguments: argparse.Namespace) -> int:
    configure_logs("CRITICAL", "console")
    if arguments.contract:  # needs no Slack
        findings = checks.compare_contract(Path(arguments.contract), _tables(_marketplaces_file()))
    else:
        findings = asyncio.run(checks.examine(load_settings(), environment()))
    for finding in findings:
        print(finding)
    return FAILED if any(not finding.well for finding in findings) else 0


def listing(arguments: argparse.Namespace) -> int:
    """Needs no Slack: reads the desk file's hosts where it can, and else the built-in sites."""
    sites = _sites(Path(arguments.marketplaces) if arguments.marketplaces else _marketplaces_file())
    rows = [_read(address, sites) for address in arguments.address]
    for row in rows:
        print(orjson.dumps(row).decode() if arguments.json else _in_words(row))
    return FAILED if any(row["refused"] for row in rows) else 0


def marketplaces(_: argparse.Namespace) -> int:
    """Needs no settings: what each adapter can do, as docs/marketplaces.md has it."""
    print(page(), end="")
    return 0


def keys(arguments: argparse.Namespace) -> int:
    """Needs no Slack: makes the key that dossiers are signed with, or says which one it is."""
    given = environment()
    file, pem = given.get("SIGNING_KEY_FILE", "").strip(), given.get("SIGNING_KEY", "").strip()
    kept = places.signing_key(database_url(given), Path(file).expanduser() if file else None, pem)
    if arguments.print:
        print(signing.spoken(signing.fingerprint(signing.public_bytes(signing.load(kept)))))
        return 0
    if isinstance(kept, str):
        raise Misconfigured("SIGNING_KEY holds the key: see its fingerprint with `python -m bot keys --print`.")
    made = signing.make(kept)
    print(f"The key that dossiers are signed with is in {kept}. Keep a copy where nobody else reads it.")
    print("Publish its fingerprint, and tell it to agencies by other means than the dossier's:")
    print(signing.spoken(signing.fingerprint(signing.public_bytes(made))))
    return 0


def migrate(_: argparse.Namespace) -> int:
    """Needs no Slack: brings the tables of DATABASE_URL up to date; safe to repeat, and for several at once."""
    configure_logs("CRITICAL", "console")
    print(asyncio.run(bring_up_to_date(database_url(environment()))))
    return 0


def sandbox(arguments: argparse.Namespace) -> int:
    # Loaded only here: a desk at work carries no pretend Slack in its memory.
    demo = importlib.import_module("bot.sandbox.demo")
    return int(
        asyncio.run(
            demo.run(port=arguments.port, once=arguments.once, by_http=arguments.http, history=arguments.history)
        )
    )


def privacy(arguments: argparse.Namespace) -> int:
    """Of a desk that is stopped. Erasing is a dry run unless it is confirmed."""
    configure_logs("CRITICAL", "console")
    return asyncio.run(_privacy(arguments))


def retention(arguments: argparse.Namespace) -> int:
    """Of a desk that is stopped. A dry run unless told otherwise."""
    configure_logs("CRITICAL", "console")
    return asyncio.run(_retention(run=arguments.run_now))


async def _privacy(arguments: argparse.Namespace) -> int:
    async with stopped(*_configuration()) as desk:
        if arguments.what == "export":
            print((await desk.export(arguments.who)).decode())
        elif arguments.yes:
            print("\n".join(await desk.erase(arguments.who, arguments.reason)))
        else:
            print("\n".join(await desk.dry_run(arguments.who)))
            print('Nothing was changed: this is a dry run. --yes --reason "WHY" does it.', file=sys.stderr)
    return 0


async def _retention(*, run: bool) -> int:
    async with stopped(*_configuration()) as desk:
        print("\n".join(await desk.retention(run=run)))
    if not run:
        print("Nothing was changed: this is a dry run. --run does it.", file=sys.stderr)
    return 0


async def serve(process: Process, clock: Clock = utc_now) -> int:
    """Be a process of the desk until it is told to stop.

    Raises:
        Misconfigured: a setting is missing or wrong, or the port is taken.
        StoreError: the store cannot be opened.
    """
    settings, desk_file = _configuration()
    refuse_alone(settings, process)
    hide(secrets_in(settings, *desk_file.marketplaces, desk_file.lumen))
    configure_logs(settings.log_level.upper(), settings.log_format)
    headers = settings.otel_exporter_otlp_headers
    tracing.start(settings.otel_exporter_otlp_endpoint, headers.get_secret_value() if headers else "")
    store = await open_store(settings.database_url, clock)
    app = build(settings, desk_file, store=store, process=process, clock=clock)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    try:
        await app.start()
        await stop.wait()
    finally:
        await app.stop()
        await asyncio.to_thread(tracing.stop)
    return 0


def _configuration() -> tuple[Settings, DeskFile]:
    settings = load_settings()
    refuse_oauth(environment())
    desk_file = load_marketplaces(settings.marketplaces_file, environment())
    refuse_short_retention(desk_file.marketplaces, settings.retention_days)
    return settings, desk_file


def _marketplaces_file() -> Path:
    return Path(environment().get("MARKETPLACES_FILE") or Settings.model_fields["marketplaces_file"].default)


def _sites(path: Path) -> tuple[Site, ...]:
    return (*configured_sites(_tables(path)), *SITES)


def _tables(path: Path) -> tuple[MarketplaceTable, ...]:
    """What the desk file says, if there is one: it can be tried before the secrets it will need are there."""
    return load_marketplaces(path, _AnySecret()).marketplaces if path.is_file() else ()


class _AnySecret(dict[str, str]):
    """An environment in which every secret is set."""

    def __missing__(self, name: str) -> str:
        return "not-read"

    def get(self, name: str, default: object = None) -> str:
        return "not-read"

    def __contains__(self, name: object) -> bool:
        return True


def _read(address: str, sites: Sequence[Site]) -> dict[str, str | None]:
    row: dict[str, str | None] = dict.fromkeys(("marketplace", "listing_id", "canonical", "seller", "refused"))
    row = {"address": address, **row}
    try:
        found = read_listing(address, sites)
    except Invalid as wrong:
        return {**row, "refused": str(wrong)}
    return {
        **row,
        "marketplace": found.listing.marketplace,
        "listing_id": found.listing.listing_id,
        "canonical": found.listing.canonical,
        "seller": found.seller.seller_id if found.seller else None,
    }


def _in_words(row: dict[str, str | None]) -> str:
    if row["refused"]:
        return f"{row['address']}\n  refused: {row['refused']}"
    seller = f", seller {row['seller']}" if row["seller"] else ""
    return f"{row['address']}\n  {row['marketplace']} listing {row['listing_id']}{seller}: {row['canonical']}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Takedown Desk")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for process, words in _PROCESSES.items():
        verbs.add_parser(process.value, help=words).set_defaults(run=run, process=process)
    examines = verbs.add_parser("doctor", help="check every setting, token, scope and marketplace")
    examines.add_argument("--contract", metavar="FILE", help="compare with an OpenAPI document of eBay's VeRO API only")
    examines.set_defaults(run=doctor)

    brings = verbs.add_parser("migrate", help="bring the tables of the database up to date, before anything starts")
    brings.set_defaults(run=migrate)

    verbs.add_parser("marketplaces", help="what each adapter can do, and how it is set up").set_defaults(
        run=marketplaces
    )

    reads = verbs.add_parser("listing", help="say what an address would be taken for")
    reads.add_argument("address", nargs="+")
    reads.add_argument("--json", action="store_true", help="a JSON object a line")
    reads.add_argument("--marketplaces", metavar="FILE", help="another desk file than MARKETPLACES_FILE")
    reads.set_defaults(run=listing)

    partitions.add(verbs)
    moving.add(verbs)
    verifying.add(verbs.add_parser("audit", help="follow the chains of custody"))
    makes = verbs.add_parser("keys", help="make the key that dossiers are signed with, and say its fingerprint")
    makes.add_argument("--print", action="store_true", help="make none, only say the fingerprint of the one there is")
    makes.set_defaults(run=keys)

    pretends = verbs.add_parser("sandbox", help="a pretend Slack and marketplace with the real bot between them")
    pretends.add_argument("--port", type=int, default=8800)
    pretends.add_argument("--once", action="store_true", help="play one story, print it, and leave")
    pretends.add_argument("--http", action="store_true", help="signed HTTP instead of Socket Mode")
    pretends.add_argument("--history", action="store_true", help="with a few months of invented notices")
    pretends.set_defaults(run=sandbox)
    _about_people(verbs)
    return parser


def _about_people(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    persons = verbs.add_parser("privacy", help="export or erase what a stopped desk keeps of somebody")
    persons.add_argument("what", choices=("export", "erase"))
    persons.add_argument("who", metavar="WHO", help="@U0ANN, a seller such as acme:S-5, a value, a SHA-256, or TD-12")
    persons.add_argument("--yes", action="store_true", help="erase; without it is shown what that would do")
    persons.add_argument("--reason", default="", metavar="WHY", help="why it is erased; it is kept")
    persons.set_defaults(run=privacy)
    keeps = verbs.add_parser("retention", help="how long a stopped desk keeps what, and what would go now")
    keeps.add_argument("--run", action="store_true", dest="run_now", help="let it go")
    keeps.set_defaults(run=retention)
