"""A desk that is busy until it is killed: saves, checkpoints, claims and archives, and says what was acknowledged.

Run as `python -m tests.bot.stores.churn FILE`, or with an address of a store; each line on standard output that begins
with one is an id and a version that is on disk.
"""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.model import Status, utc_now
from bot.stores import Store
from bot.stores.opening import open_store
from bot.stores.tiny import open_tiny
from tests import make
from tests.make import NOW

LANE = "marketplace:acme"


async def one_notice(store: Store) -> None:
    """File one, carry it, settle it, until it is over."""
    (notice_id,) = await store.next_ids(1)
    notice = make.notice(notice_id, statement="words " * 40)
    await store.save(
        notice, make.event(notice), make.delivery(f"submit:{notice_id}", lane=notice_id), make.draft(notice_id)
    )
    say(notice_id, 1)
    (held,) = await store.claim_due(NOW, timedelta(minutes=1), lane=notice_id)
    notice = notice.changed(NOW, status=Status.SENDING)
    await store.save(notice, make.event(notice), settles=held)
    say(notice_id, 2)
    notice = notice.changed(NOW, status=Status.REMOVED)
    await store.save(notice, make.event(notice))
    say(notice_id, 3)


def say(notice_id: str, version: int) -> None:
    os.write(1, f"{notice_id} {version}\n".encode())


async def busy(store: Store) -> None:
    while True:
        await one_notice(store)


async def archiving(store: Store) -> None:
    while True:
        await asyncio.sleep(0.03)
        await store.archive(final_before=NOW + timedelta(minutes=1), drafts_before=NOW)


async def main(place: str) -> None:
    store: Store = (
        await open_store(place, utc_now) if "://" in place else await open_tiny(Path(place), checkpoint_bytes=4096)
    )
    await asyncio.gather(archiving(store), *(busy(store) for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
