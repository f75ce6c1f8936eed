"""Files as a store needs them: every call either did what it says or raises `OSError`."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.errors import InUse, Misconfigured

PRIVATE = 0o600


class Disk:
    """The real disk. Tests hand in one that fills up."""

    def append(self, handle: int, content: bytes) -> None:
        """Write all of `content` at the end. After an error any part of it may be there."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]

    def sync(self, handle: int) -> None:
        """Return once everything written is on the medium."""
        os.fsync(handle)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        """Make names in the folder durable: new, renamed and removed files."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def open_to_append(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE)


def hold(path: Path, kind: str = "TinyDB") -> int:
    """Take the lock beside the file for as long as the returned handle is open; it also ends with the process.

    Raises:
        Misconfigured: another process has it, or the folder cannot be written.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    except OSError as error:
        raise Misconfigured(
            f"DATABASE_URL names {path}, but {error.filename} cannot be opened for writing ({error.strerror}). "
            "Choose a folder this user may write to."
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise InUse(
            f"DATABASE_URL names {path}, which another process already uses. {kind} serves one process: "
            "stop the other one, or name another file."
        ) from None
    return handle
