"""A desk that is killed at any moment while it erases has erased nothing, or finishes it when it starts again."""

import asyncio
import contextlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk import audit
from bot.errors import StoreUnavailable
from bot.model import SYSTEM, Forgotten
from bot.stores.copies import StoreCopy
from bot.stores.disk import Disk
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.contracts.test_store_erasing import SECRET, YEAR, filed, found_in
from tests.make import NOW

KILLS = 12
STONE = Forgotten(of="TD-2", version=1, lines=3, head="", rule="notices: 400 days", by=SYSTEM, at=NOW)


class Photographing(Disk):
    """Keeps what a kill would leave: the folder as it is before each call, once it is told to."""

    def __init__(self, folder: Path, shelf: Path) -> None:
        self.folder, self.shelf = folder, shelf
        self.on = False

    def take(self) -> None:
        if self.on:
            shutil.copytree(self.folder, self.shelf / f"{len(list(self.shelf.iterdir())):04}")

    def append(self, handle: int, content: bytes) -> None:
        self.take()
        super().append(handle, content[: len(content) // 2])
        self.take()
        super().append(handle, content[len(content) // 2 :])

    def sync(self, handle: int) -> None:
        self.take()
        super().sync(handle)

    def replace(self, source: Path, target: Path) -> None:
        self.take()
        super().replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        self.take()
        super().sync_folder(folder)


async def archived_desk(path: Path, disk: Disk | None = None) -> TinyStore:
    """Two archived notices that tell the secret; the second is to go, and the first shares its file."""
    store = await open_tiny(path)
    await filed(store, "TD-1", "TD-2")
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    await store.close()
    return await open_tiny(path, disk=disk)


async def test_a_kill_at_any_moment_leaves_all_or_nothing(tmp_path: Path) -> None:
    folder, shelf = tmp_path / "desk", tmp_path / "shelf"
    folder.mkdir()
    shelf.mkdir()
    disk = Photographing(folder, shelf)
    store = await archived_desk(folder / "notices.json", disk)
    disk.on = True
    await store.erase(STONE)
    disk.on = False
    await store.close()
    stages = set()
    for left in sorted(shelf.iterdir()):
        again = await open_tiny(left / "notices.json")
        erased = await again.notice("TD-2") is None
        stages.add(erased)
        assert len(await again.events("TD-1")) == 3
        assert len(await again.events("TD-2")) == (0 if erased else 3)
        assert await again.entry(Forgotten, "TD-2") == (STONE if erased else None)
        told_of = [one for one in (left / "archive").iterdir() if b'"id":"TD-2"' in one.read_bytes()]
        assert bool(told_of) is not erased, left.name
        assert found_in(left, '"id":"TD-2"', '"notice_id":"TD-2"') == [] or not erased, left.name
        assert not (left / "notices.json.erasing").exists(), "it was finished, or there was nothing to finish"
        await again.erase() if erased else await again.erase(STONE)
        await again.close()
        assert [one for one in (left / "archive").iterdir() if b'"id":"TD-2"' in one.read_bytes()] == []
    assert stages == {True, False}
    assert len(list(shelf.iterdir())) > 20


class Full(Disk):
    """Takes no more into the archive, while told so."""

    full = False

    def append(self, handle: int, content: bytes) -> None:
        if self.full and content.startswith(b'{"notice"'):
            raise OSError(28, "No space left on device")
        super().append(handle, content)


async def test_what_a_full_disk_held_up_is_finished_by_the_next_archiving(tmp_path: Path) -> None:
    disk = Full()
    store = await archived_desk(tmp_path / "notices.json", disk)
    disk.full = True
    with pytest.raises(StoreUnavailable, match="No space left"):
        await store.erase(STONE)
    assert await store.notice("TD-2") is None
    assert [file for file in found_in(tmp_path, '"id":"TD-2"') if file.endswith(".jsonl")]
    disk.full = False
    await store.archive(final_before=NOW, drafts_before=NOW)
    assert found_in(tmp_path, '"id":"TD-2"') == []
    assert len(await store.events("TD-1")) == 3
    await store.close()


async def test_a_disk_that_stays_full_holds_up_neither_the_nights_work_nor_a_start(tmp_path: Path) -> None:
    disk = Full()
    store = await archived_desk(tmp_path / "notices.json", disk)
    disk.full = True
    with pytest.raises(StoreUnavailable, match="No space left"):
        await store.erase(STONE)
    await store.save(make.draft())
    await store.archive(final_before=NOW, drafts_before=NOW + YEAR)
    assert await store.draft("draft-1") is None, "the rest of the night's work is done"
    await store.close()
    store = await open_tiny(tmp_path / "notices.json", disk=disk)
    assert await store.notice("TD-2") is None
    await store.close()
    assert (tmp_path / "notices.json.erasing").exists()
    disk.full = False
    store = await open_tiny(tmp_path / "notices.json", disk=disk)
    assert found_in(tmp_path, '"id":"TD-2"') == []
    assert not (tmp_path / "notices.json.erasing").exists()
    await store.close()


async def test_a_start_that_fails_lets_go_of_the_lock(tmp_path: Path) -> None:
    class Broken(Full):
        def append(self, handle: int, content: bytes) -> None:
            try:
                super().append(handle, content)
            except OSError as error:
                raise RuntimeError("not a disk at all") from error

    store = await archived_desk(tmp_path / "notices.json")
    await store.save(STONE)
    await store.close()
    (tmp_path / "notices.json.erasing").touch()
    disk = Broken()
    disk.full = True
    with pytest.raises(RuntimeError):
        await open_tiny(tmp_path / "notices.json", disk=disk)
    store = await open_tiny(tmp_path / "notices.json")
    assert found_in(tmp_path, '"id":"TD-2"') == []
    await store.close()


async def test_a_damaged_file_that_was_set_aside_goes_with_what_is_erased(tmp_path: Path) -> None:
    store = await archived_desk(tmp_path / "notices.json")
    aside = tmp_path / "notices.json.damaged-20260101T000000Z"
    aside.write_text(SECRET)
    await store.erase(STONE)
    assert not aside.exists()
    await store.close()


@pytest.mark.kills
async def test_a_desk_killed_again_and_again_while_it_forgets_brings_nothing_back(tmp_path: Path) -> None:
    path, every = tmp_path / "notices.json", [f"TD-{number}" for number in range(1, 61)]
    store = await open_tiny(path)
    await filed(store, *every)
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    await store.close()
    gone: set[str] = set()
    chance = random.Random(7)
    for _ in range(KILLS):
        gone |= set(killed_after(chance.uniform(0.0, 0.1), path))
        store = await open_tiny(path)
        assert not (tmp_path / "notices.json.erasing").exists()
        left = {one.notice.id async for one in store.chronicles()}
        stones = {one.of for one in await store.entries(Forgotten)}
        assert (left | stones, left & stones) == (set(every), set())
        assert gone <= stones
        assert found_in(tmp_path, *(f'"id":"{one}"' for one in stones)) == []
        for notice_id in left:
            assert len(await store.events(notice_id)) == 3
        await store.close()
    assert len(gone) >= KILLS // 2


def killed_after(seconds: float, path: Path) -> list[str]:
    """Which were told to be gone when it was killed, so long after the first of them."""
    desk = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.stores.eraser", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert desk.stdout is not None
    first = desk.stdout.readline()
    time.sleep(seconds)
    desk.send_signal(signal.SIGKILL)
    rest, _ = desk.communicate()
    return [line for line in (first + rest).splitlines() if line]


class Waiting(Disk):
    """Holds the first snapshot back until `free`; notes whether the mark was ever away while `still` is on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reached, self.free = threading.Event(), threading.Event()
        self.still = ""
        self.unmarked = 0

    def replace(self, source: Path, target: Path) -> None:
        if target.name == "notices.json":
            self.reached.set()
            assert self.free.wait(20)
        super().replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        if self.still and not (self.folder / "notices.json.erasing").exists():
            self.unmarked += bool(found_in(self.folder / "archive", self.still))


async def test_what_finishes_one_erasure_leaves_the_mark_of_another(tmp_path: Path) -> None:
    store = await archived_desk(tmp_path / "notices.json")
    await store.close()
    disk = Waiting(tmp_path)
    store = await open_tiny(tmp_path / "notices.json", disk=disk)
    (tmp_path / "notices.json.erasing").touch()
    night = asyncio.create_task(store.archive(final_before=NOW, drafts_before=NOW))
    assert await asyncio.to_thread(disk.reached.wait, 20)
    erasing = asyncio.create_task(store.erase(STONE))
    while await store.notice("TD-2") is not None:
        await asyncio.sleep(0.01)
    disk.still = '"id":"TD-2"'
    disk.free.set()
    await asyncio.gather(night, erasing)
    assert disk.unmarked == 0
    assert found_in(tmp_path, '"id":"TD-2"') == []
    assert not (tmp_path / "notices.json.erasing").exists()
    await store.close()


async def test_a_copy_is_whole_while_something_is_erased(tmp_path: Path) -> None:
    store = await archived_desk(tmp_path / "notices.json")
    half_done = tmp_path / "archive" / "2026-03.x.tmp"
    half_done.touch()
    with contextlib.closing(StoreCopy(tmp_path / "notices.json", lambda: NOW)) as copy:
        assert half_done.exists(), "an erasure of the desk's own may be writing it"
        await store.erase(STONE)
        found = await audit.everything(copy)
        assert (found.faults, found.chains) == ((), 2)
    with contextlib.closing(StoreCopy(tmp_path / "notices.json", lambda: NOW)) as copy:
        assert (await audit.everything(copy)).chains == 1
    await store.close()


async def test_a_copy_that_an_erasure_came_between_is_taken_again(tmp_path: Path) -> None:
    store = await archived_desk(tmp_path / "notices.json")
    more = [f"TD-{number}" for number in range(3, 23)]
    await filed(store, *more)
    await store.archive(final_before=NOW + YEAR, drafts_before=NOW)
    done = threading.Event()

    def copied() -> list[int]:
        """How many chains each copy has; None of them is broken."""
        chains: list[int] = []
        while not done.is_set() or not chains:
            with contextlib.closing(StoreCopy(tmp_path / "notices.json", lambda: NOW)) as copy:
                found = asyncio.run(audit.everything(copy))
                assert found.faults == ()
                chains.append(found.chains)
        return chains

    copying = asyncio.create_task(asyncio.to_thread(copied))
    for of in more:
        await store.erase(replace(STONE, of=of))
    done.set()
    counted = await copying
    assert counted == sorted(counted, reverse=True)
    await store.close()
