"""`make bench`: what the desk costs, beside the least it could cost, measured in the same run.

Prints a table and writes `build/bench.json`. Exits 1 when a target does not hold.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import orjson

from bot.blocks import digests as drawn
from bot.blocks import home as home_drawn
from bot.desk import digests, home
from bot.grammar.home import ShowHome
from bot.model import SYSTEM, Actor, Notice, OccurrenceState, Query, Record, Role, RoleGrant, Status, Tab, utc_now
from bot.sandbox.serving import free_port
from bot.stores.opening import open_store
from tests import make
from tests.bench import bulk, load, markets, stock
from tests.bench.load import Timings
from tests.bench.people import bare_desk
from tests.postgres import Server, database, prepare

AT_ONCE = 32
TARGET_MS = 50.0
DIGEST_MS = 150.0
HOME_MS = 100.0
DOSSIER_S = 10.0
DOSSIER_MB = 300.0
BULK_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One line of the table. `ratio` is value over peer."""

    name: str
    value: float
    unit: str
    peer: float | None
    ratio: float | None
    target: str
    holds: bool


def at_most(name: str, value: float, unit: str, limit: float, peer: float | None = None) -> Measure:
    ratio = value / peer if peer else None
    return Measure(
        name=name, value=value, unit=unit, peer=peer, ratio=ratio, target=f"<= {limit:g} {unit}", holds=value <= limit
    )


def at_least(name: str, value: float, unit: str, limit: float) -> Measure:
    target = f">= {limit:g} {unit}"
    return Measure(name=name, value=value, unit=unit, peer=None, ratio=None, target=target, holds=value >= limit)


def beside(
    name: str, value: float, unit: str, peer: float, *, least: float | None = None, most: float | None = None
) -> Measure:
    ratio = value / peer
    target = f">= {least:g} x peer" if least is not None else f"<= {most:g} x peer"
    holds = ratio >= least if least is not None else ratio <= (most or 0)
    return Measure(name=name, value=value, unit=unit, peer=peer, ratio=ratio, target=target, holds=holds)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="takedown-bench-") as folder:
        large = Path(folder) / "large"
        measures = [*large_desk(large), asyncio.run(digest_of(large)), *asyncio.run(homes(large)), several_markets()]
        measures += under_load(Path(folder) / "load")
        measures += on_postgres(Path(folder) / "postgres")
        in_bulk = asyncio.run(bulk.filed(Path(folder) / "bulk", DESK_FILE.format(port=9)))
        measures += a_dossier()
        measures.append(at_most("300 in bulk: File to all on disk", in_bulk, "s", BULK_S))
    print_table(measures)
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / "bench.json").write_bytes(orjson.dumps([asdict(one) for one in measures], option=orjson.OPT_INDENT_2))
    return 0 if all(one.holds for one in measures) else 1


def a_dossier() -> list[Measure]:
    """1,000 notices, 8 identities, 200 pictures of a megabyte; in a process of its own, so that no other is counted."""
    command = [sys.executable, "-m", "tests.bench.dossier"]
    measured = orjson.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=300).stdout)
    return [
        at_most("1,000 notices: a dossier", measured["seconds"], "s", DOSSIER_S, peer=measured["least"]),
        at_most("1,000 notices: memory of who makes it", measured["mb"], "MB", DOSSIER_MB),
        at_most("1,000 notices: verify.py", measured["verify"], "s", DOSSIER_S),
    ]


def large_desk(folder: Path, *, notices: int = 10_000, rounds: int = 200) -> list[Measure]:
    """10,000 notices in TinyDB: start, file, list, memory; beside stock TinyDB doing the same."""
    folder.mkdir()
    existing = [notice(number) for number in range(1, notices + 1)]
    asyncio.run(fill(tiny(folder), existing))
    database = stock.fill(folder / "stock.json", [plain(one) for one in existing])
    fresh = [plain(notice(notices + number)) for number in range(1, 31)]
    peer_filing, peer_list = stock.file_one_by_one(database, fresh), stock.list_mine(database, load.USER, 20)
    with slack() as slack_port, desk(folder, slack_port) as (port, process, ready):
        filing = asyncio.run(press_file(port, rounds, start=notices * 2, at_once=1))
        listing = asyncio.run(load.run(port, [load.command("/takedown", "list") for _ in range(rounds)], at_once=1))
        offenders = asyncio.run(load.run(port, [load.command("/offenders", "") for _ in range(50)], at_once=1))
        memory = resident_mb(process.pid)
    return [
        at_most("10,000 notices: start to ready", ready, "s", 3.0),
        at_most("10,000 notices: filing p95", ms(filing, 0.95), "ms", TARGET_MS, peer=ms(peer_filing, 0.95)),
        at_most("10,000 notices: list p95", ms(listing, 0.95), "ms", TARGET_MS, peer=ms(peer_list, 0.95)),
        at_most("10,000 notices: offenders p95", ms(offenders, 0.95), "ms", DIGEST_MS),
        at_most("10,000 notices: resident memory of run", memory, "MB", 150.0),
    ]


async def digest_of(folder: Path, *, rounds: int = 20) -> Measure:
    """A digest of the large desk, from the store to the blocks; the slowest but one of the rounds counts."""
    store = await open_store(tiny(folder), utc_now)
    desk = bare_desk(store)
    schedule = make.schedule(window_days=90)
    last = await digests.shown(desk, schedule, make.occurrence("last", due_at=utc_now() - timedelta(days=7)))
    # As it is in life: compared with the one before, and some sellers are linked.
    before = make.occurrence(
        "before",
        due_at=utc_now() - timedelta(days=7),
        state=OccurrenceState.POSTED,
        figures=last.digest.figures,
    )
    links = (make.link(*sorted((f"acme:S-{number}", f"acme:S-{number + 350}"))) for number in range(100))
    await store.save(schedule, before, *links)
    took: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        now = make.occurrence(due_at=utc_now())
        shown = await digests.shown(desk, schedule, now)
        drawn.digest(shown.digest, schedule=schedule, occurrence=now, by=shown.by, name=str)
        took.append((time.perf_counter() - started) * 1000)
    assert shown.digest.offenders
    assert shown.digest.before
    assert shown.digest.movers
    await store.close()
    return at_most("10,000 notices: a digest p95", sorted(took)[-2], "ms", DIGEST_MS)


async def homes(folder: Path, *, rounds: int = 40) -> list[Measure]:
    """Every tab of a Home of the large desk, from the store to the blocks, for somebody with every role.

    The peer is one bare pass over the notices in memory with a sort, which is the least a list can cost.
    """
    store = await open_store(tiny(folder), utc_now)
    desk, by = bare_desk(store), Actor(user_id="UEVERY", team_id="T1")
    await store.save(RoleGrant(holder=by.user_id, version=1, roles=tuple(Role), by=SYSTEM, at=utc_now()))
    waiting = [_of(by, number) for number in range(50_001, 50_601)]
    await store.save(*waiting, *(make.event(one) for one in waiting))
    took: dict[Tab, list[float]] = {tab: [] for tab in (Tab.WORK, Tab.APPROVALS, Tab.DESK)}
    least: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        await store.notices(Query(limit=0))
        least.append((time.perf_counter() - started) * 1000)
        for tab, times in took.items():
            started = time.perf_counter()
            shown = await home.of(desk, ShowHome(tab=tab), by=by)
            view = home_drawn.home(shown, name=str)
            times.append((time.perf_counter() - started) * 1000)
            assert len(view["blocks"]) > 5
    await store.close()
    return [
        at_most(f"10,000 notices: Home, {tab} p95", sorted(times)[-2], "ms", HOME_MS, peer=sorted(least)[-2])
        for tab, times in took.items()
    ]


def _of(by: Actor, number: int) -> Notice:
    """One of those that wait: for this person, or for another's approval."""
    mine = number % 2 == 0
    return make.notice(
        f"TD-{number}",
        status=Status.NEEDS_INPUT if mine else Status.AWAITING_APPROVAL,
        submitter=by if mine else make.ANALYST,
        listing=make.listing(str(number)),
    )


def several_markets(rounds: int = 3) -> Measure:
    """1,000 notices over five marketplaces, one hanging, one busy. Rounds alternate, medians count."""
    port = free_port()
    with process([sys.executable, "-m", "tests.bench.servers", "markets", str(port)], dict(os.environ)):
        wait_for(f"http://127.0.0.1:{port}/one/removal-requests")
        pairs = [(asyncio.run(markets.bare(port)), asyncio.run(markets.delivered(port))) for _ in range(rounds)]
    rate, loop = middle([ours for _, ours in pairs]), middle([theirs for theirs, _ in pairs])
    return beside("five markets, two in trouble: delivered", rate, "/s", loop, least=0.7)


def under_load(folder: Path, *, requests: int = 1500) -> list[Measure]:
    """Signed HTTP, 32 at once, beside a bare Bolt command that does nothing. Rounds alternate, medians count."""
    folder.mkdir()
    asyncio.run(fill(tiny(folder), [notice(number) for number in range(1, 1001)]))
    noop, status, filing = [], [], []
    with slack() as slack_port, bare(slack_port) as bare_port, desk(folder, slack_port) as (port, _, _):
        for round_ in range(5):
            noop.append(
                asyncio.run(load.run(bare_port, [load.command("/noop", "") for _ in range(requests)], at_once=AT_ONCE))
            )
            asks = [load.command("/takedown", f"status TD-{1 + number % 1000}") for number in range(requests)]
            status.append(asyncio.run(load.run(port, asks, at_once=AT_ONCE)))
            filing.append(asyncio.run(press_file(port, 300, start=10_000 * (round_ + 1), at_once=AT_ONCE)))
    bare_rate, bare_p99 = middle([one.per_second for one in noop]), middle([ms(one, 0.99) for one in noop])
    return [
        beside("32 at once: status", middle([one.per_second for one in status]), "/s", bare_rate, least=0.7),
        beside("32 at once: status p99", middle([ms(one, 0.99) for one in status]), "ms", bare_p99, most=2),
        beside("32 at once: filing", middle([one.per_second for one in filing]), "/s", bare_rate, least=0.4),
        beside("32 at once: filing p99", middle([ms(one, 0.99) for one in filing]), "ms", bare_p99, most=2),
    ]


def on_postgres(folder: Path, *, requests: int = 1500) -> list[Measure]:
    """Filing with a durable PostgreSQL on the same cores, by one `web`, beside the bare Bolt as in `under_load`."""
    folder.mkdir()
    server = Server(folder / "server", "")
    server.start()
    noop, filing = [], []
    try:
        asyncio.run(prepare(server))
        url = asyncio.run(database(server))
        asyncio.run(fill(url, [notice(number) for number in range(1, 1001)]))
        with (
            slack() as slack_port,
            bare(slack_port) as bare_port,
            desk(folder, slack_port, url=url, verb="web") as (port, web, ready),
        ):
            for round_ in range(5):
                commands = [load.command("/noop", "") for _ in range(requests)]
                noop.append(asyncio.run(load.run(bare_port, commands, at_once=AT_ONCE)))
                filing.append(asyncio.run(press_file(port, 300, start=10_000 * (round_ + 1), at_once=AT_ONCE)))
            memory = resident_mb(web.pid)
    finally:
        server.stop()
    bare_rate, bare_p99 = middle([one.per_second for one in noop]), middle([ms(one, 0.99) for one in noop])
    rate, p99 = middle([one.per_second for one in filing]), middle([ms(one, 0.99) for one in filing])
    return [
        beside("PostgreSQL, 32 at once: filing", rate, "/s", bare_rate, least=0.4),
        at_least("PostgreSQL, 32 at once: filing a second", rate, "/s", 300),
        beside("PostgreSQL, 32 at once: filing p99", p99, "ms", bare_p99, most=2),
        at_most("PostgreSQL: start of web to ready", ready, "s", 2.0),
        at_most("PostgreSQL: resident memory of web", memory, "MB", 150.0),
    ]


async def press_file(port: int, count: int, *, start: int, at_once: int) -> Timings:
    """Ask for previews first, then time the presses of *File*: each is durable before its answer."""
    drafts: list[str] = []

    def remember(body: bytes) -> None:
        found = re.search(rb'"action_id":\s*"filing.file".*?"value":\s*"([0-9a-f]{32})"', body)
        assert found, body[:500]
        drafts.append(found[1].decode())

    asks = [
        load.command("/takedown", f"https://acme.example/item/{start + number} counterfeit") for number in range(count)
    ]
    await load.run(port, asks, at_once=at_once, seen=remember)
    return await load.run(port, [load.press("filing.file", draft) for draft in drafts], at_once=at_once)


def notice(number: int) -> Notice:
    removed = number % 3 == 0
    filed_at = utc_now() - timedelta(days=1 + number % 120)
    return make.notice(
        id=f"TD-{number}",
        batch_id=f"TD-{number}",
        status=Status.REMOVED if removed else Status.IN_REVIEW,
        seller=make.seller(f"S-{number % 700}"),
        removed_at=filed_at + timedelta(hours=number % 90) if removed else None,
        decided_at=filed_at + timedelta(hours=number % 90) if removed else None,
        listing=make.listing(listing_id=str(number)),
        submitter=Actor(user_id=load.USER if number % 50 == 0 else f"U{number % 40:03d}", team_id=load.TEAM),
        reference=f"R{number}",
        channel=load.CHANNEL,
        filed_at=filed_at,
        updated_at=utc_now() - timedelta(hours=1),
    )


def plain(one: Notice) -> dict[str, object]:
    row: dict[str, object] = orjson.loads(orjson.dumps(one))
    return row


def tiny(folder: Path) -> str:
    return f"tinydb:///{folder}/notices.json"


async def fill(url: str, notices: list[Notice]) -> None:
    """A desk's store with the notices, each with four events."""
    store = await open_store(url, utc_now)
    for start in range(0, len(notices), 500):
        records: list[Record] = []
        for one in notices[start : start + 500]:
            records.append(one)
            records.extend(make.event(notice_id=one.id, number=number) for number in range(1, 5))
        await store.save(*records)
    await store.close()


@contextmanager
def desk(
    folder: Path, slack_port: int, *, url: str = "", verb: str = "run"
) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """The desk as its own process, listening by signed HTTP; once it is ready: its port, and the seconds it took.

    As installed: its modules are compiled, which the first of two starts does for the second.
    """
    url = url or tiny(folder)
    marketplaces = folder / "marketplaces.toml"
    marketplaces.write_text(DESK_FILE.format(port=slack_port))
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLACK_")},
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": load.SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{slack_port}/api/",
        "DATABASE_URL": url,
        "MARKETPLACES_FILE": str(marketplaces),
        "ACME_TOKEN": "bench",
        "PORT": str(port),
        "LOG_LEVEL": "error",
        "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled"),
    }
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    asyncio.run(_give_role(url))
    subprocess.run([sys.executable, "-c", "import bot.cli"], env=environ, check=True, timeout=60)
    began = time.perf_counter()
    with process([sys.executable, "-m", "bot", verb], environ) as started:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield port, started, time.perf_counter() - began


async def _give_role(url: str) -> None:
    store = await open_store(url, utc_now)
    if await store.entry(RoleGrant, load.USER) is None:
        await store.save(RoleGrant(holder=load.USER, version=1, roles=(Role.ANALYST,), by=SYSTEM, at=utc_now()))
    await store.close()


@contextmanager
def slack() -> Iterator[int]:
    port = free_port()
    load.RESPOND_PORT = port
    with process([sys.executable, "-m", "tests.bench.servers", "slack", str(port)], dict(os.environ)):
        wait_for(f"http://127.0.0.1:{port}/api/auth.test")
        yield port


@contextmanager
def bare(slack_port: int) -> Iterator[int]:
    port = free_port()
    arguments = [sys.executable, "-m", "tests.bench.servers", "bare", str(port), f"http://127.0.0.1:{slack_port}/api/"]
    with process(arguments, dict(os.environ)):
        wait_for(f"http://127.0.0.1:{port}/slack/events")
        yield port


@contextmanager
def process(arguments: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(arguments, env=environ)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()


def wait_for(url: str, seconds: float = 30.0) -> None:
    """Until it answers; 503 is not yet."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if httpx.get(url, timeout=1).status_code != 503:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.02)
    raise TimeoutError(url)


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def ms(timings: Timings, share: float) -> float:
    return timings.percentile(share) * 1000


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def print_table(measures: list[Measure]) -> None:
    print(f"{'what':42} {'value':>12} {'peer':>12} {'ratio':>7}  {'target':16} holds")
    for one in measures:
        peer = f"{one.peer:.1f}" if one.peer is not None else "-"
        ratio = f"{one.ratio:.2f}" if one.ratio is not None else "-"
        value = f"{one.value:.2f} {one.unit}"
        print(f"{one.name:42} {value:>12} {peer:>12} {ratio:>7}  {one.target:16} {'yes' if one.holds else 'NO'}")


DESK_FILE = """
[marketplaces.acme]
adapter = "rest"
name = "Acme Market"
base_url = "http://127.0.0.1:{port}"
token_env = "ACME_TOKEN"
hosts = ["acme.example"]
listing_pattern = '/item/(?P<listing>[0-9]+)'
requests_per_second = 5
poll_seconds = 3600

[rights.BENCH-EU]
kind = "trademark"
title = "BENCH"
registration_no = "018000001"
office = "EUIPO"
jurisdictions = ["EU"]
owner = "Bench Ltd"
"""

if __name__ == "__main__":
    sys.exit(main())
