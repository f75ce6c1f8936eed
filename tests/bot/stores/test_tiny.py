"""The files of the TinyDB store: what lies on disk, who may open it, and what a full disk does."""

# ruff: noqa: ASYNC240 - nothing else runs in these loops

import asyncio
import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tinydb import TinyDB, where

from bot.errors import Conflict, Misconfigured, StoreUnavailable
from bot.model import Query, Record, Status, utc_now
from bot.stores.disk import Disk
from bot.stores.opening import open_store
from bot.stores.snapshot import SnapshotFile
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.make import NOW

MINUTE = timedelta(minutes=1)
T = TypeVar("T")


class CountingDisk(Disk):
    """The real disk, counting; `room` bytes are left on it, and `broken` makes every fsync fail.

    While `free` is not set an fsync waits, and has `reached` the disk.
    """

    def __init__(self) -> None:
        self.free, self.reached = threading.Event(), threading.Event()
        self.free.set()
        self.syncs = 0
        self.room = 1 << 40
        self.broken = False

    def append(self, handle: int, content: bytes) -> None:
        super().append(handle, content[: self.room])
        if len(content) > self.room:
            self.room = 0
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(content)

    def sync(self, handle: int) -> None:
        self.reached.set()
        self.free.wait(10)
        if self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.syncs += 1
        super().sync(handle)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "notices.json"


@pytest.fixture
def disk() -> CountingDisk:
    return CountingDisk()


@pytest.fixture
async def store(path: Path, disk: CountingDisk) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(path, disk=disk)
    yield opened
    disk.room, disk.broken = 1 << 40, False
    disk.free.set()
    await opened.close()


async def file(store: TinyStore, *numbers: int) -> None:
    for number in numbers:
        notice = make.notice(f"TD-{number}")
        await store.save(notice, make.event(notice))


async def ids(store: TinyStore) -> list[str]:
    return [notice.id for notice in (await store.notices(Query(limit=1000))).notices]


def as_left_by_a_crash(path: Path) -> Path:
    """The same file in a copy of its folder, as it lies there while the desk runs."""
    copy = path.parent.with_name("after the crash")
    shutil.copytree(path.parent, copy)
    return copy / path.name


# What lies on disk


async def test_any_tinydb_reads_the_file_of_a_closed_desk(store: TinyStore, path: Path) -> None:
    notice = make.notice(reason="naïve")
    await store.save(
        notice, make.event(notice), make.event(notice, number=2), make.draft(), make.card(), make.delivery()
    )
    await store.close()
    with TinyDB(path) as stock:
        assert stock.tables() >= {"notices", "events", "drafts", "cards", "deliveries", "meta"}
        (found,) = stock.table("notices").search(where("listing").marketplace == "acme")
        assert (found.doc_id, found["id"], found["reason"]) == (1, "TD-1", "naïve")
        assert len(stock.table("events")) == 2


async def test_a_file_rewritten_by_another_tinydb_is_read_back(store: TinyStore, path: Path) -> None:
    await file(store, 1, 2)
    await store.close()
    with TinyDB(path) as stock:
        stock.table("notices").update({"reason": "by hand"}, doc_ids=[2])
    again = await open_tiny(path)
    notice = await again.notice("TD-2")
    assert notice is not None
    assert notice.reason == "by hand"
    await again.close()


def test_the_storage_serves_tinydb_itself(tmp_path: Path) -> None:
    path = tmp_path / "any.json"
    with TinyDB(path, storage=SnapshotFile) as database:
        database.insert({"a": 1})
        database.table("other").insert_multiple([{"b": n} for n in range(300)])
        database.insert({"a": 2})
    with TinyDB(path, storage=SnapshotFile) as database:
        assert [document["a"] for document in database.all()] == [1, 2]
        assert len(database.table("other")) == 300
        database.drop_tables()
        assert database.tables() == set()
    with TinyDB(tmp_path / "any.json.bak") as previous:
        assert len(previous.table("other")) == 300


async def test_files_are_for_their_owner_only(store: TinyStore, path: Path) -> None:
    await store.save(make.notice(status=Status.REMOVED))
    await store.archive(final_before=NOW + MINUTE, drafts_before=NOW)
    await store.close()
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"notices.json", "notices.json.bak", "notices.json.lock", "2026-03.jsonl"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_a_checkpoint_bounds_the_journals(path: Path) -> None:
    store = await open_tiny(path, checkpoint_bytes=20_000)
    for round_ in range(40):
        await file(store, *range(round_ * 10 + 1, round_ * 10 + 11))
    journals = list(path.parent.glob("*.journal"))
    assert len(journals) <= 4
    assert max(int(journal.name.split(".")[2]) for journal in journals) > 5
    assert len(await ids(store)) == 400
    await store.close()
    again = await open_tiny(path)
    assert len(await ids(again)) == 400
    await again.close()


async def test_the_file_alone_is_enough_after_a_clean_stop(store: TinyStore, path: Path, tmp_path: Path) -> None:
    await file(store, 1, 2)
    await store.close()
    backup = tmp_path / "restored" / "notices.json"
    backup.parent.mkdir()
    shutil.copy(path, backup)
    again = await open_tiny(backup)
    assert await ids(again) == ["TD-2", "TD-1"]
    await again.close()


async def test_opening_and_closing_changes_nothing(store: TinyStore, path: Path) -> None:
    await file(store, 1)
    await store.close()
    before = path.stat()
    await (await open_tiny(path)).close()
    assert path.stat().st_ino == before.st_ino


# Addresses and locks


async def test_three_slashes_are_relative_and_four_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("tinydb:///here/notices.json", f"tinydb:///{tmp_path}/there/notices.json"):
        await (await open_store(url, utc_now)).close()
    assert (tmp_path / "here" / "notices.json").exists()
    assert (tmp_path / "there" / "notices.json").exists()


@pytest.mark.parametrize(
    "url",
    ["mysql://bot:secret@db/desk", "notices.json", "tinydb:///", "tinydb:///data/", "tinydb://host/data.json", ""],
)
async def test_an_address_that_names_no_store_is_refused_without_secrets(url: str) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL") as refusal:
        await open_store(url, utc_now)
    assert "secret" not in str(refusal.value)


async def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is a folder"):
        await open_tiny(tmp_path)


async def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="Choose a folder"):
        await open_tiny(tmp_path / "file" / "notices.json")


async def test_a_second_process_is_refused_until_the_first_lets_go(store: TinyStore, path: Path) -> None:
    await file(store, 1)
    opening = (
        "import asyncio, pathlib, sys\n"
        "from bot.stores.tiny import open_tiny\n"
        "async def main():\n"
        "    await (await open_tiny(pathlib.Path(sys.argv[1]))).close()\n"
        "asyncio.run(main())\n"
    )

    def other_process() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", opening, str(path)], capture_output=True, text=True, timeout=30, check=False
        )

    refused = await asyncio.to_thread(other_process)
    assert refused.returncode != 0
    assert f"{path}, which another process already uses" in refused.stderr
    await file(store, 2)
    await store.close()
    assert (await asyncio.to_thread(other_process)).returncode == 0


async def test_the_same_process_cannot_open_it_twice_either(store: TinyStore, path: Path) -> None:
    with pytest.raises(Misconfigured, match="another process"):
        await open_tiny(path)


# Group commit


async def test_saves_that_come_together_share_an_fsync(store: TinyStore, disk: CountingDisk) -> None:
    before = disk.syncs
    await asyncio.gather(*(store.save(make.notice(f"TD-{number}")) for number in range(1, 101)))
    assert disk.syncs - before <= 5
    assert len(await ids(store)) == 100


async def test_a_reader_never_sees_what_is_not_durable(store: TinyStore) -> None:
    saving = asyncio.create_task(store.save(make.notice(), make.delivery()))
    await asyncio.sleep(0)
    assert await store.notice("TD-1") is None
    assert await store.due_lanes(NOW) == ()
    await saving
    assert await store.notice("TD-1") is not None


async def test_a_caller_that_is_cancelled_does_not_take_others_with_it(store: TinyStore) -> None:
    first, second = (asyncio.create_task(store.save(make.notice(f"TD-{number}"))) for number in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert await ids(store) == ["TD-2", "TD-1"]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_record_that_is_not_text_is_refused_before_anything_is_written(store: TinyStore) -> None:
    with pytest.raises(ValueError, match="notice cannot be written"):
        await store.save(make.event(), make.notice(statement="half a pair: \ud800"))
    assert await store.events("TD-1") == ()
    await file(store, 1)


# A disk that fails


@pytest.mark.parametrize("room", [0, 1, 700])
async def test_a_full_disk_fails_the_save_and_all_is_well_when_there_is_room_again(
    store: TinyStore, disk: CountingDisk, path: Path, room: int
) -> None:
    await file(store, 1)
    disk.room = room
    saves = [store.save(make.notice(f"TD-{number}"), make.delivery(f"submit:TD-{number}")) for number in range(2, 12)]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert "No space left on device" in str(outcomes[0])
    assert await ids(store) == ["TD-1"]
    assert await store.due_lanes(NOW) == ()
    disk.room = 1 << 40
    await file(store, 2, 3)
    again = await open_tiny(as_left_by_a_crash(path))
    assert await ids(again) == ["TD-3", "TD-2", "TD-1"]
    await again.close()


async def test_an_fsync_that_fails_is_not_believed(store: TinyStore, disk: CountingDisk, path: Path) -> None:
    await file(store, 1)
    disk.broken = True
    for number in (2, 2, 3):
        with pytest.raises(StoreUnavailable, match="Input/output error"):
            await file(store, number)
    assert await ids(store) == ["TD-1"]
    disk.broken = False
    await file(store, 2)
    again = await open_tiny(as_left_by_a_crash(path))
    assert await ids(again) == ["TD-2", "TD-1"]
    await again.close()


async def test_what_was_checked_against_a_failed_save_fails_too(store: TinyStore, disk: CountingDisk) -> None:
    notice = make.notice()
    first = await held_up(disk, store.save(notice))
    second = asyncio.create_task(store.save(notice.changed(NOW, reason="again")))
    await asyncio.sleep(0.01)
    disk.broken = True
    disk.free.set()
    with pytest.raises(StoreUnavailable):
        await first
    disk.broken = False
    with pytest.raises(StoreUnavailable):
        await second
    with pytest.raises(Conflict):
        await store.save(notice.changed(NOW))
    await store.save(notice)


async def held_up(disk: CountingDisk, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin something, and return when it waits for an fsync; `disk.free.set()` lets it go on."""
    disk.reached.clear()
    disk.free.clear()
    task = asyncio.create_task(work)
    await asyncio.to_thread(disk.reached.wait, 10)
    return task


@pytest.mark.parametrize("change", ["notice", "delivery", "card"])
async def test_what_changes_while_the_archive_is_written_stays(
    store: TinyStore, disk: CountingDisk, change: str
) -> None:
    over, other = make.notice(status=Status.FAILED), make.notice("TD-2", status=Status.FAILED)
    await store.save(over, make.event(over), make.card(), other)
    archiving = await held_up(disk, store.archive(final_before=NOW + MINUTE, drafts_before=NOW))
    changes: dict[str, Record] = {
        "notice": over.changed(NOW, status=Status.QUEUED),
        "delivery": make.delivery("check:TD-1"),
        "card": make.card(version=2, ts="1.2"),
    }
    saving = asyncio.create_task(store.save(changes[change]))
    await asyncio.sleep(0.01)
    disk.free.set()
    await saving
    assert await archiving == 1
    assert await ids(store) == ["TD-1"]
    card = await store.card("batch-1")
    assert card is not None
    assert card.version == (2 if change == "card" else 1)


async def test_a_claim_that_could_not_be_written_can_be_made_again(store: TinyStore, disk: CountingDisk) -> None:
    await store.save(make.delivery())
    disk.broken = True
    with pytest.raises(StoreUnavailable):
        await store.claim_due(NOW, MINUTE, lane="marketplace:acme")
    disk.broken = False
    assert len(await store.claim_due(NOW, MINUTE, lane="marketplace:acme")) == 1


async def test_a_checkpoint_that_fails_costs_no_save(path: Path, disk: CountingDisk) -> None:
    store = await open_tiny(path, disk=disk, checkpoint_bytes=10_000)
    await file(store, *range(1, 9))
    disk.room = 12_000  # enough for the journal, too little for the snapshot beside it
    saved = 8
    for number in range(9, 40):
        try:
            await file(store, number)
        except StoreUnavailable:
            break
        saved = number
    assert saved > 8
    await store.close()
    assert not list(path.parent.glob("*.tmp"))
    disk.room = 1 << 40
    again = await open_tiny(path)
    assert len(await ids(again)) == saved
    await again.close()


async def test_what_a_dead_process_was_carrying_can_be_claimed_at_once_after_a_start(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    store = await open_tiny(path, utc_now)
    await store.save(make.delivery("submit:TD-1"))
    now = utc_now()
    (claimed,) = await store.claim_due(now, timedelta(hours=1), lane="marketplace:acme")
    await store.close()
    store = await open_tiny(path, utc_now)
    (again,) = await store.claim_due(now, timedelta(hours=1), lane="marketplace:acme")
    assert (again.id, again.lease != claimed.lease) == (claimed.id, True)
    await store.close()
