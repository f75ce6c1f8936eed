"""`python -m bot audit verify`: follow the chains of custody, also while the bot runs; nothing is written."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterable

from bot.custody import Checked
from bot.desk import audit
from bot.desk.audit import Audit, Chains
from bot.errors import Refused
from bot.model import utc_now
from bot.observe import configure_logs
from bot.stores.copies import StoreCopy
from bot.stores.opening import open_store, scheme_of, tiny_path
from config.settings import database_url, environment

WHOLE = 0
BROKEN = 1
NOT_UNDERSTOOD = 2


def add(verb: argparse.ArgumentParser) -> None:
    """What stands after `audit`."""
    does = verb.add_subparsers(required=True, metavar="WHAT")
    verifies = does.add_parser("verify", help="follow every chain; 0 when all are whole, 1 when one is broken")
    verifies.add_argument(
        "--notice", metavar="ID", help="one notice alone, or a referral (RF-1), a right (right:KEY) …"
    )
    verifies.set_defaults(run=verify)


def verify(arguments: argparse.Namespace) -> int:
    """Needs no Slack: reads the store that DATABASE_URL names, of a TinyDB out of a copy of its files."""
    configure_logs("CRITICAL", "console")  # what is damaged is said here, once
    return asyncio.run(_verify(database_url(environment()), arguments.notice or ""))


async def _verify(url: str, asked: str) -> int:
    if scheme_of(url) == "tinydb":
        with contextlib.closing(await asyncio.to_thread(StoreCopy, tiny_path(url), utc_now)) as copy:
            return await _followed(copy, asked, copy.damaged)
    store = await open_store(url, utc_now)
    try:
        return await _followed(store, asked, ())
    finally:
        await store.close()


async def _followed(store: Chains, asked: str, damaged: Iterable[str]) -> int:
    if not asked:
        return _told(await audit.everything(store), damaged)
    try:
        found = await audit.checked(store, await audit.meant(store, asked))
    except Refused as wrong:
        print(str(wrong).replace("`", ""), file=sys.stderr)
        return NOT_UNDERSTOOD
    return _told(_alone(found), ())


def _alone(found: Checked) -> Audit:
    return Audit(chains=1, lines=found.lines, before=found.before, faults=found.faults)


def _told(found: Audit, damaged: Iterable[str]) -> int:
    """A line a fault, and how much was looked at."""
    wrong = [*map(str, found.faults), *damaged]
    for one in wrong:
        print(f"{one.rstrip('.')}.")
    chains = "1 chain" if found.chains == 1 else f"{found.chains:,} chains"
    lines = "1 line" if found.lines == 1 else f"{found.lines:,} lines"
    old = f" {found.before:,} of the lines are from before custody, and prove nothing." if found.before else ""
    verdict = f"broken: {len(wrong)} {'fault' if len(wrong) == 1 else 'faults'}" if wrong else "whole"
    print(f"Followed {chains} with {lines}: {verdict}.{old}")
    return BROKEN if wrong else WHOLE
