"""The peer: the same work in TinyDB as it comes, a dict a record and the whole file written each time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson
from tinydb import TinyDB, where

from tests.bench.load import Timings


def fill(path: Path, notices: list[dict[str, Any]]) -> TinyDB:
    """A stock database with the notices in it."""
    rows = {str(number): row for number, row in enumerate(notices, 1)}
    path.write_bytes(orjson.dumps({"notices": rows}))
    return TinyDB(path)


def file_one_by_one(database: TinyDB, notices: list[dict[str, Any]]) -> Timings:
    """Look for an open notice of the same listing, then insert: what filing needs at the least."""
    table = database.table("notices")
    times = []
    for notice in notices:
        started = time.perf_counter()
        listing = notice["listing"]["listing_id"]
        table.search((where("status") == "queued") & (where("listing")["listing_id"] == listing))
        table.insert(notice)
        times.append(time.perf_counter() - started)
    return Timings(wall=sum(times), each=sorted(times))


def list_mine(database: TinyDB, submitter: str, rounds: int) -> Timings:
    """The ten newest of one person."""
    table = database.table("notices")
    times = []
    for _ in range(rounds):
        table.clear_cache()
        started = time.perf_counter()
        found = table.search(where("submitter")["user_id"] == submitter)
        sorted(found, key=lambda row: int(row["id"][3:]), reverse=True)[:10]
        times.append(time.perf_counter() - started)
    return Timings(wall=sum(times), each=sorted(times))
