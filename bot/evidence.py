"""Evidence on disk: files beside the store, named by their SHA-256, so that what is read is what was put in."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import Invalid, StoreUnavailable
from bot.file_kinds import KINDS, Kind, kind_of, label
from bot.stores.disk import PRIVATE, Disk
from bot.stores.opening import folder_beside

BYTES_A_FILE = 10_000_000
FILES_A_NOTICE = 20
_FOLDER_MODE = 0o700
_TEMPORARY = ".tmp"
_LOCK = ".lock"
_MAY_BE_WRITING = 3600.0
"""Seconds: what another process began longer ago than this is not being written any more."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A file that is on the disk. `name` is what its owner calls it, made fit to be shown; `size` is in bytes."""

    sha256: str
    size: int
    media_type: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelved:
    """A file that is kept, and since when it is there. `size` is in bytes, `extension` without a dot."""

    sha256: str
    size: int
    since: datetime
    extension: str = "bin"

    @property
    def name(self) -> str:
        """By which it lies on a shelf."""
        return f"{self.sha256}.{self.extension}"


def folder_for(database_url: str) -> Path:
    """Where the evidence of the store at `database_url` is kept: beside it, in `evidence`.

    Raises:
        Misconfigured: the address names no store this desk can open.
    """
    return folder_beside(database_url) / "evidence"


def is_sha256(text: str) -> bool:
    return _SHA256.fullmatch(text) is not None


def examined(content: bytes, name: str) -> tuple[Kind, Stored]:
    """What a file is, and what will be said of it. Raises: Invalid: too large, empty, or of a kind that is not kept."""
    if len(content) > BYTES_A_FILE:
        raise Invalid(f"{label(name)} is larger than {BYTES_A_FILE // 1_000_000} MB. Please attach a smaller one.")
    kind = kind_of(content, name)
    sha256 = hashlib.sha256(content).hexdigest()
    return kind, Stored(sha256=sha256, size=len(content), media_type=kind.media_type, name=label(name, kind))


def place_of(folder: Path, sha256: str, extension: str) -> Path:
    """Where in a folder of evidence a file lies; dossiers read it there."""
    return folder / sha256[:2] / f"{sha256}.{extension}"


def check_count(there: int, more: int, *, what: str = "notice", field: str | None = None) -> None:
    """Raises: Invalid: a notice, or a test purchase, would have more files than it may."""
    if there + more > FILES_A_NOTICE:
        has = f"This {what} has {there} already" if there else f"These are {more}"
        raise Invalid(f"A {what} takes {FILES_A_NOTICE} files at most. {has}: please attach fewer.", field=field)


class EvidenceFolder:
    """The files of one desk, under `path`: a `bot.shelves.EvidenceShelf`. `shared` with other processes."""

    def __init__(self, path: Path, disk: Disk | None = None, *, shared: bool = False) -> None:
        self.path = path
        self._disk = disk or Disk()
        self._shared = shared
        self._adding = threading.Lock()  # what is being added again is not removed

    async def add(self, content: bytes, name: str) -> Stored:
        """Keep a file; when this returns it is on the medium.

        Raises:
            Invalid: it is too large, empty, or of a kind that is not kept.
            StoreUnavailable: the disk did not take it; nothing of it is there.
        """
        return await asyncio.to_thread(self._add, content, name)

    async def read(self, sha256: str) -> bytes:
        """The file with this SHA-256, as it was added.

        Raises:
            StoreUnavailable: it is missing, or it was changed on the disk.
        """
        return await asyncio.to_thread(self._read, sha256)

    async def shelved(self) -> tuple[Shelved, ...]:
        """Every file that is here."""
        return await asyncio.to_thread(lambda: tuple(self._shelved()))

    async def remove(self, sha256: str, *, since: datetime | None = None) -> bool:
        """Take a file off the disk; False when it was not there. When this returns, it stays gone.

        One that somebody added after `since` stays: a notice may name it by now.

        Raises:
            StoreUnavailable: the disk refused.
        """
        return await asyncio.to_thread(self._remove, sha256, since)

    async def put_back(self, file: Shelved, content: bytes) -> None:
        """Keep a file as it was on another shelf, since when it was there. Raises: StoreUnavailable."""
        await asyncio.to_thread(self._keep, self._place(file.sha256, file.extension), content, file.since)

    async def sweep(self) -> None:
        """Remove what was being written when a process died. To be called while nobody of this process writes."""
        await asyncio.to_thread(self._sweep)

    @contextlib.asynccontextmanager
    async def laid_out(self, files: Collection[str]) -> AsyncIterator[Path]:
        """The folder itself, whichever of its files are asked for."""
        yield self.path

    def _sweep(self) -> None:
        before = time.time() - _MAY_BE_WRITING
        for stray in self.path.glob(f"??/*{_TEMPORARY}"):
            with contextlib.suppress(OSError):
                if not self._shared or stray.stat().st_mtime <= before:
                    stray.unlink()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else adds what is there, or removes it; no other process either where the folder is shared."""
        with self._adding:
            if not self._shared:
                yield
                return
            handle = os.open(self.path / _LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)  # which ends the lock

    def _shelved(self) -> Iterator[Shelved]:
        for file in sorted(self.path.glob("??/*")):
            if _SHA256.fullmatch(file.stem) and file.suffix != _TEMPORARY:
                size, since = file.stat().st_size, _since(file)
                yield Shelved(sha256=file.stem, size=size, since=since, extension=file.suffix[1:])

    def _remove(self, sha256: str, since: datetime | None) -> bool:
        try:
            if not self.path.is_dir():
                return False
            with self._alone():
                there = [file for file in self._places(sha256) if file.is_file()] if _SHA256.fullmatch(sha256) else []
                there = [file for file in there if since is None or _since(file) <= since]
                for file in there:
                    file.unlink(missing_ok=True)
                    self._disk.sync_folder(file.parent)
        except OSError as error:
            raise StoreUnavailable(f"{error.filename or self.path} cannot be removed: {error.strerror}.") from error
        return bool(there)

    def _add(self, content: bytes, name: str) -> Stored:
        kind, stored = examined(content, name)
        self._keep(self._place(stored.sha256, kind.extensions[0]), content)
        return stored

    def _keep(self, file: Path, content: bytes, since: datetime | None = None) -> None:
        try:
            self._open_folder(file.parent)
            with self._alone() if file.exists() else contextlib.nullcontext():
                if not _holds(file, content):
                    self._write(file, content)
                else:
                    os.utime(file)  # it counts as new: nothing names it yet, and it must not be let go
                if since is not None:
                    os.utime(file, (since.timestamp(), since.timestamp()))
            self._disk.sync_folder(file.parent)  # another `add` may have written it and not yet come to this
        except OSError as error:
            raise StoreUnavailable(
                f"The evidence could not be kept in {self.path} ({error.strerror}). Nothing was lost: try again."
            ) from error

    def _write(self, file: Path, content: bytes) -> None:
        """Raises: OSError: whatever was there before is there still."""
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f"{file.stem}.", suffix=_TEMPORARY)
        try:
            try:
                self._disk.append(handle, content)
                self._disk.sync(handle)
            finally:
                os.close(handle)
            self._disk.replace(Path(temporary), file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _open_folder(self, folder: Path) -> None:
        """Make the folder, and those above it, so that they outlast a power cut."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            self._disk.sync_folder(one.parent)

    def _read(self, sha256: str) -> bytes:
        if not _SHA256.fullmatch(sha256):
            raise StoreUnavailable("That is not the SHA-256 of any evidence.")
        trouble = f"is missing from {self.path}. Restore it from a backup, or attach it again."
        for file in self._places(sha256):  # one that is bad does not hide one that is good
            try:
                if not file.is_file():
                    continue
                content = _up_to(file, BYTES_A_FILE)
            except OSError as error:
                trouble = f"cannot be read ({error.strerror})."
                continue
            if hashlib.sha256(content).hexdigest() == sha256:
                return content
            trouble = f"in {file} is not what was put in: its SHA-256 differs. Restore it from a backup."
        raise StoreUnavailable(f"The evidence {sha256} {trouble}")

    def _place(self, sha256: str, extension: str) -> Path:
        return place_of(self.path, sha256, extension)

    def _places(self, sha256: str) -> Iterator[Path]:
        return (self._place(sha256, kind.extensions[0]) for kind in KINDS)


def _holds(file: Path, content: bytes) -> bool:
    """Whether the file is there and whole: one that was tampered with is written anew."""
    return file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content


def _since(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _up_to(file: Path, size: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(size + 1)
