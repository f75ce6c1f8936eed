"""What a store does with what a crash, a bad disk or a person left of its files."""

# ruff: noqa: ASYNC240 - nothing else runs in these loops

import os
import shutil
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from structlog.testing import capture_logs

from bot.errors import Misconfigured, StoreUnavailable
from bot.model import DeliveryKind, Notice, Query, Status
from bot.stores.archive import Archive, line_of
from bot.stores.disk import Disk
from bot.stores.journal import journal_numbers, journal_path
from bot.stores.recovery import FORMAT
from bot.stores.rows import TABLES
from bot.stores.tiny import open_tiny
from tests import make
from tests.make import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notices.json"


async def filed(path: Path, *numbers: int) -> None:
    """A desk that files these and stops."""
    store = await open_tiny(path)
    for number in numbers:
        notice = make.notice(f"TD-{number}")
        await store.save(notice, make.event(notice))
    await store.close()


async def crashed(path: Path, *numbers: int) -> None:
    """A desk that files these and is cut off: what is on disk while it still runs."""
    beside = path.with_name("running") / path.name
    if path.exists():
        shutil.copytree(path.parent, beside.parent, ignore=shutil.ignore_patterns("running", "*.lock"))
    store = await open_tiny(beside)
    for number in numbers:
        notice = make.notice(f"TD-{number}")
        await store.save(notice, make.event(notice))
    shutil.copytree(beside.parent, path.parent, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock"))
    await store.close()
    shutil.rmtree(beside.parent)


async def ids(path: Path) -> list[str]:
    """The notices a desk finds there; each with its event."""
    store = await open_tiny(path)
    try:
        notices = (await store.notices(Query(limit=1000))).notices
        for notice in notices:
            assert await store.events(notice.id) == (make.event(notice),)
        return sorted(notice.id for notice in notices)
    finally:
        await store.close()


def last_journal(path: Path) -> Path:
    return journal_path(path, journal_numbers(path)[-1])


async def test_a_crash_loses_nothing_that_was_acknowledged(path: Path) -> None:
    await filed(path, 1)
    await crashed(path, 2, 3)
    assert last_journal(path).stat().st_size > 0
    assert await ids(path) == ["TD-1", "TD-2", "TD-3"]


async def test_a_last_commit_torn_at_any_byte_is_left_out_and_the_desk_goes_on(path: Path, tmp_path: Path) -> None:
    await crashed(path, 1, 2)
    journal = last_journal(path)
    whole = journal.read_bytes()
    start = whole.index(b"\n") + 1
    assert whole.count(b"\n") == 2
    for end in range(start, len(whole), 1 if len(whole) - start < 300 else 17):
        torn = tmp_path / "torn"
        shutil.copytree(path.parent, torn, ignore=shutil.ignore_patterns("torn"))
        (torn / journal.name).write_bytes(whole[:end])
        assert await ids(torn / path.name) == ["TD-1"]
        await filed(torn / path.name, 3)
        assert await ids(torn / path.name) == ["TD-1", "TD-3"]
        shutil.rmtree(torn)


async def test_a_last_commit_of_which_a_part_never_reached_the_disk_is_left_out(path: Path) -> None:
    await crashed(path, 1, 2)
    journal = last_journal(path)
    damage(journal, -200, b"\0" * 100)
    with capture_logs() as logs:
        assert await ids(path) == ["TD-1"]
    assert [entry["event"] for entry in logs] == ["store.torn_line_dropped"]
    assert logs[0]["file"] == str(journal)


async def test_damage_before_the_last_commit_is_refused_by_file_and_line(path: Path) -> None:
    await crashed(path, 1, 2, 3)
    journal = last_journal(path)
    damage(journal, 100, b"#")
    with pytest.raises(StoreUnavailable, match="line 1") as refusal:
        await open_tiny(path)
    assert str(journal) in str(refusal.value)


async def test_a_missing_journal_is_refused_by_name(path: Path) -> None:
    await crashed(path, 1)
    await filed(path, 2)
    await crashed(path, 3)
    journal = last_journal(path)
    path.write_bytes(path.read_bytes().replace(b'"closed":true', b'"closed":false'))
    journal.unlink()
    with pytest.raises(StoreUnavailable, match="is missing") as refusal:
        await open_tiny(path)
    assert str(journal) in str(refusal.value)


async def test_an_unreadable_file_is_replaced_by_the_one_before_loudly_and_without_loss(path: Path) -> None:
    await filed(path, 1)
    await filed(path, 2)
    await crashed(path, 3)
    damage(path, 60, b"#####")
    with capture_logs() as logs:
        assert await ids(path) == ["TD-1", "TD-2", "TD-3"]
    (said,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert (said["damaged"], said["used"]) == (str(path), f"{path}.bak")
    assert len(list(path.parent.glob("notices.json.damaged-*"))) == 1
    assert await ids(path) == ["TD-1", "TD-2", "TD-3"]


@pytest.mark.parametrize("cut", [0, 1, 2, 40, 400, -1, -2, -3])
async def test_a_file_cut_short_anywhere_is_noticed(path: Path, cut: int) -> None:
    await filed(path, 1)
    await filed(path, 2)
    os.truncate(path, cut % path.stat().st_size)
    with capture_logs() as logs:
        assert await ids(path) == ["TD-1", "TD-2"]
    assert "store.snapshot_replaced_by_previous" in [entry["event"] for entry in logs]


async def test_a_missing_file_is_replaced_by_the_one_before(path: Path) -> None:
    await filed(path, 1)
    await filed(path, 2)
    path.unlink()
    assert await ids(path) == ["TD-1", "TD-2"]


@pytest.mark.parametrize("which", [0, -1], ids=["its own", "the later"])
async def test_the_one_before_cannot_stand_in_without_its_journals(path: Path, which: int) -> None:
    await filed(path, 1)
    await filed(path, 2)
    journal = journal_path(path, journal_numbers(path)[which])
    journal.unlink()
    damage(path, 60, b"#####")
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable, match="cannot stand in") as refusal:
        await open_tiny(path)
    for file in (path, f"{path}.bak", journal):
        assert str(file) in str(refusal.value)
    assert path.read_bytes() == before, "a refusal leaves the files as they are"


@pytest.mark.parametrize(
    "content",
    [b"", b"not json", b"[]", b'{"notices": []}', b'{"notices": {}}', b'{"_default": {"1": {"a": 1}}}'],
)
async def test_a_file_that_is_not_ours_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable) as refusal:
        await open_tiny(path)
    assert str(path) in str(refusal.value)
    assert path.read_bytes() == content


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    await filed(path, 1)
    await filed(path, 2)
    newer = path.read_bytes().replace(b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1))
    path.write_bytes(newer)
    with pytest.raises(Misconfigured, match="newer version"):
        await open_tiny(path)
    assert path.read_bytes() == newer


async def test_a_file_of_an_older_format_is_read_and_written_anew_at_once(path: Path) -> None:
    await filed(path, 1)
    path.write_bytes(path.read_bytes().replace(b'"format":%d' % FORMAT, b'"format":2'))
    path.with_name("notices.json.bak").unlink()
    store = await open_tiny(path)
    assert b'"format":%d' % FORMAT in path.read_bytes(), "so that an older version refuses it from now on"
    assert await store.notice("TD-1") == make.notice("TD-1")
    await store.close()


async def test_a_table_this_version_does_not_know_is_refused_and_not_dropped(path: Path) -> None:
    await filed(path, 1)
    await filed(path, 2)
    unknown = path.read_bytes().replace(b'"notices":{', b'"motions":{\n"1":{"key":"M-1"}\n},\n"notices":{')
    path.write_bytes(unknown)
    with pytest.raises(Misconfigured, match="table motions, which this version does not know"):
        await open_tiny(path)
    assert path.read_bytes() == unknown


async def test_an_unknown_table_that_holds_nothing_is_nothing_to_lose(path: Path) -> None:
    await filed(path, 1)
    path.write_bytes(path.read_bytes().replace(b'"notices":{', b'"motions":{\n},\n"notices":{'))
    assert await ids(path) == ["TD-1"]


OF_FORMAT_5 = {
    "tables": "agencies alarms announcements authorised bulk_lines bulks cards cases changes circuits deliveries "
    "drafts events filing_days forgotten grants holds identifiers intakes links notices occurrences pauses policies "
    "purchases referrals retentions rights roles schedules seen stances",
    "kinds of delivery": "announce answer approval archive assess bulk card case check digest dossier evidence look "
    "nudge pack referral remind reply submit withdraw",
}


def test_what_lies_in_the_files_is_what_their_format_says() -> None:
    holds = {"tables": " ".join(sorted(TABLES)), "kinds of delivery": " ".join(sorted(DeliveryKind))}
    assert (FORMAT, holds) == (5, OF_FORMAT_5), (
        "an older version would drop what it does not know: raise FORMAT, and write down here what it now holds"
    )


async def test_a_record_that_no_longer_makes_sense_is_named(path: Path) -> None:
    await filed(path, 1)
    path.write_bytes(path.read_bytes().replace(b'"status":"queued"', b'"status":"lost"', 1))
    path.with_name("notices.json.bak").unlink()
    with pytest.raises(StoreUnavailable, match="A stored notice cannot be read: status"):
        await open_tiny(path)


async def test_what_cut_off_writes_left_behind_is_swept_away(path: Path) -> None:
    await filed(path, 1)
    strays = [path.with_name(name) for name in ("notices.json.x7.tmp", "notices.json.bak.tmp")]
    for stray in strays:
        stray.write_text("{")
    assert await ids(path) == ["TD-1"]
    assert not any(stray.exists() for stray in strays)


async def test_a_crash_before_the_very_first_snapshot_is_survived(path: Path) -> None:
    await crashed(path, 1, 2)
    shutil.copy(last_journal(path), journal_path(path, 1))
    for file in (path, journal_path(path, 2)):
        file.unlink()
    assert await ids(path) == ["TD-1", "TD-2"]


# The archive


OVER = make.notice(status=Status.REMOVED)


async def archive(path: Path) -> int:
    store = await open_tiny(path)
    moved = await store.archive(final_before=NOW + MINUTE, drafts_before=NOW)
    await store.close()
    return moved


async def over(path: Path) -> None:
    store = await open_tiny(path)
    await store.save(OVER, make.event(OVER), make.card())
    await store.close()


async def read_over(path: Path) -> Notice | None:
    store = await open_tiny(path)
    found = await store.notice("TD-1")
    assert await store.events("TD-1") == (make.event(OVER),)
    await store.close()
    return found


def archive_file(path: Path) -> Path:
    return path.parent / "archive" / "2026-03.jsonl"


async def test_the_archive_is_json_lines_by_month_of_the_last_change(path: Path) -> None:
    await over(path)
    await archive(path)
    (line,) = archive_file(path).read_bytes().splitlines()
    told = orjson.loads(line)
    assert (told["notice"]["id"], [event["number"] for event in told["events"]]) == ("TD-1", [1])
    assert told["card"]["batch_id"] == "batch-1"


async def test_a_crash_after_the_archive_was_written_shows_and_writes_nothing_twice(path: Path) -> None:
    await over(path)
    folder = Archive(path.parent / "archive", Disk())
    folder.add([line_of(OVER, [make.event(OVER)], make.card())])
    assert await read_over(path) == OVER
    assert await archive(path) == 1
    assert await read_over(path) == OVER
    assert len(archive_file(path).read_bytes().splitlines()) == 1


async def test_a_line_of_the_archive_that_a_crash_tore_does_not_spoil_the_next(path: Path) -> None:
    await over(path)
    archive_file(path).parent.mkdir()
    archive_file(path).write_bytes(line_of(make.notice("TD-9"), [], None).text[:-20])
    assert await archive(path) == 1
    assert await read_over(path) == OVER
    assert len(archive_file(path).read_bytes().splitlines()) == 1


async def test_a_damaged_line_of_the_archive_is_said_aloud_and_hides_no_other(path: Path) -> None:
    await over(path)
    await archive(path)
    file = archive_file(path)
    file.write_bytes(b"###\n" + file.read_bytes())
    with capture_logs() as logs:
        assert await read_over(path) == OVER
    assert [(entry["event"], entry["line"]) for entry in logs] == [("store.archive_line_unreadable", 1)]


async def test_ids_are_not_handed_out_again_even_when_the_archive_was_moved_away(path: Path) -> None:
    await over(path)
    await archive(path)
    shutil.rmtree(path.parent / "archive")
    store = await open_tiny(path)
    assert await store.next_ids(1) == ("TD-2",)
    await store.close()


def damage(file: Path, at: int, content: bytes) -> None:
    """Overwrite a few bytes; `at` counts from the end when negative."""
    with file.open("r+b") as handle:
        handle.seek(at, os.SEEK_SET if at >= 0 else os.SEEK_END)
        handle.write(content)
