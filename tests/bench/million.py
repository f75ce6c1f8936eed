"""What people ask of a desk with a million notices, beside the plain SQL that takes: `python -m tests.bench.million N`.

The plain SQL are the very statements that the desk sent, sent again by asyncpg alone; so the ratio is what all that is
ours costs: building statements, values, scores and blocks.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from sqlalchemy import Engine, event

from bot.blocks import digests as digests_drawn
from bot.blocks import home as home_drawn
from bot.blocks import offenders as offenders_drawn
from bot.desk import Desk, digests, home, offenders, tracking
from bot.grammar.commands import ListNotices
from bot.grammar.home import ShowHome
from bot.grammar.offenders import ListOffenders
from bot.model import SYSTEM, Actor, Role, RoleGrant, Tab, utc_now
from bot.stores.opening import open_store
from tests import make, postgres
from tests.bench import crowd
from tests.bench.people import bare_desk

BY = Actor(user_id="U0001", team_id="T1")
ROUNDS = 15
SETTINGS = "shared_buffers = 512MB\nmax_wal_size = 8GB\nmaintenance_work_mem = 512MB\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Milliseconds, of the slowest round but one: ours, and the plain SQL. `statements` is how many were sent."""

    name: str
    ours: float
    sql: float
    statements: int


class Recorded:
    """Every statement that goes to the database while it records, with its values."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Sequence[Any]]] = []
        self.on = False
        event.listen(Engine, "before_cursor_execute", self._remember)

    def _remember(self, _c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if self.on:
            self.statements.append((statement, values))


async def measure(notices: int, server: postgres.Server) -> list[Act]:
    """Fill a database, and ask."""
    url = await postgres.database(server)
    now = utc_now()
    started = time.perf_counter()
    await crowd.fill(url, notices, now)
    print(f"{notices:,} notices made in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    recorded = Recorded()
    store = await open_store(url, utc_now)
    desk = bare_desk(store)
    await store.save(RoleGrant(holder=BY.user_id, version=1, roles=tuple(Role), by=SYSTEM, at=now))
    connection = await asyncpg.connect(url)
    try:
        return [await _measured(name, act, recorded, connection) for name, act in acts(desk).items()]
    finally:
        await connection.close()
        await store.close()


def acts(desk: Desk) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """What people ask, from the desk to the blocks."""

    async def listed() -> object:
        return await tracking.listed(desk, ListNotices(), by=BY)

    async def mine() -> object:
        return await tracking.listed(desk, ListNotices(scope="mine"), by=BY)

    async def offending() -> object:
        found = await offenders.listed(desk, ListOffenders(), by=BY)
        assert len(found.offenders) == 10
        return [offenders_drawn.offender_table(found.offenders, name=str)]

    async def at_home(tab: Tab) -> object:
        return home_drawn.home(await home.of(desk, ShowHome(tab=tab), by=BY), name=str)

    async def weekly() -> object:
        schedule = make.schedule(window_days=7)
        occurrence = make.occurrence(due_at=utc_now())
        shown = await digests.shown(desk, schedule, occurrence)
        assert shown.digest.offenders
        return digests_drawn.digest(shown.digest, schedule=schedule, occurrence=occurrence, by=shown.by, name=str)

    async def work() -> object:
        return await at_home(Tab.WORK)

    async def approvals() -> object:
        return await at_home(Tab.APPROVALS)

    async def health() -> object:
        return await at_home(Tab.DESK)

    return {
        "/takedown list": listed,
        "/takedown list mine": mine,
        "/offenders": offending,
        "Home, work": work,
        "Home, approvals": approvals,
        "Home, desk": health,
        "a weekly digest": weekly,
    }


async def _measured(
    name: str, act: Callable[[], Awaitable[object]], recorded: Recorded, connection: asyncpg.Connection
) -> Act:
    ours, sql = [], []
    for _ in range(ROUNDS):
        recorded.statements.clear()
        recorded.on = True
        started = time.perf_counter()
        await act()
        ours.append((time.perf_counter() - started) * 1000)
        recorded.on = False
        prepared = [(await connection.prepare(text), values) for text, values in recorded.statements]
        started = time.perf_counter()
        for statement, values in prepared:
            await statement.fetch(*values)
        sql.append((time.perf_counter() - started) * 1000)
    return Act(name=name, ours=sorted(ours)[-2], sql=sorted(sql)[-2], statements=len(recorded.statements))


def main(notices: int) -> None:
    with tempfile.TemporaryDirectory(prefix="takedown-bench-") as folder:
        server = postgres.Server(Path(folder) / "server", SETTINGS)
        server.start()
        try:
            asyncio.run(postgres.prepare(server))
            found = asyncio.run(measure(notices, server))
        finally:
            server.stop("immediate")
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
