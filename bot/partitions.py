"""`python -m bot partitions`: what each month takes in PostgreSQL. Needs no Slack."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.observe import configure_logs
from bot.stores.opening import drop_empty_months, months
from config.settings import database_url, environment


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lists = verbs.add_parser("partitions", help="what each month takes in PostgreSQL, and let go of empty ones")
    lists.add_argument("--drop-empty", action="store_true", help="show the months in which nothing is left")
    lists.add_argument("--run", action="store_true", dest="run_now", help="with --drop-empty: let them go")
    lists.set_defaults(run=partitions)


def partitions(arguments: argparse.Namespace) -> int:
    """A dry run unless told otherwise."""
    configure_logs("CRITICAL", "console")
    if arguments.drop_empty and arguments.run_now:
        gone = asyncio.run(drop_empty_months(database_url(environment())))
        for month in gone:
            print(f"Dropped {month.title}.")
        print(f"{len(gone)} partition{'' if len(gone) == 1 else 's'} dropped.")
        return 0
    found = asyncio.run(months(database_url(environment())))
    for month in found:
        if not arguments.drop_empty or (month.empty and not month.last):
            print(f"{month.title}: {month.notices} notices, {month.events} events, {month.size / 1e6:.1f} MB")
    if arguments.drop_empty:
        print("Nothing was changed: this is a dry run. --run does it.", file=sys.stderr)
    return 0
