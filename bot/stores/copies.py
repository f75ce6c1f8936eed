"""A copy of a store that another process may be writing to, for who only reads: its lock is for one process alone.

The snapshot is always replaced whole and a journal only grows, so files copied in the right order are the store as it
was at a moment. Nothing is written beside them; what is damaged is said, and not mended as it is at a start.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from bot.errors import Misconfigured, StoreUnavailable
from bot.model import Clock
from bot.stores.archive import Archive
from bot.stores.disk import Disk
from bot.stores.journal import journal_numbers, journal_path
from bot.stores.reading import Reading
from bot.stores.recovery import recover
from bot.stores.snapshot import SnapshotFile

_TRIES = 5


class StoreCopy(Reading):
    """The store as it was when it was copied. `damaged` names what of the archive cannot be read, a sentence each.

    The archive's files are kept open until `close`: an erasure puts others in their place, and these stay as they were.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """Copy it. Blocks; takes as long as a start.

        Raises:
            Misconfigured: there is no store at `path`, or a newer version wrote it.
            StoreUnavailable: it is damaged; the sentence names the file.
        """
        disk = Disk()
        with contextlib.ExitStack() as opened, tempfile.TemporaryDirectory(prefix="desk-") as folder:
            copy, files = _copied_beside(path, Path(folder), opened)
            try:
                recovered = recover(copy, disk=disk, clock=clock)
            except StoreUnavailable as error:
                raise StoreUnavailable(str(error).replace(str(copy), str(path))) from None
            # Read after the journals: what they say is in the archive by now was put there before they said so.
            archive = Archive(path.parent / "archive", disk)
            archive.load_opened(files)
            self.damaged = tuple(f"{file}, line {number}: cannot be read" for file, number in archive.damaged)
            super().__init__(recovered.working, archive)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Let go of the files. Safe to repeat."""
        self._opened.close()


def _copied_beside(path: Path, folder: Path, opened: contextlib.ExitStack) -> tuple[Path, dict[Path, BinaryIO]]:
    """The copied state, and the archive's files that belong to it.

    Raises: as `_copied`.
    """
    archive = path.parent / "archive"
    for _ in range(_TRIES):
        files: dict[Path, BinaryIO] = {file: opened.enter_context(file.open("rb")) for file in archive.glob("*.jsonl")}
        copy = _copied(path, folder)
        # They only grow, unless one is put in another's place.
        now = {file: os.stat(file) for file in archive.glob("*.jsonl")}
        if files.keys() == now.keys() and all(os.path.samestat(os.fstat(files[one].fileno()), now[one]) for one in now):
            return copy, files
        opened.close()
    raise StoreUnavailable(f"{archive} was written anew again and again while it was read. Please try again.")


def _copied(path: Path, folder: Path) -> Path:
    """The files that make up the state, in a folder of their own.

    Raises:
        Misconfigured: there are none.
        StoreUnavailable: they keep changing, or the snapshot is gone.
    """
    for _ in range(_TRIES):
        for stray in folder.iterdir():
            stray.unlink()
        before = _stamp(path)
        _refuse_what_is_gone(path, before)
        copy = folder / path.name
        try:
            if before is not None:
                shutil.copyfile(path, copy)
            # In their order: a journal is finished before the next one is begun.
            numbers = journal_numbers(path)
            for number in numbers:
                shutil.copyfile(journal_path(path, number), journal_path(copy, number))
        except FileNotFoundError:
            continue  # a journal that nobody needs any more was removed just now
        except OSError as error:
            raise StoreUnavailable(f"{error.filename or path} cannot be read: {error.strerror}.") from error
        if _stamp(path) == before:
            _leave_out_what_is_on_its_way(copy, numbers)
            return copy
    raise StoreUnavailable(f"{path} was replaced again and again while it was copied. Please try again.")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return None
    return there.st_ino, there.st_mtime_ns, there.st_size


def refuse_what_is_not_there(path: Path) -> None:
    """Raises: Misconfigured: there is no store; StoreUnavailable: only the one before it."""
    _refuse_what_is_gone(path, _stamp(path))


def _refuse_what_is_gone(path: Path, stamp: tuple[int, int, int] | None) -> None:
    if stamp is not None:
        return
    if SnapshotFile(path).previous.exists():
        raise StoreUnavailable(f"{path} is missing; only the one before it is there.")
    if not path.parent.is_dir() or not journal_numbers(path):
        raise Misconfigured(f"DATABASE_URL names {path}, but there is no store.")


def _leave_out_what_is_on_its_way(copy: Path, numbers: tuple[int, ...]) -> None:
    """Cut the last journal after its last whole line: the rest was never acknowledged, or not yet.

    A start would pass over a last line that is whole and wrong, too; an empty journal behind it has that one named.
    """
    if not numbers:
        return
    last = journal_path(copy, numbers[-1])
    text = last.read_bytes()
    last.write_bytes(text[: text.rfind(b"\n") + 1])
    journal_path(copy, numbers[-1] + 1).touch()
