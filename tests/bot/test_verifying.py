"""`python -m bot audit verify`, on files that somebody changed, and while the bot works."""

from __future__ import annotations

import asyncio
import re
import threading
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Status, utc_now
from bot.stores.opening import open_store
from bot.stores.tiny import open_tiny
from tests import make
from tests.bot.test_cli import bot

Tamper = Callable[[Path], None]


async def fill(folder: Path, *, archive: bool = False, close: bool = True) -> None:
    """Three notices, one of them over."""
    store = await open_store(f"tinydb:///{folder}/notices.json", utc_now)
    for number in (1, 2, 3):
        last = {"status": Status.WITHDRAWN} if number == 1 else {}
        for notice, event in make.chain(f"TD-{number}", "Filed.", "Sent.", "Received.", "Looked.", **last):
            await store.save(notice, event)
    if archive:
        assert await store.archive(final_before=make.NOW + timedelta(days=1), drafts_before=make.NOW) == 1
    if close:
        await store.close()


def verify(folder: Path, *more: str) -> tuple[int, str]:
    ended = bot("audit", "verify", *more, folder=folder, DATABASE_URL=f"tinydb:///{folder}/notices.json")
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def in_file(name: str, change: Callable[[bytes], bytes]) -> Tamper:
    """Change a file of the store; the checksums of a journal are made anew, as whoever tampers would."""

    def tamper(folder: Path) -> None:
        (file,) = [one for one in folder.glob(name) if one.stat().st_size]
        before = file.read_bytes()
        after = change(before)
        assert after != before, "nothing was changed"
        file.write_bytes(re.sub(rb'\{"crc":"[0-9a-f]{8}","ops":(\[.*\])\}\n', _line, after))

    return tamper


def _line(found: re.Match[bytes]) -> bytes:
    return b'{"crc":"%08x","ops":%b}\n' % (zlib.crc32(found[1]), found[1])


def worded(of: str, words: str) -> Callable[[bytes], bytes]:
    """What one line of one notice says is changed."""
    there = re.compile(rb'("notice_id":"%b"[^\n]*?"words":")%b' % (of.encode(), words.encode()))
    return lambda text: there.sub(rb"\1Never " + words.encode(), text, count=1)


def dropped(text: bytes) -> bytes:
    """The third event of TD-2 is taken out of a snapshot."""
    return re.sub(rb'"[0-9]+":\{"notice_id":"TD-2","number":3,[^\n]*\n', b"", text)


def swapped(text: bytes) -> bytes:
    """The second and third event of TD-2 change places."""
    for old, new in ((b"2", b"#"), (b"3", b"2"), (b"#", b"3")):
        text = text.replace(b'"notice_id":"TD-2","number":%b,' % old, b'"notice_id":"TD-2","number":%b,' % new)
    return text


async def test_whole_chains_are_counted(tmp_path: Path) -> None:
    await fill(tmp_path, archive=True)
    assert verify(tmp_path) == (0, "Followed 3 chains with 12 lines: whole.\n")
    assert verify(tmp_path, "--notice", "td-1") == (0, "Followed 1 chain with 4 lines: whole.\n")
    code, said = verify(tmp_path, "--notice", "TD-9")
    assert (code, "There is no notice TD-9" in said) == (2, True)


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (in_file("notices.json", worded("TD-2", "Sent.")), "TD-2, line 3: does not follow from the line before it."),
        (
            in_file("notices.json", worded("TD-3", "Looked.")),
            "TD-3, line 4: is not what was kept as the end of the chain.",
        ),
        (in_file("notices.json", dropped), "TD-2, line 3: is missing."),
        (in_file("notices.json", swapped), "TD-2, line 2: does not follow from the line before it."),
        (
            in_file("notices.json", lambda text: text.replace(b"was not made by us", b"was made by us", 1)),
            "other terms",
        ),
        (
            in_file("archive/*.jsonl", lambda text: text.replace(b'"words":"Sent."', b'"words":"Kept."')),
            "TD-1, line 3: does not follow from the line before it.",
        ),
        (in_file("archive/*.jsonl", lambda text: b"[" + text), "line 1: cannot be read."),
    ],
    ids=["a word", "the last word", "dropped", "swapped", "the statement", "archived", "the archive itself"],
)
async def test_what_was_changed_on_the_disk_is_named(tmp_path: Path, tamper: Tamper, named: str) -> None:
    await fill(tmp_path, archive=True)
    tamper(tmp_path)
    code, said = verify(tmp_path)
    assert code == 1, said
    assert named in said
    assert "broken" in said


@pytest.mark.parametrize("again", [True, False], ids=["with its checksum", "without"])
def test_what_was_changed_in_a_journal_is_named_while_the_desk_runs(tmp_path: Path, again: bool) -> None:
    asyncio.run(fill(tmp_path, close=False))
    (journal,) = [one for one in tmp_path.glob("*.journal") if one.stat().st_size]
    if again:
        in_file("*.journal", worded("TD-2", "Sent."))(tmp_path)
        assert verify(tmp_path)[1].startswith("TD-2, line 3: does not follow from the line before it.")
    text = journal.read_bytes()
    journal.write_bytes(text[:-10] + b"X" + text[-9:])
    code, said = verify(tmp_path)
    assert code == 1
    assert f"{journal} is damaged at line 12" in said
    journal.write_bytes(text[:-10])  # as a write that is under way looks
    assert "Followed 3 chains with 11 lines" in verify(tmp_path)[1]


def test_nothing_is_written_beside_the_store(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path, archive=True))
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.rglob("*") if file.is_file()}
    assert verify(tmp_path)[0] == 0
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in before} == before
    assert {file for file in tmp_path.rglob("*") if file.is_file()} == set(before)


@pytest.mark.parametrize(
    ("url", "named"),
    [("mysql://x", "DATABASE_URL begins with mysql"), ("tinydb:///nowhere/notices.json", "there is no store")],
)
def test_where_no_store_is_nothing_is_verified(tmp_path: Path, url: str, named: str) -> None:
    ended = bot("audit", "verify", folder=tmp_path, DATABASE_URL=url)
    assert ended.returncode == 2
    assert named in ended.stderr


def test_a_damaged_snapshot_is_named_and_the_one_before_it_does_not_stand_in(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))
    snapshot = tmp_path / "notices.json"
    snapshot.write_bytes(snapshot.read_bytes()[:-200])
    code, said = verify(tmp_path)
    assert code == 1
    assert f"{snapshot} is damaged at line" in said
    snapshot.unlink()
    code, said = verify(tmp_path)
    assert code == 1
    assert f"{snapshot} is missing" in said


def test_a_desk_is_verified_while_it_files_writes_snapshots_and_archives(tmp_path: Path) -> None:
    """In a thread of its own it files as fast as it can, with a snapshot every few saves."""
    stop, filed = threading.Event(), 0

    async def work() -> None:
        nonlocal filed
        store = await open_tiny(tmp_path / "notices.json", utc_now, checkpoint_bytes=20_000)
        while not stop.is_set():
            filed += 1
            for notice, event in make.chain(f"TD-{filed}", "Filed.", "Sent.", "Gone.", status=Status.WITHDRAWN):
                await store.save(notice, event)
            if filed % 20 == 0:
                await store.archive(final_before=make.NOW + timedelta(days=1), drafts_before=make.NOW)
        await store.close()

    desk = threading.Thread(target=lambda: asyncio.run(work()))
    desk.start()
    try:
        seen = []
        for _ in range(5):
            code, said = verify(tmp_path)
            assert code == 0, said
            seen.append(int(said.split()[1].replace(",", "")))
    finally:
        stop.set()
        desk.join()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0] > 0, "it did not file meanwhile"
    code, said = verify(tmp_path)
    assert (code, f"Followed {filed:,} chains" in said) == (0, True)


def test_an_event_without_its_notice_is_named(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))
    in_file("notices.json", lambda text: re.sub(rb'"3":\{"id":"TD-3"[^\n]*\n', b"", text))(tmp_path)
    code, said = verify(tmp_path)
    assert code == 1
    assert "TD-3: the notice itself is not there." in said


def test_old_lines_are_counted_apart(tmp_path: Path) -> None:
    async def old() -> None:
        store = await open_store(f"tinydb:///{tmp_path}/notices.json", utc_now)
        await store.save(make.notice(), make.event())
        await store.close()

    asyncio.run(old())
    code, said = verify(tmp_path)
    assert code == 0
    assert "1 of the lines are from before custody" in said
