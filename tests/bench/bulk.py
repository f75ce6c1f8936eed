"""Three hundred listings in one bulk: from the press of *File* until all of them are on disk."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from bot.desk import Desk, bulk, register
from bot.grammar import File
from bot.marketplaces.http import new_client
from bot.marketplaces.opening import configured_sites, open_marketplaces
from bot.model import BulkState, Person, Query, Role, Violation, utc_now
from bot.stores.opening import open_store
from config.desk_file import DeskFile, load_marketplaces
from tests import make
from tests.bench.people import Somebody
from tests.vendors import opening

LINES = 300
_LONG = "The label, the seams and the certificate are not ours. " * 40
_PERSON = Person(user_id=make.ANALYST.user_id, team_id="T1", name="Ada Okafor")


async def filed(folder: Path, desk_file: str) -> float:
    """Seconds. The store is TinyDB on disk, the statements are long."""
    known = _known(folder, desk_file)
    store = await open_store(f"tinydb:///{folder}/notices.json", utc_now)
    async with new_client() as client:
        desk = Desk(
            store=store,
            people=Somebody(),
            marketplaces=open_marketplaces(known.marketplaces, opening(client)),
            sites=configured_sites(known.marketplaces),
            clock=utc_now,
            first_admins=frozenset(),
            undo=timedelta(seconds=30),
            policy=make.policy(),
            retention=timedelta(days=365),
        )
        await register.import_rights(desk, known.rights)
        await store.save(make.role(_PERSON.user_id, Role.ANALYST))
        took = await _press(desk)
    assert (await store.notices(Query())).total == LINES
    await store.close()
    return took


def _known(folder: Path, text: str) -> DeskFile:
    folder.mkdir()
    tables = folder / "marketplaces.toml"
    tables.write_text(text)
    return load_marketplaces(tables, {"ACME_TOKEN": "bench"})


async def _press(desk: Desk) -> float:
    given = File(addresses=(), violation=Violation.COUNTERFEIT, right=None, seller=None, statement=_LONG)
    addresses = [f"https://acme.example/item/{number}" for number in range(LINES)]
    lines = bulk.from_addresses(desk, addresses, given)
    there = await bulk.check(desk, await bulk.start(desk, lines, by=make.ANALYST, channel="C1", key="k"), _PERSON)
    started = time.perf_counter()
    there = await bulk.file(desk, there.id, there.round, by=make.ANALYST)
    while there.state is BulkState.FILING:
        there = await bulk.go_on(desk, there, _PERSON)
    return time.perf_counter() - started
