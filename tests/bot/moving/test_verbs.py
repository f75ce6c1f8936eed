"""Moving a desk by command: all of it arrives, whatever is in the way, and a copy that was killed goes on."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.desk.steps import told
from bot.evidence import EvidenceFolder
from bot.model import Content, Reached, utc_now
from bot.shelves.folders import DossierFolder
from bot.stores import Store
from bot.stores.contents import as_line
from bot.stores.opening import open_store
from tests import make
from tests.bot.test_cli import ROOT, bot
from tests.make import NOW
from tests.postgres import database, empty_database

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def url(folder: Path) -> str:
    return f"tinydb:///{folder}/notices.json"


async def filled(folder: Path, notices: int = 3) -> None:
    store = await open_store(url(folder), utc_now)
    await asyncio.gather(*(filed(store, number) for number in range(1, notices + 1)))
    await store.save(make.delivery("parked", parked=True), make.draft(), make.card())
    await store.close()
    await EvidenceFolder(folder / "evidence").add(PNG, "label.png")
    (folder / "dossiers").mkdir()
    (folder / "dossiers" / "RF-1-pipcu.zip").write_bytes(b"PK" + bytes(2_000_000))


async def filed(store: Store, number: int) -> None:
    notice = make.notice(f"TD-{number}", listing=make.listing(str(number)))
    await store.save(*told(notice, at=NOW, actor=make.ANALYST, kind="filed", words="Filed."))


async def held(folder: Path) -> list[Content]:
    store: Store = await open_store(url(folder), utc_now)
    found = [one async for one in store.everything()]
    await store.close()
    return found


async def same_files(source: Path, target: Path) -> None:
    here, there = EvidenceFolder(source / "evidence"), EvidenceFolder(target / "evidence")
    assert [one.sha256 for one in await there.shelved()] == [one.sha256 for one in await here.shelved()] != []
    for one in await here.shelved():
        assert await there.read(one.sha256) == await here.read(one.sha256)
    names = await DossierFolder(source / "dossiers").names()
    assert await DossierFolder(target / "dossiers").names() == names != ()
    for name in names:
        assert (target / "dossiers" / name).read_bytes() == (source / "dossiers" / name).read_bytes()


async def test_a_store_is_copied_with_its_files_and_checked(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    await filled(source)
    done = bot("copy-store", url(source), url(target), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 notices" in done.stderr
    assert "all is the same. Followed 3 chains." in done.stderr
    assert await held(target) == await held(source)
    await same_files(source, target)


async def test_an_export_taken_in_is_the_same_desk(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    await filled(source)
    out = tmp_path / "desk.jsonl"
    assert bot("export", str(out), folder=tmp_path, DATABASE_URL=url(source)).returncode == 0
    assert out.stat().st_mode & 0o077 == 0
    assert all(json.loads(line) for line in out.read_bytes().splitlines())
    done = bot("import", str(out), folder=tmp_path, DATABASE_URL=url(target))
    assert done.returncode == 0, done.stderr
    assert await held(target) == await held(source)
    await same_files(source, target)
    again = bot("export", str(out), folder=tmp_path, DATABASE_URL=url(source))
    assert (again.returncode, again.stderr) == (2, f"{out} is there already: name a new file.\n")


async def test_a_desk_at_work_is_exported_and_not_copied(tmp_path: Path) -> None:
    await filled(tmp_path / "a")
    store = await open_store(url(tmp_path / "a"), utc_now)
    copied = bot("copy-store", url(tmp_path / "a"), url(tmp_path / "b"), folder=tmp_path)
    assert copied.returncode == 2
    assert "is running. Stop it first" in copied.stderr
    exported = bot("export", "-", folder=tmp_path, DATABASE_URL=url(tmp_path / "a"))
    assert exported.returncode == 0
    assert exported.stdout.count('["notices",') == 3
    await store.close()


@pytest.mark.parametrize("verb", ["copy-store", "import"])
async def test_a_store_that_holds_something_takes_nothing_in(tmp_path: Path, verb: str) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    await filled(source)
    await filled(target, 1)
    before = await held(target)
    bot("export", "desk.jsonl", folder=tmp_path, DATABASE_URL=url(source))
    words = ("copy-store", url(source), url(target)) if verb == "copy-store" else ("import", "desk.jsonl")
    ended = bot(*words, folder=tmp_path, DATABASE_URL=url(target))
    assert ended.returncode == 2
    assert ended.stderr == "The target is not empty: a desk is only copied into a store that holds nothing.\n"
    assert await held(target) == before


async def test_there_is_no_copy_of_what_is_not_there(tmp_path: Path) -> None:
    ended = bot("copy-store", url(tmp_path / "a"), url(tmp_path / "b"), folder=tmp_path)
    assert (ended.returncode, "there is no store" in ended.stderr) == (2, True)
    assert not (tmp_path / "a").exists()
    same = bot("copy-store", url(tmp_path / "a"), url(tmp_path / "a"), folder=tmp_path)
    assert (same.returncode, same.stderr) == (2, "Both addresses are the same.\n")


@pytest.mark.parametrize("how", ["cut", "without its end", "changed", "another", "more behind"])
async def test_a_file_that_is_not_whole_is_not_taken_in(tmp_path: Path, how: str) -> None:
    await filled(tmp_path / "a")
    out = tmp_path / "desk.jsonl"
    bot("export", str(out), folder=tmp_path, DATABASE_URL=url(tmp_path / "a"))
    whole = out.read_bytes()
    damaged = {
        "cut": whole[: len(whole) // 2],
        "without its end": b"".join(whole.splitlines(keepends=True)[:-1]),
        "changed": whole.replace(b"filed", b"fixed", 1),
        "another": b'{"some":"thing"}\n',
        "more behind": whole + whole,
    }[how]
    assert damaged != whole
    out.write_bytes(damaged)
    ended = bot("import", str(out), folder=tmp_path, DATABASE_URL=url(tmp_path / "b"))
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "b").exists()


async def test_a_source_that_moved_on_is_not_mixed_with_what_was_copied(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    await filled(source, 2_000)
    killed_when(target, "copy-store", url(source), url(target))
    store = await open_store(url(source), utc_now)
    first = await store.notice("TD-1")
    assert first is not None
    await store.save(first.changed(utc_now(), statement="Other words."))
    await store.close()
    ended = bot("copy-store", url(source), url(target), folder=tmp_path)
    assert ended.returncode == 1
    assert "is not what it was when this copy was cut short" in ended.stderr


@pytest.mark.kills
async def test_a_copy_that_is_killed_again_and_again_ends_as_the_same_desk(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    await filled(source, 2_000)
    words = ("copy-store", url(source), url(target))
    chance, kills = random.Random(11), 0
    for _ in range(4):
        kills += killed_when(target, *words, after=chance.uniform(0, 0.5))
    assert kills
    ended = bot(*words, folder=tmp_path)
    assert ended.returncode == 0 or "not empty" in ended.stderr, ended.stderr
    assert await held(target) == await held(source)
    await same_files(source, target)


def killed_when(target: Path, *words: str, after: float = 0.02) -> bool:
    """Whether it was killed: so long after it began to write."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=target.parent,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not any(there_is_something(target)):
        time.sleep(0.001)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def there_is_something(target: Path) -> Sequence[Path]:
    return [one for one in target.glob("*.journal") if one.stat().st_size] if target.is_dir() else []


async def test_ids_go_on_where_they_were(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    await filled(source)
    assert bot("copy-store", url(source), url(target), folder=tmp_path).returncode == 0
    assert [one for one in await held(target) if isinstance(one, Reached)] == [Reached(number=3)]
    store = await open_store(url(target), utc_now)
    assert await store.next_ids(1) == ("TD-4",)
    await store.close()


async def test_a_desk_goes_to_postgresql_on_to_sqlite_and_home_again(tmp_path: Path) -> None:
    await filled(tmp_path / "a")
    stations = [url(tmp_path / "a"), await database(), f"sqlite:///{tmp_path}/s/desk.sqlite", url(tmp_path / "b")]
    for here, there in pairwise(stations):
        done = bot("copy-store", here, there, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "1 files of evidence and 1 dossiers" in done.stderr
    assert sorted(map(as_line, await held(tmp_path / "b"))) == sorted(map(as_line, await held(tmp_path / "a")))
    await same_files(tmp_path / "a", tmp_path / "b")
    followed = bot("audit", "verify", folder=tmp_path, DATABASE_URL=stations[1])
    assert (followed.returncode, followed.stdout) == (0, "Followed 3 chains with 3 lines: whole.\n")
    exported = bot("export", "-", folder=tmp_path, DATABASE_URL=stations[1])
    assert exported.stdout.count('["notices",') == 3


async def test_a_desk_at_work_with_postgresql_is_not_copied(tmp_path: Path) -> None:
    address = await database()
    store = await open_store(address, utc_now)
    assert await store.hold_lane("slack:C1", "worker-1", utc_now(), timedelta(minutes=5))
    for words in (("copy-store", address, url(tmp_path / "b")), ("copy-store", url(tmp_path / "a"), address)):
        await filled(tmp_path / "a") if not (tmp_path / "a").exists() else None
        ended = bot(*words, folder=tmp_path)
        assert ended.returncode == 2
        assert "running" in ended.stderr
        assert "1 lane is held" in ended.stderr
    await store.close()


async def test_a_new_database_is_refused_until_its_tables_are_made(tmp_path: Path) -> None:
    address = await empty_database()
    refused = bot("export", "-", folder=tmp_path, DATABASE_URL=address)
    assert refused.returncode == 2
    assert "run `python -m bot migrate` once" in refused.stderr
    for said in ("The tables were made", "The tables are up to date"):
        done = bot("migrate", folder=tmp_path, DATABASE_URL=address)
        assert (done.returncode, done.stdout.startswith(said)) == (0, True), done.stderr
    assert bot("export", "-", folder=tmp_path, DATABASE_URL=address).returncode == 0
