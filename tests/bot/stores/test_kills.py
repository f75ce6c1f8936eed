"""A process that is killed at any moment loses nothing it acknowledged, and its file can always be read."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model import Query
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make

KILLS = 25


@pytest.mark.kills
async def test_a_desk_killed_again_and_again_keeps_every_acknowledged_save(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    acknowledged: dict[str, int] = {}
    chance = random.Random(7)
    for _ in range(KILLS):
        for line in killed_after(chance.uniform(0.02, 0.4), path):
            notice_id, version = line.split()
            acknowledged[notice_id] = max(int(version), acknowledged.get(notice_id, 0))
        if path.exists():
            assert json.loads(path.read_bytes())["meta"]
        store = await open_tiny(path)
        await holds(store, acknowledged)
        await store.close()
    assert len(acknowledged) > 20 * KILLS
    assert (tmp_path / "archive").exists()


def killed_after(seconds: float, place: Path | str, stop: Callable[[], None] | None = None) -> list[str]:
    """What a busy desk had acknowledged when it was killed, so long after its first acknowledgement.

    `stop` is done first, and the desk given time to see it.
    """
    desk = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.stores.churn", str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert desk.stdout is not None
    told = [desk.stdout.readline()]
    # Reading goes on meanwhile, so that a full pipe does not stop the desk.
    os.set_blocking(desk.stdout.fileno(), False)
    end = time.monotonic() + seconds
    raw = b""
    while time.monotonic() < end:
        raw += read_some(desk.stdout.fileno())
        time.sleep(0.001)
    if stop is not None:
        stop()
    desk.send_signal(signal.SIGKILL)
    desk.wait()
    while more := read_some(desk.stdout.fileno()):
        raw += more
    desk.stdout.close()
    assert told[0], "the desk started and acknowledged something"
    return [*told, *raw.decode().splitlines()]


def read_some(handle: int) -> bytes:
    try:
        return os.read(handle, 1 << 16)
    except BlockingIOError:
        return b""


async def holds(store: Store, acknowledged: dict[str, int]) -> None:
    present = {notice.id: notice for notice in (await store.notices(Query(limit=1_000_000))).notices}
    for notice_id, version in acknowledged.items():
        notice = present.get(notice_id) or await store.notice(notice_id)
        assert notice is not None, f"{notice_id} was acknowledged and is lost"
        assert notice.version >= version
        events = await store.events(notice_id)
        assert [event.number for event in events] == list(range(1, notice.version + 1))
        assert events[-1] == make.event(notice)
    assert await store.next_ids(1) not in {(notice_id,) for notice_id in acknowledged}
